"""Small files of every kind, written byte by byte. All data are invented."""
# ruff: noqa: E501 - a case reads best on its line

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.privacy.files.pieces import Limits
from tests.privacy.files.shown import FRAME

ROWS = [["subject_id", "age", "phq9"], ["KX-1042", "43", "12"], ["KX-1043", "51", "20"]]
GROUPS = [["arm", "n", "mean"], ["iv", "327", "9.2"], ["im", "177", "11.4"]]


def output(text: str = "", *, html: str = "", **more: Any) -> dict[str, Any]:
    """One result of a cell."""
    data = {"text/plain": text, **({"text/html": html} if html else {}), **more}
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}


def notebook(
    *outputs: Mapping[str, Any],
    source: str = "frame",
    metadata: Mapping[str, Any] | None = None,
    cell: Mapping[str, Any] | None = None,
) -> bytes:
    """A notebook of one code cell, format 4."""
    code = {
        "cell_type": "code",
        "execution_count": 1,
        "id": "a",
        "metadata": {},
        "outputs": list(outputs),
        "source": source,
        **(cell or {}),
    }
    content = {
        "cells": [code],
        "metadata": dict(metadata or {}),
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content).encode()


def packed(members: Mapping[str, bytes | str]) -> bytes:
    """An archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _sheet(rows: Sequence[Sequence[str]], *, style: str = "", extra: str = "") -> str:
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = []
        for column, value in enumerate(row):
            place = f"{chr(65 + column)}{number}"
            plain = value.replace(".", "").isdigit()
            cells.append(
                f'<c r="{place}"{style if plain else ""}><v>{value}</v></c>'
                if plain
                else f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
            )
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f'<worksheet xmlns="m"><sheetData>{"".join(lines)}</sheetData>{extra}</worksheet>'


def workbook(
    sheets: Mapping[str, Sequence[Sequence[str]]],
    *,
    states: Mapping[str, str] | None = None,
    more: Mapping[str, bytes | str] | None = None,
    names: str = "",
    style: str = "",
) -> bytes:
    """A workbook with texts in its cells."""
    states = states or {}
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"'
        + (f' state="{states[name]}"' if name in states else "")
        + "/>"
        for n, name in enumerate(sheets, start=1)
    )
    relations = "".join(
        f'<Relationship Id="r{n}" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns:r="r"><sheets>{listed}</sheets><definedNames>{names}</definedNames></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
        "xl/styles.xml": '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    }
    for n, rows in enumerate(sheets.values(), start=1):
        members[f"xl/worksheets/sheet{n}.xml"] = _sheet(rows, style=style)
    return packed({**members, **(more or {})})


def document(body: str, *, more: Mapping[str, bytes | str] | None = None) -> bytes:
    """A Word document."""
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f'<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>',
            **(more or {}),
        }
    )


def paragraph(text: str) -> str:
    """A paragraph of a Word document."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def word_table(rows: Sequence[Sequence[str]]) -> str:
    """A table of a Word document."""
    return (
        "<w:tbl>"
        + "".join(
            "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
            for row in rows
        )
        + "</w:tbl>"
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: tuple[bytes, bytes], after: bytes = b"") -> bytes:
    """A picture of one white point."""
    inner = b"".join(_chunk(kind, data) for kind, data in chunks)
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + inner
        + _chunk(b"IDAT", zlib.compress(b"\0\xff"))
        + _chunk(b"IEND", b"")
        + after
    )


def exif(*, artist: bytes = b"", gps: bool = False) -> bytes:
    """The Exif block of a picture."""
    entries, data = [], b""
    start = 8 + 2 + 12 * (bool(artist) + gps) + 4
    if artist:
        entries.append(struct.pack("<HHII", 0x013B, 2, len(artist), start))
        data += artist
    if gps:
        entries.append(struct.pack("<HHII", 0x8825, 4, 1, start + len(data)))
        place = start + len(data) + 2 + 12 + 4
        data += struct.pack("<H", 1) + struct.pack("<HHII", 2, 5, 3, place) + struct.pack("<I", 0)
        data += struct.pack("<6I", 37, 1, 46, 1, 30, 1)
    return (
        b"II*\0"
        + struct.pack("<I", 8)
        + struct.pack("<H", len(entries))
        + b"".join(entries)
        + struct.pack("<I", 0)
        + data
    )


def jpeg(*segments: tuple[int, bytes], after: bytes = b"") -> bytes:
    """A picture with segments before its points."""
    inner = b"".join(
        b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data
        for marker, data in segments
    )
    return b"\xff\xd8" + inner + b"\xff\xda\0\x02points\xff\xd9" + after


def pdf(page: bytes, *, info: bytes = b"", packed_page: bool = True) -> bytes:
    """A document of one page."""
    stream = zlib.compress(page) if packed_page else page
    kind = b"/Filter /FlateDecode " if packed_page else b""
    return (
        b"%PDF-1.4\n1 0 obj\n<< /Length "
        + str(len(stream)).encode()
        + b" "
        + kind
        + b">>\nstream\n"
        + stream
        + b"\nendstream\nendobj\n"
        b"2 0 obj\n<< " + info + b" >>\nendobj\ntrailer << /Info 2 0 R >>\n%%EOF\n"
    )


_HTML = FRAME.head().to_html()
_GROUPS_HTML = FRAME.describe().to_html()
_PNG = base64.b64encode(png()).decode()
_CSV = FRAME.to_csv(index=False)
_SVG = '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg xmlns="http://www.w3.org/2000/svg">{}</svg>'
_CORE = '<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:creator>{}</dc:creator><dc:title>{}</dc:title></cp:coreProperties>'

LIMITS = {"late in a text": Limits(text_bytes=100_000)}  # less than what comes before the leak
LEAKS: dict[str, tuple[str, bytes, str]] = {
    "html table": ("a.ipynb", notebook(output(html=_HTML)), "PRV-101"),
    "html of an index of ids": ("a.ipynb", notebook(output(html=FRAME.set_index("subject_id").head().to_html())), "PRV-101"),
    "html of two indices": ("a.ipynb", notebook(output(html=FRAME.set_index(["subject_id", "rel_day"]).head().to_html())), "PRV-101"),
    "html upside": ("a.ipynb", notebook(output(html=FRAME.head(4).T.to_html())), "PRV-101"),
    "stream": ("a.ipynb", notebook({"output_type": "stream", "name": "stdout", "text": ["patient 17: ", "PHQ-9 20\n"]}), "PRV-101"),
    "traceback": ("a.ipynb", notebook({"output_type": "error", "ename": "KeyError", "evalue": "'KX-1042'", "traceback": ["\x1b[0;31mKeyError\x1b[0m: 'KX-1042'"]}), "PRV-105"),
    "path in a traceback": ("a.ipynb", notebook({"output_type": "error", "ename": "E", "evalue": "", "traceback": ["File C:\\Users\\jsmith\\a.py, line 3"]}), "PRV-106"),
    "source": ("a.ipynb", notebook(source="frame = frame[frame.subject_id != 'KX-1042']"), "PRV-103"),
    "comment": ("a.ipynb", notebook(source="x = 1  # ask Dr. Anna Kowalski, anna@example.org"), "PRV-006"),
    "path in the source": ("a.ipynb", notebook(source="folder = '/home/jsmith/phq'"), "PRV-106"),
    "metadata": ("a.ipynb", notebook(metadata={"papermill": {"input_path": "/Users/jsmith/a.ipynb"}}), "PRV-106"),
    "kernel": ("a.ipynb", notebook(metadata={"kernelspec": {"name": "x", "display_name": "Dr. Anna Kowalski"}}), "PRV-001"),
    "widget": ("a.ipynb", notebook(metadata={"widgets": {"s": {"state": {"a": {"state": {"_options_labels": ["KX-1042", "KX-1043", "KX-1044"]}}}}}}), "PRV-103"),
    "widget table": ("a.ipynb", notebook(metadata={"widgets": {"s": {"state": {"a": {"state": {"value": _HTML}}}}}}), "PRV-101"),
    "attachment": ("a.ipynb", notebook(cell={"cell_type": "markdown", "source": "see", "attachments": {"KX-1042.png": {"image/png": _PNG}}}), "PRV-103"),
    "plotly": ("a.ipynb", notebook(output(**{"application/vnd.plotly.v1+json": {"data": [{"mode": "markers", "x": [1, 2], "y": [3, 4], "text": ["KX-1042", "KX-1043"]}]}})), "PRV-101"),
    "vega": ("a.ipynb", notebook(output(**{"application/vnd.vegalite.v5+json": {"mark": "point", "datasets": {"d": FRAME.head().to_dict("records")}}})), "PRV-101"),
    "markdown cell": ("a.ipynb", notebook(cell={"cell_type": "markdown", "source": "Patient KX-1042 stopped early"}), "PRV-101"),
    "swarm plot": ("a.ipynb", notebook(output(**{"image/png": _PNG}), source="sns.swarmplot(data=frame)"), "PRV-108"),
    "format 3": ("a.ipynb", json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": [{"cell_type": "code", "input": "x", "outputs": [{"output_type": "pyout", "html": [_HTML], "text": []}]}]}]}).encode(), "PRV-101"),
    "page": ("a.html", f"<html><body>{_HTML}</body></html>".encode(), "PRV-101"),
    "page attribute": ("a.html", b'<p title="patient KX-1042">x</p>', "PRV-101"),
    "page comment": ("a.html", b"<!-- sent by anna@example.org -->", "PRV-006"),
    "page script": ("a.html", b'<script>var d = [{"subject_id": "KX-1042", "age": 3}, {"subject_id": "KX-1043", "age": 4}];</script>', "PRV-101"),
    "csv": ("a.csv", _CSV.encode(), "PRV-101"),
    "csv in Windows-1252": ("a.csv", "subject_id;größe\nKX-1042;181\n".encode("cp1252"), "PRV-101"),
    "csv in UTF-16": ("a.csv", _CSV.encode("utf-16"), "PRV-101"),
    "csv with a title": ("a.csv", b"Export of scores,,\n\nsubject_id,age,phq9\nKX-1042,43,12\n", "PRV-101"),
    "tsv": ("a.tsv", _CSV.replace(",", "\t").encode(), "PRV-101"),
    "late in a csv": ("a.csv", b"term,estimate\n" + b"x,1.5\n" * 20_000 + b"write to anna@example.org,1\n", "PRV-006"),
    "late in a text": ("a.txt", b"step done\n" * 20_000 + b"write to anna@example.org\n", "PRV-006"),
    "text": ("a.txt", b"Patient reports vivid dreams", "PRV-104"),
    "log": ("a.log", b"2024-03-15 10:00:00 INFO loaded subject_id=KX-1042\n", "PRV-101"),
    "endless line": ("a.txt", b"x" * 300_000 + b" anna@example.org " + b"y" * 300_000, "PRV-006"),
    "json": ("a.json", FRAME.head().to_json(orient="records").encode(), "PRV-101"),
    "json of columns": ("a.json", FRAME.head().to_json(orient="columns").encode(), "PRV-101"),
    "json lines": ("a.ndjson", FRAME.head().to_json(orient="records", lines=True).encode(), "PRV-102"),
    "workbook": ("a.xlsx", workbook({"data": ROWS}), "PRV-101"),
    "hidden sheet": ("a.xlsx", workbook({"means": GROUPS, "raw": ROWS}, states={"raw": "hidden"}), "PRV-101"),
    "very hidden sheet": ("a.xlsx", workbook({"means": GROUPS, "raw": ROWS}, states={"raw": "veryHidden"}), "PRV-101"),
    "name of a sheet": ("a.xlsx", workbook({"KX-1042": GROUPS}), "PRV-103"),
    "dates of a sheet": ("a.xlsx", workbook({"d": [["visit", "n"], ["45366", "45400"]]}, style=' s="1"'), "PRV-003"),
    "comment of a sheet": ("a.xlsx", workbook({"d": GROUPS}, more={"xl/comments1.xml": "<comments><commentList><comment><text><t>call Anna Kowalski</t></text></comment></commentList></comments>"}), "PRV-001"),
    "author of a workbook": ("a.xlsx", workbook({"d": GROUPS}, more={"docProps/core.xml": _CORE.format("jsmith", "x")}), "PRV-114"),
    "defined name": ("a.xlsx", workbook({"d": GROUPS}, names='<definedName name="source">\'C:\\Users\\jsmith\\[phq.xlsx]raw\'!A1</definedName>'), "PRV-106"),
    "external link": ("a.xlsx", workbook({"d": GROUPS}, more={"xl/externalLinks/_rels/externalLink1.xml.rels": '<Relationships><Relationship Id="r" TargetMode="External" Target="file:///C:/Users/jsmith/phq.xlsx"/></Relationships>'}), "PRV-106"),
    "pivot cache": ("a.xlsx", workbook({"d": GROUPS}, more={"xl/pivotCache/pivotCacheRecords1.xml": '<r><s v="KX-1042"/><s v="KX-1043"/><s v="KX-1044"/></r>'}), "PRV-103"),
    "document": ("a.docx", document(word_table(ROWS)), "PRV-101"),
    "deleted text": ("a.docx", document('<w:p><w:del w:author="x"><w:r><w:delText>subject KX-1042 fell</w:delText></w:r></w:del></w:p>'), "PRV-101"),
    "hidden text": ("a.docx", document("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>MRN: 00442318</w:t></w:r></w:p>"), "PRV-008"),
    "comment of a document": ("a.docx", document(paragraph("x"), more={"word/comments.xml": f'<w:comments xmlns:w="w"><w:comment w:author="x">{paragraph("ask anna@example.org")}</w:comment></w:comments>'}), "PRV-006"),
    "footnote": ("a.docx", document(paragraph("x"), more={"word/footnotes.xml": f'<w:f xmlns:w="w">{paragraph("subject KX-1042")}</w:f>'}), "PRV-101"),
    "header": ("a.docx", document(paragraph("x"), more={"word/header1.xml": f'<w:h xmlns:w="w">{paragraph("call (415) 555-0132")}</w:h>'}), "PRV-004"),
    "author of a document": ("a.docx", document(paragraph("x"), more={"docProps/core.xml": _CORE.format("Anna Kowalski", "x")}), "PRV-114"),
    "workbook in a document": ("a.docx", document(paragraph("x"), more={"word/embeddings/a.xlsx": workbook({"d": ROWS})}), "PRV-101"),
    "text of a png": ("a.png", png((b"tEXt", b"Comment\0subject KX-1042")), "PRV-101"),
    "packed text of a png": ("a.png", png((b"zTXt", b"Comment\0\0" + zlib.compress(b"subject KX-1042"))), "PRV-101"),
    "author of a png": ("a.png", png((b"iTXt", b"Author\0\0\0\0\0jsmith")), "PRV-114"),
    "after a png": ("a.png", png(after=_CSV.encode()), "PRV-101"),
    "comment of a jpeg": ("a.jpg", jpeg((0xFE, b"subject KX-1042")), "PRV-101"),
    "place of a jpeg": ("a.jpg", jpeg((0xE1, b"Exif\0\0" + exif(gps=True))), "PRV-002"),
    "artist of a jpeg": ("a.jpg", jpeg((0xE1, b"Exif\0\0" + exif(artist=b"jsmith\0"))), "PRV-114"),
    "text of an svg": ("a.svg", _SVG.format("<text>KX-1042</text><text>KX-1043</text><text>KX-1044</text>").encode(), "PRV-103"),
    "comment of an svg": ("a.svg", _SVG.format("<!-- KX-1042 -->").encode(), "PRV-103"),
    "labels of an svg": ("a.svg", _SVG.format("".join(f'<circle id="KX-{n}"/>' for n in range(1042, 1046))).encode(), "PRV-103"),
    "pdf": ("a.pdf", pdf(b"BT /F1 12 Tf 72 700 Td (subject KX-1042) Tj ET"), "PRV-101"),
    "table of a pdf": ("a.pdf", pdf(b"BT 1 0 0 1 72 700 Tm (subject_id) Tj 1 0 0 1 200 700 Tm (age) Tj 1 0 0 1 72 680 Tm (KX-1042) Tj 1 0 0 1 200 680 Tm [(4) 3 (3)] TJ ET"), "PRV-101"),
    "author of a pdf": ("a.pdf", pdf(b"BT (x) Tj ET", info=b"/Author (Anna Kowalski)"), "PRV-114"),
    "title of a pdf": ("a.pdf", pdf(b"BT (x) Tj ET", info=b"/Title (Scores of subject KX-1042)"), "PRV-101"),
    "zip": ("a.zip", packed({"b.csv": _CSV}), "PRV-101"),
    "zip in a zip": ("a.zip", packed({"b.zip": packed({"b.csv": _CSV})}), "PRV-101"),
    "name in a zip": ("a.zip", packed({"KX-1042.txt": "x"}), "PRV-103"),
}  # fmt: skip

CLEAN: dict[str, tuple[str, bytes]] = {
    "notebook": ("a.ipynb", notebook(output("342"), source="len(patients)", metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})),
    "html of describe": ("a.ipynb", notebook(output(html=_GROUPS_HTML))),
    "page": ("a.html", f"<html><head><title>Report</title></head><body><h1>Response</h1>{_GROUPS_HTML}</body></html>".encode()),
    "csv": ("a.csv", b"arm,n,mean\niv,327,9.2\nim,177,11.4\n"),
    "workbook": ("a.xlsx", workbook({"means": GROUPS}, more={"docProps/core.xml": _CORE.format("openpyxl", "Response")})),
    "document": ("a.docx", document(paragraph("Response was 45% (155 of 342).") + word_table(GROUPS), more={"docProps/core.xml": _CORE.format("python-docx", "Report")})),
    "png": ("a.png", png((b"tEXt", b"Software\0Matplotlib version3.10.0, https://matplotlib.org/"))),
    "jpeg": ("a.jpg", jpeg((0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"))),
    "svg": ("a.svg", _SVG.format("<metadata><date>2024-11-26T10:00:00</date></metadata><text>week 4</text><!-- PHQ-9 -->").encode()),
    "pdf": ("a.pdf", pdf(b"BT 72 700 Td (Response 45%) Tj ET", info=b"/Creator (Matplotlib v3.10) /CreationDate (D:20241126100000Z)")),
    "json": ("a.json", b'{"n": 342, "mean": 9.2, "arms": ["iv", "im"]}'),
    "zip": ("a.zip", packed({"means.csv": "arm,n\niv,327\n"})),
    "text": ("a.txt", b"342 of 610 patients had a score at week 4.\n"),
    "program": ("a.py", b"import numpy as np\n\n\n@property\ndef f(x, y):\n    return x @ y.T\n"),
}  # fmt: skip
