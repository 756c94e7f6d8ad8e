"""Tables of a page: boxes that scroll, headers with a scope, no styles or ids of their own."""

import pytest

from analysis.report.markup import plain_tables, text_of, with_unique_tables

pytestmark = pytest.mark.unit

MADE_BY_GREAT_TABLES = """
<div id="table-age" style="padding: 10px; overflow-x:auto;">
<style>tr { background-color: transparent; }</style>
<table class="gt_table" aria-labelledby="table-age-title" data-quarto-bootstrap="false">
<thead><tr class="gt_heading"><td class="gt_heading gt_title gt_font_normal" colspan="2" id="t">
<strong>Age &amp; sex</strong></td></tr>
<tr><th class="gt_left" id="table-age-x" scope="col"></th><th scope="col" id="y">n</th></tr></thead>
<tbody><tr><th class="gt_stub" scope="row" id="z">Mean</th><td headers="z y">44</td></tr></tbody>
</table>
</div>
<p>after</p>"""


def test_a_table_loses_its_styles_and_ids_and_its_box_keeps_the_id():
    html = plain_tables(MADE_BY_GREAT_TABLES)
    assert html.strip().startswith(
        '<div class="scroll" id="table-age" role="group" tabindex="0" '
        'aria-label="Table: Age &amp; sex"><table class="gt_table">'
    )
    assert html.count(" id=") == 1
    for gone in ("<style", "background-color", "headers=", "data-quarto", "aria-labelledby"):
        assert gone not in html
    assert html.strip().endswith("</table></div>\n<p>after</p>")


def test_an_empty_header_is_a_cell_and_others_keep_their_scope():
    html = plain_tables(MADE_BY_GREAT_TABLES)
    assert '<td class="gt_left"></td><th scope="col">n</th>' in html
    assert '<th class="gt_stub" scope="row">Mean</th><td>44</td>' in html


def test_headers_without_scope_get_that_of_their_part():
    frame = (
        '<table border="1" class="dataframe"><thead><tr><th></th><th>n</th></tr></thead>'
        "<tbody><tr><th>0</th><td>5</td></tr></tbody></table>"
    )
    assert plain_tables(frame) == (
        '<div class="scroll" role="group" tabindex="0" aria-label="Table">'
        '<table class="dataframe"><thead><tr><td></td><th scope="col">n</th></tr></thead>'
        '<tbody><tr><th scope="row">0</th><td>5</td></tr></tbody></table></div>'
    )


def test_the_caption_names_the_box_by_its_first_sentence():
    html = plain_tables("<table><caption>Sessions. Limits &lt; 5.</caption></table>")
    assert 'aria-label="Table: Sessions"' in html


def row(*cells):
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["w" * 118], "scroll"),
        (["w" * 119], "scroll wide"),
        (["w" * 58, "w" * 58], "scroll"),
        (["w" * 58, "w" * 59], "scroll wide"),
        (["w" * 59, "w " * 59], "scroll"),  # a text of words breaks
        (["w" * 59, "w\u00a0" * 30], "scroll wide"),  # one that is held together does not
        (["w" * 178], "scroll wide"),
        (["w" * 179], "scroll wide widest"),
    ],
)
def test_a_table_too_broad_for_paper_is_named(cells, kind):
    assert f'<div class="{kind}" role' in plain_tables(f"<table>{row(*cells)}</table>")


@pytest.mark.parametrize(("rows", "kind"), [(24, "scroll"), (25, "scroll long")])
def test_a_table_that_may_be_parted_is_named(rows, kind):
    assert f'<div class="{kind}" role' in plain_tables(f"<table>{row('a') * rows}</table>")


def test_a_title_over_all_columns_makes_no_table_broad():
    title = f'<tr><td colspan="2">{"w" * 300}</td></tr>'
    assert 'class="scroll" role' in plain_tables(f"<table>{title}{row('a', 'b')}</table>")


def test_text_outside_of_tables_stays_as_it_is():
    text = '<p id="a">1 &lt; 2</p><figure><img alt="x" src="data:,"></figure>'
    assert plain_tables(text) == text


def test_ids_are_numbered_in_order():
    boxes = plain_tables(MADE_BY_GREAT_TABLES * 3)
    page = with_unique_tables(boxes)
    places = [page.index(f' id="table-age{end}"') for end in ("", "-2", "-3")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("html", "text"),
    [("a &amp; <em>b</em>\n c", "a & b c"), ("1 &lt; 2", "1 < 2"), ("", "")],
)
def test_text_of_html(html, text):
    assert text_of(html) == text
