"""In what share of sessions, and in how many patients, something happened, by agent and route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, CountedTable, Policy
from analysis.results import check_conf_level
from analysis.safety.clustered import clustered_share, exact_share
from analysis.safety.grouped import group_name, members_of, per_patient, with_group
from analysis.safety.readings import Floats
from analysis.safety.sessions import SessionSafety
from analysis.safety.shown import COUNTS_OF_SHARES, shown_statement, with_group_name

__all__ = ["safety_shares", "share_rows"]

ESTIMATES = ("estimate", "conf_low", "conf_high")
OF_PATIENTS = ("patient_estimate", "patient_conf_low", "patient_conf_high")

_COLUMNS = ["group", "measure", "patients", "n", "sessions", "n_sessions", *ESTIMATES, *OF_PATIENTS]
_NUMBERS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(ESTIMATES, ("patients", "n", "sessions", "n_sessions")),
    **dict.fromkeys(OF_PATIENTS, ("patients", "n")),
}


def safety_shares(
    safety: SessionSafety,
    *,
    by: str | Sequence[str] = "treatment",
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
) -> CountedTable:
    """Estimate in what share of sessions each rule was broken and each acute effect was seen.

    Answers how often it happens and to how many patients, agents and routes apart. A session
    without the readings that a measure needs is not in its denominator; measures that no session
    of a group can be judged by have no row.

    Parameters
    ----------
    safety : SessionSafety
        What `session_safety` returns.
    by : str or sequence of str
        Columns of its frame; agents and routes are apart by default.
    conf_level : float
        Two-sided coverage; one-sided where nobody, or everybody, has the event.
    policy : Policy
        For whom what is printed and released is.

    Returns
    -------
    CountedTable
        The group, ``measure, patients`` (with a session that can be judged), ``n`` (of these,
        with the event in at least one), ``sessions, n_sessions``, ``estimate, conf_low,
        conf_high`` (share of sessions, intervals that know that sessions of a patient are alike)
        and ``patient_estimate, patient_conf_low, patient_conf_high`` (n ÷ patients, exact).

    Raises
    ------
    ColumnError
        When `by` is not a column of sessions.
    ModelError
        When `conf_level` is not between 0 and 1.

    Notes
    -----
    The share of patients grows with the number of sessions that each had: compare it between
    groups with as many. The share of sessions gives patients with many sessions more weight.

    References
    ----------
    Korn EL, Graubard BI (1998). Survey Methodology 24, 193-201.

    Examples
    --------
    >>> from analysis.safety.sessions import session_safety
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = safety_shares(session_safety(read_study(example_folder("clinic-network"))))
    >>> found.tidy().query("measure == 'stop 180/105'")["sessions"].tolist()
    [631, 1305, 2712]
    """
    check_conf_level(conf_level)
    rows = with_group(safety.frame, by)
    frame, sets = share_rows(rows, _measures(safety), conf_level)
    group = group_name(by)
    statement = shown_statement(
        frame,
        named_by=["group", "measure"],
        sums=COUNTS_OF_SHARES,
        numbers=_NUMBERS,
        about=f"sessions by {group} with an acute effect",
        members=members_of(rows["subject_id"], sets),
        policy=policy,
    )
    return CountedTable(
        title=f"Sessions and patients with an acute effect, by {group}",
        notes=(_NOTE, *safety.not_computable, policy.rule),
        true=frame.rename(columns={"group": group}),
        statement=with_group_name(statement, group),
    )


_NOTE = (
    "estimate: share of the sessions in which it can be judged; limits take account of sessions "
    "of one patient being alike. patient_estimate: share of patients with it in at least one."
)


def share_rows(
    rows: pd.DataFrame, measures: Mapping[str, Floats], conf_level: float
) -> tuple[pd.DataFrame, dict[tuple[str, str], pd.Series]]:
    """Count sessions and patients with each event, and estimate shares.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per session with ``group, subject_id``.
    measures : mapping of str to numpy.ndarray, shape (sessions,)
        1, 0, or missing where it cannot be judged.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    frame : pandas.DataFrame
        As `safety_shares` describes, the group as ``group``; true counts.
    sets : dict
        The patients behind ``patients`` and ``n`` by name of the row.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": pd.Categorical(["a", "a"]), "subject_id": ["p", "q"]})
    >>> frame, _ = share_rows(rows, {"x": np.array([1.0, 0.0])}, 0.95)
    >>> frame[["patients", "n", "sessions", "n_sessions"]].iloc[0].tolist()
    [2, 1, 2, 1]
    """
    found: list[dict[str, object]] = []
    sets: dict[tuple[str, str], pd.Series] = {}
    judged = {name: per_patient(rows.assign(x=values), "x") for name, values in measures.items()}
    for group in rows["group"].cat.categories:
        for measure, sums in judged.items():
            own = sums[sums["group"].eq(group)]
            if own.empty:
                continue
            having = own[own["total"].gt(0)]
            found.append({"group": group, "measure": measure, **_share_row(own, conf_level)})
            sets["patients", f"{group} / {measure}"] = own["subject_id"]
            sets["n", f"{group} / {measure}"] = having["subject_id"]
    return pd.DataFrame(found, columns=_COLUMNS), sets


def _share_row(own: pd.DataFrame, conf_level: float) -> dict[str, object]:
    """Estimate both shares from the sums of one group's patients."""
    events = own["total"].to_numpy(dtype=np.float64)
    sessions = own["sessions"].to_numpy(dtype=np.float64)
    n = int(np.count_nonzero(events))
    of_sessions = clustered_share(events, sessions, conf_level)
    of_patients = exact_share(n, len(own), conf_level)
    return {
        "patients": len(own),
        "n": n,
        "sessions": int(sessions.sum()),
        "n_sessions": int(events.sum()),
        **dict(zip(ESTIMATES, of_sessions.numbers, strict=True)),
        **dict(zip(OF_PATIENTS, of_patients.numbers, strict=True)),
    }


def _measures(safety: SessionSafety) -> dict[str, Floats]:
    """Name the events of sessions, in the order of the table."""
    frame = safety.frame

    def passed(column: str, limit: float) -> Floats:
        values = frame[column].to_numpy(dtype=np.float64)
        return np.where(np.isnan(values), np.nan, (values > limit).astype(np.float64))

    return {
        **{rule.name: frame[f"broke {rule.name}"].to_numpy() for rule in safety.rules},
        "CADSS over 4": passed("cadss_peak", 4.0),
        "CADSS back to 4 or less": frame["cadss_back"].to_numpy(),
        "CADSS-6 back within 1 point": frame["cadss6_back"].to_numpy(),
        "MOAA/S under 5": 1.0 - passed("moaas_lowest", 4.0),
        "MOAA/S 3 or less": 1.0 - passed("moaas_lowest", 3.0),
        "MOAA/S back to 5": frame["moaas_back"].to_numpy(),
        "dose stopped": frame["stopped"].to_numpy(),
        **_stops(frame),
        "intervention": frame["intervention"].to_numpy(),
        **{
            name.replace("action ", "intervention: "): frame[name].to_numpy()
            for name in frame.columns
            if name.startswith("action ") and name != "action emergency transfer"
        },
        "emergency transfer": frame["emergency_transfer"].to_numpy(),
    }


def _stops(frame: pd.DataFrame) -> dict[str, Floats]:
    """Tell in which sessions the dose was stopped for each reason that the study has."""
    if "stop_reason" not in frame:
        return {}
    reasons = frame["stop_reason"].astype("string")
    stopped = frame["stopped"].to_numpy(dtype=np.float64)
    return {
        f"dose stopped: {reason}": stopped * reasons.eq(reason).fillna(value=False).to_numpy(bool)
        for reason in sorted(reasons.dropna().unique())
    }
