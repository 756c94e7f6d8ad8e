"""Codes that FHIR resources use for scales, answers, measurements, drugs, routes and outcomes.

Sources: loinc.org, RxNorm, SNOMED CT, WHO ATC and the code systems of FHIR R4 (hl7.org/fhir/R4).
"""

from __future__ import annotations

from functools import cache

from analysis.instruments import instrument_names, load_instrument

__all__ = [
    "ABSENT",
    "ABSENT_REASONS",
    "AGENTS",
    "ANSWERS",
    "ATC",
    "BLOOD_PRESSURE",
    "BODY_WEIGHT",
    "LOINC",
    "OUTCOMES",
    "OWN",
    "RELATED",
    "ROUTES",
    "RXNORM",
    "SEVERITIES",
    "SNOMED",
    "UCUM",
    "VITALS",
    "WEIGHTS",
    "scale_codes",
]

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
UCUM = "http://unitsofmeasure.org"
OWN = "urn:ketamine-outcomes:monitoring"
"""System of measurements that have no LOINC code."""

ANSWERS = {"LA6568-5": 0, "LA6569-3": 1, "LA6570-1": 2, "LA6571-9": 3}
"""LOINC answers from "not at all" to "nearly every day", with their scores (list LL358-3)."""

WEIGHTS = (
    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
)
"""Extensions that hold the score of an answer."""

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ABSENT_REASONS = {
    "asked-unknown": "skipped",
    "asked-declined": "refused",
    "not-applicable": "not applicable",
    "not-asked": "broken off",
    "unknown": "not recorded",
}
"""Why an answer is missing, by the code of FHIR."""

VITALS = {"8480-6": "sbp", "8462-4": "dbp", "8867-4": "hr", "59408-5": "spo2", "2708-6": "spo2",
          "9279-1": "rr"}  # fmt: skip
"""Monitored parameters by LOINC code."""

BLOOD_PRESSURE, BODY_WEIGHT = "85354-9", "29463-7"

AGENTS = {
    (RXNORM, "6130"): "ketamine",
    (ATC, "N01AX03"): "ketamine",
    (ATC, "N01AX14"): "esketamine",
    (ATC, "N06AX27"): "esketamine",
}
"""Drugs by system and code; others are recognised by the word in their text."""

ROUTES = {
    "47625008": "IV",
    "78421000": "IM",
    "34206005": "SC",
    "37839007": "SL",
    "46713006": "IN",
    "26643006": "PO",
}
"""Routes by SNOMED CT code."""

SEVERITIES = {"mild": 1, "moderate": 2, "severe": 3}
OUTCOMES = {
    "resolved": "recovered",
    "resolvedWithSequelae": "recovered",
    "recovering": "recovering",
    "ongoing": "not recovered",
    "fatal": "fatal",
    "unknown": "unknown",
}
RELATED = {"Certain": True, "Probably-Likely": True, "Possible": True, "Unlikely": False}
"""Adverse events by the code systems of R4."""


@cache
def scale_codes() -> tuple[dict[str, str], dict[str, tuple[str, int]], dict[str, str]]:
    """Return what LOINC codes mean for the scales of the library.

    Returns
    -------
    panels : dict of str to str
        Scale by the code of its panel.
    items : dict of str to tuple of (str, int)
        Scale and number of the item by its code.
    totals : dict of str to str
        Scale by the code of its total.

    Examples
    --------
    >>> panels, items, totals = scale_codes()
    >>> panels["44249-1"], items["44260-8"], totals["70274-6"]
    ('PHQ-9', ('PHQ-9', 9), 'GAD-7')
    """
    panels, items, totals = dict[str, str](), dict[str, tuple[str, int]](), dict[str, str]()
    for name in instrument_names():
        codes = load_instrument(name).loinc
        if codes is not None:
            panels[codes.panel], totals[codes.total] = name, name
            items |= {code: (name, n) for n, code in enumerate(codes.items, start=1) if code}
    return panels, items, totals
