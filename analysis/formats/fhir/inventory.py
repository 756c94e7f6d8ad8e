"""Which questionnaires, drugs, measurements and clinics a FHIR export names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.formats.fhir.codes import (
    BLOOD_PRESSURE,
    BODY_WEIGHT,
    LOINC,
    OWN,
    VITALS,
    scale_codes,
)
from analysis.formats.fhir.doses import agent_of
from analysis.formats.fhir.json_access import codings, inside, objects, text_of
from analysis.formats.fhir.lines import read_lines
from analysis.formats.fhir.people import clinic_of
from analysis.formats.fhir.references import contained
from analysis.formats.fhir.responses import item_code, scale_of, walk_items
from analysis.formats.inventory import Inventory
from analysis.study import UNITS

__all__ = ["FhirInventory", "take_inventory"]

_LOINC_CODE = re.compile(r"[0-9]{1,7}-[0-9]")


@dataclass(kw_only=True, eq=False)
class FhirInventory:
    """What an export names.

    Parameters
    ----------
    inventory : Inventory
        Codes by resource and element.
    items : dict of str to set of str
        Ends of the linkIds of the items of each questionnaire, by its address.
    scales : dict of str to str
        Scale of each questionnaire that LOINC codes or its address tell; empty for others.
    """

    inventory: Inventory = field(default_factory=Inventory)
    items: dict[str, set[str]] = field(default_factory=dict)
    scales: dict[str, str] = field(default_factory=dict)


def take_inventory(files: Sequence[Path]) -> FhirInventory:
    """Go through an export, one line at a time, and note what it names.

    Parameters
    ----------
    files : sequence of pathlib.Path
        Files of a bulk export; lines that are no resource are left to the reader.

    Returns
    -------
    FhirInventory
        Codes of terminologies, addresses of questionnaires and ids of organisations; nothing of a
        patient.

    Raises
    ------
    OSError
        When a file cannot be opened.
    """
    found = FhirInventory()
    for path in files:
        for line in read_lines(path):
            if line.resource is not None:
                note = _NOTES.get(text_of(line.resource, "resourceType"))
                if note is not None:
                    note(line.resource, found)
    return found


def _response(resource: Mapping[str, Any], found: FhirInventory) -> None:
    """Note a questionnaire, and which items it has."""
    address = text_of(resource, "questionnaire").partition("|")[0]
    items = list(walk_items(resource))
    found.inventory.at("QuestionnaireResponse.questionnaire")[address] += 1
    found.items.setdefault(address, set()).update(item_code(item) for item in items)
    found.scales[address] = found.scales.get(address) or scale_of(resource, items, {})


def _observation(resource: Mapping[str, Any], found: FhirInventory) -> None:
    """Note what was measured."""
    for part in (resource, *objects(resource, "component")):
        pairs = codings(part.get("code"))
        if not pairs or (LOINC, BLOOD_PRESSURE) in pairs:  # a panel: its components are measured
            continue
        known = any(_is_read(system, code) for system, code in pairs)
        place = "Observation.code" if known else "Observation.code, not read"
        found.inventory.at(place)[_shown(pairs)] += 1


def _shown(pairs: Sequence[tuple[str, str]]) -> str:
    """Name a measurement by a code that cannot be anything else than one of a terminology."""
    loinc = [code for system, code in pairs if system == LOINC and _LOINC_CODE.fullmatch(code)]
    own = [code for system, code in pairs if system == OWN and code in UNITS]
    return next(iter([*loinc, *own]), "without LOINC code")


def _is_read(system: str, code: str) -> bool:
    """Tell whether the reader takes a measurement."""
    taken = code in VITALS or code == BODY_WEIGHT or code in scale_codes()[2]
    return system == OWN or (system == LOINC and taken)


def _administration(resource: Mapping[str, Any], found: FhirInventory) -> None:
    """Note which drug was given."""
    inner = contained(resource, resource.get("medicationReference"))
    concept = resource.get("medicationCodeableConcept") if inner is None else inner.get("code")
    refers = concept is None and resource.get("medicationReference") is not None
    name = agent_of(concept) or ("as its Medication says" if refers else "another drug")
    found.inventory.at("MedicationAdministration.medication")[name] += 1


def _medication(resource: Mapping[str, Any], found: FhirInventory) -> None:
    """Note which drug a Medication is."""
    found.inventory.at("Medication.code")[agent_of(resource.get("code")) or "another drug"] += 1


def _patient(resource: Mapping[str, Any], found: FhirInventory) -> None:
    """Note the clinic of a patient."""
    clinic = clinic_of(inside(resource, "managingOrganization"))
    found.inventory.at("Patient.managingOrganization")[clinic] += 1


_NOTES: dict[str, Callable[[Mapping[str, Any], FhirInventory], None]] = {
    "QuestionnaireResponse": _response,
    "Observation": _observation,
    "MedicationAdministration": _administration,
    "Medication": _medication,
    "Patient": _patient,
}
