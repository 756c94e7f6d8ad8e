"""How far and how long: means and medians of peaks, returns and waits, by session and patient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, CountedTable, Members, Policy
from analysis.results import check_conf_level, critical_value
from analysis.safety.grouped import group_name, members_of, per_patient, with_group
from analysis.safety.sessions import SessionSafety
from analysis.safety.shown import shown_statement, with_group_name

__all__ = ["safety_levels"]

_MEANS = ["mean", "conf_low", "conf_high", "sd"]
_WORST = ["worst_mean", "worst_sd"]
_MEDIAN = "median"
_LOWEST_IS_WORST = ("spo2_lowest", "moaas_lowest")

_MEASURES = {
    "sbp_peak_change": "systolic, peak change (mm[Hg])",
    "sbp_peak_min": "systolic, minutes to peak",
    "dbp_peak_change": "diastolic, peak change (mm[Hg])",
    "dbp_peak_min": "diastolic, minutes to peak",
    "hr_peak_change": "heart rate, peak change (/min)",
    "hr_peak_min": "heart rate, minutes to peak",
    "spo2_lowest": "oxygen saturation, lowest (%)",
    "cadss_peak": "CADSS, peak",
    "cadss_peak_min": "CADSS, minutes to peak",
    "cadss_4_by_min": "CADSS, minutes until seen at 4 or less",
    "cadss6_peak": "CADSS-6, peak",
    "cadss6_back_by_min": "CADSS-6, minutes until seen within 1 point of before",
    "moaas_lowest": "MOAA/S, lowest",
    "moaas_5_by_min": "MOAA/S, minutes until seen at 5",
    "discharge_ready_min": "minutes until ready to leave",
    "wait_min": "minutes from ready to leave to leaving",
}
_RETURNS = {
    "cadss_4_by_min": "cadss_back",
    "cadss6_back_by_min": "cadss6_back",
    "moaas_5_by_min": "moaas_back",
}


def safety_levels(
    safety: SessionSafety,
    *,
    by: str | Sequence[str] = "treatment",
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
) -> CountedTable:
    """Describe peaks, minutes above limits, returns and waits, agents and routes apart by default.

    Answers how large the usual effect is, and how large the worst one of each patient.

    Parameters
    ----------
    safety : SessionSafety
        What `session_safety` returns.
    by : str or sequence of str
        Columns of its frame.
    conf_level : float
        Two-sided coverage of the limits of the mean.
    policy : Policy
        For whom what is printed and released is.

    Returns
    -------
    CountedTable
        The group, ``measure, patients, sessions`` (with the measure), ``mean, conf_low,
        conf_high, sd, median`` over sessions, and ``worst_mean, worst_sd`` over the patients'
        worst sessions. Measures without any session are left out.

    Raises
    ------
    ColumnError
        When `by` is not a column of sessions.
    ModelError
        When `conf_level` is not between 0 and 1.

    Notes
    -----
    Limits of the mean are those of a ratio of sums over patients, with Student's t, so that many
    sessions of one patient are not many patients. Minutes until a return are of sessions that
    left the limit; where the return was not seen they count as longer than all others, so that
    there is a median and no mean. The worst of more sessions is worse: compare it between groups
    with as many.

    The mean of peaks is larger than the peak of the mean course, which `time_course` gives:
    sessions have their peaks at different minutes, and the largest of several readings also holds
    the largest error. Published figures are of either kind.

    Examples
    --------
    >>> from analysis.safety.sessions import session_safety
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = safety_levels(session_safety(read_study(example_folder("clinic-network"))))
    >>> found.tidy().query("measure.str.startswith('systolic, peak')")["mean"].round(1).tolist()
    [11.9, 13.9, 13.6]
    """
    check_conf_level(conf_level)
    rows = with_group(_with_returns(safety.frame), by)
    found: list[dict[str, object]] = []
    sets: dict[tuple[str, str], pd.Series] = {}
    for column, measure in {**_MEASURES, **_minutes_above(safety)}.items():
        if column in rows:
            sums = per_patient(rows, column)
            for group, own in sums.groupby("group", observed=True):
                values = rows.loc[rows["group"].eq(group), column].dropna().to_numpy(dtype=float)
                row = {"group": str(group), "measure": measure, **_row(own, values, conf_level)}
                found.append(row | (_worst(own, column) if column not in _RETURNS else {}))
                sets["patients", f"{group} / {measure}"] = own["subject_id"]
    columns = ["group", "measure", "patients", "sessions", *_MEANS, _MEDIAN, *_WORST]
    frame = pd.DataFrame(found, columns=columns)
    frame = frame.sort_values("group", kind="stable", ignore_index=True)
    return _table(frame, members_of(rows["subject_id"], sets), safety, group_name(by), policy)


def _table(
    frame: pd.DataFrame, members: Members, safety: SessionSafety, group: str, policy: Policy
) -> CountedTable:
    """Say what of the frame leaves; a median is of twice the patients, so that it is of none."""
    enough = frame["patients"].ge(2 * policy.minimum_count) | policy.confidential
    statement = shown_statement(
        frame.assign(**{_MEDIAN: frame[_MEDIAN].where(enough)}),
        named_by=["group", "measure"],
        sums={"patients": (), "sessions": ()},
        numbers=dict.fromkeys((*_MEANS, _MEDIAN, *_WORST), ("patients", "sessions")),
        about=f"sessions by {group} with a reading",
        members=members,
        policy=policy,
    )
    return CountedTable(
        title=f"Peaks, returns and waits, by {group}",
        notes=(_NOTE, *safety.not_computable, policy.rule),
        true=frame.rename(columns={"group": group}),
        statement=with_group_name(statement, group),
    )


_NOTE = (
    "mean, sd, median: of sessions, limits with patients as clusters; worst: of each patient's "
    "worst session. Minutes until a return: median only, unseen returns counted as longest."
)


def _minutes_above(safety: SessionSafety) -> dict[str, str]:
    """Name the columns of minutes above rules."""
    return {
        f"minutes above {rule.name}": f"minutes above {rule.name}"
        for rule in safety.rules
        if f"minutes above {rule.name}" in safety.frame
    }


def _with_returns(frame: pd.DataFrame) -> pd.DataFrame:
    """Let a return that was not seen be longer than any other."""
    unseen = {
        minute: frame[minute].mask(frame[back].eq(0.0), np.inf) for minute, back in _RETURNS.items()
    }
    return frame.assign(**unseen)


def _row(
    own: pd.DataFrame, values: np.ndarray[tuple[int], np.dtype[np.float64]], conf_level: float
) -> dict[str, object]:
    """Describe one measure of one group; a mean needs every value to be known."""
    median = float(np.median(values))
    row: dict[str, object] = {"patients": len(own), "sessions": len(values), _MEDIAN: median}
    if not np.isfinite(values).all():
        return row
    mean = float(values.mean())
    n = len(own)
    residual = own["total"].to_numpy() - mean * own["sessions"].to_numpy()
    error = np.sqrt(n / (n - 1.0) * np.sum(residual**2)) / len(values) if n > 1 else np.nan
    margin = float(critical_value(n - 1.0, conf_level)) * error if n > 1 else np.nan
    sd = float(values.std(ddof=1)) if len(values) > 1 else np.nan
    return row | dict(zip(_MEANS, (mean, mean - margin, mean + margin, sd), strict=True))


def _worst(own: pd.DataFrame, column: str) -> dict[str, object]:
    """Describe the worst session of each patient."""
    worst = own["least" if column in _LOWEST_IS_WORST else "greatest"].astype(float)
    return {"worst_mean": worst.mean(), "worst_sd": worst.std(ddof=1)}
