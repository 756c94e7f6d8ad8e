"""Response, adverse events and measures of shards are those of the study, for any engine."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from analysis import distributed
from analysis.disclosure import release
from analysis.distributed import split_patients
from analysis.errors import AnalysisError, DataError, DisclosureError, ModelError
from analysis.outcomes import response_rates, treated_patients, visit_status
from analysis.quality import clinic_outcomes, funnel, quality_measures
from analysis.safety import adverse_event_rates
from analysis.safety.treatments import treated_sessions
from analysis.study import read_study
from analysis.synthetic import example_folder

pytestmark = pytest.mark.identity

MEASURES = ["induction_completed", "completeness_phq_9_day_30", "first_assessment", "not_improved"]
KINDS = ["any", "serious", "related", "grade 3 or more"]


@pytest.fixture(scope="module")
def study():
    return read_study(example_folder("clinic-network"))


@pytest.fixture(scope="module", params=[1, 5])
def shards(request, tmp_path_factory):
    """Return a way to split rows into one shard, or into five."""
    folder = tmp_path_factory.mktemp("rates")

    def split(name, rows):
        target = folder / name
        if not target.exists():
            split_patients(rows, target, subject="subject_id", n_shards=request.param)
        return target

    return split


@pytest.fixture(scope="module")
def executor():
    with ThreadPoolExecutor(1) as found:
        yield found


@pytest.fixture(scope="module")
def status(study):
    return visit_status(study, "PHQ-9", visit="week 4").astype({"subject_id": str})


@pytest.fixture(scope="module")
def sessions(study):
    """Return one row per patient and treatment, kinds of events in columns."""
    assessed = treated_sessions(study)
    assessed = assessed[assessed["ae_assessed"].fillna(value=False).astype(bool)]
    key = ["subject_id", "session_no"]
    events = study.table("adverse_events").merge(assessed[[*key, "treatment"]], on=key)
    kinds = {
        "any": True,
        "serious": events["serious"].fillna(value=False),
        "related": events["related"].fillna(value=False),
        "grade 3 or more": events["severity"].ge(3).fillna(value=False),
    }
    level = ["subject_id", "treatment"]
    counted = events[level].assign(**kinds).groupby(level, observed=True)[KINDS].sum()
    rows = assessed.groupby(level, observed=True).size().rename("sessions").to_frame()
    return rows.join(counted).fillna(0).astype(int).reset_index().astype(dict.fromkeys(level, str))


def exactly(found, wanted):
    pd.testing.assert_frame_equal(
        found.reset_index(drop=True),
        wanted.reset_index(drop=True),
        check_exact=True,
        check_dtype=False,
        check_categorical=False,
    )


@pytest.mark.parametrize("by", [None, "first_site_id"])
def test_response(shards, executor, study, status, by):
    columns = ["subject_id", "first_site_id", "evaluable", "observed", "response", "remission"]
    folder = shards("status", status[columns])
    found = distributed.response_rates(folder, by=by, conf_level=0.9, executor=executor)
    wanted = response_rates(study, "PHQ-9", visit="week 4", by=by, conf_level=0.9)
    assert found["n"].sum() > 100
    exactly(found, wanted)
    with pytest.raises(DisclosureError, match="inside"):
        release(found)


def test_rates_by_clinic_are_what_a_funnel_takes(shards, executor, study, status):
    folder = shards(
        "funnel", status[["subject_id", "site_id", "evaluable", "observed", "response"]]
    )
    rates = distributed.response_rates(
        folder, measures=["response"], by="site_id", executor=executor
    )
    named = {"by": "site_id", "events": "n", "denominator": "observed"}
    found = funnel(rates, kind="proportion", **named).tidy()
    wanted = clinic_outcomes(study, "response", by="site_id").funnel().tidy()
    exactly(found, wanted)


def test_adverse_events(shards, executor, study, sessions):
    folder = shards("sessions", sessions)
    found = distributed.adverse_event_rates(folder, events=KINDS, by="treatment", executor=executor)
    wanted = adverse_event_rates(study, terms=False).tidy()
    assert found["events"].sum() > 300
    exactly(found, wanted)


def decided(study, by, **options):
    """Decide by clinic; rows with the level beside them."""
    made = quality_measures(study, MEASURES, by="first_site_id", **options)
    first = treated_patients(study).query("course == 1")[["subject_id", by]].astype(str)
    rows = made.members().merge(first, on="subject_id", how="left")
    return made.tidy(), rows.astype(dict.fromkeys(("measure", "status", "reason"), object))


def compared(found, wanted):
    """Give both the same order; reasons are told in the order of their names, or of the rules."""
    words = found["excluded_for"].str.split("; ").map(sorted)
    same = [*found.columns.drop(["measure", "excluded_for"])]
    keyed = wanted.set_index("measure").loc[found["measure"].astype(str)].reset_index()
    pd.testing.assert_frame_equal(
        found[same].astype({"reason": object}),
        keyed[same].astype({"reason": object}),
        check_exact=True,
        check_dtype=False,
    )
    assert words.tolist() == keyed["excluded_for"].str.split("; ").map(sorted).tolist()


def test_measures(shards, executor, study):
    wanted, rows = decided(study, "first_site_id")
    folder = shards("measures", rows)
    everyone = distributed.quality_measures(folder, executor=executor)
    assert everyone["numerator"].min() > 50
    assert everyone["median_days"].notna().any()
    compared(everyone, wanted[wanted["by"] == ""])
    found = distributed.quality_measures(folder, by="first_site_id", executor=executor)
    for clinic, own in found.groupby("first_site_id", observed=True):
        compared(own.drop(columns="first_site_id").reset_index(drop=True),
                 wanted[wanted["stratum"] == str(clinic)])  # fmt: skip
    assert found["first_site_id"].nunique() > 5


def test_a_patient_of_two_periods_counts_in_each(shards, executor, study):
    _, rows = decided(study, "first_site_id")
    both = pd.concat([rows.assign(period=1), rows.assign(period=2)], ignore_index=True)
    folder = shards("periods", both)
    found = distributed.quality_measures(folder, by=["period", "first_site_id"], executor=executor)
    once = distributed.quality_measures(shards("measures", rows), executor=executor)
    total = found.groupby(["period", "measure"], observed=True)["numerator"].sum()
    assert total.loc["1"].tolist() == total.loc["2"].tolist() == once["numerator"].tolist()
    with pytest.raises(DataError, match="rows of patients who have one already"):
        distributed.quality_measures(folder, by="first_site_id", executor=executor)


def test_one_worker_and_two_give_the_same_bits(tmp_path, sessions):
    folder = split_patients(sessions, tmp_path / "s", subject="subject_id", n_shards=4).folder
    one, two = (_rates(folder, n) for n in (1, 2))
    exactly(one, two)


def test_dask_gives_the_same_bits(tmp_path, sessions, executor, dask_client):
    folder = split_patients(sessions, tmp_path / "s", subject="subject_id", n_shards=2).folder
    chosen = {"events": KINDS, "by": "treatment", "keep": False}
    found = distributed.adverse_event_rates(folder, executor=dask_client, **chosen)
    exactly(found, distributed.adverse_event_rates(folder, executor=executor, **chosen))


def test_spark_gives_the_same_bits(tmp_path, sessions, executor, spark):
    folder = split_patients(sessions, tmp_path / "s", subject="subject_id", n_shards=2).folder
    chosen = {"events": KINDS, "by": "treatment", "keep": False}
    found = distributed.adverse_event_rates(folder, executor=spark, **chosen)
    exactly(found, distributed.adverse_event_rates(folder, executor=executor, **chosen))


def _rates(folder, n_workers):
    with ProcessPoolExecutor(n_workers) as pool:
        return distributed.adverse_event_rates(
            folder, events=KINDS, by="treatment", executor=pool, keep=False
        )


SEEN = pd.DataFrame(
    {
        "subject_id": ["a", "b", "c", "d"],
        "measure": "seen again",
        "status": ["met", "not met", "met", "excluded"],
        "reason": ["seen", "not seen", "seen", "died"],
        "observed": [1.0, 0.0, 1.0, 0.0],
        "lag_days": [3.0, np.inf, 9.0, np.nan],
    }
)


@pytest.mark.unit
def test_measures_of_a_small_table(tmp_path, executor):
    split_patients(SEEN, tmp_path, subject="subject_id", n_shards=2)
    found = distributed.quality_measures(tmp_path, executor=executor).iloc[0]
    wanted = {
        "population": 4, "not_yet_due": 0, "excluded": 1, "denominator": 3, "observed": 2,
        "numerator": 2, "excluded_for": "died 1", "estimate_observed": 1.0, "median_days": 9.0,
    }  # fmt: skip
    assert found[list(wanted)].to_dict() == wanted
    with pytest.raises(ModelError, match="by= names status"):
        distributed.quality_measures(tmp_path, by="status", executor=executor)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "seen"}, "levels= does not list"),
        ({"measure": None}, "no measure or no status"),
        ({"lag_days": -1.0}, "fewer than 0 days"),
        ({"observed": np.nan}, "neither true nor false"),
    ],
)
def test_rows_that_no_measure_decided_are_refused(tmp_path, executor, change, words):
    rows = SEEN.copy()
    for name, value in change.items():
        rows[name] = rows[name].where(rows.index > 0, value)
    split_patients(rows, tmp_path, subject="subject_id")
    with pytest.raises(AnalysisError, match=words):
        distributed.quality_measures(tmp_path, executor=executor)


@pytest.mark.unit
def test_levels_and_events_that_cannot_be_counted_are_refused(tmp_path, executor):
    rows = pd.DataFrame({"subject_id": ["a", "b"], "sessions": [0, 3], "events": [1, 1]})
    split_patients(rows, tmp_path, subject="subject_id")
    with pytest.raises(DataError, match="1 rows have events and no session"):
        distributed.adverse_event_rates(tmp_path, executor=executor)
    with pytest.raises(AnalysisError, match="'evaluable'"):
        distributed.response_rates(tmp_path, executor=executor)
