"""Spaces around client ids, said before they are taken off."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.formats.faults import row_fault
from analysis.formats.mapping_parts import Source
from analysis.formats.reading.cells import INVISIBLE
from analysis.formats.reading.sheet import Grid, Sheet
from analysis.study import Finding

__all__ = ["padded_ids"]


def padded_ids(
    grid: Grid, sheet: Sheet, source: Source, keep: npt.NDArray[np.bool_]
) -> list[Finding]:
    """Find ids with spaces, no-break spaces or unseen characters around them.

    Parameters
    ----------
    grid : Grid
        The cells as they stand in the file.
    sheet : Sheet
        The same file with its headers.
    source : Source
        Which column holds the ids.
    keep : numpy.ndarray of bool, shape (n_rows,)
        Rows of the grid that are rows of the sheet.

    Returns
    -------
    list of Finding
        At most one warning, with the lines.
    """
    position = sheet.position(source.client_id) if source.client_id else None
    cells = None if position is None else grid.columns.get(position)
    if cells is None:
        return []
    bare = [entry.translate(INVISIBLE).strip() for entry in cells.entries]
    pairs = zip(cells.entries, bare, strict=True)
    padded = np.array([bool(own) and own != entry for entry, own in pairs], dtype=bool)
    what = "Client ids have spaces around them, which were taken off."
    remedy = "Look whether a person has the id typed twice; mend it where ids are entered."
    return row_fault(
        "FMT-044",
        source.name,
        what,
        remedy,
        column=f"{source.path}.client_id",
        lines=grid.lines,
        broken=cells.flags(padded) & keep,
        severity="warning",
    )
