"""Rules about scores: known scales, possible totals and answers, totals that equal their items."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.checks.broken import broken_rows
from analysis.instruments import Instrument, instrument_names, load_instrument, score, total_states
from analysis.instruments.statements import answer_ranges
from analysis.study import UNITS, Finding, Study

__all__ = [
    "item_ranges",
    "known_scales",
    "monitoring_units",
    "total_ranges",
    "totals_of_items",
    "unused_scales",
]

_KEY = ["subject_id", "instrument", "rel_day", "occurrence"]
_ITEM = [*_KEY, "item_no"]


def _known(study: Study) -> list[str]:
    """List the declared scales that the toolkit can score."""
    return [name for name in study.instruments if name in instrument_names()]


def known_scales(study: Study) -> Iterator[Finding]:
    """INS-001: study.json declares a scale that the toolkit does not know.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        At most one.
    """
    unknown = len(study.instruments) - len(_known(study))
    if unknown:
        yield Finding(
            rule="INS-001",
            severity="error",
            table="study.json",
            column="instruments",
            what=f"A scale is not known to the toolkit ({unknown} in the list).",
            remedy=f"Known scales are: {', '.join(instrument_names())}. Spell them so, or leave "
            "out the scale and its rows.",
        )


def total_ranges(study: Study) -> Iterator[Finding]:
    """SCO-001: a total is outside the range of its scale.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        One per scale.
    """
    rows = study.tables["assessments"]
    for name in _known(study):
        scale = load_instrument(name)
        inside = rows["total"].between(scale.total_low, scale.total_high)
        yield from broken_rows(
            rows["instrument"].eq(name) & rows["total"].notna() & ~inside,
            rule="SCO-001",
            place=("assessments", "total"),
            what=f"A {name} total is outside {scale.total_low:g} to {scale.total_high:g}.",
            remedy="Compare with the source; leave it empty when the true total is unknown.",
        )


def _of_scale(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Take the rows of one scale."""
    return rows[rows["instrument"].eq(name)]


def _possible(rows: pd.DataFrame, scale: Instrument) -> pd.Series:
    """Tell for each item row whether its number and answer exist in the scale."""
    ranges = dict(enumerate(scale.item_ranges, start=1))
    low = rows["item_no"].map({number: pair[0] for number, pair in ranges.items()})
    high = rows["item_no"].map({number: pair[1] for number, pair in ranges.items()})
    answer = rows["response"].ge(low.astype("Int64")) & rows["response"].le(high.astype("Int64"))
    return (answer | rows["response"].isna()) & rows["item_no"].between(1, scale.item_count)


def item_ranges(study: Study) -> Iterator[Finding]:
    """SCO-002: an item number or answer does not exist in its scale.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        One per scale.
    """
    if not study.has("items"):
        return
    rows = study.tables["items"]
    for name in _known(study):
        scale = load_instrument(name)
        possible = _possible(_of_scale(rows, name), scale)
        yield from broken_rows(
            ~possible.reindex(rows.index, fill_value=True),
            rule="SCO-002",
            place=("items", "response"),
            what=f"{name} has items 1 to {scale.item_count} with whole answers from "
            f"{answer_ranges(scale)}.",
            remedy="Check the export's coding of answers; missing answers are empty cells.",
        )


def totals_of_items(study: Study) -> Iterator[Finding]:
    """SCO-003: a stored total differs from the total of its items, or they are too few for one.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        One warning per scale. Forms with rows that break SCO-002, KEY-001 or NUL-001 are left to
        those rules, and totals that break SCO-001 to that one.
    """
    if not study.has("items"):
        return
    rows, items = study.tables["assessments"], study.tables["items"].dropna(subset=_ITEM)
    stored = rows.dropna(subset=_KEY)
    stored = stored[~stored.duplicated(_KEY, keep=False)]
    for name in _known(study):
        own = _sound_forms(_of_scale(items, name), load_instrument(name))
        if own.empty:
            continue
        scored = score(own, name)
        states = total_states(scored, _of_scale(stored, name))
        too_few = states["state"].eq("only stored") & _named(states, scored[_KEY])
        differing = states.loc[states["state"].eq("differ") | too_few, _KEY]
        yield from broken_rows(
            _named(rows, differing) & _in_range(rows, name),
            rule="SCO-003",
            place=("assessments", "total"),
            what=f"A stored {name} total differs from the total of its items, or too few of them "
            "are answered for a total.",
            remedy="Reports use the stored total; correct the items or the total at the source.",
            severity="warning",
        )


def _sound_forms(items: pd.DataFrame, scale: Instrument) -> pd.DataFrame:
    """Leave out the forms with an impossible or repeated item: they cannot be scored."""
    broken = ~_possible(items, scale) | items.duplicated(_ITEM, keep=False)
    return items[~_named(items, items.loc[broken.to_numpy(dtype=bool), _KEY].drop_duplicates())]


def _named(rows: pd.DataFrame, forms: pd.DataFrame) -> pd.Series:
    """Tell which rows belong to the given forms."""
    if forms.empty:
        return pd.Series(data=False, index=rows.index)
    text = {"subject_id": "string", "instrument": "string"}
    both = rows[_KEY].astype(text).merge(forms.astype(text), on=_KEY, how="left", indicator=True)
    return both["_merge"].eq("both").set_axis(rows.index)


def _in_range(rows: pd.DataFrame, name: str) -> pd.Series:
    """Tell which totals the scale can have; SCO-001 says the rest."""
    scale = load_instrument(name)
    return rows["total"].between(scale.total_low, scale.total_high)


def monitoring_units(study: Study) -> Iterator[Finding]:
    """MON-001: a measurement does not have the unit of its parameter.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        At most one.
    """
    if not study.has("monitoring"):
        return
    rows = study.tables["monitoring"]
    expected = rows["parameter"].astype("string").map(UNITS)
    yield from broken_rows(
        expected.notna() & rows["unit"].astype("string").ne(expected),
        rule="MON-001",
        place=("monitoring", "unit"),
        what="The unit does not belong to the parameter: "
        + ", ".join(f"{parameter} in {unit}" for parameter, unit in UNITS.items())
        + ".",
        remedy="Convert the values to these units.",
    )


def unused_scales(study: Study) -> Iterator[Finding]:
    """INS-002: study.json declares a scale that no assessment uses.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        At most one, a warning. Scales that break INS-001 are left to that rule.
    """
    used = set(study.tables["assessments"]["instrument"].dropna().unique())
    unused = len(set(_known(study)) - used)
    if unused:
        yield Finding(
            rule="INS-002",
            severity="warning",
            table="study.json",
            column="instruments",
            what=f"A declared scale has no row in assessments ({unused} in the list).",
            remedy="Add its rows, or leave the scale out of the list.",
        )
