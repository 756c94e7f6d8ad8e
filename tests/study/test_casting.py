"""Columns that are missing, misnamed or of the wrong type."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from analysis.study import TABLES, scan_folder
from analysis.study.casting import first_lines, typed_table
from tests.builders import (
    CLEAN,
    EVERY_COLUMN,
    found,
    places,
    raw,
    rename_column,
    with_cell,
    without_column,
    write_folder,
)

unit, identity = pytest.mark.unit, pytest.mark.identity

NUMERIC = [
    (table, column)
    for table, column in EVERY_COLUMN
    if TABLES[table].column(column).kind in ("integer", "number")
]
DAYS = [(t, c) for t, c in NUMERIC if TABLES[t].column(c).unit == "d"]
FLAGS = [(t, c) for t, c in EVERY_COLUMN if TABLES[t].column(c).kind == "flag"]


@unit
@pytest.mark.parametrize(("table", "column"), EVERY_COLUMN)
def test_a_missing_column_is_named_when_it_is_required(table, column):
    text = without_column(CLEAN[table], column)
    _, findings = typed_table(raw(text), TABLES[table])
    required = TABLES[table].column(column).required
    assert places(findings) == ([("COL-001", table, column)] if required else [])


@unit
@pytest.mark.parametrize(
    ("table", "column", "header", "position"),
    [
        ("subjects", "subject_id", "Subject ID", 1),
        ("subjects", "subject_id", "SUBJECT_ID", 1),
        ("subjects", "site_id", "siteid", 2),
        ("sessions", "rel_day", "relday", 5),
        ("sessions", "dose_mg", "Dose (mg)", 8),
        ("assessments", "instrument", "instrumnet", 2),
        ("follow_up", "observed_until_day", "observed_until", 4),
    ],
)
def test_a_misnamed_column_is_pointed_to_by_position(table, column, header, position):
    text = rename_column(CLEAN[table], column, header)
    _, findings = typed_table(raw(text), TABLES[table])
    assert places(findings) == [("COL-001", table, column), ("COL-002", table, "")]
    assert f"Column {position} of the file" in findings[0].remedy
    assert f"rename it to {column}." in findings[0].remedy
    shown = " ".join(f.what + f.remedy for f in findings)
    assert header not in shown.replace(column, "")


@unit
def test_a_column_with_nothing_like_it_is_described():
    text = rename_column(CLEAN["subjects"], "sex", "Jane Doe")
    _, findings = typed_table(raw(text), TABLES["subjects"])
    assert findings[0].remedy == "Add a column named sex: recorded sex."
    assert "Jane" not in str(findings)


@unit
def test_unknown_columns_are_a_warning_with_positions_only():
    names = [f"secret {n}" for n in range(12)]
    frame = raw(CLEAN["follow_up"]).assign(**dict.fromkeys(names, "x"))
    typed, findings = typed_table(frame, TABLES["follow_up"])
    assert typed is not None
    assert list(typed.columns) == list(TABLES["follow_up"].names)
    assert [f.severity for f in findings] == ["warning"]
    assert "position 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 and 2 more." in findings[0].what
    assert "secret" not in str(findings)


DATES = {
    "ISO": "2024-03-05",
    "ISO time": "2024-03-05T10:30:00",
    "US": "3/5/2024",
    "US short": "3/5/24",
    "US time": "03/05/2024 10:30 AM",
    "German": "05.03.2024",
    "compact": "20240305",
    "Excel": "45356",
    "Excel time": "45356.4375",
    "spaces": " 2024-03-05 ",
}


@unit
@pytest.mark.parametrize("date", DATES.values(), ids=DATES)
@pytest.mark.parametrize(("table", "column"), DAYS)
def test_dates_where_days_belong(table, column, date):
    text = with_cell(CLEAN[table], column, date, row=1)
    _, findings = typed_table(raw(text), TABLES[table])
    assert places(findings) == [("COL-004", table, column)]
    assert (findings[0].count, findings[0].rows) == (1, (3,))
    assert "that day is 0" in findings[0].remedy
    assert date.strip() not in str(findings)


@unit
@pytest.mark.parametrize(("table", "column"), [c for c in NUMERIC if c not in DAYS])
def test_dates_where_other_numbers_belong(table, column):
    text = with_cell(CLEAN[table], column, "2024-03-05")
    _, findings = typed_table(raw(text), TABLES[table])
    assert places(findings) == [("COL-004", table, column)]
    assert TABLES[table].column(column).description in findings[0].remedy


PARQUET_DATES = {
    "timestamp": pa.array([dt.datetime(2024, 3, 5)] * 5, pa.timestamp("us")),  # noqa: DTZ001
    "with zone": pa.array([dt.datetime(2024, 3, 5, tzinfo=dt.UTC)] * 5, pa.timestamp("ms", "UTC")),
    "date": pa.array([dt.date(2024, 3, 5)] * 5),
    "text": pa.array(["2024-03-05"] * 5),
    "dictionary": pa.array(["2024-03-05"] * 5).dictionary_encode(),
    "serial": pa.array([45356] * 5),
    "some": pa.array([dt.date(2024, 3, 5), None, None, None, None]),
    "far": pa.array([dt.datetime(9999, 1, 1)] * 5, pa.timestamp("us")),  # noqa: DTZ001
}


def _with_parquet_column(folder, table, column, values):
    frame = pd.read_csv(folder / f"{table}.csv", dtype="string")
    content = pa.Table.from_pandas(frame, preserve_index=False)
    position = content.column_names.index(column)
    (folder / f"{table}.csv").unlink()
    parquet.write_table(content.set_column(position, column, values), folder / f"{table}.parquet")
    return folder


@unit
@pytest.mark.parametrize("values", PARQUET_DATES.values(), ids=PARQUET_DATES)
def test_parquet_dates_where_days_belong(tmp_path, values):
    folder = _with_parquet_column(write_folder(tmp_path), "follow_up", "start_day", values)
    findings = scan_folder(folder)[1]
    assert places(findings) == [("COL-004", "follow_up", "start_day")]
    assert findings[0].count == len(values) - values.null_count


@unit
def test_parquet_dates_where_text_belongs(tmp_path):
    values = PARQUET_DATES["timestamp"]
    folder = _with_parquet_column(write_folder(tmp_path), "subjects", "subject_id", values)
    findings = scan_folder(folder)[1]
    assert places(findings) == [("COL-004", "subjects", "subject_id")]
    assert "where text belongs" in findings[0].what


READABLE = {
    "int8": (pa.array([1, 2, None, 4, 5], pa.int8()), [1, 2, None, 4, 5]),
    "uint64": (pa.array([1, 2, 3, 4, 5], pa.uint64()), [1, 2, 3, 4, 5]),
    "double": (pa.array([1.0, None, 3.0, 4.0, 5.0]), [1, None, 3, 4, 5]),
    "nan": (pa.array([1.0, float("nan"), 3.0, 4.0, 5.0]), [1, None, 3, 4, 5]),
    "decimal": (pa.array([decimal.Decimal("2.00")] * 5), [2] * 5),
    "text": (pa.array([" 7", "8 ", "", "  ", None]), [7, 8, None, None, None]),
    "dictionary": (pa.array(["7", "8", "7", None, "9"]).dictionary_encode(), [7, 8, 7, None, 9]),
    "large text": (pa.array(["7"] * 5, pa.large_string()), [7] * 5),
    "no timestamp": (pa.array([None] * 5, pa.timestamp("us")), [None] * 5),
    "nothing": (pa.array([None] * 5, pa.null()), [None] * 5),
}


@unit
@pytest.mark.parametrize("case", READABLE.values(), ids=READABLE)
def test_parquet_types_that_hold_whole_numbers_are_read(tmp_path, case):
    values, expected = case
    folder = _with_parquet_column(write_folder(tmp_path), "subjects", "prior_failures", values)
    study, findings = scan_folder(folder)
    assert findings == []
    assert study is not None
    column = study.table("subjects")["prior_failures"]
    pd.testing.assert_series_equal(
        column, pd.Series(expected, dtype="Int64", name="prior_failures")
    )


UNREADABLE = {
    "bool": pa.array([True, False, None, True, True]),
    "list": pa.array([[1, 2], [3], None, [4], [5]]),
    "struct": pa.array([{"x": 1}] * 4 + [None]),
    "binary": pa.array([b"x"] * 4 + [None]),
    "duration": pa.array([dt.timedelta(days=1)] * 4 + [None]),
    "time": pa.array([dt.time(1, 2)] * 4 + [None]),
    "fraction": pa.array([1.5, 0.5, None, 2.5, 3.25]),
    "infinite": pa.array([float("inf"), float("-inf"), None, float("inf"), float("inf")]),
    "huge": pa.array([2**60, 2**61, None, -(2**60), 2**53 + 2]),
}


@unit
@pytest.mark.parametrize("values", UNREADABLE.values(), ids=UNREADABLE)
def test_parquet_types_that_hold_no_whole_numbers_are_found(tmp_path, values):
    folder = _with_parquet_column(write_folder(tmp_path), "subjects", "prior_failures", values)
    findings = scan_folder(folder)[1]
    assert places(findings) == [("COL-003", "subjects", "prior_failures")]
    assert findings[0].count == 4


@unit
@pytest.mark.parametrize("column", ["subject_id", "sex", "age_years"])
@pytest.mark.parametrize("values", UNREADABLE.values(), ids=UNREADABLE)
def test_no_parquet_type_makes_reading_fail(tmp_path, column, values):
    folder = _with_parquet_column(write_folder(tmp_path), "subjects", column, values)
    study, findings = scan_folder(folder)
    assert (study is None) == any(f.severity == "error" for f in findings)


def _is_one_bad_cell(table, column, cell):
    typed, findings = typed_table(_with_raw_cell(table, column, cell), TABLES[table])
    assert typed is None
    assert places(findings) == [("COL-003", table, column)]
    assert (findings[0].count, findings[0].rows) == (1, (2,))


@unit
@pytest.mark.parametrize(("table", "column"), NUMERIC)
def test_text_in_every_column_of_numbers(table, column):
    _is_one_bad_cell(table, column, "x")


@unit
@pytest.mark.parametrize(
    "cell",
    ["1,5", "1_000", "0x1F", "１２", "--1", "1e999", "inf", "-Infinity", "NaN", "5%", "½",
     "99999999999999999999", "-1e300", "true"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("table", "column"), [("follow_up", "start_day"), ("assessments", "total")]
)
def test_cells_that_are_no_numbers(table, column, cell):
    _is_one_bad_cell(table, column, cell)


def _with_raw_cell(table, column, cell):
    frame = raw(CLEAN[table])
    frame.loc[0, column] = cell
    return frame


@unit
@pytest.mark.parametrize(
    ("cell", "value"), [("7", 7), (" 7 ", 7), ("+7", 7), ("-7", -7), ("7.0", 7), ("7e0", 7)]
)
def test_ways_to_write_a_whole_number(cell, value):
    typed, findings = typed_table(
        _with_raw_cell("follow_up", "start_day", cell), TABLES["follow_up"]
    )
    assert findings == []
    assert typed is not None
    assert typed["start_day"][0] == value
    assert typed["start_day"].dtype == "Int64"


@unit
@pytest.mark.parametrize("cell", ["7.5", "0.0001", "-0.5", "1e-3"])
def test_a_fraction_is_no_whole_number_but_is_a_number(cell):
    _, findings = typed_table(_with_raw_cell("follow_up", "start_day", cell), TABLES["follow_up"])
    assert places(findings) == [("COL-003", "follow_up", "start_day")]
    typed, findings = typed_table(_with_raw_cell("sessions", "dose_mg", cell), TABLES["sessions"])
    assert findings == []
    assert typed is not None
    assert typed["dose_mg"][0] == float(cell)
    assert typed["dose_mg"].dtype == "float64"


@unit
@pytest.mark.parametrize(
    ("cell", "value"),
    [("true", True), ("TRUE", True), ("Yes", True), ("y", True), ("1", True), ("1.0", True),
     ("T", True), ("false", False), ("No", False), ("n", False), ("0", False), ("0.0", False),
     ("f", False)],
)  # fmt: skip
@pytest.mark.parametrize(("table", "column"), FLAGS)
def test_ways_to_write_a_flag(table, column, cell, value):
    typed, findings = typed_table(_with_raw_cell(table, column, cell), TABLES[table])
    assert findings == []
    assert typed is not None
    assert typed[column].dtype == "boolean"
    assert bool(typed[column][0]) is value


@unit
@pytest.mark.parametrize("cell", ["2", "ja", "x", "unknown", "2024-03-05"])
def test_cells_that_are_no_flags(cell):
    _, findings = typed_table(_with_raw_cell("sessions", "completed", cell), TABLES["sessions"])
    assert places(findings) == [("COL-003", "sessions", "completed")]


@unit
@pytest.mark.parametrize(
    "values",
    [
        pa.array([True, None, False]),
        pa.array([1, None, 0]),
        pa.array([1.0, None, 0.0]),
        pa.array(["Yes", "", "No"]),
    ],
)
def test_parquet_flags(tmp_path, values):
    folder = _with_parquet_column(write_folder(tmp_path), "adverse_events", "related", values)
    study, findings = scan_folder(folder)
    assert findings == []
    assert study is not None
    column = study.table("adverse_events")["related"]
    pd.testing.assert_series_equal(
        column, pd.Series([True, None, False], dtype="boolean", name="related")
    )


@unit
def test_dates_and_unreadable_cells_of_one_column_are_both_found():
    frame = raw(CLEAN["follow_up"])
    frame["start_day"] = pd.array(["2024-03-05", "x", "45356", "1.5", "0"], dtype="string")
    _, findings = typed_table(frame, TABLES["follow_up"])
    assert [(f.rule, f.count, f.rows) for f in findings] == [
        ("COL-004", 2, (2, 4)),
        ("COL-003", 2, (3, 5)),
    ]


@unit
def test_every_broken_column_of_every_table_is_found_in_one_pass(tmp_path):
    folder = write_folder(
        tmp_path,
        leave_out=["follow_up"],
        tables={
            "subjects": with_cell(without_column(CLEAN["subjects"], "sex"), "age_years", "old"),
            "sessions": with_cell(
                with_cell(CLEAN["sessions"], "rel_day", "2024-01-01"), "completed", "maybe"
            ),
            "assessments": "",
            "items": CLEAN["items"].encode("utf-16"),
        },
        about={"title": "x", "schema_version": "2", "sites": [], "instruments": ["PHQ-9"]},
    )
    (folder / "notes.txt").write_text("x")
    assert found(folder) == [
        ("FIL-007", "study.json", "schema_version"),
        ("FIL-007", "study.json", "sites"),
        ("FIL-008", "study folder", ""),
        ("COL-001", "subjects", "sex"),
        ("COL-003", "subjects", "age_years"),
        ("COL-004", "sessions", "rel_day"),
        ("COL-003", "sessions", "completed"),
        ("FIL-003", "assessments", ""),
        ("FIL-000", "follow_up", ""),
        ("FIL-002", "items", ""),
    ]


@unit
def test_a_million_bad_cells_are_one_finding():
    n = 1_000_000
    frame = raw(CLEAN["follow_up"]).iloc[[0]].loc[np.zeros(n, dtype=int)].reset_index(drop=True)
    frame["start_day"] = pd.array(np.where(np.arange(n) % 2, "2024-01-01", "x"), dtype="string")
    _, findings = typed_table(frame, TABLES["follow_up"])
    assert [(f.rule, f.count, f.rows) for f in findings] == [
        ("COL-004", 500_000, (3, 5, 7, 9, 11)),
        ("COL-003", 500_000, (2, 4, 6, 8, 10)),
    ]


@unit
def test_lines_are_counted_as_a_spreadsheet_does():
    broken = pd.Series([False, True] * 10, index=range(50, 70))
    assert first_lines(broken) == (3, 5, 7, 9, 11)
    assert first_lines(pd.Series([], dtype=bool)) == ()


@identity
@settings(deadline=None, max_examples=60, derandomize=True)
@given(cells=st.lists(st.one_of(st.none(), st.integers(-3000, 7000)), min_size=1, max_size=8))
def test_whole_numbers_come_back(cells):
    frame = raw(CLEAN["follow_up"]).iloc[[0] * len(cells)].reset_index(drop=True)
    texts = [None if c is None else str(c) for c in cells]
    frame["start_day"] = pd.array(texts, dtype="string")
    typed, findings = typed_table(frame, TABLES["follow_up"])
    assert findings == []
    assert typed is not None
    assert [None if pd.isna(v) else int(v) for v in typed["start_day"]] == cells


@identity
@settings(deadline=None, max_examples=60, derandomize=True)
@given(number=st.floats(-(2.0**52), 2.0**52))
def test_numbers_come_back_to_the_last_bit(number):
    typed, findings = typed_table(
        _with_raw_cell("sessions", "dose_mg", repr(number)), TABLES["sessions"]
    )
    assert findings == []
    assert typed is not None
    assert typed["dose_mg"][0] == number


@identity
@settings(deadline=None, max_examples=80, derandomize=True)
@given(
    cell=st.text(max_size=12),
    place=st.sampled_from(EVERY_COLUMN),
)
def test_any_text_in_any_column_gives_a_frame_or_one_finding_without_the_text(cell, place):
    table, column = place
    typed, findings = typed_table(_with_raw_cell(table, column, cell), TABLES[table])
    assert (typed is None) == (len(findings) == 1)
    assert typed is None or len(typed) == len(raw(CLEAN[table]))
    assert len(cell.strip()) < 5 or cell not in str(findings)


@unit
def test_parquet_bytes_that_are_text_are_read_and_others_are_found(tmp_path):
    values = pa.array(["7", "8", "", None, "9"]).cast(pa.binary())
    folder = _with_parquet_column(
        write_folder(tmp_path / "a"), "subjects", "prior_failures", values
    )
    assert found(folder) == []
    values = pa.array([b"\xff\xfe"] * 5)
    folder = _with_parquet_column(
        write_folder(tmp_path / "b"), "subjects", "prior_failures", values
    )
    assert found(folder) == [("FIL-001", "subjects", "")]


CODES = {
    "PTSD;anxiety": "PTSD;anxiety",
    " PTSD ; anxiety ": "PTSD;anxiety",
    "PTSD;;anxiety": "PTSD;anxiety",
    ";PTSD; ;": "PTSD",
    "PTSD;PTSD": "PTSD",
    "anxiety;PTSD;anxiety": "anxiety;PTSD",
    "substance use": "substance use",
}


@unit
@pytest.mark.parametrize(("cell", "expected"), CODES.items(), ids=CODES.values())
def test_several_codes_are_a_set_without_empty_ones(cell, expected):
    frame = raw(CLEAN["subjects"])
    frame.loc[2, "secondary_indications"] = cell
    column = typed_table(frame, TABLES["subjects"])[0]["secondary_indications"]
    assert column.iloc[2] == expected
    assert column.dtype == "string"
    assert column.iloc[0] == "PTSD;anxiety"


@unit
@pytest.mark.parametrize("cell", ["", ";", " ; ;; ", "   "])
def test_separators_without_a_code_are_a_missing_value(cell):
    frame = raw(CLEAN["subjects"])
    frame["secondary_indications"] = pd.array([cell] * 5, dtype="string")
    column = typed_table(frame, TABLES["subjects"])[0]["secondary_indications"]
    assert column.isna().all()
    assert column.dtype == "string"


DATES = {
    "text": pa.array(["2024-01-08", " 1999-12-31 "]),
    "date": pa.array([dt.date(2024, 1, 8), dt.date(1999, 12, 31)]),
    "timestamp": pa.array(
        [dt.datetime(2024, 1, 8), dt.datetime(1999, 12, 31)],  # noqa: DTZ001
        pa.timestamp("us"),
    ),
    "dictionary": pa.array(["2024-01-08", "1999-12-31"]).dictionary_encode(),
}


@unit
@pytest.mark.parametrize("values", DATES.values(), ids=DATES)
def test_dates_of_parquet_are_read_whatever_their_type(values):
    content = pa.table({"subject_id": ["p1", "p2"], "start_date": values})
    frame, findings = typed_table(content.to_pandas(ignore_metadata=True), TABLES["calendar"])
    assert findings == []
    assert frame["start_date"].dtype == "datetime64[s]"
    assert frame["start_date"].dt.strftime("%d.%m.%Y").tolist() == ["08.01.2024", "31.12.1999"]


NO_DATES = {
    "time": pa.array([dt.datetime(2024, 1, 8, 10, 30)], pa.timestamp("us")),  # noqa: DTZ001
    "with zone": pa.array([dt.datetime(2024, 1, 8, tzinfo=dt.UTC)], pa.timestamp("us", "UTC")),
    "number": pa.array([20240108]),
    "serial": pa.array([45299.0]),
    "flag": pa.array([True]),
    "before 1900": pa.array(["1899-12-31"]),
    "after 2099": pa.array(["2100-01-01"]),
    "mark for not known": pa.array(["9999-12-31"]),
    "other digits": pa.array(["２０２４-01-08"]),
}


@unit
@pytest.mark.parametrize("values", NO_DATES.values(), ids=NO_DATES)
def test_what_is_no_day_of_the_calendar_is_refused(values):
    content = pa.table({"subject_id": ["p1"], "start_date": values})
    _, findings = typed_table(content.to_pandas(ignore_metadata=True), TABLES["calendar"])
    assert [(f.rule, f.column, f.count) for f in findings] == [("COL-003", "start_date", 1)]
    assert "dates from 1900 to 2099 as year-month-day" in findings[0].what


@unit
def test_a_missing_date_is_missing_and_the_limits_are_dates():
    text = "subject_id,start_date\np1,1900-01-01\np2,2099-12-31\np3,\n"
    frame, findings = typed_table(raw(text), TABLES["calendar"])
    assert findings == []
    assert frame["start_date"].isna().tolist() == [False, False, True]
    assert frame["start_date"].dt.year.tolist()[:2] == [1900, 2099]
