"""What of a comparison of clinics may leave: points of few patients go, and what gives them away.

The clinics together are known to every reader, since they are the target; a hidden clinic must not
follow from them and the rest. What is estimated from several clinics, such as their spread, leaves
as that of the shown ones only: with many digits it would tell the counts of the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure import (
    CONFIDENTIAL,
    HIDDEN,
    HiddenCells,
    Members,
    Policy,
    Statement,
    suppress_cells,
)
from analysis.disclosure.rows import HELD
from analysis.results import FloatArray, counted

__all__ = [
    "MOST_NAMES",
    "SHOWN_ONLY",
    "ClinicCounts",
    "HiddenClinics",
    "hidden_note",
    "hide_clinics",
    "of_shown",
]

Cell = tuple[str, str]

SHOWN_ONLY = "Mean and spread of clinics are those of the shown ones, so that they tell no others."
"""What stands beside estimates from several clinics where some are hidden."""

MOST_NAMES = 5
"""How many clinics a sentence names; of more it says the number."""

_ALL = "all clinics"
_KEPT = 1e9  # readers know the clinics together, so that hiding them would not help
_BASES = {"events": ("denominator", "patients"), "affected": ("patients",)}


@dataclass(frozen=True, kw_only=True, eq=False)
class ClinicCounts:
    """The counts behind the points of a comparison.

    Parameters
    ----------
    counts : mapping of str to array of float, shape (k,)
        By role: ``events`` and ``denominator`` (patients, or events and sessions), ``patients``
        and ``affected`` (patients with an event) where these are other counts.
    nested : bool
        Whether events are some of the denominator, so that the others follow by subtraction.
    about : str
        What is counted, the same in every release; empty: not linked to other tables.
    members : Members, optional
        Who is behind the counts, by role and clinic.
    """

    counts: Mapping[str, FloatArray]
    nested: bool
    about: str = ""
    members: Members | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class HiddenClinics:
    """Which clinics are not shown, and the texts of their counts.

    Parameters
    ----------
    lost : array of bool, shape (k,)
        Clinics of which no number is shown.
    texts : mapping of str to list of str
        By role, the counts as they are shown.
    hidden : HiddenCells
        The suppression itself.
    n_hidden : int
        How many counts of clinics are hidden.
    """

    lost: npt.NDArray[np.bool_]
    texts: Mapping[str, list[str]]
    hidden: HiddenCells
    n_hidden: int

    def statement(self, frame: pd.DataFrame, by: str) -> Statement:
        """Blank the clinics that are not shown.

        Parameters
        ----------
        frame : pandas.DataFrame, k rows
            Numbers, and counts in columns that are named after their roles.
        by : str
            Column of the clinic.

        Returns
        -------
        Statement
            Counts as text. Of a clinic with any hidden count no number is shown, since limits and
            intervals tell the denominator, and estimates with it the count.
        """
        policy = self.hidden.policy
        shown = frame.copy()
        for name in frame.columns:
            if name in self.texts:
                shown[name] = pd.array(self.texts[str(name)], dtype="string")
            elif name != by:
                shown[name] = frame[name].mask(self.lost)
        shown.attrs = {HELD: policy.rule, "confidential": policy.confidential}
        return Statement(
            frame=shown, policy=policy, hidden=self.n_hidden, audit=self.hidden.audit()
        )


def hide_clinics(clinics: Sequence[str], behind: ClinicCounts, policy: Policy) -> HiddenClinics:
    """Find the clinics with a small count, and those that would give one away.

    Parameters
    ----------
    clinics : sequence of str
        Names.
    behind : ClinicCounts
        True counts in their order.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    HiddenClinics
        All clinics where the clinics together may not be told either.
    """
    cells, sums = _system(list(clinics), behind)
    hidden = suppress_cells(
        cells,
        sums,
        about=behind.about,
        not_shown={cell for cell in cells if cell[0].startswith("without")},
        keep={cell: _KEPT for cell in cells if cell[1] == _ALL},
        sensitive=_delicate(cells, behind, policy),
        members=behind.members,
        policy=policy,
    )
    roles = list(behind.counts)
    lost = np.array([any(hidden.is_hidden((r, c)) for r in roles) for c in clinics], dtype=bool)
    if any(hidden.is_hidden((role, _ALL)) for role in roles):
        lost[:] = True
    return HiddenClinics(
        lost=lost,
        texts={role: [hidden.text[(role, clinic)] for clinic in clinics] for role in roles},
        hidden=hidden,
        n_hidden=sum(hidden.is_hidden(cell) for cell in cells if cell[1] != _ALL),
    )


def _system(
    clinics: list[str], behind: ClinicCounts
) -> tuple[dict[Cell, int], list[tuple[Cell, list[Cell]]]]:
    """Name all counts, what is left of each, and their sums over clinics."""
    counts = {role: values.astype(int) for role, values in behind.counts.items()}
    base_of = {
        role: next((base for base in bases if base in counts), "")
        for role, bases in _BASES.items()
        if role in counts and (role == "affected" or behind.nested)
    }
    for role, base in base_of.items():
        counts[f"without {role}"] = counts[base] - counts[role]
    cells: dict[Cell, int] = {}
    sums: list[tuple[Cell, list[Cell]]] = []
    for role, values in counts.items():
        cells |= {(role, c): int(n) for c, n in zip(clinics, values, strict=True)}
        cells[(role, _ALL)] = int(values.sum())
        sums.append(((role, _ALL), [(role, c) for c in clinics]))
    for role, base in base_of.items():
        sums += [((base, c), [(role, c), (f"without {role}", c)]) for c in (*clinics, _ALL)]
    return cells, sums


def _delicate(cells: dict[Cell, int], behind: ClinicCounts, policy: Policy) -> set[Cell]:
    """Name the counts of which neither none nor all may be told."""
    if not policy.is_sensitive(behind.about):
        return set()
    return {cell for cell in cells if cell[0] not in ("denominator", "patients")}


def of_shown(known: int, clinics: int) -> tuple[str, str]:
    """Begin and end a sentence about clinics, so that it speaks of those that are shown only.

    Parameters
    ----------
    known, clinics : int
        How many are shown, and how many there are.

    Returns
    -------
    tuple of str
        The words before the verb, and what stands at the end of the sentence.

    Examples
    --------
    >>> of_shown(6, 8)
    ('Of 8 clinics 6 can be shown: of these', '; nothing is said about the other 2')
    >>> of_shown(8, 8)
    ('Of 8 clinics', '')
    """
    if known == clinics:
        return f"Of {counted(known, 'clinic')}", ""
    return (
        f"Of {counted(clinics, 'clinic')} {known} can be shown: of these",
        f"; nothing is said about the other {clinics - known}",
    )


def hidden_note(statement: Statement) -> str:
    """Say that clinics are hidden, or that counts are true.

    Parameters
    ----------
    statement : Statement
        What leaves.

    Returns
    -------
    str
        Empty where every clinic is shown.
    """
    if statement.policy.confidential:
        return CONFIDENTIAL
    lost = int(statement.frame["estimate"].isna().sum())
    if not lost:
        return ""
    verb = "clinic is" if lost == 1 else "clinics are"
    return (
        f"{lost} {verb} not shown ({HIDDEN}): fewer than "
        f"{statement.policy.minimum_count} with or without the outcome, or needed to protect "
        "another clinic."
    )
