"""Coefficients of a regression of times and what is read off them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.results import FloatArray, tidy_frame

__all__ = ["Coefficients"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Coefficients:
    """Estimates on the log scale and their covariance.

    Parameters
    ----------
    terms : tuple of str
        Names, shape (p,).
    estimate : array, shape (p,)
        Coefficients.
    vcov : array, shape (p, p)
        Their covariance as reported.

    Examples
    --------
    >>> arm = Coefficients(
    ...     terms=("arm[T.iv]",), estimate=np.array([-0.5]), vcov=np.array([[0.04]]))
    >>> arm.tidy(exponentiate=True)[["estimate", "std_error"]].round(3).to_numpy().tolist()
    [[0.607, 0.2]]
    """

    terms: tuple[str, ...]
    estimate: FloatArray
    vcov: FloatArray

    def tidy(self, conf_level: float = 0.95, *, exponentiate: bool = False) -> pd.DataFrame:
        """Return one row per coefficient, with normal inference.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.
        exponentiate : bool
            Show ratios: ``estimate, conf_low, conf_high`` are exponentials; ``std_error`` and
            the test stay those of the coefficient, as in R's broom.

        Returns
        -------
        pandas.DataFrame
            ``term`` and the tidy columns.
        """
        frame = tidy_frame(
            pd.DataFrame({"term": list(self.terms)}),
            estimate=self.estimate,
            std_error=np.sqrt(np.diag(self.vcov)),
            conf_level=conf_level,
        )
        if exponentiate:
            shown = ["estimate", "conf_low", "conf_high"]
            frame[shown] = np.exp(frame[shown])
        return frame

    def covariance(self) -> pd.DataFrame:
        """Return the covariance of the coefficients, terms by terms."""
        return pd.DataFrame(self.vcov.copy(), index=list(self.terms), columns=list(self.terms))
