"""Fit a design, or sums, on visits: covariance structures in turn until one converges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import ConvergenceError, ModelError
from analysis.mixed.clinics import check_clinics, clinic_variance_note, enough_clinics
from analysis.mixed.design.build import Design
from analysis.mixed.engine.covariance import Model, Stratum
from analysis.mixed.engine.newton import maximise
from analysis.mixed.engine.structures import STRUCTURES, Structure, structure_named, visits_apart
from analysis.mixed.inference.components import Units, parameter_names
from analysis.mixed.inference.fitting import (
    DF_METHODS,
    INFORMATION,
    METHODS,
    Engine,
    dropped_note,
    fixed_effects,
    glance_row,
    positive_definite,
    start_of,
)
from analysis.mixed.inference.sandwich import check_vcov, sandwich
from analysis.mixed.result import LinearMixedModel
from analysis.mixed.sums.moments import Moments, Summed, moment_strata, sum_visits
from analysis.mixed.sums.patient_rows import PatientRows
from analysis.mixed.sums.patterns import PatternSums
from analysis.mixed.sums.standard import ALIASED, Standard
from analysis.results import FloatArray, check_option, counted

__all__ = ["Choices", "fit_design_on_visits", "fit_sums"]


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
        As `analysis.mixed.mmrm`.
    """
    notes = check_clinics(design, choices.df, choices.vcov)
    design = replace(design, notes=(*design.notes, *notes))
    summed = sum_visits(design)
    return fit_sums(summed.moments, choices, (design, summed))


def fit_sums(
    moments: Moments, choices: Choices, rows: tuple[Design, Summed] | None = None
) -> LinearMixedModel:
    """Fit the structures in turn until one converges, and keep why others did not.

    Parameters
    ----------
    moments : Moments
        Sums of the rows.
    choices : Choices
        What is asked for.
    rows : (Design, Summed), optional
        The rows that the sums are of, where there are any.

    Returns
    -------
    LinearMixedModel
        As `analysis.mixed.mmrm`.
    """
    if moments.about.n_subjects < 2:
        raise ModelError(
            "A mixed model needs at least 2 patients; complete rows come from "
            f"{moments.about.n_subjects}."
        )
    enough_clinics(len(moments.about.clinics))
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
