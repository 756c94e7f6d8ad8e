"""Proposing the mapping of a FHIR export from the codes and addresses that it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.errors import DataError
from analysis.formats.drafting.scales import named_scale
from analysis.formats.fhir.inventory import FhirInventory, take_inventory
from analysis.formats.fhir.lines import file_label
from analysis.formats.fhir.options import FhirOptions
from analysis.instruments import instrument_names, load_instrument

__all__ = ["draft_fhir"]

_CLINICS = "Patient.managingOrganization"


def draft_fhir(files: Sequence[Path]) -> dict[str, Any]:
    """Propose the mapping of a FHIR export.

    Parameters
    ----------
    files : sequence of pathlib.Path
        Files that end with ``.ndjson``.

    Returns
    -------
    dict
        For `read_fhir`, with notes; what is not sure is "?".

    Raises
    ------
    DataError
        When a file cannot be opened, or no line is a resource that is read.
    """
    try:
        found = take_inventory(files)
    except OSError:
        raise DataError(
            f"One of the {len(files)} files of the FHIR export cannot be opened. Another program "
            "may hold it; close it there and try again."
        ) from None
    if not found.inventory.codes:
        listed = ", ".join(file_label(path, n) for n, path in enumerate(files, start=1))
        raise DataError(
            f"No resource that is read stands in the files of the FHIR export: {listed}. Export "
            "Patient, QuestionnaireResponse, Observation and MedicationAdministration."
        )
    return {
        "kind": "fhir",
        "note": _note(found),
        "title": "?",
        **_clinics(found.inventory.at(_CLINICS)),
        **_questionnaires(found),
        "cut_off": "?",
        "indication": "?",
        "induction_days": FhirOptions().induction_days,
    }


def _clinics(clinics: Counter[str]) -> dict[str, Any]:
    """Ask for the clinics of organisations, and of patients without one."""
    named = sorted(name for name in clinics if name)
    note = "Which clinic is each organisation? The ids are those of the export."
    asked = {"sites_of_organizations": {**dict.fromkeys(named, "?"), "note": note}} if named else {}
    return {**asked, **({"site": "?"} if clinics[""] or not clinics else {})}


def _questionnaires(found: FhirInventory) -> dict[str, Any]:
    """Ask which scale a questionnaire is that no LOINC code tells."""
    unknown = sorted(address for address, scale in found.scales.items() if address and not scale)
    if not unknown:
        return {}
    told = {address: _scale(address, found.items[address]) for address in unknown}
    asked = [
        f"Questionnaire {n} of the list has {_counted(found.items[address])}; {told[address][1]}."
        for n, address in enumerate(unknown, start=1)
    ]
    note = "Which scale is each? null for what is no scale. " + " ".join(asked)
    return {"questionnaires": {**{a: scale for a, (scale, _) in told.items()}, "note": note}}


def _counted(items: set[str]) -> str:
    """Say how many items have a number, which the reader needs."""
    numbered = sum(code.isascii() and code.isdecimal() for code in items)
    if numbered:
        return f"{numbered} numbered items"
    return f"{len(items)} items without numbers, of which no answer is read"


def _scale(address: str, items: set[str]) -> tuple[str, str]:
    """Propose the scale that the address names when it has as many numbered items."""
    numbers = {int(code) for code in items if code.isascii() and code.isdecimal()} - {0}
    fitting = [name for name in instrument_names() if load_instrument(name).item_count ==
               len(numbers) == max(numbers, default=0)]  # fmt: skip
    named = named_scale(address.rpartition("/")[2])
    if named and named in fitting:
        return named, "its address names the scale, which has as many"
    return "?", f"as many have: {', '.join(fitting) or 'no scale of the library'}"


def _note(found: FhirInventory) -> str:
    """Say what was recognised, and what will not be read."""
    inventory = found.inventory
    scales = sorted({scale for scale in found.scales.values() if scale})
    parts = [
        "Proposed from a FHIR bulk export. Decide every ? and look at every note.",
        f"Scales that codes or addresses tell: {', '.join(scales) or 'none'}.",
    ]
    for place, said in (
        ("MedicationAdministration.medication", "Doses"),
        ("Medication.code", "Drugs of Medication"),
        ("Observation.code", "Measurements and totals that are read, by code"),
        ("Observation.code, not read", "Measurements that are not read"),
    ):
        if inventory.codes.get(place):
            parts.append(f"{said}: {inventory.listed(place)}.")
    parts.append("Course, phase and follow-up are derived, and a warning says how.")
    return " ".join(parts)
