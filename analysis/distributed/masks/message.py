"""What a site sends in one round: masked limbs, what they belong to, and the site's signature."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.distributed.digests import canonical
from analysis.distributed.masks.plain import require_label
from analysis.distributed.sums import Sums
from analysis.errors import DataError

__all__ = ["Masked", "masked_of", "masked_sums"]

Limbs = npt.NDArray[np.uint64]

_KIND = "masked 1"
_TERMS = {"round": str, "spec_sha256": str, "layout_sha256": str, "fixed_bits": int}
_ABOUT = {"site": str, "roster_sha256": str, **_TERMS}
_SIGNATURE_BYTES = 64


@dataclass(frozen=True, kw_only=True, eq=False)
class Masked:
    """The message of a site in one round.

    Parameters
    ----------
    site, roster_sha : str
        Who sends, by which roster.
    round, spec_sha, layout_sha : str
        Name of the round, digests of the specification and of the layout.
    fixed_bits : int
        Binary places after the point.
    limbs : array of uint64, shape (2, k)
        High and low limbs of the layout's numbers and of a block of zeros, all masked.
    signature : bytes
        Ed25519 over all the others, 64 bytes.
    """

    site: str
    roster_sha: str
    round: str
    spec_sha: str
    layout_sha: str
    fixed_bits: int
    limbs: Limbs = field(repr=False)
    signature: bytes = field(repr=False, default=b"")

    @property
    def described(self) -> dict[str, Any]:
        """All but limbs and signature, in values that JSON has."""
        return {
            "site": self.site,
            "roster_sha256": self.roster_sha,
            "round": self.round,
            "spec_sha256": self.spec_sha,
            "layout_sha256": self.layout_sha,
            "fixed_bits": self.fixed_bits,
        }

    @property
    def limbs_sha256(self) -> str:
        """Digest of the masked limbs and their number, as 64 hexadecimal digits."""
        return hashlib.sha256(self.limbs.astype("<u8").tobytes()).hexdigest()

    @property
    def signed(self) -> bytes:
        """The bytes that the site signs."""
        return canonical([_KIND, self.described, self.limbs_sha256])


def masked_sums(message: Masked) -> Sums:
    """Make a message ready to travel by `analysis.distributed.sums.packed`.

    Parameters
    ----------
    message : Masked
        Of `mask`.

    Returns
    -------
    Sums
        The same, as plain values and arrays.
    """
    about = {**message.described, "signature": message.signature.hex()}
    return Sums(kind=_KIND, about=about, arrays={"limbs": message.limbs})


def masked_of(sums: Sums) -> Masked:
    """Read a message that has travelled.

    Parameters
    ----------
    sums : Sums
        Of `masked_sums`.

    Returns
    -------
    Masked
        As it was; that it is unchanged, `unmask` finds out.

    Raises
    ------
    DataError
        When the sums are no masked message.
    """
    about, limbs = dict(sums.about), sums.arrays.get("limbs")
    text = about.pop("signature", None)
    typed = {name: type(value) for name, value in about.items()} == _ABOUT
    if sums.kind != _KIND or not typed or limbs is None or set(sums.arrays) != {"limbs"}:
        raise _unfit()
    if limbs.dtype.kind != "u" or limbs.dtype.itemsize != 8 or limbs.ndim != 2 or len(limbs) != 2:
        raise _unfit()
    require_label(about["site"], "a site")
    require_label(about["round"], "a round")
    return Masked(
        site=about["site"],
        roster_sha=about["roster_sha256"],
        round=about["round"],
        spec_sha=about["spec_sha256"],
        layout_sha=about["layout_sha256"],
        fixed_bits=about["fixed_bits"],
        limbs=limbs.astype(np.uint64),
        signature=_signature(text),
    )


def _signature(text: object) -> bytes:
    """Read a signature from its hexadecimal digits."""
    try:
        signature = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        signature = b""
    if len(signature) != _SIGNATURE_BYTES:
        raise _unfit()
    return signature


def _unfit() -> DataError:
    """Say that something is no message."""
    return DataError(
        "A file is no masked message of this version, or was changed. Ask the site to send its "
        "message again, and use the same version of this toolkit everywhere."
    )
