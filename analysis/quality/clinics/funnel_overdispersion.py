"""Overdispersion: how much more clinics differ than by chance, and limits that allow for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import stats

from analysis.errors import DataError, ModelError
from analysis.quality.clinics.funnel_points import Points
from analysis.results import FloatArray

__all__ = [
    "FEWEST_CLINICS",
    "Dispersion",
    "Scale",
    "dispersion",
    "from_scale",
    "on_scale",
    "scale_error",
    "usual_scale",
    "widened",
]

FEWEST_CLINICS = 10
"""With fewer clinics the spread between them is not estimated."""

Scale = Literal["square root", "log", "arcsine", "identity"]
"""On which scale clinics are compared."""

Tails = Literal["winsorise", "truncate", "keep"]
"""What is done with the most extreme clinics before the spread is estimated."""

_ALLOWED: dict[str, tuple[Scale, ...]] = {
    "proportion": ("arcsine", "square root", "log"),
    "rate": ("square root", "log"),
    "ratio": ("square root", "log"),
    "mean": ("identity",),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Dispersion:
    """How much more clinics differ than by chance.

    Parameters
    ----------
    statistic : array, shape (k,)
        Distance of each clinic from the target in standard errors, before tails are drawn in.
    phi : float
        Mean of the squared distances; 1 by chance.
    between_variance : float
        Variance between clinics on the scale, 0 where chance alone explains the distances.
    scale : str
        The scale.
    n_clinics : int
        Clinics behind `phi`.
    """

    statistic: FloatArray
    phi: float
    between_variance: float
    scale: Scale
    n_clinics: int


def usual_scale(kind: str, scale: str | None) -> Scale:
    """Choose the scale on which clinics are compared.

    Parameters
    ----------
    kind : str
        "proportion", "rate", "ratio" or "mean".
    scale : str, optional
        None: arcsine for proportions, square root for rates and ratios, which have a value at 0
        events; identity for means.

    Returns
    -------
    Scale
        The scale.

    Raises
    ------
    ModelError
        When the kind has no such scale.
    """
    allowed = _ALLOWED[kind]
    if scale is None:
        return allowed[0]
    if scale not in allowed:
        raise ModelError(
            f"transformation for a {kind} is not known; allowed: {', '.join(allowed)}."
        )
    return allowed[allowed.index(scale)]


def on_scale(values: FloatArray, scale: Scale) -> FloatArray:
    """Bring values to the scale; 0 is minus infinity on the log scale."""
    if scale == "identity":
        return values
    if scale == "log":
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(values))
    root = np.sqrt(np.maximum(values, 0.0))
    return np.asarray(root if scale == "square root" else np.arcsin(np.minimum(root, 1.0)))


def from_scale(values: FloatArray, scale: Scale) -> FloatArray:
    """Bring values back; what lies beyond the end of the scale becomes its end."""
    if scale == "identity":
        return values
    if scale == "log":
        return np.asarray(np.exp(values))
    if scale == "square root":
        return np.asarray(np.maximum(values, 0.0) ** 2)
    return np.asarray(np.sin(np.clip(values, 0.0, np.pi / 2.0)) ** 2)


def scale_error(points: Points, scale: Scale) -> FloatArray:
    """Compute the standard error of each clinic at the target on the scale, by the delta method."""
    if scale == "identity":
        return np.asarray(np.sqrt(points.variance))
    error, target = np.sqrt(points.variance) / points.size, points.target
    if scale == "log":
        return np.asarray(error / target)
    slope = 2.0 * np.sqrt(target * (1.0 - target if scale == "arcsine" else 1.0))
    return np.asarray(error / slope)


def dispersion(
    points: Points, *, scale: Scale, trim: float = 0.1, tails: str = "winsorise"
) -> Dispersion:
    """Estimate how much more clinics differ than by chance.

    Parameters
    ----------
    points : Points
        The clinics.
    scale : Scale
        The scale of the comparison.
    trim : float
        Share of clinics at each end whose distances are drawn in or left out.
    tails : {"winsorise", "truncate", "keep"}
        "winsorise": distances beyond the quantiles `trim` and 1 − `trim` become these. "truncate":
        the clinics of the first and last of 1 ÷ `trim` classes by rank are left out, as the
        Summary Hospital-level Mortality Indicator (SHMI) does.

    Returns
    -------
    Dispersion
        Phi and, by moments, the variance between clinics (DerSimonian and Laird).

    Raises
    ------
    DataError
        For clinics without events on the log scale.
    ModelError
        When `trim` or `tails` is not allowed.

    References
    ----------
    Spiegelhalter DJ (2005). Handling over-dispersion of performance indicators. Quality and Safety
    in Health Care 14:347-351. NHS Digital. SHMI methodology.
    """
    if not 0.0 <= trim < 0.5:
        raise ModelError(f"trim is {trim:g}; allowed are shares from 0 to under 0.5.")
    if tails not in get_args(Tails):
        raise ModelError(f"tails is not known; allowed are {', '.join(get_args(Tails))}.")
    zero = int((points.estimate <= 0.0).sum())
    if scale == "log" and zero:
        raise DataError(
            f"{zero} clinics have no events, which have no logarithm. Use "
            "transformation='square root'."
        )
    target = np.array([points.target])
    error = scale_error(points, scale)
    z = (on_scale(points.estimate, scale) - on_scale(target, scale)) / error
    kept, used = _drawn_in(z, trim, tails)
    phi = float(np.mean(kept**2))
    return Dispersion(
        statistic=z,
        phi=phi,
        between_variance=_between(kept.size * phi, 1.0 / error[used] ** 2),
        scale=scale,
        n_clinics=kept.size,
    )


def _drawn_in(z: FloatArray, trim: float, tails: str) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Draw in, or leave out, the most extreme distances; and which clinics are used."""
    everyone = np.ones(z.shape, dtype=bool)
    if trim == 0.0 or tails == "keep":
        return z, everyone
    if tails == "winsorise":
        low, high = np.quantile(z, [trim, 1.0 - trim])
        return np.clip(z, low, high), everyone
    classes = round(1.0 / trim)
    of = np.floor(stats.rankdata(z, method="min") * classes / (z.size + 1.0))
    inner = (of > 0) & (of < classes - 1)
    return z[inner], inner


def _between(total: float, weight: FloatArray) -> float:
    """Estimate the variance between clinics by moments; 0 where chance explains all."""
    df = weight.size - 1
    if df < 1 or total <= df:
        return 0.0
    return float((total - df) / (weight.sum() - (weight**2).sum() / weight.sum()))


def widened(
    limits: tuple[FloatArray, FloatArray],
    *,
    target: float,
    found: Dispersion,
    kind: str,
    level: float,
) -> tuple[FloatArray, FloatArray]:
    """Widen limits by what clinics differ beyond chance.

    Parameters
    ----------
    limits : tuple of array, shape (k,)
        Limits by chance alone.
    target : float
        The target.
    found : Dispersion
        The overdispersion.
    kind : {"additive", "multiplicative"}
        "additive": the squared distance of a limit from the target grows by z² times the variance
        between clinics; as random effects. "multiplicative": distances grow by √phi.
    level : float
        Share inside by chance, that of the limits.

    Returns
    -------
    tuple of array, shape (k,)
        Wider limits; the same ones where there is no overdispersion.
    """
    z = float(stats.norm.isf((1.0 - level) / 2.0))
    centre = on_scale(np.array([target]), found.scale)
    wider = []
    for limit, sign in zip(limits, (-1.0, 1.0), strict=True):
        distance = np.abs(on_scale(limit, found.scale) - centre)
        if kind == "additive":
            distance = np.sqrt(distance**2 + z**2 * found.between_variance)
        else:
            distance = distance * np.sqrt(max(found.phi, 1.0))
        wider.append(from_scale(centre + sign * distance, found.scale))
    return wider[0], wider[1]
