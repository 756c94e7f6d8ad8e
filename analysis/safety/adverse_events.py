"""Adverse events per 100 sessions in which they were asked about, and patients with any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, CountedTable, Policy, masked_count
from analysis.errors import DataError
from analysis.results import check_conf_level
from analysis.safety.clustered import clustered_rate, exact_share
from analysis.safety.grouped import group_name, members_of, with_group
from analysis.safety.shown import shown_statement, with_group_name
from analysis.safety.treatments import treated_sessions
from analysis.study import Study

__all__ = ["adverse_event_rates", "rates_of_patients", "require_rates", "terms_of"]

_KEY = ["subject_id", "session_no"]
_RATE = ("rate", "conf_low", "conf_high")
_SHARE = ("patient_estimate", "patient_conf_low", "patient_conf_high")
_COLUMNS = ["group", "measure", "patients", "n", "sessions", "events", *_RATE, *_SHARE]
_SEVERE, _OTHER = 3, "other terms"


def adverse_event_rates(
    study: Study,
    *,
    by: str | Sequence[str] = "treatment",
    terms: bool = True,
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
) -> CountedTable:
    """Estimate adverse events per 100 assessed sessions, agents and routes apart by default.

    Answers how often adverse events happen, which, and to how many patients. Only sessions marked
    ``ae_assessed`` are in the denominator, and only their events are counted: where nobody asked,
    no event is no news.

    Parameters
    ----------
    study : Study
        A checked study.
    by : str or sequence of str
        Columns of sessions, or ``treatment``, ``dose_band``; also several.
    terms : bool
        A row for each term besides those for any, serious, related and severe events. In what
        may leave, terms of fewer patients than the policy shows are pooled as "other terms".
    conf_level : float
        Two-sided coverage; one-sided where there is no event.
    policy : Policy
        For whom what is printed and released is.

    Returns
    -------
    CountedTable
        The group, ``measure, patients`` (with an assessed session), ``n`` (of these, with the
        event), ``sessions`` (assessed), ``events``, ``rate, conf_low, conf_high`` (events per 100
        sessions, limits that know that sessions of a patient are alike) and ``patient_estimate,
        patient_conf_low, patient_conf_high`` (n ÷ patients, exact). Without any event the upper
        limits are the bound that the sessions and patients allow.

    Raises
    ------
    DataError
        When the study has no adverse events table, no column ``ae_assessed``, or no assessed
        session: not computable.
    ColumnError
        When `by` is not a column of sessions.
    ModelError
        When `conf_level` is not between 0 and 1.

    Notes
    -----
    Events without a session, or in one that is not marked as assessed, are not in the rates; a
    note counts them. An event whose relatedness nobody judged is not "related".

    References
    ----------
    Garwood F (1936). Biometrika 28, 437-442. Korn EL, Graubard BI (1998). Survey Methodology 24,
    193-201.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> found = adverse_event_rates(study, terms=False).tidy()
    >>> found.query("measure == 'any'")["rate"].round(1).tolist()
    [13.8, 3.5, 8.1, 4.1]
    """
    check_conf_level(conf_level)
    require_rates(study)
    sessions = with_group(treated_sessions(study), by)
    assessed = sessions[sessions["ae_assessed"].fillna(value=False).astype(bool)]
    if assessed.empty:
        raise DataError(
            "Not computable: adverse events per session; no session has ae_assessed set to true."
        )
    events = study.table("adverse_events").merge(assessed[[*_KEY, "group"]], on=_KEY, how="inner")
    kinds = _kinds(events) | (terms_of(events, policy) if terms else {})
    frame, sets = _rows(assessed, events, kinds, conf_level)
    group = group_name(by)
    statement = shown_statement(
        frame,
        named_by=["group", "measure"],
        sums={"patients": ("n", "patients without"), "sessions": (), "events": ()},
        numbers={
            **dict.fromkeys(_RATE, ("n", "sessions", "events")),  # n only of enough patients
            **dict.fromkeys(_SHARE, ("patients", "n")),
        },
        about=f"adverse events by {group}",
        members=members_of(assessed["subject_id"], sets),
        policy=policy,
        standing=("sessions",),
    )
    return CountedTable(
        title=f"Adverse events per 100 assessed sessions, by {group}",
        notes=(_NOTE, *_uncounted(study, sessions, policy), policy.rule),
        true=frame.rename(columns={"group": group}),
        statement=with_group_name(statement, group),
    )


_NOTE = (
    "rate: events per 100 sessions in which they were asked about; limits take account of sessions "
    "of one patient being alike. patient_estimate: share of patients with at least one."
)


def require_rates(study: Study) -> None:
    """Refuse a study that cannot tell.

    Parameters
    ----------
    study : Study
        A checked study.

    Raises
    ------
    DataError
        When it has no adverse events table, or no column ``ae_assessed``.
    """
    for table, column in (("adverse_events", None), ("sessions", "ae_assessed")):
        if not study.has(table, column):
            raise DataError(
                f"Not computable: adverse events per session; needs {column or 'the table'} "
                f"{'in' if column else ''} {table}.".replace("  ", " ")
            )


def _kinds(events: pd.DataFrame) -> dict[str, pd.Series]:
    """Tell which events belong to the rows that every table has."""
    severe = events["severity"].ge(_SEVERE)
    kinds = {
        "any": pd.Series(data=True, index=events.index),
        "serious": events["serious"],
        "related": events["related"],
        f"grade {_SEVERE} or more": severe,
    }
    return {name: flags.fillna(value=False).astype(bool) for name, flags in kinds.items()}


def terms_of(events: pd.DataFrame, policy: Policy) -> dict[str, pd.Series]:
    """Tell which events have each term, the most frequent first; rare terms are pooled.

    That a rare event happened, and how somebody worded it, may already point at a patient.

    Parameters
    ----------
    events : pandas.DataFrame
        ``subject_id, term``.
    policy : Policy
        Terms of fewer patients than it shows are pooled as "other terms".

    Returns
    -------
    dict of str to pandas.Series of bool
        Term to its events.
    """
    term = events["term"].astype("string")
    patients = events["subject_id"].groupby(term).nunique()
    least = 1 if policy.confidential else policy.minimum_count
    counts = term.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    common = [name for name in counts.index if patients[name] >= least]
    rest = term.notna() & ~term.isin(common)
    named = {str(name): term.eq(name).fillna(value=False).astype(bool) for name in common}
    return named | ({_OTHER: rest.astype(bool)} if rest.any() else {})


def _rows(
    assessed: pd.DataFrame,
    events: pd.DataFrame,
    kinds: Mapping[str, pd.Series],
    conf_level: float,
) -> tuple[pd.DataFrame, dict[tuple[str, str], pd.Series]]:
    """Count and estimate by group and kind of event."""
    found: list[dict[str, object]] = []
    sets: dict[tuple[str, str], pd.Series] = {}
    for group, own in assessed.groupby("group", observed=True):
        sessions = own.groupby("subject_id").size()
        here = events["group"].eq(group)
        for name, flags in kinds.items():
            counts = events.loc[here & flags].groupby("subject_id").size()
            per_patient = counts.reindex(sessions.index, fill_value=0)
            row = rates_of_patients(
                per_patient.to_numpy(float), sessions.to_numpy(float), conf_level
            )
            found.append({"group": str(group), "measure": name, **row})
            sets["patients", f"{group} / {name}"] = sessions.index.to_series()
            sets["n", f"{group} / {name}"] = counts.index.to_series()
    return pd.DataFrame(found, columns=_COLUMNS), sets


def rates_of_patients(
    events: np.ndarray, sessions: np.ndarray, conf_level: float
) -> dict[str, object]:
    """Estimate the rate and the share of patients of one group.

    Parameters
    ----------
    events, sessions : array, shape (patients,)
        Events and assessed sessions of each patient.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    dict of str to object
        ``patients, n, sessions, events``, and the estimates with their limits as
        `adverse_event_rates` names them.
    """
    order = np.lexsort((sessions, events))  # the last bit of a sum is not to depend on the rows'
    events, sessions = events[order], sessions[order]
    n = int(np.count_nonzero(events))
    rate = clustered_rate(events, sessions, conf_level)
    share = exact_share(n, len(events), conf_level)
    return {
        "patients": len(events),
        "n": n,
        "sessions": int(sessions.sum()),
        "events": int(events.sum()),
        **{name: 100.0 * value for name, value in zip(_RATE, rate.numbers, strict=True)},
        **dict(zip(_SHARE, share.numbers, strict=True)),
    }


def _uncounted(study: Study, sessions: pd.DataFrame, policy: Policy) -> list[str]:
    """Say how many events and sessions the rates leave out, and why."""
    events = study.tables["adverse_events"]
    state = events[_KEY].merge(sessions[[*_KEY, "ae_assessed"]], on=_KEY, how="left")
    unknown = state["ae_assessed"].isna() | ~state["ae_assessed"].fillna(value=False).astype(bool)
    without = events["session_no"].isna().to_numpy()
    asked = sessions["ae_assessed"].fillna(value=False).astype(bool)
    reasons = {
        "Sessions that are not marked as assessed": int((~asked).sum()),
        "Events without a session number": int(without.sum()),
        "Events in a session that is absent or not marked as assessed": int(
            (unknown.to_numpy() & ~without).sum()
        ),
    }
    return [f"{why}: {masked_count(n, policy)}." for why, n in reasons.items() if n]
