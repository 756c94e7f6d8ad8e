"""Named streams: fixed numbers, independent of who is drawn besides."""

import hashlib

import numpy as np
import pytest
from scipy import stats

from analysis.synthetic.streams import Streams, choose, pick

unit, identity, truth = pytest.mark.unit, pytest.mark.identity, pytest.mark.truth


@unit
def test_numbers_follow_from_the_raw_integers_of_philox():
    # the stream of raw integers for a key is part of NumPy's promise (NEP 19)
    key = int.from_bytes(hashlib.blake2b(b"7//age", digest_size=16).digest(), "little")
    raw = np.random.Philox(key=key).random_raw(8)
    expected = [((int(number) >> 12) + 0.5) / 2**52 for number in (raw[0], raw[4])]
    assert Streams(seed=7).uniform("age", 2)[:, 0].tolist() == expected


@unit
def test_numbers_are_strictly_between_0_and_1():
    drawn = Streams(seed=1).uniform("any", 1000, 100)
    assert drawn.min() > 0.0
    assert drawn.max() < 1.0
    largest = ((2**52 - 1) + 0.5) * 2.0**-52
    assert largest < 1.0


@identity
@pytest.mark.parametrize("columns", [1, 4, 7])
def test_a_patient_has_the_same_numbers_whoever_is_drawn_besides(columns):
    whole = Streams(seed=3).uniform("a", 50, columns)
    assert np.array_equal(whole[:20], Streams(seed=3).uniform("a", 20, columns))
    assert np.array_equal(whole[20:45], Streams(seed=3, first=20).uniform("a", 25, columns))
    assert len(np.unique(whole)) == whole.size


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
def test_numbers_have_their_distributions_and_are_uncorrelated():
    streams = Streams(seed=11)
    uniform, normal = streams.uniform("u", 20_000)[:, 0], streams.normal("n", 20_000)[:, 0]
    assert stats.kstest(uniform, "uniform").pvalue > 0.001
    assert stats.kstest(normal, "norm").pvalue > 0.001
    assert stats.kstest(streams.waiting("w", 20_000)[:, 0], "expon").pvalue > 0.001
    assert abs(np.corrcoef(uniform, normal)[0, 1]) < 4.0 / np.sqrt(20_000)
    assert abs(np.corrcoef(uniform[1:], uniform[:-1])[0, 1]) < 4.0 / np.sqrt(20_000)


@unit
def test_picking_by_weights_and_choosing_evenly():
    chosen = pick(np.array([0.01, 0.24, 0.26, 0.74, 0.76, 0.999]), [1, 2, 1])
    assert chosen.tolist() == [0, 0, 1, 1, 2, 2]
    assert choose(np.array([0.01, 0.49, 0.51, 0.99]), (6, 8)).tolist() == [6, 6, 8, 8]
