"""Tables of a page as plain HTML: one look, headers with a scope, a box that scrolls by keyboard.

What makes a table brings its own style sheet, which reaches the other tables of the page too, and
leaves wide tables to push the page apart. Here each is put into a named box of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from html import escape, unescape

__all__ = ["plain_tables", "text_of", "with_unique_tables"]

_STYLE = re.compile(r"<style\b[^>]*>.*?</style>\s*", re.DOTALL)
_TABLE = re.compile(
    r'<div id="(?P<id>table-[^"]*)"[^>]*>\s*(?P<boxed><table\b.*?</table>)\s*</div>'
    r"|(?P<bare><table\b.*?</table>)",
    re.DOTALL,
)
_PART = re.compile(r"<(thead|tbody|tfoot)\b.*?</\1>", re.DOTALL)
_HEADER = re.compile(r"<th\b(?P<attributes>[^>]*)>(?P<text>.*?)</th>", re.DOTALL)
_UNUSED = re.compile(r' (?:id|headers|border|aria-labelledby|data-quarto-[a-z-]+)="[^"]*"')
_TAG_WITH_UNUSED = re.compile(r"<(?:table|thead|tbody|tfoot|tr|th|td)\b[^>]*>")
_TITLES = (
    re.compile(r"<td\b[^>]*\bgt_title\b[^>]*>(.*?)</td>", re.DOTALL),
    re.compile(r"<caption\b[^>]*>(.*?)</caption>", re.DOTALL),
)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<t[dh]\b([^>]*)>(.*?)</t[dh]>", re.DOTALL)
_SPANS = re.compile(r'colspan="(?!1")')
_SCOPE = re.compile(r' scope="[a-z]*"')
_BOX = re.compile(r'(?<= id=")(table-[^"]+)(?=" role="group")')

# Letters that fit beside each other on A4, upright and turned; a column's padding is two of them.
_UPRIGHT, _TURNED = 120, 180
_WHOLE = 24  # rows, with titles and notes, that are not parted by the end of a page


def plain_tables(html: str) -> str:
    """Put each table into a box that scrolls, without styles or ids of its own.

    Parameters
    ----------
    html : str
        A piece of a page in which no table holds another.

    Returns
    -------
    str
        The same with every table inside ``<div class="scroll">``, which the keyboard reaches and
        which has the table's title as its name. The box keeps the table's id. Headers without a
        scope get one: of their column in the head of a table, of their row elsewhere.

    Examples
    --------
    >>> html = plain_tables("<table><thead><tr><th>n</th></tr></thead></table>")
    >>> html[:70]
    '<div class="scroll" role="group" tabindex="0" aria-label="Table"><tabl'
    >>> html[70:].replace("</thead>", "")
    'e><thead><tr><th scope="col">n</th></tr></table></div>'
    """
    return _TABLE.sub(_boxed, _STYLE.sub("", html))


def _boxed(found: re.Match[str]) -> str:
    """Write one table in its box."""
    table = found["boxed"] or found["bare"]
    title = next((text_of(m[1]) for m in (p.search(table) for p in _TITLES) if m), "")
    place = f' id="{found["id"]}"' if found["id"] else ""
    kind = "scroll" + _size(table)
    name = escape(f"Table: {title.split('. ')[0]}" if title else "Table")
    table = _TAG_WITH_UNUSED.sub(lambda tag: _UNUSED.sub("", tag[0]), table)
    table = _PART.sub(_with_scopes, table)
    return f'<div class="{kind}"{place} role="group" tabindex="0" aria-label="{name}">{table}</div>'


def _size(table: str) -> str:
    """Name the classes of a table too broad for a page that stands upright, or any, or too long."""
    columns: dict[int, int] = {}
    for row in _ROW.findall(table):
        cells = _CELL.findall(row)
        if any(_SPANS.search(attributes) for attributes, _ in cells):
            continue
        for column, (_, text) in enumerate(cells):
            words = re.split(r"[ \n]+", unescape(re.sub(r"<[^>]+>", " ", text)))
            columns[column] = max(columns.get(column, 0), *map(len, words))
    letters = sum(columns.values()) + 2 * len(columns)
    broad = " wide" * (letters > _UPRIGHT) + " widest" * (letters > _TURNED)
    return broad + " long" * (len(_ROW.findall(table)) > _WHOLE)


def _with_scopes(part: re.Match[str]) -> str:
    """Say of each header whether it stands for its column or its row; empty ones are no headers."""
    scope = "col" if part[1] == "thead" else "row"

    def stated(header: re.Match[str]) -> str:
        attributes = header["attributes"]
        if not header["text"].strip():
            return f"<td{_SCOPE.sub('', attributes)}></td>"
        if " scope=" not in attributes:
            attributes += f' scope="{scope}"'
        return f"<th{attributes}>{header['text']}</th>"

    return _HEADER.sub(stated, part[0])


def text_of(html: str) -> str:
    """Return the text of a small piece of HTML.

    Parameters
    ----------
    html : str
        Such as the inside of a heading.

    Returns
    -------
    str
        Without tags, on one line.

    Examples
    --------
    >>> text_of("Response &amp; <em>remission</em>")
    'Response & remission'
    """
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def with_unique_tables(page: str) -> str:
    """Give tables of the same title ids of their own.

    Parameters
    ----------
    page : str
        A page of boxes of `plain_tables`.

    Returns
    -------
    str
        The second table of a title has ``-2`` at the end of its id.

    Examples
    --------
    >>> box = '<div id="table-a" role="group"></div>'
    >>> with_unique_tables(box + box)
    '<div id="table-a" role="group"></div><div id="table-a-2" role="group"></div>'
    """
    seen: Counter[str] = Counter()

    def numbered(place: re.Match[str]) -> str:
        seen[place[0]] += 1
        return place[0] if seen[place[0]] == 1 else f"{place[0]}-{seen[place[0]]}"

    return _BOX.sub(numbered, page)
