"""Checklists for reports: which items the report fills by itself, and which need the author.

The items are in short words of the toolkit's own; the published lists hold.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import ReportError
from analysis.tables import Column, TableResult

__all__ = ["checklist_table"]

_DATA = Path(__file__).parent / "data" / "checklists.json"
_KINDS = ("qi", "outcomes", "safety")
_NOTE = (
    "What an item asks is said in short words of the toolkit's own; the published list holds. "
    "“Filled by the tool” says that the section is there, not that nothing can be added."
)


def checklist_table(kind: str, sections: Collection[str]) -> TableResult:
    """Say item by item what of a reporting guideline the report fills, and what needs its author.

    Parameters
    ----------
    kind : {"qi", "outcomes", "safety"}
        Of the report: quality improvement is held to SQUIRE 2.0, the others to STROBE; all to
        RECORD, for routine data.
    sections : collection of str
        What the report contains: chapters by the name of their notebook ("07-safety") or its
        number, "report" (the first page), "aim" (one was stated), "methods", "suppression",
        "provenance". A chapter that could not show anything is left out by the caller.

    Returns
    -------
    TableResult
        Rows grouped by guideline: number, what is asked, and the status.

    Raises
    ------
    ReportError
        When the kind is unknown.

    References
    ----------
    Ogrinc G et al. (2016). BMJ Quality & Safety 25:986-992. von Elm E et al. (2007). PLoS Medicine
    4:e296. Benchimol EI et al. (2015). PLoS Medicine 12:e1001885.

    Examples
    --------
    >>> table = checklist_table("qi", ["report", "07-safety", "methods"])
    >>> table.inline(("SQUIRE 2.0", "11 Analysis"), "Status")
    'filled by the tool: How it was done'
    >>> table.inline(("SQUIRE 2.0", "18 Funding"), "Status")
    'needs author: funding and interests'
    """
    if kind not in _KINDS:
        raise ReportError(f"A report is of one of the kinds {', '.join(_KINDS)}; choose one.")
    known: dict[str, Any] = json.loads(_DATA.read_text(encoding="utf-8"))
    held = {name if name in known["sections"] else name[:2] for name in sections}
    items = [item for item in known["items"] if kind in item["kinds"]]
    rows = [
        {
            "group": item["list"],
            "label": f"{item['item']} {item['topic']}",
            "what": item["what"],
            "status": _status(item, held, known["sections"]),
        }
        for item in items
    ]
    used = dict.fromkeys(item["list"] for item in items)
    return TableResult(
        title=f"Reporting checklist: {' and '.join(used)}",
        frame=pd.DataFrame(rows).astype("string"),
        columns=(
            Column(key="what", label="What is asked", numeric=False),
            Column(key="status", label="Status", numeric=False),
        ),
        notes=(_NOTE, *(f"{name}: {known['sources'][name]}." for name in used)),
        stub="Item",
    )


def _status(item: dict[str, Any], held: set[str], names: dict[str, str]) -> str:
    """Say which sections fill an item, and what is left to the author."""
    there = [names[section] for section in item["sections"] if section in held]
    absent = [names[section] for section in item["sections"] if section not in held]
    filled = f"filled by the tool: {', '.join(there)}" if there else ""
    wanted = item["author"] or ("" if there else f"not in this report: {', '.join(absent)}")
    return "; ".join(filter(None, [filled, wanted and f"needs author: {wanted}"]))
