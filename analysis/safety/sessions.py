"""The safety of every treatment session: what was seen, what cannot be told, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.disclosure import RELEASE, Policy, Statement
from analysis.errors import DataError
from analysis.results import counted, frame_to_html, frame_to_text
from analysis.safety.course import VITALS, session_columns
from analysis.safety.grouped import members_of
from analysis.safety.in_time import WIDEST_GAP
from analysis.safety.readings import Readings, session_readings
from analysis.safety.rules import RULES, MonitoringRule, require_distinct
from analysis.safety.shown import coverage_statement
from analysis.study import Study

__all__ = ["SessionSafety", "session_safety"]

_STATES = ("computed", "not measured", "no value before the dose", "no value after the dose")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SessionSafety:
    """What is known about the safety of each session.

    Printed and released is how many sessions each vital sign can be judged in, by treatment, and
    why not in the others.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per session, see `session_safety`. Patient-level.
    readings : Readings
        The readings behind it.
    rules : tuple of MonitoringRule
        The rules that were evaluated.
    not_computable : tuple of str
        What the study has no column for, in sentences.
    widest_gap : int
        Minutes between readings beyond which nothing is said of the time between.
    policy : Policy
        For whom what is printed and released is.
    """

    frame: pd.DataFrame = field(repr=False)
    readings: Readings = field(repr=False)
    rules: tuple[MonitoringRule, ...]
    not_computable: tuple[str, ...]
    widest_gap: int
    policy: Policy

    def coverage(self) -> pd.DataFrame:
        """Count the sessions in which each vital sign can be judged.

        Returns
        -------
        pandas.DataFrame
            Columns ``treatment, parameter, patients, sessions`` and one per state: "computed", "not
            measured", "no value before the dose", "no value after the dose". True counts, marked
            as confidential.
        """
        parts = [
            pd.crosstab(self.frame["treatment"], self.frame[f"{name}_state"])
            .reindex(columns=list(_STATES), fill_value=0)
            .reset_index()
            .assign(parameter=name)
            for name in VITALS
        ]
        counts = pd.concat(parts, ignore_index=True).rename_axis(columns=None)
        counts = counts.sort_values(["treatment", "parameter"], kind="stable", ignore_index=True)
        patients = self.frame.groupby("treatment")["subject_id"].nunique()
        counts = counts.assign(
            patients=counts["treatment"].map(patients).astype(int),
            sessions=counts[list(_STATES)].sum(axis="columns"),
        )
        counts = counts[["treatment", "parameter", "patients", "sessions", *_STATES]]
        counts.attrs["confidential"] = True
        return counts

    def left_out(self) -> pd.DataFrame:
        """Count the rows of monitoring that cannot be used, by parameter and reason.

        Returns
        -------
        pandas.DataFrame
            Columns ``parameter, reason, rows``; true counts, marked as confidential.
        """
        rows = self.readings.left_out.copy()
        rows.attrs["confidential"] = True
        return rows

    def disclosure(self) -> Statement:
        """Say what leaves: in how many sessions each vital sign can be judged."""
        frame = self.frame
        patients = frame.groupby("treatment")["subject_id"].unique()
        sets = {
            ("patients", f"{treatment} / {name}"): ids
            for treatment, ids in patients.items()
            for name in VITALS
        }
        members = members_of(frame["subject_id"], sets)
        return coverage_statement(self.coverage(), list(_STATES), members, self.policy)

    def summary(self) -> str:
        """Return the counts of sessions, the rows left out and what is not computable, as text."""
        shown = frame_to_text(self.disclosure().frame)
        return "\n".join(["Sessions with a peak change, by vital sign", shown, *self._notes()])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        caption = " ".join(["Sessions with a peak change, by vital sign.", *self._notes()])
        return frame_to_html(self.disclosure().frame, caption=caption)

    def _notes(self) -> list[str]:
        """Say what was left out, what is not computable, and by which policy."""
        rows = int(self.readings.left_out["rows"].sum())
        reasons = self.readings.left_out["reason"].nunique()
        why = f"for {counted(reasons, 'reason')}, see left_out()" if rows else "none"
        left = f"Rows of monitoring left out: {why}."
        return [left, *self.not_computable, self.policy.rule]


def session_safety(
    study: Study,
    *,
    rules: Sequence[MonitoringRule] = RULES,
    widest_gap: int = WIDEST_GAP,
    policy: Policy = RELEASE,
) -> SessionSafety:
    """Derive what happened in every treatment session.

    Answers how far vital signs moved and for how long they were above which limit, how deep and
    long dissociation and sedation were, whether the patient waited to leave, and whether the dose
    was stopped or something done.

    Parameters
    ----------
    study : Study
        A checked study.
    rules : sequence of MonitoringRule
        Rules to hold, recheck or stop; `monitoring_rules` shows the defaults with their sources.
    widest_gap : int
        Minutes between two readings beyond which nothing is said of the time between them.
    policy : Policy
        For whom what is printed and released is.

    Returns
    -------
    SessionSafety
        ``frame`` has the columns of sessions and

        - ``treatment``: agent and route;
        - for sbp, dbp and hr: ``_before`` (last reading at minute 0 or earlier), ``_peak_change``
          (greatest later reading minus that), ``_peak_min`` (the first minute at which it was
          read), ``_state`` (why there is none);
        - per rule ``broke …`` (1, 0, or missing where a reading that it needs is), and for rules
          to recheck or stop ``minutes above …`` and ``minutes observed …``;
        - ``spo2_lowest``; ``moaas_lowest``; ``cadss_peak, cadss_peak_min``; ``cadss6_before,
          cadss6_peak``;
        - returns, to MOAA/S 5, CADSS 4 or less, CADSS-6 within a point of before the dose: by
          which minute it was seen (``…_by_min``: between the last reading outside and this one),
          and ``…_back`` (1 seen, 0 not by the last reading, missing where never outside);
        - ``wait_min`` from ready to leave to leaving; ``stopped``; ``intervention``,
          ``emergency_transfer`` and ``action …`` per kind that the study has (a row of actions
          with this session; item 9 does not count).

    Raises
    ------
    DataError
        When two sessions have the same patient and number, two rules the same name, or
        `widest_gap` is under 1.

    Notes
    -----
    A return counts when every later reading stays inside. Peaks are of readings, never of lines
    between them; minutes above a limit are on straight lines between readings, see
    `minutes_above`. Rows that cannot be used are left out and counted by reason (``left_out()``).

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = session_safety(read_study(example_folder("first-clinic")))
    >>> found.not_computable[0]
    'Not computable: peaks and minutes above limits; needs monitoring.'
    """
    require_distinct(rules)
    if widest_gap < 1:
        raise DataError(f"widest_gap= is {widest_gap}; allowed are minutes, 1 or more.")
    readings = session_readings(study)
    frame = session_columns(study, readings, rules, widest_gap=widest_gap)
    return SessionSafety(
        frame=frame,
        readings=readings,
        rules=tuple(rules),
        not_computable=tuple(_not_computable(study, readings, frame)),
        widest_gap=widest_gap,
        policy=policy,
    )


_NEEDS = {
    "peaks and minutes above limits": ("monitoring", None),
    "minutes to discharge": ("sessions", "discharge_ready_min"),
    "waiting after being ready to leave": ("sessions", "discharged_min"),
    "reasons for stopping": ("sessions", "stop_reason"),
    "interventions and emergency transfers": ("actions", None),
}
_MEASURES = {
    "dissociation by the full CADSS": "cadss",
    "dissociation by the CADSS-6": "cadss6",
    "sedation": "moaas",
    "oxygen saturation": "spo2",
}


def _not_computable(study: Study, readings: Readings, frame: pd.DataFrame) -> list[str]:
    """Say what the study has no table, column or reading for."""
    said = [
        f"Not computable: {what}; needs {table}{f'.{column}' if column else ''}."
        for what, (table, column) in _NEEDS.items()
        if not study.has(table, column)
    ]
    if study.has("monitoring"):
        said += [
            f"Not computable: {what}; needs readings of {name}."
            for what, name in _MEASURES.items()
            if name not in readings.series
        ]
    if study.has("actions") and frame["intervention"].isna().all():
        said.append("Not computable: interventions; no row of actions is about a session.")
    return said
