"""Finding postcodes: ZIP codes and small areas of them, and codes of other countries."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re

from analysis.privacy.detector import Detector, place_detector
from analysis.privacy.lexicon import alternatives, read_list, small_zip3, word_set

__all__ = ["POSTCODE_DETECTORS"]

_PLACES = read_list("places")
_STATE_CODES = alternatives(_PLACES["states"])
_STATES = alternatives([*_PLACES["states"], *_PLACES["states"].values()])
_ANY_CITY = alternatives([*_PLACES["cities"], *_PLACES["cities_also_words"]])
_UPPER, _LOWER = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
_WORD = rf"[{_UPPER}](?:[{_LOWER}]+|['’][{_UPPER}][{_LOWER}]+|\.)(?:[-'’][{_UPPER}{_LOWER}]+)*"
_GAP = r"[ \t\u00a0]+"


def _is_british(match: re.Match[str]) -> bool:
    """Accept a postcode of an area that exists."""
    area = re.match(r"[A-Za-z]+", match["value"])
    return area is not None and area[0].casefold() in word_set("places", "uk_postcode_areas")


def _is_small_area(match: re.Match[str]) -> bool:
    """Accept three digits of an area with 20,000 people or fewer."""
    return match["value"][:3] in small_zip3()


POSTCODE_DETECTORS: tuple[Detector, ...] = (
    place_detector("ZIP+4 code", r"(?<![\w.,/+-])\d{5}-\d{4}(?![\w]|-\d)", raw=True),
    place_detector(
        "ZIP code", rf"(?<!\w){_STATE_CODES}[,.]?\s+(?P<value>\d{{5}})(?!\w|[.,]\d|-\d)"
    ),
    place_detector("ZIP code", rf"(?<!\w)(?:{_STATES}),?\s+(?P<value>\d{{5}})(?!\w|[.,]\d|-\d)"),
    place_detector(
        "postcode",
        r"(?i)(?<!\w)(?:zip(?:[ _-]?code)?|post(?:al)?[ _-]?code|PLZ|Postleitzahl|code postal|código postal|codigo postal|C\.?P\.?)[\s:#=.]*(?:is|ist|:)?\s*(?P<value>\d{4,5})(?!\w)",
    ),
    place_detector(
        "small ZIP3 area",
        r"(?i)(?<!\w)(?:zip[ _-]?3|zip[ _-]?prefix|3-digit zip|three-digit zip(?: code)?|zip(?:[ _-]?code)?)[\s:#=.]*(?:area|prefix)?\s*(?P<value>\d{3})(?!\w|[.,]\d)",
        _is_small_area,
    ),
    place_detector(
        "small ZIP3 area",
        r"(?<![\w.])(?P<value>\d{3}(?:xx|XX|\*\*|--|__))(?!\w)",
        _is_small_area,
        raw=True,
    ),
    place_detector(
        "postcode",
        r"(?<![\w-])(?P<value>(?:[A-Z]{1,2}\d[A-Z\d]?) \d[ABD-HJLNP-UW-Z]{2})(?!\w)",
        _is_british,
    ),
    place_detector(
        "postcode",
        r"(?P<value>[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[abd-hjlnp-uw-zABD-HJLNP-UW-Z]{2})",
        _is_british,
        whole=True,
    ),
    place_detector(
        "postcode",
        r"(?<![\w-])[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d(?![\w-])",
    ),
    place_detector(
        "postcode",
        rf"(?<![\w.-])(?:(?:D|DE|F|FR|E|ES|I|IT)-\d{{5}}|(?:CH|A|AT|B|NL|L|DK)-\d{{4}})(?!\w|[.,-]\d)(?:{_GAP}{_WORD})?",
    ),
    place_detector(
        "postcode", rf"(?<![\w.,/+-])\d{{4,5}}{_GAP}{_ANY_CITY}(?!\w)(?:{_GAP}\d{{1,2}}(?!\w))?"
    ),
    place_detector("postcode", rf"(?:(?<=,)|(?<=;)|(?<=\n))\s*(?P<value>\d{{5}}){_GAP}{_WORD}"),
    place_detector(
        "postcode",
        rf"(?P<value>\d{{5}}){_GAP}{_WORD}(?:[ -](?:{_WORD}|am|an|der|sur|la|les?|de|del))*",
        whole=True,
    ),
    place_detector(
        "postcode",
        r"\d{4} ?[A-Z]{2}(?:\s+[A-Z][a-z]+)?",
        lambda m: not m[0].endswith(("MG", "ML", "KG")),
        whole=True,
    ),
    place_detector("five-digit code", r"\d{5}", lambda m: 501 <= int(m[0]) <= 99950, whole=True),
)
"""Detectors of element 2 in postcodes."""
