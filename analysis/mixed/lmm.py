"""Fit a linear mixed model: random effects of patients on days of their own, or on visits.

Where patients share their days, the rows become sums per missingness pattern; else with
independent residuals they are rotated (sums/rotation.py); else they stay rows.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.formulas.parsing import read_random
from analysis.mixed.clinics import check_clinics, clinic_variance_note
from analysis.mixed.design.build import Design, build_design
from analysis.mixed.design.description import Roles
from analysis.mixed.design.layout import Layout, lay_out
from analysis.mixed.design.points import share_points
from analysis.mixed.engine.covariance import Model, Stratum
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
from analysis.mixed.inference.sandwich import check_vcov, sandwich
from analysis.mixed.random_part import RandomPart, check_options, check_residual, check_variation
from analysis.mixed.result import LinearMixedModel
from analysis.mixed.sums.moments import moment_strata, sum_visits
from analysis.mixed.sums.patient_rows import PatientRows
from analysis.mixed.sums.rotation import rotated
from analysis.mixed.sums.standard import ALIASED, Standard, standardise
from analysis.results import FloatArray, check_option

__all__ = ["fit_design", "lmm"]


def lmm(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str,
    random: str = "1",
    random_covariance: str = "unstructured",
    nested_in: str | None = None,
    residual: str = "independent",
    visit: str | None = None,
    coordinates: str | None = None,
    weights: str | None = None,
    method: str = "reml",
    df: str = "satterthwaite",
    vcov: str = "model",
    cluster: str | None = None,
    information: str | None = None,
    aliased: str = "error",
) -> LinearMixedModel:
    """Fit a linear mixed model of a score with random effects of patients.

    Answers how the mean score depends on arm, time and baseline when visits fall on
    patient-specific days. Rows with a missing value in a used column are left out and counted;
    the estimates are valid when scores are missing at random given the model. Confidence
    intervals are those of Student's t.

    Parameters
    ----------
    formula : str
        The mean as a Wilkinson formula, such as ``"change ~ arm * day + baseline"``. Text and
        categories are factors; numbers are numbers, and True is 1. Allowed in it are columns,
        arithmetic in ``I()``, and the functions C, bs, cc, center, cr, cs, exp,
        log, log10, log2, poly, scale, standardize.
    data : pandas.DataFrame
        One row per patient and time, in any order.
    subject : str
        Patient column.
    random : str
        What varies between patients, such as ``"1"`` or ``"1 + day"``.
    random_covariance : str
        ``"unstructured"``: the random terms are correlated. ``"independent"``: they are not.
    nested_in : str, optional
        Clinic of the patient; adds a clinic random intercept.
    residual : str
        Covariance of a patient's scores beside the random part: ``"independent"``, or a structure
        of `mmrm` over `visit`, or ``"spatial exponential"`` over `coordinates`, if the rows can
        tell both apart.
    visit : str, optional
        Visit of the row; needed for structures over visits.
    coordinates : str, optional
        Numeric column, such as the day, for the spatial exponential structure.
    weights : str, optional
        Positive weights of rows: the residual variance of a row is divided by its weight.
    method : str
        ``"reml"`` or ``"ml"``.
    df : str
        ``"satterthwaite"``, ``"kenward-roger"`` (REML only), ``"between-within"`` or
        ``"residual"`` (rows minus coefficients).
    vcov, cluster : str
        Covariance of the coefficients, as in `mmrm`.
    information : str, optional
        ``"observed"`` or ``"expected"``: which information the degrees of freedom use. None:
        observed for Satterthwaite (as R's lmerTest), expected for Kenward-Roger (as pbkrtest).
    aliased : str
        ``"error"`` or ``"drop"``, as in `mmrm`.

    Returns
    -------
    LinearMixedModel
        Converged by the Newton decrement, on the boundary with the sign condition.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When values are infinite or no row is complete.
    ModelError
        When the model cannot be fitted as asked: terms aliased, variances that the rows cannot
        tell apart, an outcome without variation, code in the formula, an unknown option.
    ConvergenceError
        When the optimum is not reached.

    Notes
    -----
    A variance of zero, or a singular covariance of the random part, is allowed: `glance` names
    it, and it is left out of the uncertainty, as in SAS PROC MIXED. Satterthwaite's degrees of
    freedom equal those of R's lmerTest, Kenward and Roger's those of pbkrtest.

    References
    ----------
    Laird NM, Ware JH (1982). Biometrics 38:963-974.
    Giesbrecht FG, Burns JC (1985). Biometrics 41:477-486.
    Kenward MG, Roger JH (1997). Biometrics 53:983-997.

    Examples
    --------
    >>> data = pd.DataFrame({
    ...     "patient": ["a", "a", "b", "b", "c", "c"],
    ...     "visit": ["v1", "v2"] * 3,
    ...     "score": [20.0, 14.0, 18.0, 15.0, 26.0, 20.0]})
    >>> fit = lmm("score ~ visit", data, subject="patient")
    >>> fit.tidy()[["term", "estimate", "std_error", "df"]].round(3)
              term  estimate  std_error     df
    0    Intercept    21.333      2.147  2.229
    1  visit[T.v2]    -5.000      1.000  2.000
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
    check_vcov(vcov, df, cluster)
    check_residual(random, residual, visit, coordinates)
    roles = Roles(
        subject=subject,
        visit=visit,
        clinic=nested_in,
        weights=weights,
        coordinates=coordinates,
        cluster=cluster,
    )
    design = build_design(formula, data, roles, (read_random(random),))
    notes = check_clinics(design, df, vcov)
    design = replace(design, notes=(*design.notes, *notes))
    random_part = RandomPart.read(
        random, design.columns, design.n_rows, independent=random_covariance == "independent"
    )
    return fit_design(
        design,
        random_part,
        residual=residual,
        method=method,
        df=df,
        vcov=vcov,
        information=information,
        aliased=aliased,
    )


def fit_design(
    design: Design,
    random: RandomPart,
    *,
    residual: str,
    method: str,
    df: str,
    vcov: str,
    information: str,
    aliased: str = "error",
) -> LinearMixedModel:
    """Fit a design that is built already.

    Parameters
    ----------
    design : Design
        Rows sorted by patient.
    random : RandomPart
        Random columns of the same rows.
    residual, method, df, vcov, information, aliased : str
        As in `lmm`, checked there.

    Returns
    -------
    LinearMixedModel
        As `lmm`.
    """
    n = len(design.subjects)
    if n < 2:
        raise ModelError(f"A mixed model needs at least 2 patients; complete rows come from {n}.")
    engine = _fit(design, random, residual, method == "reml", aliased)
    theta_cov = engine.optimum.parameter_covariance(information)
    return LinearMixedModel(
        formula=design.formula,
        random=random.text,
        method=method,
        fixed=fixed_effects(
            engine,
            df=df,
            theta_cov=theta_cov,
            robust=None if vcov == "model" else sandwich(engine, vcov),
        ),
        population=design.population,
        fit=glance_row(
            engine,
            df=df,
            vcov=vcov,
            information=information,
            covariance=residual,
            notes=(
                *dropped_note(engine),
                *engine.about.all_notes(),
                *clinic_variance_note(engine.optimum, engine.about.notes),
            ),
        ),
        engine=engine,
    )


def _fit(design: Design, random: RandomPart, residual: str, reml: bool, aliased: str) -> Engine:
    """Choose how the rows are summed, and maximise the likelihood."""
    z_scale = np.sqrt(np.mean(random.Z**2, axis=0))
    rows, standard, strata = _arranged(design, random.Z / z_scale, residual, aliased)
    m = rows.design.panel.n_visits
    model = Model(
        strata=strata,
        random=random.blocks(),
        structures=(structure_named(residual, m),),
        n_rows=design.n_rows,
        n_fixed=standard.n_fixed,
        n_clinics=len(design.clinics),
        reml=reml,
    )
    if residual == "independent":
        check_variation(model, random.terms)
    units = Units(
        scale=standard.scale,
        z_scale=z_scale,
        subject=design.roles.subject,
        clinic=str(design.roles.clinic),
        visits=[str(label) for label in rows.design.visits],
        groups=[""],
    )
    start = start_of(model, [np.eye(m)])
    optimum = maximise(model, start, parameter_names(model, units))
    return Engine(
        about=rows.design.describe(),
        features=rows.layout.map,
        model=model,
        optimum=optimum,
        standard=standard,
        units=units,
        kept_rows=rows,
        distances=visits_apart(m),
        random=random.encoding,
        random_columns=random.columns,
    )


def _arranged(
    design: Design, Z: FloatArray, residual: str, aliased: str
) -> tuple[PatientRows, Standard, tuple[Stratum, ...]]:
    """Sum the rows over patterns of shared points, or rotate them, or leave them as rows."""
    by_distance = residual == "spatial exponential"
    is_weighted = design.weights is not None  # then random columns differ from row to row
    shared = None if by_distance or is_weighted else share_points(design, Z)
    if shared is not None:
        design, Z = shared
        summed = sum_visits(design)
        standard = summed.moments.standard(aliased)
        rows = PatientRows(
            design=design,
            layout=summed.layout,
            y=summed.y,
            columns=standard.columns,
            Z=Z,
            on_visits=True,
            by_distance=False,
        )
        m, n_parameters = design.panel.n_visits, Z.shape[1] ** 2 + 1
        apart = visits_apart(m)
        points = Z[design.panel.row_of_visit()]
        strata = moment_strata(summed.moments, standard, n_parameters, apart, points)
        return rows, standard, strata
    layout, y, standard = _dense(design, aliased)
    rows = PatientRows(
        design=design,
        layout=layout,
        y=y,
        columns=standard.columns,
        Z=Z,
        on_visits=design.roles.visit is not None and not by_distance,
        by_distance=by_distance,
    )
    if residual == "independent":
        return rows, standard, rotated(rows)
    return rows, standard, tuple(chunk.stratum for chunk in rows.chunks())


def _dense(design: Design, aliased: str) -> tuple[Layout, FloatArray, Standard]:
    """Lay out rows without visits, and find the coordinates of the fit from them."""
    panel = design.panel
    flat = replace(panel, visit=np.zeros_like(panel.visit), n_visits=1)
    layout = lay_out(design.encoding, design.columns, flat, None)
    centre, scale = float(design.y.mean()), float(design.y.std())
    y = (design.y - centre) / scale
    features = np.concatenate([flat.of_patients(layout.patient), layout.row, y[:, None]], axis=1)
    if design.weights is not None:
        features *= np.sqrt(design.weights)[:, None]
    total = features.T @ features

    def products(columns: FloatArray) -> FloatArray:
        return np.asarray(columns[0].T @ total @ columns[0])

    columns = layout.map.columns(centre, scale)
    standard = standardise(columns, products, design.encoding.names, design.n_rows, aliased)
    return layout, y, standard
