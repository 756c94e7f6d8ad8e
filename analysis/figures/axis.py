"""Where visits stand on the x axis: numbers at their value, labels side by side in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

__all__ = ["Places", "groups_of", "place_visits"]


@dataclass(frozen=True, kw_only=True)
class Places:
    """Positions of visits on the x axis.

    Parameters
    ----------
    place_of : dict
        Visit to position.
    """

    place_of: dict[Any, float]

    def of(self, visits: Sequence[Any] | pd.Series) -> npt.NDArray[np.float64]:
        """Return the position of each visit."""
        return np.array([self.place_of[visit] for visit in visits], dtype=float)

    @staticmethod
    def name(visit: object) -> str:
        """Write a visit as text; numbers without needless decimals."""
        return f"{visit:g}" if isinstance(visit, float) else str(visit)

    def label(self, ax: Axes, x_label: str) -> None:
        """Set ticks, their labels and the name of the axis."""
        places = list(self.place_of.values())
        ax.set_xticks(places, [self.name(visit) for visit in self.place_of])
        room = 0.04 * (max(places) - min(places)) or 0.5
        ax.set_xlim(min(places) - room, max(places) + room)
        ax.set_xlabel(x_label)

    def describe(self) -> str:
        """Say how many visits there are, from which to which."""
        names = [self.name(visit) for visit in self.place_of]
        return f"{len(names)} visits from {names[0]} to {names[-1]}"


def groups_of(frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Split a frame by its column ``group``, in order of appearance.

    Parameters
    ----------
    frame : pandas.DataFrame
        With a column ``group`` of text; empty text where there is one group only.

    Returns
    -------
    list of (str, pandas.DataFrame)
        Name and rows of each group.
    """
    names = frame["group"].astype("string")
    return [(str(name), frame[names.eq(name)]) for name in dict.fromkeys(names)]


def place_visits(visits: pd.Series) -> Places:
    """Give every visit a position.

    Parameters
    ----------
    visits : pandas.Series
        Numbers, ordered categories, or labels in the order in which they should stand.

    Returns
    -------
    Places
        Numbers at their value; labels at 0, 1, 2 …

    Examples
    --------
    >>> place_visits(pd.Series(["baseline", "week 4", "baseline"])).place_of
    {'baseline': 0.0, 'week 4': 1.0}
    """
    if isinstance(visits.dtype, pd.CategoricalDtype):
        names = [level for level in visits.cat.categories if visits.eq(level).any()]
    elif pd.api.types.is_numeric_dtype(visits):
        return Places(place_of={visit: float(visit) for visit in sorted(visits.unique().tolist())})
    else:
        names = list(dict.fromkeys(visits))
    return Places(place_of={name: float(place) for place, name in enumerate(names)})
