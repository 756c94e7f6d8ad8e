"""Totals, vital signs and weights from Observation, in the units that a study has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.formats.fhir.codes import BLOOD_PRESSURE, BODY_WEIGHT, LOINC, OWN, VITALS, scale_codes
from analysis.formats.fhir.collecting import Collected, Measured, Total, subject_of
from analysis.formats.fhir.json_access import codings, moment, number_of, objects, text_of
from analysis.formats.fhir.references import reference_key
from analysis.study import UNITS

__all__ = ["WEIGHT", "read_observation"]

WEIGHT = "weight"
"""Parameter of a body weight, which belongs to a session and not to its monitoring."""

_DONE = ("final", "amended", "corrected")
_IN_KG = {"kg": 1.0, "g": 0.001, "[lb_av]": 0.45359237}
_SPELT = {"mmHg": "mm[Hg]", "mm Hg": "mm[Hg]", "beats/minute": "/min", "{Beats}/min": "/min",
          "breaths/minute": "/min", "bpm": "/min"}  # fmt: skip


def read_observation(resource: Mapping[str, Any], collected: Collected) -> None:
    """Keep a total, or the measurements of an observation and its components.

    Parameters
    ----------
    resource : mapping
        An Observation.
    collected : Collected
        Where it is kept.
    """
    if text_of(resource, "status") not in _DONE:
        collected.leave_out(resource, "status is not final")
        return
    totals = scale_codes()[2]
    scales = [totals[code] for system, code in codings(resource.get("code")) if code in totals]
    if scales:
        _keep_total(resource, scales[0], collected)
        return
    measured = list(_measured(resource, collected))
    if not measured:
        collected.leave_out(resource, "not a measurement of a study, or without a value")
    collected.measured += measured


def _keep_total(resource: Mapping[str, Any], scale: str, collected: Collected) -> None:
    """Keep an observed total."""
    value = _value(resource)
    if value is None:
        collected.leave_out(resource, "total without a number")
        return
    collected.totals.append(
        Total(
            subject=subject_of(resource),
            scale=scale,
            when=moment(_when(resource)),
            total=value,
            sources=tuple(reference_key(each) for each in objects(resource, "derivedFrom")),
            encounter=reference_key(resource.get("encounter")),
        )
    )


def _when(resource: Mapping[str, Any]) -> str:
    """Return the time of an observation."""
    return text_of(resource, "effectiveDateTime") or text_of(resource, "effectivePeriod", "start")


def _value(part: Mapping[str, Any]) -> float | None:
    """Return a number, also one that is written as text: US Core's example of a total is."""
    for found in (number_of(part, "valueQuantity", "value"), number_of(part, "valueInteger")):
        if found is not None:
            return found
    text = text_of(part, "valueString")
    plain = text.isascii() and text.replace(".", "", 1).isdigit() and len(text) < 10
    return float(text) if plain else None


def _measured(resource: Mapping[str, Any], collected: Collected) -> Iterator[Measured]:
    """Give the measurements of an observation."""
    links = [reference_key(each) for each in objects(resource, "partOf")]
    links.append(reference_key(resource.get("encounter")))
    for part in (resource, *objects(resource, "component")):
        parameter = _parameter(part.get("code"))
        value = number_of(part, "valueQuantity", "value")
        if not parameter or value is None:
            continue
        factor = _factor(part, parameter)
        if factor is None:
            collected.faults["FHR-013", "Observation"] += 1
            continue
        yield Measured(
            subject=subject_of(resource),
            links=tuple(filter(None, links)),
            when=moment(_when(resource)),
            parameter=parameter,
            value=value * factor,
        )


def _parameter(concept: Any) -> str:
    """Name what was measured; empty when a study has no place for it."""
    for system, code in codings(concept):
        if system == LOINC and code == BODY_WEIGHT:
            return WEIGHT
        if system == LOINC and code in VITALS and code != BLOOD_PRESSURE:
            return VITALS[code]
        if system == OWN and code in UNITS:
            return code
    return ""


def _factor(part: Mapping[str, Any], parameter: str) -> float | None:
    """Return what a value is multiplied with to be in the unit of a study."""
    said = text_of(part, "valueQuantity", "code") or text_of(part, "valueQuantity", "unit")
    if parameter == WEIGHT:
        return _IN_KG.get(said)
    return 1.0 if _SPELT.get(said, said) == UNITS[parameter] else None
