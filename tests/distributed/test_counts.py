"""Counts by level and events per session over parts are those of the study."""

import numpy as np
import pandas as pd
import pytest

from analysis.distributed.tasks.counts import CountsTask, counts_of, response_rates_of
from analysis.distributed.tasks.event_rates import (
    EventRatesTask,
    clinic_rates_of,
    event_rates_of,
)
from analysis.errors import DataError, ModelError
from analysis.outcomes import response_rates, visit_status
from analysis.outcomes.assessed import assessed_sessions
from analysis.quality import clinic_outcomes, funnel
from analysis.safety.clustered import clustered_rate
from analysis.study import read_study
from analysis.synthetic import example_folder
from tests.distributed.parts import PARTITIONS, cut, travelled

SMALL = pd.DataFrame(
    {
        "clinic": ["a", "a", "b", None, "b"],
        "period": [1, 2, 1, 1, 1],
        "seen": [True, True, False, True, True],
        "sessions": [4, 6, 0, 2, 1],
        "events": [1, 0, 0, 2, 0],
    }
)


@pytest.fixture(scope="module")
def study():
    return read_study(example_folder("clinic-network"))


@pytest.mark.unit
def test_counts_of_a_small_table():
    task = CountsTask(by=("clinic", "period"), flags=("seen",), amounts=("sessions",))
    found = counts_of(task.of(SMALL)).astype({"clinic": str, "period": str})
    assert sorted(found.itertuples(index=False, name=None)) == [
        ("a", "1", 1, 1, 4),
        ("a", "2", 1, 1, 6),
        ("b", "1", 2, 1, 1),
        ("not recorded", "1", 1, 1, 2),
    ]
    everyone = counts_of(travelled(CountsTask(flags=("seen",)), cut(SMALL, 2)))
    assert everyone.to_dict("records") == [{"patients": 5, "seen": 4}]


@pytest.mark.identity
@pytest.mark.parametrize("n_parts", PARTITIONS)
@pytest.mark.parametrize("by", [None, "first_site_id"])
def test_response_rates_are_those_of_the_study(study, by, n_parts):
    status = visit_status(study, "PHQ-9", visit="week 4")
    flags = ("evaluable", "observed", "response", "remission")
    task = CountsTask(by=() if by is None else (by,), flags=flags)
    found = response_rates_of(travelled(task, cut(status, n_parts)), ["response", "remission"])
    wanted = response_rates(study, "PHQ-9", visit="week 4", by=by)
    wanted.attrs = {}
    pd.testing.assert_frame_equal(found, wanted, check_exact=True)


@pytest.mark.identity
def test_funnels_are_those_of_the_study(study):
    status = visit_status(study, "PHQ-9", visit="week 4")
    task = CountsTask(by=("first_site_id",), flags=("observed", "response"))
    counts = counts_of(travelled(task, cut(status, 7)))
    named = {"by": "first_site_id", "events": "response", "denominator": "observed"}
    found = funnel(counts, kind="proportion", **named).tidy()
    wanted = clinic_outcomes(study, "response").funnel().tidy()
    pd.testing.assert_frame_equal(found, wanted, check_exact=True)


@pytest.mark.identity
@pytest.mark.parametrize("n_parts", PARTITIONS)
def test_rates_of_clinics_are_those_of_the_study(study, n_parts):
    sessions = assessed_sessions(study).astype({"site_id": "string"})
    patients = sessions.groupby(["subject_id", "site_id"], observed=True)["n_events"]
    rows = patients.agg(sessions="size", events="sum").reset_index()
    task = EventRatesTask(events=("events",), sessions="sessions", by="site_id")
    sums = travelled(task, cut(rows, n_parts))
    named = {name: name for name in ("events", "denominator", "variance", "patients", "affected")}
    chosen = {"kind": "rate", "by": "site_id", "per": 100.0, "limits": "mid-p"}
    found = funnel(clinic_rates_of(sums), **named, **chosen).tidy()
    wanted = clinic_outcomes(study, "adverse events").funnel(limits="mid-p").tidy()
    pd.testing.assert_frame_equal(found, wanted, rtol=1e-10, check_dtype=False)
    own = rows[rows["site_id"] == "clinic-b"]
    limits = clustered_rate(own["events"].to_numpy(float), own["sessions"].to_numpy(float))
    shown = event_rates_of(sums).set_index("site_id").loc["clinic-b"]
    np.testing.assert_allclose(
        shown[["rate", "conf_low", "conf_high"]].to_numpy(float),
        100.0 * np.array(limits.numbers),
        rtol=1e-12,
    )


@pytest.mark.unit
def test_rates_of_all_together_and_of_nobody():
    task = EventRatesTask(events=("events",), sessions="sessions")
    found = event_rates_of(travelled(task, cut(SMALL, 2)))
    assert found[["patients", "n", "sessions", "events"]].to_numpy().tolist() == [[4, 2, 13, 3]]
    empty = event_rates_of(task.of(SMALL.iloc[:0]))
    assert empty["patients"].tolist() == [0]
    assert empty["rate"].isna().all()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seen": [1.0, 0.0, np.nan, 1.0, 0.0]}, "1 rows that are neither true nor false"),
        ({"sessions": [1.5, 1, 1, 1, -1]}, "2 rows without a whole number"),
        ({"clinic": "z"}, "1 levels that levels= does not list"),
    ],
)
def test_bad_rows_are_refused(change, words):
    task = CountsTask(
        by=("clinic",), flags=("seen",), amounts=("sessions",), levels={"clinic": ["a", "b"]}
    )
    with pytest.raises(DataError, match=words):
        task.of(SMALL.assign(**change))


@pytest.mark.unit
def test_patients_with_two_rows_would_count_twice():
    rows = SMALL.assign(patient=[1, 1, 2, 3, 4])
    with pytest.raises(DataError, match="1 rows of patients who have one already"):
        CountsTask(by=("clinic",), subject="patient").of(rows)
    named = {"events": ("events",), "sessions": "sessions", "subject": "patient"}
    with pytest.raises(DataError, match="1 rows of patients who have one already"):
        EventRatesTask(by="clinic", **named).of(rows)
    rows["clinic"] = ["a", "b", "b", None, "b"]
    assert EventRatesTask(by="clinic", **named).of(rows).kind == "event rates"


@pytest.mark.unit
def test_what_was_not_counted_cannot_be_shown():
    counts = CountsTask(by=("clinic",), flags=("seen",)).of(SMALL)
    with pytest.raises(ModelError, match="2 are not among the flags"):
        response_rates_of(counts, ["seen"])
    with pytest.raises(ModelError, match="give the column another name"):
        CountsTask(flags=("patients",)).of(SMALL.assign(patients=True))
    rates = EventRatesTask(events=("events",), sessions="sessions")
    with pytest.raises(ModelError, match="by clinic"):
        clinic_rates_of(rates.of(SMALL))
    with pytest.raises(DataError, match="not event rates"):
        event_rates_of(counts)
