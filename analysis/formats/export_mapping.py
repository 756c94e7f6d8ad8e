"""The mapping of a REDCap, FHIR or OMOP export: the same questions and answers for every kind."""

from __future__ import annotations

import json
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis.formats.answering import answered, questions
from analysis.formats.mapping_entries import undecided

__all__ = ["EXPORT_KINDS", "ExportMapping"]

EXPORT_KINDS = ("redcap", "fhir", "omop")
"""Kinds of exports whose mapping is checked by the reader of their format."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ExportMapping:
    """What an analyst has decided about an export that is not in a clinic's own form.

    Parameters
    ----------
    kind : {"redcap", "fhir", "omop"}
        Which reader it is for.
    content : mapping
        The JSON as it stands, notes included.
    """

    kind: str
    content: MappingType[str, Any] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether no question is open; what else is wrong is found when the export is read."""
        return not self.open_questions

    @property
    def open_questions(self) -> tuple[str, ...]:
        """JSON paths that await a decision."""
        return tuple(undecided(self.content))

    def questions(self) -> pd.DataFrame:
        """Return open questions with the notes beside them, as columns ``place, note``."""
        return questions(self.content, self.open_questions)

    def answered(self, answers: MappingType[str, Any]) -> ExportMapping:
        """Return the mapping with open questions answered, or entries corrected.

        Parameters
        ----------
        answers : mapping of str to object
            What is right, by JSON path as in `open_questions`.

        Returns
        -------
        ExportMapping
            This one stays as it is.

        Raises
        ------
        DataError
            When a path is not in the mapping.

        Examples
        --------
        >>> draft = ExportMapping(kind="fhir", content={"kind": "fhir", "cut_off": "?"})
        >>> draft.open_questions, draft.answered({"cut_off": "2025-06-30"}).ok
        (('cut_off',), True)
        """
        return ExportMapping(kind=self.kind, content=answered(self.content, answers))

    def text(self) -> str:
        """Return the mapping as JSON text, as it is written to a file."""
        return json.dumps(self.content, indent=2, ensure_ascii=False) + "\n"

    def __repr__(self) -> str:
        """Show its kind and how many questions are open."""
        return f"Mapping of a {self.kind} export; {len(self.open_questions)} open questions"
