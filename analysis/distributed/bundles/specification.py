"""What a network agrees on before anything is summed: analyses, levels, sites and mode."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.distributed.bundles.analyses import Analysis, analysis_of
from analysis.distributed.bundles.times import TimesToEvent
from analysis.distributed.digests import digest
from analysis.errors import DataError

__all__ = ["MODES", "Specification", "read_specification"]

MODES = {
    "trusted": "sites under a declared agreement send exact sums to the coordinator",
    "masked": "sites add masks that cancel, so that the coordinator sees the network's sum only",
    "thresholded": "sites coarsen what is rare, and send what they may publish on their own",
}
"""How sums leave a site, and what each mode means."""

_NETWORK = {"title", "sites", "mode", "threshold", "agreement"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Specification:
    """The agreement of a network, read from ``analysis.toml``.

    Parameters
    ----------
    title : str
        What is analysed.
    sites : tuple of str
        All sites that take part, as the study tables name them.
    mode : {"trusted", "masked", "thresholded"}
        How sums leave a site.
    threshold : int
        Least number of patients that a count may stand for, 0 excepted.
    agreement : str
        In the trusted mode: the agreement under which exact sums are sent.
    analyses : tuple of Analysis
        In order.
    text : mapping
        All of it as read, with every default written out.
    """

    title: str
    sites: tuple[str, ...]
    mode: str
    threshold: int
    agreement: str
    analyses: tuple[Analysis, ...]
    text: Mapping[str, Any]

    @property
    def sha256(self) -> str:
        """Digest of the agreement: bundles of another cannot be pooled."""
        return digest(self.text)


def read_specification(path: Path | str) -> Specification:
    """Read ``analysis.toml``.

    Parameters
    ----------
    path : pathlib.Path or str
        TOML with a table ``network`` and one table ``analyses.NAME`` per analysis.

    Returns
    -------
    Specification
        Checked, defaults written out.

    Raises
    ------
    DataError
        When it cannot be read, lacks something, or holds a key that nothing reads.
    ModelError
        When a formula or an option cannot be used.
    """
    file = Path(path)
    try:
        text = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise DataError(f"{file.name} could not be read. Give the path of the TOML file.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{file.name} is no TOML: {error}. Mend this place.") from None
    return specification_of(text, file.name)


def specification_of(text: Mapping[str, Any], name: str) -> Specification:
    """Check an agreement that was read.

    Parameters
    ----------
    text : mapping
        Tables ``network`` and ``analyses``.
    name : str
        Where it was read, for messages.

    Returns
    -------
    Specification
        Checked, defaults written out.
    """
    network, analyses = _table(text, "network", name), _table(text, "analyses", name)
    unknown = sorted([*(set(text) - {"network", "analyses"}), *(set(network) - _NETWORK)])
    if unknown:
        raise DataError(
            f"{name}: nothing reads {', '.join(map(repr, unknown))}; allowed in [network] are "
            f"{', '.join(sorted(_NETWORK))}. Check the spelling."
        )
    sites = network.get("sites", [])
    if not _are_sites(sites):
        raise DataError(f"{name}: sites in [network] must list at least two sites, each once.")
    mode, threshold = network.get("mode", "trusted"), network.get("threshold", 11)
    if not isinstance(mode, str) or mode not in MODES:
        raise DataError(f"{name}: mode must be one of {', '.join(map(repr, MODES))}.")
    if not isinstance(threshold, int) or isinstance(threshold, bool) or threshold < 2:
        raise DataError(f"{name}: threshold must be a whole number of at least 2.")
    title, agreement = network.get("title", ""), network.get("agreement", "")
    if not isinstance(title, str) or not isinstance(agreement, str):
        raise DataError(f"{name}: title and agreement in [network] must be texts.")
    if mode == "trusted" and not agreement.strip():
        raise DataError(
            f"{name}: in the trusted mode exact sums leave the site, from which a patient in a "
            'rare pattern can be read. Name the agreement that allows it as agreement = "..." '
            'in [network], or take mode = "masked" or "thresholded".'
        )
    checked = tuple(
        analysis_of(label, _table(analyses, label, name), tuple(sites), mode, name)
        for label in analyses
    )
    if mode == "masked":
        _check_sites_hidden(checked, name)
    if mode == "thresholded":
        _check_binned(checked, name)
    whole = {
        "title": title,
        "sites": list(sites),
        "mode": mode,
        "threshold": threshold,
        "agreement": agreement,
    }
    return Specification(
        title=title,
        sites=tuple(sites),
        mode=mode,
        threshold=threshold,
        agreement=agreement,
        analyses=checked,
        text={"network": whole, "analyses": {each.name: dict(each.text) for each in checked}},
    )


def _check_sites_hidden(analyses: tuple[Analysis, ...], name: str) -> None:
    """Refuse what tells sites apart: in the network's sum its numbers would be one site's own."""
    for analysis in analyses:
        text = analysis.text
        told = (text.get("site", "none") != "none", text.get("strata", "none") == "site")
        named = (text.get("by"), text.get("formula"), *text.get("levels", {}))
        if any(told) or any(re.search(r"\bsite_id\b", str(value)) for value in named):
            raise DataError(
                f"{name}: {analysis.name!r} tells sites apart (site, strata or site_id), so that "
                "the network's sum would hold each site's own sums, which masks are to hide. "
                "Leave the site out, or take the trusted mode."
            )


def _check_binned(analyses: tuple[Analysis, ...], name: str) -> None:
    """Refuse curves and tests by the day where a site publishes on its own."""
    for analysis in analyses:
        if isinstance(analysis, TimesToEvent) and not analysis.bins:
            last = int(analysis.source.until)
            example = [day for day in (14, 28, 84) if day < last] + [last]
            raise DataError(
                f"{name}: {analysis.name!r} has no bins. In the thresholded mode days are moved to "
                f"the ends of bins that all sites share; write, for example, bins = {example}. The "
                "fewer the bins, the sooner a small site can send its counts."
            )


def _are_sites(value: Any) -> bool:
    """Tell whether the agreement lists different sites, each by a name."""
    if not isinstance(value, list) or not all(isinstance(site, str) and site for site in value):
        return False
    return len(value) >= 2 and len(set(value)) == len(value)


def _table(text: Mapping[str, Any], key: str, name: str) -> Mapping[str, Any]:
    """Return a table of the file, or say that it is not there."""
    value = text.get(key)
    if not isinstance(value, Mapping) or not value:
        raise DataError(f"{name} has no table [{key}], or it is empty.")
    return value
