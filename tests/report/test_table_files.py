"""Single tables as Word, Excel, HTML and Markdown."""

from __future__ import annotations

import io
import zipfile

import docx
import openpyxl
import pandas as pd
import pytest
from docx.oxml.ns import qn

from analysis.disclosure import INTERNAL
from analysis.errors import DisclosureError, ReportError
from analysis.report import table_bytes, write_tables
from analysis.tables import baseline_table, estimates_table

pytestmark = pytest.mark.unit

PATIENTS = pd.DataFrame(
    {"route": ["IV"] * 60 + ["IM"] * 40, "age": [40.0, 50.0] * 50, "=1+1": ["yes", "no"] * 50}
)


@pytest.fixture(autouse=True)
def _fixed_time(monkeypatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")


@pytest.fixture(scope="module")
def table():
    return baseline_table(PATIENTS, ["age", "=1+1"], by="route", smd=True, title="Patients <1>")


def test_word_has_caption_repeated_headings_whole_rows_and_an_alternative(table) -> None:
    word = docx.Document(io.BytesIO(table_bytes(table, "docx")))
    texts = [paragraph.text for paragraph in word.paragraphs]
    assert texts[0] == "Table 1. Patients <1>"
    assert texts.count("Patients <1>") == 0
    assert table.notes[-1] in texts
    made = word.tables[0]
    rows = made._tbl.tr_lst
    assert rows[0].find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
    properties = made._tbl.tblPr
    assert properties.find(qn("w:tblCaption")).get(qn("w:val")) == "Patients <1>"
    assert "SMD" in properties.find(qn("w:tblDescription")).get(qn("w:val"))
    assert made.rows[2].cells[1].text == "45.0 (5.0)"


def test_a_workbook_holds_numbers_and_no_formula(table) -> None:
    book = openpyxl.load_workbook(io.BytesIO(table_bytes(table, "xlsx")))
    assert book.sheetnames == ["Contents", "Table 1"]
    cells = [cell for row in book["Table 1"].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert "=1+1" in [cell.value for cell in cells]
    assert 0.0 in [cell.value for cell in cells if cell.data_type == "n"]  # the SMD of age


def test_two_tables_share_a_file(table, tmp_path) -> None:
    other = baseline_table(PATIENTS, ["age"], title="Ages")
    file = write_tables([table, other], tmp_path / "both.docx", title="Tables of the clinic")
    word = docx.Document(str(file))
    texts = [paragraph.text for paragraph in word.paragraphs]
    assert texts.count("Tables of the clinic") == 1
    assert [text for text in texts if text.startswith("Table ")] == [
        "Table 1. Patients <1>",
        "Table 2. Ages",
    ]
    assert len(word.tables) == 2


@pytest.mark.parametrize("kind", ["docx", "xlsx", "html", "md"])
def test_the_same_table_gives_the_same_bytes(table, kind) -> None:
    first = table_bytes(table, kind)
    assert first == table_bytes(table, kind)
    if kind in ("docx", "xlsx"):
        with zipfile.ZipFile(io.BytesIO(first)) as archive:
            assert {entry.date_time[:3] for entry in archive.infolist()} == {(1980, 1, 1)}
    else:
        assert "Patients &lt;1&gt;" in first.decode("utf-8")
        assert "<1>" not in first.decode("utf-8")


def test_files_that_cannot_be_made_are_refused(table, tmp_path) -> None:
    for tables, name, match in (
        (table, "canary.rtf", "written as docx, xlsx, html, md"),
        ([], "a.docx", "no table"),
        ([table, table], "a.docx", "same title"),
    ):
        with pytest.raises(ReportError, match=match) as refusal:
            write_tables(tables, tmp_path / name)
        assert "canary" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_true_counts_stay_in_the_local_zone(tmp_path) -> None:
    inside = baseline_table(PATIENTS.head(65), ["age"], by="route", policy=INTERNAL)
    with pytest.raises(DisclosureError, match="folder named local"):
        write_tables(inside, tmp_path / "table.html")
    file = write_tables(inside, tmp_path / "local" / "table.html")
    assert "Confidential" in file.read_text(encoding="utf-8")


def test_estimates_without_their_patients_are_not_written(tmp_path) -> None:
    tidy = pd.DataFrame(
        {"term": ["week"], "estimate": [-1.2], "conf_low": [-2.0], "conf_high": [-0.5]}
    )
    with pytest.raises(DisclosureError, match="how many patients"):
        write_tables(estimates_table(tidy), tmp_path / "table.docx")
