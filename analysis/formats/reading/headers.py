"""Headers that stand on more than one row, made into one per column."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["joined_header"]


def joined_header(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Join the texts of the rows of headers, column by column.

    Parameters
    ----------
    rows : sequence of sequence of str
        Cells of each row of headers.

    Returns
    -------
    tuple of str
        One text per column, parts separated by " / "; in the upper rows an empty cell takes the
        text to its left, as a heading over several columns does.

    Examples
    --------
    >>> joined_header([["", "Vitals", ""], ["Id", "Pulse", "Weight"]])
    ('Id', 'Vitals / Pulse', 'Vitals / Weight')
    """
    width = max((len(row) for row in rows), default=0)
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    upper = [_spread(row) for row in padded[:-1]]
    columns = zip(*upper, *padded[-1:], strict=True)
    return tuple(_joined(column) for column in columns)


def _spread(row: Sequence[str]) -> list[str]:
    """Let a heading stand over the empty cells to its right."""
    spread: list[str] = []
    for cell in row:
        spread.append(cell if cell.strip() or not spread else spread[-1])
    return spread


def _joined(parts: Sequence[str]) -> str:
    """Join what stands over one column."""
    return " / ".join(part.strip() for part in parts if part.strip())
