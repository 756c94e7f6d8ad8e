"""Finding and reading the data files of the scales.

A new scale is one more file in ``analysis/instruments/data``; no code changes.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from analysis.errors import DataError
from analysis.instruments.instrument import Band, Cdisc, Evidence, Instrument, Loinc, Scoring

__all__ = ["instrument_names", "load_instrument"]


@cache
def _library() -> dict[str, Instrument]:
    """Read every data file, by the name of the scale."""
    folder = resources.files("analysis.instruments") / "data"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".json")),
        key=lambda file: file.name,
    )
    described = [_instrument(json.loads(file.read_text(encoding="utf-8"))) for file in files]
    return {instrument.name: instrument for instrument in described}


def instrument_names() -> tuple[str, ...]:
    """List the scales that the toolkit can score.

    Returns
    -------
    tuple of str
        Names in alphabetical order.

    Examples
    --------
    >>> "PHQ-9" in instrument_names()
    True
    """
    return tuple(sorted(_library()))


def load_instrument(name: str) -> Instrument:
    """Return what is known about one scale.

    Parameters
    ----------
    name : str
        Name as in `instrument_names`.

    Returns
    -------
    Instrument
        The description, read once.

    Raises
    ------
    DataError
        When there is no such scale.

    Examples
    --------
    >>> load_instrument("PHQ-9").remission_at_most
    4
    """
    known = _library()
    if name not in known:
        raise DataError(
            f"The scale is not known to the toolkit. Known scales are: {', '.join(sorted(known))}. "
            "Spell the name as one of these."
        )
    return known[name]


def _instrument(content: dict[str, Any]) -> Instrument:
    """Build the description from the content of its data file."""
    response, remission = content["response"], content["remission"]
    positive, missing = content["positive"], content["missing_items"]
    spread = content["spread"] or {"standard_deviation": None, "reliability": None}
    return Instrument(
        name=content["name"],
        long_name=content["long_name"],
        rater=content["rater"],
        item_ranges=tuple((low, high) for low, high in content["items"]["ranges"]),
        total_low=content["total"]["low"],
        total_high=content["total"]["high"],
        direction=content["direction"],
        recall_days=content["recall_days"],
        scoring=_scoring(content["scoring"], len(content["items"]["ranges"])),
        may_be_averaged=content["may_be_averaged"],
        bands=tuple(Band(**band) for band in content["bands"]),
        response_fraction=response["fraction"],
        response_at_most=response["at_most"],
        remission_at_most=remission["at_most"],
        remission_alternatives=tuple(remission["alternatives"]),
        clinically_significant_at_most=content["clinically_significant_at_most"],
        positive_at_least=positive["at_least"],
        positive_at_most=positive["at_most"],
        positive_alternatives=tuple(positive["alternatives"]),
        positive_by_sex=tuple((positive["by_sex"] or {}).items()),
        missing_method=missing["method"],
        max_missing=missing["max_missing"],
        never_filled_in=tuple(missing["never_filled_in"]),
        standard_deviation=spread["standard_deviation"],
        reliability=spread["reliability"],
        published_reliable_change=_interval(content["reliable_change"]),
        minimal_important_difference=content["minimal_important"]["difference"],
        minimal_important_fraction=content["minimal_important"]["fraction"],
        licence=content["licence"],
        loinc=Loinc(**_with_items(content["loinc"])) if content["loinc"] else None,
        cdisc=Cdisc(**_with_items(content["cdisc"])) if content["cdisc"] else None,
        note=content["note"],
        evidence=tuple(Evidence(**item) for item in content["evidence"]),
    )


def _scoring(content: dict[str, Any], n_items: int) -> Scoring:
    """Build the scoring rule; without declared domains each item is one."""
    alone = [[n] for n in range(1, n_items + 1)]
    gate, parent = content["gate"], content["parent"]
    return Scoring(
        method=content["method"],
        multiplier=content["multiplier"],
        domains=tuple(tuple(domain) for domain in content["domains"] or alone),
        gate=(gate["item"], tuple(gate["opens"])) if gate else None,
        not_applicable=tuple(content["not_applicable"]),
        parent=parent["name"] if parent else None,
        parent_items=tuple(parent["items"]) if parent else (),
    )


def _interval(content: dict[str, float] | None) -> tuple[float, float] | None:
    """Read a published figure that may be a range."""
    return (content["low"], content["high"]) if content else None


def _with_items(codes: dict[str, Any]) -> dict[str, Any]:
    """Freeze the list of item codes."""
    return {**codes, "items": tuple(codes["items"])}
