"""Which columns a frame must have, and which of its rows belong to one curve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError

__all__ = ["group_curves", "keys_of", "number_curves", "require_columns"]


def require_columns(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a frame without the columns that a call needs."""
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ColumnError(
            f"The frame lacks {len(missing)} of the columns that the call needs: "
            f"{', '.join(missing)}. Give a frame with them, or name other columns."
        )


def keys_of(by: str | Sequence[str] | None) -> list[str]:
    """List the columns that tell curves apart."""
    return [] if by is None else [by] if isinstance(by, str) else list(by)


def number_curves(frame: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    """Give the rows of each curve one number, in order of the keys."""
    if not keys:
        return pd.Series(0, index=frame.index)
    return frame.groupby(list(keys), observed=True, dropna=False).ngroup()


def group_curves(
    frame: pd.DataFrame, keys: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], npt.NDArray[np.intp]]]:
    """Give the texts that name each curve, and the positions of its rows."""
    numbers = number_curves(frame, keys).to_numpy()
    for number in np.unique(numbers):
        rows = np.flatnonzero(numbers == number)
        first = frame.iloc[rows[:1]]
        yield tuple(first[name].astype("string").fillna("").iloc[0] for name in keys), rows
