"""What is kept of the resources of an export while its lines go by: rows, keys and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from analysis.formats.fhir.json_access import inside
from analysis.formats.fhir.references import contained, names_of, reference_key

__all__ = ["Administration", "Collected", "Episode", "Event", "Measured", "Person", "Response",
           "Total", "keys_of", "subject_of"]  # fmt: skip

When = tuple[int, float] | None
"""Number of the day, and seconds or NaN, as `json_access.moment` gives."""


class Person(NamedTuple):
    """What is kept of a patient."""

    subject_id: str
    gender: str
    birth: When
    site: str
    died: bool
    death: When
    language: str
    extras: dict[str, Any]


class Episode(NamedTuple):
    """What is kept of an episode of care."""

    subject: str
    start: When
    end: When
    status: str
    extras: dict[str, Any]


class Administration(NamedTuple):
    """What is kept of a dose; the keys are those by which others refer to it or its encounter."""

    subject: str
    keys: tuple[str, ...]
    start: When
    end: When
    agent: str
    medication: str
    route: str
    dose_mg: float | None
    dose_mg_kg: float | None
    completed: bool
    stop_reason: str
    extras: dict[str, Any]


class Response(NamedTuple):
    """What is kept of a completed scale; answers are (item, answer, reason)."""

    subject: str
    keys: tuple[str, ...]
    scale: str
    when: When
    total: float | None
    rater: str
    encounter: str
    answers: tuple[tuple[int, int | None, str], ...]
    extras: dict[str, Any]


class Total(NamedTuple):
    """What is kept of an observed total of a scale."""

    subject: str
    scale: str
    when: When
    total: float
    sources: tuple[str, ...]
    encounter: str


class Measured(NamedTuple):
    """What is kept of a measurement."""

    subject: str
    links: tuple[str, ...]
    when: When
    parameter: str
    value: float


class Event(NamedTuple):
    """What is kept of an adverse event."""

    subject: str
    links: tuple[str, ...]
    when: When
    term: str
    severity: int | None
    serious: bool | None
    related: bool | None
    outcome: str
    extras: dict[str, Any]


@dataclass(kw_only=True, eq=False)
class Collected:
    """Everything that is kept of an export."""

    people: list[Person] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    administrations: list[Administration] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    patient_of: dict[str, str] = field(default_factory=dict)
    agent_of: dict[str, str] = field(default_factory=dict)
    n_read: Counter[str] = field(default_factory=Counter)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)

    def leave_out(self, resource: Mapping[str, Any], reason: str) -> None:
        """Count a resource that is not used."""
        self.left_out[str(resource["resourceType"]), reason] += 1


def subject_of(resource: Mapping[str, Any], name: str = "subject") -> str:
    """Return the key of the patient whom a resource is about; empty when it names none."""
    reference = inside(resource, name)
    inner = contained(resource, reference)
    if inner is None:
        return reference_key(reference)
    keys = list(names_of(inner))
    return next((key for key in keys if key.startswith("identifier|")), (keys or [""])[0])


def keys_of(resource: Mapping[str, Any], *references: Any) -> tuple[str, ...]:
    """Return the keys of a resource and of what some of its references lead to."""
    led = (reference_key(reference) for reference in references)
    return tuple(dict.fromkeys([*names_of(resource), *filter(None, led)]))
