"""What a report consists of once its page is taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Block",
    "Cell",
    "Document",
    "Figure",
    "Gap",
    "Heading",
    "Item",
    "Items",
    "Paragraph",
    "Row",
    "Run",
    "Table",
    "plain",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """A piece of text that looks the same throughout.

    Parameters
    ----------
    text : str
        May hold line breaks.
    bold, italic, code : bool
        How it looks.
    link : str
        Where it leads: ``#`` and an anchor of this report, or a web address; empty for no link.
    """

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    link: str = ""


def plain(runs: Sequence[Run]) -> str:
    """Return the text of runs without their looks.

    Parameters
    ----------
    runs : sequence of Run
        Pieces of one text.

    Returns
    -------
    str
        The pieces together.

    Examples
    --------
    >>> plain([Run(text="An "), Run(text="error", italic=True), Run(text=".")])
    'An error.'
    """
    return "".join(run.text for run in runs)


@dataclass(frozen=True, kw_only=True, eq=False)
class Heading:
    """The heading of a chapter (level 2) or of a part of it (3 on).

    Parameters
    ----------
    level : int
        As on the page, where level 1 is the title of the report.
    text : str
        Without marks.
    anchors : tuple of str
        Ids that lead here.
    """

    level: int
    text: str
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Paragraph:
    """A paragraph of text.

    Parameters
    ----------
    runs : tuple of Run
        Its text.
    kind : {"text", "code", "quote", "term"}
        What it is; code keeps its spaces and line breaks.
    """

    runs: tuple[Run, ...]
    kind: Literal["text", "code", "quote", "term"] = "text"


@dataclass(frozen=True, kw_only=True, eq=False)
class Item:
    """A point of a list.

    Parameters
    ----------
    runs : tuple of Run
        Its text.
    depth : int
        0 for a point of the list itself, 1 for a point below a point, and so on.
    number : int
        Its number in a numbered list; 0 in a list of points.
    """

    runs: tuple[Run, ...]
    depth: int = 0
    number: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Items:
    """A list.

    Parameters
    ----------
    items : tuple of Item
        The points, in reading order.
    key : bool
        Whether these are the key points at the top of the report.
    """

    items: tuple[Item, ...]
    key: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Cell:
    """A cell of a table.

    Parameters
    ----------
    runs : tuple of Run
        Its text.
    columns, rows : int
        How many it covers, to the right and downwards.
    heading : bool
        Whether it is the heading of its row or column.
    """

    runs: tuple[Run, ...]
    columns: int = 1
    rows: int = 1
    heading: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """A row of a table.

    Parameters
    ----------
    cells : tuple of Cell
        Without the places that a cell of a row above covers.
    kind : {"row", "group"}
        A group row is one heading over the rows that follow.
    """

    cells: tuple[Cell, ...]
    kind: Literal["row", "group"] = "row"


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """A table.

    Parameters
    ----------
    title, subtitle : str
        The title is never empty: where the page gives none it is the heading above the table.
    head, body : tuple of Row
        Rows of column headings, and all others.
    right : tuple of bool
        For each column whether it is set to the right, as numbers are.
    notes : tuple of tuple of Run
        Lines under the table.
    anchors : tuple of str
        Ids that lead here.
    """

    title: str
    subtitle: str
    head: tuple[Row, ...]
    body: tuple[Row, ...]
    right: tuple[bool, ...]
    notes: tuple[tuple[Run, ...], ...] = ()
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Figure:
    """A figure.

    Parameters
    ----------
    png : bytes
        The picture.
    alt : str
        Its text alternative.
    title : str
        What it shows; never empty.
    numbers : Table or None
        The numbers that are drawn.
    anchors : tuple of str
        Ids that lead here.
    """

    png: bytes
    alt: str
    title: str
    numbers: Table | None = None
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Gap:
    """What could not be shown, and why.

    Parameters
    ----------
    runs : tuple of Run
        The sentence.
    """

    runs: tuple[Run, ...]


Block = Heading | Paragraph | Items | Table | Figure | Gap


@dataclass(frozen=True, kw_only=True, eq=False)
class Document:
    """A report.

    Parameters
    ----------
    title, subtitle : str
        Main heading, and the line under it.
    banner : str
        Who may see it, or what is hidden.
    language : str
        Such as "en".
    blocks : tuple of Block
        Everything else, in reading order.
    """

    title: str
    subtitle: str
    banner: str
    language: str
    blocks: tuple[Block, ...]

    def labelled(self) -> Iterator[tuple[str, Block]]:
        """Give tables and figures their numbers, each kind from 1.

        Yields
        ------
        str, Block
            Such as "Table 3" and the table; empty for all other blocks.

        Examples
        --------
        >>> gap = Gap(runs=(Run(text="Not shown."),))
        >>> report = Document(title="A", subtitle="", banner="", language="en", blocks=(gap,))
        >>> [label for label, block in report.labelled()]
        ['']
        """
        counts = {"Table": 0, "Figure": 0}
        for block in self.blocks:
            name = type(block).__name__
            if name in counts:
                counts[name] += 1
                yield f"{name} {counts[name]}", block
            else:
                yield "", block
