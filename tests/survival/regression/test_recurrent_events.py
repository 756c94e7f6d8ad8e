"""Regression of recurrent events: references, clocks and refusals."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, ModelError
from analysis.survival import cox, recurrent_events
from tests.survival.published import PUBLISHED, check_coefficients, printed
from tests.survival.reference import REFERENCE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines.datasets import load_recur

EXPECTED = json.loads((REFERENCE / "expected_cox.json").read_text(encoding="utf-8"))
EPISODES = pd.read_csv(REFERENCE / "recurrent.csv")


@pytest.mark.reference
@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("andersen_gill", {}),
        ("andersen_gill_breslow", {"ties": "breslow"}),
        ("pwp_total", {"model": "pwp-total", "pool_from": 4}),
        ("pwp_gap", {"model": "pwp-gap", "pool_from": 4}),
    ],
)
def test_numbers_are_those_of_r(key, options):
    fit = recurrent_events("maintenance", EPISODES, subject="patient", **options)
    row, expected = fit.tidy().iloc[0], EXPECTED[key]
    assert row["estimate"] == pytest.approx(expected["estimate"], rel=1e-9)
    assert row["std_error"] == pytest.approx(expected["std_error"], rel=1e-9)
    glance = fit.glance().iloc[0]
    assert glance["log_likelihood"] == pytest.approx(expected["log_likelihood"][1], rel=1e-12)
    assert (glance["vcov"], glance["n_clusters"]) == ("robust by patient", 150)


def read_bladder():
    """Rows from one recurrence to the next; those without length hold nothing."""
    data = printed("bladder").sort_values(["id", "enum"])
    data = data.assign(start=data.groupby("id")["stop"].shift(fill_value=0))
    return data.loc[data["start"] < data["stop"]]


def read_sores():
    columns = {"ID": "id", "AGE": "age", "TREAT": "treat", "TIME0": "start", "TIME1": "stop"}
    return load_recur().rename(columns=columns | {"CENSOR": "event", "EVENT": "number"})


def read_infections():
    data = printed("cgd")
    return data.assign(treated=(data["arm"] == "interferon").astype(int))


TABLES = {
    "cgd": (read_infections, "treated"),
    "bladder": (read_bladder, "rx + number + size"),
    "sores": (read_sores, "treat + age"),
}


@pytest.mark.reference
@pytest.mark.parametrize("model", ["andersen-gill", "pwp-total", "pwp-gap"])
@pytest.mark.parametrize(
    ("table", "ties"),
    [("cgd", "efron"), ("bladder", "efron"), ("bladder", "breslow"), ("sores", "efron")],
)
def test_published_tables_have_the_numbers_of_r(table, ties, model):
    # lifelines, with entry_col and cluster_col, gives standard errors of 0.2544 for 0.3119 (cgd,
    # Andersen-Gill) and 0.2438 for 0.2048 (bladder, events in strata)
    read, covariates = TABLES[table]
    fit = recurrent_events(covariates, read(), subject="id", model=model, ties=ties)
    expected = PUBLISHED[table]
    check_coefficients(fit, (expected[ties] if table == "bladder" else expected)[model])


@pytest.mark.reference
def test_infections_have_the_published_numbers():
    # R survival 3.5-3: coefficient of interferon, its error without clusters and with them
    row = recurrent_events("treated", read_infections(), subject="id").tidy().iloc[0]
    assert (row["estimate"], row["std_error"]) == pytest.approx((-1.095287, 0.311937), abs=5e-7)
    alone = cox("treated", read_infections(), time="stop", entry="start")
    assert alone.tidy()["std_error"].iloc[0] == pytest.approx(0.261014, abs=5e-7)
    check_coefficients(alone, PUBLISHED["cgd"]["unclustered"])


@pytest.mark.reference
@pytest.mark.parametrize(
    ("model", "ratio", "error", "p_value"),
    [
        ("andersen-gill", 0.631, 0.258, 0.0747),
        ("pwp-total", 0.716, 0.197, 0.0898),
        ("pwp-gap", 0.764, 0.208, 0.1952),
    ],
)
def test_bladder_is_that_of_phreg_of_sas(model, ratio, error, p_value):
    # CAMIS, "R vs SAS Recurrent Events": hazard ratio of rx, robust error of its log, p
    fit = recurrent_events(
        "rx + number + size", read_bladder(), subject="id", model=model, ties="breslow"
    )
    row = fit.tidy(exponentiate=True).iloc[0]
    assert (row["estimate"], row["std_error"]) == pytest.approx((ratio, error), abs=5e-4)
    assert row["p_value"] == pytest.approx(p_value, abs=5e-5)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("model", "ratios", "errors"),
    [
        ("pwp-total", [0.664, 0.659, 0.867, 1.111], [0.287, 0.424, 0.405, 0.470]),
        ("pwp-gap", [0.646, 0.739, 1.015, 1.062], [0.284, 0.389, 0.498, 0.540]),
    ],
)
def test_bladder_has_the_ratios_by_event_number_of_phreg_of_sas(model, ratios, errors):
    # the same page: every event number with an effect of rx of its own. For the second it has
    # 0.660 and 0.740 under R, which are 0.6595 and 0.7395
    data = read_bladder()
    data = data.assign(**{f"rx_{k}": data["rx"] * (data["enum"] == k) for k in range(1, 5)})
    covariates = "rx_1 + rx_2 + rx_3 + rx_4 + number + size"
    fit = recurrent_events(covariates, data, subject="id", model=model, ties="breslow")
    found = fit.tidy(exponentiate=True).iloc[:4]
    np.testing.assert_allclose(found["estimate"], ratios, atol=5e-4)
    np.testing.assert_allclose(found["std_error"], errors, atol=5e-4)


@pytest.mark.reference
def test_errors_by_row_and_marginal_models_are_those_of_phreg_of_sas():
    # the same page: Andersen and Gill's model by row 0.229, Wei, Lin and Weissfeld's 0.560 (0.303)
    options = {"time": "stop", "ties": "breslow"}
    by_row = read_bladder().assign(row=lambda d: np.arange(len(d)))
    by_row = cox("rx + number + size", by_row, entry="start", cluster="row", **options)
    check_coefficients(by_row, PUBLISHED["bladder"]["breslow"]["by_row"])
    assert by_row.tidy()["std_error"].iloc[0] == pytest.approx(0.229, abs=5e-4)
    marginal = cox("rx + number + size", printed("bladder"), strata="enum", cluster="id", **options)
    check_coefficients(marginal, PUBLISHED["bladder"]["wei_lin_weissfeld"])
    row = marginal.tidy(exponentiate=True).iloc[0]
    assert (row["estimate"], row["std_error"]) == pytest.approx((0.560, 0.303), abs=5e-4)


@pytest.mark.identity
@pytest.mark.parametrize("model", ["andersen-gill", "pwp-total", "pwp-gap"])
def test_order_and_index_do_not_matter(model):
    options = {"subject": "patient", "model": model}
    shuffled = EPISODES.sample(frac=1, random_state=4)
    pd.testing.assert_frame_equal(
        recurrent_events("maintenance", EPISODES, **options).tidy(),
        recurrent_events("maintenance", shuffled, **options).tidy(),
        rtol=1e-10,
    )


@pytest.mark.identity
@pytest.mark.parametrize("model", ["andersen-gill", "pwp-total", "pwp-gap"])
def test_rows_split_between_events_are_the_same_patients(model):
    middle = (EPISODES["start"] + EPISODES["stop"]) / 2
    split = pd.concat([
        EPISODES.assign(stop=middle, event=0), EPISODES.assign(start=middle)
    ])  # fmt: skip
    options = {"subject": "patient", "model": model, "pool_from": None}
    pd.testing.assert_frame_equal(
        recurrent_events("maintenance", EPISODES, **options).tidy(),
        recurrent_events("maintenance", split, **options).tidy(),
        rtol=1e-9,
    )


@pytest.mark.identity
def test_first_events_alone_are_a_cox_regression():
    first = EPISODES.loc[EPISODES["episode"] == 1]
    plain = cox("maintenance", first, time="stop", cluster="patient").tidy()
    for model in ("andersen-gill", "pwp-total", "pwp-gap"):
        found = recurrent_events("maintenance", first, subject="patient", model=model).tidy()
        pd.testing.assert_frame_equal(found, plain, rtol=1e-10)


@pytest.mark.unit
def test_event_numbers_are_strata():
    fit = recurrent_events("maintenance", EPISODES, subject="patient", model="pwp-gap", pool_from=3)
    base = fit.baseline()
    assert base["event_number"].unique().tolist() == [1.0, 2.0, 3.0]
    gaps = EPISODES["stop"] - EPISODES["start"]
    first = EPISODES["episode"] == 1
    assert base["n_risk"].iloc[0] == (first & (gaps >= base["time"].iloc[0])).sum()


@pytest.mark.unit
def test_rows_without_a_subject_are_dropped_and_counted():
    data = EPISODES.assign(patient=EPISODES["patient"].where(EPISODES["patient"] > 3))
    fit = recurrent_events("maintenance", data, subject="patient", model="pwp-gap", pool_from=4)
    dropped = int((EPISODES["patient"] <= 3).sum())
    assert fit.glance()["n_dropped"].tolist() == [dropped]
    kept = EPISODES.loc[EPISODES["patient"] > 3]
    alone = recurrent_events("maintenance", kept, subject="patient", model="pwp-gap", pool_from=4)
    pd.testing.assert_frame_equal(fit.tidy(), alone.tidy(), rtol=1e-11)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        ({}, {"model": "wlw"}, ModelError, "allowed are andersen-gill, pwp-total, pwp-gap"),
        ({}, {"pool_from": 3}, ModelError, "number of an event"),
        ({"event_number": 1}, {"model": "pwp-gap"}, ColumnError, "already have 'event_number'"),
        ({"start": 0.0}, {"model": "pwp-gap"}, DataError, "overlap in time"),
        ({"start": 0.0}, {}, DataError, "overlap in time"),
        ({"stop": 0.0}, {}, DataError, "never at risk"),
    ],
)
def test_what_cannot_be_used_is_refused(change, options, error, message):
    with pytest.raises(error, match=message):
        recurrent_events("maintenance", EPISODES.assign(**change), subject="patient", **options)


@pytest.mark.truth
def test_robust_intervals_cover_the_true_rate_ratio_under_heterogeneity():
    rng = np.random.default_rng(9)
    hits, naive = [], []
    for _ in range(200):
        arm, frailty = np.repeat([0, 1], 60), rng.gamma(1.0, 1.0, 120)
        rows = []
        for i in range(120):
            gaps = rng.exponential(30 / frailty[i] / np.exp(-0.5 * arm[i]), 200)
            stops = np.cumsum(gaps)
            stops = np.append(stops[stops < 180], 180.0)
            starts = np.append(0.0, stops[:-1])
            rows.append(
                pd.DataFrame({"subject": i, "arm": arm[i], "start": starts, "stop": stops,
                              "event": np.arange(stops.size) < stops.size - 1})
            )  # fmt: skip
        data = pd.concat(rows)
        row = recurrent_events("arm", data).tidy().iloc[0]
        hits.append(row["conf_low"] < -0.5 < row["conf_high"])
        row = cox("arm", data, time="stop", entry="start").tidy().iloc[0]
        naive.append(row["conf_low"] < -0.5 < row["conf_high"])
    # 3.5 Monte-Carlo standard errors of 200 intervals at 95 % are 0.054
    assert np.mean(hits) == pytest.approx(0.95, abs=0.054)
    assert np.mean(naive) < 0.75
