"""Marginal means and contrasts, held to R's emmeans and to what must hold for any numbers."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, ModelError
from analysis.mixed import lmm
from tests.mixed.frames import expected, reference_data, simulated

DATA = simulated()
FIT = lmm("change ~ arm * day + baseline", DATA, subject="patient", random="1 + day")
VISITS = lmm("change ~ arm * visit + baseline + sex", reference_data(), subject="patient")


def check(frame, reference, keys, value="emmean"):
    """Compare with a frame of emmeans, rows matched by their labels."""
    reference = pd.DataFrame(reference).rename(
        columns={value: "estimate", "SE": "std_error", "lower.CL": "conf_low"}
    )
    joined = frame.merge(reference, on=keys, suffixes=("", "_r"), validate="one_to_one")
    assert len(joined) == len(frame) == len(reference)
    for column, rtol in (("estimate", 2e-6), ("std_error", 1e-6), ("df", 1e-5)):
        np.testing.assert_allclose(joined[column], joined[f"{column}_r"], rtol=rtol, atol=1e-8)
    np.testing.assert_allclose(joined["conf_low"], joined["conf_low_r"], rtol=5e-6)


@pytest.mark.reference
def test_means_by_visit_are_those_of_emmeans():
    check(
        VISITS.marginal_means("arm", by="visit").tidy(),
        expected()["means_by_visit"],
        ["arm", "visit"],
    )


@pytest.mark.reference
def test_proportional_weights_are_those_of_emmeans():
    frame = VISITS.marginal_means("arm", weights="proportional").tidy()
    check(frame, expected()["means_proportional"], ["arm"])


@pytest.mark.reference
def test_means_at_chosen_days_are_those_of_emmeans():
    fit = lmm("change ~ arm * day + baseline", reference_data(), subject="patient", random="1+day")
    frame = fit.marginal_means("arm", by="day", at={"day": [0, 28]}).tidy()
    check(frame, expected()["means_by_day"], ["arm", "day"])


@pytest.mark.reference
def test_pairwise_contrasts_are_those_of_emmeans_later_minus_earlier():
    frame = VISITS.marginal_means("arm", by="visit").contrasts("pairwise").tidy()
    assert set(frame["contrast"]) == {"iv - im", "oral - im", "oral - iv"}
    check(frame, expected()["pairs"], ["contrast", "visit"], value="estimate")


@pytest.mark.unit
def test_columns_of_means_and_contrasts():
    means = VISITS.marginal_means("arm", by="visit")
    inference = ["estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"]
    assert list(means.tidy().columns) == ["term", "arm", "visit", *inference]
    assert list(means.contrasts("iv").tidy().columns) == ["contrast", "visit", *inference]


@pytest.mark.identity
def test_reference_contrast_is_level_minus_reference():
    means = FIT.marginal_means("arm")
    by_level = means.tidy().set_index("arm")["estimate"]
    contrast = means.contrasts("iv").tidy().iloc[0]
    assert contrast["contrast"] == "im - iv"
    assert contrast["estimate"] == pytest.approx(by_level["im"] - by_level["iv"], rel=1e-12)
    pairwise = means.contrasts().tidy().iloc[0]
    assert pairwise["contrast"] == "iv - im"
    assert pairwise["estimate"] == -contrast["estimate"]
    assert pairwise["std_error"] == contrast["std_error"]


@pytest.mark.identity
def test_numeric_predictors_stand_at_their_mean():
    at_mean = {"day": [DATA["day"].mean()], "baseline": [DATA["baseline"].mean()]}
    chosen = FIT.marginal_means("arm", at=at_mean).tidy()
    pd.testing.assert_frame_equal(FIT.marginal_means("arm").tidy(), chosen)


@pytest.mark.identity
def test_main_effect_is_the_contrast():
    fit = lmm("change ~ arm + baseline", DATA, subject="patient")
    contrast = fit.marginal_means("arm").contrasts().tidy().iloc[0]
    coefficient = fit.tidy().set_index("term").loc["arm[T.iv]"]
    for column in ("estimate", "std_error", "df", "p_value"):
        assert contrast[column] == pytest.approx(coefficient[column], rel=1e-10)


@pytest.mark.identity
@pytest.mark.parametrize("coding", ["contr.treatment('iv')", "contr.sum", "contr.helmert"])
def test_coding_of_the_factor_does_not_matter(coding):
    fit = lmm(f"change ~ C(arm, {coding}) * day + baseline", DATA, subject="patient",
              random="1 + day")  # fmt: skip
    expected_means = FIT.marginal_means("arm").tidy()
    pd.testing.assert_frame_equal(fit.marginal_means("arm").tidy(), expected_means, rtol=1e-6)


@pytest.mark.unit
def test_numeric_column_inside_c_is_a_factor_with_its_levels():
    data = DATA.assign(week=np.arange(len(DATA)) % 3 + 1)
    fit = lmm("change ~ C(week) + arm", data, subject="patient")
    means = fit.marginal_means("week")
    assert means.tidy()["week"].tolist() == [1, 2, 3]
    assert means.contrasts("2").tidy()["contrast"].tolist() == ["1 - 2", "3 - 2"]


@pytest.mark.unit
def test_two_columns_are_compared_together():
    means = VISITS.marginal_means(["arm", "sex"])
    assert len(means.tidy()) == 6
    assert means.tidy()["term"].unique().tolist() == ["arm:sex"]
    contrasts = means.contrasts("iv F").tidy()["contrast"].tolist()
    assert contrasts[0] == "im F - iv F"
    assert len(contrasts) == 5


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"specs": "clinic"}, "distinct predictors of the model: arm, day, baseline"),
        ({"specs": "arm", "by": "arm"}, "distinct predictors"),
        ({"specs": []}, "distinct predictors"),
        ({"specs": "arm", "at": {"week": [1]}}, "distinct predictors"),
        ({"specs": "arm", "by": "day"}, r"day is numeric; say where, such as at=\{'day': \[0, 28"),
        ({"specs": "arm", "at": {"day": [0, 28]}}, "several values of day"),
        ({"specs": "day", "at": {"day": [0], "arm": [1]}}, "arm has levels"),
    ],
)
def test_names_that_cannot_be_asked_are_refused(arguments, match):
    with pytest.raises(ColumnError, match=match):
        FIT.marginal_means(**arguments)


@pytest.mark.unit
@pytest.mark.parametrize("name", ["df", "contrast", "term"])
def test_columns_called_as_those_of_the_result_are_refused(name):
    data = DATA.rename(columns={"arm": name})
    fit = lmm(f"change ~ {name} * day + baseline", data, subject="patient")
    with pytest.raises(ColumnError, match=f"a column {name} of their own; rename it before"):
        fit.marginal_means("day", by=name, at={"day": [0, 28]})


@pytest.mark.unit
def test_unknown_weights_are_refused():
    with pytest.raises(ModelError, match="allowed are equal, proportional"):
        FIT.marginal_means("arm", weights="cells")


@pytest.mark.unit
def test_unknown_reference_level_is_refused_and_levels_are_listed():
    with pytest.raises(ModelError, match="the levels are im, iv"):
        FIT.marginal_means("arm").contrasts("nasal")


@pytest.mark.unit
def test_one_mean_has_no_contrast():
    with pytest.raises(ModelError, match="at least two levels"):
        FIT.marginal_means("day", at={"day": [7]}).contrasts()


@pytest.mark.unit
def test_results_show_themselves():
    means = FIT.marginal_means("arm")
    assert repr(means).startswith("Marginal means\nterm  arm  estimate")
    assert repr(means.contrasts()).startswith("Contrasts of marginal means\ncontrast  estimate")
    assert repr(means.contrasts("im")) == means.contrasts("im").summary()
    assert means._repr_html_().startswith('<table class="ko"><caption>Marginal means</caption>')
    assert "<caption>Contrasts" in means.contrasts()._repr_html_()
    assert means.tidy() is not means.tidy()


@pytest.mark.unit
def test_one_number_will_do_for_at():
    one, several = (FIT.marginal_means("arm", at={"day": day}).tidy() for day in (14, [14]))
    pd.testing.assert_frame_equal(one, several)


@pytest.mark.unit
@pytest.mark.parametrize("given", [["iv"], np.nan, [], None])
def test_at_takes_finite_numbers(given):
    with pytest.raises(ColumnError, match="at= needs finite numbers for 'day'"):
        FIT.marginal_means("arm", at={"day": given})


@pytest.mark.unit
def test_at_is_not_for_levels():
    with pytest.raises(ColumnError, match="arm has levels"):
        FIT.marginal_means("day", at={"day": 1, "arm": ["iv"]})
