"""True answers of a scenario, from very many patients of whom everything is seen.

Missing scores and loss of contact play no part here, unless leaving itself changes severity
(``post_dropout_shift``). Stopping treatment does: it is an event of the patient's course, not of
the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.progress import progress
from analysis.synthetic.adverse_events import reported
from analysis.synthetic.arithmetic import Floats, latent
from analysis.synthetic.assessments import phq9_answers
from analysis.synthetic.contact import keep_contact
from analysis.synthetic.course import Course, treat
from analysis.synthetic.monitoring import measure
from analysis.synthetic.path import relapse_day, severity_on
from analysis.synthetic.people import HIGHEST, LOWEST, People, draw_people
from analysis.synthetic.scale_models import SCALE_MODELS
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.sessions import give_sessions
from analysis.synthetic.streams import Streams
from analysis.synthetic.visits import plan_visits

__all__ = ["COLUMNS", "END_DAYS", "LOSS_DAYS", "REGIMES", "oracle"]

REGIMES = ("as treated", "no maintenance")
"""With the stopping, maintenance and re-induction of the scenario; or everybody completes induction
as planned and has nothing after it."""

END_DAYS = 4
"""Days from the last induction session to the score at the end of induction."""

LOSS_DAYS = (7, 14, 28, 56, 84, 112, 182)
"""Days after the last induction session at which survival without relapse is given."""

COLUMNS = ("estimand", "population", "regime", "regimen", "time", "value", "std_error")
"""Columns of every answer; those by clinic have one more."""

ALL = "all regimens"

_WEEKS = (4, 8, 12, 26)
_PIECE, _FEWEST = 10_000, 1_000
_RESPONSE, _REMISSION = 0.5, 4.0  # fall of half; PHQ-9 below 5
_EVALUABLE = 10


def oracle(scenario: Scenario, *, patients: int = 200_000) -> pd.DataFrame:
    """Compute the true outcomes of a scenario on the PHQ-9.

    Parameters
    ----------
    scenario : Scenario
        What would be simulated; its patients are others than those of `simulate`.
    patients : int
        Number of patients, at least 1,000; they are followed in pieces of 10,000. Those whose
        treatment began before the data are left out.

    Returns
    -------
    pandas.DataFrame
        Columns ``estimand, population, regime, regimen, time, value, std_error`` (of the Monte
        Carlo) and ``clinic`` (position in the scenario).

        - "mean score", "mean change from baseline", "response" and "remission" on the observed
          whole-number scale, by regimen and time, for all and for those with a baseline of at
          least 10. Times are "baseline", "end of induction" (4 days after the last induction
          session), "week 4", "week 8", "week 12", "week 26" (after the first treatment) and
          "week 4 after induction", …
        - "difference in mean change": each regimen minus the first in the order of names. Regimens
          differ in clinics and patients: the difference is that of the groups, not an effect.
        - "survival without relapse" and "median days to relapse": of those whose severity, free
          of measurement error, had fallen by half at the last induction session, until it passes
          half again, seen without interruption.
        - "response by clinic" at the end of induction, and "SD between clinics of logit
          response".
        - "adverse events per 100 sessions".
        - "shift after dropout": mean difference of the week 26 score that leaving makes.

    Raises
    ------
    DataError
        When the patients are too few.

    Notes
    -----
    Scores carry measurement error and day-to-day spread as in the data; severity in relapse does
    not.
    """
    if patients < _FEWEST:
        raise DataError(f"True answers need at least {_FEWEST:,} patients.")
    pieces = [
        piece
        for start in progress(range(0, patients, _PIECE), doing="True answers", unit="piece")
        for piece in _piece(scenario, start, min(_PIECE, patients - start))
    ]
    seen = pd.concat(pieces, ignore_index=True)
    everyone = [seen, seen.assign(regimen=ALL)] if len(scenario.regimens) > 1 else [seen]
    both = pd.concat(everyone, ignore_index=True)
    answers = [
        *_scores(both, "all"),
        *_scores(both[both["baseline"].ge(_EVALUABLE)], f"baseline at least {_EVALUABLE}"),
        *_relapses(both),
        *_clinics(seen),
        _events(both),
    ]
    if scenario.observation.post_dropout_shift:
        answers.append(_shift(both))
    return pd.concat(answers, ignore_index=True)


def _piece(scenario: Scenario, start: int, n: int) -> Iterator[pd.DataFrame]:
    """Follow the same patients through both regimes; one frame each, one row per patient."""
    streams = Streams(seed=scenario.seed, prefix="oracle", first=start)
    people = draw_people(scenario, streams, n)
    n_times = 2 + 2 * len(_WEEKS)
    spread: Floats = scenario.observation.occasion_sd * streams.normal(
        "occasion of truth", n, n_times
    )
    model = SCALE_MODELS["PHQ-9"]
    draws = streams.uniform("items of truth", n, n_times * model.item_count)
    draws = draws.reshape(n, n_times, model.item_count)
    for regime in REGIMES:
        course = treat(people, scenario, streams, stop=regime == REGIMES[0])
        days = _days(course)
        at = np.stack(list(days.values()), axis=1)
        plain: Floats = latent(severity_on(people, course, scenario, at) + spread)
        shifts = regime == REGIMES[0] and scenario.observation.post_dropout_shift != 0.0
        leaving = _shift_on(people, course, scenario, streams, at) if shifts else np.zeros_like(at)
        scores, unmoved = (
            model.answers(latent(np.clip(level, LOWEST, HIGHEST)), draws).sum(axis=2)
            for level in (plain + leaving, plain)
        )
        events, sessions = _event_counts(people, course, scenario, streams)
        yield pd.DataFrame(scores.astype(np.float64), columns=list(days)).assign(
            regime=regime,
            regimen=people.by_regimen(scenario, "name"),
            clinic=people.clinic,
            relapse=relapse_day(course) - course.last_induction_day(),
            events=events,
            sessions=sessions,
            shift=(scores - unmoved)[:, 1 + len(_WEEKS)],
        )[~people.treated_before]


def _days(course: Course) -> dict[str, Floats]:
    """Days of the scores by name of the time."""
    end = np.maximum(course.last_induction_day(), 0.0)
    return {
        "baseline": np.zeros(len(end)),
        "end of induction": end + END_DAYS,
        **{f"week {week}": np.full(len(end), 7.0 * week) for week in _WEEKS},
        **{f"week {week} after induction": end + 7.0 * week for week in _WEEKS},
    }


def _shift_on(
    people: People, course: Course, scenario: Scenario, streams: Streams, day: Floats
) -> Floats:
    """Points by which severity is higher on given days because contact was lost before."""
    visits = plan_visits(people, course, scenario, streams)
    totals = phq9_answers(visits.severity, course, scenario, streams).sum(axis=2)
    endless = replace(people, cut_off=np.full(len(people), 100_000))
    contact = keep_contact(endless, course, visits, totals, scenario, streams)
    return np.where(day > contact.lost[:, None], scenario.observation.post_dropout_shift, 0.0)


def _event_counts(
    people: People, course: Course, scenario: Scenario, streams: Streams
) -> tuple[Floats, Floats]:
    """Adverse events of sessions and sessions of each patient, all of them seen."""
    sessions = give_sessions(people, course, np.full(len(people), 1e6), scenario, streams)
    measured = measure(sessions, people, scenario, streams)
    event, _, _ = reported(sessions, measured, people, scenario, streams)
    counts = (
        np.bincount(sessions.patient, weights=weights, minlength=len(people)).astype(np.float64)
        for weights in (event, None)
    )
    events, total = counts
    return events, total


def _rows(
    estimand: str, values: pd.DataFrame, groups: pd.DataFrame, population: str = "all"
) -> pd.DataFrame:
    """Mean and Monte Carlo standard error of columns by regime and regimen."""
    by = values.groupby([groups["regime"], groups["regimen"]], sort=False)
    mean, error = (
        table.melt(var_name="time", value_name=name, ignore_index=False)
        for name, table in (("value", by.mean()), ("std_error", by.sem()))
    )
    answers = mean.assign(std_error=error["std_error"].to_numpy()).reset_index()
    return answers.assign(estimand=estimand, population=population)[list(COLUMNS)]


def _scores(seen: pd.DataFrame, population: str) -> list[pd.DataFrame]:
    """Mean score and change with contrasts, response and remission."""
    groups = seen[["regime", "regimen"]]
    times = [name for name in seen.columns if name.startswith(("end", "week"))]
    later, baseline = seen[times], seen["baseline"]
    values = {
        "mean score": seen[["baseline", *times]],
        "mean change from baseline": later.sub(baseline, axis=0),
        "response": later.apply(_responds, baseline=baseline).astype(float),
        "remission": later.le(_REMISSION).astype(float),
    }
    answers = [_rows(name, table, groups, population) for name, table in values.items()]
    return [*answers, _contrasts(answers[1])]


def _responds(later: pd.Series, baseline: pd.Series) -> pd.Series:
    """Tell who has at most half of a baseline above 0."""
    return later.le((1.0 - _RESPONSE) * baseline) & baseline.gt(0)


def _contrasts(changes: pd.DataFrame) -> pd.DataFrame:
    """Differences of mean change: each regimen minus the first in the order of names."""
    single = changes[changes["regimen"].ne(ALL)]
    reference = single["regimen"].min()
    keys = ["regime", "time"]
    first = single[single["regimen"].eq(reference)].set_index(keys)[["value", "std_error"]]
    rows = single[single["regimen"].ne(reference)].join(first.add_suffix("_first"), on=keys)
    return rows.assign(
        estimand="difference in mean change",
        regimen=rows["regimen"] + " - " + reference,
        value=rows["value"] - rows["value_first"],
        std_error=np.sqrt(rows["std_error"] ** 2 + rows["std_error_first"] ** 2),
    )[list(COLUMNS)]


def _relapses(seen: pd.DataFrame) -> list[pd.DataFrame]:
    """Survival without relapse among the responders, and its median."""
    responders = seen[seen["relapse"].notna()]
    groups = responders[["regime", "regimen"]]
    well = {
        f"day {day} after induction": responders["relapse"].gt(day).astype(float)
        for day in LOSS_DAYS
    }
    survival = _rows("survival without relapse", pd.DataFrame(well), groups)
    medians = [
        (regime, regimen, *_median(times["relapse"].to_numpy()))
        for (regime, regimen), times in responders.groupby(["regime", "regimen"], sort=False)
    ]
    frame = pd.DataFrame(medians, columns=["regime", "regimen", "value", "std_error"])
    shared = {"estimand": "median days to relapse", "population": "all", "time": "after induction"}
    return [survival, frame.assign(**shared)[list(COLUMNS)]]


def _median(times: Floats) -> tuple[float, float]:
    """Median, infinite when not reached, with half the width of its order-statistic interval."""
    ordered, n = np.sort(times), len(times)
    margin = 0.5 * np.sqrt(n)
    low, middle, high = (
        ordered[int(np.clip(n / 2 + step, 0, n - 1))] for step in (-margin, 0.0, margin)
    )
    return float(middle), float((high - low) / 2.0) if np.isfinite(high) else np.nan


def _events(seen: pd.DataFrame) -> pd.DataFrame:
    """Adverse events per 100 sessions, with an error that knows of patients."""
    rows = []
    for (regime, regimen), part in seen.groupby(["regime", "regimen"], sort=False):
        rate = part["events"].sum() / part["sessions"].sum()
        residual = part["events"] - rate * part["sessions"]
        error = np.sqrt((residual**2).sum()) / part["sessions"].sum()
        rows.append((regime, regimen, 100.0 * rate, 100.0 * error))
    frame = pd.DataFrame(rows, columns=["regime", "regimen", "value", "std_error"])
    shared = {"estimand": "adverse events per 100 sessions", "population": "all", "time": "session"}
    return frame.assign(**shared)[list(COLUMNS)]


def _shift(seen: pd.DataFrame) -> pd.DataFrame:
    """Mean change of the last score that leaving makes, over everybody."""
    treated = seen[seen["regime"].eq(REGIMES[0])]
    values = treated[["shift"]].rename(columns={"shift": f"week {_WEEKS[-1]}"})
    return _rows("shift after dropout", values, treated[["regime", "regimen"]])


def _clinics(seen: pd.DataFrame) -> list[pd.DataFrame]:
    """Response by clinic, and its spread."""
    response = _responds(seen["end of induction"], seen["baseline"]).astype(float)
    by = response.groupby([seen["regime"], seen["clinic"]], sort=False)
    clinics = pd.DataFrame({"value": by.mean(), "std_error": by.sem()}).reset_index()
    shared = {"population": "all", "regimen": ALL, "time": "end of induction"}
    answers = [clinics.assign(estimand="response by clinic", **shared)]
    if len(clinics) > len(REGIMES):
        spread = [(regime, *_spread(clinics[clinics["regime"].eq(regime)])) for regime in REGIMES]
        frame = pd.DataFrame(spread, columns=["regime", "value", "std_error"])
        answers.append(frame.assign(estimand="SD between clinics of logit response", **shared))
    return answers


def _spread(clinics: pd.DataFrame) -> tuple[float, float]:
    """Take the standard deviation of the logits, with its error by the delta method."""
    share, error = (clinics[name].to_numpy(dtype=np.float64) for name in ("value", "std_error"))
    logits = np.log(share / (1.0 - share))
    deviation = logits - logits.mean()
    freedom = len(logits) - 1
    sd = float(np.sqrt((deviation**2).sum() / freedom))
    moved = deviation * error / (share * (1.0 - share))
    return sd, float(np.sqrt((moved**2).sum())) / (freedom * sd)
