"""The finished table: rendering, escaping, and numbers for prose."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, RELEASE
from analysis.errors import ColumnError, DisclosureError
from analysis.tables import Column, TableResult
from analysis.tables.result import hiding_note, slug

pytestmark = pytest.mark.unit

PAYLOADS = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a | b", "*x* [y](z)"]


def table(text: str = "Age", **changes: object) -> TableResult:
    fields: dict[str, object] = {
        "title": "Who was treated",
        "frame": pd.DataFrame(
            {
                "group": [text, text, "Sex"],
                "label": ["Mean (SD)", "Missing", "Missing"],
                "iv": ["44.1 (13.6)", "<11", "12 (3.0%)"],
                "im": ["45.0 (12.0)", "0", "<11"],
            }
        ),
        "columns": (
            Column(key="iv", label="IV", sublabel="n = 381"),
            Column(key="im", label="IM", sublabel="n = 229"),
        ),
        "notes": ("A note.",),
    }
    return TableResult(**{**fields, **changes})


def test_inline_gives_the_shown_text() -> None:
    assert table().inline("Mean (SD)", "iv") == "44.1 (13.6)"
    assert table().inline(("Sex", "Missing"), "IM") == "<11"


@pytest.mark.parametrize(
    ("row", "column"), [("Missing", "iv"), ("Median", "iv"), ("Mean (SD)", "x")]
)
def test_inline_refuses_what_is_not_one_cell(row: str, column: str) -> None:
    with pytest.raises(ColumnError, match="name one of each"):
        table().inline(row, column)


def test_html_is_the_same_every_time_and_has_its_own_id() -> None:
    first, second = table().to_html(), table().to_html()
    assert first == second
    assert 'id="table-who-was-treated"' in first


def test_html_has_header_scopes_and_loads_nothing() -> None:
    text = table().to_html()
    assert text.count('scope="col"') == 3
    assert text.count('scope="row"') == 3
    assert not re.search(r"https?://|url\(|@import|<script|<link", text)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_every_text_is_escaped(payload: str) -> None:
    columns = (Column(key="iv", label=payload, sublabel=payload), Column(key="im", label="IM"))
    nasty = table(payload, title=payload, subtitle=payload, notes=(payload,), columns=columns)
    html, markdown = nasty.to_html(), nasty.to_markdown()
    assert "<script>" not in html
    assert "<img" not in html
    assert "<script>" not in markdown
    assert "<img" not in markdown
    assert not re.search(r"(?<!\\)\]\(", markdown)
    rows = [line for line in markdown.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in rows} == {4}


def test_lines_break_before_brackets_only() -> None:
    frame = table().to_frame().assign(iv=["45.0 [35.0, 55.0]", "12.3 (−1.0 to 2.0)", "0"])
    html = table(frame=frame).to_html()
    assert "45.0 [35.0,\u00a055.0]" in html
    assert "12.3 (−1.0\u00a0to\u00a02.0)" in html


def test_texts_of_several_lines_begin_at_the_top_with_their_label() -> None:
    columns = (Column(key="iv", label="IV", numeric=False), Column(key="im", label="IM"))
    rows = re.findall(
        r"<tr>.*?</tr>", table(columns=columns).to_html().split("</style>")[1], re.DOTALL
    )
    body = [row for row in rows if "Missing" in row]
    assert len(body) == 2
    for row in body:
        assert row.count("vertical-align: top") == 3
        assert row.count("white-space: nowrap") == 1
    assert "vertical-align: top" not in table().to_html().split("</style>")[1]


def test_small_count_mark_survives_rendering() -> None:
    assert "&lt;11" in table().to_html()
    assert "&lt;11" in table().to_markdown()
    assert "<11" in table().summary()


def test_markdown_table_has_a_rule_under_the_head() -> None:
    lines = table().to_markdown().splitlines()
    assert lines[0] == "**Who was treated**"
    assert "|---|---:|---:|" in lines


def test_notebooks_get_html_and_fixed_text() -> None:
    bundle = table()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"] == repr(table())
    assert "0x" not in bundle["text/plain"]
    assert set(table()._repr_mimebundle_(exclude=["text/html"])) == {"text/plain"}


def test_groups_stand_on_lines_of_their_own() -> None:
    lines = table().summary().splitlines()
    assert [line.strip() for line in lines if line.strip() in {"Age", "Sex"}] == ["Age", "Sex"]


def test_patient_level_frames_are_refused() -> None:
    frame = table().to_frame()
    frame.attrs["patient_level"] = True
    with pytest.raises(DisclosureError, match="row per patient"):
        table(frame=frame)


def test_frames_go_out_as_copies() -> None:
    made = table()
    frame = made.to_frame()
    frame.loc[0, "iv"] = "0"
    assert made.inline("Mean (SD)", "iv") == "44.1 (13.6)"


def test_notes_on_hiding() -> None:
    assert hiding_note(RELEASE).startswith("<11: 1 to 10 (at least one), but of sensitive")
    assert "Confidential" in hiding_note(INTERNAL)


@pytest.mark.parametrize("title", ["Table 1. Who?", "<b>", "", "1", "Über"])
def test_slug_is_a_valid_id(title: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]*", slug(title))
