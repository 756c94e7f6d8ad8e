"""Whether visits depend on the last score: days to the next score, and the intensity of visits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

import pandas as pd

from analysis.disclosure import RELEASE, Members, Policy, units_of
from analysis.disclosure.counted import CountedTable, suppressed_counts
from analysis.errors import DataError
from analysis.instruments import load_instrument, severity_band
from analysis.outcomes.baseline import LAST
from analysis.outcomes.cohort import treated_patients
from analysis.outcomes.entry import is_at_threshold, stated_threshold
from analysis.outcomes.rules import Rules, require_rules
from analysis.outcomes.scores import valid_scores
from analysis.outcomes.windows import SCHEDULE, as_schedule
from analysis.study import Study
from analysis.survival import CoxModel, kaplan_meier, recurrent_events

__all__ = ["Visiting", "visit_gap_rows", "visiting"]

GONE_AFTER = 90
"""Days without a score after which a patient is taken to have stopped coming."""

_MEDIAN = ["median_days", "conf_low", "conf_high"]
_PERIOD, _BAND = "start", "last_severity"
_CELL = [_PERIOD, _BAND]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Visiting:
    """How visits depend on the last score.

    Parameters
    ----------
    intervals : CountedTable
        Days to the next score by severity of the last.
    intensity : CoxModel
        Ratio of the rates of visits per point of the last score.
    about : str
        What counts as a visit, in sentences.
    """

    intervals: CountedTable
    intensity: CoxModel
    about: str

    def tidy(self, conf_level: float = 0.95, *, exponentiate: bool = False) -> pd.DataFrame:
        """Return the logarithms of the rate ratios, or these, as `CoxModel.tidy`."""
        return self.intensity.tidy(conf_level, exponentiate=exponentiate)

    def support(self) -> pd.DataFrame:
        """Return the counts behind the rate ratios, for `release`."""
        return self.intensity.support()

    def glance(self) -> pd.DataFrame:
        """Return one row about the model of the intensity."""
        return self.intensity.glance()

    def summary(self) -> str:
        """Return both parts as text."""
        ratios = self.tidy(exponentiate=True).iloc[0]
        said = (
            f"Rate of visits per point of the last score: ratio {ratios['estimate']:.3f} "
            f"({ratios['conf_low']:.3f} to {ratios['conf_high']:.3f})."
        )
        return "\n".join([self.intervals.summary(), said, self.about])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return self.intervals._repr_html_() + self.intensity._repr_html_()


def visiting(
    study: Study,
    instrument: str,
    *,
    covariates: str = "",
    gone_after: int = GONE_AFTER,
    split_day: int = 28,
    policy: Policy = RELEASE,
    **rules: Unpack[Rules],
) -> Visiting:
    """Ask whether patients are scored sooner, or later, after a bad score.

    Answers whether visiting is informative: a rate ratio over 1 means that who does badly comes
    more often, so that the mean of all scores is too bad; under 1 the opposite. Then take scores
    at planned visits, or a mixed model on days with the score history, and not the mean of all.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    covariates : str
        Further covariates of `visit_gap_rows`, such as ``"baseline + site_id"``.
    gone_after : int
        Days without a score after which a patient is no longer at risk of a visit, until a next
        score. Dropout is another matter, see `dropout_predictors`.
    split_day : int
        Day since treatment at which the table of intervals is split: before it visits are dense.
    policy : Policy
        For whom what is printed and released is.
    **rules
        ``schedule`` (only its last day counts), ``baseline, baseline_at_least, course`` as in
        `visit_outcomes`.

    Returns
    -------
    Visiting
        ``intervals`` has, by the day on which they start (``start``) and ``last_severity``, ``n``
        (patients), ``n_intervals`` and the median days to the next score with limits
        (Kaplan-Meier, so that gaps that have not ended count). ``intensity`` is the model of
        Andersen and Gill with the last score.

    Raises
    ------
    DataError
        When `gone_after` is under 1, or no patient has a score after the first treatment.
    ModelError, ConvergenceError
        As `recurrent_events`.

    Notes
    -----
    Gaps of one patient depend on each other: the rate ratio has a standard error robust by
    patient, the limits of the medians take gaps to be independent. Medians need 22 patients in
    what leaves.

    References
    ----------
    Lin H, Scharfstein DO, Rosenheck RA (2004). JRSS B 66:791-813.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = visiting(read_study(example_folder("clinic-network")), "PHQ-9")
    >>> found.tidy()["term"].tolist()
    ['last_score']
    """
    rows = visit_gap_rows(study, instrument, gone_after=gone_after, **rules)
    formula = " + ".join(filter(None, ["last_score", covariates]))
    intensity = recurrent_events(formula, rows, subject="subject_id")
    return Visiting(
        intervals=_intervals(rows, instrument, split_day, policy),
        intensity=intensity,
        about=(
            f"A visit is a day with a {instrument} score. Patients with a baseline at the "
            f"threshold, from treatment to the last day of the schedule; after {gone_after} days "
            "without a score a patient is not at risk until the next one. Standard errors robust "
            "by patient."
        ),
    )


def visit_gap_rows(
    study: Study, instrument: str, *, gone_after: int = GONE_AFTER, **rules: Unpack[Rules]
) -> pd.DataFrame:
    """List the time from each score to the next, with the score that was known during it.

    Parameters
    ----------
    study, instrument, gone_after, **rules
        As in `visiting`.

    Returns
    -------
    pandas.DataFrame
        Columns of `treated_patients` and ``start, stop`` (days from the start of the course),
        ``event`` (a score at `stop`), ``gap`` (days of the row), ``last_score``; one row per
        score from treatment on, the baseline first. Patient-level.

    Raises
    ------
    DataError
        As `visiting`.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> rows = visit_gap_rows(read_study(example_folder("clinic-network")), "PHQ-9")
    >>> bool(rows["stop"].gt(rows["start"]).all())
    True
    """
    require_rules(rules)
    if gone_after < 1:
        raise DataError(f"gone_after= is {gone_after}; allowed are days, 1 or more.")
    plan = as_schedule(rules.get("schedule", SCHEDULE))
    course = rules.get("course", 1)
    patients = treated_patients(
        study, instrument=instrument, baseline=rules.get("baseline", LAST), course=course
    )
    scale = load_instrument(instrument)
    least = stated_threshold(scale.name, rules.get("baseline_at_least"))
    patients = patients[is_at_threshold(patients["baseline"], least, scale.direction)]
    begins = patients["start_day"].astype(float)
    end = (patients["observed_until_day"].astype(float) - begins).clip(
        upper=float(max(window.high for window in plan))
    )
    patients = patients.assign(begins=begins, end=end)
    scores = valid_scores(study, instrument, same_day=plan.same_day, of_one_day=plan.of_one_day)
    return _gaps(patients, scores, gone_after)


def _gaps(patients: pd.DataFrame, scores: pd.DataFrame, gone_after: int) -> pd.DataFrame:
    """Cut the follow-up of each patient at the scores."""
    known = scores.merge(patients[["subject_id", "course", "begins", "end"]], on="subject_id")
    known = known.assign(start=known["rel_day"].astype(float) - known["begins"])
    later = known[known["start"].gt(0.0) & known["start"].le(known["end"])]
    if later.empty:
        raise DataError("No patient with a baseline at the threshold has a score after treatment.")
    keys = ["subject_id", "course"]
    first = patients.assign(start=0.0, last_score=patients["baseline"].astype(float))
    points = pd.concat(
        [
            first[[*keys, "start", "last_score", "end"]],
            later.rename(columns={"total": "last_score"})[[*keys, "start", "last_score", "end"]],
        ]
    ).sort_values([*keys, "start"], kind="stable", ignore_index=True)
    following = points.groupby(keys)["start"].shift(-1)
    latest = (points["start"] + gone_after).clip(upper=points["end"])
    stop = following.where(following.le(latest), latest)
    rows = points.assign(stop=stop, event=following.eq(stop), gap=stop - points["start"])
    rows = rows[rows["gap"].gt(0.0)].drop(columns="end")
    about = patients.drop(columns=["begins", "end"])
    joined = rows.merge(about, on=keys).reset_index(drop=True)
    joined.attrs["patient_level"] = True
    return joined


_NOTE = (
    "n: patients. Median by Kaplan-Meier over intervals. Visits are dense early, when scores are "
    "bad, so that intervals are told apart by the day on which they start; the rate ratio compares "
    "patients at the same day since treatment."
)


def _intervals(rows: pd.DataFrame, instrument: str, split_day: int, policy: Policy) -> CountedTable:
    """Tabulate the days to the next score by severity of the last, early and later."""
    cells = _with_cells(rows, instrument, split_day)
    frame = _medians(cells)
    enough = frame["n"].ge(2 * policy.minimum_count) | policy.confidential
    held = frame.assign(**{name: frame[name].where(enough) for name in _MEDIAN})
    statement = suppressed_counts(
        held,
        counts=["n", "n_intervals"],
        numbers=dict.fromkeys(_MEDIAN, "n"),
        about=f"patients by severity of the last {instrument} and day",
        named_by=_CELL,
        members=_members(cells),
        policy=policy,
    )
    return CountedTable(
        title=f"Days to the next {instrument} score, by severity of the last",
        notes=(_NOTE, policy.rule),
        true=frame,
        statement=statement,
    )


def _with_cells(rows: pd.DataFrame, instrument: str, split_day: int) -> pd.DataFrame:
    """Name the period and the severity of each interval."""
    periods = [f"day 0 to {split_day - 1}", f"day {split_day} on"]
    early = rows["start"].lt(split_day).to_numpy()
    period = pd.Categorical.from_codes((~early).astype(int), categories=pd.Index(periods))
    band: pd.Series = pd.Series("all", index=rows.index, dtype="category")
    if load_instrument(instrument).bands:
        band = severity_band(rows["last_score"], instrument)
    cells = rows.copy()
    cells[_PERIOD], cells[_BAND] = period, band
    number = cells.groupby(_CELL, observed=True, sort=True).ngroup()
    return cells.assign(cell=number)


def _members(rows: pd.DataFrame) -> Members:
    """Say who has an interval of each cell."""
    who = units_of(rows)
    units = who.drop_duplicates()
    sets = {("n", int(str(cell))): units.isin(own) for cell, own in who.groupby(rows["cell"])}
    return Members(units, sets)


def _medians(rows: pd.DataFrame) -> pd.DataFrame:
    """Count the patients and intervals of each cell, and estimate the median gap."""
    counts = rows.groupby([*_CELL, "cell"], observed=True).agg(
        n=("subject_id", "nunique"), n_intervals=("gap", "size")
    )
    found = kaplan_meier(rows, "gap", "event", by="cell").median()
    found = found.rename(columns={"estimate": "median_days"})
    frame = counts.reset_index().merge(found, on="cell").drop(columns="cell")
    return frame.astype(dict.fromkeys(_CELL, "string"))
