"""FHIR R4 bulk data: published examples against hand-written values, faults, a round trip."""

import copy
import json
import tracemalloc

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.formats.fhir import lines as fhir_lines
from analysis.formats.fhir import read_fhir, write_fhir
from analysis.study import read_study
from analysis.synthetic import example_folder
from tests.builders import CLEAN, clean_study, typed, with_cell
from tests.formats.fhir.published import (
    ALEMTUZUMAB,
    BLOOD_PRESSURE,
    KETAMINE,
    LOINC,
    PATIENT,
    PHQ_9,
    PHQ_9_TOTAL,
    RASH,
    SCT,
    UCUM,
    VANCOMYCIN,
    chosen,
)

unit, identity = pytest.mark.unit, pytest.mark.identity
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
TIMED = {**BLOOD_PRESSURE, "effectiveDateTime": "2022-11-22T15:20:00+01:00"}
DERIVED = {
    ("FHR-042", "follow_up"),
    ("FHR-043", "sessions.course_no"),
    ("FHR-044", "sessions.phase"),
}
CARRIED = (
    *("subjects", "sessions", "assessments", "items", "monitoring", "adverse_events", "follow_up"),
)


def export(tmp_path, *resources):
    """Write resources into one file, and read them."""
    text = "".join(json.dumps(resource) + "\n" for resource in resources)
    (tmp_path / "export.ndjson").write_text(text, encoding="utf-8")
    return tmp_path


def found(imported):
    """Rule, place and count of every finding; each has a remedy."""
    assert all(f.what.endswith(".") and f.remedy.endswith(".") for f in imported.findings)
    return [(f.rule, f.place, f.count, f.severity) for f in imported.findings]


def errors(imported):
    return [row[:3] for row in found(imported) if row[3] == "error"]


def left_out(imported):
    rows = imported.sources[imported.sources["rows_left_out"] > 0]
    return dict(
        zip(zip(rows["source"], rows["reason"], strict=True), rows["rows_left_out"], strict=True)
    )


def study_of(tmp_path, *resources, mapping=None):
    return read_fhir(export(tmp_path, PATIENT, KETAMINE, *resources), mapping).require_study()


@unit
def test_published_examples_become_the_values_that_they_hold(tmp_path):
    resources = (PHQ_9, PHQ_9_TOTAL, TIMED, {**RASH, "date": "2022-11-24T12:34:56+00:00"})
    imported = read_fhir(export(tmp_path, PATIENT, KETAMINE, *resources))
    assert {row[:2] for row in found(imported)} == DERIVED
    study = imported.require_study()
    assert study.instruments == ("PHQ-9",)
    assert study.sites == ("1",)
    person = study.tables["subjects"].astype(object).iloc[0]
    assert (person["subject_id"], person["site_id"], person["sex"]) == ("example", "1", "male")
    assert person["age_years"] == 47  # born 25 December 1974, treated 22 November 2022
    dose = study.tables["sessions"].astype(object).iloc[0]
    assert (dose["agent"], dose["route"], dose["dose_mg"]) == ("ketamine", "IV", 500.0)
    assert (dose["rel_day"], dose["infusion_min"], dose["completed"]) == (0, 40.0, True)
    scores = study.tables["assessments"]
    assert len(scores) == 1
    assert scores["rel_day"].tolist() == [7]
    assert scores["total"].tolist() == [12.0]
    assert scores["n_answered"].tolist() == [9]
    assert study.tables["items"]["response"].tolist() == [2, 2, 2, 2, 1, 1, 2, 0, 0]
    assert study.tables["items"]["item_no"].tolist() == list(range(1, 10))
    vitals = study.tables["monitoring"].astype(object)
    assert vitals[["parameter", "value", "rel_min", "unit"]].to_numpy().tolist() == [
        ["dbp", 60.0, 20, "mm[Hg]"],  # 15:20 in Paris is 20 minutes after 9:00 in New York
        ["sbp", 107.0, 20, "mm[Hg]"],
    ]
    event = study.tables["adverse_events"].astype(object).iloc[0]
    assert (event["term"], event["severity"], event["serious"]) == ("O/E - itchy rash", 1, False)
    assert event["start_day"] == 2
    assert pd.isna(event["session_no"])
    assert study.tables["follow_up"]["last_contact_day"].tolist() == [7]


@unit
def test_examples_of_other_drugs_and_without_a_time_are_counted(tmp_path):
    resources = (PATIENT, KETAMINE, PHQ_9, VANCOMYCIN, ALEMTUZUMAB, BLOOD_PRESSURE)
    imported = read_fhir(export(tmp_path, *resources))
    assert left_out(imported) == {
        ("MedicationAdministration", "status is neither completed nor stopped"): 1,
        ("MedicationAdministration", "another drug"): 1,
        ("Observation", "no time of day"): 2,
    }
    assert imported.ok


@unit
def test_an_observed_total_alone_is_an_assessment(tmp_path):
    study = study_of(tmp_path, PHQ_9_TOTAL)
    scores = study.tables["assessments"].astype(object)
    assert scores[["instrument", "rel_day", "total"]].to_numpy().tolist() == [["PHQ-9", 7, 12.0]]
    assert scores["n_answered"].isna().all()


@unit
def test_an_observed_total_fills_a_response_without_one_and_a_different_one_is_noticed(tmp_path):
    bare = {**PHQ_9, "item": PHQ_9["item"][:9]}
    unlinked = {name: part for name, part in PHQ_9_TOTAL.items() if name != "derivedFrom"}
    for total in (PHQ_9_TOTAL, unlinked):
        assert study_of(tmp_path, bare, total).tables["assessments"]["total"].tolist() == [12.0]
    other = {**PHQ_9_TOTAL, "valueString": "13"}
    imported = read_fhir(export(tmp_path, PATIENT, KETAMINE, PHQ_9, other))
    assert ("FHR-024", "assessments.total", 1, "warning") in found(imported)
    assert imported.require_study().tables["assessments"]["total"].tolist() == [12.0]


GAD_7 = {
    "resourceType": "QuestionnaireResponse",
    "id": "gad",
    "questionnaire": "http://loinc.org/q/69737-5|2.77",
    "status": "amended",
    "subject": {"reference": "https://example.org/fhir/Patient/example/_history/2"},
    "source": {"reference": "Patient/example"},
    "authored": "2022-11-20",
    "item": [
        {
            "linkId": "/69737-5",
            "item": [
                chosen("/69737-5/69725-0", "LA6571-9"),
                {"linkId": "68509-9", "answer": [{"valueInteger": 2}]},
                {"linkId": "69733-4", "answer": [{"valueDecimal": 1.0}]},
                {
                    "linkId": "69734-2",
                    "answer": [
                        {
                            "valueCoding": {
                                "extension": [{"url": ORDINAL, "valueDecimal": 0}],
                                "code": "none",
                            },
                            "item": [{"linkId": "69735-9", "answer": [{"valueInteger": 3}]}],
                        }
                    ],
                },
                {
                    "linkId": "69689-8",
                    "extension": [
                        {
                            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                            "valueCode": "asked-declined",
                        }
                    ],
                },
                {"linkId": "69736-7"},
            ],
        },
        {"linkId": "70274-6", "answer": [{"valueInteger": 9}]},
    ],
}


@unit
def test_nested_items_with_every_kind_of_answer(tmp_path):
    study = study_of(tmp_path, GAD_7)
    items = study.tables["items"]
    assert items["response"].fillna(-1).tolist() == [3, 2, 1, 0, 3, -1, -1]
    assert items["missing_reason"].astype("string").fillna("").tolist()[5:] == ["refused", ""]
    scores = study.tables["assessments"].astype(object)
    assert scores[
        ["instrument", "rel_day", "total", "n_answered", "rater"]
    ].to_numpy().tolist() == [["GAD-7", -2, 9.0, 5, "self"]]


def answered(**answer):
    """PHQ-9 with another answer to its first item."""
    first = {"linkId": "/44250-9", "answer": [answer]}
    return {**PHQ_9, "item": [first, *PHQ_9["item"][1:]]}


WEIGHED = {"extension": [{"url": ORDINAL, "valueDecimal": 3}], "system": LOINC, "code": "LA6570-1"}
ANSWERS = {
    "other score": (answered(valueCoding=WEIGHED), "FHR-022"),
    "no score": (answered(valueCoding={"system": SCT, "code": "1"}), "FHR-023"),
    "text": (answered(valueString="2"), "FHR-023"),
    "half": (answered(valueDecimal=1.5), "FHR-023"),
    "flag": (answered(valueBoolean=True), "FHR-023"),
}


@unit
@pytest.mark.parametrize(("response", "rule"), ANSWERS.values(), ids=ANSWERS)
def test_scores_of_answers_are_checked(tmp_path, response, rule):
    imported = read_fhir(export(tmp_path, PATIENT, KETAMINE, response))
    assert errors(imported) == [(rule, "QuestionnaireResponse", 1)]


@unit
def test_several_answers_and_wrong_units_are_refused(tmp_path):
    both = {"linkId": "/44250-9", "answer": [{"valueInteger": 1}, {"valueInteger": 2}]}
    response = {**PHQ_9, "item": [both]}
    kpa = copy.deepcopy(TIMED)
    kpa["component"][0]["valueQuantity"] |= {"unit": "kPa", "code": "kPa"}
    ml = copy.deepcopy(KETAMINE)
    ml["dosage"]["dose"] |= {"unit": "ml", "code": "mL"}
    imported = read_fhir(export(tmp_path, PATIENT, ml, response, kpa))
    assert errors(imported) == [
        ("FHR-012", "MedicationAdministration", 1),
        ("FHR-013", "Observation", 1),
        ("FHR-021", "QuestionnaireResponse", 1),
    ]


VERSIONS = {
    "R5 drug": ({**KETAMINE, "medication": {"concept": {"text": "ketamine"}}}, "R5"),
    "R5 spelling": ({**KETAMINE, "occurenceDateTime": "2022"}, "R5"),
    "R5 event": ({**RASH, "code": {"text": "x"}, "occurrenceDateTime": "2022"}, "R5"),
    "R5 profile": (
        {**PATIENT, "meta": {"profile": ["http://hl7.org/fhir/5.0/StructureDefinition/Patient"]}},
        "R5",
    ),
    "R5 observation": ({**TIMED, "triggeredBy": []}, "R5"),
    "STU3 reference": ({**PHQ_9, "questionnaire": {"reference": "Questionnaire/1"}}, "STU3"),
    "STU3 comment": ({**TIMED, "comment": "x"}, "STU3"),
    "STU3 dose": ({**KETAMINE, "notGiven": False}, "STU3"),
    "STU3 event": ({**RASH, "category": "AE"}, "STU3"),
    "STU3 animal": ({**PATIENT, "animal": {}}, "STU3"),
    "STU3 profile": (
        {**PATIENT, "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/Patient|3.0.2"]}},
        "STU3",
    ),
    "STU3 said": ({"resourceType": "CapabilityStatement", "fhirVersion": "3.0.2"}, "STU3"),
    "DSTU2 dose": ({**KETAMINE, "wasNotGiven": False}, "DSTU2"),
    "DSTU2 group": ({**PHQ_9, "group": {}}, "DSTU2"),
}


@unit
@pytest.mark.parametrize(("resource", "version"), VERSIONS.values(), ids=VERSIONS)
def test_other_versions_are_refused_by_name(tmp_path, resource, version):
    imported = read_fhir(export(tmp_path, PATIENT, KETAMINE, PHQ_9, resource))
    (finding,) = [f for f in imported.findings if f.rule == "FHR-005"]
    assert f"FHIR {version};" in finding.what
    assert not imported.ok


@unit
@pytest.mark.parametrize(
    "profile",
    ["http://hl7.org/fhir/StructureDefinition/Patient|4.0.1",
     "http://hl7.org/fhir/4.3/StructureDefinition/Patient",
     "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|6.1.0"],
)  # fmt: skip
def test_r4_and_its_guides_are_not_refused(tmp_path, profile):
    patient = {**PATIENT, "meta": {"profile": [profile]}}
    assert read_fhir(export(tmp_path, patient, KETAMINE, PHQ_9)).ok


UUID = "0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
REFERENCES = {
    "relative": ("example", {"reference": "Patient/example"}),
    "address": ("example", {"reference": "https://example.org/r4/Patient/example"}),
    "version": ("example", {"reference": "Patient/example/_history/1"}),
    "urn of the id": (UUID, {"reference": f"urn:uuid:{UUID.upper()}"}),
    "identifier": (
        "example",
        {"identifier": {"system": "urn:oid:1.2.36.146.595.217.0.1", "value": "12345"}},
    ),
}


@unit
@pytest.mark.parametrize(("name", "reference"), REFERENCES.values(), ids=REFERENCES)
def test_references_lead_to_the_patient_in_any_order(tmp_path, name, reference):
    patient = {**PATIENT, "id": name}
    resources = [{**each, "subject": reference} for each in (PHQ_9, KETAMINE, TIMED)]
    study = read_fhir(export(tmp_path, *resources, patient)).require_study()
    assert study.tables["assessments"]["subject_id"].tolist() == [name]
    assert study.tables["monitoring"]["subject_id"].tolist() == [name] * 2


@unit
def test_references_to_what_is_contained_lead_to_it(tmp_path):
    inner = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "urn:oid:1.2.36.146.595.217.0.1", "value": "12345"}],
    }
    response = {**PHQ_9, "contained": [inner], "subject": {"reference": "#p"}}
    study = study_of(tmp_path, response)
    assert study.tables["assessments"]["subject_id"].tolist() == ["example"]
    drug = {"resourceType": "Medication", "id": "k", "code": {"text": "Esketamine spray"}}
    outside = {**KETAMINE, "id": "d2", "medicationReference": {"reference": "Medication/k"}}
    outside["effectivePeriod"] = {"start": "2022-11-25T09:00:00Z"}
    doses = study_of(tmp_path, PHQ_9, outside, drug).tables["sessions"].astype(object)
    assert doses[["session_no", "agent", "rel_day"]].to_numpy().tolist() == [
        [1, "ketamine", 0],
        [2, "esketamine", 3],
    ]


@unit
def test_rows_without_their_patient_or_date_are_counted(tmp_path):
    stranger = {**PHQ_9, "id": "a", "subject": {"reference": "Patient/nobody"}}
    undated = {**PHQ_9, "id": "b", "authored": "2022-11"}
    draft = {**PHQ_9, "id": "c", "status": "in-progress"}
    other = {**PHQ_9, "id": "d", "questionnaire": "x", "item": []}
    imported = read_fhir(
        export(tmp_path, PATIENT, KETAMINE, PHQ_9, PHQ_9, stranger, undated, draft, other)
    )
    assert left_out(imported) == {
        ("QuestionnaireResponse", "same id again"): 1,
        ("QuestionnaireResponse", "status is neither completed nor amended"): 1,
        ("QuestionnaireResponse", "scale is not known"): 1,
        ("QuestionnaireResponse", "patient is not in the export"): 1,
        ("QuestionnaireResponse", "no whole date"): 1,
    }
    assert ("FHR-030", "assessments", 1, "warning") in found(imported)


@unit
def test_broken_lines_are_said_by_their_numbers(tmp_path, monkeypatch):
    good = [json.dumps(each) for each in (PATIENT, KETAMINE, PHQ_9)]
    broken = ['{"resourceType": "Patient", "id": "Zqxkowalczyk"', "[1]", '{"id": NaN}', "Zqx"]
    lines = [good[0], "", broken[0], good[1], *broken[1:], good[2]]
    (tmp_path / "1.Patient.ndjson").write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
    imported = read_fhir(tmp_path)
    (finding,) = imported.findings
    assert (finding.rule, finding.table, finding.count) == ("FHR-004", "file 1 (Patient)", 4)
    assert finding.rows == (3, 5, 6, 7)
    assert "3, 5, 6, 7" in finding.what
    monkeypatch.setattr(fhir_lines, "LONGEST_LINE", 600)
    long = json.dumps({**PATIENT, "id": "x" * 5000})
    (tmp_path / "1.Patient.ndjson").write_text("\n".join([long, '{"resourceType": "A"}', long]))
    imported = read_fhir(tmp_path)
    assert [f.rows for f in imported.findings if f.rule == "FHR-004"] == [(1, 3)]


@unit
def test_memory_does_not_grow_with_resources_that_are_not_used(tmp_path):
    filler = {"resourceType": "Binary", "data": "x" * 10_000}
    export(tmp_path, PATIENT, KETAMINE, PHQ_9, *[filler] * 3000)  # 30 MB
    tracemalloc.start()
    imported = read_fhir(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert imported.ok
    assert left_out(imported) == {("other resources", "not of a kind that is read"): 3000}
    assert peak < 10_000_000


@unit
def test_decisions_of_the_analyst(tmp_path):
    later = {**KETAMINE, "id": "d2", "effectivePeriod": {"start": "2023-03-01T09:00:00Z"}}
    mapping = {
        "title": "One patient",
        "sites_of_organizations": {"1": "north"},
        "course_gap_days": 60,
        "induction_days": 10,
        "cut_off": "2023-12-31",
        "indication": "depression",
        "questionnaires": {"http://example.org/q": "MADRS"},
    }
    madrs = {**PHQ_9, "id": "m", "questionnaire": "http://example.org/q", "item": [
        {"linkId": "1", "answer": [{"valueInteger": 4}]},
        {"linkId": "total", "answer": [{"valueInteger": 30}]},
    ]}  # fmt: skip
    study = study_of(tmp_path, PHQ_9, later, madrs, mapping=mapping)
    assert (study.title, study.sites, study.instruments) == (
        "One patient", ("north",), ("MADRS", "PHQ-9")
    )  # fmt: skip
    doses = study.tables["sessions"].astype(object)
    assert doses[["course_no", "phase", "site_id"]].to_numpy().tolist() == [
        [1, "induction", "north"],
        [2, "induction", "north"],
    ]
    assert study.tables["follow_up"]["observed_until_day"].tolist() == [404]
    assert study.tables["subjects"]["indication"].astype(str).tolist() == ["depression"]
    assert study.tables["assessments"]["total"].tolist() == [30.0, 12.0]


@unit
@pytest.mark.parametrize(
    ("mapping", "key"),
    [({"cut_off": "soon"}, "cut_off"), ({"induction_days": True}, "induction_days"),
     ({"site": ""}, "site"), ({"indication": "flu"}, "indication"), ({"title": 1}, "title"),
     ({"questionnaires": {"x": ""}}, "questionnaires"), ({"sites_of_organizations": []},
     "sites_of_organizations")],
)  # fmt: skip
def test_decisions_that_are_none_are_refused(tmp_path, mapping, key):
    imported = read_fhir(export(tmp_path, PATIENT, KETAMINE, PHQ_9), mapping)
    assert [row[1] for row in errors(imported)] == [f"mapping.{key}"]


@unit
def test_an_empty_folder_and_one_without_patients_are_refused(tmp_path):
    assert errors(read_fhir(tmp_path)) == [("FHR-002", "export", None)]
    assert ("FHR-006", "Patient.id", None) in errors(read_fhir(export(tmp_path, KETAMINE)))


@unit
def test_weights_belong_to_a_session(tmp_path):
    weight = {
        "resourceType": "Observation",
        "id": "w",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "29463-7"}]},
        "subject": {"reference": "Patient/example"},
        "effectiveDateTime": "2022-11-22",
        "valueQuantity": {"value": 185, "unit": "lbs", "system": UCUM, "code": "[lb_av]"},
    }
    assert study_of(tmp_path, PHQ_9, weight).tables["sessions"]["weight_kg"].tolist() == [
        pytest.approx(83.91458845)
    ]


@pytest.mark.slow
@unit
def test_the_committed_network_comes_back_equal(tmp_path):
    study = read_study(example_folder("clinic-network"))
    files = write_fhir(study, tmp_path)
    imported = read_fhir(tmp_path, files[-1])
    assert imported.findings == ()
    again = imported.require_study()
    assert tuple(sorted(again.tables)) == tuple(sorted(CARRIED))
    for name in CARRIED:
        pd.testing.assert_frame_equal(again.tables[name], study.tables[name])
    for name in ("title", "sites", "instruments", "data_cut_off", "synthetic", "seed"):
        assert getattr(again, name) == getattr(study, name)
    assert again.course_gap_days == study.course_gap_days


@unit
def test_a_small_study_comes_back_equal(tmp_path):
    study = clean_study()
    files = write_fhir(study, tmp_path)
    again = read_fhir(tmp_path, files[-1]).require_study()
    for name in CARRIED:
        mine, theirs = study.tables[name], again.tables[name]
        mine = mine[[column for column in mine if mine[column].notna().any()]]
        pd.testing.assert_frame_equal(
            theirs.sort_values(list(mine.columns), ignore_index=True)[list(mine.columns)],
            mine.sort_values(list(mine.columns), ignore_index=True),
        )


@unit
def test_what_is_written_is_r4(tmp_path):
    write_fhir(clean_study(), tmp_path)
    for file in tmp_path.glob("*.ndjson"):
        for line in file.read_text(encoding="utf-8").splitlines():
            resource = json.loads(line)
            assert resource["resourceType"] == file.stem
            assert len(resource["id"]) <= 64
    response = json.loads((tmp_path / "QuestionnaireResponse.ndjson").read_text().splitlines()[2])
    assert response["questionnaire"] == "http://loinc.org/q/44249-1"
    assert response["item"][0]["linkId"] == "/44250-9"
    assert response["item"][0]["answer"][0]["valueCoding"]["code"] == "LA6569-3"
    dose = json.loads((tmp_path / "MedicationAdministration.ndjson").read_text().splitlines()[0])
    assert dose["medicationCodeableConcept"]["coding"][0]["code"] == "6130"
    assert dose["effectivePeriod"] == {
        "start": "2000-01-01T12:00:00Z", "end": "2000-01-01T12:40:00Z"
    }  # fmt: skip


@unit
def test_what_would_not_come_back_is_refused(tmp_path):
    strange = {name: text.replace("p1,", "p 1,") for name, text in CLEAN.items()}
    study = clean_study()
    study.tables["subjects"] = typed("subjects", strange["subjects"])
    with pytest.raises(DataError, match="1 pseudonyms"):
        write_fhir(study, tmp_path)
    with pytest.raises(DataError, match="1 answers"):
        write_fhir(clean_study(items=with_cell(CLEAN["items"], "rel_day", "29")), tmp_path)


ALL = (PATIENT, KETAMINE, PHQ_9, PHQ_9_TOTAL, GAD_7, TIMED, RASH, VANCOMYCIN)
CANARIES = ("Zqxkowalczyk", "1987-06-05", 987654321)


def leaves(thing, path=()):
    """Paths of all texts and numbers in JSON."""
    if isinstance(thing, dict):
        return [each for key, part in thing.items() for each in leaves(part, (*path, key))]
    if isinstance(thing, list):
        return [each for n, part in enumerate(thing) for each in leaves(part, (*path, n))]
    return [path]


def planted(thing, path, value):
    """A copy of JSON with another value at a path."""
    copied = copy.deepcopy(thing)
    part = copied
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return copied


def of_patient(thing, number):
    """A copy of JSON in which every id and every reference is that of another patient."""
    if isinstance(thing, list):
        return [of_patient(each, number) for each in thing]
    if not isinstance(thing, dict):
        return thing
    return {
        key: f"{part}-{number}" if key in {"id", "reference"} else of_patient(part, number)
        for key, part in thing.items()
    }


@unit
@pytest.mark.parametrize("number", range(len(ALL)))
def test_no_value_is_repeated(tmp_path, number):
    people = [[of_patient(each, n) for each in ALL] for n in range(len(CANARIES))]
    assert read_fhir(export(tmp_path, *(each for own in people for each in own))).ok
    for path in leaves(ALL[number]):
        resources = [
            planted(each, path, canary) if n == number else each
            for own, canary in zip(people, CANARIES, strict=True)
            for n, each in enumerate(own)
        ]
        said = read_fhir(export(tmp_path, *resources))
        shown = f"{said!r} {said.findings!r} {said._repr_html_()} {said.to_frame().to_csv()}"
        assert [canary for canary in CANARIES if str(canary).lower() in shown.lower()] == []


@unit
def test_no_name_of_a_file_is_repeated(tmp_path):
    (tmp_path / "Zqxkowalczyk.Patient.ndjson").write_text("{")
    assert "Zqxkowalczyk" not in f"{read_fhir(tmp_path)!r} {read_fhir(tmp_path).findings!r}"


FUZZ = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXTS = [json.dumps(each) for each in ALL]
PIECES = st.sampled_from([*TEXTS, "\n", "{", "}", '"', "\x00", "[" * 50, "null", "1e999", "\ufeff"])
BYTES = st.one_of(
    st.binary(max_size=300),
    st.lists(PIECES, max_size=20).map(lambda pieces: "".join(pieces).encode()),
)


def judged(imported):
    return imported.ok or any(f.severity == "error" for f in imported.findings)


@identity
@FUZZ
@given(content=BYTES)
@example(content=b"[" * 200_000)
@example(content=b'{"resourceType":"Patient","id":' + b"9" * 5000 + b"}")
def test_any_bytes_make_findings_and_no_exception(tmp_path, content):
    (tmp_path / "export.ndjson").write_bytes(content)
    assert judged(read_fhir(tmp_path))


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from(["2022-11-22", "2022-11-22T09:00:00Z", "0001-01-01T00:00:00+14:00", "Patient/1",
                     "9999-12-31T23:59:59-14:00", "#p", "urn:uuid:", "2022-02-30", "example"]),
)  # fmt: skip
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["coding", "code", "value", "url", "valueInteger", "item", "answer"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["session_no", "course_no", "occurrence", "phase", "ae_no", "end_day", "age_years", "day_zero",
     "last_contact_day", "observed_until_day", "site_id", "dose_mg_kg", "n_answered", "visit"]
)  # fmt: skip


@identity
@FUZZ
@given(data=st.data(), number=st.integers(0, len(ALL) - 1), value=JSON)
def test_any_value_anywhere_makes_findings_and_no_exception(tmp_path, data, number, value):
    inner = leaves(ALL[number])
    paths = sorted({path[:n] for path in inner for n in range(1, len(path) + 1)}, key=str)
    changed = planted(ALL[number], data.draw(st.sampled_from(paths)), value)
    assert judged(read_fhir(export(tmp_path, *ALL[:number], changed, *ALL[number + 1 :])))


@identity
@FUZZ
@given(number=st.integers(0, len(ALL) - 1), name=NAMES, value=JSON)
def test_any_extension_makes_findings_and_no_exception(tmp_path, number, name, value):
    told = {"url": f"urn:ketamine-outcomes:{name}", "valueString": value}
    changed = {**ALL[number], "extension": [told]}
    episode = {
        "resourceType": "EpisodeOfCare",
        "patient": {"reference": "Patient/example"},
        "extension": [told],
    }
    others = [*ALL[:number], changed, *ALL[number + 1 :], episode]
    assert judged(read_fhir(export(tmp_path, *others)))


@identity
@FUZZ
@given(mapping=st.dictionaries(
    st.sampled_from(["title", "sites", "site", "questionnaires", "cut_off", "induction_days",
                     "indication", "sites_of_organizations", "course_gap_days", "instruments"]),
    JSON, max_size=4))  # fmt: skip
def test_any_mapping_makes_findings_and_no_exception(tmp_path, mapping):
    assert judged(read_fhir(export(tmp_path, *ALL), mapping))


@unit
@pytest.mark.parametrize("text", ["\\ud800", "\\uDC00", "\\ud83d"])
def test_half_a_character_makes_a_line_no_resource(tmp_path, text):
    line = json.dumps({**PATIENT, "id": "half"}).replace("half", f"half{text}")
    whole = json.dumps({**PATIENT, "id": "smile"}).replace("smile", "s\\ud83d\\ude00")
    path = tmp_path / "export.ndjson"
    path.write_text(f"{line}\n{whole}\n", encoding="utf-8")
    assert [one.resource is None for one in fhir_lines.read_lines(path)] == [True, False]
