"""Messages that are missing, repeated, exchanged, altered or wrong: named, and no partial sum."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.distributed.masks import Layout, masked_of, masked_sums, unmask
from analysis.distributed.masks.fixed_point import add_to
from analysis.distributed.masks.streams import stream, stream_key
from analysis.distributed.sums import Sums, packed, unpacked
from analysis.errors import AnalysisError, DataError
from tests.distributed.masks.network import network, site_key

pytestmark = pytest.mark.unit


@pytest.fixture
def net(tmp_path):
    return network(tmp_path)


def arrays_of(net):
    return {site: np.full(6, 100.0 * place) for place, site in enumerate(net.keys)}


@pytest.fixture
def messages(net):
    return net.masked(arrays_of(net))


def refused(net, messages, said):
    with pytest.raises(DataError, match=said) as refusal:
        net.total(messages)
    return str(refusal.value)


def signed(net, message, site=None):
    """A message as its site would have signed it."""
    key = net.keys[site or message.site].signing
    return replace(message, signature=key.sign(message.signed))


def test_a_site_that_drops_out_is_named_and_the_others_run_again(net, messages, tmp_path):
    said = refused(net, messages[:2], "No message of clinic-03, clinic-04: the masks cancel only")
    assert "Roster.without" in said
    assert "must not send its old message later" in said
    roster = net.roster.without("clinic-03")
    again = replace(net, roster=roster)
    rest = [site for site in net.keys if site != "clinic-03"]
    total = again.total(again.masked(arrays_of(net), rest))
    assert total.tolist() == [400.0] * 6
    refused(again, messages[:2] + messages[3:], "clinic-01: another roster; clinic-02: another")


def test_a_site_twice_or_from_elsewhere_is_named(net, messages, tmp_path):
    refused(net, [*messages, messages[1]], "More than one message of clinic-02")
    five = network(tmp_path, 5)
    (stranger,) = five.masked({"clinic-05": np.zeros(6)}, ["clinic-05"])
    refused(net, [*messages, stranger], "Messages of clinic-05, which the roster does not have")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"name": "r2"}, "round"),
        ({"spec_sha": "0" * 64}, "specification"),
        ({"fixed_bits": 63}, "number of binary places"),
        ({"layout": Layout(shapes={"a": (2, 3)})}, "layout"),
        ({"name": "r2", "fixed_bits": 63}, "round, number of binary places"),
    ],
)
def test_messages_of_other_terms_are_named_site_by_site(net, messages, tmp_path, change, what):
    other = network(tmp_path, **change)
    zeros = np.zeros(other.terms.layout.shapes["a"])
    (foreign,) = other.masked({"clinic-02": zeros}, ["clinic-02"])
    messages[1] = foreign
    refused(net, messages, rf"\(clinic-02: another {what}\)")


def test_a_message_cannot_be_passed_off_as_one_of_another_round(net, messages, tmp_path):
    (old,) = network(tmp_path, name="r0").masked({"clinic-02": np.zeros(6)}, ["clinic-02"])
    relabelled = replace(old, round="r1")
    refused(net, [messages[0], relabelled, *messages[2:]], "messages of clinic-02 were changed")
    # even if the site itself signs it, its masks are those of another round
    mistaken = signed(net, relabelled)
    refused(net, [messages[0], mistaken, *messages[2:]], "masks of this round do not cancel")


def test_a_message_under_another_sites_name_is_refused(net, messages):
    exchanged = [replace(messages[0], site="clinic-02"), replace(messages[1], site="clinic-01")]
    refused(net, [*exchanged, *messages[2:]], "messages of clinic-01, clinic-02 were changed")
    by_other = signed(net, messages[0], "clinic-02")
    refused(net, [by_other, *messages[1:]], "messages of clinic-01 were changed")


def test_a_wrong_key_is_noticed(net, messages, tmp_path):
    wrong = site_key(tmp_path / "local" / "wrong.pem", "wrong")
    with pytest.raises(DataError, match="belongs to no site"):
        net.roster.name_of(wrong)
    mistaken = replace(wrong, signing=net.keys["clinic-03"].signing)
    forced = _mask_without_asking(net, mistaken, "clinic-03")
    refused(net, [*messages[:2], forced, messages[3]], "masks of this round do not cancel")


def _mask_without_asking(net, key, site):
    """What a changed program could send: masks from a key that the roster does not have."""
    message = net.masked(arrays_of(net), [site])[0]
    limbs = np.zeros_like(message.limbs)
    for other in net.roster.sites:
        if other.site != site:
            add_to(limbs, stream(stream_key(key, site, other, net.terms, net.roster), 38))
    return signed(net, replace(message, limbs=limbs))


@pytest.mark.parametrize("limb", [0, 1])
@pytest.mark.parametrize("place", [0, 5, 6, 37])
@pytest.mark.parametrize("bit", [0, 31, 63])
def test_one_bit_of_a_message_is_noticed(net, messages, limb, place, bit):
    limbs = messages[2].limbs.copy()
    limbs[limb, place] ^= np.uint64(1 << bit)
    messages[2] = replace(messages[2], limbs=limbs)
    refused(net, messages, "messages of clinic-03 were changed")


def test_one_bit_of_a_signature_is_noticed(net, messages):
    good = messages[2]
    for bit in range(0, 512, 7):
        signature = bytearray(good.signature)
        signature[bit // 8] ^= 1 << bit % 8
        messages[2] = replace(good, signature=bytes(signature))
        refused(net, messages, "messages of clinic-03 were changed")


def test_a_bit_of_a_file_changes_no_sum(net, messages):
    content = packed(masked_sums(messages[2]))
    expected = net.total(messages).tolist()
    noticed = 0
    for place in range(0, len(content), 3):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        try:
            messages[2] = masked_of(unpacked(bytes(changed)))
            assert net.total(messages).tolist() == expected  # a bit that zip files do not use
        except AnalysisError:
            noticed += 1
    assert noticed > len(content) / 6


def test_messages_of_another_size_are_refused(net, messages):
    for limbs in (messages[2].limbs[:, :-1], np.repeat(messages[2].limbs, 2, axis=1)):
        refused(net, [*messages[:2], signed(net, replace(messages[2], limbs=limbs)), messages[3]],
                "messages of clinic-03 were changed")  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "moments"},
        {"kind": "masked 2"},
        {"arrays": {}},
        {"arrays": {"limbs": np.zeros((2, 3))}},
        {"arrays": {"limbs": np.zeros((2, 3), dtype=np.uint32)}},
        {"arrays": {"limbs": np.zeros((3, 3), dtype=np.uint64)}},
        {"arrays": {"limbs": np.zeros(6, dtype=np.uint64)}},
        {"arrays": {"limbs": np.zeros((2, 3), dtype=np.uint64), "n": np.zeros(1)}},
        {"about": {"fixed_bits": "64"}},
        {"about": {"fixed_bits": True}},
        {"about": {"site": ["clinic-01"]}},
        {"about": {"site": " x"}},
        {"about": {"round": "a\n"}},
        {"about": {"more": "x"}},
        {"about": {"signature": None}},
        {"about": {"signature": "zz" * 64}},
        {"about": {"signature": "00" * 63}},
    ],
)
def test_what_is_no_message_is_refused(messages, change):
    good = masked_sums(messages[0])
    about = {**good.about, **change.get("about", {})}
    bad = Sums(**{**vars(good), **change, "about": about})
    with pytest.raises(DataError):
        masked_of(bad)
    assert masked_of(good).signature == messages[0].signature


def test_an_unsigned_message_is_refused(net, messages):
    messages[0] = replace(messages[0], signature=b"")
    refused(net, messages, "messages of clinic-01 were changed")


def test_nothing_at_all_is_refused(net):
    said = "No message of clinic-01, clinic-02, clinic-03, clinic-04"
    with pytest.raises(DataError, match=said):
        unmask([], net.terms, roster=net.roster)
