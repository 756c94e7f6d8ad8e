"""From a site's study to the rows that an analysis sums, with a count for every row left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.distributed.bundles.options import Options
from analysis.errors import ColumnError, DataError
from analysis.outcomes import visit_outcomes, window_named
from analysis.study import Study

__all__ = ["OutcomeRows", "Rows", "check_visit", "plain", "within_levels"]

_NAMES = ("subject_id", "site_id", "visit")
"""Labels that the agreement knows without a list of levels."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Rows of patients, and who is not among them.

    Parameters
    ----------
    frame : pandas.DataFrame
        Patient-level; never leaves the site.
    account : pandas.DataFrame
        Columns ``reason, n_rows``: rows left out. True counts, for the site.
    """

    frame: pd.DataFrame
    account: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class OutcomeRows:
    """How the rows of a mixed model follow from a study.

    Parameters
    ----------
    instrument : str
        Scale.
    visits : tuple of str
        Planned visits in order.
    baseline_at_least : float or None
        Least severe baseline; None: the entry threshold of the scale.
    levels : mapping of str to tuple of str
        Groups that are analysed; patients of others are left out.
    gaps : {"keep", "cut"}
        "cut": scores after the first planned visit without one are left out, so that there are
        few sets of visits.
    """

    instrument: str
    visits: tuple[str, ...]
    baseline_at_least: float | None
    levels: Mapping[str, tuple[str, ...]]
    gaps: str = "keep"

    @classmethod
    def read(cls, table: Options) -> OutcomeRows:
        """Read the options of the rows."""
        visits = table.texts("visits")
        for label in visits:
            check_visit(label, f"{table.where}: visits")
        return cls(
            instrument=table.text("instrument"),
            visits=visits,
            baseline_at_least=table.number("baseline_at_least"),
            levels=table.levels(),
            gaps=table.one_of("gaps", ("keep", "cut"), default="keep"),
        )

    @property
    def days(self) -> dict[str, float]:
        """Planned day of every visit."""
        return {label: float(window_named(label).target) for label in self.visits}

    def rows(self, study: Study, columns: Sequence[str]) -> Rows:
        """Derive the rows.

        Parameters
        ----------
        study : Study
            Of one site, checked.
        columns : sequence of str
            Columns that the analysis uses.

        Returns
        -------
        Rows
            One row per patient and planned visit with a score.

        Raises
        ------
        ColumnError
            When a column is none of the outcomes of a visit.
        DataError
            When the formula uses labels that the agreement does not list.
        """
        found = visit_outcomes(study, self.instrument, baseline_at_least=self.baseline_at_least)
        found = found.assign(nominal_day=found["visit"].astype(str).map(self.days))
        self._check_columns(found, columns)
        kept, account = within_levels(found, {"visit": self.visits, **self.levels})
        if self.gaps == "cut":
            whole = self._before_gaps(kept)
            lost = {"reason": ["after a visit without a score"], "n_rows": [len(kept) - len(whole)]}
            kept, account = whole, pd.concat([account, pd.DataFrame(lost)], ignore_index=True)
        return Rows(frame=plain(kept[list(columns)]), account=account)

    def _before_gaps(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Keep the scores before the first planned visit that a patient has none at."""
        place = rows["visit"].astype("string").map(dict(zip(self.visits, range(99), strict=False)))
        ordered = rows.assign(_place=place.astype(int)).sort_values(["subject_id", "_place"])
        turn = ordered.groupby("subject_id", observed=True).cumcount()
        return ordered[turn == ordered["_place"]].drop(columns="_place")

    def _check_columns(self, found: pd.DataFrame, columns: Sequence[str]) -> None:
        """Refuse columns that visits do not have, and labels of which sites may have others."""
        missing = [name for name in [*columns, *self.levels] if name not in found.columns]
        if missing:
            raise ColumnError(
                f"The agreement uses {', '.join(map(repr, missing))}, which visits do not have; "
                f"allowed are {', '.join(found.columns)}."
            )
        said = {*_NAMES, *self.levels}
        labels = [name for name in columns if name not in said and not _is_number(found[name])]
        if labels:
            raise DataError(
                f"The formula uses labels of {', '.join(map(repr, labels))}, and sites may have "
                f"others. List all of them in the agreement, as levels.{labels[0]} = [...]."
            )


def _is_number(column: pd.Series[Any]) -> bool:
    """Tell numbers from labels; yes and no are labels."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def check_visit(label: str, where: str) -> None:
    """Refuse a visit that is not planned, before any site has worked.

    Parameters
    ----------
    label : str
        Visit.
    where : str
        File, table and option, for messages.
    """
    try:
        window_named(label)
    except DataError as error:
        raise DataError(f"{where} names {label!r}. {error}") from None


def within_levels(
    rows: pd.DataFrame, levels: Mapping[str, Sequence[str]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep the rows whose groups are those of the agreement.

    Parameters
    ----------
    rows : pandas.DataFrame
        With a column per group.
    levels : mapping of str to sequence of str
        Groups that are analysed.

    Returns
    -------
    kept : pandas.DataFrame
        The rows.
    account : pandas.DataFrame
        Columns ``reason, n_rows``.
    """
    kept, reasons = rows, []
    for name, allowed in levels.items():
        wanted = kept[name].astype("string").isin(list(allowed)).fillna(value=False)
        reasons.append((f"{name}: none of {', '.join(allowed)}", int((~wanted).sum())))
        kept = kept[wanted]
    return kept, pd.DataFrame(reasons, columns=["reason", "n_rows"])


def plain(frame: pd.DataFrame, *, whole: Sequence[str] = ()) -> pd.DataFrame:
    """Give labels and numbers the types that models take.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows.
    whole : sequence of str
        Columns of whole numbers.

    Returns
    -------
    pandas.DataFrame
        Numbers as floats, whole numbers as integers, all else as text.
    """
    columns: dict[str, Any] = {}
    for name, column in frame.items():
        if name in whole:
            columns[str(name)] = column.astype("int64")
        elif _is_number(column):
            columns[str(name)] = column.astype("float64")
        else:
            columns[str(name)] = column.astype("string").astype("object")
    return pd.DataFrame(columns, index=frame.index)
