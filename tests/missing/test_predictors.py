"""What foretells dropout: the truth of a simulated cohort, and what is said of the models."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.disclosure import Policy, release
from analysis.errors import ColumnError, DataError
from analysis.missing import dropout_predictors, dropout_rows, logistic
from tests.builders import scored_study
from tests.missing.studies import PLAN, network, small_study

DAYS = (7, 14, 28)


def leaving(rng: np.random.Generator, n: int = 300, *, per_point: float = 0.25):
    """Make a study in which a bad last score makes patients leave, and the clinic does nothing."""
    scores, sites = {}, {}
    for k in range(n):
        last = float(np.clip(np.round(rng.normal(17, 4)), 10, 27))
        own = [(0, last)]
        for day in DAYS:
            if rng.random() < 1.0 / (1.0 + np.exp(-(-1.5 + per_point * (last - 15.0)))):
                break
            last = float(np.clip(np.round(last + rng.normal(-1.5, 3)), 0, 27))
            own.append((day, last))
        scores[f"s{k:03d}"] = own
        sites[f"s{k:03d}"] = {"site_id": "AB"[k % 2]}
    return scored_study(scores, subjects=sites)


@pytest.mark.truth
def test_the_odds_ratio_of_the_last_score_is_recovered():
    study = leaving(np.random.default_rng(11))
    found = dropout_predictors(study, "PHQ-9", schedule=PLAN)
    assert found.left_out == {"side_effects": "not computable: needs the table adverse_events."}
    frame = found.tidy().set_index(["model", "term"])
    together = frame.loc["together"]
    row = together.loc["last_score"]
    assert abs(row["estimate"] - 0.25) < 3.0 * row["std_error"] < 0.25
    for other in ("baseline", "site_id[T.B]"):
        assert abs(together.loc[other, "estimate"]) < 3.0 * together.loc[other, "std_error"]
    assert "last_change" not in together.index
    assert "last_change" in frame.loc["alone"].index


@pytest.mark.identity
def test_a_model_alone_is_a_logistic_regression_with_the_visit():
    rows = dropout_rows(network(), "PHQ-9")
    rows = rows.assign(visit=rows["visit"].cat.remove_unused_categories())
    direct = logistic("visit + last_score", rows, event="dropped_out", subject="subject_id")
    expected = direct.tidy().set_index("term").loc["last_score"]
    found = dropout_predictors(network(), "PHQ-9", predictors=["last_score"])
    row = found.tidy().iloc[0]
    assert row["estimate"] == pytest.approx(expected["estimate"], rel=1e-9)
    assert row["std_error"] == pytest.approx(expected["std_error"], rel=1e-9)
    ratio = found.tidy(exponentiate=True).iloc[0]
    assert ratio["estimate"] == pytest.approx(np.exp(expected["estimate"]), rel=1e-9)


@pytest.mark.unit
def test_predictors_that_cannot_be_fitted_are_named():
    # of clinic B nobody leaves; nothing but the clinic differs in the baseline
    scores = {f"a{k}": [(0, 20), (7, 15 - k % 5)] for k in range(12)}
    scores |= {f"b{k}": [(0, 20), (7, 9 + k % 5), (14, 8), (28, 8)] for k in range(12)}
    sites = {name: {"site_id": name[0].upper()} for name in scores}
    study = scored_study(scores, subjects=sites)
    found = dropout_predictors(
        study, "PHQ-9", schedule=PLAN, predictors=["last_score", "baseline", "site_id"]
    )
    assert found.left_out == {
        "baseline": "it does not vary.",
        "site_id": "in one of its levels nobody, or everybody, drops out.",
    }
    assert found.tidy()["term"].tolist() == ["last_score", "last_score"]
    assert "Left out: baseline: it does not vary." in repr(found)


@pytest.mark.unit
def test_what_rests_on_few_leaves_without_numbers():
    found = dropout_predictors(network(), "PHQ-9", predictors=["last_score", "site_id"])
    frame = release(found, Policy(minimum_count=25)).frame
    support = found.support()
    few = support["n_event"].lt(25) | support["n"].lt(25)
    assert few.any()
    assert not few.all()
    assert frame.loc[few, "estimate"].isna().all()
    assert frame.loc[~few, "estimate"].notna().all()


@pytest.mark.unit
def test_what_cannot_be_asked_is_refused():
    with pytest.raises(ColumnError, match="'nothing'"):
        dropout_predictors(network(), "PHQ-9", predictors=["nothing"])
    stays = scored_study({name: [(0, 20), (7, 15), (28, 10)] for name in "abc"})
    with pytest.raises(DataError, match="Nobody has dropped out"):
        dropout_predictors(stays, "PHQ-9", schedule=PLAN)
    with pytest.raises(DataError, match="No predictor varies"):
        dropout_predictors(small_study(), "PHQ-9", schedule=PLAN, predictors=["baseline"])
