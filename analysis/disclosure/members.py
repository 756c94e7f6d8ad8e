"""Who is behind each count of a table: what links the counts of different tables, never printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["ABOUT", "MEMBERS", "Members", "completed_sets", "units_of"]

ABOUT = "counted"
"""Key of ``frame.attrs`` that says what is counted, such as a scale and a visit."""

MEMBERS = "members"
"""Key of ``frame.attrs`` under which a frame of counts carries its members."""

BoolArray = npt.NDArray[np.bool_]


class Members(str):
    """The patients behind the counts of a table.

    Tables that count the same patients tell the same number, and two tables whose patients differ
    by a few tell these few. Frames of counts carry their members along in ``frame.attrs``, so that
    disclosure control can see it; for everybody else, a file with the frame's ``attrs`` among
    them, it is an empty text.

    Parameters
    ----------
    units : pandas.Series of str, length u
        What is counted: an id of each patient, or of each course of a patient.
    sets : mapping of name to array of bool, shape (u,)
        For each count who is in it.

    Examples
    --------
    >>> table = pd.DataFrame({"n": [2]})
    >>> table.attrs["members"] = Members(pd.Series(["a", "b", "c"]), {"n": [True, True, False]})
    >>> table.copy().attrs
    {'members': patients behind 1 count}
    """

    units: npt.NDArray[np.object_]
    sets: Mapping[Any, BoolArray]

    def __new__(cls, units: pd.Series, sets: Mapping[Any, Any]) -> Self:
        """Hold units and sets beside an empty text."""
        made = super().__new__(cls, "")
        made.units = units.astype(str).to_numpy(dtype=object)
        made.sets = {
            name: np.asarray(inside, dtype=bool)
            for name, inside in sets.items()
            if len(inside) == len(units)
        }
        return made

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Members | None:
        """Return what a frame carries, if it does.

        Parameters
        ----------
        frame : pandas.DataFrame
            Counts.

        Returns
        -------
        Members or None
            From ``frame.attrs``.
        """
        found = frame.attrs.get(MEMBERS)
        return found if isinstance(found, cls) else None

    def with_sets(self, sets: Mapping[Any, Any]) -> Members:
        """Return members of further counts among the same units.

        Parameters
        ----------
        sets : mapping of name to array of bool, shape (u,)
            Who is in a further count.

        Returns
        -------
        Members
            Of all counts.
        """
        return Members(pd.Series(self.units, dtype=object), {**self.sets, **sets})

    def __bool__(self) -> bool:
        """Members are there although their text is empty."""
        return True

    def __repr__(self) -> str:
        """Say how many counts there are, and no id."""
        return f"patients behind {len(self.sets)} count{'s' * (len(self.sets) != 1)}"

    def __eq__(self, other: object) -> bool:
        """Two frames that are put together do not have the members of the first."""
        return self is other

    def __hash__(self) -> int:
        """Hash by identity, as it is compared."""
        return id(self)

    def __deepcopy__(self, memo: object) -> Self:
        """Every operation of pandas copies ``attrs`` deeply; nobody changes members."""
        return self

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Leave the patients behind where a frame is pickled."""
        return str, ("",)


def units_of(rows: pd.DataFrame) -> pd.Series:
    """Name what the rows of a cohort are, the same in every table.

    Parameters
    ----------
    rows : pandas.DataFrame
        Column ``subject_id``, and ``course`` where rows are courses. A first course stands for
        its patient.

    Returns
    -------
    pandas.Series of str
        The patient, or the patient with the number of a later course.

    Examples
    --------
    >>> units_of(pd.DataFrame({"subject_id": ["a", "a"], "course": [1, 2]})).tolist()
    ['a', 'a, course 2']
    """
    names = rows["subject_id"].astype(str)
    if "course" not in rows:
        return names
    later = rows["course"].ne(1)
    return names.where(~later, names + ", course " + rows["course"].astype(str))


def completed_sets(
    sets: Mapping[Any, BoolArray],
    counts: Mapping[Any, int],
    sums: Sequence[tuple[Any, Sequence[Any]]],
) -> dict[Any, BoolArray]:
    """Work out who is behind further counts by the sums, and leave out what does not fit a count.

    Parameters
    ----------
    sets : mapping of name to array of bool, shape (u,)
        Who is in a count.
    counts : mapping of name to int
        All counts.
    sums : sequence of (total, parts)
        The parts of a total share nobody.

    Returns
    -------
    dict of name to array of bool, shape (u,)
        Who is in a count, as far as it is known.

    Examples
    --------
    >>> known = {"all": np.array([True, True, True]), "a": np.array([True, False, False])}
    >>> found = completed_sets(known, {"all": 3, "a": 1, "b": 2}, [("all", ["a", "b"])])
    >>> found["b"].tolist()
    [False, True, True]
    """
    known = {name: inside for name, inside in sets.items() if counts.get(name) == inside.sum()}
    open_sums = list(sums)
    while True:
        left = []
        for total, parts in open_sums:
            absent = [name for name in (total, *parts) if name not in known]
            if len(absent) > 1:
                left.append((total, parts))
            elif absent:
                found = _found(known, total, parts)
                if found.sum() == counts[absent[0]]:
                    known[absent[0]] = found
        if len(left) == len(open_sums):
            return known
        open_sums = left


def _found(known: Mapping[Any, BoolArray], total: Any, parts: Sequence[Any]) -> BoolArray:
    """Give the one count of a sum that is not known."""
    of_parts = [known[part] for part in parts if part in known]
    together = np.logical_or.reduce(of_parts) if of_parts else np.False_
    return np.asarray(known[total] & ~together if total in known else together)
