"""Named arrays of agreed shapes as one vector, the same at all sites."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.distributed.digests import digest
from analysis.errors import DataError

__all__ = ["Layout", "laid_out", "taken_apart"]

FloatArray = npt.NDArray[np.float64]
_WHOLE_IN_DOUBLE = 2**53  # beyond, whole numbers have no exact double


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Names and shapes of the arrays that every site sends.

    A layout follows from the specification of an analysis. One that follows from data of a site,
    such as from the visits that its patients have, tells by its sizes what the masks hide.

    Parameters
    ----------
    shapes : mapping of str to tuple of int
        Shape of each array; ``()`` is one number. Their order does not matter.

    Raises
    ------
    DataError
        When nothing is to be sent, or a shape has a side below 1.

    Examples
    --------
    >>> Layout(shapes={"n": (), "cross": (3, 3)}).size
    10
    """

    shapes: Mapping[str, tuple[int, ...]]

    def __post_init__(self) -> None:
        ordered = {name: tuple(map(int, shape)) for name, shape in sorted(self.shapes.items())}
        object.__setattr__(self, "shapes", ordered)
        sides = [side for shape in ordered.values() for side in shape]
        if not ordered or min(sides, default=1) < 1:
            raise DataError(
                "A layout needs at least one array, and each side of an array at least one "
                "element. Leave out what is empty at all sites."
            )

    @property
    def size(self) -> int:
        """Numbers in all arrays together."""
        return sum(map(math.prod, self.shapes.values()))

    @property
    def sha256(self) -> str:
        """Digest of names, shapes and order, as 64 hexadecimal digits."""
        return digest([[name, list(shape)] for name, shape in self.shapes.items()])


def laid_out(arrays: Mapping[str, npt.NDArray[Any]], layout: Layout) -> FloatArray:
    """Put named arrays one after the other.

    Parameters
    ----------
    arrays : mapping of str to array
        Finite numbers, in the shapes of the layout; whole numbers up to 2**53.
    layout : Layout
        What all sites send.

    Returns
    -------
    array, shape (size,)
        All numbers, arrays in the order of the layout, each row by row.

    Raises
    ------
    DataError
        When an array is missing, not in the layout, of another shape, no numbers or not finite;
        the array is named.
    """
    strange = sorted(set(arrays) ^ set(layout.shapes))
    if strange:
        raise DataError(
            f"The arrays {', '.join(strange)} are either missing or not in the layout that all "
            f"sites agreed on ({', '.join(layout.shapes)}). Sum by the agreed specification."
        )
    parts = [_numbers(name, arrays[name], shape) for name, shape in layout.shapes.items()]
    return np.concatenate(parts)


def _numbers(name: str, values: npt.NDArray[Any], shape: tuple[int, ...]) -> FloatArray:
    """Return one array as doubles, or say what is wrong with it."""
    given = np.asarray(values)
    if given.shape != shape:
        raise DataError(
            f"The array {name} has another shape than the agreed {shape}. Use the levels and "
            "visits of the specification, not those that happen to be there."
        )
    if given.dtype.kind not in "buif":
        raise DataError(f"The array {name} holds something else than numbers; send numbers only.")
    if given.dtype.kind in "ui" and not _have_doubles(given):
        raise DataError(f"The array {name} holds whole numbers beyond 2**53, which lose digits.")
    plain = given.astype(np.float64).ravel()
    if not np.isfinite(plain).all():
        raise DataError(
            f"The array {name} holds numbers that are missing or infinite; a sum with them is "
            "none. Look for rows without values in what was summed."
        )
    return plain


def _have_doubles(whole: npt.NDArray[Any]) -> bool:
    """Tell whether whole numbers are small enough to be doubles without loss."""
    return int(whole.max()) <= _WHOLE_IN_DOUBLE and int(whole.min()) >= -_WHOLE_IN_DOUBLE


def taken_apart(vector: FloatArray, layout: Layout) -> dict[str, FloatArray]:
    """Cut a vector into the named arrays that `laid_out` put into it.

    Parameters
    ----------
    vector : array, shape (size,)
        All numbers.
    layout : Layout
        Their names and shapes.

    Returns
    -------
    dict of str to array
        Copies in their shapes.

    Raises
    ------
    DataError
        When the vector has another length than the layout.
    """
    if vector.shape != (layout.size,):
        raise DataError(f"A vector for this layout has {layout.size:,} numbers; this one has not.")
    ends = np.cumsum([math.prod(shape) for shape in layout.shapes.values()])
    pieces = np.split(vector, ends[:-1])
    return {
        name: piece.reshape(shape).copy()
        for (name, shape), piece in zip(layout.shapes.items(), pieces, strict=True)
    }
