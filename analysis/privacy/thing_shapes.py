"""Shapes of columns of numbers that things have: accounts, vehicles, devices."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.privacy.check_digits import luhn_valid
from analysis.privacy.lexicon import read_list
from analysis.privacy.shape import Shape, coded_shape, letters_vary, mostly

__all__ = ["ACCOUNT_SHAPES", "DEVICE_SHAPES", "VEHICLE_SHAPES"]

_STATES = "|".join(read_list("places")["states"])
_PLATE = "letters and digits of a plate"
_COUNTRIES = "AD|AE|AR|AT|AU|BE|BG|BR|CA|CH|CL|CN|CO|CY|CZ|DE|DK|EE|ES|FI|FR|GB|GR|HK|HR|HU|IE|IL|IN|IS|IT|JP|KR|LI|LT|LU|LV|MC|MT|MX|NL|NO|NZ|PL|PT|RO|RS|RU|SA|SE|SG|SI|SK|SM|TH|TR|UA|US|VA|ZA"


def _is_unicast(text: str) -> bool:
    """Tell whether twelve hexadecimal digits can be the address of one card."""
    return int(text[1], 16) % 2 == 0


def _are_cards_of_machines(texts: Sequence[str]) -> bool:
    """Accept hexadecimal digits with letters among them that are all addresses of one card."""
    return all(map(_is_unicast, texts)) and any(text.lower() != text.upper() for text in texts)


ACCOUNT_SHAPES: tuple[Shape, ...] = (
    coded_shape(
        10,
        "bank code",
        rf"[A-Z]{{4}}(?:{_COUNTRIES})[A-Z0-9]{{2}}(?:[A-Z0-9]{{3}})?",
        mostly(lambda t: not t.isalpha() or len(t) in {8, 11}),
        least=3,
        share=0.9,
    ),
    coded_shape(
        10,
        "last digits of a card",
        r"[Xx*•·.…#-]{1,4}(?:[\s-]?[Xx*•·.…#]{4}){0,3}[\s-]?\d{4}",
        mostly(lambda t: len(re.findall("[Xx*•·.…#]", t)) != 5),
    ),
    coded_shape(10, "last digits of a card", r"\d{4,6}[\s-]?(?:[Xx*•]{2,4}[\s-]?){1,3}\d{4}"),
    coded_shape(
        10,
        "last digits of a card",
        r"(?i)(?:visa|master ?card|mc|amex|discover|diners|maestro|girocard|ec|debit|credit|card|karte|carte|tarjeta|checking|savings|acct|account|konto)\b\D{0,24}\d{3,4}",
    ),
    coded_shape(
        10,
        "account number",
        r"(?i)[A-Z]{2}[\dx*•]{2}(?:\s?[\dx*•]{2,4}){3,8}",
        mostly(lambda t: re.search("[xX*•]{2}", t) is not None or sum(map(str.isdigit, t)) >= 12),
    ),
    coded_shape(
        10, "account number", r"\d{2}-\d{2}-\d{2}[ /,-]+\d{6,8}|\d{6}[ /]\d{8}|\d{8,9}[ /-]\d{6,12}"
    ),
    coded_shape(
        10,
        "account number",
        r"(?:cus|ch|pi|pm|in|ii|sub|si|acct|card|ba|txn|re|py|tok|src|seti|cs|cn|po|tr|req|prod|price|evt|sq|sqr|inv|pay|ord)_(?:test_|live_)?[A-Za-z0-9]{8,}",
    ),
    coded_shape(
        10,
        "wallet",
        r"bc1[02-9ac-hj-np-z]{20,80}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|0x[0-9a-fA-F]{40}",
    ),
)
"""Shapes of element 10."""

VEHICLE_SHAPES: tuple[Shape, ...] = (
    coded_shape(
        12,
        _PLATE,
        r"[A-Z]{2,3}[- ·]?\d{3,4}[A-Z]?|\d{3,4}[- ·]?[A-Z]{2,3}|\d[A-Z]{3}\d{3}|[A-Z]{3}[- ]?[A-Z]\d{2}|[A-Z]{2}[- ]?\d{5}|\d{3}[- ]?[A-Z]\d{2}|\d{2}[A-Z][- ]?\d{3}|\d{2}[- ]?[A-Z]{3}[- ]?\d{1,2}|[A-Z]\d{2}[- ]?\d[A-Z]{2}|\d[A-Z]{2}[- ]?[A-Z]?\d{2,3}|[A-Z]{3}\d[A-Z]\d{2}|\d{3}[- ]?[A-Z]{3}|[A-Z]\d{2}[- ]?[A-Z]{3}|[A-Z]{3}[- ]?\d{2}[A-Z]",
        letters_vary,
        least=5,
        share=0.85,
    ),
    coded_shape(
        12,
        _PLATE,
        r"[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]{2}[- ]?\d{3}[- ]?[A-Z]{2}|[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2}[- ]?[1-9]\d{0,3}[EH]?|\d{4}[- ]?[BCDFGHJ-NP-TV-Z]{3}|[A-Z]\d{1,3}[- ]?[A-Z]{3}|[A-Z]{3}[- ]?\d{1,3}[A-Z]",
        letters_vary,
        least=4,
        share=0.85,
    ),
    coded_shape(
        12,
        _PLATE,
        rf"(?:{_STATES})[ :/-](?:\d[A-Z] ?[A-Z]?\d{{3,5}}[A-Z]?|\d{{1,3}}[ -]?[A-Z]{{2,3}}(?:[ -]?\d{{1,4}})?|[A-Z]{{2,3}}[ -]?\d{{3,4}}|[A-Z]{{3}}[ -]?\d[A-Z]\d)",
        least=3,
    ),
    coded_shape(
        12,
        _PLATE,
        r"[A-Z]{2}-\d{3}-[A-Z]|\d{2}-[A-Z]{3}-\d|[A-Z]-\d{3}-[A-Z]{2}|\d{2}-[A-Z]{2}-[A-Z]{2}|[A-Z]{2}-[A-Z]{2}-\d{2}|\d{2}-\d{2}-[A-Z]{2}|[A-Z]{2}-\d{2}-\d{2}|\d-[A-Z]{3}-\d{2,3}|\d{3}-[A-Z]{2}-\d",
        least=4,
    ),
    coded_shape(
        12,
        _PLATE,
        r"(?:AG|AI|AR|BE|BL|BS|FR|GE|GL|GR|JU|LU|NE|NW|OW|SG|SH|SO|SZ|TG|TI|UR|VD|VS|ZG|ZH) ?\d{3,6}",
        least=4,
    ),
    coded_shape(12, _PLATE, r"[A-ZÄÖÜ]{1,2}[- ]\d{2,6} ?[A-Z]{1,3}", least=4),
    coded_shape(
        12,
        _PLATE,
        r"[\u4e00-\u9fff]{1,4} ?\d{2,3} ?[ぁ-ん] ?[\d・]{1,2}-?\d{2}|[\u4e00-\u9fff][A-Z]·?[A-Z0-9]{5,6}|[АВЕКМНОРСТУХ]\d{3}[АВЕКМНОРСТУХ]{2} ?\d{2,3}|\d{2,3}[가-힣] ?\d{4}",
    ),
    coded_shape(
        12,
        "vehicle identification number",
        r"(?=[A-Z0-9]*[A-Z])(?=[A-Z0-9]*\d)[A-HJ-NPR-Z0-9]{13}\d{4}",
    ),
    coded_shape(
        12,
        "hull or tail number",
        r"[A-Z]{2}-?[A-Z]{3}[A-Z0-9]{5}[A-L]\d{3}|[A-Z]{3}[A-Z0-9]{5}[A-L]\d[0-9]{2}|N[1-9]\d{0,3}[A-HJ-NP-Z]{1,2}|N[1-9]\d{2,4}",
    ),
)
"""Shapes of element 12."""

DEVICE_SHAPES: tuple[Shape, ...] = (
    coded_shape(
        13,
        "network card address",
        r"[0-9a-f]{12}|[0-9A-F]{12}",
        _are_cards_of_machines,
        least=6,
        share=0.95,
    ),
    coded_shape(
        13,
        "network card address",
        r"(?i)[0-9a-f]{2}(?:[:-][0-9a-f]{2}){7}|[0-9a-f]{6}-[0-9a-f]{6}|[0-9a-f]{4}(?:[.:-][0-9a-f]{4}){2,3}|[0-9a-f]{2}(?: [0-9a-f]{2}){5}",
    ),
    coded_shape(13, "number of a SIM card", r"89\d{16,18}F?"),
    coded_shape(
        13,
        "equipment identity number",
        r"\d{15}(?:\d{2})?",
        mostly(lambda t: luhn_valid(t[:15]), 0.95),
    ),
    coded_shape(13, "device identifier", r"\d{8}-[0-9A-F]{16}|[0-9a-fA-F]{16}", least=3),
    coded_shape(
        13,
        "unique identifier of a study or picture",
        r"[0-2](?:\.\d+){5,}",
        mostly(lambda t: len(t) >= 20),
    ),
)
"""Shapes of element 13."""
