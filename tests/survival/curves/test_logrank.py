"""Tests that groups have one curve: references, identities, and what is refused."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, ModelError
from analysis.survival import GroupTest, logrank
from tests.survival.published import PUBLISHED, printed
from tests.survival.reference import REFERENCE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines.datasets import load_dd, load_gbsg2, load_leukemia, load_lung

EXPECTED = json.loads((REFERENCE / "expected_logrank_rmst.json").read_text(encoding="utf-8"))
RELAPSE = pd.read_csv(REFERENCE / "tte.csv").merge(pd.read_csv(REFERENCE / "clinics.csv"))
DOSES = pd.read_csv(REFERENCE / "doses.csv")
ARM = {"by": "arm"}
DOSE = {"by": "dose"}


def run(data, *, time="time", **options):
    return logrank(data, time, "event", **options)


def only(test):
    """Return the one row of a test."""
    assert len(test.tidy()) == 1
    return test.tidy().iloc[0]


@pytest.mark.reference
@pytest.mark.parametrize(
    ("key", "data", "options"),
    [
        ("arm", RELAPSE, ARM),
        ("arm_rho_1", RELAPSE, ARM | {"rho": 1}),
        ("arm_rho_half", RELAPSE, ARM | {"rho": 0.5}),
        ("arm_in_clinics", RELAPSE, ARM | {"strata": "clinic"}),
        ("arm_in_clinics_rho_1", RELAPSE, ARM | {"strata": "clinic", "rho": 1}),
        ("clinic", RELAPSE, {"by": "clinic"}),
        ("dose", DOSES, DOSE),
        ("dose_in_sites", DOSES, DOSE | {"strata": "site"}),
        ("dose_in_sites_rho_2", DOSES, DOSE | {"strata": "site", "rho": 2}),
    ],
)
def test_statistics_and_sums_are_those_of_survdiff(key, data, options):
    expected, test = EXPECTED["logrank"][key], run(data, **options)
    assert only(test)["statistic"] == pytest.approx(expected["statistic"], rel=1e-11)
    assert only(test)["df"] == expected["df"]
    for column in ("observed", "expected"):
        np.testing.assert_allclose(test.glance()[column], expected[column], rtol=1e-11)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("delayed_entry", {"entry": "entry"}),
        ("delayed_entry_in_sites", {"entry": "entry", "strata": "site"}),
        ("trend", {"trend": True}),
        ("trend_delayed_entry_in_sites", {"trend": True, "entry": "entry", "strata": "site"}),
    ],
)
def test_without_ties_it_is_the_score_test_of_coxph(key, options):
    expected, row = EXPECTED["score"][key], only(run(DOSES, time="untied", by="dose", **options))
    assert row["statistic"] == pytest.approx(expected["statistic"], rel=1e-11)
    assert row["p_value"] == pytest.approx(expected["p_value"], rel=1e-11)
    assert row["df"] == expected["df"]


@pytest.mark.reference
@pytest.mark.parametrize(
    ("key", "data", "options"),
    [
        ("rho_1", RELAPSE, ARM | {"rho": 1}),
        ("gamma_1", RELAPSE, ARM | {"gamma": 1}),
        ("both", DOSES, DOSE | {"rho": 0.5, "gamma": 2}),
        ("both_in_sites", DOSES, DOSE | {"rho": 0.5, "gamma": 2, "strata": "site"}),
        ("delayed_entry", RELAPSE, ARM | {"entry": "entry"}),
        ("delayed_entry_in_clinics", RELAPSE, ARM | {"entry": "entry", "strata": "clinic"}),
        ("delayed_entry_rho_1", DOSES, DOSE | {"entry": "entry", "rho": 1}),
        ("trend", DOSES, DOSE | {"trend": True}),
        ("trend_in_sites_gamma_1", DOSES, DOSE | {"trend": True, "strata": "site", "gamma": 1}),
    ],
)
def test_statistics_with_ties_are_those_of_the_definition_in_r(key, data, options):
    expected, row = EXPECTED["by_definition"][key], only(run(data, **options))
    assert row["statistic"] == pytest.approx(expected["statistic"], rel=1e-11)
    assert row["df"] == expected["df"]


@pytest.mark.reference
@pytest.mark.parametrize(
    ("options", "statistic"),
    [({}, 10.3267), ({"rho": 1}, 12.7142), ({"strata": "ph.ecog"}, 10.7951)],
)
def test_lung_statistics_are_those_of_r(options, statistic):
    # R survival 3.5-3, survdiff; one patient has no ph.ecog
    test = logrank(load_lung(), "time", "status", "sex", **options)
    assert only(test)["statistic"] == pytest.approx(statistic, abs=5e-5)
    assert only(test)["n_dropped"] == ("strata" in options)


@pytest.mark.reference
def test_lung_p_value_is_the_published_one():
    row = only(logrank(load_lung(), "time", "status", "sex"))
    assert row["p_value"] == pytest.approx(0.001311, abs=5e-7)


RULERS = {"time": "duration", "event": "observed", "by": "un_continent_name"}
BREAST = {"event": "cens", "by": "horTh"}


@pytest.mark.reference
@pytest.mark.parametrize(
    ("place", "read", "options"),
    [
        (("lung", "logrank", "sex"), load_lung, {"event": "status", "by": "sex"}),
        (("lung", "logrank", "sex_rho_1"), load_lung, {"event": "status", "by": "sex", "rho": 1}),
        (
            ("lung", "logrank", "sex_rho_half"),
            load_lung,
            {"event": "status", "by": "sex", "rho": 0.5},
        ),
        (
            ("lung", "logrank", "sex_in_ecog"),
            load_lung,
            {"event": "status", "by": "sex", "strata": "ph.ecog"},
        ),
        (("lung", "logrank", "ecog"), load_lung, {"event": "status", "by": "ph.ecog"}),
        (("aml", "logrank"), lambda: printed("aml"), {"by": "arm"}),
        (("veteran", "in_cells"), lambda: printed("veteran"), {"by": "trt", "strata": "celltype"}),
        (("breast", "logrank"), load_gbsg2, BREAST),
        (("breast", "in_grades"), load_gbsg2, BREAST | {"strata": "tgrade"}),
        (("breast", "in_grades_rho_1"), load_gbsg2, BREAST | {"strata": "tgrade", "rho": 1}),
        (("leukemia", "logrank"), load_leukemia, {"time": "t", "event": "status", "by": "Rx"}),
        (("rulers", "logrank"), load_dd, RULERS),
        (("rulers", "rho_1"), load_dd, RULERS | {"rho": 1}),
    ],
)
def test_published_tables_have_the_statistics_of_survdiff(place, read, options):
    expected = PUBLISHED
    for key in place:
        expected = expected[key]
    test = logrank(read(), **({"time": "time", "event": "event"} | options))
    assert only(test)["statistic"] == pytest.approx(expected["statistic"], rel=1e-9)
    for column in ("observed", "expected"):
        np.testing.assert_allclose(test.glance()[column], expected[column], rtol=1e-9)


@pytest.mark.reference
def test_printed_statistics():
    # leukaemia 16.79: Kleinbaum, Klein, "Survival Analysis"; others: R survival 3.5-3
    leukemia = only(logrank(load_leukemia(), "t", "status", "Rx"))
    assert leukemia["statistic"] == pytest.approx(16.79, abs=5e-3)
    aml = only(logrank(printed("aml"), "time", "event", "arm"))
    assert aml["statistic"] == pytest.approx(3.396, abs=5e-4)
    breast = only(logrank(load_gbsg2(), "time", "cens", "horTh"))
    assert breast["statistic"] == pytest.approx(8.5647809, abs=5e-8)


@pytest.mark.unit
def test_small_table_by_hand():
    # day 1: 1 of 3 a and 0 of 2 b; day 2: 1 of 2 a and 1 of 2 b; day 4: 0 of 1 a, 1 of 1 b
    data = pd.DataFrame(
        {"time": [1, 2, 5, 2, 4], "event": [1, 1, 0, 1, 1], "arm": ["a", "a", "a", "b", "b"]}
    )
    test = run(data, by="arm")
    expected = 3 / 5 + 2 * 2 / 4 + 1 / 2
    assert test.glance()["n"].tolist() == [3, 2]
    assert test.glance()["observed"].tolist() == [2, 2]
    assert test.glance()["expected"].tolist() == pytest.approx([expected, 4 - expected])
    variance = 3 * 2 / 25 + 2 * (2 * 2 / 16) * (4 - 2) / (4 - 1) + 1 / 4
    assert only(test)["statistic"] == pytest.approx((2 - expected) ** 2 / variance)


@pytest.mark.identity
def test_order_index_and_names_of_groups_do_not_matter():
    shuffled = RELAPSE.sample(frac=1, random_state=1)
    shuffled.index = pd.Index([0] * len(shuffled))
    shuffled["arm"] = shuffled["arm"].map({"iv": "a", "im": "b"})
    options = {"by": "arm", "strata": "clinic", "entry": "entry", "rho": 1}
    here, there = run(RELAPSE, **options), run(shuffled, **options)
    pd.testing.assert_frame_equal(here.tidy(), there.tidy(), rtol=1e-12)
    swapped = there.glance()["expected"].tolist()[::-1]
    assert here.glance()["expected"].tolist() == pytest.approx(swapped)


@pytest.mark.identity
def test_strata_by_several_columns_are_their_combinations():
    data = RELAPSE.assign(half=RELAPSE.index % 2)
    joined = data.assign(both=data["clinic"] + data["half"].astype(str))
    pd.testing.assert_frame_equal(
        run(data, by="arm", strata=["clinic", "half"]).tidy(),
        run(joined, by="arm", strata="both").tidy(),
    )


@pytest.mark.identity
def test_a_stratum_named_twice_counts_once():
    pd.testing.assert_frame_equal(
        run(RELAPSE, by="arm", strata=["clinic", "clinic"]).tidy(),
        run(RELAPSE, by="arm", strata="clinic").tidy(),
    )


@pytest.mark.unit
def test_index_with_the_name_of_a_column_is_no_matter():
    named = RELAPSE.set_index("clinic", drop=False)
    pd.testing.assert_frame_equal(
        run(named, by="arm", strata="clinic").tidy(), run(RELAPSE, by="arm", strata="clinic").tidy()
    )


@pytest.mark.identity
def test_one_stratum_is_none():
    data = RELAPSE.assign(country="x")
    pd.testing.assert_frame_equal(
        run(data, by="arm", strata="country", gamma=1).tidy(),
        run(data, by="arm", gamma=1).tidy(),
    )
    pd.testing.assert_frame_equal(run(data, by="arm", strata=[]).tidy(), run(data, by="arm").tidy())


@pytest.mark.identity
def test_times_that_differ_by_rounding_are_ties():
    days = run(RELAPSE, by="arm", rho=1).tidy()
    months = run(RELAPSE.assign(time=RELAPSE["time"] * 0.1 / 3), by="arm", rho=1).tidy()
    pd.testing.assert_frame_equal(days, months, rtol=1e-12)


@pytest.mark.identity
def test_trend_of_two_groups_is_the_logrank_test():
    data = DOSES[DOSES["dose"] < 75]
    pd.testing.assert_frame_equal(
        run(data, by="dose", trend=True).tidy(), run(data, by="dose").tidy(), rtol=1e-12
    )


@pytest.mark.identity
def test_trend_follows_the_order_of_an_ordered_category():
    names = DOSES["dose"].map({25: "low", 50: "middle", 75: "high"})
    ordered = pd.Categorical(names, categories=["low", "middle", "high"], ordered=True)
    pd.testing.assert_frame_equal(
        run(DOSES.assign(level=ordered), by="level", trend=True).tidy(),
        run(DOSES, by="dose", trend=True).tidy(),
    )


@pytest.mark.truth
def test_share_of_false_alarms_with_ties_strata_and_delayed_entry():
    rng = np.random.default_rng(6)
    alarms = []
    for _ in range(400):
        site = rng.integers(0, 3, 120)
        event = np.ceil(rng.exponential(20 + 20 * site) / 7) * 7
        censored, entry = 7 * rng.integers(3, 20, 120), rng.integers(0, 10, 120)
        data = pd.DataFrame({"time": np.minimum(event, censored), "event": event <= censored})
        data = data.assign(site=site, entry=entry, arm=rng.integers(0, 3, 120))
        data = data[data["time"] > data["entry"]]
        alarms.append(only(run(data, by="arm", strata="site", entry="entry"))["p_value"] < 0.05)
    # 3.5 Monte-Carlo standard errors of 400 tests at 5 % are 0.038
    assert np.mean(alarms) == pytest.approx(0.05, abs=0.038)


@pytest.mark.unit
def test_rows_without_group_or_stratum_are_left_out_and_counted():
    data = RELAPSE.copy()
    data.loc[[0, 1, 2], "arm"] = None
    data.loc[[2, 3], "clinic"] = None
    test = run(data, by="arm", strata="clinic")
    assert only(test)["n_dropped"] == 4
    assert test.glance()["n"].sum() == len(RELAPSE) - 4
    whole = run(RELAPSE.iloc[4:], by="arm", strata="clinic").tidy()
    assert only(test)["statistic"] == pytest.approx(whole["statistic"].iloc[0])
    assert "Left out without group or stratum: 4 rows." in test.summary()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "Logrank test"),
        ({"strata": "site", "trend": True}, "Stratified logrank test for trend"),
        ({"rho": 1, "gamma": 0.5}, "Fleming-Harrington test, rho=1, gamma=0.5"),
    ],
)
def test_name_says_what_was_tested(options, name):
    test = run(DOSES, by="dose", **options)
    assert isinstance(test, GroupTest)
    assert test.name == name
    assert list(test.tidy().columns) == ["statistic", "df", "p_value", "n_dropped"]
    assert list(test.glance().columns) == ["dose", "n", "observed", "expected"]


@pytest.mark.unit
def test_group_with_one_patient_is_a_group():
    data = RELAPSE.assign(arm=np.where(RELAPSE.index == 7, "oral", RELAPSE["arm"]))
    test = run(data, by="arm")
    assert test.glance()["n"].tolist()[-1] == 1
    assert only(test)["df"] == 2


@pytest.mark.unit
def test_one_group_is_refused():
    with pytest.raises(DataError, match=r"Column 'arm' \(by=\) has one group only"):
        run(RELAPSE.assign(arm="iv"), by="arm")


@pytest.mark.unit
def test_all_censored_is_refused():
    with pytest.raises(DataError, match="All rows are censored"):
        run(RELAPSE.assign(event=0), by="arm")


@pytest.mark.unit
@pytest.mark.parametrize("trend", [False, True])
def test_groups_never_at_risk_together_are_refused(trend):
    data = DOSES.assign(place=DOSES["dose"])
    with pytest.raises(DataError, match="No event happened while more than one group"):
        run(data, by="dose", strata="place", trend=trend)


@pytest.mark.unit
def test_late_weights_need_a_second_event_time():
    data = pd.DataFrame({"time": [3, 3, 4, 5], "event": [1, 1, 0, 0], "arm": list("abab")})
    assert only(run(data, by="arm"))["df"] == 1
    with pytest.raises(DataError, match="nothing can be compared"):
        run(data, by="arm", gamma=1)


@pytest.mark.unit
def test_trend_over_names_is_refused():
    with pytest.raises(ModelError, match="'arm' have no order"):
        run(RELAPSE, by="arm", trend=True)


@pytest.mark.unit
@pytest.mark.parametrize("options", [{"rho": -1}, {"gamma": np.nan}, {"rho": np.inf}])
def test_weights_outside_the_family_are_refused(options):
    with pytest.raises(ModelError, match="allowed are finite numbers from 0 on"):
        run(RELAPSE, by="arm", **options)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"by": "route"}, "by="),
        ({"by": "arm", "strata": ["clinic", "route"]}, "strata="),
        ({"by": "arm", "entry": "route"}, "entry="),
    ],
)
def test_absent_columns_are_named(options, argument):
    with pytest.raises(ColumnError, match=f"{argument} names 'route'"):
        run(RELAPSE, **options)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time": -1.0}, "rows below 0"),
        ({"event": 2}, "neither 0 nor 1"),
        ({"entry": 500.0}, "never at risk"),
    ],
)
def test_impossible_rows_are_refused(change, message):
    with pytest.raises(DataError, match=message):
        run(RELAPSE.assign(**change), by="arm", entry="entry")


@pytest.mark.unit
def test_input_is_left_as_it_was():
    before = RELAPSE.copy()
    run(RELAPSE, by="arm", strata="clinic", entry="entry")
    pd.testing.assert_frame_equal(RELAPSE, before)
