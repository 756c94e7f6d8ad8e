"""The sums of products that moments of a mixed model tell about the patients of each pattern."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.distributed.attack.findings import GramColumns
from analysis.formulas.encoding import Factor
from analysis.mixed import Moments
from analysis.mixed.sums.patterns import PatternSums, rebased_sums
from analysis.results import FloatArray

__all__ = ["PatternGram", "Ranges", "pattern_grams", "raw_sums"]

IntArray = np.ndarray[Any, np.dtype[np.int64]]
Key = tuple[Any, ...]
Ranges = Mapping[str, tuple[float, float]]
_CONSTANT: Key = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class PatternGram:
    """What is told about the patients of one pattern of visits, in the units of the data.

    Parameters
    ----------
    where : str
        The pattern in words.
    group : int
        Its covariance group.
    visits : tuple of int
        Its visits.
    n : int
        Patients.
    gram : array, shape (d, d)
        Sums of products: features of patients, features of rows and the outcome at each visit,
        and an indicator for each clinic.
    names : tuple
        What each column is: key of the feature and visit, or clinic.
    columns : GramColumns
        What an attacker knows about them.
    """

    where: str
    group: int
    visits: tuple[int, ...]
    n: int
    gram: FloatArray
    names: tuple[Any, ...]
    columns: GramColumns


def pattern_grams(moments: Moments, ranges: Ranges | None = None) -> Iterator[PatternGram]:
    """Read off the sums of products of every pattern and covariance group.

    Parameters
    ----------
    moments : Moments
        Without weights.
    ranges : mapping of str to (float, float), optional
        Least and greatest value of the outcome and of numeric columns, such as 0 and 27.

    Yields
    ------
    PatternGram
        In the order of the groups and patterns.
    """
    layout = _Columns(moments, ranges or {})
    for index, raw in enumerate(raw_sums(moments)):
        group = f"{moments.about.groups[index]!s}, " if len(moments.about.groups) else ""
        for pattern in range(len(raw.counts)):
            visits = tuple(np.flatnonzero(raw.present[pattern]).tolist())
            labels = ", ".join(str(moments.about.visits[visit]) for visit in visits)
            yield PatternGram(
                where=f"{group}{'visits' if len(visits) > 1 else 'visit'} {labels}",
                group=index,
                visits=visits,
                n=round(float(raw.counts[pattern])),
                gram=_gram(raw, pattern, np.array(visits)),
                names=layout.names(visits),
                columns=layout.known(visits),
            )


def raw_sums(moments: Moments) -> tuple[PatternSums, ...]:
    """Return the sums in the units of the data; anyone can do so who has the moments.

    Parameters
    ----------
    moments : Moments
        Sums of standardised features.

    Returns
    -------
    tuple of PatternSums
        One per covariance group.
    """
    features = moments.features
    change = np.diag(np.append(features.scale, moments.y_scale))
    change[features.constant] += np.append(features.centre, moments.y_centre)
    return tuple(rebased_sums(part, change, features.n_patient) for part in moments.groups)


def _gram(raw: PatternSums, pattern: int, visits: IntArray) -> FloatArray:
    """Put the sums of one pattern side by side, clinics last."""
    K, L, C = raw.uu.shape[1], raw.ww.shape[-1], raw.clinic_counts.shape[1]
    wide = L * visits.size
    gram = np.zeros((K + wide + C, K + wide + C))
    gram[:K, :K] = raw.uu[pattern]
    mixed = raw.uw[pattern, visits].transpose(1, 0, 2).reshape(K, wide)
    gram[:K, K : K + wide], gram[K : K + wide, :K] = mixed, mixed.T
    varying = raw.ww[pattern][np.ix_(visits, visits)].transpose(0, 2, 1, 3)
    gram[K : K + wide, K : K + wide] = varying.reshape(wide, wide)
    first = np.concatenate(
        [raw.clinic_u[pattern], raw.clinic_w[pattern, visits].transpose(1, 0, 2).reshape(C, wide)],
        axis=1,
    )
    gram[K + wide :, : K + wide], gram[: K + wide, K + wide :] = first, first.T
    gram[K + wide :, K + wide :] = np.diag(raw.clinic_counts[pattern])
    return gram


class _Columns:
    """What the columns of a pattern are, by the keys of the features."""

    def __init__(self, moments: Moments, ranges: Ranges) -> None:
        about, features = moments.about, moments.features
        self.factors = {factor.name: factor for factor in about.encoding.factors()}
        self.own = features.keys[: features.n_patient]
        self.rows = features.keys[features.n_patient :]
        self.clinics = len(about.clinics)
        self.outcome = ranges.get(about.outcome, (-np.inf, np.inf))
        self.ranges = {key: self._range(key, ranges) for key in features.keys}

    def names(self, visits: tuple[int, ...]) -> tuple[Any, ...]:
        """Name the columns: (key, visit), the outcome under the key "outcome"."""
        rows = [(key, visit) for visit in visits for key in (*self.rows, "outcome")]
        clinics = [("clinic", index) for index in range(self.clinics)]
        return (*[(key, None) for key in self.own], *rows, *clinics)

    def known(self, visits: tuple[int, ...]) -> GramColumns:
        """Say what an attacker knows about the columns of a pattern."""
        names = self.names(visits)
        limits = np.array([self._limits(key) for key, _ in names])
        outcome = tuple(index for index, (key, _) in enumerate(names) if key == "outcome")
        return GramColumns(
            constant=self.own.index(_CONSTANT),
            low=limits[:, 0],
            high=limits[:, 1],
            outcome=outcome,
            numbers=tuple(index for index, (key, _) in enumerate(names) if self._is_number(key)),
            parts=tuple(self._parts(names)),
        )

    def _limits(self, key: Any) -> tuple[float, float]:
        """Return the range of a column."""
        if key == "outcome":
            return self.outcome
        return (0.0, 1.0) if key == "clinic" else self.ranges[key]

    def _range(self, key: Key, ranges: Ranges) -> tuple[float, float]:
        """Return the range of a product of indicators and numbers."""
        low = high = 1.0
        for part in key:
            own = self._range_of_part(part, ranges)
            ends = [a * b if a and b else 0.0 for a in (low, high) for b in own]
            low, high = min(ends), max(ends)
        return low, high

    def _range_of_part(self, part: tuple[str, bool, int], ranges: Ranges) -> tuple[float, float]:
        """Return the range of one column of a factor."""
        name, reduced, index = part
        coding = self.factors[name].codings.get(reduced)
        if coding is None:
            return ranges.get(name, (-np.inf, np.inf))
        return float(coding[:, index].min()), float(coding[:, index].max())

    def _is_number(self, key: Any) -> bool:
        """Say whether a column is a number of patients or rows, and no product."""
        is_single = not isinstance(key, str) and len(key) == 1
        return is_single and not self.factors[key[0][0]].codings

    def _parts(self, names: tuple[Any, ...]) -> Iterator[IntArray]:
        """Yield the combinations of columns that are 0 outside an indicator, or inside it."""
        place = {name: index for index, name in enumerate(names)}
        for key in self.own:
            inside = [name for name in names if self._is_inside(name[0], key)]
            if inside and key and all(self._is_indicator(part) for part in key):
                chosen = [place[key, None], *(place[name] for name in inside)]
                yield np.eye(len(names), dtype=np.int64)[:, chosen]
        for factor in self.factors.values():
            if factor.codings and factor.codings.get(True) is not None:
                yield from self._reference(factor, names, place)

    def _is_inside(self, other: Any, key: Key) -> bool:
        """Say whether a column is a product with the feature of a key."""
        return not isinstance(other, str) and set(key) < set(other)

    def _is_indicator(self, part: tuple[str, bool, int]) -> bool:
        """Say whether a part of a key is 0 or 1."""
        name, reduced, index = part
        coding = self.factors[name].codings.get(reduced)
        return coding is not None and set(np.unique(coding[:, index]).tolist()) <= {0.0, 1.0}

    def _reference(
        self, factor: Factor, names: tuple[Any, ...], place: Mapping[Any, int]
    ) -> Iterator[IntArray]:
        """Yield the combinations that are 0 outside the reference level of a factor."""
        levels = [(factor.name, True, index) for index in range(factor.codings[True].shape[1])]
        if not levels or not all(self._is_indicator(level) for level in levels):
            return
        columns = []
        for key, visit in names:
            if key in ("outcome", "clinic") or any(part[0] == factor.name for part in key):
                continue
            products = [(tuple(sorted((*key, level))), visit) for level in levels]
            if all(product in place for product in products):
                column = np.zeros(len(names), dtype=np.int64)
                column[place[(key, visit)]] = 1
                column[[place[product] for product in products]] = -1
                columns.append(column)
        if len(columns) > 1:
            yield np.stack(columns, axis=1)
