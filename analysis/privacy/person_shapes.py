"""Shapes of columns of numbers that persons have: national numbers, records, plans, licences."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re

from analysis.privacy.check_digits import luhn_valid, verhoeff_valid
from analysis.privacy.shape import Shape, coded_shape, letters_vary, mostly

__all__ = ["LICENCE_SHAPES", "PERSON_SHAPES"]

_MONTH_OF_LICENCE = r"(?:0[1-9]|1[0-2]|5[1-9]|6[0-2])"

PERSON_SHAPES: tuple[Shape, ...] = (
    coded_shape(7, "national identity number", r"756\.?\d{4}\.?\d{4}\.?\d{2}"),
    coded_shape(
        7, "national identity number", r"\d{3}\.\d{3}\.\d{3}[-/]\d{2}|\d{3}-\d{3}-\d{3} \d{2}"
    ),
    coded_shape(
        7,
        "national identity number",
        r"(?:19|20)?\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[6-8]\d|9[01])[-+]\d{4}",
    ),
    coded_shape(
        7,
        "national identity number",
        r"(?:[0-2]\d|3[01])(?:0[1-9]|1[0-2])\d{2}[-+A ]?\d{3}[0-9A-Y]",
    ),
    coded_shape(7, "national identity number", r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]"),
    coded_shape(7, "national identity number", r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d"),
    coded_shape(7, "national identity number", r"\d{2}(?:0[1-9]|1[0-2])[0-3]\d-[1-8]\d{6}"),
    coded_shape(
        7, "national identity number", r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d{4}[\dX]"
    ),
    coded_shape(
        7,
        "national identity number",
        r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}|\d{7}[A-W][A-IW]?|[STFG]\d{7}[A-Z]",
    ),
    coded_shape(
        7,
        "national identity number",
        r"\d{3}[- ]?\d{3}[- ]?\d{3}",
        mostly(lambda t: luhn_valid(re.sub(r"\D", "", t)), 0.95),
    ),
    coded_shape(7, "national identity number", r"[2-9]\d{3} \d{4} \d{4}"),
    coded_shape(7, "national identity number", r"[2-9]\d{11}", mostly(verhoeff_valid, 0.95)),
    coded_shape(
        7,
        "social security number",
        r"[Xx*•#.]{3,5}[- ]?(?:[Xx*•#]{2})?[- ]?\d{4}",
        mostly(lambda t: len(re.findall("[Xx*•#.]", t)) == 5),
    ),
    coded_shape(
        7, "social security number", r"\d{3}[- ][Xx*]{2}[- ][Xx*]{4}|\d{3}[- ]\d{2}[- ][Xx*]{4}"
    ),
    coded_shape(8, "record number with a letter", r"\d{5,8}[-/ ]?[A-Z]{1,2}"),
    coded_shape(
        8, "record number of a year", r"\d{2}(?:\d{2})?[-/]\d{4,7}|\d{4,7}/\d{2}(?:\d{2})?"
    ),
    coded_shape(8, "record number", r"\d{2,3}-\d{2,3}-\d{2,4}"),
    coded_shape(9, "health plan number", r"\d{9}[- ]?(?:[A-FJKMTW]\d{0,2}|[A-Z]\d)"),
    coded_shape(
        9,
        "health plan number",
        r"[A-Z]{3,4}[ -]?\d{8,12}|[A-Z]\d{9}(?:[- ]?\d{2})?|[A-Z]{2}\d{5}[A-Z]",
    ),
    coded_shape(
        9,
        "health plan number",
        r"[2-6]\d{3}[ -]?\d{5}[ -]\d(?:[/ -]\d)?|\d{4}-\d{3}-\d{3}(?:-?[A-Z]{2})?|80\d{18}",
    ),
)
"""Shapes of elements 7 to 9."""

LICENCE_SHAPES: tuple[Shape, ...] = (
    coded_shape(
        11,
        "driving licence",
        rf"[A-Z9]{{5}}\d{_MONTH_OF_LICENCE}[0-3]\d\d[A-Z9]{{2}}[A-Z0-9]{{3}}(?: ?\d{{2}})?",
    ),
    coded_shape(
        11,
        "driving licence",
        r"[A-Z]\d{3}-\d{3}-\d{2}-\d{3}-\d|[A-Z]\d{3}-\d{4}-\d{4}|[A-Z]\d{4}[- ]\d{5}[- ]\d{5}|[A-Z]\d{3}-\d{4}-\d{4}-\d{2}|[A-Z]\d{3}[- ]\d{3}[- ]\d{3}[- ]\d{3}|[A-Z]-?\d{3}-\d{3}-\d{3}(?:-\d{3})?",
    ),
    coded_shape(
        11,
        "driving licence",
        r"\d{3} \d{3} \d{3}|\d{2}-\d{3}-\d{4}|\d{2}[A-Z]{3}\d{5}|[A-Z]{2}\d{7}[A-Z]",
    ),
    coded_shape(11, "licence number", r"[A-Z]\d{7}", letters_vary),
    coded_shape(
        11, "licence number", r"[A-Z]\d{7}", mostly(lambda t: t[0] in "ABDEFNSY"), share=0.9
    ),
    coded_shape(11, "passport number", r"[A-Z]\d{8}|[A-Z]{2}\d{7}"),
    coded_shape(
        11,
        "passport number",
        r"[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{8}|[LMNPRTVWXY][CFGHJKLMNPRTVWXYZ0-9]{8}",
        mostly(lambda t: any(map(str.isdigit, t))),
    ),
    coded_shape(11, "registration of a professional", r"[A-Z]{3}000\d{7}|\d{2}[A-Z]\d{4}[A-Z]"),
)
"""Shapes of element 11."""
