"""Adverse events from AdverseEvent: what, how severe, whether serious and related, how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.formats.fhir.codes import OUTCOMES, RELATED, SEVERITIES
from analysis.formats.fhir.collecting import Collected, Event, subject_of
from analysis.formats.fhir.json_access import codings, extras, moment, objects, text_of
from analysis.formats.fhir.references import reference_key

__all__ = ["read_event"]


def read_event(resource: Mapping[str, Any], collected: Collected) -> None:
    """Keep an adverse event that happened.

    Parameters
    ----------
    resource : mapping
        An AdverseEvent.
    collected : Collected
        Where it is kept.
    """
    if text_of(resource, "actuality") != "actual":
        collected.leave_out(resource, "not actual")
        return
    suspects = list(objects(resource, "suspectEntity"))
    serious = [code for _, code in codings(resource.get("seriousness"))]
    collected.events.append(
        Event(
            subject=subject_of(resource),
            links=tuple(reference_key(each.get("instance")) for each in suspects),
            when=moment(text_of(resource, "date") or text_of(resource, "detected")),
            term=_term(resource.get("event")),
            severity=_first(resource.get("severity"), SEVERITIES),
            serious=serious[0].lower() == "serious" if serious else None,
            related=next(_causes(suspects), None),
            outcome=_first(resource.get("outcome"), OUTCOMES) or "",
            extras=extras(resource),
        )
    )


def _term(concept: Any) -> str:
    """Name an event by the display of its code; free text only where there is no code."""
    displays = [text_of(each, "display") for each in objects(concept, "coding")]
    return next(filter(None, displays), "") or text_of(concept, "text")


def _first(concept: Any, meaning: Mapping[str, Any]) -> Any:
    """Return the meaning of the first code that has one."""
    return next((meaning[code] for _, code in codings(concept) if code in meaning), None)


def _causes(suspects: list[Mapping[str, Any]]) -> Iterator[bool]:
    """Say whether each assessed cause was judged to be one."""
    for suspect in suspects:
        for cause in objects(suspect, "causality"):
            judged = _first(cause.get("assessment"), RELATED)
            if judged is not None:
                yield judged
