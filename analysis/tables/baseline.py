"""Table 1: who was treated, by group and overall, without tests of baseline differences.

Patients go in, only summaries that may be released come out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.disclosure import HIDDEN, RELEASE, Policy, SuppressedCounts, suppress_counts
from analysis.disclosure.counts import TOTAL
from analysis.errors import ColumnError, DisclosureError
from analysis.tables.result import Column, TableResult, hiding_note

__all__ = ["baseline_table"]

MOST_CATEGORIES = 30
MISSING = "Missing"
_OBSERVED = "(observed)"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Variable:
    """One variable of the table: a category per patient, and numbers if it has any."""

    name: str
    label: str
    categories: pd.Series
    numbers: pd.Series | None

    @property
    def levels(self) -> list[str]:
        """Categories in order, missing last and only where somebody is missing."""
        return [str(level) for level in self.categories.cat.categories]


def baseline_table(
    data: pd.DataFrame,
    variables: Sequence[str],
    *,
    by: str | None = None,
    labels: Mapping[str, str] | None = None,
    title: str = "Patients at baseline",
    policy: Policy = RELEASE,
) -> TableResult:
    """Describe patients by group: n (%) of categories, mean (SD) and quartiles of numbers.

    Missing values are a category of their own and part of every percentage's denominator. A mean
    needs 11 patients, a quartile 11 on each side. There are no minima, maxima or p-values: tests
    of baseline differences answer no question that the table asks.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    variables : sequence of str
        Columns to describe; numeric columns are summarised, all others counted.
    by : str, optional
        Column whose levels are the columns of the table, besides "Overall".
    labels : mapping of str to str, optional
        Labels of variables and of `by`.
    title : str
        Title of the table.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    TableResult
        Rows grouped by variable; `inline` takes ``(variable label, row label)``.

    Raises
    ------
    ColumnError
        When a column is absent, holds dates, or there are no patients.
    DisclosureError
        When a column has more than 30 categories, as identifiers and free text have.

    Examples
    --------
    >>> patients = pd.DataFrame({"route": ["IV"] * 30 + ["IM"] * 20, "age": [40.0, 50.0] * 25})
    >>> baseline_table(patients, ["route", "age"]).inline("IV", "Overall")
    '30 (60.0%)'
    """
    _require_columns(data, [*variables, *([by] if by else [])])
    names = dict(labels or {})
    described = [_variable(data[name], names.get(name, name)) for name in variables]
    groups = _categories(data[by]) if by else pd.Series(pd.Categorical(["Overall"] * len(data)))
    groups.index = data.index
    levels = [str(level) for level in groups.cat.categories]
    counts = _count(described, groups)
    shown = suppress_counts(
        counts,
        row_totals=by is not None,
        column_totals=True,
        not_shown=[row for row in counts.index if row[1] == _OBSERVED],
        policy=policy,
    )
    if by:
        counts[TOTAL] = counts.sum(axis=1)
        levels = [*levels, "Overall"]
    members = [groups.cat.codes.eq(code).to_numpy() for code in range(len(levels))]
    if by:
        members[-1] = np.ones(len(data), dtype=bool)
    rows = [
        row
        for position, variable in enumerate(described)
        for row in _rows(position, variable, counts, shown, members)
    ]
    return _finish(rows, levels, shown, title=title, by_label=names.get(by or "", by or ""))


def _require_columns(data: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse an empty cohort and columns that cannot be described."""
    absent = [name for name in names if name not in data.columns]
    if absent or data.empty:
        raise ColumnError(
            f"baseline_table needs patients and their columns; absent: {', '.join(absent)}."
            if absent
            else "baseline_table needs at least one patient; the frame has no rows."
        )
    dates = [name for name in names if pd.api.types.is_datetime64_any_dtype(data[name])]
    if dates:
        raise ColumnError(f"{', '.join(dates)} hold dates, which are not shown. Use rel_day.")


def _categories(column: pd.Series) -> pd.Series:
    """Turn a column into ordered categories of text, with a last one for missing values."""
    if pd.api.types.is_bool_dtype(column):
        column = column.map({True: "Yes", False: "No"}).astype(pd.CategoricalDtype(["Yes", "No"]))
    elif not isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype("string").astype("category")
    used = column.cat.remove_unused_categories()
    if len(used.cat.categories) > MOST_CATEGORIES:
        raise DisclosureError(
            f"{column.name} has {len(used.cat.categories)} categories; allowed are "
            f"{MOST_CATEGORIES}. Identifiers and free text are not shown: group the values first."
        )
    text = used.cat.rename_categories([str(level) for level in used.cat.categories])
    if not text.isna().any():
        return text
    return text.cat.add_categories([MISSING]).fillna(MISSING)


def _variable(column: pd.Series, label: str) -> _Variable:
    """Prepare one variable: categories to count, and numbers to summarise."""
    is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if not is_number:
        return _Variable(
            name=str(column.name), label=label, categories=_categories(column), numbers=None
        )
    known = pd.Categorical.from_codes(
        column.isna().to_numpy().astype(int), categories=[_OBSERVED, MISSING]
    )
    return _Variable(
        name=str(column.name),
        label=label,
        categories=pd.Series(known, index=column.index),
        numbers=column.astype(float),
    )


def _count(variables: Sequence[_Variable], groups: pd.Series) -> pd.DataFrame:
    """Count patients by variable, category and group; columns are the codes of the groups."""
    blocks = {
        position: pd.crosstab(variable.categories, groups.cat.codes, dropna=False)
        .reindex(index=variable.levels, columns=range(len(groups.cat.categories)), fill_value=0)
        .rename_axis(index=None, columns=None)
        for position, variable in enumerate(variables)
    }
    return pd.concat(blocks)


def _rows(
    position: int,
    variable: _Variable,
    counts: pd.DataFrame,
    shown: SuppressedCounts,
    members: Sequence[np.ndarray],
) -> list[list[str]]:
    """Write the rows of one variable: its label, the row's label, one text per column."""
    totals = shown.shown.iloc[-1].tolist()
    sizes = counts.loc[[position]].sum().tolist()
    rows = []
    if variable.numbers is not None:
        observed = counts.loc[(position, _OBSERVED)].to_numpy(int)
        safe = _safe_columns(observed, totals, shown.policy)
        values = [variable.numbers.to_numpy()[member] for member in members]
        rows += _number_rows(values, safe, shown.policy)
    for level in variable.levels:
        row = (position, level)
        if level == _OBSERVED or (level == MISSING and counts.loc[row].eq(0).all()):
            continue
        texts = shown.shown.loc[row].tolist()
        hidden = shown.status.loc[row].ne("shown").tolist()
        cells = [
            text
            if is_hidden or total in (HIDDEN, shown.policy.small_text)
            else _share(n, size, text)
            for text, is_hidden, total, n, size in zip(
                texts, hidden, totals, counts.loc[row].tolist(), sizes, strict=True
            )
        ]
        rows.append([level, *cells])
    return [[variable.label, *row] for row in rows]


def _share(n: int, size: int, text: str) -> str:
    """Write a count with its percentage of the column."""
    return f"{text} ({100 * n / size:.1f}%)" if n and size else text


def _safe_columns(observed: np.ndarray, totals: Sequence[str], policy: Policy) -> np.ndarray:
    """Say in which columns a mean may stand.

    A mean that alone is hidden follows from the overall mean and the others, so the mean of the
    next smallest group goes with it.
    """
    if policy.confidential:
        return observed > 0
    hidden_size = np.array([total in (HIDDEN, policy.small_text) for total in totals])
    safe = (observed >= policy.minimum_count) & ~hidden_size
    groups = safe[:-1]
    used = observed[:-1] > 0
    if len(safe) > 1 and (used & ~groups).sum() == 1 and groups.any():
        candidates = np.where(groups, observed[:-1], observed.max() + 1)
        safe[int(np.argmin(candidates))] = False
    return safe


def _number_rows(values: Sequence[np.ndarray], safe: np.ndarray, policy: Policy) -> list[list[str]]:
    """Write mean (SD) and median [Q1, Q3] of each column."""
    means, medians = ["Mean (SD)"], ["Median [Q1, Q3]"]
    for column, is_safe in zip(values, safe, strict=True):
        known = column[~np.isnan(column)]
        means.append(_mean(known) if is_safe else HIDDEN)
        medians.append(_median(known, policy) if is_safe else HIDDEN)
    return [means, medians]


def _mean(known: np.ndarray) -> str:
    """Write mean and standard deviation."""
    spread = f" ({known.std(ddof=1):.1f})" if len(known) > 1 else ""
    return f"{known.mean():.1f}{spread}"


def _median(known: np.ndarray, policy: Policy) -> str:
    """Write the median, with quartiles where enough patients lie on each side of them."""
    least = 1 if policy.confidential else policy.minimum_count
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    if len(known) // 4 >= least:
        return f"{middle:.1f} [{low:.1f}, {high:.1f}]"
    return f"{middle:.1f}" if len(known) // 2 >= least else HIDDEN


def _finish(
    rows: list[list[str]],
    levels: Sequence[str],
    shown: SuppressedCounts,
    *,
    title: str,
    by_label: str,
) -> TableResult:
    """Put rows, headings and notes together."""
    keys = [f"column_{code}" for code in range(len(levels))]
    totals = shown.shown.iloc[-1].tolist()
    notes = [
        (
            "Categories: n (%) of all patients in the column, missing included. "
            "SD, standard deviation; Q1 and Q3, quartiles."
        ),
        hiding_note(shown.policy),
    ]
    return TableResult(
        title=title,
        subtitle=f"By {by_label}" if by_label else "",
        frame=pd.DataFrame(rows, columns=["group", "label", *keys]).astype("string"),
        columns=tuple(
            Column(key=key, label=level, sublabel=f"n = {n}" if n[:1].isdigit() else f"n {n}")
            for key, level, n in zip(keys, levels, totals, strict=True)
        ),
        notes=tuple(notes),
        denominators=pd.DataFrame({"column": list(levels), "n": totals}).astype("string"),
        suppression=shown.log(),
        policy=shown.policy,
    )
