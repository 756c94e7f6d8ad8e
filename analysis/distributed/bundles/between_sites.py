"""How much the estimates of sites differ beyond chance: a meta-analysis of the fits by site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from analysis.results import FloatArray, check_conf_level

__all__ = ["between_sites"]

_NUMBERS = ("estimate", "std_error")
_FOUND = (
    *("q", "df", "p_value", "tau2", "tau2_low", "tau2_high", "i2", "i2_low", "i2_high"),
    *("estimate", "std_error", "conf_low", "conf_high", "predicted_low", "predicted_high"),
)
_INFERENCE = ("df", "statistic", "p_value", "conf_low", "conf_high")


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimates:
    """One estimate per site.

    Parameters
    ----------
    estimate, std_error : array, shape (k,)
        Of k sites, at least two.
    """

    estimate: FloatArray
    std_error: FloatArray

    def weights(self, tau2: float) -> FloatArray:
        """Weigh each site by the inverse of its variance and that between sites."""
        return np.asarray(1.0 / (self.std_error**2 + tau2))

    def mean(self, tau2: float) -> float:
        """Return the weighted mean."""
        return float(np.average(self.estimate, weights=self.weights(tau2)))

    def spread(self, tau2: float) -> float:
        """Return the weighted sum of squares about the mean: Cochran's Q for `tau2` of 0."""
        return float(self.weights(tau2) @ (self.estimate - self.mean(tau2)) ** 2)

    def tau2_of(self, wanted: float) -> float:
        """Find the variance between sites at which the spread is as wanted, 0 if it is less."""
        if self.spread(0.0) <= wanted:
            return 0.0
        high = float(np.ptp(self.estimate) ** 2)
        while self.spread(high) > wanted:
            high *= 4.0
        tau2 = optimize.brentq(lambda x: self.spread(x) - wanted, 0.0, high, xtol=1e-14, rtol=1e-13)
        return float(tau2)

    def share(self, tau2: float) -> float:
        """Return I²: the share of `tau2` in it and the usual variance of an estimate."""
        weights = self.weights(0.0)
        usual = (weights.size - 1) * weights.sum() / (weights.sum() ** 2 - (weights**2).sum())
        return float(tau2 / (tau2 + usual))


def between_sites(by_site: pd.DataFrame, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Compare the estimates of sites, term by term.

    Parameters
    ----------
    by_site : pandas.DataFrame
        Columns ``site``, names such as ``term``, ``estimate, std_error`` and ``note``; a site that
        could not be fitted has missing numbers and says why in ``note``.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    pandas.DataFrame
        One row per term: its names; ``n_sites, n_not_fitted, not_fitted`` (which, why); Cochran's
        ``q, df, p_value``; ``tau2, tau2_low, tau2_high`` (variance between sites) and
        ``i2, i2_low, i2_high``, between 0 and 1; ``estimate, std_error, conf_low, conf_high``, the
        mean over sites; and ``predicted_low, predicted_high``, in which a new site's own effect
        is expected. All numbers but `n_sites` are missing where fewer than two sites were fitted.

    Raises
    ------
    ModelError
        When the level is not between 0 and 1.

    Notes
    -----
    The variance between sites is Paule and Mandel's, its limits are those of the Q profile
    (Viechtbauer 2007), and I² follows from it. The mean has the interval of Knapp and Hartung, t
    with sites less one degrees of freedom, never narrower than without their factor. With fewer
    than about ten sites all of this is vague; the limits say how vague.

    The mean over sites is not the pooled fit. It weighs each site by its own uncertainty, asks of
    every site that it can estimate every term alone, and estimates covariances of visits, nuisance
    terms and their uncertainty anew in each; the pooled fit asks what all patients say together,
    and uses a site that has one regimen only, too. Where sites differ, they answer different
    questions.

    References
    ----------
    Paule and Mandel 1982; Knapp and Hartung 2003; Viechtbauer 2007; DerSimonian and Kacker 2007.

    Examples
    --------
    >>> fits = pd.DataFrame({"site": ["a", "b", "c"], "term": "arm", "estimate": [-4.0, -2.0, -6.0],
    ...                      "std_error": [0.5, 0.5, 1.0], "note": ""})
    >>> between_sites(fits)[["n_sites", "q", "tau2"]].round(2).to_numpy().tolist()
    [[3.0, 16.0, 3.39]]
    """
    check_conf_level(conf_level)
    fitted = by_site.loc[by_site["estimate"].notna()]
    sites = by_site["site"].unique()
    names = _names(by_site)
    rows = []
    for labels, group in fitted.groupby(names, sort=False, dropna=False):
        absent = [site for site in sites if site not in set(group["site"])]
        rows.append(
            {
                **dict(zip(names, labels, strict=True)),
                "n_sites": len(group),
                "n_not_fitted": len(absent),
                "not_fitted": "; ".join(_why(by_site, site) for site in absent),
                **_of_term(group, conf_level),
            }
        )
    return pd.DataFrame(rows)


def _names(by_site: pd.DataFrame) -> list[str]:
    """Return the columns that say what is estimated."""
    numbers = {*_NUMBERS, *_INFERENCE}
    return [name for name in by_site.columns if name not in {"site", "note", *numbers}]


def _why(by_site: pd.DataFrame, site: str) -> str:
    """Say why a site has no estimate."""
    notes = by_site.loc[by_site["site"] == site, "note"]
    said = next((note for note in notes if note), "its fit does not have this term")
    return f"{site}: {said.split('. ')[0].rstrip('.')}"


def _of_term(group: pd.DataFrame, conf_level: float) -> dict[str, float]:
    """Compare the estimates of one term; all missing where there are fewer than two."""
    if len(group) < 2:
        return dict.fromkeys(_FOUND, np.nan)
    sites = Estimates(**{name: group[name].to_numpy(dtype=float) for name in _NUMBERS})
    df, q = len(group) - 1, sites.spread(0.0)
    upper, lower = (stats.chi2.ppf((1 + sign * conf_level) / 2, df) for sign in (1, -1))
    tau2, low, high = (sites.tau2_of(float(wanted)) for wanted in (df, upper, lower))
    found = [q, df, float(stats.chi2.sf(q, df)), tau2, low, high]
    found += [sites.share(tau2), sites.share(low), sites.share(high)]
    found += _mean(sites, tau2, float(stats.t.ppf((1 + conf_level) / 2, df)))
    return dict(zip(_FOUND, found, strict=True))


def _mean(sites: Estimates, tau2: float, reach: float) -> list[float]:
    """Return the mean over sites, its error and limits, and where a new site is expected."""
    mean, weights = sites.mean(tau2), sites.weights(tau2)
    factor = max(1.0, sites.spread(tau2) / (weights.size - 1))
    error = float(np.sqrt(factor / weights.sum()))
    ahead = float(np.hypot(np.sqrt(tau2), error))
    limits = [mean + sign * reach * spread for spread in (error, ahead) for sign in (-1.0, 1.0)]
    return [mean, error, *limits]
