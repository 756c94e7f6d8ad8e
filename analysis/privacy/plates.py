"""Finding licence plates in texts: after the word, beside a car, after the code of a state."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re

from analysis.privacy.detector import Detector
from analysis.privacy.lexicon import alternatives, read_list

__all__ = ["PLATE_DETECTORS"]

_CARS = (
    "car|truck|van|suv|sedan|pickup|motorcycle|vehicle|parked|parking|car reg|registration|Wagen|Auto|voiture|coche|Honda|Toyota|"
    "Ford|Chevy|Chevrolet|Nissan|Subaru|Tesla|BMW|Audi|VW|Volkswagen|Mercedes|Hyundai|Kia|Jeep|Mazda|Volvo|Renault|Peugeot|Opel|Fiat"
)


def _is_long_plate(match: re.Match[str]) -> bool:
    """Accept five characters or more of which some are letters and some are digits."""
    text = "".join(filter(str.isalnum, match["value"]))
    return len(text) >= 5 and text.isalnum() and not text.isalpha() and not text.isdigit()


PLATE_DETECTORS: tuple[Detector, ...] = (
    Detector(
        element=12,
        kind="licence plate",
        pattern=re.compile(
            rf"(?<!\w)(?i:{_CARS})\W{{1,3}}(?i:(?:is|no\.?|number|with|reg\.?|plate)\W{{1,2}})?"
            r"(?P<value>[A-Z]{2,3}[ -]?\d{3,4}|\d[A-Z]{3}\d{3}|[A-Z]{2}\d{2} ?[A-Z]{3}|\d{3}[ -]?[A-Z]{3}|[A-Z]{3}[ -]\d[A-Z]\d)(?!\w)"
        ),
        accept=_is_long_plate,
    ),
    Detector(
        element=12,
        kind="licence plate",
        pattern=re.compile(
            rf"(?<!\w){alternatives(read_list('places')['states'])} (?P<value>[A-Z]{{3}}[ -]?\d{{3,4}}|\d{{3}}[ -]?[A-Z]{{3}}|\d[A-Z]{{3}}\d{{3}})(?!\w)"
        ),
    ),
    Detector(
        element=12,
        kind="licence plate",
        pattern=re.compile(
            r"(?i)(?<!\w)plates?\s+(?P<value>[A-Z0-9]{2,8}(?:[ -][A-Z0-9]{1,4})?)(?!\w)"
        ),
        accept=_is_long_plate,
    ),
)
"""Detectors of element 12 in plates; the most telling words first."""
