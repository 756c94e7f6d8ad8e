"""Which due visits have a score: patterns of missing scores, and what kind they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure import RELEASE, Members, Policy, Statement, units_of
from analysis.disclosure.counted import suppressed_counts
from analysis.missing.due import due_visits
from analysis.outcomes.rules import Rules
from analysis.results import frame_to_html, frame_to_text
from analysis.study import Study

__all__ = ["KINDS", "MissingPatterns", "missing_patterns"]

KINDS = ("complete", "monotone", "intermittent", "no score", "nothing due")
"""Kinds of patterns.

- "complete": a score at every due visit
- "monotone": a score at every due visit up to one, and at none after it
- "intermittent": a due visit without a score before one with a score
- "no score": visits due, none of them with a score
- "nothing due": no visit due yet
"""

SCORED, MISSING, NOT_DUE = "●", "○", "·"
_SIGNS = (SCORED, MISSING, NOT_DUE)
_OTHERS = "other patterns"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MissingPatterns:
    """How many patients have which pattern of scores over the planned visits.

    Parameters
    ----------
    instrument : str
        The scale.
    visits : tuple of str
        Planned visits in order.
    frame : pandas.DataFrame
        ``pattern`` (one sign per visit: ● score, ○ none though due, · not yet due), ``kind``,
        ``n_due``, ``n`` (patients, true counts); the most frequent first within each kind.
    patients : pandas.DataFrame
        ``unit, pattern, kind`` of each patient, for disclosure control; patient-level.
    policy : Policy
        For whom `disclosure` and what is printed are.
    """

    instrument: str
    visits: tuple[str, ...]
    frame: pd.DataFrame = field(repr=False)
    patients: pd.DataFrame = field(repr=False)
    policy: Policy = RELEASE

    def kinds(self) -> pd.DataFrame:
        """Count the patients of each kind.

        Returns
        -------
        pandas.DataFrame
            ``kind, n``: all of `KINDS`. True counts.
        """
        counts = self.frame.groupby("kind", observed=False)["n"].sum()
        kinds = counts.reindex(KINDS, fill_value=0).rename_axis("kind").reset_index()
        kinds.attrs["confidential"] = True
        return kinds

    def disclosure(self) -> Statement:
        """Say what leaves, for `release`: patterns that enough patients have, the rest together.

        Returns
        -------
        Statement
            ``kind, pattern, n``: the total of each kind after its patterns; patterns of few
            patients of a kind are one row, and what is still small is hidden.
        """
        rows, sums = _grouped(self.frame, self.policy)
        return suppressed_counts(
            rows,
            counts=["n"],
            sums=sums,
            about=f"patterns of missing {self.instrument}",
            named_by=["kind", "pattern"],
            members=_members(rows, self.patients),
            policy=self.policy,
        )

    def summary(self) -> str:
        """Return the shown patterns with what the signs mean as text."""
        return f"{self._title()}\n{frame_to_text(self.disclosure().frame)}\n{_KEY}"

    def _title(self) -> str:
        return f"Patterns of {self.instrument} scores at {', '.join(self.visits)}"

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.disclosure().frame, caption=f"{self._title()}. {_KEY}")


_KEY = (
    f"{SCORED} score in the window, {MISSING} due and no score, {NOT_DUE} not yet due, which is "
    "not missing. Patients who started treatment, whatever their baseline."
)


def missing_patterns(
    study: Study,
    instrument: str,
    *,
    policy: Policy = RELEASE,
    **rules: Unpack[Rules],
) -> MissingPatterns:
    """Count which due visits have a score, and whether scores end for good or have gaps.

    Answers whether scores are missing because patients left (monotone) or because single visits
    were missed (intermittent). A visit whose window has not closed is not yet due and never
    missing; where a score is already there it is not counted either.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    policy : Policy
        For whom what is printed and released is.
    **rules
        ``schedule, baseline, course`` as in `visit_outcomes`.

    Returns
    -------
    MissingPatterns
        One row per pattern; with ``course`` "all" a patient counts once per course.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> patterns = missing_patterns(read_study(example_folder("clinic-network")), "PHQ-9")
    >>> patterns.kinds()["kind"].tolist()
    ['complete', 'monotone', 'intermittent', 'no score', 'nothing due']
    """
    rows = due_visits(study, instrument, **rules)
    labels = tuple(map(str, rows["visit"].cat.categories))
    shape = (-1, len(labels))
    # the visits of a patient are together and in their order
    due, scored = (rows[name].to_numpy(dtype=bool).reshape(shape) for name in ("due", "scored"))
    state = np.where(scored, 0, np.where(due, 1, 2))
    patients = pd.DataFrame(
        {
            "pattern": _written(state),
            "kind": pd.Categorical(_kinds(due, scored), list(KINDS), ordered=True),
            "n_due": due.sum(axis=1),
        }
    )
    counts = patients.groupby(["kind", "pattern", "n_due"], observed=True).size()
    frame = counts.rename("n").reset_index().astype({"pattern": "string"})
    frame = frame.sort_values(["kind", "n", "pattern"], ascending=[True, False, True])
    frame = frame[["pattern", "kind", "n_due", "n"]].reset_index(drop=True)
    frame.attrs["confidential"] = True
    return MissingPatterns(
        instrument=instrument,
        visits=labels,
        frame=frame,
        patients=patients.assign(unit=units_of(rows.iloc[:: len(labels)]).to_numpy()),
        policy=policy,
    )


def _written(state: npt.NDArray[np.intp]) -> pd.Categorical[str]:
    """Write states as signs, once for each pattern that occurs."""
    found, code = np.unique(state.astype(np.uint8), axis=0, return_inverse=True)
    texts = ["".join(_SIGNS[sign] for sign in row) for row in found.tolist()]
    return pd.Categorical.from_codes(code.reshape(-1), categories=pd.Index(texts))


def _kinds(due: npt.NDArray[np.bool_], scored: npt.NDArray[np.bool_]) -> npt.NDArray[np.str_]:
    """Name the kind of each patient's pattern; rows are patients, columns visits."""
    gaps = due & ~scored
    later = np.flip(np.logical_or.accumulate(np.flip(scored, axis=1), axis=1), axis=1)
    has_gap_before_score = (gaps & later).any(axis=1)
    choices = [
        (~due.any(axis=1), "nothing due"),
        (~scored.any(axis=1), "no score"),
        (~gaps.any(axis=1), "complete"),
        (has_gap_before_score, "intermittent"),
    ]
    return np.select([met for met, _ in choices], [kind for _, kind in choices], "monotone")


def _members(rows: pd.DataFrame, patients: pd.DataFrame) -> Members:
    """Say who is behind each row; other patterns of a kind are those that have no row."""
    named = set(zip(rows["kind"], rows["pattern"], strict=True))
    kind, pattern = patients["kind"].astype(str), patients["pattern"].astype(str)
    own = pd.Series(zip(kind, pattern, strict=True), index=patients.index, dtype=object)
    pattern = pattern.where(own.isin(named), _OTHERS)
    sets = {
        ("n", row): (kind.eq(k) | (k == "all")) & (pattern.eq(p) | (p == "all"))
        for row, (k, p) in enumerate(zip(rows["kind"], rows["pattern"], strict=True))
    }
    return Members(patients["unit"], sets)


def _grouped(
    frame: pd.DataFrame, policy: Policy
) -> tuple[pd.DataFrame, dict[tuple[str, int], list[tuple[str, int]]]]:
    """Join the rare patterns of each kind, add totals, and say how they add up."""
    rare = frame["n"].lt(policy.minimum_count) & (not policy.confidential)
    named = frame.assign(pattern=frame["pattern"].mask(rare, _OTHERS))
    parts = named.groupby(["kind", "pattern"], observed=True, sort=False)["n"].sum().reset_index()
    rows: list[list[object]] = []
    sums: dict[tuple[str, int], list[tuple[str, int]]] = {}
    kinds: list[tuple[str, int]] = []
    for kind in [kind for kind in KINDS if kind in set(parts["kind"])]:
        own = parts[parts["kind"].eq(kind)]
        own = own.loc[own["pattern"].eq(_OTHERS).sort_values(kind="stable").index]
        places = list(range(len(rows), len(rows) + len(own)))
        rows += own[["kind", "pattern", "n"]].astype({"kind": "string"}).to_numpy().tolist()
        rows.append([kind, "all", int(own["n"].sum())])
        sums[("n", len(rows) - 1)] = [("n", place) for place in places]
        kinds.append(("n", len(rows) - 1))
    rows.append(["all", "all", int(parts["n"].sum())])
    sums[("n", len(rows) - 1)] = kinds
    return pd.DataFrame(rows, columns=["kind", "pattern", "n"]), sums
