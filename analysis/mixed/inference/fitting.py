"""From sums or rows to an optimum and the inference about the mean: what mmrm and lmm share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.formulas.encoding import Encoding
from analysis.mixed.design.description import Description
from analysis.mixed.design.layout import FeatureMap
from analysis.mixed.engine.chart import Coordinates
from analysis.mixed.engine.covariance import Model
from analysis.mixed.engine.kenward_roger import adjusted_covariance
from analysis.mixed.engine.newton import Optimum
from analysis.mixed.inference.components import Units, boundary_text
from analysis.mixed.inference.fixed_effects import FixedEffects
from analysis.mixed.sums.patient_rows import PatientRows
from analysis.mixed.sums.standard import Standard
from analysis.results import FloatArray

__all__ = [
    "DF_METHODS",
    "INFORMATION",
    "METHODS",
    "Engine",
    "Robust",
    "dropped_note",
    "fixed_effects",
    "glance_row",
    "positive_definite",
    "start_of",
]

METHODS = ("reml", "ml")
DF_METHODS = ("kenward-roger", "satterthwaite", "between-within", "residual")
INFORMATION = ("observed", "expected")

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
