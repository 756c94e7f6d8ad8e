"""Figures in Word: the picture, its text alternative, and a caption that counts."""

from __future__ import annotations

import io

from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt

from analysis.report.document import Figure
from analysis.report.word.elements import element, paragraph
from analysis.report.word.tables import caption
from analysis.report.word.text import Writer
from analysis.report.word.widths import PORTRAIT

__all__ = ["figure_blocks"]

_HIGHEST = 560.0  # points, so that caption and picture fit on one page


def figure_blocks(
    word: WordDocument, writer: Writer, figure: Figure, *, label: str, name: str
) -> list[BaseOxmlElement]:
    """Write a figure with its caption below.

    Parameters
    ----------
    word : docx.document.Document
        Takes the picture in.
    writer : Writer
        Of this document.
    figure : Figure
        Its numbers are not written; they are in the workbook.
    label : str
        Such as "Figure 3".
    name : str
        Bookmark of the caption.

    Returns
    -------
    list of lxml element
        Picture and caption.
    """
    inline = word.part.new_pic_inline(io.BytesIO(figure.png))
    wide, high = inline.extent.cx, inline.extent.cy
    scale = min(Pt(PORTRAIT) / wide, Pt(_HIGHEST) / high, 1.0)
    for size in (inline.extent, inline.graphic.graphicData.pic.spPr):
        size.cx, size.cy = round(wide * scale), round(high * scale)
    for place in (inline.docPr, inline.find(f".//{qn('pic:cNvPr')}")):
        place.set("id", label.split(" ")[1])  # Word refuses two pictures of one number
        place.set("name", label)
        place.set("descr", figure.alt)
    picture = element("w:r", None, element("w:drawing", None, inline))
    return [
        paragraph("Picture", picture),
        caption(writer, label, figure.title, style="FigureCaption", name=name, keep_next=False),
    ]
