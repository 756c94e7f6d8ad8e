"""Turning points against analyses that add each delta and fit everything again."""

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import release
from analysis.errors import ModelError
from analysis.missing import impute_and_pool, tipping_point
from tests.missing.trials import COHORT, FORMULA, ROLES, trial

_, SEEN = trial(effect=-4.0)
NUMBERS = ["estimate", "std_error", "p_value", "conf_low", "conf_high"]


def run(data=SEEN, **options):
    return impute_and_pool(FORMULA, data, **{**ROLES, "covariates": ["baseline"], **options})


RESULT = run(strategy="CIR")


@pytest.mark.identity
@pytest.mark.parametrize("inference", ["jackknife", "bootstrap"])
def test_the_grid_is_what_analyses_with_each_delta_give(inference):
    options = {"strategy": "JR", "inference": inference, "n_draws": 15, "seed": 3}
    grid = tipping_point(run(**options), deltas={"iv": [0.0, 2.5], "oral": [4.0]}).tidy()
    assert len(grid) == 2
    for row in grid.to_dict("records"):
        again = run(**options, delta={"iv": row["delta iv"], "oral": row["delta oral"]})
        theirs = again.tidy().iloc[0]
        np.testing.assert_allclose(
            [row[name] for name in NUMBERS], theirs[NUMBERS].astype(float), rtol=1e-7, atol=1e-12
        )


@pytest.mark.identity
def test_at_the_turning_point_a_limit_is_the_null_value():
    tipping = tipping_point(RESULT)
    tip = tipping.tips()["above"].iloc[0]
    assert tipping.tidy()["conclusion"].iloc[0] == "below"
    assert tipping.at([tip])["conf_high"].iloc[0] == pytest.approx(0.0, abs=1e-9)
    assert run(strategy="CIR", delta={"iv": tip}).tidy()["p_value"].iloc[0] == pytest.approx(
        0.05, abs=1e-7
    )
    around = tipping.at([0.999 * tip, 1.001 * tip])
    assert around["turned"].tolist() == [False, True]


@pytest.mark.unit
def test_a_null_value_and_a_level_of_ones_own_move_the_point():
    tips = [
        tipping_point(RESULT, null=null, conf_level=level).tips()["above"].iloc[0]
        for null, level in ((0.0, 0.95), (-1.0, 0.95), (0.0, 0.8))
    ]
    assert tips[1] < tips[0] < tips[2]
    shifted = tipping_point(RESULT, null=-1.0).at([0.0])
    assert shifted["estimate"].iloc[0] == pytest.approx(RESULT.tidy()["estimate"].iloc[0])


@pytest.mark.unit
def test_plausible_bounds_say_whether_the_point_is_within():
    tip = tipping_point(RESULT).tips()["above"].iloc[0]
    for high, inside in ((tip + 1.0, True), (tip - 0.1, False)):
        tips = tipping_point(RESULT, plausible=(0.0, high)).tips()
        assert tips["is_plausible"].tolist() == [inside]
        assert tips["plausible_high"].iloc[0] == high


@pytest.mark.unit
def test_a_cohort_moves_as_one():
    cohort = SEEN[SEEN["arm"] == "iv"]
    result = impute_and_pool("change ~ baseline * visit", cohort, **COHORT, strategy="LMCF")
    tipping = tipping_point(result, deltas=[0.0, 3.0])
    assert tipping.tidy().columns[:2].tolist() == ["term", "delta"]
    moved = impute_and_pool("change ~ baseline * visit", cohort, **COHORT, strategy="LMCF",
                            delta=3.0).tidy()  # fmt: skip
    assert tipping.tidy()["conf_high"].iloc[1] == pytest.approx(moved["conf_high"].iloc[0])


@pytest.mark.unit
def test_a_mean_can_be_asked_about_and_only_its_arm_moves_it():
    tipping = tipping_point(RESULT, term="mean of oral at v3")
    assert tipping.arms == ("oral",)
    both = run(at=["v1", "v3"], inference="bootstrap", n_draws=2)
    with pytest.raises(ModelError, match="could move it"):
        tipping_point(both, term="iv - oral at v1")


@pytest.mark.unit
def test_few_patients_hide_the_grid():
    few = run(SEEN[SEEN["patient"] < "p026"])
    assert release(tipping_point(few)).frame["estimate"].isna().all()
    assert release(tipping_point(RESULT)).frame["estimate"].notna().all()


@pytest.mark.unit
@pytest.mark.parametrize(
    "options",
    [
        {"term": "iv - im"},
        {"deltas": {"im": [1.0]}},
        {"deltas": {}},
        {"deltas": []},
        {"deltas": [np.nan]},
        {"plausible": (2.0, 1.0)},
        {"plausible": {"im": (0.0, 1.0)}},
    ],
)
def test_questions_that_cannot_be_asked_are_refused(options):
    with pytest.raises(ModelError):
        tipping_point(RESULT, **options)


REPEATED = {
    "draws": {"inference": "draws", "n_draws": 20},
    "mmrm": {"analysis": "mmrm", "covariates": (), "inference": "bootstrap", "n_draws": 5},
    "responders": {
        "analysis": "responder",
        "response": lambda rows: rows["change"] <= -6.0,
        "inference": "draws",
        "n_draws": 10,
    },
}


@pytest.mark.identity
@pytest.mark.parametrize("case", REPEATED)
def test_what_is_not_linear_is_asked_again_at_each_delta(case):
    options = {"strategy": "MAR", "seed": 4, **REPEATED[case]}
    grid = tipping_point(run(**options), deltas=[0.0, 3.0]).tidy()
    for row in grid.to_dict("records"):
        theirs = run(**options, delta={"iv": row["delta iv"]}).tidy().iloc[0]
        np.testing.assert_allclose(
            [row[name] for name in [*NUMBERS, "df"]],
            theirs[[*NUMBERS, "df"]].astype(float),
            rtol=1e-10,
        )


@pytest.mark.identity
def test_draws_turn_where_an_analysis_with_that_delta_does():
    options = {"strategy": "MAR", "inference": "draws", "n_draws": 20, "seed": 4}
    tip = tipping_point(run(**options)).tips()["above"].iloc[0]
    below, above = (run(**options, delta={"iv": tip * by}).tidy() for by in (0.999, 1.001))
    assert below["conf_high"].iloc[0] < 0.0 < above["conf_high"].iloc[0]


@pytest.mark.unit
def test_what_is_random_reports_its_monte_carlo_error():
    errors = ["estimate_error", "std_error_error"]
    grid = {"deltas": [0.0, 3.0]}
    assert tipping_point(RESULT, **grid).monte_carlo()[errors].eq(0.0).all(axis=None)
    for options in ({"inference": "draws", "n_draws": 9}, {"inference": "bootstrap", "n_draws": 9}):
        result = run(strategy="MAR", **options)
        found = tipping_point(result, **grid).monte_carlo()
        np.testing.assert_allclose(
            found[errors].iloc[0].astype(float), result.monte_carlo()[errors].iloc[0].astype(float)
        )
        assert found["std_error_error"].gt(0.0).all()


@pytest.mark.unit
def test_nothing_imputed_cannot_move():
    whole, _ = trial()
    with pytest.raises(ModelError, match="no score imputed"):
        tipping_point(run(whole))


@pytest.mark.unit
def test_results_say_in_words_what_they_are():
    assert isinstance(RESULT.tidy(), pd.DataFrame)
    assert repr(tipping_point(RESULT)).startswith("Tipping point of iv - oral at v3: CIR, jackk")
    assert "40 patients" in repr(RESULT)
    assert "CIR" in RESULT._repr_html_()
    for text in (RESULT.summary(), tipping_point(RESULT).summary()):
        assert "estimate" in text
