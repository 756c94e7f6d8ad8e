"""A clinic with three patients as literal files, and the mapping that fits them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from analysis.formats import Imported, Mapping, read_clinic

PATIENTS = """\
Patient ID,Clinic,Date of Birth,Gender,Diagnosis,Last seen,Status
0017,Main Street,04/05/1980,F,Major depression,28/03/2024,Active
0021,Main Street,30/11/1930,M,Major depression,02/02/2024,Lost contact
0300,Harbour,15/06/1991,F,PTSD,10/03/2024,Active
"""
TREATMENTS = """\
Patient ID,Clinic,Treatment date,Drug,Route,Dose,Body weight (lb),Finished
17,Main Street,05/01/2024,Ketamine,Infusion,0.5 mg/kg,176,Yes
17,Main Street,12/01/2024,Ketamine,Infusion,40 mg,176,Yes
21,Main Street,15/01/2024,Ketamine,Injection,50mg,220,Yes
300,Harbour,20/02/2024,Ketamine,Infusion,35 mg,,No
"""
_ITEMS = [f"Invented sentence, question {n} of 9" for n in range(1, 10)]
_ANSWERS = ("Never", "Some days", "Most days", "Every day")


def form(patient: str, date: str, answers: str, total: str) -> str:
    """Write a row of the questionnaire; a dash is no answer."""
    labels = ["" if a == "-" else _ANSWERS[int(a)] for a in answers]
    return ",".join([patient, date, *labels, total]) + "\n"


PHQ = (
    ",".join(["Client", "Completed on", *(f'"{item}"' for item in _ITEMS), "Sum"])
    + "\n"
    + form("0017", "04/01/2024", "333222111", "18")
    + form("0017", "26/01/2024", "111000000", "3")
    + form("0021", "15/01/2024", "22222222-", "18")
    + form("0300", "19/02/2024", "000000003", "3")
)
FILES = {"patients.csv": PATIENTS, "treatments.csv": TREATMENTS, "phq.csv": PHQ}
MAPPING: dict[str, Any] = {
    "mapping_version": "1",
    "study": {"title": "A small clinic"},
    "cut_off": "2024-03-31",
    "sites": {"Main Street": "A", "Harbour": "B"},
    "client_id": {"width": 4},
    "origin": {"source": "treatments", "column": "Treatment date"},
    "sources": {
        "patients": {
            "file": "patients.csv",
            "kind": "csv",
            "client_id": "Patient ID",
            "dates": "dmy",
        },
        "treatments": {
            "file": "treatments.csv",
            "kind": "csv",
            "client_id": "Patient ID",
            "dates": "dmy",
        },
        "phq": {"file": "phq.csv", "kind": "csv", "client_id": "Client", "dates": "dmy"},
    },
    "tables": {
        "subjects": {
            "source": "patients",
            "columns": {
                "site_id": "Clinic",
                "age_years": {"column": "Date of Birth", "read_as": "birth date"},
                "sex": {"column": "Gender", "values": {"F": "female", "M": "male"}},
                "indication": {
                    "column": "Diagnosis",
                    "values": {"major depression": "depression", "PTSD": "PTSD"},
                },
            },
        },
        "sessions": {
            "source": "treatments",
            "columns": {
                "session_no": {"numbered": "session"},
                "site_id": "Clinic",
                "course_no": {"constant": 1},
                "rel_day": "Treatment date",
                "agent": "Drug",
                "route": {"column": "Route", "values": {"Infusion": "IV", "Injection": "IM"}},
                "dose_mg": {
                    "column": "Dose",
                    "unit": "in text",
                    "weight": {"column": "Body weight*", "unit": "lb"},
                },
                "weight_kg": {"column": "Body weight*", "unit": "lb"},
                "phase": {"by_session_no": {"1": "induction", "2": "maintenance"}},
                "completed": "Finished",
            },
        },
    },
    "questionnaires": [
        {
            "source": "phq",
            "instrument": "PHQ-9",
            "day": "Completed on",
            "items": [f"*question {n} of 9" for n in range(1, 10)],
            "answers": {"Never": 0, "Some days": 1, "Most days": 2, "Every day": 3},
            "total": "Sum",
        }
    ],
    "follow_up": {
        "source": "patients",
        "last_contact": "Last seen",
        "end_reason": {
            "column": "Status",
            "values": {"active": "ongoing", "lost contact": "lost"},
        },
    },
}


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    """Return the mapping with one entry replaced, or taken out when it becomes None."""
    content: Any = copy.deepcopy(MAPPING)
    place = content
    for key in path[:-1]:
        place = place[key]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return dict(content)


def write_files(folder: Path, **files: str | bytes) -> None:
    """Write the files, some of them replaced (by name without ending)."""
    for name, text in FILES.items():
        content = files.get(name.removesuffix(".csv"), text)
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)


def read(
    folder: Path,
    content: dict[str, Any] | None = None,
    *,
    cut_off: str | None = None,
    **files: str | bytes,
) -> Imported:
    """Write the files and read them."""
    write_files(folder, **files)
    return read_clinic(folder, Mapping.of(content or MAPPING), cut_off=cut_off)


def rules(found: Imported) -> list[tuple[str, str, str, int | None]]:
    """Rule, severity, place and count of every finding."""
    return [(f.rule, f.severity, f.table, f.count) for f in found.findings]
