"""Which forms of a REDCap project are scales: fields that count upwards, their choices, a total."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from analysis.formats.drafting.scales import TOTAL, named_scale, number_in
from analysis.formats.redcap.dictionary import Field
from analysis.formats.redcap.draft_columns import spelt
from analysis.instruments import instrument_names, load_instrument

__all__ = ["scales_of_form"]

_COUNTED = re.compile(r"(?P<stem>.*\D)0*(?P<number>\d{1,2})")
_NUMERIC = ("integer", "number")


def scales_of_form(
    form: str, fields: Sequence[Field], day: dict[str, Any], *, has_visits: bool
) -> list[dict[str, Any]]:
    """Propose the scales that a form holds.

    Parameters
    ----------
    form : str
        Name of the form.
    fields : sequence of Field
        Its fields, identifying ones left out.
    day : dict
        The proposed source of its day.
    has_visits : bool
        Whether the events of the project give visits.

    Returns
    -------
    list of dict
        Entries of ``tables.assessments`` with notes; none where nothing looks like a scale. A
        scale that is neither named by form or field, nor has the items that its name announces,
        is "?".
    """
    runs = _runs(fields)
    totals = [field for field in fields if _is_total(field)]
    if not runs and len(totals) != 1:
        return []
    return [
        _entry(form, run, _total(run, totals, len(runs)), day, has_visits) for run in runs or [[]]
    ]


def _runs(fields: Sequence[Field]) -> list[list[Field]]:
    """Find fields whose names count from 1 upwards and that hold answers."""
    stems: dict[str, list[Field]] = {}
    for field in fields:
        found = _COUNTED.fullmatch(field.name)
        if found is None or not _holds_answers(field):
            continue
        run = stems.setdefault(found["stem"], [])
        if int(found["number"]) == len(run) + 1:
            run.append(field)
    return [run for run in stems.values() if len(run) > 1]


def _holds_answers(field: Field) -> bool:
    """Tell whether a field could be an item: one choice of several, or a number."""
    one_of = field.kind in ("radio", "dropdown") and len(field.choices) > 1
    return one_of or field.kind == "slider" or field.validation.startswith(_NUMERIC)


def _is_total(field: Field) -> bool:
    """Tell whether a field could be a stored total."""
    is_number = field.kind == "calc" or field.validation.startswith(_NUMERIC)
    return is_number and TOTAL.search(spelt(field)) is not None


def _total(run: Sequence[Field], totals: Sequence[Field], n_runs: int) -> Field | None:
    """Find the total of a run: the only one, or the one that is spelt like its fields."""
    if n_runs <= 1 and len(totals) == 1:
        return totals[0]
    stem = run[0].name.rstrip("0123456789") if run else ""
    alike = [field for field in totals if stem and field.name.startswith(stem)]
    return alike[0] if len(alike) == 1 else None


def _entry(
    form: str, run: Sequence[Field], total: Field | None, day: dict[str, Any], has_visits: bool
) -> dict[str, Any]:
    """Propose one scale."""
    scale, reason = _scale(form, run, total)
    rater: dict[str, Any] = {"constant": "?", "note": "Who answers, self or clinician?"}
    if scale != "?":
        rater = {"constant": load_instrument(scale).rater, "note": "Who answers this scale."}
    columns = {
        "instrument": {"constant": scale, "note": reason},
        "rel_day": day,
        "occurrence": {"number_by": ["instrument", "rel_day"]},
        **({"total": {"field": total.name, "note": "By its name."}} if total else {}),
        "rater": rater,
        **({"visit": {"event": "visit"}} if has_visits else {}),
    }
    items = [field.name for field in run]
    return {
        "instrument": form,
        "columns": columns,
        **({"items": items} if items else {}),
        **_item_values(run, scale),
    }


def _scale(form: str, run: Sequence[Field], total: Field | None) -> tuple[str, str]:
    """Name the scale of a form, or leave the question open with what would fit."""
    texts = [form, *(field.name for field in [*run, total] if field)]
    texts += [field.label for field in [*run, total] if field]
    named = {named_scale(text) for text in texts} - {""}
    fitting = [name for name in instrument_names() if _fits(name, run)]
    listed = ", ".join(fitting) or "no scale of the library"
    if len(named) == 1:
        name = next(iter(named))
        if not run or load_instrument(name).item_count == len(run):
            return name, "Form or fields name it, and it has as many items."
        what = f"Form or fields name {name}, which has {load_instrument(name).item_count} items"
        return "?", f"{what}. Which scale is it? {len(run)} fields count upwards."
    if not run:
        return "?", "Which scale is it? There is a total without items."
    return "?", f"Which scale is it? {len(run)} fields count upwards, as in {listed}."


def _fits(name: str, run: Sequence[Field]) -> bool:
    """Tell whether a scale has as many items, and their choices."""
    scale = load_instrument(name)
    codes = {code for field in run for code in field.choices}
    numbers = {int(code) for code in codes if code.isascii() and code.isdecimal()}
    inside = all(scale.item_low <= number <= scale.item_high for number in numbers)
    return scale.item_count == len(run) and len(numbers) == len(codes) and inside


def _item_values(run: Sequence[Field], scale: str) -> dict[str, Any]:
    """Ask what codes mean that are not the answers of the scale."""
    choices = {code: label for field in run for code, label in field.choices.items()}
    if not choices or (scale != "?" and _fits(scale, run)):
        return {}
    if scale == "?" and all(code.isascii() and code.isdecimal() for code in choices):
        return {}  # whether they fit is seen when the scale is known
    return {"item_values": {code: str(number_in(label)) for code, label in choices.items()}}
