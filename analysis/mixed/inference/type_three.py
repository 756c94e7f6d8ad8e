"""Type III hypotheses of the terms of a formula, whatever the coding of its factors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analysis.errors import ModelError
from analysis.formulas.columns import Column
from analysis.formulas.population import Population
from analysis.mixed.design.description import Description
from analysis.results import FloatArray

__all__ = ["type_three_contrasts"]

_INTERCEPT = "1"
_SAME_SPACE = 1e-8
_MOST_ROWS = 20_000


def type_three_contrasts(about: Description) -> dict[str, FloatArray]:
    """Find the linear functions of the coefficients that a term's type III test sets to zero.

    Parameters
    ----------
    about : Description
        Columns of a fit.

    Returns
    -------
    dict of str to array, shape (df1, p)
        Per term except the intercept.

    Raises
    ------
    ModelError
        When the formula leaves out margins, so that the hypotheses depend on the coding.

    Notes
    -----
    In a formula with deviations-from-mean coding of all factors, the type III hypothesis of a
    term is that its coefficients are zero. The design ``X`` and the recoded one span the same
    space, ``X = S K``, so that the recoded coefficients are ``K`` times ours. Neither depends on
    the data, so that any rows will do that have all combinations of levels and enough numbers.
    """
    encoding = about.encoding
    recoded = encoding.with_sums_to_zero()
    columns, n_rows = _any_rows(about.population, 2 * len(encoding.names))
    X, S = encoding.matrix(columns, n_rows), recoded.matrix(columns, n_rows)
    scale = np.abs(X).max(axis=0)
    scale[scale == 0.0] = 1.0
    K, _, _, _ = np.linalg.lstsq(S / scale, X / scale, rcond=None)
    if np.abs(S / scale @ K - X / scale).max(initial=0.0) > _SAME_SPACE:
        raise ModelError(
            "Type III tests need a formula whose interactions come with their margins, such as "
            "'arm * visit'; compare marginal means instead."
        )
    K = K * scale / scale[:, None]
    terms = np.array(encoding.terms)
    return {
        str(term): K[terms == term] for term in dict.fromkeys(encoding.terms) if term != _INTERCEPT
    }


def _any_rows(population: Population, least: int) -> tuple[Mapping[str, Column], int]:
    """Make rows with all combinations of levels, and numbers about their mean."""
    rng = np.random.default_rng(0)
    sizes = [len(levels) for levels in population.levels.values()]
    n_cells = int(np.prod(sizes, dtype=np.int64))
    n_rows = max(least, min(n_cells * (1 if not population.means else 8), _MOST_ROWS))
    cell = np.arange(n_rows) % n_cells
    if n_cells > _MOST_ROWS:
        cell = rng.integers(0, n_cells, n_rows)
    columns = {}
    for (name, levels), codes in zip(
        population.levels.items(), np.unravel_index(cell, sizes) if sizes else [], strict=True
    ):
        columns[name] = Column(name=name, data=codes, levels=levels)
    for name, mean in population.means.items():
        centre = mean if mean != 0.0 else 1.0
        columns[name] = Column(name=name, data=centre * rng.uniform(0.5, 1.5, n_rows), levels=None)
    return columns, n_rows
