"""Constrained longitudinal analysis: the baseline is an outcome, at which arms do not differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import DataError, ModelError
from analysis.formulas.columns import check_present
from analysis.formulas.encoding import Encoding, Factor, Product
from analysis.mixed.design.build import Design, build_design
from analysis.mixed.design.description import Roles
from analysis.mixed.on_visits import Choices, fit_design_on_visits
from analysis.mixed.result import LinearMixedModel

__all__ = ["constrained_longitudinal"]


def constrained_longitudinal(
    outcome: str,
    data: pd.DataFrame,
    *,
    arm: str,
    subject: str,
    visit: str,
    baseline: Any,
    covariates: str | None = None,
    covariance: str | Sequence[str] = "unstructured",
    method: str = "reml",
    df: str | None = None,
    vcov: str = "model",
    cluster: str | None = None,
    information: str = "observed",
    aliased: str = "error",
) -> LinearMixedModel:
    """Fit a constrained longitudinal data analysis (cLDA).

    Answers the question of `mmrm` of change with the baseline as a covariate, but keeps patients
    whose baseline is missing, and those with nothing but a baseline: the baseline is one of the
    scores, and the arms have the same mean there. That holds by design in a randomised trial and
    is an assumption elsewhere.

    Parameters
    ----------
    outcome : str
        Column of the score itself (not of the change), baseline rows included.
    data : pandas.DataFrame
        One row per patient and visit, the baseline visit among them.
    arm, subject, visit : str
        Columns of arm, patient and visit.
    baseline : label
        The level of `visit` that is the baseline.
    covariates : str, optional
        Further terms of the mean, such as ``"sex + age"``; they act alike at all visits unless
        they are crossed with the visit.
    covariance, method, df, vcov, cluster, information, aliased : str
        As in `mmrm`.

    Returns
    -------
    LinearMixedModel
        Marginal means of arms at the baseline are equal; contrasts of arms at other visits are
        those of change from baseline too.

    Raises
    ------
    ColumnError, DataError, ModelError, ConvergenceError
        As `mmrm`; also when `baseline` is not a visit.

    References
    ----------
    Liang KY, Zeger SL (2000). Sankhya B 62:134-148.
    Lu K (2010). Statistics in Medicine 29:2825-2836.

    Examples
    --------
    >>> data = pd.DataFrame({
    ...     "patient": ["a", "a", "b", "b", "c", "c", "d", "d", "e"],
    ...     "visit": ["v0", "v1"] * 4 + ["v0"],
    ...     "arm": ["im"] * 4 + ["iv"] * 5,
    ...     "score": [20.0, 14.0, 18.0, 15.0, 26.0, 17.0, 22.0, 16.0, 24.0]})
    >>> fit = constrained_longitudinal(
    ...     "score", data, arm="arm", subject="patient", visit="visit", baseline="v0")
    >>> fit.tidy()["term"].tolist()
    ['visit[v0]', 'visit[v1]', 'visit[v1]:arm[T.iv]']
    """
    choices = Choices.checked(
        covariance,
        by_distance=False,
        method=method,
        df=df,
        vcov=vcov,
        cluster=cluster,
        information=information,
        aliased=aliased,
    )
    check_present(data, [arm, visit], "constrained_longitudinal()")
    rest = f" + {covariates}" if covariates else ""
    formula = f"{outcome} ~ 0 + {visit}{rest} + {visit}:{arm}"
    labelled = data.assign(**{arm: _as_factor(data[arm]), visit: _as_factor(data[visit])})
    roles = Roles(subject=subject, visit=visit, cluster=cluster)
    design = build_design(formula, labelled, roles)
    return fit_design_on_visits(_constrained(design, arm, visit, baseline), choices)


def _as_factor(column: pd.Series[Any]) -> pd.Series[Any]:
    """Make arms and visits factors, also when they are numbers."""
    return column if isinstance(column.dtype, pd.CategoricalDtype) else column.astype("category")


def _constrained(design: Design, arm: str, visit: str, baseline: Any) -> Design:
    """Take the difference of arms at the baseline out of the mean."""
    levels = design.population.levels[visit]
    if baseline not in levels:
        raise DataError(
            f"baseline= is not a level of {visit!r} with a score; its {len(levels)} levels are "
            f"{', '.join(map(str, levels))}."
        )
    if len(levels) < 2:
        raise ModelError(f"Column {visit!r} has the baseline only; later visits are needed.")
    if len(design.population.levels[arm]) < 2:
        raise ModelError(
            f"Column {arm!r} has one level, so that there are no arms to constrain; describe one "
            "arm with mmrm of the score on the visit."
        )
    later = np.delete(np.arange(len(levels)), levels.get_loc(baseline))
    constrained = (f"{visit}:{arm}", f"{arm}:{visit}")
    _check_covariates(design.encoding, arm, constrained)
    products = tuple(
        _without_baseline(product, visit, later, len(levels))
        if product.term in constrained
        else product
        for product in design.encoding.products
    )
    encoding = Encoding(products=products)
    population = replace(design.population, encoding=encoding)
    return replace(design, encoding=encoding, population=population)


def _check_covariates(encoding: Encoding, arm: str, constrained: tuple[str, ...]) -> None:
    """Refuse covariates that would give arms a difference at the baseline after all."""
    terms = [
        product.term
        for product in encoding.products
        if product.term not in constrained
        and any(arm in factor.columns for factor, _ in product.parts)
    ]
    if terms:
        raise ModelError(
            f"covariates= uses {arm!r} ({', '.join(dict.fromkeys(terms))}), whose difference at "
            "the baseline is what the constraint takes out; leave it out of the covariates."
        )


def _without_baseline(
    product: Product, visit: str, later: np.ndarray[Any, Any], n_visits: int
) -> Product:
    """Keep the columns of later visits."""
    factor = next(factor for factor, _ in product.parts if factor.name == visit)
    other = next(part for part in product.parts if part[0].name != visit)
    width = other[0].codings[other[1]].shape[1]
    names = np.array(product.names, dtype=object)
    kept = (later[None, :] + n_visits * np.arange(width)[:, None]).ravel()
    first_is_visit = product.parts[0][0].name == visit
    if not first_is_visit:
        kept = (width * later[:, None] + np.arange(width)).ravel()
    coding = np.eye(n_visits)[:, later]
    changed = Factor(
        name=f"{factor.name} after the baseline",  # factors of one name have one coding
        columns=factor.columns,
        codings={True: coding, False: np.eye(n_visits)},
        call=None,
        is_stateful=False,
        is_fixed=True,
    )
    parts = tuple(
        (changed, True) if f.name == visit else (f, reduced) for f, reduced in product.parts
    )
    return Product(
        term=product.term, parts=parts, scale=product.scale, names=tuple(names[kept].tolist())
    )
