"""FHIR R4 resources made of rows of canonical tables; a row lacks the cells that are missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from analysis.formats.fhir.codes import (
    ABSENT,
    ABSENT_REASONS,
    ANSWERS,
    ATC,
    BLOOD_PRESSURE,
    BODY_WEIGHT,
    LOINC,
    OUTCOMES,
    OWN,
    ROUTES,
    RXNORM,
    SEVERITIES,
    SNOMED,
    VITALS,
    WEIGHTS,
    scale_codes,
)
from analysis.formats.fhir.elements import (
    concept_of,
    date_of,
    dose_name,
    extensions_of,
    patient,
    plain_number,
    quantity_of,
    time_of,
)
from analysis.formats.fhir.frames import DAY_ZERO
from analysis.formats.fhir.json_access import EXTENSION
from analysis.formats.fhir.responses import OWN_QUESTIONNAIRE

__all__ = [
    "dose_of",
    "episode_of",
    "event_of",
    "observations_of",
    "patient_of",
    "responses_of",
    "weight_of",
]

Row = Mapping[str, Any]

_TERMS = "http://terminology.hl7.org/CodeSystem/"
_AGENTS = {"ketamine": (RXNORM, "6130"), "esketamine": (ATC, "N06AX27")}
_STATES = {"ongoing": "active", "completed": "finished"}


def _first_code(meaning: Mapping[str, Any]) -> dict[Any, Any]:
    """Return the first code of each meaning."""
    return {value: code for code, value in reversed(list(meaning.items()))}


_ROUTE_CODES, _VITAL_CODES = _first_code(ROUTES), _first_code(VITALS)
_OUTCOME_CODES, _ABSENT_CODES = _first_code(OUTCOMES), _first_code(ABSENT_REASONS)
_ANSWER_CODES, _SEVERITY_CODES = _first_code(ANSWERS), _first_code(SEVERITIES)


def patient_of(row: Row) -> dict[str, Any]:
    """Make a Patient of a row of subjects."""
    spoken = (
        {"communication": [{"language": {"text": row["language"]}}]} if "language" in row else {}
    )
    extensions = extensions_of(row, "subjects").get("extension", [])
    zero = {"url": f"{EXTENSION}{DAY_ZERO}", "valueDate": date_of(0)}
    return {
        "resourceType": "Patient",
        "id": str(row["subject_id"]),
        "extension": [zero, *extensions],
        **({"gender": row["sex"]} if "sex" in row else {"gender": "unknown"}),
        "managingOrganization": {"identifier": {"value": row["site_id"]}},
        **spoken,
    }


def episode_of(row: Row) -> dict[str, Any]:
    """Make an EpisodeOfCare of a row of follow_up."""
    return {
        "resourceType": "EpisodeOfCare",
        "id": f"{row['subject_id']}-f",
        **extensions_of(row, "follow_up"),
        "status": _STATES.get(row["end_reason"], "cancelled"),
        "patient": patient(row),
        "period": {"start": date_of(row["start_day"])},
    }


def dose_of(row: Row) -> dict[str, Any]:
    """Make a MedicationAdministration of a row of sessions."""
    start = time_of(row["rel_day"])
    when: dict[str, Any] = {"effectiveDateTime": start}
    if "infusion_min" in row:
        when = {
            "effectivePeriod": {"start": start, "end": time_of(row["rel_day"], row["infusion_min"])}
        }
    route = concept_of(SNOMED, _ROUTE_CODES[row["route"]], row["route"])
    dosage: dict[str, Any] = {"route": route}
    if "dose_mg" in row:
        dosage["dose"] = quantity_of(row["dose_mg"], "mg")
    return {
        "resourceType": "MedicationAdministration",
        "id": dose_name(row),
        **extensions_of(row, "sessions"),
        "status": "completed" if row["completed"] else "stopped",
        "medicationCodeableConcept": concept_of(*_AGENTS[row["agent"]], row["agent"]),
        "subject": patient(row),
        "context": {"reference": f"Encounter/{dose_name(row)}"},
        **when,
        "dosage": dosage,
    }


def weight_of(row: Row) -> dict[str, Any]:
    """Make an Observation of the body weight of a session."""
    return {
        "resourceType": "Observation",
        "id": f"{dose_name(row)}-w",
        "status": "final",
        "code": concept_of(LOINC, BODY_WEIGHT),
        "subject": patient(row),
        "encounter": {"reference": f"Encounter/{dose_name(row)}"},
        "effectiveDateTime": date_of(row["rel_day"]),
        "valueQuantity": quantity_of(row["weight_kg"], "kg"),
    }


def observations_of(rows: Iterable[Row], sessions: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Make Observations of rows of monitoring, blood pressures of one minute as one."""
    day_of = {dose_name(row): row["rel_day"] for row in sessions}
    minutes = defaultdict[tuple[Any, ...], dict[str, Row]](dict)
    for row in rows:
        key = (row["subject_id"], row["session_no"], row["rel_min"])
        minutes[key][row["parameter"]] = row
    for measured in minutes.values():
        if {"sbp", "dbp"} <= set(measured):
            yield _blood_pressure(measured.pop("sbp"), measured.pop("dbp"), day_of)
        for row in measured.values():
            yield {**_observation(row, row["parameter"], day_of), **_measurement(row)}


def _measurement(row: Row) -> dict[str, Any]:
    """Write what was measured, and its value."""
    parameter = str(row["parameter"])
    system = LOINC if parameter in _VITAL_CODES else OWN
    code = str(_VITAL_CODES.get(parameter, parameter))
    return {
        "code": concept_of(system, code),
        "valueQuantity": quantity_of(row["value"], row["unit"]),
    }


def _blood_pressure(sbp: Row, dbp: Row, day_of: Mapping[str, int]) -> dict[str, Any]:
    """Make an Observation with both blood pressures."""
    components = [_measurement(sbp), _measurement(dbp)]
    panel = {"code": concept_of(LOINC, BLOOD_PRESSURE), "component": components}
    return {**_observation(sbp, "bp", day_of), **panel}


def _observation(row: Row, name: str, day_of: Mapping[str, int]) -> dict[str, Any]:
    """Begin the Observation of a measurement in a session."""
    minutes = f"{row['rel_min']}".replace("-", "m")
    return {
        "resourceType": "Observation",
        "id": f"{dose_name(row)}-{minutes}-{name}",
        "status": "final",
        "subject": patient(row),
        "partOf": [{"reference": f"MedicationAdministration/{dose_name(row)}"}],
        "effectiveDateTime": time_of(day_of[dose_name(row)], row["rel_min"]),
    }


def responses_of(rows: Iterable[Row], items: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Make QuestionnaireResponses of rows of assessments and items."""
    answers = defaultdict[tuple[Any, ...], list[Row]](list)
    for item in items:
        answers[_score_key(item)].append(item)
    for number, row in enumerate(rows, start=1):
        yield _response(row, answers.get(_score_key(row), []), number)


def _score_key(row: Row) -> tuple[Any, ...]:
    """Return the key of an assessment."""
    return row["subject_id"], row["instrument"], row["rel_day"], row["occurrence"]


def _response(row: Row, items: Sequence[Row], number: int) -> dict[str, Any]:
    """Make one QuestionnaireResponse."""
    panels, codes, totals = (_first_code(each) for each in scale_codes())
    scale = row["instrument"]
    url = (
        f"http://loinc.org/q/{panels[scale]}" if scale in panels else f"{OWN_QUESTIONNAIRE}{scale}"
    )
    written = [_item(item, codes.get((scale, item["item_no"]))) for item in items]
    if "total" in row:
        code = f"/{totals[scale]}" if scale in totals else "total"
        written.append({"linkId": code, "answer": [{"valueDecimal": plain_number(row["total"])}]})
    n_answered = sum("response" in item for item in items)
    alike = bool(items) and row.get("n_answered") == n_answered
    rater = {"self": patient(row), "clinician": {"type": "Practitioner"}}.get(row.get("rater", ""))
    encounter = (
        {"encounter": {"reference": f"Encounter/{dose_name(row)}"}} if "session_no" in row else {}
    )
    return {
        "resourceType": "QuestionnaireResponse",
        "id": f"{row['subject_id']}-q{number}",
        **extensions_of(row, "assessments", without=["n_answered"] if alike else []),
        "questionnaire": url,
        "status": "completed",
        "subject": patient(row),
        **encounter,
        "authored": _authored(row),
        **({"source": rater} if rater else {}),
        "item": written,
    }


def _authored(row: Row) -> str:
    """Write when a scale was completed: with a time where the hours from the dose are known."""
    if "hours_post" not in row:
        return date_of(row["rel_day"])
    time = time_of(row["rel_day"], row["hours_post"] * 60)
    return time if time.startswith(date_of(row["rel_day"])) else date_of(row["rel_day"])


def _item(row: Row, code: str | None) -> dict[str, Any]:
    """Write one item with its answer, or with the reason why there is none."""
    item: dict[str, Any] = {"linkId": f"/{code}" if code else str(row["item_no"])}
    if "response" not in row:
        if "missing_reason" in row:
            reason = {"url": ABSENT, "valueCode": _ABSENT_CODES[row["missing_reason"]]}
            item["extension"] = [reason]
        return item
    answer = int(row["response"])
    if not code or answer not in _ANSWER_CODES:
        return {**item, "answer": [{"valueInteger": answer}]}
    weight = {"url": WEIGHTS[0], "valueDecimal": answer}
    coding = {"extension": [weight], "system": LOINC, "code": _ANSWER_CODES[answer]}
    return {**item, "answer": [{"valueCoding": coding}]}


def event_of(row: Row) -> dict[str, Any]:
    """Make an AdverseEvent of a row of adverse_events."""
    severity = _SEVERITY_CODES.get(min(int(row["severity"]), 3), "severe")
    kept = ["severity"] if row["severity"] <= 3 else []
    kept += ["related"] if "session_no" in row else []
    outcome = _OUTCOME_CODES[row["outcome"]] if "outcome" in row else ""
    serious = "Serious" if row["serious"] else "Non-serious"
    return {
        "resourceType": "AdverseEvent",
        "id": f"{row['subject_id']}-a{row['ae_no']}",
        **extensions_of(row, "adverse_events", without=kept),
        "actuality": "actual",
        "event": {"text": row["term"]},
        "subject": patient(row),
        "date": date_of(row["start_day"]),
        "seriousness": concept_of(f"{_TERMS}adverse-event-seriousness", serious),
        "severity": concept_of(f"{_TERMS}adverse-event-severity", severity),
        **({"outcome": concept_of(f"{_TERMS}adverse-event-outcome", outcome)} if outcome else {}),
        **({"suspectEntity": [_suspect(row)]} if "session_no" in row else {}),
    }


def _suspect(row: Row) -> dict[str, Any]:
    """Name the session that is suspected, and how it was judged."""
    suspect: dict[str, Any] = {
        "instance": {"reference": f"MedicationAdministration/{dose_name(row)}"}
    }
    if "related" in row:
        code = "Possible" if row["related"] else "Unlikely"
        assessed = {"assessment": concept_of(f"{_TERMS}adverse-event-causality-assess", code)}
        suspect["causality"] = [assessed]
    return suspect
