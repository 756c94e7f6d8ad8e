"""Writes Word and Excel files as plain zip packages, the same on every machine."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    Parts: TypeAlias = Mapping[str, str | bytes]
    Cell: TypeAlias = str | int | float | tuple[float, int] | None

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
NAMESPACES = (
    f'xmlns:w="{WORD}" xmlns:r="{OFFICE}/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
DATE_STYLE, INVISIBLE_STYLE = 1, 2

_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
CONTENT_TYPES = {
    "word/document.xml": f"{_WORD_TYPE}.document.main+xml",
    "word/comments.xml": f"{_WORD_TYPE}.comments+xml",
    "word/footnotes.xml": f"{_WORD_TYPE}.footnotes+xml",
    "word/settings.xml": f"{_WORD_TYPE}.settings+xml",
    "word/header1.xml": f"{_WORD_TYPE}.header+xml",
    "word/footer1.xml": f"{_WORD_TYPE}.footer+xml",
    "xl/workbook.xml": f"{_SHEET_TYPE}.sheet.main+xml",
    "xl/styles.xml": f"{_SHEET_TYPE}.styles+xml",
    "xl/sharedStrings.xml": f"{_SHEET_TYPE}.sharedStrings+xml",
    "xl/comments1.xml": f"{_SHEET_TYPE}.comments+xml",
    "xl/externalLinks/externalLink1.xml": f"{_SHEET_TYPE}.externalLink+xml",
    "xl/pivotCache/pivotCacheDefinition1.xml": f"{_SHEET_TYPE}.pivotCacheDefinition+xml",
    "xl/pivotCache/pivotCacheRecords1.xml": f"{_SHEET_TYPE}.pivotCacheRecords+xml",
    "xl/drawings/drawing1.xml": "application/vnd.openxmlformats-officedocument.drawing+xml",
    "xl/charts/chart1.xml": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    "docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    "docProps/custom.xml": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
}


@dataclass(frozen=True, kw_only=True)
class Properties:
    """What a program writes about the author of a file."""

    creator: str = ""
    modified_by: str = ""
    title: str = ""
    keywords: str = ""
    company: str = ""
    manager: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)

    def parts(self) -> dict[str, str | bytes]:
        core = (
            f'{HEAD}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{escape(self.title)}</dc:title><dc:creator>{escape(self.creator)}"
            f"</dc:creator><cp:keywords>{escape(self.keywords)}</cp:keywords>"
            f"<cp:lastModifiedBy>{escape(self.modified_by)}</cp:lastModifiedBy>"
            "</cp:coreProperties>"
        )
        app = (
            f'{HEAD}<Properties xmlns="{OFFICE}/extended-properties">'
            f"<Manager>{escape(self.manager)}</Manager><Company>{escape(self.company)}</Company>"
            "</Properties>"
        )
        written: dict[str, str | bytes] = {"docProps/core.xml": core, "docProps/app.xml": app}
        if self.custom:
            each = "".join(
                '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" '
                f'pid="{pid}" name={quoteattr(name)}><vt:lpwstr>{escape(value)}</vt:lpwstr>'
                "</property>"
                for pid, (name, value) in enumerate(self.custom.items(), start=2)
            )
            written["docProps/custom.xml"] = (
                f'{HEAD}<Properties xmlns="{OFFICE}/custom-properties" '
                f'xmlns:vt="{OFFICE}/docPropsVTypes">{each}</Properties>'
            )
        return written


def relations(targets: Sequence[tuple[str, str]]) -> str:
    """Relations rId1, rId2 … of a part; a target with a scheme or drive lies outside."""
    each = "".join(
        f'<Relationship Id="rId{i}" Type={quoteattr(kind)} Target={quoteattr(target)}'
        + (' TargetMode="External"/>' if ":" in target else "/>")
        for i, (kind, target) in enumerate(targets, start=1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{each}</Relationships>'


def related(kind: str, target: str) -> tuple[str, str]:
    return f"{OFFICE}/relationships/{kind}", target


def package(main: str, parts: Parts, properties: Properties) -> bytes:
    """Zip of all parts, uncompressed and without a time."""
    everything = {**parts, **properties.parts()}
    listed = [
        (PACKAGE + "/relationships/metadata/core-properties", "docProps/core.xml"),
        related("extended-properties", "docProps/app.xml"),
        related("officeDocument", main),
    ]
    if "docProps/custom.xml" in everything:
        listed.append(related("custom-properties", "docProps/custom.xml"))
    types = "".join(
        f'<Override PartName="/{name}" ContentType="{CONTENT_TYPES[name]}"/>'
        if name in CONTENT_TYPES
        else f'<Override PartName="/{name}" ContentType="{_SHEET_TYPE}.worksheet+xml"/>'
        for name in everything
        if name in CONTENT_TYPES or name.startswith("xl/worksheets/sheet")
    )
    everything["_rels/.rels"] = relations(listed)
    everything["[Content_Types].xml"] = (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/>'
        f'<Default Extension="xlsx" ContentType="{_SHEET_TYPE}.sheet"/>'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{types}</Types>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(everything):
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = 0o644 << 16
            content = everything[name]
            archive.writestr(info, content.encode() if isinstance(content, str) else content)
    return buffer.getvalue()


# --- Word ----------------------------------------------------------------------------------------


def run(text: str, look: str = "") -> str:
    look = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*runs: str) -> str:
    """Paragraph of ready runs; plain text becomes a run."""
    each = (part if part.startswith("<w:") else run(part) for part in runs)
    return f"<w:p>{''.join(each)}</w:p>"


def word_table(rows: Sequence[Sequence[str]]) -> str:
    lines = "".join(
        f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in rows
    )
    grid = "<w:gridCol/>" * len(rows[0])
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>"


def word_part(root: str, inner: str) -> str:
    return f"{HEAD}<w:{root} {NAMESPACES}>{inner}</w:{root}>"


def word(
    body: str,
    properties: Properties | None = None,
    parts: Parts | None = None,
    links: Sequence[tuple[str, str]] = (),
) -> bytes:
    """Word file with the given body; links are numbered rId1, rId2 …"""
    written = {
        "word/document.xml": word_part("document", f"<w:body>{body}</w:body>"),
        "word/_rels/document.xml.rels": relations(links),
        **(parts or {}),
    }
    return package("word/document.xml", written, properties or Properties())


# --- Excel ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet: rows of cells, and XML before and after them."""

    name: str
    rows: Sequence[Sequence[Cell]]
    state: str = "visible"
    before: str = ""
    after: str = ""
    links: Sequence[tuple[str, str]] = ()

    def xml(self) -> str:
        lines = "".join(
            f'<row r="{i}">{"".join(cell_xml(c, i, j) for j, c in enumerate(row))}</row>'
            for i, row in enumerate(self.rows, start=1)
        )
        return (
            f'{HEAD}<worksheet xmlns="{SHEET}" xmlns:r="{OFFICE}/relationships">{self.before}'
            f"<sheetData>{lines}</sheetData>{self.after}</worksheet>"
        )


def cell_xml(value: Cell, row: int, column: int) -> str:
    place = f'r="{chr(65 + column)}{row}"'
    if value is None:
        return ""
    if isinstance(value, tuple):
        return f'<c {place} s="{value[1]}"><v>{value[0]}</v></c>'
    if isinstance(value, str):
        inner = f'<is><t xml:space="preserve">{escape(value)}</t></is>'
        return f'<c {place} t="inlineStr">{inner}</c>'
    return f"<c {place}><v>{value}</v></c>"


STYLES = (
    f'{HEAD}<styleSheet xmlns="{SHEET}"><numFmts count="1"><numFmt numFmtId="164" '
    'formatCode=";;;"/></numFmts><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill><patternFill/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="3"><xf/><xf numFmtId="14" applyNumberFormat="1"/>'
    '<xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def book(
    sheets: Sequence[Sheet],
    properties: Properties | None = None,
    parts: Parts | None = None,
    links: Sequence[tuple[str, str]] = (),
    before: str = "",
    after: str = "",
) -> bytes:
    """Excel file; links follow the sheets and the styles in the numbering of relations."""
    written: dict[str, str | bytes] = {"xl/styles.xml": STYLES, **(parts or {})}
    listed, targets = "", []
    for i, sheet in enumerate(sheets, start=1):
        written[f"xl/worksheets/sheet{i}.xml"] = sheet.xml()
        if sheet.links:
            written[f"xl/worksheets/_rels/sheet{i}.xml.rels"] = relations(sheet.links)
        targets.append(related("worksheet", f"worksheets/sheet{i}.xml"))
        listed += (
            f'<sheet name={quoteattr(sheet.name)} sheetId="{i}" state="{sheet.state}" '
            f'r:id="rId{i}"/>'
        )
    targets += [related("styles", "styles.xml"), *links]
    written["xl/_rels/workbook.xml.rels"] = relations(targets)
    written["xl/workbook.xml"] = (
        f'{HEAD}<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}/relationships">{before}'
        f"<sheets>{listed}</sheets>{after}</workbook>"
    )
    return package("xl/workbook.xml", written, properties or Properties())
