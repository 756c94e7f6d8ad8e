"""The masks: for each pair of sites a stream of random limbs that only the two can work out.

X25519 (RFC 7748) gives the pair a secret, HKDF-SHA256 (RFC 5869) a key for this roster, round and
pair, ChaCha20 (RFC 8439) the stream. The one that comes first by name adds it, the other one
subtracts it, so that the streams of all pairs cancel in the sum over all sites.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from analysis.distributed.digests import canonical
from analysis.distributed.masks.agreed import RoundTerms
from analysis.distributed.masks.fixed_point import add_to, subtract_from
from analysis.distributed.masks.public_key import PublicKey
from analysis.distributed.masks.roster import Roster
from analysis.distributed.masks.site_key import SiteKey
from analysis.errors import DataError

__all__ = ["add_masks", "derived_key", "stream", "stream_key"]

Limbs = npt.NDArray[np.uint64]

_SCHEMA = "ketamine-outcomes mask 1"
_KEY_BYTES = 32
_START = bytes(16)  # counter and nonce: each key is for one stream, so both may begin at 0
_LIMB_BYTES = 8


def add_masks(limbs: Limbs, key: SiteKey, terms: RoundTerms, roster: Roster) -> None:
    """Add the streams of all pairs of a site to its limbs in place.

    Parameters
    ----------
    limbs : array of uint64, shape (2, k)
        High and low limbs; changed.
    key : SiteKey
        The site's own.
    terms : RoundTerms
        The round.
    roster : Roster
        All sites; the key must belong to one.

    Raises
    ------
    DataError
        When the key is not in the roster, or a key of the roster is unusable.
    """
    own = roster.name_of(key)
    for other in roster.sites:
        if other.site == own:
            continue
        mask = stream(stream_key(key, own, other, terms, roster), limbs.shape[1])
        (add_to if own < other.site else subtract_from)(limbs, mask)


def stream_key(
    key: SiteKey, own: str, other: PublicKey, terms: RoundTerms, roster: Roster
) -> bytes:
    """Derive the key of the stream of one pair in one round.

    Parameters
    ----------
    key : SiteKey
        The site's own.
    own : str
        Its name in the roster.
    other : PublicKey
        The other site.
    terms : RoundTerms
        The round: name, specification, layout and fixed point enter the key.
    roster : Roster
        All sites; its digest enters the key.

    Returns
    -------
    bytes
        32 bytes, the same for both sites.

    Raises
    ------
    DataError
        When the other site's public key is one that gives everybody the same secret.
    """
    try:
        secret = key.exchange.exchange(X25519PublicKey.from_public_bytes(other.exchange))
    except ValueError:
        raise DataError(
            f"The public key of {other.site} is none that can keep a secret. Ask that site to "
            "make a new key, and for a new roster."
        ) from None
    context = {"roster_sha256": roster.sha256, "pair": sorted([own, other.site])}
    return derived_key(secret, canonical([_SCHEMA, terms.described, context]))


def derived_key(secret: bytes, info: bytes, *, salt: bytes | None = None) -> bytes:
    """Derive a key of 32 bytes by HKDF-SHA256.

    Parameters
    ----------
    secret : bytes
        Input key material.
    info : bytes
        What the key is for.
    salt : bytes, optional
        None needed: the secret of X25519 is not known to anybody who could choose a salt.

    Returns
    -------
    bytes
        The key.
    """
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=salt, info=info).derive(secret)


def stream(key: bytes, size: int) -> Limbs:
    """Draw limbs from ChaCha20.

    Parameters
    ----------
    key : bytes
        32 bytes that serve for this stream only.
    size : int
        Numbers, k.

    Returns
    -------
    array of uint64, shape (2, k)
        The same on every machine: words are little-endian in the stream.
    """
    encryptor = Cipher(ChaCha20(key, _START), mode=None).encryptor()
    content = encryptor.update(bytes(2 * size * _LIMB_BYTES))
    return np.frombuffer(content, dtype="<u8").astype(np.uint64, copy=False).reshape(2, size)
