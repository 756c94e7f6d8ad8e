"""The empty Word document with the styles of a report."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import docx
from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from analysis.report.archive import pack
from analysis.report.document import Document

__all__ = ["empty_document"]

_FOLDER = Path(__file__).parent / "template"
_PARTS = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package_rels.xml",
    "word/_rels/document.xml.rels": "document_rels.xml",
    "word/document.xml": "document.xml",
    "word/styles.xml": "styles.xml",
    "word/numbering.xml": "numbering.xml",
    "word/settings.xml": "settings.xml",
}
_LANGUAGES = {"en": "en-GB"}  # Word checks spelling by language and country
_PROGRAM = "ketamine-outcomes"


def empty_document(report: Document, made: datetime) -> WordDocument:
    """Open the template and say of the file what it is.

    Parameters
    ----------
    report : Document
        For title, subject and language.
    made : datetime.datetime
        When the report was made.

    Returns
    -------
    docx.document.Document
        One upright section without text.
    """
    parts = {name: (_FOLDER / file).read_bytes() for name, file in _PARTS.items()}
    word = docx.Document(io.BytesIO(pack(parts)))
    language = _LANGUAGES.get(report.language, report.language)
    for stated in word.styles.element.iter(qn("w:lang")):
        stated.set(qn("w:val"), language)
    _describe(word, report, made, language)
    return word


def _describe(word: WordDocument, report: Document, made: datetime, language: str) -> None:
    """Fill in the properties of the file; none comes from the machine."""
    stated = word.core_properties
    stated.title = report.title[:255]  # as long as Word allows
    stated.subject = report.subtitle[:255]
    stated.author = stated.last_modified_by = _PROGRAM
    stated.created = stated.modified = made.replace(tzinfo=None)
    stated.revision = 1
    stated.language = language
    stated.comments = report.banner[:255]
