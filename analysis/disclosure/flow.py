"""Suppress small counts in a flow of patients, from treated to analysed.

A flow is full of differences: what leaves a box is its number less that of the next. So small
exclusions are merged with their neighbours, and what is left goes through `cells`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.disclosure.cells import Cell, HiddenCells, Sum, suppress_cells
from analysis.disclosure.members import ABOUT, Members
from analysis.disclosure.policy import RELEASE, Policy, is_small
from analysis.errors import ColumnError, DataError
from analysis.text_numbers import require_number_columns

__all__ = ["suppress_flow"]

_NOBODY = (("", 0),)
_COLUMNS = ["step", "n", "reason", "n_excluded"]


@dataclass(frozen=True, kw_only=True)
class _Box:
    """One step of the flow and the reasons for leaving it."""

    step: str
    n: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def left(self) -> int:
        """Number of patients who do not reach the next step."""
        return sum(count for _, count in self.reasons)


def suppress_flow(flow: pd.DataFrame, policy: Policy = RELEASE) -> pd.DataFrame:
    """Show a flow of patients without exclusions of 1 to 10, given or by subtraction.

    Small reasons for leaving one step are merged with the next larger ones. A step that fewer
    than 11 patients leave in all is merged with the step after it (the last with the one before),
    so that the numbers shown are exact and add up. Whatever is small even then, such as a last
    step of fewer than 11, is hidden with what would give it away.

    Parameters
    ----------
    flow : pandas.DataFrame
        Columns ``step`` (in order), ``n`` (patients at the step), ``reason`` and ``n_excluded``
        (why and how many do not reach the next step). A step with several reasons has a row for
        each, with the same ``n``.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        The same columns with counts as text; merged steps are named "… and …", merged
        reasons are joined by "; ". ``attrs["audit"]`` is the attacker's view of each small count
        that had to be hidden, and ``attrs["merged"]`` the number of steps and reasons merged away.

    Raises
    ------
    ColumnError
        When a column is absent.
    DataError
        When a step's number is not the one before less its exclusions.

    Examples
    --------
    >>> flow = pd.DataFrame({
    ...     "step": ["Treated", "Baseline", "Analysed"], "n": [600, 597, 540],
    ...     "reason": ["no baseline", "no score", ""], "n_excluded": [3, 57, 0]})
    >>> suppress_flow(flow)[["step", "n", "n_excluded"]].to_numpy().tolist()
    [['Treated', '600', '60'], ['Analysed', '540', '0']]
    """
    boxes = _read(flow)
    merged = boxes if policy.confidential else _merge(boxes, policy)
    about = f"flow of patients{f': {flow.attrs[ABOUT]}' if ABOUT in flow.attrs else ''}"
    hidden = _hide(merged, boxes, Members.of(flow), about, policy)
    rows = [
        (box.step, hidden.text[("n", box.step)], reason, hidden.text[("left", box.step, reason)])
        for box in merged
        for reason, _ in box.reasons or _NOBODY
    ]
    shown = pd.DataFrame(rows, columns=_COLUMNS, dtype="string")
    shown.attrs["audit"] = hidden.audit().to_dict("list")
    shown.attrs["merged"] = _size(boxes) - _size(merged)
    shown.attrs["confidential"] = policy.confidential
    return shown


def _size(boxes: list[_Box]) -> int:
    """Count steps and reasons."""
    return len(boxes) + sum(len(box.reasons) for box in boxes)


def _read(flow: pd.DataFrame) -> list[_Box]:
    """Turn the frame into boxes and check the arithmetic."""
    missing = [name for name in _COLUMNS if name not in flow.columns]
    if missing or flow.empty:
        raise ColumnError(f"A flow needs rows and the columns {', '.join(_COLUMNS)}.")
    require_number_columns(flow, ["n", "n_excluded"])
    boxes = []
    for step, rows in flow.groupby("step", sort=False):
        left = rows[rows["n_excluded"].gt(0)]
        reasons = zip(left["reason"].fillna(""), left["n_excluded"].astype(int), strict=True)
        boxes.append(_Box(step=str(step), n=int(rows["n"].iloc[0]), reasons=tuple(reasons)))
    numbers = np.array([box.n for box in boxes])
    left_behind = np.array([box.left for box in boxes])
    if (numbers[:-1] - left_behind[:-1] != numbers[1:]).any() or left_behind[-1] != 0:
        raise DataError(
            "The flow does not add up: each step's n must be the n before it less n_excluded, "
            "and nobody may leave the last step."
        )
    return boxes


def _merge(boxes: list[_Box], policy: Policy) -> list[_Box]:
    """Merge steps that too few patients leave, then the small reasons of each step."""
    merged = list(boxes)
    while len(merged) > 2:
        thin = [k for k, box in enumerate(merged[:-1]) if is_small(box.left, policy)]
        if not thin:
            break
        k = min(thin[0], len(merged) - 3)  # the pair must not hold the last step
        first, second = merged[k], merged[k + 1]
        merged[k : k + 2] = [
            _Box(step=first.step, n=first.n, reasons=first.reasons + second.reasons)
        ]
    return [_Box(step=b.step, n=b.n, reasons=_merge_reasons(b.reasons, policy)) for b in merged]


def _merge_reasons(
    reasons: tuple[tuple[str, int], ...], policy: Policy
) -> tuple[tuple[str, int], ...]:
    """Join the smallest reasons until none is small, or one is left."""
    kept = list(reasons)
    while len(kept) > 1 and is_small([n for _, n in kept], policy).any():
        small, next_small = sorted(range(len(kept)), key=lambda j: kept[j][1])[:2]
        first, second = sorted((small, next_small))
        kept[first] = (f"{kept[first][0]}; {kept[second][0]}", kept[first][1] + kept[second][1])
        del kept[second]
    return tuple(kept)


def _hide(
    merged: list[_Box], boxes: list[_Box], members: Members | None, about: str, policy: Policy
) -> HiddenCells:
    """Suppress what is still small: boxes, exclusions and what they add up to.

    Reasons that were merged are counts that nobody sees; by them a release is held against one
    that merged others.
    """
    cells: dict[Cell, int] = {("n", box.step): box.n for box in merged}
    sums: list[Sum] = []
    given = Counter(reason for box in boxes for reason, _ in box.reasons)
    alone = {reason: n for box in boxes for reason, n in box.reasons if given[reason] == 1}
    unseen: dict[Cell, int] = {}
    for box, after in zip(merged, [*merged[1:], None], strict=True):
        leaving = {("left", box.step, reason): n for reason, n in box.reasons or _NOBODY}
        cells |= leaving
        if after is not None:
            sums.append((("n", box.step), [("n", after.step), *leaving]))
        for place in leaving:
            parts = {("alone", part): alone[part] for part in _merged_from(place[2], alone)}
            unseen |= parts
            sums += [(place, list(parts))] if parts else []
    return suppress_cells(
        cells | unseen, sums, about=about, not_shown=unseen, members=members, policy=policy
    )


def _merged_from(reason: str, alone: Mapping[str, int]) -> list[str]:
    """List the reasons that were merged into one; a reason that was not merged is its own.

    None where a reason is given at several steps, since its text does not say which is meant.
    """
    parts = [reason] if reason in alone else reason.split("; ")
    return parts if set(parts) <= set(alone) else []
