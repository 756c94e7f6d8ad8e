"""The sentences at the top of a report: what a reader must know who reads nothing else."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

__all__ = ["KeyPoints", "key_points"]

_MINUS = re.compile(r"(?<![\w.\-])-(?=\d)")


@dataclass(frozen=True, eq=False)
class KeyPoints:
    """A few sentences, shown as a list.

    Parameters
    ----------
    sentences : tuple of str
        One point each; numbers must come from released tables.
    """

    sentences: tuple[str, ...]

    def __repr__(self) -> str:
        """Show one sentence per line."""
        return "\n".join(f"- {sentence}" for sentence in self.sentences)

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.sentences)
        return f'<ul class="points">{items}</ul>'


def key_points(*sentences: str) -> KeyPoints:
    """Gather the sentences that go to the top of the report.

    Parameters
    ----------
    *sentences : str
        One point each; empty ones are left out. A hyphen before a number becomes a minus sign.

    Returns
    -------
    KeyPoints
        Shown as a list; the text is escaped.

    Examples
    --------
    >>> key_points("Most patients were followed.", "")
    - Most patients were followed.
    """
    return KeyPoints(tuple(_MINUS.sub("\u2212", each) for each in sentences if each))
