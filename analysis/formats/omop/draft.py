"""Proposing the mapping of an OMOP export: concepts that its vocabulary explains, and the others.

A concept is proposed only when the CONCEPT table beside the export gives it a code that the
toolkit knows; all others are listed with their numbers of rows, for somebody who can look them up.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.formats.fhir.codes import AGENTS as AGENT_CODES
from analysis.formats.fhir.codes import ATC, RXNORM, VITALS, scale_codes
from analysis.formats.fhir.codes import BODY_WEIGHT as WEIGHT_CODE
from analysis.formats.fhir.codes import ROUTES as ROUTE_CODES
from analysis.formats.inventory import Inventory
from analysis.formats.omop.concepts import MEANINGS, WEIGHT
from analysis.formats.omop.inventory import CONCEPT_FIELDS, codes_of, take_inventory
from analysis.formats.omop.loading import loaded_file, table_file

__all__ = ["draft_omop"]

Meaning = tuple[str, Any]
"""Section of the mapping, and what a concept means there."""

_SYSTEMS = {"RxNorm": RXNORM, "ATC": ATC}
_EXAMPLES = {
    "agents": '{"ketamine": [concept_id, …]}',
    "routes": '{"IV": [concept_id, …]}',
    "totals": '{"PHQ-9": [concept_id, …]}',
    "items": '{"PHQ-9": {"1": [concept_id], …}}, or {} without items',
    "vitals": '{"sbp": [concept_id, …], "weight": […]}, or {} without any',
    "units": '{"mm[Hg]": [concept_id, …]}',
}
_MET = {section: fields for section, fields in CONCEPT_FIELDS.items() if section in _EXAMPLES}
_MET |= dict.fromkeys(("totals", "items", "vitals"), CONCEPT_FIELDS["measured"])


def draft_omop(folder: Path) -> dict[str, Any]:
    """Propose the mapping of an OMOP export.

    Parameters
    ----------
    folder : pathlib.Path
        Holds the tables, and ``CONCEPT.csv`` of Athena where its codes shall be used.

    Returns
    -------
    dict
        For `read_omop`, with notes; what is not sure is "?".
    """
    inventory = take_inventory(folder)
    concepts = {code for codes in inventory.codes.values() for code in codes}
    codes = codes_of(folder, concepts)
    known = {concept: _meanings(*code) for concept, code in codes.items()}
    return {
        "kind": "omop",
        "note": _note(len(codes), len(concepts)),
        "title": "?",
        "concepts": _concepts(inventory, known),
        **_person(folder),
        "indication": "?",
        **_doses(folder),
        **_conditions(folder),
        "induction_days": 28,
    }


def _note(n_explained: int, n_concepts: int) -> str:
    """Say what was recognised by what."""
    return (
        "Proposed from OMOP tables. Decide every ? and look at every note. The CONCEPT table "
        f"beside them explains {n_explained} of {n_concepts} concepts; "
        "the others are yours to look up at "
        "athena.ohdsi.org."
    )


def _meanings(vocabulary: str, code: str) -> list[Meaning]:
    """List what a code of a vocabulary means to a study; none when nothing is known of it."""
    _, items, totals = scale_codes()
    found: list[Meaning] = []
    agent = AGENT_CODES.get((_SYSTEMS.get(vocabulary, ""), code))
    found += [("agents", agent)] if agent else []
    if vocabulary == "LOINC":
        found += [("totals", totals[code])] if code in totals else []
        found += [("items", items[code])] if code in items else []
        found += [("vitals", VITALS[code])] if code in VITALS else []
        found += [("vitals", WEIGHT)] if code == WEIGHT_CODE else []
    if vocabulary == "SNOMED" and code in ROUTE_CODES:
        found.append(("routes", ROUTE_CODES[code]))
    if vocabulary == "UCUM" and code in MEANINGS["units"]:
        found.append(("units", code))
    return found


def _concepts(inventory: Inventory, known: Mapping[str, list[Meaning]]) -> dict[str, Any]:
    """Write the section ``concepts``: what is known, and a question where nothing is."""
    sections: dict[str, Any] = {}
    listed: dict[tuple[str, ...], str] = {}
    for section, example in _EXAMPLES.items():
        places = [f"{table}.{field}" for table, field in _MET[section]]
        places = [place for place in places if inventory.codes.get(place)]
        told: dict[str, Any] = {}
        for code in dict.fromkeys(code for place in places for code in inventory.codes[place]):
            for _, meaning in (pair for pair in known.get(code, ()) if pair[0] == section):
                _add(told, meaning, int(code))
        if told:
            sections[section] = {**told, "note": "By codes of the vocabulary beside the tables."}
        elif places:
            met = "; ".join(f"{place}: {inventory.listed(place)}" for place in places)
            met = f"as under {listed[tuple(places)]}" if tuple(places) in listed else met
            listed.setdefault(tuple(places), section)
            asked = f"Which concepts are {section}? {example}. Rows by concept: {met}."
            sections[section] = {"?": "?", "note": asked}
    return sections


def _add(section: dict[str, Any], meaning: Any, concept: int) -> None:
    """Add a concept to its meaning; an item has its scale and its number."""
    if isinstance(meaning, tuple):
        section.setdefault(meaning[0], {}).setdefault(str(meaning[1]), []).append(concept)
    else:
        section.setdefault(meaning, []).append(concept)


def _person(folder: Path) -> dict[str, Any]:
    """Ask for the clinic of persons without a care site."""
    path = table_file(folder, "person")
    raw = None if path is None else loaded_file(path)
    sited = raw is not None and "care_site_id" in raw and bool(raw["care_site_id"].notna().all())
    return {**({} if sited else {"site": "?"}), "subject_id": "person_id"}


def _doses(folder: Path) -> dict[str, Any]:
    """Ask for the unit of quantities where the rows do not say it."""
    path = table_file(folder, "drug_exposure")
    raw = None if path is None else loaded_file(path)
    if raw is None or "quantity" not in raw:
        return {}
    said = raw.get("dose_unit_source_value")
    unsaid = raw["quantity"].notna() & (True if said is None else said.isna())
    return {"mg_per_quantity": "?"} if bool(unsaid.any()) else {}


def _conditions(folder: Path) -> dict[str, Any]:
    """Ask for the code system of diagnoses where there are any."""
    path = table_file(folder, "condition_occurrence")
    return {} if path is None else {"condition_codes": "?"}
