"""The patient's forms from the survey tool, and the sheet of trauma and depression ratings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests.formats.clinic.dice import Dice
from tests.formats.clinic.identities import TESTERS, all_ids, clean, spell, swapped
from tests.formats.clinic.network import (
    FIRST_DAY,
    LAST_DAY,
    SEED,
    SHAPES,
    Form,
    Person,
    form,
)
from tests.formats.clinic.reasons import LABELS, MISSING_CODES, NEW_LABEL
from tests.formats.clinic.sheets import Cell, Row, Sheet, furniture
from tests.formats.clinic.treatments import double

ID, WHEN = "Client ID", "Submitted"
RENAMED_LATER = {WHEN: "Submission date"}
WORDS = {"PHQ-9": "mood", "GAD-7": "worry"}
ITEMS = {
    "PHQ-9": [f"Over the last 2 weeks, mood question {i} of 9 (0-3)" for i in range(1, 10)],
    "GAD-7": [f"Over the last 2 weeks, worry question {i} of 7 (0-3)" for i in range(1, 8)],
    "PCL-5": [f"Dernier mois, question trauma {i} sur 20 (0 à 4)" for i in range(1, 21)],
    "MADRS": [f"Entrevue, point humeur {i} sur 10 (0 à 6)" for i in range(1, 11)],
}
BOTHER = "Over the last 2 weeks, effect on daily life, extra question (0-3)"
TOTALS = {"PHQ-9": "Mood score (PHQ-9)", "GAD-7": "Worry score (GAD-7)",
          "PCL-5": "Total PCL-5", "MADRS": "Total MADRS"}  # fmt: skip
COLUMNS = ["Response ID", ID, WHEN, *ITEMS["PHQ-9"], BOTHER, TOTALS["PHQ-9"], *ITEMS["GAD-7"],
           TOTALS["GAD-7"]]  # fmt: skip


def stamp(filled: Form) -> str:
    hour, minute = divmod(filled.minute, 60)
    return f"{filled.day.isoformat()} {hour:02d}:{minute:02d}"


def total(values: list[int | None]) -> int:
    """Add up as the survey tool does: what is not answered counts nothing."""
    return sum(value or 0 for value in values)


def month_of(day: date) -> int:
    return 1 if day <= LAST_DAY else 2


def response(filled: Form, number: int) -> Row:
    """Write one submission; a scale that was not asked stays empty."""
    cells: dict[str, Cell] = {
        "Response ID": f"R-{100_000 + 7 * number}", ID: filled.local_id, WHEN: stamp(filled),
        BOTHER: filled.bother,
    }  # fmt: skip
    for scale, values in filled.answers.items():
        cells |= dict(zip(ITEMS[scale], values, strict=True))
        cells[TOTALS[scale]] = total(values)
    row = Row(cells=cells, source=filled, month=month_of(filled.day))
    if "GAD-7" not in filled.answers:
        row.spoil("scale not asked", TOTALS["GAD-7"])
    dice = filled.person.dice(f"response {stamp(filled)}")
    spell(row, ID, dice)
    leave_out(row, dice)
    return row


def drop(row: Row, scale: str, item: int, code: str, kind: str) -> None:
    """Leave an item unanswered, in the file and in what it stands for."""
    filled = row.source
    assert isinstance(filled, Form)
    values = list(filled.answers[scale])
    values[item] = None
    row.source = replace(filled, answers=filled.answers | {scale: values})
    row.cells[ITEMS[scale][item]] = code
    row.cells[TOTALS[scale]] = total(values)
    row.tags.append((kind, ITEMS[scale][item]))


def leave_out(row: Row, dice: Dice) -> None:
    """Let some patients skip one item, never the last of a scale."""
    filled = row.source
    assert isinstance(filled, Form)
    for scale in filled.answers:
        if not row.tags and dice.chance(0.02):
            code = dice.pick(["", "", *MISSING_CODES])
            kind = "missing code" if code else "item not answered"
            drop(row, scale, dice.whole(0, SHAPES[scale][0] - 2), code, kind)


# --- Faults of single submissions ----------------------------------------------------------------


def both(rows: list[Row]) -> list[Row]:
    """Give submissions without a fault that hold both scales."""
    return [row for row in clean(rows) if isinstance(row.source, Form)
            and set(row.source.answers) == {"PHQ-9", "GAD-7"}]  # fmt: skip


def plant_totals(rows: list[Row], dice: Dice) -> None:
    """Plant stored totals that are not the sum."""
    mood, worry = TOTALS["PHQ-9"], TOTALS["GAD-7"]
    for row, shift in zip(dice.several(both(rows), 4), (1, 2, 3, 10), strict=True):
        row.spoil("stored total is not the sum", mood, int(str(row.cells[mood])) + shift)
    row = dice.pick(both(rows))
    row.spoil("stored total is not the sum", worry, int(str(row.cells[worry])) + 2)
    extra = [row for row in both(rows) if row.cells[BOTHER]]
    for row in dice.several(extra, 3):
        more = int(str(row.cells[mood])) + int(str(row.cells[BOTHER]))
        row.spoil("stored total counts the extra question", mood, more)
    dice.pick(both(rows)).spoil("stored total out of range", mood, 31)
    for row in dice.several(both(rows), 6):
        row.spoil("only totals, as from paper", mood)
        row.cells |= dict.fromkeys([*ITEMS["PHQ-9"], BOTHER, *ITEMS["GAD-7"]], "")


def plant_items(rows: list[Row], dice: Dice) -> None:
    """Plant answers out of range, too many gaps, and a slip that the next export corrects."""
    for row, item in zip(dice.several(both(rows), 2), (2, 6), strict=True):
        drop(row, "PHQ-9", item, "4", "answer out of range")
    for row in dice.several(both(rows), 3):
        for item in (1, 3, 4, 6):
            drop(row, "PHQ-9", item, "", "too many items not answered")
    low = [row for row in both(rows) if row.cells[ITEMS["PHQ-9"][1]] == 1]
    row = dice.pick(low)
    row.later = Row(cells=dict(row.cells), source=row.source)
    filled = row.source
    assert isinstance(filled, Form)
    values = list(filled.answers["PHQ-9"])
    values[1] = 3
    row.source = replace(filled, answers=filled.answers | {"PHQ-9": values})
    row.spoil("stored total is not the sum", ITEMS["PHQ-9"][1], 3)


def plant_people(rows: list[Row], dice: Dice, taken: set[str]) -> None:
    unknown = dice.pick([row for row in both(rows) if str(row.cells[ID]).isdigit()])
    unknown.spoil("id that nobody has", ID, swapped(str(unknown.cells[ID]), taken))
    unknown.lost = "id that nobody has"
    undated = dice.pick(both(rows))
    undated.spoil("no date", WHEN, "")
    undated.lost = "no date"
    dice.pick(both(rows)).gone = True
    for row in rows:
        if isinstance(row.source, Form) and not row.source.person.sessions:
            row.spoil("never treated", ID)
            row.lost = "never treated"


def again(one: Person) -> list[Form]:
    """Let three patients fill in the form once more after their first session."""
    if one.number not in {20, 70, 131}:
        return []
    first = one.sessions[0]
    where = one.place(1)
    return [form(one, where, first.day, first.minute + 130, ["PHQ-9", "GAD-7"])]


def before_consult(one: Person) -> list[Form]:
    """Let those who only came for advice fill in the form."""
    if one.sessions or one.number % 2:
        return []
    day = FIRST_DAY + timedelta(days=one.number)
    return [form(one, one.place(1), day, 605, ["PHQ-9", "GAD-7"])]


def responses(everybody: list[Person]) -> list[Row]:
    """Write every submission in the order in which they came."""
    forms = [f for one in everybody for f in [*one.forms, *again(one), *before_consult(one)]]
    forms.sort(key=lambda f: (stamp(f), f.local_id))
    rows = [response(filled, number) for number, filled in enumerate(forms)]
    for row in rows:
        filled = row.source
        assert isinstance(filled, Form)
        if filled.person.number in {20, 70, 131} and filled.day == filled.person.sessions[0].day:
            row.spoil("twice on a day", WHEN)
    return rows


def testers() -> list[Row]:
    rows = []
    for number, local_id in enumerate([TESTERS[0], TESTERS[1], TESTERS[1]]):
        cells: dict[str, Cell] = dict.fromkeys([*ITEMS["PHQ-9"], BOTHER, *ITEMS["GAD-7"]], number)
        cells |= {"Response ID": f"R-{100_003 + number}", ID: local_id,
                  WHEN: f"2023-0{number + 1}-17 12:0{number}"}  # fmt: skip
        cells |= {TOTALS["PHQ-9"]: 9 * number, TOTALS["GAD-7"]: 7 * number}
        row = Row(cells=cells, lost="test patient")
        row.spoil("test patient", ID)
        rows.append(row)
    return rows


def paste(rows: list[Row], place: int) -> None:
    """Paste a second export below a first one: header again, three records in both."""
    twins = [row.twin("same record twice") for row in rows[place - 3 : place]]
    head = furniture("header again", COLUMNS, COLUMNS)
    rows[place:place] = [head, *twins]


def questionnaires(everybody: list[Person]) -> Sheet:
    """Make the sheet as it would be at the end of the second export."""
    dice = Dice(f"{SEED}/questionnaires")
    rows = responses(everybody)
    plant_totals(rows, dice)
    plant_items(rows, dice)
    plant_people(rows, dice, all_ids(everybody))
    rows += testers()
    rows.sort(key=lambda row: (row.month, str(row.cells[WHEN])))
    double(rows, dice, 2)
    middle = len(rows) * 11 // 20
    while any(row.tags for row in rows[middle - 3 : middle]):
        middle += 1
    paste(rows, middle)
    return Sheet(file="questionnaires.csv", columns=COLUMNS, rows=rows, blank_columns=2,
                 line_end="\n")  # fmt: skip


# --- The sheet of ratings ------------------------------------------------------------------------

CHART, CLINIC, DAY = "No de dossier", "Clinique", "Date d'évaluation"
RATING_COLUMNS = [
    CHART, CLINIC, DAY, "Rempli par", "Durée (min)", *ITEMS["PCL-5"], TOTALS["PCL-5"],
    *ITEMS["MADRS"], TOTALS["MADRS"], "Remarque",
]  # fmt: skip


def comma(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def european(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def rating(filled: Form) -> Row:
    """Write one line: patient's and clinician's scale side by side, mostly only one of them."""
    dice = filled.person.dice(f"rating {stamp(filled)}")
    cells: dict[str, Cell] = {
        CHART: filled.local_id, CLINIC: filled.site.clinic, DAY: european(filled.day),
        "Rempli par": dice.pick(["ML", "KT", "patient"]),
        "Durée (min)": comma(dice.whole(9, 40) / 2), "Remarque": "",
    }  # fmt: skip
    for scale, values in filled.answers.items():
        cells |= dict(zip(ITEMS[scale], values, strict=True))
        cells[TOTALS[scale]] = comma(total(values))
    row = Row(cells=cells, source=filled, month=month_of(filled.day))
    for scale in ("PCL-5", "MADRS"):
        if scale not in filled.answers:
            row.spoil("scale not asked", TOTALS[scale])
    return row


def skip(row: Row, dice: Dice) -> None:
    """Leave an item out; this sheet stores the total that is made up for it."""
    filled = row.source
    assert isinstance(filled, Form)
    for scale, values in filled.answers.items():
        if dice.chance(0.05):
            code = dice.pick(["", "999", "n/a", "-"])
            kind = "missing code" if code else "item not answered"
            count = SHAPES[scale][0]
            item = dice.whole(0, count - 2)
            drop(row, scale, item, code, kind)
            rest = total(values) - (values[item] or 0)
            row.cells[TOTALS[scale]] = comma(rest * count / (count - 1))


def label(row: Row) -> None:
    """Write answers as words where the clinic does; one word is another from 2025 on."""
    filled = row.source
    assert isinstance(filled, Form)
    words = LABELS.get(filled.site.code)
    if not words or "PCL-5" not in filled.answers:
        return
    for name, value in zip(ITEMS["PCL-5"], filled.answers["PCL-5"], strict=True):
        if value is not None:
            row.cells[name] = words[value]
            if row.month == 2 and words[value] == NEW_LABEL[0]:
                row.spoil("answer label not seen before", name, NEW_LABEL[1])
    row.spoil("answers as words", ITEMS["PCL-5"][0])


def plant_ratings(rows: list[Row], dice: Dice) -> None:
    """Plant wrong totals; the next export corrects one."""
    scored = [
        row
        for row in rows
        if row.month == 1
        and "MADRS" in getattr(row.source, "answers", {})
        and {kind for kind, _ in row.tags} <= {"scale not asked"}
    ]
    name = TOTALS["MADRS"]
    for number, row in enumerate(dice.several(scored, 3)):
        if number == 0:
            row.later = Row(cells=dict(row.cells), source=row.source)
        right = float(str(row.cells[name]).replace(",", "."))
        row.spoil("stored total is not the sum", name, comma(right + (-1, 4, 10)[number]))
    plain = [row for row in scored if len(row.tags) == 1]
    dice.pick(plain).spoil("missing code", name, "n/a")
    for place in (5, 40):
        plain = [row for row in scored if len(row.tags) == 1][place:]
        rows.insert(rows.index(plain[0]) + 1, plain[0].twin("same record twice"))


def ratings(everybody: list[Person]) -> Sheet:
    """Make the sheet as it would be at the end of the second export."""
    dice = Dice(f"{SEED}/ratings")
    forms = [filled for one in everybody for filled in one.ratings]
    forms.sort(key=lambda f: (f.day, f.local_id))
    rows = [rating(filled) for filled in forms]
    for row in rows:
        skip(row, dice)
        label(row)
        spell(row, CHART, dice)
    plant_ratings(rows, dice)
    rows += [furniture("blank row", RATING_COLUMNS) for _ in range(2)]
    return Sheet(file="pcl_madrs.csv", columns=RATING_COLUMNS, rows=rows, encoding="cp1252",
                 delimiter=";")  # fmt: skip
