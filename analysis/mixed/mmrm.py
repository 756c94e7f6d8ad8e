"""Fit a mixed model for repeated measures: a mean by visit and a covariance between visits.

The rows become sums per missingness pattern (layout.py, sums.py); everything after that costs the
same whatever the number of patients.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import ConvergenceError, ModelError
from analysis.mixed.components import Units, components, parameter_names
from analysis.mixed.design import Design, Roles, build_design
from analysis.mixed.engine.covariance import Model, Stratum
from analysis.mixed.engine.newton import maximise
from analysis.mixed.engine.structures import STRUCTURES, Structure, structure_named
from analysis.mixed.fitting import (
    INFORMATION,
    METHODS,
    Engine,
    Standard,
    check_option,
    fixed_effects,
    glance_row,
    positive_definite,
    start_of,
)
from analysis.mixed.patient_rows import PatientRows
from analysis.mixed.result import LinearMixedModel
from analysis.mixed.sums import PatternSums
from analysis.mixed.visit_sums import VisitSums, sum_visits
from analysis.results import FloatArray

__all__ = ["DF_METHODS", "mmrm"]

DF_METHODS = ("kenward-roger", "satterthwaite", "between-within", "residual")


def mmrm(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str,
    visit: str,
    covariance: str | Sequence[str] = "unstructured",
    covariance_by: str | None = None,
    coordinates: str | None = None,
    nested_in: str | None = None,
    weights: str | None = None,
    method: str = "reml",
    df: str | None = None,
    information: str = "observed",
) -> LinearMixedModel:
    """Fit a mixed model for repeated measures (MMRM).

    Answers how the mean score differs between arms at each visit when patients miss visits. Rows
    with a missing value in a used column are left out and counted; the estimates are valid when
    scores are missing at random given the model and the scores seen.

    Parameters
    ----------
    formula : str
        The mean as a Wilkinson formula, such as ``"change ~ arm * visit + baseline"``.
    data : pandas.DataFrame
        One row per patient and visit, in any order.
    subject, visit : str
        Columns of patient and visit.
    covariance : str or sequence of str
        Covariance of a patient's scores: ``"unstructured"``, ``"toeplitz"``, ``"ar1"``,
        ``"compound symmetry"``, ``"ante-dependence"``, each of the last four also
        ``"heterogeneous …"`` (a variance per visit); ``"independent"``; ``"spatial exponential"``
        over `coordinates`. A sequence is a pre-specified fallback: the first that converges is
        used and `glance` tells which were tried.
    covariance_by : str, optional
        A property of the patient; each of its levels gets a covariance of its own.
    coordinates : str, optional
        Numeric column, such as the day, for the spatial exponential structure.
    nested_in : str, optional
        Clinic of the patient; adds a clinic random intercept.
    weights : str, optional
        Positive weights of rows: the variance of a row is divided by its weight.
    method : str
        ``"reml"`` or ``"ml"``.
    df : str, optional
        ``"kenward-roger"``, ``"satterthwaite"``, ``"between-within"`` or ``"residual"``. None:
        Kenward-Roger under REML, else Satterthwaite.
    information : str
        ``"observed"`` or ``"expected"``: which information the degrees of freedom use.

    Returns
    -------
    LinearMixedModel
        Converged by the Newton decrement.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When values are infinite, a patient has two rows at a visit or is in two groups, or no
        row is complete.
    ModelError
        When the model cannot be fitted as asked: terms aliased, visits never seen together, an
        option unknown, Kenward-Roger without REML.
    ConvergenceError
        When the optimum is not reached.

    Notes
    -----
    Kenward-Roger is the form of SAS's DDFM=KR for structures that are linear in their
    parameters, and of DDFM=KR(LINEAR) for the others; paired data give exactly the paired t-test.
    SAS and R's mmrm use the observed information here, R's pbkrtest the expected.

    References
    ----------
    Mallinckrodt CH et al. (2008). Drug Information Journal 42:303-319.
    Kenward MG, Roger JH (1997). Biometrics 53:983-997.

    Examples
    --------
    >>> data = pd.DataFrame({
    ...     "patient": ["a", "a", "b", "b", "c", "c", "d"],
    ...     "visit": ["v1", "v2"] * 3 + ["v1"],
    ...     "score": [20.0, 14.0, 18.0, 15.0, 26.0, 20.0, 22.0]})
    >>> fit = mmrm("score ~ visit", data, subject="patient", visit="visit")
    >>> fit.tidy()[["term", "estimate", "std_error", "df"]].round(3)
              term  estimate  std_error     df
    0    Intercept    21.500      1.708  3.000
    1  visit[T.v2]    -5.048      0.922  2.662
    """
    tried = (covariance,) if isinstance(covariance, str) else tuple(covariance)
    df = df or ("kenward-roger" if method == "reml" else "satterthwaite")
    _check_options(tried, coordinates, method, df, information)
    roles = Roles(
        subject=subject,
        visit=visit,
        group=covariance_by,
        clinic=nested_in,
        weights=weights,
        coordinates=coordinates,
    )
    design = build_design(formula, data, roles)
    _check_patients(design)
    sums = sum_visits(design)
    engine, name, failures = _first_that_converges(design, sums, tried, method == "reml")
    return _result(design, engine, name, failures, df=df, information=information)


def _check_options(
    covariances: tuple[str, ...], coordinates: str | None, method: str, df: str, information: str
) -> None:
    """Refuse options that are unknown or do not go together."""
    if not covariances:
        raise ModelError("covariance is an empty list; name at least one structure.")
    for covariance in covariances:
        check_option("covariance", covariance, STRUCTURES)
    check_option("method", method, METHODS)
    check_option("df", df, DF_METHODS)
    check_option("information", information, INFORMATION)
    if df == "kenward-roger" and method != "reml":
        raise ModelError(
            "Kenward-Roger needs method='reml'; with 'ml' take df='satterthwaite' or another."
        )
    if ("spatial exponential" in covariances) != (coordinates is not None):
        raise ModelError(
            "coordinates= and covariance='spatial exponential' belong together: give the numeric "
            "column that says when a row was taken, such as coordinates='day'."
        )


def _check_patients(design: Design) -> None:
    """Refuse data with too few patients."""
    n = len(design.subjects)
    if n < 2:
        raise ModelError(f"A mixed model needs at least 2 patients; complete rows come from {n}.")


def _first_that_converges(
    design: Design, sums: VisitSums, covariances: tuple[str, ...], reml: bool
) -> tuple[Engine, str, tuple[str, ...]]:
    """Fit the structures in turn until one converges, and keep why others did not."""
    failures: list[str] = []
    for covariance in covariances:
        try:
            return _fit(design, sums, covariance, reml), covariance, tuple(failures)
        except (ConvergenceError, ModelError) as error:
            if covariance == covariances[-1]:
                raise
            failures.append(f"covariance {covariance} did not converge: {_first_sentence(error)}")
    raise AssertionError("the last structure either fits or raises")


def _first_sentence(error: Exception) -> str:
    """Shorten a message for the record."""
    return str(error).split(". ")[0].rstrip(".")


def _fit(design: Design, sums: VisitSums, covariance: str, reml: bool) -> Engine:
    """Fit one covariance structure."""
    structure = structure_named(covariance, design.panel.n_visits)
    _check_pairs(structure, sums, design)
    standard = sums.standard
    rows = PatientRows(
        design=design,
        layout=sums.layout,
        y=sums.y,
        columns=standard.columns,
        Z=np.zeros((design.n_rows, 0)),
        on_visits=True,
        by_distance=structure.needs_distances,
    )
    distances, on_visits = _distances(design, structure)
    # a weighted clinic intercept is no longer a count per clinic and pattern
    on_sums = on_visits and not (len(design.clinics) and design.weights is not None)
    strata = _visit_strata(sums, standard, distances) if on_sums else _patient_strata(rows)
    groups = [str(label) for label in design.groups] or [""]
    model = Model(
        strata=strata,
        random=(),
        structures=(structure,) * len(groups),
        n_rows=design.n_rows,
        n_fixed=len(design.encoding.names),
        n_clinics=len(design.clinics),
        reml=reml,
    )
    units = Units(
        scale=standard.scale,
        z_scale=np.ones(0),
        subject=design.roles.subject,
        clinic=str(design.roles.clinic),
        visits=[str(label) for label in design.visits],
        groups=groups,
    )
    start = start_of(model, [_empirical(part, standard) for part in sums.groups])
    optimum = maximise(model, start, parameter_names(model, units))
    return Engine(
        model=model,
        optimum=optimum,
        standard=standard,
        units=units,
        rows=rows,
        distances=distances,
    )


def _check_pairs(structure: Structure, sums: VisitSums, design: Design) -> None:
    """Refuse an unstructured covariance of visits that no patient has together."""
    if structure.correlations is not None:
        return
    for index, part in enumerate(sums.groups):
        pairs = part.pair_counts()
        absent = np.argwhere(np.tril(pairs == 0.0))
        if absent.size:
            empty = absent[absent[:, 0] == absent[:, 1]]
            worst = empty[0] if empty.size else absent[0]
            first, second = (str(design.visits[visit]) for visit in worst[::-1])
            where = (
                f" in {design.roles.group} {design.groups[index]!r}" if len(design.groups) else ""
            )
            what = (
                f"Visit {first!r} has no score"
                if first == second
                else f"No patient has both visit {first!r} and visit {second!r}"
            )
            raise ModelError(
                f"{what}{where}, so that an unstructured covariance cannot be estimated "
                f"({len(absent)} such pairs of visits). Leave the visit out, or take a structure "
                "such as 'heterogeneous toeplitz'."
            )


def _distances(design: Design, structure: Structure) -> tuple[FloatArray, bool]:
    """Return the distances between visits, and whether they hold for every patient."""
    m = design.panel.n_visits
    apart = np.abs(np.subtract.outer(np.arange(m), np.arange(m)))
    if not structure.needs_distances or design.coordinates is None:
        return apart, True
    day = design.coordinates[design.panel.row_of_visit()]
    same = bool((day[design.panel.visit] == design.coordinates).all())
    return np.abs(np.subtract.outer(day, day)), same


def _visit_strata(
    sums: VisitSums, standard: Standard, distances: FloatArray
) -> tuple[Stratum, ...]:
    """Make one stratum of sums per covariance group."""
    return tuple(
        Stratum(
            blocks=part.blocks(standard.columns),
            structure=index,
            distances=distances,
            Z=np.zeros((len(distances), 0)),
        )
        for index, part in enumerate(sums.groups)
    )


def _patient_strata(rows: PatientRows) -> tuple[Stratum, ...]:
    """Make strata of rows, where patients have days of their own."""
    return tuple(chunk.stratum for chunk in rows.chunks())


def _empirical(part: PatternSums, standard: Standard) -> FloatArray:
    """Compute the covariance of least-squares residuals over the patients of each pair."""
    outer = np.zeros((standard.columns.shape[2],) * 2)
    outer[-1, -1] = 1.0
    total = part.blocks(standard.columns).spread(outer).sum(axis=0)
    covariance = total / np.maximum(part.pair_counts(), 1.0)
    floor = 1e-4 * np.diag(covariance).mean()
    np.fill_diagonal(covariance, np.maximum(np.diag(covariance), floor))
    return positive_definite(covariance)


def _result(
    design: Design,
    engine: Engine,
    covariance: str,
    failures: tuple[str, ...],
    *,
    df: str,
    information: str,
) -> LinearMixedModel:
    """Collect what users ask of a fit."""
    terms = design.encoding.names
    theta_cov = engine.optimum.parameter_covariance(information)
    return LinearMixedModel(
        formula=design.formula,
        random="",
        method="reml" if engine.model.reml else "ml",
        fixed=fixed_effects(engine, terms=terms, df=df, theta_cov=theta_cov),
        population=design.population,
        fit=glance_row(
            engine,
            df=df,
            vcov="model",
            information=information,
            covariance=covariance,
            notes=(*failures, *design.notes),
        ),
        components=components(engine.model, engine.optimum, theta_cov, engine.units),
        engine=engine,
    )
