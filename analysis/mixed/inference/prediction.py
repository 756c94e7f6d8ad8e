"""Predictions for new rows, also given a patient's own history; residuals; simulated outcomes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import DataError, ModelError
from analysis.formulas.columns import Column, check_present, read_group
from analysis.formulas.population import Population
from analysis.mixed.engine.likelihood import inverse_of
from analysis.mixed.engine.structures import Structure
from analysis.mixed.inference.components import random_covariance
from analysis.mixed.inference.fitting import Engine
from analysis.mixed.inference.fixed_effects import FixedEffects, degrees_of_freedom
from analysis.results import FloatArray, check_option, counted, critical_value
from analysis.text_numbers import text_numbers

__all__ = ["INTERVALS", "RESIDUALS", "predict_rows", "residual_frame", "simulate_outcomes"]

INTERVALS = ("confidence", "prediction")
RESIDUALS = ("response", "pearson", "normalized")

Codes = np.ndarray[Any, np.dtype[np.intp]]


def predict_rows(
    engine: Engine,
    fixed: FixedEffects,
    population: Population,
    new_data: pd.DataFrame,
    *,
    conditional: bool,
    interval: str,
    conf_level: float,
) -> pd.DataFrame:
    """Predict the outcome of new rows.

    Parameters
    ----------
    engine : Engine
        The fit.
    fixed : FixedEffects
        Coefficients.
    population : Population
        How to build the mean of new rows.
    new_data : pandas.DataFrame
        Complete predictors; for conditional predictions also patient and outcome, which may be
        missing.
    conditional : bool
        Given the outcomes of the same patient in other rows of `new_data`.
    interval : str
        ``"confidence"`` for the mean, ``"prediction"`` for a score.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    pandas.DataFrame
        ``estimate, std_error, df, conf_low, conf_high`` on the index of `new_data`; missing where
        the rows of the fit say nothing about a mean.
    """
    check_option("interval", interval, INTERVALS)
    X = population.design(new_data)
    estimate = np.where(fixed.is_estimable(X), X @ fixed.estimate, np.nan)
    spread = np.zeros(len(X))
    if conditional or interval == "prediction":
        points = _Points.read(engine, new_data)
        if conditional:
            X, shift, spread = _given_history(engine, fixed, points, new_data, X)
            estimate = estimate + shift
        else:
            spread = points.variances()
    variance = np.einsum("ni,ij,nj->n", X, fixed.vcov, X)
    if interval == "prediction":
        variance = variance + spread
    std_error = np.sqrt(np.maximum(variance, 0.0))
    df = np.full(len(X), np.inf)
    has_mean = np.abs(X).max(axis=1, initial=0.0) > 0.0
    df[has_mean] = degrees_of_freedom(X[has_mean], fixed)
    std_error[np.isnan(estimate)] = np.nan
    df[np.isnan(estimate)] = np.nan
    margin = critical_value(df, conf_level) * std_error
    return pd.DataFrame(
        {
            "estimate": estimate,
            "std_error": std_error,
            "df": df,
            "conf_low": estimate - margin,
            "conf_high": estimate + margin,
        },
        index=new_data.index,
    )


class _Points:
    """Where new rows stand in the covariance of their patients, in the units of the data."""

    def __init__(
        self,
        engine: Engine,
        *,
        Z: FloatArray,
        visit: Codes,
        group: Codes,
        day: FloatArray | None,
        weight: FloatArray,
    ) -> None:
        self.engine = engine
        self.Z, self.visit, self.group, self.day, self.weight = Z, visit, group, day, weight
        self.G = random_covariance(engine.optimum, engine.units)
        self.clinic = engine.optimum.at.variances.clinic * engine.units.scale**2

    @classmethod
    def read(cls, engine: Engine, rows: pd.DataFrame) -> _Points:
        """Read what the covariance needs from new rows."""
        about = engine.about
        roles, n = about.roles, len(rows)
        visit = np.zeros(n, dtype=np.intp)
        if roles.visit is not None and engine.on_visits:
            visit = _known_codes(rows, roles.visit, about.visits)
        group = np.zeros(n, dtype=np.intp)
        if roles.group is not None:
            group = _known_codes(rows, roles.group, about.groups)
        Z = np.zeros((n, 0))
        if engine.random is not None:
            columns = {name: _column(rows, name, engine) for name in engine.random_columns}
            Z = engine.random.matrix(columns, n)
        return cls(
            engine,
            Z=Z,
            visit=visit,
            group=group,
            day=None if roles.coordinates is None else _numbers(rows, roles.coordinates),
            weight=np.ones(n) if roles.weights is None else _weights(rows, roles.weights),
        )

    def variances(self) -> FloatArray:
        """Return the variance of every row, shape (n,)."""
        rows = np.arange(len(self.Z))[:, None]
        return self.covariances(rows)[:, 0, 0]

    def covariances(self, rows: Codes) -> FloatArray:
        """Return the covariance of the rows of patients: (B, m) to (B, m, m); -1 is no row."""
        Z = self.Z[rows]
        total = Z @ self.G @ Z.transpose(0, 2, 1) + self._residual(rows) + self.clinic
        return np.asarray(total)

    def _residual(self, rows: Codes) -> FloatArray:
        """Return the residual covariance of the rows of patients."""
        model, units = self.engine.model, self.engine.units
        root = 1.0 / np.sqrt(self.weight[rows])
        result = np.empty((*rows.shape, rows.shape[1]))
        for index, structure in enumerate(model.structures):
            own = self.group[rows[:, 0]] == index
            theta = self.engine.optimum.coordinates.residual[index]
            result[own] = self._of_structure(structure, theta, rows[own])
        return result * units.scale**2 * root[:, :, None] * root[:, None, :]

    def _of_structure(self, structure: Structure, theta: FloatArray, rows: Codes) -> FloatArray:
        """Evaluate a residual structure at the points of some patients."""
        if structure.needs_distances:
            days = np.asarray(self.day)[rows]
            distances = np.abs(days[:, :, None] - days[:, None, :])
            return np.asarray(structure.shape(theta, distances).matrix)
        if structure.name == "independent":
            one = np.exp(2.0 * theta[0]) * np.eye(rows.shape[1])
            return np.asarray(np.broadcast_to(one, (len(rows), *one.shape)))
        whole = structure.shape(theta, self.engine.distances).matrix
        visit = self.visit[rows]
        return np.asarray(whole[visit[:, :, None], visit[:, None, :]])


def _given_history(
    engine: Engine,
    fixed: FixedEffects,
    points: _Points,
    new_data: pd.DataFrame,
    X: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Condition on the outcomes that new rows have.

    Returns
    -------
    X : array, shape (n, p)
        What multiplies the coefficients' errors.
    shift, variance : array, shape (n,)
        What the history adds to the mean, and the variance left of a score.
    """
    about = engine.about
    check_present(new_data, [about.roles.subject, *about.parsed.outcome], "predict()")
    absent = int(new_data[about.roles.subject].isna().sum())
    if absent:
        raise DataError(
            f"Column {about.roles.subject!r} has {counted(absent, 'row')} without a patient."
        )
    code = read_group(new_data[about.roles.subject], None).data
    _check_repeats(engine, points, code)
    rows = _rows_of_patients(code)
    present = rows >= 0
    y = _outcome(engine, new_data)
    seen = present & np.isfinite(y[rows])
    V = points.covariances(rows)
    V = np.where(present[:, :, None] & present[:, None, :], V, 0.0)
    pairs = seen[:, :, None] & seen[:, None, :]
    W = np.linalg.inv(np.where(pairs, V, np.eye(rows.shape[1])))
    K = (V * seen[:, None, :]) @ np.where(pairs, W, 0.0)
    own = np.where(present[:, :, None], X[rows], 0.0)
    r = np.where(seen, np.where(seen, y[rows], 0.0) - own @ fixed.estimate, 0.0)
    left = np.diagonal(V - K @ V, axis1=1, axis2=2)
    turned, shift, variance = np.empty_like(X), np.empty(len(X)), np.empty(len(X))
    unseen = present & ~seen
    turned[rows[present]] = ((own - K @ (own * seen[:, :, None])) * unseen[:, :, None])[present]
    shift[rows[present]] = (K @ r[:, :, None])[:, :, 0][present]
    variance[rows[present]] = (np.maximum(left, 0.0) * unseen)[present]
    return turned, shift, variance


def _check_repeats(engine: Engine, points: _Points, code: Codes) -> None:
    """Refuse patients with two rows at one visit or time, whose correlation would be 1."""
    structure, roles = engine.model.structures[0], engine.about.roles
    if structure.name == "independent":
        return
    name = roles.coordinates if structure.needs_distances else roles.visit
    at = points.day if structure.needs_distances else points.visit
    place = pd.DataFrame({"patient": code, "at": at})
    n = int(place.loc[place.duplicated(), "patient"].nunique())
    if n:
        raise DataError(
            f"{counted(n, 'patient')} with more than one row at the same {name!r}. Conditional "
            "predictions take one row per patient there: choose one first."
        )


def _rows_of_patients(code: Codes) -> Codes:
    """Arrange rows by patient, shape (N, m); -1 where a patient has no more."""
    order = np.argsort(code, kind="stable")
    starts = np.flatnonzero(np.diff(code[order], prepend=-1))
    sizes = np.diff(np.append(starts, code.size))
    turn = np.arange(code.size) - np.repeat(starts, sizes)
    rows = np.full((starts.size, int(sizes.max(initial=1))), -1, dtype=np.intp)
    rows[np.repeat(np.arange(starts.size), sizes), turn] = order
    return rows


def _outcome(engine: Engine, rows: pd.DataFrame) -> FloatArray:
    """Read the outcomes of new rows; missing where there is none."""
    parsed = engine.about.parsed
    if parsed.outcome != (engine.about.outcome,):
        raise ModelError(
            "Conditional predictions need an outcome that is a column; compute "
            f"{engine.about.outcome!r} as a column before fitting."
        )
    column = rows[parsed.outcome[0]]
    values = text_numbers(column).to_numpy(dtype=float, na_value=np.nan)
    unreadable = int((np.isnan(values) & column.notna().to_numpy()).sum() + np.isinf(values).sum())
    if unreadable:
        raise DataError(
            f"The outcome {parsed.outcome[0]!r} has {unreadable} entries that are no finite "
            "number; a history takes numbers, and missing values where a score is to be predicted."
        )
    return np.asarray(values)


def _known_codes(rows: pd.DataFrame, name: str, levels: pd.Index[Any]) -> Codes:
    """Read a label of new rows that the fit must know."""
    check_present(rows, [name], "predict()")
    codes = levels.get_indexer(pd.Index(rows[name]))
    unknown = int((codes < 0).sum())
    if unknown:
        raise DataError(
            f"Column {name!r} has {unknown} rows without a level of the fit; allowed are its "
            f"{len(levels)} levels."
        )
    return np.asarray(codes, dtype=np.intp)


def _numbers(rows: pd.DataFrame, name: str) -> FloatArray:
    """Read a complete numeric column of new rows."""
    check_present(rows, [name], "predict()")
    values = text_numbers(rows[name]).to_numpy(dtype=float, na_value=np.nan)
    bad = int((~np.isfinite(values)).sum())
    if bad:
        raise DataError(f"Column {name!r} has {bad} rows without a finite number.")
    return np.asarray(values)


def _weights(rows: pd.DataFrame, name: str) -> FloatArray:
    """Read the weights of new rows, which must be positive."""
    values = _numbers(rows, name)
    bad = int((values <= 0.0).sum())
    if bad:
        raise DataError(f"The weights {name!r} are not positive in {counted(bad, 'row')}.")
    return values


def _column(rows: pd.DataFrame, name: str, engine: Engine) -> Column:
    """Read a column of the random part of new rows."""
    levels = engine.rows.design.columns[name].levels
    if levels is None:
        return Column(name=name, data=_numbers(rows, name), levels=None)
    return Column(name=name, data=_known_codes(rows, name, levels), levels=levels)


def residual_frame(engine: Engine, kind: str) -> pd.DataFrame:
    """Compute the residuals of the rows used.

    Parameters
    ----------
    engine : Engine
        The fit.
    kind : str
        ``"response"``, ``"pearson"`` or ``"normalized"``.

    Returns
    -------
    pandas.DataFrame
        Patient, visit where there is one, ``fitted, residual``; the index is the position of the
        row in the frame given.
    """
    check_option("kind", kind, RESIDUALS)
    raw = _raw_residuals(engine)
    residual = raw if kind == "response" else _scaled_residuals(engine, kind)
    fitted = engine.rows.design.y - raw
    return _labelled(engine).assign(fitted=fitted, residual=residual).sort_index()


def _scaled_residuals(engine: Engine, kind: str) -> FloatArray:
    """Divide residuals by their standard deviations, or free them of their correlation too."""
    at = engine.optimum.at
    residual = np.empty(engine.rows.design.n_rows)
    for chunk in engine.rows.chunks():
        present, ones = chunk.rows >= 0, chunk.blocks.ones
        V = inverse_of(engine.model, chunk.stratum, at.variances).covariance
        V = V + at.variances.clinic * ones[:, :, None] * ones[:, None, :]
        r = chunk.blocks.rows @ at.residual
        if kind == "pearson":
            scaled = r / np.sqrt(np.diagonal(V, axis1=1, axis2=2))
        else:
            scaled = np.linalg.solve(np.linalg.cholesky(V), r[:, :, None])[:, :, 0]
        residual[chunk.rows[present]] = scaled[present]
    return residual


def simulate_outcomes(engine: Engine, seed: int, n_draws: int) -> pd.DataFrame:
    """Draw outcomes of the rows used from the fitted model.

    Parameters
    ----------
    engine : Engine
        The fit.
    seed : int
        Of the random numbers.
    n_draws : int
        How many data sets.

    Returns
    -------
    pandas.DataFrame
        Patient, visit where there is one, and one column per draw, ``draw_1`` first; the index is
        the position of the row in the frame given.
    """
    if n_draws < 1 or seed < 0:
        raise ModelError(
            f"simulate() takes a seed of 0 or more and at least 1 draw; given are seed={seed} and "
            f"n_draws={n_draws}."
        )
    rng = np.random.default_rng(seed)
    design, at, scale = engine.rows.design, engine.optimum.at, engine.standard.scale
    root = np.ones(design.n_rows) if design.weights is None else np.sqrt(design.weights)
    fitted = design.y - _raw_residuals(engine)
    noise = np.empty((design.n_rows, n_draws))
    clinics = rng.normal(size=(max(1, len(design.clinics)), n_draws))
    clinics *= np.sqrt(at.variances.clinic)
    for chunk in engine.rows.chunks():
        inverse = inverse_of(engine.model, chunk.stratum, at.variances)
        factor = np.linalg.cholesky(inverse.covariance)
        present = chunk.rows >= 0
        drawn = factor @ rng.normal(size=(*chunk.rows.shape, n_draws))
        of_clinic = clinics[chunk.blocks.clinic][:, None, :] * chunk.blocks.ones[:, :, None]
        noise[chunk.rows[present]] = (drawn + of_clinic)[present]
    values = fitted[:, None] + scale * noise / root[:, None]
    draws = pd.DataFrame(values, columns=[f"draw_{index + 1}" for index in range(n_draws)])
    labelled = _labelled(engine)
    frame = pd.concat([labelled, draws.set_axis(labelled.index)], axis=1).sort_index()
    frame.attrs["patient_level"] = True  # concat forgets it
    return frame


def _raw_residuals(engine: Engine) -> FloatArray:
    """Return outcome minus mean of every row used, shape (n,)."""
    design = engine.rows.design
    raw = engine.rows.matrix() @ engine.optimum.at.residual * engine.standard.scale
    return np.asarray(raw if design.weights is None else raw / np.sqrt(design.weights))


def _labelled(engine: Engine) -> pd.DataFrame:
    """Lay out who is in which row; marked as patient-level."""
    design = engine.rows.design
    patient = np.repeat(np.arange(len(design.subjects)), design.panel.sizes)
    columns: dict[str, Any] = {design.roles.subject: design.subjects.take(patient)}
    if design.roles.visit is not None:
        columns[design.roles.visit] = design.visits.take(design.panel.visit)
    frame = pd.DataFrame(columns).set_axis(pd.Index(design.position, name="row"))
    frame.attrs["patient_level"] = True
    return frame
