"""Which form of a REDCap project says how long patients were followed, and why that ended."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.formats.drafting.columns import header_fits
from analysis.formats.redcap.dictionary import Field
from analysis.formats.redcap.draft_columns import dates_of, spelt, with_values
from analysis.study import TABLES

__all__ = ["follow_up_entry"]

_DAYS = {
    "start_day": (
        re.compile(r"first (visit|contact)|enrol|intake|admission|consent"),
        'Did observation begin with the first treatment, day 0? Then {"constant": 0}.',
    ),
    "last_contact_day": (
        re.compile(r"last.*(contact|seen|visit|date)|(contact|seen|visit).*last"),
        'Which date is the last contact? {"date": …}.',
    ),
    "observed_until_day": (
        re.compile(r"until|observed|end of (data|observation)|cut.?off"),
        'Up to which day would an event have been recorded? {"date": …}; if unsure, last contact.',
    ),
}


def follow_up_entry(forms: Mapping[str, Sequence[Field]]) -> dict[str, Any]:
    """Propose the entry of ``tables.follow_up``.

    Parameters
    ----------
    forms : mapping of str to sequence of Field
        Fields that identify nobody, by form.

    Returns
    -------
    dict
        The entry of the form that says most about it; what no field says is "?".
    """
    found = {form: _columns(fields) for form, fields in forms.items()}
    best = max(found, key=lambda form: ("last_contact_day" in found[form], len(found[form])))
    columns = found[best]
    asked = {
        name: {"?": "?", "note": note} for name, (_, note) in _DAYS.items() if name not in columns
    }
    if "end_reason" not in columns:
        allowed = ", ".join(TABLES["follow_up"].column("end_reason").allowed)
        note = f'Why did follow-up end? {{"constant": …}} or {{"field": …}}; allowed are {allowed}.'
        asked["end_reason"] = {"?": "?", "note": note}
    whole = {**columns, **asked}
    ordered = {n: whole[n] for n in TABLES["follow_up"].names if n in whole}
    return {"instrument": best if columns else "?", "columns": ordered}


def _columns(fields: Sequence[Field]) -> dict[str, dict[str, Any]]:
    """Propose the columns of follow-up that one form could fill."""
    found: dict[str, dict[str, Any]] = {}
    for name, (pattern, _) in _DAYS.items():
        dates = [field for field in dates_of(fields) if pattern.search(spelt(field))]
        if len(dates) == 1:
            found[name] = {"date": dates[0].name, "note": "By its name or label."}
    column = TABLES["follow_up"].column("end_reason")
    known = {text.casefold() for text in column.allowed}
    ends = [
        field
        for field in fields
        if field.choices
        and field.kind in ("radio", "dropdown")
        and (
            header_fits(spelt(field), "follow_up", "end_reason")
            or len(known & {label.casefold() for label in field.choices.values()}) > 1
        )
    ]
    if len(ends) == 1:
        found["end_reason"] = with_values(ends[0], column)
    return found
