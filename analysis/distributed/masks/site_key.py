"""The private key of a site, in a file that never leaves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from analysis import storage
from analysis.distributed.masks.places import require_folder_of_keys
from analysis.distributed.masks.public_key import PublicKey
from analysis.errors import DataError

__all__ = ["SiteKey", "make_site_key", "read_site_key"]

_END_OF_KEY = b"-----END PRIVATE KEY-----\n"


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteKey:
    """The private key of a site, as read from its file.

    Parameters
    ----------
    path : pathlib.Path
        The file; the record of what was masked lies beside it.
    exchange : X25519PrivateKey
        Agrees on secrets with the other sites.
    signing : Ed25519PrivateKey
        Signs messages.
    """

    path: Path = field(repr=False)
    exchange: X25519PrivateKey = field(repr=False)
    signing: Ed25519PrivateKey = field(repr=False)

    def public(self, site: str) -> PublicKey:
        """Return the public part under the name of the site."""
        return PublicKey(
            site=site,
            exchange=self.exchange.public_key().public_bytes_raw(),
            signing=self.signing.public_key().public_bytes_raw(),
        )


def make_site_key(path: Path | str) -> SiteKey:
    """Draw a new private key from the random source of the operating system, and keep it in a file.

    Parameters
    ----------
    path : path
        A file that is not there, ending in ``.pem``, below a folder named ``local``, in a folder
        that holds nothing but keys and their records. Only its owner may read it, where the
        system knows owners. Whoever has the file can take off the masks of its site.

    Returns
    -------
    SiteKey
        The key.

    Raises
    ------
    DisclosureError
        When the folder is not local, or holds other files, with which a key could leave.
    ReportError
        When the file is there or cannot be written.
    """
    target = require_folder_of_keys(path)
    exchange, signing = X25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    storage.write_secret(target, _as_pem(exchange) + _as_pem(signing))
    return read_site_key(target)


def _as_pem(key: X25519PrivateKey | Ed25519PrivateKey) -> bytes:
    """Write a private key as the text that OpenSSL and others read."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_site_key(path: Path | str) -> SiteKey:
    """Read a private key.

    Parameters
    ----------
    path : path
        What `make_site_key` wrote.

    Returns
    -------
    SiteKey
        The key.

    Raises
    ------
    DataError
        When the file is not there or is no such key; nothing of its content is said.
    """
    file = Path(path)
    try:
        blocks = file.read_bytes().replace(b"\r\n", b"\n").split(_END_OF_KEY)
        keys = [load_pem_private_key(block + _END_OF_KEY, None) for block in blocks[:-1]]
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        keys = []
    match keys:
        case [X25519PrivateKey() as exchange, Ed25519PrivateKey() as signing]:
            return SiteKey(path=file, exchange=exchange, signing=signing)
    raise DataError(
        f"{file.name} is no private key of a site. Take the file that was made for this site, or "
        "make a new key and ask for a new roster."
    )
