"""A canary: neither keys nor sums of a site are in what is sent, shown, noted or said."""

import base64
import io
import pickle

import numpy as np
import pytest

from analysis.distributed.masks import Layout, make_site_key, mask, masked_sums
from analysis.distributed.masks.fixed_point import to_limbs
from analysis.distributed.sums import packed
from analysis.errors import AnalysisError
from tests.distributed.masks.network import network

pytestmark = pytest.mark.unit

SECRET = 987654321.25
SUMS = np.array([SECRET, -SECRET, 0.0, SECRET, 1.0, SECRET])


def forms(raw):
    """How bytes could stand in a file or text."""
    return [raw, raw.hex().encode(), base64.b64encode(raw)[:40], repr(raw).encode()]


def traces(key):
    """All that must not be found anywhere: private keys, and sums in several forms."""
    private = [key.exchange.private_bytes_raw(), key.signing.private_bytes_raw()]
    limbs = to_limbs(SUMS, fixed_bits=64, n_sites=4)[:, :1]
    numbers = [b"987654321", np.float64(SECRET).tobytes(), limbs.tobytes(), limbs[0].tobytes()]
    return [*numbers, *(form for raw in private for form in forms(raw))]


@pytest.fixture
def site(tmp_path):
    """A network in which one site has a key from a file."""
    net = network(tmp_path)
    key = make_site_key(tmp_path / "local" / "keys" / "clinic-04.pem")
    net.keys["clinic-04"] = key
    others = [each for each in net.roster.sites if each.site != "clinic-04"]
    net.roster = type(net.roster)(sites=(*others, key.public("clinic-04")))
    return net, key


def found(content, key):
    return [place for place, trace in enumerate(traces(key)) if trace in content]


def test_the_search_finds_what_is_there(site):
    _, key = site
    assert found(key.path.read_bytes(), key) == []  # the file wraps keys in its own encoding
    assert found(repr(SUMS.tolist()).encode(), key) == [0]
    assert 1 in found(SUMS.tobytes(), key)
    assert len(found(b"".join(traces(key)), key)) == len(traces(key))


def test_messages_and_records_hold_no_secret(site):
    net, key = site
    message = mask({"a": SUMS}, net.terms, roster=net.roster, key=key)
    content = io.BytesIO()
    np.savez(content, limbs=message.limbs)
    shown = [repr(message), repr(key), repr(net.roster), repr(net.terms), repr(message.described)]
    everything = [
        packed(masked_sums(message)),
        content.getvalue(),
        pickle.dumps(message),
        key.path.with_suffix(".rounds.json").read_bytes(),
        "\n".join(shown).encode(),
    ]
    assert [found(each, key) for each in everything] == [[]] * 5


def refusals(net, key):
    """Everything that can go wrong at a site, with its own sums in hand."""
    mask({"a": SUMS}, net.terms, roster=net.roster, key=key)
    yield lambda: mask({"a": 2 * SUMS}, net.terms, roster=net.roster, key=key)
    endless = np.where(SUMS == 0.0, np.inf, SUMS)
    for bad in (SUMS[:-1], endless, SUMS * 1e200, np.array([str(SECRET)] * 6), SUMS * 1e10):
        yield lambda bad=bad: mask({"a": bad}, net.terms, roster=net.roster, key=key)
    yield lambda: mask({"b": SUMS}, net.terms, roster=net.roster, key=key)
    without = net.roster.without("clinic-04")
    yield lambda: mask({"a": SUMS}, net.terms, roster=without, key=key)
    yield lambda: Layout(shapes={})


def test_refusals_say_no_secret(site):
    net, key = site
    cases = list(refusals(net, key))
    assert len(cases) == 9
    for case in cases:
        with pytest.raises(AnalysisError) as refused:
            case()
        chain, error = [], refused.value
        while error is not None:
            chain.append(str(error))
            error = error.__cause__ or error.__context__
        assert found("\n".join(chain).encode(), key) == []
        assert not any(str(key.path.parent) in said for said in chain)
