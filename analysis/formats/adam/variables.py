"""The variables of each ADaM data set: names, labels, and what they are in a canonical study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["DATASETS", "Dataset", "Kind", "Variable"]

Kind = Literal["text", "number", "integer", "day", "flag"]
"""What a variable holds; a day is a study day, which has no 0, and a flag is Y or N."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Variable:
    """One variable of a data set.

    Parameters
    ----------
    label : str
        At most 40 characters.
    kind : {"text", "number", "integer", "day", "flag"}
        What it holds.
    column : str
        Column of the canonical table; empty where it is derived.
    needed : bool
        Whether a data set without it is refused.
    """

    label: str
    kind: Kind
    column: str = ""
    needed: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """One data set.

    Parameters
    ----------
    label : str
        At most 40 characters.
    variables : dict of str to Variable
        By name of at most 8 characters, in their order.
    key : tuple of str
        Together they name a row.
    required : bool
        Whether no study can be read without it.
    """

    label: str
    variables: dict[str, Variable]
    key: tuple[str, ...]
    required: bool = False


def _of(label: str, kind: Kind = "text", column: str = "", needed: bool = False) -> Variable:
    return Variable(label=label, kind=kind, column=column, needed=needed)


_STUDY = {"STUDYID": _of("Study Identifier")}
_SUBJECT = {"USUBJID": _of("Unique Subject Identifier", "text", "subject_id", needed=True)}

_ADSL = {
    **_STUDY,
    **_SUBJECT,
    "SITEID": _of("Study Site Identifier", "text", "site_id", needed=True),
    "AGE": _of("Age (90 Is 90 or Above)", "integer", "age_years"),
    "AGEU": _of("Age Units"),
    "SEX": _of("Sex", "text", "sex"),
    "INDIC": _of("Primary Indication", "text", "indication"),
    "INDIC2": _of("Secondary Indications", "text", "secondary_indications"),
    "RACEETH": _of("Race and Ethnicity", "text", "race_ethnicity"),
    "LANGUAGE": _of("Language", "text", "language"),
    "PAYER": _of("Payer", "text", "payer"),
    "PRIORFAL": _of("Number of Prior Treatment Failures", "integer", "prior_failures"),
    "COHORT": _of("Cohort", "text", "cohort"),
    "PRETRTFL": _of("Treated Before the Data Begin Flag", "flag", "treated_before_data"),
    "SAFFL": _of("Safety Population Flag", "flag"),
    "STARTDY": _of("Study Day Follow-Up Starts", "day", "start_day"),
    "LCONTDY": _of("Study Day of Last Contact", "day", "last_contact_day"),
    "OBSENDY": _of("Study Day Observed Until", "day", "observed_until_day"),
    "EOSSTT": _of("End of Study Status"),
    "DCSREAS": _of("Reason for Discontinuation from Study", "text", "end_reason"),
}

_ADQS = {
    **_STUDY,
    **_SUBJECT,
    "PARAMCD": _of("Parameter Code", needed=True),
    "PARAM": _of("Parameter"),
    "PARCAT1": _of("Parameter Category 1", "text", "instrument"),
    "AVAL": _of("Analysis Value", "number", needed=True),
    "AVISIT": _of("Analysis Visit", "text", "visit"),
    "AVISITN": _of("Analysis Visit (N)", "integer"),
    "ADY": _of("Analysis Relative Day", "day", "rel_day", needed=True),
    "DTYPE": _of("Derivation Type"),
    "QSREPNUM": _of("Repetition Number on the Day", "integer", "occurrence"),
    "ITEMNO": _of("Item Number", "integer", "item_no"),
    "QSREASND": _of("Reason Not Answered", "text", "missing_reason"),
    "NANSWER": _of("Number of Items Answered", "integer", "n_answered"),
    "QSEVAL": _of("Evaluator", "text", "rater"),
    "SESSNO": _of("Session Number", "integer", "session_no"),
    "HOURPOST": _of("Hours After Start of Session", "number", "hours_post"),
}

_ADEX = {
    **_STUDY,
    **_SUBJECT,
    "EXSEQ": _of("Sequence Number (Session Number)", "integer", "session_no", needed=True),
    "SITEID": _of("Study Site Identifier", "text", "site_id"),
    "COURSENO": _of("Course Number", "integer", "course_no"),
    "ASTDY": _of("Analysis Start Relative Day", "day", "rel_day", needed=True),
    "EXTRT": _of("Name of Treatment", "text", "agent", needed=True),
    "EXROUTE": _of("Route of Administration", "text", "route", needed=True),
    "EXDOSE": _of("Dose", "number", "dose_mg", needed=True),
    "EXDOSU": _of("Dose Units"),
    "DOSEKG": _of("Dose per Kilogram (mg/kg)", "number", "dose_mg_kg"),
    "WEIGHT": _of("Weight (kg)", "number", "weight_kg"),
    "INFMIN": _of("Duration of Infusion (min)", "number", "infusion_min"),
    "APHASE": _of("Phase", "text", "phase"),
    "COMPLFL": _of("Session Completed Flag", "flag", "completed"),
    "AEASSFL": _of("Adverse Events Asked For Flag", "flag", "ae_assessed"),
    "STOPREAS": _of("Reason the Session Was Stopped", "text", "stop_reason"),
    "READYMIN": _of("Ready for Discharge (min)", "number", "discharge_ready_min"),
    "DISCHMIN": _of("Discharged (min)", "number", "discharged_min"),
}

_ADAE = {
    **_STUDY,
    **_SUBJECT,
    "AESEQ": _of("Sequence Number", "integer", "ae_no", needed=True),
    "SESSNO": _of("Session Number", "integer", "session_no"),
    "AETERM": _of("Reported Term for the Adverse Event", "text", "term", needed=True),
    "ASTDY": _of("Analysis Start Relative Day", "day", "start_day", needed=True),
    "AENDY": _of("Analysis End Relative Day", "day", "end_day"),
    "ATOXGRN": _of("Analysis Toxicity Grade (N)", "integer", "severity"),
    "AESER": _of("Serious Event", "flag", "serious"),
    "AEREL": _of("Related to Treatment", "flag", "related"),
    "AEOUT": _of("Outcome of Adverse Event", "text", "outcome"),
    "TRTEMFL": _of("Treatment Emergent Analysis Flag", "flag"),
}

_ADTTE = {
    **_STUDY,
    **_SUBJECT,
    "PARAMCD": _of("Parameter Code", needed=True),
    "PARAM": _of("Parameter"),
    "AVAL": _of("Analysis Value (Days from the Origin)", "number", "time", needed=True),
    "STARTDY": _of("Study Day of the Origin", "day", "origin_day"),
    "CNSR": _of("Censor (0 Is an Event)", "integer", "cnsr", needed=True),
    "EVNTDESC": _of("Event or Censoring Description", "text", "evntdesc"),
    "CNSDTDSC": _of("Censor Date Description", "text", "cnsdtdsc"),
}

DATASETS = {
    "ADSL": Dataset(
        label="Subject-Level Analysis Dataset", variables=_ADSL, key=("USUBJID",), required=True
    ),
    "ADQS": Dataset(
        label="Questionnaires Analysis Dataset",
        variables=_ADQS,
        key=("USUBJID", "PARAMCD", "ADY", "QSREPNUM"),
        required=True,
    ),
    "ADEX": Dataset(
        label="Exposure Analysis Dataset", variables=_ADEX, key=("USUBJID", "EXSEQ"), required=True
    ),
    "ADAE": Dataset(
        label="Adverse Events Analysis Dataset", variables=_ADAE, key=("USUBJID", "AESEQ")
    ),
    "ADTTE": Dataset(
        label="Time-to-Event Analysis Dataset", variables=_ADTTE, key=("USUBJID", "PARAMCD")
    ),
}
"""Data sets by name. Variables whose names ADaM does not know hold what only this model has."""
