"""From a site's study to the rows that an analysis sums, with a count for every row left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.distributed.bundles.options import Options
from analysis.errors import ColumnError
from analysis.outcomes import visit_outcomes, window_named
from analysis.study import Study

__all__ = ["OutcomeRows", "Rows"]


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
    """

    instrument: str
    visits: tuple[str, ...]
    baseline_at_least: float | None
    levels: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, table: Options) -> OutcomeRows:
        """Read the options of the rows."""
        visits = table.texts("visits")
        for label in visits:
            window_named(label)  # an unknown visit is refused before any site has worked
        return cls(
            instrument=table.text("instrument"),
            visits=visits,
            baseline_at_least=table.number("baseline_at_least"),
            levels=table.levels(),
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
        """
        found = visit_outcomes(study, self.instrument, baseline_at_least=self.baseline_at_least)
        found = found.assign(nominal_day=found["visit"].astype(str).map(self.days))
        missing = [name for name in columns if name not in found.columns]
        if missing:
            raise ColumnError(
                f"The formula uses {', '.join(map(repr, missing))}, which visits do not have; "
                f"allowed are {', '.join(found.columns)}."
            )
        kept, reasons = found, []
        for name, allowed in {"visit": self.visits, **self.levels}.items():
            wanted = kept[name].astype("string").isin(list(allowed)).fillna(value=False)
            reasons.append((f"{name}: none of {', '.join(allowed)}", int((~wanted).sum())))
            kept = kept[wanted]
        frame = _plain(kept[list(columns)])
        return Rows(frame=frame, account=pd.DataFrame(reasons, columns=["reason", "n_rows"]))


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Give labels and numbers the types that models take."""
    columns: dict[str, Any] = {}
    for name, column in frame.items():
        is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        columns[str(name)] = column.astype("float64" if is_number else "string").astype(
            "float64" if is_number else "object"
        )
    return pd.DataFrame(columns, index=frame.index)
