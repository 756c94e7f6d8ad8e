"""Contrasts, held to R's emmeans and to what must hold whatever the numbers are."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, ModelError
from analysis.mixed import lmm
from tests.mixed.frames import reference_data
from tests.mixed.r_contrasts import DAYS, FIT, MEANS, r_contrasts, r_frame

R = r_contrasts()
R_NAMES = {"BH": "fdr_bh", "BY": "fdr_by"}
INFERENCE = ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")
TOLERANCE = {"estimate": 1e-6, "std_error": 1e-6, "df": 1e-5, "statistic": 1e-6, "p_value": 5e-6}


def check(frame, rows, *, keys=("contrast", "day"), columns=INFERENCE, random=0.0):
    """Compare with emmeans, rows matched by their labels; `random` is the error of its numbers."""
    joined = frame.merge(r_frame(rows), on=list(keys), suffixes=("", "_r"), validate="one_to_one")
    assert len(joined) == len(frame) == len(rows)
    for column in columns:
        rtol = TOLERANCE.get(column, 5e-6)
        atol = random if column in {"p_value", "conf_low", "conf_high"} else 0.0
        found, wanted = joined[column], joined[f"{column}_r"]
        np.testing.assert_allclose(found, wanted, rtol=rtol, atol=max(atol, 1e-6), err_msg=column)


# --- Against R -----------------------------------------------------------------------------------


@pytest.mark.reference
@pytest.mark.parametrize("name", [name for name in R["pairwise"] if name != "mvt"])
def test_adjusted_pairwise_contrasts_are_those_of_emmeans(name):
    frame = MEANS.contrasts(adjust=R_NAMES.get(name, name)).tidy()
    check(frame, R["pairwise"][name])


@pytest.mark.reference
@pytest.mark.parametrize("name", ["bonferroni", "sidak", "holm", "BH"])
def test_one_family_of_all_rows_is_that_of_emmeans(name):
    frame = MEANS.contrasts(adjust=R_NAMES.get(name, name), family="all").tidy()
    check(frame, R["all_rows"][name])


@pytest.mark.reference
def test_multivariate_t_is_that_of_emmeans_within_its_random_error():
    check(MEANS.contrasts(adjust="mvt").tidy(), R["pairwise"]["mvt"], random=1e-3)
    frame = MEANS.contrasts(adjust="mvt", family="all").tidy()
    check(frame, R["all_rows"]["mvt"], random=4e-3)
    check(MEANS.contrasts("iv", adjust="dunnett").tidy(), R["dunnett"]["two_sided"], random=1e-3)
    less = MEANS.contrasts("iv", adjust="dunnett", side="less", margin=2).tidy()
    check(less, R["dunnett"]["less"], random=1e-3)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "rules"), [("two_sided", {}), ("less", {"side": "less", "margin": 2})]
)
def test_dunnett_is_exact_at_the_degrees_of_freedom_of_each_row(name, rules):
    frame = MEANS.contrasts("iv", adjust="dunnett", **rules).tidy()
    joined = frame.merge(
        r_frame(R["dunnett_exact"][name]), on=["contrast", "day"], suffixes=("", "_r")
    )
    assert len(joined) == 4
    np.testing.assert_allclose(joined["p_value"], joined["p_value_r"], rtol=5e-6, atol=1e-7)
    np.testing.assert_allclose(joined["conf_high"], joined["conf_high_r"], rtol=5e-6)


@pytest.mark.reference
def test_methods_are_those_of_emmeans():
    check(MEANS.contrasts("consecutive").tidy(), R["consecutive"])
    about_the_mean = MEANS.contrasts("mean").tidy()
    assert about_the_mean["contrast"].unique().tolist() == ["im - mean", "iv - mean", "oral - mean"]
    renamed = about_the_mean.assign(
        contrast=about_the_mean["contrast"].str.replace("- mean", "effect")
    )
    check(renamed, R["mean"])
    weights = {
        "im vs others": {"im": 1, "iv": -0.5, "oral": -0.5},
        "average": dict.fromkeys(["im", "iv", "oral"], 1 / 3),
    }
    check(MEANS.contrasts(weights).tidy(), R["weights"])


@pytest.mark.reference
def test_differences_of_differences_are_the_interaction_contrasts_of_emmeans():
    rows = r_frame(R["differences"])
    rows["contrast"] = rows["day_revpairwise"] + " of " + rows["arm_revpairwise"]
    nested = MEANS.contrasts().contrasts(over="day", adjust="holm", family="all").tidy()
    check(nested, rows.to_dict("records"), keys=["contrast"])


@pytest.mark.reference
@pytest.mark.parametrize("name", ["none", "bonferroni", "holm"])
def test_non_inferiority_is_that_of_emmeans(name):
    frame = MEANS.contrasts(side="less", margin=2, adjust=name).tidy()
    check(frame, R["less"][name])
    assert np.isneginf(frame["conf_low"]).all()


@pytest.mark.reference
def test_the_other_side_and_a_shifted_null_value_are_those_of_emmeans():
    check(MEANS.contrasts(side="greater", margin=-2).tidy(), R["greater"])
    check(MEANS.contrasts(margin=2, adjust="tukey").tidy(), R["not_two"])


@pytest.mark.reference
@pytest.mark.parametrize("name", ["none", "holm"])
def test_equivalence_is_that_of_emmeans_but_for_its_interval(name):
    frame = MEANS.contrasts(side="equivalence", margin=2, adjust=name).tidy()
    check(frame, R["equivalence"][name], columns=INFERENCE[:5])


@pytest.mark.reference
def test_effect_sizes_are_those_of_emmeans_with_a_known_deviation():
    frame = MEANS.contrasts().effect_sizes(6.5)
    rows = R["effect_sizes"]
    check(frame, rows, columns=("estimate", "std_error", "statistic"))


@pytest.mark.reference
def test_contrasts_of_proportional_means_are_those_of_emmeans():
    fit = lmm("change ~ arm * sex + day + baseline", reference_data(), subject="patient")
    frame = fit.marginal_means("arm", weights="proportional").contrasts(adjust="tukey").tidy()
    check(frame, R["proportional"], keys=["contrast"])


# --- Whatever the numbers are --------------------------------------------------------------------


def by_contrast(contrasts):
    """Index the tidy rows by their labels."""
    return contrasts.tidy().set_index(["contrast", "day"]).sort_index()


@pytest.mark.identity
@pytest.mark.parametrize("adjust", ["none", "holm", "mvt", "tukey"])
def test_swapping_the_arms_flips_signs_and_limits(adjust):
    swapped = reference_data()
    swapped["arm"] = swapped["arm"].map({"im": "z", "iv": "y", "oral": "x"})
    fit = lmm("change ~ arm * day + baseline", swapped, subject="patient")
    there = fit.marginal_means("arm", by="day", at=DAYS).contrasts(adjust=adjust).tidy()
    here = MEANS.contrasts(adjust=adjust).tidy()
    back = {"y - x": "oral - iv", "z - x": "oral - im", "z - y": "iv - im"}
    joined = here.merge(there.assign(contrast=there["contrast"].map(back)), on=["contrast", "day"])
    assert len(joined) == 6
    for one, other in (
        ("estimate", "estimate"),
        ("conf_low", "conf_high"),
        ("conf_high", "conf_low"),
    ):
        np.testing.assert_allclose(joined[f"{one}_x"], -joined[f"{other}_y"], rtol=1e-6)
    np.testing.assert_allclose(joined["p_value_x"], joined["p_value_y"], rtol=1e-5)


@pytest.mark.identity
def test_swapping_the_sides_mirrors_one_sided_tests():
    less = by_contrast(MEANS.contrasts({"d": {"iv": 1, "im": -1}}, side="less", margin=2))
    more = by_contrast(MEANS.contrasts({"d": {"im": 1, "iv": -1}}, side="greater", margin=-2))
    np.testing.assert_allclose(less["p_value"], more["p_value"], rtol=1e-10)
    np.testing.assert_allclose(less["conf_high"], -more["conf_low"], rtol=1e-10)


@pytest.mark.identity
def test_order_of_the_levels_does_not_matter_to_a_reference():
    data = reference_data()
    data["arm"] = pd.Categorical(data["arm"], categories=["oral", "iv", "im"])
    fit = lmm("change ~ arm * day + baseline", data, subject="patient")
    other = by_contrast(
        fit.marginal_means("arm", by="day", at=DAYS).contrasts("iv", adjust="dunnett")
    )
    pd.testing.assert_frame_equal(
        other, by_contrast(MEANS.contrasts("iv", adjust="dunnett")), rtol=1e-6
    )


@pytest.mark.identity
def test_bonferroni_multiplies_the_p_values():
    raw, adjusted = MEANS.contrasts().tidy(), MEANS.contrasts(adjust="bonferroni").tidy()
    np.testing.assert_allclose(adjusted["p_value"], np.minimum(3 * raw["p_value"], 1), rtol=1e-12)
    all_rows = MEANS.contrasts(adjust="bonferroni", family="all").tidy()
    np.testing.assert_allclose(all_rows["p_value"], np.minimum(6 * raw["p_value"], 1), rtol=1e-12)


@pytest.mark.identity
def test_one_sided_p_value_is_half_the_two_sided_one_in_the_direction_of_the_estimate():
    both, less = MEANS.contrasts().tidy(), MEANS.contrasts(side="less").tidy()
    half = both["p_value"] / 2
    np.testing.assert_allclose(
        less["p_value"], np.where(both["estimate"] < 0, half, 1 - half), rtol=1e-10
    )


@pytest.mark.identity
@pytest.mark.parametrize("adjust", ["none", "bonferroni", "sidak", "mvt"])
@pytest.mark.parametrize("side", ["two-sided", "less", "greater"])
@pytest.mark.parametrize("margin", [-2.0, 0.0, 2.0])
def test_interval_leaves_out_the_margin_exactly_when_it_is_rejected(adjust, side, margin):
    if margin and side == "two-sided":
        margin = margin * 1.2  # so that some are rejected
    contrasts = MEANS.contrasts(adjust=adjust, side=side, margin=margin)
    for conf_level in (0.5, 0.8, 0.95):
        frame = contrasts.tidy(conf_level)
        outside = (frame["conf_low"] > margin) | (frame["conf_high"] < margin)
        assert (outside == (frame["p_value"] < 1 - conf_level)).all()


@pytest.mark.identity
@pytest.mark.parametrize("adjust", ["none", "bonferroni"])
@pytest.mark.parametrize("margin", [0.5, 2.0, 3.0, 4.0])
def test_equivalence_is_shown_exactly_when_the_interval_is_within_the_margins(adjust, margin):
    frame = MEANS.contrasts(side="equivalence", margin=margin, adjust=adjust).tidy(0.95)
    within = (frame["conf_low"] > -margin) & (frame["conf_high"] < margin)
    assert (within == (frame["p_value"] < 0.05)).all()
    assert not within.all() if margin < 4 else within.any()


@pytest.mark.identity
def test_equivalence_is_the_larger_of_two_one_sided_tests_with_their_interval():
    frame = MEANS.contrasts(side="equivalence", margin=2).tidy(0.95)
    low = MEANS.contrasts(side="greater", margin=-2).tidy(0.95)
    high = MEANS.contrasts(side="less", margin=2).tidy(0.95)
    larger = np.maximum(low["p_value"], high["p_value"])
    np.testing.assert_allclose(frame["p_value"], larger, rtol=1e-12)
    np.testing.assert_allclose(frame["conf_low"], low["conf_low"], rtol=1e-12)
    np.testing.assert_allclose(frame["conf_high"], high["conf_high"], rtol=1e-12)
    two_sided = MEANS.contrasts().tidy(0.90)
    np.testing.assert_allclose(frame["conf_low"], two_sided["conf_low"], rtol=1e-12)


@pytest.mark.identity
@pytest.mark.parametrize("adjust", ["tukey", "mvt", "dunnett", "holm"])
def test_a_single_comparison_is_not_adjusted(adjust):
    two = reference_data().query("arm != 'oral'")
    means = lmm("change ~ arm + baseline", two, subject="patient").marginal_means("arm")
    method = "im" if adjust == "dunnett" else "pairwise"
    pd.testing.assert_frame_equal(
        means.contrasts(method, adjust=adjust).tidy(), means.contrasts(method).tidy(), rtol=1e-8
    )


@pytest.mark.identity
def test_methods_agree_where_they_ask_the_same():
    reference = MEANS.contrasts("im", adjust="dunnett").tidy()
    weights = {"iv - im": {"iv": 1, "im": -1}, "oral - im": {"oral": 1, ("im",): -1}}
    pd.testing.assert_frame_equal(MEANS.contrasts(weights, adjust="mvt").tidy(), reference)
    pairwise = MEANS.contrasts().tidy().query("contrast == 'oral - iv'").reset_index(drop=True)
    consecutive = MEANS.contrasts("consecutive").tidy().query("contrast == 'oral - iv'")
    pd.testing.assert_frame_equal(consecutive.reset_index(drop=True), pairwise)


@pytest.mark.identity
def test_joint_adjustment_lies_between_none_and_bonferroni():
    none, bonferroni = MEANS.contrasts().tidy(), MEANS.contrasts(adjust="bonferroni").tidy()
    joint = MEANS.contrasts(adjust="mvt").tidy()
    assert (none["p_value"] < joint["p_value"]).all()
    assert (joint["p_value"] < bonferroni["p_value"]).all()
    assert (none["conf_low"] > joint["conf_low"]).all()
    assert (joint["conf_low"] > bonferroni["conf_low"]).all()


@pytest.mark.identity
def test_differences_of_differences_three_ways():
    nested = MEANS.contrasts("im").contrasts(over="day").tidy()
    assert nested["contrast"].tolist() == ["28 - 0 of iv - im", "28 - 0 of oral - im"]
    weights = {"iv 28": 1, "iv 0": -1, "im 28": -1, "im 0": 1}
    together = FIT.marginal_means(["arm", "day"], at=DAYS).contrasts({"iv - im": weights}).tidy()
    coefficient = FIT.tidy().set_index("term").loc["arm[T.iv]:day"]
    for column, factor in (("estimate", 28), ("std_error", 28), ("df", 1), ("p_value", 1)):
        assert nested[column].iloc[0] == pytest.approx(factor * coefficient[column], rel=1e-9)
        assert together[column].iloc[0] == pytest.approx(factor * coefficient[column], rel=1e-9)


@pytest.mark.identity
def test_nested_contrasts_keep_the_other_columns_apart():
    fit = lmm("change ~ arm * day * sex + baseline", reference_data(), subject="patient")
    means = fit.marginal_means("arm", by=["sex", "day"], at=DAYS)
    nested = means.contrasts("im").contrasts(over="day", adjust="bonferroni")
    frame = nested.tidy()
    assert list(frame.columns[:2]) == ["contrast", "sex"]
    assert frame["sex"].tolist() == ["F", "M", "F", "M"]
    raw = means.contrasts("im").contrasts(over="day").tidy()
    # one comparison of two days within each arm difference and sex: nothing to adjust
    pd.testing.assert_frame_equal(frame, raw)
    first = means.contrasts("im").tidy().set_index(["contrast", "sex", "day"])["estimate"]
    change = first["iv - im", "M", 28.0] - first["iv - im", "M", 0.0]
    assert frame["estimate"].iloc[1] == pytest.approx(change, rel=1e-9)


# --- Small things --------------------------------------------------------------------------------


@pytest.mark.unit
def test_columns_are_those_of_every_result():
    frame = MEANS.contrasts(adjust="holm", side="less", margin=2).tidy()
    assert list(frame.columns) == ["contrast", "day", *INFERENCE]


@pytest.mark.unit
def test_results_say_what_they_allow_for():
    text = MEANS.contrasts(adjust="holm", side="less", margin=2).summary()
    assert "H0: difference >= 2; to be shown: difference < 2, by a one-sided test." in text
    assert text.endswith("P-values: Holm; intervals: Bonferroni; 3 comparisons in each group.")
    assert (
        MEANS.contrasts(adjust="mvt", family="all")
        .summary()
        .endswith("P-values: multivariate t; intervals: multivariate t; 6 comparisons.")
    )
    raw = MEANS.contrasts()
    assert repr(raw).endswith("not adjusted for the number of comparisons.")
    assert "not adjusted for the number of comparisons.</caption>" in raw._repr_html_()
    average = MEANS.contrasts({"average": {"im": 0.5, "iv": 0.5}, "d": {"im": 1, "iv": -1}})
    assert average.summary().endswith("Weighted sums, no differences: average.")
    change = average.contrasts(over="day")
    assert "Weighted sums" not in change.summary()
    both = average.contrasts({"both days": {0: 0.5, 28: 0.5}}, over="day")
    assert both.summary().endswith("Weighted sums, no differences: both days of average.")


@pytest.mark.unit
def test_sd_by_group():
    contrasts = MEANS.contrasts("im")
    raw, sizes = contrasts.tidy(), contrasts.effect_sizes({0: 5.0, 28: 8.0})
    sd = np.array([5.0, 8.0, 5.0, 8.0])
    for column in ("estimate", "std_error", "conf_low", "conf_high"):
        np.testing.assert_allclose(sizes[column] * sd, raw[column], rtol=1e-12)
    for column in ("df", "statistic", "p_value"):
        np.testing.assert_array_equal(sizes[column], raw[column])


@pytest.mark.unit
def test_hedges_factor_shrinks_estimate_and_interval():
    contrasts = MEANS.contrasts("im", side="less")
    plain, shrunk = contrasts.effect_sizes(6.0), contrasts.effect_sizes(6.0, hedges=True)
    factor = shrunk["estimate"] / plain["estimate"]
    np.testing.assert_allclose(factor, 1 - 3 / (4 * plain["df"] - 1), rtol=1e-5)
    np.testing.assert_allclose(shrunk["conf_high"] / plain["conf_high"], factor, rtol=1e-12)
    assert np.isneginf(shrunk["conf_low"]).all()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("rules", "match"),
    [
        ({"adjust": "scheffe"}, "adjust is 'scheffe'; allowed are none, bonferroni, sidak, holm"),
        ({"family": "visit"}, "allowed are 'by' .* and 'all'"),
        ({"side": "below"}, "side is 'below'; allowed are two-sided, less, greater, equivalence"),
        ({"margin": np.nan}, "finite number, on the scale of the outcome"),
        ({"side": "equivalence"}, "margin is 0; equivalence needs .* above 0"),
        ({"side": "equivalence", "margin": 2, "adjust": "mvt"}, "take 'holm' or 'bonferroni'"),
        ({"adjust": "dunnett"}, "'dunnett' is for comparisons with a reference level"),
        ({"method": "iv", "adjust": "tukey"}, "'tukey' is for two-sided pairwise"),
        ({"side": "less", "adjust": "tukey"}, "'tukey' is for two-sided pairwise"),
        ({"family": "all", "adjust": "tukey"}, "'tukey' is for two-sided pairwise"),
    ],
)
def test_what_does_not_go_together_is_refused(rules, match):
    with pytest.raises(ModelError, match=match):
        MEANS.contrasts(**rules)


@pytest.mark.unit
def test_tukey_takes_all_rows_where_they_are_one_group():
    means = FIT.marginal_means("arm")
    frames = [means.contrasts(adjust="tukey", family=family).tidy() for family in ("by", "all")]
    pd.testing.assert_frame_equal(*frames)


@pytest.mark.unit
def test_confidence_level_is_checked():
    with pytest.raises(ModelError, match=r"such as 0\.95"):
        MEANS.contrasts(adjust="mvt").tidy(95)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("sd", "match"),
    [
        (0.0, "finite number above 0"),
        (np.inf, "finite number above 0"),
        ({0: 5.0, 28: -1.0}, "finite number above 0"),
        ({0: 5.0}, "one number for each level of day, and no other: 0.0, 28.0"),
        ({0: 5.0, 28: 6.0, 56: 7.0}, "and no other"),
    ],
)
def test_sd_that_cannot_be_used_is_refused(sd, match):
    with pytest.raises(ModelError, match=match):
        MEANS.contrasts().effect_sizes(sd)


@pytest.mark.unit
def test_sd_by_group_needs_groups():
    with pytest.raises(ModelError, match="no by column; give one number"):
        FIT.marginal_means("arm").contrasts().effect_sizes({0: 5.0})


@pytest.mark.unit
def test_nesting_needs_a_by_column():
    with pytest.raises(ColumnError, match="allowed are the by columns of the means: day"):
        MEANS.contrasts().contrasts(over="arm")
    with pytest.raises(ColumnError, match="none here"):
        FIT.marginal_means("arm").contrasts().contrasts(over="day")


@pytest.mark.unit
def test_difference_that_the_model_excludes_is_refused():
    fit = lmm("change ~ arm + day + baseline", reference_data(), subject="patient")
    contrasts = fit.marginal_means("arm", by="day", at=DAYS).contrasts()
    with pytest.raises(ModelError, match=r"'28 - 0 of iv - im' is 0 in this model.*interaction"):
        contrasts.contrasts(over="day")


@pytest.mark.unit
@pytest.mark.parametrize("days", [[0, 0, 28], [14.0000001, 14.0000002]])
def test_levels_that_are_written_alike_are_refused(days):
    means = FIT.marginal_means("day", at={"day": days})
    with pytest.raises(ModelError, match="Two levels of day are written alike"):
        means.contrasts()
