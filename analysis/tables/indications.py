"""Table of indications: the primary one, and any, since patients may have several.

Patients go in, only counts that may be released come out.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.disclosure import RELEASE, Members, Policy, rounded_count, suppress_cells, units_of
from analysis.disclosure.cells import Cell, HiddenCells, Sum
from analysis.errors import ColumnError
from analysis.outcomes.cohort import named_groups
from analysis.outcomes.indications import indication_order, indication_pairs
from analysis.tables.result import Column, TableResult, hiding_note
from analysis.tables.variables import MISSING, OVERALL

__all__ = ["indications_table"]

Row = tuple[str, str]

PRIMARY, ANY, SEVERAL = "Primary indication", "Any indication", "Number of indications"
_MORE, _REST, _FURTHER = "two or more", "fewer", "further"
_SIZE: Row = ("patients", "")


def indications_table(
    patients: pd.DataFrame,
    *,
    by: str | None = None,
    by_label: str = "",
    title: str = "Indications",
    policy: Policy = RELEASE,
) -> TableResult:
    """Count patients by their primary indication, and by any.

    Primary indications add up to all patients. Patients with several count in each of them under
    "any", so that these percentages add up to more than 100. All counts are suppressed together:
    whoever has an indication as a further one only follows from the two, and is protected too.

    Parameters
    ----------
    patients : pandas.DataFrame
        One row per patient: ``subject_id, indication`` and, if known, ``secondary_indications``.
    by : str, optional
        Column whose levels are the columns of the table, besides "Overall".
    by_label : str
        What `by` is, for the subtitle; its name when left out.
    title : str
        Title of the table.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    TableResult
        Rows grouped in "Primary indication" and, where further indications are known, "Any
        indication" and "Number of indications".

    Raises
    ------
    ColumnError
        When a column is absent or there are no patients.

    Examples
    --------
    >>> patients = pd.DataFrame({"subject_id": range(40), "indication": ["depression"] * 40,
    ...     "secondary_indications": ["anxiety"] * 15 + [None] * 25})
    >>> table = indications_table(patients)
    >>> table.inline(("Any indication", "anxiety"), "Overall")
    '15 (37.5%)'
    """
    _require(patients, by)
    counts = _count(patients, by)
    groups = list(counts.columns)
    hidden = _suppress(counts, by, _members(patients, by, counts), policy)
    shown = [row for row in counts.index if row[1] != _REST]
    keys = [f"column_{place}" for place in range(len(groups))]
    rows = [[*row, *_cells(row, counts, hidden)] for row in shown]
    sizes = [hidden.text[(_SIZE, group)] for group in groups]
    return TableResult(
        title=title,
        subtitle=f"By {by_label or by}" if by else "",
        frame=pd.DataFrame(rows, columns=pd.Index(["group", "label", *keys])).astype("string"),
        columns=tuple(
            Column(key=key, label=group, sublabel=f"n = {n}" if n[:1].isdigit() else f"n {n}")
            for key, group, n in zip(keys, groups, sizes, strict=True)
        ),
        notes=(_meaning(patients), hiding_note(policy)),
        denominators=pd.DataFrame({"column": groups, "n": sizes}, dtype="string"),
        suppression=hidden.log(),
        policy=policy,
    )


def _require(patients: pd.DataFrame, by: str | None) -> None:
    """Refuse an empty cohort, rows that are not patients, and absent columns."""
    needed = ["subject_id", "indication", *([by] if by else [])]
    absent = [name for name in needed if name not in patients.columns]
    if absent or patients.empty or patients["subject_id"].duplicated().any():
        raise ColumnError(
            f"indications_table needs one row per patient and the columns {', '.join(needed)}. "
            "Use treated_patients(study)."
        )


def _count(patients: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """Count patients by what is counted (kind, indication) and group, with all patients last."""
    split = named_groups(patients[by]) if by else None
    levels = [str(level) for level in split.cat.categories] if split is not None else []
    group = pd.Series(split.astype("string") if split is not None else OVERALL, patients.index)
    of_patient = pd.Series(group.to_numpy(), patients["subject_id"].astype("string").to_numpy())
    pairs = indication_pairs(patients)
    primary = patients["indication"].astype("string")
    names = indication_order(pairs["indication"].unique())
    blocks = [_tally(PRIMARY, primary.fillna(MISSING), group, [*names, MISSING])]
    if "secondary_indications" in patients and names:
        of_pair = pairs["subject_id"].map(of_patient.to_dict())
        both = _tally(ANY, pairs["indication"], of_pair, names)
        number = pairs["subject_id"].value_counts()
        several = number.reindex(of_patient.index, fill_value=0).gt(1).to_numpy()
        words = pd.Series(several).map({True: _MORE, False: _REST})
        blocks += [both, _tally(SEVERAL, words, pd.Series(of_patient.to_numpy()), [_MORE, _REST])]
    counts = pd.concat(blocks).reindex(columns=levels or [OVERALL], fill_value=0)
    if levels:
        counts[OVERALL] = counts.sum(axis=1)
    return counts


def _tally(kind: str, values: pd.Series, group: pd.Series, names: Sequence[str]) -> pd.DataFrame:
    """Count the patients with each value, by group."""
    table = pd.crosstab(values.to_numpy(), group.to_numpy()).reindex(list(names), fill_value=0)
    table.index = pd.MultiIndex.from_product([[kind], names])
    return table.drop((kind, MISSING), errors="ignore") if _nobody(table, kind) else table


def _nobody(table: pd.DataFrame, kind: str) -> bool:
    """Tell whether nobody lacks the value, so that the row of the missing is left out."""
    return (kind, MISSING) in table.index and not table.loc[[(kind, MISSING)]].to_numpy().any()


def _members(patients: pd.DataFrame, by: str | None, counts: pd.DataFrame) -> Members:
    """Say who is behind each count."""
    pairs = indication_pairs(patients)
    who = patients["subject_id"].astype("string")
    primary = patients["indication"].astype("string").fillna(MISSING)
    several = who.map(pairs["subject_id"].astype("string").value_counts()).fillna(0).gt(1)
    inside = {
        (PRIMARY, name): primary.eq(name).to_numpy(dtype=bool) for name in primary.unique()
    } | {
        (ANY, name): who.isin(rows["subject_id"].astype("string")).to_numpy(dtype=bool)
        for name, rows in pairs.groupby("indication")
    }
    inside |= {(SEVERAL, _MORE): several.to_numpy(), (SEVERAL, _REST): ~several.to_numpy()}
    group = named_groups(patients[by]).astype(str).to_numpy() if by else None
    return Members(
        units_of(patients),
        {
            (row, column): inside[row] & (group == column if column != OVERALL else True)
            for column in counts.columns
            for row in counts.index
            if row in inside
        },
    )


def _suppress(
    counts: pd.DataFrame, by: str | None, members: Members, policy: Policy
) -> HiddenCells:
    """Suppress all counts together, with every sum that a reader can know."""
    groups = list(counts.columns)
    cells: dict[Cell, int] = {
        (row, group): n for group in groups for row, n in counts[group].to_dict().items()
    }
    rows: list[Row] = list(counts.index)
    sums: list[Sum] = []
    for group in groups:
        sums += _sums_of_patients(cells, rows, group)
        sums += _sums_of_any(cells, rows, group)
    if len(groups) > 1:
        every = dict.fromkeys(row for row, _ in cells)
        sums += [((row, OVERALL), [(row, g) for g in groups if g != OVERALL]) for row in every]
    unseen = {cell for cell in cells if cell[0][0] == _FURTHER or cell[0][1] == _REST}
    dear = {cell: 1e9 for cell in cells if cell[0] == _SIZE}
    about = f"indications by {by or 'nothing'}"
    return suppress_cells(
        cells, sums, about=about, not_shown=unseen, keep=dear, members=members, policy=policy
    )


def _sums_of_patients(cells: dict[Cell, int], rows: Sequence[Row], group: str) -> list[Sum]:
    """Say that the primary indications, and their numbers, add up to the patients of a group."""
    size = (_SIZE, group)
    cells[size] = sum(cells[(row, group)] for row in rows if row[0] == PRIMARY)
    kinds = [kind for kind in (PRIMARY, SEVERAL) if any(row[0] == kind for row in rows)]
    return [(size, [(row, group) for row in rows if row[0] == kind]) for kind in kinds]


def _sums_of_any(cells: dict[Cell, int], rows: Sequence[Row], group: str) -> list[Sum]:
    """Say that whoever has an indication has it as the primary or as a further one."""
    sums: list[Sum] = []
    for row in rows:
        if row[0] == ANY:
            primary, further = ((PRIMARY, row[1]), group), ((_FURTHER, row[1]), group)
            cells[further] = cells[(row, group)] - cells[primary]
            sums.append(((row, group), [primary, further]))
    return sums


def _cells(row: Row, counts: pd.DataFrame, hidden: HiddenCells) -> list[str]:
    """Write the counts of one row, with percentages of the group where both are shown."""
    sizes = counts.loc[[PRIMARY]].sum().tolist()
    numbers = counts.loc[[row]].to_numpy()[0].tolist()
    texts = []
    for group, n, size in zip(counts.columns, numbers, sizes, strict=True):
        known = not (hidden.is_hidden((row, group)) or hidden.is_hidden((_SIZE, group)))
        text = hidden.text[(row, group)]
        texts.append(_share(text, n, size, hidden.policy) if known else text)
    return texts


def _share(text: str, n: int, size: int, policy: Policy) -> str:
    """Write a count with its percentage of the group, both as they are shown."""
    part, whole = rounded_count([n, size], policy).tolist()
    return f"{text} ({100 * min(part / whole, 1.0):.1f}%)" if n else text


def _meaning(patients: pd.DataFrame) -> str:
    """Say how the counts are to be read."""
    if "secondary_indications" not in patients:
        return (
            "Any indication is not computable: it needs the column secondary_indications of "
            "subjects. PTSD, post-traumatic stress disorder."
        )
    return (
        "n (%) of the patients in the column. Patients with several indications count in each "
        "under “any”, so that these overlap and do not add up. PTSD, post-traumatic stress "
        "disorder."
    )
