"""Table 1: who was treated, by group and overall, without tests of baseline differences.

Patients go in, only summaries that may be released come out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure import (
    HIDDEN,
    RELEASE,
    Members,
    Policy,
    rounded_count,
    suppress_counts,
    units_of,
)
from analysis.errors import ColumnError, DataError, DisclosureError
from analysis.tables.result import Column, TableResult, hiding_note

__all__ = ["baseline_table"]

Row = tuple[str, str]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

MOST_CATEGORIES = 30
MISSING = "Missing"
OVERALL = "Overall"
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

    @property
    def printed(self) -> list[str]:
        """Levels that have a row; of numbers, who is observed has the rows of the statistics."""
        return [name for name in self.levels if self.numbers is None or name != _OBSERVED]


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
    DataError
        When a category is named "Missing" beside missing values, or a group "Overall".

    Examples
    --------
    >>> patients = pd.DataFrame({"route": ["IV"] * 30 + ["IM"] * 20, "age": [40.0, 50.0] * 25})
    >>> baseline_table(patients, ["route", "age"]).inline("IV", "Overall")
    '30 (60.0%)'
    """
    _require_columns(data, [*variables, *([by] if by else [])])
    names = dict(labels or {})
    described = [_variable(data[name], names.get(name, name)) for name in dict.fromkeys(variables)]
    groups = _groups(data, by)
    printed = _print_counts(
        described,
        groups,
        behind=_behind(data, described, groups),
        policy=policy,
        with_total=by is not None,
    )
    rows = [[variable.label, *row] for variable in described for row in _rows(variable, printed)]
    levels = [*groups.cat.categories, *([OVERALL] if by else [])]
    return _finish(rows, levels, printed, title=title, by_label=names.get(by or "", by or ""))


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
    if MISSING in text.cat.categories:
        raise DataError(
            f'{column.name} has a category named "{MISSING}" and missing values, which the table '
            "could not tell apart. Rename the category, or leave its cells empty."
        )
    return text.cat.add_categories([MISSING]).fillna(MISSING)


def _variable(column: pd.Series, label: str) -> _Variable:
    """Prepare one variable: categories to count, and numbers to summarise."""
    is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if not is_number:
        return _Variable(
            name=str(column.name), label=label, categories=_categories(column), numbers=None
        )
    known = pd.Categorical(
        np.where(column.isna(), MISSING, _OBSERVED), categories=[_OBSERVED, MISSING]
    )
    return _Variable(
        name=str(column.name),
        label=label,
        categories=pd.Series(known, index=column.index),
        numbers=column.astype(float),
    )


def _groups(data: pd.DataFrame, by: str | None) -> pd.Series:
    """Give the group of every patient; one group for all where none is asked for."""
    if by is None:
        return pd.Series(pd.Categorical([OVERALL] * len(data)), index=data.index)
    groups = _categories(data[by])
    if OVERALL in groups.cat.categories:
        raise DataError(
            f'{by} has a group named "{OVERALL}", which is the name of the column of all patients. '
            "Rename the group."
        )
    return groups


def _count(variables: Sequence[_Variable], groups: pd.Series) -> pd.DataFrame:
    """Count patients by variable, category and group; columns are named by the groups."""
    blocks = {
        variable.name: pd.crosstab(variable.categories, groups.cat.codes, dropna=False)
        .reindex(index=variable.levels, columns=range(len(groups.cat.categories)), fill_value=0)
        .set_axis(_columns(groups), axis="columns")
        .rename_axis(index=None, columns=None)
        for variable in variables
    }
    return pd.concat(blocks)


def _columns(groups: pd.Series) -> list[str]:
    """Name the columns by their groups, so that these are known again when others come."""
    return [f"= {group}" for group in groups.cat.categories]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Printed:
    """Counts before and after suppression, by (variable, category), one entry per column."""

    true: dict[Row, IntArray]
    text: dict[Row, list[str]]
    status: dict[Row, list[str]]
    totals: list[str]
    members: list[BoolArray]
    log: pd.DataFrame
    policy: Policy

    @property
    def has_size(self) -> list[bool]:
        """Say in which columns the number of patients is shown."""
        return [total[:1].isdigit() for total in self.totals]


def _print_counts(
    variables: Sequence[_Variable],
    groups: pd.Series,
    *,
    behind: Members | None,
    policy: Policy,
    with_total: bool,
) -> _Printed:
    """Count and suppress all variables together, since they share the totals of the columns."""
    counts = _count(variables, groups)
    shown = suppress_counts(
        counts,
        about=f"patients by {groups.name or 'nothing'}",
        row_totals=with_total,
        column_totals=True,
        not_shown=[(v.name, _OBSERVED) for v in variables if v.numbers is not None],
        sensitive=_sensitive(variables, policy),
        members=behind,
        policy=policy,
    )
    true = counts.to_numpy(dtype=np.int64)
    codes = groups.cat.codes.to_numpy()
    members = [codes == code for code in range(true.shape[1])]
    if with_total:
        true = np.column_stack([true, true.sum(axis=1)])
        members.append(np.ones(len(codes), dtype=bool))
    return _Printed(
        true=dict(zip(counts.index, true, strict=True)),
        text=dict(zip(shown.shown.index, shown.shown.to_numpy().tolist(), strict=True)),
        status=dict(zip(shown.status.index, shown.status.to_numpy().tolist(), strict=True)),
        totals=shown.shown.to_numpy()[-1].tolist(),
        members=members,
        log=shown.log(),
        policy=policy,
    )


def _behind(
    data: pd.DataFrame, variables: Sequence[_Variable], groups: pd.Series
) -> Members | None:
    """Say who is behind each count, where the patients have ids."""
    if "subject_id" not in data:
        return None
    codes = groups.cat.codes.to_numpy()
    sets = {
        ((variable.name, level), name): (variable.categories == level).to_numpy() & (codes == code)
        for variable in variables
        for level in variable.levels
        for code, name in enumerate(_columns(groups))
    }
    return Members(units_of(data), sets)


def _sensitive(variables: Sequence[_Variable], policy: Policy) -> list[Row]:
    """List the categories of which the policy wants neither none nor all told."""
    return [
        (variable.name, level)
        for variable in variables
        for level in variable.printed
        if level != MISSING and policy.is_sensitive(variable.name, variable.label, level)
    ]


def _rows(variable: _Variable, printed: _Printed) -> list[list[str]]:
    """Write the rows of one variable: the row's label, then one text per column."""
    rows: list[list[str]] = []
    if variable.numbers is not None:
        values = [variable.numbers.to_numpy()[member] for member in printed.members]
        safe = _safe_columns(printed.true[(variable.name, _OBSERVED)], printed)
        rows += _number_rows(values, safe, printed.policy)
    for level in variable.printed:
        row = (variable.name, level)
        if level != MISSING or printed.true[row].any():
            rows.append([level, *_shares(row, printed)])
    return rows


def _shares(row: Row, printed: _Printed) -> list[str]:
    """Write the counts of one category, with percentages where count and size are shown."""
    cells = zip(
        printed.text[row],
        printed.status[row],
        printed.true[row].tolist(),
        printed.members,
        printed.has_size,
        strict=True,
    )
    return [
        _share(n, int(member.sum()), text, printed.policy)
        if status == "shown" and has_size
        else text
        for text, status, n, member, has_size in cells
    ]


def _share(n: int, size: int, text: str, policy: Policy) -> str:
    """Write a count with its percentage of the column, both as they are shown."""
    part, whole = rounded_count([n, size], policy).tolist()
    return f"{text} ({100 * min(part / whole, 1.0):.1f}%)" if n and size else text


def _safe_columns(observed: IntArray, printed: _Printed) -> BoolArray:
    """Say in which columns a mean may stand.

    A mean that alone is hidden follows from the overall mean and the others, so the mean of the
    next smallest group goes with it.
    """
    if printed.policy.confidential:
        return observed > 0
    safe: BoolArray = (observed >= printed.policy.minimum_count) & np.array(printed.has_size)
    groups, used = safe[:-1], observed[:-1] > 0
    if len(safe) > 1 and (used & ~groups).sum() == 1 and groups.any():
        safe[int(np.argmin(np.where(groups, observed[:-1], observed.max() + 1)))] = False
    return safe


def _number_rows(values: Sequence[FloatArray], safe: BoolArray, policy: Policy) -> list[list[str]]:
    """Write mean (SD) and median [Q1, Q3] of each column."""
    means, medians = ["Mean (SD)"], ["Median [Q1, Q3]"]
    for column, is_safe in zip(values, safe, strict=True):
        known = column[~np.isnan(column)]
        means.append(_mean(known) if is_safe else HIDDEN)
        medians.append(_median(known, policy) if is_safe else HIDDEN)
    return [means, medians]


def _mean(known: FloatArray) -> str:
    """Write mean and standard deviation."""
    spread = f" ({known.std(ddof=1):.1f})" if len(known) > 1 else ""
    return f"{known.mean():.1f}{spread}"


def _median(known: FloatArray, policy: Policy) -> str:
    """Write the median, with quartiles where enough patients lie on each side of them."""
    least = 1 if policy.confidential else policy.minimum_count
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    if len(known) // 4 >= least:
        return f"{middle:.1f} [{low:.1f}, {high:.1f}]"
    return f"{middle:.1f}" if len(known) // 2 >= least else HIDDEN


def _finish(
    rows: list[list[str]], levels: Sequence[str], printed: _Printed, *, title: str, by_label: str
) -> TableResult:
    """Put rows, headings and notes together."""
    keys = [f"column_{code}" for code in range(len(levels))]
    sizes = zip(printed.totals, printed.has_size, strict=True)
    sublabels = [f"n = {n}" if has_size else f"n {n}" for n, has_size in sizes]
    what = (
        "Categories: n (%) of all patients in the column, missing included. "
        "SD, standard deviation; Q1 and Q3, quartiles."
    )
    return TableResult(
        title=title,
        subtitle=f"By {by_label}" if by_label else "",
        frame=pd.DataFrame(rows, columns=pd.Index(["group", "label", *keys])).astype("string"),
        columns=tuple(
            Column(key=key, label=level, sublabel=sublabel)
            for key, level, sublabel in zip(keys, levels, sublabels, strict=True)
        ),
        notes=(what, hiding_note(printed.policy)),
        denominators=pd.DataFrame({"column": list(levels), "n": printed.totals}, dtype="string"),
        suppression=printed.log,
        policy=printed.policy,
    )
