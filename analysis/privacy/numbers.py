"""Finding numbers of persons, accounts, licences, vehicles and devices: by label, shape or digit."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re
from collections.abc import Callable

from analysis.privacy.check_digits import (
    dea_valid,
    iban_valid,
    luhn_valid,
    nhs_valid,
    npi_valid,
    verhoeff_valid,
    vin_valid,
)
from analysis.privacy.detector import Detector
from analysis.privacy.lexicon import alternatives, read_list
from analysis.privacy.plates import PLATE_DETECTORS

__all__ = ["LONG_NUMBERS", "NUMBER_DETECTORS", "ssn_valid"]

_OPEN, _SHUT = r"(?<![\w.,/+-])", r"(?!\w|[-.,/]\d)"
_NUMBER_WORD = r"(?:numbers?|num|no\.?|nr\.?|id|ids|nummer|número|numero|núm\.?|n[°º]|n\.º|#|code)"
_LINK = r"[\s.:#=(]*(?:is|was|ist|lautet|est|es|ending(?:\s+in)?|last\s?(?:4|four))?[\s:#=(]*"
_VALUE = (
    r"(?P<value>(?=[A-Z0-9./-]*\d)[A-Z0-9](?:[A-Z0-9./-]*[A-Z0-9])?(?:[ ](?=[A-Z]*\d)[A-Z0-9-]{1,12}){0,5}"
    r"|[X*•]{2,40}[\sX*•-]{0,40}\d{4})(?!\w)"
)


_DATE_LIKE = re.compile(
    r"(?:19|20)\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}(?: .*)?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ].*)?"
    r"|\d{1,2}-\d{1,2}-(?:19|20)\d{2}|(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d"
    r"|\d{1,2}-?[A-Za-z]{3}-?\d{2,4}"
)
_SURE_LABEL = re.compile(
    r"(?i)(?:licen[cs]e|lic|permit|chart|policy|member|claim|serial|badge|lot|implant)\b"
)
_PLATE = (
    r"(?P<value>[A-ZÄÖÜ0-9]{1,17}(?:[ -](?=[A-Z]{0,3}\d|[A-Z]{1,3}\b)[A-Z0-9]{1,4}){0,3})(?!\w)"
)


def _digits(text: str) -> str:
    """Keep the digits of a text."""
    return "".join(filter(str.isdigit, text))


def ssn_valid(number: str) -> bool:
    """Tell whether nine digits can be a social security number.

    Areas 000, 666 and 900 to 999, group 00 and serial 0000 have never been given out.

    Examples
    --------
    >>> ssn_valid("219-45-6789"), ssn_valid("666-45-6789"), ssn_valid("900-45-6789")
    (True, False, False)
    """
    digits = _digits(number)
    if len(digits) != 9:
        return False
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


def _enough_digits(match: re.Match[str]) -> bool:
    """Accept what follows a label when it has three digits or more and is no date.

    After an ordinary word alone, as in "account 44821199", it needs six digits, or five with
    letters.
    """
    value = match["value"]
    n_digits = len(_digits(value))
    if n_digits < 3 or _DATE_LIKE.fullmatch(value):
        return False
    if match.groupdict().get("bare") is None:
        return True
    lettered = any(map(str.isalpha, value))
    if _SURE_LABEL.match(match[0]):
        return n_digits >= 5 - lettered
    return n_digits >= 6 or (n_digits >= 5 and lettered)


def _is_plate_like(match: re.Match[str]) -> bool:
    """Accept what follows a label of vehicles: letters and digits, or three digits."""
    value = match["value"]
    return bool(_digits(value)) and (any(map(str.isalpha, value)) or len(_digits(value)) >= 3)


def _by(test: Callable[[str], bool]) -> Callable[[re.Match[str]], bool]:
    """Test the digits and letters of a match."""
    return lambda match: test("".join(filter(str.isalnum, match["value"])))


def _dni_valid(text: str) -> bool:
    """Test the letter of a Spanish identity number."""
    number = text.upper()
    number = number[0].translate(str.maketrans("XYZ", "012")) + number[1:]
    return number[:-1].isdigit() and "TRWAGMYFPDXBNJZSQVHLCKE"[int(number[:-1]) % 23] == number[-1]


def _nir_valid(text: str) -> bool:
    """Test the two check digits of a French social security number."""
    number = text.upper().replace("2A", "19").replace("2B", "18")
    return len(number) == 15 and number.isdigit() and 97 - int(number[:13]) % 97 == int(number[13:])


def _kvnr_valid(text: str) -> bool:
    """Test the check digit of a German health insurance number."""
    digits = f"{ord(text[0].upper()) - 64:02d}{text[1:]}"
    products = [int(digit) * (1 + place % 2) for place, digit in enumerate(digits[:10])]
    return sum(product // 10 + product % 10 for product in products) % 10 == int(digits[10])


def _is_no_concept(match: re.Match[str]) -> bool:
    """Leave SNOMED CT identifiers alone: partition 00 to 02 or 10 to 12 and a check digit."""
    digits = match["value"]
    concept = digits[-3:-1] in {"00", "01", "02", "10", "11", "12"} and digits[0] != "0"
    return not (concept and len(digits) <= 18 and verhoeff_valid(digits))


def _labelled() -> tuple[Detector, ...]:
    """Make the detectors of the labels in the data file."""
    detectors = []
    for entry in read_list("labels")["labels"]:
        clear = alternatives(entry["clear"], spaces=True)
        parts = [rf"{clear}[\s.:#-]*{_NUMBER_WORD}?"]
        if entry["ordinary"]:
            ordinary = alternatives(entry["ordinary"], spaces=True)
            parts.append(rf"{ordinary}\s*(?:{_NUMBER_WORD}(?!\w)|(?=[:#=])|(?P<bare>(?=\s)))")
        detectors.append(
            Detector(
                element=entry["element"],
                kind=entry["kind"],
                pattern=re.compile(
                    rf"(?<![\w-])(?:{'|'.join(parts)}){_LINK}"
                    rf"{_PLATE if entry['element'] == 12 else _VALUE}",
                    re.IGNORECASE,
                ),
                accept=_is_plate_like if entry["element"] == 12 else _enough_digits,
            )
        )
    return tuple(detectors)


def _shape(
    element: int,
    kind: str,
    pattern: str,
    accept: Callable[[re.Match[str]], bool] | None = None,
    *,
    whole: bool = False,
) -> Detector:
    """Make a detector of a shape; capitals count."""
    return Detector(
        element=element, kind=kind, pattern=re.compile(pattern), accept=accept, whole=whole
    )


_USER = (
    r"(?i)(?<!\w)(?:user[ _-]?(?:name|id)|login|log-in|Benutzername|identifiant|usuario|screen name|handle|skype|instagram|twitter|"
    r"facebook|whatsapp|telegram)\s?[:=]\s?(?P<value>[\w.@-]{3,})"
)
_SSN_SHAPE = rf"{_OPEN}(?P<value>\d{{3}}(?P<s>[- –])\d{{2}}(?P=s)\d{{4}})(?![\w]|[-./]\d)"
_SHAPES = (
    _shape(7, "social security number", _SSN_SHAPE, lambda m: ssn_valid(m["value"])),
    _shape(7, "social security number", r"(?<!\w)[Xx*•]{3}-[Xx*•]{2}-\d{4}(?!\w)"),
    _shape(
        7,
        "social security number",
        rf"{_OPEN}(?P<value>[12]\s?\d{{2}}\s?(?:0[1-9]|1[0-2]|[2-9]\d)\s?(?:\d{{2}}|2[AB])\s?\d{{3}}\s?\d{{3}}\s?\d{{2}}){_SHUT}",
        _by(_nir_valid),
    ),
    _shape(7, "social security number", r"(?<!\w)[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)"),
    _shape(
        7,
        "social security number",
        rf"{_OPEN}\d{{2}}\s?[0-3]\d[01]\d\d{{2}}\s?[A-Z]\s?\d{{3}}{_SHUT}",
    ),
    _shape(
        9,
        "health plan number",
        r"(?<!\w)[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}(?!\w)",
    ),
    _shape(9, "health plan number", r"(?<!\w)(?P<value>[A-Z]\d{9})(?!\w)", _by(_kvnr_valid)),
    _shape(8, "NHS number", rf"{_OPEN}(?P<value>\d{{3}} \d{{3}} \d{{4}}){_SHUT}", _by(nhs_valid)),
    _shape(
        10,
        "account number",
        r"(?<!\w)(?P<value>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?)(?!\w)",
        lambda m: iban_valid(m["value"]),
    ),
    _shape(
        10,
        "card number",
        rf"{_OPEN}(?P<value>(?:4\d{{3}}|5[1-5]\d\d|2[2-7]\d\d|6011|65\d\d)(?P<s>[ -]?)\d{{4}}(?P=s)\d{{4}}(?P=s)\d{{4}}|3[47]\d\d[ -]?\d{{6}}[ -]?\d{{5}}){_SHUT}",
        _by(luhn_valid),
    ),
    _shape(
        10,
        "last digits of a card",
        r"(?<!\w)(?i:visa|master ?card|amex|(?:debit |credit |discover |gift )?card|acct|account)\.?\s(?i:no\.?\s|nr\.?\s|ending\s(?:in\s)?|x{1,4}[ -]?|#\s?|[*•.]{1,4}\s?)?(?P<value>\d{4})(?!\w|[.,/-]\d)",
        lambda m: not re.fullmatch("(?:19|20)\\d\\d", m["value"]) or "ending" in m[0],
    ),
    _shape(
        10,
        "account number",
        r"(?<!\w)(?:INV|CLM|ACCT|CHK|RCPT)[-# ]?\d{4,}(?!\w)|(?i:\bche(?:ck|que)\s?(?:no\.?|#)\s?)\d{3,}(?!\w)",
    ),
    _shape(11, "DEA number", r"(?<!\w)(?P<value>[A-Z][A-Z9]\d{7})(?!\w)", _by(dea_valid)),
    _shape(11, "national provider identifier", r"(?P<value>[12]\d{9})", _by(npi_valid), whole=True),
    _shape(
        11,
        "national identity number",
        rf"{_OPEN}(?P<value>(?:\d{{8}}|[XYZ]-?\d{{7}})-?[A-Z])(?!\w)",
        _by(_dni_valid),
    ),
    _shape(
        16,
        "number of a stored print",
        r"(?i)(?<!\w)(?:finger|thumb|palm|voice|face|facial|retinal?|iris|foot)[ -]?(?:print|scan|template|image)s?\b[^\d\n]{0,20}?(?P<value>[A-Z]{0,4}-?\d{3,})(?!\w|[.,]\d)",
    ),
    _shape(
        12,
        "vehicle identification number",
        r"(?<!\w)(?P<value>(?=[A-Z0-9]*[A-Z])[A-HJ-NPR-Z0-9]{17})(?!\w)",
        _by(vin_valid),
    ),
    _shape(
        12,
        "licence plate",
        r"(?<![\w-])(?:[A-HJ-NP-TV-Z]{2}-\d{3}-[A-HJ-NP-TV-Z]{2}|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ -]?\d{3,4}[EH]?)(?![\w-])",
    ),
    _shape(
        12,
        "licence plate",
        r"[A-ZÄÖÜ]{1,3}[ -][A-Z]{1,2} ?[1-9]\d{1,3}[EH]?|[A-Z]{2}\d{2} [A-Z]{3}|\d{4} ?[BCDFGHJ-NP-TV-Z]{3}|[A-Z]{3}[- ]\d{4}|\d[A-Z]{3}\d{3}",
        lambda m: not m[0].startswith(("HAM", "CGI", "SF")),
        whole=True,
    ),
    _shape(
        13,
        "unique device identifier",
        r"\(01\)\d{14}(?:\(\d{2,3}\)[\w./-]+)*|(?<!\w)\+[A-Z]\d{3}[A-Z0-9]{2,18}\d/\$*[\w/$+-]+|=/[A-Z0-9]{5,}=[\w=,&]+",
    ),
    _shape(13, "unique device identifier", rf"{_OPEN}01\d{{14}}(?:1[17]\d{{6}}|21\w+|10\w+)+"),
    _shape(
        13,
        "equipment identity number",
        rf"{_OPEN}(?P<value>\d{{2}}-?\d{{6}}-?\d{{6}}-?\d){_SHUT}",
        _by(luhn_valid),
    ),
)
_LONG = (
    _shape(
        7,
        "nine-digit number",
        r"(?P<value>\d{9})",
        lambda m: ssn_valid(m[0]) and _is_no_concept(m),
        whole=True,
    ),
    _shape(18, "long number", r"(?<![\w.-])[ABD-Z][A-Z]{0,2}-?\d{7,}(?![\w-])"),
    _shape(
        18,
        "long number",
        r"(?<![\w.,/+-])(?P<value>\d{7,})(?!\w|[-.,/]\d|\s?(?:mg|ml|IU|copies|cells|%))",
        _is_no_concept,
    ),
    _shape(
        18,
        "long number",
        r"(?<![\w.,/+-])\d{2,}(?:-\d{2,}){2,}(?!\w|[-.,/]\d)",
        lambda m: len(_digits(m[0])) >= 7,
    ),
)

NUMBER_DETECTORS: tuple[Detector, ...] = (
    *_labelled(),
    Detector(element=18, kind="user name", pattern=re.compile(_USER), needs="[:=]"),
    *PLATE_DETECTORS,
    *_SHAPES,
)
"""Detectors of elements 7 to 13, 16 and 18 by label, shape or check digit."""

LONG_NUMBERS: tuple[Detector, ...] = _LONG
"""What is left: runs of digits too long for a measurement. They come last."""
