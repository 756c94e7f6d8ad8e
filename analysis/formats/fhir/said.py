"""The words for what was noticed in a FHIR export, and the counts of what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.formats.fhir.collecting import Collected
from analysis.formats.fhir.frames import Linking
from analysis.formats.imported import SOURCE_COLUMNS
from analysis.formats.noticed import noticed
from analysis.study import Finding

__all__ = ["findings_of", "sources_of"]

_FAULTS = {
    "FHR-012": (
        "error",
        "A dose has a unit that is none of mg, g, ug and mg/kg.",
        "Correct the unit in the record, or convert the doses before the export.",
    ),
    "FHR-013": (
        "error",
        "A measurement has a unit that is not the UCUM unit of its parameter.",
        "Convert blood pressure to mm[Hg], rates to /min, saturation to % and weight to kg.",
    ),
    "FHR-021": (
        "error",
        "An item has several answers.",
        "Correct the response, or leave it out of the export.",
    ),
    "FHR-022": (
        "error",
        "The score of an answer differs from the score of its LOINC answer code.",
        "Correct the ordinal values of the questionnaire on the server.",
    ),
    "FHR-023": (
        "error",
        "An answer has no whole number as score.",
        "Export answers with LOINC codes, ordinal values or whole numbers.",
    ),
}
_DERIVED = {
    "FHR-014": (
        ("sessions", "route"),
        "The route of a dose is not one of IV, IM, SC, SL, IN and PO.",
        "Code routes with SNOMED CT on the server.",
    ),
    "FHR-024": (
        ("assessments", "total"),
        "An observed total differs from the total of its questionnaire, which was taken.",
        "Compare with the items, and correct the one that is wrong.",
    ),
    "FHR-041": (
        ("subjects", "site_id"),
        "Patients have no managing organisation, and were put into one clinic.",
        "Name the clinic under 'site' of the mapping.",
    ),
    "FHR-042": (
        ("follow_up", ""),
        "Follow-up was derived from the rows of the patient and the last day of the export.",
        "Name the end of data collection under 'cut_off' of the mapping.",
    ),
    "FHR-043": (
        ("sessions", "course_no"),
        "The course was derived from gaps between sessions; if none is set, there is one course.",
        "Set 'course_gap_days' in the mapping.",
    ),
    "FHR-044": (
        ("sessions", "phase"),
        "The phase was derived from the days since the course began.",
        "Set 'induction_days' in the mapping.",
    ),
}
_TABLE_OF = {
    "Patient": "subjects",
    "QuestionnaireResponse": "assessments",
    "Observation": "monitoring",
    "MedicationAdministration": "sessions",
    "Medication": "sessions",
    "AdverseEvent": "adverse_events",
    "EpisodeOfCare": "follow_up",
    "other resources": "",
}


def findings_of(collected: Collected, linking: Linking | None) -> Iterator[Finding]:
    """Say what was noticed in resources and while they were linked.

    Parameters
    ----------
    collected : Collected
        Faults of resources.
    linking : Linking, optional
        Derived columns and rows left out; None when it did not come so far.

    Yields
    ------
    Finding
        One per kind of fault, with a count.
    """
    for (rule, kind), count in sorted(collected.faults.items()):
        severity, what, remedy = _FAULTS[rule]
        yield noticed(
            rule, (kind, ""), what, remedy, count=count,
            severity="error" if severity == "error" else "warning",
        )  # fmt: skip
    for rule, count in sorted(linking.derived.items()) if linking else ():
        if count:
            place, what, remedy = _DERIVED[rule]
            yield noticed(rule, place, what, remedy, count=count, severity="warning")
    for (table, reason), count in sorted(linking.left_out.items()) if linking else ():
        if reason in ("no day 0", "no whole date", "patient is not in the export"):
            what = f"Rows were left out: {reason}."
            remedy = "Export the patients, doses and whole dates that they need."
            yield noticed("FHR-030", (table, ""), what, remedy, count=count, severity="warning")


def sources_of(
    collected: Collected, linking: Linking, tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Say what became of the resources.

    Parameters
    ----------
    collected : Collected
        Resources read and left out.
    linking : Linking
        Rows left out.
    tables : mapping of str to pandas.DataFrame
        The tables that were made.

    Returns
    -------
    pandas.DataFrame
        `SOURCE_COLUMNS`.
    """
    rows: list[tuple[str, str, int, int, int, str]] = []
    for kind, n_read in sorted(collected.n_read.items()):
        table = _TABLE_OF[kind]
        n_used = len(tables[table]) if table in tables and kind != "Medication" else 0
        rows.append((kind, table, n_read, n_used, 0, ""))
    for (kind, reason), count in sorted(collected.left_out.items()):
        rows.append((kind, _TABLE_OF[kind], collected.n_read[kind], 0, count, reason))
    sources = {table: kind for kind, table in reversed(list(_TABLE_OF.items()))}
    for (table, reason), count in sorted(linking.left_out.items()):
        kind = "MedicationAdministration" if table == "sessions" else sources[table]
        rows.append((kind, table, collected.n_read[kind], 0, count, reason))
    if collected.n_read["other resources"]:
        count = collected.n_read["other resources"]
        rows.append(("other resources", "", count, 0, count, "not of a kind that is read"))
    return pd.DataFrame(rows, columns=list(SOURCE_COLUMNS))
