"""Kaplan-Meier curves as users call them: references, identities and what is shown."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError, ModelError
from analysis.survival import kaplan_meier
from tests.survival.published import PUBLISHED, check_columns
from tests.survival.reference import REFERENCE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines import KaplanMeierFitter
    from lifelines.datasets import load_dd, load_lung, load_psychiatric_patients

EXPECTED = json.loads((REFERENCE / "expected.json").read_text(encoding="utf-8"))
RELAPSE = pd.read_csv(REFERENCE / "tte.csv")
WEIGHTED = pd.read_csv(REFERENCE / "weighted.csv")
SMALL = pd.DataFrame({"time": [6, 6, 6, 7, 10, 13, 16], "event": [1, 1, 0, 1, 0, 1, 0]})
CONF_TYPES = ["log-log", "log", "plain"]


def check(frame, reference, rtol=1e-10):
    """Compare with a frame of R, column by column; NaN where R has none."""
    reference = pd.DataFrame(reference).fillna(np.nan)
    assert list(frame.columns) == list(reference.columns)
    numbers = frame.select_dtypes("number").columns
    np.testing.assert_allclose(
        frame[numbers].astype(float), reference[numbers].astype(float), rtol=rtol
    )


@pytest.mark.reference
@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_curves_by_arm_are_those_of_r(conf_type):
    km = kaplan_meier(RELAPSE, by="arm", conf_type=conf_type)
    check(km.at([30, 60, 90, 120, 180]), EXPECTED[conf_type]["at"])


@pytest.mark.reference
@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_curves_with_delayed_entry_are_those_of_r(conf_type):
    km = kaplan_meier(RELAPSE, entry="entry", by="arm", conf_type=conf_type)
    check(km.at([30, 60, 90, 120, 180]), EXPECTED[conf_type]["at_delayed_entry"])


@pytest.mark.reference
@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_medians_are_those_of_r(conf_type):
    km = kaplan_meier(RELAPSE, by="arm", conf_type=conf_type)
    check(km.median(), EXPECTED[conf_type]["median"])


@pytest.mark.reference
@pytest.mark.parametrize(
    ("weights", "entry", "key"),
    [
        ("share", None, "share"),
        ("share", "entry", "share_delayed_entry"),
        ("count", None, "count"),
    ],
)
def test_weighted_curves_are_those_of_r(weights, entry, key):
    km = kaplan_meier(WEIGHTED, entry=entry, weights=weights, conf_type="log")
    check(km.curve().drop(columns="n_censored"), EXPECTED[key])
    assert km.glance()["variance"].iloc[0] == (
        "greenwood" if weights == "count" else "infinitesimal jackknife"
    )


@pytest.mark.reference
def test_one_fractional_weight_gives_every_group_the_jackknife():
    expected = json.loads((REFERENCE / "expected_logrank_rmst.json").read_text(encoding="utf-8"))
    expected = pd.DataFrame(expected["mixed_weights"])
    half = np.arange(len(WEIGHTED)) % 2 + 1
    mixed = WEIGHTED["count"].where(half == 1, WEIGHTED["share"])
    data = WEIGHTED.assign(half=half, mixed=mixed)
    found = kaplan_meier(data, by="half", weights="mixed").curve()[list(expected)]
    at_zero = expected["estimate"] == 0  # R's jackknife says 0 there, its Greenwood NaN: so do we
    assert at_zero.sum() == 1
    assert found.loc[at_zero, "std_error"].isna().all()
    check(found[~at_zero], expected[~at_zero])


@pytest.mark.reference
@pytest.mark.parametrize(("conf_type", "low", "high"), [("log", 285, 363), ("log-log", 284, 361)])
def test_lung_median_is_the_published_one(conf_type, low, high):
    # NCCTG lung data: survival vignette (R default "log") 310 (285-363); log-log 284-361, the only
    # limits that lifelines has
    km = kaplan_meier(load_lung(), event="status", conf_type=conf_type)
    assert km.median().to_numpy().tolist() == [[310, low, high]]


@pytest.mark.reference
def test_lung_risk_table_and_survival_are_those_of_r_and_sas():
    # R survival: numbers at risk count T >= t; survival at 180, 365, 730 days. lifelines prints
    # 228, 159, 83, 65, 41 or, by an option, 228, 160, 85, 67, 42
    km = kaplan_meier(load_lung(), event="status")
    table = km.risk_table([0, 180, 310, 365, 500])
    assert table["n_risk"].tolist() == [228, 160, 85, 65, 41]
    found = km.at([180, 365, 730])
    np.testing.assert_allclose(found["estimate"], [0.721671, 0.409242, 0.115693], atol=5e-7)
    np.testing.assert_allclose(found["std_error"], [0.029812, 0.035824, 0.028298], atol=5e-7)


@pytest.mark.reference
def test_lung_medians_by_sex_are_the_published_ones():
    # survival vignette: men 270 (212-310), women 426 (348-550)
    by_sex = kaplan_meier(load_lung(), event="status", by="sex", conf_type="log").median()
    found = by_sex.sort_values("estimate").drop(columns="sex").to_numpy()
    assert found.tolist() == [[270, 212, 310], [426, 348, 550]]


@pytest.mark.reference
@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_lung_curves_by_sex_are_those_of_r(conf_type):
    km = kaplan_meier(load_lung(), event="status", by="sex", conf_type=conf_type)
    columns = ["time", "n_risk", "estimate", "std_error", "conf_low", "conf_high"]
    check_columns(km.at([90, 180, 365, 730]), PUBLISHED["lung"]["at"][conf_type], columns)


@pytest.mark.reference
def test_curves_of_rulers_with_many_ties_are_those_of_r():
    # 1808 terms of office in whole years on five continents
    km = kaplan_meier(load_dd(), "duration", "observed", by="un_continent_name")
    columns = ["time", "n_risk", "estimate", "std_error", "conf_low", "conf_high"]
    check_columns(km.at([1, 2, 5, 10]), PUBLISHED["rulers"]["at"], columns)


@pytest.mark.reference
def test_curve_of_patients_who_enter_late_is_that_of_r():
    # 26 psychiatric patients seen from their age at admission on
    patients = load_psychiatric_patients()
    data = patients.assign(exit=patients["Age"] + patients["T"])
    found = kaplan_meier(data, "exit", "C", entry="Age").at([47, 52, 59, 63, 69])
    np.testing.assert_allclose(found["estimate"], [0.952, 0.866, 0.696, 0.554, 0.291], atol=5e-4)
    columns = ["time", "n_risk", "estimate", "std_error", "conf_low", "conf_high"]
    check_columns(found, PUBLISHED["mind"]["at"], columns)


@pytest.mark.reference
@pytest.mark.parametrize("entry", [None, "entry"])
def test_estimate_is_that_of_lifelines(entry):
    entries = RELAPSE["entry"] if entry else None
    other = KaplanMeierFitter().fit(RELAPSE["time"], RELAPSE["event"], entry=entries)
    found = kaplan_meier(RELAPSE, entry=entry).curve()
    theirs = other.survival_function_["KM_estimate"].loc[found["time"]]
    np.testing.assert_allclose(found["estimate"], theirs, rtol=1e-9)


@pytest.mark.unit
def test_small_table_by_hand():
    km = kaplan_meier(SMALL)
    found = km.at([0, 5.9, 6, 7, 12, 13, 16])
    assert found["n_risk"].tolist() == [7, 7, 7, 4, 2, 2, 1]
    survival = [1, 1, 5 / 7, 15 / 28, 15 / 28, 15 / 56, 15 / 56]
    np.testing.assert_allclose(found["estimate"], survival)
    table = km.risk_table([0, 6, 10, 16])
    assert table["n_risk"].tolist() == [7, 7, 3, 1]
    assert table["n_event"].tolist() == [0, 2, 3, 4]
    assert table["n_censored"].tolist() == [0, 1, 2, 3]
    assert km.median()["estimate"].tolist() == [13.0]
    assert km.curve()["time"].tolist() == [6, 7, 10, 13, 16]


@pytest.mark.unit
def test_times_that_rounding_tells_apart_are_one_step():
    # R 4.2.2, survival 3.5-3: four times; lifelines makes eight steps of these
    data = pd.DataFrame({"time": [3 * 0.1, 0.3, 6 * 0.1, 0.6, 0.1 + 0.7, 0.8, 0.7 * 3, 2.1]})
    assert data["time"].nunique() == 8
    curve = kaplan_meier(data.assign(event=1)).curve()
    assert curve["n_event"].tolist() == [2, 2, 2, 2]
    assert curve["estimate"].tolist() == pytest.approx([0.75, 0.5, 0.25, 0.0])


@pytest.mark.unit
def test_curve_is_not_extended_beyond_the_last_time():
    found = kaplan_meier(SMALL).at([16, 17])
    assert found["n_risk"].tolist() == [1, 0]
    assert found["estimate"].isna().tolist() == [False, True]
    assert found["conf_low"].isna().tolist() == [False, True]


@pytest.mark.unit
def test_curve_that_reached_zero_stays_there():
    found = kaplan_meier(SMALL.assign(event=1)).at([16, 30])
    assert found["estimate"].tolist() == [0.0, 0.0]
    assert found["std_error"].isna().all()


@pytest.mark.unit
def test_entry_at_the_origin_is_at_risk_from_the_origin():
    data = SMALL.assign(entry=[0, 0, 0, 2, 0, 2, 6])
    km = kaplan_meier(data, entry="entry")
    assert km.risk_table([0, 2, 3, 6, 6.5])["n_risk"].tolist() == [4, 4, 6, 6, 4]


@pytest.mark.unit
def test_group_column_goes_out_under_its_own_name_and_order():
    arm = pd.Categorical(RELAPSE["arm"], categories=["iv", "im"])
    km = kaplan_meier(RELAPSE.assign(route=arm), by="route")
    assert list(km.at([30, 60]).columns) == [
        "route", "time", "n_risk", "estimate", "std_error", "conf_low", "conf_high",
    ]  # fmt: skip
    assert km.at([30, 60])["route"].tolist() == ["iv", "iv", "im", "im"]
    assert list(km.risk_table([0]).columns) == ["route", "time", "n_risk", "n_event", "n_censored"]
    assert list(km.median().columns) == ["route", "estimate", "conf_low", "conf_high"]
    assert list(km.curve().columns) == [
        "route", "time", "n_risk", "n_event", "n_censored", "estimate", "std_error", "conf_low",
        "conf_high",
    ]  # fmt: skip


@pytest.mark.identity
def test_groups_are_the_curves_of_their_rows():
    together = kaplan_meier(RELAPSE, by="arm").curve()
    for arm in ("iv", "im"):
        alone = kaplan_meier(RELAPSE.loc[RELAPSE["arm"] == arm]).curve()
        part = together.loc[together["arm"] == arm].drop(columns="arm").reset_index(drop=True)
        pd.testing.assert_frame_equal(part, alone)


@pytest.mark.identity
def test_order_of_rows_does_not_matter():
    shuffled = RELAPSE.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(
        kaplan_meier(shuffled, entry="entry").curve(), kaplan_meier(RELAPSE, entry="entry").curve()
    )


@pytest.mark.identity
def test_unit_of_time_does_not_matter_even_with_rounding():
    days = kaplan_meier(RELAPSE).curve()
    months = kaplan_meier(RELAPSE.assign(time=RELAPSE["time"] * 0.1 / 3)).curve()
    assert len(days) == len(months)
    np.testing.assert_allclose(months["estimate"], days["estimate"], rtol=1e-12)
    np.testing.assert_allclose(months["time"], days["time"] / 30, rtol=1e-9)


@pytest.mark.identity
def test_entry_at_zero_changes_nothing():
    pd.testing.assert_frame_equal(
        kaplan_meier(RELAPSE.assign(entry=0.0), entry="entry").curve(),
        kaplan_meier(RELAPSE).curve(),
    )


@pytest.mark.truth
def test_interval_covers_the_true_probability():
    rng = np.random.default_rng(4)
    hits = []
    for _ in range(300):
        event, censored = rng.exponential(56, 60), rng.uniform(20, 200, 60)
        data = pd.DataFrame({"time": np.minimum(event, censored), "event": event <= censored})
        row = kaplan_meier(data).at([56]).iloc[0]
        hits.append(row["conf_low"] < np.exp(-1) < row["conf_high"])
    # 3.5 Monte-Carlo standard errors of 300 intervals at 95 % are 0.044
    assert np.mean(hits) == pytest.approx(0.95, abs=0.044)


@pytest.mark.unit
def test_glance_counts_rows_and_names_conventions():
    data = RELAPSE.assign(arm=RELAPSE["arm"].where(RELAPSE.index > 3))
    row = kaplan_meier(data, entry="entry", by="arm", conf_type="log").glance().iloc[0]
    assert row["n_obs"] == len(RELAPSE) - 4
    assert row["n_event"] + row["n_censored"] == row["n_obs"]
    assert (row["n_dropped"], row["n_groups"]) == (4, 2)
    assert (row["conf_type"], row["variance"]) == ("log", "greenwood")
    assert bool(row["delayed_entry"])
    assert not bool(row["weighted"])


@pytest.mark.unit
def test_counts_are_whole_numbers_and_weights_are_not():
    assert kaplan_meier(SMALL).at([6])["n_risk"].dtype == np.int64
    weighted = kaplan_meier(WEIGHTED, weights="share")
    assert weighted.at([5])["n_risk"].tolist() == pytest.approx([10.2])


@pytest.mark.unit
def test_text_and_html():
    km = kaplan_meier(RELAPSE, by="arm")
    assert repr(km) == km.summary()
    first, header, *rows = repr(km).splitlines()
    assert first == "Kaplan-Meier curve, log-log confidence limits; origin not stated"
    assert header.split() == ["arm", "n", "n_event", "median", "conf_low", "conf_high"]
    assert rows[0].split() == ["im", "217", "141", "60.000", "45.000", "66.000"]
    named = kaplan_meier(RELAPSE.rename(columns={"arm": "<i>"}), by="<i>")
    assert "&lt;i&gt;" in named._repr_html_()


@pytest.mark.unit
def test_frames_are_new_each_time():
    km = kaplan_meier(SMALL)
    row, curve = km.glance(), km.curve()
    row.loc[0, "n_obs"] = -1
    curve.loc[:, "n_risk"] = -1
    assert km.glance().loc[0, "n_obs"] == 7
    assert (km.curve()["n_risk"] > 0).all()


@pytest.mark.unit
def test_input_is_left_as_it_was():
    before = RELAPSE.copy()
    kaplan_meier(RELAPSE, entry="entry", by="arm")
    pd.testing.assert_frame_equal(RELAPSE, before)


@pytest.mark.unit
def test_unknown_scale_is_refused():
    with pytest.raises(ModelError, match="conf_type is 'logit'; allowed are log-log, log, plain"):
        kaplan_meier(SMALL, conf_type="logit")


@pytest.mark.unit
@pytest.mark.parametrize("times", [[], [-1], [np.nan], [5, np.inf]])
def test_times_that_cannot_be_asked_are_refused(times):
    with pytest.raises(DataError, match="finite numbers from 0 on"):
        kaplan_meier(SMALL).at(times)


@pytest.mark.unit
@pytest.mark.parametrize("method", ["median", "curve"])
def test_level_of_confidence_is_checked(method):
    with pytest.raises(ModelError, match="conf_level is 95"):
        getattr(kaplan_meier(SMALL), method)(conf_level=95)
