"""The fields of OMOP CDM 5.4 that a study is made of, with their kinds and primary keys.

Source: OMOP_CDMv5.4_Field_Level.csv of OHDSI/CommonDataModel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CDM_TABLES", "CdmTable", "Kind"]

Kind = Literal["integer", "number", "date", "datetime", "text"]


@dataclass(frozen=True, kw_only=True)
class CdmTable:
    """A table of the model.

    Parameters
    ----------
    key : str
        Primary key; empty when the table has none.
    required : bool
        Whether no study can be made without it.
    needed, others : mapping of str to Kind
        Fields that no row may lack, and fields that are read where they are.
    """

    key: str
    required: bool
    needed: dict[str, Kind]
    others: dict[str, Kind]


_VALUES: dict[str, Kind] = {
    "value_as_number": "number",
    "unit_concept_id": "integer",
    "visit_occurrence_id": "integer",
}

CDM_TABLES: dict[str, CdmTable] = {
    "person": CdmTable(
        key="person_id",
        required=True,
        needed={"person_id": "integer", "gender_concept_id": "integer"},
        others={
            "year_of_birth": "integer",
            "month_of_birth": "integer",
            "day_of_birth": "integer",
            "care_site_id": "integer",
            "person_source_value": "text",
        },
    ),
    "drug_exposure": CdmTable(
        key="drug_exposure_id",
        required=True,
        needed={
            "drug_exposure_id": "integer",
            "person_id": "integer",
            "drug_concept_id": "integer",
            "drug_exposure_start_date": "date",
        },
        others={
            "drug_exposure_start_datetime": "datetime",
            "drug_exposure_end_datetime": "datetime",
            "stop_reason": "text",
            "quantity": "number",
            "route_concept_id": "integer",
            "visit_occurrence_id": "integer",
            "dose_unit_source_value": "text",
        },
    ),
    "measurement": CdmTable(
        key="measurement_id",
        required=False,
        needed={
            "measurement_id": "integer",
            "person_id": "integer",
            "measurement_concept_id": "integer",
            "measurement_date": "date",
        },
        others={"measurement_datetime": "datetime", **_VALUES},
    ),
    "observation": CdmTable(
        key="observation_id",
        required=False,
        needed={
            "observation_id": "integer",
            "person_id": "integer",
            "observation_concept_id": "integer",
            "observation_date": "date",
        },
        others={"observation_datetime": "datetime", "value_as_string": "text", **_VALUES},
    ),
    "observation_period": CdmTable(
        key="observation_period_id",
        required=False,
        needed={
            "observation_period_id": "integer",
            "person_id": "integer",
            "observation_period_start_date": "date",
            "observation_period_end_date": "date",
        },
        others={},
    ),
    "visit_occurrence": CdmTable(
        key="visit_occurrence_id",
        required=False,
        needed={"visit_occurrence_id": "integer", "person_id": "integer"},
        others={"care_site_id": "integer"},
    ),
    "care_site": CdmTable(
        key="care_site_id",
        required=False,
        needed={"care_site_id": "integer"},
        others={"care_site_source_value": "text"},
    ),
    "death": CdmTable(
        key="person_id",
        required=False,
        needed={"person_id": "integer", "death_date": "date"},
        others={},
    ),
    "condition_occurrence": CdmTable(
        key="condition_occurrence_id",
        required=False,
        needed={
            "condition_occurrence_id": "integer",
            "person_id": "integer",
            "condition_start_date": "date",
        },
        others={"condition_end_date": "date", "condition_source_value": "text"},
    ),
}
"""Tables that are read, by name; fields that a study has no use for are not listed."""
