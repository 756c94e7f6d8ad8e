"""Draw the residuals of a fit against the quantiles of the normal curve, with a band.

The picture shows single scores; it is marked and kept inside as in residuals.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from scipy import stats

from analysis.figures.labels import add_headings, add_note, below_axis, written
from analysis.figures.residuals import PATIENT_LEVEL, normalised_residuals
from analysis.figures.style import INK, MUTED, RULE, Words, house_style, new_axes
from analysis.results import FloatArray, check_conf_level, counted

if TYPE_CHECKING:
    from analysis.mixed import LinearMixedModel

__all__ = ["normal_band", "plot_quantiles"]

_INSIDE, _OUTSIDE = "#0072B2", "#D55E00"
_DRAWS, _POINTS, _SEED = 2000, 200, 20130802


def plot_quantiles(
    fit: LinearMixedModel,
    *,
    conf_level: float = 0.95,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw the normalised residuals against the quantiles of the normal curve, with a band.

    The band is simultaneous: under the model all points of 95 in 100 pictures lie inside.

    Parameters
    ----------
    fit : LinearMixedModel
        What `mmrm` or `lmm` returns.
    conf_level : float
        Simultaneous coverage of the band.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and one row per score in order of size: ``normal, residual, band_low,
        band_high``. Patient-level detail, marked by ``attrs["patient_level"]``: `show` and
        everything else that releases refuses it. ``attrs["alt"]`` describes the figure by counts.

    Notes
    -----
    The band has the same coverage at each point (equal local levels), see `normal_band`. It
    takes the variances of the fit as known, and is a little too wide for it.

    References
    ----------
    Aldor-Noiman S, Brown LD, Buja A, Rolke W, Stine RA (2013). The American Statistician
    67:249-260.
    """
    residual = np.sort(normalised_residuals(fit)["residual"].to_numpy(dtype=float))
    n = residual.size
    low, high = normal_band(n, conf_level)
    normal = stats.norm.ppf((np.arange(1, n + 1) - 0.5) / n)
    shown = pd.DataFrame(
        {"normal": normal, "residual": residual, "band_low": low, "band_high": high}
    )
    shown.attrs["patient_level"] = True
    outside = int(((residual < low) | (residual > high)).sum())
    level = f"{100 * conf_level:g}%"
    words = {**words, "title": words.get("title") or _message(outside, n, level)}
    with house_style():
        axes = new_axes(ax, height=5.2)
        _draw(axes, shown)
        notes = [
            f"Band: {level}, simultaneous over all points (equal local levels).",
            "Line: exactly normal.",
            *([f"Squares: {outside:,} outside the band."] if outside else []),
            *filter(None, [words.get("note", "")]),
            PATIENT_LEVEL,
        ]
        add_note(axes, " ".join(notes), below=below_axis(axes) + 6)
        add_headings(
            axes,
            title=words["title"],
            subtitle=words.get("subtitle", ""),
            y_label="Normalised residual (standard deviations)",
        )
    shown.attrs["alt"] = _alt(residual, outside, level, words)
    return axes, shown


def normal_band(n: int, conf_level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Compute a simultaneous band for n ordered standard normal values.

    Parameters
    ----------
    n : int
        Number of values.
    conf_level : float
        Probability that all values lie inside.

    Returns
    -------
    low, high : array, shape (n,)
        Limits of the smallest value, the second, and so on.

    Notes
    -----
    The i-th of n uniform values has a Beta(i, n + 1 - i) distribution. Each limit cuts off the
    same share of it, chosen by 2,000 draws, the same ones at every call, so that all are inside
    with the wanted probability. Beyond 200 values the share is chosen at 200 of them, with all
    of those at both ends; values between two of these go along with them.

    References
    ----------
    Aldor-Noiman S, Brown LD, Buja A, Rolke W, Stine RA (2013). The American Statistician
    67:249-260.

    Examples
    --------
    >>> low, high = normal_band(1)
    >>> round(float(high[0]), 1), bool(low[0] == -high[0])
    (2.0, True)
    """
    check_conf_level(conf_level)
    chosen = _chosen(n)
    steps = np.diff(np.concatenate([[0], chosen, [n + 1]])).astype(float)
    total = np.cumsum(np.random.default_rng(_SEED).gamma(steps, size=(_DRAWS, steps.size)), axis=1)
    below = stats.beta.cdf(total[:, :-1] / total[:, -1:], chosen, n + 1 - chosen)
    least = np.minimum(below, 1.0 - below).min(axis=1)
    tail = float(np.quantile(least, 1.0 - conf_level))
    order = np.arange(1, n + 1)
    high = np.asarray(stats.norm.ppf(stats.beta.isf(tail, order, n + 1 - order)), dtype=float)
    return -high[::-1], high


def _chosen(n: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Choose order statistics: all of few; of many, a quarter at each end and others between."""
    if n <= _POINTS:
        return np.arange(1, n + 1)
    ends = np.arange(1, _POINTS // 4 + 1)
    between = np.round(np.linspace(ends[-1], n + 1 - ends[-1], _POINTS // 2)).astype(int)
    return np.unique(np.concatenate([ends, between, n + 1 - ends]))


def _draw(ax: Axes, shown: pd.DataFrame) -> None:
    """Draw the band, the line and the points; those outside the band as squares."""
    x, y = shown["normal"].to_numpy(), shown["residual"].to_numpy()
    low, high = shown["band_low"].to_numpy(), shown["band_high"].to_numpy()
    ax.fill_between(x, low, high, color=MUTED, alpha=0.18, linewidth=0)
    for edge in (low, high):
        ax.plot(x, edge, color=MUTED, linewidth=0.8)
    ends = np.array([x[0], x[-1]])
    ax.plot(ends, ends, color=INK, linewidth=1.0)
    out = (y < low) | (y > high)
    ax.plot(x[~out], y[~out], "o", color=_INSIDE, markersize=3.5, markeredgewidth=0)
    ax.plot(x[out], y[out], "s", color=_OUTSIDE, markersize=4.5, markeredgewidth=0)
    ax.set_xticks(np.arange(np.ceil(x[0]), np.floor(x[-1]) + 1))
    ax.set_xlabel("Normal quantile")
    ax.grid(visible=True, color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)


def _message(outside: int, n: int, level: str) -> str:
    """Say in one line whether the residuals look normal."""
    if not outside:
        return f"All {n:,} residuals lie inside the {level} band of a normal curve"
    return f"{outside:,} of {n:,} residuals lie outside the {level} band of a normal curve"


def _alt(residual: FloatArray, outside: int, level: str, words: Words) -> str:
    """Describe the residuals by counts and moments, never by single values."""
    skew, heavy = float(stats.skew(residual)), float(stats.kurtosis(residual))
    return (
        f"Normal quantile plot of {counted(residual.size, 'normalised residual')} with a "
        f"simultaneous {level} band: {outside:,} outside. Standard deviation "
        f"{residual.std(ddof=1):.2f}, skewness {written(skew, 2)}, excess kurtosis "
        f"{written(heavy, 2)} (normal: 1, 0, 0). {PATIENT_LEVEL} Conclusion: {words['title']}."
    )
