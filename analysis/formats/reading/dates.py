"""Reading texts as calendar days, without ever guessing which number is the month.

Only the order that the mapping says is read. Year-first dates and names of months have one meaning
and are always read; everything else that does not fit becomes a reason.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.formats.reading.clock import read_clock

__all__ = ["DateForm", "Dates", "read_dates"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_TAIL = re.compile(r"(?P<date>.*?\d)[t\s,]+(?P<time>\d{1,2}:\d{2}.*)")
_MARK = r"\s*[-/.\s]\s*"
_PARTS = ("form", "a", "b", "y", "m", "d")
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+")
_FORMS = {
    "year first": rf"(?P<y>\d{{4}}){_MARK}(?P<m>\d{{1,2}}){_MARK}(?P<d>\d{{1,2}})",
    "year last": rf"(?P<a>\d{{1,2}}){_MARK}(?P<b>\d{{1,2}}){_MARK}(?P<y>\d{{4}}|\d{{2}})",
    "day and name": r"(?P<d>\d{1,2})[-/.,\s]*(?P<name>[a-z]{3,9})[-/.,\s]+"
    r"(?P<y>\d{4}|\d{2})",
    "name first": r"(?P<name>[a-z]{3,9})\.?\s*(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+"
    r"(?P<y>\d{4})",
}
_PATTERNS = {form: re.compile(pattern) for form, pattern in _FORMS.items()}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_SERIAL_DAYS = (20_000, 60_000)  # 1954 to 2064
_EXCEL_ZERO = -25_569  # the day that Excel counts as 0, in days from 1970
_YEARS = (1900, 2099)
_EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, kw_only=True)
class DateForm:
    """How dates are written in a column.

    Parameters
    ----------
    order : str
        "dmy", "mdy", "ymd", "serial" (days as Excel counts them), a format with per cent signs as
        in Python's ``strptime``, or empty when it is not said.
    first_two_digit_year : int, optional
        Year that the smallest two-digit year means: with 1930, 30 is 1930 and 29 is 2029.
    serial : bool
        Whether numbers of days as Excel counts them are dates too.
    """

    order: str = ""
    first_two_digit_year: int | None = None
    serial: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Dates:
    """What the entries of a column mean as dates.

    Parameters
    ----------
    days : numpy.ndarray, shape (n_entries,)
        Days from 1970-01-01; NaN where a text could not be read.
    minutes : numpy.ndarray, shape (n_entries,)
        Minutes from midnight; NaN where no time stands.
    unreadable, unordered, reversed_order, two_digit, serial : numpy.ndarray of bool
        Why a text could not be read: no date; the order is not said; it fits only the other
        order; the century is not said. `serial`: read as a number of days.
    mixed : bool
        Whether true dates and texts stand together so that some have day and month exchanged.
    fits : str
        The order that fits every text of which the order is in question: "dmy", "mdy", "both" or
        "neither".
    """

    days: Floats
    minutes: Floats
    unreadable: Flags
    unordered: Flags
    reversed_order: Flags
    two_digit: Flags
    serial: Flags
    mixed: bool
    fits: str


def read_dates(texts: Sequence[str], form: DateForm) -> Dates:
    """Read every text as a date, by the order that is said.

    Parameters
    ----------
    texts : sequence of str
        Entries of a column, without spaces at the ends.
    form : DateForm
        How the dates are written.

    Returns
    -------
    Dates
        Days, and a reason for every text that has none.

    Examples
    --------
    >>> read = read_dates(["2024-03-05", "3 April 2024", "06/05/2024"], DateForm(order="dmy"))
    >>> read.days.tolist()
    [19787.0, 19816.0, 19849.0]
    >>> read_dates(["06/05/2024"], DateForm()).unordered.tolist()
    [True]
    """
    if "%" in form.order:
        return _by_format(texts, form.order)
    forms, parts = _parts(texts)
    last = forms == "year last"
    first, second = parts["a"], parts["b"]
    day_first = form.order == "dmy"
    parts["d"] = np.where(last, first if day_first else second, parts["d"])
    parts["m"] = np.where(last, second if day_first else first, parts["m"])
    parts["y"], two_digit = _whole_years(parts["y"], form)
    days = _days(parts["y"], parts["m"], parts["d"])
    serial = _serials(texts, form)
    days = np.where(np.isnan(serial), days, np.floor(serial) + _EXCEL_ZERO)
    minutes = np.where(np.isnan(serial), parts["minutes"], np.round(serial % 1 * 1440))
    unordered = last & (form.order not in {"dmy", "mdy"})
    other = _days(parts["y"], parts["d"], parts["m"])
    reversed_order = last & ~unordered & np.isnan(days) & ~np.isnan(other)
    days = np.where(unordered | two_digit, np.nan, days)
    return Dates(
        days=days,
        minutes=minutes,
        unreadable=np.isnan(days) & ~unordered & ~reversed_order & ~two_digit,
        unordered=unordered,
        reversed_order=reversed_order & ~two_digit,
        two_digit=two_digit & ~unordered,
        serial=~np.isnan(serial),
        mixed=_exchanged(forms, parts, days, ~np.isnan(serial), form),
        fits=_fitting_order(first[last], second[last]),
    )


def _parts(texts: Sequence[str]) -> tuple[npt.NDArray[np.object_], dict[str, Floats]]:
    """Take every text apart into numbers, by the first form that it has."""
    split = [_date_and_time(text) for text in texts]
    # days repeat even where moments do not, so that each is taken apart once
    day, days = pd.factorize(np.array([date for date, _ in split] + [""], dtype=object))
    clock, clocks = pd.factorize(np.array([time for _, time in split] + [""], dtype=object))
    table = pd.DataFrame([_part(date) for date in days], columns=list(_PARTS)).iloc[day[:-1]]
    minutes = np.where(clocks == "", 0.0, read_clock(list(clocks)))[clock[:-1]]
    numbers = {name: table[name].to_numpy(dtype=np.float64) for name in _PARTS[1:]}
    timed = clocks[clock[:-1]] != ""
    broken = timed & np.isnan(minutes)
    numbers["y"] = np.where(broken, np.nan, numbers["y"])
    form = np.where(broken, "", table["form"].to_numpy(dtype=object))
    return form, {**numbers, "minutes": np.where(timed, minutes, np.nan)}


def _date_and_time(text: str) -> tuple[str, str]:
    """Separate the time behind a date from it."""
    plain = text.casefold().strip()
    found = _TAIL.fullmatch(plain)
    return (plain, "") if found is None else (found["date"], found["time"])


def _part(text: str) -> tuple[str, float, float, float, float, float]:
    """Take the text of a day apart; NaN for what it does not say."""
    plain = _WEEKDAY.sub("", text)
    for form, pattern in _PATTERNS.items():
        found = pattern.fullmatch(plain)
        if found is None:
            continue
        said = found.groupdict()
        month = _month(said["name"]) if "name" in said else _float(said.get("m"))
        day = _float(said.get("d"))
        year = _float(said["y"]) if len(said["y"]) == 4 else -1.0 - float(said["y"])
        ends = _float(said.get("a")), _float(said.get("b"))
        return form, *ends, year, month, day
    nothing = float("nan")
    return "", nothing, nothing, nothing, nothing, nothing


def _float(text: str | None) -> float:
    """Read digits; NaN for a part that a form does not have."""
    return float("nan") if text is None else float(text)


def _month(name: str) -> float:
    """Find the number of a month by its English name or the beginning of it."""
    found = [n for n, month in enumerate(_MONTHS, start=1) if month.startswith(name)]
    return float(found[0]) if found else float("nan")


def _whole_years(years: Floats, form: DateForm) -> tuple[Floats, Flags]:
    """Give two-digit years (held as -1 - year) their century, or say that it is not known."""
    short = years < 0
    if form.first_two_digit_year is None:
        return np.where(short, -1.0 - years + 2000.0, years), short
    first = form.first_two_digit_year
    whole = first + np.mod(-1.0 - years - first, 100.0)
    return np.where(short, whole, years), np.zeros(len(years), dtype=bool)


def _days(years: Floats, months: Floats, days: Floats) -> Floats:
    """Count days from 1970; NaN for a date that does not exist or lies outside the years."""
    known = ~(np.isnan(years) | np.isnan(months) | np.isnan(days))
    known &= (years >= _YEARS[0]) & (years <= _YEARS[1]) & (months >= 1) & (months <= 12)
    counted = np.full(len(years), np.nan)
    for row in np.flatnonzero(known):  # over the different texts of a column, not its rows
        year, month, day = int(years[row]), int(months[row]), int(days[row])
        if 1 <= day <= _month_length(year, month):
            counted[row] = dt.date(year, month, day).toordinal() - _EPOCH
    return counted


def _month_length(year: int, month: int) -> int:
    """Count the days of a month."""
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return (following - dt.timedelta(days=1)).day


def _serials(texts: Sequence[str], form: DateForm) -> Floats:
    """Read numbers of days as Excel counts them, where they may stand."""
    if not (form.serial or form.order == "serial"):
        return np.full(len(texts), np.nan)
    numbers = [float(t) if _SERIAL.fullmatch(t) else np.nan for t in texts]
    found = np.array(numbers, dtype=np.float64)
    low, high = _SERIAL_DAYS
    return np.where((found >= low) & (found <= high), found, np.nan)


def _exchanged(
    forms: npt.NDArray[np.object_],
    parts: dict[str, Floats],
    days: Floats,
    serial: Flags,
    form: DateForm,
) -> bool:
    """Notice the mark that a spreadsheet leaves when it opens a file of the other order.

    What can be read in its own order becomes a true date, with day and month exchanged; the rest
    stays text. Then no true date has a day above 12, and every text has.
    """
    last = forms == "year last"
    true = ((forms == "year first") | serial) & ~np.isnan(days)
    if form.order not in {"dmy", "mdy"} or true.sum() < 2 or last.sum() < 2:
        return False
    late = parts["a" if form.order == "dmy" else "b"][last] > 12
    exact = days[true].astype("datetime64[D]")
    true_days = (exact - exact.astype("datetime64[M]")).astype(np.int64) + 1
    return bool(late.all() and (true_days <= 12).all())


def _fitting_order(first: Floats, second: Floats) -> str:
    """Say in which order all texts with the year last are dates."""
    day_first, month_first = bool((second <= 12).all()), bool((first <= 12).all())
    if day_first and month_first:
        return "both"
    return "dmy" if day_first else "mdy" if month_first else "neither"


def _by_format(texts: Sequence[str], form: str) -> Dates:
    """Read texts by a format with per cent signs."""
    column = pd.Series(list(texts), dtype="object")
    read = pd.to_datetime(column, format=form, errors="coerce", exact=True, utc=True)
    inside = read.dt.year.between(*_YEARS).fillna(value=False)
    read = read.where(inside).dt.tz_localize(None).astype("datetime64[s]")
    seconds = read.to_numpy().astype("datetime64[s]")
    known = ~np.isnat(seconds)
    days = np.full(len(texts), np.nan)
    days[known] = seconds[known].astype("datetime64[D]").astype(np.int64)
    minutes = np.asarray(read.dt.hour * 60 + read.dt.minute, dtype=np.float64)
    nothing = np.zeros(len(texts), dtype=bool)
    return Dates(
        days=days,
        minutes=minutes if "%H" in form or "%I" in form else np.full(len(texts), np.nan),
        unreadable=~known,
        unordered=nothing,
        reversed_order=nothing,
        two_digit=nothing,
        serial=nothing,
        mixed=False,
        fits="both",
    )
