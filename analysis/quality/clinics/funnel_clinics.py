"""What each clinic of a study achieved, counted for a comparison that ranks nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import pandas as pd

from analysis.disclosure import MEMBERS, RELEASE, Members, Policy, units_of
from analysis.errors import ColumnError, DataError
from analysis.outcomes import LAST, treated_patients, visit_status
from analysis.outcomes.assessed import assessed_sessions
from analysis.outcomes.cohort import named_groups
from analysis.outcomes.rules import Rules
from analysis.quality.clinics.case_mix import case_mix
from analysis.quality.clinics.funnel_clinics_result import ClinicOutcomes
from analysis.study import Study

__all__ = ["clinic_outcomes"]


def clinic_outcomes(
    study: Study,
    measure: str,
    *,
    instrument: str = "PHQ-9",
    visit: str = "week 4",
    by: str = "first_site_id",
    adjust: Sequence[str] = (),
    policy: Policy = RELEASE,
    **rules: Unpack[Rules],
) -> ClinicOutcomes:
    """Count an outcome by clinic, with what each could expect of its patients if asked for.

    Parameters
    ----------
    study : Study
        A checked study.
    measure : str
        "response", "remission" or another definition of the scale: patients of the observed.
        "change": mean change of the observed. "completeness": observed patients of the evaluable.
        "adverse events": per 100 sessions at which they were asked for, by the clinic of the
        session.
    instrument, visit : str
        Scale and planned visit; not used for adverse events but for the baseline.
    by : str
        Column of the clinic: ``first_site_id`` (of the first session of the course) or
        ``site_id`` (home clinic). Adverse events always belong to the clinic of the session.
    adjust : sequence of str
        Columns of `treated_patients` that patients bring with them, such as ``baseline, age_years,
        sex, indication, prior_failures``; see `case_mix`. Empty: as observed.
    policy : Policy
        For whom what is printed, drawn and released is.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`.

    Returns
    -------
    ClinicOutcomes
        With ``funnel()`` and ``shrinkage()``.

    Raises
    ------
    ColumnError
        When `by` or a covariate is not there.
    DataError, ModelError, ConvergenceError
        As `visit_status` and `case_mix`, when nobody can be counted, when fewer than two clinics
        have as many patients as the policy shows, and when adverse events are
        not computable: they need ``sessions.ae_assessed`` and ``adverse_events.session_no``.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> found = clinic_outcomes(study, "response", adjust=["baseline", "prior_failures"])
    >>> found.kind, len(found.tidy())
    ('ratio', 8)
    """
    if measure == "adverse events":
        rows = _of_sessions(study, instrument, rules)
        _require_clinics(rows["site_id"], policy)
        return _rate(rows, adjust, policy)
    status = visit_status(study, instrument, visit=visit, measures=_measures(measure), **rules)
    if by not in status:
        raise ColumnError("The cohort has no such column of clinics; try first_site_id or site_id.")
    counted = status[status["evaluable" if measure == "completeness" else "observed"]]
    if counted.empty:
        raise DataError(f"Nobody can be counted for {measure} at {visit}: no window has closed.")
    rows = counted.assign(**{by: named_groups(counted[by]).astype("string")})
    _require_clinics(rows[by], policy)
    label = f"{measure} of {instrument} at {visit}"
    if measure == "change":
        label += ", points, negative where the score fell"
        return _mean(rows, by, label, adjust, policy)
    column = "observed" if measure == "completeness" else measure
    return _proportion(rows, column, by, label, adjust, policy)


def _require_clinics(clinic: pd.Series, policy: Policy) -> None:
    """Refuse to compare what is one clinic, or clinics of which at most one may be shown."""
    least = 1 if policy.confidential else policy.minimum_count
    enough = int(clinic.value_counts().ge(least).sum())
    if enough < 2:
        raise DataError(
            f"Not computable: a comparison of clinics; two clinics with {least} or more patients "
            f"who count are needed, {enough} {'has' if enough == 1 else 'have'} as many."
        )


def _measures(measure: str) -> list[str]:
    """Name the definitions that a measure needs."""
    return [] if measure in ("change", "completeness") else [measure]


def _members(rows: pd.DataFrame, by: str, roles: dict[str, pd.Series]) -> Members:
    """Say who is behind the counts of each clinic, by role."""
    units = units_of(rows)
    names = units.drop_duplicates()
    sets = {
        (role, str(clinic)): names.isin(units[inside & rows[by].eq(clinic)]).to_numpy()
        for role, inside in roles.items()
        for clinic in rows[by].unique()
    }
    return Members(names, sets)


def _proportion(
    rows: pd.DataFrame, column: str, by: str, label: str, adjust: Sequence[str], policy: Policy
) -> ClinicOutcomes:
    """Count patients with an outcome, or hold them to what was to be expected."""
    has, everyone = rows[column].astype(bool), pd.Series(data=True, index=rows.index)
    members = _members(rows, by, {"events": has, "denominator": everyone})
    about: dict[str, Any] = {"by": by, "label": label, "policy": policy}
    if adjust:
        chosen: dict[str, Any] = {
            "covariates": adjust,
            "members": members,
            "label": label,
            "policy": policy,
        }
        mix = case_mix(rows, outcome=column, by=by, **chosen)
        about |= {"kind": "ratio", "case_mix": mix, "patients": "denominator"}
        return _outcomes(mix.clinics(), members, names=("events", "expected", "variance"), **about)
    table = has.groupby(rows[by]).agg(events="sum", denominator="size").reset_index()
    return _outcomes(table, members, kind="proportion", names=("events", "denominator"), **about)


def _mean(
    rows: pd.DataFrame, by: str, label: str, adjust: Sequence[str], policy: Policy
) -> ClinicOutcomes:
    """Average changes, or hold them to what was to be expected."""
    members = _members(rows, by, {"denominator": pd.Series(data=True, index=rows.index)})
    about: dict[str, Any] = {"kind": "mean", "by": by, "label": label, "policy": policy}
    if adjust:
        chosen: dict[str, Any] = {"covariates": adjust, "kind": "mean", "members": members}
        chosen |= {"label": label, "policy": policy}
        mix = case_mix(rows, outcome="change", by=by, **chosen)
        names = ("denominator", "expected", "mean", "variance")
        return _outcomes(mix.clinics(), members, names=names, case_mix=mix, **about)
    groups = rows.groupby(by)["change"]
    table = groups.agg(denominator="size", mean="mean", std_dev="std").reset_index()
    table["std_dev"] = table["std_dev"].fillna(0.0)  # of one patient; without weight when pooled
    return _outcomes(table, members, names=("denominator", "mean", "std_dev"), **about)


def _rate(rows: pd.DataFrame, adjust: Sequence[str], policy: Policy) -> ClinicOutcomes:
    """Count events per 100 sessions; events of one patient come together, and widen limits."""
    by, has = "site_id", rows["events"].gt(0)
    members = _members(
        rows, by, {"patients": pd.Series(data=True, index=rows.index), "affected": has}
    )
    label = "adverse events per 100 sessions"
    chosen: dict[str, Any] = {"covariates": adjust, "members": members, "label": label}
    chosen |= {"kind": "rate", "exposure": "sessions", "policy": policy}
    mix = case_mix(rows, outcome="events", by=by, **chosen)
    counts = (
        rows.assign(affected=has)
        .groupby(by)
        .agg(denominator=("sessions", "sum"), affected=("affected", "sum"))
    )
    table = mix.clinics().merge(counts.reset_index(), on=by)
    about: dict[str, Any] = {"by": by, "label": label, "policy": policy, "case_mix": mix}
    of_patients = ("variance", "patients", "affected")
    if adjust:
        names = ("events", "expected", *of_patients)
        return _outcomes(table, members, kind="ratio", names=names, **about)
    names = ("events", "denominator", *of_patients)
    return _outcomes(table, members, kind="rate", names=names, per=100.0, **about)


def _of_sessions(study: Study, instrument: str, rules: Rules) -> pd.DataFrame:
    """Count assessed sessions and their events, one row per patient and clinic."""
    sessions = assessed_sessions(study)
    each = sessions.assign(site_id=sessions["site_id"].astype("string"))
    groups = each.groupby(["subject_id", "site_id"], observed=True)
    counts = groups.agg(sessions=("n_events", "size"), events=("n_events", "sum")).reset_index()
    patients = treated_patients(study, instrument=instrument, baseline=rules.get("baseline", LAST))
    own = patients.drop(columns=["site_id", "course"])
    return counts.merge(own.drop_duplicates("subject_id"), on="subject_id", how="left")


def _outcomes(
    table: pd.DataFrame,
    members: Members,
    *,
    names: Sequence[str],
    per: float = 1.0,
    patients: str = "",
    **about: Any,
) -> ClinicOutcomes:
    """Put a table, its members and what is compared together."""
    table.attrs = {MEMBERS: members, "confidential": True}
    choices: dict[str, Any] = {name: name for name in names}
    choices |= {"per": per} if per != 1.0 else {}
    choices |= {"patients": patients} if patients else {}
    return ClinicOutcomes(true=table, choices=choices, **about)
