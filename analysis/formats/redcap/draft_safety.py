"""Which forms of a REDCap project hold monitoring and adverse events, by names, labels and types.

What no field says is asked: the session, the minutes after the dose, and whether a free text holds
nothing but names of events.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from analysis.formats.drafting.columns import header_fits
from analysis.formats.redcap.dictionary import Field
from analysis.formats.redcap.draft_columns import dates_of, is_number, spelt, with_values
from analysis.study import TABLES, UNITS

__all__ = ["adverse_event_entries", "monitoring_entries"]

Source = dict[str, Any]

_PARAMETERS = {
    "sbp": re.compile(r"\bsbp\b|systol"),
    "dbp": re.compile(r"\bdbp\b|diastol"),
    "hr": re.compile(r"\bhr\b|heart rate|\bpulse\b(?! ?ox)"),
    "spo2": re.compile(r"\bspo2\b|saturation|pulse ?ox"),
    "rr": re.compile(r"\brr\b|respirat\w* rate|breath\w* per min"),
    "cadss6": re.compile(r"\bcadss ?-?6\b"),
    "cadss": re.compile(r"\bcadss\b(?! ?-?6)"),
    "moaas": re.compile(r"\bmoaas?\b|\bmoaa/s"),
}
_ALONE = {"cadss", "cadss6", "moaas"}  # nothing but sessions has these
_CLOCK = re.compile(r"\btime\b|\bsince\b|\bafter\b|duration|\bhours?\b")
_MINUTES = re.compile(r"\bmin(?:ute)?s?\b")
_ASK_MINUTES = (
    "How many minutes after the dose began, before it negative, is it measured? "
    '{"field": …} or {"constant": …}.'
)
_ASK_SESSION = (
    'Which field is the number of the session? {"field": …}. Delete the entry if it is not '
    "measured in sessions."
)
_EVENTS = re.compile(r"adverse|side effect|\bs?aes?\b")
_TERM = re.compile(r"\bterm\b|event|effect|reaction|symptom|descri")
_SEVERITY = re.compile(r"severity|grade|intensity")
_GRADES = {"mild": "1", "moderate": "2", "severe": "3", "life-threatening": "4", "fatal": "5"}
_GRADES |= {"life threatening": "4", "death": "5", **{grade: grade for grade in "12345"}}
_FLAGS = {"serious": re.compile(r"serious"), "related": re.compile(r"relat|causal|attribut")}
_OUTCOME = re.compile(r"outcome|resol")
_STARTS = re.compile(r"start|onset|began|begin|first|occur")
_ENDS = re.compile(r"\bend|resol|stop|recover")
_LEAST = 2


def monitoring_entries(forms: Mapping[str, Sequence[Field]]) -> list[dict[str, Any]]:
    """Propose the entries of ``tables.monitoring``.

    Parameters
    ----------
    forms : mapping of str to sequence of Field
        Fields that identify nobody, by form, without forms of people and of scales.

    Returns
    -------
    list of dict
        One per field that measures a parameter, in forms that measure two, or dissociation or
        sedation; empty when there is none. What no field says is "?".
    """
    entries = []
    for form, fields in forms.items():
        measured = [(field, _parameter(field)) for field in fields if _parameter(field)]
        named = {parameter for _, parameter in measured}
        if len(named) >= _LEAST or named & _ALONE:
            entries += [
                _measured(form, fields, field, parameter, several=len(measured) > len(named))
                for field, parameter in measured
            ]
    return entries


def _parameter(field: Field) -> str:
    """Name what a field of numbers measures; empty when its words name none, or several."""
    words = spelt(field)
    if not is_number(field) or _CLOCK.search(words):
        return ""
    found = [name for name, pattern in _PARAMETERS.items() if pattern.search(words)]
    return found[0] if len(found) == 1 else ""


def _measured(
    form: str, fields: Sequence[Field], field: Field, parameter: str, *, several: bool
) -> dict[str, Any]:
    """Propose the entry of one field; of fields for several times none says which is whose."""
    minutes: Source = {"?": "?", "note": _ASK_MINUTES}
    clocks = [f for f in fields if is_number(f) and not _parameter(f) and _is_clock(f)]
    if len(clocks) == 1 and not several:
        minutes = {"field": clocks[0].name, "note": "By its name or label."}
    return {
        "instrument": form,
        "columns": {
            "session_no": _session(fields) or {"?": "?", "note": _ASK_SESSION},
            "rel_min": minutes,
            "parameter": {"constant": parameter, "note": "By its name or label."},
            "value": {"field": field.name},
            "unit": {"constant": UNITS[parameter], "note": "Is it measured in this unit?"},
        },
        "only_with": ["value"],
    }


def _is_clock(field: Field) -> bool:
    """Tell whether a field counts minutes, other than the length of an infusion."""
    words = spelt(field)
    length = re.search(r"duration|length|infusion|discharge", words)
    return _MINUTES.search(words) is not None and length is None


def _session(fields: Sequence[Field]) -> Source | None:
    """Propose the number of the session, where one field of numbers says it."""
    found = [
        field
        for field in fields
        if is_number(field) and header_fits(spelt(field), "sessions", "session_no")
    ]
    found = [field for field in found if not _EVENTS.search(field.label.casefold())]
    return {"field": found[0].name, "note": "By its name or label."} if len(found) == 1 else None


def adverse_event_entries(forms: Mapping[str, Sequence[Field]]) -> list[dict[str, Any]]:
    """Propose the entries of ``tables.adverse_events``.

    Parameters
    ----------
    forms : mapping of str to sequence of Field
        As for `monitoring_entries`.

    Returns
    -------
    list of dict
        One per form whose name or fields speak of adverse events and which has two of term,
        severity, seriousness, relation and outcome; empty when there is none. What no field says
        is "?".
    """
    entries = []
    for form, fields in forms.items():
        says = [form.replace("_", " "), *(spelt(field) for field in fields)]
        told = _told(fields) if any(map(_EVENTS.search, says)) else {}
        if len(told) >= _LEAST:
            entries.append(_event(form, fields, told))
    return entries


def _told(fields: Sequence[Field]) -> dict[str, Source]:
    """Propose the columns that say what happened, and how bad it was."""
    table = TABLES["adverse_events"]
    found: dict[str, Source] = {}
    for name, pattern in {**_FLAGS, "outcome": _OUTCOME}.items():
        field = _only(fields, pattern, lambda each: bool(each.choices))
        if field is not None:
            found[name] = with_values(field, table.column(name))
    grade = _only(fields, _SEVERITY, lambda each: bool(each.choices) or is_number(each))
    if grade is not None:
        found["severity"] = _grades(grade)
    term = _only(fields, _TERM, lambda each: _says_term(each, found))
    if term is not None:
        found["term"] = _term(term)
    return found


def _only(
    fields: Iterable[Field], pattern: re.Pattern[str], fits: Callable[[Field], bool]
) -> Field | None:
    """Give the one field whose words and type fit; none when there are several."""
    found = [
        field
        for field in fields
        if field.kind != "checkbox" and pattern.search(_own_words(field)) and fits(field)
    ]
    return found[0] if len(found) == 1 else None


def _own_words(field: Field) -> str:
    """Spell a field without the name of its form, which all its fields may begin with."""
    return spelt(field).replace(field.form.replace("_", " ").casefold(), " ")


def _says_term(field: Field, found: Mapping[str, Source]) -> bool:
    """Tell whether a field of choices or of free text could name the event."""
    taken = {source.get("field") for source in found.values()}
    is_text = field.kind in ("text", "notes") and not field.validation
    has_labels = bool(field.choices) and field.kind not in ("yesno", "truefalse")
    return (is_text or has_labels) and field.name not in taken


def _term(field: Field) -> Source:
    """Propose what names the event; a free text is asked for, since it can hold anything."""
    if field.choices:
        return with_values(field, TABLES["adverse_events"].column("term"))
    note = f"{field.name} is free text. Does it hold names of events and nothing else? "
    return {"?": "?", "note": f'{note}Then {{"field": "{field.name}"}}.'}


def _grades(field: Field) -> Source:
    """Propose the grade from 1 to 5; "?" for a label that is no usual one."""
    if not field.choices:
        return {"field": field.name, "note": "By its name or label. Is it a grade from 1 to 5?"}
    values = {
        code: _GRADES.get(" ".join(label.split()).casefold(), "?")
        for code, label in field.choices.items()
    }
    return {"field": field.name, "values": values, "note": "By its labels; grades are 1 to 5."}


def _event(form: str, fields: Sequence[Field], told: Mapping[str, Source]) -> dict[str, Any]:
    """Put the entry of one form together, with questions for what must be known."""
    columns = {
        "ae_no": {"number_by": [], "note": "By day."},
        "session_no": _session(fields) or _NO_SESSION,
        "start_day": _day(fields, _STARTS) or _NO_START,
        "end_day": _day(fields, _ENDS),
        **{name: dict(asked) for name, asked in _LACKING.items()},
        **told,
    }
    ordered = {n: columns[n] for n in TABLES["adverse_events"].names if columns.get(n)}
    return {"instrument": form, "columns": ordered}


_NO_SESSION = {
    "?": "?",
    "note": 'Which field is the number of the session? {"field": …}; {"constant": ""} if none.',
}
_NO_START = {"?": "?", "note": 'Which date is the day on which it began? {"date": …}.'}
_LACKING: dict[str, Source] = {
    "term": {"?": "?", "note": 'Which field names the event? {"field": …}; no free text.'},
    "severity": {"?": "?", "note": 'Which field is the grade, 1 to 5? {"constant": ""} if none.'},
    "serious": {"?": "?", "note": 'Which field says whether it was serious? {"field": …}.'},
    "related": {
        "?": "?",
        "note": 'Which field says whether treatment caused it? {"constant": ""} if none.',
    },
    "outcome": {"?": "?", "note": 'Which field says how it ended? {"constant": ""} if none.'},
}


def _day(fields: Sequence[Field], pattern: re.Pattern[str]) -> Source | None:
    """Propose a date by its words; the only date of a form is that of the beginning."""
    dates = dates_of(fields)
    found = [field for field in dates if pattern.search(_own_words(field))]
    if len(dates) == 1 and pattern is _STARTS:
        found = dates
    return {"date": found[0].name, "note": "By its name or label."} if len(found) == 1 else None
