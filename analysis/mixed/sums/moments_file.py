"""Moments as two files, JSON for what they are and NPZ for the sums; no pickle."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError, DataError, ModelError
from analysis.formulas.columns import sample_column
from analysis.formulas.encoding import encode
from analysis.formulas.parsing import read_fixed
from analysis.formulas.population import Population
from analysis.mixed.design.description import Description, Roles
from analysis.mixed.design.layout import FeatureMap
from analysis.mixed.sums.moments import Moments
from analysis.mixed.sums.patterns import PatternSums
from analysis.results import FloatArray
from analysis.storage import write_bytes, write_text

__all__ = [
    "describe_moments",
    "load_moments",
    "moments_arrays",
    "rebuild_moments",
    "save_moments",
]

VERSION = 1
_SUMS = (
    "present",
    "counts",
    "uu",
    "uw",
    "ww",
    "clinic_counts",
    "clinic_u",
    "clinic_w",
)
_UNFIT = (
    AnalysisError,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    StopIteration,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def save_moments(moments: Moments, path: Path | str) -> tuple[Path, Path]:
    """Write moments to ``NAME.json`` and ``NAME.npz``.

    Sums over a pattern that one patient has are that patient's: keep the files in the local zone,
    or let `analysis.disclosure` decide.

    Parameters
    ----------
    moments : Moments
        What to keep.
    path : pathlib.Path or str
        Where; the suffix is replaced.

    Returns
    -------
    tuple of pathlib.Path
        The JSON and the NPZ file. Each is written whole or not at all, the JSON last; it holds
        the SHA-256 of the other.

    Raises
    ------
    ModelError
        When the formula has a transform that learned from all rows, such as ``scale()``: sums of
        other rows would not fit to it.
    ReportError
        When a file cannot be written.
    """
    described = describe_moments(moments)  # refuses before anything is written
    arrays = io.BytesIO()
    np.savez_compressed(arrays, **moments_arrays(moments))
    content = arrays.getvalue()
    stem = Path(path)
    numbers = write_bytes(stem.with_suffix(".npz"), content)
    text = {
        "format": "analysis.mixed moments",
        "version": VERSION,
        "sha256": hashlib.sha256(content).hexdigest(),
        **described,
    }
    return write_text(stem.with_suffix(".json"), json.dumps(text, indent=1)), numbers


def moments_arrays(moments: Moments) -> dict[str, Any]:
    """List the arrays of moments by name.

    Parameters
    ----------
    moments : Moments
        What is to be kept or sent.

    Returns
    -------
    dict of str to array
        Numbers, as `rebuild_moments` takes them.
    """
    arrays: dict[str, Any] = {
        "multipliers": moments.features.multipliers,
        "feature": moments.features.feature,
        "centre": moments.features.centre,
        "scale": moments.features.scale,
        "within": moments.features.is_within(),
        "cells": moments.about.population.cells.to_numpy(),
    }
    if moments.days is not None:
        arrays["days"] = moments.days
    for index, part in enumerate(moments.groups):
        arrays |= {f"{index}_{name}": getattr(part, name) for name in _SUMS}
    return arrays


def describe_moments(moments: Moments) -> dict[str, Any]:
    """Say what the sums are, in plain values.

    Parameters
    ----------
    moments : Moments
        What is to be kept or sent.

    Returns
    -------
    dict of str to object
        Values that JSON has, as `rebuild_moments` takes them.

    Raises
    ------
    ModelError
        When the formula has a transform that learned from all rows, such as ``scale()``, or
        levels are neither text nor numbers.
    """
    stateful = [factor.name for factor in moments.about.encoding.factors() if factor.is_stateful]
    if stateful:
        raise ModelError(
            f"The terms {', '.join(map(repr, stateful))} learned something from these rows, which "
            "sums cannot hold. Compute them as columns first, with fixed numbers."
        )
    about, population = moments.about, moments.about.population
    cells = population.cells.index
    return {
        "formula": about.formula,
        "roles": asdict(about.roles),
        "labels": {name: _plain(getattr(about, name)) for name in ("visits", "groups", "clinics")},
        "levels": {name: _plain(levels) for name, levels in population.levels.items()},
        "means": dict(population.means),
        "cells": [_plain(cells.get_level_values(level)) for level in range(cells.nlevels)]
        if population.levels
        else [],
        "counts": {name: getattr(about, name) for name in ("n_rows", "n_subjects", "n_dropped")},
        "missing": dict(about.missing),
        "log_weights": about.log_weights,
        "notes": list(about.notes),
        "outcome_scale": [moments.y_centre, moments.y_scale],
        "n_patient": moments.features.n_patient,
        "features": [[list(part) for part in key] for key in moments.features.keys],
    }


def _plain(labels: pd.Index[Any]) -> list[Any]:
    """Turn labels into values that JSON has."""
    values = [label.item() if isinstance(label, np.generic) else label for label in labels]
    if not all(isinstance(value, (str, int, float, bool)) for value in values):
        raise ModelError(
            f"The levels of {str(labels.name)!r} are neither text nor numbers, which a file of "
            "sums cannot hold; make the column text first."
        )
    return values


def load_moments(path: Path | str) -> Moments:
    """Read moments that `save_moments` wrote.

    Parameters
    ----------
    path : pathlib.Path or str
        Either file; the suffix is replaced.

    Returns
    -------
    Moments
        As they were.

    Raises
    ------
    DataError
        When a file is missing, damaged, of another format, or does not belong to the other.
    """
    stem = Path(path)
    both = _loaded(stem)
    if both is None:
        raise DataError(
            f"{stem.with_suffix('.json').name} and {stem.with_suffix('.npz').name} could not be "
            "read; both must be there as save_moments() wrote them."
        )
    text, content = both
    _check_format(text, content, stem.name)
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return rebuild_moments(text, dict(arrays))
    except _UNFIT:
        raise DataError(f"{stem.name} does not hold moments in the form that it claims.") from None


def rebuild_moments(text: Mapping[str, Any], arrays: Mapping[str, Any]) -> Moments:
    """Put moments together again, and see that text and arrays fit together.

    Parameters
    ----------
    text : mapping of str to object
        Of `describe_moments`.
    arrays : mapping of str to array
        Of `moments_arrays`.

    Returns
    -------
    Moments
        As they were.

    Raises
    ------
    DataError
        When they are not of one kind, or not as many as the text says.
    """
    try:
        moments = _rebuilt(text, arrays)
        _check_shapes(moments)
    except _UNFIT:
        raise DataError("The sums do not hold moments in the form that they claim.") from None
    return moments


def _loaded(stem: Path) -> tuple[Any, bytes] | None:
    """Load both files; None when one is not there or no JSON."""
    try:
        text = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
        return text, stem.with_suffix(".npz").read_bytes()
    except (OSError, ValueError, RecursionError):
        return None


def _check_format(text: Any, content: bytes, name: str) -> None:
    """Refuse other files, other versions, and halves that do not belong together."""
    known = isinstance(text, dict) and text.get("format") == "analysis.mixed moments"
    if not known or text.get("version") != VERSION:
        raise DataError(
            f"{name}.json does not hold moments of version {VERSION}; make them again with "
            "moments()."
        )
    if text.get("sha256") != hashlib.sha256(content).hexdigest():
        raise DataError(
            f"{name}.npz is not the file that {name}.json was written with; copy both again."
        )


def _rebuilt(text: Mapping[str, Any], arrays: Mapping[str, Any]) -> Moments:
    """Put moments together again."""
    parsed = read_fixed(text["formula"])
    levels = {name: pd.Index(values) for name, values in text["levels"].items()}
    columns = {
        name: sample_column(name, levels.get(name), coded=name in parsed.factors)
        for name in parsed.predictors
    }
    encoding = encode(parsed, columns, len(next(iter(columns.values()))) if columns else 1)
    labels = {name: pd.Index(values) for name, values in text["labels"].items()}
    roles = Roles(**text["roles"])
    about = Description(
        formula=text["formula"],
        parsed=parsed,
        outcome=str(next(iter(parsed.formula.lhs))),
        encoding=encoding,
        population=Population(
            encoding=encoding,
            levels=levels,
            means={name: float(mean) for name, mean in text["means"].items()},
            cells=_cells(text["cells"], list(levels), arrays["cells"]),
        ),
        roles=roles,
        visits=labels["visits"].rename(roles.visit),
        groups=labels["groups"].rename(roles.group),
        clinics=labels["clinics"].rename(roles.clinic),
        missing={name: int(count) for name, count in text["missing"].items()},
        log_weights=float(text["log_weights"]),
        notes=tuple(text["notes"]),
        **text["counts"],
    )
    centre, scale = text["outcome_scale"]
    n_groups = max(1, len(labels["groups"]))
    return Moments(
        about=about,
        features=FeatureMap(
            n_patient=int(text["n_patient"]),
            multipliers=arrays["multipliers"],
            feature=arrays["feature"],
            centre=arrays["centre"],
            scale=arrays["scale"],
            keys=tuple(tuple(tuple(part) for part in key) for key in text["features"]),
            within=arrays["within"],
        ),
        y_centre=float(centre),
        y_scale=float(scale),
        groups=tuple(
            PatternSums(**{name: arrays[f"{index}_{name}"] for name in _SUMS})
            for index in range(n_groups)
        ),
        days=arrays.get("days"),
    )


def _check_shapes(moments: Moments) -> None:
    """Refuse arrays that are not numbers, or not as many as the text says."""
    about, features = moments.about, moments.features
    m, p, width = len(about.visits), len(about.encoding.names), len(features.keys)
    arrays: list[tuple[Any, tuple[int, ...]]] = [
        (features.multipliers, (m, p)),
        (features.feature, (p,)),
        (features.centre, (width,)),
        (features.scale, (width,)),
        (features.is_within(), (p,)),
    ]
    K, C = features.n_patient, len(about.clinics)
    L = width - K + 1  # the outcome is a feature of rows
    for part in moments.groups:
        n = len(part.counts)
        shapes = ((n, m), (n,), (n, K, K), (n, m, K, L), (n, m, m, L, L), (n, C), (n, C, K),
                  (n, m, C, L))  # fmt: skip
        arrays += [(getattr(part, name), shape) for name, shape in zip(_SUMS, shapes, strict=True)]
    fits = all(array.shape == shape and np.isfinite(array).all() for array, shape in arrays)
    if (
        not fits
        or not ((features.feature >= 0) & (features.feature < width)).all()
        or set(about.population.predictors) != set(about.parsed.predictors)
        or (moments.days is not None and moments.days.shape != (m,))
    ):
        raise ValueError("arrays and text do not fit together")


def _cells(values: list[list[Any]], names: list[str], counts: FloatArray) -> pd.Series[Any]:
    """Rebuild the counts per combination of factors."""
    if not names:
        return pd.Series(counts, name="n")
    if len(names) == 1:
        return pd.Series(counts, index=pd.Index(values[0], name=names[0]))
    return pd.Series(counts, index=pd.MultiIndex.from_arrays(values, names=names))
