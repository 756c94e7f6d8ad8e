"""The one progress bar: on a terminal, in a notebook for long work, and silent everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

__all__ = ["progress"]

T = TypeVar("T")
_PATIENCE = 10.0  # seconds


def progress(
    steps: Iterable[T], *, doing: str, unit: str, total: int | None = None, done: int = 0
) -> Iterator[T]:
    """Go through the steps of long work and show how far it is.

    Parameters
    ----------
    steps : iterable
        What is done one after the other, or is finished in any order.
    doing : str
        What the work is, in a word or two.
    unit : str
        What one step is.
    total, done : int
        Steps in all, where `steps` has no length or is only the rest; and those done before.

    Yields
    ------
    object
        The steps, unchanged. The bar is on standard error, where that is a terminal; in a notebook
        after ten seconds, so that quick work leaves no trace there. It goes when the work is done.

    Examples
    --------
    >>> list(progress(["a", "b"], doing="Reading", unit="table"))
    ['a', 'b']
    """
    looks = {"disable": False, "delay": _PATIENCE} if _in_notebook() else {"disable": None}
    yield from tqdm(steps, desc=doing, unit=unit, total=total, initial=done, leave=False, **looks)


def _in_notebook() -> bool:
    """Tell whether this runs in the kernel of a notebook; IPython is not imported for it."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")
