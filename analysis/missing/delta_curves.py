"""An estimate and its inference as functions of what is added to imputed scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Protocol

import numpy as np

from analysis.missing.pooling import Pooled, bootstrap_spread, jackknife_spread, spread_error
from analysis.missing.resampling import repeat
from analysis.missing.result import ImputedAnalysis
from analysis.progress import progress
from analysis.results import FloatArray

__all__ = ["DeltaCurve", "LinearCurve", "RepeatedCurve", "Search", "delta_curve"]

_NUMBERS = tuple(each.name for each in fields(Pooled))


@dataclass(frozen=True, kw_only=True)
class Search:
    """Where turning points are searched, in standard deviations of the scores.

    Parameters
    ----------
    reach : float
        How far to either side of zero.
    n_points : int
        Points from end to end.
    precision : float
        Of a turning point between two of them.
    """

    reach: float
    n_points: int
    precision: float


class DeltaCurve(Protocol):
    """An estimate as a function of the deltas of A arms."""

    @property
    def search(self) -> Search:
        """Where turning points are searched."""

    def at(self, deltas: FloatArray) -> Pooled:
        """Return the estimates and their inference at deltas (m, A)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearCurve:
    """The answer of an analysis that is linear in the scores, without fitting again.

    With ``e(d) = e + d's`` of all patients, and so of every repeat, the spread of the repeats at
    any deltas follows from their estimates and slopes.

    Parameters
    ----------
    estimate : float
        Without deltas.
    slopes : array, shape (A,)
        What a point of each delta adds.
    replicates : array, shape (R, 1 + A)
        Estimates and slopes of the repeats.
    is_jackknife : bool
        Whether repeats leave out a patient each; else they are resamples.
    """

    estimate: float
    slopes: FloatArray
    replicates: FloatArray
    is_jackknife: bool

    @property
    def search(self) -> Search:
        """Far and closely: a point costs nothing."""
        return Search(reach=20.0, n_points=2001, precision=1e-14)

    def at(self, deltas: FloatArray) -> Pooled:
        """Return the estimates and their inference at deltas (m, A)."""
        weights = np.column_stack([np.ones(len(deltas)), deltas])
        replicates = self.replicates @ weights.T
        error, df = (jackknife_spread if self.is_jackknife else bootstrap_spread)(replicates)
        nothing = np.zeros(len(deltas))
        return Pooled(
            estimate=self.estimate + deltas @ self.slopes,
            std_error=error,
            df=df,
            estimate_error=nothing,
            std_error_error=nothing if self.is_jackknife else spread_error(replicates),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class RepeatedCurve:
    """The answer of any analysis, asked again at each delta with the same random numbers.

    Parameters
    ----------
    result : ImputedAnalysis
        Without deltas.
    row : int
        Place of the estimate.
    places : sequence of A arrays, each of shape (N, T)
        1 where the scores of an arm move.
    known : dict
        Answers that were asked for before, by their deltas.
    """

    result: ImputedAnalysis
    row: int
    places: Sequence[FloatArray]
    known: dict[tuple[float, ...], tuple[float, ...]] = field(default_factory=dict)

    @property
    def search(self) -> Search:
        """Near and coarsely: each point repeats imputation and analysis."""
        return Search(reach=6.0, n_points=25, precision=1e-4)

    def at(self, deltas: FloatArray) -> Pooled:
        """Return the estimates and their inference at deltas (m, A)."""
        asked = [tuple(amounts) for amounts in deltas.tolist()]
        new = [amounts for amounts in dict.fromkeys(asked) if amounts not in self.known]
        for amounts in progress(new, doing="tipping point", unit="delta"):
            self.known[amounts] = self._answer(amounts)
        found = np.array([self.known[amounts] for amounts in asked]).T
        return Pooled(**dict(zip(_NUMBERS, found, strict=True)))

    def _answer(self, amounts: tuple[float, ...]) -> tuple[float, ...]:
        """Repeat with the deltas added to those that the result has already."""
        result, imputation = self.result, self.result.imputation
        moved = sum(amount * place for amount, place in zip(amounts, self.places, strict=True))
        pooled = repeat(
            replace(imputation, delta=imputation.delta + moved),
            result.analysis,
            result.inference,
            len(result.repeats.replicates),
            result.seed,
        ).pooled
        return tuple(float(getattr(pooled, name)[self.row]) for name in _NUMBERS)


def delta_curve(result: ImputedAnalysis, row: int, places: Sequence[FloatArray]) -> DeltaCurve:
    """Choose how an estimate is followed over deltas.

    Parameters
    ----------
    result : ImputedAnalysis
        Without deltas.
    row : int
        Place of the estimate.
    places : sequence of A arrays, each of shape (N, T)
        1 where the scores of an arm move.

    Returns
    -------
    DeltaCurve
        A linear one for ANCOVA of conditional means.
    """
    analysis, repeats = result.analysis, result.repeats
    if not analysis.is_linear or result.inference == "draws":
        return RepeatedCurve(result=result, row=row, places=places)
    everyone = np.ones(result.schedule.n_subjects)
    columns = np.empty((len(repeats.replicates), 1 + len(places)))
    columns[:, 0] = repeats.replicates[:, row]
    for index, attempt in enumerate(repeats.attempts):
        weights = _weights(result, int(attempt))
        columns[index, 1:] = [analysis.estimate(moved, weights)[row] for moved in places]
    return LinearCurve(
        estimate=float(repeats.pooled.estimate[row]),
        slopes=np.array([analysis.estimate(moved, everyone)[row] for moved in places]),
        replicates=columns,
        is_jackknife=result.inference == "jackknife",
    )


def _weights(result: ImputedAnalysis, attempt: int) -> FloatArray:
    """Return how often each patient counted in a repeat."""
    if result.inference == "bootstrap":
        return result.imputation.resample(result.seed, attempt)[0]
    weights = np.ones(result.schedule.n_subjects)
    weights[attempt] = 0.0
    return weights
