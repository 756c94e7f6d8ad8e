"""The fields of the esketamine monitoring form, one row per session with the spray.

The form is that of the United States Risk Evaluation and Mitigation Strategy (REMS). What the study
has no column for is named, and never filled in.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.safety.in_time import reading_near
from analysis.safety.readings import Floats, Series
from analysis.safety.sessions import SessionSafety
from analysis.study import Study

__all__ = ["NOT_IN_A_STUDY", "rems_fields"]

NOT_IN_A_STUDY = ("prescriber", "lot number", "date of treatment")
"""Fields of the form that a study never holds: they stay in the clinic's record."""

_DRUGS = {
    "benzodiazepine": "benzodiazepine",
    "other hypnotic": "other_hypnotic",
    "psychostimulant": "psychostimulant",
    "MAO inhibitor": "mao_inhibitor",
    "opioid": "opioid",
}
_DOSES = {56.0: "56 mg", 84.0: "84 mg"}
_AT, _WITHIN = 40.0, 10.0
_LEAST_MIN = 120.0


def rems_fields(
    study: Study, safety: SessionSafety, *, acceptable: tuple[float, float] = (140.0, 90.0)
) -> pd.DataFrame:
    """Lay out what the monitoring form asks of each esketamine session, for use inside the clinic.

    Parameters
    ----------
    study : Study
        The study of `safety`.
    safety : SessionSafety
        What `session_safety` returns.
    acceptable : tuple of float
        Greatest systolic and diastolic pressure that count as acceptable.

    Returns
    -------
    pandas.DataFrame
        ``subject_id, session_no, site_id, rel_day, age_years, sex``; ``dose`` ("56 mg", "84 mg",
        "other"); ``taking_…`` another sedating or stimulating drug on the day; ``sbp, dbp`` with
        ``_before``, ``_40_min`` (nearest reading within ten minutes), ``_last``;
        ``acceptable_before, acceptable_last``; ``ready_min``; ``monitored_min`` (until leaving, or
        the last reading) and ``two_hours``; ``sedation, sedation_over_min, dissociation,
        dissociation_over_min`` (minute by which it was seen to be over); ``serious_event``.
        Missing where it is not known.
        ``attrs["not_computable"]`` lists what is not, with what it needs. Patient-level.

    Raises
    ------
    DataError
        When the study has no session with esketamine spray.

    Notes
    -----
    The form is due within 7 days of the session. Sedation is a MOAA/S under 5, dissociation a
    CADSS over 4 after the dose; the form itself leaves the definition to the observer.

    References
    ----------
    Esketamine REMS, patient monitoring form.

    Examples
    --------
    >>> from analysis.safety.sessions import session_safety
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> found = rems_fields(study, session_safety(study))
    >>> len(found), found.attrs["not_computable"][0]
    (631, 'prescriber: never part of a study')
    """
    frame = safety.frame
    rows = frame[frame["treatment"].eq("esketamine IN")]
    if rows.empty:
        raise DataError("The study has no session with esketamine spray (agent and route).")
    at = rows.index.to_numpy()
    subjects = study.tables["subjects"].set_index("subject_id")[["age_years", "sex"]]
    who = subjects.reindex(rows["subject_id"]).set_axis(rows.index)
    dose = rows["dose_mg"].map(_DOSES).astype("string").fillna("other").mask(rows["dose_mg"].isna())
    form = rows[["subject_id", "session_no", "site_id", "rel_day"]].assign(
        age_years=who["age_years"],
        sex=who["sex"],
        dose=dose,
        **_taking(study, rows),
        **_pressures(safety, at, acceptable),
        **_monitored(safety, rows, at),
        sedation=_over(rows["moaas_lowest"], 5.0, under=True),
        sedation_over_min=rows["moaas_5_by_min"],
        dissociation=_over(rows["cadss_peak"], 4.0),
        dissociation_over_min=rows["cadss_4_by_min"],
        serious_event=_serious(study, rows),
    )
    form = form.reset_index(drop=True)
    empty = [name for name in form.columns if form[name].isna().all()]
    form.attrs["patient_level"] = True
    form.attrs["not_computable"] = [
        *(f"{name}: never part of a study" for name in NOT_IN_A_STUDY),
        *(f"{name}: needs {_NEEDS.get(name, 'readings in monitoring')}" for name in empty),
    ]
    return form


_NEEDS = {
    "age_years": "subjects.age_years",
    "sex": "subjects.sex",
    "dose": "sessions.dose_mg",
    "ready_min": "sessions.discharge_ready_min",
    "monitored_min": "sessions.discharged_min or readings in monitoring",
    "two_hours": "sessions.discharged_min or readings in monitoring",
    "serious_event": "the table adverse_events and sessions.ae_assessed",
    **{f"taking_{name}": "the table concomitant" for name in _DRUGS.values()},
    "sedation": "readings of moaas",
    "sedation_over_min": "a session with sedation, and later readings of moaas",
    "dissociation": "readings of cadss",
    "dissociation_over_min": "a session with dissociation, and later readings of cadss",
}


def _taking(study: Study, rows: pd.DataFrame) -> dict[str, Any]:
    """Tell who takes which other drug on the day of the session."""
    if not study.has("concomitant"):
        return {f"taking_{name}": np.full(len(rows), np.nan) for name in _DRUGS.values()}
    drugs = study.tables["concomitant"]
    key = rows[["subject_id", "rel_day"]].assign(row=np.arange(len(rows)))
    both = key.merge(drugs, on="subject_id")
    day = both["rel_day"].astype(float)
    begun = ~both["start_day"].astype(float).gt(day)
    going = ~both["end_day"].astype(float).lt(day)
    now = both[begun & going]
    return {
        f"taking_{name}": np.isin(np.arange(len(rows)), now.loc[now["drug_class"].eq(drug), "row"])
        for drug, name in _DRUGS.items()
    }


def _pressures(
    safety: SessionSafety, at: np.ndarray, acceptable: tuple[float, float]
) -> dict[str, Any]:
    """Give both pressures before the dose, at 40 minutes and last, and whether they will do."""
    found: dict[str, Floats] = {}
    for name in ("sbp", "dbp"):
        series, n = safety.readings.of(name), len(safety.readings)
        found[f"{name}_before"] = safety.frame[f"{name}_before"].to_numpy()[at]
        found[f"{name}_40_min"] = reading_near(series, n, _AT, _WITHIN)[0][at]
        found[f"{name}_last"] = _last(series, n)[0][at]
    judged = {
        f"acceptable_{when}": _acceptable(found[f"sbp_{when}"], found[f"dbp_{when}"], acceptable)
        for when in ("before", "last")
    }
    return {**found, **judged}


def _last(series: Series, n: int) -> tuple[Floats, Floats]:
    """Take the last reading after the dose of each session, and its minute."""
    later = series.where(series.minute > 0.0)
    value, minute = np.full(n, np.nan), np.full(n, np.nan)
    value[later.session], minute[later.session] = later.value, later.minute  # the last one stays
    return value, minute


def _acceptable(sbp: Floats, dbp: Floats, acceptable: tuple[float, float]) -> Any:
    """Tell whether both pressures are at most acceptable; missing where it is not known."""
    high = (sbp > acceptable[0]) | (dbp > acceptable[1])
    unknown = ~high & (np.isnan(sbp) | np.isnan(dbp))
    answer = pd.array(~high, dtype="boolean")
    answer[unknown] = pd.NA
    return answer


def _monitored(safety: SessionSafety, rows: pd.DataFrame, at: np.ndarray) -> dict[str, Any]:
    """Give the minutes until ready to leave, and those under observation."""
    nothing = pd.Series(np.nan, index=rows.index)
    ready, gone = (
        rows.get(name, nothing).astype(float) for name in ("discharge_ready_min", "discharged_min")
    )
    _, last = _last(safety.readings.of("sbp"), len(safety.readings))
    monitored = gone.fillna(pd.Series(last[at], index=rows.index))
    return {
        "ready_min": ready,
        "monitored_min": monitored,
        "two_hours": monitored.ge(_LEAST_MIN).astype("boolean").mask(monitored.isna()),
    }


def _over(values: pd.Series, limit: float, *, under: bool = False) -> pd.Series:
    """Tell which values pass a limit; missing where there is none."""
    passed = values.lt(limit) if under else values.gt(limit)
    return passed.astype("boolean").mask(values.isna())


def _serious(study: Study, rows: pd.DataFrame) -> Any:
    """Tell which sessions have a serious event; unknown where events were not asked about."""
    if not (study.has("adverse_events") and study.has("sessions", "ae_assessed")):
        return np.full(len(rows), np.nan)
    key = ["subject_id", "session_no"]
    events = study.tables["adverse_events"].dropna(subset=["session_no"])
    serious = events.loc[events["serious"].fillna(value=False).astype(bool), key].drop_duplicates()
    found = rows[key].merge(serious.assign(serious=True), on=key, how="left")
    answer = found["serious"].notna().astype("boolean").set_axis(rows.index)
    asked = rows["ae_assessed"].fillna(value=False).astype(bool)
    return answer.mask(~asked & ~answer.astype(bool))
