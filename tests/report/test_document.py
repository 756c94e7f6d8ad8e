"""The page of a report taken apart: nothing is lost, nothing is made up."""

import base64
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.errors import ReportError
from analysis.report.document import (
    Figure,
    Gap,
    Heading,
    Items,
    Paragraph,
    Run,
    Table,
    placed,
    plain,
    read_document,
)
from analysis.report.origin import Provenance
from analysis.report.page import Made, render_page, section_of
from analysis.results import frame_to_html
from analysis.tables.result import Column, TableResult
from tests.report.small_page import ALT, BODY, SPANS, WHOLE, figure, page, png

pytestmark = pytest.mark.unit


def blocks(body):
    return read_document(page(body)).blocks


def table(html):
    found = [block for block in blocks(html) if isinstance(block, Table)]
    assert len(found) == 1
    return found[0]


def texts(block):
    """Give every text of a block."""
    if isinstance(block, Heading):
        yield block.text
    elif isinstance(block, Paragraph | Gap):
        yield plain(block.runs)
    elif isinstance(block, Items):
        yield from (plain(item.runs) for item in block.items)
    elif isinstance(block, Table):
        yield from (block.title, block.subtitle, *map(plain, block.notes))
        for row in (*block.head, *block.body):
            yield from (plain(cell.runs) for cell in row.cells)
    elif block.numbers is not None:
        yield from texts(block.numbers)


class _Said(HTMLParser):
    """Gather what the main part and the footer say, without a parser that the product uses."""

    def __init__(self):
        super().__init__()
        self.inside, self.silent, self.words = 0, 0, []

    def handle_starttag(self, tag, _attrs):
        self.inside += tag in ("main", "footer")
        self.silent += tag in ("style", "summary")

    def handle_endtag(self, tag):
        self.inside -= tag in ("main", "footer")
        self.silent -= tag in ("style", "summary")

    def handle_data(self, data):
        if self.inside and not self.silent:
            self.words.append(data)


def said(html):
    reader = _Said()
    reader.feed(html)
    return letters("".join(reader.words))


def letters(text):
    return sorted(re.sub(r"\s+", "", text))


def test_no_text_of_the_page_is_lost_or_doubled():
    report = read_document(WHOLE)
    # a heading stands for the title of the table that states none
    untitled = [b.title for b in report.blocks if isinstance(b, Table) and b.title == "Course"]
    got = "".join(text for block in report.blocks for text in texts(block))
    # the title of a figure and of its numbers comes from the text alternative
    doubled = ["Scores fall until week 4", *untitled]
    assert letters(got) == sorted(said(WHOLE) + letters("".join(doubled)))


WORDS = st.text("ab <&é\u2212", min_size=1, max_size=6)
INLINE = st.builds(
    "<{0}>{1}</{0}>".format,
    st.sampled_from(["em", "strong", "code", "span", "p", "div", "h3", "li", "ul", "figcaption",
                     "blockquote", "details", "summary", "dt", "td", "article", "center"]),
    WORDS.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;")),
)  # fmt: skip


@given(st.lists(INLINE | st.just("word") | st.just("<br>"), max_size=6).map("".join))
def test_text_of_any_elements_in_any_order_is_kept(html):
    got = "".join(text for block in blocks(html) for text in texts(block))
    assert letters(got) == letters(re.sub(r"<[^<>]*>", "", html)
                                   .replace("&lt;", "<").replace("&amp;", "&"))  # fmt: skip


def test_title_block_and_language():
    report = read_document(WHOLE)
    assert (report.title, report.subtitle) == ("Quality of care", "8 clinics; synthetic")
    assert (report.banner, report.language) == ("Counts from 1 to 10 are hidden.", "en")


def test_blocks_come_in_reading_order():
    kinds = [type(block).__name__ for block in read_document(WHOLE).blocks]
    assert kinds == [
        "Heading", "Items", "Paragraph", "Heading", "Paragraph", "Table", "Heading", "Figure",
        "Gap", "Items", "Paragraph", "Paragraph", "Paragraph", "Paragraph", "Table",
        "Heading", "Paragraph", "Table",
    ]  # fmt: skip


def test_headings_know_every_id_that_something_leads_to():
    headings = [b for b in read_document(WHOLE).blocks if isinstance(b, Heading)]
    assert [(h.level, h.text) for h in headings] == [
        (2, "At a glance"), (2, "Outcomes & change"), (3, "Course"), (2, "Provenance"),
    ]  # fmt: skip
    assert headings[0].anchors == ("content", "glance-section")


def test_a_footer_with_a_label_only_has_it_as_its_heading():
    html = page("<p>x</p>").replace("<footer ", '<footer aria-label="Origin" ')
    assert read_document(html).blocks[-1].text == "Origin"


def test_looks_of_text_are_kept():
    paragraph = read_document(WHOLE).blocks[4]
    assert [(run.text, run.code, run.link) for run in paragraph.runs] == [
        ("A score of two lines, ", False, ""),
        ("mmrm", True, ""),
        (", and ", False, ""),
        ("a source", False, "https://example.org/a"),
        (".", False, ""),
    ]
    limits = read_document(WHOLE).blocks[2]
    assert [(run.text, run.bold, run.italic) for run in limits.runs] == [
        ("Read with care.", True, False),
        (" Change is ", False, False),
        ("not", False, True),
        (" effect.", False, False),
    ]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"]
)
def test_a_link_leads_to_the_web_or_into_the_report_only(address):
    paragraph = blocks(f'<p><a href="{address}">text</a></p>')[0]
    assert [(run.text, run.link) for run in paragraph.runs] == [("text", "")]


def test_a_table_of_results():
    outcomes = read_document(WHOLE).blocks[5]
    assert (outcomes.title, outcomes.subtitle) == ("Outcomes", "By regimen")
    assert outcomes.right == (False, True, True)
    assert outcomes.anchors == ("table-outcomes",)
    assert [row.kind for row in outcomes.body] == ["group", "row", "row"]
    assert [plain(note) for note in outcomes.notes] == [
        "SD, standard deviation.",
        "Counts under 11 are hidden.",
    ]
    heading = outcomes.head[0].cells[1]
    assert [(run.text, run.bold) for run in heading.runs] == [
        ("ketamine IM", True),
        ("\nn = 1,205", False),
    ]


def test_cells_over_several_rows_and_columns_keep_their_places():
    spans = table(SPANS)
    head = [list(places) for _, places in placed(spans.head)]
    body = [[c and plain(c.runs) for c in places.values()] for _, places in placed(spans.body)]
    assert head == [[0, 1], [0, 1, 2]]
    assert body == [["A", "9.5", "40"], [None, "8.5", "31"]]
    assert spans.right == (False, True, True)


def test_a_cell_that_reaches_down_at_the_right_edge_keeps_its_place():
    spans = table("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td rowspan='2'>x</td></tr>"
                  "<tr><td>2</td></tr></table>")  # fmt: skip
    assert [list(places) for _, places in placed(spans.body)] == [[0, 1], [0, 1]]


def test_a_table_without_a_title_has_that_of_the_heading_above():
    found = blocks(f"<h2>Part</h2>{SPANS}")
    assert found[1].title == "Part"


def test_a_long_caption_is_a_title_and_what_follows_it():
    caption = "Sessions with a peak change, by vital sign. " + "Rows that are left out: none. " * 3
    found = table(
        f"<table><caption>{caption}</caption><tr><th>a</th></tr><tr><td>1</td></tr></table>"
    )
    assert found.title == "Sessions with a peak change, by vital sign."
    assert found.subtitle == ("Rows that are left out: none. " * 3).strip()


def test_a_table_without_rows_is_text():
    assert [plain(b.runs) for b in blocks("<table><caption>Empty.</caption></table>")] == ["Empty."]


def test_a_figure_and_its_numbers():
    found = [b for b in read_document(WHOLE).blocks if isinstance(b, Figure)]
    assert [f.alt for f in found] == [ALT]
    assert found[0].title == "Scores fall until week 4"
    assert found[0].png == png()
    assert plain(found[0].numbers.body[0].cells[1].runs) == "9.10"


def test_a_caption_on_the_page_is_the_title_of_its_figure():
    html = figure().replace("<details>", "<figcaption>As stated</figcaption><details>")
    found = blocks(html)
    assert [type(b) for b in found] == [Figure]
    assert found[0].title == "As stated"
    assert found[0].numbers is not None


def test_details_that_belong_to_no_figure_are_read():
    found = blocks(f"<details><summary>More</summary>{SPANS}</details>")
    assert [plain(found[0].runs), type(found[1])] == ["More", Table]


def test_figures_and_tables_are_numbered_apart():
    labels = [label for label, _ in read_document(WHOLE).labelled() if label]
    assert labels == ["Table 1", "Figure 1", "Table 2", "Table 3"]


def test_points_below_points_and_numbers():
    items = next(b for b in blocks(BODY) if isinstance(b, Items) and not b.key)
    assert [(plain(i.runs), i.depth, i.number) for i in items.items] == [
        ("first", 0, 1), ("below", 1, 0), ("second", 0, 2),
    ]  # fmt: skip


def test_a_table_inside_a_point_comes_after_the_list():
    found = blocks(f"<ul><li>a point{SPANS}</li></ul>")
    assert [type(b) for b in found] == [Items, Table]


def test_text_that_is_no_text_of_xml_is_marked():
    assert plain(blocks("<p>a\x01b\x0bc</p>")[0].runs) == "a\ufffdb\ufffdc"


def test_comments_are_no_text():
    assert [plain(b.runs) for b in blocks("<p>a<!-- hidden -->b</p>")] == ["ab"]


def test_spaces_of_code_are_kept():
    code = next(b for b in blocks(BODY) if isinstance(b, Paragraph) and b.kind == "code")
    assert plain(code.runs) == "a   1\nb  22"


@pytest.mark.parametrize(
    "source", ["logo.png", "data:image/png;base64,AAAA", "data:image/svg+xml,x"]
)
def test_a_figure_that_is_no_png_is_refused(source):
    with pytest.raises(ReportError, match="no PNG picture"):
        blocks(f'<img alt="{ALT}" src="{source}">')


def test_a_page_without_a_main_part_is_refused():
    with pytest.raises(ReportError, match="no main part"):
        read_document("<h1>Report</h1>")


def test_runs_say_only_what_differs():
    assert plain((Run(text="a"), Run(text="b", bold=True))) == "ab"


# --- The page as the report makes it -------------------------------------------------------------


@pytest.fixture(scope="module")
def made_page():
    """Render a chapter with a real table, a real figure and a real gap."""
    frame = pd.DataFrame({"group": ["Response"], "label": ["ketamine IV"], "n": ["1,205"]})
    columns = [Column(key="n", label="With outcome", sublabel="n", numeric=True)]
    result = TableResult(
        title="Outcomes", subtitle="By regimen", stub="Regimen", columns=tuple(columns),
        frame=frame, notes=("SD, standard deviation.",),
    )  # fmt: skip
    drawn = pd.DataFrame({"visit": ["week 4"], "mean": [9.5]})
    picture = base64.b64encode(png()).decode("ascii")
    alternative = {"image/png": {"alt": ALT}}
    numbers = f"<details><summary>The numbers</summary>{frame_to_html(drawn)}</details>"
    outputs = [
        new_output("display_data", data={"text/html": result.to_html()}),
        new_output("display_data", data={"image/png": picture}, metadata=alternative),
        new_output("display_data", data={"text/html": numbers}),
        new_output("display_data", data={"text/html": '<p class="gap">Not shown: 3 < 11</p>'}),
    ]
    cells = [new_markdown_cell("# Response"), new_code_cell("call()", outputs=outputs)]
    section = section_of(new_notebook(cells=cells), name="03-response")
    made = Made(title="A & B", subtitle="sub", banner="all", at=datetime(2026, 1, 2, tzinfo=UTC))
    return render_page(made, [section], Provenance(data={"title": "Study"}))


def test_of_a_page_that_the_report_makes_nothing_is_lost(made_page):
    found = read_document(made_page).blocks
    got = "".join(text for block in found for text in texts(block))
    figure_title = "Scores fall until week 4"
    assert letters(got) == sorted(said(made_page) + letters(figure_title))


def test_parts_of_a_page_that_the_report_makes_are_known(made_page):
    found = read_document(made_page).blocks
    tables = [block for block in found if isinstance(block, Table)]
    assert [(t.title, t.subtitle) for t in tables] == [
        ("Outcomes", "By regimen"),
        ("Provenance", ""),
    ]
    assert [row.kind for row in tables[0].body] == ["group", "row"]
    assert tables[0].right == (False, True)
    assert [plain(note) for note in tables[0].notes] == ["SD, standard deviation."]
    figures = [block for block in found if isinstance(block, Figure)]
    assert [plain(figures[0].numbers.body[0].cells[1].runs)] == ["9.500"]
    assert [plain(b.runs) for b in found if isinstance(b, Gap)] == ["Not shown: 3 < 11"]
