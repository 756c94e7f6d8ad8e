"""Adverse events by term and by how severe the worst one of each patient was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, CountedTable, Policy
from analysis.errors import DataError
from analysis.safety.adverse_events import require_rates, terms_of
from analysis.safety.grouped import group_name, members_of, with_group
from analysis.safety.shown import shown_statement, with_group_name
from analysis.safety.treatments import treated_sessions
from analysis.study import Study

__all__ = ["adverse_event_severity"]

_KEY = ["subject_id", "session_no"]
_GRADES = ("mild", "moderate", "severe", "not_graded")
_COLUMNS = ["group", "measure", "patients", "n", *_GRADES]
_NOTE = (
    "Patients with a session in which events were asked about; each once per term, by the worst "
    "event of that term: mild (grade 1), moderate (2), severe (3 or more)."
)


def adverse_event_severity(
    study: Study, *, by: str | Sequence[str] = "treatment", policy: Policy = RELEASE
) -> CountedTable:
    """Count patients by term and by the severity of their worst event of that term.

    Answers which adverse events were how bad. As in `adverse_event_rates` only events in sessions
    marked ``ae_assessed`` count.

    Parameters
    ----------
    study : Study
        A checked study.
    by : str or sequence of str
        Columns of sessions, or ``treatment``, ``dose_band``; also several.
    policy : Policy
        For whom what is printed and released is. In what may leave, terms of fewer patients than
        the policy shows are pooled as "other terms".

    Returns
    -------
    CountedTable
        The group, ``measure`` ("any" or a term), ``patients`` (with an assessed session), ``n``
        (of these, with the event), and of ``n``: ``mild, moderate, severe, not_graded``.

    Raises
    ------
    DataError
        When the study has no adverse events table, no column ``ae_assessed``, or no assessed
        session: not computable.
    ColumnError
        When `by` is not a column of sessions.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = adverse_event_severity(read_study(example_folder("clinic-network"))).tidy()
    >>> rows = found["measure"].eq("any")
    >>> found.loc[rows, ["n", "mild", "moderate", "severe"]].iloc[2].tolist()
    [145, 96, 46, 3]
    """
    require_rates(study)
    sessions = with_group(treated_sessions(study), by)
    assessed = sessions[sessions["ae_assessed"].fillna(value=False).astype(bool)]
    if assessed.empty:
        raise DataError(
            "Not computable: adverse events by severity; no session has ae_assessed set to true."
        )
    events = study.table("adverse_events").merge(assessed[[*_KEY, "group"]], on=_KEY, how="inner")
    kinds = {"any": pd.Series(data=True, index=events.index), **terms_of(events, policy)}
    frame, sets = _rows(assessed, events, kinds)
    group = group_name(by)
    statement = shown_statement(
        frame,
        named_by=["group", "measure"],
        sums={"patients": ("n", "patients without"), "n": _GRADES},
        numbers={},
        about=f"adverse events by severity and {group}",
        members=members_of(assessed["subject_id"], sets),
        policy=policy,
    )
    return CountedTable(
        title=f"Patients with adverse events by their severity, by {group}",
        notes=(_NOTE, policy.rule),
        true=frame.rename(columns={"group": group}),
        statement=with_group_name(statement, group),
    )


def _rows(
    assessed: pd.DataFrame, events: pd.DataFrame, kinds: Mapping[str, pd.Series]
) -> tuple[pd.DataFrame, dict[tuple[str, str], pd.Series]]:
    """Count by group and term, and keep who is behind each count."""
    found: list[dict[str, object]] = []
    sets: dict[tuple[str, str], pd.Series] = {}
    for group, own in assessed.groupby("group", observed=True):
        patients = own["subject_id"].drop_duplicates()
        here = events["group"].eq(group)
        for name, flags in kinds.items():
            worst = events.loc[here & flags].groupby("subject_id")["severity"].max()
            graded = _grades(worst)
            behind = {grade: worst.index[graded == grade].to_series() for grade in _GRADES}
            behind |= {"patients": patients, "n": worst.index.to_series()}
            sets |= {(column, f"{group} / {name}"): ids for column, ids in behind.items()}
            counts = {column: len(ids) for column, ids in behind.items()}
            found.append({"group": str(group), "measure": name, **counts})
    return pd.DataFrame(found, columns=_COLUMNS), sets


def _grades(worst: pd.Series) -> np.ndarray:
    """Name the severity of the worst event of each patient."""
    grade = worst.to_numpy(dtype=float, na_value=np.nan)
    conditions = [np.isnan(grade), grade <= 1, grade <= 2]
    return np.select(conditions, ["not_graded", "mild", "moderate"], default="severe")
