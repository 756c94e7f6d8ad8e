"""Sums of a mixed model of the sites that are there, when the agreement names more of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.formulas.columns import Column, sample_column
from analysis.formulas.encoding import Encoding, encode
from analysis.formulas.parsing import read_fixed
from analysis.mixed import Moments
from analysis.mixed.sums.patterns import PatternSums

__all__ = ["with_sites_present", "without_site_variance"]


def with_sites_present(moments: Moments, site: str) -> Moments:
    """Take the coefficients of sites without patients out of the mean.

    A bundle has a column for every site of the agreement. When some have sent nothing, or one is
    fitted alone, their columns are zero; and without the first site the next one must become that
    with which others are compared.

    Parameters
    ----------
    moments : Moments
        Sums of the sites that are there; the formula has the factor `site`.
    site : str
        Name of the factor.

    Returns
    -------
    Moments
        The same sums, with the levels of the sites that are there. One site has no coefficient.
    """
    population = moments.about.population
    names = population.cells.index.get_level_values(site)
    rows = population.cells.groupby(names, observed=True).sum()
    seen = population.levels[site][population.levels[site].isin(rows.index[rows > 0])]
    if len(seen) == len(population.levels[site]):
        return moments
    levels = {**population.levels, site: seen}
    encoding = _encoding(moments, levels)
    features, old = moments.features, moments.about.encoding.names
    kept = [old.index(name) for name in encoding.names]
    return replace(
        moments,
        about=replace(
            moments.about,
            encoding=encoding,
            population=replace(population, encoding=encoding, levels=levels),
        ),
        features=replace(
            features,
            multipliers=features.multipliers[:, kept],
            feature=features.feature[kept],
            within=features.is_within()[kept],
        ),
    )


def _encoding(moments: Moments, levels: dict[str, pd.Index[Any]]) -> Encoding:
    """Code the mean with other levels of its factors."""
    parsed = read_fixed(moments.about.formula)
    columns: dict[str, Column] = {
        name: sample_column(name, levels.get(name), coded=name in parsed.factors)
        for name in parsed.predictors
    }
    return encode(parsed, columns, len(next(iter(columns.values()))))


def without_site_variance(moments: Moments) -> Moments:
    """Take the variance between sites out of sums that are of one site.

    Parameters
    ----------
    moments : Moments
        Sums with a clinic intercept.

    Returns
    -------
    Moments
        The same sums without it, where there is only one site; else as given.
    """
    about = moments.about
    if len(about.clinics) != 1:
        return moments
    return replace(
        moments,
        about=replace(
            about,
            clinics=about.clinics[:0],
            roles=replace(about.roles, clinic=None),
            notes=(*about.notes, "one site alone, so that no variance between sites is fitted"),
        ),
        groups=tuple(_without_clinics(part) for part in moments.groups),
    )


def _without_clinics(sums: PatternSums) -> PatternSums:
    """Leave out the sums of every clinic."""
    return replace(
        sums,
        clinic_counts=sums.clinic_counts[:, :0],
        clinic_u=sums.clinic_u[:, :0],
        clinic_w=sums.clinic_w[:, :, :0],
    )
