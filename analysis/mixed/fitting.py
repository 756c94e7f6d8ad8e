"""From sums or rows to an optimum and the inference about the mean: what mmrm and lmm share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.mixed.components import Units, boundary_text
from analysis.mixed.description import Description
from analysis.mixed.encoding import Encoding
from analysis.mixed.engine.chart import Coordinates
from analysis.mixed.engine.covariance import Model
from analysis.mixed.engine.kenward_roger import adjusted_covariance
from analysis.mixed.engine.newton import Optimum
from analysis.mixed.inference import FixedEffects
from analysis.mixed.layout import FeatureMap
from analysis.mixed.patient_rows import PatientRows
from analysis.results import FloatArray

__all__ = [
    "ALIASED",
    "INFORMATION",
    "METHODS",
    "Engine",
    "Robust",
    "Standard",
    "check_option",
    "dropped_note",
    "fixed_effects",
    "glance_row",
    "positive_definite",
    "standardise",
    "start_of",
]

ALIASED = ("error", "drop")
METHODS = ("reml", "ml")
INFORMATION = ("observed", "expected")

_ALIASED = 1e-11
_EMPTY = 1e-6
_GLANCE = (
    "log_likelihood",
    "aic",
    "aicc",
    "bic",
    "n_parameters",
    "n_subjects",
    "n_obs",
    "n_dropped",
    "converged",
    "newton_decrement",
    "df_method",
    "vcov",
    "method",
    "information",
    "covariance",
    "boundary",
    "notes",
)
_EXACT = 1e-13
_ROUNDING = 1e-7

Codes = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class Standard:
    """Standardised coordinates of the mean and the outcome, and the way back.

    Parameters
    ----------
    columns : array, shape (m, d, p + 1)
        How orthonormal columns and the scaled least-squares residual follow from the features.
    back : array, shape (p, k)
        Inverse of ``R`` with ``X = QR``; rows of columns that were dropped are zero.
    start : array, shape (p,)
        Least-squares coefficients of the formula's columns; zero where dropped.
    scale : float
        Least-squares residual standard deviation.
    log_det : float
        Log determinant of ``X'X``, without the columns dropped.
    unknown : array, shape (p, p - k)
        Directions of the coefficients about which the rows say nothing.
    dropped : array of int, shape (p - k,)
        Columns that earlier ones determine, left out on request.
    """

    columns: FloatArray
    back: FloatArray
    start: FloatArray
    scale: float
    log_det: float
    unknown: FloatArray
    dropped: Codes

    @property
    def n_fixed(self) -> int:
        """Number of coefficients that are estimated."""
        return len(self.back.T)


class Robust(Protocol):
    """A covariance of the coefficients that does not trust the model's variances."""

    @property
    def vcov(self) -> FloatArray:
        """The covariance in standardised coordinates, shape (p, p)."""

    @property
    def degrees(self) -> Callable[[FloatArray], FloatArray]:
        """From linear functions (m, p) to their degrees of freedom (m,)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Engine:
    """A fit in its standardised coordinates, and the rows that it was made from.

    Parameters
    ----------
    about : Description
        Labels, counts and columns.
    features : FeatureMap
        From features to the columns of the mean.
    model : Model
        Strata and structures.
    optimum : Optimum
        Where the likelihood is largest.
    standard : Standard
        The coordinates.
    units : Units
        What takes variances back to the units of the data.
    kept_rows : PatientRows or None
        Patient-level rows, for residuals, random effects and sandwiches; None when the fit was
        made from sums.
    distances : array, shape (m, m)
        How far apart visits are.
    random : Encoding or None
        Random columns, for other rows.
    random_columns : tuple of str
        Columns of the data that they read.
    """

    about: Description
    features: FeatureMap
    model: Model
    optimum: Optimum
    standard: Standard
    units: Units
    kept_rows: PatientRows | None
    distances: FloatArray
    random: Encoding | None = None
    random_columns: tuple[str, ...] = ()

    @property
    def on_visits(self) -> bool:
        """Whether the covariance is one between visits."""
        return self.kept_rows is None or (
            self.kept_rows.on_visits and not self.kept_rows.by_distance
        )

    @property
    def rows(self) -> PatientRows:
        """The rows of patients, or a refusal when the fit was made from sums."""
        if self.kept_rows is None:
            raise ModelError(
                "This fit was made from sums, so that no patient's rows are there; fit the rows "
                "themselves with mmrm() for residuals and sandwich covariances."
            )
        return self.kept_rows


def check_option(name: str, value: str, allowed: Sequence[str]) -> None:
    """Refuse an unknown option and list the known ones.

    Parameters
    ----------
    name, value : str
        Argument and what was given.
    allowed : sequence of str
        Known values.

    Raises
    ------
    ModelError
        When the value is not among them.
    """
    if value not in allowed:
        raise ModelError(f"{name} is {value!r}; allowed are {', '.join(allowed)}.")


def standardise(
    columns: FloatArray,
    products: Callable[[FloatArray], FloatArray],
    terms: tuple[str, ...],
    n_rows: int,
    aliased: str = "error",
) -> Standard:
    """Move to orthonormal columns of the mean and unit residuals.

    Parameters
    ----------
    columns : array, shape (m, d, p + 1)
        As of `FeatureMap.columns`.
    products : callable
        From columns to ``[X, y]'[X, y]``.
    terms : tuple of str
        Names of the columns of the mean.
    n_rows : int
        Rows.
    aliased : str
        ``"error"`` or ``"drop"``: what to do about columns that earlier ones determine.

    Returns
    -------
    Standard
        The coordinates.

    Raises
    ------
    ModelError
        When columns are aliased, rows are too few, or the mean explains the outcome exactly.
    """
    p = len(terms)
    if aliased == "error":
        _check_rows(n_rows, p)
    total = products(columns)
    lengths = np.sqrt(np.maximum(np.diag(total), 0.0))  # rounding can take an empty one below 0
    sizes = np.sqrt(np.square(columns).sum(axis=1).max(axis=0))
    usual = sizes * lengths[p] / sizes[p]  # features are standardised; zero comes with rounding
    safe = np.where(lengths > _EMPTY * usual, lengths, np.maximum(usual, 1e-300))
    unit = total / np.outer(safe, safe)
    dropped = _determined(unit[:p, :p])
    if dropped.size and aliased == "error":
        _refuse_aliased([terms[index] for index in dropped])
    kept = np.delete(np.arange(p), dropped)
    _check_rows(n_rows, kept.size)
    root = np.linalg.cholesky(unit[np.ix_(kept, kept)])
    half = np.linalg.inv(root)
    back = np.zeros((p, kept.size))
    back[kept] = (half / safe[kept]).T
    start = back @ (back.T @ total[:p, p])
    turned = np.empty((*columns.shape[:2], kept.size + 1))
    turned[:, :, :-1] = columns[:, :, :p] @ back
    turned[:, :, -1] = columns[:, :, p] - columns[:, :, :p] @ start
    squares = float(products(turned)[-1, -1])
    about_mean = float(columns[0, -1, p] * lengths[p] / sizes[p]) ** 2
    if squares <= _EXACT * about_mean:  # sums cannot tell less from rounding
        raise ModelError(
            "The fixed part explains the outcome exactly, so no variance is left to estimate; "
            "is the outcome among the predictors?"
        )
    scale = float(np.sqrt(squares / (n_rows - kept.size)))
    turned[:, :, -1] /= scale
    return Standard(
        columns=turned,
        back=back,
        start=start,
        scale=scale,
        log_det=2.0 * float(np.log(np.diag(root)).sum() + np.log(safe[kept]).sum()),
        unknown=_unknown_directions(unit[:p, :p], safe[:p], kept, dropped),
        dropped=dropped,
    )


def _check_rows(n_rows: int, n_fixed: int) -> None:
    """Refuse a mean with as many coefficients as rows."""
    if n_rows <= n_fixed:
        raise ModelError(
            f"The mean has {n_fixed} coefficients but only {n_rows} complete rows; take a smaller "
            "formula."
        )


def _determined(unit: FloatArray) -> Codes:
    """List the columns that earlier columns determine."""
    rest, found = unit.copy(), []
    for index in range(len(unit)):
        pivot = rest[index, index]
        if pivot <= _ALIASED:
            found.append(index)
            continue
        rest -= np.outer(rest[:, index], rest[index]) / pivot
    return np.array(found, dtype=np.intp)


def _refuse_aliased(terms: Sequence[str]) -> None:
    """Name the columns, and what can be done about them."""
    raise ModelError(
        f"The terms {', '.join(map(repr, terms))} are determined by the terms before them "
        "in the rows used (an empty cell, or the same information twice). Remove them from "
        "the formula or merge the levels; aliased='drop' leaves just these columns out, and then "
        "means that need them are not estimated."
    )


def _unknown_directions(
    unit: FloatArray, lengths: FloatArray, kept: Codes, dropped: Codes
) -> FloatArray:
    """Find how coefficients can change without a change of the mean in any row, (p, p - k)."""
    directions = np.zeros((len(unit), dropped.size))
    if dropped.size:
        solved = np.linalg.solve(unit[np.ix_(kept, kept)], unit[np.ix_(kept, dropped)])
        directions[kept] = np.where(np.abs(solved) > _ROUNDING, solved, 0.0)
        directions[dropped, np.arange(dropped.size)] = -1.0
    return np.asarray(directions / lengths[:, None])


def fixed_effects(
    engine: Engine,
    *,
    df: str,
    theta_cov: FloatArray,
    robust: Robust | None = None,
) -> FixedEffects:
    """Take the coefficients and their inference back to the columns of the formula.

    Parameters
    ----------
    engine : Engine
        The fit.
    df : str
        Method of the degrees of freedom.
    theta_cov : array, shape (k, k)
        Covariance of the covariance parameters.
    robust : Robust, optional
        A sandwich covariance that takes the place of the model's.

    Returns
    -------
    FixedEffects
        With Kenward and Roger's covariance when `df` says so.
    """
    at, precision = engine.optimum.at, engine.optimum.local.slope.precision
    back, unit = engine.standard.back, engine.standard.scale**2
    vcov = at.vcov
    if df == "kenward-roger":
        vcov = adjusted_covariance(engine.model, at, precision, theta_cov)
    degrees = None
    if robust is not None:
        vcov, degrees = robust.vcov, _of_raw(robust.degrees, back)
    slope = at.vcov @ precision @ at.vcov
    is_within, between, within = _between_within(engine)
    return FixedEffects(
        terms=engine.about.encoding.names,
        estimate=engine.standard.start + engine.standard.scale * (back @ at.beta),
        vcov=unit * back @ vcov @ back.T,
        model_vcov=unit * back @ at.vcov @ back.T,
        vcov_slope=unit * back @ slope @ back.T,
        theta_cov=theta_cov,
        residual_df=float(engine.model.n_rows - engine.model.n_fixed),
        df_method=df,
        between_df=between,
        within_df=within,
        is_within=is_within,
        sandwich_df=degrees,
        unknown=engine.standard.unknown,
        dropped=engine.standard.dropped,
    )


def _of_raw(
    degrees: Callable[[FloatArray], FloatArray], back: FloatArray
) -> Callable[[FloatArray], FloatArray]:
    """Let degrees of freedom take linear functions of the formula's coefficients."""
    return lambda contrasts: degrees(contrasts @ back)


def _between_within(
    engine: Engine,
) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], float, float]:
    """Divide the coefficients, and the rows, into those between and those within patients.

    The intercept counts between patients where rows are divided and is tested within, as in R's
    mmrm; SAS divides in another way.
    """
    features, about = engine.features, engine.about
    is_within = features.is_within()
    is_constant = ~is_within & (features.feature == features.constant)
    counted = np.delete(is_within, engine.standard.dropped)
    between = about.n_subjects - int((~counted).sum())
    within = about.n_rows - about.n_subjects - int(counted.sum())
    return is_within | is_constant, float(between), float(within)


def glance_row(
    engine: Engine, *, df: str, vcov: str, information: str, covariance: str, notes: tuple[str, ...]
) -> pd.DataFrame:
    """Compute the likelihood in the units of the data and the criteria from it.

    Parameters
    ----------
    engine : Engine
        The fit.
    df, vcov, information, covariance : str
        Choices, for the record.
    notes : tuple of str
        Decisions that a reader must know.

    Returns
    -------
    pandas.DataFrame
        One row about the fit.
    """
    model, optimum, standard = engine.model, engine.optimum, engine.standard
    about = engine.about
    n, p, reml = model.n_rows, model.n_fixed, model.reml
    rows = n - p if reml else n
    count = optimum.n_free if reml else optimum.n_free + p
    deviance = optimum.at.deviance + 2.0 * rows * np.log(standard.scale) - about.log_weights
    if reml:
        deviance += standard.log_det
    small = rows - count - 1
    row = {
        "log_likelihood": -deviance / 2.0,
        "aic": deviance + 2.0 * count,
        "aicc": deviance + 2.0 * count * rows / small if small > 0 else np.nan,
        "bic": deviance + count * np.log(about.n_subjects),
        "n_parameters": count,
        "n_subjects": about.n_subjects,
        "n_obs": n,
        "n_dropped": about.n_dropped,
        "converged": True,
        "newton_decrement": optimum.decrement,
        "df_method": "bell-mccaffrey" if vcov != "model" and df == "satterthwaite" else df,
        "vcov": vcov,
        "method": "reml" if reml else "ml",
        "information": information,
        "covariance": covariance,
        "boundary": boundary_text(model, optimum, engine.units),
        "notes": "; ".join(notes) or "none",
    }
    return pd.DataFrame([row])[list(_GLANCE)]


def dropped_note(engine: Engine) -> tuple[str, ...]:
    """Name the columns of the mean that were left out on request."""
    names = [engine.about.encoding.names[index] for index in engine.standard.dropped]
    if not names:
        return ()
    note = (
        f"dropped on request, because the terms before determine them: {', '.join(names)}; means "
        "that need them are missing"
    )
    return (note,)


def start_of(model: Model, empirical: Sequence[FloatArray], random: float = 1.0) -> Coordinates:
    """Choose where the optimiser begins.

    Parameters
    ----------
    model : Model
        Random terms and structures.
    empirical : sequence of arrays, shape (m, m)
        Positive definite covariance of the residuals, one per residual structure.
    random : float
        Standard deviation of every standardised random term.

    Returns
    -------
    Coordinates
        A feasible point.
    """
    distances = {stratum.structure: stratum.distances for stratum in reversed(model.strata)}
    starts = [
        structure.start(covariance, distances[index])
        for index, (structure, covariance) in enumerate(
            zip(model.structures, empirical, strict=True)
        )
    ]
    return Coordinates(
        factors=tuple(random * np.eye(block.size) for block in model.random),
        orders=tuple(tuple(range(block.size)) for block in model.random),
        residual=tuple(starts),
        clinic=0.3 if model.n_clinics else None,
    )


def positive_definite(covariance: FloatArray, least: float = 0.05) -> FloatArray:
    """Draw a covariance towards its diagonal until it is well inside the possible ones.

    Parameters
    ----------
    covariance : array, shape (m, m)
        Symmetric, positive diagonal.
    least : float
        Smallest eigenvalue of the correlation.

    Returns
    -------
    array, shape (m, m)
        Positive definite.
    """
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    smallest = float(np.linalg.eigvalsh(correlation)[0])
    if smallest < least:
        share = (1.0 - least) / (1.0 - smallest)
        correlation = share * correlation + (1.0 - share) * np.eye(len(scale))
    return np.asarray(correlation * np.outer(scale, scale))
