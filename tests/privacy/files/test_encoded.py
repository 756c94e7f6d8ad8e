"""Dumps in base64 and hexadecimal digits, and pictures inside texts, drawings and documents."""
# ruff: noqa: E501 - a case reads best on its line

from __future__ import annotations

import base64
import gzip
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.privacy.files.pieces.encoded import encoded_files, is_encoded
from analysis.privacy.files.scanning import scan_path
from tests.privacy.files.written_files import document, jpeg, notebook, packed, png, workbook

pytestmark = pytest.mark.unit

_PATIENTS = "subject_id,day,phq9_total\nKX-4410,7,21\nKX-4411,14,9\nKX-4412,7,17\n"
_GROUPS = "visit,mean,std_error,n\nweek 1,14.21,0.61,212\nweek 2,12.94,0.66,204\n"
_NOISE = random.Random(7).randbytes(3_000)  # noqa: S311 - bytes that mean nothing


def b64(content: str | bytes) -> str:
    data = content.encode("utf-8") if isinstance(content, str) else content
    return base64.b64encode(data).decode("ascii")


def found(folder: Path, name: str, content: bytes | str) -> set[tuple[str, str]]:
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    (folder / name).write_bytes(data)
    return {(finding.rule, finding.severity) for finding in scan_path(folder / name).findings}


def written(dump: str, table: str) -> dict[str, tuple[str, bytes]]:
    """One dump in files of many kinds."""
    broken = base64.encodebytes((table * 3).encode()).decode()
    return {
        "text": ("a.txt", f"cache entry 17:\n{dump}\n".encode()),
        "lines of 76": ("a.txt", f"cache:\n\n{broken}\nend of cache\n".encode()),
        "address letters": ("a.log", dump.replace("+", "-").replace("/", "_").encode()),
        "hexadecimal": ("a.txt", f"payload {table.encode().hex()}".encode()),
        "packed": ("a.txt", b64(gzip.compress(table.encode())).encode()),
        "twice": ("a.txt", b64(dump).encode()),
        "json": ("a.json", json.dumps({"cache": {"body": dump}}).encode()),
        "list in json": ("a.json", json.dumps({"cache": broken.splitlines()}).encode()),
        "address in json": ("a.json", json.dumps({"file": f"data:text/csv;base64,{dump}"}).encode()),
        "metadata of a cell": ("a.ipynb", notebook(cell={"metadata": {"cache": dump}})),
        "source": ("a.ipynb", notebook(source=f"frame = read(b64decode('{dump}'))")),
        "program": ("a.py", f"BODY = b'{dump}'\n".encode()),
        "script": ("a.html", f"<script>load('{dump}')</script>".encode()),
        "attribute": ("a.html", f'<div data-rows="{dump}">x</div>'.encode()),
        "cell of a table": ("a.csv", f"key,body\nraw,{dump}\nother,x\n".encode()),
        "cell of a workbook": ("a.xlsx", workbook({"d": [["key", "body"], ["raw", dump]]})),
        "paragraph": ("a.docx", document(f"<w:p><w:r><w:t>{dump}</w:t></w:r></w:p>")),
        "cut line": ("a.txt", (b64(table * 200)).encode()),
    }  # fmt: skip


@pytest.mark.parametrize("case", written("", ""))
def test_dumps_of_patients_are_read_and_those_of_groups_pass(tmp_path, case):
    for table, expected in ((_PATIENTS, True), (_GROUPS, False)):
        name, content = written(b64(table), table)[case]
        rules = found(tmp_path, name, content)
        assert any(severity == "error" for _, severity in rules) is expected


@pytest.mark.parametrize(
    "text",
    [
        b64(_NOISE),
        _NOISE.hex(),
        "SHA-256 054076e7d646ace58c5de15607d623d6a9d7c625918fa886e66216b01166b871",
        "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
        "/usr/lib/python3/site-packages/analysis/privacy/files/pieces/encoded.py",
        "internationalisationofeverythingthereis and_a_name_of_a_function_that_is_long",
        "ACDEFGHIKLMNPQRSTVWYACDEFGHIKLMNPQRSTVWY",
    ],
)
def test_bytes_that_are_no_text_are_none(text):
    assert [inner.ending for inner in encoded_files(text)] == []
    assert not is_encoded(text)


@given(
    st.text(alphabet=st.characters(codec="ascii", categories=("L", "N")), min_size=18, max_size=90),
    st.integers(0, 3),
)
def test_any_text_comes_back_wherever_a_line_was_cut(text, cut):
    dump = b64(text)
    inner = next(iter(encoded_files(f"x: {dump[cut:]}")), None)
    assert inner is not None or len(dump) - cut < 24
    if inner is not None and cut == 0:
        assert inner.content == text.encode()


def test_dumps_are_opened_with_a_bound():
    many = "\n\n".join(b64(f"row {number:04d} of a long dump") for number in range(500))
    assert sum(1 for _ in encoded_files(many)) == 200


def test_a_dump_inside_a_dump_inside_a_dump_is_too_much(tmp_path):
    dump = _PATIENTS
    for _ in range(6):
        dump = b64(dump)
    assert ("PRV-124", "error") in found(tmp_path, "a.txt", dump)


_PNG = f"data:image/png;base64,{b64(png())}"
_NAMED = b64(jpeg((0xFE, b"Anna Kowalski, born 1971")))
PICTURES = {
    "drawing": (
        "a.svg",
        f'<svg xmlns="s"><metadata><title>Matplotlib v3.11.2</title></metadata><image href="{_PNG}"/></svg>',
    ),
    "drawing of a program that marks itself": (
        "a.svg", f'<svg xmlns="s" class="svglite"><image href="{_PNG}"/></svg>'
    ),
    "drawing, elsewhere": ("a.svg", '<svg xmlns="s"><image href="face.jpg"/></svg>'),
    "page": ("a.html", f'<img src="{_PNG}">'),
    "page, elsewhere": ("a.html", '<img src="face.jpg">'),
    "drawing of a page": ("a.html", f'<svg><image href="{_PNG}"/></svg>'),
    "ground of an element": ("a.html", f'<div style="background:url({_PNG})">x</div>'),
    "style of a page": ("a.html", f"<style>body {{background: url({_PNG})}}</style>"),
    "script": ("a.html", f'<script>show("{_PNG}")</script>'),
    "markdown": ("a.md", f"![chart]({_PNG})"),
    "json": ("a.json", json.dumps({"chart": _PNG})),
    "document": ("a.docx", document("", more={"word/media/image1.png": png()})),
    "thumbnail": ("a.docx", document("", more={"docProps/thumbnail.jpeg": jpeg()})),
    "another kind": ("a.docx", document("", more={"word/media/image1.webp": b"RIFF"})),
    "workbook": ("a.xlsx", workbook({"d": [["arm", "n"], ["iv", "327"]]}, more={"xl/media/image1.jpeg": jpeg()})),
    "slides": ("a.pptx", packed({"ppt/media/image1.png": png()})),
}  # fmt: skip


@pytest.mark.parametrize("case", PICTURES)
def test_a_picture_inside_a_file_is_named_and_no_error(tmp_path, case):
    rules = found(tmp_path, *PICTURES[case])
    assert rules - {("PRV-111", "warning")} == {("PRV-110", "warning")}


@pytest.mark.parametrize(
    "drawing",
    [
        f'<svg xmlns="s"><image href="{_PNG}"/></svg>',
        f'<svg xmlns="s"><text>matplotlib</text><image href="{_PNG}"/></svg>',
        f'<svg xmlns="s"><defs><filter><feImage href="{_PNG}"/></filter></defs></svg>',
    ],
)
def test_a_picture_in_a_drawing_of_no_chart_program_is_an_error(tmp_path, drawing):
    assert ("PRV-117", "error") in found(tmp_path, "a.svg", drawing)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", f'<svg xmlns="s"><image href="data:image/jpeg;base64,{_NAMED}"/></svg>'),
        ("a.html", f'<img src="data:image/jpeg;base64,{_NAMED}">'),
        ("a.docx", document("", more={"word/media/image1.jpg": base64.b64decode(_NAMED)})),
    ],
)
def test_notes_in_pictures_inside_files_are_read(tmp_path, name, content):
    assert ("PRV-001", "error") in found(tmp_path, name, content)


def test_a_drawing_of_letters_alone_has_no_picture(tmp_path):
    assert (
        found(tmp_path, "a.svg", '<svg xmlns="s"><use href="#a"/><text>n = 148</text></svg>')
        == set()
    )
