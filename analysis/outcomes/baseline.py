"""The baseline of each course of treatment, by a rule that is stated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes.courses import treatment_courses
from analysis.outcomes.scores import valid_scores
from analysis.outcomes.windows import BASELINE, Window
from analysis.study import Study

__all__ = ["LAST", "BaselineRule", "baseline_scores"]


@dataclass(frozen=True, kw_only=True, repr=False)
class BaselineRule:
    """How the baseline is made of the scores before a course of treatment.

    Parameters
    ----------
    method : {"last", "mean", "worst"}
        The last score; or the mean or the worst of the last `k`.
    k : int, optional
        How many scores at most; needed for "worst". None with "mean": all of the window.
    window : Window
        Days that count, from the start of the course.

    Raises
    ------
    DataError
        When the method has another name or `k` does not suit it.

    Examples
    --------
    >>> BaselineRule(method="worst", k=3)
    Baseline: the worst of the last 3 scores from day -30 to day 0 of the course, before its dose.
    """

    method: Literal["last", "mean", "worst"]
    k: int | None = None
    window: Window = BASELINE

    def __post_init__(self) -> None:
        if self.method not in ("last", "mean", "worst"):
            raise DataError("The baseline is the last, mean or worst score: name one of these.")
        if self.method == "last" and self.k is not None:
            raise DataError("The last score is one score: leave k out, or use mean or worst.")
        if self.method == "worst" and self.k is None:
            raise DataError("State k: of how many last scores the worst is taken.")
        if self.window.high > 0:
            raise DataError(
                "A baseline is from before treatment: its window ends on day 0 or before."
            )
        if self.k is not None and self.k < 1:
            raise DataError("k, the number of scores that make the baseline, must be 1 or more.")

    def __repr__(self) -> str:
        """Say the rule in a sentence."""
        which = {
            "last": "the last score",
            "mean": f"the mean of {f'the last {self.k}' if self.k else 'all'} scores",
            "worst": f"the worst of the last {self.k} scores",
        }[self.method]
        return (
            f"Baseline: {which} from day {self.window.low} to day {self.window.high} of the "
            "course, before its dose."
        )


LAST = BaselineRule(method="last")
"""The last score of the 30 days up to the course: it suffers least from regression to the mean."""


def baseline_scores(study: Study, instrument: str, *, rule: BaselineRule = LAST) -> pd.DataFrame:
    """Make the baseline of every course of treatment.

    Where fewer scores than the rule asks for are there, those are used; patients without one are
    absent. Scores after a dose are never part of it, nor are, for a later course, scores up to the
    last session of the course before.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    rule : BaselineRule
        How the baseline is made.

    Returns
    -------
    pandas.DataFrame
        Columns ``subject_id, course, baseline`` (points), ``baseline_day`` (``rel_day`` of the
        score, of the last one of a mean, of the latest of equally bad ones) and ``n_baseline``
        (scores that were used or chosen from).

    Raises
    ------
    DataError
        When the worst is asked for of a scale without a better direction.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = baseline_scores(read_study(example_folder("clinic-network")), "PHQ-9")
    >>> int(found["n_baseline"].max())
    1
    """
    starts = treatment_courses(study)[["subject_id", "course", "start_day", "gap_days"]]
    scores = valid_scores(study, instrument).merge(starts, on="subject_id")
    days = scores["rel_day"] - scores["start_day"]
    # a score from before the end of the course before says nothing about this one
    own = scores["gap_days"].isna() | days.gt(-scores["gap_days"])
    inside = scores[days.between(rule.window.low, rule.window.high) & own]
    keys = ["subject_id", "course"]
    inside = inside.sort_values([*keys, "rel_day"], kind="stable")
    most = 1 if rule.method == "last" else rule.k
    used = inside.groupby(keys).tail(most) if most else inside
    if rule.method == "worst":
        chosen = _worst(used, instrument)
    else:
        chosen = used.assign(total=used.groupby(keys)["total"].transform("mean"))
    number = used.groupby(keys).size().rename("n_baseline").reset_index()
    last = chosen.drop_duplicates(keys, keep="last").merge(number, on=keys)
    renamed = last.rename(columns={"total": "baseline", "rel_day": "baseline_day"})
    return renamed[[*keys, "baseline", "baseline_day", "n_baseline"]]


def _worst(used: pd.DataFrame, instrument: str) -> pd.DataFrame:
    """Keep the rows with the worst score of each course."""
    direction = load_instrument(instrument).direction
    if direction not in ("lower is better", "higher is better"):
        raise DataError("The scale has no better direction, so no score of it is the worst.")
    totals = used.groupby(["subject_id", "course"])["total"]
    worst = totals.transform("max" if direction == "lower is better" else "min")
    return used[used["total"].eq(worst)]
