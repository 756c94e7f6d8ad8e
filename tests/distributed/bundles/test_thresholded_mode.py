"""Thresholded bundles: the fit of identically coarsened rows, and what one site cannot publish."""

import dataclasses

import pandas as pd
import pytest

from analysis.distributed import make_bundle, pool, write_bundle
from analysis.distributed.bundles.coarsening import coarsened
from analysis.errors import DisclosureError
from analysis.mixed import mmrm
from analysis.outcomes import select_patients
from tests.distributed.bundles.network import agreement, derived_once

SITES = ("clinic-a", "clinic-b", "clinic-e")
SMALL = ("change ~ regimen * visit + baseline", "change ~ visit")


@pytest.fixture(scope="module", autouse=True)
def _derived():
    with derived_once():
        yield


@pytest.fixture(scope="module")
def agreed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agreed")
    return agreement(folder, "thresholded", names=("course",), sites=SITES, change=SMALL)


@pytest.fixture(scope="module")
def made(study, agreed, tmp_path_factory):
    records = tmp_path_factory.mktemp("records") / "local"
    return [
        make_bundle(study, agreed, site=site, record=records / f"{site}.sent.json")
        for site in SITES
    ]


@pytest.mark.identity
def test_the_pooled_fit_is_that_of_coarsened_rows(study, agreed, made, tmp_path):
    (analysis,) = agreed.analyses
    rows = [analysis.rows(select_patients(study, site=site)) for site in SITES]
    kept = pd.concat([coarsened(analysis, each, 11).frame for each in rows])
    assert 0 < len(kept) < sum(len(each.frame) for each in rows)
    visits = [v for v in ("week 1", "week 2", "week 4") if v in set(kept["visit"])]
    wanted = mmrm(
        "change ~ visit", kept.assign(visit=pd.Categorical(kept["visit"].astype(str), visits)),
        subject="subject_id", visit="visit",
    )  # fmt: skip
    found = pool([write_bundle(bundle, tmp_path)[0] for bundle in made])
    assert found.mode == "thresholded"
    pd.testing.assert_frame_equal(found["course"].tidy(), wanted.tidy(), rtol=1e-9, atol=1e-11)


@pytest.mark.unit
def test_no_set_of_visits_in_a_file_is_of_few(made):
    for bundle in made:
        for name, values in bundle.parts[0].sums.arrays.items():
            if name.endswith("counts") and values.size:
                assert (values >= 11).all(), name


@pytest.mark.unit
def test_the_statement_says_rule_and_attack(made):
    for bundle in made:
        said = "\n".join(bundle.statement)
        assert "thresholded mode" in said
        assert "11" in said
        assert "attack: 0 of" in said
        assert "no group of fewer than 11 told" in said
        assert "coarsened, so that nobody is alone" in bundle.account["reason"].tolist()


@pytest.mark.unit
def test_a_cox_regression_is_refused_by_name(study, tmp_path):
    wrong = agreement(tmp_path, "thresholded", names=("hazard",), sites=SITES)
    with pytest.raises(DisclosureError, match="Rounds of a Cox model are not published by one"):
        make_bundle(study, wrong, site="clinic-a", record=tmp_path / "local" / "a.sent.json")
    assert not (tmp_path / "local").exists()


@pytest.mark.unit
def test_a_site_of_which_nothing_is_left_sends_nothing(study, agreed, tmp_path):
    strict = dataclasses.replace(agreed, threshold=400)
    with pytest.raises(DisclosureError) as refusal:
        make_bundle(study, strict, site="clinic-b", record=tmp_path / "local" / "b.sent.json")
    assert "400" in str(refusal.value)
