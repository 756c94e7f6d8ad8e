"""Doses of ketamine and esketamine from MedicationAdministration: drug, route, amount, ending."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from analysis.formats.fhir.codes import AGENTS, ROUTES, SNOMED
from analysis.formats.fhir.collecting import Administration, Collected, keys_of, subject_of
from analysis.formats.fhir.json_access import (
    codings,
    extras,
    inside,
    moment,
    number_of,
    objects,
    text_of,
)
from analysis.formats.fhir.references import contained, names_of, reference_key
from analysis.study import TABLES

__all__ = ["read_administration", "read_medication"]

_WORDS = re.compile(
    r"\b(?P<es>es|s-)?ketamine\b|\b(?P<spravato>spravato)\b|\bketalar\b", re.IGNORECASE
)
_IN_MG = {"mg": 1.0, "g": 1000.0, "ug": 0.001, "mcg": 0.001}
_ROUTES = TABLES["sessions"].column("route").allowed
_STOP_REASONS = TABLES["sessions"].column("stop_reason").allowed
_GIVEN = {"completed": True, "stopped": False}


def agent_of(concept: Any) -> str:
    """Name the drug of a concept: by its codes, else by the word in its text.

    Parameters
    ----------
    concept : object
        A CodeableConcept.

    Returns
    -------
    str
        "ketamine", "esketamine" or empty for any other drug.

    Examples
    --------
    >>> agent_of({"text": "Esketamine 28 mg nasal spray"})
    'esketamine'
    """
    by_code = [AGENTS[pair] for pair in codings(concept) if pair in AGENTS]
    if by_code:
        return by_code[0]
    displays = [text_of(each, "display") for each in objects(concept, "coding")]
    match = _WORDS.search(" ; ".join([text_of(concept, "text"), *displays]))
    if match is None:
        return ""
    return "esketamine" if match["es"] or match["spravato"] else "ketamine"


def read_medication(resource: Mapping[str, Any], collected: Collected) -> None:
    """Keep which drug a Medication is.

    Parameters
    ----------
    resource : mapping
        A Medication.
    collected : Collected
        Where it is kept.
    """
    for key in names_of(resource):
        collected.agent_of.setdefault(key, agent_of(resource.get("code")))


def read_administration(resource: Mapping[str, Any], collected: Collected) -> None:
    """Keep a dose that was given, wholly or in part.

    Parameters
    ----------
    resource : mapping
        A MedicationAdministration.
    collected : Collected
        Where it is kept; whether the drug is one of the study is decided when all is read.
    """
    status = text_of(resource, "status")
    if status not in _GIVEN:
        collected.leave_out(resource, "status is neither completed nor stopped")
        return
    drug = resource.get("medicationReference")
    inner = contained(resource, drug)
    agent = agent_of(
        resource.get("medicationCodeableConcept") if inner is None else inner.get("code")
    )
    period = inside(resource, "effectivePeriod")
    start = text_of(resource, "effectiveDateTime") or text_of(period, "start")
    dose_mg, dose_mg_kg = _dose(inside(resource, "dosage", "dose"), collected)
    reasons = [text_of(each, "text") for each in objects(resource, "statusReason")]
    collected.administrations.append(
        Administration(
            subject=subject_of(resource),
            keys=keys_of(resource, resource.get("context")),
            start=moment(start),
            end=moment(text_of(period, "end")),
            agent=agent,
            medication="" if inner is not None else reference_key(drug),
            route=_route(inside(resource, "dosage", "route")),
            dose_mg=dose_mg,
            dose_mg_kg=dose_mg_kg,
            completed=_GIVEN[status],
            stop_reason=next((reason for reason in reasons if reason in _STOP_REASONS), ""),
            extras=extras(resource),
        )
    )


def _route(concept: Any) -> str:
    """Name a route by its SNOMED CT code, else by its canonical abbreviation as text."""
    by_code = [
        ROUTES[code] for system, code in codings(concept) if system == SNOMED and code in ROUTES
    ]
    text = text_of(concept, "text")
    return by_code[0] if by_code else text if text in _ROUTES else ""


def _dose(dose: Any, collected: Collected) -> tuple[float | None, float | None]:
    """Return a dose in mg or in mg per kg; a unit that is neither is a fault."""
    value = number_of(dose, "value")
    unit = text_of(dose, "code") or text_of(dose, "unit")
    if value is None:
        return None, None
    if unit == "mg/kg":
        return None, value
    if unit not in _IN_MG:
        collected.faults["FHR-012", "MedicationAdministration"] += 1
        return None, None
    return (value if unit == "mg" else value * _IN_MG[unit]), None
