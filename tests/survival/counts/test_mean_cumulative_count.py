"""Mean cumulative counts: R's numbers, identities, and what is refused."""

import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError, ModelError
from analysis.survival import cumulative_incidence, mean_cumulative_count
from tests.survival.competing.competing_reference import (
    EPISODES,
    EPISODES_DEATH,
    EXPECTED,
    TIMES,
    check,
    in_order,
)
from tests.survival.published import PUBLISHED, check_columns, printed

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines.datasets import load_recur

SMALL = pd.DataFrame(
    {
        "patient": ["a", "a", "a", "b", "c"],
        "start": [0, 10, 20, 0, 0],
        "stop": [10, 20, 40, 30, 15],
        "event": [1, 1, 0, 1, 0],
        "death": [0, 0, 1, 0, 0],
    }
)
COLUMNS = ["time", "n_risk", "estimate", "std_error", "conf_low", "conf_high"]


@pytest.mark.reference
def test_counts_are_those_of_survfit_clustered_by_patient():
    found = mean_cumulative_count(EPISODES, subject="patient", by="maintenance").at(TIMES)
    reference = in_order(EXPECTED["count"], "maintenance", "time")
    check(found, reference, ["maintenance", "time", "n_risk", "estimate", "std_error"])


@pytest.mark.reference
def test_counts_with_death_are_those_of_mets():
    fit = mean_cumulative_count(
        EPISODES_DEATH, subject="patient", by="maintenance", terminal="death"
    )
    check(fit.at(TIMES), EXPECTED["ghosh_lin"], ["maintenance", "time", "estimate", "std_error"])
    assert fit.glance()["estimator"].tolist() == ["Ghosh-Lin"]


@pytest.mark.reference
def test_counts_of_infections_are_the_published_ones():
    # R survival 3.5-3, cgd: interferon before placebo, the order of the table
    data = printed("cgd")
    found = mean_cumulative_count(data, subject="id", by="arm").at([100, 200, 300])
    check_columns(found, PUBLISHED["cgd_count"], ["time", "estimate", "std_error"])
    estimates = [0.03175, 0.16028, 0.27948, 0.24664, 0.40793, 0.89297]
    np.testing.assert_allclose(found["estimate"], estimates, atol=5e-6)
    errors = [0.0221, 0.0564, 0.0730, 0.0654, 0.0935, 0.1682]
    np.testing.assert_allclose(found["std_error"], errors, atol=5e-5)


@pytest.mark.reference
def test_counts_of_sores_are_those_of_r():
    fit = mean_cumulative_count(load_recur(), "TIME0", "TIME1", "CENSOR", "ID", by="TREAT")
    found = fit.at([10, 20, 50, 100])
    check_columns(found, PUBLISHED["sores_count"], ["time", "estimate", "std_error"])


@pytest.mark.unit
def test_small_table_by_hand():
    found = mean_cumulative_count(SMALL, subject="patient").at([0, 10, 20, 30, 40])
    assert found["n_risk"].tolist() == [3, 3, 2, 2, 1]
    # 1 of 3 at 10, 1 of 2 at 20, 1 of 2 at 30
    np.testing.assert_allclose(found["estimate"], [0, 1 / 3, 5 / 6, 4 / 3, 4 / 3])
    # influences at 10: (2, -1, -1)/9; at 20 and 30 those of a and b move by 1/4 against each other
    a, b, c = 2 / 9 + 1 / 4, -1 / 9 - 1 / 4, -1 / 9
    assert found["std_error"].iloc[2] ** 2 == pytest.approx(a**2 + b**2 + c**2)
    assert found["std_error"].iloc[3] ** 2 == pytest.approx(4 / 81 + 1 / 81 + 1 / 81)


@pytest.mark.unit
def test_limits_are_symmetric_on_their_scale():
    log = mean_cumulative_count(SMALL, subject="patient").at([5, 20]).iloc[1]
    spread = 1.959963984540054 * log["std_error"]
    assert log["conf_high"] == pytest.approx(log["estimate"] * np.exp(spread / log["estimate"]))
    assert log["conf_low"] * log["conf_high"] == pytest.approx(log["estimate"] ** 2)
    plain = mean_cumulative_count(SMALL, subject="patient", conf_type="plain").at([5, 20])
    assert plain["conf_high"].iloc[1] == pytest.approx(plain["estimate"].iloc[1] + spread)
    assert plain["conf_low"].tolist() == [0.0, pytest.approx(max(log["estimate"] - spread, 0.0))]
    assert plain["conf_high"].iloc[0] == 0.0


@pytest.mark.identity
def test_cutting_rows_without_an_event_changes_nothing():
    late = EPISODES.loc[EPISODES["stop"] - EPISODES["start"] > 20]
    first = late.assign(stop=late["start"] + 7, event=0)
    cut = pd.concat([EPISODES.drop(late.index), first, late.assign(start=late["start"] + 7)])
    whole = mean_cumulative_count(EPISODES, subject="patient", by="maintenance").at(TIMES)
    again = mean_cumulative_count(cut, subject="patient", by="maintenance").at(TIMES)
    pd.testing.assert_frame_equal(again, whole, rtol=1e-10)


@pytest.mark.identity
def test_order_of_rows_and_names_of_patients_do_not_matter():
    options = {"subject": "patient", "by": "maintenance", "terminal": "death"}
    other = EPISODES_DEATH.sample(frac=1, random_state=6).set_index("episode")
    other = other.assign(patient="p" + (997 - other["patient"]).astype(str))
    pd.testing.assert_frame_equal(
        mean_cumulative_count(other, **options).curve(),
        mean_cumulative_count(EPISODES_DEATH, **options).curve(),
        rtol=1e-10,
    )


@pytest.mark.identity
def test_first_events_before_death_are_cumulative_incidence():
    # only first events, after which the patient is out: terminal with the event
    first = EPISODES_DEATH.loc[EPISODES_DEATH["start"] == 0]
    first = first.assign(end=first["event"] | first["death"])
    found = mean_cumulative_count(first, subject="patient", terminal="end").curve()
    causes = np.where(first["event"] == 1, 1, 2 * first["death"])
    other = cumulative_incidence(first.assign(event=causes), time="stop").curve()
    other = other.loc[other["event"] == 1]
    np.testing.assert_allclose(found["estimate"], other["estimate"], rtol=1e-12)


@pytest.mark.unit
def test_a_patient_out_of_sight_is_not_at_risk():
    gap = SMALL.assign(start=[0, 12, 20, 0, 0])
    fit = mean_cumulative_count(gap, subject="patient")
    assert fit.at([10, 11, 13])["n_risk"].tolist() == [3, 2, 3]
    assert fit.glance()["n_gaps"].tolist() == [1]


@pytest.mark.unit
def test_columns_glance_and_tables():
    data = EPISODES_DEATH.assign(
        arm=EPISODES_DEATH["maintenance"].where(EPISODES_DEATH["patient"] > 2)
    )
    fit = mean_cumulative_count(data, subject="patient", by="arm", terminal="death")
    assert list(fit.at([30]).columns) == ["arm", *COLUMNS]
    assert list(fit.curve().columns) == [
        "arm", "time", "n_risk", "n_event", "n_terminal", *COLUMNS[2:],
    ]  # fmt: skip
    row = fit.glance().iloc[0]
    kept = data.loc[data["arm"].notna()]
    assert (row["n_subjects"], row["n_obs"]) == (kept["patient"].nunique(), len(kept))
    assert (row["n_event"], row["n_terminal"]) == (kept["event"].sum(), kept["death"].sum())
    assert row["n_dropped"] == len(data) - len(kept)
    table = fit.risk_table([0, 400])
    assert list(table.columns) == ["arm", "time", "n_risk", "n_event", "n_terminal"]
    assert table["n_risk"].iloc[[0, 2]].sum() == kept["patient"].nunique()
    assert table["n_event"].iloc[[1, 3]].sum() == kept["event"].sum()
    assert fit.at([400])["estimate"].isna().all()


@pytest.mark.unit
def test_text_and_html():
    fit = mean_cumulative_count(SMALL, subject="patient")
    assert repr(fit) == fit.summary()
    title, header, row = repr(fit).splitlines()
    assert title == (
        "Mean cumulative count of events per patient (Nelson-Aalen), variance robust by patient, "
        "log confidence limits"
    )
    assert header.split()[:4] == ["time", "n_event", "n_terminal", "estimate"]
    assert row.split()[:4] == ["40.000", "3", "0", "1.333"]
    assert fit._repr_html_().startswith("<table")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        ({"event": 0}, {}, DataError, "No row of 'event' .* has an event"),
        ({"death": [1, 0, 0, 0, 0]}, {"terminal": "death"}, DataError, "1 row follow a terminal"),
        ({}, {"conf_type": "log-log"}, ModelError, "allowed are log, plain"),
    ],
)
def test_requests_that_are_refused(change, options, error, message):
    with pytest.raises(error, match=message):
        mean_cumulative_count(SMALL.assign(**change), subject="patient", **options)


@pytest.mark.truth
def test_interval_covers_the_true_mean_when_patients_differ():
    # rates are gamma with mean 1/50 and shape 1, so that the mean count at 100 is 2
    rng = np.random.default_rng(9)
    hits = []
    for _ in range(200):
        rows = []
        for patient, rate in enumerate(rng.gamma(1, 1 / 50, 60)):
            end = rng.uniform(80, 200)
            times = np.sort(rng.uniform(0, end, rng.poisson(rate * end)))
            start, stop = np.append(0, times), np.append(times, end)
            event = np.append(np.ones(times.size), 0)
            rows.append(
                pd.DataFrame({"patient": patient, "start": start, "stop": stop, "event": event})
            )
        row = mean_cumulative_count(pd.concat(rows), subject="patient").at([100]).iloc[0]
        hits.append(row["conf_low"] < 2 < row["conf_high"])
    # 3.5 Monte-Carlo standard errors of 200 intervals at 95 % are 0.054
    assert np.mean(hits) == pytest.approx(0.95, abs=0.054)
