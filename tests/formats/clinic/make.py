"""Writes every file of this folder; run it as ``python -m tests.formats.clinic.make``."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.formats.clinic import clients, faults, months, redcap, scores, truth
from tests.formats.clinic.network import EXPORTED, Form
from tests.formats.clinic.sheets import Sheet, write_csv, write_excel

HERE = Path(__file__).parent


def write_json(content: dict[str, Any], path: Path) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(f"{text}\n".encode())


def write_month(sheets: dict[str, Sheet], folder: Path, month: int) -> None:
    """Write the five files, and the list of clients once more as saved from Excel as CSV."""
    for name, sheet in sheets.items():
        if name.endswith(".xlsx"):
            grids = {"Clients": sheet.grid(), "Legend": clients.legend()}
            write_excel(grids, folder / f"month{month}" / name)
            write_csv(sheet, folder / "saved_as_csv" / f"month{month}" / "clients.csv")
        else:
            write_csv(sheet, folder / f"month{month}" / name)


def ambiguous(sheet: Sheet) -> Sheet:
    """Keep the ratings whose dates could be read either way."""
    rows = [row for row in sheet.rows if isinstance(row.source, Form) and row.source.day.day <= 12]
    return replace(sheet, rows=rows)


def ambiguous_truth(sheet: Sheet) -> dict[str, Any]:
    """Say what the ambiguous file holds and what a reader should do."""
    rows = [row for row in sheet.rows if not row.lost]
    return {
        "file": "ambiguous/pcl_madrs.csv",
        "column": scores.DAY,
        "say": "no day above 12: day/month and month/day both fit every record; ask, never guess",
        "records": len(sheet.rows),
        "records_kept": len(rows),
        "right_order": "day/month/year",
        "first_records": [
            {"row": number, "as_written": row.cells[scores.DAY], "date": str(truth.source_day(row))}
            for number, row in sheet.numbered()[:6]
        ],
    }


def make(folder: Path) -> None:
    """Write everything below a folder."""
    whole = months.whole()
    found: dict[str, Any] = {"faults": [], "changes": months.column_changes()}
    exports: dict[int, dict[str, Sheet]] = {}
    for month in EXPORTED:
        sheets = {sheet.file: months.sheet_of_month(sheet, month) for sheet in whole}
        exports[month] = sheets
        write_month(sheets, folder, month)
        found[f"month{month}"] = {"exported": str(EXPORTED[month]), "counts": truth.counts(sheets),
                                  "cells": truth.cells(sheets)}  # fmt: skip
        found["faults"] += [f for sheet in sheets.values() for f in faults.all_of(sheet, month)]
    for sheet in whole:
        found["changes"] += months.changes(sheet, exports[1][sheet.file], exports[2][sheet.file])
    unclear = ambiguous(exports[1]["pcl_madrs.csv"])
    write_csv(unclear, folder / "ambiguous" / "pcl_madrs.csv")
    about = (
        "All data are invented. Rows are records as a spreadsheet numbers them, header included."
    )
    order = {"about": about, "words": truth.words(), "month1": found["month1"],
             "month2": found["month2"], "changes": found["changes"],
             "ambiguous": ambiguous_truth(unclear), "faults": found["faults"]}  # fmt: skip
    write_json(order, folder / "truth.json")
    redcap.write(folder / "redcap")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
