"""Completers beside all for whom the visit is due: literal means, and what leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.disclosure import INTERNAL, release
from analysis.errors import DataError, ModelError
from analysis.missing import completers_against_all
from analysis.outcomes import mean_course, visit_outcomes, visit_status
from tests.builders import scored_study
from tests.missing.studies import PLAN, network


def small():
    return scored_study(
        {
            "a": [(0, 20), (7, 14), (28, 10)],
            "b": [(0, 18), (7, 16), (28, 12)],
            "c": [(0, 16), (28, 8)],
            "d": [(0, 24), (7, 24)],
            "e": [(0, 26), (7, 22), (14, 25)],
            "not due": [(0, 20), (7, 2)],
            "mild": [(0, 5), (7, 1), (28, 1)],
        },
        until={**dict.fromkeys("abcde", 400), "mild": 400, "not due": 20},
    )


def table(**choices):
    return completers_against_all(small(), "PHQ-9", visit="v3", schedule=PLAN, **choices)


@pytest.mark.unit
def test_numbers_and_means_are_of_those_for_whom_the_visit_is_due():
    frame = table().tidy()
    columns = ["visit", "n_all", "n_completers", "n_others"]
    assert frame[columns].to_numpy().tolist() == [
        ["baseline", 5, 3, 2], ["v1", 4, 2, 2], ["v2", 1, 0, 1], ["v3", 3, 3, 0]
    ]  # fmt: skip
    means = frame[["mean_all", "mean_completers", "mean_others"]].to_numpy(float)
    expected = [[20.8, 18.0, 25.0], [-3.0, -4.0, -2.0], [-1.0, np.nan, -1.0], [-8.0, -8.0, np.nan]]
    np.testing.assert_allclose(means, expected)


@pytest.mark.unit
def test_differences_are_those_of_welch():
    row = table(conf_level=0.9).tidy().iloc[0]
    welch = stats.ttest_ind([20.0, 18.0, 16.0], [24.0, 26.0], equal_var=False)
    limits = welch.confidence_interval(0.9)
    assert row["difference"] == -7.0
    assert row["std_error"] == pytest.approx(np.sqrt(4.0 / 3.0 + 2.0 / 2.0))
    assert row[["conf_low", "conf_high"]].tolist() == pytest.approx([limits.low, limits.high])


@pytest.mark.unit
def test_without_enough_patients_there_is_no_model():
    assert table().tidy()["model"].isna().all()


@pytest.mark.identity
def test_all_and_completers_are_evaluable_and_observed():
    frame = completers_against_all(network(), "PHQ-9", visit="week 8").tidy()
    status = visit_status(network(), "PHQ-9", visit="week 8")
    assert frame["n_all"].iloc[0] == status["evaluable"].sum()
    assert frame["n_completers"].iloc[0] == status["observed"].sum()
    last = frame.iloc[-1]
    assert last["n_others"] == 0
    assert last["mean_completers"] == pytest.approx(status.loc[status["observed"], "change"].mean())


@pytest.mark.identity
def test_the_model_is_that_of_mean_course_of_the_same_patients():
    frame = completers_against_all(network(), "PHQ-9", visit="week 16").tidy()
    status = visit_status(network(), "PHQ-9", visit="week 16")
    who = status.loc[status["evaluable"], "subject_id"]
    outcomes = visit_outcomes(network(), "PHQ-9")
    course = mean_course(outcomes[outcomes["subject_id"].isin(who)]).frame
    np.testing.assert_allclose(frame["model"].iloc[1:], course["estimate"], rtol=1e-8)


@pytest.mark.unit
def test_means_of_few_leave_nothing_behind():
    found = completers_against_all(network(), "PHQ-9", visit="week 16")
    frame = release(found).frame
    assert frame["mean_others"].iloc[0] == pytest.approx(18.5368, abs=1e-4)
    few = table()
    shown = release(few).frame
    numbers = ["mean_all", "mean_completers", "mean_others", "difference", "conf_low", "model"]
    assert shown[numbers].isna().all(axis=None)
    assert not set(pd.to_numeric(shown["n_all"], errors="coerce").dropna()) - {0}
    assert table(policy=INTERNAL).shown["mean_all"].notna().all()


@pytest.mark.unit
def test_visits_that_cannot_be_compared_are_refused():
    with pytest.raises(DataError, match="no such visit"):
        completers_against_all(small(), "PHQ-9", visit="v9", schedule=PLAN)
    with pytest.raises(DataError, match="not yet due for any patient"):
        completers_against_all(small(), "PHQ-9", visit="v3", schedule=PLAN, baseline_at_least=27)
    with pytest.raises(ModelError, match="conf_level"):
        table(conf_level=2.0)


@pytest.mark.unit
def test_nobody_with_a_later_score_is_refused_with_the_count():
    nobody = scored_study({"a": [(0, 20)], "b": [(0, 18)]}, until={"a": 400, "b": 400})
    with pytest.raises(DataError, match="0 patients with a baseline at the threshold"):
        completers_against_all(nobody, "PHQ-9", visit="v3", schedule=PLAN)
