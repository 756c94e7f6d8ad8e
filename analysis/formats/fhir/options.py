"""What an analyst can decide about a FHIR export; everything has a default that a finding names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analysis.formats.decisions import decisions
from analysis.formats.fhir.json_access import moment
from analysis.formats.noticed import noticed
from analysis.study import TABLES, Finding
from analysis.study.about import about_arguments
from analysis.study.schema import SCHEMA_VERSION

__all__ = ["FhirOptions", "read_options"]

_INDICATIONS = TABLES["subjects"].column("indication").allowed
_ABOUT = ("title", "sites", "instruments", "data_cut_off", "synthetic", "seed", "course_gap_days")
_MOST_DAYS = 3650


@dataclass(frozen=True, kw_only=True)
class FhirOptions:
    """Decisions about an export.

    Parameters
    ----------
    about : mapping
        Arguments of `analysis.study.Study`; sites and instruments of the data where left out.
    sites : mapping of str to str
        Clinic by the id of its organisation.
    site : str
        Clinic of patients without an organisation.
    questionnaires : mapping of str to str
        Scale by the address of its questionnaire; empty for one that is no scale.
    cut_off : int, optional
        Number of the last day that counts; what is dated later is left out.
    induction_days : int
        Days from the first session of a course that belong to induction.
    indication : str
        Reason for treatment of all patients; empty when not known.
    """

    about: Mapping[str, Any] = field(default_factory=dict)
    sites: Mapping[str, str] = field(default_factory=dict)
    site: str = ""
    questionnaires: Mapping[str, str] = field(default_factory=dict)
    cut_off: int | None = None
    induction_days: int = 28
    indication: str = ""


def read_options(
    mapping: Path | str | Mapping[str, Any] | None,
) -> tuple[FhirOptions | None, list[Finding]]:
    """Read the decisions, or say what is wrong with them.

    Parameters
    ----------
    mapping : path, mapping or None
        JSON file, its content, or nothing.

    Returns
    -------
    options : FhirOptions or None
        None when any finding is an error.
    findings : list of Finding
        By the key.
    """
    if mapping is None:
        return FhirOptions(), []
    content = mapping if isinstance(mapping, Mapping) else _loaded(Path(mapping))
    if not isinstance(content, Mapping):
        return None, [_wrong("", "a file with one JSON object in UTF-8")]
    content, open_ = decisions(content)
    if open_:
        return None, open_
    findings = [_wrong(key, _RULES[key][1]) for key in _RULES if key in content
                and not _RULES[key][0](content[key])]  # fmt: skip
    stated = {key: content[key] for key in _ABOUT if key in content}
    defaults = {
        "schema_version": SCHEMA_VERSION,
        "title": "x",
        "sites": ["x"],
        "instruments": ["x"],
    }
    arguments, found = about_arguments({**defaults, **stated})
    findings += [replace(each, table="mapping") for each in found]
    if findings or arguments is None:
        return None, findings
    return _made(content, {key: arguments[key] for key in stated}), []


def _loaded(path: Path) -> Any:
    """Load a JSON file; None when it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None


def _wrong(key: str, allowed: str) -> Finding:
    """Say what an entry must be."""
    what = "The entry is not as it must be."
    return noticed("FHR-001", ("mapping", key), what, f"It must be {allowed}.")


def _is_texts(value: Any) -> bool:
    """Tell whether a value is an object of texts, none of them empty."""
    return isinstance(value, Mapping) and all(
        isinstance(key, str) and isinstance(each, str) and each for key, each in value.items()
    )


def _is_text(value: Any) -> bool:
    """Tell whether a value is a text with something in it."""
    return isinstance(value, str) and value.strip() == value != ""


def _is_date(value: Any) -> bool:
    """Tell whether a value is a whole date."""
    return isinstance(value, str) and moment(value) is not None


def _is_days(value: Any) -> bool:
    """Tell whether a value is a number of days."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_DAYS


def _is_scales(value: Any) -> bool:
    """Tell whether a value gives a scale, or nothing, for each address."""
    return isinstance(value, Mapping) and _is_texts(
        {key: each for key, each in value.items() if each is not None}
    )


_RULES = {
    "sites_of_organizations": (_is_texts, "an object of organisation ids and clinics"),
    "site": (_is_text, "the clinic of patients without an organisation"),
    "questionnaires": (
        _is_scales,
        "an object of addresses of questionnaires and scales, null for what is no scale",
    ),
    "cut_off": (_is_date, "a date as year-month-day"),
    "induction_days": (_is_days, f"a whole number of days from 1 to {_MOST_DAYS}"),
    "indication": (lambda value: value in _INDICATIONS, f"one of: {', '.join(_INDICATIONS)}"),
}


def _made(content: Mapping[str, Any], about: dict[str, Any]) -> FhirOptions:
    """Make the decisions from entries that are as they must be."""
    cut_off = moment(content["cut_off"]) if "cut_off" in content else None
    return FhirOptions(
        about=about,
        sites=dict(content.get("sites_of_organizations", {})),
        site=content.get("site", ""),
        questionnaires={
            address: scale or "" for address, scale in content.get("questionnaires", {}).items()
        },
        cut_off=cut_off[0] if cut_off else None,
        induction_days=content.get("induction_days", 28),
        indication=content.get("indication", ""),
    )
