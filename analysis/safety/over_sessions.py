"""Whether the peak change of a vital sign becomes smaller over the sessions, by a mixed model."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.errors import DataError
from analysis.mixed import LinearMixedModel, lmm
from analysis.safety.course import VITALS
from analysis.safety.sessions import SessionSafety

__all__ = ["peak_change_model", "peak_change_rows"]


def peak_change_rows(
    safety: SessionSafety, parameter: str = "sbp", *, treatments: Sequence[str] | None = None
) -> pd.DataFrame:
    """List the sessions with a peak change, as the model of it needs them.

    Parameters
    ----------
    safety : SessionSafety
        What `session_safety` returns.
    parameter : str
        "sbp", "dbp" or "hr".
    treatments : sequence of str, optional
        Agents with routes, the first is the reference; all in the order of names when left out.

    Returns
    -------
    pandas.DataFrame
        ``subject_id, treatment, peak_change, earlier_sessions`` (number of the session less 1) and
        ``before`` (value before the dose less its mean). Patient-level.

    Raises
    ------
    DataError
        When the parameter is none of these, or no session of the treatments has a peak change.

    Examples
    --------
    >>> from analysis.safety.sessions import session_safety
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> rows = peak_change_rows(session_safety(read_study(example_folder("clinic-network"))))
    >>> bool(rows["before"].abs().mean() < 12)
    True
    """
    if parameter not in VITALS:
        raise DataError(f"parameter= is unknown; allowed are {', '.join(VITALS)}.")
    frame = safety.frame
    known = frame[frame[f"{parameter}_peak_change"].notna()]
    names = sorted(known["treatment"].unique()) if treatments is None else list(treatments)
    chosen = known[known["treatment"].isin(names)]
    if chosen.empty or set(chosen["treatment"]) != set(names):
        raise DataError(
            "Not computable: a peak change of these treatments; needs readings before and after "
            "the dose of each. Those with some are listed by safety.coverage()."
        )
    before = chosen[f"{parameter}_before"]
    rows = pd.DataFrame(
        {
            "subject_id": chosen["subject_id"].astype(object),
            "treatment": pd.Categorical(chosen["treatment"], categories=names),
            "peak_change": chosen[f"{parameter}_peak_change"],
            "earlier_sessions": chosen["session_no"].astype(float) - 1.0,
            "before": before - before.mean(),
        }
    ).reset_index(drop=True)
    rows.attrs["patient_level"] = True
    return rows


def peak_change_model(
    safety: SessionSafety, parameter: str = "sbp", *, treatments: Sequence[str] | None = None
) -> LinearMixedModel:
    """Fit how the peak change depends on the treatment and on the number of earlier sessions.

    Answers whether patients get used to the treatment (a negative ``earlier_sessions``), with
    sessions of one patient alike.

    Parameters
    ----------
    safety, parameter, treatments
        As `peak_change_rows`.

    Returns
    -------
    LinearMixedModel
        ``peak_change ~ treatment + earlier_sessions + before`` with a random intercept of
        patients; without ``treatment`` where there is only one. The intercept is the mean of the
        reference at the first session, at the mean value before the dose.

    Raises
    ------
    DataError
        As `peak_change_rows`.
    ModelError, ConvergenceError
        As `lmm`.

    Notes
    -----
    A high reading before the dose is partly chance, after which the change is smaller: ``before``
    takes that out, and is no effect. Patients who stop after a bad session have no later ones: the
    slope is right when stopping depends on the peak changes seen so far. Patients were not
    assigned to treatments by chance: their differences are not those of agent or route.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from analysis.safety.sessions import session_safety
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> safety = session_safety(read_study(example_folder("clinic-network")))
    >>> few = replace(safety, frame=safety.frame.head(150))
    >>> peak_change_model(few).tidy()["term"].tolist()[-2:]
    ['earlier_sessions', 'before']
    """
    rows = peak_change_rows(safety, parameter, treatments=treatments)
    several = "treatment + " if rows["treatment"].cat.categories.size > 1 else ""
    formula = f"peak_change ~ {several}earlier_sessions + before"
    return lmm(formula, rows, subject="subject_id", random="1")
