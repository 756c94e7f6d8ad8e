"""Sums over patients as they travel: plain values that say what they are, and arrays; no pickle."""

from __future__ import annotations

import io
import json
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.errors import DataError

__all__ = ["Sums", "packed", "unpacked"]

_ABOUT = "about"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first day that zip files know
_UNFIT = (
    AttributeError,
    EOFError,
    KeyError,
    MemoryError,  # a header that claims more than there is
    OSError,
    RuntimeError,  # ciphers and compressions that the zip does not really have
    TypeError,
    ValueError,
    tokenize.TokenError,  # a header of an array that is no Python
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sums:
    """What was summed over some patients.

    Parameters
    ----------
    kind : str
        What the sums are of, such as ``"moments"``.
    about : mapping of str to object
        Labels, levels and counts in the values that JSON has.
    arrays : mapping of str to array
        Numbers; never objects.
    """

    kind: str
    about: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray[Any, np.dtype[Any]]]


def packed(sums: Sums) -> bytes:
    """Put sums into the bytes of one NPZ file.

    Parameters
    ----------
    sums : Sums
        What is to travel.

    Returns
    -------
    bytes
        The same sums give the same bytes.
    """
    text = json.dumps({"kind": sums.kind, "about": dict(sums.about)})  # the order of keys counts
    about = np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, values in {_ABOUT: about, **_prefixed(sums.arrays)}.items():
            place = zipfile.ZipInfo(f"{name}.npy", _LONG_AGO)
            place.compress_type = zipfile.ZIP_DEFLATED  # a ZipInfo does not take the archive's
            with archive.open(place, "w") as member:
                np.lib.format.write_array(member, values, allow_pickle=False)
    return content.getvalue()


def unpacked(content: bytes, *, most: int | None = None) -> Sums:
    """Read what `packed` wrote.

    Parameters
    ----------
    content : bytes
        One NPZ file.
    most : int, optional
        Bytes that it may unfold to; for files from elsewhere, of which a small one could fill
        the memory.

    Returns
    -------
    Sums
        As they were.

    Raises
    ------
    DataError
        When the bytes are cut short, damaged, unfold to more than `most`, or hold anything but
        numbers.
    """
    sums = _read(content, most)
    if sums is None:  # not raised where another error, which holds the text, would be its context
        raise DataError(
            "A file of sums is cut short or damaged; delete it, and the sums are made again."
        )
    return sums


def _read(content: bytes, most: int | None) -> Sums | None:
    """Read sums; None when the bytes are not what `packed` writes."""
    try:
        if most is not None and _unfolded(content) > most:
            raise ValueError
        with np.load(io.BytesIO(content), allow_pickle=False) as loaded:
            arrays = {name: loaded[name] for name in loaded.files}
        text = json.loads(arrays.pop(_ABOUT).tobytes().decode("utf-8"))
        plain = {name.removeprefix("_"): _checked(values) for name, values in arrays.items()}
        return Sums(kind=str(text["kind"]), about=dict(text["about"]), arrays=plain)
    except _UNFIT:
        return None


def _unfolded(content: bytes) -> int:
    """Return the bytes that a file says it unfolds to; more than it says is never read."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(member.file_size for member in archive.infolist())


def _prefixed(
    arrays: Mapping[str, np.ndarray[Any, np.dtype[Any]]],
) -> dict[str, np.ndarray[Any, np.dtype[Any]]]:
    """Keep names of arrays apart from the text about them."""
    return {f"_{name}": np.asarray(values) for name, values in arrays.items()}


def _checked(values: Any) -> np.ndarray[Any, np.dtype[Any]]:
    """Refuse members of a file that are no array of numbers."""
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "biuf":
        raise TypeError
    return values
