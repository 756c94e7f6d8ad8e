"""The Excel workbook and the pictures: numbers are numbers, text is text, all is found."""

import io
import re
import time
import zipfile
from datetime import UTC, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.report.archive import pack
from analysis.report.document import read_document
from analysis.report.pictures import picture_files
from analysis.report.workbook import workbook_bytes
from analysis.report.workbook.values import value_of
from tests.report.small_page import ALT, BODY, NUMBERS, WHOLE, figure, page, png

pytestmark = pytest.mark.unit

MADE = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def written(html=WHOLE):
    return workbook_bytes(read_document(html), made=MADE)


def opened(html=WHOLE):
    return openpyxl.load_workbook(io.BytesIO(written(html)))


@pytest.fixture(scope="module")
def book():
    return opened()


def one_cell(text):
    """Write a table of one cell and give the cell."""
    html = f"<table><tr><th>a</th></tr><tr><td>{text}</td></tr></table>"
    return opened(page(f"<h2>b</h2>{html}"))["Table 1"]["A5"]


def find(sheet, text):
    found = [c for row in sheet.iter_rows() for c in row if c.value == text]
    assert len(found) == 1
    return found[0]


# --- The same bytes ------------------------------------------------------------------------------


def test_the_same_report_gives_the_same_bytes_later(monkeypatch):
    first = written()
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert written() == first


def test_no_part_says_when_it_was_made_but_the_time_of_the_report():
    with zipfile.ZipFile(io.BytesIO(written())) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode("utf-8")
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2026-01-31T12:00:00Z"}


def test_archives_do_not_depend_on_the_order_of_their_parts():
    assert pack({"b": b"2", "[Content_Types].xml": b"3", "A": b"1"}) == pack(
        {"A": b"1", "b": b"2", "[Content_Types].xml": b"3"}
    )


# --- Contents ------------------------------------------------------------------------------------


def test_every_table_and_every_figure_with_numbers_has_its_sheet(book):
    assert book.sheetnames == ["Contents", "Table 1", "Figure 1", "Table 2", "Table 3"]


def test_the_contents_say_what_every_sheet_is_and_lead_there(book):
    sheet = book["Contents"]
    lines = [[c.value for c in row] for row in sheet.iter_rows(min_row=6, max_col=4)]
    assert lines == [
        ["Sheet", "What it shows", "Kind", "Chapter"],
        ["Table 1", "Outcomes", "table", "Outcomes & change"],
        ["Figure 1", "Scores fall until week 4", "numbers of a figure", "Outcomes & change"],
        ["Table 2", "Course", "table", "Outcomes & change"],
        ["Table 3", "Where the numbers come from", "table", "Provenance"],
    ]
    places = [sheet.cell(n, 1).hyperlink.location for n in (7, 8)]
    assert places == ["'Table 1'!A1", "'Figure 1'!A1"]
    assert [sheet.cell(n, 1).value for n in (1, 2, 3)] == [
        "Quality of care", "8 clinics; synthetic", "Counts from 1 to 10 are hidden.",
    ]  # fmt: skip


def test_a_figure_without_numbers_is_in_the_contents_only():
    html = page("<h2>a</h2>" + figure().replace(NUMBERS, ""))
    book = opened(html)
    assert book.sheetnames == ["Contents"]
    assert book["Contents"]["C7"].value == "figure without numbers"
    assert book["Contents"]["A7"].hyperlink is None


def test_a_report_without_tables_is_a_workbook_too():
    assert opened(page("<p>text</p>")).sheetnames == ["Contents"]


# --- Cells ---------------------------------------------------------------------------------------


def test_a_sheet_has_title_table_and_notes(book):
    sheet = book["Table 1"]
    assert sheet["A1"].value == "Table 1. Outcomes"
    assert sheet["A2"].value == "By regimen"
    assert sheet["A3"].value == "Back to the contents"
    shown = [[c.value for c in row] for row in sheet.iter_rows(min_row=5, max_row=8, max_col=3)]
    assert shown == [
        [None, "ketamine IM\nn = 1,205", "ketamine IV"],
        ["Response", None, None],
        ["Mean change", -7.3, -8],
        ["=cmd|' /C calc'!A0", 1205, "<11"],
    ]
    assert [sheet.cell(n, 1).value for n in (10, 11, 12)] == [
        "SD, standard deviation.",
        "Counts under 11 are hidden.",
        "Counts from 1 to 10 are hidden.",
    ]
    assert [sheet[c].number_format for c in ("B7", "C7", "B8", "C8")] == [
        "0.00", "0.0", "#,##0", "@",
    ]  # fmt: skip
    assert "A6:C6" in {str(merged) for merged in sheet.merged_cells.ranges}


def test_the_numbers_of_a_figure_have_its_text_alternative(book):
    sheet = book["Figure 1"]
    assert sheet["A1"].value == "The numbers of Figure 1. Scores fall until week 4"
    assert [c.value for c in sheet[5]][:2] == ["week 4", 9.1]
    assert sheet["B5"].number_format == "0.00"
    assert find(sheet, ALT).font.size == 9


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=HYPERLINK(&quot;http://x&quot;)", "-cmd|x"],
)
def test_no_text_becomes_a_formula(text):
    cell = one_cell(text)
    assert cell.data_type == "s"
    assert cell.value == text.replace("&quot;", '"')
    assert cell.quotePrefix


def test_headings_titles_and_notes_become_no_formula_either():
    rows = "<thead><tr><th>=2+2</th></tr></thead><tbody><tr><td>1</td></tr></tbody>"
    foot = "<tfoot><tr><td>=3+3</td></tr></tfoot>"
    html = f"<table><caption>=1+1</caption>{rows}{foot}</table>"
    book = opened(page(f"<h2>=4+4</h2>{html}").replace("Quality of care", "=5+5"))
    kinds = {c.data_type for sheet in book for row in sheet.iter_rows() for c in row if c.value}
    assert kinds == {"s", "n"}
    with zipfile.ZipFile(io.BytesIO(written(page(f"<h2>=4+4</h2>{html}")))) as archive:
        sheets = [archive.read(n) for n in archive.namelist() if "/worksheets/" in n]
    assert not any(b"<f>" in sheet for sheet in sheets)


@pytest.mark.parametrize(
    ("shown", "content", "look"),
    [
        ("48", 48, "0"),
        ("0", 0, "0"),
        ("0.0", 0.0, "0.0"),
        ("9.10", 9.1, "0.00"),
        ("-8.0", -8.0, "0.0"),
        ("\u22120.30", -0.3, "0.00"),
        ("1,205", 1205, "#,##0"),
        ("12,345,678.5", 12345678.5, "#,##0.0"),
        ("239504", 239504, "0"),
    ],
)
def test_plain_numbers_are_numbers_with_their_decimals(shown, content, look):
    value = value_of(shown)
    assert (value.content, value.number_format) == (content, look)


@pytest.mark.parametrize(
    "shown",
    ["", "<11", "45%", "48.5 (32.5 to 64.8)", "007", "00.5", "1,20", "12,34", "1.2.3", "1e5",
     "NaN", "inf", "\u2014", "\u22127.3 to 2", "1 205", "+5", ".5", "5.", "1234567890123456",
     "\u0661", "2026-01"],
)  # fmt: skip
def test_everything_else_is_text(shown):
    value = value_of(shown)
    assert (value.content, value.number_format) == (shown, "@")


@given(st.integers(-(10**9), 10**9), st.integers(0, 5), st.booleans(), st.sampled_from("-\u2212"))
def test_a_number_is_read_as_it_was_written(digits, decimals, marks, minus):
    number = digits / 10**decimals
    shown = f"{number:{',' if marks else ''}.{decimals}f}".replace("-", minus)
    assert value_of(shown).content == number


@given(st.text("0159,.-\u2212<% e", max_size=7))
def test_no_text_of_any_kind_is_changed(shown):
    value = value_of(shown)
    assert isinstance(value.content, int | float) or value.content == shown


def test_cells_over_several_are_merged(book):
    merged = {str(found) for found in book["Table 2"].merged_cells.ranges}
    assert {"A4:A5", "B4:C4", "A6:A7"} <= merged
    assert [c.value for c in book["Table 2"][7]][:3] == [None, 8.5, 31]


# --- Print ---------------------------------------------------------------------------------------


def test_headings_stay_in_sight_and_on_every_page(book):
    sheet = book["Table 1"]
    assert sheet.freeze_panes == "B6"
    assert sheet.print_title_rows == "$5:$5"
    assert book["Table 2"].print_title_rows == "$4:$5"
    assert book["Contents"].freeze_panes == "A7"


def test_sheets_print_as_wide_as_a_page_and_say_which(book):
    for sheet in book:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.page_setup.paperSize == 9
        assert sheet.oddFooter.left.text == "Counts from 1 to 10 are hidden."
        assert sheet.oddFooter.right.text == "&A, page &P of &N"


def test_long_lines_have_room():
    html = f"<table><tr><th>a</th></tr><tr><td>{'many words ' * 40}</td></tr></table>"
    sheet = opened(page(f"<h2>b</h2>{html}"))["Table 1"]
    assert sheet.column_dimensions["A"].width == 48
    assert sheet.row_dimensions[5].height == 160  # 439 letters in lines of 48: ten of them


# --- Pictures ------------------------------------------------------------------------------------


def test_pictures_have_the_number_and_the_title_of_their_figure():
    html = page("<h2>a</h2>" + figure(10, 10) + BODY.replace("fall until", "fällt = bis"))
    files = picture_files(read_document(html))
    assert list(files) == [
        "figure-01-scores-fall-until-week-4.png",
        "figure-02-scores-fallt-bis-week-4.png",
        "text-alternatives.txt",
    ]
    assert files["figure-01-scores-fall-until-week-4.png"] == png(10, 10)


def test_names_of_pictures_are_short_and_plain():
    title = "../../a very long title that goes on and on: 50% / \u03b1, and then it goes on again"
    html = page(figure().replace(ALT, f"A chart. Conclusion: {title}."))
    assert next(iter(picture_files(read_document(html)))) == (
        "figure-01-a-very-long-title-that-goes-on-and-on-50-and.png"
    )
    nameless = page(figure().replace(ALT, "A chart. Conclusion: \u03b1\u03b2."))
    assert next(iter(picture_files(read_document(nameless)))) == "figure-01.png"


def test_text_alternatives_stand_beside_the_pictures():
    text = picture_files(read_document(WHOLE))["text-alternatives.txt"].decode("utf-8")
    assert text == (
        "Quality of care\n8 clinics; synthetic\nCounts from 1 to 10 are hidden.\n\n"
        "figure-01-scores-fall-until-week-4.png\nFigure 1. Scores fall until week 4.\n"
        f"{ALT}\n"
    )
