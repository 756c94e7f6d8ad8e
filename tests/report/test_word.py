"""The Word document: what Word, a screen reader and a printer need of it."""

import io
import re
import time
import zipfile
from datetime import UTC, datetime

import docx
import pytest
from docx.oxml.ns import qn

from analysis.report.document import Cell, Row, Run, Table, read_document
from analysis.report.word import word_bytes
from analysis.report.word.widths import LANDSCAPE, PORTRAIT, layout_of
from tests.report.small_page import ALT, BODY, TABLE, WHOLE, figure, page, png

pytestmark = pytest.mark.unit

MADE = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def written(html, **options):
    return word_bytes(read_document(html), made=MADE, **options)


def opened(html=WHOLE, **options):
    return docx.Document(io.BytesIO(written(html, **options)))


@pytest.fixture(scope="module")
def word():
    return opened()


def all_of(word, tag):
    return list(word.element.body.iter(qn(tag)))


def text_of(element):
    return "".join(t.text or "" for t in element.iter(qn("w:t")))


def style_of(element):
    return element.pPr.pStyle.get(qn("w:val"))


def styled(word, style):
    return [text_of(p) for p in all_of(word, "w:p") if style_of(p) == style]


def wide_table(columns, text="a long heading"):
    cells = "".join(f"<th>{text} {n}</th>" for n in range(columns))
    return f"<table><thead><tr>{cells}</tr></thead><tbody><tr>{'<td>1</td>' * columns}</tr></table>"


def long_table(rows, groups=0):
    every = rows // groups if groups else rows + 1
    body = "".join(
        ("<tr><th colspan='2'>group</th></tr>" if groups and n % every == 0 else "")
        + f"<tr><td>row {n}</td><td>1</td></tr>"
        for n in range(rows)
    )
    return f"<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody>{body}</tbody></table>"


# --- The same bytes ------------------------------------------------------------------------------


def test_the_same_report_gives_the_same_bytes_later(monkeypatch):
    first = written(WHOLE)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)  # of which zip files take notice
    assert written(WHOLE) == first


def test_no_part_says_when_or_where_it_was_made_but_the_time_of_the_report():
    with zipfile.ZipFile(io.BytesIO(written(WHOLE))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"
        core = archive.read("docProps/core.xml").decode("utf-8")
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2026-01-31T12:00:00Z"}


def test_properties_say_what_the_file_is(word):
    stated = word.core_properties
    assert (stated.title, stated.subject) == ("Quality of care", "8 clinics; synthetic")
    assert (stated.author, stated.revision, stated.language) == ("ketamine-outcomes", 1, "en-GB")
    languages = {found.get(qn("w:val")) for found in word.styles.element.iter(qn("w:lang"))}
    assert languages == {"en-GB"}


# --- Text ----------------------------------------------------------------------------------------


def test_the_text_of_the_page_is_there(word):
    said = "\n".join(text_of(p) for p in all_of(word, "w:p"))
    for text in (
        "Quality of care", "8 clinics; synthetic", "Counts from 1 to 10 are hidden.",
        "610 patients; see the outcomes.", "Read with care. Change is not effect.",
        "A score of two lines, mmrm, and a source.", "Not shown: needs 11 patients.", "first",
        "below", "a   1", "b  22", "As the rule says.", "SMD", "standardised difference",
        "SD, standard deviation.", "2033", "\u22127.30", "<11", "=cmd|' /C calc'!A0",
    ):  # fmt: skip
        assert text in said


def test_headings_have_the_styles_of_word(word):
    assert styled(word, "Heading1") == ["At a glance", "Outcomes & change", "Provenance"]
    assert styled(word, "Heading2") == ["Course"]
    names = {style.style_id: style.name for style in word.styles}
    assert names["Heading1"] == "Heading 1"
    assert {names[s] for s in ("Caption", "ListBullet", "Title")} == {
        "Caption", "List Bullet", "Title",
    }  # fmt: skip


def test_levels_of_lists_belong_to_their_styles(word):
    # Word takes the level of a style from the list alone
    levels = word.part.numbering_part.element.iter(qn("w:lvl"))
    linked = [level.find(qn("w:pStyle")).get(qn("w:val")) for level in levels]
    assert linked == ["ListBullet", "ListBullet2", "ListBullet3"]


def test_every_style_that_is_used_exists(word):
    known = {style.style_id for style in word.styles}
    used = {e.get(qn("w:val")) for t in ("w:pStyle", "w:rStyle", "w:tblStyle")
            for e in all_of(word, t)}  # fmt: skip
    assert used <= known


def test_links_lead_into_the_document_and_to_the_web(word):
    links = {text_of(link): link for link in all_of(word, "w:hyperlink")}
    places = {mark.get(qn("w:name")) for mark in all_of(word, "w:bookmarkStart")}
    assert links["the outcomes"].get(qn("w:anchor")) in places
    outside = word.part.rels[links["a source"].get(qn("r:id"))]
    assert (outside.target_ref, outside.is_external) == ("https://example.org/a", True)


def test_the_contents_are_a_field_that_is_filled_in():
    word = opened(page("<h2>At a glance</h2><p>x</p><h2>Safety</h2><h3>Events</h3><p>y</p>"))
    block = all_of(word, "w:sdt")[0]
    codes = [code.text for code in block.iter(qn("w:instrText"))]
    assert codes == [' TOC \\o "1-2" \\h \\z \\u ']
    lines = {text_of(link): link.get(qn("w:anchor")) for link in block.iter(qn("w:hyperlink"))}
    assert list(lines) == ["At a glance", "Safety", "Events"]
    marked = {mark.get(qn("w:name")): text_of(mark.getparent())
              for mark in all_of(word, "w:bookmarkStart")}  # fmt: skip
    assert {text: marked[name] for text, name in lines.items()} == {text: text for text in lines}


def test_the_first_chapter_comes_before_the_contents_and_chapters_begin_pages():
    word = opened(page("<h2>At a glance</h2><p>x</p><h2>Safety</h2><p>y</p>"))
    said = [
        text_of(p) for p in all_of(word, "w:p") if style_of(p) in ("Heading1", "ContentsHeading")
    ]
    assert said == ["At a glance", "Contents", "Safety"]
    first = next(p for p in all_of(word, "w:p") if text_of(p) == "At a glance")
    assert first.pPr.find(qn("w:pageBreakBefore")).get(qn("w:val")) == "0"
    style = word.styles.element.find(f"{qn('w:style')}[@{qn('w:styleId')}='Heading1']")
    assert style.find(f"{qn('w:pPr')}/{qn('w:pageBreakBefore')}") is not None


def test_a_long_list_of_contents_has_chapters_only():
    html = page("<h2>One</h2>" + "<h3>Part</h3>" * 46 + "<h2>Two</h2>")
    block = all_of(opened(html), "w:sdt")[0]
    assert [text_of(link) for link in block.iter(qn("w:hyperlink"))] == ["One", "Two"]


def test_contents_of_one_chapter_come_after_the_title():
    word = opened(page("<h2>Only</h2>").replace('<footer id="provenance"></footer>', ""))
    first = [text_of(child) for child in word.element.body][:5]
    assert first[:3] == [
        "Quality of care",
        "8 clinics; synthetic",
        "Counts from 1 to 10 are hidden.",
    ]
    assert first[3].startswith("ContentsOnly")
    assert first[4] == "Only"


def test_a_page_without_headings_has_no_contents():
    assert all_of(opened(page("<p>text</p>")), "w:sdt") == []


# --- Tables --------------------------------------------------------------------------------------


def test_captions_count_by_fields_and_stay_with_what_they_name(word):
    assert styled(word, "Caption") == [
        "Table 1. Outcomes", "Table 2. Course", "Table 3. Where the numbers come from",
    ]  # fmt: skip
    assert styled(word, "FigureCaption") == ["Figure 1. Scores fall until week 4"]
    captions = [p for p in all_of(word, "w:p") if style_of(p) in ("Caption", "FigureCaption")]
    codes = [[c.text for c in p.iter(qn("w:instrText"))] for p in captions]
    assert codes.count([" SEQ Table \\* ARABIC "]) == 3
    assert codes.count([" SEQ Figure \\* ARABIC "]) == 1
    for paragraph in captions:
        over = paragraph.pPr.find(qn("w:keepNext")) is not None
        assert over == (style_of(paragraph) == "Caption")
    picture = all_of(word, "w:drawing")[0].getparent().getparent()
    style = word.styles.element.find(f"{qn('w:style')}[@{qn('w:styleId')}='{style_of(picture)}']")
    assert style.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None


def test_headings_of_columns_repeat_and_rows_do_not_break(word):
    for table in all_of(word, "w:tbl"):
        rows = list(table.iter(qn("w:tr")))
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
    repeated = [
        [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in t.iter(qn("w:tr"))]
        for t in all_of(word, "w:tbl")
    ]
    assert repeated == [
        [True, False, False, False], [True, True, False, False], [True, False],
    ]  # fmt: skip


def test_groups_are_merged_bold_and_stay_with_their_rows(word):
    group = all_of(word, "w:tbl")[0].findall(qn("w:tr"))[1]
    cells = group.findall(qn("w:tc"))
    assert [c.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}").get(qn("w:val")) for c in cells] == ["3"]
    assert text_of(group) == "Response"
    assert cells[0].find(f".//{qn('w:b')}") is not None
    assert cells[0].find(f".//{qn('w:keepNext')}") is not None


def test_numbers_stand_to_the_right(word):
    row = all_of(word, "w:tbl")[0].findall(qn("w:tr"))[2]
    sides = [p.pPr.find(qn("w:jc")) for p in row.iter(qn("w:p"))]
    assert [s if s is None else s.get(qn("w:val")) for s in sides] == [None, "right", "right"]


def test_the_second_line_of_a_heading_is_not_bold(word):
    heading = all_of(word, "w:tbl")[0].findall(qn("w:tr"))[0].findall(qn("w:tc"))[1]
    runs = {text_of(run): run.find(f"{qn('w:rPr')}/{qn('w:b')}") for run in heading.iter(qn("w:r"))}
    assert runs["ketamine IM"] is not None
    assert runs["n = 1,205"] is None


def test_cells_over_rows_are_merged_downwards(word):
    table = all_of(word, "w:tbl")[1]
    merged = [
        [None if (m := c.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")) is None else
         m.get(qn("w:val"), "on") for c in row.findall(qn("w:tc"))]
        for row in table.findall(qn("w:tr"))
    ]  # fmt: skip
    assert merged == [
        ["restart", None], ["on", None, None], ["restart", None, None], ["on", None, None],
    ]  # fmt: skip


def test_cells_of_every_row_fill_the_columns(word):
    for table in all_of(word, "w:tbl"):
        grid = [int(c.get(qn("w:w"))) for c in table.iter(qn("w:gridCol"))]
        total = int(table.tblPr.find(qn("w:tblW")).get(qn("w:w")))
        assert total == sum(grid) <= 20 * PORTRAIT
        for row in table.findall(qn("w:tr")):
            spans = [c.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}") for c in row.findall(qn("w:tc"))]
            assert sum(1 if s is None else int(s.get(qn("w:val"))) for s in spans) == len(grid)
            widths = [c.find(f"{qn('w:tcPr')}/{qn('w:tcW')}") for c in row.findall(qn("w:tc"))]
            assert sum(int(w.get(qn("w:w"))) for w in widths) == total


def test_tables_say_what_they_are_to_who_cannot_see_them(word):
    stated = [
        (t.tblPr.find(qn("w:tblCaption")).get(qn("w:val")),
         t.tblPr.find(qn("w:tblDescription")).get(qn("w:val")))
        for t in all_of(word, "w:tbl")
    ]  # fmt: skip
    assert stated[0] == ("Outcomes", "Outcomes. Columns: ketamine IM n = 1,205, ketamine IV.")


def keeps(rows_html):
    table = all_of(opened(page(f"<h2>a</h2>{rows_html}")), "w:tbl")[0]
    return [row.find(f".//{qn('w:keepNext')}") is not None for row in table.findall(qn("w:tr"))]


def test_short_tables_stay_on_one_page():
    assert keeps(long_table(5)) == [True, True, True, True, True, False]


def test_of_long_tables_no_page_has_a_row_or_two_only():
    assert keeps(long_table(30)) == [True, True, True, *[False] * 25, True, True, False]


def test_short_groups_of_rows_stay_with_their_heading():
    assert keeps(long_table(20, groups=5))[1:11] == [
        True, True, True, True, False, True, True, True, True, False,
    ]  # fmt: skip


def test_notes_stay_with_their_table(word):
    last = all_of(word, "w:tbl")[0].findall(qn("w:tr"))[-1]
    assert last.find(f".//{qn('w:keepNext')}") is not None
    assert styled(word, "LastNote") == ["Counts under 11 are hidden."]


# --- Pages ---------------------------------------------------------------------------------------


def sides(word):
    return ["landscape" if s.orientation else "upright" for s in word.sections]


def test_pages_are_a4_and_upright(word):
    assert [(s.page_width.mm, s.page_height.mm) for s in word.sections] == [
        (pytest.approx(210, abs=0.1), pytest.approx(297, abs=0.1))
    ]


def test_a_wide_table_lies_on_its_side_with_its_heading():
    body = f"<h2>Glance</h2><p>x</p><h2>Part</h2><p>y</p>{wide_table(14)}<h2>End</h2><p>z</p>"
    word = opened(page(body))
    assert sides(word) == ["upright", "landscape", "upright"]
    turned = word.sections[1]
    assert turned.page_width > turned.page_height
    sections = [[]]
    for child in word.element.body:
        sections[-1].append(text_of(child))
        if child.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
            sections.append([])
    assert sections[1][:2] == ["Part", "y"]
    assert sections[2][0] == "End"


def test_tables_with_a_sentence_between_share_pages_on_their_side():
    body = f"<h2>a</h2><p>x</p><h2>b</h2>{wide_table(14)}<p>between</p>{wide_table(14)}<h2>c</h2>"
    assert sides(opened(page(body))) == ["upright", "landscape", "upright"]


def test_a_report_may_end_on_its_side():
    body = f"<h2>a</h2><p>x</p><h2>b</h2>{wide_table(14)}"
    html = page(body).replace('<footer id="provenance"></footer>', "")
    assert sides(opened(html)) == ["upright", "landscape"]


def test_every_page_has_its_number_and_the_line(word):
    for part in (word.sections[0].footer, word.sections[0].first_page_footer):
        root = part.paragraphs[0]._p.getparent()
        assert text_of(root) == "Counts from 1 to 10 are hidden.Page 1 of 1"
        codes = [code.text for code in root.iter(qn("w:instrText"))]
        assert codes == [" PAGE ", " NUMPAGES "]
    assert word.sections[0].header.paragraphs[0].text == "Quality of care"


def test_the_line_at_the_foot_may_be_another():
    footer = opened(line="Confidential.").sections[0].footer
    assert footer.paragraphs[0].text == "Confidential."


def test_later_sections_take_over_the_lines_of_the_first():
    body = f"<h2>a</h2><p>x</p><h2>b</h2>{wide_table(14)}<h2>c</h2><p>y</p>"
    word = opened(page(body))
    assert [s.footer.is_linked_to_previous for s in word.sections] == [False, True, True]
    assert [s.different_first_page_header_footer for s in word.sections] == [True, False, False]


# --- Figures -------------------------------------------------------------------------------------


def test_figures_have_their_text_alternative_and_fit_the_page():
    word = opened(page(f"<h2>a</h2>{figure(3000, 1000)}{figure(1000, 3000)}"))
    for drawing, number in zip(all_of(word, "w:drawing"), (1, 2), strict=True):
        stated = drawing.find(f".//{qn('wp:docPr')}")
        assert (stated.get("descr"), stated.get("name")) == (ALT, f"Figure {number}")
    sizes = [(e.cx / 12700, e.cy / 12700) for e in all_of(word, "wp:extent")]
    assert sizes[0] == (pytest.approx(470), pytest.approx(470 / 3))
    assert sizes[1] == (pytest.approx(560 / 3), pytest.approx(560))
    ids = [e.get("id") for e in all_of(word, "wp:docPr")]
    assert len(set(ids)) == 2


def test_the_picture_is_that_of_the_page():
    with zipfile.ZipFile(io.BytesIO(written(WHOLE))) as archive:
        pictures = [archive.read(n) for n in archive.namelist() if n.startswith("word/media/")]
    assert pictures == [png()]


def test_numbers_of_figures_are_left_out_and_it_is_said_where_they_are(word):
    assert "9.10" not in "".join(text_of(t) for t in all_of(word, "w:tbl"))
    assert any("Excel workbook" in text for text in styled(word, "ContentsNote"))
    without = opened(page(f"<h2>a</h2>{TABLE}"))
    assert not any("Excel" in text for text in styled(without, "ContentsNote"))


# --- The order that the schema demands -----------------------------------------------------------

ORDER = {
    "w:pPr": "pStyle keepNext keepLines pageBreakBefore widowControl numPr pBdr shd tabs spacing "
             "ind contextualSpacing jc outlineLvl rPr sectPr",
    "w:rPr": "rStyle rFonts b bCs i iCs noProof color sz szCs u lang",
    "w:tblPr": "tblStyle tblW jc tblInd tblBorders tblLayout tblCellMar tblLook tblCaption "
               "tblDescription",
    "w:tcPr": "tcW gridSpan vMerge tcBorders shd vAlign",
    "w:tbl": "tblPr tblGrid tr",
    "w:tr": "trPr tc",
    "w:tc": "tcPr p",
    "w:sectPr": "headerReference footerReference pgSz pgMar cols titlePg",
    "w:style": "name basedOn next uiPriority semiHidden qFormat pPr rPr tblPr",
    "w:sdt": "sdtPr sdtContent",
}  # fmt: skip


@pytest.mark.parametrize("tag", ORDER)
def test_parts_of_elements_come_in_the_order_of_the_schema(tag):
    word = opened(page(BODY + wide_table(14), footer="<h2>End</h2>"))
    footer = word.sections[0].footer.paragraphs[0]._p.getparent()
    allowed = ORDER[tag].split()
    seen = 0
    for root in (word.element, word.styles.element, footer):
        for element in root.iter(qn(tag)):
            parts = [child.tag.rpartition("}")[2] for child in element]
            if tag == "w:sectPr":  # headers and footers may be mixed
                parts = [p.replace("headerReference", "footerReference") for p in parts]
            places = [allowed.index(part) for part in parts]
            assert places == sorted(places)
            seen += 1
    assert seen


# --- Widths --------------------------------------------------------------------------------------


def of_columns(*columns):
    rows = tuple(
        Row(cells=tuple(Cell(runs=(Run(text=text),)) for text in row))
        for row in zip(*columns, strict=True)
    )
    right = (False,) * len(columns)
    return Table(title="t", subtitle="", head=(), body=rows, right=right)


def test_a_small_table_is_as_wide_as_its_text():
    layout = layout_of(of_columns(["a label"], ["48.5 (32.5 to 64.8)"]))
    assert not layout.landscape
    assert not layout.wraps
    assert sum(layout.widths) < PORTRAIT / 2


def test_sentences_share_what_numbers_leave():
    sentence = "A sentence of many words that says what the rule is and where it comes from. "
    layout = layout_of(of_columns(["1"], [sentence * 3], [sentence]))
    assert layout.wraps
    assert sum(layout.widths) == pytest.approx(PORTRAIT)
    assert layout.widths[0] < 20 < layout.widths[2] < layout.widths[1]


@pytest.mark.parametrize("columns", [1, 7, 14, 40, 90])
def test_no_table_is_wider_than_its_page(columns):
    layout = layout_of(of_columns(*[["heading 0.123"]] * columns))
    assert sum(layout.widths) <= (LANDSCAPE if layout.landscape else PORTRAIT) + 1e-6
    assert len(layout.widths) == columns


def test_a_word_without_an_end_does_not_take_the_page():
    layout = layout_of(of_columns(["f" * 400], ["a word"]))
    assert not layout.landscape
    assert layout.widths[1] > 20


def test_a_table_of_headings_only_can_be_laid_out():
    assert layout_of(of_columns([""], [""])).widths == (9.5, 9.5)
