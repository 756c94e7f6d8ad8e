"""Cumulative incidence: R's numbers, identities, ties at visits, and what is shown."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError, ModelError
from analysis.survival import cumulative_incidence, kaplan_meier
from tests.survival.competing.competing_reference import (
    EXPECTED,
    RELAPSE,
    TIMES,
    VISITS,
    check,
    in_order,
    lymph_nodes,
)
from tests.survival.published import PUBLISHED, printed

LIMITS = ["estimate", "std_error", "conf_low", "conf_high"]
SMALL = pd.DataFrame({"time": [4, 4, 8, 8, 12, 12], "event": [1, 0, 1, 2, 2, 0]})


@pytest.mark.reference
@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain"])
def test_curves_by_arm_are_those_of_survfit(conf_type):
    found = cumulative_incidence(RELAPSE, by="arm", conf_type=conf_type).at(TIMES)
    reference = in_order(EXPECTED["incidence"][conf_type], "arm", "event")
    check(found, reference, ["time", "n_risk", *LIMITS])
    assert found["arm"].tolist() == reference["arm"].tolist()
    assert found["event"].map({1: "relapse", 2: "switch"}).tolist() == reference["event"].tolist()


@pytest.mark.reference
@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("incidence_delayed_entry", {"entry": "entry"}),
        ("incidence_weighted", {"weights": "weight"}),
    ],
)
def test_delayed_entry_and_weights_are_those_of_survfit(key, options):
    found = cumulative_incidence(RELAPSE, by="arm", **options).at(TIMES)
    check(found, in_order(EXPECTED[key], "arm", "event"), LIMITS)


@pytest.mark.reference
def test_variance_of_aalen_is_that_of_cuminc():
    found = cumulative_incidence(RELAPSE, by="arm", variance="aalen").at(TIMES)
    for row in EXPECTED["aalen"]:
        arm, event = row["curve"].split()
        part = found.loc[(found["arm"] == arm) & (found["event"] == int(event))]
        np.testing.assert_allclose(part["estimate"], [row[str(t)] for t in TIMES], rtol=1e-10)
        variances = [row[f"var.{t}"] for t in TIMES]
        np.testing.assert_allclose(part["std_error"] ** 2, variances, rtol=1e-7)


@pytest.mark.reference
def test_tied_visits_are_exact_and_between_visits_nothing_changes():
    # cuminc at weeks 4, 8, 10, 12 and 24 of visits every four weeks
    found = cumulative_incidence(VISITS, variance="aalen").at([4, 8, 10, 12, 24])
    found = found.loc[found["event"] == 1]
    np.testing.assert_allclose(found["estimate"], EXPECTED["visits"]["estimate"], rtol=1e-10)
    np.testing.assert_allclose(found["std_error"] ** 2, EXPECTED["visits"]["variance"], rtol=1e-8)
    assert found["estimate"].iloc[1] == found["estimate"].iloc[2]


@pytest.mark.reference
def test_tied_causes_are_not_moved_apart():
    # survfit of R, relapses and switches on one day. lifelines 0.30.3 shifts them at random: over
    # 40 runs 0.236 to 0.248 for relapse by day 30 and 0.419 to 0.435 by day 60
    found = cumulative_incidence(RELAPSE).at([30, 60])
    relapse = found.loc[found["event"] == 1, "estimate"]
    np.testing.assert_allclose(relapse, [0.2554744526, 0.4340956154], atol=5e-11)


@pytest.mark.reference
def test_transplants_are_those_of_cuminc_and_of_sas():
    # 137 bone marrow transplants (Klein, Moeschberger): relapse 1, death in remission 2. CAMIS,
    # "cumulative incidence": acute myelocytic leukaemia, low risk, relapse by 1, 2 and 3 years
    expected = PUBLISHED["bmt"]
    fit = cumulative_incidence(printed("bmt"), by="group", variance="aalen")
    found = fit.at(365 * np.arange(1, 4))
    for curve, estimate, error in zip(
        expected["curve"], expected["estimate"], expected["std_error"], strict=True
    ):
        group, event = curve.rsplit(" ", 1)
        part = found.loc[(found["group"] == group) & (found["event"] == int(event))]
        np.testing.assert_allclose(part["estimate"], estimate, rtol=1e-10)
        np.testing.assert_allclose(part["std_error"], error, rtol=1e-8)
    low = found.loc[(found["group"] == "AML low") & (found["event"] == 1)]
    np.testing.assert_allclose(low["estimate"], [0.0741, 0.1481, 0.1667], atol=5e-5)
    np.testing.assert_allclose(low["std_error"], [0.0360, 0.0489, 0.0514], atol=5e-5)


@pytest.mark.reference
def test_curves_of_lymph_nodes_are_those_of_survfit():
    found = cumulative_incidence(lymph_nodes(), by="hormone").at([365, 730, 1461])
    for event, key in ((1, "recurrence"), (2, "death")):
        check(found.loc[found["event"] == event], PUBLISHED["nodes"][key], LIMITS)


@pytest.mark.identity
def test_without_censoring_tied_visits_are_shares():
    data = VISITS.loc[VISITS["event"] > 0]
    found = cumulative_incidence(data).at([4, 8, 12])
    shares = [
        ((data["event"] == cause) & (data["time"] <= week)).mean()
        for cause in (1, 2)
        for week in (4, 8, 12)
    ]
    np.testing.assert_allclose(found["estimate"], shares, rtol=1e-12)
    spread = np.array(shares) * (1 - np.array(shares)) / len(data)
    np.testing.assert_allclose(found["std_error"] ** 2, spread, rtol=1e-10)


@pytest.mark.identity
def test_global_random_numbers_are_neither_used_nor_reset():
    np.random.seed(5)  # noqa: NPY002
    first = cumulative_incidence(VISITS).curve()
    after = np.random.random()  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    assert after == np.random.random()  # noqa: NPY002
    pd.testing.assert_frame_equal(first, cumulative_incidence(VISITS).curve())


@pytest.mark.reference
def test_estimates_and_errors_are_those_of_statsmodels():
    from statsmodels.duration.survfunc import CumIncidenceRight

    other = CumIncidenceRight(RELAPSE["time"], RELAPSE["event"])
    found = cumulative_incidence(RELAPSE).curve()
    for position in (0, 1):
        mine = found.loc[found["event"] == position + 1].set_index("time").loc[other.times]
        np.testing.assert_allclose(mine["estimate"], other.cinc[position], rtol=1e-10)
        np.testing.assert_allclose(mine["std_error"], other.cinc_se[position], rtol=1e-10)


@pytest.mark.unit
def test_small_table_by_hand():
    found = cumulative_incidence(SMALL).at([0, 4, 8, 12])
    assert found["event"].tolist() == [1] * 4 + [2] * 4
    assert found["n_risk"].tolist() == [6, 6, 4, 2] * 2
    # 1/6; then 5/6 * 1/4 each; then 5/12 * 1/2
    first, second = [0, 1 / 6, 3 / 8, 3 / 8], [0, 0, 5 / 24, 5 / 12]
    np.testing.assert_allclose(found["estimate"], first + second, rtol=1e-14)
    np.testing.assert_allclose(found["std_error"].iloc[1] ** 2, 5 / 6**3)
    assert found.loc[4, LIMITS].tolist() == [0.0, 0.0, 0.0, 0.0]


@pytest.mark.identity
def test_one_cause_is_one_minus_kaplan_meier():
    data = RELAPSE.assign(event=RELAPSE["event"] == 1)
    mine, km = cumulative_incidence(data).curve(), kaplan_meier(data).curve()
    np.testing.assert_allclose(mine["estimate"], 1 - km["estimate"], rtol=1e-10)
    np.testing.assert_allclose(mine["std_error"], km["std_error"], rtol=1e-9, atol=1e-12)
    entry = cumulative_incidence(data, entry="entry").curve()["estimate"]
    km_entry = kaplan_meier(data, entry="entry").curve()["estimate"]
    np.testing.assert_allclose(entry, 1 - km_entry, rtol=1e-10)


@pytest.mark.identity
@pytest.mark.parametrize("variance", ["infinitesimal jackknife", "aalen"])
def test_causes_sum_to_the_chance_of_any_event(variance):
    found = cumulative_incidence(RELAPSE, variance=variance).at(TIMES)
    total = found.groupby("time")["estimate"].sum()
    km = kaplan_meier(RELAPSE.assign(event=RELAPSE["event"] > 0)).at(TIMES)
    np.testing.assert_allclose(total, 1 - km["estimate"], rtol=1e-12)


@pytest.mark.identity
def test_variance_is_the_sum_of_squared_derivatives_by_weight():
    # a weight moved by h moves the curve by h times the influence of its patient
    data, h = VISITS.iloc[:40].assign(weight=1.0, entry=VISITS["patient"] % 3), 1e-6
    base = cumulative_incidence(data, entry="entry", weights="weight").at([4, 12, 20])
    squares = np.zeros(len(base))
    for row in range(len(data)):
        weight = np.ones(len(data))
        weight[row] += h
        moved = cumulative_incidence(data.assign(weight=weight), entry="entry", weights="weight")
        squares += ((moved.at([4, 12, 20])["estimate"] - base["estimate"]) / h).to_numpy() ** 2
    np.testing.assert_allclose(base["std_error"], np.sqrt(squares), rtol=1e-5)


@pytest.mark.identity
@pytest.mark.parametrize("variance", ["infinitesimal jackknife", "aalen"])
def test_order_and_index_of_rows_do_not_matter(variance):
    options = {"by": "arm", "entry": "entry", "variance": variance}
    shuffled = RELAPSE.sample(frac=1, random_state=3).set_index("clinic")
    pd.testing.assert_frame_equal(
        cumulative_incidence(shuffled, **options).curve(),
        cumulative_incidence(RELAPSE, **options).curve(),
        rtol=1e-12,
    )


@pytest.mark.identity
def test_unit_of_time_does_not_matter_even_with_rounding():
    months = cumulative_incidence(RELAPSE.assign(time=RELAPSE["time"] * 0.1 / 3))
    days = cumulative_incidence(RELAPSE)
    np.testing.assert_allclose(
        months.at([t * 0.1 / 3 for t in TIMES])[["n_risk", *LIMITS]],
        days.at(TIMES)[["n_risk", *LIMITS]],
        rtol=1e-9,
    )


@pytest.mark.identity
def test_labels_are_names_for_codes():
    labels = RELAPSE["event"].map({0: "in care", 1: "relapse", 2: "switch"})
    named = cumulative_incidence(RELAPSE.assign(event=labels), censored="in care").at(TIMES)
    coded = cumulative_incidence(RELAPSE).at(TIMES)
    pd.testing.assert_frame_equal(named.drop(columns="event"), coded.drop(columns="event"))
    assert named["event"].unique().tolist() == ["relapse", "switch"]


@pytest.mark.unit
def test_after_the_last_time_nothing_is_known_unless_all_had_an_event():
    found = cumulative_incidence(SMALL).at([12, 13])
    assert found["estimate"].isna().tolist() == [False, True, False, True]
    assert found["n_risk"].tolist() == [2, 0, 2, 0]
    complete = cumulative_incidence(SMALL.assign(event=[1, 2, 1, 2, 2, 1])).at([12, 99])
    np.testing.assert_allclose(complete["estimate"], [0.5] * 4)
    np.testing.assert_allclose(complete["std_error"], [np.sqrt(0.25 / 6)] * 4)


@pytest.mark.unit
def test_a_group_of_one_patient_and_a_cause_without_events():
    data = pd.DataFrame({"time": [3, 5, 6], "event": [1, 0, 1], "arm": ["a", "a", "b"]})
    for variance in ("infinitesimal jackknife", "aalen"):
        found = cumulative_incidence(data, by="arm", causes=[1, 2], variance=variance).at([4, 6])
        b = found.loc[found["arm"] == "b"]
        assert b["estimate"].tolist() == [0.0, 1.0, 0.0, 0.0]
        assert b["std_error"].tolist() == [0.0] * 4
        assert b["conf_high"].tolist() == [0.0, 1.0, 0.0, 0.0]


@pytest.mark.unit
def test_risk_table_adds_up():
    fit = cumulative_incidence(RELAPSE, by="arm")
    table = fit.risk_table([0, 90, 400])
    assert list(table.columns) == ["arm", "event", "time", "n_risk", "n_event", "n_censored"]
    for (_, time), part in table.groupby(["arm", "time"]):
        gone = part["n_event"].sum() + part["n_censored"].iloc[0]
        n = (RELAPSE["arm"] == part["arm"].iloc[0]).sum()
        leaving = ((RELAPSE["time"] == time) & (RELAPSE["arm"] == part["arm"].iloc[0])).sum()
        assert part["n_risk"].iloc[0] + gone - leaving == n


@pytest.mark.unit
def test_columns_and_glance():
    data = RELAPSE.assign(arm=RELAPSE["arm"].where(RELAPSE.index > 3))
    fit = cumulative_incidence(data, by="arm", entry="entry")
    assert list(fit.curve().columns) == [
        "arm", "event", "time", "n_risk", "n_event", "n_censored", *LIMITS,
    ]  # fmt: skip
    assert list(fit.at([30]).columns) == ["arm", "event", "time", "n_risk", *LIMITS]
    row = fit.glance().iloc[0]
    assert (row["n_obs"], row["n_dropped"]) == (len(RELAPSE) - 4, 4)
    assert row["n_event"] + row["n_censored"] == row["n_obs"]
    assert (row["n_groups"], row["n_causes"]) == (2, 2)
    assert (row["variance"], row["conf_type"]) == ("infinitesimal jackknife", "log-log")
    assert bool(row["delayed_entry"])
    assert not bool(row["weighted"])


@pytest.mark.unit
def test_text_and_html():
    fit = cumulative_incidence(VISITS, by="arm")
    assert repr(fit) == fit.summary()
    title, header, first, *_ = repr(fit).splitlines()
    assert title == (
        "Cumulative incidence, infinitesimal jackknife variance, log-log confidence limits"
    )
    assert header.split() == ["arm", "event", "time", "n_event", *LIMITS]
    events = ((VISITS["arm"] == "im") & (VISITS["event"] == 1)).sum()
    assert first.split()[:4] == ["im", "1", "24.000", str(events)]
    named = cumulative_incidence(VISITS.rename(columns={"arm": "<i>"}), by="<i>")
    assert "&lt;i&gt;" in named._repr_html_()


@pytest.mark.unit
def test_frames_are_new_each_time_and_the_input_is_left_alone():
    before = SMALL.copy()
    fit = cumulative_incidence(SMALL)
    for frame in (fit.glance(), fit.curve(), fit.at([4])):
        frame.pop(frame.columns[0])
    assert fit.glance().columns[0] == "n_obs"
    assert fit.curve().columns[0] == fit.at([4]).columns[0] == "event"
    pd.testing.assert_frame_equal(SMALL, before)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"conf_type": "logit"}, "conf_type is 'logit'; allowed are log-log"),
        ({"variance": "greenwood"}, "allowed are infinitesimal jackknife, aalen"),
        ({"variance": "aalen", "weights": "weight"}, "does not take weights"),
    ],
)
def test_choices_that_are_refused(options, message):
    with pytest.raises(ModelError, match=message):
        cumulative_incidence(RELAPSE, **options)


@pytest.mark.unit
@pytest.mark.parametrize("times", [[], [-1], [np.nan], [5, np.inf]])
def test_times_that_cannot_be_asked_are_refused(times):
    with pytest.raises(DataError, match="finite numbers from 0 on"):
        cumulative_incidence(SMALL).at(times)


@pytest.mark.unit
def test_level_of_confidence_is_checked():
    with pytest.raises(ModelError, match="conf_level is 95"):
        cumulative_incidence(SMALL).at([4], conf_level=95)


@pytest.mark.truth
def test_interval_covers_the_true_incidence():
    # hazards a = 1/56, b = 1/80: the first cause has incidence a/(a + b) (1 - exp(-(a + b) t))
    rng = np.random.default_rng(4)
    true = 80 / 136 * (1 - np.exp(-56 * (1 / 56 + 1 / 80)))
    hits = []
    for _ in range(300):
        ends = np.column_stack(
            [rng.uniform(20, 200, 60), rng.exponential(56, 60), rng.exponential(80, 60)]
        )
        data = pd.DataFrame({"time": ends.min(axis=1), "event": ends.argmin(axis=1)})
        row = cumulative_incidence(data).at([56]).iloc[0]
        hits.append(row["conf_low"] < true < row["conf_high"])
    # 3.5 Monte-Carlo standard errors of 300 intervals at 95 % are 0.044
    assert np.mean(hits) == pytest.approx(0.95, abs=0.044)
