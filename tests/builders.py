"""A tiny clean study as literal CSV text, and studies made from literal scores."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.study import TABLES, Finding, Study, read_study, scan_folder
from analysis.study.casting import typed_table
from analysis.synthetic import example_folder

ABOUT: dict[str, Any] = {
    "title": "Five invented patients",
    "schema_version": "1.1",
    "sites": ["A", "B"],
    "instruments": ["PHQ-9", "MADRS"],
    "data_cut_off": "2025",
    "synthetic": True,
    "seed": 7,
}

CLEAN: dict[str, str] = {
    "subjects": """\
subject_id,site_id,age_years,sex,indication,secondary_indications,race_ethnicity,language,payer,prior_failures,cohort,treated_before_data
p1,A,34,female,depression,PTSD;anxiety,,English,commercial,2,usual,false
p2,A,51,male,PTSD,,group one,,,,,false
p3,B,,,depression,substance use,,,self-pay,3,usual,
p4,B,90,other,bipolar depression,,group two,French,Medicare,0,,true
p5,B,19,female,anxiety,,,,,1,,
""",
    "sessions": """\
subject_id,session_no,site_id,course_no,rel_day,agent,route,dose_mg,dose_mg_kg,weight_kg,infusion_min,phase,completed,ae_assessed,stop_reason,discharge_ready_min,discharged_min
p1,1,A,1,0,ketamine,IV,35,0.5,70,40,induction,true,true,,95,120
p1,2,A,1,3,ketamine,IV,38,0.5,70,40,induction,false,false,blood pressure,,130
p1,3,A,1,40,ketamine,IV,35,,,40,maintenance,true,,,,
p2,1,A,1,0,ketamine,IM,,0.6,80,,induction,true,true,,60,90
p3,1,B,1,0,esketamine,IN,56,,,,induction,true,,,,
p4,1,B,1,0,ketamine,SL,300,,,,induction,true,,,,
p4,2,B,2,200,ketamine,PO,150.5,,,,induction,true,,,,
""",
    "assessments": """\
subject_id,instrument,rel_day,occurrence,visit,total,n_answered,rater,session_no,hours_post
p1,MADRS,-2,1,baseline,31,10,clinician,,
p1,PHQ-9,-2,1,baseline,18,9,self,,
p1,PHQ-9,28,1,follow-up,9,9,self,,
p2,PHQ-9,0,1,,27,9,self,1,-0.5
p2,PHQ-9,0,2,,26,9,self,1,4
p3,PHQ-9,14,1,session,0,,,,
p4,PHQ-9,7,1,unscheduled,,1,self,,
""",
    "follow_up": """\
subject_id,start_day,last_contact_day,observed_until_day,end_reason
p1,-2,40,120,lost
p2,0,0,10,ongoing
p3,0,14,60,withdrew
p4,0,200,300,died
p5,0,0,0,ongoing
""",
    "items": """\
subject_id,instrument,rel_day,occurrence,item_no,response,missing_reason
p1,PHQ-9,28,1,1,1,
p1,PHQ-9,28,1,2,1,
p1,PHQ-9,28,1,3,1,
p1,PHQ-9,28,1,4,1,
p1,PHQ-9,28,1,5,1,
p1,PHQ-9,28,1,6,1,
p1,PHQ-9,28,1,7,1,
p1,PHQ-9,28,1,8,2,
p1,PHQ-9,28,1,9,0,
p4,PHQ-9,7,1,1,3,
p4,PHQ-9,7,1,2,,refused
""",
    "monitoring": """\
subject_id,session_no,rel_min,parameter,value,unit
p1,1,-15,sbp,128,mm[Hg]
p1,1,40,sbp,141,mm[Hg]
p1,1,40,dbp,88,mm[Hg]
p1,1,40,hr,81,/min
p1,1,40,spo2,97,%
p1,1,40,cadss,12,{score}
p2,1,40,cadss6,3,{score}
p2,1,40,moaas,5,{score}
""",
    "adverse_events": """\
subject_id,ae_no,session_no,start_day,end_day,term,severity,serious,related,outcome
p1,1,1,0,1,nausea,1,false,true,recovered
p1,2,,20,,fall,2,no,,unknown
p4,1,2,200,,dizziness,5,yes,false,fatal
""",
    "actions": """\
subject_id,action_no,rel_day,session_no,trigger,action
p1,1,3,2,blood pressure,dose stopped
p2,1,0,,suicidal ideation,risk assessment
""",
    "diagnoses": """\
subject_id,code_system,code,start_day,end_day
p1,ICD-10-CM,F33.2,-400,
p2,ICD-10-CM,F43.10,-30,20
""",
    "encounters": """\
subject_id,encounter_no,rel_day,site_id,kind,instrument
p1,1,-2,A,intake,PHQ-9
p1,2,0,A,session,
""",
    "concomitant": """\
subject_id,drug_no,drug_class,start_day,end_day
p1,1,antidepressant,,
p1,2,benzodiazepine,-20,15
""",
}

CALENDAR = """\
subject_id,start_date
p1,2024-01-08
p2,2024-02-29
"""
"""Only for folders in the local zone."""

REQUIRED = [name for name, table in TABLES.items() if table.required]
EVERY_COLUMN = [
    (name, text_column) for name in CLEAN for text_column in CLEAN[name].splitlines()[0].split(",")
]


def write_folder(
    root: Path,
    *,
    tables: Mapping[str, str | bytes] | None = None,
    leave_out: Sequence[str] = (),
    about: Mapping[str, Any] | str | bytes | None = None,
) -> Path:
    """Write the clean study, with some tables replaced or left out."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in {**CLEAN, **(tables or {})}.items():
        if name not in leave_out:
            data = content if isinstance(content, bytes) else content.encode("utf-8")
            (root / f"{name}.csv").write_bytes(data)
    description = ABOUT if about is None else about
    if isinstance(description, Mapping):
        description = json.dumps(dict(description))
    data = description if isinstance(description, bytes) else description.encode("utf-8")
    (root / "study.json").write_bytes(data)
    return root


def with_cell(text: str, column: str, value: str, *, row: int = 0) -> str:
    """Replace one cell of a literal table (rows count from 0 below the header)."""
    lines = [line.split(",") for line in text.splitlines()]
    lines[row + 1][lines[0].index(column)] = value
    return "".join(",".join(line) + "\n" for line in lines)


def without_column(text: str, column: str) -> str:
    """Leave out one column of a literal table."""
    lines = [line.split(",") for line in text.splitlines()]
    position = lines[0].index(column)
    return "".join(
        ",".join(c for n, c in enumerate(line) if n != position) + "\n" for line in lines
    )


def rename_column(text: str, column: str, header: str) -> str:
    """Give one column of a literal table another header."""
    head, _, body = text.partition("\n")
    return ",".join(header if c == column else c for c in head.split(",")) + "\n" + body


def raw(text: str) -> pd.DataFrame:
    """Literal text as a frame of text columns."""
    head, *lines = [line.split(",") for line in text.splitlines()]
    frame = pd.DataFrame(lines, columns=head, dtype="string")
    return frame.mask(frame.eq("").fillna(value=False))


def typed(table: str, text: str) -> pd.DataFrame:
    """Literal text as a canonical table."""
    frame, findings = typed_table(raw(text), TABLES[table])
    assert frame is not None, findings
    return frame


@cache
def _clean_table(name: str) -> pd.DataFrame:
    return typed(name, CLEAN[name])


@cache
def clinic_network() -> Study:
    """The synthetic network, read once per process; a test changes copies of it only."""
    return read_study(example_folder("clinic-network"))


def clean_study(**replaced: str) -> Study:
    """Make the clean study in memory, with the literal text of some tables replaced."""
    return Study(
        title="Five invented patients",
        sites=("A", "B"),
        instruments=("PHQ-9", "MADRS"),
        tables={
            name: typed(name, replaced[name]) if name in replaced else _clean_table(name).copy()
            for name in CLEAN
        },
        synthetic=True,
        seed=7,
    )


def _header(table: str) -> str:
    """The columns that every study has."""
    return ",".join(column.name for column in TABLES[table].columns if column.required)


def scored_study(
    scores: Mapping[str, Sequence[tuple[int, float | None]]],
    *,
    until: Mapping[str, int] | int = 400,
    untreated: Sequence[str] = (),
    instrument: str = "PHQ-9",
    subjects: Mapping[str, Mapping[str, str]] | None = None,
) -> Study:
    """Make a study in which each patient has the given (day, total) scores and one session."""
    people = list(scores)
    about = {p: {"site_id": "A", "sex": "", **(subjects or {}).get(p, {})} for p in people}
    ends = {p: until if isinstance(until, int) else until[p] for p in people}
    rows = [
        f"{p},{instrument},{day},{days[: n + 1].count(day)},,{'' if total is None else total},,"
        for p in people
        for days in [[day for day, _ in scores[p]]]
        for n, (day, total) in enumerate(scores[p])
    ]
    texts = {
        "subjects": ["subject_id,site_id,age_years,sex,indication"]
        + [f"{p},{about[p]['site_id']},40,{about[p]['sex']},depression" for p in people],
        "sessions": [_header("sessions")]
        + [
            f"{p},1,{about[p]['site_id']},1,0,ketamine,{about[p].get('route', 'IV')},35,"
            "induction,true"
            for p in people
            if p not in untreated
        ],
        "assessments": [  # a table must have a row: one without a total is no score
            _header("assessments"),
            *rows,
            f"{people[0]},{instrument},-99,1,,,,",
        ],
        "follow_up": [_header("follow_up")]
        + [f"{p},-40,{min(0, ends[p])},{ends[p]},ongoing" for p in people],
    }
    tables = {name: typed(name, "\n".join(lines)) for name, lines in texts.items()}
    return Study(title="Scores", sites=("A", "B"), instruments=(instrument,), tables=tables)


def found(folder: Path) -> list[tuple[str, str, str]]:
    """Rule, table and column of every structural finding of a folder."""
    return [(f.rule, f.table, f.column) for f in scan_folder(folder)[1]]


def places(findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
    """Rule, table and column of findings, all of which must have a remedy."""
    assert all(f.what.endswith(".") and f.remedy.endswith(".") for f in findings)
    return [(f.rule, f.table, f.column) for f in findings]
