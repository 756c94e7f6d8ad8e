"""Curves, tests and counts that one site publishes on its own: coarse, and of no few patients."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis import survival
from analysis.disclosure import INTERNAL
from analysis.distributed import make_bundle, pool, write_bundle
from analysis.distributed.bundles.coarsening import coarsened
from analysis.distributed.bundles.rows import Rows
from analysis.distributed.bundles.specification import specification_of
from analysis.distributed.tasks.counts import counts_of
from analysis.distributed.tasks.event_curves import event_rows
from analysis.errors import AnalysisError, DataError, DisclosureError
from analysis.outcomes import time_to_response, visit_status
from tests.distributed.bundles.network import derived_once, keys_of, two_sites

SITES = ("north", "south")
REGIMENS = ["ketamine IM", "ketamine IV"]
BY = {"by": "regimen", "levels": {"regimen": REGIMENS}}
RESPONSE = {"endpoint": "response", "instrument": "PHQ-9"}
REMISSION = {"endpoint": "remission", "instrument": "PHQ-9"}
CURVE = {"model": "kaplan-meier", **REMISSION, **BY, "bins": [28, 84]}
INCIDENCE = {"model": "cumulative-incidence", **REMISSION, "bins": [7, 14, 28, 42, 56, 84]}
RATE = {"model": "response", "instrument": "PHQ-9", "visit": "week 4"}
HARMS = {"model": "adverse-events"}
NONE_LEFT_OUT = pd.DataFrame({"reason": [], "n_rows": []})


@pytest.fixture(scope="module", autouse=True)
def _derived():
    with derived_once():
        yield


@pytest.fixture(scope="module")
def large(study):
    return two_sites(study)


def agreed(table, mode="thresholded", threshold=11, sites=SITES):
    network = {"sites": list(sites), "mode": mode, "threshold": threshold, "agreement": "agreed"}
    return specification_of({"network": network, "analyses": {"asked": table}}, "analysis.toml")


def bundle_of(study, specification, site, folder):
    return make_bundle(study, specification, site=site, record=folder / f"local/{site}.sent.json")


def pooled_of(study, specification, folder):
    made = [bundle_of(study, specification, site, folder) for site in specification.sites]
    return pool([write_bundle(each, folder / "out")[0] for each in made])


def pooled_rows(study, table):
    """Derive the times of all patients at once, and move them by the rule as it is written."""
    rows = (
        agreed({**table, "bins": [84]}, "trusted")
        .analyses[0]
        .source.rows(study, ["subject_id", "site_id", "time", "event", "regimen"])
    )
    frame, none = rows.frame, 0 if "cumulative" not in table["model"] else "censored"
    if table["model"] == "gray-test":
        none = "censored"
    ends = [next((end for end in table["bins"] if day <= end), None) for day in frame["time"]]
    beyond = pd.Series([end is None for end in ends], index=frame.index)
    days = [table["bins"][-1] if end is None else end for end in ends]
    return frame.assign(
        time=np.array(days, dtype=float), event=frame["event"].mask(beyond, none),
        regimen=pd.Categorical(frame["regimen"], REGIMENS),
    )  # fmt: skip


# --- Curves and tests ----------------------------------------------------------------------------


@pytest.mark.identity
@pytest.mark.parametrize("mode", ["thresholded", "trusted"])
@pytest.mark.parametrize(
    ("table", "call"),
    [
        (CURVE, lambda rows: survival.kaplan_meier(rows, "time", "event", by="regimen")),
        (
            {**CURVE, "model": "logrank"},
            lambda rows: survival.logrank(rows, "time", "event", "regimen"),
        ),
        (
            {**CURVE, "model": "logrank", "strata": "site"},
            lambda rows: survival.logrank(rows, "time", "event", "regimen", strata="site_id"),
        ),
        (
            INCIDENCE,
            lambda rows: survival.cumulative_incidence(rows, "time", "event", censored="censored"),
        ),
        (
            {"model": "gray-test", **REMISSION, **BY, "bins": [28, 84]},
            lambda rows: survival.gray_test(rows, "time", "event", "regimen", censored="censored"),
        ),
    ],
    ids=["kaplan-meier", "logrank", "stratified logrank", "cumulative incidence", "gray"],
)
def test_the_pooled_result_is_that_of_the_pooled_coarse_patients(
    large, tmp_path, table, call, mode
):
    found = pooled_of(large, agreed(table, mode, threshold=2), tmp_path)
    wanted, days = call(pooled_rows(large, table)), table["bins"]
    assert found.mode == mode
    if hasattr(wanted, "at"):
        own, other = found["asked"].at(days), wanted.at(days)
        assert own["estimate"].nunique() > 2
        pd.testing.assert_frame_equal(
            own.astype({"regimen": object}) if "regimen" in own else own,
            other.astype({"regimen": object}) if "regimen" in other else other,
            check_exact=True,
        )
    else:
        pd.testing.assert_frame_equal(found["asked"].tidy(), wanted.tidy(), check_exact=True)


@pytest.mark.identity
def test_masked_counts_by_bin_are_those_of_the_trusted_mode(study, tmp_path):
    sites = ("clinic-a", "clinic-b", "clinic-h")
    table = {**INCIDENCE, "bins": [14, 28, 84]}
    roster, keys = keys_of(tmp_path, sites)
    masked = agreed(table, "masked", sites=sites)
    assert masked.analyses[0].layout.shapes == {"counts": (1, 3, 3)}
    sent = [make_bundle(study, masked, site=site, roster=roster, key=keys[site]) for site in sites]
    plain = pooled_of(study, agreed(table, "trusted", sites=sites), tmp_path)
    pd.testing.assert_frame_equal(
        pool(sent, roster=roster).table("asked"), plain.table("asked"), check_exact=True
    )


@pytest.mark.unit
def test_a_curve_is_read_at_the_ends_of_its_bins(large, tmp_path):
    found = pooled_of(large, agreed({**RESPONSE, "model": "kaplan-meier", "bins": [84]}), tmp_path)
    table = found.table("asked")
    assert table["time"].tolist() == [84.0]
    text = found.specification.text["analyses"]["asked"]
    assert (text["until"], text["days"]) == (84.0, [84.0])


@pytest.mark.unit
def test_small_bins_are_refused_and_coarser_ones_proposed(study, tmp_path):
    table = {"model": "kaplan-meier", **RESPONSE, "bins": [7, 14, 28, 84]}
    with pytest.raises(DisclosureError, match=r"^'asked': 2 of 8 counts.*14, 84 would do") as told:
        bundle_of(study, agreed(table, sites=("clinic-a", "clinic-b")), "clinic-b", tmp_path)
    assert "1 to 10 patients" in str(told.value)
    assert not (tmp_path / "local" / "clinic-b.sent.json").exists()
    coarse = agreed({**table, "bins": [14, 84]}, sites=("clinic-a", "clinic-b"))
    sums = bundle_of(study, coarse, "clinic-b", tmp_path).parts[0].sums
    counts = event_rows(sums).groupby(["time", "event"]).size()
    assert counts.min() >= 11


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"bins": [14, 7, 84]}, r"bins must be whole numbers of days that rise.*\[7, 14, 28, 56\]"),
        ({"bins": [7, 7]}, "bins must be whole numbers of days that rise"),
        ({"bins": [0, 7]}, "bins must be whole numbers"),
        ({"bins": [7.5, 14]}, "bins must be whole numbers"),
        ({"bins": []}, "bins must be a list of numbers"),
        ({"bins": "7"}, "bins must be a list of numbers"),
        ({"bins": [14, 28], "until": 84}, "last of bins is day 28 and until is 84"),
        ({"bins": [14, 84], "days": [28, 84]}, "days names 28, inside a bin.*Allowed are 14, 84"),
        ({"until": 56}, r"'asked' has no bins.*bins = \[14, 28, 56\]"),
        ({"until": 14}, r"bins = \[14\]"),
        ({"bins": [84], "weights": "w"}, "nothing reads 'weights'"),
        ({"bins": [84], "entry": "e"}, "nothing reads 'entry'"),
        ({"bins": [84], "model": "cox", "formula": "sex"}, "nothing reads 'bins'"),
    ],
)
def test_slips_in_bins_are_told_before_a_site_works(change, why):
    table = {"model": "kaplan-meier", **RESPONSE, **change}
    with pytest.raises(DataError, match=why):
        agreed(table)


@pytest.mark.unit
def test_other_bins_at_one_site_are_named(large, tmp_path):
    one, other = (
        agreed({"model": "kaplan-meier", **RESPONSE, "bins": bins}, threshold=2)
        for bins in ([84], [14, 84])
    )
    with pytest.raises(DataError, match=r"south: analyses.asked.*bins is .14, 84. instead of .84"):
        pool([bundle_of(large, a, s, tmp_path) for a, s in zip((one, other), SITES, strict=True)])


# --- Numbers of patients -------------------------------------------------------------------------


@pytest.mark.identity
def test_response_rates_are_those_of_the_patients_who_remain(study, tmp_path):
    sites = ("clinic-e", "clinic-h")
    only = agreed({**RATE, "outcomes": ["response"]}, sites=sites)
    found = pooled_of(study, only, tmp_path).table("asked").set_index("site_id")
    status = visit_status(study, "PHQ-9", visit="week 4").astype({"site_id": str})
    few = status["evaluable"] & ~status["observed"] & status["site_id"].eq("clinic-h")
    assert 0 < few.sum() < 11
    kept = status[~few].groupby("site_id")
    for site in sites:
        own = kept.get_group(site)
        assert found.loc[site, "started"] == len(own)
        assert found.loc[site, "observed"] == own["observed"].sum()
        assert found.loc[site, "estimate"] == own["response"].sum() / own["observed"].sum()


@pytest.mark.unit
def test_few_in_no_denominator_are_left_out_and_told_to_the_site(study, tmp_path):
    only = agreed({**RATE, "outcomes": ["response"]}, sites=("clinic-e", "clinic-h"))
    made = bundle_of(study, only, "clinic-h", tmp_path)
    account = made.account.set_index("reason")["n_rows"]
    assert account["evaluable and not observed: too few to be counted"] == 5
    assert "left out where they are fewer than 11" in "\n".join(made.statement)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("table", "site", "advice"),
    [
        (RATE, "clinic-e", r"outcomes = \['response'\]"),
        (HARMS, "clinic-b", 'count = ."events".'),
    ],
)
def test_few_with_an_outcome_are_refused_with_what_to_agree_on(
    study, tmp_path, table, site, advice
):
    with pytest.raises(DisclosureError, match=f"'asked': 1 row of 1 count fewer.*{advice}") as told:
        bundle_of(study, agreed(table, sites=("clinic-b", "clinic-e")), site, tmp_path)
    assert "masked" in str(told.value)
    assert not (tmp_path / "local" / f"{site}.sent.json").exists()


@pytest.mark.identity
def test_adverse_events_of_small_clinics_without_the_serious_ones(study, tmp_path):
    sites = ("clinic-b", "clinic-e")
    less = agreed({**HARMS, "count": ["events"]}, sites=sites)
    found = pooled_of(study, less, tmp_path).table("asked").set_index("site_id")
    assert not [name for name in found if "serious" in name]
    exact = pooled_of(study, agreed(HARMS, "trusted", sites=sites), tmp_path / "exact")
    whole = exact.table("asked").set_index(["measure", "site_id"])
    assert whole.loc["serious_events", "events"].tolist() == [2, 0]
    of_any = whole.loc["events"]
    for name in ("patients", "sessions", "events"):
        assert found[name].tolist() == of_any[name].tolist()
    shares = found["patients_with_events"] / found["patients"]
    assert shares.tolist() == of_any["patient_estimate"].tolist()
    assert (found["patients_with_events"] < found["events"]).all()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("table", "option"), [({**RATE, "outcomes": ["remision"]}, "outcomes"),
                          ({**HARMS, "count": "events"}, "count"),
                          ({**HARMS, "count": []}, "count")],
)  # fmt: skip
def test_counts_that_there_are_not_are_refused(table, option):
    with pytest.raises(DataError, match=f"{option} must be a list of some of "):
        agreed(table)


def invented(rng, kind):
    """Return one row per patient of a site whose counts are often small."""
    n = int(rng.integers(20, 160))
    frame = pd.DataFrame({"subject_id": [f"p{i}" for i in range(n)], "site_id": "north"})
    if kind == "response":
        shares = rng.beta(2, 2, 4) * 0.6 + 0.4
        flags = np.cumprod(rng.random((n, 4)) < shares, axis=1).astype(bool)
        return frame.assign(**dict(zip(("evaluable", "observed", "response", "remission"), flags.T,
                                       strict=True)))  # fmt: skip
    if kind == "adverse-events":
        events = rng.poisson(rng.gamma(1.0, 0.6), n)
        serious = rng.binomial(events, rng.choice([0.0, 0.05, 0.4]))
        counts = {"events": events, "serious_events": serious}
        return frame.assign(sessions=6, **counts,
                            **{f"patients_with_{k}": v > 0 for k, v in counts.items()})  # fmt: skip
    time = rng.choice([14.0, 28.0, 84.0], n, p=rng.dirichlet([2, 2, 4]))
    return frame.assign(
        time=time, event=rng.binomial(1, np.where(time < 84, rng.choice([0.5, 1.0]), 0.4))
    )


@pytest.mark.identity
@pytest.mark.parametrize(
    "table", [RATE, HARMS, {"model": "kaplan-meier", **RESPONSE, "bins": [14, 28, 84]}],
    ids=["response", "adverse events", "times"],
)  # fmt: skip
def test_no_number_of_patients_that_is_sent_or_follows_is_of_one_to_ten(table):
    """Over 120 invented sites, of which some are refused and some are not."""
    (analysis,) = agreed(table).analyses
    rng = np.random.default_rng(20)
    sent = 0
    for _ in range(120):
        rows = Rows(frame=invented(rng, table["model"]), account=NONE_LEFT_OUT)
        try:
            kept = coarsened(analysis, rows, 11).frame
        except DisclosureError:
            continue
        sent += 1
        sums = analysis.task.of(kept)
        if "bins" in table:
            told = event_rows(sums).groupby(["time", "event"]).size().to_numpy()
        else:
            counts = counts_of(sums)[["patients", *analysis.task.flags]].to_numpy(dtype=int)[0]
            told = np.abs(np.subtract.outer(counts, [*counts, 0]))
        assert not ((told > 0) & (told < 11)).any()
    assert 10 < sent < 110


@pytest.mark.unit
def test_the_statement_names_the_rule_and_the_attack(large, tmp_path):
    table = {"model": "kaplan-meier", **RESPONSE, "bins": [84]}
    said = "\n".join(bundle_of(large, agreed(table), "north", tmp_path).statement)
    assert "thresholded mode" in said
    assert "Days are moved to the end of their bin" in said
    assert "is 0 or of 11 patients or more" in said
    assert "attack: 0 of 294 patients recovered, no group of fewer than 11 told" in said
    harms = agreed({**HARMS, "count": ["events"]})
    said = "\n".join(bundle_of(large, harms, "south", tmp_path).statement)
    assert "at least 11 patients, or none, have any" in said
    assert "Days are moved" not in said


@pytest.mark.unit
def test_exact_counts_of_few_are_found_by_the_attack(study):
    two = agreed({**INCIDENCE, "bins": [7, 84]}, "trusted", sites=("clinic-a", "clinic-b"))
    said = "\n".join(make_bundle(study, two, site="clinic-b").statement)
    assert "Found: asked, group 1: " in said
    assert "Days are moved" in said
    harms = agreed(HARMS, "trusted", sites=("clinic-a", "clinic-b"))
    said = "\n".join(make_bundle(study, harms, site="clinic-b").statement)
    found = "Found: asked, the same numbers of events and sessions: a patient alone"
    assert found in said


@pytest.mark.identity
def test_sites_are_compared_by_patients_with_any_event(study, tmp_path):
    sites = ("clinic-a", "clinic-b", "clinic-e")
    less = agreed({**HARMS, "count": ["events"]}, sites=sites)
    found = pooled_of(study, less, tmp_path).funnel("asked", policy=INTERNAL)
    assert found.tidy()["events"].tolist() == [49, 52, 26]
    with pytest.raises(DataError, match="no such measure; it has events"):
        pooled_of(study, less, tmp_path).funnel("asked", "serious_events")
    exact = agreed(HARMS, "trusted", sites=sites)
    rows = exact.analyses[0].rows(study)
    with pytest.raises(DisclosureError, match="numbers of events and sessions are not published"):
        coarsened(exact.analyses[0], rows, 11)


@pytest.mark.unit
def test_late_entries_are_refused(large, monkeypatch):
    table = {"model": "kaplan-meier", **RESPONSE, "bins": [84]}
    (analysis,) = agreed(table).analyses
    late = time_to_response("PHQ-9")(large)
    entered = dataclasses.replace(late, frame=late.frame.assign(entry=3.0))
    monkeypatch.setattr(type(analysis.source), "_table", lambda *_: entered)
    with pytest.raises(AnalysisError, match="come under observation after day 0"):
        analysis.rows(large)
