"""Integers that stand for the subjects, clinics and meanings of a study that is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.formats.omop.concepts import WEIGHT
from analysis.study import TABLES, UNITS, Study

__all__ = ["Numbers"]

_FIRST_LOCAL = 2_000_000_001


@dataclass(frozen=True, kw_only=True, eq=False)
class Numbers:
    """Integers that stand for subjects, clinics and meanings.

    Parameters
    ----------
    persons, sites : dict of str to int
        By pseudonym and by clinic.
    concepts : dict of tuple to int
        Local concept by section and meaning.
    """

    persons: dict[str, int]
    sites: dict[str, int]
    concepts: dict[tuple[str, Any], int]

    @classmethod
    def of(cls, study: Study) -> Numbers:
        """Give every subject, clinic and meaning of a study its number."""
        subjects = list(map(str, study.tables["subjects"]["subject_id"]))
        session = TABLES["sessions"]
        vitals = [*UNITS, WEIGHT]
        units = [*dict.fromkeys(UNITS.values()), "kg"]
        items = [] if not study.has("items") else _item_pairs(study.tables["items"])
        meanings = [
            *(("agents", name) for name in session.column("agent").allowed),
            *(("routes", name) for name in session.column("route").allowed),
            ("sexes", "other"),
            *(("totals", name) for name in study.instruments),
            *(("vitals", name) for name in vitals),
            *(("units", name) for name in units),
            *(("items", pair) for pair in items),
        ]
        return cls(
            persons={name: n for n, name in enumerate(subjects, start=1)},
            sites={name: n for n, name in enumerate(study.sites, start=1)},
            concepts={each: n for n, each in enumerate(meanings, start=_FIRST_LOCAL)},
        )

    def concept(self, section: str, names: pd.Series) -> pd.Series:
        """Return the concept of each name; 0, which means none, where there is none."""
        known = {name: n for (part, name), n in self.concepts.items() if part == section}
        return names.astype(object).map(known).fillna(0).astype("int64")

    def person(self, frame: pd.DataFrame) -> pd.Series:
        """Return the person_id of each row."""
        return frame["subject_id"].astype(object).map(self.persons).astype("Int64")

    def sections(self) -> dict[str, Any]:
        """Return the section ``concepts`` of the mapping."""
        told: dict[str, Any] = {}
        for (section, name), number in self.concepts.items():
            part = told.setdefault(section, {})
            if section == "items":
                part.setdefault(name[0], {})[str(name[1])] = [number]
            else:
                part[name] = [number]
        return told


def _item_pairs(items: pd.DataFrame) -> list[tuple[str, int]]:
    """Return the items that a study has."""
    pairs = items[["instrument", "item_no"]].astype({"instrument": str}).drop_duplicates()
    ordered = pairs.sort_values(["instrument", "item_no"])
    return [(str(scale), int(n)) for scale, n in zip(*map(ordered.get, ordered), strict=True)]
