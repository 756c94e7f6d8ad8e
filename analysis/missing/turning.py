"""An estimate as a function of delta: where its conclusion turns, exactly and over a grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize

from analysis.missing.delta_curves import DeltaCurve
from analysis.missing.pooling import Pooled
from analysis.results import (
    FloatArray,
    critical_value,
    frame_to_html,
    frame_to_text,
    tidy_frame,
)

__all__ = ["CONCLUSIONS", "TippingPoint"]

CONCLUSIONS = ("below", "no difference shown", "above")
"""Where the confidence interval lies: below the null value, over it, or above it."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TippingPoint:
    """An estimate as a function of what is added to imputed scores.

    Parameters
    ----------
    term : str
        The estimate.
    arms : tuple
        Arms whose imputed scores move, one delta each; one entry for a cohort without arms.
    curve : DeltaCurve
        Estimate and inference at any deltas.
    spread : float
        Standard deviation of the scores, the unit of the search.
    grid : array, shape (m, A)
        Deltas that `tidy` shows.
    null, conf_level : float
        Value that the interval is compared with, and its coverage.
    plausible : mapping of arm to (float, float)
        Bounds of the deltas that are plausible, if they were given.
    n, residual_df : float
        Fewest patients behind the estimate, and patients less coefficients.
    about : str
        What was imputed and analysed.
    room : float
        How many points worse than predicted the scale allows on average; infinite if not known.
    """

    term: str
    arms: tuple[Any, ...]
    curve: DeltaCurve
    spread: float
    grid: FloatArray
    null: float
    conf_level: float
    plausible: Mapping[Any, tuple[float, float]]
    n: float
    residual_df: float
    about: str
    room: float = np.inf

    @property
    def delta_columns(self) -> list[str]:
        """Names of the columns with the deltas: ``delta`` and the arm."""
        return [f"delta {arm}" if arm is not None else "delta" for arm in self.arms]

    def tidy(self) -> pd.DataFrame:
        """Return the estimate at every delta of the grid.

        Returns
        -------
        pandas.DataFrame
            ``term``, a column ``delta …`` per arm, the tidy columns at the confidence level of
            the tipping point (p-value of the null value), ``conclusion`` (one of `CONCLUSIONS`)
            and ``turned``: whether it is another than without delta.
        """
        return self.at(self.grid)

    def at(self, deltas: FloatArray) -> pd.DataFrame:
        """Return the estimate at deltas of one's own.

        Parameters
        ----------
        deltas : array, shape (m, A)
            One column per arm.

        Returns
        -------
        pandas.DataFrame
            As `tidy`.
        """
        grid = np.asarray(deltas, dtype=float).reshape(-1, len(self.arms))
        found = self.curve.at(grid)
        shifted = tidy_frame(
            self._labels(grid),
            estimate=found.estimate - self.null,
            std_error=found.std_error,
            df=found.df,
            conf_level=self.conf_level,
        )
        moved = {name: shifted[name] + self.null for name in ("estimate", "conf_low", "conf_high")}
        sides = self._sides(found)
        at_zero = self._sides(self.curve.at(np.zeros((1, len(self.arms)))))[0]
        return shifted.assign(**moved).assign(
            conclusion=[CONCLUSIONS[int(side) + 1] for side in sides], turned=sides != at_zero
        )

    def monte_carlo(self) -> pd.DataFrame:
        """Return how far another seed would move the numbers of `tidy`.

        Returns
        -------
        pandas.DataFrame
            ``term``, the deltas, ``estimate_error`` and ``std_error_error``: Monte-Carlo standard
            errors; 0 where nothing is random.
        """
        found = self.curve.at(self.grid)
        return self._labels(self.grid).assign(
            estimate_error=found.estimate_error, std_error_error=found.std_error_error
        )

    def _labels(self, grid: FloatArray) -> pd.DataFrame:
        """Name the estimate and its deltas."""
        labels = pd.DataFrame(grid, columns=self.delta_columns)
        labels.insert(0, "term", self.term)
        return labels

    def _sides(self, found: Pooled) -> FloatArray:
        """Say where intervals lie: -1 below the null value, 0 over it, 1 above it."""
        return np.where(self._excess(found) > 0.0, np.sign(found.estimate - self.null), 0.0)

    def _excess(self, found: Pooled) -> FloatArray:
        """Say by how much the null value lies outside the interval; negative inside."""
        margin = critical_value(found.df, self.conf_level) * found.std_error
        return np.abs(found.estimate - self.null) - margin

    def tips(self) -> pd.DataFrame:
        """Return the deltas at which the conclusion turns, one arm at a time.

        Returns
        -------
        pandas.DataFrame
            ``arm, below, above``: the nearest deltas under and over zero at which the conclusion
            turns while the other arms have none; missing where it does not, as far as it was
            searched. ``plausible_low, plausible_high, is_plausible``: the bounds that were given,
            and whether a turning point lies within.
        """
        rows = []
        for place, arm in enumerate(self.arms):
            roots = self._roots(place)
            under, over = roots[roots < 0.0], roots[roots > 0.0]
            low, high = self.plausible.get(arm, (np.nan, np.nan))
            rows.append(
                {
                    "arm": arm,
                    "below": under.max() if under.size else np.nan,
                    "above": over.min() if over.size else np.nan,
                    "plausible_low": low,
                    "plausible_high": high,
                    "is_plausible": bool(((roots >= low) & (roots <= high)).any()),
                }
            )
        return pd.DataFrame(rows)

    def _roots(self, place: int) -> FloatArray:
        """Search the deltas of one arm at which a limit is the null value."""
        search = self.curve.search
        axis = np.linspace(-search.reach, search.reach, search.n_points) * self.spread
        grid = np.zeros((axis.size, len(self.arms)))
        grid[:, place] = axis
        signed = np.sign(self._excess(self.curve.at(grid)))
        crossed = np.flatnonzero(signed[:-1] * signed[1:] < 0.0)
        excess, precision = partial(self._excess_at, place), search.precision * self.spread
        roots = [
            optimize.brentq(excess, axis[left], axis[left + 1], xtol=precision, rtol=1e-14)
            for left in crossed
        ]
        return np.array(roots, dtype=float)

    def _excess_at(self, place: int, delta: float) -> float:
        """Compute the excess at one delta of one arm."""
        amounts = np.zeros((1, len(self.arms)))
        amounts[0, place] = delta
        return float(self._excess(self.curve.at(amounts))[0])

    def sentence(self) -> str:
        """Say in one sentence, for a cohort without arms, how firm an improvement is.

        Returns
        -------
        str
            Worse is the side of zero on which the deltas lie; an improvement is one that passes
            the value it is compared with, on the other side.
        """
        worse = 1.0 if self.grid.max() >= -self.grid.min() else -1.0
        what = f"An improvement of {abs(self.null):g} points" if self.null else "An improvement"
        start = self.at(np.zeros((1, len(self.arms)))).iloc[0]
        end = "conf_high" if worse > 0 else "conf_low"
        if worse * (start[end] - self.null) >= 0:
            return f"{what} is not shown, even if scores after leaving are as predicted."
        tip = float(self.tips()["above" if worse > 0 else "below"].iloc[0])
        if np.isnan(tip):
            return f"{what} is shown, however much worse scores after leaving are."
        beyond = ", which is more than the scale allows on average" if abs(tip) > self.room else ""
        return (
            f"{what} is shown unless scores after leaving are {abs(tip):.1f} points worse than "
            f"predicted{beyond}."
        )

    def support(self) -> pd.DataFrame:
        """Return the fewest patients behind the estimate, row by row of `tidy`.

        Returns
        -------
        pandas.DataFrame
            ``term, n, residual_df``.
        """
        frame = pd.DataFrame({"term": [self.term] * len(self.grid)})
        return frame.assign(n=self.n, residual_df=self.residual_df)

    def summary(self) -> str:
        """Return turning points and the grid as text."""
        parts = (frame_to_text(self.tips()), frame_to_text(self.tidy()))
        return "\n\n".join([self._head(), *parts])

    def _head(self) -> str:
        return f"Tipping point of {self.term}: {self.about}"

    def __repr__(self) -> str:
        return f"{self._head()}\n{frame_to_text(self.tips())}"

    def _repr_html_(self) -> str:
        return frame_to_html(self.tips(), caption=self._head())
