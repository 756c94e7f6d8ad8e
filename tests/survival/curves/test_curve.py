"""What is read off Kaplan-Meier curves: quantiles, restricted means, numbers at risk, captions."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError, ModelError
from analysis.survival import kaplan_meier
from tests.survival.reference import REFERENCE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines.datasets import load_lung

EXPECTED = json.loads((REFERENCE / "expected_logrank_rmst.json").read_text(encoding="utf-8"))
RELAPSE = pd.read_csv(REFERENCE / "tte.csv")
WEIGHTED = pd.read_csv(REFERENCE / "weighted.csv").assign(half=[1, 2] * 4)
# Five events, then five censorings: example of CAMIS, "R vs SAS - Kaplan Meier"
FLAT = pd.DataFrame(
    {"time": [54, 75, 77, 84, 87, 92, 103, 105, 112, 118], "event": [1] * 5 + [0] * 5}
)
TICKS = [0, 1, 3, 10, 12, 21, 30, 33, 60, 90, 120.5, 180, 198]
SHARES = [0.1, 0.25, 0.4, 0.5, 0.75]


# --- Quantiles -----------------------------------------------------------------------------------


@pytest.mark.reference
@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain"])
def test_quantiles_are_those_of_r(conf_type):
    found = kaplan_meier(RELAPSE, by="arm", conf_type=conf_type).quantile(SHARES)
    assert found["arm"].tolist() == ["im"] * 5 + ["iv"] * 5
    expected = pd.DataFrame(EXPECTED["quantile"][conf_type]).astype(float)
    np.testing.assert_array_equal(found.drop(columns="arm"), expected)


@pytest.mark.reference
def test_quantiles_of_a_curve_flat_to_its_end_are_those_of_r():
    found = kaplan_meier(FLAT).quantile(SHARES)
    expected = pd.DataFrame(EXPECTED["quantile_flat_to_the_end"]).astype(float)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.reference
def test_median_of_a_curve_flat_to_its_end_by_style():
    # CAMIS, "R vs SAS - Kaplan Meier": R 102.5, SAS not evaluable
    km = kaplan_meier(FLAT)
    assert km.median()["estimate"].tolist() == [102.5]
    assert km.median(style="SAS")["estimate"].isna().tolist() == [True]


@pytest.mark.unit
def test_both_styles_take_the_middle_of_a_flat_piece_that_ends():
    # PROC LIFETEST: exactly on the level from t_j to t_{j+1} gives (t_j + t_{j+1}) / 2
    data = pd.DataFrame({"time": [1, 2, 3, 6, 8], "event": [1, 1, 0, 1, 1]}).iloc[[0, 1, 3, 4]]
    for style in ("R", "SAS"):
        assert kaplan_meier(data).median(style=style)["estimate"].tolist() == [4.0]


@pytest.mark.unit
def test_median_is_the_quantile_at_one_half():
    km = kaplan_meier(RELAPSE, by="arm")
    half = km.quantile([0.5], conf_level=0.9).drop(columns="probability")
    pd.testing.assert_frame_equal(km.median(conf_level=0.9), half)


@pytest.mark.unit
@pytest.mark.parametrize("shares", [[], [0.0], [1.0], [np.nan], [0.5, 50]])
def test_shares_that_cannot_be_asked_are_refused(shares):
    with pytest.raises(DataError, match="numbers between 0 and 1"):
        kaplan_meier(FLAT).quantile(shares)


@pytest.mark.unit
def test_unknown_style_is_refused():
    with pytest.raises(ModelError, match="style is 'Stata'; allowed are R, SAS"):
        kaplan_meier(FLAT).median(style="Stata")


# --- Restricted means ----------------------------------------------------------------------------


@pytest.mark.reference
@pytest.mark.parametrize(
    ("key", "data", "options"),
    [
        ("rmst", RELAPSE, {"by": "arm"}),
        ("rmst_delayed_entry", RELAPSE, {"by": "arm", "entry": "entry"}),
        ("rmst_count", WEIGHTED, {"by": "half", "weights": "count"}),
        ("rmst_share", WEIGHTED, {"weights": "share"}),
    ],
)
def test_restricted_means_are_those_of_r(key, data, options):
    km = kaplan_meier(data, **options)
    for expected in EXPECTED[key]:
        found = km.rmst(expected["tau"])
        np.testing.assert_allclose(found["estimate"], expected["estimate"], rtol=1e-12)
        np.testing.assert_allclose(found["std_error"], expected["std_error"], rtol=1e-12)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("tau", "mean", "error"),
    [
        # lung, men and women: R survival 3.5-3, summary(survfit, rmean=365)
        (365, [241.50, 297.47], [10.358, 10.791]),
        # survminer pull request 827, and R survival 3.5-3
        (965, [324.05, 455.90], [22.30, 32.92]),
    ],
)
def test_lung_restricted_means_are_the_published_ones(tau, mean, error):
    found = kaplan_meier(load_lung(), event="status", by="sex").rmst(tau)
    np.testing.assert_allclose(found["estimate"], mean, atol=0.005)
    np.testing.assert_allclose(found["std_error"], error, atol=0.005)


@pytest.mark.reference
def test_lung_difference_of_restricted_means_is_the_published_one():
    # survminer pull request 827: 131.86 (39.76), p 0.00091
    km = kaplan_meier(load_lung(), event="status", by="sex")
    row = km.rmst_difference(965, reference=1).iloc[0]
    assert (row["contrast"], row["measure"]) == ("2 - 1", "difference")
    assert row["estimate"] == pytest.approx(131.86, abs=0.005)
    assert row["std_error"] == pytest.approx(39.76, abs=0.005)
    assert row["p_value"] == pytest.approx(0.00091, abs=5e-6)


@pytest.mark.unit
def test_restricted_mean_by_hand():
    # 1 until 2, 3/4 until 4, 1/2 until 5; areas from 2 and 4 on: 2 and 1/2
    data = pd.DataFrame({"time": [2, 4, 6, 8], "event": [1, 1, 0, 1]})
    row = kaplan_meier(data).rmst(5).iloc[0]
    assert row["estimate"] == pytest.approx(4.0)
    assert row["std_error"] == pytest.approx(np.sqrt(2**2 / (4 * 3) + 0.5**2 / (3 * 2)))
    assert row["conf_high"] - row["estimate"] == pytest.approx(1.959963984540054 * row["std_error"])


@pytest.mark.identity
def test_without_censoring_it_is_the_mean_of_the_shortened_times():
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"time": rng.integers(1, 90, 80), "event": 1})
    shortened = data["time"].clip(upper=50)
    row = kaplan_meier(data).rmst(50).iloc[0]
    assert row["estimate"] == pytest.approx(shortened.mean(), rel=1e-12)
    assert row["std_error"] == pytest.approx(shortened.std(ddof=0) / np.sqrt(80), rel=1e-12)


@pytest.mark.identity
def test_ratio_and_difference_tell_of_the_same_means():
    km = kaplan_meier(RELAPSE, by="arm")
    means = km.rmst(120).set_index("arm")
    table = km.rmst_difference(120, reference="iv").set_index("measure")
    assert table["contrast"].tolist() == ["im - iv", "im / iv"]
    iv, im = means.loc["iv"], means.loc["im"]
    assert table.loc["difference", "estimate"] == pytest.approx(im["estimate"] - iv["estimate"])
    assert table.loc["difference", "std_error"] == pytest.approx(
        np.hypot(im["std_error"], iv["std_error"])
    )
    ratio = table.loc["ratio"]
    assert ratio["estimate"] == pytest.approx(im["estimate"] / iv["estimate"])
    assert ratio["std_error"] == pytest.approx(
        np.hypot(im["std_error"] / im["estimate"], iv["std_error"] / iv["estimate"])
    )
    assert ratio["statistic"] == pytest.approx(np.log(ratio["estimate"]) / ratio["std_error"])
    assert ratio["conf_low"] * ratio["conf_high"] == pytest.approx(ratio["estimate"] ** 2)


@pytest.mark.identity
def test_reference_turned_round_turns_the_comparison_round():
    km = kaplan_meier(RELAPSE, by="arm")
    one, other = (km.rmst_difference(90, reference=arm) for arm in ("iv", "im"))
    assert one.loc[0, "estimate"] == pytest.approx(-other.loc[0, "estimate"])
    assert one.loc[1, "estimate"] == pytest.approx(1 / other.loc[1, "estimate"])
    assert one["p_value"].tolist() == pytest.approx(other["p_value"].tolist())


@pytest.mark.identity
def test_whole_weights_are_repeated_patients():
    repeated = WEIGHTED.loc[WEIGHTED.index.repeat(WEIGHTED["count"])]
    pd.testing.assert_frame_equal(
        kaplan_meier(WEIGHTED, weights="count").rmst(25), kaplan_meier(repeated).rmst(25)
    )


@pytest.mark.unit
def test_three_groups_are_compared_in_their_order():
    data = pd.DataFrame({"time": np.arange(1, 31), "event": [1, 0] * 15, "dose": [75, 25, 50] * 10})
    table = kaplan_meier(data, by="dose").rmst_difference(20, reference=50)
    assert table["contrast"].tolist() == ["25 - 50", "75 - 50", "25 / 50", "75 / 50"]
    assert list(table.columns) == [
        "contrast", "measure", "tau", "estimate", "std_error", "df", "statistic", "p_value",
        "conf_low", "conf_high",
    ]  # fmt: skip


@pytest.mark.unit
def test_columns_of_restricted_means():
    names = ["tau", "estimate", "std_error", "conf_low", "conf_high"]
    assert list(kaplan_meier(RELAPSE).rmst(90).columns) == names
    assert list(kaplan_meier(RELAPSE, by="arm").rmst(90).columns) == ["arm", *names]


# Group a is followed to 9 and group b to 7, by a censoring or an event.
ENDS = pd.DataFrame({"arm": list("aaabbb"), "time": [2, 5, 9, 3, 4, 7]})


@pytest.mark.unit
@pytest.mark.parametrize(
    ("event", "largest", "short"),
    [
        # survRM2, rmst2: cases 4, 3, 2 and 1 of its rule for tau
        ([1, 1, 0, 1, 1, 0], 7, 1),
        ([1, 1, 1, 1, 1, 0], 7, 1),
        ([1, 1, 0, 1, 1, 1], 9, 2),
        ([1, 1, 1, 1, 1, 1], 9, 2),
    ],
)
def test_largest_tau_is_that_of_survrm2(event, largest, short):
    km = kaplan_meier(ENDS.assign(event=event), by="arm")
    assert km.rmst(largest)["estimate"].notna().all()
    with pytest.raises(DataError, match=f"end of follow-up of {short} of the 2 groups"):
        km.rmst(largest + 0.01)
    with pytest.raises(DataError, match="after the end of follow-up"):
        km.rmst_difference(largest + 0.01, reference="a")


@pytest.mark.unit
@pytest.mark.parametrize("tau", [0, -1, np.nan, np.inf, "90"])
def test_tau_that_is_no_time_is_refused(tau):
    with pytest.raises(DataError, match="tau must be a finite number above 0"):
        kaplan_meier(FLAT).rmst(tau)


@pytest.mark.unit
def test_comparison_needs_groups_and_one_of_them():
    with pytest.raises(ModelError, match="one curve only"):
        kaplan_meier(RELAPSE).rmst_difference(60, reference="iv")
    with pytest.raises(ModelError, match="not a group of 'arm'; allowed are 'im', 'iv'"):
        kaplan_meier(RELAPSE, by="arm").rmst_difference(60, reference="oral")


@pytest.mark.unit
def test_no_event_before_tau_leaves_nothing_to_test():
    row = kaplan_meier(ENDS.assign(event=1), by="arm").rmst_difference(1, reference="a").iloc[0]
    assert row["estimate"] == 0.0
    assert np.isnan(row["p_value"])


@pytest.mark.unit
def test_groups_without_spread_are_not_tested():
    # all of a at 2 and all of b at 4: Greenwood's variance is 0, which is no certainty
    data = pd.DataFrame({"arm": list("aabb"), "time": [2, 2, 4, 4], "event": 1})
    row = kaplan_meier(data, by="arm").rmst_difference(4, reference="a").iloc[0]
    assert row["estimate"] == 2.0
    assert row[["std_error", "p_value", "conf_low"]].isna().all()


@pytest.mark.unit
def test_mean_of_zero_has_no_ratio():
    data = pd.DataFrame({"arm": ["a", "b", "b"], "time": [0, 3, 5], "event": 1})
    table = kaplan_meier(data, by="arm").rmst_difference(4, reference="b")
    assert table.loc[0, "estimate"] == pytest.approx(-3.5)
    assert np.isnan(table.loc[1, "estimate"])


@pytest.mark.truth
@pytest.mark.parametrize("delayed", [False, True])
def test_interval_covers_the_true_mean(delayed):
    rng = np.random.default_rng(7)
    true_mean, hits = 56 * (1 - np.exp(-90 / 56)), []
    for _ in range(400):
        event, censored = rng.exponential(56, 150), rng.uniform(60, 200, 150)
        entry = np.where(rng.random(150) < 0.5, rng.uniform(0, 40, 150), 0) * delayed
        data = pd.DataFrame({"time": np.minimum(event, censored), "event": event <= censored})
        data = data.assign(entry=entry)[data["time"] > entry]
        row = kaplan_meier(data, entry="entry").rmst(90).iloc[0]
        hits.append(row["conf_low"] < true_mean < row["conf_high"])
    # 3.5 Monte-Carlo standard errors of 400 intervals at 95 % are 0.038
    assert np.mean(hits) == pytest.approx(0.95, abs=0.038)


# --- Numbers at risk -----------------------------------------------------------------------------


@pytest.mark.reference
def test_risk_table_is_that_of_r_at_every_tick():
    found = kaplan_meier(RELAPSE, by="arm").risk_table(TICKS)
    expected = pd.DataFrame(EXPECTED["risk_table"]).drop(columns="_row")
    np.testing.assert_array_equal(found.to_numpy(), expected.to_numpy())


@pytest.mark.reference
def test_risk_table_with_delayed_entry_is_that_of_r_at_the_times_of_the_curve():
    # Between these R counts at the next of them, and so patients who have not entered yet.
    km = kaplan_meier(RELAPSE, entry="entry", by="arm")
    expected = pd.DataFrame(EXPECTED["risk_table_delayed_entry"]).drop(columns="_row")
    found = km.risk_table(TICKS)
    assert found[["n_event", "n_censored"]].equals(expected[["n_event", "n_censored"]])
    for arm, rows in expected.groupby("arm"):
        exits = np.unique(RELAPSE.loc[RELAPSE["arm"] == arm, "time"])
        later = exits[np.searchsorted(exits, rows["time"])]
        table = km.risk_table(later)
        assert table.loc[table["arm"] == arm, "n_risk"].tolist() == rows["n_risk"].tolist()


@pytest.mark.identity
@pytest.mark.parametrize("entry", [None, "entry"])
def test_those_who_entered_are_at_risk_or_gone(entry):
    data = RELAPSE.assign(entry=RELAPSE["entry"] if entry else 0)
    km = kaplan_meier(data, entry=entry)
    ticks = np.arange(0.5, 200, 1.0)  # between the times, so that nobody leaves at a tick
    table = km.risk_table(ticks)
    entered = [(data["entry"] < tick).sum() for tick in ticks]
    assert table[["n_risk", "n_event", "n_censored"]].sum(axis=1).tolist() == entered
    at_risk = [((data["entry"] < tick) & (tick <= data["time"])).sum() for tick in ticks]
    assert table["n_risk"].tolist() == at_risk


@pytest.mark.identity
def test_steps_add_up_to_those_who_entered():
    steps = kaplan_meier(RELAPSE, entry="entry").curve()
    gone = (steps["n_event"] + steps["n_censored"]).cumsum().shift(fill_value=0)
    entered = [(RELAPSE["entry"] < time).sum() for time in steps["time"]]
    assert (steps["n_risk"] + gone).tolist() == entered


@pytest.mark.unit
def test_tick_that_differs_by_rounding_is_the_time_meant():
    # 3 * 0.1 is 0.30000000000000004: an event there has happened by 0.3
    data = pd.DataFrame({"time": [0.1, 3 * 0.1, 0.5], "event": [1, 1, 0]})
    table = kaplan_meier(data).risk_table([0.1, 0.3])
    assert table["time"].tolist() == [0.1, 0.3]
    assert table["n_event"].tolist() == [1, 2]
    assert table["n_risk"].tolist() == [3, 2]
    assert kaplan_meier(data).at([0.3])["estimate"].tolist() == pytest.approx([1 / 3])


@pytest.mark.unit
def test_entry_that_differs_from_a_tick_by_rounding_is_not_before_it():
    data = pd.DataFrame({"time": [0.2, 0.5], "event": 1, "entry": [0, 0.3]})
    assert kaplan_meier(data, entry="entry").risk_table([3 * 0.1])["n_risk"].tolist() == [0]


@pytest.mark.unit
def test_times_that_differ_by_rounding_are_one_step():
    # the rule of R's aeqSurv; unmerged there would be six
    time = [0.1, 0.3, 3 * 0.1, 0.7, 7 * 0.1, 0.9]
    assert kaplan_meier(pd.DataFrame({"time": time, "event": 1})).curve()["n_event"].tolist() == [
        1, 2, 2, 1,
    ]  # fmt: skip


# --- Captions ------------------------------------------------------------------------------------


@pytest.mark.unit
def test_origin_is_shown_or_missed():
    unknown = kaplan_meier(FLAT)
    assert unknown.summary().startswith(
        "Kaplan-Meier curve, log-log confidence limits; origin not stated\n"
    )
    assert "origin not stated" in unknown._repr_html_()
    known = kaplan_meier(FLAT, origin="first infusion & score")
    assert "; time from first infusion & score\n" in known.summary()
    assert "time from first infusion &amp; score" in known._repr_html_()


@pytest.mark.identity
def test_index_and_order_of_rows_do_not_matter():
    shuffled = RELAPSE.sample(frac=1, random_state=5)
    shuffled.index = pd.Index([0] * len(shuffled))
    here, there = (kaplan_meier(data, entry="entry", by="arm") for data in (RELAPSE, shuffled))
    pd.testing.assert_frame_equal(here.rmst(120), there.rmst(120))
    pd.testing.assert_frame_equal(here.quantile(SHARES), there.quantile(SHARES))
    pd.testing.assert_frame_equal(here.risk_table(TICKS), there.risk_table(TICKS))
