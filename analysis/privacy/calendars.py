"""Finding dates of other calendars: Japanese eras, Minguo, Buddhist, Hijri and Persian years."""

from __future__ import annotations

import re

from analysis.privacy.detector import Detector, date_detector

__all__ = ["CALENDAR_DETECTORS"]

_ERA = "令和|平成|昭和|大正|明治|Reiwa|Heisei|Sh[oō]wa|Taish[oō]|Meiji"
_MONTH, _DAY = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_LONGEST_ERAS = {"r": 40, "h": 31, "s": 64, "t": 15, "m": 45}


def _in_era(match: re.Match[str]) -> bool:
    """Accept a year that the era has."""
    return 1 <= int(match["y"]) <= _LONGEST_ERAS[match["e"].casefold()]


CALENDAR_DETECTORS: tuple[Detector, ...] = (
    date_detector(
        "date of a Japanese era",
        rf"(?:{_ERA})\s?(?:\d{{1,2}}|元)\s?(?:年|[./-])\s?{_MONTH}(?:\s?(?:月|[./-])(?:\s?{_DAY}\s?日?)?)?",
        needs="年|[RHSTMrhstm令平昭大明]",
    ),
    date_detector(
        "date of a Japanese era",
        rf"(?<![\w.-])(?P<e>[RHSTM])\.?\s?(?P<y>\d{{1,2}})(?P<s>[./-]){_MONTH}(?P=s){_DAY}(?![\w]|[./-]\d)",
        _in_era,
    ),
    date_detector(
        "date of a Japanese era",
        r"(?P<e>[RHS])(?P<y>\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
        _in_era,
        whole=True,
    ),
    date_detector(
        "date of the Minguo calendar",
        rf"(?:民國|民国|ROC)\s?\d{{2,3}}\s?(?:年|[./-])\s?{_MONTH}(?:\s?(?:月|[./-])(?:\s?{_DAY}\s?日?)?)?",
        needs="民|(?i:roc)",
    ),
    date_detector(
        "date of the Buddhist calendar",
        rf"(?<![\w./-])(?:{_DAY}(?P<s>[./-]){_MONTH}(?P=s)25[4-9]\d|25[4-9]\d(?P<t>[./-]){_MONTH}(?P=t){_DAY})(?![\w]|[./-]\d)",
        needs="25",
    ),
    date_detector(
        "date of the Hijri or Persian calendar",
        rf"(?<![\w./-])(?:1[34]\d{{2}}(?P<s>[/-]){_MONTH}(?P=s){_DAY}|{_DAY}(?P<t>[/-]){_MONTH}(?P=t)1[34]\d{{2}})(?![\w]|[./-]\d)",
        needs="1[34]",
    ),
    date_detector(
        "date of the Hijri or Persian calendar",
        r"\d{1,2}\s(?:Muharram|Safar|Rabi|Jumada|Rajab|Sha['’]?ban|Ramadan|Shawwal|Dhu|Farvardin|Ordibehesht|Khordad|Tir|Mordad|Shahrivar|Mehr|Aban|Azar|Dey|Bahman|Esfand|Tishrei|Cheshvan|Kislev|Tevet|Shevat|Adar|Nisan|Iyar|Sivan|Tammuz|Elul)\b[\w\s'’-]{0,12}\d{4}",
    ),
    date_detector(
        "date",
        rf"\d{{4}}\s?년\s?{_MONTH}\s?월(?:\s?{_DAY}\s?일)?|{_MONTH}\s?[月월]\s?{_DAY}\s?[日号일]",
        needs="[年月년월]",
    ),
    date_detector("day and month", rf"{_DAY}\.{_MONTH}\.", whole=True),
)
"""Detectors of element 3 in other calendars and scripts."""
