"""The one progress bar: on a terminal, for long work, and silent everywhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from tqdm import tqdm

__all__ = ["progress"]

T = TypeVar("T")


def progress(steps: Sequence[T], *, doing: str, unit: str) -> Iterator[T]:
    """Go through the steps of long work and show how far it is.

    Parameters
    ----------
    steps : sequence
        What is done one after the other.
    doing : str
        What the work is, in a word or two.
    unit : str
        What one step is.

    Yields
    ------
    object
        The steps, unchanged. The bar is on standard error, only where that is a terminal, and goes
        away when the work is done.

    Examples
    --------
    >>> list(progress(["a", "b"], doing="Reading", unit="table"))
    ['a', 'b']
    """
    yield from tqdm(steps, desc=doing, unit=unit, leave=False, disable=None)
