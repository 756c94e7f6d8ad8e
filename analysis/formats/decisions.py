"""What people add to the mapping of an export: notes, its kind, and question marks to decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.formats.faults import fault
from analysis.formats.mapping_entries import undecided
from analysis.study import Finding

__all__ = ["UNDECIDED", "decisions"]

_ABOUT_ITSELF = ("kind", "note", "files")

UNDECIDED = (
    "A question mark awaits a decision.",
    "Read the note beside it, and write what is right.",
)
"""What a finding says of an open question, and what to do."""


def decisions(content: Mapping[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Take the decisions out of the JSON of a mapping, or list what is not decided.

    Parameters
    ----------
    content : mapping
        The JSON of the mapping of a REDCap, FHIR or OMOP export.

    Returns
    -------
    decided : dict
        Without notes, and without what the mapping says about itself and its files.
    findings : list of Finding
        One error for each open question, at its path.

    Examples
    --------
    >>> decisions({"kind": "fhir", "cut_off": "2025-06-30", "note": "By the file names."})
    ({'cut_off': '2025-06-30'}, [])
    >>> [finding.column for finding in decisions({"title": "?"})[1]]
    ['title']
    """
    what, remedy = UNDECIDED
    kept = {key: _bare(part) for key, part in content.items() if key not in _ABOUT_ITSELF}
    places = undecided(kept)
    return kept, [fault("FMT-014", "mapping", what, remedy, column=place) for place in places]


def _bare(part: Any) -> Any:
    """Leave the notes out, at any depth."""
    if isinstance(part, Mapping):
        return {key: _bare(each) for key, each in part.items() if key != "note"}
    if isinstance(part, list):
        return [_bare(each) for each in part]
    return part
