"""Finding and reading the data files of the published studies.

A new study is one more file in ``analysis/published/data``; no code changes.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from analysis.errors import DataError
from analysis.published.study import PublishedFigure, PublishedStudy

__all__ = ["published_figures", "published_names", "published_study"]

_OF_STUDY = ["design", "agent", "route", "indication", "n_treated", "n_analysed", "completeness"]
_TYPES = {
    **dict.fromkeys(["value", "range_low", "range_high", "plus_minus", "completeness"], "float64"),
    **dict.fromkeys(["standard_deviation", "std_error", "conf_low", "conf_high"], "float64"),
    **dict.fromkeys(["day_low", "day_high", "n", "n_treated", "n_analysed"], "Int64"),
    **dict.fromkeys(["scale", "definition", "window_from", "note", "group", "measure"], "string"),
    **dict.fromkeys(["unit", "evidence", "study", *_OF_STUDY[:4]], "string"),
    "approximate": "bool",
}


@cache
def _library() -> dict[str, PublishedStudy]:
    """Read every data file, by the name of the study."""
    folder = resources.files("analysis.published") / "data"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".json")),
        key=lambda file: file.name,
    )
    described = [_study(json.loads(file.read_text(encoding="utf-8"))) for file in files]
    return {study.name: study for study in described}


def _study(content: dict[str, Any]) -> PublishedStudy:
    """Build the description from the content of its data file."""
    figures = tuple(PublishedFigure(**figure) for figure in content["figures"])
    identifiers = tuple(content["identifiers"])
    return PublishedStudy(**{**content, "figures": figures, "identifiers": identifiers})


def published_names() -> tuple[str, ...]:
    """List the published studies that the toolkit knows.

    Returns
    -------
    tuple of str
        Names in alphabetical order.

    Examples
    --------
    >>> "McInnes 2022" in published_names()
    True
    """
    return tuple(sorted(_library()))


def published_study(name: str) -> PublishedStudy:
    """Return what is kept of one published study.

    Parameters
    ----------
    name : str
        Name as in `published_names`.

    Returns
    -------
    PublishedStudy
        The description, read once.

    Raises
    ------
    DataError
        When there is no such study.

    Examples
    --------
    >>> study = published_study("McInnes 2022")
    >>> study.n_treated, study.n_analysed
    (9016, 537)
    """
    known = _library()
    if name not in known:
        raise DataError(
            "The published study is not known to the toolkit. Known studies are: "
            f"{', '.join(sorted(known))}. Spell the name as one of these."
        )
    return known[name]


def published_figures(
    scale: str | None = None,
    measure: str | None = None,
    route: str | None = None,
    design: str | None = None,
) -> pd.DataFrame:
    """Put the figures of all studies into one frame, or those that match.

    Figures may be compared only when scale, definition and window are the same; none of them is a
    control group for a clinic's own results.

    Parameters
    ----------
    scale, measure, route, design : str, optional
        Keep only figures of this scale or measure, and of studies of this route or design.

    Returns
    -------
    pandas.DataFrame
        One row per figure: ``study``, the fields of `PublishedFigure`, and ``design, agent, route,
        indication, n_treated, n_analysed, completeness`` of its study. What was not published is
        missing. Rows stand in the order of study names, then as in the data file.

    Raises
    ------
    DataError
        When nothing has such a scale, measure, route or design; known ones are named.

    Examples
    --------
    >>> figures = published_figures(scale="PHQ-9", measure="response", route="SL")
    >>> figures[["study", "value", "day_high"]].to_numpy().tolist()
    [['Hull 2022', 62.8, 28]]
    """
    frame = pd.concat([_rows(_library()[name]) for name in published_names()], ignore_index=True)
    frame = frame.astype(_TYPES)
    asked = {"scale": scale, "measure": measure, "route": route, "design": design}
    kept = pd.Series(data=True, index=frame.index)
    for column, wanted in asked.items():
        if wanted is not None:
            _require_known(frame[column], column, wanted)
            kept &= frame[column].eq(wanted).fillna(value=False).astype(bool)
    return frame[kept].reset_index(drop=True)


def _rows(study: PublishedStudy) -> pd.DataFrame:
    """Put the figures of one study beside what is known of the study."""
    frame = study.frame().astype(object)
    frame.insert(0, "study", study.name)
    return frame.assign(**{name: getattr(study, name) for name in _OF_STUDY}).astype(object)


def _require_known(values: pd.Series, column: str, wanted: str) -> None:
    """Refuse to look for what no figure has; an empty frame would hide a misspelling."""
    known = sorted(values.dropna().unique())
    if wanted not in known:
        raise DataError(
            f"No published figure has this {column}. Known are: {', '.join(known)}. "
            "Spell it as one of these, or leave it out."
        )
