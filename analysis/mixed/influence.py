"""How much a comparison depends on single clinics: the fit again without each of them.

A clinic is subtracted from the sums of a fit on visits (sums/), and the engine starts from the
optimum of the whole fit, so that only the clinic's own rows are read again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ColumnError, DataError, ModelError
from analysis.formulas.columns import check_present
from analysis.mixed.design.build import Design
from analysis.mixed.design.layout import Panel
from analysis.mixed.engine.blocks import PatternBlocks, cross_products
from analysis.mixed.engine.covariance import Stratum
from analysis.mixed.engine.newton import maximise
from analysis.mixed.inference.components import parameter_names
from analysis.mixed.inference.fitting import Engine, fixed_effects
from analysis.mixed.inference.fixed_effects import FixedEffects
from analysis.mixed.inference.sandwich import sandwich
from analysis.mixed.means.marginal import Contrasts, MarginalMeans
from analysis.mixed.result import LinearMixedModel
from analysis.mixed.sums.moments import weighted_features
from analysis.mixed.sums.patient_rows import PatientRows
from analysis.mixed.sums.patterns import PatternSums, sum_patterns
from analysis.results import FloatArray, counted

__all__ = ["clinic_influence"]

Codes = np.ndarray[Any, np.dtype[np.intp]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

_SUMS = ("counts", "uu", "uw", "ww")
_CLINIC_SUMS = ("clinic_counts", "clinic_u", "clinic_w")
_INFERENCE = ["estimate", "std_error", "df", "p_value", "conf_low", "conf_high"]
_ALL = ["estimate", "conf_low", "conf_high"]
_NEEDED = [*_ALL, "std_error"]
_ALIASED = 1e-11
_ESTIMABLE = 1e-7
_NOT_ESTIMABLE = "The other clinics have not all levels that this needs"


def clinic_influence(
    fit: LinearMixedModel,
    contrasts: Contrasts | MarginalMeans,
    *,
    by: str,
    clinics: pd.DataFrame | pd.Series[Any] | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Estimate contrasts again without the patients of each clinic in turn.

    Answers whether a conclusion rests on one clinic.

    Parameters
    ----------
    fit : LinearMixedModel
        What `mmrm` returns, without a clinic intercept.
    contrasts : Contrasts or MarginalMeans
        Of the same fit.
    by : str
        Column that names the clinic of a patient.
    clinics : pandas.DataFrame or pandas.Series, optional
        Where to find `by` when the model does not use it: a frame with the patient column, such
        as the data of the fit, or labels indexed by patient.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    pandas.DataFrame
        One row per clinic left out and contrast: `by`, the labels of the contrast,
        ``n_patients`` (of the clinic), ``estimate, std_error, df, p_value, conf_low, conf_high``
        without it, ``change`` (that estimate minus the one of all patients),
        ``change_in_std_errors`` (divided by the standard error of all patients),
        ``estimate_all, conf_low_all, conf_high_all``, and ``note``: why there is no estimate,
        or empty.

    Raises
    ------
    ColumnError
        When nothing says the clinics of patients.
    DataError
        When a patient has no clinic or two, or there is only one clinic.
    ModelError
        When the fit is not one on sums over visits, or the contrasts are of another fit.

    Notes
    -----
    A contrast stays the same linear function of the coefficients: numeric predictors stand where
    they stood for all patients. Rows are not of patients, but the change that a small clinic
    makes, with its number of patients, comes near to the mean of these patients: under the least
    count of the policy it must not be shown. `plot_influence` holds it back. ``n_patients`` counts
    the clinic, not its arms: an arm with few patients in it, or left by it, needs a look as well.

    References
    ----------
    Belsley DA, Kuh E, Welsch RE (1980). Regression diagnostics. Wiley, New York. Their DFBETAS
    has the standard error without the case in the denominator.

    Examples
    --------
    >>> from analysis.mixed import mmrm
    >>> data = pd.DataFrame({
    ...     "patient": list("abcdefgh") * 2, "clinic": list("kkkklmlm") * 2,
    ...     "arm": ["im", "iv"] * 8, "visit": ["v1"] * 8 + ["v2"] * 8,
    ...     "score": [9, 7, 8, 5, 10, 7, 9, 4, 7, 3, 8, 2, 8, 4, 6, 1]})
    >>> fit = mmrm("score ~ arm + visit", data, subject="patient", visit="visit")
    >>> arms = fit.marginal_means("arm").contrasts()
    >>> frame = clinic_influence(fit, arms, by="clinic", clinics=data)
    >>> frame[["clinic", "contrast", "n_patients", "estimate", "change"]].round(2)
      clinic contrast  n_patients  estimate  change
    0      k  iv - im           4     -3.50    0.64
    1      l  iv - im           2     -4.59   -0.45
    2      m  iv - im           2     -4.00    0.14
    """
    _check_fit(fit, contrasts)
    codes, labels = _clinics(fit.engine.rows.design, by, clinics)
    full = contrasts.tidy(conf_level)
    if {by, "n_patients"} & set(full.columns):
        raise ColumnError(f"The contrasts have a column {by!r} of their own; rename the clinic's.")
    without = [_without(fit, contrasts, codes == code, conf_level) for code in range(len(labels))]
    turn = np.tile(np.arange(len(full)), len(labels))
    place = np.repeat(np.arange(len(labels)), len(full))
    return pd.DataFrame(
        {
            by: labels.take(place),
            **{name: full[name].array.take(turn) for name in contrasts.labels.columns},
            "n_patients": np.bincount(codes)[place],
            **_changes(full.iloc[turn], np.concatenate([values for values, _ in without])),
            "note": [note for _, notes in without for note in notes],
        }
    )


def _changes(full: pd.DataFrame, values: FloatArray) -> dict[str, FloatArray]:
    """Put estimates without a clinic beside those of all patients."""
    of_all = {name: full[name].to_numpy(dtype=float) for name in _NEEDED}
    columns = dict(zip(_INFERENCE, values.T, strict=True))
    change = columns["estimate"] - of_all["estimate"]
    return {
        **columns,
        "change": change,
        "change_in_std_errors": change / of_all["std_error"],
        **{f"{name}_all": of_all[name] for name in _ALL},
    }


def _check_fit(fit: LinearMixedModel, contrasts: Contrasts | MarginalMeans) -> None:
    """Refuse fits that are no sums over visits, and contrasts of another fit."""
    model = fit.engine.model
    on_sums = all(isinstance(stratum.blocks, PatternBlocks) for stratum in model.strata)
    if model.random or model.n_clinics or not on_sums:
        raise ModelError(
            "clinic_influence takes fits of mmrm over visits, without a clinic intercept and "
            "without days of patients' own. For others fit the data without each clinic."
        )
    if contrasts.fixed is not fit.fixed:
        raise ModelError("The contrasts are not of this fit; make them by fit.marginal_means().")


def _clinics(
    design: Design, by: str, clinics: pd.DataFrame | pd.Series[Any] | None
) -> tuple[Codes, pd.Index[Any]]:
    """Find the clinic of every patient of the fit."""
    pairs = _pairs(design, by, clinics).dropna().drop_duplicates()
    subject = design.roles.subject
    several = int(pairs[subject].duplicated().sum())
    if several:
        raise DataError(
            f"{counted(several, 'patient')} with rows in more than one {by!r}. Give every patient "
            "one, such as the home clinic."
        )
    found = pairs.set_index(subject)[by].reindex(design.subjects)
    absent = int(found.isna().sum())
    if absent:
        raise DataError(
            f"{counted(absent, 'patient')} of the fit without a {by!r}. Give them one, or a label "
            "of their own, such as 'unknown'."
        )
    codes, labels = pd.factorize(found, sort=True)
    if len(labels) < 2:
        raise DataError(f"All patients have the same {by!r}; leaving it out leaves nobody.")
    return np.asarray(codes), pd.Index(np.asarray(labels))


def _pairs(design: Design, by: str, clinics: pd.DataFrame | pd.Series[Any] | None) -> pd.DataFrame:
    """Put patients beside their clinics, from what was given or from the model."""
    subject, panel = design.roles.subject, design.panel
    if by == subject:
        raise ColumnError(f"by={by!r} is the column of the patients; name the clinic's.")
    if isinstance(clinics, pd.DataFrame):
        check_present(clinics, [subject, by], "clinics=")
        return clinics[[subject, by]]
    if clinics is not None:
        return pd.DataFrame({subject: clinics.index, by: clinics.to_numpy()})
    if by in design.columns:
        patients = design.subjects.take(panel.of_patients(np.arange(len(design.subjects))))
        return pd.DataFrame({subject: patients, by: design.columns[by].series()})
    if by == design.roles.group:
        return pd.DataFrame({subject: design.subjects, by: design.groups.take(design.group)})
    raise ColumnError(
        f"The model does not use {by!r}. Give clinics=: the data of the fit, or a Series of "
        "clinics indexed by patient."
    )


def _without(
    fit: LinearMixedModel,
    contrasts: Contrasts | MarginalMeans,
    patients: Mask,
    conf_level: float,
) -> tuple[FloatArray, list[str]]:
    """Estimate the contrasts without some patients, or say why that cannot be."""
    n = len(contrasts.labels)
    try:
        fixed, lost = _fixed_without(fit, patients)
    except ModelError as error:
        return np.full((n, len(_INFERENCE)), np.nan), [str(error).split(". ")[0].rstrip(".")] * n
    with np.errstate(divide="ignore", invalid="ignore"):
        tidy = replace(contrasts, fixed=fixed).tidy(conf_level)
    values = tidy[_INFERENCE].to_numpy(dtype=float)
    sizes = np.linalg.norm(contrasts.matrix @ fit.engine.standard.back, axis=1)
    gone = np.linalg.norm(contrasts.matrix @ lost, axis=1) > _ESTIMABLE * sizes
    values[gone] = np.nan
    return values, np.where(gone, _NOT_ESTIMABLE, "").tolist()


def _fixed_without(fit: LinearMixedModel, patients: Mask) -> tuple[FixedEffects, FloatArray]:
    """Fit again without some patients, with the inference of the fit.

    The second result, shape (p, r), has the directions of the coefficients about which the other
    patients say nothing, such as the level of the clinic itself.
    """
    choices = fit.fit.iloc[0]
    robust = choices["vcov"] != "model"
    rest = _part(fit.engine.rows, ~patients) if robust else None  # a sandwich reads rows
    engine, lost = _engine_without(fit.engine, patients, rest)
    if lost.size and fit.fixed.df_method == "between-within":
        raise ModelError(
            "Between-within degrees of freedom are not known where levels go with the clinic. "
            "Take another df."
        )
    fixed = fixed_effects(
        engine,
        df=fit.fixed.df_method,
        theta_cov=engine.optimum.parameter_covariance(str(choices["information"])),
        robust=sandwich(engine, str(choices["vcov"])) if robust else None,
    )
    return fixed, lost


def _engine_without(
    engine: Engine, patients: Mask, rest: PatientRows | None
) -> tuple[Engine, FloatArray]:
    """Subtract some patients and maximise the likelihood of the others."""
    left = _blocks_without(engine, patients)
    n_rows = int(engine.rows.design.panel.sizes[~patients].sum())
    kept, lost = _directions(list(left.values()), n_rows)
    columns = _turned(engine.standard.columns, kept)
    distances, Z = engine.distances, np.zeros((len(engine.distances), 0))
    model = replace(
        engine.model,
        strata=tuple(
            Stratum(
                blocks=replace(blocks, columns=columns),
                structure=place,
                distances=distances,
                Z=Z,
            )
            for place, blocks in enumerate(left.values())
        ),
        structures=tuple(engine.model.structures[index] for index in left),
        n_rows=n_rows,
        n_fixed=kept.shape[1],
    )
    units = replace(engine.units, groups=[engine.units.groups[index] for index in left])
    residual = tuple(engine.optimum.coordinates.residual[index] for index in left)
    start = replace(engine.optimum.coordinates, residual=residual)
    without = replace(
        engine,
        about=replace(engine.about, n_rows=n_rows, n_subjects=int((~patients).sum())),
        model=model,
        optimum=maximise(model, start, parameter_names(model, units)),
        standard=replace(engine.standard, columns=columns, back=engine.standard.back @ kept),
        units=units,
        kept_rows=None if rest is None else _placed(rest, columns, list(left)),
    )
    return without, engine.standard.back @ lost


def _placed(rows: PatientRows, columns: FloatArray, groups: list[int]) -> PatientRows:
    """Keep rows in turned columns, their covariance groups numbered anew."""
    group = np.searchsorted(groups, rows.design.group).astype(np.intp)
    return replace(rows, columns=columns, design=replace(rows.design, group=group))


def _blocks_without(engine: Engine, patients: Mask) -> dict[int, PatternBlocks]:
    """Subtract some patients from the sums of every covariance group; a group may be gone."""
    left = {}
    for index in range(len(engine.model.structures)):
        blocks = _whole(engine, index)
        own = patients & (engine.rows.design.group == index)
        if own.any():
            blocks = _subtracted(blocks, _sums(_part(engine.rows, own)))
        if len(blocks.counts):
            left[index] = blocks
    return left


def _whole(engine: Engine, index: int) -> PatternBlocks:
    """Put the portions of a covariance group together again."""
    portions = [
        stratum.blocks
        for stratum in engine.model.strata
        if stratum.structure == index and isinstance(stratum.blocks, PatternBlocks)
    ]
    names = ("present", *_SUMS, *_CLINIC_SUMS)
    values = {name: np.concatenate([getattr(part, name) for part in portions]) for name in names}
    return replace(portions[0], **values)


def _sums(rows: PatientRows) -> PatternSums:
    """Sum patients in the features of the whole fit; with weights all features are of rows."""
    patient, row = weighted_features(rows.design, rows.layout, rows.y)
    return sum_patterns(rows.design.panel, patient, row)


def _subtracted(blocks: PatternBlocks, sums: PatternSums) -> PatternBlocks:
    """Subtract sums pattern by pattern, and drop the patterns that nobody has any more."""
    place = {seen.tobytes(): index for index, seen in enumerate(blocks.present)}
    where = np.array([place[seen.tobytes()] for seen in sums.present], dtype=np.intp)
    rest = {}
    for name in _SUMS:
        rest[name] = getattr(blocks, name).copy()
        rest[name][where] -= getattr(sums, name)
    kept = rest["counts"] > 0.5
    rest |= {name: getattr(blocks, name) for name in ("present", *_CLINIC_SUMS)}
    return replace(blocks, **{name: values[kept] for name, values in rest.items()})


def _directions(blocks: list[PatternBlocks], n_rows: int) -> tuple[FloatArray, FloatArray]:
    """Divide the orthonormal columns of the mean into what these patients know and do not know."""
    width = blocks[0].columns.shape[2] - 1
    products = np.zeros((width, width))
    for part in blocks:
        products += cross_products(part)[:width, :width]
    values, vectors = np.linalg.eigh(products)
    known = values > _ALIASED
    if n_rows <= known.sum():
        raise ModelError("The other clinics have too few rows for this formula.")
    if known.all():
        return np.eye(width), np.zeros((width, 0))
    return vectors[:, known], vectors[:, ~known]


def _turned(columns: FloatArray, kept: FloatArray) -> FloatArray:
    """Turn the columns of the mean, and leave the outcome behind them."""
    return np.concatenate([columns[:, :, :-1] @ kept, columns[:, :, -1:]], axis=2)


def _part(rows: PatientRows, patients: Mask) -> PatientRows:
    """Take the rows of some patients, features as they are."""
    own = rows.design.panel.of_patients(patients)
    layout = replace(rows.layout, patient=rows.layout.patient[patients], row=rows.layout.row[own])
    return replace(
        rows,
        design=_design_part(rows.design, patients, own),
        layout=layout,
        y=rows.y[own],
        Z=rows.Z[own],
    )


def _design_part(design: Design, patients: Mask, own: Mask) -> Design:
    """Take the rows of some patients out of a design."""
    sizes = design.panel.sizes[patients]
    return replace(
        design,
        columns={name: column.take(own) for name, column in design.columns.items()},
        y=design.y[own],
        panel=Panel(
            starts=np.cumsum(sizes) - sizes,
            sizes=sizes,
            visit=design.panel.visit[own],
            n_visits=design.panel.n_visits,
        ),
        subjects=design.subjects[patients],
        group=design.group[patients],
        clinic=design.clinic[patients],
        cluster=np.unique(design.cluster[patients], return_inverse=True)[1],
        weights=_of(design.weights, own),
        coordinates=_of(design.coordinates, own),
        position=design.position[own],
    )


def _of(values: FloatArray | None, own: Mask) -> FloatArray | None:
    """Take rows of a column that may be absent."""
    return None if values is None else values[own]
