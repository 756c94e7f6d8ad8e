"""Cox regression from risk-set sums of parts is that of the patients together."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import release
from analysis.distributed.cox.question import CoxQuestion
from analysis.distributed.cox.rounds import cox_rounds
from analysis.distributed.sums import packed, unpacked
from analysis.distributed.tasks.cox import CoxStartTask
from analysis.errors import ColumnError, ConvergenceError, DataError, ModelError
from analysis.survival import cox
from tests.distributed.parts import PARTITIONS, cut, travelled
from tests.survival.reference import REFERENCE

ROWS = pd.read_csv(REFERENCE / "regression.csv").assign(
    relapse=lambda d: (d["type"] == 1).astype(int), whole=lambda d: np.ceil(d["weight"])
)
LEVELS = {"arm": ["im", "iv"], "clinic": [f"c{number}" for number in range(1, 6)]}
ADJUSTED = "arm + age + severity"
MODELS = {
    "plain": (ADJUSTED, {}),
    "breslow": (ADJUSTED, {"ties": "breslow", "entry": "entry"}),
    "entry_strata": (ADJUSTED, {"entry": "entry", "strata": "clinic"}),
    "factor": ("arm * severity + clinic", {"entry": "entry"}),
    "whole_weights": ("arm + age", {"weights": "whole"}),
}


def question(formula, *, strata=None, **options):
    return CoxQuestion(
        formula=formula,
        event="relapse",
        levels=LEVELS,
        strata=() if strata is None else (strata,),
        **options,
    )


def fitted(asked, parts):
    """Fit over parts whose sums travel as bytes in every round."""
    task = CoxStartTask(question=asked)
    start = travelled(task, parts)
    return cox_rounds(lambda beta: travelled(task.at(beta, start), parts), asked, start)


@pytest.mark.identity
@pytest.mark.parametrize(
    ("key", "n_parts"),
    [*((key, 2) for key in MODELS), *(("entry_strata", n) for n in PARTITIONS if n != 2)],
)
def test_the_fit_is_that_of_the_patients(key, n_parts):
    formula, options = MODELS[key]
    found = fitted(question(formula, **options), cut(ROWS, n_parts))
    wanted = cox(formula, ROWS, event="relapse", **options)
    pd.testing.assert_frame_equal(found.tidy(), wanted.tidy(), rtol=1e-10)
    pd.testing.assert_frame_equal(
        found.tidy(0.9, exponentiate=True), wanted.tidy(0.9, exponentiate=True), rtol=1e-10
    )
    one, other = (fit.glance().drop(columns="newton_decrement") for fit in (found, wanted))
    pd.testing.assert_frame_equal(one, other, rtol=1e-10)
    pd.testing.assert_frame_equal(found.covariance(), wanted.covariance(), rtol=1e-9)
    pd.testing.assert_frame_equal(found.joint_tests(), wanted.joint_tests(), rtol=1e-8)
    pd.testing.assert_frame_equal(found.overall_tests(), wanted.overall_tests(), rtol=1e-8)
    assert found.summary() == wanted.summary()


@pytest.mark.reference
def test_estimates_over_parts_are_those_of_r():
    expected = json.loads((REFERENCE / "expected_cox.json").read_text(encoding="utf-8"))
    found = fitted(question(ADJUSTED, entry="entry", strata="clinic"), cut(ROWS, 7)).tidy()
    r = pd.DataFrame(expected["entry_strata"]["estimate"], index=expected["entry_strata"]["term"])
    names = {"arm[T.iv]": "armiv"}
    wanted = r.loc[[names.get(term, term) for term in found["term"]], 0]
    np.testing.assert_allclose(found["estimate"], wanted, rtol=1e-9)


@pytest.mark.identity
def test_the_order_of_parts_and_rows_does_not_matter():
    asked, parts = question(ADJUSTED, entry="entry"), cut(ROWS, 3)
    one = fitted(asked, parts)
    other = fitted(asked, [part.sample(frac=1.0, random_state=2) for part in reversed(parts)])
    pd.testing.assert_frame_equal(one.tidy(), other.tidy(), rtol=1e-12)


@pytest.mark.identity
def test_parts_may_lack_a_level_a_stratum_or_all_events():
    quiet = ROWS[(ROWS["arm"] == "im") & (ROWS["relapse"] == 0) & (ROWS["clinic"] == "c2")]
    parts = [quiet, ROWS.drop(quiet.index)]
    found = fitted(question(ADJUSTED, strata="clinic"), parts)
    wanted = cox(ADJUSTED, ROWS, event="relapse", strata="clinic")
    pd.testing.assert_frame_equal(found.tidy(), wanted.tidy(), rtol=1e-10)


@pytest.mark.identity
def test_rounding_of_times_and_missing_covariates_are_as_in_memory():
    data = ROWS.assign(time=ROWS["time"] / 10.0)
    data.loc[::3, "time"] = data.loc[::3, "time"] * 3.0 / 3.0000000001
    data.loc[[4, 9], "age"] = np.nan
    data.loc[[9, 11], "arm"] = None
    found = fitted(question(ADJUSTED), cut(data, 2))
    wanted = cox(ADJUSTED, data, event="relapse")
    pd.testing.assert_frame_equal(found.tidy(), wanted.tidy(), rtol=1e-10)
    assert found.glance()["n_dropped"].tolist() == [3]


@pytest.mark.identity
def test_large_offsets_of_covariates_cost_no_digits():
    data = ROWS.assign(age=ROWS["age"] + 1e6)
    found = fitted(question(ADJUSTED), cut(data, 2))
    wanted = cox(ADJUSTED, ROWS, event="relapse")
    np.testing.assert_allclose(found.tidy()["estimate"], wanted.tidy()["estimate"], rtol=1e-9)


@pytest.mark.identity
def test_support_counts_levels_exactly_and_numbers_at_most():
    for formula in ("arm * clinic", ADJUSTED, "arm * severity"):
        found = fitted(question(formula), cut(ROWS, 2)).support()
        wanted = cox(formula, ROWS, event="relapse").support()
        assert found["term"].tolist() == wanted["term"].tolist()
        assert (found["residual_df"] == wanted["residual_df"]).all()
        for name in ("n", "n_event"):
            assert (found[name] <= wanted[name]).all()
            factors = ~wanted["term"].str.contains("age|severity")
            assert (found[name] == wanted[name])[factors].all()


@pytest.mark.identity
def test_support_of_a_number_that_only_one_part_tells_about():
    rare = ROWS.assign(older=(ROWS.index < 9).astype(int))
    found = fitted(question("arm + older"), [rare[:200], rare[200:]]).support()
    wanted = cox("arm + older", rare, event="relapse").support()
    pd.testing.assert_frame_equal(found, wanted)


@pytest.mark.identity
def test_a_fit_is_released_like_one_in_memory():
    found = fitted(question("arm + clinic"), cut(ROWS, 2))
    wanted = cox("arm + clinic", ROWS, event="relapse")
    one, other = release(found), release(wanted)
    pd.testing.assert_frame_equal(one.frame, other.frame, rtol=1e-10)
    assert one.hidden == other.hidden
    task = CoxStartTask(question=question("arm"))
    start = travelled(task, [ROWS])
    bare = cox_rounds(lambda beta: task.at(beta, start).of(ROWS), task.question)
    assert bare.support()["n"].isna().all()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("formula", "change", "error", "words"),
    [
        ("arm + scale(age)", {}, ModelError, "learn something from the rows"),
        ("C(whole)", {}, ModelError, "list them by levels="),
        ("arm + sex", {"sex": ["f", "m", "f"] * 137}, ModelError, "list them by levels="),
        ("arm", {"arm": 1}, ModelError, r"write C\(arm\)"),
        ("arm", {"arm": "oral"}, DataError, "does not list"),
        ("arm", {"time": -1.0}, DataError, "below 0"),
        ("arm", {"time": np.nan}, DataError, "missing or infinite"),
        ("arm", {"relapse": 2}, DataError, "neither 0 nor 1"),
        ("arm + weight_kg", {}, ColumnError, "do not have"),
    ],
)
def test_bad_parts_are_refused(formula, change, error, words):
    with pytest.raises(error, match=words):
        CoxStartTask(question=question(formula)).of(ROWS.assign(**change))


@pytest.mark.identity
def test_patients_may_have_intervals_but_one_event():
    late = ROWS.assign(start=0.0)
    early = late.assign(time=late["time"] / 2.0, relapse=0)
    data = pd.concat([early, late.assign(start=late["time"] / 2.0)])
    data = data[data["time"] > data["start"]]
    asked = question(ADJUSTED, entry="start", subject="patient")
    found = fitted(asked, [data[data["arm"] == "im"], data[data["arm"] == "iv"]])
    wanted = cox(ADJUSTED, data, event="relapse", entry="start", subject="patient")
    pd.testing.assert_frame_equal(found.tidy(), wanted.tidy(), rtol=1e-10)
    with pytest.raises(DataError, match="rows that overlap in time"):
        CoxStartTask(question=asked).of(data.assign(start=0.0))
    with pytest.raises(DataError, match="more than one event"):
        CoxStartTask(question=asked).of(data.assign(relapse=1))


@pytest.mark.unit
def test_weights_that_are_not_whole_are_refused():
    with pytest.raises(DataError, match="weight is not whole"):
        CoxStartTask(question=question("arm", weights="weight")).of(ROWS)


@pytest.mark.unit
def test_all_parts_together_are_refused_as_in_memory():
    with pytest.raises(DataError, match="has an event"):
        fitted(question("arm"), cut(ROWS.assign(relapse=0), 2))
    separated = ROWS.assign(relapse=ROWS["relapse"] * (ROWS["arm"] == "iv"))
    with pytest.raises(ConvergenceError, match="arm"):
        fitted(question(ADJUSTED), cut(separated, 2))
    with pytest.raises(ModelError, match=r"'clinic\[T.c2\]'"):
        fitted(question("age + clinic", strata="clinic"), cut(ROWS, 2))
    older = ROWS.assign(older=ROWS["age"] + 1.0)
    with pytest.raises(ModelError, match="'older'"):
        fitted(question("age + older"), cut(older, 2))


@pytest.mark.unit
def test_parts_of_other_questions_rounds_or_damaged_ones_are_refused():
    one, other = CoxStartTask(question=question("arm")), CoxStartTask(question=question("age"))
    start = one.of(ROWS)
    with pytest.raises(ModelError, match="Part 2 of 2 differs from the first in question"):
        one.added([start, other.of(ROWS)])
    near, far = one.at(np.zeros(1), start), one.at(np.ones(1), start)
    with pytest.raises(ModelError, match="differs from the first in beta"):
        near.added([near.of(ROWS), far.of(ROWS)])
    with pytest.raises(ModelError, match="2 coefficients"):
        one.at(np.zeros(2), start).of(ROWS)
    with pytest.raises(ModelError, match="answers another question"):
        cox_rounds(lambda beta: one.at(beta, start).of(ROWS), one.question, other.of(ROWS))
    damaged = unpacked(packed(near.of(ROWS)))
    arrays = {**damaged.arrays, "leaving_time": damaged.arrays["leaving_time"][:-1]}
    cut_short = type(damaged)(kind=damaged.kind, about=damaged.about, arrays=arrays)
    with pytest.raises(DataError, match="make them again"):
        near.added([cut_short])
