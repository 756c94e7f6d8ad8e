"""Finding and reading the data files of the scales.

A new scale is one more file in ``analysis/instruments/data``; no code changes.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from analysis.errors import DataError
from analysis.instruments.instrument import Band, Evidence, Instrument, Loinc

__all__ = ["instrument_names", "load_instrument"]


@cache
def _library() -> dict[str, Instrument]:
    """Read every data file, by the name of the scale."""
    folder = resources.files("analysis.instruments") / "data"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".json")),
        key=lambda file: file.name,
    )
    described = [_instrument(json.loads(file.read_text(encoding="utf-8"))) for file in files]
    return {instrument.name: instrument for instrument in described}


def instrument_names() -> tuple[str, ...]:
    """List the scales that the toolkit can score.

    Returns
    -------
    tuple of str
        Names in alphabetical order.

    Examples
    --------
    >>> "PHQ-9" in instrument_names()
    True
    """
    return tuple(sorted(_library()))


def load_instrument(name: str) -> Instrument:
    """Return what is known about one scale.

    Parameters
    ----------
    name : str
        Name as in `instrument_names`.

    Returns
    -------
    Instrument
        The description, read once.

    Raises
    ------
    DataError
        When there is no such scale.

    Examples
    --------
    >>> load_instrument("PHQ-9").remission_at_most
    4
    """
    known = _library()
    if name not in known:
        raise DataError(
            f"The scale is not known to the toolkit. Known scales are: {', '.join(sorted(known))}. "
            "Spell the name as one of these."
        )
    return known[name]


def _instrument(content: dict[str, Any]) -> Instrument:
    """Build the description from the content of its data file."""
    loinc = content["loinc"]
    return Instrument(
        name=content["name"],
        long_name=content["long_name"],
        rater=content["rater"],
        item_count=content["items"]["count"],
        item_low=content["items"]["low"],
        item_high=content["items"]["high"],
        total_low=content["total"]["low"],
        total_high=content["total"]["high"],
        direction=content["direction"],
        recall_days=content["recall_days"],
        bands=tuple(Band(**band) for band in content["bands"]),
        response_fraction=content["response_fraction"],
        remission_at_most=content["remission"]["at_most"],
        remission_alternatives=tuple(content["remission"]["alternatives"]),
        missing_method=content["missing_items"]["method"],
        max_missing=content["missing_items"]["max_missing"],
        never_filled_in=tuple(content["missing_items"]["never_filled_in"]),
        standard_deviation=content["spread"]["standard_deviation"],
        reliability=content["spread"]["reliability"],
        licence=content["licence"],
        loinc=Loinc(panel=loinc["panel"], total=loinc["total"], items=tuple(loinc["items"]))
        if loinc
        else None,
        evidence=tuple(Evidence(**item) for item in content["evidence"]),
    )
