"""Masked sums are exact, and messages tell nothing without all the others."""

import json
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from analysis.distributed.masks import Layout, masked_of, masked_sums, unmask
from analysis.distributed.masks.fixed_point import add_to, subtract_from, to_limbs
from analysis.distributed.masks.masking import ZEROS
from analysis.distributed.masks.streams import stream, stream_key
from analysis.distributed.sums import packed, unpacked
from analysis.errors import DataError, DisclosureError
from tests.distributed.masks.network import integer, looks_uniform, network

identity, unit = pytest.mark.identity, pytest.mark.unit


def numbers(draw, size, fixed_bits, n_sites):
    """Numbers of all sizes, with the extremes among them."""
    values = draw.choice([-1.0, 1.0], size) * 2.0 ** draw.uniform(-90, 121 - fixed_bits, size)
    largest = np.nextafter(2.0 ** (127 - fixed_bits) / n_sites, 0)
    half = 2.0 ** (-fixed_bits - 1)
    special = [
        0.0,
        -0.0,
        5e-324,
        -5e-324,
        largest,
        -largest,
        half,
        -half,
        3 * half,
        1e-5,
        largest / 3,
    ]
    values[: len(special)] = special
    return values


@identity
@pytest.mark.parametrize(
    ("n_sites", "fixed_bits"), [(3, 64), (4, 0), (5, 64), (8, 40), (17, 100), (40, 64)]
)
def test_sums_are_those_of_whole_numbers_bit_by_bit(tmp_path, n_sites, fixed_bits):
    draw = np.random.default_rng(n_sites)
    net = network(tmp_path, n_sites, 60, fixed_bits=fixed_bits)
    arrays = {site: numbers(draw, 60, fixed_bits, n_sites) for site in net.keys}
    found = net.total(net.masked(arrays)[:: (-1) ** n_sites])
    scale = 2**fixed_bits
    for place in range(60):
        column = [arrays[site].tolist()[place] for site in net.keys]
        exact = sum(round(Fraction(value) * scale) for value in column)
        assert found[place] == exact / scale  # Python rounds quotients of integers correctly


@identity
def test_counts_are_exact(tmp_path):
    draw = np.random.default_rng(1)
    net = network(tmp_path, 8, 50)
    arrays = {site: draw.integers(-(2**49), 2**49, 50) for site in net.keys}
    assert net.total(net.masked(arrays)).tolist() == sum(arrays.values()).tolist()


@unit
def test_the_sum_says_how_exact_it_is(tmp_path):
    net = network(tmp_path, 4, 2)
    messages = net.masked(dict.fromkeys(net.keys, np.array([0.1, -3.0])))
    total = unmask(messages, net.terms, roster=net.roster)
    assert total.arrays["a"].tolist() == [0.4, -12.0]
    assert total.resolution == 2.0**-64
    assert total.largest_error == 2.0**-63
    assert total.sites == net.roster.names
    words = total.summary()
    assert "sum over 4 sites" in words
    assert "multiples of 2^-64 (5.4e-20)" in words
    assert "within 1.1e-19" in words


@identity
def test_the_sum_is_within_its_stated_error_of_the_exact_one(tmp_path):
    draw = np.random.default_rng(2)
    net = network(tmp_path, 9, 400, fixed_bits=20)
    arrays = {site: draw.normal(size=400) for site in net.keys}
    total = unmask(net.masked(arrays), net.terms, roster=net.roster)
    columns = np.column_stack(list(arrays.values())).tolist()
    exact = [sum(map(Fraction, column)) for column in columns]
    errors = [abs(Fraction(f) - e) for f, e in zip(total.arrays["a"].tolist(), exact, strict=True)]
    assert 0 < max(errors) <= total.largest_error


# --- What a message tells -----------------------------------------------------------------------


@pytest.fixture
def long(tmp_path):
    """Four sites with many numbers, and their messages."""
    net = network(tmp_path, 4, 40_000)
    draw = np.random.default_rng(3)
    arrays = {site: 1e3 * draw.normal(size=40_000) for site in net.keys}
    return net, arrays, net.masked(arrays)


@identity
def test_one_message_looks_random(long):
    _, arrays, messages = long
    for message in messages:
        assert looks_uniform(message.limbs)
        plain = arrays[message.site]
        for limb in message.limbs[:, :-ZEROS].astype(np.float64):
            assert stats.spearmanr(limb, plain).pvalue > 1e-4
    one, two = (message.limbs[1].astype(np.float64) for message in messages[:2])
    assert stats.spearmanr(one, two).pvalue > 1e-4


@identity
def test_what_looks_random_is_told_from_what_does_not(long):
    _, arrays, _ = long
    plain = to_limbs(next(iter(arrays.values())), fixed_bits=64, n_sites=4)
    assert not looks_uniform(plain)


@identity
@pytest.mark.parametrize("left_out", range(4))
def test_the_sum_of_all_messages_but_one_looks_random(long, left_out):
    _, _, messages = long
    total = np.zeros_like(messages[0].limbs)
    for place, message in enumerate(messages):
        if place != left_out:
            add_to(total, message.limbs)
    assert looks_uniform(total)


@identity
def test_sites_that_collude_learn_the_sum_of_the_rest_and_no_more(long):
    net, arrays, messages = long
    first, second, *colluding = net.roster.names
    stripped = {}
    for message in messages[:2]:
        limbs = message.limbs.copy()
        for other in colluding:
            key = stream_key(
                net.keys[other], other, net.roster.key_of(message.site), net.terms, net.roster
            )
            subtract_from(limbs, stream(key, limbs.shape[1]))  # clinic-01 and -02 come first
        stripped[message.site] = limbs
    assert all(looks_uniform(limbs) for limbs in stripped.values())
    add_to(stripped[first], stripped[second])
    rest = to_limbs(arrays[first], fixed_bits=64, n_sites=4)
    add_to(rest, to_limbs(arrays[second], fixed_bits=64, n_sites=4))
    np.testing.assert_array_equal(stripped[first][:, :-ZEROS], rest)


@unit
def test_a_message_holds_nothing_but_what_everybody_knows(long):
    net, _, messages = long
    travelling = masked_sums(messages[0])
    assert dict(travelling.about) == {
        "site": "clinic-01",
        "roster_sha256": net.roster.sha256,
        "round": "r1",
        "spec_sha256": net.terms.spec_sha,
        "layout_sha256": net.terms.layout.sha256,
        "fixed_bits": 64,
        "signature": messages[0].signature.hex(),
    }
    assert {name: a.shape for name, a in travelling.arrays.items()} == {"limbs": (2, 40_032)}


# --- The same again -----------------------------------------------------------------------------


@identity
def test_the_same_sums_give_the_same_bytes(tmp_path):
    net = network(tmp_path)
    arrays = dict.fromkeys(net.keys, np.arange(6.0))
    one, two = (
        [packed(masked_sums(message)) for message in net.masked(arrays)] for _ in range(2)
    )  # fmt: skip
    assert one == two
    assert len(set(one)) == 4
    again = [masked_of(unpacked(content)) for content in one]
    assert net.total(again).tolist() == (4 * np.arange(6.0)).tolist()


@unit
def test_a_round_masks_one_content_only(tmp_path):
    net = network(tmp_path)
    site = "clinic-02"
    net.masked({site: np.zeros(6)}, [site])
    record = net.keys[site].path.with_suffix(".rounds.json")
    before = record.read_bytes()
    with pytest.raises(DisclosureError, match="round r1 has already masked other numbers"):
        net.masked({site: np.array([0.0, 0, 0, 0, 0, 2.0**-64])}, [site])
    assert record.read_bytes() == before
    (noted,) = json.loads(before).values()
    assert set(noted) == {"round", "message_sha256"}


@unit
def test_another_round_or_roster_masks_another_content(tmp_path):
    net = network(tmp_path)
    site = "clinic-02"
    net.masked({site: np.zeros(6)}, [site])
    other_round = network(tmp_path, name="r2")
    other_round.masked({site: np.ones(6)}, [site])
    other_roster = network(tmp_path, n_sites=3)
    other_roster.masked({site: np.full(6, 3.0)}, [site])
    other_layout = network(tmp_path, size=1, layout=Layout(shapes={"a": (1,)}))
    other_layout.masked({site: np.ones(1)}, [site])
    assert len(json.loads(net.keys[site].path.with_suffix(".rounds.json").read_bytes())) == 4


@identity
def test_without_the_record_two_contents_would_show_their_difference(tmp_path):
    net = network(tmp_path)
    site = "clinic-02"
    (one,) = net.masked({site: np.arange(6.0)}, [site])
    net.keys[site].path.with_suffix(".rounds.json").unlink()
    (two,) = net.masked({site: 3 * np.arange(6.0)}, [site])
    subtract_from(two.limbs, one.limbs)
    assert [integer(column) / 2**64 for column in two.limbs.T[:6]] == [0, 2, 4, 6, 8, 10]


@unit
@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_record_that_cannot_be_read_stops_the_site(tmp_path, content):
    net = network(tmp_path)
    site = "clinic-02"
    net.masked({site: np.zeros(6)}, [site])
    record = net.keys[site].path.with_suffix(".rounds.json")
    record.write_bytes(content)
    with pytest.raises(DataError, match=r"clinic-02\.rounds\.json, the record"):
        net.masked({site: np.zeros(6)}, [site])
    assert record.read_bytes() == content
