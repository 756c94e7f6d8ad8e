"""What of the counts of measures may be shown: hidden together, so that none can be worked out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure import (
    HIDDEN,
    HiddenCells,
    Ledger,
    Members,
    Policy,
    Statement,
    recording,
    rounded_count,
    suppress_cells,
    units_of,
)
from analysis.disclosure.ledger import current_ledger
from analysis.disclosure.rows import HELD
from analysis.quality.measures.counting import (
    COUNTS,
    Counted,
    excluded_as,
    excluded_in_words,
    kinds_of_counts,
    with_estimates,
)
from analysis.quality.measures.decision import BoolArray, Decisions, FloatArray
from analysis.quality.measures.record import Record
from analysis.quality.measures.strata import Strata

__all__ = ["suppress_measures"]

Cell = tuple[str, str, str, str]
"""Kind of count, name of the measure, column of the split, stratum."""

Sum = tuple[Cell, list[Cell]]
"""A total and its parts."""

Nested = tuple[tuple[str, str], tuple[str, str]]
"""Kind and measure of a count, and of one that holds its patients and a few more."""

_MISSING, _WITHOUT = "missing", "without"
_FEW = "hidden: few patients, or few beside another count"
_UNSEEN = (_MISSING, _WITHOUT)
_NOT_BY_CHANCE = 3
_AT_ONCE = 65_536

# what a reader would rather lose: the population first, what the percentage is made of last
_KEEP = {"population": 0.0, "not_yet_due": 10.0, "excluded": 10.0, "observed": 1e4}
_KEEP |= {"numerator": 1e5, "denominator": 1e6}


def suppress_measures(
    frames: Sequence[pd.DataFrame],
    measures: Sequence[Counted],
    splits: Sequence[Strata],
    record: Record,
    *,
    conf_level: float,
    policy: Policy,
) -> Statement:
    """Hide the small counts of all measures, and what would give them away.

    Outside of a report's `recording` the measures of one call are held against each other, since
    they count the same patients. Strata come first, since they were asked for: where they leave
    out a few patients, the total is hidden. Who wants the total computes it before.

    Parameters
    ----------
    frames : sequence of pandas.DataFrame
        What `count_measure` returned, one per measure.
    measures : sequence of Counted
        The measures.
    splits : sequence of Strata
        All patients first.
    record : Record
        The patients.
    conf_level : float
        Coverage of the limits.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    Statement
        Columns ``measure, version, window, by, stratum``, `COUNTS` as text, ``excluded_for``,
        ``estimate, conf_low, conf_high, estimate_observed, median_days, reason``; numbers are
        missing where a count of theirs is hidden. Of strata only numerator and denominator are
        told; their other counts, mostly of a few, are empty.
    """
    pairs = nested_kinds(measures, policy.minimum_count)
    ledger = current_ledger() or Ledger(release="quality measures")
    made = [
        _told(
            ledger,
            partial(_suppress, frames, measures, split, record, pairs=pairs, policy=policy),
        )
        for split in (*splits[1:], splits[0])
    ]
    texts = {cell: text for cells in made for cell, text in cells.text.items()}
    shown = [
        _shown(frame, each, texts, conf_level, policy)
        for frame, each in zip(frames, measures, strict=True)
    ]
    together = pd.concat(shown, ignore_index=True)
    together.attrs = {HELD: policy.rule, "confidential": policy.confidential}
    audits = [cells.audit() for cells in made if len(cells.bounds)]
    return Statement(
        frame=together,
        policy=policy,
        hidden=sum(cells.is_hidden(cell) for cells in made for cell in _printed(cells)),
        audit=pd.concat(audits, ignore_index=True) if audits else pd.DataFrame(),
    )


def _told(ledger: Ledger, suppress: Callable[[], HiddenCells]) -> HiddenCells:
    """Tell the counts of a split, or none of them where they would leave a small one open.

    What other tables have told cannot be taken back, so it may be that nothing protects a count
    except to tell nothing of this split.
    """
    trial = Ledger(release=ledger.release, records=list(ledger.records))
    with recording(trial):
        cells = suppress()
    if not cells.bounds.empty and not cells.bounds["protected"].all():
        return suppress_cells({}, policy=cells.policy)
    for each in trial.records[len(ledger.records) :]:
        ledger.add(each)
    return cells


def _printed(cells: HiddenCells) -> list[Cell]:
    """List the counts that are printed."""
    return [cell for cell in cells.text if cell[0] in COUNTS or cell[0].startswith(excluded_as(""))]


def _suppress(
    frames: Sequence[pd.DataFrame],
    measures: Sequence[Counted],
    split: Strata,
    record: Record,
    *,
    pairs: Sequence[Nested],
    policy: Policy,
) -> HiddenCells:
    """Suppress the counts of all measures in the strata of one split together."""
    cells: dict[Cell, int] = {}
    sums: list[Sum] = []
    sets: dict[Cell, BoolArray] = {}
    delicate: set[Cell] = set()
    for frame, counted in zip(frames, measures, strict=True):
        rows = frame[frame["by"].eq(split.by) & frame["population"].notna()]
        if counted.decisions is not None and len(rows):
            is_sensitive = policy.is_sensitive(counted.measure.title)
            kinds = _delicate_kinds(counted.decisions, policy, is_sensitive=is_sensitive)
            own, own_sums = _system(rows, counted.decisions, kinds)
            delicate |= {cell for cell in own if cell[0] in kinds}
            sets |= _sets(own, counted.decisions, split)
            cells |= own
            sums += own_sums
    rests, links = _nested(sets, pairs, split)
    delicate |= {rest for whole, (part, rest) in links if {whole, part} & delicate}
    return suppress_cells(
        cells | rests,
        [*sums, *links],
        about=f"quality measures by {split.by or 'nothing'}",
        not_shown={cell for cell in cells if cell[0] in _UNSEEN} | set(rests),
        keep={cell: _KEEP.get(cell[0], 0.0) for cell in cells},
        sensitive=delicate,
        members=Members(units_of(record.people[["subject_id"]]), sets),
        policy=policy,
    )


def nested_kinds(measures: Sequence[Counted], minimum: int) -> list[Nested]:
    """Find counts of which one holds the patients of the other and a few more.

    Windows and rules of measures are printed, so a reader knows that one lies in the other: of two
    denominators that differ by one patient the two windows tell about this one.

    Parameters
    ----------
    measures : sequence of Counted
        The measures with their decisions.
    minimum : int
        Fewer than so many are a few. Counts of fewer than three times as many may lie in others by
        chance, which no reader can know.

    Returns
    -------
    list of pairs of (str, str)
        Kind and measure of the smaller count, and of the larger.
    """
    sets = {
        (kind, each.measure.name): inside
        for each in measures
        if each.decisions is not None
        for kind, inside in kinds_of_counts(each.decisions).items()
        if kind in COUNTS and inside.sum() >= _NOT_BY_CHANCE * minimum
    }
    if not sets:
        return []
    shared = _shared(np.array(list(sets.values())))
    size = shared.diagonal()
    more = size[None, :] - size[:, None]
    few = (shared == size[:, None]) & (more > 0) & (more < minimum)
    names = list(sets)
    pairs = [(names[i], names[j]) for i, j in zip(*np.nonzero(few), strict=True)]
    return [(fewer, more) for fewer, more in pairs if fewer[1] != more[1]]  # else it is a sum


def _shared(inside: BoolArray) -> FloatArray:
    """Count the patients whom each pair of sets shares, some at a time so that sums are exact."""
    shared = np.zeros((len(inside), len(inside)))
    for start in range(0, inside.shape[1], _AT_ONCE):
        part = inside[:, start : start + _AT_ONCE].astype(np.float32)
        shared += part @ part.T
    return shared


def _nested(
    sets: Mapping[Cell, BoolArray], pairs: Sequence[Nested], split: Strata
) -> tuple[dict[Cell, int], list[Sum]]:
    """Count the few by which one count exceeds the other in every stratum of a split."""
    rests: dict[Cell, int] = {}
    links: list[Sum] = []
    for fewer, more in pairs:
        for label in split.labels:
            part, whole = (*fewer, split.by, label), (*more, split.by, label)
            if part in sets and whole in sets:
                rest = (f"{more[0]} more than {' of '.join(fewer)}", *whole[1:])
                rests[rest] = int(sets[whole].sum() - sets[part].sum())
                links.append((whole, [part, rest]))
    return rests, links


def _delicate_kinds(decisions: Decisions, policy: Policy, *, is_sensitive: bool) -> set[str]:
    """Name the kinds of counts of which neither none nor all may be told."""
    if is_sensitive:
        return {*COUNTS, *_UNSEEN, *(excluded_as(each) for each in decisions.exclusions)}
    found = {excluded_as(each) for each in decisions.exclusions if policy.is_sensitive(each)}
    # if nobody was excluded, the population and the denominator are the same patients: to take them
    # for one count, as the ledger does with those that are not delicate, would tell just that
    return {"population", "excluded", *found} if found else set()


def _parts(decisions: Decisions, *, is_stratum: bool) -> dict[str, list[str]]:
    """Say which kinds of counts add up to which, by the rule of the measure alone."""
    if is_stratum:
        return {"denominator": ["numerator", _WITHOUT]}
    parts = {"population": ["not_yet_due", "denominator"]}
    if decisions.exclusions:
        parts["population"].insert(1, "excluded")
    if len(decisions.exclusions) > 1:
        parts["excluded"] = [excluded_as(each) for each in decisions.exclusions]
    if decisions.judged == "some":
        parts |= {"denominator": ["observed", _MISSING], "observed": ["numerator", _WITHOUT]}
    else:
        parts["denominator"] = ["numerator", _WITHOUT]
    return parts


def _system(
    rows: pd.DataFrame, decisions: Decisions, delicate: Collection[str]
) -> tuple[dict[Cell, int], list[Sum]]:
    """Name every count of a measure that is told, and say how they add up.

    The parts of a delicate count of nobody are left out: to show that they are 0 would tell that
    their hidden total is 0.
    """
    cells: dict[Cell, int] = {}
    sums: list[Sum] = []
    for row in rows.to_dict("records"):
        name = (row["measure"], row["by"], row["stratum"])
        parts = _parts(decisions, is_stratum=bool(row["by"]))
        counts = _with_rests(row, told=parts)
        first = next(iter(parts))
        cells[(first, *name)] = counts[first]
        for whole, of in parts.items():
            if (whole, *name) in cells and (counts[whole] > 0 or whole not in delicate):
                cells |= {(part, *name): counts[part] for part in of}
                sums.append(((whole, *name), [(part, *name) for part in of]))
    return cells, sums


def _with_rests(row: Mapping[Any, Any], told: Mapping[str, list[str]]) -> dict[str, int]:
    """Add those of the denominator without a score, and the others without the numerator."""
    counts = {str(kind): int(n) for kind, n in row.items() if isinstance(n, int | np.integer)}
    rest = counts["denominator"] - counts["observed"] if "observed" in told else 0
    without = counts["denominator"] - rest - counts["numerator"]
    return counts | {_MISSING: rest, _WITHOUT: without}


def _sets(cells: Mapping[Cell, int], decisions: Decisions, split: Strata) -> dict[Cell, BoolArray]:
    """Say who is behind each count of a measure."""
    kinds = kinds_of_counts(decisions)
    parts = _parts(decisions, is_stratum=bool(split.by))
    kinds[_MISSING] = kinds["denominator"] & ~kinds["observed"] & ("observed" in parts)
    kinds[_WITHOUT] = kinds["denominator"] & ~kinds["numerator"] & ~kinds[_MISSING]
    inside = {label: split.group == place for place, label in enumerate(split.labels)}
    return {cell: kinds[cell[0]] & inside[cell[3]] for cell in cells}


def _shown(
    frame: pd.DataFrame,
    counted: Counted,
    texts_of: Mapping[Cell, str],
    conf_level: float,
    policy: Policy,
) -> pd.DataFrame:
    """Write the counts of one measure as they are shown, and blank what rests on hidden ones."""
    about = ["measure", "version", "window", "by", "stratum"]
    true = frame.assign(excluded_for=_excluded_for(frame, counted.decisions, None))
    if policy.confidential:
        numbers = with_estimates(true, conf_level)
        texts = {kind: [_count_text(n) for n in frame[kind]] for kind in COUNTS}
        return numbers[[*about, *COUNTS, *_NUMBERS]].assign(**texts)
    texts = {kind: _texts(frame, kind, counted.decisions, texts_of) for kind in COUNTS}
    numbers = with_estimates(_rounded(true, policy), conf_level)
    is_held = {kind: np.array([not t[:1].isdigit() for t in texts[kind]]) for kind in COUNTS}
    rate = is_held["numerator"] | is_held["denominator"]
    # a median is told where so many are on each side of it
    few = frame["denominator"].lt(2 * policy.minimum_count).fillna(value=True).to_numpy(dtype=bool)
    blank: dict[str, BoolArray] = dict.fromkeys(("estimate", "conf_low", "conf_high"), rate)
    blank |= {"estimate_observed": is_held["numerator"] | is_held["observed"]}
    blank |= {"median_days": rate | few}
    return numbers[[*about, *COUNTS, *_NUMBERS]].assign(
        **texts,
        **{name: numbers[name].mask(which) for name, which in blank.items()},
        excluded_for=_excluded_for(frame, counted.decisions, texts_of),
        reason=frame["reason"].where(frame["reason"].ne("") | ~rate, _FEW),
    )


_NUMBERS = [
    "excluded_for", "estimate", "conf_low", "conf_high", "estimate_observed", "median_days",
    "reason",
]  # fmt: skip


def _count_text(n: Any) -> str:
    """Write a true count; empty where the measure is not computable."""
    return "" if pd.isna(n) else f"{n:,d}"


def _texts(
    frame: pd.DataFrame,
    kind: str,
    decisions: Decisions | None,
    texts: Mapping[Cell, str],
) -> list[str]:
    """Write the counts of one kind as they are shown: empty where they are not told at all."""
    if decisions is None:
        return [""] * len(frame)
    known = [_told_as(kind, decisions, is_stratum=bool(by)) for by in frame["by"]]
    rows = zip(known, frame["measure"], frame["by"], frame["stratum"], strict=True)
    computed = frame["population"].notna().tolist()
    told = [texts.get((as_kind, *name), HIDDEN) if as_kind else "" for as_kind, *name in rows]
    if kind == "excluded" and not decisions.exclusions:
        told = ["" if by else "0" for by in frame["by"]]
    return [text if is_known else "" for text, is_known in zip(told, computed, strict=True)]


def _told_as(kind: str, decisions: Decisions, *, is_stratum: bool) -> str:
    """Say under which name a count is told: its own, or that of the same patients.

    Parameters
    ----------
    kind : str
        One of `COUNTS`, or of a reason of exclusion.
    decisions : Decisions
        Of the measure.
    is_stratum : bool
        Whether the row is a stratum, of which only numerator and denominator are told.

    Returns
    -------
    str
        The name; empty where the count is not told.
    """
    if is_stratum:
        return kind if kind in ("numerator", "denominator") else ""
    if kind == "observed" and decisions.judged != "some":
        return "denominator" if decisions.judged == "all" else "numerator"
    return "excluded" if [kind] == [excluded_as(each) for each in decisions.exclusions] else kind


def _excluded_for(
    frame: pd.DataFrame, decisions: Decisions | None, texts: Mapping[Cell, str] | None
) -> pd.Series:
    """Write how many were excluded for each reason: true counts, or as they are shown."""
    reasons = decisions.exclusions if decisions is not None else ()
    columns = {
        each: [_count_text(n) for n in frame[excluded_as(each)]]
        if texts is None
        else _texts(frame, excluded_as(each), decisions, texts)
        for each in reasons
    }
    words = [
        excluded_in_words({each: columns[each][row] for each in reasons})
        for row in range(len(frame))
    ]
    return pd.Series(words, index=frame.index, dtype="string")


def _rounded(frame: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Round the counts from which percentages are computed, as the policy asks."""
    if not policy.rounds:
        return frame
    counts = {name: rounded_count(frame[name].to_numpy(float, na_value=np.nan), policy)
              for name in ("denominator", "observed", "numerator")}  # fmt: skip
    observed = np.fmin(counts["observed"], counts["denominator"])
    return frame.assign(
        denominator=counts["denominator"],
        observed=observed,
        numerator=np.fmin(counts["numerator"], observed),
    )
