"""The report's page as headings, text, tables and figures, for programs that are no browser."""

from analysis.report.document.model import (
    Block,
    Cell,
    Document,
    Figure,
    Gap,
    Heading,
    Item,
    Items,
    Paragraph,
    Row,
    Run,
    Table,
    plain,
)
from analysis.report.document.placing import placed
from analysis.report.document.reading import read_document

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
    "placed",
    "plain",
    "read_document",
]
