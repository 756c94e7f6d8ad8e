"""A small invented REDCap project, typed cell by cell: events, arms, repeats, boxes, codes."""

from pathlib import Path
from typing import Any

SHORT = (
    "field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations,"
    "field_note,text_validation_type_or_show_slider_number,text_validation_min,"
    "text_validation_max,identifier,branching_logic,required_field,custom_alignment,"
    "question_number,matrix_group_name,matrix_ranking,field_annotation\n"
)
LONG = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,'
    "Text Validation Type OR Show Slider Number,Text Validation Min,Text Validation Max,"
    "Identifier?,Branching Logic (Show field only if...),Required Field?,Custom Alignment,"
    "Question Number (surveys only),Matrix Group Name,Matrix Ranking?,Field Annotation\n"
)
SEX = '"1, Female | 2, Male | 3, Another, or none"'
OTHER = '"-1, Anxiety | PT, PTSD | 3.5, Chronic pain"'
DAILY = (
    '"0, Not at all | 1, Several days | 2, <b>More than half</b> the days | 3, Nearly every day"'
)
ROUTE = '"1, IV | 2, IM"'
FIELDS = f"""\
study_id,enrolment,,text,Study number,,,,,,,,,,,,,
mrn,enrolment,,text,Record number,,,,,,y,,,,,,,
enrol_date,enrolment,,text,Date,,,date_mdy,,,,,,,,,,
clinic,enrolment,,dropdown,Clinic,"1, North | 2, South",,,,,,,,,,,,
age,enrolment,,text,Age,,,integer,,,,,,,,,,
sex,enrolment,,radio,Sex,{SEX},,,,,,,,,,,,
other,enrolment,,checkbox,Other reasons,{OTHER},,,,,,,,,,,,
smokes,enrolment,,yesno,Smokes,,,,,,,,,,,,,
photo,enrolment,,file,Photo,,,,,,,,,,,,,
hint,enrolment,,descriptive,Please read,,,,,,,,,,,,,
phq_date,phq2,,text,Date,,,datetime_ymd,,,,,,,,,,
phq_1,phq2,,radio,Item one,{DAILY},,,,,,,,,,,,
phq_2,phq2,,radio,Item two,{DAILY},,,,,,,,,,,,
phq_total,phq2,,calc,Total,[phq_1]+[phq_2],,,,,,,,,,,,
dose_date,dosing,,text,Date,,,date_dmy,,,,,,,,,,
dose,dosing,,text,Dose in mg,,,number_comma_decimal,,,,,,,,,,
route,dosing,,dropdown,Route,{ROUTE},,,,,,,,,,,,
last_date,ending,,text,Last contact,,,date_ymd,,,,,,,,,,
why,ending,,dropdown,Reason,"1, Completed | 2, Lost",,,,,,,,,,,,
"""
DICTIONARY = SHORT + FIELDS
BOXES = "other____1,other___pt,other___3_5"
RAW = f"""\
study_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,\
redcap_data_access_group,redcap_survey_identifier,mrn,enrol_date,clinic,age,sex,{BOXES},smokes,\
photo,enrolment_complete,phq2_timestamp,phq_date,phq_1,phq_2,phq_total,phq2_complete,\
dose_date,dose,route,dosing_complete,last_date,why,ending_complete
001,start_arm_1,,,north,,,2024-03-01,1,34,1,0,1,1,1,,2,,,,,,0,,,,,,,
001,start_arm_1,phq2,1,north,,,,,,,,,,,,,2024-03-01 10:00:00,2024-03-01 10:00,3,2,5,2,,,,,,,
001,start_arm_1,phq2,2,north,,,,,,,,,,,,,,2024-04-02 09:30,1,-99,,2,,,,,,,
001,course_arm_1,dosing,1,north,,,,,,,,,,,,,,,,,,,2024-03-04,"35,5",1,2,,,
001,course_arm_1,dosing,2,north,,,,,,,,,,,,,,,,,,,2024-03-11,40,2,2,,,
001,course_arm_1,,,north,,,,,,,0,0,0,,,,,,,,,0,,,,0,2024-06-01,1,2
002,start_arm_2,,,,,555,2024-02-28,2,,2,0,0,0,0,[document],1,,,,,,,,,,,,,
002,start_arm_2,phq2,1,,,,,,,,,,,,,,,2024-02-28 08:00,0,0,0,1,,,,,,,
002,course_arm_2,dosing,1,,,,,,,,,,,,,,,,,,,,2024-02-29,30,1,2,,,
002,course_arm_2,,,,,,,,,,0,0,0,,,,,,,,,,,,,,2024-03-30,2,1
"""
LABELLED = """\
Study number,Event Name,Repeat Instrument,Repeat Instance,Data Access Group,Survey Identifier,\
Record number,Date,Clinic,Age,Sex,Other reasons (choice=Anxiety),Other reasons (choice=PTSD),\
Other reasons (choice=Chronic pain),Smokes,Photo,Complete?,Survey Timestamp,Date,Item one,\
Item two,Total,Complete?,Date,Dose in mg,Route,Complete?,Last contact,Reason,Complete?
001,Start (Arm 1: Ketamine),,,North,,,2024-03-01,North,34,Female,Unchecked,Checked,Checked,Yes,,\
Complete,,,,,,Incomplete,,,,,,,
001,Start (Arm 1: Ketamine),PHQ-2,1,North,,,,,,,,,,,,,2024-03-01 10:00:00,2024-03-01 10:00,\
Nearly every day,More than half the days,5,Complete,,,,,,,
001,Start (Arm 1: Ketamine),PHQ-2,2,North,,,,,,,,,,,,,,2024-04-02 09:30,Several days,-99,,Complete\
,,,,,,,
001,Course (Arm 1: Ketamine),Dosing,1,North,,,,,,,,,,,,,,,,,,,2024-03-04,"35,5",IV,Complete,,,
001,Course (Arm 1: Ketamine),Dosing,2,North,,,,,,,,,,,,,,,,,,,2024-03-11,40,IM,Complete,,,
001,Course (Arm 1: Ketamine),,,North,,,,,,,Unchecked,Unchecked,Unchecked,,,,,,,,,Incomplete,,,,\
Incomplete,2024-06-01,Completed,Complete
002,Start (Arm 2: Usual),,,,,555,2024-02-28,South,,Male,Unchecked,Unchecked,Unchecked,No,\
[document],Unverified,,,,,,,,,,,,,
002,Start (Arm 2: Usual),PHQ-2,1,,,,,,,,,,,,,,,2024-02-28 08:00,Not at all,Not at all,0,Unverified\
,,,,,,,
002,Course (Arm 2: Usual),Dosing,1,,,,,,,,,,,,,,,,,,,,2024-02-29,30,IV,Complete,,,
002,Course (Arm 2: Usual),,,,,,,,,,Unchecked,Unchecked,Unchecked,,,,,,,,,,,,,,2024-03-30,Lost,\
Unverified
"""

MAPPING: dict[str, Any] = {
    "note": "Invented.",
    "title": "Two invented records",
    "sites": ["north", "south"],
    "instruments": ["PHQ-2"],
    "events": {
        "start_arm_1": {"label": "Start", "visit": "baseline"},
        "course_arm_1": {"label": "Course", "visit": "session"},
        "start_arm_2": {"label": "Start (Arm 2: Usual)", "visit": "baseline"},
        "course_arm_2": {"label": "Course (Arm 2: Usual)", "visit": "session"},
    },
    "missing_codes": {"-99": "refused"},
    "day_zero": [{"instrument": "dosing", "field": "dose_date"}],
    "tables": {
        "subjects": [
            {
                "instrument": "enrolment",
                "columns": {
                    "site_id": {"field": "clinic", "values": {"1": "north", "2": "south"}},
                    "age_years": {"field": "age"},
                    "sex": {"field": "sex", "values": {"1": "female", "2": "male", "3": "other"}},
                    "indication": {"constant": "depression"},
                    "secondary_indications": {
                        "boxes": "other",
                        "values": {"-1": "anxiety", "PT": "PTSD", "3.5": "chronic pain"},
                    },
                    "cohort": {"key": "arm"},
                },
            }
        ],
        "sessions": [
            {
                "instrument": "dosing",
                "columns": {
                    "session_no": {"number_by": []},
                    "site_id": {"constant": "north"},
                    "course_no": {"constant": 1},
                    "rel_day": {"date": "dose_date"},
                    "agent": {"constant": "ketamine"},
                    "route": {"field": "route", "values": {"1": "IV", "2": "IM"}},
                    "dose_mg": {"field": "dose"},
                    "phase": {"constant": "induction"},
                    "completed": {"constant": "true"},
                },
            }
        ],
        "assessments": [
            {
                "instrument": "phq2",
                "columns": {
                    "instrument": {"constant": "PHQ-2"},
                    "rel_day": {"date": "phq_date"},
                    "occurrence": {"number_by": ["instrument", "rel_day"]},
                    "visit": {"event": "visit"},
                    "total": {"field": "phq_total"},
                    "rater": {"constant": "self"},
                },
                "items": ["phq_1", "phq_2"],
            }
        ],
        "follow_up": [
            {
                "instrument": "ending",
                "columns": {
                    "start_day": {"constant": 0},
                    "last_contact_day": {"date": "last_date"},
                    "observed_until_day": {"date": "last_date"},
                    "end_reason": {"field": "why", "values": {"1": "completed", "2": "lost"}},
                },
            }
        ],
    },
}


def write(root: Path, *, export: str = RAW, dictionary: str = DICTIONARY) -> tuple[Path, Path]:
    """Write the export and the dictionary."""
    files = root / "export.csv", root / "dictionary.csv"
    for file, text in zip(files, (export, dictionary), strict=True):
        file.write_text(text, encoding="utf-8")
    return files
