"""A linear programme that is solved again and again, each time from where it stood."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["Programme"]

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


class _Quiet(highspy.Highs):
    """The solver without the banner that it prints when callbacks are enabled."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the name is the solver's
        """Turn off all output first."""
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


class Programme:
    """Unknowns between limits, with equations between them.

    The attacker asks hundreds of questions about the same counts. Limits and costs change from
    question to question and the equations do not, so the solver goes on from its last basis.

    Parameters
    ----------
    equations : scipy.sparse.csr_array, shape (m, n)
        Coefficients of the unknowns.
    remainders : array of float, shape (m,)
        What each equation gives.
    low, high : array of float, shape (n,)
        Limits of the unknowns; infinite where there is none.
    goals : array of int, shape (k,)
        Unknowns that can be raised together, see `raise_together`.
    """

    def __init__(
        self,
        equations: sparse.csr_array[Any, Any],
        remainders: FloatArray,
        low: FloatArray,
        high: FloatArray,
        goals: IntArray,
    ) -> None:
        n, k = len(low), len(goals)
        self._n, self.goals = n, goals
        # one more unknown per goal: as much of its value as counts
        reached = sparse.csr_array((np.ones(k), (np.arange(k), goals)), shape=(k, n))
        rows = sparse.block_array(
            [
                [equations, sparse.csr_array((equations.shape[0], k))],
                [reached, -sparse.eye_array(k)],
            ],
            format="csr",
        )
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = n + k, rows.shape[0]
        model.col_cost_ = np.zeros(n + k)
        model.col_lower_ = np.concatenate([low, np.zeros(k)])
        model.col_upper_ = np.concatenate([high, np.zeros(k)])
        model.row_lower_ = np.concatenate([remainders, np.zeros(k)])
        model.row_upper_ = np.concatenate([remainders, np.full(k, np.inf)])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = rows.indptr
        model.a_matrix_.index_ = rows.indices
        model.a_matrix_.value_ = rows.data.astype(np.float64)
        self._solver = _Quiet()  # type: ignore[no-untyped-call]
        for option, value in {"parallel": "off", "presolve": "off"}.items():
            self._solver.setOptionValue(option, value)
        self._solver.passModel(model)

    def limit(self, low: FloatArray, high: FloatArray) -> None:
        """Set the limits of all unknowns anew.

        Parameters
        ----------
        low, high : array of float, shape (n,)
            Limits; equal ones fix an unknown.
        """
        self._solver.changeColsBounds(self._n, np.arange(self._n, dtype=np.int32), low, high)

    def least(self, cost: FloatArray) -> FloatArray:
        """Find the unknowns that make a cost least.

        Parameters
        ----------
        cost : array of float, shape (n,)
            Cost of one of each.

        Returns
        -------
        numpy.ndarray, shape (n,)
            The unknowns; missing where nothing fits the limits.
        """
        k = len(self.goals)
        return self._solve(np.concatenate([cost, np.zeros(k)]), np.zeros(k))

    def raise_together(self, goals: npt.NDArray[np.bool_], most: float) -> FloatArray:
        """Raise goals as far as they go together, each of them to `most` and no further.

        Parameters
        ----------
        goals : array of bool, shape (k,)
            Which of the goals.
        most : float
            From where on more of one goal counts for nothing.

        Returns
        -------
        numpy.ndarray, shape (n,)
            The unknowns; missing where nothing fits the limits.
        """
        cost = np.concatenate([np.zeros(self._n), np.where(goals, -1.0, 0.0)])
        return self._solve(cost, np.where(goals, most, 0.0))

    def _solve(self, cost: FloatArray, most: FloatArray) -> FloatArray:
        """Go on from the last basis with other costs and other limits of the goals."""
        places = np.arange(len(cost), dtype=np.int32)
        self._solver.changeColsCost(len(cost), places, cost)
        self._solver.changeColsBounds(len(most), places[self._n :], np.zeros(len(most)), most)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return np.full(self._n, np.nan)
        return np.array(self._solver.getSolution().col_value)[: self._n]
