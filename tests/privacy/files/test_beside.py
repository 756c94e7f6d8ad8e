"""What stands beside tables and texts: notes, names, filters, fields, scripts and links."""
# ruff: noqa: E501 - a case reads best on its line

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from analysis.privacy.files import scanning
from analysis.privacy.files.scanning import scan_path
from tests.privacy.files.written_files import GROUPS, document, packed, paragraph, workbook

pytestmark = pytest.mark.unit

_SHEET = "xl/worksheets/sheet1.xml"
_FILTER = '<worksheet><sheetData/><autoFilter><filters><filter val="{}"/></filters></autoFilter></worksheet>'
_SLIDE = "<a:tbl>{}</a:tbl>"
_POINT = {"type": "Point", "coordinates": [-76.61219, 39.29038]}


def rows(*lines: tuple[str, str]) -> str:
    """Rows of a table of a slide."""
    return "".join(
        "<a:tr>" + "".join(f"<a:tc><a:t>{cell}</a:t></a:tc>" for cell in line) + "</a:tr>"
        for line in lines
    )


def errors(folder: Path, name: str, content: bytes | str) -> set[str]:
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    (folder / name).write_bytes(data)
    return {f.rule for f in scan_path(folder / name).findings if f.severity == "error"}


LEAKS = {
    "numbers of an object": ("a.json", json.dumps({"case": {"mrn": 48213377, "age": 43, "phq9": 21}})),
    "list of numbers": ("a.json", json.dumps({"excluded_patients": [10482213, 10477109]})),
    "point": ("a.geojson", json.dumps({"features": [{"geometry": _POINT}]})),
    "list in YAML": ("a.yml", "excluded_patients:\n  - 10482213\n  - 10477109\n"),
    "list in TOML": ("a.toml", "patients = [10482213, 10477109]\n"),
    "list in SQL": ("a.sql", "DELETE FROM scores WHERE patient_id IN (10482213, 10477109);"),
    "list in Python": ("a.py", "frame[frame.patient_id.isin([10482213, 10477109])]"),
    "address": ("a.log", "GET /patients/48213377/scores HTTP/1.1 200"),
    "note in a table": ("a.csv", "visit,n,mean\nweek 1,212,14.2\nwithout KX-1042,,\n"),
    "note in a sheet": ("a.xlsx", workbook({"d": [*GROUPS, ["without KX-1042", "", ""]]})),
    "filter of a sheet": ("a.xlsx", workbook({"d": GROUPS}, more={_SHEET: _FILTER.format("KX-1042")})),
    "text of a style": ("a.html", '<style>p::after {content: "Anna Kowalski, born 12.03.1971"}</style>'),
    "page inside": ("a.html", '<iframe srcdoc="&lt;p&gt;MRN 48213377&lt;/p&gt;"></iframe>'),
    "click": ("a.html", "<button onclick=\"show('patient KX-1042')\">x</button>"),
    "named field": ("a.html", '<input type="hidden" name="mrn" value="48213377">'),
    "named number": ("a.html", '<p data-mrn="48213377">x</p>'),
    "name of a download": ("a.html", '<a download="Kowalski_Anna.csv" href="#">x</a>'),
    "name of a link": ("a.html", '<a href="files/Kowalski%2C%20Anna.pdf">x</a>'),
    "escaped script": ("a.html", '<script>var n = "\\u0041nna \\x4bowalski, MRN 48213377";</script>'),
    "script of a drawing": ("a.svg", '<svg xmlns="s"><script>var d = [{"subject_id": "KX-1042", "age": 3}]</script></svg>'),
    "bookmark": ("a.docx", document('<w:p><w:bookmarkStart w:name="Kowalski_Anna"/></w:p>')),
    "field": ("a.docx", document('<w:p><w:fldSimple w:instr="mailto:anna@example.org"/></w:p>')),
    "choice": ("a.docx", document('<w:sdt><w:sdtPr><w:listItem w:displayText="KX-1042"/></w:sdtPr></w:sdt><w:p/>')),
    "variable": ("a.docx", document(paragraph("x"), more={"word/settings.xml": '<w:s><w:docVar w:name="pt" w:val="MRN 48213377"/></w:s>'})),
    "page in a document": ("a.docx", document(paragraph("x"), more={"word/afchunk.html": "<p>MRN 48213377</p>"})),
    "table of a slide": ("a.pptx", packed({"ppt/slides/slide1.xml": _SLIDE.format(rows(("subject", "phq9"), ("1042", "12"), ("1043", "20")))})),
}  # fmt: skip
CLEAN = {
    "numbers of an object": ("a.json", json.dumps({"seed": 20330117, "n": 610, "mean": 12.1})),
    "list of numbers": ("a.json", json.dumps({"patients": [120, 95, 71], "draws": [10000, 20000]})),
    "counts in YAML": ("a.yml", "patients:\n  - 120\n  - 95\n"),
    "counts in TOML": ("a.toml", "patients = [120, 95, 71]\n"),
    "address": ("a.log", "GET /reports/2026/index.html HTTP/1.1 200"),
    "note in a table": ("a.csv", "visit,n,mean\nweek 1,212,14.2\nwithout early leavers,,\n"),
    "note in a sheet": ("a.xlsx", workbook({"d": [*GROUPS, ["without early leavers", "", ""]]})),
    "filter of a sheet": ("a.xlsx", workbook({"d": GROUPS}, more={_SHEET: _FILTER.format("week 4")})),
    "text of a style": ("a.html", '<style>p::after {content: "read more"}</style>'),
    "page inside": ("a.html", '<iframe srcdoc="&lt;p&gt;Means by visit&lt;/p&gt;"></iframe>'),
    "click": ("a.html", "<button onclick=\"toggle('means-by-visit')\">x</button>"),
    "named field": ("a.html", '<input type="number" name="draws" value="2000">'),
    "name of a download": ("a.html", '<a download="means-by-visit.csv" href="#">x</a>'),
    "script": ("a.html", '<script>document.body.className = "ready"; load("https://cdn.plot.ly/plotly-2.35.2.min.js");</script>'),
    "bookmark of Word": ("a.docx", document('<w:p><w:bookmarkStart w:name="_Toc482103377"/></w:p>')),
    "table of a slide": ("a.pptx", packed({"ppt/slides/slide1.xml": _SLIDE.format(rows(("arm", "n"), ("iv", "327"), ("im", "177")))})),
}  # fmt: skip


@pytest.mark.parametrize("case", LEAKS)
def test_what_stands_beside_is_read(tmp_path, case):
    assert errors(tmp_path, *LEAKS[case]) != set()


@pytest.mark.parametrize("case", CLEAN)
def test_what_stands_beside_of_groups_passes(tmp_path, case):
    assert errors(tmp_path, *CLEAN[case]) == set()


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stream", "shows"), [(Terminal, True), (io.StringIO, False)])
def test_a_bar_shows_how_far_a_scan_is_on_a_terminal_only(tmp_path, monkeypatch, stream, shows):
    error = stream()
    monkeypatch.setattr(sys, "stderr", error)
    (tmp_path / "Kowalski, Anna.txt").write_text("MRN 48213377", encoding="utf-8")
    scan_path(tmp_path)
    assert ("Scanning" in error.getvalue()) is shows
    assert "Kowalski" not in error.getvalue()


def test_a_scan_can_be_interrupted(tmp_path, monkeypatch):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    monkeypatch.setattr(scanning, "pieces_of", interrupt)
    with pytest.raises(KeyboardInterrupt):
        scan_path(tmp_path)
