"""Finding ways to reach a person or a machine: e-mail, web, telephone, fax and network addresses."""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import ipaddress
import re

from analysis.privacy.detector import Detector
from analysis.privacy.lexicon import alternatives, read_list

__all__ = ["CONTACT_DETECTORS", "is_us_phone"]

_TLD = (
    "com|org|net|edu|gov|mil|int|io|co|info|biz|me|app|dev|health|clinic|doctor|care|hospital|eu|us|"
    "ly|link|page|uk|ca|de|at|ch|fr|es|it|nl|be|ie|au|nz|se|no|dk|fi|pt|pl|mx|br|ar|cl|in|jp|cn|ru|online|site|blog"
)
_PUBLIC_HOST = re.compile(
    r"(?i)(?:https?://)?(?:[\w-]+\.)*"
    + alternatives(read_list("look_alikes")["public_hosts"])
    + r"(?![\w.-]*\w\.\w)"
)
_OPEN, _SHUT = r"(?<![\w.,/+-])", r"(?!\w|[-.,/]\d)"
_US = r"(?:\+?1[-.\s/]*)?(?:\(\s?[2-9]\d{2}\s?\)|[2-9]\d{2})\s?[-./]?\s?[2-9]\d{2}\s?[-./]?\s?\d{4}"
_US_DIVIDED = (
    r"(?:\+?1[-.\s/]{0,2})?(?:\(\s?[2-9]\d{2}\s?\)[-.\s/]{0,2}[2-9]\d{2}[-.\s/]?\d{4}"
    r"|[2-9]\d{2}[-.\s/][2-9]\d{2}[-.\s/]\d{4}|[2-9]\d{2}[-/ ][2-9]\d{6})"
)
_EXTENSION = r"(?:\s*(?:x|ext\.?|extension|Durchwahl|DW|poste)\s*\d{1,6})?"
_PLUS = r"\+\s?\d{1,3}(?:[\s().\-/]{0,3}\d){7,13}"
_DOUBLE_ZERO = r"00(?:49|44|33|34|1|43|41|31|32|39|353|52)(?:[\s().\-/]{0,2}\d){7,12}"
_FRENCH = r"0[1-9](?:[\s.-]?\d{2}){4}"
_NATIONAL = r"\(?0\d{2,5}\)?[\s/-]{1,3}\d{2,8}(?:[\s/-]?\d{1,6}){0,4}"
_BRITISH_MOBILE = r"07\d{3}\s?\d{3}\s?\d{3}|07\d{3}\s\d{6}|01[5-7]\d{8,9}"
_NUMBER = rf"(?:{_PLUS}|{_DOUBLE_ZERO}|{_US}|{_FRENCH}|{_NATIONAL}|{_BRITISH_MOBILE})"
_FAX = (
    r"(?:tele)?fax(?:ed|es|en|t)?(?:\s?(?:number|no\.?|nr\.?|nummer|n°|#))?|télécopie(?:ur)?|F\s?:"
)
_TEL = (
    r"tel(?:efon|éfono|efono|ephone|\.)?|phone|ph|cell(?:phone)?|mobile?|handy|mobil(?:e|telefon)?|call(?:\s"
    r"(?:back|me|her|him|them))?|text|sms|whats\s?app|portable|móvil|movil|contact|pager|voicemail|rufnummer|"
    r"tél(?:éphone)?\.?|callback|reach(?:ed)?(?:\s\w+)?(?:\sat)?"
)
_LABELLED = r"(?:[\s.:#=(-]|number|no\.?|nr\.?|is|to|at|on|unter|au|al|an){0,6}"


def _digits(text: str) -> str:
    """Keep the digits of a text."""
    return "".join(filter(str.isdigit, text))


def is_us_phone(digits: str) -> bool:
    """Tell whether digits are a telephone number of North America: area code and exchange from 2."""
    local = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    return len(local) == 10 and local[0] in "23456789" and local[3] in "23456789"


def _national(match: re.Match[str]) -> bool:
    """Accept a number with a leading zero that has as many digits as a telephone number."""
    return 9 <= len(_digits(match[0])) <= 13


def _whole_ten(match: re.Match[str]) -> bool:
    """Accept ten digits that are no time stamp and no number with another check digit."""
    return is_us_phone(_digits(match[0])) and int(_digits(match[0])[-10:]) >= 2_000_000_000


def _ip4(match: re.Match[str]) -> bool:
    """Accept four numbers up to 255."""
    return all(int(part) <= 255 for part in match["value"].split("/")[0].split("."))


def _ip6(match: re.Match[str]) -> bool:
    """Accept what the standard library reads as an address."""
    try:
        ipaddress.IPv6Address(match["value"].split("%")[0].split("/")[0])
    except ValueError:
        return False
    return sum(letter.isalnum() for letter in match["value"]) >= 3 or match["value"] == "::1"


def _contact(element: int, kind: str, pattern: str, **more: object) -> Detector:
    """Make a detector that does not tell capitals from small letters."""
    return Detector(
        element=element,
        kind=kind,
        pattern=re.compile(pattern, re.IGNORECASE),
        **more,  # type: ignore[arg-type]
    )


_ADDRESSES = (
    _contact(
        6,
        "e-mail address",
        r"[\w.!#$%&'*+/=?^`{|}~-]{0,64}\w\s?(?:@|＠|\(at\)|\[at\]|\{at\}|\s+at\s+(?=[\w-]+\s?(?:\(dot\)|\[dot\]|"
        r"\sdot\s)))\s?[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\]|\sdot\s)\s?[\w-]+)*"
        r"(?:\.|\s?\(dot\)\s?|\s?\[dot\]\s?|\sdot\s)[a-z][\w-]+",
        raw=True,
        needs=r"(?i)@|＠|\bat\b",
    ),
    _contact(
        14,
        "web address",
        r"\b(?:https?|ftps?|sftp|file|ssh|git|s3|gs|webcal|hxxps?)://[^\s<>\"']+|\bwww\d?\.[\w-]+(?:\.[\w-]+)+"
        r"(?:/[^\s<>\"']*)?|\bmailto:\S+",
        raw=True,
        needs=r"(?i)://|www|mailto:",
        accept=lambda m: _PUBLIC_HOST.match(m[0]) is None,
    ),
    _contact(
        14,
        "web address",
        rf"(?<![\w@.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_TLD})(?::\d{{2,5}})?"
        r"(?:/[^\s<>\"']*)?(?![\w-]|\.\w)",
        accept=lambda m: (
            (re.match(r"[\w-]{2,}\.", m[0]) is not None or "/" in m[0])
            and not m[0][0].isupper()
            and _PUBLIC_HOST.match(m[0]) is None
        ),
        needs=r"\.\w",
    ),
    _contact(18, "name in a social network", r"(?<![\w@./])@[a-z_][\w.]{2,29}(?![\w@])", needs="@"),
    _contact(
        13,
        "network card address",
        r"(?<![\w:.-])(?:[0-9a-f]{2}(?P<s>[:-])(?:[0-9a-f]{2}(?P=s)){4}[0-9a-f]{2}|"
        r"[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})(?![\w:-])",
        accept=lambda m: any(map(str.isalpha, m[0])),  # digits alone are doses or times
    ),
    _contact(
        15,
        "IP address",
        r"(?<![\w.-])(?P<value>\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?)(?![\w-]|\.\d)",
        accept=_ip4,
        needs=r"\.\d",
    ),
    _contact(
        15,
        "part of an IP address",
        r"(?<![\w.-])\d{1,3}\.\d{1,3}\.(?:\d{1,3}\.[x*]{1,3}|[x*]{1,3}\.[x*]{1,3})(?![\w.])",
    ),
    _contact(
        15,
        "IP address",
        r"(?<![\w:.])(?P<value>(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:\d{0,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})?"
        r"(?:%\w+|/\d{1,3})?)(?![\w:])",
        accept=_ip6,
        needs=":",
    ),
)
_SPOKEN = (
    "zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|null|eins|ein|zwei|zwo|drei|vier|fünf|fuenf|sechs|"
    "sieben|acht|neun|zéro|un|deux|trois|quatre|cinq|sept|huit|neuf|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
)
_TENS = (
    "dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|quarante|cinquante|soixante|quatre-vingts?|et|diez|once|doce|trece|"
    "veinte|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|y|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    "ten|eleven|twelve|zwanzig|dreißig|dreissig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig"
)
_NUMBERS = (
    _contact(
        4,
        "telephone number in words",
        rf"(?<!\w)(?:{_SPOKEN})(?:[\s,.-]{{1,3}}(?:{_SPOKEN})){{6,}}(?!\w)|(?<!\w)(?:zero|null|zéro|cero|oh)"
        rf"(?:[\s,.-]{{1,3}}(?:{_SPOKEN}|{_TENS})){{4,}}(?!\w)",
        needs=rf"(?i)(?:{_SPOKEN})[\s,.-]",
    ),
    _contact(
        5,
        "fax number",
        rf"(?<!\w)(?:{_FAX}){_LABELLED}(?P<value>{_NUMBER}|\d{{3}}[-. ]?\d{{4}})(?!\d)",
    ),
    _contact(
        4,
        "telephone number",
        rf"(?<!\w)(?:{_TEL}){_LABELLED}(?P<value>{_NUMBER}{_EXTENSION}|\d{{3}}[-. ]\d{{4}}|\d{{3}}(?:[ .]?\d{{2,3}}){{2,3}}|\d{{2}}(?:[ .]\d{{2,3}}){{3,4}})(?![\w]|[-.]\d)",
    ),
    _contact(
        4,
        "extension of a telephone",
        r"(?<!\w)(?:ext\.?|extension|Durchwahl)[\s:#]*\d{3,5}(?!\w|\.\d)",
    ),
    _contact(4, "telephone number", rf"{_OPEN}{_US_DIVIDED}{_EXTENSION}{_SHUT}"),
    _contact(4, "telephone number", rf"(?<![\w.]){_PLUS}{_SHUT}", needs=r"\+"),
    _contact(4, "telephone number", rf"{_OPEN}{_DOUBLE_ZERO}{_SHUT}", needs="00"),
    _contact(
        4,
        "telephone number",
        rf"{_OPEN}0[1-9](?:(?P<s>[\s.-])\d{{2}})(?:(?P=s)\d{{2}}){{3}}{_SHUT}",
    ),
    _contact(4, "telephone number", rf"{_OPEN}(?:{_BRITISH_MOBILE}){_SHUT}", needs="0"),
    _contact(4, "telephone number", rf"{_OPEN}{_NATIONAL}{_SHUT}", accept=_national, needs="0"),
    _contact(4, "telephone number", rf"{_OPEN}555[-. ]\d{{4}}{_SHUT}", needs="555"),
    _contact(
        4,
        "telephone number",
        r"[6-9]\d{2} \d{3} \d{3}|[6-9]\d{2}(?: \d{2}){3}|0\d{9,10}",
        whole=True,
    ),
    _contact(4, "telephone number", r"1?\d{10}", accept=_whole_ten, whole=True),
)

CONTACT_DETECTORS: tuple[Detector, ...] = (*_ADDRESSES, *_NUMBERS)
"""Detectors of elements 4 to 6, 13 (network cards), 14, 15 and 18 (social networks)."""
