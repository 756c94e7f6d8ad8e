"""Moments in arrays whose sizes follow from the agreement alone, so that they can be masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from analysis.distributed.masks import Layout
from analysis.distributed.sums import Sums
from analysis.distributed.tasks.moments import MomentsTask, moments_of
from analysis.errors import ModelError
from analysis.formulas.parsing import read_fixed
from analysis.mixed import Moments
from analysis.mixed.sums.patterns import PatternSums
from analysis.results import FloatArray

__all__ = ["dense_arrays", "dense_layout", "moments_of_dense"]

_MOST_VISITS = 10
_COUNTS = ("n_rows", "n_subjects", "n_dropped")


def dense_layout(task: MomentsTask) -> Layout:
    """Say which arrays every site sends, whatever its patients are.

    Parameters
    ----------
    task : MomentsTask
        With all levels declared, ``standardised=False``, and no clinics.

    Returns
    -------
    Layout
        Sums for every set of visits that a patient could have, also those that nobody has.

    Raises
    ------
    ModelError
        When the model has clinics, whose sums would be a site's own, or more visits than sets of
        them can be listed.
    """
    model = _structure(task)
    m, K = len(model.about.visits), model.features.n_patient
    L = len(model.features.keys) - K + 1
    B = 2**m - 1
    shapes: dict[str, tuple[int, ...]] = {
        "totals": (len(_COUNTS),),
        "covariates": (max(1, len(model.about.population.means)),),
        "cells": (len(_all_cells(model)),),
    }
    for group in range(len(model.groups)):
        shapes |= {
            f"{group}_counts": (B,),
            f"{group}_uu": (B, K, K),
            f"{group}_uw": (B, m, K, L),
            f"{group}_ww": (B, m, m, L, L),
        }
    return Layout(shapes=shapes)


def dense_arrays(sums: Sums) -> dict[str, FloatArray]:
    """Put the moments of a site into the arrays of the layout.

    Parameters
    ----------
    sums : Sums
        Of the site's patients, by the task of the layout.

    Returns
    -------
    dict of str to array
        Shapes as in the layout; 0 where the site has nobody.
    """
    moments = moments_of(sums)
    about, population = moments.about, moments.about.population
    m = len(about.visits)
    means = [about.n_rows * mean for mean in population.means.values()]
    arrays: dict[str, FloatArray] = {
        "totals": np.array([float(getattr(about, name)) for name in _COUNTS]),
        "covariates": np.array(means or [0.0]),
        "cells": population.cells.reindex(_all_cells(moments), fill_value=0).to_numpy(dtype=float),
    }
    for number, group in enumerate(moments.groups):
        place = group.present @ (1 << np.arange(m)) - 1
        for name in ("counts", "uu", "uw", "ww"):
            values = getattr(group, name)
            wide = np.zeros((2**m - 1, *values.shape[1:]))
            wide[place] = values
            arrays[f"{number}_{name}"] = wide
    return arrays


def moments_of_dense(task: MomentsTask, arrays: Mapping[str, FloatArray]) -> Moments:
    """Read the network's moments out of the added arrays.

    Parameters
    ----------
    task : MomentsTask
        As of `dense_layout`.
    arrays : mapping of str to array
        The sum of `dense_arrays` over sites.

    Returns
    -------
    Moments
        As of the pooled patients.
    """
    model = _structure(task)
    about, m = model.about, len(model.about.visits)
    totals = dict(zip(_COUNTS, np.rint(arrays["totals"]).astype(int).tolist(), strict=True))
    present = (np.arange(1, 2**m)[:, None] >> np.arange(m) & 1).astype(bool)
    groups = tuple(
        _seen(present, {name: arrays[f"{number}_{name}"] for name in ("counts", "uu", "uw", "ww")})
        for number in range(len(model.groups))
    )
    cells = pd.Series(np.rint(arrays["cells"]).astype(int), index=_all_cells(model))
    names = about.population.means
    means = dict(zip(names, arrays["covariates"] / max(1, totals["n_rows"]), strict=False))
    population = replace(
        about.population,
        cells=cells[cells > 0] if about.population.levels else pd.Series(cells, name="n"),
        means={name: float(mean) for name, mean in means.items()},
    )
    described = replace(about, population=population, missing={}, notes=(), **totals)
    return replace(model, about=described, groups=groups)


def _seen(present: np.ndarray[Any, Any], sums: Mapping[str, FloatArray]) -> PatternSums:
    """Keep the sets of visits that some patient of the network has."""
    counts = np.rint(sums["counts"])
    kept = counts > 0
    n, m, K, L = int(kept.sum()), present.shape[1], sums["uu"].shape[1], sums["ww"].shape[-1]
    return PatternSums(
        present=present[kept],
        counts=counts[kept],
        uu=sums["uu"][kept],
        uw=sums["uw"][kept],
        ww=sums["ww"][kept],
        clinic_counts=np.zeros((n, 0)),
        clinic_u=np.zeros((n, 0, K)),
        clinic_w=np.zeros((n, m, 0, L)),
    )


def _all_cells(moments: Moments) -> pd.Index:
    """List every combination of the levels of the factors, seen or not."""
    levels = moments.about.population.levels
    if not levels:
        return pd.RangeIndex(1)
    if len(levels) == 1:
        ((name, values),) = levels.items()
        return values.rename(name)
    return pd.MultiIndex.from_product(list(levels.values()), names=list(levels))


def _structure(task: MomentsTask) -> Moments:
    """Return moments of the task's form, of invented rows that have every level."""
    visits = task.levels.get(task.visit, ())
    if task.nested_in is not None:
        raise ModelError(
            "Sums of a clinic are that site's own, and masks protect only what several sites add "
            "up to. Leave the site out of the model, or take the trusted mode."
        )
    if not 0 < len(visits) <= _MOST_VISITS:
        raise ModelError(
            f"Masked sums list all sets of visits, which takes 1 to {_MOST_VISITS} visits; the "
            f"model has {len(visits)}."
        )
    return moments_of(task.of(_invented(task, visits)))


def _invented(task: MomentsTask, visits: Any) -> pd.DataFrame:
    """Invent rows that have every level, every visit, and numbers that vary."""
    parsed = read_fixed(task.formula)
    patient, visit = np.array(list(product(range(24), range(len(visits))))).T
    frame = pd.DataFrame(
        {task.subject: patient, task.visit: np.asarray(visits, dtype=object)[visit]}
    )
    for place, name in enumerate(task.columns[2:]):
        within = name in task.varying or name in parsed.outcome
        number = np.arange(patient.size) if within else patient
        if name in task.levels:
            known = np.asarray(task.levels[name], dtype=object)
            frame[name] = known[number % len(known)]
        elif name == task.coordinates and task.days is not None:
            frame[name] = frame[task.visit].map(task.days)
        else:
            frame[name] = 10.0 + np.sin(1.0 + (place + 1) * number)
    return frame
