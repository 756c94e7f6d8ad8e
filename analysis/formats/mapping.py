"""A mapping: a JSON file that says how the files of one clinic become a study.

It is written and read by people: any object may hold a key "note". Nothing is guessed: what is
not decided stays "?", and the reader refuses the mapping until it is.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis.formats.answering import answered, questions
from analysis.formats.decisions import UNDECIDED
from analysis.formats.faults import fault
from analysis.formats.mapping_entries import Entries, undecided
from analysis.formats.mapping_parts import ClientId, FollowUp, Origin, Part, Questionnaire, Source
from analysis.formats.mapping_sections import (
    client_id,
    follow_up,
    origin,
    parts,
    questionnaires,
    sources,
)
from analysis.study import SCHEMA_VERSION, Finding
from analysis.study.about import about_faults
from analysis.study.findings import in_order

__all__ = ["MAPPING_VERSION", "Mapping"]

MAPPING_VERSION = "1"

_SECTIONS = (
    *("mapping_version", "study", "cut_off", "sites", "client_id", "origin", "sources"),
    *("tables", "questionnaires", "follow_up"),
)
_PLACE = "mapping"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Mapping:
    """How the files of one clinic become a study.

    Parameters
    ----------
    content : mapping
        The JSON as it stands, notes included.
    findings : tuple of Finding
        What is wrong with it, by JSON path; open question marks are errors.
    sources : mapping of str to Source
        Files by name.
    client_id : ClientId
        How ids are made alike.
    origin : Origin, optional
        Which dates are first treatments; None when it is not said.
    parts : tuple of Part
        Rows of canonical tables.
    questionnaires : tuple of Questionnaire
        Scales with a column per item.
    follow_up : FollowUp, optional
        How the table follow_up is derived; None when it is mapped like the others.
    sites : mapping of str to (str or None)
        Names of clinics, spelt plainly, and their codes.
    cut_off : datetime.date, optional
        Last day that the data cover.
    """

    content: MappingType[str, Any] = field(repr=False)
    findings: tuple[Finding, ...]
    sources: MappingType[str, Source]
    client_id: ClientId
    origin: Origin | None
    parts: tuple[Part, ...]
    questionnaires: tuple[Questionnaire, ...]
    follow_up: FollowUp | None
    sites: MappingType[str, str | None] = field(repr=False)
    cut_off: dt.date | None

    @classmethod
    def of(cls, content: Any) -> Mapping:
        """Read a mapping from its JSON and validate it.

        Parameters
        ----------
        content : object
            What `json.load` gives.

        Returns
        -------
        Mapping
            With a finding for every fault.

        Examples
        --------
        >>> mapping = Mapping.of({"mapping_version": "1", "sources": {}, "colour": 1})
        >>> [finding.rule for finding in mapping.findings][:2]
        ['FMT-011', 'FMT-012']
        """
        findings: list[Finding] = []
        top = Entries(content, "", findings, _SECTIONS)
        _version(top)
        _about(top)
        described = sources(top)
        columns = parts(top, described)
        scales = questionnaires(top, described)
        derived = follow_up(top, described)
        found = cls(
            content=top.value,
            findings=(),
            sources=described,
            client_id=client_id(top, described),
            origin=origin(top, described),
            parts=columns,
            questionnaires=scales,
            follow_up=derived,
            sites=top.labels("sites") or {},
            cut_off=_cut_off(top),
        )
        _site_codes(top, found.sites)
        return _with(found, _decided_first(findings, undecided(content)))

    @property
    def ok(self) -> bool:
        """Whether the reader can use it."""
        return not any(finding.severity == "error" for finding in self.findings)

    @property
    def open_questions(self) -> tuple[str, ...]:
        """JSON paths that await a decision."""
        return tuple(undecided(self.content))

    def questions(self) -> pd.DataFrame:
        """Return open questions with the notes beside them.

        Returns
        -------
        pandas.DataFrame
            Columns ``place, note``: JSON path, and what was seen; no label or value.
        """
        return questions(self.content, self.open_questions)

    def answered(self, answers: MappingType[str, Any]) -> Mapping:
        """Return the mapping with open questions answered, or entries corrected.

        Parameters
        ----------
        answers : mapping of str to object
            What is right, by JSON path as in `open_questions`; a new key may stand at the end.
            Objects of labels (``values``, ``answers``, ``sites``) are completed; everything else
            is replaced.

        Returns
        -------
        Mapping
            Validated again; this one stays as it is.

        Raises
        ------
        DataError
            When a path is not in the mapping.

        Examples
        --------
        >>> draft = Mapping.of({"mapping_version": "1", "sources": {}, "cut_off": "?"})
        >>> draft.open_questions, draft.answered({"cut_off": "2025-06-30"}).open_questions
        (('cut_off',), ())
        """
        return Mapping.of(answered(self.content, answers))

    def text(self) -> str:
        """Return the mapping as JSON text, as it is written to a file."""
        return json.dumps(self.content, indent=2, ensure_ascii=False) + "\n"

    def __repr__(self) -> str:
        """Show what the mapping has, and no header or label."""
        tables = sorted({part.table for part in self.parts})
        scales = [scale.instrument for scale in self.questionnaires]
        return (
            f"Mapping of {len(self.sources)} sources to {', '.join(tables) or 'no table'}; "
            f"questionnaires: {', '.join(scales) or 'none'}; "
            f"{len(self.open_questions)} open questions, {len(self.findings)} findings"
        )


def _with(mapping: Mapping, findings: list[Finding]) -> Mapping:
    """Return the mapping with its findings."""
    return Mapping(**{**vars(mapping), "findings": tuple(in_order(findings))})


def _version(top: Entries) -> None:
    """Refuse a mapping of another version."""
    top.text("mapping_version", None, among=(MAPPING_VERSION,))
    for key in ("sources", "tables", "study"):
        if not top.has(key):
            top.lack(key, "an object")


def _about(top: Entries) -> None:
    """Hold what is said about the study to the rules of study.json."""
    keys = ("title", "data_cut_off", "synthetic", "seed", "course_gap_days")
    if not top.has("study"):
        return
    said = Entries(top.value["study"], "study", top.findings, keys).value
    # what stands in the other sections is found when the files are read
    whole = {**said, "schema_version": SCHEMA_VERSION, "sites": ["-"], "instruments": ["-"]}
    for broken in about_faults(whole):
        place = f"study.{broken.column}"
        top.findings.append(fault("FMT-013", _PLACE, broken.what, broken.remedy, column=place))


def _cut_off(top: Entries) -> dt.date | None:
    """Read the last day of the data."""
    text = top.text("cut_off") if top.has("cut_off") else ""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        top.refuse("cut_off", "a date as year-month-day")
        return None


def _site_codes(top: Entries, sites: MappingType[str, str | None]) -> None:
    """Refuse a clinic without a code."""
    if any(code is None or not code.strip() or code != code.strip() for code in sites.values()):
        top.refuse("sites", "an object from names of clinics to codes")


def _decided_first(findings: list[Finding], places: list[str]) -> list[Finding]:
    """Let an open question stand for every other fault at its place."""
    what, remedy = UNDECIDED
    asked = [fault("FMT-014", _PLACE, what, remedy, column=place) for place in places]
    kept = [
        finding
        for finding in findings
        if not any(
            finding.column == place or finding.column.startswith((f"{place}.", f"{place}["))
            for place in places
            if place
        )
    ]
    return asked + kept
