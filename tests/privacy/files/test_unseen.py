"""What nobody sees: letters in the colour of their ground, tiny ones, formats that show nothing."""
# ruff: noqa: E501 - a case reads best on its line

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.privacy.files.pieces.unseen import are_alike, colour_of, holds_codes
from analysis.privacy.files.scanning import scan_path
from tests.privacy.files.written_files import document, packed, workbook

pytestmark = pytest.mark.unit

_CODE = "48210337"


def rules(folder: Path, name: str, content: bytes | str) -> set[str]:
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    (folder / name).write_bytes(data)
    return {finding.rule for finding in scan_path(folder / name).findings}


UNSEEN_PAGES = {
    "colour of the element": f'<p style="color:#fff">{_CODE}</p>',
    "named colour": f'<p style="color: White !important">{_CODE}</p>',
    "nearly white": f'<p style="color:#fdfdfd">{_CODE}</p>',
    "clear colour": f'<p style="color:rgba(0,0,0,0)">{_CODE}</p>',
    "ground of an element around": f'<div style="background:#123456"><b style="color:rgb(18,52,86)">{_CODE}</b></div>',
    "old element": f'<font color="white">{_CODE}</font>',
    "a rule for a class": f"<style>.x {{color: white}}</style><p class='x'>{_CODE}</p>",
    "a rule for an id": f"<style>div #k {{font-size: 0}}</style><p id='k'>{_CODE}</p>",
    "tiny letters": f'<span style="font-size:1px">{_CODE}</span>',
    "no opacity": f'<span style="opacity:0">{_CODE}</span>',
    "in a cell": f'<table><tr><th>week</th><th>n</th></tr><tr><td>4</td><td style="color:#ffffff">{_CODE}</td></tr></table>',
    "after a cell that was not closed": f'<table><tr><td style="color:#000">4<td style="color:#fff">{_CODE}</table>',
}
SEEN_PAGES = {
    "white on dark": f'<table><tr style="background:#336699"><th style="color:#fff">{_CODE}</th></tr></table>',
    "white on dark by a rule": f"<style>th {{background:#369; color:white}}</style><table><tr><th>{_CODE}</th></tr></table>",
    "dark page": f'<body style="background:#222;color:#fff"><p>{_CODE}</p></body>',
    "after a white word": f'<p><span style="color:#fff">.</span> {_CODE}</p>',
    "for print": f"<style>@media print {{p {{color: white}}}}</style><p>{_CODE}</p>",
    "a colour of a program": f'<p style="color:var(--paper)">{_CODE}</p>',
    "ground of a picture": f'<p style="background:url(a.png);color:#fff">{_CODE}</p>',
    "opacity of one": f'<p style="opacity:1.0">{_CODE}</p>',
}


@pytest.mark.parametrize("case", UNSEEN_PAGES)
def test_numbers_that_a_page_hides_are_found(tmp_path, case):
    assert {"PRV-112", "PRV-115"} <= rules(tmp_path, "a.html", UNSEEN_PAGES[case])


@pytest.mark.parametrize("case", SEEN_PAGES)
def test_numbers_that_a_page_shows_are_none(tmp_path, case):
    assert "PRV-115" not in rules(tmp_path, "a.html", SEEN_PAGES[case])


def styled(
    font: str = "", fill: str = '<patternFill patternType="none"/>', code: str = "General"
) -> str:
    """Styles of a workbook whose second style has this font, fill and format."""
    return (
        f'<styleSheet><numFmts><numFmt numFmtId="170" formatCode="{code}"/></numFmts>'
        f"<fonts><font><sz val='11'/></font><font>{font}</font></fonts>"
        f"<fills><fill><patternFill patternType='none'/></fill><fill>{fill}</fill></fills>"
        '<cellXfs><xf numFmtId="0" fontId="0" fillId="0"/><xf numFmtId="170" fontId="1" fillId="1"/></cellXfs></styleSheet>'
    )


_SOLID = '<patternFill patternType="solid"><fgColor {}/></patternFill>'
UNSEEN_CELLS = {
    "white letters": styled('<color rgb="FFFFFFFF"/>'),
    "white of the theme": styled('<color theme="0"/>'),
    "colour of the fill": styled('<color rgb="FF336699"/>', _SOLID.format('rgb="FF336699"')),
    "tiny": styled('<sz val="1"/>'),
    "no format": styled(code=";;;"),
    "no format for numbers": styled(code=";;"),
}
SEEN_CELLS = {
    "black": styled('<color rgb="FF000000"/>'),
    "white on dark": styled('<color rgb="FFFFFFFF"/>', _SOLID.format('rgb="FF1F3864"')),
    "white on an accent": styled('<color theme="0"/>', _SOLID.format('theme="4"')),
    "white of the theme, darker": styled('<color theme="0" tint="-0.5"/>'),
    "another format": styled(code="0;-0;;@"),
}
_SHEET = [["week", "n"], ["4", "188"], ["12", _CODE]]


@pytest.mark.parametrize("case", UNSEEN_CELLS)
def test_numbers_that_a_workbook_hides_are_found(tmp_path, case):
    content = workbook({"d": _SHEET}, style=' s="1"', more={"xl/styles.xml": UNSEEN_CELLS[case]})
    assert {"PRV-112", "PRV-115"} <= rules(tmp_path, "a.xlsx", content)


@pytest.mark.parametrize("case", SEEN_CELLS)
def test_numbers_that_a_workbook_shows_are_none(tmp_path, case):
    content = workbook({"d": _SHEET}, style=' s="1"', more={"xl/styles.xml": SEEN_CELLS[case]})
    assert rules(tmp_path, "a.xlsx", content) == {"PRV-111"}


def test_a_hidden_column_may_list_numbers(tmp_path):
    rows = [["week", "n", "who"], ["0", "212", "10482213; 10477109"], ["4", "188", "10391870"]]
    hidden = "<cols><col min='3' max='3' hidden='1'/></cols>"
    assert "PRV-115" in rules(
        tmp_path, "a.xlsx", workbook({"d": rows}, more=sheet_with(rows, hidden))
    )
    helper = [["week", "n", "lag"], ["0", "212", "1"], ["4", "188", "2"]]
    assert "PRV-115" not in rules(
        tmp_path, "b.xlsx", workbook({"d": helper}, more=sheet_with(helper, hidden))
    )


def sheet_with(rows: list[list[str]], extra: str) -> dict[str, str]:
    """The first sheet of a workbook, with columns as they are said to be."""
    lines = "".join(
        "<row>" + "".join(f'<c t="str"><v>{cell}</v></c>' for cell in row) + "</row>"
        for row in rows
    )
    return {
        "xl/worksheets/sheet1.xml": f"<worksheet>{extra}<sheetData>{lines}</sheetData></worksheet>"
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ('<definedName name="Kowalski_Anna">Sheet1!$A$1</definedName>', True),
        ('<definedName name="k">{"48210337","48210338"}</definedName>', True),
        ('<definedName name="k" comment="call Anna Kowalski">Sheet1!$A$1</definedName>', True),
        ('<definedName name="_xlnm.Print_Area">Sheet1!$A$1:$C$40</definedName>', False),
        ('<definedName name="alpha_level">0.05</definedName>', False),
    ],
)
def test_names_defined_in_a_workbook(tmp_path, name, expected):
    content = workbook({"d": [["arm", "n"], ["iv", "327"]]}, names=name)
    assert bool(rules(tmp_path, "a.xlsx", content) - {"PRV-111", "PRV-112"}) is expected


def run(look: str, *, paragraph: str = "", text: str = _CODE) -> str:
    """A paragraph of one run."""
    return f"<w:p><w:pPr>{paragraph}</w:pPr><w:r><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def in_cell(cell: str, inner: str, *, table: str = "") -> str:
    """A table of one cell."""
    return f"<w:tbl><w:tblPr>{table}</w:tblPr><w:tr><w:tc><w:tcPr>{cell}</w:tcPr>{inner}</w:tc></w:tr></w:tbl>"


_WHITE = '<w:color w:val="FFFFFF"/>'
_DARK = '<w:shd w:val="clear" w:fill="1F3864"/>'
_STYLES = (
    '<w:styles><w:style w:styleId="Base"><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>'
    '<w:style w:styleId="Faint"><w:basedOn w:val="Base"/></w:style>'
    '<w:style w:styleId="Grid4"><w:tblStylePr><w:tcPr><w:shd w:fill="4472C4"/></w:tcPr></w:tblStylePr></w:style></w:styles>'
)
UNSEEN_WORDS = {
    "white": run(_WHITE),
    "tiny": run('<w:sz w:val="2"/>'),
    "hidden": run("<w:vanish/>"),
    "white in a cell": in_cell("", run(_WHITE)),
    "colour of the cell": in_cell(_DARK, run('<w:color w:val="1F3864"/>')),
    "by a style of letters": run('<w:rStyle w:val="Faint"/>'),
    "by a style of the paragraph": run("", paragraph='<w:pStyle w:val="Faint"/>'),
    "in two runs": run(_WHITE, text="4821").replace("</w:p>", "")
    + f"<w:r><w:rPr>{_WHITE}</w:rPr><w:t>0337</w:t></w:r></w:p>",
}
SEEN_WORDS = {
    "black": run('<w:color w:val="000000"/>'),
    "of the theme": run('<w:color w:val="FFFFFF" w:themeColor="background1"/>'),
    "white in a dark cell": in_cell(_DARK, run(_WHITE)),
    "white in a dark paragraph": run(_WHITE, paragraph=_DARK),
    "white in a table of dark cells": in_cell("", run(_WHITE), table='<w:tblStyle w:val="Grid4"/>'),
    "white on a marker": run(_WHITE + '<w:highlight w:val="black"/>'),
    "after white letters": run(_WHITE, text="."),
}


@pytest.mark.parametrize("case", UNSEEN_WORDS)
def test_numbers_that_a_document_hides_are_found(tmp_path, case):
    content = document(UNSEEN_WORDS[case], more={"word/styles.xml": _STYLES})
    assert {"PRV-112", "PRV-115"} <= rules(tmp_path, "a.docx", content)


@pytest.mark.parametrize("case", SEEN_WORDS)
def test_numbers_that_a_document_shows_are_none(tmp_path, case):
    content = document(SEEN_WORDS[case], more={"word/styles.xml": _STYLES})
    assert "PRV-115" not in rules(tmp_path, "a.docx", content)


def test_colours():
    assert colour_of("FFF") == "ffffff"
    assert colour_of("rgba(1, 2, 3, 0.0)") == "none"
    assert colour_of("rgb(300, 0, 0)") == "ff0000"
    assert colour_of("auto") is None
    assert are_alike("none", None)
    assert not are_alike("ffffff", None)
    assert not are_alike("e0e0e0", "ffffff")


def test_numbers_as_those_of_patients():
    assert holds_codes(["KX-10442"])
    assert holds_codes(["1042", "1043", "1047", "1051", "1060"])
    assert not holds_codes(["2019", "2020", "2021", "2022", "2023", "2024"])
    assert not holds_codes(["0.12345", "44249-1", "12,345", "PHQ-9", "1042"])


def test_names_and_notes_of_archives(tmp_path):
    means = "visit,mean,n\nweek 1,14.21,212\nweek 2,12.94,204\n"
    assert rules(tmp_path, "a.zip", packed({"fig/means-2024.csv": means})) == set()
    assert rules(tmp_path, "b.zip", packed({"Kowalski, Anna/means.csv": means})) == {"PRV-113"}
    assert rules(tmp_path, "c.zip", packed({"p000017/": ""})) == {"PRV-113"}
