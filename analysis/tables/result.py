"""A finished table: shown text, what its columns mean, its notes, and what was hidden.

It is made by the other modules of this room; here it is only read and rendered.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

import pandas as pd

from analysis.disclosure import CONFIDENTIAL, RELEASE, Policy, Statement, require_releasable
from analysis.errors import ColumnError, DisclosureError
from analysis.results import frame_to_text
from analysis.tables.html import table_html
from analysis.tables.number_style import NumberStyle, number_style
from analysis.tables.statistics import is_p_value, long_frame

__all__ = ["Column", "TableResult", "hiding_note", "slug"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    key : str
        Name of the column in the frame.
    label : str
        Heading.
    sublabel : str
        Second line of the heading, such as the number of patients.
    numeric : bool
        Whether the texts are numbers, set to the right.
    """

    key: str
    label: str
    sublabel: str = ""
    numeric: bool = True


def slug(title: str) -> str:
    """Turn a title into the id of an HTML element.

    Parameters
    ----------
    title : str
        Any text.

    Returns
    -------
    str
        ``table-`` and small letters, digits and hyphens: a style sheet cannot name an id that
        begins with a digit.

    Examples
    --------
    >>> slug("1. Who was treated?")
    'table-1-who-was-treated'
    """
    return "table-" + (re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "untitled")


def hiding_note(policy: Policy) -> str:
    """Say in one sentence what is hidden, or that nothing is.

    Parameters
    ----------
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    str
        The note.

    Examples
    --------
    >>> hiding_note(RELEASE).partition(",")[0]
    '<11: 1 to 10 (at least one)'
    """
    if policy.confidential:
        return CONFIDENTIAL
    rounded = f" Others are rounded to the nearest {policy.round_to}." if policy.rounds else ""
    return (
        f"{policy.small_note}; a second cell may be hidden (—) so that these cannot be worked "
        f"out.{rounded}"
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class TableResult:
    """A table ready to print.

    Parameters
    ----------
    title, subtitle : str
        Headings above the table.
    frame : pandas.DataFrame of str
        Columns ``group`` (empty where rows are not grouped), ``label`` and those of `columns`.
    columns : tuple of Column
        The columns after the label, in order.
    notes : tuple of str
        Lines under the table.
    denominators : pandas.DataFrame
        Of how many, as shown: ``column`` (heading) and ``n`` where a column is of the same
        patients throughout, else ``group, label, column`` (key) and ``n``, see `denominators_of`.
    suppression : pandas.DataFrame
        Columns ``status, cells``: how many counts are shown and hidden.
    policy : Policy
        For whom the table is.
    stub : str
        Heading over the labels of the rows.
    is_held : bool
        Whether every number was held to the patients behind it.
    """

    title: str
    subtitle: str = ""
    frame: pd.DataFrame = field(repr=False)
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    denominators: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
    suppression: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
    policy: Policy = RELEASE
    stub: str = ""
    is_held: bool = True

    def __post_init__(self) -> None:
        require_releasable(self.frame)

    @property
    def slug(self) -> str:
        """The id of the table in HTML, made from its title."""
        return slug(self.title)

    def disclosure(self) -> Statement:
        """Say what leaves, for `release`: the texts of the table; it was attacked when made.

        Raises
        ------
        DisclosureError
            When estimates were given without the patients behind them.
        """
        if not self.is_held:
            raise DisclosureError(
                "The table does not say how many patients stand behind its estimates. Give them "
                "as a column n, or make it of hide_coefficients(fit.tidy(), fit.support())."
            )
        log = self.suppression
        hidden = 0 if log.empty else int(log.loc[log["status"].ne("shown"), "cells"].sum())
        return Statement(frame=self.frame, policy=self.policy, hidden=hidden)

    def to_frame(self) -> pd.DataFrame:
        """Return the shown text as a frame, for other programs."""
        return self.frame.copy()

    def to_long(self) -> pd.DataFrame:
        """Return what is shown as one row per statistic, for other programs.

        Returns
        -------
        pandas.DataFrame
            ``table, group, label, column, heading, statistic, value, decimals, text, denominator,
            flag``. A value has the digits that are shown; a hidden one is missing, and ``flag``
            says "small" or "hidden".

        Examples
        --------
        >>> frame = pd.DataFrame({"group": [""], "label": ["IV"], "n": ["40 (80.0%)"]})
        >>> columns = (Column(key="n", label="n"),)
        >>> table = TableResult(title="Patients", frame=frame, columns=columns)
        >>> table.to_long()[["statistic", "value"]].values.tolist()
        [['n', 40.0], ['percent', 80.0]]
        """
        rows = self.frame.fillna("").to_dict("records")
        headings = {column.key: column.label for column in self.columns}
        return long_frame(self.title, rows, headings, self._denominators())

    def _denominators(self) -> dict[tuple[str, str, str], str]:
        """Say of how many the cells are, or whole columns."""
        told = self.denominators
        if not {"column", "n"} <= set(told.columns):
            return {}
        if {"group", "label"} <= set(told.columns):
            cells = zip(told["group"], told["label"], told["column"], strict=True)
            return dict(zip(cells, told["n"].astype(str), strict=True))
        keys = {column.label: column.key for column in self.columns}
        pairs = zip(told["column"], told["n"], strict=True)
        return {("", "", keys[name]): str(n) for name, n in pairs if name in keys}

    def styled(self, style: str | NumberStyle) -> TableResult:
        """Return the table with its numbers in the style of a journal.

        Parameters
        ----------
        style : str or NumberStyle
            "plain" (the house), "JAMA", "NEJM", or a style of one's own.

        Returns
        -------
        TableResult
            The same table with other texts; no digit is added.

        Raises
        ------
        ColumnError
            When there is no such style.
        """
        rules = number_style(style)
        texts = {
            column.key: self.frame[column.key].map(
                rules.p_value if is_p_value(column.key) else rules.text, na_action="ignore"
            )
            for column in self.columns
            if column.numeric
        }
        return replace(self, frame=self.frame.assign(**texts))

    def inline(
        self, row: str | tuple[str, str], column: str, *, style: str | NumberStyle | None = None
    ) -> str:
        """Return one shown cell, so that numbers in prose come from the table.

        Parameters
        ----------
        row : str or (str, str)
            Label of the row, or group and label where a label occurs more than once.
        column : str
            Key or heading of the column.
        style : str or NumberStyle, optional
            Write it for prose in this style, the interval with its name: "45.3 (95% CI,
            40.1-50.6)". None: the text of the cell.

        Returns
        -------
        str
            The text of the cell.

        Raises
        ------
        ColumnError
            When the row or the column is absent or not unique, or there is no such style.
        """
        group, label = row if isinstance(row, tuple) else (None, row)
        wanted = self.frame["label"].eq(label)
        if group is not None:
            wanted &= self.frame["group"].eq(group)
        keys = [c.key for c in self.columns if column in (c.key, c.label)]
        if int(wanted.sum()) != 1 or len(keys) != 1:
            raise ColumnError(
                f"The table has {int(wanted.sum())} rows and {len(keys)} columns of these names; "
                "name one of each. Use (group, label) where a label occurs more than once."
            )
        cell = str(self.frame.loc[wanted, keys[0]].iloc[0])
        if style is None:
            return cell
        rules = number_style(style)
        return rules.p_value(cell) if is_p_value(keys[0]) else rules.inline(cell)

    def to_html(self) -> str:
        """Render as HTML with header scopes, everything escaped, and nothing loaded from afar."""
        return table_html(
            self.frame,
            columns=[(c.key, c.label, c.sublabel, c.numeric) for c in self.columns],
            heading=(self.title, self.subtitle),
            notes=self.notes,
            element_id=self.slug,
            stub=self.stub,
        )

    def to_markdown(self) -> str:
        """Render as a Markdown table, everything escaped."""
        head = [self.stub, *(" ".join(filter(None, (c.label, c.sublabel))) for c in self.columns)]
        rows = ["| " + " | ".join(map(_markdown, head)) + " |"]
        rows.append(
            "|" + "|".join(["---", *("---:" if c.numeric else "---" for c in self.columns)]) + "|"
        )
        rows += ["| " + " | ".join(map(_markdown, cells)) + " |" for cells in self._lines()]
        above = [f"**{_markdown(self.title)}**", *filter(None, [_markdown(self.subtitle)])]
        parts = ["\n\n".join(above), "\n".join(rows), *map(_markdown, self.notes)]
        return "\n\n".join(parts)

    def _lines(self) -> list[list[str]]:
        """List the rows as text, each group under its own line."""
        keys = [column.key for column in self.columns]
        lines, last = [], ""
        for group, label, *cells in self.frame[["group", "label", *keys]].itertuples(index=False):
            if group and group != last:
                lines.append([group, *([""] * len(keys))])
            last = group
            lines.append([f"\u2003{label}" if group else label, *cells])
        return lines

    def summary(self) -> str:
        """Write the table as plain text, the same on every machine."""
        heads = [self.stub, *(" ".join(filter(None, (c.label, c.sublabel))) for c in self.columns)]
        body = pd.DataFrame(self._lines(), columns=pd.RangeIndex(len(heads)))
        body.columns = pd.Index(heads)
        above = "\n".join(filter(None, (self.title, self.subtitle)))
        return "\n\n".join([above, frame_to_text(body), "\n".join(self.notes)]).rstrip()

    def __repr__(self) -> str:
        """Show the plain text."""
        return self.summary()

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """Give notebooks the HTML and the plain text, both without anything that varies."""
        bundle = {"text/html": self.to_html(), "text/plain": self.summary()}
        wanted = set(bundle if include is None else include) - set(exclude or ())
        return {kind: text for kind, text in bundle.items() if kind in wanted}


def _markdown(text: str) -> str:
    """Escape what Markdown or HTML would read as markup."""
    return re.sub(r"([\\`*_{}\[\]|])", r"\\\1", html.escape(text, quote=False)).replace("\n", " ")
