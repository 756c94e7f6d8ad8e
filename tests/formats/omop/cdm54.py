"""Tables with every field of OMOP CDM 5.4 in the published order, filled by hand.

The headers are those of OMOP_CDMv5.4_Field_Level.csv (OHDSI/CommonDataModel), compared field by
field with inst/ddl/5.4/postgresql of that repository (commit 2ccb8939d8e6); the concepts are
invented numbers, as an analyst would name them in a mapping.
"""

import csv

HEADERS = {
    "person": "person_id gender_concept_id year_of_birth month_of_birth day_of_birth "
    "birth_datetime race_concept_id ethnicity_concept_id location_id provider_id care_site_id "
    "person_source_value gender_source_value gender_source_concept_id race_source_value "
    "race_source_concept_id ethnicity_source_value ethnicity_source_concept_id",
    "observation_period": "observation_period_id person_id observation_period_start_date "
    "observation_period_end_date period_type_concept_id",
    "drug_exposure": "drug_exposure_id person_id drug_concept_id drug_exposure_start_date "
    "drug_exposure_start_datetime drug_exposure_end_date drug_exposure_end_datetime "
    "verbatim_end_date drug_type_concept_id stop_reason refills quantity days_supply sig "
    "route_concept_id lot_number provider_id visit_occurrence_id visit_detail_id "
    "drug_source_value drug_source_concept_id route_source_value dose_unit_source_value",
    "measurement": "measurement_id person_id measurement_concept_id measurement_date "
    "measurement_datetime measurement_time measurement_type_concept_id operator_concept_id "
    "value_as_number value_as_concept_id unit_concept_id range_low range_high provider_id "
    "visit_occurrence_id visit_detail_id measurement_source_value measurement_source_concept_id "
    "unit_source_value unit_source_concept_id value_source_value measurement_event_id "
    "meas_event_field_concept_id",
    "observation": "observation_id person_id observation_concept_id observation_date "
    "observation_datetime observation_type_concept_id value_as_number value_as_string "
    "value_as_concept_id qualifier_concept_id unit_concept_id provider_id visit_occurrence_id "
    "visit_detail_id observation_source_value observation_source_concept_id unit_source_value "
    "qualifier_source_value value_source_value observation_event_id obs_event_field_concept_id",
    "death": "person_id death_date death_datetime death_type_concept_id cause_concept_id "
    "cause_source_value cause_source_concept_id",
    "cdm_source": "cdm_source_name cdm_source_abbreviation cdm_holder source_description "
    "source_documentation_reference cdm_etl_reference source_release_date cdm_release_date "
    "cdm_version cdm_version_concept_id vocabulary_version",
    "concept": "concept_id concept_name domain_id vocabulary_id concept_class_id standard_concept "
    "concept_code valid_start_date valid_end_date invalid_reason",
}

HEADERS_WRITTEN = {
    **HEADERS,
    "visit_occurrence": "visit_occurrence_id person_id visit_concept_id visit_start_date "
    "visit_start_datetime visit_end_date visit_end_datetime visit_type_concept_id provider_id "
    "care_site_id visit_source_value visit_source_concept_id admitted_from_concept_id "
    "admitted_from_source_value discharged_to_concept_id discharged_to_source_value "
    "preceding_visit_occurrence_id",
    "care_site": "care_site_id care_site_name place_of_service_concept_id location_id "
    "care_site_source_value place_of_service_source_value",
    "condition_occurrence": "condition_occurrence_id person_id condition_concept_id "
    "condition_start_date condition_start_datetime condition_end_date condition_end_datetime "
    "condition_type_concept_id condition_status_concept_id stop_reason provider_id "
    "visit_occurrence_id visit_detail_id condition_source_value condition_source_concept_id "
    "condition_status_source_value",
}
"""Fields of every table that is written."""

REQUIRED = {
    "person": "person_id gender_concept_id year_of_birth race_concept_id ethnicity_concept_id",
    "observation_period": HEADERS["observation_period"],
    "visit_occurrence": "visit_occurrence_id person_id visit_concept_id visit_start_date "
    "visit_end_date visit_type_concept_id",
    "drug_exposure": "drug_exposure_id person_id drug_concept_id drug_exposure_start_date "
    "drug_exposure_end_date drug_type_concept_id",
    "measurement": "measurement_id person_id measurement_concept_id measurement_date "
    "measurement_type_concept_id",
    "observation": "observation_id person_id observation_concept_id observation_date "
    "observation_type_concept_id",
    "death": "person_id death_date",
    "care_site": "care_site_id",
    "condition_occurrence": "condition_occurrence_id person_id condition_concept_id "
    "condition_start_date condition_type_concept_id",
    "cdm_source": "cdm_source_name cdm_source_abbreviation cdm_holder source_release_date "
    "cdm_release_date cdm_version_concept_id vocabulary_version",
}
"""Fields that the model says no row may lack (NOT NULL in its DDL)."""

_P = {"person_id": 7}
_DOSE = {**_P, "drug_concept_id": 11, "route_concept_id": 21, "dose_unit_source_value": "mg"}
_AT = "2024-02-01"
ROWS = {
    "person": [
        {"person_id": 7, "gender_concept_id": 8532, "year_of_birth": 1980, "month_of_birth": 2,
         "day_of_birth": 2},
        {"person_id": 8, "gender_concept_id": 8507, "year_of_birth": 1970},
    ],
    "observation_period": [
        {"observation_period_id": 1, **_P, "observation_period_start_date": "2024-01-22",
         "observation_period_end_date": "2024-05-11"},
    ],
    "drug_exposure": [
        {"drug_exposure_id": 1, **_DOSE, "drug_exposure_start_date": _AT, "quantity": 40,
         "drug_exposure_start_datetime": f"{_AT} 10:00:00", "visit_occurrence_id": 500,
         "drug_exposure_end_datetime": f"{_AT} 10:40:00"},
        {"drug_exposure_id": 2, **_DOSE, "drug_exposure_start_date": "2024-02-04",
         "quantity": 42.5, "stop_reason": "blood pressure"},
        {"drug_exposure_id": 3, **_DOSE, "drug_concept_id": 999,
         "drug_exposure_start_date": "2023-01-01", "quantity": 1},
    ],
    "measurement": [
        {"measurement_id": 1, **_P, "measurement_concept_id": 31, "measurement_date": "2024-01-25",
         "value_as_number": 18},
        {"measurement_id": 2, **_P, "measurement_concept_id": 41, "measurement_date": _AT,
         "measurement_datetime": f"{_AT} 10:20:00", "value_as_number": 141, "unit_concept_id": 51},
        {"measurement_id": 3, **_P, "measurement_concept_id": 42, "measurement_date": _AT,
         "value_as_number": 176, "unit_concept_id": 52, "visit_occurrence_id": 500},
        {"measurement_id": 4, **_P, "measurement_concept_id": 998, "measurement_date": _AT,
         "value_as_number": 1},
    ],
    "observation": [
        {"observation_id": 1, **_P, "observation_concept_id": 31, "observation_date": "2024-02-08",
         "value_as_number": 9},
        {"observation_id": 2, **_P, "observation_concept_id": 61, "observation_date": "2024-02-08",
         "value_as_number": 2},
        {"observation_id": 3, **_P, "observation_concept_id": 62, "observation_date": "2024-02-08",
         "value_as_string": "refused"},
    ],
    "death": [],
    "cdm_source": [{"cdm_source_name": "clinic", "cdm_version": "v5.4.1"}],
    "concept": [
        {"concept_id": 31, "vocabulary_id": "LOINC", "concept_code": "44261-6"},
        {"concept_id": 77, "vocabulary_id": "SNOMED", "concept_code": "44261-6"},
    ],
}  # fmt: skip

MAPPING = {
    "concepts": {
        "agents": {"ketamine": [11]},
        "routes": {"IV": [21]},
        "totals": {"PHQ-9": ["LOINC/44261-6"]},
        "items": {"PHQ-9": {"1": [61], "2": [62]}},
        "vitals": {"sbp": [41], "weight": [42]},
        "units": {"mm[Hg]": [51], "[lb_av]": [52]},
    },
    "site": "north",
    "indication": "depression",
}


def write_tables(folder, rows=None):
    """Write the tables as CSV; some with other rows."""
    for name, header in HEADERS.items():
        fields = header.split()
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fields, lineterminator="\n")
            writer.writeheader()
            writer.writerows((rows or {}).get(name, ROWS[name]))
    return folder


def with_row(table, row, **cells):
    """Change cells of one row of one table."""
    changed = [dict(each) for each in ROWS[table]]
    changed[row].update(cells)
    return {table: changed}
