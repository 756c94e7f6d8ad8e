"""Dates turned into days from the first treatment at the door: no date leaves this module."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.formats.building.rows import Rows
from analysis.formats.faults import fault
from analysis.formats.mapping_parts import Origin, Recipe
from analysis.formats.reading.cells import Cells
from analysis.formats.reading.clock import read_clock
from analysis.formats.reading.dates import DateForm, Dates, read_dates

__all__ = ["Days", "minutes_between"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_EPOCH = dt.date(1970, 1, 1)
_ORDERS = {
    "dmy": "All of them fit dmy.",
    "mdy": "All of them fit mdy.",
    "both": "They fit both dmy and mdy: ask the clinic.",
    "neither": "They fit neither dmy nor mdy: both stand in the column.",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Days:
    """The first treatment of every patient, and the last day of the data.

    Parameters
    ----------
    origin : numpy.ndarray, shape (n_patients,)
        Day of the first treatment; NaN for patients without one.
    cut_off : float
        Last day of the data; infinite when it is not said. Both count from 1970 and stay here.
    """

    origin: Floats
    cut_off: float

    @classmethod
    def of(
        cls, rows: Rows | None, origin: Origin, n_patients: int, cut_off: dt.date | None
    ) -> Days:
        """Find the first treatment of every patient.

        Parameters
        ----------
        rows : Rows or None
            Rows of the source of treatments; None when it could not be read.
        origin : Origin
            Which of them are treatments.
        n_patients : int
            How many patients there are.
        cut_off : datetime.date or None
            Last day of the data.

        Returns
        -------
        Days
            Patients treated after the cut-off only have no first treatment.
        """
        first = np.full(n_patients, np.inf)
        last = np.inf if cut_off is None else float((cut_off - _EPOCH).days)
        if rows is not None:
            chosen = rows.chosen(origin.where)
            days = _days(chosen, origin.recipe)[0]
            known = ~np.isnan(days)
            np.minimum.at(first, chosen.client[known], days[known])
        return cls(origin=np.where((first < np.inf) & (first <= last), first, np.nan), cut_off=last)

    def rel_days(self, rows: Rows, recipe: Recipe) -> Floats:
        """Count the days of a column of dates from the first treatment of each row's patient."""
        return np.asarray(_days(rows, recipe)[0] - self.origin[rows.client])

    def compare(self, rows: Rows, recipe: Recipe) -> None:
        """Say in which rows a noted first treatment is another day than day 0."""
        apart = self.rel_days(rows, recipe)
        what = "A first treatment is noted that is not the first one of the treatments."
        remedy = "Day 0 is that of the treatments. Look which is right, and whether one is missing."
        differs = ~np.isnan(apart) & (apart != 0)
        rows.say("FMT-045", recipe.path, what, remedy, differs, warn=True)

    def rel_cut_off(self, client: npt.NDArray[np.int64]) -> Floats:
        """Say on which day of each row's patient the data end."""
        return np.asarray(self.cut_off - self.origin[client])

    def ages(self, rows: Rows, recipe: Recipe) -> Floats:
        """Count whole years from birth to the first treatment of each row's patient."""
        birth = _days(rows, recipe)[0]
        start = self.origin[rows.client]
        ages = np.full(len(rows), np.nan)
        known = ~(np.isnan(birth) | np.isnan(start))
        born = birth[known].astype("datetime64[D]")
        begun = start[known].astype("datetime64[D]")
        ages[known] = _whole_years(born, begun)
        before = known & (ages < 0)
        what = "Dates of birth lie after the first treatment."
        remedy = "Look at the order of day and month, and at the century of two-digit years."
        rows.say("FMT-050", recipe.path, what, remedy, before)
        return ages


def _whole_years(born: npt.NDArray[np.datetime64], begun: npt.NDArray[np.datetime64]) -> Floats:
    """Count birthdays between two days."""
    years = begun.astype("datetime64[Y]").astype(int) - born.astype("datetime64[Y]").astype(int)
    months = begun.astype("datetime64[M]").astype(int) % 12
    months = months - born.astype("datetime64[M]").astype(int) % 12
    days = (begun - begun.astype("datetime64[M]")).astype(int)
    days = days - (born - born.astype("datetime64[M]")).astype(int)
    early = (months < 0) | ((months == 0) & (days < 0))
    return np.asarray(years - early, dtype=np.float64)


def _days(rows: Rows, recipe: Recipe) -> tuple[Floats, Floats]:
    """Read a column of dates: days from 1970 and minutes of the day, and what does not fit."""
    form = recipe.dates or DateForm()
    own = rows.source.dates
    form = DateForm(
        order=form.order or own.order,
        first_two_digit_year=form.first_two_digit_year or own.first_two_digit_year,
        serial=form.serial or own.serial or rows.source.kind == "excel",
    )
    cells = rows.cells(recipe.column, recipe.missing)
    used = cells.used()
    if not used.all():  # entries of rows that were left out say nothing about the order
        cells = _only(cells, used)
    read = read_dates(cells.entries, form)
    _say_reasons(rows, recipe, cells, read, form)
    return cells.floats(read.days), cells.floats(read.minutes)


def _only(cells: Cells, used: Flags) -> Cells:
    """Forget the entries that stand in no row."""
    number = np.append(np.cumsum(used) - 1, -1)
    entries = tuple(entry for entry, is_used in zip(cells.entries, used, strict=True) if is_used)
    return Cells(codes=number[cells.codes], entries=entries)


def _say_reasons(rows: Rows, recipe: Recipe, cells: Cells, read: Dates, form: DateForm) -> None:
    """Add a finding for every reason why cells are no dates."""
    said = f"The mapping says {form.order}, and these dates fit the other order only."
    reasons = (
        (
            "FMT-050",
            read.unreadable,
            "Cells cannot be read as dates from 1900 to 2099.",
            _unreadable_remedy(cells, read),
        ),
        (
            "FMT-051",
            read.unordered,
            "The mapping does not say whether day or month stands first.",
            f'Say "dmy" or "mdy" in dates. {_ORDERS[read.fits]}',
        ),
        ("FMT-051", read.reversed_order, said, _ORDERS[read.fits]),
        (
            "FMT-052",
            read.two_digit,
            "Years have two digits, and the mapping does not say of which century.",
            "Say two_digit_years_from: with 1930, 30 is 1930 and 29 is 2029.",
        ),
    )
    for rule, entries, what, remedy in reasons:
        rows.say(rule, recipe.path, what, remedy, cells.flags(entries))
    if read.mixed:
        what = "True dates and texts stand together: in the true ones day and month are exchanged."
        remedy = "Export the column again as text, without opening the file in a spreadsheet."
        rows.findings.append(fault("FMT-053", rows.source.name, what, remedy, column=recipe.path))
    if form.order != "serial" and read.serial.any() and not rows.source.dates.serial:
        what = "Dates stand as numbers, and were read as Excel counts days."
        remedy = 'If that is right, say "serial_dates": true in the mapping.'
        rows.say("FMT-054", recipe.path, what, remedy, cells.flags(read.serial), warn=True)


def _unreadable_remedy(cells: Cells, read: Dates) -> str:
    """Say what to do about cells that are no dates; some may be numbers that count days."""
    as_numbers = read_dates(cells.entries, DateForm(order="serial"))
    if (read.unreadable & as_numbers.serial & cells.used()).any():
        return (
            "Some are numbers, as Excel counts days: correct these cells, or say "
            '"serial_dates": true in the mapping if all such numbers are days.'
        )
    return "Name codes for missing values in na, or give the form of the dates."


def minutes_between(rows: Rows, recipe: Recipe) -> Floats:
    """Count minutes from the time in one column to the time in another.

    Parameters
    ----------
    rows : Rows
        Rows of a source.
    recipe : Recipe
        Names both columns: times of the day, or dates with times.

    Returns
    -------
    numpy.ndarray, shape (n_rows,)
        NaN where a time is missing or could not be read, which is a finding.
    """
    start, end = (_moments(rows, recipe, header) for header in (recipe.column, recipe.other))
    return np.asarray(np.round(end - start))


def _moments(rows: Rows, recipe: Recipe, header: str) -> Floats:
    """Read times of the day, or dates with times, as minutes."""
    cells = rows.cells(header, recipe.missing)
    clock = read_clock(cells.entries)
    if not (np.isnan(clock) & cells.used()).any():
        return cells.floats(clock)
    dated = Recipe(path=recipe.path, kind="column", column=header, dates=recipe.dates)
    days, minutes = _days(rows, dated)
    return days * 1440.0 + minutes
