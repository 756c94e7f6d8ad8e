"""See that bundles are of one agreement and of different sites, and name what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.distributed.bundles.bundle import Bundle
from analysis.errors import DataError

__all__ = ["check_agreement"]


def check_agreement(bundles: Sequence[Bundle]) -> None:
    """Refuse bundles that cannot be pooled.

    Parameters
    ----------
    bundles : sequence of Bundle
        As read.

    Raises
    ------
    DataError
        When there are fewer than two, a site sent two or is not of the agreement, or agreements
        differ; site by site.
    """
    if len(bundles) < 2:
        raise DataError(
            f"{len(bundles)} bundle was given; pooling needs those of at least two sites."
        )
    _check_same(bundles)
    sites = Counter(bundle.site for bundle in bundles)
    twice = [site for site, number in sites.items() if number > 1]
    if twice:
        raise DataError(
            f"{', '.join(twice)}: two bundles of the same site, whose patients would count twice. "
            "Give the one that was meant."
        )
    agreed = bundles[0].specification["network"]["sites"]
    strange = [site for site in sites if site not in agreed]
    if strange:
        raise DataError(
            f"{', '.join(strange)}: no site of the agreement, which names {', '.join(agreed)}."
        )


def _check_same(bundles: Sequence[Bundle]) -> None:
    """Compare every agreement with the one that most sites have."""
    (usual, _), *_ = Counter(bundle.specification_sha256 for bundle in bundles).most_common(1)
    model = next(b.specification for b in bundles if b.specification_sha256 == usual)
    wrong = [bundle for bundle in bundles if bundle.specification_sha256 != usual]
    if not wrong:
        return
    found = "; ".join(
        f"{bundle.site}: {', '.join(list(_differences(model, bundle.specification))[:3])}"
        for bundle in wrong
    )
    raise DataError(
        f"Not all bundles are of the same agreement. {found}. Give these sites the file "
        "analysis.toml of the others, and let them make their bundles again."
    )


def _differences(
    one: Mapping[str, Any], other: Mapping[str, Any], place: str = ""
) -> Iterator[str]:
    """Name the entries in which two agreements differ, and both values."""
    for key in dict.fromkeys([*one, *other]):
        where = f"{place}.{key}" if place else str(key)
        ours, theirs = one.get(key), other.get(key)
        if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            yield from _differences(ours, theirs, where)
        elif ours != theirs:
            yield f"{where} is {theirs!r} instead of {ours!r}"
