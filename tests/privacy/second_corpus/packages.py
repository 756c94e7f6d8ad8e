"""Excel and Word files, part by part, the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from tests.privacy.second_corpus.packing import archive

Cell = str | int | float | None
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
KIND = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, kw_only=True, eq=False)
class Properties:
    """What an office program writes about whoever made a file."""

    creator: str = ""
    modified_by: str = ""
    title: str = ""
    company: str = ""
    comment: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """One sheet: its rows, whether and how it hides, what its margins and notes say."""

    name: str
    rows: Sequence[Sequence[Cell]]
    state: str = "visible"
    hidden_columns: Sequence[int] = ()
    footer: str = ""
    notes: dict[str, tuple[str, str]] = field(default_factory=dict)


def _properties(properties: Properties) -> dict[str, str | bytes]:
    """Write both parts with the properties of a file."""
    core = (
        f'{XML}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(properties.title)}</dc:title>"
        f"<dc:creator>{escape(properties.creator)}</dc:creator>"
        f"<dc:description>{escape(properties.comment)}</dc:description>"
        f"<cp:lastModifiedBy>{escape(properties.modified_by)}</cp:lastModifiedBy>"
        "</cp:coreProperties>"
    )
    app = (
        f'{XML}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'extended-properties"><Company>{escape(properties.company)}</Company></Properties>'
    )
    return {"docProps/core.xml": core, "docProps/app.xml": app}


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    """Write relations ``rId1``, ``rId2`` ... of (kind, target)."""
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'


def _top_relations(main: str) -> str:
    """Write the relations of a package to its main part and its properties."""
    return _relations(
        [
            (f"{OFFICE}/officeDocument", main),
            (f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            (f"{OFFICE}/extended-properties", "docProps/app.xml"),
        ]
    )


def _types(kinds: dict[str, str]) -> str:
    """Write the list of content types."""
    known = {
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "/docProps/app.xml": f"{KIND}.extended-properties+xml",
    }
    lines = "".join(
        f'<Override PartName="{part}" ContentType="{kind}"/>'
        for part, kind in (kinds | known).items()
    )
    return (
        f'{XML}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{lines}</Types>'
    )


def _letter(column: int) -> str:
    """Name one of the first 26 columns."""
    return chr(ord("A") + column)


def _cell(value: Cell, place: str) -> str:
    """Write one cell; text stands in the cell itself."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def _sheet(sheet: Sheet) -> str:
    """Write the part of one sheet."""
    columns = "".join(
        f'<col min="{number + 1}" max="{number + 1}" width="9" hidden="1"/>'
        for number in sheet.hidden_columns
    )
    rows = "".join(
        f'<row r="{number}">'
        + "".join(_cell(value, f"{_letter(at)}{number}") for at, value in enumerate(row))
        + "</row>"
        for number, row in enumerate(sheet.rows, 1)
    )
    footer = f"<headerFooter><oddFooter>{escape(sheet.footer)}</oddFooter></headerFooter>"
    return (
        f'{XML}<worksheet xmlns="{SHEET}">'
        + (f"<cols>{columns}</cols>" if columns else "")
        + f"<sheetData>{rows}</sheetData>{footer if sheet.footer else ''}</worksheet>"
    )


def _notes(notes: dict[str, tuple[str, str]]) -> str:
    """Write notes, each with its author, that hang at cells."""
    authors = "".join(f"<author>{escape(author)}</author>" for author, _ in notes.values())
    lines = "".join(
        f'<comment ref="{place}" authorId="{number}"><text><t>{escape(text)}</t></text></comment>'
        for number, (place, (_, text)) in enumerate(notes.items())
    )
    return (
        f'{XML}<comments xmlns="{SHEET}"><authors>{authors}</authors>'
        f"<commentList>{lines}</commentList></comments>"
    )


def workbook(
    sheets: Sequence[Sheet],
    properties: Properties | None = None,
    names: dict[str, str] | None = None,
) -> bytes:
    """Write an Excel file; ``names`` are defined names with what they stand for."""
    kinds = {"/xl/workbook.xml": f"{KIND}.spreadsheetml.sheet.main+xml"}
    parts: dict[str, str | bytes] = {}
    listed = ""
    for number, sheet in enumerate(sheets, 1):
        listed += (
            f'<sheet name="{escape(sheet.name)}" sheetId="{number}" '
            f'state="{sheet.state}" r:id="rId{number}"/>'
        )
        kinds[f"/xl/worksheets/sheet{number}.xml"] = f"{KIND}.spreadsheetml.worksheet+xml"
        parts[f"xl/worksheets/sheet{number}.xml"] = _sheet(sheet)
        if sheet.notes:
            kinds[f"/xl/comments{number}.xml"] = f"{KIND}.spreadsheetml.comments+xml"
            parts[f"xl/comments{number}.xml"] = _notes(sheet.notes)
            parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = _relations(
                [(f"{OFFICE}/comments", f"/xl/comments{number}.xml")]
            )
    defined = "".join(
        f'<definedName name="{name}">{escape(text)}</definedName>'
        for name, text in (names or {}).items()
    )
    book = (
        f'{XML}<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets>'
        + (f"<definedNames>{defined}</definedNames>" if defined else "")
        + "</workbook>"
    )
    relations = [
        (f"{OFFICE}/worksheet", f"worksheets/sheet{number}.xml")
        for number in range(1, len(sheets) + 1)
    ]
    return archive(
        {
            "[Content_Types].xml": _types(kinds),
            "_rels/.rels": _top_relations("xl/workbook.xml"),
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": _relations(relations),
        }
        | parts
        | _properties(properties or Properties())
    )


def paragraph(text: str) -> str:
    """Write one paragraph of a Word file."""
    return f"<w:p>{run(text)}</w:p>"


def run(text: str) -> str:
    """Write a piece of a paragraph."""
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def word_table(rows: Sequence[Sequence[Cell]]) -> str:
    """Write a table of a Word file."""
    lines = "".join(
        "<w:tr>"
        + "".join(f"<w:tc>{paragraph('' if value is None else str(value))}</w:tc>" for value in row)
        + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl>{lines}</w:tbl>"


def document(
    body: str, properties: Properties | None = None, extra: dict[str, str] | None = None
) -> bytes:
    """Write a Word file; ``extra`` holds comments, header or footer by the name of the part."""
    kinds = {"/word/document.xml": f"{KIND}.wordprocessingml.document.main+xml"}
    parts: dict[str, str | bytes] = {}
    relations = []
    for name, content in (extra or {}).items():
        kinds[f"/word/{name}.xml"] = f"{KIND}.wordprocessingml.{name.rstrip('1')}+xml"
        tag = {"header1": "hdr", "footer1": "ftr"}.get(name, name)
        parts[f"word/{name}.xml"] = f'{XML}<w:{tag} xmlns:w="{WORD}">{content}</w:{tag}>'
        relations.append((f"{OFFICE}/{name.rstrip('1')}", f"{name}.xml"))
    main = f'{XML}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return archive(
        {
            "[Content_Types].xml": _types(kinds),
            "_rels/.rels": _top_relations("word/document.xml"),
            "word/document.xml": main,
            "word/_rels/document.xml.rels": _relations(relations),
        }
        | parts
        | _properties(properties or Properties())
    )
