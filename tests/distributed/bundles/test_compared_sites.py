"""Funnels of sites are those of the pooled patients; masks hide what they are made of."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, release
from analysis.distributed import make_bundle, pool, write_pooled
from analysis.distributed.bundles.pooled_text import pooled_text, shown_tables
from analysis.errors import DataError, DisclosureError
from analysis.figures import plot
from analysis.outcomes import visit_status
from analysis.quality import case_mix, clinic_outcomes, funnel
from tests.distributed.bundles.network import SITES, agreement, keys_of

NAMES = ("response", "adverse events")
NOT_ALLOWED = "as observed, case mix not allowed for"


@pytest.fixture(scope="module")
def agreed(tmp_path_factory):
    return agreement(tmp_path_factory.mktemp("agreed"), "trusted", names=NAMES)


@pytest.fixture(scope="module")
def sent(study, agreed):
    return [make_bundle(study, agreed, site=site) for site in SITES]


@pytest.fixture(scope="module")
def pooled(sent):
    return pool(sent)


@pytest.mark.identity
@pytest.mark.parametrize("measure", ["response", "remission"])
def test_a_funnel_of_response_is_that_of_the_pooled_patients(pooled, study, measure):
    found = pooled.funnel("response", measure)
    wanted = clinic_outcomes(study, measure, by="site_id")
    pd.testing.assert_frame_equal(found.tidy(), wanted.funnel().tidy(), check_exact=True)
    pd.testing.assert_frame_equal(found.shown, wanted.funnel().shown, check_exact=True)
    drawn_in = wanted.shrinkage().tidy()
    pd.testing.assert_frame_equal(found.shrinkage().tidy(), drawn_in, check_exact=True)
    assert found.label == f"{measure} of PHQ-9 at week 4, {NOT_ALLOWED}"


@pytest.mark.identity
@pytest.mark.parametrize("measure", ["events", "serious_events"])
def test_a_funnel_of_events_knows_that_events_come_together(pooled, agreed, study, measure):
    rows = agreed.analyses[1].rows(study).frame
    chosen = {"covariates": (), "kind": "rate", "exposure": "sessions"}
    mix = case_mix(rows, outcome=measure, by="site_id", **chosen)
    table = mix.clinics().merge(
        rows.assign(affected=rows[measure] > 0)
        .groupby("site_id", as_index=False)
        .agg(denominator=("sessions", "sum"), affected=("affected", "sum"))
    )
    named = {name: name for name in ("events", "denominator", "variance", "patients", "affected")}
    wanted = funnel(table, kind="rate", by="site_id", per=100.0, **named)
    found = pooled.funnel("adverse events", measure)
    pd.testing.assert_frame_equal(found.tidy(), wanted.tidy(), rtol=1e-10, check_dtype=False)
    shown = wanted.shown.columns.drop(["statistic"], errors="ignore")
    assert found.shown[shown].isna().equals(wanted.shown[shown].isna())
    assert NOT_ALLOWED in found.label


@pytest.mark.unit
def test_the_first_measure_is_that_of_the_analysis(pooled):
    assert pooled.funnel("response").label.startswith("response of")
    assert pooled.funnel("adverse events").label.startswith("adverse events per 100 sessions")
    with pytest.raises(DataError, match="no such measure; it has response, remission"):
        pooled.funnel("response", "events")
    with pytest.raises(DataError, match="has no analysis 'course'"):
        pooled.funnel("course")


@pytest.mark.unit
def test_an_analysis_of_another_kind_has_no_funnel(bundles):
    with pytest.raises(DataError, match="'course' has no counts by site"):
        pool(bundles).funnel("course")


@pytest.mark.unit
def test_absent_sites_are_in_no_funnel(sent):
    assert pool(sent[:3]).funnel("response").tidy()["site_id"].tolist() == list(SITES[:3])


@pytest.mark.unit
def test_few_sites_are_drawn_in_and_written(pooled, tmp_path):
    files = write_pooled(pooled, tmp_path / "local" / "out", policy=INTERNAL)
    assert {name for name in files if name.startswith("response")} == {
        "response.csv", "response-shrunken-response.csv", "response-shrunken-remission.csv"
    }  # fmt: skip
    table = pd.read_csv(files["response-shrunken-response.csv"])
    wanted = pooled.funnel("response").shrinkage().tidy()
    np.testing.assert_allclose(table["estimate"], wanted["estimate"], rtol=1e-12)
    assert set(table["case_mix"]) == {"not allowed for"}
    assert not {"warning_low", "alarm_high"} & set(table)
    page = files["pooled.md"].read_text(encoding="utf-8")
    assert "### Sites, drawn in towards all together: remission" in page
    assert "Case mix is not allowed for" in page
    assert "With 8 clinics, fewer than 10" in page
    assert "adverse-events-shrunken-events.csv" in {name.replace(" ", "-") for name in files}


@pytest.mark.unit
def test_ten_sites_have_limits(study, tmp_path):
    """Sites of the synthetic network are divided, so that there are enough of them."""
    status = visit_status(study, "PHQ-9", visit="week 4")
    halves = [f"{site}{half}" for site in SITES for half in "12"]
    homes = dict(
        zip(
            status["subject_id"].astype(str),
            [f"{site}{1 + place % 2}" for place, site in enumerate(status["site_id"])],
            strict=True,
        )
    )
    subjects = study.table("subjects")
    moved = subjects.assign(site_id=subjects["site_id"].astype(str) + "1")
    moved["site_id"] = subjects["subject_id"].astype(str).map(homes).fillna(moved["site_id"])
    divided = type(study)(**{**vars(study), "tables": {**study.tables, "subjects": moved}})
    agreed = agreement(tmp_path, "trusted", names=("response",), sites=tuple(halves))
    pooled = pool([make_bundle(divided, agreed, site=site) for site in halves])
    tables = shown_tables(pooled, INTERNAL, whole=True)["response"]
    found = tables["funnel-response"].drop(columns="case_mix")
    rows = status.assign(site_id=status["subject_id"].astype(str).map(homes))
    counts = rows.groupby("site_id", as_index=False)[["observed", "response"]].sum()
    named = {"by": "site_id", "events": "response", "denominator": "observed"}
    wanted = funnel(counts, kind="proportion", **named).tidy()
    pd.testing.assert_frame_equal(found, wanted, check_exact=True, check_dtype=False)
    assert "Sites beside the limits of chance: response" in pooled_text(
        pooled, shown_tables(pooled, INTERNAL, whole=True), INTERNAL
    )


@pytest.mark.unit
def test_a_release_shows_no_counts_by_site_and_the_funnel_has_the_door(pooled, tmp_path):
    files = write_pooled(pooled, tmp_path / "out")
    assert sorted(files) == ["adverse events.csv", "pooled.md", "response.csv"]
    assert "Counts by site are for the inside" in files["response.csv"].read_text("utf-8-sig")
    shown = release(pooled.funnel("response")).frame
    assert shown["site_id"].tolist() == list(SITES)


@pytest.mark.unit
def test_the_sites_are_drawn(pooled):
    axes, drawn = plot(pooled.funnel("response"))
    assert set(SITES) >= set(drawn["site_id"]) != set()
    plt.close(axes.figure)


@pytest.mark.unit
def test_masks_hide_what_a_funnel_is_made_of(study, tmp_path):
    sites = SITES[:3]
    masked = agreement(tmp_path, "masked", names=NAMES, sites=sites)
    roster, keys = keys_of(tmp_path, sites)
    sent = [make_bundle(study, masked, site=site, roster=roster, key=keys[site]) for site in sites]
    pooled = pool(sent, roster=roster)
    with pytest.raises(DisclosureError, match="'response': masks hide the counts of every site"):
        pooled.funnel("response")
    assert pooled.funnel_measures("response") == ()
    assert list(shown_tables(pooled, INTERNAL, whole=True)["response"]) == [""]
