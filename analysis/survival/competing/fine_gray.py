"""Fine-Gray regression of the cumulative incidence of one of several competing causes.

The estimating equations are in subdistribution.py and subdistribution_fit.py.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import DataError
from analysis.results import (
    FloatArray,
    check_conf_level,
    check_option,
    frame_to_html,
    frame_to_text,
)
from analysis.survival.asked import asked_times
from analysis.survival.coefficients import Coefficients
from analysis.survival.competing.subdistribution import risk_sets
from analysis.survival.competing.subdistribution_fit import SubdistributionFit, fit_subdistribution
from analysis.survival.reading.causes import CompetingTimes, read_competing_times
from analysis.survival.reading.covariates import Covariates, read_covariates

__all__ = ["FineGray", "fine_gray"]

CONVENTIONS = ("crr", "finegray")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FineGray:
    """A fitted Fine-Gray model.

    Parameters
    ----------
    coefficients : Coefficients
        Log subdistribution hazard ratios and their covariance.
    covariates : Covariates
        How rows are coded.
    centre : array, shape (p,)
        Means of the covariates, at which the baseline is.
    times, baseline : array, shape (k,)
        Distinct times, and the cumulative subdistribution hazard up to and including each.
    cause : str or int
        The cause modelled.
    fit : pandas.DataFrame
        One row about the fit, see `glance`.
    behind : pandas.DataFrame
        Fewest patients and events behind each coefficient, see `support`.
    """

    coefficients: Coefficients
    covariates: Covariates
    centre: FloatArray
    times: FloatArray
    baseline: FloatArray
    cause: str | int
    fit: pd.DataFrame
    behind: pd.DataFrame

    def tidy(self, conf_level: float = 0.95, *, exponentiate: bool = False) -> pd.DataFrame:
        """Return one row per coefficient, with normal inference.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.
        exponentiate : bool
            Show subdistribution hazard ratios; ``std_error`` stays that of the coefficient.

        Returns
        -------
        pandas.DataFrame
            ``term`` and the tidy columns.
        """
        check_conf_level(conf_level)
        return self.coefficients.tidy(conf_level, exponentiate=exponentiate)

    def support(self) -> pd.DataFrame:
        """Return the fewest patients and events behind each coefficient, for `release`.

        Returns
        -------
        pandas.DataFrame
            ``term, n, n_event, residual_df``: fewest patients, and fewest with an event of the
            cause, of a level or cell that the coefficient compares, and events of the cause less
            coefficients.
        """
        return self.behind.copy()

    def covariance(self) -> pd.DataFrame:
        """Return the robust covariance of the coefficients, terms by terms."""
        return self.coefficients.covariance()

    def predict(self, new_data: pd.DataFrame, times: Iterable[float]) -> pd.DataFrame:
        """Return the probability of an event of the cause for other patients.

        Parameters
        ----------
        new_data : pandas.DataFrame
            One row per patient with all covariates.
        times : iterable of float
            Times in the units of the data, at least 0.

        Returns
        -------
        pandas.DataFrame
            ``row`` (position in `new_data`, from 0), ``time, estimate``; NaN after the last time
            of the data.

        Raises
        ------
        ColumnError, DataError
            When a covariate is absent, missing, or has a level that the fit has not seen.
        """
        asked = asked_times(times)
        relative = np.exp(
            (self.covariates.design(new_data) - self.centre) @ self.coefficients.estimate
        )
        place = np.searchsorted(self.times, asked, side="right")
        hazard = np.append(0.0, self.baseline)[place]
        hazard[asked > self.times[-1]] = np.nan
        return pd.DataFrame(
            {
                "row": np.repeat(np.arange(relative.size), asked.size),
                "time": np.tile(asked, relative.size),
                "estimate": -np.expm1(-np.outer(relative, hazard)).ravel(),
            }
        )

    def glance(self) -> pd.DataFrame:
        """Return one row about the fit.

        Returns
        -------
        pandas.DataFrame
            ``n_obs, n_event`` (of the cause), ``n_competing, n_censored, n_dropped, cause,
            convention, ties, log_likelihood, log_likelihood_null`` (pseudo-likelihoods),
            ``statistic, df, p_value`` (robust Wald test of all terms), ``converged,
            newton_decrement``.
        """
        return self.fit.copy()

    def summary(self) -> str:
        """Return subdistribution hazard ratios as text."""
        return f"{self._title()}\n{frame_to_text(self.tidy(exponentiate=True))}"

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.tidy(exponentiate=True), caption=self._title())

    def _title(self) -> str:
        """Name the model, its cause, convention and numbers."""
        row = self.fit.iloc[0]
        return (
            f"Fine-Gray model of cause {self.cause} ({row['convention']} convention), "
            f"subdistribution hazard ratios; {row['n_event']:,} events, {row['n_competing']:,} "
            f"competing, {row['n_obs']:,} rows"
        )


def fine_gray(
    formula: str,
    data: pd.DataFrame,
    *,
    time: str = "time",
    event: str = "event",
    cause: str | int = 1,
    causes: Sequence[Hashable] | None = None,
    censored: Hashable = 0,
    convention: str = "crr",
) -> FineGray:
    """Regress the cumulative incidence of a cause on covariates (Fine and Gray).

    Answers how covariates go with the probability of an event, such as relapse, when other events
    can prevent it. A hazard ratio of this model says in which direction the probability moves; it
    is no rate among those at risk, for which a cause-specific Cox model is the tool: report both.
    Rows with a missing covariate are left out and counted; a missing time or event is an error.

    Parameters
    ----------
    formula : str
        Covariates, such as ``"arm + age"``.
    data : pandas.DataFrame
        One row per patient.
    time, event : str
        Columns of the time (at least 0) and of how it ended, as in `cumulative_incidence`.
    cause : str or int
        The cause that is modelled.
    causes : sequence, optional
        The causes there can be; by default those in the data.
    censored : hashable
        The value of `event` that says censored.
    convention : str
        ``"crr"`` or ``"finegray"``, see Notes.

    Returns
    -------
    FineGray
        A result with ``tidy``, ``covariance``, ``predict`` and ``glance``.

    Raises
    ------
    ColumnError, DataError
        When columns or values are wrong, or no row has the cause.
    ModelError
        When the formula or the convention cannot be used, or a covariate does not vary where it
        could tell.
    ConvergenceError
        When an effect is infinite, as where a level has no event of the cause.

    Notes
    -----
    ``"crr"``, as R's cmprsk: Breslow's ties; at a tied time events count as at risk of being
    censored; the covariance accounts for the estimation of the censoring distribution.
    ``"finegray"``, as R's ``finegray`` and ``coxph`` with ``cluster = patient``: Efron's ties;
    events leave before censorings at the same time; the covariance takes the censoring
    distribution as known. Estimates of the two differ in the third digit in tied data. SAS PHREG
    with ``EVENTCODE=`` has Breslow's ties by default. Censoring must not depend on covariates.

    References
    ----------
    Fine JP, Gray RJ (1999). JASA 94:496-509.

    Examples
    --------
    >>> data = pd.DataFrame({
    ...     "time": [1, 2, 3, 4, 5, 6, 7, 8], "event": [1, 2, 1, 0, 1, 2, 1, 0],
    ...     "arm": ["im", "iv", "iv", "im", "im", "im", "iv", "iv"]})
    >>> fine_gray("arm", data).tidy()[["term", "estimate", "std_error"]].round(3)
            term  estimate  std_error
    0  arm[T.iv]     -0.41        0.9
    """
    check_option("convention", convention, CONVENTIONS)
    covariates = read_covariates(formula, data)
    rows = read_competing_times(
        data.loc[covariates.complete], time=time, event=event, causes=causes, censored=censored
    )
    of_interest = _number_of(cause, rows, event)
    centre = covariates.X.mean(axis=0)
    sets = risk_sets(
        covariates.X - centre,
        rows.times.time,
        rows.cause,
        of_interest=of_interest,
        events_first=convention == "finegray",
        efron=convention == "finegray",
    )
    fit = fit_subdistribution(sets, covariates.terms, censoring_estimated=convention == "crr")
    counts = _counts(rows, of_interest, n_dropped=len(data) - rows.cause.size)
    return FineGray(
        coefficients=Coefficients(terms=covariates.terms, estimate=fit.estimate, vcov=fit.vcov),
        covariates=covariates,
        centre=centre,
        times=np.unique(rows.times.time),
        baseline=fit.baseline,
        cause=cause,
        fit=_fit_row(counts.assign(cause=[cause], convention=convention), fit),
        behind=covariates.support(data.loc[covariates.complete], event=rows.cause == of_interest),
    )


def _number_of(cause: str | int, rows: CompetingTimes, event: str) -> int:
    """Find the cause that is modelled, which must have events."""
    number = int(rows.causes.get_indexer(pd.Index([cause]))[0]) + 1
    if number == 0 or not (rows.cause == number).any():
        raise DataError(
            f"No row used has the cause asked for by cause= in {event!r} (event=); "
            f"{len(rows.causes)} causes are there. Check cause= and the selection."
        )
    return number


def _counts(rows: CompetingTimes, of_interest: int, n_dropped: int) -> pd.DataFrame:
    """Count rows by how their time ended."""
    n_event = int((rows.cause == of_interest).sum())
    n_censored = int((rows.cause == 0).sum())
    return pd.DataFrame(
        {
            "n_obs": [rows.cause.size],
            "n_event": [n_event],
            "n_competing": [rows.cause.size - n_event - n_censored],
            "n_censored": [n_censored],
            "n_dropped": [n_dropped],
        }
    )


def _fit_row(counts: pd.DataFrame, fit: SubdistributionFit) -> pd.DataFrame:
    """Add pseudo-likelihoods, the test of all terms and the state of the iteration."""
    statistic = float(fit.estimate @ np.linalg.solve(fit.vcov, fit.estimate))
    df = fit.estimate.size
    return counts.assign(
        ties=np.where(counts["convention"] == "crr", "breslow", "efron"),
        log_likelihood=fit.log_likelihood,
        log_likelihood_null=fit.log_likelihood_null,
        statistic=statistic,
        df=df,
        p_value=float(stats.chi2.sf(statistic, df)),
        converged=True,
        newton_decrement=fit.newton_decrement,
    )
