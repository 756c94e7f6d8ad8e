"""Telling resources of other versions of FHIR from those of R4, by what they say or how they look.

A reader for one version loses fields of another without a word, so they are refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from analysis.formats.fhir.json_access import inside, objects, text_of

__all__ = ["other_version"]

_NAMES = {"0": "DSTU1", "1": "DSTU2", "3": "STU3", "5": "R5", "6": "R6"}
_PROFILE = re.compile(
    r"https?://hl7\.org/fhir/(?:(?P<before>[0-9])\.[0-9]/StructureDefinition/"
    r"|StructureDefinition/[^|]*\|(?P<after>[0-9])\.)"
)
_FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "QuestionnaireResponse": {"DSTU2": ("group",), "STU3": ("context", "parent")},
    "Observation": {
        "DSTU2": ("comments",),
        "STU3": ("comment", "related", "context"),
        "R5": ("triggeredBy", "bodyStructure", "instantiatesCanonical", "instantiatesReference"),
    },
    "MedicationAdministration": {
        "DSTU2": ("wasNotGiven", "effectiveTimeDateTime", "effectiveTimePeriod", "patient"),
        "STU3": ("notGiven", "reasonNotGiven", "prescription"),
        "R5": (
            *("medication", "occurenceDateTime", "occurencePeriod", "occurenceTiming"),
            *("encounter", "isSubPotent", "subPotentReason"),
        ),
    },
    "AdverseEvent": {
        "STU3": ("type", "reaction"),
        "R5": (
            *("code", "occurrenceDateTime", "occurrencePeriod", "occurrenceTiming"),
            *("status", "participant", "resultingEffect"),
        ),
    },
    "Patient": {"STU3": ("animal",)},
}
"""Fields that R4 does not have, by resource and by the version that has them."""


def other_version(resource: Mapping[str, Any]) -> str:
    """Name the version of a resource that is not of R4 or R4B.

    Parameters
    ----------
    resource : mapping
        A resource.

    Returns
    -------
    str
        Such as "R5"; empty when nothing says or betrays another version.

    Examples
    --------
    >>> other_version({"resourceType": "AdverseEvent", "occurrenceDateTime": "2024"})
    'R5'
    >>> other_version({"resourceType": "CapabilityStatement", "fhirVersion": "3.0.2"})
    'STU3'
    >>> other_version({"resourceType": "Patient", "gender": "female"})
    ''
    """
    kind = text_of(resource, "resourceType")
    said = _said(resource)
    if said is not None:
        return said
    for version, fields in _FIELDS.get(kind, {}).items():
        if any(field in resource for field in fields):
            return version
    if kind == "QuestionnaireResponse" and isinstance(resource.get("questionnaire"), Mapping):
        return "STU3"  # a reference there, an address in R4
    if kind == "AdverseEvent":
        if isinstance(resource.get("category"), str):
            return "STU3"
        causes = [each.get("causality") for each in objects(resource, "suspectEntity")]
        return "STU3" if any(isinstance(cause, str) for cause in causes) else ""
    return ""


def _said(resource: Mapping[str, Any]) -> str | None:
    """Name the version that a resource says it is of; None when it says none, or R4."""
    digits = [text_of(resource, "fhirVersion")[:1]]
    profiles = inside(resource, "meta", "profile")
    for profile in profiles if isinstance(profiles, list) else []:
        match = _PROFILE.match(profile) if isinstance(profile, str) else None
        digits += [match["before"] or match["after"]] if match else []
    named = [_NAMES[digit] for digit in digits if digit in _NAMES]
    return named[0] if named else None
