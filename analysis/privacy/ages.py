"""Finding ages over 89 and years of birth that tell such an age."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re
from datetime import UTC, datetime

from analysis.privacy.detector import Detector, date_detector

__all__ = ["AGE_DETECTORS", "OLDEST_AGE"]

_NINETIES = r"(?:ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|(?:a|one) hundred(?: and \w+)?)"
OLDEST_AGE = 89
"""The highest age that may stand as it is."""


def _over_89(match: re.Match[str]) -> bool:
    """Accept an age over 89 that a person can have; "90+" itself is allowed."""
    return OLDEST_AGE < int(match["age"]) <= 125


def _birth_year(match: re.Match[str]) -> bool:
    """Accept a year of birth that makes the person 90 or older today."""
    return 1880 <= int(match["year"]) <= datetime.now(tz=UTC).year - OLDEST_AGE - 1


AGE_DETECTORS: tuple[Detector, ...] = (
    date_detector(
        "age over 89",
        r"(?<![\w.,/-])(?P<age>9\d|1[0-2]\d)(?:[\s-]*(?:years?|yrs?|y)[\s-]*(?:old|of age)(?!\w)|[\s-]?yrs?\b\.?"
        r"|\s?y\.?/?\s?o\b\.?|\s+Jahre?n?(?:\s+alt)?(?!\w)|-?jährige?[rnms]?\b|\s+ans(?!\w)|\s+años(?!\w))",
        _over_89,
    ),
    date_detector(
        "age over 89",
        r"\b(?:he|she|they|patient|who|sie|er|elle|il|pt)(?:['’]s|\s+(?:is|was|are|ist|turned|turns))(?:\s+(?:now|only|about|jetzt))?"
        r"\s+(?P<age>9\d|1[0-2]\d)(?!\w|[.,/-]\d|\s?(?:%|kg|mg|mm|bpm|cm|lb|min|days?|weeks?|hours?|sessions?|over\b))",
        _over_89,
    ),
    date_detector(
        "age over 89",
        r"\b(?:nonagenarian|centenarian|Neunzigjährige[rn]?|Hundertjährige[rn]?|nonagénaire|centenaire|nonagenari[oa]|centenari[oa])s?\b",
        needs="(?i)nari|naire|zigj|dertj",
    ),
    date_detector(
        "age over 89",
        r"(?<!\w)(?:aged?|alter|âge|âgée? de|edad|im Alter von|age at \w+|turn(?:ed|s|ing)|at the age of)"
        r"\s?(?:is|was|of|:|=|,|de)?\s*(?P<age>9\d|1[0-2]\d)(?![\d+%]|[.,/]\d|\s?(?:\+|or older|and older))",
        _over_89,
    ),
    date_detector(
        "age over 89",
        r"(?<!\w)(?P<age>9\d|1[0-2]\d)[\s-]?(?:F|M|m|f|male|female|woman|man|lady|gentleman)(?!\w)",
        _over_89,
    ),
    date_detector(
        "year of birth",
        r"(?<!\w)(?:born|b\.|birth ?year|year of birth|yob|dob|birth|geb(?:oren)?\.?|jahrgang|née?|"
        r"naissance|nacid[oa]|nacimiento)\s*(?:in|im jahr|en|el|:|=|was|is|around|about)*\s*"
        r"(?P<year>1[89]\d{2})(?![\w/.-]\d|\d)",
        _birth_year,
    ),
    date_detector(
        "age over 89",
        rf"(?<!\w)(?:aged?|turn(?:ed|s|ing))\s{_NINETIES}(?!\w)|(?<!\w){_NINETIES}[\s-]years?[\s-](?:old|of age)(?!\w)",
        needs="(?i)ninet|hundred",
    ),
    date_detector("year of birth", r"(?<!\w)\*\s?(?P<year>1[89]\d{2})(?!\d)", _birth_year),
    date_detector(
        "age over 89",
        r"(?P<age>9\d|1[0-2]\d)\s?(?:years?|yrs?|y|yo|J\.?|Jahre?|ans|años|anni|jaar|lat|år)\.?(?:\s\d{1,2}\s?(?:m|mo|months?))?",
        _over_89,
        whole=True,
    ),
)
"""Detectors of ages over 89 and of years of birth that tell one."""
