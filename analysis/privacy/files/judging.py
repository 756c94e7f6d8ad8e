"""From the pieces of a file to findings: identifiers, single patients, hidden parts, trouble."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.privacy.detector import ELEMENTS, Match
from analysis.privacy.files.code_of_output import signs_of_source
from analysis.privacy.files.error_messages import errors_in, signs_in_error
from analysis.privacy.files.patient_mentions import signs_in_code, signs_in_text
from analysis.privacy.files.patient_rows import signs_in_table
from analysis.privacy.files.patient_signs import PATIENT_LIST, PATIENT_ROWS, SMALL_COUNTS, Sign
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.printed_tables import TextTable, tables_in
from analysis.privacy.files.program_output import identifiers_in_output, user_paths_in
from analysis.privacy.files.rules import IDENTIFIER_REMEDY, RULES
from analysis.privacy.files.small_counts import small_cells
from analysis.privacy.headers import header_role, header_words, meaning_of_header
from analysis.study.findings import Severity

__all__ = ["Judged", "judge"]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What was found in one piece.

    Parameters
    ----------
    where : str
        Place in the file.
    kind : str
        A key of `analysis.privacy.files.rules.RULES`, or the kind of an identifier.
    element : int
        Element of Safe Harbor; 0 when it is none of them.
    count : int
        How many.
    """

    where: str
    kind: str
    element: int = 0
    count: int = 1

    @property
    def code(self) -> str:
        """Code of the rule."""
        return RULES[self.kind].code if self.kind in RULES else f"PRV-{self.element:03d}"

    @property
    def severity(self) -> Severity:
        """Severity of the rule; identifiers are errors."""
        return RULES[self.kind].severity if self.kind in RULES else "error"

    @property
    def what(self) -> str:
        """What is wrong, in words that hold nothing of the file."""
        if self.kind in RULES:
            return RULES[self.kind].what
        return f"It may hold {ELEMENTS[self.element]} ({self.kind})."

    @property
    def remedy(self) -> str:
        """What to do."""
        return RULES[self.kind].remedy if self.kind in RULES else IDENTIFIER_REMEDY


_NOBODY = re.compile(
    r"(?i)(?:|ketamine-outcomes.*|python-docx|openpyxl|xlsxwriter|pandas|matplotlib.*"
    r"|reportlab.*|anonymous|unknown|author|user|"
    r"admin(?:istrator)?|analyst|microsoft (?:office )?(?:user|excel|word)|un-named"
    r"|libreoffice.*|weasyprint.*|inkscape.*|none|apache poi)"
)


def judge(piece: Piece | Trouble) -> Iterator[Judged]:
    r"""Judge one piece of a file.

    Parameters
    ----------
    piece : Piece or Trouble
        What a reader gave.

    Yields
    ------
    Judged
        One per kind; none for a clean piece.

    Examples
    --------
    >>> text = "  subject_id  age\n0   p0017   43"
    >>> [one.kind for one in judge(Piece(where="cell 1", role="printed", text=text))]
    ['rows of single patients']
    """
    if isinstance(piece, Trouble):
        yield Judged(where=piece.where, kind=piece.kind)
        return
    if piece.hidden:
        yield Judged(where=piece.where, kind="hidden")
    if piece.role == "picture":
        kind = "marks of single patients" if draws_patients(piece.source) else "picture"
        yield Judged(where=piece.where, kind=kind)
        return
    if piece.where.endswith(": author"):
        if not _NOBODY.fullmatch(piece.text.strip()):
            yield Judged(where=piece.where, kind="author", element=1)
        return
    signs = {sign.kind: sign for sign in reversed([*_signs(piece)])}
    if PATIENT_ROWS in signs:
        signs.pop(PATIENT_LIST, None)  # the same codes
    for sign in signs.values():
        yield Judged(where=piece.where, kind=sign.kind, count=sign.count)
    yield from _identifiers(piece)


def _signs(piece: Piece) -> Iterator[Sign]:
    """Give every sign of single patients in a piece."""
    if piece.table is not None:
        yield from _signs_of_table(piece.table, piece.source)
        text = "\n".join(" ".join(row) for row in piece.table.rows)
        yield from (sign for sign in signs_in_text(text) if sign.kind != PATIENT_LIST)
        return
    if piece.role == "error":
        yield from signs_in_error(piece.source, piece.text)
    if piece.role == "printed":
        for table in tables_in(piece.text):
            yield from _signs_of_table(table, piece.source)
        yield from signs_of_source(piece.source, piece.text)
        for name, message in errors_in(piece.text):
            yield from signs_in_error(name, message)
    yield from signs_in_code(piece.text) if piece.role == "code" else signs_in_text(piece.text)


_COUNTING = re.compile(
    r"crosstab|value_counts|\.size\(|\.count\(|nunique|aggfunc=['\"](?:count|size"
    r"|nunique)|\blen\b.*groupby"
)


def _signs_of_table(table: TextTable, source: str) -> Iterator[Sign]:
    """Judge a table by itself, and by the code that made it when that counts something."""
    signs = signs_in_table(table)
    yield from signs
    if not signs and _COUNTING.search(source):
        small = small_cells(table)
        if small:
            yield Sign(kind=SMALL_COUNTS, count=small)


def _identifiers(piece: Piece) -> Iterator[Judged]:
    """Count identifiers by kind."""
    found: dict[tuple[int, str], int] = {}
    for match in _matches(piece):
        key = (match.element, match.kind)
        found[key] = found.get(key, 0) + 1
    for (element, kind), count in found.items():
        yield Judged(where=piece.where, kind=kind, element=element, count=count)


def _matches(piece: Piece) -> Iterator[Match]:
    """Give every identifier of a piece."""
    if piece.table is not None:
        yield from _matches_in(_table_text(piece.table))
        return
    in_code = piece.role == "code"
    known = set()
    for match in _matches_in(piece.text):
        if not (in_code and _is_of_code(match, piece.text)):
            known.add(match.kind)
            yield match
    if piece.role == "printed":
        yield from (
            match for match in _matches_under_headers(piece.text) if match.kind not in known
        )


def _matches_in(text: str) -> Iterator[Match]:
    """Give identifiers and names of users in a text."""
    yield from identifiers_in_output(text)
    yield from user_paths_in(text)


def _matches_under_headers(text: str) -> Iterator[Match]:
    """Give identifiers of printed tables that are only known by the name of their column."""
    for table in tables_in(text):
        if any(map(_helps, table.columns)):
            yield from _matches_in(_table_text(table))


def _is_of_code(match: Match, text: str) -> bool:
    """Tell decorators, products of matrices and attributes from addresses, which they look like."""
    shown = text[match.start : match.end]
    if match.kind == "e-mail address":
        return re.fullmatch(
            r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", shown
        ) is None or shown.endswith(".T")
    if match.kind == "web address":
        return "/" not in shown and not shown.startswith("www")
    return match.kind in {"name in a social network", "user name"} and "=" not in shown


def _table_text(table: TextTable) -> str:
    """Write a table so that each cell stands alone, after its column where that helps."""
    names = [name if _helps(name) else "" for name in table.columns]
    lines = [" ¦ ".join(name for name in table.columns if not _helps(name))]
    for row in table.rows:
        padded = [""] * (len(row) - len(names)) + names[max(0, len(names) - len(row)) :]
        cells = [
            f"{name}: {cell}" if name and cell else cell
            for name, cell in zip(padded, row, strict=True)
        ]
        lines.append(" ¦ ".join(cells))
    return " ¦\n¦ ".join(lines)


_DIGESTS = re.compile(r"\b(?:sha ?\d*|digest|checksum|commit|md5|hash)\b")


def _helps(name: str) -> bool:
    """Tell whether the name of a column says what its cells are."""
    words = header_words(name)
    if words in {"name", "names"} or words.endswith(" name"):
        return False  # of a person or of a thing
    return (
        meaning_of_header(name) is not None
        or bool(header_role(name))
        or _DIGESTS.search(words) is not None
    )


_DRAWS_EACH = re.compile(
    r"\b(?:stripplot|swarmplot|spaghetti|waterfall|swimmer_plot|plot_swimmer|rugplot"
    r"|scatterplot|jointplot|pairplot|lmplot|regplot)\b"
    r"|\.scatter\(|\bunits=|hue=['\"](?:subject|patient|participant|record)_?id"
    r"|groupby\(\s*\[?['\"](?:subject|patient|participant|record|client|person)_?(?:id"
    r"|no)?['\"]\]?\s*\)"
    r"[\s\S]{0,200}?(?:plot|for )|for \w+, \w+ in \w+\.groupby\(\s*['\"](?:subject"
    r"|patient|participant|record)"
)


def draws_patients(source: str) -> bool:
    """Tell whether code draws a mark for each patient.

    Parameters
    ----------
    source : str
        Code of a cell.

    Returns
    -------
    bool
        True for scatter, strip and swarm plots, and for lines drawn patient by patient.

    Examples
    --------
    >>> draws_patients("sns.swarmplot(data=frame, x='arm', y='total')"), draws_patients("plot(km)")
    (True, False)
    """
    return _DRAWS_EACH.search(source) is not None
