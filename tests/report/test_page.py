"""What of a notebook reaches the page, and what must not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.report.gate import page_faults
from analysis.report.origin import Provenance
from analysis.report.page import Appendix, Made, render_page, section_of

ALT = "Bar chart of completeness by clinic, eight clinics."
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"


def code(source, *outputs, tags=()):
    return new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})


def shown(data, metadata=None):
    return new_output("display_data", data=data, metadata=metadata or {})


NOTEBOOK = new_notebook(
    cells=[
        new_markdown_cell("# Response & remission\n\nText."),
        code("secret_code = 1", tags=["parameters"]),
        code(
            "other_code()",
            new_output("stream", name="stderr", text="a warning with a path"),
            new_output("stream", name="stdout", text="a stray print"),
            shown({"text/html": "<p>kept table</p>", "text/plain": "plain twin"}),
        ),
        new_markdown_cell("## By clinic"),
        code("plot()", shown({"image/png": PNG, "text/plain": ALT}, {"image/png": {"alt": ALT}})),
        code("key()", shown({"text/html": "<ul><li>the point</li></ul>"}), tags=["summary"]),
        code("prov()", shown({"text/html": "<p>only here</p>"}), tags=["not-in-report"]),
    ]
)
MADE = Made(
    title="A & B", subtitle="sub <i>", banner="for <all>", at=datetime(2026, 1, 2, tzinfo=UTC)
)
ORIGIN = Provenance(data={"title": "<b>T</b>"}, parameters={"visit": "week 4"})


def whole_page():
    return render_page(MADE, [section_of(NOTEBOOK, name="03-response")], ORIGIN)


@pytest.mark.unit
def test_headings_go_one_level_down_and_into_the_contents():
    section = section_of(NOTEBOOK, name="03-response")
    assert [(level, text) for level, _, text in section.headings] == [
        (2, "Response & remission"),
        (3, "By clinic"),
    ]
    page = whole_page()
    for _, anchor, _ in section.headings:
        assert f'id="{anchor}"' in page
        assert f'href="#{anchor}"' in page


@pytest.mark.unit
@pytest.mark.parametrize(
    "hidden",
    [
        "secret_code",
        "other_code",
        "a warning with a path",
        "a stray print",
        "only here",
        "plain twin",
    ],
)
def test_code_streams_and_excluded_cells_stay_out(hidden):
    assert hidden not in whole_page()


@pytest.mark.unit
def test_outputs_summary_and_alternative_text_are_there():
    page = whole_page()
    assert "kept table" in page
    assert ALT in page
    assert page.index("the point") < page.index("kept table")
    assert page.count("the point") == 1


@pytest.mark.unit
def test_title_subtitle_and_provenance_are_escaped_and_the_page_is_sound():
    page = whole_page()
    assert "A &amp; B" in page
    assert "sub &lt;i&gt;" in page
    assert "&lt;b&gt;T&lt;/b&gt;" in page
    assert page_faults(page) == []


@pytest.mark.identity
def test_rendering_does_not_change_the_notebook():
    before = str(NOTEBOOK)
    section_of(NOTEBOOK, name="03-response")
    assert str(NOTEBOOK) == before


@pytest.mark.unit
def test_methods_and_appendices_stand_after_the_chapters_and_in_the_contents():
    told = code("m()", shown({"text/html": "<p>fitted by REML</p>"}), tags=["methods"])
    notebook = new_notebook(cells=[*NOTEBOOK.cells, told])
    appendix = Appendix(anchor="checklist", title="Check & list", body="<p>the list</p>")
    page = render_page(
        MADE, [section_of(notebook, name="03-response")], ORIGIN, appendices=[appendix]
    )
    places = [page.index(text) for text in ("kept table", "fitted by REML", "&lt;p&gt;the list")]
    assert places == sorted(places)
    assert page.count("fitted by REML") == 1
    assert "Check &amp; list</a>" in page
    assert 'href="#methods"' in page
    assert 'href="#checklist"' in page
    assert "for &lt;all&gt;" in page
    assert "Made 2026-01-02 00:00 UTC." in page
    assert page_faults(page) == []


def drawn(*cells):
    return str(section_of(new_notebook(cells=list(cells)), name="01-test").body)


@pytest.mark.unit
def test_a_chapter_is_plain_html_without_the_wrappers_of_notebooks():
    body = drawn(
        new_markdown_cell("Text with *weight*."), code("f()", shown({"text/html": "<p>t</p>"}))
    )
    assert body.split() == ["<p>Text", "with", "<em>weight</em>.</p>", "<p>t</p>"]


@pytest.mark.unit
def test_a_figure_holds_its_numbers_and_the_next_table_stays_outside():
    numbers = "<details><summary>The numbers</summary><p>1</p></details>"
    body = drawn(
        code(
            "show()",
            shown({"image/png": PNG}, {"image/png": {"alt": 'Bars "a" & b'}}),
            shown({"text/html": numbers}),
            shown({"text/html": "<p>after</p>"}),
        )
    )
    figure = (
        '<figure class="with-numbers"><img alt=\'Bars "a" &amp; b\' '
        f'src="data:image/png;base64,{PNG}"/>{numbers}</figure>'
    )
    assert body.strip().startswith(figure)
    assert body.count("<details") == 1
    assert body.index("</figure>") < body.index("after")


@pytest.mark.unit
def test_a_figure_without_numbers_can_be_reached_by_keys():
    body = drawn(code("show()", shown({"image/png": PNG}, {"image/png": {"alt": ALT}})))
    assert body.strip().startswith(f'<figure tabindex="0"><img alt="{ALT}"')


@pytest.mark.unit
def test_a_table_in_markdown_gets_scopes_and_a_box():
    body = drawn(new_markdown_cell("| a | b |\n|---|---|\n| 1 | 2 |"))
    assert body.count('<th scope="col">') == 2
    assert body.count('<div class="scroll" role="group" tabindex="0" aria-label="Table">') == 1


@pytest.mark.unit
def test_two_tables_of_one_title_have_their_own_ids():
    table = '<div id="table-a" style="x"><table><tr><td>1</td></tr></table></div>'
    sections = [section_of(new_notebook(cells=[code("t", shown({"text/html": table}))]), name="01")]
    page = render_page(MADE, sections * 2, ORIGIN)
    assert page.count('id="table-a"') == page.count('id="table-a-2"') == 1
    assert page_faults(page) == []


@pytest.mark.unit
def test_what_is_printed_on_every_page_cannot_leave_its_quotes():
    made = replace(MADE, title='"; } </style><b>', banner="a\\b\n{c}")
    page = render_page(made, [], ORIGIN)
    style = page[page.index("<style>") : page.index("</style>")]
    assert 'content: "\\22 \\3b  \\7d  \\3c \\2f style\\3e \\3c b\\3e "' in style
    assert 'content: "a\\5c b\\a \\7b c\\7d "' in style
    assert page.count("</style>") == 1


@pytest.mark.unit
@pytest.mark.parametrize(
    ("confidential", "kind"), [(True, "banner confidential"), (False, "banner")]
)
def test_what_is_confidential_stands_out(confidential, kind):
    page = render_page(replace(MADE, confidential=confidential), [], ORIGIN)
    assert f'<p class="{kind}">' in page
    assert ("font-weight: bold; } }" in page) is confidential
