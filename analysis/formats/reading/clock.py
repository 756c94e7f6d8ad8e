"""Reading texts as times of the day."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["read_clock"]

Floats = npt.NDArray[np.float64]

_TIME = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2}(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
    r"\s*(?:z|[+-]\d{2}:?\d{2})?"
)


def read_clock(texts: Sequence[str]) -> Floats:
    """Read times of the day as minutes from midnight.

    Parameters
    ----------
    texts : sequence of str
        Such as "14:05", "2:05 PM" or "14:05:30".

    Returns
    -------
    numpy.ndarray, shape (n_texts,)
        NaN where a text is no time of the day.

    Examples
    --------
    >>> read_clock(["14:05", "2:05 pm", "25:00"]).tolist()
    [845.0, 845.0, nan]
    """
    found = [_TIME.fullmatch(text.casefold().strip()) for text in texts]
    return np.array(
        [float("nan") if match is None else _minutes(match.groupdict()) for match in found],
        dtype=np.float64,
    )


def _minutes(said: dict[str, str | None]) -> float:
    """Count minutes from midnight; NaN without a time or for one that does not exist."""
    if said.get("hour") is None:
        return float("nan")
    hour, minute = int(said["hour"] or 0), int(said["minute"] or 0)
    half = said.get("half") or ""
    if half and not 1 <= hour <= 12:
        return float("nan")
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return float(60 * hour + minute) if hour < 24 and minute < 60 else float("nan")
