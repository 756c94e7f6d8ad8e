"""Bounds from rows per cell are never above the patients that rows tell, and reach them."""

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import fit_moments, fit_random_moments, lmm, mmrm, moments

pytestmark = pytest.mark.identity

VISITS = ["v1", "v2", "v3", "v4"]
DAYS = dict(zip(VISITS, (7.0, 14.0, 28.0, 56.0), strict=True))
FORMULAS = [
    "score ~ arm * visit",
    "score ~ arm * visit + clinic + old",
    "score ~ 0 + arm:visit",
    "score ~ C(arm, contr.sum) * visit + stage",
    "score ~ arm:clinic + visit",
]


def network(seed: int, seen: float = 0.7) -> pd.DataFrame:
    """Make patients of few or many visits, in groups of very different sizes."""
    random = np.random.default_rng(seed)
    n = 160
    patients = pd.DataFrame(
        {
            "patient": np.arange(n),
            "arm": random.choice(["im", "iv", "oral"], n, p=[0.4, 0.5, 0.1]),
            "clinic": random.choice(["a", "b"], n),
            "old": random.choice([0.0, 1.0], n),
        }
    )
    rows = patients.merge(pd.DataFrame({"visit": VISITS}), how="cross")
    rows = rows[random.random(len(rows)) < seen]
    return rows.assign(
        day=rows["visit"].map(DAYS),
        stage=random.choice(["early", "late"], len(rows), p=[0.9, 0.1]),
        score=random.normal(size=len(rows)),
    )


def both(formula: str, rows: pd.DataFrame, covariance: str = "compound symmetry"):
    """Fit rows, and sums of them."""
    roles = {"subject": "patient", "visit": "visit"}
    varying = ["stage"] if "stage" in formula else []
    sums = moments(formula, rows, varying=varying, **roles)
    named = {"covariance": covariance}
    return mmrm(formula, rows, **named, **roles), fit_moments(sums, **named)


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("seed", [1, 2])
def test_no_bound_is_above_the_patients_of_the_rows(formula, seed):
    of_rows, of_sums = (fit.support() for fit in both(formula, network(seed)))
    assert of_sums["term"].tolist() == of_rows["term"].tolist()
    known = ~of_sums["term"].isin(["old"])
    assert of_sums["n"].notna().equals(known)
    assert (of_sums["n"] <= of_rows["n"])[known].all()
    assert (of_sums["n"][known] >= of_rows["n"][known] / len(VISITS)).all()
    assert of_sums["residual_df"].equals(of_rows["residual_df"])


@pytest.mark.parametrize("formula", FORMULAS[:3])
def test_bounds_are_reached_where_all_come_to_a_visit(formula):
    rows = network(3, seen=1.1)
    rows = rows[(rows["visit"] != "v4") | (rows["patient"] % 3 > 0)]
    of_rows, of_sums = (fit.support() for fit in both(formula, rows))
    known = of_sums["n"].notna()
    assert of_sums["n"][known].tolist() == of_rows["n"][known].tolist()


def test_means_and_contrasts_rest_on_bounds_too():
    rows = network(4)
    of_rows, of_sums = both("score ~ arm * visit + clinic", rows)
    for named in ({"specs": "arm", "by": "visit"}, {"specs": "arm"}, {"specs": "visit"}):
        wanted = of_rows.marginal_means(**named)
        found = of_sums.marginal_means(**named)
        if "visit" in named.values():  # at one visit rows are patients
            assert found.support().equals(wanted.support())
        assert (found.support()["n"] <= wanted.support()["n"]).all()
        fewer = found.contrasts("pairwise").support()["n"]
        assert (fewer <= wanted.contrasts("pairwise").support()["n"]).all()
        assert fewer.gt(5).all()
    assert of_sums.marginal_means("clinic", by="arm").support()["n"].notna().all()


def test_without_visits_rows_are_divided_by_the_most_that_a_patient_has():
    rows = network(5)
    named = {"random": "1", "df": "satterthwaite"}
    of_rows = lmm("score ~ arm * day", rows, subject="patient", **named).support()
    sums = moments(
        "score ~ arm * day", rows, subject="patient", visit="visit", coordinates="day", days=DAYS
    )
    of_sums = fit_random_moments(sums, **named).support().set_index("term")["n"]
    wanted = {arm: -(-(rows["arm"] == arm).sum() // 4) for arm in ("im", "iv", "oral")}
    assert of_sums["arm[T.oral]"] == min(wanted["im"], wanted["oral"])
    assert of_sums["Intercept"] == wanted["im"]
    assert of_sums[["day", "arm[T.iv]:day"]].isna().all()
    known = of_sums.notna()
    assert (of_sums <= of_rows.set_index("term")["n"])[known].all()


def test_patients_of_different_visits_are_not_counted_twice():
    rows = pd.DataFrame(
        {
            "patient": np.arange(24),
            "visit": ["v1", "v2"] * 12,
            "arm": ["im"] * 12 + ["iv"] * 12,
            "score": np.random.default_rng(6).normal(size=24),
        }
    )
    of_rows, of_sums = (fit.support() for fit in both("score ~ arm + visit", rows, "independent"))
    assert of_rows["n"].tolist() == [12, 12, 12]
    assert of_sums["n"].tolist() == [6, 6, 12]
