"""Resources built field by field from published examples of the standard, without wording of items.

- US Core 8.0.0, QuestionnaireResponse/phq-9-example and Observation/PHQ9-item-example-44261-6
  (github.com/HL7/US-Core, input/examples), whose total is a text.
- FHIR R4 (hl7.org/fhir/R4): AdverseEvent/example, Observation/blood-pressure, Patient/example, and
  the shape of MedicationAdministration/medadmin0301 and medadmin0304 (a contained Medication, a
  period, an intravenous route by SNOMED CT code, a dose in mg).
"""

from typing import Any

LOINC, UCUM, SCT = "http://loinc.org", "http://unitsofmeasure.org", "http://snomed.info/sct"
TERMS = "http://terminology.hl7.org/CodeSystem"
CORE = "http://hl7.org/fhir/us/core/StructureDefinition"


def chosen(link: str, code: str) -> dict[str, Any]:
    """Answer an item with a LOINC answer code."""
    return {"linkId": link, "answer": [{"valueCoding": {"system": LOINC, "code": code}}]}


PHQ_9: dict[str, Any] = {
    "resourceType": "QuestionnaireResponse",
    "id": "phq-9-example",
    "meta": {"profile": [f"{CORE}/us-core-questionnaireresponse"]},
    "questionnaire": "http://hl7.org/fhir/us/core/Questionnaire/phq-9-example",
    "status": "completed",
    "subject": {"reference": "Patient/example"},
    "authored": "2022-11-29T20:50:32.718Z",
    "author": {"reference": "Practitioner/practitioner-1"},
    "item": [
        chosen("/44250-9", "LA6570-1"),
        chosen("/44255-8", "LA6570-1"),
        chosen("/44259-0", "LA6570-1"),
        chosen("/44254-1", "LA6570-1"),
        chosen("/44251-7", "LA6569-3"),
        chosen("/44258-2", "LA6569-3"),
        chosen("/44252-5", "LA6570-1"),
        chosen("/44253-3", "LA6568-5"),
        chosen("/44260-8", "LA6568-5"),
        {"linkId": "/44261-6", "answer": [{"valueDecimal": 12}]},
        chosen("/69722-7", "LA6573-5"),
    ],
}

PHQ_9_TOTAL: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "PHQ9-item-example-44261-6",
    "meta": {"profile": [f"{CORE}/us-core-observation-screening-assessment|8.0.0"]},
    "status": "final",
    "category": [{"coding": [{"system": f"{TERMS}/observation-category", "code": "survey"}]}],
    "code": {"coding": [{"system": LOINC, "code": "44261-6"}]},
    "subject": {"reference": "Patient/example"},
    "effectiveDateTime": "2022-11-29T20:50:32.718000+00:00",
    "performer": [{"reference": "Practitioner/practitioner-1"}],
    "valueString": "12",
    "derivedFrom": [{"reference": "QuestionnaireResponse/phq-9-example"}],
}

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "example",
    "identifier": [{"use": "usual", "system": "urn:oid:1.2.36.146.595.217.0.1", "value": "12345"}],
    "active": True,
    "name": [{"use": "official", "family": "Chalmers", "given": ["Peter", "James"]}],
    "telecom": [{"system": "phone", "value": "(03) 5555 6473", "use": "work"}],
    "gender": "male",
    "birthDate": "1974-12-25",
    "deceasedBoolean": False,
    "managingOrganization": {"reference": "Organization/1"},
}

RASH: dict[str, Any] = {
    "resourceType": "AdverseEvent",
    "id": "example",
    "identifier": {"system": "http://acme.com/ids/patients/risks", "value": "49476534"},
    "actuality": "actual",
    "category": [
        {"coding": [{"system": f"{TERMS}/adverse-event-category", "code": "product-use-error"}]}
    ],
    "event": {
        "coding": [{"system": SCT, "code": "304386008", "display": "O/E - itchy rash"}],
        "text": "This was a mild rash on the left forearm",
    },
    "subject": {"reference": "Patient/example"},
    "date": "2017-01-29T12:34:56+00:00",
    "seriousness": {
        "coding": [{"system": f"{TERMS}/adverse-event-seriousness", "code": "Non-serious"}]
    },
    "severity": {"coding": [{"system": f"{TERMS}/adverse-event-severity", "code": "mild"}]},
    "recorder": {"reference": "Practitioner/example"},
    "suspectEntity": [{"instance": {"reference": "Medication/example"}}],
}


def part(code: str, value: float) -> dict[str, Any]:
    """Give one of two blood pressures."""
    quantity = {"value": value, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"}
    return {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": quantity}


BLOOD_PRESSURE: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "blood-pressure",
    "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/vitalsigns"]},
    "identifier": [
        {
            "system": "urn:ietf:rfc:3986",
            "value": "urn:uuid:187e0c12-8dd2-67e2-99b2-bf273c878281",
        }
    ],
    "basedOn": [{"identifier": {"system": "https://acme.org/identifiers", "value": "1234"}}],
    "status": "final",
    "category": [{"coding": [{"system": f"{TERMS}/observation-category", "code": "vital-signs"}]}],
    "code": {"coding": [{"system": LOINC, "code": "85354-9"}]},
    "subject": {"reference": "Patient/example"},
    "effectiveDateTime": "2012-09-17",
    "performer": [{"reference": "Practitioner/example"}],
    "bodySite": {"coding": [{"system": SCT, "code": "368209003"}]},
    "component": [part("8480-6", 107), part("8462-4", 60)],
}


def dose(drug: dict[str, Any], status: str, start: str, end: str | None) -> dict[str, Any]:
    """Give a dose with the shape of the published ones."""
    return {
        "resourceType": "MedicationAdministration",
        "id": "medadmin0301",
        "contained": [{"resourceType": "Medication", "id": "med0301", "code": drug}],
        "status": status,
        "medicationReference": {"reference": "#med0301"},
        "subject": {"reference": "Patient/example", "display": "Donald Duck"},
        "context": {"reference": "Encounter/f001"},
        "effectivePeriod": {"start": start, **({"end": end} if end else {})},
        "performer": [{"actor": {"reference": "Practitioner/f007"}}],
        "request": {"reference": "MedicationRequest/medrx0318"},
        "dosage": {
            "text": "500mg IV q6h x 3 days",
            "route": {"coding": [{"system": SCT, "code": "47625008"}]},
            "dose": {"value": 500, "unit": "mg", "system": UCUM, "code": "mg"},
        },
    }


NDC = "http://hl7.org/fhir/sid/ndc"
VANCOMYCIN = dose(
    {"coding": [{"system": NDC, "code": "0069-2587-10", "display": "Vancomycin Hydrochloride"}]},
    "in-progress",
    "2015-01-15T14:30:00+01:00",
    None,
)
ALEMTUZUMAB = {
    **dose(
        {"coding": [{"system": NDC, "code": "1594660", "display": "Alemtuzumab 10mg/ml"}]},
        "completed",
        "2015-01-15T04:30:00+01:00",
        "2015-01-15T14:30:00+01:00",
    ),
    "id": "medadmin0304",
}
KETAMINE = {
    **dose(
        {"coding": [{"system": NDC, "code": "0143-9509-10", "display": "Ketamine HCl 100mg/ml"}]},
        "completed",
        "2022-11-22T09:00:00-05:00",
        "2022-11-22T09:40:00-05:00",
    ),
    "id": "medadmin-ketamine",
}
