"""Every kind of analysis in one agreement: pooled, it is the analysis of the pooled rows."""

import re

import numpy as np
import pandas as pd
import pytest

from analysis import survival
from analysis.disclosure import INTERNAL
from analysis.distributed import write_pooled
from analysis.mixed import lmm, mmrm
from analysis.outcomes import time_to_loss_of_response, visit_outcomes
from tests.distributed.bundles.network import (
    ANALYSES,
    SITES,
    agreement,
    derived_once,
    through_files,
)

pytestmark = pytest.mark.identity

DAYS = [28, 56, 84]
VISITS = {"week 1": 7.0, "week 2": 14.0, "week 4": 28.0}
REGIMENS = ["ketamine IM", "ketamine IV"]


@pytest.fixture(scope="module")
def _derived():
    with derived_once():
        yield


@pytest.fixture(scope="module", params=["trusted", "masked"])
def network(request, study, tmp_path_factory, _derived):
    """Return eight clinics after all rounds."""
    folder = tmp_path_factory.mktemp(request.param)
    return through_files(study, agreement(folder, request.param), folder)


@pytest.fixture(scope="module")
def visits(study):
    """Derive the scores of all patients at once; those after a gap are not among them."""
    found = visit_outcomes(study, "PHQ-9")
    found = found[found["regimen"].isin(REGIMENS)].astype({"visit": str, "subject_id": str})
    wide = found[found["visit"].isin(list(VISITS))].pivot(
        index="subject_id", columns="visit", values="change"
    )[list(VISITS)]
    whole = wide.where(wide.notna().cummin(axis=1))
    scores = whole.melt(ignore_index=False, var_name="visit").dropna()
    kept = scores.set_index("visit", append=True).index
    rows = found.set_index(["subject_id", "visit"]).loc[kept].reset_index()
    return rows.assign(
        visit=pd.Categorical(rows["visit"], list(VISITS)),
        regimen=pd.Categorical(rows["regimen"].astype(str), REGIMENS),
        nominal_day=rows["visit"].map(VISITS).astype(float),
    )[["subject_id", "site_id", "visit", "nominal_day", "regimen", "change", "baseline"]]


@pytest.fixture(scope="module")
def ends(study):
    """Derive the times of all patients at once."""
    found = time_to_loss_of_response(study, "PHQ-9", visit="week 4").frame
    rows = found[found["regimen"].isin(REGIMENS)]
    return rows.assign(
        time=rows["time"].astype(float),
        event=(rows["event"].astype(bool) & (rows["time"] <= 365)).astype(int),
        regimen=pd.Categorical(rows["regimen"].astype(str), REGIMENS),
    )


def same(one, other, rtol=1e-9):
    pd.testing.assert_frame_equal(one.tidy(), other.tidy(), rtol=rtol, atol=1e-11)


def test_mixed_models(network, visits):
    assert 200 < visits["subject_id"].nunique() < len(visits)
    course = mmrm("change ~ regimen * visit + baseline", visits, subject="subject_id",
                  visit="visit")  # fmt: skip
    same(network.pooled["course"], course)
    slope = lmm("change ~ regimen * nominal_day + baseline", visits, subject="subject_id",
                random="1 + nominal_day", df="kenward-roger")  # fmt: skip
    same(network.pooled["slope"], slope)


def test_curves_and_tests_to_the_last_bit(network, ends):
    curve = survival.kaplan_meier(ends, time="time", event="event", by="regimen")
    found = network.pooled.table("still in response")
    wanted = curve.at(DAYS).astype({"regimen": object})
    pd.testing.assert_frame_equal(found, wanted, check_exact=True)
    assert (found["n_risk"] > 0).any()
    test = survival.logrank(ends, "time", "event", "regimen")
    pd.testing.assert_frame_equal(network.pooled["regimens"].tidy(), test.tidy(), check_exact=True)


def test_cumulative_incidence_to_the_last_bit(network, study):
    analysis = network.specification.analyses[4]
    rows = analysis.rows(study).frame
    assert set(rows["event"]) == {"censored", "event", "dropout"}
    curve = survival.cumulative_incidence(rows, time="time", event="event", censored="censored")
    found = network.pooled.table("remission or dropout")
    pd.testing.assert_frame_equal(found, curve.at(DAYS), check_exact=True)


def test_cox_is_that_with_a_stratum_per_site(network, ends):
    both = ends[ends["sex"].isin(["female", "male"])]
    fit = survival.cox(
        "regimen + sex", both.assign(sex=both["sex"].astype(str)), time="time", event="event",
        strata="site_id",
    )  # fmt: skip
    assert len(network.rounds) > 2
    found, wanted = network.pooled["hazard"].tidy(), fit.tidy()
    assert found["term"].tolist() == wanted["term"].tolist()
    for column in ("estimate", "std_error", "p_value", "conf_low"):
        np.testing.assert_allclose(found[column], wanted[column], rtol=1e-9)


def test_counts_of_adverse_events_are_those_of_the_tables(network, study):
    found = network.pooled.table("adverse events")
    events = study.table("adverse_events")
    sessions = study.table("sessions")
    assessed = sessions[sessions["ae_assessed"].fillna(value=False).astype(bool)]
    n_events = len(events.merge(assessed[["subject_id", "session_no"]]))
    if network.pooled.mode == "trusted":
        found = found[found["measure"] == "events"]
    assert 300 < n_events == found["events"].sum()


def test_counts_of_responses_add_up(network, study):
    found = network.pooled.table("response")
    n = study.table("subjects").shape[0]
    if network.pooled.mode == "trusted":
        own = found[found["measure"] == "response"]
        assert own["site_id"].astype(str).tolist() == list(SITES)
        assert own["started"].sum() == n
        assert own["estimate_missing_as_no"].between(0.05, 0.6).all()
    else:
        assert found["patients"].tolist() == [n]
        assert (found["response"] > found["remission"]).all()


def test_files_of_results_are_written(network, tmp_path):
    files = write_pooled(network.pooled, tmp_path / "local" / "out", policy=INTERNAL)
    assert {f"{name}.csv" for name in ("course", "slope", "hazard")} <= {
        name.replace(" ", "-") for name in files
    }
    assert len(files) > len(ANALYSES)
    page = files["pooled.md"].read_text(encoding="utf-8")
    assert network.pooled.mode in page


def test_the_statement_says_what_the_attack_found(network):
    """Exact sums of rare sets of visits are patients; masked ones are not attacked on their own."""
    said = ["\n".join(bundle.statement) for bundle in network.pooled.bundles]
    found = [re.search(r"attack: (\d+) of \d+ patients recovered", text) for text in said]
    if network.pooled.mode == "trusted":
        assert all(found)
        assert any(int(each[1]) > 0 for each in found)
    else:
        assert not any(found)
