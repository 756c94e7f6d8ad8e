"""Which canonical column each column of a file could fill: by its header and by what it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.formats.drafting.looks import Look, Profile
from analysis.study import TABLES
from analysis.study.columns import Column

__all__ = ["fitting_columns", "header_fits", "labels_of", "meanings", "proposal", "role_columns"]

_HEADERS = {
    "subjects": {
        "site_id": r"\b(site|clinic|clinique|location|loc|office|cent(?:er|re)|practice)\b",
        "age_years": r"\bage\b|date of birth|birth|\bdob\b",
        "sex": r"\b(sex|gender)\b",
        "indication": r"diagnos|\bdx\b|indication|condition|reason for (treatment|referral)",
        "race_ethnicity": r"\b(race|ethnic)",
        "language": r"language",
        "payer": r"payer|payor|insurance",
        "prior_failures": r"(prior|previous|failed).*(trial|treatment|failure|medication)",
        "cohort": r"\b(arm|cohort|program(me)?)\b",
    },
    "sessions": {
        "rel_day": r"\bdate\b",
        "session_no": r"(session|treatment|infusion|visit)\W*(no|nr|number|#)|#",
        "site_id": r"\b(site|clinic|clinique|location|loc|office|cent(?:er|re)|practice)\b",
        "agent": r"\b(agent|drug|medication|medicine|substance)\b",
        "route": r"\b(route|administration|mode)\b",
        "dose_mg": r"\b(dose|dosage)\b",
        "weight_kg": r"weight",
        "infusion_min": r"(infusion|duration).*(min|time|length)|duration|\bminutes\b",
        "phase": r"\b(phase|series)\b|induction|maintenance",
        "completed": r"complete|finished|(full|whole) dose",
        "stop_reason": r"(stop|discontinu|abort).*reason|reason.*(stop|discontinu|abort)",
    },
    "assessments": {
        "rel_day": r"\bdate\b|completed on|\bday\b",
        "instrument": r"instrument|scale|questionnaire|measure|form\b|test\b",
        "total": r"total|score|\bsum\b|result|value",
        "visit": r"\bvisit\b|time ?point|event",
        "rater": r"\brater\b|completed by|source",
    },
    "follow_up": {
        "last_contact": r"last.*(contact|seen|visit)|(contact|seen|visit).*last",
        "end_reason": r"status|(end|discharge|exit|dropout).*reason|reason.*(end|discharge|exit)",
    },
}
_PATTERNS = {
    table: {name: re.compile(pattern) for name, pattern in columns.items()}
    for table, columns in _HEADERS.items()
}
_MEANINGS = {
    "sex": {
        **dict.fromkeys(("f", "female", "woman"), "female"),
        **dict.fromkeys(("m", "male", "man"), "male"),
    },
    "route": {
        **dict.fromkeys(("iv", "intravenous", "i.v.", "iv infusion"), "IV"),
        **dict.fromkeys(("im", "intramuscular", "i.m.", "im injection"), "IM"),
        **dict.fromkeys(("sc", "subcutaneous", "sq", "subq"), "SC"),
        **dict.fromkeys(("sl", "sublingual", "troche", "lozenge"), "SL"),
        **dict.fromkeys(("in", "intranasal", "nasal", "nasal spray"), "IN"),
        **dict.fromkeys(("po", "oral", "by mouth"), "PO"),
    },
    "agent": {
        **dict.fromkeys(("ketamine", "racemic ketamine", "ketamine hcl"), "ketamine"),
        **dict.fromkeys(("esketamine", "s-ketamine", "spravato"), "esketamine"),
    },
    "indication": {
        **dict.fromkeys(("mdd", "trd", "depression", "major depressive disorder"), "depression"),
        **dict.fromkeys(("major depression", "treatment-resistant depression"), "depression"),
        **dict.fromkeys(("bipolar", "bipolar depression"), "bipolar depression"),
        **dict.fromkeys(("ptsd", "post-traumatic stress disorder"), "PTSD"),
        **dict.fromkeys(("gad", "anxiety", "generalized anxiety disorder"), "anxiety"),
        **dict.fromkeys(("chronic pain", "pain"), "chronic pain"),
        "ocd": "OCD",
    },
}
_FLAGS = {"yes": True, "no": False, "y": True, "n": False, "true": True, "false": False}
_MOST_LABELS = 40
_MOSTLY = 0.8
_ORDERED = re.compile(r"order|prescri|plan|target|per\s*kg|/\s*kg")


def role_columns(look: Look, table: str, taken: set[str]) -> dict[str, Profile]:
    """Find the columns of a file that could fill those of a canonical table.

    Parameters
    ----------
    look : Look
        The file.
    table : str
        Canonical table, or "follow_up" for what it is derived from.
    taken : set of str
        Headers that are spoken for.

    Returns
    -------
    dict of str to Profile
        The best column whose header and content fit, by canonical name.
    """
    found: dict[str, Profile] = {}
    for name in _PATTERNS[table]:
        free = [p for p in fitting_columns(look, table, name, taken) if p not in found.values()]
        if free:
            found[name] = free[0]
    return found


def fitting_columns(look: Look, table: str, name: str, taken: set[str]) -> list[Profile]:
    """List the columns of a file that could fill one canonical column, the best first.

    Parameters
    ----------
    look : Look
        The file.
    table, name : str
        The canonical column.
    taken : set of str
        Headers that are spoken for.

    Returns
    -------
    list of Profile
        In the order of the file; a dose in milligrams before one in words, since the second is
        often what was ordered.
    """
    pattern = _PATTERNS[table][name]
    fitting = [
        profile
        for profile in look.columns
        if profile.header not in taken
        and pattern.search(profile.spelt)
        and _content_fits(profile, name)
    ]
    if name == "dose_mg":
        fitting.sort(key=lambda p: (p.numeric < _MOSTLY, _ORDERED.search(p.spelt) is not None))
    return fitting


def _content_fits(profile: Profile, name: str) -> bool:
    """Tell whether what a column holds could be what a canonical column holds."""
    if not profile.cells.entries:
        return False
    if name in {"rel_day", "last_contact"}:
        return profile.is_date and "birth" not in profile.spelt and "dob" not in profile.spelt
    if name in {"total", "session_no", "prior_failures"}:
        return profile.is_number
    if name == "age_years":
        return profile.is_date or (profile.is_number and 0 <= profile.low <= profile.high < 120)
    return not profile.is_date


def proposal(profile: Profile, name: str, table: str) -> dict[str, Any]:
    """Propose how one canonical column is made from a column of a file.

    Parameters
    ----------
    profile : Profile
        The column of the file.
    name, table : str
        The canonical column.

    Returns
    -------
    dict
        A recipe with its reason; what is not sure is "?".
    """
    column = TABLES[table].column(name)
    made: dict[str, Any] = {"column": profile.header}
    if name == "age_years" and profile.is_date:
        return {**made, "read_as": "birth date", "note": "By its header; it holds dates."}
    if column.unit in {"kg", "mg", "min"}:
        return {**made, **_unit(profile, column)}
    if column.refers_to != "sites" and column.kind in {"category", "flag"}:
        values = labels_of(profile, column)
        if values is not None:
            return {**made, "values": values, "note": "By its header and labels."}
    return {**made, "note": "By its header."}


def labels_of(profile: Profile, column: Column) -> dict[str, Any] | None:
    """Propose what labels mean; None when the column takes any text.

    Parameters
    ----------
    profile : Profile
        A column of a file.
    column : Column
        The canonical column.

    Returns
    -------
    dict or None
        Meanings by label, "?" for labels that are not known.
    """
    if not column.allowed and column.kind != "flag":
        return None
    used = profile.cells.used()
    labels = [e for e, is_used in zip(profile.cells.entries, used, strict=True) if is_used]
    return {"?": "?"} if len(labels) > _MOST_LABELS else meanings(labels, column)


def meanings(labels: Iterable[str], column: Column) -> dict[str, Any]:
    """Propose what labels mean in a canonical column.

    Parameters
    ----------
    labels : iterable of str
        As a file or a data dictionary spells them.
    column : Column
        A canonical column of categories or flags.

    Returns
    -------
    dict
        Meanings by label; "?" for a label that is not one of the usual spellings.

    Examples
    --------
    >>> from analysis.study import TABLES
    >>> meanings(["Intravenous", "troche", "patch"], TABLES["sessions"].column("route"))
    {'Intravenous': 'IV', 'troche': 'SL', 'patch': '?'}
    """
    allowed = {text.casefold(): text for text in column.allowed}
    usual: Mapping[str, Any] = _FLAGS if column.kind == "flag" else _MEANINGS.get(column.name, {})
    known = {**allowed, **usual}
    return {label: known.get(" ".join(label.split()).casefold(), "?") for label in labels}


def header_fits(spelt: str, table: str, name: str) -> bool:
    """Tell whether a header, spelt plainly, could be that of a canonical column.

    Parameters
    ----------
    spelt : str
        A header in small letters.
    table, name : str
        The canonical column; "last_contact" and "end_reason" stand under "follow_up".

    Returns
    -------
    bool
        False also for columns that are never proposed by their header.

    Examples
    --------
    >>> header_fits("dose (mg)", "sessions", "dose_mg"), header_fits("mood", "subjects", "sex")
    (True, False)
    """
    pattern = _PATTERNS[table].get(name)
    return pattern is not None and pattern.search(spelt) is not None


def _unit(profile: Profile, column: Column) -> dict[str, Any]:
    """Propose the unit of a column of numbers."""
    if not profile.is_number:
        return {"unit": "in text", "note": "By its header; a unit stands behind the numbers."}
    spelt = profile.spelt
    for unit, pattern in (
        *(("lb", r"\blbs?\b|pounds"), ("kg", r"\bkgs?\b|kilo"), ("mg/kg", r"mg\s*/\s*kg")),
        *(("mg", r"\bmg\b"), ("min", r"\bmin"), ("h", r"\bhours?\b|\bhrs?\b")),
    ):
        if re.search(pattern, spelt) and not (unit == "kg" and "/" in spelt):
            return {"unit": unit, "note": "By its header, which names the unit."}
    return {"unit": "?", "note": f"The header does not name the unit: is it {column.unit}?"}
