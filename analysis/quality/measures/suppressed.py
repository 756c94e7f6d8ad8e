"""What of the counts of measures may be shown: hidden together, so that none can be worked out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd

from analysis.disclosure import (
    HIDDEN,
    HiddenCells,
    Ledger,
    Members,
    Policy,
    Statement,
    recording,
    suppress_cells,
    units_of,
)
from analysis.disclosure.ledger import current_ledger
from analysis.disclosure.rows import HELD
from analysis.quality.measures.counting import COUNTS, Counted
from analysis.quality.measures.nested import Nested, nested_kinds, rests_of
from analysis.quality.measures.record import Record
from analysis.quality.measures.strata import Strata
from analysis.quality.measures.systems import counts_of_split
from analysis.quality.measures.texts import shown_counts

__all__ = ["suppress_measures"]

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
    ledger = current_ledger() or Ledger(release="quality measures")
    made = [
        cells
        for split in (*splits[1:], splits[0])
        for cells in _told_of_split(ledger, frames, measures, split, record, policy)
    ]
    texts = {cell: text for cells in made for cell, text in cells.text.items()}
    shown = [
        shown_counts(frame, each, texts, conf_level, policy)
        for frame, each in zip(frames, measures, strict=True)
    ]
    together = pd.concat(shown, ignore_index=True)
    together.attrs = {HELD: policy.rule, "confidential": policy.confidential}
    audits = [cells.audit() for cells in made if len(cells.bounds)]
    return Statement(
        frame=together,
        policy=policy,
        hidden=int(together[list(COUNTS)].isin([HIDDEN, policy.small_text]).to_numpy().sum()),
        audit=pd.concat(audits, ignore_index=True) if audits else pd.DataFrame(),
    )


def _told_of_split(
    ledger: Ledger,
    frames: Sequence[pd.DataFrame],
    measures: Sequence[Counted],
    split: Strata,
    record: Record,
    policy: Policy,
) -> list[HiddenCells]:
    """Tell the counts of a split together, or measure by measure where that leaves one open.

    What nothing protects is then one measure, and the others need not be lost with it.
    """
    chosen = [(frames, measures), *(([f], [m]) for f, m in zip(frames, measures, strict=True))]
    made = [
        partial(
            _suppress, some, each, split, record,
            pairs=nested_kinds(each, policy.minimum_count), policy=policy,
        )
        for some, each in chosen
    ]  # fmt: skip
    together = _told(ledger, made[0])
    if together.text or len(measures) == 1:
        return [together]
    return [_told(ledger, suppress) for suppress in made[1:]]


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
    told = counts_of_split(frames, measures, split, policy)
    rests, links = rests_of(pairs, told.sets, split)
    of_delicate = {rest for whole, (part, rest) in links if {whole, part} & told.delicate}
    return suppress_cells(
        told.cells | rests,
        [*told.sums, *links],
        about=f"quality measures by {split.by or 'nothing'}",
        not_shown=told.unseen | set(rests),
        keep={cell: _KEEP.get(cell[0], 0.0) for cell in told.cells},
        sensitive=told.delicate | of_delicate,
        members=Members(units_of(record.people[["subject_id"]]), told.sets),
        policy=policy,
    )
