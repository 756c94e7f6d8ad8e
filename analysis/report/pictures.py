"""The figures of a report as files for slides, with a list of what each shows."""

from __future__ import annotations

import re
import unicodedata

from analysis.report.document import Document, Figure

__all__ = ["picture_files"]

_LIST = "text-alternatives.txt"
_LONGEST = 48  # letters of a title in the name of a file
_OTHER = re.compile(r"[^a-z0-9]+")


def picture_files(report: Document) -> dict[str, bytes]:
    """Take the figures out of a report.

    Parameters
    ----------
    report : Document
        What `analysis.report.document.read_document` read.

    Returns
    -------
    dict of str to bytes
        Name of a file, such as ``figure-01-response-at-week-4.png``, to its content; besides, a
        text file says for each picture what stands in it, for whoever cannot see it.

    Examples
    --------
    >>> from analysis.report.document import read_document
    >>> list(picture_files(read_document("<h1>Report</h1><main><p>No figure.</p></main>")))
    ['text-alternatives.txt']
    """
    figures = [(label, block) for label, block in report.labelled() if isinstance(block, Figure)]
    names = [_name(label, figure.title) for label, figure in figures]
    said = [report.title, report.subtitle, report.banner]
    lines = [line for line in said if line]
    for name, (label, figure) in zip(names, figures, strict=True):
        lines += ["", f"{name}", f"{label}. {figure.title.removesuffix('.')}.", figure.alt]
    pictures = {name: figure.png for name, (_, figure) in zip(names, figures, strict=True)}
    return {**pictures, _LIST: ("\n".join(lines) + "\n").encode("utf-8")}


def _name(label: str, title: str) -> str:
    """Name the file of a figure by its number and its title, in letters that every system takes."""
    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii")
    words = _OTHER.sub("-", letters.lower()).strip("-")
    short = words[:_LONGEST].rstrip("-")
    if len(words) > _LONGEST and "-" in short and words[_LONGEST] != "-":
        short = short.rpartition("-")[0]
    return f"figure-{int(label.split()[1]):02d}" + (f"-{short}" if short else "") + ".png"
