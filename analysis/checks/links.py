"""Rules about rows that belong to rows of other tables: sessions, assessments, patients, days."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analysis.checks.demand import Demand, of_session
from analysis.study import Study

__all__ = ["LINK_RULES"]

_COMPLETION = ["subject_id", "instrument", "rel_day", "occurrence"]


def _no_session(table: str) -> Callable[[Study], pd.Series]:
    def broken(study: Study) -> pd.Series:
        rows = study.tables[table]
        known = rows["subject_id"].isin(study.tables["subjects"]["subject_id"].dropna())
        named = rows["session_no"].notna()
        return known & named & of_session(study, table, "session_no").isna()

    return broken


def _no_assessment(study: Study) -> pd.Series:
    text = {"instrument": "string"}
    items = study.tables["items"][_COMPLETION].astype(text)
    known = study.tables["assessments"][_COMPLETION].astype(text).drop_duplicates()
    found = items.merge(known, on=_COMPLETION, how="left", indicator=True)["_merge"]
    declared = items["subject_id"].isin(study.tables["subjects"]["subject_id"].dropna())
    whole = items.notna().all(axis="columns") & items["instrument"].isin(study.instruments)
    return whole & declared & found.set_axis(items.index).eq("left_only")


def _no_date(study: Study) -> pd.Series:
    subjects = study.tables["subjects"]["subject_id"]
    return subjects.notna() & ~subjects.isin(study.tables["calendar"]["subject_id"])


def _said_twice(study: Study) -> pd.Series:
    subjects = study.tables["subjects"]
    parts = subjects["secondary_indications"].str.split(";").explode()
    primary = subjects["indication"].astype("string").reindex(parts.index)
    same = parts.astype("string").eq(primary).fillna(value=False)
    return same.groupby(level=0).any().reindex(subjects.index)


LINK_RULES = (
    *(
        Demand(
            code="REF-004",
            severity="error",
            table=table,
            column="session_no",
            what="The session is not in the table sessions.",
            remedy="Add the session there, or correct its number here.",
            broken=_no_session(table),
            needs=((table, "session_no"),),
        )
        for table in ("monitoring", "adverse_events", "actions", "assessments")
    ),
    Demand(
        code="REF-005",
        severity="error",
        table="items",
        column="",
        what="The items belong to no row of assessments.",
        remedy="Add the assessment, with an empty total when none was stored.",
        broken=_no_assessment,
    ),
    Demand(
        code="KEY-003",
        severity="error",
        table="subjects",
        column="subject_id",
        what="The patient has no row in calendar.",
        remedy="Add one row per patient to calendar, or leave the table out.",
        broken=_no_date,
        needs=(("calendar", "subject_id"),),
    ),
    Demand(
        code="SUB-001",
        severity="warning",
        table="subjects",
        column="secondary_indications",
        what="The primary indication is repeated among the secondary ones.",
        remedy="Leave it out of secondary_indications.",
        broken=_said_twice,
        needs=(("subjects", "secondary_indications"),),
    ),
)
"""Rules about belonging together, in the order in which they run."""
