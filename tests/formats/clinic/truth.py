"""What the canonical tables should hold after a right reading of an export."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from tests.formats.clinic import clients, reasons, scores
from tests.formats.clinic.dice import Dice
from tests.formats.clinic.network import (
    EARLIER,
    MOVED,
    SEED,
    SHAPES,
    SITES,
    Event,
    Form,
    Person,
    Session,
)
from tests.formats.clinic.sheets import Row, Sheet

Numbered = tuple[int, Row]
MOST_MISSING = {"PHQ-9": 2, "GAD-7": 2, "PCL-5": 4, "MADRS": 1}
"""How many unanswered items still give a total, by `analysis.instruments`."""


def kept(sheet: Sheet) -> list[Numbered]:
    """Give the records that a right reading keeps."""
    return [(number, row) for number, row in sheet.numbered() if not row.lost]


def sessions_of(sheet: Sheet) -> dict[int, list[Numbered]]:
    """Give the sessions of each person in order of the days."""
    found: dict[int, list[Numbered]] = {}
    for number, row in kept(sheet):
        assert isinstance(row.source, Session)
        found.setdefault(row.source.person.number, []).append((number, row))
    for rows in found.values():
        rows.sort(key=lambda pair: source_day(pair[1]))
    return found


def source_day(row: Row) -> date:
    assert isinstance(row.source, Session | Form | Event)
    return row.source.day


def first_days(sheet: Sheet) -> dict[int, date]:
    return {number: source_day(rows[0][1]) for number, rows in sessions_of(sheet).items()}


# --- Counts --------------------------------------------------------------------------------------


def count_subjects(sheet: Sheet, treated: dict[int, list[Numbered]]) -> dict[str, Any]:
    """Count people."""
    listed = [row.source for _, row in kept(sheet) if isinstance(row.source, Person)]
    subjects = [one for one in listed if one.number in treated]
    meant = [reasons.REASONS[one.reason][0] for one in subjects]
    second = [n for n, rows in treated.items() if getattr(rows[-1][1].source, "course", 1) > 1]
    return {
        "subjects": len(subjects),
        "listed_but_never_treated": sum(row.lost == "never treated" for row in sheet.rows),
        "subjects_by_home_site": dict(sorted(Counter(s.site.site_id for s in subjects).items())),
        "subjects_by_sex": dict(sorted(Counter(s.sex or "unknown" for s in subjects).items())),
        "subjects_by_indication": dict(sorted(Counter(m or "unknown" for m in meant).items())),
        "subjects_with_second_course": len(second),
        "subjects_treated_before_data": sum(one.number < EARLIER for one in subjects),
    }


def count_sessions(sheet: Sheet) -> dict[str, Any]:
    """Count sessions and vital signs."""
    given = [row.source for _, row in kept(sheet) if isinstance(row.source, Session)]
    routes = Counter(one.route for one in given)
    vital: Counter[str] = Counter()
    for one in given:
        for values in one.vitals.values():
            vital.update(n for n, v in zip(("sbp", "dbp", "hr", "spo2"), values, strict=True) if v)
    return {
        "sessions": len(given),
        "sessions_by_site": dict(sorted(Counter(one.site.site_id for one in given).items())),
        "sessions_by_route": dict(sorted(routes.items())),
        "sessions_esketamine": sum(one.agent == "esketamine" for one in given),
        "sessions_not_completed": sum(not one.completed for one in given),
        "sessions_with_weight": sum(one.kg is not None for one in given),
        "monitoring_values": dict(sorted(vital.items())),
    }


def on_paper(row: Row) -> bool:
    return any(kind.startswith("only totals") for kind, _ in row.tags)


def count_scores(sheets: list[Sheet]) -> dict[str, Any]:
    """Count assessments and answers by scale."""
    assessments: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    for _, row in (pair for sheet in sheets for pair in kept(sheet)):
        assert isinstance(row.source, Form)
        for scale, values in row.source.answers.items():
            assessments[scale] += 1
            answers[scale] += 0 if on_paper(row) else sum(v is not None for v in values)
    return {"assessments": dict(assessments), "answered_items": dict(answers)}


def left_out(sheet: Sheet) -> dict[str, int]:
    """Count the records that a right reading leaves out, by reason."""
    return dict(sorted(Counter(row.lost for row in sheet.rows if row.lost).items()))


def counts(sheets: dict[str, Sheet]) -> dict[str, Any]:
    """Count everything."""
    treatments = sheets["treatments.csv"]
    forms = [sheets["questionnaires.csv"], sheets["pcl_madrs.csv"]]
    return {
        **count_subjects(sheets["clients.xlsx"], sessions_of(treatments)),
        **count_sessions(treatments),
        **count_scores(forms),
        "adverse_events": len(kept(sheets["adverse.csv"])),
        "records_below_the_header": {name: len(sheet.rows) for name, sheet in sheets.items()},
        "records_left_out": {name: left_out(sheet) for name, sheet in sheets.items()},
    }


# --- Cells ---------------------------------------------------------------------------------------


def scored(scale: str, values: list[int | None], row: Row) -> dict[str, Any]:
    """Give the total by the rule of the scale, and the number of answers behind it."""
    answered = [value for value in values if value is not None]
    if on_paper(row):
        return {"n_answered": None, "total": sum(answered)}
    enough = len(values) - len(answered) <= MOST_MISSING[scale]
    total = sum(answered) * SHAPES[scale][0] / len(answered)
    return {"n_answered": len(answered), "total": round(total, 4) if enough else None}


def score_cells(sheet: Sheet, scale: str, days: dict[int, date]) -> list[dict[str, Any]]:
    """Give every assessment of a scale in a file."""
    cells, seen = [], Counter[tuple[int, date]]()
    for number, row in kept(sheet):
        filled = row.source
        assert isinstance(filled, Form)
        if scale not in filled.answers:
            continue
        key = (filled.person.number, filled.day)
        seen[key] += 1
        cells.append(
            {"patient": filled.person.local_id, "instrument": scale,
             "rel_day": (filled.day - days[key[0]]).days, "occurrence": seen[key],
             **scored(scale, filled.answers[scale], row),
             "stored_total": str(row.cells[scores.TOTALS[scale]]), "file": sheet.file,
             "row": number, "faults": sorted({kind for kind, _ in row.tags})}
        )  # fmt: skip
    return cells


def chosen(cells: list[dict[str, Any]], count: int, moved: str) -> list[dict[str, Any]]:
    """Choose assessments to hold a reader to: two of each fault, the moved patient, any others."""
    dice, taken = Dice(f"{SEED}/chosen/{cells[0]['instrument']}"), []
    seen: Counter[str] = Counter()
    for cell in cells:
        news = [kind for kind in cell["faults"] if seen[kind] < 2]
        if news or (cell["patient"] == moved and seen["moved"] < 3):
            seen.update([*cell["faults"], *["moved"] * (cell["patient"] == moved)])
            taken.append(cell)
    free = [cell for cell in cells if not cell["faults"]]
    return taken + dice.several(free, count)


def session_cells(sheet: Sheet, days: dict[int, date]) -> list[dict[str, Any]]:
    """Give every session."""
    cells = []
    for rows in sessions_of(sheet).values():
        for order, (number, row) in enumerate(rows, start=1):
            one = row.source
            assert isinstance(one, Session)
            cells.append(
                {"patient": one.person.local_id, "session_no": order, "course_no": one.course,
                 "rel_day": (one.day - days[one.person.number]).days,
                 "site_id": one.site.site_id, "phase": one.phase, "route": one.route,
                 "agent": one.agent,
                 "dose_mg": one.mg, "dose_mg_kg": one.mg_kg,
                 "weight_kg": None if one.kg is None else round(one.kg, 1),
                 "infusion_min": one.infusion_min, "completed": one.completed,
                 "vitals": {m: list(v) for m, v in one.vitals.items()},
                 "peak_min": one.minutes.get("peak"), "end_min": one.minutes.get("end"),
                 "file": sheet.file, "row": number, "faults": [kind for kind, _ in row.tags]}
            )  # fmt: skip
    return cells


def subject_cells(sheet: Sheet, days: dict[int, date]) -> list[dict[str, Any]]:
    """Give every subject; the age is none when the birthday cannot be right."""
    cells = []
    for number, row in kept(sheet):
        one = row.source
        assert isinstance(one, Person)
        if one.number not in days:
            continue
        first = days[one.number]
        age = (
            first.year - one.born.year - ((first.month, first.day) < (one.born.month, one.born.day))
        )
        faults = [kind for kind, _ in row.tags]
        unknown = {"born in the future", "birthday is a placeholder"} & set(faults)
        primary, further = reasons.REASONS[one.reason]
        cells.append(
            {"patient": one.local_id, "site_id": one.site.site_id,
             "age_years": None if unknown else min(age, 90), "sex": one.sex or None,
             "indication": primary, "secondary_indications": further,
             "treated_before_data": one.number < EARLIER, "first_day": first.isoformat(),
             "file": sheet.file, "row": number, "faults": faults}
        )  # fmt: skip
    return cells


def event_cells(sheet: Sheet, days: dict[int, date]) -> list[dict[str, Any]]:
    """Give every adverse event."""
    cells = []
    outcome = {text: meant for meant, texts in reasons.OUTCOMES.items() for text in texts}
    for number, row in kept(sheet):
        event = row.source
        assert isinstance(event, Event)
        first = days[event.session.person.number]
        kinds = [kind for kind, _ in row.tags]
        cells.append(
            {"patient": event.session.person.local_id, "start_day": (event.day - first).days,
             "severity": None if "missing code" in kinds else event.severity,
             "serious": row.cells["Serious?"] == "Yes",
             "related": reasons.RELATED[str(row.cells["Related to Tx?"])],
             "outcome": outcome[str(row.cells["Outcome"])], "term_as_written": row.cells["Event"],
             "meaning": event.kind, "file": sheet.file, "row": number, "faults": kinds}
        )  # fmt: skip
    return cells


def some(cells: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Choose some cells without a fault and one of each fault that is kept."""
    dice, seen, taken = Dice(f"{SEED}/some/{cells[0]['file']}"), set[str](), []
    for cell in cells:
        if set(cell["faults"]) - seen:
            seen |= set(cell["faults"])
            taken.append(cell)
    return taken + dice.several([cell for cell in cells if not cell["faults"]], count)


def cells(sheets: dict[str, Sheet]) -> dict[str, Any]:
    """Choose the cells to hold a reader to."""
    days = first_days(sheets["treatments.csv"])
    persons = [row.source for _, row in kept(sheets["clients.xlsx"])]
    moved = next(p.local_id for p in persons if isinstance(p, Person) and p.number == MOVED)
    sources = {"PHQ-9": "questionnaires.csv", "GAD-7": "questionnaires.csv",
               "PCL-5": "pcl_madrs.csv", "MADRS": "pcl_madrs.csv"}  # fmt: skip
    found = [chosen(score_cells(sheets[file], scale, days), 5, moved)
             for scale, file in sources.items()]  # fmt: skip
    return {
        "assessments": [cell for group in found for cell in group],
        "sessions": some(session_cells(sheets["treatments.csv"], days), 10),
        "subjects": some(subject_cells(sheets["clients.xlsx"], days), 6),
        "adverse_events": some(event_cells(sheets["adverse.csv"], days), 5),
    }


def words() -> dict[str, Any]:
    """Give what the network's words mean, as its people would tell who asks."""
    return {
        "sites": {site.site_id: {"clients.xlsx": site.office, "treatments.csv": site.code,
                                 "pcl_madrs.csv": site.clinic, "adverse.csv": site.clinic,
                                 "weight": "lb" if site.pounds else "kg"} for site in SITES},
        "ids": {"width": 5, "case": "ignored", "link": ["Client ID", "Other chart no."],
                "test_patients": ["99998", "99999"]},
        "indications": {text: meant[0] for text, meant in reasons.REASONS.items()},
        "sexes": {text.strip(): meant or None for meant, texts in reasons.SEXES.items()
                  for text in texts} | {v: k for k, v in reasons.FRENCH_SEXES.items()},
        "routes": {text.strip(): meant for meant, texts in reasons.ROUTES.items()
                   for text in texts},
        "phases": {text: meant for meant, texts in reasons.PHASES.items() for text in texts},
        "severities": {text.strip(): n for n, texts in reasons.SEVERITIES.items()
                       for text in texts},
        "outcomes": {text: meant for meant, texts in reasons.OUTCOMES.items() for text in texts},
        "related": reasons.RELATED,
        "stop_reasons": reasons.STOPPED,
        "terms": {text: meant for meant, texts in reasons.TERMS.items() for text in texts},
        "labels": {code: {word: n for n, word in enumerate(texts)}
                   for code, texts in reasons.LABELS.items()},
        "label_after_asking": {reasons.NEW_LABEL[1]: 2},
        "missing_codes": reasons.MISSING_CODES,
        "columns": {"items": scores.ITEMS, "totals": scores.TOTALS,
                    "not_an_item": [scores.BOTHER], "identifiers": clients.IDENTIFIERS},
    }  # fmt: skip
