"""What is looked at inside a file: a piece of text, a table or a picture, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.privacy.files.printed_tables import TextTable

__all__ = ["Piece", "Trouble"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """One piece of a file.

    Parameters
    ----------
    where : str
        Place in the file, such as "cell 3, output 1"; it holds no text of the file.
    role : {"printed", "prose", "code", "error", "label", "table", "picture"}
        What it is. Printed: what a program wrote, tables included. Prose: text without tables.
        Label: a short text such as a property or a name. Picture: only that there is one.
    text : str
        The text; for errors the message; empty for pictures and tables.
    table : TextTable, optional
        The table.
    source : str
        Code that made the piece; class of an error.
    is_data : bool
        Whether the piece is data that were stored, not results that were shown.
    hidden : str
        Why a reader would not see it, such as "hidden sheet"; empty where he would.
    """

    where: str
    role: str
    text: str = ""
    table: TextTable | None = None
    source: str = ""
    is_data: bool = False
    hidden: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Trouble:
    """Something because of which a part of a file could not be looked at.

    Parameters
    ----------
    where : str
        Place in the file.
    kind : str
        A key of `analysis.privacy.files.rules.RULES`.
    """

    where: str
    kind: str
