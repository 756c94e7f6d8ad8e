"""A linear mixed model with random effects of patients, fitted to sums instead of rows."""

from __future__ import annotations

import numpy as np

from analysis.errors import ModelError
from analysis.formulas.columns import Column, Columns
from analysis.formulas.parsing import read_random
from analysis.mixed.clinics import clinic_variance_note, enough_clinics
from analysis.mixed.engine.covariance import Model
from analysis.mixed.engine.newton import maximise
from analysis.mixed.engine.structures import structure_named, visits_apart
from analysis.mixed.inference.components import Units, parameter_names
from analysis.mixed.inference.fitting import (
    Engine,
    dropped_note,
    fixed_effects,
    glance_row,
    start_of,
)
from analysis.mixed.random_part import RandomPart, check_options, check_residual, check_variation
from analysis.mixed.result import LinearMixedModel
from analysis.mixed.sums.moments import Moments, moment_strata
from analysis.mixed.sums.standard import ALIASED
from analysis.results import FloatArray, check_option

__all__ = ["fit_random_moments"]


def fit_random_moments(
    moments: Moments,
    *,
    random: str = "1",
    random_covariance: str = "unstructured",
    residual: str = "independent",
    method: str = "reml",
    df: str = "satterthwaite",
    information: str | None = None,
    aliased: str = "error",
) -> LinearMixedModel:
    """Fit random effects of patients on nominal days to moments instead of rows.

    The same fit as `lmm` of the rows that the moments are sums of.

    Parameters
    ----------
    moments : Moments
        As of `analysis.mixed.moments` with ``coordinates=`` and ``days=`` where a random slope is
        wanted, perhaps pooled; with ``nested_in=`` a clinic intercept is added.
    random : str
        Random terms: of the visit and its nominal day, such as ``"1 + day"``.
    random_covariance, residual, method, df, information, aliased : str
        As in `lmm`; not a spatial residual.

    Returns
    -------
    LinearMixedModel
        Without rows: random effects of patients, `residuals` and `simulate` refuse.

    Raises
    ------
    ModelError, ConvergenceError
        As `lmm`; also when a random term is of days that the moments do not have.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.mixed import moments
    >>> data = pd.DataFrame({
    ...     "patient": ["a", "a", "b", "b", "c", "c"],
    ...     "visit": ["v1", "v2"] * 3,
    ...     "score": [20.0, 14.0, 18.0, 15.0, 26.0, 20.0]})
    >>> sums = moments("score ~ visit", data, subject="patient", visit="visit")
    >>> fit_random_moments(sums).tidy()["df"].round(3).tolist()
    [2.229, 2.0]
    """
    information = information or ("expected" if df == "kenward-roger" else "observed")
    check_options(
        method=method,
        df=df,
        information=information,
        random_covariance=random_covariance,
        residual=residual,
    )
    check_option("aliased", aliased, ALIASED)
    check_residual(random, residual, moments.about.roles.visit, None)
    _check_sums(moments)
    part = RandomPart.read(
        random,
        _random_columns(moments, random),
        len(moments.about.visits),
        independent=random_covariance == "independent",
    )
    engine = _fit(moments, part, residual, method == "reml", aliased)
    about = engine.about
    return LinearMixedModel(
        formula=about.formula,
        random=random,
        method=method,
        fixed=fixed_effects(
            engine, df=df, theta_cov=engine.optimum.parameter_covariance(information), robust=None
        ),
        population=about.population,
        fit=glance_row(
            engine,
            df=df,
            vcov="model",
            information=information,
            covariance=residual,
            notes=(
                *dropped_note(engine),
                *about.all_notes(),
                *clinic_variance_note(engine.optimum, about.notes),
            ),
        ),
        engine=engine,
    )


def _check_sums(moments: Moments) -> None:
    """Refuse sums that cannot hold a random part."""
    about = moments.about
    if about.n_subjects < 2:
        raise ModelError(
            f"A mixed model needs at least 2 patients; complete rows come from {about.n_subjects}."
        )
    if about.roles.weights is not None or len(about.groups):
        raise ModelError(
            "Random effects are fitted to sums without weights= and covariance_by=; make the "
            "moments without them, or fit the rows with lmm()."
        )
    enough_clinics(len(about.clinics))


def _random_columns(moments: Moments, random: str) -> Columns:
    """Return the columns of the random terms at the visits."""
    about, m = moments.about, len(moments.about.visits)
    known = {
        str(about.roles.visit): Column(
            name=str(about.roles.visit), data=np.arange(m), levels=about.visits
        )
    }
    if moments.days is not None and about.roles.coordinates is not None:
        days = np.nan_to_num(moments.days)  # what is missing belongs to visits without rows
        known[about.roles.coordinates] = Column(
            name=about.roles.coordinates, data=days, levels=None
        )
    other = [name for name in read_random(random).predictors if name not in known]
    if other:
        raise ModelError(
            f"The random part uses {', '.join(map(repr, other))}; sums hold random terms of "
            f"{' and '.join(map(repr, known))} only. Give the column of nominal days as "
            "coordinates= and their values as days= when the moments are made, or fit the rows "
            "with lmm(): days of the patients' own cannot be summed."
        )
    return known


def _fit(moments: Moments, random: RandomPart, residual: str, reml: bool, aliased: str) -> Engine:
    """Maximise the likelihood of the sums."""
    about, m = moments.about, len(moments.about.visits)
    z_scale = _spread(moments, random.Z)
    points, standard = random.Z / z_scale, moments.standard(aliased)
    n_parameters = points.shape[1] ** 2 + 1
    model = Model(
        strata=moment_strata(moments, standard, n_parameters, visits_apart(m), points),
        random=random.blocks(),
        structures=(structure_named(residual, m),),
        n_rows=about.n_rows,
        n_fixed=standard.n_fixed,
        n_clinics=len(about.clinics),
        reml=reml,
    )
    if residual == "independent":
        check_variation(model, random.terms)
    units = Units(
        scale=standard.scale,
        z_scale=z_scale,
        subject=about.roles.subject,
        clinic=str(about.roles.clinic),
        visits=[str(label) for label in about.visits],
        groups=[""],
    )
    optimum = maximise(model, start_of(model, [np.eye(m)]), parameter_names(model, units))
    return Engine(
        about=about,
        features=moments.features,
        model=model,
        optimum=optimum,
        standard=standard,
        units=units,
        kept_rows=None,
        distances=visits_apart(m),
        random=random.encoding,
        random_columns=random.columns,
    )


def _spread(moments: Moments, Z: FloatArray) -> FloatArray:
    """Return the root mean square of the random columns over the rows, shape (Q,)."""
    rows = np.sum([np.diag(part.pair_counts()) for part in moments.groups], axis=0)
    return np.asarray(np.sqrt(rows @ Z**2 / rows.sum()))
