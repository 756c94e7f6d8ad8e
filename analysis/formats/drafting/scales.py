"""Which columns are the items of a scale, in which order, and what its total is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis.formats.drafting.looks import Look, Profile
from analysis.instruments import instrument_names, load_instrument

__all__ = ["TOTAL", "ItemRun", "named_scale", "number_in", "questionnaires_of", "scale_labels"]

_NUMBERS = (
    re.compile(r"(?:^|\D)0*(?P<n>\d{1,2})\s*(?:of|/|von|de|sur)\s*(?P<of>\d{1,2})(?:\D|$)"),
    re.compile(r"(?:question|item|frage|q|i)[\s_.\-#]*0*(?P<n>\d{1,2})(?:\D|$)"),
    re.compile(r"^0*(?P<n>\d{1,2})[.):]\s"),
    re.compile(r"[\s_.\-]0*(?P<n>\d{1,2})$"),
)
TOTAL = re.compile(r"total|score|sum(?:$|[^a-z])|summe|punkte")
"""How the header of a stored total is known."""
_LABEL_NUMBER = re.compile(r"^\(?\s*(\d{1,2})\s*(?:[).:=–-]|$)|[(\[]\s*(\d{1,2})\s*[)\]]\s*$")
_MOST_LABELS = 12


@dataclass(frozen=True, kw_only=True, eq=False)
class ItemRun:
    """Columns whose headers count from 1 upwards.

    Parameters
    ----------
    columns : tuple of Profile
        In the order of their numbers.
    announced : int
        The last number that the headers announce, as in "3 of 9"; 0 when they do not.
    """

    columns: tuple[Profile, ...]
    announced: int


def _letters(text: str) -> str:
    """Spell a text by its letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def named_scale(text: str) -> str:
    """Find the one scale that a header or a file name names.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Name of the scale; empty when none, or more than one, is named.

    Examples
    --------
    >>> named_scale("phq9_total"), named_scale("GAD 7 score"), named_scale("mood")
    ('PHQ-9', 'GAD-7', '')
    """
    spelt = _letters(text)
    named = [
        name for name in instrument_names() if len(_letters(name)) > 3 and _letters(name) in spelt
    ]
    # a longer name contains a shorter one, as CADSS-6 does CADSS
    longest = [n for n in named if not any(n != m and _letters(n) in _letters(m) for m in named)]
    return longest[0] if len(longest) == 1 else ""


def scale_labels(profile: Profile) -> dict[str, str]:
    """Translate labels of a column of scales; "?" for those that name none."""
    used = profile.cells.used()
    entries = [e for e, is_used in zip(profile.cells.entries, used, strict=True) if is_used]
    return {entry: named_scale(entry) or "?" for entry in entries[:_MOST_LABELS]}


def _runs(columns: Sequence[Profile]) -> list[ItemRun]:
    """Find the columns that count from 1 upwards, from the left."""
    runs: list[tuple[list[Profile], int]] = []
    for profile in columns:
        number, announced = _item_number(profile.spelt)
        if number == 1:
            runs.append(([profile], announced))
        elif runs and number == len(runs[-1][0]) + 1:
            runs[-1][0].append(profile)
    return [ItemRun(columns=tuple(found), announced=of) for found, of in runs if len(found) > 1]


def _item_number(header: str) -> tuple[int, int]:
    """Take the number of an item, and how many there are, from a header; 0 for none."""
    for pattern in _NUMBERS:
        found = pattern.search(header)
        if found is not None:
            return int(found["n"]), int(found.groupdict().get("of") or 0)
    return 0, 0


def questionnaires_of(name: str, look: Look, day: Any) -> list[dict[str, Any]]:
    """Propose the questionnaires of a source.

    Parameters
    ----------
    name : str
        Name of the source.
    look : Look
        Its columns.
    day : object
        The proposed column of the date of the form.

    Returns
    -------
    list of dict
        Entries of the section ``questionnaires``, with notes.
    """
    return [
        _questionnaire(name, look, run, day)
        for run in _runs([p for p in look.columns if not p.is_date])
        if not run.announced or run.announced == len(run.columns)
    ]


def _questionnaire(name: str, look: Look, run: ItemRun, day: Any) -> dict[str, Any]:
    """Propose one questionnaire."""
    scale, reason = _scale(look, run)
    total = _total(look, run, scale)
    return {
        "source": name,
        "instrument": scale,
        "day": day,
        "items": [profile.header for profile in run.columns],
        **_answers(run, scale),
        **({"total": {"column": total.header, "note": "By its header."}} if total else {}),
        "note": f"{len(run.columns)} headers count from 1 upwards. {reason}",
    }


def _scale(look: Look, run: ItemRun) -> tuple[str, str]:
    """Name the scale of a run of items, or leave the question open."""
    size = len(run.columns)
    fitting = [n for n in instrument_names() if load_instrument(n).item_count == size]
    headers = {named_scale(profile.header) for profile in run.columns} - {""}
    for named, where in (
        (headers, "headers name"),
        ({named_scale(look.stem)} - {""}, "file name has"),
    ):
        chosen = next(iter(named)) if len(named) == 1 else ""
        if chosen in fitting:
            return chosen, f"The {where} the scale, which has as many items."
        if chosen:
            return "?", f"The {where} {chosen}, which has another number of items."
    listed = ", ".join(fitting) or "no scale of the library"
    return "?", f"As many items have: {listed}."


def _total(look: Look, run: ItemRun, scale: str) -> Profile | None:
    """Find the stored total: named for the scale, or the only total of the file."""
    totals = [
        profile
        for profile in look.columns
        if TOTAL.search(profile.spelt) and profile.is_number and profile not in run.columns
    ]
    named = [profile for profile in totals if scale != "?" and named_scale(profile.header) == scale]
    if len(named) == 1:
        return named[0]
    unnamed = [profile for profile in totals if not named_scale(profile.header)]
    return unnamed[0] if len(unnamed) == 1 and len(totals) == 1 else None


def _answers(run: ItemRun, scale: str) -> dict[str, Any]:
    """Propose what labels mean: only a number that stands in the label itself is sure."""
    texts = {entry for p in run.columns for entry in p.cells.entries}
    low = min((p.low for p in run.columns), default=0.0)
    if all(profile.is_number or not profile.cells.entries for profile in run.columns):
        expected = load_instrument(scale).item_low if scale != "?" else low
        highest = load_instrument(scale).item_high if scale != "?" else float("inf")
        if low >= expected and max(p.high for p in run.columns) <= highest:
            return {}
    if len(texts) > _MOST_LABELS:
        return {"answers": "?"}
    return {"answers": {text: number_in(text) for text in sorted(texts)}}


def number_in(label: str) -> int | str:
    """Take the number that a label begins or ends with; "?" for a bare number or none."""
    found = _LABEL_NUMBER.search(label)
    if found is None or label.strip().isdecimal():
        return "?"
    return int(found[1] or found[2])
