"""Bundles of one site that differ by few patients are refused, whatever their models.

From the sums of two bundles the sums of those follow who are in a set of the one and not in a set
of the other. Sets that can be subtracted are unions of classes: patients with the same pattern of
visits and the same levels. Take the classes of both bundles as the nodes of a graph, and each
patient as an edge between the two classes that the patient is in, with a node for absence. A
difference of two unions is a cut of this graph, and the least cut is the smallest group that can be
singled out. It must have as many patients as their patterns need in one bundle.
Who was in which bundle is known to the site only, and stays there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from analysis.disclosure import RELEASE, Policy
from analysis.distributed.attack.differences import attack_differences
from analysis.distributed.attack.pattern_grams import Ranges
from analysis.distributed.thresholds.records import VALUE, Contributors
from analysis.errors import DisclosureError
from analysis.mixed import Moments
from analysis.results import counted

__all__ = ["check_repeated", "check_repeated_sums", "smallest_difference"]

IntArray = npt.NDArray[np.int64]
_ABSENT = -1
_UNIT = 1_000_000  # flows are whole numbers


def check_repeated(
    new: Contributors, earlier: Sequence[Contributors], *, policy: Policy = RELEASE
) -> None:
    """Refuse a bundle from which, with earlier ones, few patients could be singled out.

    Parameters
    ----------
    new : Contributors
        Of the bundle that is about to be sent.
    earlier : sequence of Contributors
        Of all bundles that the site has sent, of any model.
    policy : Policy
        Its least count is the threshold.

    Raises
    ------
    DisclosureError
        When a difference with one earlier bundle is of fewer patients than its sums need, when
        fewer have another value than before, or when fewer share in which of all bundles they
        are.

    Notes
    -----
    The same bundle again passes. Sums of three or more bundles are compared by who is in them, not
    by classes: ``a + b - c`` for classes of three bundles is not looked at.
    """
    failing = sum(_fails(new.patients, other.patients) for other in earlier)
    records = [record.patients for record in (*earlier, new)]
    everybody = _everybody(records)
    inside = np.column_stack([everybody.isin(record.index) for record in records])
    _, shared = np.unique(inside, axis=0, return_counts=True)
    if failing or (shared < policy.minimum_count).any():
        raise DisclosureError(
            "Together with earlier bundles of this site the new one singles out too few patients: "
            "those who came or left, changed their pattern of visits, or had a value corrected. "
            f"It fails against {failing} of {counted(len(earlier), 'earlier bundle')}. Send the "
            f"earlier bundle again, or wait until more patients differ (at least "
            f"{policy.minimum_count}, and as many more as the sums have columns), or send masked "
            "sums."
        )


def _everybody(records: Sequence[pd.DataFrame]) -> pd.Index[Any]:
    """List the patients of all records once."""
    return reduce(lambda a, b: a.union(b, sort=False), (record.index for record in records))


def _fails(new: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Say whether two bundles differ by too few patients."""
    everybody = _everybody([new, other])
    pair = [record.reindex(everybody) for record in (new, other)]
    is_changed = everybody.isin(_changed(new, other))
    for name in ("pattern", "class"):
        classes = np.column_stack(
            [part[name].fillna(_ABSENT).to_numpy(dtype=np.int64) for part in pair]
        )
        needs = [part[f"{name}_needs"] for part in pair]
        least = np.column_stack([each.fillna(each.max()) for each in needs]).min(axis=1)
        changed = float((1.0 / least[is_changed]).sum())
        if 0.0 < changed < 1.0 or smallest_difference(classes, least) < 1.0:
            return True
    return False


def _changed(new: pd.DataFrame, other: pd.DataFrame) -> pd.Index[Any]:
    """List the patients of both bundles who have another value at a visit that both sum."""
    both = new.index.intersection(other.index)
    names = [name for name in new.columns.intersection(other.columns) if name.startswith(VALUE)]
    now = new.loc[both, names].to_numpy(dtype=np.uint64)
    before = other.loc[both, names].to_numpy(dtype=np.uint64)
    differs = ((now != before) & (now > 0) & (before > 0)).any(axis=1)
    changed: pd.Index[Any] = both[differs]
    return changed


def smallest_difference(classes: IntArray, needs: npt.NDArray[Any]) -> float:
    """Find the smallest group that is left when sets of one bundle are taken from sets of another.

    Parameters
    ----------
    classes : array of int, shape (n, 2)
        Class of each patient in both bundles; -1 where the patient is in one only.
    needs : array, shape (n,)
        How many patients must be left where this one is among them.

    Returns
    -------
    float
        Patients in the smallest difference that is not empty, in units of what it needs: 1 is
        enough. 2 when none is smaller.

    Examples
    --------
    >>> three_moved = np.array([[0, 0]] * 37 + [[0, 1]] * 3 + [[1, 1]] * 30)
    >>> round(11 * smallest_difference(three_moved, np.full(70, 11)), 2)
    3.0
    """
    first = classes[:, 0] + 1  # absence is node 0 of both bundles
    second = np.where(classes[:, 1] < 0, 0, classes[:, 1] + int(first.max(initial=0)) + 1)
    size = int(max(first.max(initial=0), second.max(initial=0))) + 1
    weights = np.ceil(_UNIT / np.asarray(needs, dtype=float))
    graph = sparse.csr_array((weights, (first, second)), shape=(size, size))
    graph = sparse.csr_array(graph + graph.T).minimum(2 * _UNIT).astype(np.int32)
    _, part = csgraph.connected_components(graph, directed=False)
    least = 2 * _UNIT
    for number in np.unique(part):
        nodes = np.flatnonzero(part == number)
        own = sparse.csr_array(graph[nodes][:, nodes])
        for node in range(1, nodes.size):  # some node lies across the least cut from the first
            least = min(least, int(csgraph.maximum_flow(own, 0, node).flow_value))
    return least / _UNIT


def check_repeated_sums(
    new: Moments, earlier: Moments, *, ranges: Ranges | None = None, policy: Policy = RELEASE
) -> None:
    """Refuse sums that differ from earlier ones of the same site by few patients.

    For who has the bundles only and no record of their patients; `check_repeated` sees more.

    Parameters
    ----------
    new, earlier : Moments
        Of the same or of different models.
    ranges : mapping of str to (float, float), optional
        Range of the outcome and of numeric columns.
    policy : Policy
        Its least count is the threshold.

    Raises
    ------
    DisclosureError
        When a count of patients, in all, of a visit or of a pattern, differs by 1 to the
        threshold less one, or the attack on the differences finds something else.
    """
    found = attack_differences(new, earlier, ranges=ranges, policy=policy)
    if not found.is_safe:
        places = len({finding.where for finding in found.findings})
        raise DisclosureError(
            f"The sums differ from earlier ones of this site by fewer than {policy.minimum_count} "
            f"patients, or by sums that few explain, in {counted(places, 'place')}. Send the "
            "earlier bundle again, or wait until enough patients have come in each of them."
        )
