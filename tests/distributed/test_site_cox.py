"""Cox regression stratified by site, from log likelihood, score and information of each site."""

import numpy as np
import pandas as pd
import pytest

from analysis.distributed.cox.result import PooledCox
from analysis.distributed.cox.rounds import NextRound, combine_rounds, cox_rounds
from analysis.distributed.sums import Sums, packed, unpacked
from analysis.distributed.tasks.site_cox import SiteCoxTask, site_round
from analysis.errors import DataError, ModelError
from analysis.survival import cox
from tests.distributed.parts import travelled
from tests.distributed.test_cox_sums import ADJUSTED, ROWS, question

SITES = [rows for _, rows in ROWS.groupby("clinic")]
MODELS = {
    "plain": {},
    "entry": {"entry": "entry", "ties": "breslow"},
    "weights": {"weights": "whole"},
}


def in_rounds(asked, sites):
    """Play coordinator and sites, with one file per site and round."""
    rounds = []
    while isinstance(found := combine_rounds(rounds, asked), NextRound):
        assert found.number == len(rounds) + 1
        rounds.append([unpacked(packed(site_round(site, asked, found.beta))) for site in sites])
    return found, rounds


@pytest.mark.identity
@pytest.mark.parametrize("key", MODELS)
def test_rounds_of_sites_give_the_fit_stratified_by_site(key):
    found, rounds = in_rounds(question(ADJUSTED, **MODELS[key]), SITES)
    wanted = cox(ADJUSTED, ROWS, event="relapse", strata="clinic", **MODELS[key])
    assert isinstance(found, PooledCox)
    pd.testing.assert_frame_equal(found.tidy(), wanted.tidy(), rtol=1e-9)
    skipped = ["newton_decrement"]
    pd.testing.assert_frame_equal(
        found.glance().drop(columns=skipped), wanted.glance().drop(columns=skipped), rtol=1e-9
    )
    assert len(rounds) == found.glance()["iterations"].iloc[0] + 1


@pytest.mark.identity
def test_strata_within_sites_and_sites_without_events_or_rows():
    data = ROWS.assign(half=np.where(ROWS.index % 2, "a", "b"))
    data.loc[data["clinic"] == "c3", "relapse"] = 0
    sites = [*(rows for _, rows in data.groupby("clinic")), data.iloc[:0]]
    found, _ = in_rounds(question(ADJUSTED, strata="half"), sites)
    wanted = cox(ADJUSTED, data, event="relapse", strata=["clinic", "half"])
    pd.testing.assert_frame_equal(found.tidy(), wanted.tidy(), rtol=1e-9)
    assert found.glance()["n_strata"].tolist() == wanted.glance()["n_strata"].tolist()


@pytest.mark.identity
def test_another_machine_may_go_on_with_the_rounds():
    asked = question(ADJUSTED)
    wanted, rounds = in_rounds(asked, SITES)
    turned = [
        [
            Sums(
                kind=part.kind,
                about={**part.about, "beta": [x * (1.0 + 4e-16) for x in part.about["beta"]]},
                arrays=part.arrays,
            )
            for part in parts
        ]
        for parts in rounds
    ]
    found = combine_rounds(turned, asked)
    assert isinstance(found, PooledCox)
    pd.testing.assert_frame_equal(found.tidy(), wanted.tidy(), rtol=1e-12)


@pytest.mark.identity
def test_the_task_of_a_round_does_the_same_in_one_go():
    asked = question(ADJUSTED)
    found = cox_rounds(
        lambda beta: travelled(SiteCoxTask(question=asked, beta=tuple(beta)), SITES), asked
    )
    one, _ = in_rounds(asked, SITES)
    pd.testing.assert_frame_equal(found.tidy(), one.tidy(), check_exact=True)


@pytest.mark.unit
def test_a_site_tells_sums_only():
    told = site_round(SITES[0], question(ADJUSTED), np.zeros(3))
    assert {name: array.shape for name, array in told.arrays.items()} == {
        "log_likelihood": (1,), "score": (3,), "information": (3, 3),
    }  # fmt: skip
    counts = {"n_obs", "n_event", "n_dropped", "n_strata"}
    assert set(told.about) == {"question", "terms", "beta", *counts}


@pytest.mark.unit
def test_rounds_that_do_not_belong_together_are_refused():
    asked = question(ADJUSTED)
    first = [site_round(site, asked, np.zeros(3)) for site in SITES]
    wrong = [*first[:-1], site_round(SITES[-1], question("arm + age"), np.zeros(2))]
    with pytest.raises(ModelError, match="Part 5 of 5 differs from the first in question, terms"):
        combine_rounds([wrong], asked)
    with pytest.raises(ModelError, match="has answers of 4 sites, the first of 5"):
        combine_rounds([first, first[:-1]], asked)
    with pytest.raises(ModelError, match="not asked for"):
        combine_rounds([first, [site_round(site, asked, np.ones(3)) for site in SITES]], asked)
    with pytest.raises(ModelError, match="stand there twice"):
        combine_rounds([first, first], asked)
    with pytest.raises(ModelError, match="another question than the one given"):
        combine_rounds([first], question(ADJUSTED, ties="breslow"))
    with pytest.raises(DataError, match="neither"):
        cox_rounds(lambda _: Sums(kind="counts", about={"n_event": 1}, arrays={}), asked)
