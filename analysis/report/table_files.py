"""Single tables as files: Word, Excel, HTML or Markdown, without a report around them."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from analysis import storage
from analysis.disclosure import CONFIDENTIAL
from analysis.errors import DisclosureError, ReportError
from analysis.report.document import Document, read_document
from analysis.report.files import made_at
from analysis.report.word import word_bytes
from analysis.report.workbook import workbook_bytes
from analysis.study import in_local_zone
from analysis.tables import TableResult

__all__ = ["TABLE_FORMATS", "table_bytes", "write_tables"]


def _word(tables: Sequence[TableResult], title: str, made: datetime) -> bytes:
    document = _document(tables, title)
    # the caption of a single table says what the title would say
    shown = replace(document, title="") if len(tables) == 1 and not title else document
    return word_bytes(shown, made=made)


def _workbook(tables: Sequence[TableResult], title: str, made: datetime) -> bytes:
    return workbook_bytes(_document(tables, title), made=made)


def _page(tables: Sequence[TableResult], title: str, _made: datetime) -> bytes:
    return _html(tables, title).encode("utf-8")


def _markdown(tables: Sequence[TableResult], title: str, _made: datetime) -> bytes:
    heading = [f"# {html.escape(title, quote=False)}"] if title else []
    whole = "\n\n".join([*heading, *(table.to_markdown() for table in tables)])
    return f"{whole}\n".encode()


TABLE_FORMATS: Mapping[str, Callable[[Sequence[TableResult], str, datetime], bytes]] = {
    "docx": _word,
    "xlsx": _workbook,
    "html": _page,
    "md": _markdown,
}
"""Ending of a file's name to what makes its content."""


def table_bytes(
    tables: TableResult | Sequence[TableResult], kind: str, *, title: str = ""
) -> bytes:
    """Make the content of a file that holds one table, or several.

    Parameters
    ----------
    tables : TableResult or sequence of TableResult
        Finished tables, in order.
    kind : {"docx", "xlsx", "html", "md"}
        Word: caption, headings that are repeated on each page, rows that do not break over pages,
        a text alternative, notes. Excel: a sheet for each table; a plain number is a number,
        everything else is text, never a formula. HTML: one page that loads nothing.
    title : str
        Heading of the file; without one a single table has its caption only.

    Returns
    -------
    bytes
        The same tables give the same bytes under SOURCE_DATE_EPOCH.

    Raises
    ------
    ReportError
        When there is no table, two have the same title, or the kind is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.tables import baseline_table
    >>> made = baseline_table(pd.DataFrame({"route": ["IV"] * 30 + ["IM"] * 20}), ["route"])
    >>> table_bytes(made, "md").decode("utf-8").splitlines()[0]
    '**Patients at baseline**'
    """
    given = [tables] if isinstance(tables, TableResult) else list(tables)
    if kind not in TABLE_FORMATS:
        raise ReportError(f"Tables are written as {', '.join(TABLE_FORMATS)}; choose one.")
    if not given:
        raise ReportError("There is no table to write. Give one or more.")
    if len({table.slug for table in given}) < len(given):
        raise ReportError(
            "Two tables have the same title, so that their places could not be told apart. Give "
            "each a title of its own, by title=."
        )
    return TABLE_FORMATS[kind](given, title, made_at())


def write_tables(
    tables: TableResult | Sequence[TableResult], path: str | Path, *, title: str = ""
) -> Path:
    """Write one table, or several, to a file; its ending says the format.

    Parameters
    ----------
    tables : TableResult or sequence of TableResult
        Finished tables, in order.
    path : str or pathlib.Path
        A file that ends in ``.docx``, ``.xlsx``, ``.html`` or ``.md``; an earlier file of this
        name is replaced when the new one is complete.
    title : str
        Heading of the file, see `table_bytes`.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ReportError
        As `table_bytes`, and when the file cannot be written, for example because Word has it open;
        the earlier file is then as it was.
    DisclosureError
        When a table with true counts would be written outside a folder ``local``, or a table does
        not say how many patients are behind its estimates.
    """
    target = Path(path)
    _require_local([tables] if isinstance(tables, TableResult) else tables, target)
    content = table_bytes(tables, target.suffix.lower().removeprefix("."), title=title)
    storage.write_bytes(target, content)
    return target


def _document(tables: Sequence[TableResult], title: str) -> Document:
    """Take the page apart, as Word and Excel need it."""
    return read_document(_html(tables, title))


def _html(tables: Sequence[TableResult], title: str) -> str:
    """Write one page with the tables."""
    name = html.escape(title or tables[0].title)
    head = [f"<h1>{name}</h1>"]
    if any(table.policy.confidential for table in tables):
        head.append(f'<p class="banner">{html.escape(CONFIDENTIAL)}</p>')
    return "\n".join([
        '<!DOCTYPE html>\n<html lang="en">',
        f'<head><meta charset="utf-8"><title>{name}</title></head>',
        f"<body><header>{''.join(head)}</header>",
        "<main>", *(table.to_html() for table in tables), "</main></body></html>\n",
    ])  # fmt: skip


def _require_local(tables: Sequence[TableResult], target: Path) -> None:
    """Keep true counts in the local zone, and estimates without their patients out of files."""
    if not any(table.policy.confidential for table in tables):
        for table in tables:
            table.disclosure()
    elif not in_local_zone(target.parent):
        raise DisclosureError(
            "A table with true counts is written below a folder named local only. Write it there, "
            "or make it with the policy of a release."
        )
