"""Public calls for times to an event: of one shard and of five they are those of the frame."""

import pandas as pd
import pytest

from analysis import distributed, survival
from analysis.errors import AnalysisError
from tests.distributed.test_cox_sums import ADJUSTED, ROWS

pytestmark = pytest.mark.identity

TIMES = ROWS.rename(columns={"left": "lower", "right": "upper"}).assign(
    kind=ROWS["type"].map({0: "censored", 1: "relapse", 2: "dropout"})
)


@pytest.fixture(scope="module", params=[1, 5])
def shards(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("times") / f"of-{request.param}"
    return distributed.split_patients(TIMES, folder, subject="patient", n_shards=request.param)


@pytest.fixture(scope="module")
def executor():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as found:
        yield found


def same(found, wanted, **how):
    pd.testing.assert_frame_equal(found, wanted, check_categorical=False, **how)


def test_curves(shards, executor):
    own = {"event": "relapse", "entry": "entry", "by": "arm"}
    found = distributed.kaplan_meier(shards, **own, conf_type="log", executor=executor)
    wanted = survival.kaplan_meier(TIMES, **own, conf_type="log")
    same(found.curve(), wanted.curve(), check_exact=True)
    own = {"event": "kind", "by": "clinic", "censored": "censored"}
    found = distributed.cumulative_incidence(shards.folder, **own, executor=executor)
    same(found.curve(), survival.cumulative_incidence(TIMES, **own).curve(), check_exact=True)


def test_tests(shards, executor):
    found = distributed.logrank(
        shards, "time", "relapse", "arm", strata="clinic", rho=1.0, executor=executor
    )
    wanted = survival.logrank(TIMES, "time", "relapse", "arm", strata="clinic", rho=1.0)
    same(found.tidy(), wanted.tidy(), check_exact=True)
    found = distributed.gray_test(
        shards, "time", "kind", "arm", censored="censored", executor=executor
    )
    wanted = survival.gray_test(TIMES, "time", "kind", "arm", censored="censored")
    same(found.tidy(), wanted.tidy(), check_exact=True)


def test_intervals(shards, executor):
    found = distributed.turnbull(shards, by="arm", executor=executor)
    same(found.curve(), survival.turnbull(TIMES, by="arm").curve(), rtol=1e-10)
    found = distributed.interval_test(shards, "lower", "upper", "arm", executor=executor)
    wanted = survival.interval_test(TIMES, "lower", "upper", "arm")
    same(found.tidy(), wanted.tidy(), rtol=1e-9)


@pytest.mark.parametrize("strata", [None, "clinic"])
def test_cox(shards, executor, strata):
    found = distributed.cox(
        ADJUSTED, shards, event="relapse", entry="entry", strata=strata, executor=executor
    )
    wanted = survival.cox(ADJUSTED, TIMES, event="relapse", entry="entry", strata=strata)
    same(found.tidy(), wanted.tidy(), rtol=1e-10)


@pytest.mark.unit
def test_a_column_that_shards_do_not_have_is_named(shards, executor):
    with pytest.raises(AnalysisError, match="'fell'"):
        distributed.kaplan_meier(shards, event="fell", executor=executor)
    with pytest.raises(AnalysisError, match="'weather'"):
        distributed.cox("weather", shards, event="relapse", executor=executor)
