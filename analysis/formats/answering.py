"""Answering the open questions of a mapping, by the paths under which it lists them."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.errors import DataError
from analysis.formats.mapping_entries import LABELS
from analysis.formats.reading.cells import plain

__all__ = ["answered", "questions"]

_NOTES = {
    "cut_off": "Last day that the files cover, as year-month-day.",
    "sites": "A code for every name of a clinic in the files.",
    "title": "Name of the data set on every report.",
    "site": "The clinic of patients for whom the files name none.",
    "mg_per_quantity": "How many mg is one quantity where dose_unit_source_value is empty?",
    "condition_codes": "Code system of condition_source_value. Without the line none is read.",
    "indication": "What all are treated for. Take the line out if it differs or is not known.",
}
_ASKED = re.compile(r"[^.?:]*\?(?=\s|$)")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def answered(content: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Write answers into the JSON of a mapping.

    Parameters
    ----------
    content : mapping
        The JSON; it is not changed.
    answers : mapping of str to object
        What is right, by path. Objects of labels (``values``, ``answers``, ``sites``) are
        completed; everything else is replaced.

    Returns
    -------
    dict
        The JSON with the answers.

    Raises
    ------
    DataError
        When a path leads nowhere; it is named by its position, since it may hold a label.

    Examples
    --------
    >>> draft = {"cut_off": "?", "sites": {"Main St": "?", "B": "b"}}
    >>> answered(draft, {"cut_off": "2025-06-30", "sites": {"main st": "a"}})
    {'cut_off': '2025-06-30', 'sites': {'B': 'b', 'main st': 'a'}}
    """
    found: dict[str, Any] = copy.deepcopy(dict(content))
    for position, (path, answer) in enumerate(answers.items(), start=1):
        place, key = _place(found, path, position)
        is_labels = key in LABELS and isinstance(answer, Mapping)
        place[key] = _completed(place.get(key), answer) if is_labels else copy.deepcopy(answer)
    return found


def _place(content: dict[str, Any], path: str, position: int) -> tuple[Any, Any]:
    """Find the object or list that holds the last step of a path, which may be a new key."""
    steps = _steps(path)
    place: Any = content
    for step in steps[:-1]:
        place = place[step] if _holds(place, step) else None
    is_new_key = bool(steps) and isinstance(steps[-1], str) and isinstance(place, dict)
    if not steps or not (is_new_key or _holds(place, steps[-1])):
        raise DataError(
            f"The path of answer number {position} is not in the mapping. Write it as "
            "Mapping.open_questions does, such as sources.treatments.dates."
        )
    return place, steps[-1]


def _steps(path: str) -> list[Any]:
    """Take a path apart: keys, and positions of lists."""
    return [int(n) if n else key for key, n in _STEP.findall(path)]


def _holds(place: Any, step: Any) -> bool:
    """Tell whether an object has a key, or a list a position."""
    if isinstance(step, int):
        return isinstance(place, list) and step < len(place)
    return isinstance(place, dict) and step in place


def _completed(known: Any, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Add labels to those that are known; another spelling of one takes its place."""
    spelt = {plain(label) for label in answer}
    kept = known if isinstance(known, Mapping) else {}
    return {**{k: v for k, v in kept.items() if plain(k) not in spelt}, **copy.deepcopy(answer)}


def questions(content: Mapping[str, Any], paths: Sequence[str]) -> pd.DataFrame:
    """Put open questions beside their notes.

    Parameters
    ----------
    content : mapping
        The JSON of a mapping.
    paths : sequence of str
        Where questions are open, as `undecided` lists them.

    Returns
    -------
    pandas.DataFrame
        Columns ``place, note``; the note is that of the nearest object around the question that
        has one, from its own question on where it asks one; empty when there is none.
    """
    notes = [_note(content, path) for path in paths]
    return pd.DataFrame({"place": list(paths), "note": notes}, dtype="string")


def _note(content: Mapping[str, Any], path: str) -> str:
    """Find the note of the innermost object on a path, the whole mapping aside."""
    place: Any = content
    note = _NOTES.get(path, "")
    for step in _steps(path):
        if not _holds(place, step):
            break
        place = place[step]
        if isinstance(place, Mapping) and isinstance(place.get("note"), str):
            note = place["note"]
    if isinstance(place, Mapping) and path not in _NOTES and "note" not in place:
        return f"Labels that are open: {list(place.values()).count('?')}. What does each mean?"
    asked = _ASKED.search(note)
    return note[asked.start() :].strip() if asked else note
