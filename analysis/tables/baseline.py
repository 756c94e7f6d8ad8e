"""Table 1: who was treated, by group and overall, and how far groups differ.

Patients go in, only summaries that may be released come out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure import (
    RELEASE,
    Members,
    Policy,
    rounded_count,
    suppress_counts,
    units_of,
)
from analysis.errors import ColumnError
from analysis.tables.comparisons import Compared, Comparisons, compared_columns, compared_notes
from analysis.tables.result import Column, TableResult, hiding_note
from analysis.tables.summaries import Statistic, number_rows
from analysis.tables.variables import (
    MISSING,
    OBSERVED,
    OVERALL,
    Variable,
    groups_of,
    variable_of,
)

__all__ = ["baseline_table"]

Row = tuple[str, str]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def baseline_table(
    data: pd.DataFrame,
    variables: Sequence[str],
    *,
    by: str | None = None,
    labels: Mapping[str, str] | None = None,
    statistics: Mapping[str, Statistic] | None = None,
    title: str = "Patients at baseline",
    policy: Policy = RELEASE,
    **comparisons: Unpack[Comparisons],
) -> TableResult:
    """Describe patients by group: n (%) of categories, mean (SD) and quartiles of numbers.

    Missing values are a category of their own and part of every percentage's denominator. A mean
    needs 11 patients, of a number that takes two values 11 with each, a quartile 11 on each side.
    There are no minima and maxima, and no p-values unless asked for: a test of baseline differences
    mixes how large a difference is with how many patients there are; `smd` does not.

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
    statistics : mapping of str to {"both", "mean", "median"}, optional
        What is shown of a numeric variable: mean (SD), median [Q1, Q3], or both, as without it.
    title : str
        Title of the table.
    policy : Policy
        The least count that may be shown.
    **comparisons
        ``smd, weights, tests``, as in `Comparisons`: none unless asked for.

    Returns
    -------
    TableResult
        Rows grouped by variable; `inline` takes ``(variable label, row label)``.

    Raises
    ------
    ColumnError
        When a column is absent, holds dates, or there are no patients; when a test or a statistic
        is unknown, or not of this kind of variable.
    DisclosureError
        When a column has more than 30 categories, as identifiers and free text have.
    DataError
        When a category is named "Missing" beside missing values, or a group "Overall";
        when fewer than two groups are to be compared, or a test does not take as many.

    Examples
    --------
    >>> ages = [40.0, 45.0, 50.0, 55.0, 60.0] * 10
    >>> patients = pd.DataFrame({"route": ["IV"] * 30 + ["IM"] * 20, "age": ages})
    >>> baseline_table(patients, ["route", "age"]).inline("IV", "Overall")
    '30 (60.0%)'
    >>> baseline_table(patients, ["age"], by="route", smd=True).inline("Mean (SD)", "SMD")
    '0.00'
    """
    weights, tests = comparisons.get("weights"), comparisons.get("tests") or {}
    wanted = [*variables, *(name for name in (by, weights) if name)]
    _require_columns(data, [*wanted, *tests, *(statistics or {})])
    names = dict(labels or {})
    described = [
        variable_of(data[name], names.get(name, name)) for name in dict.fromkeys(variables)
    ]
    groups = groups_of(data, by)
    printed = _print_counts(
        described,
        groups,
        behind=_behind(data, described, groups),
        policy=policy,
        with_total=by is not None,
    )
    compared = Compared(
        groups=groups,
        smd=comparisons.get("smd", False),
        weights=data[weights] if weights else None,
        tests=dict(tests),
        policy=policy,
    )
    chosen = dict(statistics or {})
    rows = [
        row
        for variable in described
        for row in _variable_rows(
            variable, data[variable.name], printed, compared, chosen.get(variable.name, "both")
        )
    ]
    levels = [*groups.cat.categories, *([OVERALL] if by else [])]
    made = _finish(rows, levels, printed, compared, title=title, by=names.get(by or "", by or ""))
    return replace(made, notes=(made.notes[0], *compared_notes(compared, names), *made.notes[1:]))


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


def _count(variables: Sequence[Variable], groups: pd.Series) -> pd.DataFrame:
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
    variables: Sequence[Variable],
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
        not_shown=[(v.name, OBSERVED) for v in variables if v.numbers is not None],
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


def _behind(data: pd.DataFrame, variables: Sequence[Variable], groups: pd.Series) -> Members | None:
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


def _sensitive(variables: Sequence[Variable], policy: Policy) -> list[Row]:
    """List the categories of which the policy wants neither none nor all told."""
    return [
        (variable.name, level)
        for variable in variables
        for level in variable.printed
        if level != MISSING and policy.is_sensitive(variable.name, variable.label, level)
    ]


def _variable_rows(
    variable: Variable,
    values: pd.Series,
    printed: _Printed,
    compared: Compared,
    statistic: Statistic,
) -> list[list[str]]:
    """Write the rows of one variable: labels, a text per column, and what compares the groups."""
    rows: list[list[str]] = []
    safe = None
    if variable.numbers is not None:
        numbers = [variable.numbers.to_numpy()[member] for member in printed.members]
        safe = _safe_columns(_behind_means(variable.name, numbers, printed), printed)
        rows += number_rows(numbers, safe, printed.policy, statistic)
    for level in variable.printed:
        row = (variable.name, level)
        if level != MISSING or printed.true[row].any():
            rows.append([level, *_shares(row, printed)])
    extra = _comparison(variable, values, printed, compared, safe)
    blank = [""] * len(extra)
    return [[variable.label, *row, *(blank if place else extra)] for place, row in enumerate(rows)]


def _comparison(
    variable: Variable,
    values: pd.Series,
    printed: _Printed,
    compared: Compared,
    safe: BoolArray | None,
) -> list[str]:
    """Compare the groups by one variable, as far as the table shows what this rests on."""
    if not compared.headings:
        return []
    known = [name for name in variable.printed if name != MISSING]
    told = safe if safe is not None else _are_shown(variable, known, printed)
    counted = _are_shown(variable, [n for n in variable.levels if n == MISSING], printed)
    places = [code for code, name in enumerate(compared.groups.cat.categories) if name != MISSING]
    texts = compared_columns(
        variable, values, compared, told=told[places], counted=bool(counted[places].all())
    )
    return list(texts.values())


def _are_shown(variable: Variable, levels: Sequence[str], printed: _Printed) -> BoolArray:
    """Say in which columns the counts of some categories are all shown."""
    shown = np.ones(len(printed.totals), dtype=bool)
    for level in levels:
        shown &= np.array([s == "shown" for s in printed.status[(variable.name, level)]])
    return shown


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


def _behind_means(name: str, numbers: Sequence[FloatArray], printed: _Printed) -> IntArray:
    """Count the patients behind the mean of each column.

    A number that takes two values is a count in disguise: its mean and deviation tell how many
    have the rarer one, so that these are the patients behind it.
    """
    observed = printed.true[(name, OBSERVED)]
    everybody = np.concatenate(numbers)
    values = np.unique(everybody[~np.isnan(everybody)])
    if len(values) != 2:
        return observed
    rarer = [min((column == value).sum() for value in values) for column in numbers]
    return np.where(np.array(rarer) > 0, rarer, observed)


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


def _finish(
    rows: list[list[str]],
    levels: Sequence[str],
    printed: _Printed,
    compared: Compared,
    *,
    title: str,
    by: str,
) -> TableResult:
    """Put rows, headings and notes together."""
    keys = [f"column_{code}" for code in range(len(levels))]
    sizes = zip(printed.totals, printed.has_size, strict=True)
    sublabels = [f"n = {n}" if has_size else f"n {n}" for n, has_size in sizes]
    what = (
        "Categories: n (%) of all patients in the column, missing included. "
        "SD, standard deviation; Q1 and Q3, quartiles."
    )
    extra = compared.headings
    return TableResult(
        title=title,
        subtitle=f"By {by}" if by else "",
        frame=pd.DataFrame(rows, columns=pd.Index(["group", "label", *keys, *extra])).astype(
            "string"
        ),
        columns=(
            *(
                Column(key=key, label=level, sublabel=sublabel)
                for key, level, sublabel in zip(keys, levels, sublabels, strict=True)
            ),
            *(Column(key=key, label=label) for key, label in extra.items()),
        ),
        notes=(what, hiding_note(printed.policy)),
        denominators=pd.DataFrame({"column": list(levels), "n": printed.totals}, dtype="string"),
        suppression=printed.log,
        policy=printed.policy,
    )
