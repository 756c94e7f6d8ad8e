"""Turning executed notebooks into one page: summary, contents, sections, methods, provenance.

Code is left out, warnings are left out, and every output is one that the notebooks chose to show.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import jinja2
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from analysis.report.markup import plain_tables, text_of, with_unique_tables
from analysis.report.origin import Provenance

__all__ = ["Appendix", "Made", "Section", "appendix", "render_page", "section_of"]

_TEMPLATES = Path(__file__).parent / "template"
_LEFT_OUT = {"not-in-report", "parameters", "injected-parameters"}
_RESULTS = ("<table", "<img")
_ELSEWHERE = {"summary", "methods"}
_HEADING = re.compile(r"<h([23])>(.*?)</h\1>", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Section:
    """One notebook as a part of the page.

    Parameters
    ----------
    body : markupsafe.Markup
        HTML of the cells.
    summary : markupsafe.Markup
        HTML of the cells tagged ``summary``, for the top of the page.
    methods : markupsafe.Markup
        HTML of the cells tagged ``methods``, for the chapter on how it was done.
    headings : tuple of (int, str, str)
        Level, anchor and text of each heading.
    """

    body: Markup
    summary: Markup
    methods: Markup
    headings: tuple[tuple[int, str, str], ...]

    @property
    def shows_results(self) -> bool:
        """Whether there is a table or a figure in it, and not only gaps."""
        return any(mark in part for part in (self.body, self.summary) for mark in _RESULTS)


@dataclass(frozen=True, kw_only=True)
class Appendix:
    """A chapter at the end that no notebook makes.

    Parameters
    ----------
    anchor, title : str
        Where the contents lead, and the heading.
    body : markupsafe.Markup
        HTML.
    """

    anchor: str
    title: str
    body: Markup


def appendix(anchor: str, title: str, html: str) -> Appendix:
    """Make a chapter at the end of HTML in which all text of data is escaped.

    Parameters
    ----------
    anchor, title : str
        Where the contents lead, and the heading.
    html : str
        What the toolkit's tables render.

    Returns
    -------
    Appendix
        For `render_page`.
    """
    return Appendix(anchor=anchor, title=title, body=_markup(plain_tables(html)))


def section_of(notebook: NotebookNode, *, name: str) -> Section:
    """Render an executed notebook as a section.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed; cells tagged ``summary`` and ``methods`` go to other places of the page, and
        cells tagged ``not-in-report`` are left out.
    name : str
        Short name of the notebook, the first part of its anchors.

    Returns
    -------
    Section
        Headings are one level lower than in the notebook, since the page has its own title.
    """
    kept = [cell for cell in notebook.cells if not _LEFT_OUT & set(_tags(cell))]
    elsewhere = {tag: [c for c in kept if tag in _tags(c)] for tag in _ELSEWHERE}
    body = [cell for cell in kept if not _ELSEWHERE & set(_tags(cell))]
    headings: list[tuple[int, str, str]] = []

    def with_anchor(heading: re.Match[str]) -> str:
        level, text = heading.groups()
        anchor = f"{name}-{len(headings) + 1}"
        headings.append((int(level), anchor, text_of(text)))
        return f'<h{level} id="{anchor}">{text}</h{level}>'

    html = _HEADING.sub(with_anchor, _render(body))
    return Section(
        body=_markup(html),
        headings=tuple(headings),
        **{tag: _markup(_render(cells)) for tag, cells in elsewhere.items()},
    )


def _markup(html: str) -> Markup:
    """Mark HTML that the toolkit or its notebooks wrote, and so escaped, as not to be escaped."""
    return Markup(html)  # noqa: S704 - text from data is escaped where the HTML is made


def _tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.metadata.get("tags", []))


def _render(cells: Sequence[NotebookNode]) -> str:
    """Render cells without code, without standard error, headings one level lower."""
    notebook = new_notebook(cells=[_presentable(cell) for cell in cells])
    exporter = HTMLExporter(
        template_file=str(_TEMPLATES / "chapter.html.j2"), exclude_anchor_links=True
    )
    html, _ = exporter.from_notebook_node(notebook)
    return plain_tables(str(html))


def _presentable(cell: NotebookNode) -> NotebookNode:
    """Copy a cell with lower headings, or with only the outputs meant to be shown."""
    copy = NotebookNode(cell)
    if cell.cell_type == "markdown":
        copy.source = re.sub(r"^(#{1,5}) ", r"#\1 ", cell.source, flags=re.MULTILINE)
    if cell.cell_type == "code":
        copy.outputs = [out for out in cell.outputs if out.output_type != "stream"]
    return copy


@dataclass(frozen=True, kw_only=True)
class Made:
    """What is said on every page of a report.

    Parameters
    ----------
    title, subtitle : str
        Main heading and the line under it.
    banner : str
        Who may see it; printed on every page.
    confidential : bool
        Whether it must not leave the clinic: the banner then stands out.
    at : datetime.datetime
        When it was made, in UTC.
    """

    title: str
    subtitle: str
    banner: str
    at: datetime
    confidential: bool = False


def render_page(
    made: Made,
    sections: Sequence[Section],
    origin: Provenance,
    *,
    appendices: Sequence[Appendix] = (),
) -> str:
    """Put sections, contents and provenance into one page that stands alone.

    Parameters
    ----------
    made : Made
        Title, banner and time.
    sections : sequence of Section
        The notebooks in reading order.
    origin : Provenance
        For the footer.
    appendices : sequence of Appendix
        Chapters after those of the notebooks.

    Returns
    -------
    str
        A whole HTML page. Text is escaped; only the sections' own HTML is not.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    page = environment.get_template("page.html.j2").render(
        made=made,
        sections=sections,
        appendices=appendices,
        style=_markup(_style() + _running(made)),
        origin=_markup(plain_tables(origin._repr_html_())),
    )
    return with_unique_tables(page)


def _style() -> str:
    """Read the style sheets of the page: on the screen, and on paper."""
    names = ("page.css", "print.css")
    return "".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in names)


def _running(made: Made) -> str:
    """Write the lines that stand on every printed page; what is confidential stands out."""
    look = " color: #8a1c1c; font-weight: bold;" if made.confidential else ""
    return (
        f"@page {{ @top-left {{ content: {_css_string(made.title)}; }}"
        f" @bottom-left {{ content: {_css_string(made.banner)};{look} }} }}\n"
    )


def _css_string(text: str) -> str:
    """Quote a text for a style sheet; signs other than letters and digits become numbers."""
    return '"' + re.sub(r"[^\w ]", lambda found: f"\\{ord(found[0]):x} ", text) + '"'
