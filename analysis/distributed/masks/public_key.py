"""What a site shows of its key: a small file, and a fingerprint to be compared over the phone."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.distributed.digests import digest
from analysis.distributed.masks.places import require_no_private_key
from analysis.distributed.masks.plain import read_plain, require_label, write_plain
from analysis.errors import DataError

__all__ = ["PublicKey", "in_groups", "public_key_from", "read_public_key", "write_public_key"]

_KIND = "ketamine-outcomes public key 1"
_KEY_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """What a site shows of its key.

    Parameters
    ----------
    site : str
        Name of the site.
    exchange, signing : bytes
        Raw public keys of X25519 and Ed25519, 32 bytes each.

    Raises
    ------
    DataError
        When the name is none, or a key has another length.
    """

    site: str
    exchange: bytes = field(repr=False)
    signing: bytes = field(repr=False)

    def __post_init__(self) -> None:
        require_label(self.site, "a site")
        if len(self.exchange) != _KEY_BYTES or len(self.signing) != _KEY_BYTES:
            raise DataError(f"The public keys of {self.site} do not have {_KEY_BYTES} bytes each.")

    @property
    def described(self) -> dict[str, str]:
        """Name and keys in values that JSON has."""
        return {
            "site": self.site,
            "exchange": self.exchange.hex(),
            "signing": self.signing.hex(),
        }

    @property
    def fingerprint(self) -> str:
        """Half of the SHA-256 of name and keys in groups of four, to be read over the phone."""
        return in_groups(digest(self.described))


def in_groups(sha256: str) -> str:
    """Write the first half of a digest in groups of four digits, to be read aloud.

    Parameters
    ----------
    sha256 : str
        64 hexadecimal digits.

    Returns
    -------
    str
        Eight groups.

    Examples
    --------
    >>> in_groups("0123456789abcdef" * 4)
    '0123 4567 89ab cdef 0123 4567 89ab cdef'
    """
    return " ".join(sha256[start : start + 4] for start in range(0, 32, 4))


def write_public_key(key: PublicKey, path: Path | str) -> Path:
    """Write a public key as a small JSON file, which the site sends.

    Parameters
    ----------
    key : PublicKey
        The public part.
    path : path
        The file; not in the folder of the private key.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    DisclosureError
        When a private key lies in the same folder.
    """
    values = {**key.described, "fingerprint": key.fingerprint}
    return write_plain(require_no_private_key(path), _KIND, values)


def read_public_key(path: Path | str) -> PublicKey:
    """Read a public key. Ask the site for its fingerprint by another way, such as the phone.

    Parameters
    ----------
    path : path
        What `write_public_key` wrote.

    Returns
    -------
    PublicKey
        The key.

    Raises
    ------
    DataError
        When the file is no public key, or its fingerprint does not fit.
    """
    file = Path(path)
    return public_key_from(read_plain(file, _KIND, "the public key of a site"), file.name)


def public_key_from(values: Any, where: str) -> PublicKey:
    """Rebuild a public key from values of JSON.

    Parameters
    ----------
    values : mapping
        Name, keys and fingerprint.
    where : str
        Name of the file, for messages.

    Returns
    -------
    PublicKey
        The key.

    Raises
    ------
    DataError
        When values are missing, or the fingerprint is not that of name and keys.
    """
    try:
        key = PublicKey(
            site=values["site"],
            exchange=bytes.fromhex(values["exchange"]),
            signing=bytes.fromhex(values["signing"]),
        )
        fits = values["fingerprint"] == key.fingerprint
    except (AttributeError, KeyError, TypeError, ValueError):
        fits = False
    if not fits:
        raise DataError(
            f"{where} holds a public key that is incomplete, or whose fingerprint is not its own: "
            "it was changed by hand or damaged. Ask the site to send its key again."
        )
    return key
