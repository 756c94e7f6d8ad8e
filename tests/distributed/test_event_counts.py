"""Curves and tests from counts of parts are those of the patients together, to the last bit."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.distributed.sums import packed
from analysis.distributed.tasks.event_curves import (
    cumulative_incidence_of,
    event_rows,
    gray_test_of,
    kaplan_meier_of,
    logrank_of,
)
from analysis.distributed.tasks.events import EventCountsTask
from analysis.errors import ColumnError, DataError, ModelError
from analysis.survival import cumulative_incidence, gray_test, kaplan_meier, logrank
from tests.distributed.parts import PARTITIONS, cut, travelled
from tests.survival.reference import REFERENCE

ROWS = pd.read_csv(REFERENCE / "regression.csv").assign(
    relapse=lambda d: (d["type"] == 1).astype(int)
)
KM = EventCountsTask(event="relapse", entry="entry", by="arm")
CAUSES = EventCountsTask(event="type", by="clinic")


def same(one, other):
    pd.testing.assert_frame_equal(one, other, check_exact=True)


@pytest.mark.identity
@pytest.mark.parametrize("n_parts", PARTITIONS)
def test_kaplan_meier_is_that_of_the_patients(n_parts):
    found = kaplan_meier_of(travelled(KM, cut(ROWS, n_parts)), conf_type="log")
    wanted = kaplan_meier(ROWS, event="relapse", entry="entry", by="arm", conf_type="log")
    same(found.curve(), wanted.curve())
    same(found.glance(), wanted.glance())
    same(found.rmst(60), wanted.rmst(60))


@pytest.mark.identity
@pytest.mark.parametrize("n_parts", PARTITIONS)
def test_cumulative_incidence_is_that_of_the_patients(n_parts):
    sums = travelled(CAUSES, cut(ROWS, n_parts))
    for variance in ("infinitesimal jackknife", "aalen"):
        found = cumulative_incidence_of(sums, variance=variance)
        wanted = cumulative_incidence(ROWS, event="type", by="clinic", variance=variance)
        same(found.curve(), wanted.curve())
        same(found.glance(), wanted.glance())
    gray = gray_test(ROWS, event="type", by="clinic", rho=1.0)
    same(gray_test_of(sums, rho=1.0).tidy(), gray.tidy())


@pytest.mark.identity
@pytest.mark.parametrize("n_parts", PARTITIONS)
def test_stratified_tests_are_those_of_the_patients(n_parts):
    task = EventCountsTask(event="relapse", entry="entry", by="arm", strata=("clinic",))
    found = logrank_of(travelled(task, cut(ROWS, n_parts)), rho=1.0)
    wanted = logrank(ROWS, "time", "relapse", "arm", strata="clinic", entry="entry", rho=1.0)
    same(found.tidy(), wanted.tidy())
    same(found.glance(), wanted.glance())
    gray = EventCountsTask(event="type", by="arm", strata=("clinic",))
    same(
        gray_test_of(travelled(gray, cut(ROWS, n_parts))).tidy(),
        gray_test(ROWS, event="type", by="arm", strata="clinic").tidy(),
    )


@pytest.mark.identity
@pytest.mark.parametrize("task", [KM, CAUSES], ids=["km", "causes"])
def test_neither_order_of_rows_nor_of_parts_matters(task):
    parts = cut(ROWS, 7)
    shuffled = [part.sample(frac=1.0, random_state=3) for part in reversed(parts)]
    assert packed(travelled(task, parts)) == packed(travelled(task, shuffled))


@pytest.mark.identity
def test_incidence_in_memory_does_not_depend_on_the_order_of_rows():
    late = ROWS.assign(start=(ROWS["time"] * 0.3).round())
    late = late[late["start"] < late["time"]]
    wanted = cumulative_incidence(late, event="type", entry="start")
    for seed in range(5):
        shuffled = late.sample(frac=1.0, random_state=seed)
        same(cumulative_incidence(shuffled, event="type", entry="start").curve(), wanted.curve())


@pytest.mark.reference
def test_logrank_over_parts_is_that_of_r():
    expected = json.loads((REFERENCE / "expected_logrank_rmst.json").read_text(encoding="utf-8"))
    data = pd.read_csv(REFERENCE / "tte.csv")
    sums = travelled(EventCountsTask(by="arm"), cut(data, 7))
    r = expected["logrank"]["arm"]
    np.testing.assert_allclose(logrank_of(sums).tidy()["statistic"], r["statistic"], rtol=1e-12)
    assert logrank_of(sums).glance()["observed"].tolist() == r["observed"]


@pytest.mark.identity
def test_parts_may_lack_a_level_or_all_events():
    parts = [ROWS[(ROWS["arm"] == "im") & (ROWS["relapse"] == 0)]]
    parts.append(ROWS.drop(parts[0].index))
    found = logrank_of(travelled(EventCountsTask(event="relapse", by="arm"), parts))
    same(found.tidy(), logrank(ROWS, "time", "relapse", "arm").tidy())


@pytest.mark.identity
def test_rows_without_group_or_stratum_are_counted_whatever_else_is_wrong_with_them():
    data = ROWS.copy()
    data.loc[[3, 8], "arm"] = None
    data.loc[[5, 8], "clinic"] = None
    data.loc[3, "time"] = -1.0
    data["relapse"] = data["relapse"].astype(float)
    data.loc[5, "relapse"] = np.nan
    task = EventCountsTask(event="relapse", by="arm", strata=("clinic",))
    found = logrank_of(travelled(task, cut(data, 2)))
    wanted = logrank(data, "time", "relapse", "arm", strata="clinic")
    assert found.tidy()["n_dropped"].tolist() == [3]
    same(found.tidy(), wanted.tidy())
    assert found.notes == wanted.notes


@pytest.mark.identity
@pytest.mark.parametrize(
    "kind",
    [
        lambda arm: arm.map({"im": 1, "iv": 2}),
        lambda arm: arm.eq("iv"),
        lambda arm: arm.astype("string"),
        lambda arm: pd.Categorical(arm, ["iv", "im"], ordered=True),
        lambda arm: arm.map({"im": 1, "iv": 2}).astype("Int64"),
    ],
    ids=["numbers", "booleans", "string", "categories", "nullable"],
)
def test_groups_of_any_type_come_back_as_they_were(kind):
    data = ROWS.assign(arm=kind(ROWS["arm"]))
    sums = travelled(EventCountsTask(event="relapse", by="arm"), cut(data, 2))
    wanted = kaplan_meier(data, event="relapse", by="arm")
    same(kaplan_meier_of(sums).curve(), wanted.curve())


@pytest.mark.identity
def test_text_that_files_hold_as_categories_is_text():
    orders = (["im"], ["iv", "im"], ["im", "iv", "oral"])
    parts = [
        part.assign(arm=pd.Categorical(part["arm"], order))
        for part, order in zip(cut(ROWS, 2), orders, strict=True)
    ]
    sums = travelled(EventCountsTask(event="relapse", by="arm"), parts)
    same(kaplan_meier_of(sums).curve(), kaplan_meier(ROWS, event="relapse", by="arm").curve())


@pytest.mark.identity
def test_declared_levels_give_the_order_of_groups():
    levels = {"arm": ["iv", "oral", "im"]}
    task = EventCountsTask(event="relapse", by="arm", levels=levels)
    found = kaplan_meier_of(travelled(task, cut(ROWS, 2))).curve()
    ordered = ROWS.assign(arm=pd.Categorical(ROWS["arm"], ["iv", "im"]))
    same(found, kaplan_meier(ordered, event="relapse", by="arm").curve())


@pytest.mark.unit
def test_patients_with_two_rows_would_count_twice():
    task = EventCountsTask(event="relapse", subject="patient")
    assert task.of(ROWS).kind == "event counts"
    with pytest.raises(DataError, match="1 rows of patients who have one already"):
        task.of(pd.concat([ROWS, ROWS.iloc[[3]]]))


@pytest.mark.identity
def test_times_that_differ_by_rounding_are_one_time_across_parts():
    data = pd.DataFrame({"time": [0.3, 3 * 0.1, 0.5], "event": [1, 1, 0]})
    sums = travelled(EventCountsTask(), [data.iloc[:1], data.iloc[1:]])
    same(kaplan_meier_of(sums).curve(), kaplan_meier(data).curve())
    assert kaplan_meier_of(sums).curve()["n_event"].max() == 2


@pytest.mark.identity
def test_counts_of_many_patients_stay_small():
    many = pd.concat([ROWS] * 50, ignore_index=True)
    assert len(packed(KM.of(many))) < 1.1 * len(packed(KM.of(ROWS)))
    assert len(event_rows(KM.of(many))) == len(many)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"time": -1.0}, DataError, "rows below 0"),
        ({"time": np.nan}, DataError, "missing or infinite"),
        ({"time": "soon"}, ColumnError, "not numeric"),
        ({"relapse": np.nan}, DataError, "missing in 411 rows"),
        ({"entry": 1e6}, DataError, "never at risk"),
    ],
)
def test_bad_rows_are_refused_where_they_are_read(change, error, words):
    with pytest.raises(error, match=words):
        KM.of(ROWS.assign(**change))


@pytest.mark.unit
def test_levels_that_nobody_declared_are_refused_without_their_name():
    task = EventCountsTask(event="relapse", by="arm", levels={"arm": ["im"]})
    with pytest.raises(DataError, match="1 levels that levels= does not list") as raised:
        task.of(ROWS)
    assert "'iv'" not in str(raised.value)


@pytest.mark.unit
def test_parts_of_other_questions_or_types_are_refused():
    other = EventCountsTask(event="type", by="arm", entry="entry")
    with pytest.raises(ModelError, match="Part 2 of 2 differs from the first in event"):
        KM.added([KM.of(ROWS), other.of(ROWS)])
    numbers = ROWS.assign(arm=ROWS["arm"].eq("iv").astype(int))
    with pytest.raises(DataError, match="several kinds"):
        KM.added([KM.of(ROWS), KM.of(numbers)])
    one = ROWS.assign(arm=pd.Categorical(ROWS["arm"], ["im", "iv"], ordered=True))
    two = ROWS.assign(arm=pd.Categorical(ROWS["arm"], ["iv", "im"], ordered=True))
    with pytest.raises(DataError, match="categories of 'arm' are not the same"):
        KM.added([KM.of(one), KM.of(two)])


@pytest.mark.unit
def test_results_say_what_counts_they_need():
    stratified = EventCountsTask(event="relapse", by="arm", strata=("clinic",)).of(ROWS)
    with pytest.raises(ModelError, match="Strata are for tests"):
        kaplan_meier_of(stratified)
    with pytest.raises(ModelError, match="count them by by="):
        logrank_of(EventCountsTask(event="relapse").of(ROWS))
    with pytest.raises(ModelError, match="no delayed entry"):
        gray_test_of(KM.of(ROWS))
    with pytest.raises(ModelError, match="a column of its own"):
        EventCountsTask(event="relapse", by="relapse").of(ROWS)


@pytest.mark.unit
def test_all_parts_together_are_refused_as_in_memory():
    empty = travelled(KM, cut(ROWS.iloc[:0], 2))
    with pytest.raises(DataError, match="No row is left"):
        kaplan_meier_of(empty)
    causes = travelled(EventCountsTask(event="type"), cut(ROWS, 2))
    with pytest.raises(DataError, match="neither 0 nor 1"):
        kaplan_meier_of(causes)
