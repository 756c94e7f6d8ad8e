"""Finding dates in any dress of the Gregorian calendar.

A year alone is no identifier; anything finer is, also a month, a quarter, a week or a season.
"""

# ruff: noqa: E501 - a pattern that is cut into lines is harder to read than a long one
from __future__ import annotations

import re
from datetime import date

from analysis.privacy.ages import AGE_DETECTORS
from analysis.privacy.calendars import CALENDAR_DETECTORS
from analysis.privacy.detector import Detector, date_detector
from analysis.privacy.lexicon import alternatives, read_list

__all__ = ["DATE_DETECTORS", "is_calendar_day"]

_WORDS = read_list("dates")
_MONTH = alternatives(_WORDS["months"]) + r"\.?"
_LONG_MONTH = alternatives(_WORDS["months_after_preposition"])
_BEFORE = alternatives(_WORDS["prepositions"], spaces=True)
_HOLIDAY = "(?:" + "|".join(_WORDS["holidays"]) + ")"
_SEASON = alternatives(_WORDS["seasons"])
_YEAR = r"(?:18|19|20|21)\d{2}"
_YEAR_OR_SHORT = rf"(?:{_YEAR}|['’]?\d{{2}})"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_ROMAN = r"(?:VIII|VII|VI|IV|IX|XII|XI|X|V|III|II|I)"
_ALONE, _END = r"(?<![\w.,/+-])", r"(?![\w/]|[.,-]\d)"
_TIME = r"(?:T\d{2}(?![\w:])|[T ,_]\s*\d{1,2}[:h.]?\d{2}(?:[:.]?\d{2}(?:[.,]\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2}|[AaPp]\.?[Mm]\.?)?)?"
_MONTH_NEEDS = r"(?i)" + "|".join(sorted({word[:3].lower() for word in _WORDS["months"]}))


def is_calendar_day(year: int, month: int, day: int) -> bool:
    """Tell whether three numbers are a day of the calendar between 1880 and 2150."""
    try:
        return 1880 <= date(year, month, day).year <= 2150
    except ValueError:
        return False


def _full_year(text: str) -> int:
    """Read a year of four or two digits; two digits are of this century up to 2049."""
    number = int(text.strip("'’"))
    if len(text.strip("'’")) > 2:
        return number
    return number + (2000 if number < 50 else 1900)


def _either_order(match: re.Match[str]) -> bool:
    """Accept day-month-year as well as month-day-year."""
    first, second = int(match["a"]), int(match["b"])
    year = _full_year(match["y"])
    return is_calendar_day(year, second, first) or is_calendar_day(year, first, second)


def _year_first(match: re.Match[str]) -> bool:
    """Accept year-month-day, and year-day-month as some exports have it."""
    year, second, third = int(match["y"]), int(match["b"]), int(match["c"])
    return is_calendar_day(year, second, third) or is_calendar_day(year, third, second)


def _compact(match: re.Match[str]) -> bool:
    """Accept eight digits that are a day in one of the usual orders."""
    text = match["d"]
    year, rest = int(text[:4]), (int(text[4:6]), int(text[6:8]))
    if is_calendar_day(year, *rest):
        return 1900 <= year <= 2099
    last, first, second = int(text[4:]), int(text[:2]), int(text[2:4])
    ordered = is_calendar_day(last, first, second) or is_calendar_day(last, second, first)
    return ordered and 1900 <= last <= 2099


def _ordinal_day(match: re.Match[str]) -> bool:
    """Accept a day of the year, 1 to 366."""
    return 1 <= int(match["n"]) <= 366


def _epoch(match: re.Match[str]) -> bool:
    """Accept seconds, or their thousandth parts, that lie between 1995 and 2033."""
    text = match[0].strip()
    seconds = int(text[:10])
    return 788_918_400 <= seconds < 2_000_000_000


_SEPARATED = (
    date_detector(
        "date",
        rf"{_ALONE}(?P<y>{_YEAR})(?P<s>\s?[-/.]\s?)(?P<b>\d{{1,2}})(?P=s)(?P<c>\d{{1,2}}){_TIME}"
        r"(?![\w/]|[.-]\d)",
        _year_first,
    ),
    date_detector(
        "date",
        rf"{_ALONE}(?P<a>\d{{1,2}})(?P<s>\s?[-/.]\s?)(?P<b>\d{{1,2}})(?P=s)(?P<y>{_YEAR}){_TIME}"
        r"(?![\w/]|[.-]\d)",
        _either_order,
    ),
    date_detector(
        "date",
        rf"{_ALONE}(?P<a>\d{{1,2}})(?P<s>[-/])(?P<b>\d{{1,2}})(?P=s)(?P<y>\d{{2}}){_TIME}{_END}",
        _either_order,
    ),
    date_detector(
        "date",
        rf"{_ALONE}(?P<a>[0-3]\d)\.(?P<b>[01]?\d)\.(?P<y>\d{{2}}){_TIME}{_END}",
        _either_order,
    ),
    date_detector(
        "date",
        r"\b(?:am|vom|den|seit|bis|geb\.?|geboren(?: am)?|ab|zum|dated?|on|since|le|du|el|del)\s+"
        rf"(?P<value>(?P<a>\d{{1,2}})\.\s?(?P<b>\d{{1,2}})\.(?:\s?(?P<y>\d{{2}}))?){_END}",
        lambda m: 1 <= int(m["a"]) <= 31 and 1 <= int(m["b"]) <= 12,
    ),
    date_detector(
        "date",
        r"\b(?:on|dated?|since|until|till|effective|scheduled for|seen|visit(?:ed)?|le|dob|born|admitted|discharged|d/c|dosed|treated|week of|date of "
        rf"birth)[\s:]+(?P<value>(?:1[0-2]|0?[1-9])/{_DAY}){_END}",
    ),
    date_detector(
        "year and month",
        r"\b(?:born|dob|birth|geb\.?|née?|nacid[oa])[\s:]+(?P<value>(?:0?[1-9]|1[0-2])/\d{2})"
        r"(?![\w/])",
    ),
    date_detector(
        "date", r"\b(?:on|by|since|until|before|after) the (?P<value>\d{1,2}(?:st|nd|rd|th))(?!\w)"
    ),
    date_detector("date", r"\b\d{4}年\s?\d{1,2}月(?:\s?\d{1,2}日)?"),
)
_COMPACT = (
    date_detector(
        "date", r"(?<![\w.,/+-])(?P<d>\d{8})(?:T?\d{4,6}(?:\.\d+)?Z?)?(?![\w/]|[.,-]\d)", _compact
    ),
    date_detector(
        "date",
        rf"(?<![\w.-])(?:{_YEAR}[-/ ]?W(?:0?[1-9]|[1-4]\d|5[0-3])(?:-?[1-7])?|W\d{{1,2}}[/-]{_YEAR})(?!\w)",
    ),
    date_detector("date", rf"(?<![\w.-]){_YEAR}-(?P<n>\d{{3}})(?![\w-]|\.\d)", _ordinal_day),
    date_detector(
        "date",
        rf"(?<![\w.-]){_DAY}{_MONTH}(?:{_YEAR}|\d{{2}})(?::\d{{2}}:\d{{2}}(?::\d{{2}})?)?(?!\w)",
    ),
    date_detector("time stamp", r"\d{10}(?:\d{3}){0,3}(?:\.\d+)?", _epoch, whole=True),
    date_detector(
        "time stamp",
        r"\b(?:epoch|timestamp|unix(?: time)?|ts)\b\W{0,4}(?P<value>1\d{9}(?:\d{3})?)\b",
    ),
    date_detector("year and month", r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])", whole=True),
)
_WORDED = (
    date_detector(
        "date",
        rf"(?<![\w-]){_DAY}(?:st|nd|rd|th|er|ème|\.|º|ª)?[\s./-]*(?:of |de |d['’])?\s*{_MONTH}"
        rf"(?:[\s,./-]*(?:de |del )?\s*{_YEAR_OR_SHORT})?{_TIME}(?![\w%])",
        lambda m: (
            not re.fullmatch(r"\d+\s+(?:may|mar|mars|dec|jun|ago|set|sep|out)", m[0], re.IGNORECASE)
            or m[0].split()[-1][0].isupper()
        ),
        needs=_MONTH_NEEDS,
    ),
    date_detector("date", rf"\b(?:le|du|au)\s(?P<value>\d{{1,2}}\s{_MONTH})(?!\w)"),
    date_detector(
        "date",
        rf"(?<![\w-]){_MONTH}[\s./-]*(?:the )?{_DAY}(?:st|nd|rd|th)?"
        rf"(?:(?:,?\s+|\s?[,./-]\s?){_YEAR_OR_SHORT})?{_TIME}(?![\w%/]|\.\d|\s?(?:mg|ml|kg|%))",
        lambda m: m[0][0].isupper(),
        needs=_MONTH_NEEDS,
    ),
    date_detector(
        "date",
        rf"(?<![\w-]){_MONTH}\s+\d{{1,2}}\s+\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s+\w{{2,4}})?\s+{_YEAR}\b",
        needs=_MONTH_NEEDS,
    ),
    date_detector(
        "date",
        rf"(?<![\w-]){_YEAR}[\s./-]?{_MONTH}[\s./-]?{_DAY}(?![\w%])",
        needs=_MONTH_NEEDS,
    ),
    date_detector(
        "year and month",
        rf"(?<![\w-]){_MONTH}(?:\s+of|\s+de|\s+del|,)?[\s./-]*(?:{_YEAR}|['’]\d{{2}}|(?<=[/-])\d{{2}})(?!\w)",
        needs=_MONTH_NEEDS,
    ),
    date_detector("year and month", rf"(?<![\w-]){_YEAR}[\s./-]{_MONTH}(?!\w)", needs=_MONTH_NEEDS),
    date_detector("month", _LONG_MONTH, needs=_MONTH_NEEDS, whole=True),
    Detector(
        element=3,
        kind="month",
        pattern=re.compile(rf"\b(?i:{_BEFORE})[\s-]+(?P<value>(?-i:{_LONG_MONTH}))(?!\w)"),
        accept=lambda m: m["value"][0].isupper() or m["value"] not in {"may", "march", "august"},
        needs=_MONTH_NEEDS,
    ),
    date_detector(
        "date",
        rf"(?<![\w.-]){_DAY}(?P<s>[\s./-]{{1,2}})(?-i:{_ROMAN})(?P=s)(?:{_YEAR}|\d{{2}})(?!\w)"
        rf"|(?<![\w.-])(?-i:{_ROMAN})\s?[/.-]\s?{_YEAR}(?!\w)",
        needs="[IVX]",
    ),
)
_COARSE = (
    date_detector(
        "year and month",
        rf"(?<![\w.,/+-])(?:{_YEAR}\s?[-/.]\s?(?:0[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])\s?[-/]\s?{_YEAR}|(?:0[1-9]|1[0-2])\.(?:19[5-9]\d|20[0-3]\d))"
        r"(?![\w/]|[.-]\d)",
    ),
    date_detector(
        "quarter",
        rf"(?<![\w.])(?:[QT][1-4][\s/,'’-]*(?:of |de )?(?:FY\s?)?(?:{_YEAR}|\d{{2}})|(?:FY\s?)?{_YEAR}[\s/-]?[QT][1-4]"
        rf"|[1-4]\s?Q[\s/-]?(?:{_YEAR}|\d{{2}})"
        r"|(?:[1-4](?:st|nd|rd|th|er|ère|e|º|\.)|first|second|third|fourth|erstes|zweites|drittes|"
        r"viertes|primer|segundo|tercer|cuarto|premier|deuxième|troisième|quatrième)\s+"
        rf"(?:quarter|quartal|trimestre)(?:\s+(?:of|de|del|von)?\s*{_YEAR})?)(?!\w)",
    ),
    date_detector(
        "week",
        r"(?<!\w)(?:KW|CW|calendar week|kalenderwoche|semaine|semana|sem\.|week|wk|woche)\s?\d{1,2}"
        rf"\s*(?:[/,.-]|of|de|in|von|des Jahres)?\s*{_YEAR}(?!\w)",
    ),
    date_detector("week", r"(?<!\w)(?:KW|calendar week|kalenderwoche)\s?\d{1,2}(?!\w)"),
    date_detector(
        "season", rf"(?<!\w){_SEASON}(?:\s+of|\s+de|\s+del|,)?\s+(?:{_YEAR}|['’]\d{{2}})(?!\w)"
    ),
    date_detector(
        "holiday",
        r"(?<!\w)(?-i:Ramadan|Diwali|Hanukkah|Passover|Eid|Easter|Pentecost|Yom Kippur|Nowruz)"
        rf"[\s,]+(?:of )?{_YEAR}(?!\w)",
        needs="[A-Z]",
    ),
    date_detector(
        "holiday",
        rf"(?<!\w)(?-i:{_HOLIDAY})(?:,?\s+{_YEAR})?(?!\w)",
        needs="[A-Zr]",
    ),
)
DATE_DETECTORS: tuple[Detector, ...] = (
    *CALENDAR_DETECTORS,
    *_COMPACT,
    *_SEPARATED,
    *_WORDED,
    *_COARSE,
    *AGE_DETECTORS,
)
"""Detectors of element 3, the surest first."""
