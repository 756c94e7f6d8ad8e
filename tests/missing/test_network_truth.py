"""What notebook 06 says of the synthetic network: who is missing, what holds, and what was true.

The truth is that of truth.json (200,000 simulated patients whom nobody loses; baseline of at least
10, as treated, week 8), typed in: -6.266 for all, -6.599 for ketamine IV, -5.143 for ketamine IM.
"""

import pytest

from analysis import due_visits, example_folder, impute_and_pool, mmrm, read_study, tipping_point

VISITS = ["week 1", "week 2", "week 4", "week 8"]
REGIMENS = ["ketamine IV", "ketamine IM"]
FORMULA = "change ~ baseline * visit + regimen * visit"
COLUMNS = {"subject": "subject_id", "visit": "visit"}
TRUE_CHANGE = -6.266
TRUE_DIFFERENCE = 1.456

pytestmark = pytest.mark.truth


@pytest.fixture(scope="module")
def rows():
    planned = due_visits(read_study(example_folder("clinic-network")), "PHQ-9")
    is_due = planned["visit"].eq("week 8") & planned["due"] & planned["at_threshold"]
    of_due = planned["subject_id"].isin(planned.loc[is_due, "subject_id"])
    kept = planned[of_due & planned["visit"].isin(VISITS)]
    return kept.assign(change=kept["total"] - kept["baseline"])


@pytest.fixture(scope="module")
def everybody(rows):
    return impute_and_pool(
        FORMULA, rows, covariates=["baseline", "regimen"], visits=VISITS, **COLUMNS
    )


@pytest.fixture(scope="module")
def both(rows):
    return rows[rows["regimen"].isin(REGIMENS)]


@pytest.fixture(scope="module")
def compared(both):
    arms = {"arm": "regimen", "reference": "ketamine IV", "covariates": ["baseline"]}
    return impute_and_pool(FORMULA, both, visits=VISITS, **arms, **COLUMNS)


def holds(row, value):
    return row["conf_low"] < value < row["conf_high"]


def test_more_than_a_third_have_no_score_at_the_last_visit(rows):
    last = rows[rows["visit"].eq("week 8")]
    assert (len(last), int(last["scored"].sum())) == (453, 292)


def test_imputation_is_nearer_to_the_truth_than_the_scores_that_were_seen(rows, everybody):
    seen = rows.loc[rows["visit"].eq("week 8"), "change"]
    found = everybody.tidy().iloc[0]
    assert seen.mean() < found["estimate"] < TRUE_CHANGE
    assert holds(found, TRUE_CHANGE)
    assert seen.mean() + 1.96 * seen.sem() < TRUE_CHANGE


def test_the_difference_is_that_of_the_mixed_model_and_its_interval_holds_the_truth(both, compared):
    found = compared.tidy().iloc[0]
    fit = mmrm(FORMULA, both, **COLUMNS)
    differences = fit.marginal_means("regimen", by="visit").contrasts("ketamine IV").tidy()
    of_model = differences.loc[differences["visit"].eq("week 8"), "estimate"].item()
    assert found["estimate"] == pytest.approx(of_model, abs=1e-6)
    assert holds(found, TRUE_DIFFERENCE)


def test_the_difference_turns_within_plausible_deltas_of_the_reference_only(compared):
    deltas = {regimen: [0, 4] for regimen in REGIMENS}
    tips = tipping_point(compared, plausible=(0, 4), deltas=deltas).tips()
    assert tips["is_plausible"].tolist() == [True, False]
    assert tips["above"].round(2).tolist()[0] == 1.69


def test_that_scores_fell_stands_under_plausible_deltas_and_the_margin_does_not(everybody):
    at_most = tipping_point(everybody, deltas=[4]).tidy().iloc[0]
    assert at_most["conf_high"] < 0.0
    assert tipping_point(everybody, plausible=(0, 4), null=-5).tips()["is_plausible"].item()
