"""Counts and Cox rounds over real shards, whose text comes back as categories of each file."""

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from analysis.distributed.cox.rounds import cox_rounds
from analysis.distributed.running.run import run_task
from analysis.distributed.shards.writing import split_patients
from analysis.distributed.tasks.cox import CoxStartTask
from analysis.distributed.tasks.event_curves import cumulative_incidence_of, logrank_of
from analysis.distributed.tasks.events import EventCountsTask
from analysis.survival import cox, cumulative_incidence, logrank
from tests.distributed.test_cox_sums import ADJUSTED, ROWS, question

pytestmark = pytest.mark.identity


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards") / "events"
    return split_patients(ROWS, folder, subject="patient", n_shards=3)


@pytest.fixture(scope="module")
def executor():
    with ThreadPoolExecutor(1) as found:
        yield found


def test_curves_and_tests_of_shards(shards, executor):
    causes = EventCountsTask(event="type", by="clinic", subject="patient")
    found = cumulative_incidence_of(run_task(causes, shards, executor=executor))
    wanted = cumulative_incidence(ROWS, event="type", by="clinic")
    pd.testing.assert_frame_equal(found.curve(), wanted.curve(), check_exact=True)
    task = EventCountsTask(event="relapse", by="arm", strata=("clinic",))
    test = logrank_of(run_task(task, shards, executor=executor)).tidy()
    stratified = logrank(ROWS, "time", "relapse", "arm", strata="clinic")
    pd.testing.assert_frame_equal(test, stratified.tidy(), check_exact=True)


def test_cox_rounds_of_shards(shards, executor):
    task = CoxStartTask(question=question(ADJUSTED, strata="clinic", subject="patient"))
    start = run_task(task, shards, executor=executor)
    found = cox_rounds(
        lambda beta: run_task(task.at(beta, start), shards, executor=executor, keep=False),
        task.question,
        start,
    )
    wanted = cox(ADJUSTED, ROWS, event="relapse", strata="clinic")
    pd.testing.assert_frame_equal(found.tidy(), wanted.tidy(), rtol=1e-10)
