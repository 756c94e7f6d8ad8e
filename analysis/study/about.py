"""What ``study.json`` says about all tables of a study: reading, refusing and writing it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.study.findings import Finding
from analysis.study.schema import READABLE_VERSIONS
from analysis.study.study import Study

__all__ = [
    "about_arguments",
    "about_entries",
    "about_faults",
    "about_text",
    "folder_error",
    "read_about",
]

_TITLE_LENGTH = 120
_LABEL_LENGTH = 60
_YEARS = re.compile(r"(?:19|20)[0-9]{2}(?:\s*[-–]\s*(?:19|20)[0-9]{2})?")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_LONGEST_GAP = 3650
_DATE_PART = re.compile(
    r"\d{4}|\d\s*[-–—/.\s]\s*\d|(?<![a-z])(?:q\s*[1-4]|[1-4]\s*q|quarter)(?![a-z])"
    r"|(?<![a-z])(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])",
    re.IGNORECASE,
)


def folder_error(rule: str, table: str, what: str, remedy: str) -> Finding:
    """Make an error finding about the folder or its description."""
    return Finding(rule=rule, severity="error", table=table, what=what, remedy=remedy)


def read_about(root: Path) -> tuple[dict[str, Any] | None, list[Finding]]:
    """Read ``study.json`` into the arguments of `Study`."""
    path = root / "study.json"
    remedy = "It needs title, schema_version, sites and instruments."
    if not path.is_file():
        what = "The file study.json is missing."
        return None, [folder_error("FIL-000", "study.json", what, remedy)]
    try:
        about = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        what = "The file cannot be opened; another program may hold it, or rights are missing."
        return None, [folder_error("FIL-001", "study.json", what, "Close it there and try again.")]
    except (ValueError, RecursionError):
        what = "The file is not valid JSON in UTF-8."
        return None, [folder_error("FIL-001", "study.json", what, remedy)]
    if not isinstance(about, Mapping):
        what = "It must hold one JSON object."
        return None, [folder_error("FIL-007", "study.json", what, remedy)]
    return about_arguments(about)


def about_arguments(about: Mapping[str, Any]) -> tuple[dict[str, Any] | None, list[Finding]]:
    """Check the entries that ``study.json`` has, and name them as `Study` does.

    Parameters
    ----------
    about : mapping
        Entries by their names; others are left alone.

    Returns
    -------
    arguments : dict or None
        Arguments of `Study`; None when any entry is not as it must be.
    findings : list of Finding
        One per such entry.
    """
    faults = about_faults(about)
    if faults:
        return None, faults
    return {
        "title": about["title"],
        "sites": tuple(about["sites"]),
        "instruments": tuple(about["instruments"]),
        "data_cut_off": about.get("data_cut_off", ""),
        "synthetic": about.get("synthetic", False),
        "seed": about.get("seed"),
        "course_gap_days": about.get("course_gap_days"),
    }, []


def about_faults(about: Mapping[str, Any]) -> list[Finding]:
    """List what is wrong with the entries of ``study.json``.

    Parameters
    ----------
    about : mapping
        Its entries.

    Returns
    -------
    list of Finding
        One per entry that is missing or not as it must be.
    """
    seed, label = about.get("seed"), about.get("data_cut_off", "")
    gap = about.get("course_gap_days", 1)
    wrong = {
        "schema_version": about.get("schema_version") not in READABLE_VERSIONS,
        "title": not _is_label(about.get("title"), _TITLE_LENGTH)
        or bool(_DATE.search(about["title"])),
        "sites": not _is_code_list(about.get("sites")),
        "instruments": not _is_code_list(about.get("instruments")),
        "data_cut_off": label != "" and not _is_cut_off(label),
        "synthetic": not isinstance(about.get("synthetic", False), bool),
        "seed": isinstance(seed, bool) or not isinstance(seed, int | None),
        "course_gap_days": isinstance(gap, bool)
        or not isinstance(gap, int)
        or not 1 <= gap <= _LONGEST_GAP,
    }
    return [_about_fault(key) for key, is_wrong in wrong.items() if is_wrong]


def _about_fault(key: str) -> Finding:
    """Say what one entry of ``study.json`` must be."""
    codes = (
        f"a list of one or more different texts of at most {_LABEL_LENGTH} characters, none of "
        "them empty or with spaces at its ends"
    )
    allowed = {
        "schema_version": "one of the texts " + " and ".join(f'"{v}"' for v in READABLE_VERSIONS),
        "title": f"a text of at most {_TITLE_LENGTH} characters without a date",
        "sites": codes,
        "instruments": codes,
        "data_cut_off": f'a year ("2025"), a range of years ("2024-2025"), a text of at most '
        f"{_LABEL_LENGTH} characters without any year, month, quarter or date, or left out",
        "synthetic": "true or false without quotation marks, or left out",
        "seed": "a whole number, or left out",
        "course_gap_days": f"a whole number of days from 1 to {_LONGEST_GAP}, or left out",
    }
    return Finding(
        rule="FIL-007",
        severity="error",
        table="study.json",
        column=key,
        what=f"The entry {key} is missing or not as it must be.",
        remedy=f"It must be {allowed[key]}.",
    )


def _is_label(value: Any, length: int) -> bool:
    """Tell whether a value is a text with something in it and not too long."""
    return isinstance(value, str) and value.strip() != "" and len(value) <= length


def _is_cut_off(value: Any) -> bool:
    """Tell whether a value is a year, a range of years, or a label with no part of a date."""
    if not _is_label(value, _LABEL_LENGTH):
        return False
    return bool(_YEARS.fullmatch(value.strip())) or not _DATE_PART.search(value)


def _is_code_list(value: Any) -> bool:
    """Tell whether a value is a list of different texts, spelt as cells are read."""
    if not isinstance(value, list) or not value:
        return False
    whole = all(_is_label(code, _LABEL_LENGTH) and code == code.strip() for code in value)
    return whole and len(set(value)) == len(value)


def about_entries(study: Study) -> dict[str, Any]:
    """Gather what is known about all tables and stands in none of them.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    dict
        Named as `Study` does; ``course_gap_days`` only where it is known.
    """
    gap = study.course_gap_days
    return {
        "title": study.title,
        "sites": list(study.sites),
        "instruments": list(study.instruments),
        "data_cut_off": study.data_cut_off,
        "synthetic": study.synthetic,
        "seed": study.seed,
        **({} if gap is None else {"course_gap_days": gap}),
    }


def about_text(study: Study) -> str:
    """Write what is known about all tables as JSON."""
    entries = about_entries(study)
    about = {"title": entries.pop("title"), "schema_version": study.schema_version, **entries}
    return json.dumps(about, indent=2, ensure_ascii=False) + "\n"
