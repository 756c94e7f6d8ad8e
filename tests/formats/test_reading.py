"""Texts as days, times, numbers and codes; expected values are typed in."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.formats.building.clients import normal_id
from analysis.formats.building.numbering import course_numbers, running_numbers
from analysis.formats.mapping_parts import ClientId
from analysis.formats.reading.cells import Cells, plain
from analysis.formats.reading.clock import read_clock
from analysis.formats.reading.dates import DateForm, read_dates
from analysis.formats.reading.headers import joined_header
from analysis.formats.reading.numbers import read_numbers, split_unit
from analysis.formats.reading.sheet import header_names

unit = pytest.mark.unit
identity = pytest.mark.identity
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31))
EPOCH = dt.date(1970, 1, 1)


def days(texts, **form):
    """Days as dates year first; None where a text was not read."""
    read = read_dates(texts, DateForm(**form)).days
    return [None if np.isnan(d) else (EPOCH + dt.timedelta(days=int(d))).isoformat() for d in read]


@unit
@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2024-03-05", "", "2024-03-05"),
        ("2024/3/5", "dmy", "2024-03-05"),
        ("2024-03-05T23:59:59Z", "", "2024-03-05"),
        ("2024-03-05 00:30:00+02:00", "", "2024-03-05"),
        ("05.03.2024", "dmy", "2024-03-05"),
        ("05/03/2024", "mdy", "2024-05-03"),
        ("5-3-2024 2:30 PM", "dmy", "2024-03-05"),
        ("5 March 2024", "", "2024-03-05"),
        ("05-Mar-2024", "mdy", "2024-03-05"),
        ("Mar 5, 2024", "dmy", "2024-03-05"),
        ("March 5th, 2024 14:00", "", "2024-03-05"),
        ("Tue, 5 Mar 2024", "", "2024-03-05"),
        ("5 Sept 2024", "", "2024-09-05"),
        ("05|03|24", "%d|%m|%y", "2024-03-05"),
        ("45356", "serial", "2024-03-05"),
        ("45356.75", "serial", "2024-03-05"),
        ("29/02/2024", "dmy", "2024-02-29"),
        ("29/02/2023", "dmy", None),
        ("31/04/2024", "dmy", None),
        ("00/01/2024", "dmy", None),
        ("2024-13-01", "", None),
        ("1/1/1899", "dmy", None),
        ("9999-12-31", "", None),
        ("12/2024", "dmy", None),
        ("5 Marvel 2024", "", None),
        ("05/03/2024 25:00", "dmy", None),
        ("45356", "dmy", None),
        ("1", "serial", None),
        ("", "dmy", None),
        ("05/03/2024 or later", "dmy", None),
    ],
)
def test_days(text, order, day):
    assert days([text], order=order) == [day]


@unit
def test_reasons_why_a_text_is_no_day():
    read = read_dates(["01/02/2024", "25/12/2024"], DateForm())
    assert read.unordered.tolist() == [True, True]
    assert read.fits == "dmy"
    assert read_dates(["01/02/2024"], DateForm()).fits == "both"
    assert read_dates(["13/02/2024", "02/13/2024"], DateForm()).fits == "neither"
    read = read_dates(["12/25/2024", "01/02/2024"], DateForm(order="dmy"))
    assert read.reversed_order.tolist() == [True, False]
    assert read.fits == "mdy"
    read = read_dates(["01/02/24", "never"], DateForm(order="dmy"))
    assert (read.two_digit.tolist(), read.unreadable.tolist()) == ([True, False], [False, True])
    assert days(["01/02/29", "01/02/30"], order="dmy", first_two_digit_year=1930) == [
        "2029-02-01",
        "1930-02-01",
    ]


@unit
def test_exchanged_dates_need_both_signs():
    def mixed(*texts, order="dmy"):
        return read_dates(texts, DateForm(order=order)).mixed

    assert mixed("2024-01-05", "2024-02-11", "13/01/2024", "25/01/2024")
    assert mixed("2024-01-05", "2024-02-11", "01/13/2024", "01/25/2024", order="mdy")
    assert not mixed("2024-01-05", "2024-02-13", "13/01/2024", "25/01/2024")
    assert not mixed("2024-01-05", "2024-02-11", "11/01/2024", "25/01/2024")
    assert not mixed("2024-01-05", "2024-02-11")


@identity
@given(st.lists(DAYS, min_size=1, max_size=8), st.sampled_from(["dmy", "mdy", "ymd"]))
def test_days_come_back_in_every_order(dates, order):
    form = {"dmy": "{2}/{1}/{0}", "mdy": "{1}.{2}.{0}", "ymd": "{0}-{1}-{2}"}[order]
    texts = [form.format(d.year, d.month, d.day) for d in dates]
    assert days(texts, order=order) == [d.isoformat() for d in dates]


@identity
@given(st.lists(st.text(max_size=20), max_size=5), st.sampled_from(["dmy", "mdy", "", "%d%m%Y"]))
def test_any_text_is_a_day_or_has_one_reason(texts, order):
    read = read_dates(texts, DateForm(order=order, serial=True))
    reasons = read.unreadable.astype(int) + read.unordered + read.reversed_order + read.two_digit
    assert (reasons == np.isnan(read.days)).all()


@unit
def test_clock_times():
    texts = ["00:00", "9:05", "12:00 am", "12:30 p.m.", "23:59:59", "24:00", "13:00 PM", "9.05"]
    expected = [0.0, 545.0, 0.0, 750.0, 1439.0, None, None, None]
    assert [None if np.isnan(m) else m for m in read_clock(texts)] == expected


@unit
def test_numbers():
    texts = ["1.5", "-2", "+3", "1e3", ".5", "5.", "1,5", "", "x", "1 000", "nan", "inf", "0x10"]
    read = read_numbers(texts)
    assert read[:6].tolist() == [1.5, -2.0, 3.0, 1000.0, 0.5, 5.0]
    assert np.isnan(read[6:]).all()
    assert read_numbers(["1.5"], decimal=",").tolist() != [1.5]
    assert read_numbers(["12 345"], thousands=" ").tolist() == [12345.0]
    assert [split_unit(t) for t in ("40mg", "0,5 mg/kg", "12 in", "mg")] == [
        ("40", "mg"),
        ("0,5", "mg/kg"),
        ("12", "in"),
        ("", ""),
    ]


@identity
@given(st.lists(st.none() | st.text(max_size=4), max_size=12))
def test_cells_keep_every_text(values):
    cells = Cells.of(values)
    assert [None if c < 0 else cells.entries[c] for c in cells.codes] == [*values]
    both = Cells.joined([cells, cells.cleaned()])
    cleaned = [None if v is None else v.replace("\x00", "").strip() or None for v in values]
    assert [None if c < 0 else both.entries[c] for c in both.codes] == [*values, *cleaned]
    assert len(set(both.entries)) == len(both.entries)
    assert cells.text().isna().tolist() == [v is None for v in values]


@unit
def test_headers():
    assert header_names(("A", "a ", "", "B\nb")) == ("A [1]", "a [2]", "column 3", "B b")
    assert joined_header([["x", "", "y"], ["a", "b"]]) == ("x / a", "x / b", "y")
    assert joined_header([]) == ()
    assert plain("  What’s\tUP ") == "what's up"


@unit
@pytest.mark.parametrize(
    ("text", "rule", "expected"),
    [
        (" 7 ", {"width": 3}, "007"),
        ("7.0", {"width": 3}, "007"),
        ("A7", {"width": 3}, "A7"),
        ("a7", {"case": "upper"}, "A7"),
        ("MRN-7", {"remove": ("mrn-",), "width": 2}, "07"),
        ("7.50", {}, "7.50"),
    ],
)
def test_ids(text, rule, expected):
    assert normal_id(text, ClientId(**rule)) == expected


@unit
def test_numbering():
    client = np.array([1, 1, 0, 1])
    day = np.array([30.0, 0.0, 5.0, 3.0])
    assert running_numbers([client], day).tolist() == [3, 1, 1, 2]
    assert course_numbers(client, day, 27).tolist() == [2, 1, 1, 1]
    assert course_numbers(client, day, 28).tolist() == [1, 1, 1, 1]
    assert running_numbers([np.zeros(0, dtype=int)], np.zeros(0)).tolist() == []
