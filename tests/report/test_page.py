"""What of a notebook reaches the page, and what must not."""

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
