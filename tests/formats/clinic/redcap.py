"""The REDCap sample: raw export, labelled export, data dictionary and truth."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.formats.clinic import redcap_forms as forms
from tests.formats.clinic.dice import Dice
from tests.formats.clinic.network import SEED

if TYPE_CHECKING:
    from pathlib import Path

KEYS = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance",
        "redcap_data_access_group", "redcap_survey_identifier"]  # fmt: skip
KEY_LABELS = ["Record ID", "Event Name", "Repeat Instrument", "Repeat Instance",
              "Data Access Group", "Survey Identifier"]  # fmt: skip
Record = dict[str, str]
PATIENTS = 25
NEVER, NO_GROUP, STALE, SKIPPED, CODED, UNFINISHED, SAME_DAY = 24, 3, 6, 8, 10, 12, 15
"""Number of the patient who has each peculiarity."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A patient of the project."""

    number: int
    record_id: str
    arm: int
    group: str
    first: date
    severity: float
    kept: float
    kg: float

    def dice(self, topic: str) -> Dice:
        return Dice(f"{SEED}/redcap/{self.number}/{topic}")


def case(number: int) -> Case:
    """Make a patient; records are numbered within their data access group."""
    dice = Dice(f"{SEED}/redcap/{number}")
    south = number % 3 == 2
    return Case(
        number=number,
        record_id=f"{102 if south else 101}-{(number // 3 if south else number - number // 3) + 1}",
        arm=2 if number % 5 in {1, 4} else 1,
        group="" if number == NO_GROUP else list(forms.SITES)[south],
        first=date(2024, 2, 5) + timedelta(days=7 * dice.whole(0, 30) + dice.whole(0, 3)),
        severity=dice.normal(17, 4), kept=max(0.1, dice.normal(0.55, 0.25)),
        kg=dice.normal(80, 14),
    )  # fmt: skip


def begin(one: Case, event: str, instrument: str = "", instance: str = "") -> Record:
    """Start a record of the export."""
    values = [one.record_id, f"{event}_arm_{one.arm}", instrument, instance, one.group, ""]
    return dict(zip(KEYS, values, strict=True))


def tick(record: Record, name: str, chosen: set[str]) -> None:
    field = next(field for field in forms.FIELDS if field.name == name)
    for code in field.options():
        record[forms.checkbox_column(name, code)] = "1" if code in chosen else "0"


def enrolment(one: Case) -> Record:
    dice = one.dice("enrolment")
    before = dice.chance(0.2)
    record = begin(one, "enrolment") | {
        "consent_date": (one.first - timedelta(days=dice.whole(9, 20))).isoformat(),
        "initials": f"{chr(65 + dice.whole(0, 25))}{chr(65 + dice.whole(0, 25))}",
        "birth_date": date(
            dice.whole(1950, 2003), dice.whole(1, 12), dice.whole(1, 28)
        ).isoformat(),
        "email": f"record{one.number}@example.org",
        "sex": dice.weighted({"1": 0.55, "2": 0.4, "3": 0.05}),
        "prior_ketamine": "1" if before else "0",
        "prior_count": str(dice.whole(1, 12)) if before else "",
        "expectation": str(dice.whole(20, 95)),
        "enrolment_complete": "2",
    }
    tick(
        record,
        "comorbid",
        {dice.pick(["0", "1", "2", "-88"]), *(["3"] if dice.chance(0.1) else [])},
    )
    return record


def answers(one: Case, scale: str, count: int, highest: int, share: float) -> dict[str, str]:
    dice = one.dice(f"{scale}/{share:.4f}")
    draws = [share + dice.normal(0, 0.18) for _ in range(count)]
    values = [min(highest, max(0, int(x * highest + 0.5))) for x in draws]
    named = {f"{scale}_{i}": str(value) for i, value in enumerate(values, start=1)}
    return named | {f"{scale}_total": str(sum(values))}


def share_on(one: Case, day: date) -> float:
    weeks = max(0, (day - one.first).days) / 7
    return one.severity / 27 * (1 - (1 - one.kept) * min(1.0, weeks / 3))


def fill(record: Record, one: Case, event: str, day: date) -> Record:
    """Fill in the forms of an event."""
    share = share_on(one, day)
    record |= {"phq9_date": day.isoformat(), "phq9_timestamp": f"{day.isoformat()} 08:41:15",
               "phq9_difficulty": "1", "phq9_complete": "2"}  # fmt: skip
    record |= answers(one, "phq9", 9, 3, share)
    record |= {"gad7_timestamp": f"{day.isoformat()} 08:44:02", "gad7_complete": "2"}
    record |= answers(one, "gad7", 7, 3, share * 1.02)
    if "madrs_rating" in forms.EVENTS[event][1]:
        record |= answers(one, "madrs", 10, 6, share * 0.99)
        record |= {"madrs_date": (day + timedelta(days=1)).isoformat(), "madrs_rater": "1",
                   "madrs_rating_complete": "2"}  # fmt: skip
    return record


def treatment(one: Case, instance: int, day: date) -> Record:
    """Fill in one instance of the repeating form."""
    dice = one.dice(f"treatment {instance}")
    spray = one.arm == 2
    kg = round(one.kg + dice.normal(0, 0.7), 1)
    high, low = dice.whole(112, 145), dice.whole(68, 90)
    record = begin(one, "treatment", "treatment_session", str(instance)) | {
        "tx_start": f"{day.isoformat()} {dice.whole(9, 15):02d}:{5 * dice.whole(0, 11):02d}",
        "tx_agent": "2" if spray else "1", "tx_route": "in" if spray else "iv",
        "tx_dose_mg": ("56" if instance == 1 else "84") if spray else f"{0.5 * kg:.0f}",
        "tx_weight": f"{kg:.1f}", "tx_minutes": "" if spray else "40",
        "tx_sbp_pre": str(high), "tx_dbp_pre": str(low), "tx_spo2_pre": str(dice.whole(96, 99)),
        "tx_sbp_peak": str(high + dice.whole(3, 25)), "tx_dbp_peak": str(low + dice.whole(2, 15)),
        "tx_spo2_peak": str(dice.whole(94, 99)), "tx_completed": "1",
        "treatment_session_complete": "2",
    }  # fmt: skip
    seen = {code for code, share in (("1", 0.15), ("2", 0.1), ("3", 0.2)) if dice.chance(share)}
    other = dice.chance(0.06)
    tick(record, "tx_symptoms", seen | ({"99"} if other else set()))
    record["tx_other"] = "tingling, left arm; wife informed" if other else ""
    return record


def records_of(one: Case) -> list[Record]:
    """Give all records of a patient in the order of the export."""
    if one.number == NEVER:
        return [enrolment(one)]
    dice = one.dice("plan")
    days = [one.first + timedelta(days=step) for step in (0, 3, 7, 10, 14, 17)]
    days = days[: dice.whole(2, 6) if dice.chance(0.3) else 6]
    found = [enrolment(one), fill(begin(one, "baseline"), one, "baseline",
                                  one.first - timedelta(days=dice.whole(0, 5)))]  # fmt: skip
    found += [treatment(one, i, day) for i, day in enumerate(days, start=1)]
    if dice.chance(0.85):
        day = one.first + timedelta(days=dice.whole(25, 32))
        found.append(fill(begin(one, "week_4"), one, "week_4", day))
    if one.arm == 1 and dice.chance(0.6):
        day = one.first + timedelta(days=dice.whole(80, 90))
        found.append(fill(begin(one, "week_12"), one, "week_12", day))
    for instance in range(1, dice.whole(0, 2) + 1 + (one.number == SAME_DAY)):
        day = one.first + timedelta(days=8 + 30 * (instance - 1) + dice.whole(0, 4))
        record = begin(one, "unscheduled", "", str(instance))
        found.append(fill(record, one, "unscheduled", day))
    return found


def plant(records: list[Record], one: Case) -> None:
    """Plant the peculiarity of a patient."""
    forms_of = [record for record in records if "phq9_1" in record]
    if one.number == STALE:
        first = forms_of[0]
        first["phq9_4"] = str((int(first["phq9_4"]) + 2) % 4)
    if one.number == SKIPPED:
        forms_of[0] |= {"phq9_3": "", "phq9_total": ""}
        forms_of[0]["gad7_total"] = str(int(forms_of[0]["gad7_total"]) - int(forms_of[0]["gad7_2"]))
        forms_of[0]["gad7_2"] = ""
    if one.number == CODED:
        forms_of[0] |= {"madrs_5": "NASK", "madrs_total": ""}
    if one.number == UNFINISHED:
        forms_of[-1] |= {f"gad7_{i}": "" for i in range(3, 8)}
        rest = sum(int(forms_of[-1][f"gad7_{i}"]) for i in (1, 2))
        forms_of[-1] |= {"gad7_total": str(rest), "gad7_complete": "0",
                         "gad7_timestamp": "[not completed]"}  # fmt: skip
    if one.number == SAME_DAY:
        day = records[2]["tx_start"][:10]
        forms_of[-1] |= {"phq9_date": day, "phq9_timestamp": f"{day} 17:20:31",
                         "gad7_timestamp": f"{day} 17:22:09"}  # fmt: skip
        forms_of[0] |= {"phq9_date": day, "phq9_timestamp": f"{day} 08:41:15",
                        "gad7_timestamp": f"{day} 08:44:02"}  # fmt: skip


# --- Writing -------------------------------------------------------------------------------------


def columns() -> list[str]:
    """Name the columns of the raw export."""
    found = list(KEYS)
    for form in forms.FORMS:
        found += [f"{form}_timestamp"] if form in forms.SURVEYS else []
        for field in forms.FIELDS:
            if field.form == form and field.name != "record_id":
                found += forms.columns_of(field)
        found.append(f"{form}_complete")
    return found


def headings() -> list[str]:
    """Head the columns of the labelled export; some headings come more than once, as in REDCap."""
    found = list(KEY_LABELS)
    for form in forms.FORMS:
        found += ["Survey Timestamp"] if form in forms.SURVEYS else []
        for field in forms.FIELDS:
            if field.form == form and field.name != "record_id":
                found += forms.headings_of(field)
        found.append("Complete?")
    return found


def labelled(record: Record) -> list[str]:
    """Write a record with labels for codes."""
    event, arm = record["redcap_event_name"].rsplit("_arm_", 1)
    known = {
        "redcap_event_name": f"{forms.EVENTS[event][0]} (Arm {arm}: {forms.ARMS[int(arm)]})",
        "redcap_repeat_instrument": forms.FORM_LABELS.get(record["redcap_repeat_instrument"], ""),
        "redcap_data_access_group": forms.SITES.get(record["redcap_data_access_group"], ""),
    }
    labels: dict[str, dict[str, str]] = {f"{form}_complete": forms.STATES for form in forms.FORMS}
    for field in forms.FIELDS:
        for name in forms.columns_of(field):
            box = {"1": "Checked", "0": "Unchecked"}
            labels[name] = box if field.kind == "checkbox" else field.options()
    shown = {name: labels.get(name, {}).get(value, value) for name, value in record.items()}
    return [(shown | known).get(name, "") for name in columns()]


def write_table(lines: list[list[str]], path: Path, encoding: str = "utf-8") -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.getvalue().encode(encoding))


def write(folder: Path) -> None:
    """Write the four files."""
    cases = [case(number) for number in range(PATIENTS)]
    grouped = {one: records_of(one) for one in sorted(cases, key=record_key)}
    for one, records in grouped.items():
        plant(records, one)
    records = [record for group in grouped.values() for record in group]
    names = columns()
    raw = [[record.get(name, "") for name in names] for record in records]
    write_table([names, *raw], folder / "raw.csv")
    write_table([headings(), *map(labelled, records)], folder / "labelled.csv", "utf-8-sig")
    dictionary = [list(forms.HEADER), *(field.line() for field in forms.FIELDS)]
    write_table(dictionary, folder / "dictionary.csv")
    text = json.dumps(truth(grouped), indent=1, ensure_ascii=False)
    (folder / "truth.json").write_bytes(f"{text}\n".encode())


def record_key(one: Case) -> tuple[int, int]:
    group, number = one.record_id.split("-")
    return int(group), int(number)


# --- Truth ---------------------------------------------------------------------------------------

SCALES = {"PHQ-9": ("phq9", 9, "phq9_date", 2), "GAD-7": ("gad7", 7, "phq9_date", 2),
          "MADRS": ("madrs", 10, "madrs_date", 1)}  # fmt: skip


def assessment(record: Record, scale: str, first: date) -> dict[str, Any]:
    """Give what the table of assessments should hold."""
    stem, count, day, most = SCALES[scale]
    given = [record[f"{stem}_{i}"] for i in range(1, count + 1)]
    values = [int(value) for value in given if value.isdigit()]
    enough = count - len(values) <= most
    return {
        "patient": record["record_id"], "instrument": scale,
        "event": record["redcap_event_name"], "instance": record["redcap_repeat_instance"],
        "rel_day": (date.fromisoformat(record[day]) - first).days, "n_answered": len(values),
        "total": round(sum(values) * count / len(values), 4) if enough else None,
        "stored_total": record[f"{stem}_total"],
    }  # fmt: skip


def faults(ids: dict[int, str]) -> list[dict[str, str]]:
    """List what is peculiar, and what a reader should say or do."""
    said = {
        NEVER: ("never treated", "enrolment only: no day 0; left out, counted"),
        NO_GROUP: ("no data access group", "no site: ask or report, not dropped"),
        STALE: ("calculated total is stale", "computed from the answers, difference reported"),
        SKIPPED: ("item skipped", "PHQ-9 has no total, GAD-7 counts the gap as 0: prorate both"),
        CODED: ("missing data code", "NASK in a rated item is missing, not text"),
        UNFINISHED: ("form not finished", "GAD-7 with two answers: no total by the rule"),
        SAME_DAY: ("two forms on a day", "baseline and unscheduled on day 0: occurrences 1, 2"),
    }  # fmt: skip
    listed = [{"record_id": ids[n], "kind": kind, "say": say} for n, (kind, say) in said.items()]
    general = {
        "block-sparse rows": "empty cells of forms that do not belong to the row are no answers",
        "repeating event": "instrument empty, instance filled: the whole event repeats",
        "negative checkbox code": "comorbid____88 is the choice -88",
        "comma in a choice label": "'Chronic pain, any site' is one choice: split at the first",
        "descriptive field": "'intro' is in the dictionary and not in the export",
        "survey columns": "*_timestamp and redcap_survey_identifier are not in the dictionary",
        "doubled headings": "'Complete?' and 'Survey Timestamp' come several times when labelled",
        "GAD-7 has no date": "its day is the day of phq9_date in the same row, or the timestamp",
        "dates": "validation says day-month-year, the export writes year-month-day",
        "byte order mark": "labelled.csv begins with one",
        "identifiers": "fields flagged 'y' (initials, birth_date, email, tx_other) do not go on",
    }
    return listed + [{"record_id": "", "kind": kind, "say": say} for kind, say in general.items()]


def truth(grouped: dict[Case, list[Record]]) -> dict[str, Any]:
    """Say what the canonical tables should hold."""
    treated = {one: records for one, records in grouped.items() if one.number != NEVER}
    cells = [
        assessment(record, scale, one.first)
        for one, records in treated.items()
        for record in records
        for scale, (stem, *_) in SCALES.items()
        if f"{stem}_1" in record
    ]
    sessions = [r for records in treated.values() for r in records if "tx_start" in r]
    peculiar = {one.record_id for one in treated if one.number in
                {STALE, SKIPPED, CODED, UNFINISHED, SAME_DAY}}  # fmt: skip
    ids = {one.number: one.record_id for one in grouped}
    symptoms = [n for n in columns() if n.startswith("tx_symptoms")]
    return {
        "about": "All data are invented.",
        "counts": {
            "records": sum(map(len, grouped.values())),
            "patients": len(grouped), "subjects": len(treated),
            "subjects_by_arm": {str(a): sum(one.arm == a for one in treated) for a in forms.ARMS},
            "subjects_by_site": {group or "none": sum(one.group == group for one in treated)
                                 for group in [*forms.SITES, ""]},
            "sessions": len(sessions),
            "sessions_by_symptom": {n: sum(r[n] == "1" for r in sessions) for n in symptoms},
            "assessments": {scale: sum(c["instrument"] == scale for c in cells)
                            for scale in SCALES},
        },
        "cells": [c for i, c in enumerate(cells) if c["patient"] in peculiar or i % 12 == 0],
        "first_days": {one.record_id: one.first.isoformat() for one in list(treated)[:6]},
        "faults": faults(ids),
    }  # fmt: skip
