"""What an analyst says about an OMOP export, beside the meaning of its concepts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analysis.formats.decisions import decisions
from analysis.formats.noticed import noticed
from analysis.formats.omop.concepts import Concepts, read_concepts
from analysis.study import TABLES, Finding
from analysis.study.about import about_arguments
from analysis.study.schema import SCHEMA_VERSION

__all__ = ["OmopOptions", "read_options"]

_INDICATIONS = TABLES["subjects"].column("indication").allowed
_CODE_SYSTEMS = TABLES["diagnoses"].column("code_system").allowed
_ABOUT = ("title", "sites", "instruments", "data_cut_off", "synthetic", "seed", "course_gap_days")
_MOST_DAYS = 3650


@dataclass(frozen=True, kw_only=True, eq=False)
class OmopOptions:
    """Decisions about an export.

    Parameters
    ----------
    concepts : Concepts
        Meaning of the concepts.
    about : mapping
        Arguments of `analysis.study.Study`.
    mg_per_quantity : float, optional
        How many mg one unit of ``quantity`` is where ``dose_unit_source_value`` does not say.
    condition_codes : str
        Code system of ``condition_source_value``; empty when conditions are not read.
    site, indication : str
        Clinic of persons without a care site; reason for treatment of all persons.
    induction_days : int
        Days from the first session of a course that belong to induction.
    subject_id : {"person_id", "person_source_value"}
        Field that becomes the pseudonym.
    """

    concepts: Concepts
    about: Mapping[str, Any] = field(default_factory=dict)
    mg_per_quantity: float | None = None
    condition_codes: str = ""
    site: str = ""
    indication: str = ""
    induction_days: int = 28
    subject_id: str = "person_id"


def read_options(
    mapping: Path | str | Mapping[str, Any], folder: Path
) -> tuple[OmopOptions | None, list[Finding]]:
    """Read the decisions, or say what is wrong with them.

    Parameters
    ----------
    mapping : path or mapping
        JSON file, or its content.
    folder : path
        Holds the tables, and the vocabulary if codes are to be looked up.

    Returns
    -------
    options : OmopOptions or None
        None when any finding is an error.
    findings : list of Finding
        By the key.
    """
    content = mapping if isinstance(mapping, Mapping) else _loaded(Path(mapping))
    if not isinstance(content, Mapping):
        return None, [_wrong("", "a file with one JSON object in UTF-8")]
    content, open_ = decisions(content)
    if open_:
        return None, open_
    findings = [
        _wrong(key, allowed)
        for key, (is_right, allowed) in _RULES.items()
        if key in content and not is_right(content[key])
    ]
    if not set(content) <= {*_RULES, *_ABOUT, "concepts"}:
        findings.append(_wrong("", f"any of: concepts, {', '.join([*_RULES, *_ABOUT])}"))
    stated = {key: content[key] for key in _ABOUT if key in content}
    defaults = {"schema_version": SCHEMA_VERSION, "title": "x", "sites": ["x"],
                "instruments": ["x"]}  # fmt: skip
    arguments, found = about_arguments({**defaults, **stated})
    concepts, unclear = read_concepts(content.get("concepts", {}), folder)
    findings += [*(replace(each, table="mapping") for each in found), *unclear]
    if findings or arguments is None or concepts is None:
        return None, findings
    about = {key: arguments[key] for key in stated}
    chosen = {key: content[key] for key in _RULES if key in content}
    return OmopOptions(concepts=concepts, about=about, **chosen), []


def _loaded(path: Path) -> Any:
    """Load a JSON file; None when it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None


def _wrong(key: str, allowed: str) -> Finding:
    """Say what an entry must be."""
    what = "The entry is not as it must be."
    return noticed("OMP-001", ("mapping", key), what, f"It must be {allowed}.")


def _is_amount(value: Any) -> bool:
    """Tell whether a value is a number above zero."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e6


def _is_days(value: Any) -> bool:
    """Tell whether a value is a number of days."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_DAYS


_RULES = {
    "mg_per_quantity": (_is_amount, "a number of mg above zero"),
    "condition_codes": (
        lambda value: value in _CODE_SYSTEMS,
        f"one of: {', '.join(_CODE_SYSTEMS)}",
    ),
    "site": (
        lambda value: isinstance(value, str) and value.strip() == value != "",
        "the clinic of persons without a care site",
    ),
    "indication": (lambda value: value in _INDICATIONS, f"one of: {', '.join(_INDICATIONS)}"),
    "subject_id": (
        lambda value: value in ("person_id", "person_source_value"),
        "person_id or person_source_value",
    ),
    "induction_days": (_is_days, f"a whole number of days from 1 to {_MOST_DAYS}"),
}
