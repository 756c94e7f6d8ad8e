"""The derivation of masks: the library against the vectors of the RFCs, and what enters a key."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from analysis.distributed.masks import Layout, PublicKey, Roster
from analysis.distributed.masks.streams import derived_key, stream, stream_key
from analysis.errors import DataError
from tests.distributed.masks.network import network


@pytest.mark.reference
def test_shared_secret_of_rfc_7748_section_6_1():
    alice, bob, alice_public, bob_public, shared = map(
        bytes.fromhex,
        [
            "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
            "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
        ],
    )
    for own, own_public, other_public in (
        (alice, alice_public, bob_public),
        (bob, bob_public, alice_public),
    ):
        key = X25519PrivateKey.from_private_bytes(own)
        assert key.public_key().public_bytes_raw() == own_public
        assert key.exchange(X25519PublicKey.from_public_bytes(other_public)) == shared


@pytest.mark.reference
def test_derived_keys_of_rfc_5869_appendix_a():
    # cases 1 and 3; the first 32 bytes of HKDF's output do not depend on its length
    one = derived_key(
        bytes([0x0B] * 22), bytes(range(0xF0, 0xFA)), salt=bytes(range(0x0D))
    )  # fmt: skip
    assert one.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
    three = derived_key(bytes([0x0B] * 22), b"")
    assert three.hex() == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"


@pytest.mark.reference
def test_stream_of_rfc_8439_appendix_a_1():
    # test vectors 1 and 2: key and nonce of zeros, blocks 0 and 1
    blocks = bytes.fromhex(
        "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
        "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"
        "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
        "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f"
    )
    limbs = stream(bytes(32), 8)
    assert limbs.shape == (2, 8)
    assert limbs.dtype == np.uint64
    words = [int.from_bytes(blocks[8 * k : 8 * k + 8], "little") for k in range(16)]
    assert limbs.ravel().tolist() == words


@pytest.fixture
def four(tmp_path):
    return network(tmp_path)


def key_between(net, own, other, terms=None, roster=None):
    return stream_key(
        net.keys[own], own, net.roster.key_of(other), terms or net.terms, roster or net.roster
    )


@pytest.mark.identity
def test_both_sites_of_a_pair_derive_the_same_key_and_no_other_pair_does(four):
    names = four.roster.names
    keys = {(one, two): key_between(four, one, two) for one in names for two in names if one != two}
    assert all(keys[one, two] == keys[two, one] for one, two in keys)
    assert len(set(keys.values())) == 6


@pytest.mark.identity
def test_all_that_was_agreed_enters_the_key(four):
    one, two, *_ = four.roster.names
    terms = four.terms
    others = [
        replace(terms, name="r2"),
        replace(terms, spec_sha="0" * 64),
        replace(terms, layout=Layout(shapes={"b": (6,)})),
        replace(terms, fixed_bits=63),
    ]
    keys = {key_between(four, one, two, changed) for changed in [terms, *others]}
    keys.add(key_between(four, one, two, roster=four.roster.without(four.roster.names[-1])))
    assert len(keys) == 6


@pytest.mark.unit
def test_the_key_is_derived_from_these_bytes_in_every_version(four):
    two, three = four.roster.key_of("clinic-02"), four.roster.key_of("clinic-03")
    secret = four.keys["clinic-03"].exchange.exchange(
        X25519PublicKey.from_public_bytes(two.exchange)
    )
    info = (
        '["ketamine-outcomes mask 1",{"fixed_bits":64,"layout_sha256":"LAYOUT","round":"r1",'
        '"spec_sha256":"SPEC"},{"pair":["clinic-02","clinic-03"],"roster_sha256":"ROSTER"}]'
    )
    parts = {
        "LAYOUT": hashlib.sha256(b'[["a",[6]]]').hexdigest(),
        "SPEC": hashlib.sha256(b"analysis").hexdigest(),
        "ROSTER": four.roster.sha256,
    }
    for name, digest in parts.items():
        info = info.replace(name, digest)
    expected = derived_key(secret, info.encode())
    assert (
        stream_key(four.keys["clinic-02"], "clinic-02", three, four.terms, four.roster) == expected
    )
    assert stream_key(four.keys["clinic-03"], "clinic-03", two, four.terms, four.roster) == expected


@pytest.mark.unit
@pytest.mark.parametrize("point", [bytes(32), b"\1" + bytes(31)])
def test_public_keys_that_give_everybody_the_same_secret_are_refused(four, point):
    one, two, *rest = four.roster.sites
    weak = PublicKey(site=two.site, exchange=point, signing=two.signing)
    roster = Roster(sites=(one, weak, *rest))
    with pytest.raises(DataError, match=r"public key of clinic-02 is none that can keep a secret"):
        stream_key(four.keys[one.site], one.site, weak, four.terms, roster)
