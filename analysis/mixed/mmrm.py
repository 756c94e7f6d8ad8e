"""Fit a mixed model for repeated measures: a mean by visit and a covariance between visits.

The rows become sums per missingness pattern (layout.py, sums.py); everything after that costs the
same whatever the number of patients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ConvergenceError, ModelError
from analysis.mixed.clinics import FEWEST_CLINICS, check_clinics, clinic_variance_note
from analysis.mixed.columns import check_present
from analysis.mixed.components import Units, parameter_names
from analysis.mixed.description import Roles
from analysis.mixed.design import Design, build_design, with_visits_as_factor
from analysis.mixed.engine.covariance import Model, Stratum
from analysis.mixed.engine.newton import maximise
from analysis.mixed.engine.structures import STRUCTURES, Structure, structure_named, visits_apart
from analysis.mixed.fitting import (
    ALIASED,
    INFORMATION,
    METHODS,
    Engine,
    Standard,
    check_option,
    dropped_note,
    fixed_effects,
    glance_row,
    positive_definite,
    start_of,
)
from analysis.mixed.moments import Moments, Summed, moment_strata, sum_visits
from analysis.mixed.patient_rows import PatientRows
from analysis.mixed.result import LinearMixedModel
from analysis.mixed.sandwich import check_vcov, sandwich
from analysis.mixed.sums import PatternSums
from analysis.results import FloatArray, counted

__all__ = ["Choices", "fit_design_on_visits", "fit_moments", "mmrm", "moments"]

DF_METHODS = ("kenward-roger", "satterthwaite", "between-within", "residual")


def moments(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str,
    visit: str,
    covariance_by: str | None = None,
    coordinates: str | None = None,
    nested_in: str | None = None,
    weights: str | None = None,
    levels: Mapping[str, Sequence[Any]] | None = None,
    varying: Sequence[str] | None = None,
) -> Moments:
    """Sum the rows of a model for repeated measures, without fitting it.

    Moments of disjoint sets of patients can be added, and those of some patients taken out
    again; `fit_moments` fits them. So a network can be fitted from its clinics' sums, and a
    clinic left out without reading the others anew.

    Parameters
    ----------
    formula : str
        The mean, as in `mmrm`.
    data : pandas.DataFrame
        One row per patient and visit, in any order.
    subject, visit, covariance_by, coordinates, nested_in, weights : str
        Columns, as in `mmrm`.
    levels : mapping of str to sequence, optional
        All levels of factors and visits, in order, also those without rows here.
    varying : sequence of str, optional
        Columns that vary within patients besides the visit; all others must not. None: found out
        from the rows. Give it, and `levels`, when moments of several sites are to be added.

    Returns
    -------
    Moments
        Counts and sums per missingness pattern.

    Raises
    ------
    ColumnError, DataError, ModelError
        As `mmrm`; also when rows have a level that `levels` does not list.
    """
    roles = Roles(
        subject=subject,
        visit=visit,
        group=covariance_by,
        clinic=nested_in,
        weights=weights,
        coordinates=coordinates,
    )
    design = build_design(formula, with_visits_as_factor(data, visit), roles, levels=levels)
    _check_declared(data, levels or {}, varying or ())
    return sum_visits(design, None if varying is None else frozenset(varying)).moments


def _check_declared(
    data: pd.DataFrame, levels: Mapping[str, Sequence[Any]], varying: Sequence[str]
) -> None:
    """Refuse declarations about columns that are not there, such as misspelt ones."""
    check_present(data, levels, "levels=")
    check_present(data, varying, "varying=")


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
    vcov: str = "model",
    cluster: str | None = None,
    information: str = "observed",
    aliased: str = "error",
) -> LinearMixedModel:
    """Fit a mixed model for repeated measures (MMRM).

    Answers how the mean score differs between arms at each visit when patients miss visits. Rows
    with a missing value in a used column are left out and counted; the estimates are valid when
    scores are missing at random given the model and the scores seen.

    Parameters
    ----------
    formula : str
        The mean as a Wilkinson formula, such as ``"change ~ arm * visit + baseline"``. Text and
        categories are factors; numbers are numbers, also those with two values, and True is 1.
    data : pandas.DataFrame
        One row per patient and visit, in any order.
    subject, visit : str
        Columns of patient and visit. A visit that is a number is a factor in the formula too; for
        a line over time take another column, such as the day.
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
        Kenward-Roger under REML with the model's covariance, else Satterthwaite.
    vcov : str
        Covariance of the coefficients: ``"model"``, or a sandwich: ``"empirical"`` (CR0),
        ``"bias-reduced"`` (CR2), ``"jackknife"`` (CR3), with Bell and McCaffrey's degrees of
        freedom.
    cluster : str, optional
        Column whose levels are independent of each other, for a sandwich. None: the clinic where
        `nested_in` names it, else the patient.
    information : str
        ``"observed"`` or ``"expected"``: which information the degrees of freedom use.
    aliased : str
        What to do about columns of the mean that those before determine in the rows used, such
        as an arm without scores at a visit: ``"error"``, or ``"drop"`` them. Then `glance` names
        them, means that need them are missing, and F tests have so many fewer ``df1``.

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
    choices = Choices.checked(
        covariance,
        by_distance=coordinates is not None,
        method=method,
        df=df,
        vcov=vcov,
        cluster=cluster,
        information=information,
        aliased=aliased,
    )
    roles = Roles(
        subject=subject,
        visit=visit,
        group=covariance_by,
        clinic=nested_in,
        weights=weights,
        coordinates=coordinates,
        cluster=cluster,
    )
    labelled = with_visits_as_factor(data, visit)
    return fit_design_on_visits(build_design(formula, labelled, roles), choices)


def fit_design_on_visits(design: Design, choices: Choices) -> LinearMixedModel:
    """Fit a design that is built already.

    Parameters
    ----------
    design : Design
        Rows sorted by patient and visit.
    choices : Choices
        What is asked for.

    Returns
    -------
    LinearMixedModel
        As `mmrm`.
    """
    notes = check_clinics(design, choices.df, choices.vcov)
    design = replace(design, notes=(*design.notes, *notes))
    summed = sum_visits(design)
    return _fitted(summed.moments, choices, (design, summed))


def fit_moments(
    moments: Moments,
    *,
    covariance: str | Sequence[str] = "unstructured",
    method: str = "reml",
    df: str | None = None,
    information: str = "observed",
    aliased: str = "error",
) -> LinearMixedModel:
    """Fit a mixed model for repeated measures to moments instead of rows.

    The same fit as `mmrm` of the rows that the moments are sums of.

    Parameters
    ----------
    moments : Moments
        As of `moments`, perhaps pooled.
    covariance, method, df, information, aliased : str
        As in `mmrm`.

    Returns
    -------
    LinearMixedModel
        Without rows: `residuals`, `simulate` and sandwich covariances refuse.

    Raises
    ------
    ModelError, ConvergenceError
        As `mmrm`.

    Examples
    --------
    >>> from analysis.mixed import moments
    >>> data = pd.DataFrame({
    ...     "patient": ["a", "a", "b", "b", "c", "c", "d"],
    ...     "visit": ["v1", "v2"] * 3 + ["v1"],
    ...     "score": [20.0, 14.0, 18.0, 15.0, 26.0, 20.0, 22.0]})
    >>> sums = moments("score ~ visit", data, subject="patient", visit="visit")
    >>> fit_moments(sums).tidy()["estimate"].round(3).tolist()
    [21.5, -5.048]
    """
    choices = Choices.checked(
        covariance,
        by_distance=moments.about.roles.coordinates is not None,
        method=method,
        df=df,
        vcov="model",
        cluster=None,
        information=information,
        aliased=aliased,
    )
    return _fitted(moments, choices, None)


@dataclass(frozen=True, kw_only=True, eq=False)
class Choices:
    """What a fit was asked for.

    Parameters
    ----------
    covariances : tuple of str
        Structures in the order in which they are tried.
    reml : bool
        Restricted likelihood.
    df, vcov, information : str
        How coefficients are tested.
    aliased : str
        What to do about columns that earlier ones determine.
    """

    covariances: tuple[str, ...]
    reml: bool
    df: str
    vcov: str
    information: str
    aliased: str

    @classmethod
    def checked(
        cls,
        covariance: str | Sequence[str],
        *,
        by_distance: bool,
        method: str,
        df: str | None,
        vcov: str,
        cluster: str | None,
        information: str,
        aliased: str = "error",
    ) -> Choices:
        """Refuse options that are unknown or do not go together."""
        tried = (covariance,) if isinstance(covariance, str) else tuple(covariance or ())
        if not tried:
            raise ModelError(
                f"covariance names no structure; allowed are {', '.join(STRUCTURES)}, or a list "
                "of them to be tried in turn."
            )
        for name in tried:
            check_option("covariance", name, STRUCTURES)
        check_option("method", method, METHODS)
        check_option("information", information, INFORMATION)
        check_option("aliased", aliased, ALIASED)
        adjusts = method == "reml" and vcov == "model"
        df = df or ("kenward-roger" if adjusts else "satterthwaite")
        check_option("df", df, DF_METHODS)
        check_vcov(vcov, df, cluster)
        if df == "kenward-roger" and method != "reml":
            raise ModelError(
                "Kenward-Roger needs method='reml'; with 'ml' take df='satterthwaite' or another."
            )
        if ("spatial exponential" in tried) != by_distance:
            raise ModelError(
                "coordinates= and covariance='spatial exponential' belong together: give the "
                "numeric column that says when a row was taken, such as coordinates='day'."
            )
        return cls(
            covariances=tried,
            reml=method == "reml",
            df=df,
            vcov=vcov,
            information=information,
            aliased=aliased,
        )


def _fitted(
    moments: Moments, choices: Choices, rows: tuple[Design, Summed] | None
) -> LinearMixedModel:
    """Fit the structures in turn until one converges, and keep why others did not."""
    if moments.about.n_subjects < 2:
        raise ModelError(
            "A mixed model needs at least 2 patients; complete rows come from "
            f"{moments.about.n_subjects}."
        )
    if 0 < len(moments.about.clinics) < FEWEST_CLINICS:
        raise ModelError(
            f"The moments have {len(moments.about.clinics)} clinics, too few for a variance "
            f"between clinics (at least {FEWEST_CLINICS}); add more, or make them without "
            "nested_in=."
        )
    failures: list[str] = []
    standard = moments.standard(choices.aliased)
    for covariance in choices.covariances:
        try:
            engine = _fit(moments, standard, covariance, choices.reml, rows)
        except (ConvergenceError, ModelError) as error:
            if covariance == choices.covariances[-1]:
                raise
            failures.append(f"covariance {covariance} was given up: {_first_sentence(error)}")
        else:
            return _result(engine, covariance, tuple(failures), choices)
    raise AssertionError("the last structure either fits or raises")


def _first_sentence(error: Exception) -> str:
    """Shorten a message for the record."""
    return str(error).split(". ")[0].rstrip(".")


def _fit(
    moments: Moments,
    standard: Standard,
    covariance: str,
    reml: bool,
    rows: tuple[Design, Summed] | None,
) -> Engine:
    """Fit one covariance structure."""
    about, m = moments.about, len(moments.about.visits)
    structure = structure_named(covariance, m)
    _check_pairs(structure, moments)
    distances = visits_apart(m)
    if structure.needs_distances and moments.days is not None:
        days = np.nan_to_num(moments.days)  # what is missing belongs to visits without rows
        distances = np.abs(np.subtract.outer(days, days))
    kept = None if rows is None else _kept_rows(rows, standard, structure)
    groups = [str(label) for label in about.groups] or [""]
    model = Model(
        strata=_strata(moments, standard, structure, distances, kept),
        random=(),
        structures=(structure,) * len(groups),
        n_rows=about.n_rows,
        n_fixed=standard.n_fixed,
        n_clinics=len(about.clinics),
        reml=reml,
    )
    units = Units(
        scale=standard.scale,
        z_scale=np.ones(0),
        subject=about.roles.subject,
        clinic=str(about.roles.clinic),
        visits=[str(label) for label in about.visits],
        groups=groups,
    )
    start = start_of(model, [_empirical(part, standard) for part in moments.groups])
    optimum = maximise(model, start, parameter_names(model, units))
    return Engine(
        about=about,
        features=moments.features,
        model=model,
        optimum=optimum,
        standard=standard,
        units=units,
        kept_rows=kept,
        distances=distances,
    )


def _kept_rows(
    rows: tuple[Design, Summed], standard: Standard, structure: Structure
) -> PatientRows:
    """Keep the rows in the coordinates of the fit."""
    design, summed = rows
    return PatientRows(
        design=design,
        layout=summed.layout,
        y=summed.y,
        columns=standard.columns,
        Z=np.zeros((design.n_rows, 0)),
        on_visits=True,
        by_distance=structure.needs_distances and summed.moments.days is None,
    )


def _strata(
    moments: Moments,
    standard: Standard,
    structure: Structure,
    distances: FloatArray,
    rows: PatientRows | None,
) -> tuple[Stratum, ...]:
    """Take sums where they are enough, else the rows of patients."""
    by_day = structure.needs_distances and moments.days is None
    # a weighted clinic intercept is no longer a count per clinic and pattern
    is_weighted = moments.about.roles.weights is not None and len(moments.about.clinics) > 0
    if not by_day and not is_weighted:
        Z = np.zeros((len(distances), 0))
        return moment_strata(moments, standard, structure.n_parameters, distances, Z)
    if rows is None:
        raise ModelError(
            "Moments hold no row of a patient, which a spatial covariance over days of the "
            "patient's own, and weights beside a clinic intercept, need: fit the rows with mmrm()."
        )
    return tuple(chunk.stratum for chunk in rows.chunks())


def _check_pairs(structure: Structure, moments: Moments) -> None:
    """Refuse an unstructured covariance of visits that no patient has together."""
    about = moments.about
    if structure.correlations is None and len(about.visits) > about.n_subjects:
        raise ModelError(
            f"There are {len(about.visits)} visits but only {about.n_subjects} patients, too few "
            f"for an unstructured covariance between visits. Is {about.roles.subject!r} the column "
            f"of patients and {about.roles.visit!r} that of visits? Else take a structure with "
            "fewer parameters, such as 'toeplitz'."
        )
    _check_group_sizes(moments)
    for _index, part in enumerate(moments.groups):
        pairs = part.pair_counts()
        is_needed = np.eye(len(pairs)) > 0 if structure.correlations else np.ones_like(pairs) > 0
        absent = np.argwhere(np.tril((pairs == 0.0) & is_needed))
        if absent.size and (structure.heterogeneous or structure.correlations is None):
            empty = absent[absent[:, 0] == absent[:, 1]]
            worst = empty[0] if empty.size else absent[0]
            first, second = (str(about.visits[visit]) for visit in worst[::-1])
            where = f" in one level of {about.roles.group!r}" if len(about.groups) else ""
            what = (
                f"Visit {first!r} has no score"
                if first == second
                else f"No patient has both visit {first!r} and visit {second!r}"
            )
            raise ModelError(
                f"{what}{where}, so that its {structure.name} covariance cannot be estimated "
                f"({len(absent)} such pairs of visits). Leave the visit out, or take a structure "
                "with fewer parameters, such as 'toeplitz'."
            )


def _check_group_sizes(moments: Moments) -> None:
    """Refuse covariance groups of one patient, which have no covariance of their own."""
    sizes = np.array([part.counts.sum() for part in moments.groups])
    single = int((sizes < 2).sum())
    if len(moments.about.groups) and single:
        raise ModelError(
            f"{counted(single, 'level')} of covariance_by={moments.about.roles.group!r} (of "
            f"{sizes.size}) with one patient only; each needs patients enough for a covariance of "
            "its own. Merge levels, or take another column."
        )


def _empirical(part: PatternSums, standard: Standard) -> FloatArray:
    """Compute the covariance of least-squares residuals over the patients of each pair."""
    outer = np.zeros((standard.columns.shape[2],) * 2)
    outer[-1, -1] = 1.0
    total = part.blocks(standard.columns).spread(outer).sum(axis=0)
    covariance = total / np.maximum(part.pair_counts(), 1.0)
    floor = 1e-4 * np.diag(covariance).mean()
    np.fill_diagonal(covariance, np.maximum(np.diag(covariance), floor))
    return positive_definite(covariance)


def _few_complete(engine: Engine, covariance: str) -> tuple[str, ...]:
    """Say where too few patients have all visits for the likelihood to have a maximum.

    A combination of v visits has v - 1 free ratios; together with its own mean, a number per
    feature, it fits as many patients exactly, and its variance may go to zero.
    """
    model = engine.model
    if covariance != "unstructured":
        return ()
    m, features = len(engine.about.visits), engine.features.centre.size
    complete = [
        sum(
            float(part.blocks.counts[part.blocks.present.all(axis=1)].sum())
            for part in model.strata
            if part.structure == index
        )
        for index in range(len(model.structures))
    ]
    if min(complete) >= m + features:
        return ()
    note = (
        f"only {min(complete):.0f} patients have all {m} visits, so that the likelihood may rise "
        "beyond this local maximum as the covariance becomes singular"
    )
    return (note,)


def _result(
    engine: Engine, covariance: str, failures: tuple[str, ...], choices: Choices
) -> LinearMixedModel:
    """Collect what users ask of a fit."""
    theta_cov = engine.optimum.parameter_covariance(choices.information)
    robust = None if choices.vcov == "model" else sandwich(engine, choices.vcov)
    return LinearMixedModel(
        formula=engine.about.formula,
        random="",
        method="reml" if choices.reml else "ml",
        fixed=fixed_effects(engine, df=choices.df, theta_cov=theta_cov, robust=robust),
        population=engine.about.population,
        fit=glance_row(
            engine,
            df=choices.df,
            vcov=choices.vcov,
            information=choices.information,
            covariance=covariance,
            notes=(
                *failures,
                *dropped_note(engine),
                *_few_complete(engine, covariance),
                *engine.about.all_notes(),
                *clinic_variance_note(engine.optimum, engine.about.notes),
            ),
        ),
        engine=engine,
    )
