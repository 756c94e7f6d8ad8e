"""Hostile, broken and endless files: one finding each, never an error, bounded work."""
# ruff: noqa: E501 - a case reads best on its line

import gzip
import io
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.privacy.files.judging import judge
from analysis.privacy.files.pieces import Limits, Source, Trouble, pieces_of
from analysis.privacy.files.pieces.reading import _READERS
from tests.privacy.files.test_judging import judged
from tests.privacy.files.written_files import (
    ROWS,
    document,
    jpeg,
    notebook,
    packed,
    paragraph,
    pdf,
    png,
    workbook,
)

ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
)
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
FAIRLY_SMALL = Limits(
    member_bytes=2_000_000, total_bytes=3_000_000, members=50, whole_bytes=2_000_000
)


def troubles(name, content, limits=None):
    source = Source(name=name, size=len(content), content=content)
    found = pieces_of(source, limits or Limits())
    return [piece.kind for piece in found if isinstance(piece, Trouble)]


def _nested(depth):
    content = packed({"a.csv": "subject_id\nKX-1042\n"})
    for _ in range(depth):
        content = packed({"a.zip": content})
    return content


def _lying_archive():
    """An archive whose directory says that a member of 5 MB has 10 bytes."""
    content = bytearray(packed({"a.txt": b"0123456789" * 500_000}))
    size = (5_000_000).to_bytes(4, "little")
    return bytes(content.replace(size, (10).to_bytes(4, "little")))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.zip", packed({"a.txt": b"0" * 1_900_000}), "too much"),
        ("a.xlsx", packed({"xl/workbook.xml": b"0" * 1_900_000}), "too much"),
        ("a.zip", packed({f"{n}.txt": "" for n in range(51)}), "too much"),
        ("a.zip", _nested(4), "too much"),
        ("a.txt.gz", gzip.compress(b"0" * 3_000_000), "too much"),
        ("a.zip", packed({"../a.txt": "x"}), "leaves the folder"),
        ("a.zip", packed({"/a.txt": "x"}), "leaves the folder"),
        ("a.zip", packed({"C:\\a.txt": "x"}), "leaves the folder"),
        ("a.docx", packed({"word/document.xml": ENTITIES}), "entities"),
        ("a.docx", packed({"word/document.xml": EXTERNAL}), "entities"),
        ("a.xlsx", packed({"xl/workbook.xml": ENTITIES.encode("utf-16")}), "entities"),
        ("a.svg", ENTITIES.encode(), "entities"),
        ("a.svg", EXTERNAL.encode(), "entities"),
        ("a.docx", document("<w:p>" * 500 + "</w:p>" * 500), "too much"),
        ("a.json", b"[" * 100_000, "too much"),
        ("a.ipynb", b'{"cells": ' + b"[" * 100_000, "too much"),
        ("a.json", b'{"a": ' * 300 + b"1" + b"}" * 300, "too much"),
        ("a.xlsx", workbook({"d": ROWS})[:300], "damaged"),
        ("a.docx", document(paragraph("x"))[:-40], "damaged"),
        ("a.png", png()[:30], "damaged"),
        ("a.jpg", jpeg()[:3], "damaged"),
        ("a.pdf", pdf(b"BT (x) Tj ET")[:-10], "damaged"),
        ("a.pdf", b"no PDF", "damaged"),
        ("a.parquet", b"PAR1 no more PAR1", "damaged"),
        ("a.ipynb", notebook()[:-5], "damaged"),
        ("a.ipynb", b"", "damaged"),
        ("a.ipynb", b"[1, 2]", "damaged"),
        ("a.zip", _lying_archive(), "damaged"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "encrypted"),
        ("a.pdf", b"%PDF-1.4\n<< /Encrypt 3 0 R >>\n%%EOF", "encrypted"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "unknown kind"),
        ("a.sav", b"$FL2 text", "unknown kind"),
        ("a.rds", b"RDX3", "unknown kind"),
        ("a.bin", bytes(range(256)), "unknown kind"),
        ("a.txt", b"abc\0def" * 100, "binary"),
    ],
)
def test_a_hostile_or_broken_file_is_one_finding(name, content, kind):
    assert kind in troubles(name, content, FAIRLY_SMALL)


@pytest.mark.unit
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.tsv", "a.json", "a.html", "a.md", "a.py"])
def test_an_empty_text_is_no_trouble(name):
    assert troubles(name, b"") == []


@pytest.mark.unit
def test_an_encrypted_member_is_named_by_its_number():
    buffer = io.BytesIO(packed({"a.txt": "x", "b.txt": "y"}))
    with zipfile.ZipFile(buffer) as archive:
        place = archive.infolist()[1].header_offset
    content = bytearray(buffer.getvalue())
    content[place + 6] |= 1
    directory = content.rfind(b"PK\x01\x02")
    content[directory + 8] |= 1
    assert ("member 2", "PRV-123") in {
        (one.where, one.code) for one in judged("a.zip", bytes(content))
    }


@pytest.mark.unit
def test_a_link_in_an_archive_is_not_followed():
    buffer = io.BytesIO()
    member = zipfile.ZipInfo("a.txt")
    member.external_attr = 0o120777 << 16
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(member, "/etc/passwd")
    assert troubles("a.zip", buffer.getvalue()) == ["link"]


@pytest.mark.unit
def test_a_named_document_type_of_svg_is_fine():
    content = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/a.dtd"><svg/>'
    assert troubles("a.svg", content) == []
    assert "entities" in troubles("a.docx", packed({"word/document.xml": content}))


@pytest.mark.unit
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("ending", [".txt", ".csv", ".json"])
def test_every_encoding_is_read(encoding, ending):
    text = (
        '{"größe": "write to anna@example.org"}'
        if ending == ".json"
        else "größe write to anna@example.org"
    )
    assert "PRV-006" in {one.code for one in judged(f"a{ending}", text.encode(encoding))}


@pytest.mark.unit
@pytest.mark.parametrize("at", [0, 19_990, 20_050, 59_995, 150_000])
def test_nothing_hides_in_an_endless_line(at):
    content = b"x" * at + b" anna@example.org " + b"x" * (200_000 - at)
    assert "PRV-006" in {one.code for one in judged("a.txt", content)}


@pytest.mark.unit
def test_a_long_text_is_read_in_bounded_memory():
    lines = b"".join(b"step %d: %b\n" % (n, b"=" * 170) for n in range(60_000))
    content = lines + b"write to anna@example.org\n"
    limits = Limits(text_bytes=100_000)
    source = Source(name="a.log", size=len(content), content=content)
    tracemalloc.start()
    codes = {one.code for piece in pieces_of(source, limits) for one in judge(piece)}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert codes == {"PRV-006", "PRV-129"}
    assert peak < 12_000_000  # the file has 11 MB; some blocks of it and the shapes seen


ENDINGS = sorted({*_READERS, ".zip", ".xlsx", ".docx", ".pptx", ".gz", ".txt", ".py", ".xml", ""})


@pytest.mark.identity
@settings(max_examples=12)
@given(content=st.binary(max_size=400))
@pytest.mark.parametrize("ending", ENDINGS)
def test_any_bytes_have_an_end(ending, content):
    judged(f"a{ending}", content)


SEEDS = {
    ".xlsx": workbook({"d": ROWS}), ".docx": document(paragraph("x")), ".png": png((b"tEXt", b"a\0b")),
    ".jpg": jpeg((0xFE, b"x")), ".pdf": pdf(b"BT (x) Tj ET"), ".ipynb": notebook({"output_type": "stream", "text": "x"}),
    ".zip": packed({"a.csv": "a,b\n1,2\n"}), ".svg": b"<svg><text>x</text></svg>", ".html": b"<table><tr><td rowspan=2>x</table>",
}  # fmt: skip


@pytest.mark.identity
@settings(max_examples=25)
@given(data=st.data())
@pytest.mark.parametrize("ending", SEEDS)
def test_any_damage_has_an_end(ending, data):
    content = bytearray(SEEDS[ending])
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    judged(f"a{ending}", bytes(content[: data.draw(st.integers(0, len(content)))]))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["cells", "outputs", "data", "source", "metadata", "text", "widgets", "attachments", "columns", "mark",
                         "worksheets", "traceback", "output_type", "text/html", "image/png", "cell_type"]), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@pytest.mark.identity
@settings(max_examples=60)
@given(value=JSON)
def test_a_notebook_of_any_shape_has_an_end(value):
    import json

    judged("a.ipynb", json.dumps({"cells": value, "metadata": value}).encode())
    judged(
        "a.ipynb",
        json.dumps({"cells": [{"outputs": [value], "cell_type": "code"}, value]}).encode(),
    )
