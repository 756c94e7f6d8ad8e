"""Questionnaires with a column per item: totals and items, and whether stored totals agree."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.formats.building.rows import Rows
from analysis.formats.building.tables import Built, World, build_part
from analysis.formats.building.values import numbers
from analysis.formats.mapping_parts import Part, Questionnaire, Recipe
from analysis.instruments import Instrument, answer_ranges, load_instrument, score
from analysis.study.columns import Column

__all__ = ["form_tables"]

Floats = npt.NDArray[np.float64]

_ANSWER = Column(name="response", kind="integer", description="")
_TOTAL = Column(name="total", kind="number", description="")
_TOLERANCE = 0.5  # a stored prorated total may have been rounded to a whole number
_KEY = ["subject_id", "instrument", "rel_day", "occurrence"]


def form_tables(rows: Rows, form: Questionnaire, world: World) -> list[Built]:
    """Make assessments and items from rows that hold a form each.

    Parameters
    ----------
    rows : Rows
        All rows of the source.
    form : Questionnaire
        Which of them, and the columns of the items in their order.
    world : World
        Patients, days and clinics.

    Returns
    -------
    list of Built
        Rows of assessments, and of items unless the mapping leaves them out. Forms without an
        answer and without a stored total are left out and counted.

    Notes
    -----
    A stored total is kept, unless the mapping says ``"total_from": "answers"``: then it counts for
    forms without an answer only, as those on paper. It is always compared with the answers.
    A form without an answer has a total, and no rows of items.
    """
    scale = load_instrument(form.instrument)
    filled = _with_something(rows.chosen(form.part.where), form)
    part = _part(form, scale)
    built = build_part(filled, part, world)
    answers = _answers(built.rows, form, scale)
    stored = None if form.total is None else numbers(built.rows, form.total, _TOTAL)
    items = _items(built, answers)
    recomputed = _totals(items, len(built.frame), scale)
    n_answered = np.count_nonzero(~np.isnan(answers), axis=1)
    if stored is not None:
        _compare(built.rows, form, stored, recomputed, n_answered > 0)
    frame = built.frame.assign(
        total=_chosen_totals(form, stored, recomputed, n_answered > 0),
        n_answered=np.where(n_answered > 0, n_answered, np.nan),  # none was entered, or asked
    )
    scores = Built(table="assessments", frame=frame, client=built.client, rows=built.rows)
    if not form.keep_items:
        return [scores]
    entered = np.repeat(n_answered > 0, scale.item_count)
    kept = items.loc[entered].drop(columns="form").reset_index(drop=True)
    client = np.repeat(built.client, scale.item_count)[entered]
    return [scores, Built(table="items", frame=kept, client=client, rows=built.rows)]


def _with_something(rows: Rows, form: Questionnaire) -> Rows:
    """Leave out forms without an answer and without a stored total."""
    flags = np.zeros(len(rows), dtype=bool)
    headers = [*form.items, *([form.total.column] if form.total else [])]
    for header in headers:
        flags |= rows.cells(header).filled
    return rows.keep(flags, "no answer and no total")


def _part(form: Questionnaire, scale: Instrument) -> Part:
    """Complete the columns of the table assessments by what the scale says."""
    path = form.part.path
    own = {
        "instrument": Recipe(path=path, kind="constant", constant=scale.name),
        "rater": Recipe(path=path, kind="constant", constant=scale.rater),
        "occurrence": Recipe(path=path, kind="numbered", numbered="occurrence"),
        "visit": Recipe(path=path, kind="constant"),
    }
    columns = {**own, **form.part.columns}
    return Part(source=form.part.source, table="assessments", columns=columns, path=path)


def _answers(rows: Rows, form: Questionnaire, scale: Instrument) -> Floats:
    """Read the answers, shape (n_forms, item_count); impossible ones are counted and missing."""
    answers = np.full((len(rows), scale.item_count), np.nan)
    for position, header in enumerate(form.items):
        path = f"{form.part.path}.items[{position}]"
        recipe = Recipe(path=path, kind="column", column=header, labels=form.answers)
        answers[:, position] = numbers(rows, recipe, _ANSWER)
    low, high = np.array(scale.item_ranges, dtype=np.float64).T
    possible = (answers >= low) & (answers <= high) & (answers == np.floor(answers))
    impossible = ~(possible | np.isnan(answers))
    what = "Forms have answers that the scale does not have."
    remedy = f"{scale.name} has whole answers from {answer_ranges(scale)}: list labels in answers."
    rows.say("FMT-064", f"{form.part.path}.items", what, remedy, impossible.any(axis=1))
    return np.where(impossible, np.nan, answers)


def _items(built: Built, answers: Floats) -> pd.DataFrame:
    """Put the answers below one another, a row per item."""
    n_forms, n_items = answers.shape
    repeated = built.frame[_KEY].loc[built.frame.index.repeat(n_items)].reset_index(drop=True)
    return repeated.assign(
        item_no=np.tile(np.arange(1, n_items + 1), n_forms),
        response=answers.ravel(),
        form=np.repeat(np.arange(n_forms), n_items),
    )


def _totals(items: pd.DataFrame, n_forms: int, scale: Instrument) -> Floats:
    """Score the forms, in their order."""
    totals = np.full(n_forms, np.nan)
    numbered = items.assign(subject_id=items["form"], rel_day=0, occurrence=1)
    scored = score(numbered, scale)
    totals[scored["subject_id"].to_numpy(dtype=np.int64)] = scored["total"]
    return totals


def _chosen_totals(
    form: Questionnaire, stored: Floats | None, recomputed: Floats, entered: npt.NDArray[np.bool_]
) -> Floats:
    """Take the stored totals or those of the answers, as the mapping says."""
    if stored is None:
        return recomputed
    return np.where(entered, recomputed, stored) if form.total_from == "answers" else stored


def _compare(
    rows: Rows,
    form: Questionnaire,
    stored: Floats,
    recomputed: Floats,
    entered: npt.NDArray[np.bool_],
) -> None:
    """Say how many stored totals differ from the answers beside them."""
    path = form.part.path if form.total is None else form.total.path
    what = "Stored totals differ from those of the items by more than half a point."
    remedy = "Look at the order of the items, the numbers of the labels and the rule of the total."
    rows.say("FMT-065", path, what, remedy, np.abs(stored - recomputed) > _TOLERANCE, warn=True)
    few = entered & ~np.isnan(stored) & np.isnan(recomputed)
    counts = "does not count" if form.total_from == "answers" else "counts all the same"
    what = f"Too few items are answered for the stored total, which {counts}."
    rows.say("FMT-065", path, what, 'Choose by "total_from" in the mapping.', few, warn=True)
