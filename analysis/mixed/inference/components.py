"""Variances, covariances and correlations: estimates, intervals, and their boundary.

Takes the optimum of the engine back to the units of the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.mixed.engine.covariance import Model, RandomBlock
from analysis.mixed.engine.newton import Optimum
from analysis.mixed.engine.structures import Structure
from analysis.results import FloatArray, check_conf_level, critical_value

__all__ = [
    "Units",
    "boundary_text",
    "component_frame",
    "components",
    "parameter_names",
    "random_covariance",
    "residual_covariance",
]

_ZERO = 1e-10
_NO_REACH = 0.03  # of the distance between neighbours: their correlation is below 1e-14


@dataclass(frozen=True, kw_only=True, eq=False)
class Units:
    """What takes standardised variances back to the units of the data, and names them.

    Parameters
    ----------
    scale : float
        Units of the outcome per standardised unit.
    z_scale : array, shape (Q,)
        Root mean square of each random column.
    subject, clinic : str
        Columns of patient and clinic.
    visits : sequence of str
        Labels of the visits.
    groups : sequence of str
        Labels of the residual structures; one empty label when there is one only.
    """

    scale: float
    z_scale: FloatArray
    subject: str
    clinic: str
    visits: Sequence[str]
    groups: Sequence[str]


def parameter_names(model: Model, units: Units) -> tuple[str, ...]:
    """Say what each covariance parameter is, for messages.

    Parameters
    ----------
    model : Model
        Random terms and structures.
    units : Units
        Labels.

    Returns
    -------
    tuple of str
        In the order of the parameters, the clinic variance last.
    """
    names = []
    for block in model.random:
        for row, column in zip(*np.tril_indices(block.size), strict=True):
            a, b = block.terms[column], block.terms[row]
            names.append(f"variance of {a}" if a == b else f"covariance of {a} and {b}")
    for structure, group in zip(model.structures, units.groups, strict=True):
        of_group = f" in {group}" if group else ""
        for kind, a, b in _labels(structure, units.visits):
            what = f"{a} and {b}" if b and a != b else a
            names.append(f"{kind} of {what}{of_group}" if what else f"{kind}{of_group}")
    return (*names, f"variance of {units.clinic}") if model.n_clinics else tuple(names)


def _labels(structure: Structure, visits: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return kind and terms of each parameter of a residual structure."""
    if structure.correlations is None:
        pairs = zip(*np.tril_indices(structure.n_visits), strict=True)
        return [
            ("residual" if row == column else "covariance", visits[int(column)], visits[int(row)])
            for row, column in pairs
        ]
    scales = [(visit, visit) for visit in visits] if structure.heterogeneous else [("", "")]
    labels = [("residual", *scale) for scale in scales]
    count = structure.n_correlations
    if structure.needs_distances:
        return [*labels, ("range", "", "")]
    if structure.name.endswith("ante-dependence"):
        return [*labels, *(("correlation", visits[i], visits[i + 1]) for i in range(count))]
    if structure.name.endswith("toeplitz"):
        return [*labels, *(("correlation", f"lag {i + 1}", "") for i in range(count))]
    name = "lag 1" if structure.name.endswith("ar1") else ""
    return [*labels, *(("correlation", name, "") for _ in range(count))]


def components(model: Model, optimum: Optimum, theta_cov: FloatArray, units: Units) -> pd.DataFrame:
    """List all parts of the covariance with their standard errors.

    Parameters
    ----------
    model : Model
        Random terms and structures.
    optimum : Optimum
        Estimates in standardised units.
    theta_cov : array, shape (k, k)
        Covariance of the parameters.
    units : Units
        The way back, and labels.

    Returns
    -------
    pandas.DataFrame
        ``group, term_1, term_2, estimate, std_error, kind``; the standard error is NaN on the
        boundary.
    """
    std_error = np.sqrt(np.maximum(np.diag(theta_cov), 0.0))
    parts = [_random_components(model, optimum, std_error, units)]
    if model.n_clinics:
        clinic = optimum.at.variances.clinic
        held = optimum.coordinates.clinic is None
        parts.append(
            pd.DataFrame(
                {
                    "group": [units.clinic],
                    "term_1": ["Intercept"],
                    "term_2": ["Intercept"],
                    "estimate": [clinic * units.scale**2],
                    "std_error": [np.nan if held else std_error[-1] * units.scale**2],
                    "kind": ["variance"],
                }
            )
        )
    for index, where in enumerate(model.residual_slices):
        parts.append(_residual_components(model, optimum, index, std_error[where], units))
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _random_components(
    model: Model, optimum: Optimum, std_error: FloatArray, units: Units
) -> pd.DataFrame:
    """List variances and covariances of the random terms."""
    rows: list[tuple[str, str, float, float, str]] = []
    unit = units.scale / units.z_scale
    position = 0
    for block, factor in zip(model.random, optimum.coordinates.factors, strict=True):
        G = optimum.at.variances.G[block.columns, block.columns]
        own = unit[block.columns]
        on_boundary = factor.shape[1] < block.size
        for row, column in zip(*np.tril_indices(block.size), strict=True):
            factor_unit = own[row] * own[column]
            error = np.nan if on_boundary else std_error[position] * factor_unit
            kind = "variance" if row == column else "covariance"
            a, b = block.terms[column], block.terms[row]
            rows.append((a, b, float(G[row, column] * factor_unit), float(error), kind))
            position += 1
    frame = pd.DataFrame(rows, columns=["term_1", "term_2", "estimate", "std_error", "kind"])
    frame.insert(0, "group", units.subject)
    return frame


def _residual_components(
    model: Model, optimum: Optimum, index: int, std_error: FloatArray, units: Units
) -> pd.DataFrame:
    """List the parameters of a residual structure as variances and correlations."""
    structure, theta = model.structures[index], optimum.coordinates.residual[index]
    labels = _labels(structure, units.visits)
    estimate, error = theta.copy(), std_error.copy()
    kinds = np.array([kind for kind, _, _ in labels])
    square = units.scale**2
    if structure.correlations is None:
        estimate, error = estimate * square, error * square
    else:
        scales = kinds == "residual"
        estimate[scales] = square * np.exp(2.0 * theta[scales])
        error[scales] = 2.0 * estimate[scales] * std_error[scales]
        ranges = kinds == "range"
        estimate[ranges] = np.exp(-theta[ranges])
        error[ranges] = estimate[ranges] * std_error[ranges]
    group = units.groups[index]
    return pd.DataFrame(
        {
            "group": f"residual ({group})" if group else "residual",
            "term_1": [a for _, a, _ in labels],
            "term_2": [b for _, _, b in labels],
            "estimate": estimate,
            "std_error": error,
            "kind": kinds,
        }
    )


def component_frame(table: pd.DataFrame, *, conf_level: float) -> pd.DataFrame:
    """Add confidence intervals to the parts of a covariance.

    Parameters
    ----------
    table : pandas.DataFrame
        As of `components`.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    pandas.DataFrame
        ``group, term_1, term_2, estimate, conf_low, conf_high, kind``; a variance has the same
        term twice, a residual of all visits has none.

    Notes
    -----
    Variances and ranges: Satterthwaite's chi-square with ``2 (estimate / std_error)^2`` degrees
    of freedom; covariances and correlations: normal. Both as SAS PROC MIXED with the CL option.
    On the boundary there is no interval.
    """
    check_conf_level(conf_level)
    estimate = table["estimate"].to_numpy(dtype=float)
    std_error = table["std_error"].to_numpy(dtype=float)
    is_positive = table["kind"].isin(["variance", "residual", "range"]).to_numpy()
    low, high = _intervals(estimate, std_error, is_positive, conf_level)
    frame = table[["group", "term_1", "term_2", "estimate"]].copy()
    return frame.assign(conf_low=low, conf_high=high, kind=table["kind"].to_numpy())


def _intervals(
    estimate: FloatArray,
    std_error: FloatArray,
    is_positive: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    conf_level: float,
) -> tuple[FloatArray, FloatArray]:
    """Return chi-square limits for what is positive and normal limits for the rest."""
    margin = critical_value(np.inf, conf_level) * std_error
    tail = (1.0 - conf_level) / 2.0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        degrees = 2.0 * (estimate / std_error) ** 2
        chi_low = degrees * estimate / stats.chi2.isf(tail, degrees)
        chi_high = degrees * estimate / stats.chi2.ppf(tail, degrees)
    low = np.where(is_positive, chi_low, estimate - margin)
    high = np.where(is_positive, chi_high, estimate + margin)
    return low, high


def boundary_text(model: Model, optimum: Optimum, units: Units) -> str:
    """Name what lies on the boundary of the parameter space.

    Parameters
    ----------
    model : Model
        Random terms.
    optimum : Optimum
        Estimates.
    units : Units
        Labels.

    Returns
    -------
    str
        ``"none"``, or the variances that are zero and the ranks of singular covariances.
    """
    residual = np.exp(2.0 * np.mean([theta[0] for theta in optimum.coordinates.residual]))
    texts = [
        _block_boundary(block, optimum.at.variances.G[block.columns, block.columns], rank, residual)
        for block, rank in zip(
            model.random, [f.shape[1] for f in optimum.coordinates.factors], strict=True
        )
        if rank < block.size
    ]
    if model.n_clinics and optimum.coordinates.clinic is None:
        texts.append(f"variance of {units.clinic} is 0")
    texts += _vanished_ranges(model, optimum)
    return "; ".join(texts) or "none"


def _vanished_ranges(model: Model, optimum: Optimum) -> list[str]:
    """Say where a covariance over time has no reach, or no end, on the scale of the data."""
    texts = []
    for index, structure in enumerate(model.structures):
        if not structure.needs_distances:
            continue
        apart = np.concatenate(
            [part.distances[part.distances > 0] for part in model.strata if part.structure == index]
        )
        reach = np.exp(-optimum.coordinates.residual[index][-1])
        if reach < apart.min(initial=np.inf) * _NO_REACH:
            texts.append("range is 0: scores of a patient are uncorrelated")
        elif reach > apart.max(initial=0.0) / _NO_REACH**3:
            texts.append("range is infinite: scores of a patient are equally correlated")
    return texts


def _block_boundary(block: RandomBlock, G: FloatArray, rank: int, residual: float) -> str:
    """Name what is singular in the covariance of a random block."""
    variances = np.diag(G)
    zero = [
        term
        for term, variance in zip(block.terms, variances, strict=True)
        if variance <= _ZERO * max(float(variances.max()), residual)
    ]
    if block.size - rank <= len(zero):
        return "; ".join(f"variance of {term} is 0" for term in zero)
    if block.size == 2:
        return f"correlation of {block.terms[0]} and {block.terms[1]} is ±1"
    return f"random covariance has rank {rank} of {block.size}"


def random_covariance(optimum: Optimum, units: Units) -> FloatArray:
    """Return the covariance of the random terms in the units of the data, shape (Q, Q)."""
    unit = units.scale / units.z_scale
    return np.asarray(optimum.at.variances.G * np.outer(unit, unit))


def residual_covariance(
    model: Model, optimum: Optimum, index: int, distances: FloatArray, units: Units
) -> FloatArray:
    """Return a residual covariance in the units of the data, shape (m, m)."""
    theta = optimum.coordinates.residual[index]
    return np.asarray(model.structures[index].shape(theta, distances).matrix * units.scale**2)
