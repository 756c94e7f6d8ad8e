"""The conventions that every result follows: the columns of ``tidy()`` and how frames are shown.

Statistics live in the rooms that compute them; this module only names, checks and prints.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.errors import ModelError

__all__ = [
    "TIDY_COLUMNS",
    "check_conf_level",
    "check_option",
    "counted",
    "critical_value",
    "frame_to_html",
    "frame_to_text",
    "p_value_text",
    "tidy_frame",
]

TIDY_COLUMNS = (
    "estimate",
    "std_error",
    "df",
    "statistic",
    "p_value",
    "conf_low",
    "conf_high",
)
"""The columns of ``tidy()`` after ``term`` (or ``contrast``) and the level columns."""

FloatArray = npt.NDArray[np.float64]


def check_conf_level(conf_level: float) -> float:
    """Return the confidence level, or refuse one outside (0, 1).

    Parameters
    ----------
    conf_level : float
        Two-sided coverage, for example 0.95.

    Returns
    -------
    float
        The level, unchanged.

    Raises
    ------
    ModelError
        When the level is not strictly between 0 and 1 (95 was probably meant as 0.95).

    Examples
    --------
    >>> check_conf_level(0.95)
    0.95
    """
    if not 0.0 < conf_level < 1.0:
        raise ModelError(
            f"conf_level is {conf_level:g}; allowed are numbers between 0 and 1, such as 0.95."
        )
    return conf_level


def check_option(name: str, value: str, allowed: Iterable[str]) -> None:
    """Refuse an unknown option and list the known ones.

    Parameters
    ----------
    name, value : str
        Argument and what was given.
    allowed : iterable of str
        Known values.

    Raises
    ------
    ModelError
        When the value is not among them.
    """
    if value not in allowed:
        raise ModelError(f"{name} is {value!r}; allowed are {', '.join(allowed)}.")


def critical_value(df: FloatArray | float, conf_level: float = 0.95) -> FloatArray:
    """Two-sided critical values of Student's t, or of the normal where df is infinite.

    Parameters
    ----------
    df : float or array
        Degrees of freedom; ``inf`` gives the normal quantile.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    numpy.ndarray
        One critical value per df.

    Examples
    --------
    >>> round(float(critical_value(float("inf"))), 4)
    1.96
    """
    tail = (1.0 - check_conf_level(conf_level)) / 2.0
    return np.asarray(stats.t.isf(tail, np.asarray(df, dtype=float)))


def tidy_frame(
    labels: pd.DataFrame,
    *,
    estimate: FloatArray,
    std_error: FloatArray,
    df: FloatArray | float = np.inf,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Put estimates beside their labels in the tidy columns, with t or z inference.

    Parameters
    ----------
    labels : pandas.DataFrame
        ``term`` or ``contrast`` first, then the level columns; one row per estimate.
    estimate, std_error : array, shape (k,)
        Estimates and their standard errors on the same scale.
    df : float or array, shape (k,)
        Degrees of freedom of the t distribution; ``inf`` means the normal.
    conf_level : float
        Two-sided coverage of ``conf_low`` and ``conf_high``.

    Returns
    -------
    pandas.DataFrame
        The labels and `TIDY_COLUMNS`. A p-value is that of estimate = 0, two-sided.

    Examples
    --------
    >>> frame = tidy_frame(
    ...     pd.DataFrame({"term": ["week"]}),
    ...     estimate=np.array([-2.0]), std_error=np.array([1.0]), df=np.array([10.0]))
    >>> frame[["estimate", "p_value"]].round(4).to_numpy().tolist()
    [[-2.0, 0.0734]]
    """
    degrees = np.broadcast_to(np.asarray(df, dtype=float), estimate.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = estimate / std_error
    margin = critical_value(degrees, conf_level) * std_error
    columns = {
        "estimate": estimate,
        "std_error": std_error,
        "df": degrees,
        "statistic": statistic,
        "p_value": 2.0 * stats.t.sf(np.abs(statistic), degrees),
        "conf_low": estimate - margin,
        "conf_high": estimate + margin,
    }
    return labels.reset_index(drop=True).assign(**columns)


def _cell(value: Any, digits: int) -> str:
    """Show one cell: rounded numbers, an empty string for a missing value."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        if not np.isfinite(value):
            return "∞" if value > 0 else "-∞"
        return f"{value:z.{digits}f}"  # z: no minus before a zero, whose sign is rounding noise
    return str(value)


def _cells(frame: pd.DataFrame, digits: int) -> list[list[str]]:
    """Show every cell as text, column by column, and return rows."""
    columns = [[_cell(value, digits) for value in frame[name]] for name in frame.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def counted(n: int, noun: str) -> str:
    """Write a number and its noun, in the plural unless it is 1.

    Parameters
    ----------
    n : int
        How many.
    noun : str
        A noun whose plural ends in s.

    Returns
    -------
    str
        Such as "8 clinics".

    Examples
    --------
    >>> counted(1, "clinic"), counted(1200, "row")
    ('1 clinic', '1,200 rows')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def p_value_text(p: float) -> str:
    """Write a p-value: three decimals, and never 0.

    Parameters
    ----------
    p : float
        Probability; a missing one gives an empty text.

    Returns
    -------
    str
        Such as ``0.012`` or ``<0.001``.

    Examples
    --------
    >>> p_value_text(0.0123), p_value_text(1e-9)
    ('0.012', '<0.001')
    """
    if pd.isna(p):
        return ""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def frame_to_text(frame: pd.DataFrame, *, digits: int = 3) -> str:
    """Print a frame as plain text that is the same on every machine.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any small frame; the index is not shown.
    digits : int
        Decimals of floating-point columns.

    Returns
    -------
    str
        Columns aligned by spaces, numbers to the right.

    Examples
    --------
    >>> print(frame_to_text(pd.DataFrame({"term": ["week"], "estimate": [-1.23456]})))
    term  estimate
    week    -1.235
    """
    rows = _cells(frame, digits)
    names = [str(name) for name in frame.columns]
    numeric = [pd.api.types.is_numeric_dtype(frame[name]) for name in frame.columns]
    widths = [max(len(cell) for cell in column) for column in zip(names, *rows, strict=True)]
    lines = [_text_line(row, widths, numeric) for row in [names, *rows]]
    return "\n".join(lines)


def _text_line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    """Join the cells of one line, numbers to the right."""
    padded = [
        cell.rjust(width) if to_right else cell.ljust(width)
        for cell, width, to_right in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(padded).rstrip()


def frame_to_html(frame: pd.DataFrame, *, caption: str = "", digits: int = 3) -> str:
    """Write a frame as a small, escaped HTML table with header scopes.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any small frame; the index is not shown.
    caption : str
        Text of the caption; none when empty.
    digits : int
        Decimals of floating-point columns.

    Returns
    -------
    str
        A ``<table class="ko">`` element; every name and cell is escaped.

    Examples
    --------
    >>> "&lt;b&gt;" in frame_to_html(pd.DataFrame({"term": ["<b>"]}))
    True
    """
    numeric = [pd.api.types.is_numeric_dtype(frame[name]) for name in frame.columns]
    styles = [' class="number"' if is_number else "" for is_number in numeric]
    head = "".join(
        f'<th scope="col"{style}>{html.escape(str(name))}</th>'
        for name, style in zip(frame.columns, styles, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{style}>{html.escape(cell)}</td>" for cell, style in zip(row, styles, strict=True)
        )
        + "</tr>"
        for row in _cells(frame, digits)
    )
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return f'<table class="ko">{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
