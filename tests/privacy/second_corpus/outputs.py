"""A file of the corpus, and the few forms that leaky and clean files share."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from tests.privacy.second_corpus.dice import Dice
from tests.privacy.second_corpus.people import FIRST, LAST, iso_day, phone, us_day

Row = dict[str, str | int | float]

IDENTIFIER = "identifier"
ROWS = "patient rows"
USER = "user name or path"
IMAGE = "image"


@dataclass(frozen=True, kw_only=True, eq=False)
class Output:
    """A file with what a reviewer finds in it; ``kinds`` is empty for a clean one."""

    path: str
    content: bytes
    why: str
    kinds: tuple[str, ...] = ()
    elements: tuple[int, ...] = ()


def leak(path: str, content: bytes | str, kinds: str, elements: Sequence[int], why: str) -> Output:
    """Describe a leaky file; ``kinds`` are joined by commas."""
    return Output(
        path=path,
        content=content.encode() if isinstance(content, str) else content,
        why=why,
        kinds=tuple(kinds.split(", ")),
        elements=tuple(elements),
    )


def clean(path: str, content: bytes | str, why: str) -> Output:
    """Describe a file that may be shared."""
    return Output(
        path=path, content=content.encode() if isinstance(content, str) else content, why=why
    )


def patients(seed: str, count: int = 12) -> list[Row]:
    """Invent named patients with a chart number, a day of birth, a telephone and a score."""
    dice = Dice(f"second corpus/{seed}")
    return [
        {
            "name": f"{dice.pick(LAST)}, {dice.pick(FIRST)}",
            "mrn": dice.shape("00######"),
            "dob": us_day(dice, 1940, 2003),
            "phone": phone(dice),
            "visit_date": iso_day(dice),
            "phq9": dice.between(3, 27),
        }
        for _ in range(count)
    ]


def trajectories(seed: str, count: int = 12) -> list[Row]:
    """Invent rows of one patient and visit each, under study numbers, without a name."""
    dice = Dice(f"second corpus/{seed}")
    return [
        {
            "subject_id": f"K{100 + patient}",
            "rel_day": day,
            "madrs": dice.between(4, 44),
            "cadss": dice.between(0, 40),
            "dose_mg": dice.between(300, 900) / 10,
        }
        for patient in range(count)
        for day in (0, 7, 28)
    ]


def only(rows: Sequence[Row], *columns: str) -> list[Row]:
    """Keep some columns."""
    return [{column: row[column] for column in columns} for row in rows]


def cells(rows: Sequence[Row]) -> list[list[str | int | float | None]]:
    """Turn records into a header and rows."""
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def csv(rows: Sequence[Row], sign: str = ",", header: bool = True, end: str = "\n") -> str:
    """Write rows with a separator; a cell that holds the separator is quoted."""
    table = cells(rows)[0 if header else 1 :]

    def quoted(value: object) -> str:
        return f'"{value}"' if sign in str(value) else str(value)

    return "".join(sign.join(quoted(value) for value in row) + end for row in table)


def plain(rows: Sequence[Row]) -> str:
    """Print rows as pandas does."""
    table = [[str(value) for value in row] for row in cells(rows)]
    labels = ["", *(str(number) for number in range(len(rows)))]
    widths = [max(len(row[at]) for row in table) for at in range(len(table[0]))]
    return "\n".join(
        label.ljust(3)
        + "  ".join(value.rjust(width) for value, width in zip(row, widths, strict=True))
        for label, row in zip(labels, table, strict=True)
    )


def html_table(rows: Sequence[Row], attributes: str = 'class="dataframe" border="1"') -> str:
    """Write rows as a table of a page."""
    head, *body = cells(rows)
    top = "".join(f"<th>{escape(str(value))}</th>" for value in head)
    lines = "\n".join(
        "<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in row) + "</tr>"
        for row in body
    )
    return (
        f"<table {attributes}>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table>"
    )


def page(title: str, body: str, head: str = "") -> str:
    """Write a whole page."""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"{head}</head>\n<body>\n<h1>{title}</h1>\n{body}\n</body></html>\n"
    )


def code(source: str, *outputs: dict[str, object]) -> dict[str, object]:
    """Make a code cell with its outputs."""
    return {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "outputs": list(outputs),
        "source": source.splitlines(keepends=True),
    }


def prose(text: str, attachments: dict[str, object] | None = None) -> dict[str, object]:
    """Make a cell of Markdown."""
    cell: dict[str, object] = {
        "cell_type": "markdown",
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }
    return cell | ({"attachments": attachments} if attachments else {})


def shown(data: dict[str, object], kind: str = "execute_result") -> dict[str, object]:
    """Make an output of several dresses."""
    counted = {"execution_count": 1} if kind == "execute_result" else {}
    return {"output_type": kind, "data": data, "metadata": {}} | counted


def printed(text: str, name: str = "stdout") -> dict[str, object]:
    """Make an output of printed text."""
    return {"output_type": "stream", "name": name, "text": text.splitlines(keepends=True)}


def frame(rows: Sequence[Row]) -> dict[str, object]:
    """Make the output of a data frame, as text and as a table."""
    return shown({"text/html": f"<div>{html_table(rows)}</div>", "text/plain": plain(rows)})


def picture(content: bytes) -> dict[str, object]:
    """Make the output of a figure."""
    return shown({"image/png": base64.b64encode(content).decode() + "\n"}, "display_data")


def notebook(*made: dict[str, object], metadata: dict[str, object] | None = None) -> str:
    """Write a notebook of format 4.5; its cells are numbered."""
    numbered = [{"id": f"cell-{number:02d}"} | cell for number, cell in enumerate(made, 1)]
    content = {
        "cells": numbered,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
        | (metadata or {}),
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
