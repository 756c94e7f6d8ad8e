"""Who is counted in each number of the first page: patients, those with the outcome, sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure import INTERNAL
from analysis.errors import DataError
from analysis.outcomes import definition, definition_names, entry_in_words
from analysis.outcomes.response import visit_status
from analysis.quality import quality_measures
from analysis.study import Study

__all__ = ["FOLLOWED_UP", "MEASURES", "WORSE_AGAIN", "Asked", "ask"]

FOLLOWED_UP = "item9_follow_up"
"""The quality measure behind the row of item 9."""

WORSE_AGAIN = "relapsing"
"""The quality measure behind the row of those who became worse again."""

MEASURES: Mapping[str, str] = {
    "evaluable": "Evaluable",
    "completeness": "Score at the visit",
    "response": "Response",
    "remission": "Remission",
    "deterioration": "Any worsening",
    "worsening": "Reliable worsening",
    WORSE_AGAIN: "Worse again by a reliable change, confirmed",
    "item9": "Item 9 positive, no action documented the same day",
    "serious": "Serious adverse events",
    "stopped": "Sessions stopped or not completed",
}
"""Numbers of the first page that are counts, in their order: name and title."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """Who is behind one number.

    Parameters
    ----------
    of : str
        Who is in the denominator, in words.
    patients : pandas.Series of bool
        By patient id: in the denominator; who has the outcome is true.
    sessions, events : numpy.ndarray, shape (patients,), optional
        Per patient of the denominator, for a rate per 100 sessions.
    reason : str
        Why there is no number; then nobody is in it.
    note : str
        What must be said of it.
    """

    of: str = ""
    patients: pd.Series
    sessions: Floats | None = None
    events: Floats | None = None
    reason: str = ""
    note: str = ""


def ask(
    study: Study, instrument: str, *, visit: str, baseline_at_least: float | None
) -> dict[str, Asked]:
    """Find out who is behind each number of `MEASURES`.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Scale of the outcome.
    visit : str
        Planned visit.
    baseline_at_least : float, optional
        As in `outcomes.visit_outcomes`.

    Returns
    -------
    dict of str to Asked
        A measure that the study cannot answer has a reason in the place of patients.
    """
    rules = {"visit": visit, "baseline_at_least": baseline_at_least}
    asked: Mapping[str, Callable[[], Asked]] = {
        "evaluable": lambda: _evaluable(study, instrument, rules),
        "completeness": lambda: _scored(study, instrument, rules),
        "response": lambda: _outcome(study, instrument, "response", rules),
        "remission": lambda: _outcome(study, instrument, "remission", rules),
        "deterioration": lambda: _outcome(study, instrument, "deterioration", rules),
        "worsening": lambda: _outcome(study, instrument, "reliable_deterioration", rules),
        WORSE_AGAIN: lambda: _worse_again(study),
        "item9": lambda: _not_followed_up(study),
        "serious": lambda: _serious(study),
        "stopped": lambda: _stopped(study),
    }
    return {name: _or_reason(question) for name, question in asked.items()}


def _or_reason(question: Callable[[], Asked]) -> Asked:
    """Ask, and keep what the study lacks as the reason."""
    try:
        return question()
    except DataError as lacking:
        return Asked(patients=pd.Series(dtype=bool), reason=str(lacking))


def _evaluable(study: Study, instrument: str, rules: Mapping[str, Any]) -> Asked:
    """Ask who can be evaluated, of all who started."""
    rows = visit_status(study, instrument, measures=(), **rules)
    entry = entry_in_words(instrument, rules["baseline_at_least"])
    return Asked(
        of="patients who started treatment",
        patients=rows.set_index(rows["subject_id"].astype(str))["evaluable"].astype(bool),
        note=f"Evaluable: {entry} before treatment, and {rules['visit']} is over.",
    )


def _scored(study: Study, instrument: str, rules: Mapping[str, Any]) -> Asked:
    """Ask who has a score among those whose window has closed."""
    rows = visit_status(study, instrument, measures=(), **rules)
    due = rows[rows["due"].astype(bool)]
    return Asked(
        of=f"patients due for {rules['visit']}",
        patients=due.set_index(due["subject_id"].astype(str))["total"].notna(),
    )


def _outcome(study: Study, instrument: str, name: str, rules: Mapping[str, Any]) -> Asked:
    """Ask who has an outcome that the scale defines, among the observed."""
    if name not in definition_names(instrument):
        raise DataError(f"Not computable: {instrument} has no accepted {name.replace('_', ' ')}.")
    rows = visit_status(study, instrument, measures=[name], **rules)
    observed = rows[rows["observed"].astype(bool)]
    rule = definition(name, instrument)
    return Asked(
        of="evaluable patients with a score",
        patients=observed.set_index(observed["subject_id"].astype(str))[name].astype(bool),
        note=f"{MEASURES[_ROWS.get(name, name)]}: {rule.rule}"
        + ("" if rule.verified else " Not verified: confirm it in the source."),
    )


_ROWS = {"reliable_deterioration": "worsening"}
"""Rows that are not named as the outcome that they show."""


def _worse_again(study: Study) -> Asked:
    """Ask who became worse again after an improvement, and was so at the next score as well."""
    frame, title = _decided(study, WORSE_AGAIN)
    return Asked(
        of="patients with three or more PHQ-9 scores in 180 days",
        patients=frame.set_index(frame["subject_id"].astype(str))["status"].eq("met"),
        note=f"{title}: a score that is worse than the best before by the reliable change of the "
        "scale, and so is the next, within 180 days of the first session.",
    )


def _not_followed_up(study: Study) -> Asked:
    """Ask for whom a positive item 9 has no documented action on the same day."""
    frame, _ = _decided(study, FOLLOWED_UP)
    return Asked(
        of="patients with a positive item 9",
        patients=frame.set_index(frame["subject_id"].astype(str))["status"].eq("not met"),
        note="Item 9: a patient counts when neither a risk assessment nor a safety plan is "
        "documented on the day of at least one answer above 0.",
    )


def _decided(study: Study, measure: str) -> tuple[pd.DataFrame, str]:
    """Tell of each patient in the denominator of a measure whether it is met, and its title."""
    found = quality_measures(study, [measure], policy=INTERNAL)  # nothing of it is shown
    counted = found.decided[0]
    if counted.decisions is None:
        raise DataError(f"Not computable: needs {', '.join(counted.needs)}.")
    frame = found.members()
    return frame[frame["status"].isin(["met", "not met"])], counted.measure.title


def _serious(study: Study) -> Asked:
    """Count serious adverse events in the sessions in which events were asked about."""
    for table, column in (("adverse_events", "serious"), ("sessions", "ae_assessed")):
        if not study.has(table, column):
            raise DataError(f"Not computable: needs {column} in the table {table}.")
    sessions = study.table("sessions")
    asked = sessions[sessions["ae_assessed"].eq(True).fillna(value=False)]
    if asked.empty:
        raise DataError("Not computable: no session has ae_assessed set to true.")
    keys = ["subject_id", "session_no"]
    events = study.table("adverse_events").merge(asked[keys], on=keys)
    serious = events[events["serious"].eq(True).fillna(value=False)]
    return _per_session(asked, serious, of="sessions in which events were asked about")


def _stopped(study: Study) -> Asked:
    """Count sessions that were not completed, among those of which it is known."""
    if not study.has("sessions", "completed"):
        raise DataError("Not computable: needs completed in the table sessions.")
    known = study.table("sessions").dropna(subset="completed")
    if known.empty:
        raise DataError("Not computable: completed is known of no session.")
    stopped = known[known["completed"].eq(False)]
    return _per_session(known, stopped, of="sessions known to be completed or not")


def _per_session(sessions: pd.DataFrame, events: pd.DataFrame, *, of: str) -> Asked:
    """Count sessions and events per patient."""
    exposure = sessions.groupby(sessions["subject_id"].astype(str)).size()
    counts = events.groupby(events["subject_id"].astype(str)).size()
    per_patient = counts.reindex(exposure.index, fill_value=0)
    return Asked(
        of=of,
        patients=per_patient.gt(0),
        sessions=np.asarray(exposure, dtype=np.float64),
        events=np.asarray(per_patient, dtype=np.float64),
    )
