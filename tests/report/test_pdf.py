"""The PDF of a report: tagged for screen readers, whole rows, the same bytes, nothing fetched."""

import importlib
import logging
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.errors import ReportError
from analysis.report import pdf
from analysis.report.origin import Provenance
from analysis.report.page import Made, render_page, section_of
from analysis.report.pdf import pdf_bytes
from tests.report.pdf_objects import Ref, read_objects

pytestmark = [pytest.mark.unit, pytest.mark.needs("pango")]

ALT = "Line chart of the mean change by week, two regimens."
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
ROWS = 90  # three pages and more: each row has three lines
LINES = "<br>".join(["a line", "a second one", "a third one"])
BODY = "".join(f'<tr><th scope="row">row {n}</th><td>{LINES}</td></tr>' for n in range(ROWS))
LONG = (
    '<table><thead><tr><th scope="col">Name</th><th scope="col">Text</th></tr></thead>'
    f"<tbody>{BODY}</tbody></table>"
)
TITLE = 'Quality & "care": a clinic'
BANNER = "Confidential: true counts"


def shown(data, metadata=None):
    return new_code_cell(
        "", outputs=[new_output("display_data", data=data, metadata=metadata or {})]
    )


def page_of(*cells):
    made = Made(
        title=TITLE,
        subtitle="one clinic",
        banner=BANNER,
        at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        confidential=True,
    )
    section = section_of(new_notebook(cells=list(cells)), name="01-test")
    return render_page(made, [section], Provenance(data={"title": "T"}, parameters={}))


PAGE = page_of(
    new_markdown_cell("# Response\n\nText with a list:\n\n- one\n- two\n\n## By clinic\n"),
    shown({"image/png": PNG}, {"image/png": {"alt": ALT}}),
    shown({"text/html": LONG}),
    shown({"text/html": '<p class="gap">Not shown: fewer than 11.</p>'}),
)


@pytest.fixture(scope="module")
def made():
    return pdf_bytes(PAGE)


@pytest.fixture(scope="module")
def objects(made):
    return read_objects(made)[0]


def typed(objects, kind):
    return [each for each in objects.values() if isinstance(each, dict) and kind(each)]


def elements(objects):
    return {
        number: each
        for number, each in objects.items()
        if isinstance(each, dict) and each.get("/Type") == "/StructElem"
    }


def kids(tree, element):
    return [tree[each]["/S"] for each in element["/K"] if isinstance(each, Ref) and each in tree]


MAY_HOLD = {
    "/Table": {"/Caption", "/THead", "/TBody", "/TFoot", "/TR"},
    "/THead": {"/TR"},
    "/TBody": {"/TR"},
    "/TFoot": {"/TR"},
    "/TR": {"/TH", "/TD"},
    "/L": {"/LI"},
    "/LI": {"/Lbl", "/LBody"},
}


def structure_faults(objects):
    """What PDF/UA-1 (ISO 14289-1, 7.1 to 7.18) asks of the parts that a report has."""
    tree = elements(objects)
    faults = [
        f"{element['/S']} holds {kid}"
        for element in tree.values()
        for kid in kids(tree, element)
        if kid not in MAY_HOLD.get(element["/S"], {kid})
    ]
    faults += [
        "a table without rows"
        for element in tree.values()
        if element["/S"] == "/Table" and not {"/TBody", "/TR"} & set(kids(tree, element))
    ]
    faults += [
        "a figure without Alt"
        for each in tree.values()
        if each["/S"] == "/Figure" and len(each.get("/Alt", "")) < 20
    ]
    links = typed(objects, lambda each: each.get("/Subtype") == "/Link")
    faults += ["a link without Contents" for each in links if not each.get("/Contents")]
    faults += ["a link without StructParent" for each in links if "/StructParent" not in each]
    pages = typed(objects, lambda each: each.get("/Type") == "/Page")
    faults += ["a page without order of tabs" for each in pages if each.get("/Tabs") != "/S"]
    fonts = typed(objects, lambda each: each.get("/Type") == "/FontDescriptor")
    files = {"/FontFile", "/FontFile2", "/FontFile3"}
    faults += ["a font that is not embedded" for each in fonts if not files & each.keys()]
    return faults


def test_the_parts_are_as_the_standard_asks(objects):
    assert structure_faults(objects) == []


@pytest.mark.slow
@pytest.mark.xdist_group("report page")  # so that the report is built once
def test_the_parts_of_the_report_are_as_the_standard_asks(report_files):
    objects, _ = read_objects(report_files["pdf"].read_bytes())
    assert structure_faults(objects) == []
    page = report_files["html"].read_text(encoding="utf-8")
    figures = [each for each in elements(objects).values() if each["/S"] == "/Figure"]
    assert len(figures) == page.count("<img ") > 0


def test_parts_that_break_the_standard_would_be_seen():
    parts = [
        {"/Type": "/StructElem", "/S": "/Table", "/K": [Ref(2)]},
        {"/Type": "/StructElem", "/S": "/LI", "/K": []},
        {"/Type": "/StructElem", "/S": "/Figure", "/K": [], "/Alt": "image"},
        {"/Type": "/Annot", "/Subtype": "/Link"},
        {"/Type": "/Page"},
        {"/Type": "/FontDescriptor"},
    ]
    assert structure_faults(dict(enumerate(parts, start=1))) == [
        "/Table holds /LI",
        "a table without rows",
        "a figure without Alt",
        "a link without Contents",
        "a link without StructParent",
        "a page without order of tabs",
        "a font that is not embedded",
    ]


def test_document_says_what_it_is(made, objects):
    (catalog,) = typed(objects, lambda each: each.get("/Type") == "/Catalog")
    assert catalog["/Lang"] == "en"
    assert catalog["/MarkInfo"] == {"/Marked": "true"}
    assert catalog["/ViewerPreferences"] == {"/DisplayDocTitle": "true"}
    (about,) = typed(objects, lambda each: "/Producer" in each)
    assert about["/Title"] == TITLE
    assert about["/CreationDate"] == "D:20260102030405Z"
    (described,) = [each for each in read_objects(made)[1] if b"<x:xmpmeta" in each]
    assert b'pdfuaid:part="1"' in described


def test_running_titles_are_no_part_of_the_text(made, objects):
    tree = elements(objects)
    (root,) = typed(objects, lambda each: each.get("/Type") == "/StructTreeRoot")
    reached, waiting = set(), list(root["/K"])
    while waiting:
        number = waiting.pop()
        reached.add(number)
        waiting += [kid for kid in tree[number]["/K"] if isinstance(kid, Ref) and kid in tree]
    assert reached == tree.keys()
    pages = [each for each in read_objects(made)[1] if b"/Artifact" in each]
    kinds = [re.findall(rb"/Artifact\s+<</Type /Pagination/Subtype /(\w+)>>", p) for p in pages]
    first, *others = [Counter(kind) for kind in kinds]
    assert first == {b"Footer": 2}  # who may see it, and the number of the page
    assert len(others) > 3
    assert all(other == {b"Header": 1, b"Footer": 2} for other in others)


def test_headings_are_bookmarks_and_tags(objects):
    titles = [each["/Title"] for each in typed(objects, lambda each: "/Title" in each)]
    for heading in ("At a glance", "Response", "By clinic", "How it was done", "Provenance"):
        assert heading in titles
    tags = Counter(each["/S"] for each in elements(objects).values())
    assert (tags["/H1"], tags["/H2"], tags["/H3"]) == (1, 4, 1)


def test_each_figure_has_its_text(objects):
    figures = [each for each in elements(objects).values() if each["/S"] == "/Figure"]
    assert [each["/Alt"] for each in figures] == [ALT]


def rows_and_heads(objects):
    """Count the rows in bodies of the longest table, its pieces, and the pieces with a head."""
    tree = elements(objects)
    pieces = [each for each in tree.values() if each["/S"] == "/Table"]
    bodies = [each for each in tree.values() if each["/S"] == "/TBody"]
    rows = sum(kids(tree, body).count("/TR") for body in bodies)
    return rows, len(pieces), sum("/THead" in kids(tree, each) for each in pieces)


PROVENANCE_ROWS = Provenance(data={"title": "T"}, parameters={}).frame().shape[0]


def test_rows_are_whole_and_the_head_is_on_every_page(objects):
    rows, pieces, heads = rows_and_heads(objects)
    assert rows == ROWS + PROVENANCE_ROWS
    assert pieces == heads
    assert pieces > 3


def test_a_row_on_two_pages_would_be_seen():
    tall = "<br>".join(["a line"] * 150)  # taller than a page: it must break
    table = f'<table><tbody><tr><th scope="row">row</th><td>{tall}</td></tr></tbody></table>'
    rows, _, _ = rows_and_heads(read_objects(pdf_bytes(page_of(shown({"text/html": table}))))[0])
    assert rows > 1 + PROVENANCE_ROWS


def text_of(box):
    """Gather the text of a laid-out box."""
    return getattr(box, "text", "") + "".join(text_of(kid) for kid in getattr(box, "children", ()))


@pytest.fixture(scope="module")
def laid_out():
    weasyprint = importlib.import_module("weasyprint")
    return weasyprint.HTML(string=pdf._arranged(PAGE)).render()


def margins(laid_out):
    """Return the texts outside the text area of each page, by their place."""
    return [
        {
            box.at_keyword: text_of(box)
            for box in each._page_box.children
            if hasattr(box, "at_keyword")
        }
        for each in laid_out.pages
    ]


def test_every_page_says_which_it_is_and_who_may_see_it(laid_out):
    places = margins(laid_out)
    total = len(places)
    assert total > 3
    for number, place in enumerate(places, start=1):
        assert place["@bottom-left"] == BANNER
        assert place["@bottom-right"] == f"Page {number} of {total}"
    assert [place.get("@top-left", "") for place in places] == ["", *[TITLE] * (total - 1)]


def test_nothing_reaches_over_the_edge_of_a_page(laid_out):
    def right_edges(box):
        if hasattr(box, "text"):
            yield box.position_x + box.width
        for kid in getattr(box, "children", ()):
            yield from right_edges(kid)

    for each in laid_out.pages:
        assert max(right_edges(each._page_box)) <= each.width


def test_the_contents_follow_the_first_page():
    arranged = pdf._arranged(PAGE)
    order = [arranged.index(part) for part in ('id="at-a-glance"', "<nav", 'id="01-test-1"')]
    assert order == sorted(order)
    assert arranged.count("<nav") == 1


AGAIN = """
import sys
from types import ModuleType

room = ModuleType("analysis.report")  # without its other modules, which take seconds
room.__path__ = [sys.argv[1]]
sys.modules["analysis.report"] = room
from analysis.report.pdf import pdf_bytes
page = sys.stdin.buffer.read().decode("utf-8")
sys.stdout.buffer.write(pdf_bytes(page))
"""


@pytest.mark.identity
def test_another_process_gives_the_same_bytes(made):
    done = subprocess.run(
        [sys.executable, "-c", AGAIN, str(Path(pdf.__file__).parent)],
        input=PAGE.encode("utf-8"),
        env={**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"},
        capture_output=True,
        check=True,
    )
    assert done.stdout == made
    assert done.stderr == b""


@pytest.mark.identity
@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/CANARY.png",
        "file:///etc/CANARY.png",
        "CANARY.png",
        "data:image/png;base64,AAAA",
    ],
)
def test_what_cannot_be_drawn_stops_it_and_is_not_quoted(address, caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(ReportError) as caught:
        pdf_bytes(f'<html lang="en"><title>T</title><img src="{address}" alt="{ALT}"></html>')
    assert "browser" in str(caught.value)
    assert "CANARY" not in str(caught.value) + caplog.text


@pytest.mark.parametrize("error", [ImportError, OSError])
def test_without_pango_the_way_out_is_said(monkeypatch, error):
    def fails(name):
        raise error(f"cannot load {name}")

    monkeypatch.setattr(pdf.importlib, "import_module", fails)
    with pytest.raises(ReportError, match=r"Pango.* is not installed .* “Save as PDF”"):
        pdf_bytes(PAGE)
