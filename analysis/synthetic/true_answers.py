"""True answers of a scenario, from very many patients of whom everything is seen.

Missing scores and loss of contact play no part here. Stopping treatment does: it is an event of
the patient's course, not of the data.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.progress import progress
from analysis.synthetic.course import INDUCTION, Course, retained_on, severity_on, treat
from analysis.synthetic.people import HIGHEST, LOWEST, People, draw_people
from analysis.synthetic.scales import SCALE_MODELS
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.streams import Floats, Streams

__all__ = ["COLUMNS", "END_DAYS", "LOSS_DAYS", "REGIMES", "oracle"]

REGIMES = ("as treated", "no maintenance")
"""With the stopping and maintenance of the scenario; or everybody completes induction as planned
and has no maintenance."""

END_DAYS = 4
"""Days from the last induction session to the score at the end of induction."""

LOSS_DAYS = (28, 56, 84)
"""Days after the last induction session at which loss of response is given."""

COLUMNS = ("estimand", "population", "regime", "route", "time", "value", "std_error")
"""Columns of every answer; those by clinic have one more."""

_WEEKS = (4, 8, 12)
_N_TIMES = 2 + 2 * len(_WEEKS)
_PIECE, _FEWEST = 20_000, 1_000
_RESPONSE, _REMISSION = 0.5, 4.0  # fall of half; PHQ-9 below 5
_EVALUABLE = 10


def oracle(scenario: Scenario, *, patients: int = 200_000) -> pd.DataFrame:
    """Compute the true outcomes of a scenario on the PHQ-9.

    Parameters
    ----------
    scenario : Scenario
        What would be simulated; its patients are others than those of `simulate`.
    patients : int
        Number of patients, at least 1,000; they are followed in pieces of 20,000.

    Returns
    -------
    pandas.DataFrame
        Columns ``estimand, population, regime, route, time, value, std_error`` (of the Monte
        Carlo) and ``clinic`` (position in the scenario).

        - "mean score", "mean change from baseline", "response" and "remission", by route and
          time, for all and for those with a baseline of at least 10. Times are "baseline",
          "end of induction" (4 days after the last induction session), "week 4", "week 8",
          "week 12" (after the first treatment) and "week 4 after induction", …
        - "loss of response": share of those whose severity, free of measurement error, had
          fallen by half at the last induction session and has since passed half again.
        - "response by clinic" at the end of induction, infusions only, and
          "SD between clinics of logit response".

    Raises
    ------
    DataError
        When the patients are too few.

    Notes
    -----
    Scores carry measurement error and day-to-day spread as in the data; severity in "loss of
    response" does not.
    """
    if patients < _FEWEST:
        raise DataError(f"True answers need at least {_FEWEST:,} patients.")
    pieces = [
        piece
        for start in progress(range(0, patients, _PIECE), doing="True answers", unit="piece")
        for piece in _piece(scenario, start // _PIECE, min(_PIECE, patients - start))
    ]
    seen = pd.concat(pieces, ignore_index=True)
    answers = [
        *_scores(seen, "all"),
        *_scores(seen[seen["baseline"].ge(_EVALUABLE)], f"baseline at least {_EVALUABLE}"),
        _losses(seen),
        *_clinics(seen),
    ]
    return pd.concat(answers, ignore_index=True)


def _piece(scenario: Scenario, number: int, n: int) -> list[pd.DataFrame]:
    """Follow the same patients through both regimes; one frame each, one row per patient."""
    streams = Streams(seed=scenario.seed, prefix=f"oracle {number}")
    people = draw_people(scenario, streams, n)
    n_items = SCALE_MODELS["PHQ-9"].item_count
    spread = scenario.observation.occasion_sd * streams.normal("occasion", n, _N_TIMES)
    draws = streams.uniform("items", n, _N_TIMES * n_items).reshape(n, _N_TIMES, n_items)
    frames = []
    for regime in REGIMES:
        course = treat(people, scenario, streams, stop=regime == REGIMES[0])
        days = _days(course)
        severity = severity_on(people, course, scenario, np.stack(list(days.values()), axis=1))
        severity = np.clip(severity + spread, LOWEST, HIGHEST)
        totals = SCALE_MODELS["PHQ-9"].answers(severity, draws).sum(axis=2)
        lost = _lost(people, course, scenario)
        frame = pd.DataFrame(totals.astype(np.float64), columns=list(days)).assign(
            regime=regime,
            route=np.where(people.im, "IM", "IV"),
            clinic=people.clinic,
            **{f"lost {day}": lost[:, j] for j, day in enumerate(LOSS_DAYS)},
        )
        frames.append(frame)
    return frames


def _days(course: Course) -> dict[str, Floats]:
    """Days of the scores by name of the time; `_N_TIMES` of them."""
    end = course.last_induction_day
    return {
        "baseline": np.zeros(len(end)),
        "end of induction": end + END_DAYS,
        **{f"week {week}": np.full(len(end), 7.0 * week) for week in _WEEKS},
        **{f"week {week} after induction": end + 7.0 * week for week in _WEEKS},
    }


def _lost(people: People, course: Course, scenario: Scenario) -> Floats:
    """1 when response was lost by each of `LOSS_DAYS`, 0 when not, NaN for non-responders.

    Between sessions severity only rises, so it is enough to look just after the last induction
    session, just before each later session, and on the days themselves.
    """
    end = course.last_induction_day[:, None]
    before_sessions = np.nan_to_num(course.day[:, INDUCTION:], nan=np.inf) - end
    fixed = np.broadcast_to([1e-6, *map(float, LOSS_DAYS)], (len(people), 1 + len(LOSS_DAYS)))
    since = np.concatenate([fixed, before_sessions], axis=1)
    seen = np.isfinite(since)
    day = end + np.where(seen, since, 0.0)
    passed = (retained_on(people, course, scenario, day) > _RESPONSE) & seen
    ever = np.stack([(passed & (since <= limit)).any(axis=1) for limit in LOSS_DAYS], axis=1)
    return np.where(passed[:, :1], np.nan, ever)


def _rows(
    estimand: str, values: pd.DataFrame, groups: pd.DataFrame, population: str = "all"
) -> pd.DataFrame:
    """Mean and Monte Carlo standard error of columns by regime and route."""
    by = values.groupby([groups["regime"], groups["route"]], sort=False)
    mean, error = (
        table.melt(var_name="time", value_name=name, ignore_index=False)
        for name, table in (("value", by.mean()), ("std_error", by.sem()))
    )
    answers = mean.assign(std_error=error["std_error"].to_numpy()).reset_index()
    return answers.assign(estimand=estimand, population=population)[list(COLUMNS)]


def _scores(seen: pd.DataFrame, population: str) -> list[pd.DataFrame]:
    """Mean score and change, response and remission."""
    groups = seen[["regime", "route"]]
    times = [name for name in seen.columns if name.startswith(("end", "week"))]
    later, baseline = seen[times], seen["baseline"]
    response = later.le((1.0 - _RESPONSE) * baseline, axis=0).astype(float)
    answers = {
        "mean score": seen[["baseline", *times]],
        "mean change from baseline": later.sub(baseline, axis=0),
        "response": response,
        "remission": later.le(_REMISSION).astype(float),
    }
    return [_rows(name, values, groups, population) for name, values in answers.items()]


def _losses(seen: pd.DataFrame) -> pd.DataFrame:
    """Loss of response among the responders."""
    names = {f"lost {day}": f"day {day} after induction" for day in LOSS_DAYS}
    return _rows(
        "loss of response", seen[list(names)].rename(columns=names), seen[["regime", "route"]]
    )


def _clinics(seen: pd.DataFrame) -> list[pd.DataFrame]:
    """Response to infusions by clinic, and its spread."""
    iv = seen[seen["route"].eq("IV")]
    response = iv["end of induction"].le((1.0 - _RESPONSE) * iv["baseline"]).astype(float)
    by = response.groupby([iv["regime"], iv["clinic"]], sort=False)
    clinics = pd.DataFrame({"value": by.mean(), "std_error": by.sem()}).reset_index()
    spread = pd.DataFrame(
        [(regime, *_spread(clinics[clinics["regime"].eq(regime)])) for regime in REGIMES],
        columns=["regime", "value", "std_error"],
    )
    shared = {"population": "all", "route": "IV", "time": "end of induction"}
    return [
        clinics.assign(estimand="response by clinic", **shared),
        spread.assign(estimand="SD between clinics of logit response", **shared),
    ]


def _spread(clinics: pd.DataFrame) -> tuple[float, float]:
    """Take the standard deviation of the logits, with its error by the delta method."""
    share, error = (clinics[name].to_numpy(dtype=np.float64) for name in ("value", "std_error"))
    logits = np.log(share / (1.0 - share))
    deviation = logits - logits.mean()
    freedom = len(logits) - 1
    sd = float(np.sqrt((deviation**2).sum() / freedom))
    moved = deviation * error / (share * (1.0 - share))
    return sd, float(np.sqrt((moved**2).sum())) / (freedom * sd)
