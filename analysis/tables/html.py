"""Render shown text as an HTML table through great_tables.

great_tables escapes plain text itself; the ids are fixed, so the same table gives the same HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

import great_tables as gt
import pandas as pd

__all__ = ["table_html"]

# spaces inside "[35.0, 55.0]", "[Q1, Q3]" and "−1.0 to 2.0"
_INSIDE = re.compile(
    r"(?<=[\d1]), (?=[\d\u2212Q])|(?<=\d) to (?=[\d\u2212\u221e])|(?<=\u221e) to (?=[\d\u221e])"
)
_SHORT = 28  # labels of rows up to this length stay on one line

_OPTIONS: dict[str, Any] = {
    "table_font_size": "14px",
    "table_font_color": "#1a1a1a",
    "table_background_color": "#ffffff",
    "table_border_top_style": "none",
    "table_border_bottom_style": "none",
    "heading_align": "left",
    "heading_title_font_size": "17px",
    "heading_title_font_weight": "600",
    "heading_subtitle_font_size": "14px",
    "heading_border_bottom_style": "none",
    "heading_padding": "3px",
    "column_labels_font_weight": "600",
    "column_labels_border_top_color": "#1a1a1a",
    "column_labels_border_bottom_color": "#1a1a1a",
    "column_labels_border_top_width": "1px",
    "column_labels_border_bottom_width": "1px",
    "table_body_border_top_color": "#1a1a1a",
    "table_body_border_bottom_color": "#1a1a1a",
    "table_body_border_bottom_width": "1px",
    "table_body_hlines_style": "none",
    "stub_border_style": "none",
    "row_group_font_weight": "600",
    "row_group_border_top_color": "#d9d9d9",
    "row_group_border_top_width": "1px",
    "row_group_border_bottom_style": "none",
    "row_group_padding": "5px",
    "data_row_padding": "4px",
    "data_row_padding_horizontal": "9px",
    "column_labels_padding_horizontal": "9px",
    "source_notes_font_size": "12px",
    "source_notes_padding": "2px",
    "source_notes_border_lr_style": "none",
}


def table_html(
    frame: pd.DataFrame,
    *,
    columns: Sequence[tuple[str, str, str, bool]],
    heading: tuple[str, str],
    notes: Sequence[str],
    element_id: str,
    stub: str,
) -> str:
    """Render text as one HTML table with a fixed id.

    Parameters
    ----------
    frame : pandas.DataFrame of str
        Columns ``group``, ``label`` and the keys of `columns`.
    columns : sequence of (key, label, sublabel, numeric)
        The columns after the label.
    heading : (str, str)
        Title and subtitle.
    notes : sequence of str
        Lines under the table.
    element_id : str
        Id of the surrounding element; the ids of cells start with it.
    stub : str
        Heading over the labels of the rows.

    Returns
    -------
    str
        HTML and its style sheet, which applies to this id only.
    """
    keys = [key for key, *_ in columns]
    grouped = bool(frame["group"].ne("").any())
    shown = frame[["group", "label", *keys]] if grouped else frame[["label", *keys]]
    # keys of our own, so that no text of the data becomes part of an id
    names = {key: f"c{position}" for position, key in enumerate(keys)}
    table = gt.GT(
        _unbroken(shown).rename(columns=names),
        rowname_col="label",
        groupname_col="group" if grouped else None,
        id=element_id,
        locale="en",
    )
    title = gt.html(f"<strong>{html.escape(heading[0])}</strong>")
    table = table.tab_header(title=title, subtitle=heading[1] or None)
    table = table.tab_stubhead(label=stub) if stub else table
    table = table.cols_label(**{names[key]: _heading(label, sub) for key, label, sub, _ in columns})
    table = _align(table, [(names[key], is_number) for key, *_, is_number in columns])
    table = _place(table, shown["label"], has_text=not all(number for *_, number in columns))
    for note in notes:
        table = table.tab_source_note(gt.html(html.escape(note)))
    return str(table.tab_options(**_OPTIONS).as_raw_html())


def _place(table: Any, labels: pd.Series, *, has_text: bool) -> Any:
    """Keep short labels on one line, and set texts of several lines at the top."""
    stub = ["white-space: nowrap"] if labels.str.len().max() <= _SHORT else []
    if has_text:
        table = table.tab_style(gt.style.css("vertical-align: top"), gt.loc.body())
        stub.append("vertical-align: top")
    return table.tab_style(gt.style.css("; ".join(stub)), gt.loc.stub()) if stub else table


def _align(table: Any, columns: Sequence[tuple[str, bool]]) -> Any:
    """Set numbers to the right and text to the left."""
    for side, wanted in (("right", True), ("left", False)):
        names = [name for name, is_number in columns if is_number is wanted]
        table = table.cols_align(side, columns=names) if names else table
    return table


def _unbroken(shown: pd.DataFrame) -> pd.DataFrame:
    """Keep what stands in brackets on one line: lines may break before a bracket only."""
    texts = {
        name: [
            _INSIDE.sub(lambda found: found.group().replace(" ", "\u00a0"), str(text))
            for text in column
        ]
        for name, column in shown.items()
    }
    return pd.DataFrame(texts, index=shown.index)


def _heading(label: str, sublabel: str) -> Any:
    """Write a heading of one or two lines."""
    second = f"<br><span style='font-weight:400'>{html.escape(sublabel)}</span>" if sublabel else ""
    return gt.html(html.escape(label) + second)
