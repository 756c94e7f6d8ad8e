"""Named streams: fixed numbers, independent of how many are drawn."""

import numpy as np
import pytest
from scipy import stats

from analysis.synthetic.streams import Streams, expit, logit, pick

unit, identity, truth = pytest.mark.unit, pytest.mark.identity, pytest.mark.truth


@unit
def test_numbers_follow_from_the_raw_integers_of_philox():
    # the stream of raw integers is part of NumPy's promise (NEP 19)
    key = 0x8764A9D4  # CRC-32 of "/age"
    raw = np.random.Philox(np.random.SeedSequence(7, spawn_key=(key,))).random_raw(2)
    expected = [((int(number) >> 12) + 0.5) / 2**52 for number in raw]
    assert Streams(seed=7).uniform("age", 2)[:, 0].tolist() == expected


@unit
def test_numbers_are_strictly_between_0_and_1():
    drawn = Streams(seed=1).uniform("any", 1000, 100)
    assert drawn.min() > 0.0
    assert drawn.max() < 1.0
    largest = ((2**52 - 1) + 0.5) * 2.0**-52
    assert largest < 1.0


@identity
@pytest.mark.parametrize("columns", [1, 7])
def test_more_patients_leave_the_first_as_they_are(columns):
    streams = Streams(seed=3)
    assert np.array_equal(streams.uniform("a", 50, columns)[:20], streams.uniform("a", 20, columns))


@identity
def test_seed_name_and_prefix_give_other_numbers():
    base = Streams(seed=3).uniform("a", 5)
    for other in (
        Streams(seed=4).uniform("a", 5),
        Streams(seed=3).uniform("b", 5),
        Streams(seed=3, prefix="x").uniform("a", 5),
    ):
        assert not np.isin(other, base).any()


@truth
def test_numbers_are_uniform_normal_and_uncorrelated():
    streams = Streams(seed=11)
    uniform, normal = streams.uniform("u", 20_000)[:, 0], streams.normal("n", 20_000)[:, 0]
    assert stats.kstest(uniform, "uniform").pvalue > 0.001
    assert stats.kstest(normal, "norm").pvalue > 0.001
    assert abs(np.corrcoef(uniform, normal)[0, 1]) < 4.0 / np.sqrt(20_000)


@unit
def test_picking_by_weights():
    chosen = pick(np.array([0.01, 0.24, 0.26, 0.74, 0.76, 0.999]), [1, 2, 1])
    assert chosen.tolist() == [0, 0, 1, 1, 2, 2]


@unit
def test_log_odds():
    assert logit(0.5) == 0.0
    assert logit(0.8) == pytest.approx(np.log(4.0))
    assert (logit(0.0), logit(1.0)) == (-np.inf, np.inf)
    assert expit(np.array([-np.inf, 0.0, np.log(4.0), np.inf])) == pytest.approx([0, 0.5, 0.8, 1])
