"""Files as spreadsheets, old programs and broken exports leave them: one clear finding each."""

import datetime as dt
import re
import time
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from analysis.formats import Mapping, draft_mapping, read_clinic
from tests.formats.small_clinic import (
    MAPPING,
    PATIENTS,
    PHQ,
    TREATMENTS,
    changed,
    read,
    rules,
    write_files,
)

unit = pytest.mark.unit


def said(found, source):
    """Rule, severity and count of what is said about a source, without the age of one patient."""
    return [(r, s, n) for r, s, t, n in rules(found) if t == source and r != "FMT-069"]


def with_source(name, **keys):
    content = changed("sources", name, "file", to=MAPPING["sources"][name]["file"])
    content["sources"][name].update(keys)
    return content


# --- Text -----------------------------------------------------------------------------------------


@unit
@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"\xef\xbb\xbf" + PHQ.encode(), "utf-8"),
        (PHQ.encode("utf-16"), "utf-8"),  # its mark says what it is
        (PHQ.encode("utf-16-le"), "utf-16-le"),
        (PHQ.replace("Never", "Näver").encode("cp1252"), "cp1252"),
        (PHQ.replace("\n", "\r\n").encode(), "utf-8"),
        (PHQ.replace("Client", "\ufeff Client\u200b").encode(), "utf-8"),
        (PHQ.removesuffix("\n").encode(), "utf-8"),
        (PHQ.replace("Never", '"Never"').encode(), "utf-8"),
        ((PHQ + "\n\n,,,,,,,,,,,\n , ,,,,,,,,,,\n").encode(), "utf-8"),  # blank rows at the end
        (PHQ.replace("\n", ",,\n").encode(), "utf-8"),  # blank columns at the end
        (PHQ.replace(",18\n", ",18,\n").replace("Sum\n", "Sum,\n").encode(), "utf-8"),
        (PHQ.replace("\n", ",,\n", 1).encode(), "utf-8"),  # only the header has them
        (PHQ.replace('"Invented sentence, q', '"Invented\nsentence, q').encode(), "utf-8"),
    ],
)
def test_sound_files_in_many_spellings(tmp_path, data, encoding):
    content = with_source("phq", encoding=encoding)
    content["questionnaires"][0]["answers"]["Näver"] = 0
    found = read(tmp_path, content, phq=data)
    assert said(found, "phq") == []
    assert found.require_study().table("assessments")["total"].tolist() == [18, 3, 18, 3]


@unit
@pytest.mark.parametrize(
    ("data", "keys", "expected"),
    [
        (PHQ.replace("Never", "Näver").encode("cp1252"), {}, ("FMT-022", "error", None)),
        (PHQ.replace("Sum", "Süm").encode(), {"encoding": "cp1252"}, ("FMT-022", "error", None)),
        (PHQ.encode("utf-16-le"), {}, ("FMT-023", "error", 726)),
        (PHQ.replace("0021,", "0021\x00,").encode(), {}, ("FMT-023", "error", 1)),
        (PHQ.encode(), {"delimiter": ";"}, ("FMT-024", "error", None)),
        (PHQ.replace(",", "\t").encode(), {}, ("FMT-024", "error", None)),
        # commas in a sentence split it where semicolons are meant
        (
            PHQ.replace(",", ";").replace("sentence; q", "sentence, q").encode(),
            {},
            ("FMT-024", "error", None),
        ),
        (PHQ[:-20].encode(), {}, ("FMT-026", "error", None)),
        ((PHQ + '0017,"26/02/2024').encode(), {}, ("FMT-026", "error", None)),
        (
            (PHQ.replace("0021,", "0017,01/03/2024,Never\n0021,")).encode(),
            {},
            ("FMT-025", "error", 1),
        ),
        (PHQ.replace(",18\n", ",18,x\n").encode(), {}, ("FMT-025", "error", 2)),
        (b"", {}, ("FMT-027", "error", None)),
        (b" \r\n", {}, ("FMT-027", "error", None)),
        (PHQ.splitlines(keepends=True)[0].encode(), {}, ("FMT-027", "error", None)),
        (PHQ.replace("Sum", "Completed on").encode(), {}, ("FMT-028", "error", None)),
        (PHQ.replace("Sum", "Summe").encode(), {}, ("FMT-029", "error", None)),
        (PHQ.encode(), {"header_row": 40}, ("FMT-029", "error", None)),
        (PHQ.encode(), {"file": "nothing.csv"}, ("FMT-020", "error", None)),
        (PHQ.replace("0017,", "1.7E+11,", 1).encode(), {}, ("FMT-041", "error", 1)),
    ],
)
def test_broken_files_have_one_clear_finding(tmp_path, data, keys, expected):
    found = read(tmp_path, with_source("phq", **keys), phq=data)
    assert expected in said(found, "phq")
    assert not found.ok


@unit
def test_rows_that_are_no_rows_are_counted(tmp_path):
    lines = PHQ.splitlines(keepends=True)
    text = "".join([*lines[:2], ",,,,,,,,,,,\n", lines[0], *lines[2:], lines[2]])
    found = read(tmp_path, phq=text)
    assert found.ok
    assert said(found, "phq") == [
        ("FMT-033", "warning", 1),
        ("FMT-033", "warning", 1),
        ("FMT-034", "warning", 1),
        ("FMT-068", "warning", 1),
    ]
    found = read(tmp_path, with_source("phq", alike_rows="drop"), phq=text)
    rows = found.sources.query("table == 'assessments'").set_index("reason")["rows_left_out"]
    assert rows.to_dict() == {"blank row": 1, "repeated header": 1, "like an earlier row": 1}
    assert len(found.require_study().table("assessments")) == 4


@unit
def test_title_lines_short_rows_and_named_repeats(tmp_path):
    keys = {"header_row": 3, "short_rows": "fill"}
    text = (
        "Report of the clinic\n\n" + PHQ.replace("Sum", "Completed on") + "0017,01/02/2024,Never\n"
    )
    content = with_source("phq", **keys)
    content["questionnaires"][0] |= {"day": "completed on [1]", "total": "Completed on [2]"}
    found = read(tmp_path, content, phq=text)
    assert said(found, "phq") == []
    assert found.require_study().table("assessments")["n_answered"].tolist() == [9, 9, 8, 9, 1]


@unit
def test_several_files_of_a_source(tmp_path):
    write_files(tmp_path)
    head, *rows = PHQ.splitlines(keepends=True)
    (tmp_path / "phq 2.csv").write_text(head.upper() + rows[0].replace("04/", "09/"))
    content = with_source("phq", file="phq*.csv")
    found = read_clinic(tmp_path, Mapping.of(content))
    assert len(found.require_study().table("assessments")) == 5
    (tmp_path / "phq 3.csv").write_text(head.replace("Sum", "Total") + rows[1])
    found = read_clinic(tmp_path, Mapping.of(content))
    assert ("FMT-036", "error", None) in said(found, "phq")


@unit
@pytest.mark.parametrize("name", ["../phq.csv", "/etc/passwd", "https://x.org/a.csv", "C:\\a.csv"])
def test_files_outside_the_folder_are_refused(tmp_path, name):
    found = read(tmp_path, with_source("phq", file=name))
    assert [(f.rule, f.column) for f in found.findings] == [("FMT-013", "sources.phq.file")]


@unit
def test_links_that_lead_out_of_the_folder_are_not_followed(tmp_path):
    inside = tmp_path / "export"
    inside.mkdir()
    write_files(inside)
    (inside / "phq.csv").unlink()
    (tmp_path / "phq.csv").write_text(PHQ)
    (inside / "phq.csv").symlink_to(tmp_path / "phq.csv")
    assert ("FMT-020", "error", None) in said(read_clinic(inside, Mapping.of(MAPPING)), "phq")


@unit
def test_numbers_with_decimal_commas(tmp_path):
    text = (
        TREATMENTS.replace(",", ";").replace("0.5 mg/kg", "0,5 mg/kg").replace("50mg", "1.050,5mg")
    )
    content = with_source("treatments", delimiter=";", decimal=",", thousands=".")
    doses = read(tmp_path, content, treatments=text).require_study().table("sessions")["dose_mg"]
    assert doses.round(3).tolist() == [39.916, 40.0, 1050.5, 35.0]


@unit
def test_exchanged_days_and_months_are_noticed(tmp_path):
    # a spreadsheet of the other order made true dates of 05/01, 12/01; 15/01, 20/02 stayed text
    text = TREATMENTS.replace("05/01/2024", "2024-05-01").replace("12/01/2024", "2024-12-01")
    found = read(tmp_path, treatments=text)
    assert ("FMT-053", "error", None) in said(found, "treatments")
    fine = TREATMENTS.replace("05/01/2024", "2024-01-05").replace("20/02/2024", "2024-02-20")
    assert said(read(tmp_path, treatments=fine), "treatments") == []


# --- Excel and Parquet ----------------------------------------------------------------------------


def workbook(path, rows, *, merge=(), title="Scores", more=()):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for area in merge:
        book.active.merge_cells(area)
    for name in more:
        book.create_sheet(name)
    book.save(path)


def cells(text):
    """Rows of a table as Excel types them: dates as dates, numbers as numbers."""
    import csv

    head, *rows = list(csv.reader(text.splitlines()))
    typed = []
    for row in rows:
        day, month, year = map(int, row[1].split("/"))
        typed.append(
            [
                float(row[0]),
                dt.date(year, month, day),
                *(cell or None for cell in row[2:-1]),
                int(row[-1]),
            ]
        )
    return [head, *typed]


EXCEL = {"file": "phq.xlsx", "kind": "excel", "dates": "dmy"}


@unit
def test_workbook_gives_what_the_text_gives(tmp_path):
    workbook(tmp_path / "phq.xlsx", cells(PHQ))
    found = read(tmp_path, with_source("phq", **EXCEL))
    assert said(found, "phq") == []
    expected = read(tmp_path).require_study()
    for name in ("assessments", "items"):
        pd.testing.assert_frame_equal(found.require_study().table(name), expected.table(name))


@unit
def test_days_as_excel_counts_them(tmp_path):
    rows = cells(PHQ)
    rows[1][1] = 45295  # 2024-01-04
    workbook(tmp_path / "phq.xlsx", rows)
    found = read(tmp_path, with_source("phq", **EXCEL))
    assert said(found, "phq") == [("FMT-054", "warning", 1)]
    assert found.require_study().table("assessments")["rel_day"].tolist() == [-1, 21, 0, -1]
    text = PHQ.replace("04/01/2024", "45295")
    assert ("FMT-050", "error", 1) in said(read(tmp_path, phq=text), "phq")
    accepted = read(tmp_path, with_source("phq", serial_dates=True), phq=text)
    assert said(accepted, "phq") == []


@unit
def test_warnings_of_the_workbook_that_repeat_cells_are_not_shown(tmp_path, recwarn):
    rows = cells(PHQ)
    book = openpyxl.Workbook()
    book.active.title = "Scores"
    for row in rows:
        book.active.append(row)
    book.active["B2"].value = 98765432109876
    book.active["B2"].number_format = "yyyy-mm-dd"
    book.save(tmp_path / "phq.xlsx")
    found = read(tmp_path, with_source("phq", **EXCEL))
    assert ("FMT-050", "error", 1) in said(found, "phq")
    assert not [w for w in recwarn if "98765" in str(w.message)]


@unit
def test_merged_cells_and_two_rows_of_headers(tmp_path):
    rows = cells(PHQ)
    rows[2][0] = None
    top = [None, "Form", *[None] * 10]
    workbook(tmp_path / "phq.xlsx", [top, *rows], merge=["B1:L1", "A3:A4"])
    content = with_source("phq", **EXCEL, header_rows=2)
    content["questionnaires"][0] |= {"day": "Form / Completed on", "total": "Form / Sum"}
    found = read(tmp_path, content)
    assert said(found, "phq") == [("FMT-031", "warning", 1)]
    assert found.require_study().table("assessments")["subject_id"].tolist()[:2] == ["0017"] * 2


@unit
def test_sheets_formulas_and_broken_workbooks(tmp_path):
    path = tmp_path / "phq.xlsx"
    workbook(path, cells(PHQ), more=["Notes"])
    assert ("FMT-030", "error", None) in said(read(tmp_path, with_source("phq", **EXCEL)), "phq")
    for sheet in ("scores", 1):
        found = read(tmp_path, with_source("phq", **EXCEL, sheet=sheet))
        assert said(found, "phq") == []
    rows = cells(PHQ)
    rows[1][-1] = "=SUM(A1:A2)"
    workbook(path, rows)
    assert ("FMT-032", "error", 1) in said(read(tmp_path, with_source("phq", **EXCEL)), "phq")
    whole = path.read_bytes()
    for data in (whole[:2000], b"", PHQ.encode(), b"\xd0\xcf\x11\xe0" + bytes(100)):
        path.write_bytes(data)
        found = read(tmp_path, with_source("phq", **EXCEL))
        assert said(found, "phq") == [("FMT-021", "error", None)]


@unit
def test_a_workbook_that_unpacks_to_fill_the_memory_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "phq.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(30_000_000))
    found = read(tmp_path, with_source("phq", **EXCEL))
    assert ("FMT-021", "error", None) in said(found, "phq")


@unit
def test_parquet_gives_what_the_text_gives(tmp_path):
    head, *rows = cells(PHQ)
    frame = pd.DataFrame(rows, columns=head)
    frame["Client"] = frame["Client"].astype("int64")
    frame.to_parquet(tmp_path / "phq.parquet")
    found = read(tmp_path, with_source("phq", file="phq.parquet", kind="parquet"))
    assert said(found, "phq") == []
    scores = found.require_study().table("assessments")
    assert scores["rel_day"].tolist() == [-1, 21, 0, -1]
    assert scores["total"].tolist() == [18, 3, 18, 3]
    (tmp_path / "phq.parquet").write_bytes(b"PAR1")
    found = read(tmp_path, with_source("phq", file="phq.parquet", kind="parquet"))
    assert ("FMT-021", "error", None) in said(found, "phq")


@unit
def test_years_of_two_digits_need_a_century(tmp_path):
    text = PATIENTS.replace("/1930", "/30").replace("/1980", "/80").replace("/1991", "/91")
    text = text.replace("/2024", "/24")
    found = read(tmp_path, with_source("patients", two_digit_years_from=1925), patients=text)
    assert found.require_study().table("subjects")["age_years"].tolist() == [43, 90, 32]
    late = read(tmp_path, with_source("patients", two_digit_years_from=1931), patients=text)
    assert ("FMT-050", "error", 1) in said(late, "patients")  # born in 2030


# --- What once broke a reader ---------------------------------------------------------------------


def with_part(path, part, change):
    """Rewrite one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
BROKEN_SHEETS = {
    "row that is no number": lambda xml: xml.replace(b'<row r="2"', b'<row r="x"'),
    "row beyond the last": lambda xml: xml.replace(b'<row r="2"', b'<row r="99999999999"'),
    "cell without a column": lambda xml: xml.replace(b'r="A2"', b'r="ZZZZ99999999"'),
    "more after the end": lambda xml: xml + b"<more>",
    "entities": lambda _: ENTITIES,
    "half": lambda xml: xml[: len(xml) // 2],
    "merged many times over": lambda xml: xml.replace(
        b"</sheetData>",
        b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:L5"/>' * 9 + b"</mergeCells>",
    ),
}


@unit
@pytest.mark.parametrize("change", BROKEN_SHEETS.values(), ids=BROKEN_SHEETS)
def test_a_sheet_that_no_program_wrote_is_one_finding(tmp_path, change):
    workbook(tmp_path / "phq.xlsx", cells(PHQ))
    with_part(tmp_path / "phq.xlsx", SHEET, change)
    found = read(tmp_path, with_source("phq", **EXCEL))
    assert said(found, "phq") == [("FMT-021", "error", None)]
    assert draft_mapping(tmp_path).content["sources"]  # the other files are still looked at


@unit
def test_packed_bytes_that_were_damaged_are_one_finding(tmp_path):
    path = tmp_path / "phq.xlsx"
    workbook(path, cells(PHQ))
    whole = path.read_bytes()
    for at in range(60, len(whole) - 60, len(whole) // 40):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) * 3 + whole[at + 3 :])
        found = read(tmp_path, with_source("phq", **EXCEL))
        assert found.ok or any(f.severity == "error" for f in found.findings)
        draft_mapping(tmp_path)


@unit
@pytest.mark.parametrize("area", ["A1:XFD1048576", "A7:A1048576", "N1:XFD9"])
def test_merged_areas_far_beyond_the_sheet_fill_no_memory(tmp_path, area):
    workbook(tmp_path / "phq.xlsx", cells(PHQ))
    merged = f'</sheetData><mergeCells><mergeCell ref="{area}"/></mergeCells>'.encode()
    with_part(tmp_path / "phq.xlsx", SHEET, lambda xml: xml.replace(b"</sheetData>", merged))
    tracemalloc.start()
    read(tmp_path, with_source("phq", **EXCEL))
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()


@unit
def test_what_a_sheet_says_of_its_size_is_not_believed(tmp_path):
    workbook(tmp_path / "phq.xlsx", cells(PHQ))
    for size in (b'<dimension ref="A1:XFD1048576"/>', b'<dimension ref="A1:A2"/>'):
        with_part(
            tmp_path / "phq.xlsx",
            SHEET,
            lambda xml, size=size: re.sub(rb"<dimension [^>]*/>", size, xml),
        )
        assert said(read(tmp_path, with_source("phq", **EXCEL)), "phq") == []


@unit
def test_a_cell_far_to_the_right_in_every_row_is_refused_before_it_fills_the_memory(tmp_path):
    workbook(tmp_path / "phq.xlsx", cells(PHQ))
    rows = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(6, 2000))
    with_part(
        tmp_path / "phq.xlsx",
        SHEET,
        lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>"),
    )
    found = read(tmp_path, with_source("phq", **EXCEL))
    assert said(found, "phq") == [("FMT-021", "error", None)]


@unit
@pytest.mark.parametrize(
    "values",
    [
        pa.array([2**31 - 1] * 4, pa.int32()).cast(pa.date32()),
        pa.array([2**62] * 4).cast(pa.timestamp("us")),
        pa.array([[["x"]]] * 4),
        pa.array([b"\xff"] * 4),
        pa.array([float("inf")] * 4),
        pa.array([[("x", 1)]] * 4, pa.map_(pa.string(), pa.int64())),
    ],
    ids=["day of the far future", "moment", "lists", "bytes", "infinity", "map"],
)
def test_parquet_columns_of_odd_types_are_findings(tmp_path, values):
    head, *rows = cells(PHQ)
    table = pa.Table.from_pandas(pd.DataFrame(rows, columns=head), preserve_index=False)
    table = table.set_column(1, "Completed on", values)
    parquet.write_table(table, tmp_path / "phq.parquet")
    found = read(tmp_path, with_source("phq", file="phq.parquet", kind="parquet"))
    assert any(severity == "error" for _, severity, _ in said(found, "phq"))


@unit
@pytest.mark.parametrize("name", ["x" * 5000, "a/" * 3000, "con\x00", "nul.csv", "*" * 300])
def test_names_that_no_disk_takes_are_no_file(tmp_path, name):
    found = read(tmp_path, with_source("phq", file=name))
    assert found.study is None
    assert not found.ok


@unit
@pytest.mark.parametrize("constant", ["Zqxkowalczyk", "9e12345678901", "1,5"])
@pytest.mark.parametrize("column", ["weight_kg", "course_no", "dose_mg"])
def test_constants_that_are_no_numbers_are_findings(tmp_path, column, constant):
    content = changed("tables", "sessions", "columns", column, to={"constant": constant})
    content["tables"]["sessions"]["columns"]["phase"] = {"by_session_no": {"1": "induction"}}
    found = read(tmp_path, content)
    assert not found.ok
    assert "Zqx" not in "".join(map(str, found.findings))


@unit
def test_twenty_thousand_columns_are_read_at_once(tmp_path):
    more = ",".join(["extra"] * 20_000)
    lines = [f"{line},{more}" for line in PHQ.splitlines()]
    begun = time.perf_counter()
    found = read(tmp_path, phq="\n".join(lines) + "\n")
    assert time.perf_counter() - begun < 20  # it took minutes when each header was counted
    assert found.ok


@unit
def test_a_file_that_is_gone_or_locked_while_it_is_read_is_a_finding(tmp_path, monkeypatch):
    write_files(tmp_path)
    opened = Path.open

    def locked(self, *args, **kwargs):
        if self.name == "phq.csv":
            raise PermissionError(13, "Zqxkowalczyk")
        return opened(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", locked)
    found = read_clinic(tmp_path, Mapping.of(MAPPING))
    assert said(found, "phq") == [("FMT-021", "error", None)]


@unit
def test_a_number_among_dates_of_a_text_file_is_named_as_what_it_looks_like(tmp_path):
    found = read(tmp_path, phq=PHQ.replace("04/01/2024", "45295"))
    remedies = [f.remedy for f in found.findings if f.rule == "FMT-050"]
    assert remedies
    assert all("as Excel counts days" in remedy for remedy in remedies)
    found = read(tmp_path, phq=PHQ.replace("04/01/2024", "soon"))
    remedies = [f.remedy for f in found.findings if f.rule == "FMT-050"]
    assert remedies
    assert not any("Excel" in remedy for remedy in remedies)
