"""Digests of plain values: the same values have the same digest, however they were written."""

from __future__ import annotations

import hashlib
import json
from typing import Any

__all__ = ["canonical", "digest"]


def canonical(plain: Any) -> bytes:
    """Write values of JSON as the bytes that are hashed, signed and derived from.

    Parameters
    ----------
    plain : object
        Mappings, sequences, texts and numbers.

    Returns
    -------
    bytes
        The same values give the same bytes, and other values others: keys are sorted, texts are
        quoted, and there is no white space.
    """
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode("ascii")


def digest(plain: Any) -> str:
    """SHA-256 of values of JSON, as 64 hexadecimal digits.

    Parameters
    ----------
    plain : object
        As in `canonical`.

    Returns
    -------
    str
        The digest.
    """
    return hashlib.sha256(canonical(plain)).hexdigest()
