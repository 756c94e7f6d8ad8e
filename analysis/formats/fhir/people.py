"""Patients and their episodes of care: who they are, and from when to when they were observed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.formats.fhir.collecting import Collected, Episode, Person, subject_of
from analysis.formats.fhir.json_access import extras, inside, moment, objects, text_of
from analysis.formats.fhir.references import names_of, reference_key

__all__ = ["clinic_of", "read_episode", "read_patient"]


def read_patient(resource: Mapping[str, Any], collected: Collected) -> None:
    """Keep what a study needs of a patient: no name, address or contact.

    Parameters
    ----------
    resource : mapping
        A Patient.
    collected : Collected
        Where it is kept; the date of birth only until the age is known.
    """
    subject = text_of(resource, "id")
    if not subject:
        collected.leave_out(resource, "no id")
        return
    for key in names_of(resource):
        collected.patient_of.setdefault(key, subject)
    spoken = next(objects(resource, "communication"), {})
    collected.people.append(
        Person(
            subject_id=subject,
            gender=text_of(resource, "gender"),
            birth=moment(text_of(resource, "birthDate")),
            site=clinic_of(inside(resource, "managingOrganization")),
            died=bool(resource.get("deceasedBoolean") is True or resource.get("deceasedDateTime")),
            death=moment(text_of(resource, "deceasedDateTime")),
            language=text_of(spoken, "language", "text"),
            extras=extras(resource),
        )
    )


def clinic_of(reference: Any) -> str:
    """Return the code of a clinic: the value of its identifier, or the id of its resource."""
    value = text_of(reference, "identifier", "value")
    return value or reference_key(reference).rpartition("/")[2]


def read_episode(resource: Mapping[str, Any], collected: Collected) -> None:
    """Keep from when to when a patient was in care.

    Parameters
    ----------
    resource : mapping
        An EpisodeOfCare.
    collected : Collected
        Where it is kept.
    """
    collected.episodes.append(
        Episode(
            subject=subject_of(resource, "patient"),
            start=moment(text_of(resource, "period", "start")),
            end=moment(text_of(resource, "period", "end")),
            status=text_of(resource, "status"),
            extras=extras(resource),
        )
    )
