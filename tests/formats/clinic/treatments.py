"""The list of visits from the electronic record: one line per booked session."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.formats.clinic import reasons
from tests.formats.clinic.dice import Dice
from tests.formats.clinic.identities import TESTERS, all_ids, clean, spell, swapped
from tests.formats.clinic.network import LAST_DAY, RIVERAIN, SEED, Person, Session
from tests.formats.clinic.sheets import Cell, Row, Sheet, furniture, shown

if TYPE_CHECKING:
    from collections.abc import Callable

ID, DAY, MG, WEIGHT = "Client ID", "Visit Date", "Dose (mg)", "Weight"
MOMENTS = {"before": "Before", "peak": "Peak", "end": "End"}
COLUMNS = [
    ID, "Loc", DAY, "Start", "Status", "Series", "Tx #", "Medication", "Route", "Dose Ordered", MG,
    WEIGHT, "BP Before", "HR Before", "SpO2 Before", "BP Peak", "HR Peak", "SpO2 Peak",
    "Min to Peak", "BP End", "HR End", "SpO2 End", "Min to End", "Stop Reason", "Comments",
]  # fmt: skip
GONE_LATER = "Min to End"
ORDERS = {
    "NG": "{} mg/kg x {}min", "HB": "{}mg/kg over {} min", "MS": "{} mg/kg IV / {} min",
    "EV": "{} mg/kg x {} min", "LS": "{} mg/kg", "RV": "{} mg/kg x {} min",
}  # fmt: skip


def clock(minute: int) -> str:
    hour, rest = divmod(minute, 60)
    return f"{(hour - 1) % 12 + 1}:{rest:02d} {'AM' if hour < 12 else 'PM'}"


def ordered(given: Session, dice: Dice) -> str:
    """Write the order as the clinic does."""
    if given.mg_kg is None:
        milligrams = f"{given.mg:.0f}"
        texts = {
            "56": [f"{milligrams} mg", "56mg (2 devices)"],
            "84": ["84 mg", "84mg (3 devices)"],
        }
        return dice.pick(texts.get(milligrams, [f"troche {milligrams} mg"]))
    amount = f"{given.mg_kg:g}".replace(".", "," if given.site is RIVERAIN else ".")
    if given.infusion_min is None:
        return f"{amount} mg/kg IM"
    return ORDERS[given.site.code].format(amount, given.infusion_min)


def weight(given: Session) -> Cell:
    if given.kg is None:
        return ""
    return round(given.kg * 2.20462) if given.site.pounds else f"{given.kg:.1f}"


def measured(given: Session) -> dict[str, Cell]:
    """Write the vital signs; blood pressure as one text."""
    cells: dict[str, Cell] = {}
    for moment, name in MOMENTS.items():
        high, low, rate, oxygen = given.vitals.get(moment, (0, 0, 0, 0))
        cells[f"BP {name}"] = f"{high}/{low}" if high else ""
        cells[f"HR {name}"] = rate or ""
        cells[f"SpO2 {name}"] = oxygen or ""
        if name != "Before":
            cells[f"Min to {name}"] = given.minutes.get(moment, "")
    return cells


def visit(given: Session) -> Row:
    """Write one session."""
    dice = given.person.dice(f"visit {given.day}")
    cells: dict[str, Cell] = {
        ID: given.local_id,
        "Loc": given.site.code,
        DAY: given.day,
        "Start": clock(given.minute),
        "Status": "Completed" if given.completed else "Stopped early",
        "Series": dice.pick(reasons.PHASES[given.phase]),
        "Tx #": given.number,
        "Medication": dice.pick(reasons.DRUGS[given.route]),
        "Route": dice.pick(reasons.ROUTES[given.route]),
        "Dose Ordered": ordered(given, dice),
        MG: f"{given.mg:g}",
        WEIGHT: weight(given),
        "Stop Reason": "" if given.completed else dice.pick(list(reasons.STOPPED)),
        "Comments": dice.weighted({"": 0.95, "late start": 0.02, 'tolerated well, "floaty"': 0.03}),
    }
    if given.site is RIVERAIN and given.route == "IV":
        cells["Medication"] = dice.pick(["Kétamine", "Ketamine HCl"])
    row = Row(cells=cells | measured(given), source=given, month=1 + (given.day > LAST_DAY))
    spell(row, ID, dice)
    codes(row, dice)
    return row


def codes(row: Row, dice: Dice) -> None:
    """Put codes where something was not measured; what they stand for is lost to the truth."""
    given = row.source
    assert isinstance(given, Session)
    if given.kg is not None and dice.chance(0.02):
        row.spoil("missing code", WEIGHT, dice.pick([".", "n/a", "999"]))
        row.source = given = replace(given, kg=None)
    if given.vitals and dice.chance(0.025):
        row.spoil("missing code", "SpO2 Peak", dice.pick(["999", "999", "-"]))
        high, low, rate, _ = given.vitals["peak"]
        row.source = given = replace(given, vitals=given.vitals | {"peak": (high, low, rate, 0)})
    if given.vitals and dice.chance(0.015):
        row.spoil("missing code", "HR End", dice.pick(["-", ".", "999"]))
        high, low, _, oxygen = given.vitals["end"]
        row.source = replace(given, vitals=given.vitals | {"end": (high, low, 0, oxygen)})


def not_held(given: Session, dice: Dice) -> Row:
    """Book a visit between two sessions that did not take place."""
    day = given.day + timedelta(days=1 if given.day.weekday() < 4 else -1)
    status = dice.pick(["No-show", "Cancelled", "Cancelled <24h"])
    cells: dict[str, Cell] = {
        ID: given.local_id, "Loc": given.site.code, DAY: day, "Start": clock(given.minute),
        "Status": status, "Medication": "ketamine",
    }  # fmt: skip
    row = Row(cells=cells, lost="not held", month=1 + (day > LAST_DAY))
    row.spoil("visit not held", "Status")
    return row


# --- Faults of single records --------------------------------------------------------------------


def candidates(rows: list[Row], test: Callable[[Session], bool]) -> list[Row]:
    """Give sessions without a fault, neither the first nor the last of a course."""
    return [
        row
        for row in clean(rows)
        if isinstance(row.source, Session) and row.source.number in {3, 4} and test(row.source)
    ]


def mean(row: Row, **written: Any) -> None:
    """Let the truth hold what the file says, even when it is wrong: readers repair nothing."""
    assert isinstance(row.source, Session)
    row.source = replace(row.source, **written)


def remember(row: Row, moment: str, high: int, low: int) -> None:
    """Let the truth hold the blood pressure that the file says; 0 stands for none."""
    assert isinstance(row.source, Session)
    _, _, rate, oxygen = row.source.vitals[moment]
    mean(row, vitals=row.source.vitals | {moment: (high, low, rate, oxygen)})


def infused(given: Session) -> bool:
    return given.route == "IV" and not given.site.pounds


def plant_dates(rows: list[Row], dice: Dice, taken: set[str]) -> None:
    """Plant dates that cannot be, and an id that nobody has."""
    winter = candidates(rows, lambda s: infused(s) and s.day.month in {2, 3} and s.day.year == 2023)
    impossible = dice.pick(winter)
    impossible.spoil("impossible date", DAY, "2/30/2023")
    impossible.lost = "impossible date"
    future = dice.pick(candidates(rows, lambda s: infused(s) and s.day.year == 2023))
    day = future.cells[DAY]
    assert isinstance(day, date)
    future.later = Row(cells=dict(future.cells), source=future.source)
    future.spoil("date after the export", DAY, day.replace(year=2032))
    future.lost = "date after the export"
    unknown = dice.pick(candidates(rows, lambda s: infused(s) and s.local_id.isdigit()))
    unknown.spoil("id that nobody has", ID, swapped(str(unknown.cells[ID]), taken))
    unknown.lost = "id that nobody has"


def plant_doses(rows: list[Row], dice: Dice) -> None:
    slip = dice.pick(candidates(rows, lambda s: infused(s) and (s.mg or 60) < 60))
    slip.later = Row(cells=dict(slip.cells), source=slip.source)
    slip.spoil("dose ten times too high", MG, f"{float(str(slip.cells[MG])) * 10:g}")
    mean(slip, mg=float(str(slip.cells[MG])))
    for row in dice.several(candidates(rows, infused), 2):
        row.spoil("dose text and milligrams differ", "Dose Ordered", "1 mg/kg x 40min")
        mean(row, mg_kg=1.0, infusion_min=40)
    for row in dice.several(candidates(rows, infused), 5):
        row.spoil("dose only as text", MG, "")
        mean(row, mg=None)
    wrong = dice.pick(candidates(rows, lambda s: s.route == "IN"))
    wrong.spoil("drug and route disagree", "Route", "IV")
    mean(wrong, route="IV")
    pounds = dice.pick(candidates(rows, lambda s: s.site.pounds))
    assert isinstance(pounds.source, Session)
    pounds.spoil("kilograms where the clinic writes pounds", WEIGHT, f"{pounds.source.kg:.0f}")
    mean(pounds, kg=int(str(pounds.cells[WEIGHT])) / 2.20462)


def plant_rest(rows: list[Row], dice: Dice) -> None:
    """Plant slips in blood pressure, numbering and comments."""
    pressure = dice.several(candidates(rows, infused), 2)
    high, low = str(pressure[0].cells["BP Peak"]).split("/")
    pressure[0].spoil("blood pressure the wrong way round", "BP Peak", f"{low}/{high}")
    remember(pressure[0], "peak", int(low), int(high))
    pressure[1].spoil("text instead of a number", "BP End", "unable - arm")
    remember(pressure[1], "end", 0, 0)
    for row, number in zip(dice.several(candidates(rows, infused), 3), ("", "2", "?"), strict=True):
        row.spoil("session number blank or wrong", "Tx #", number)
    texts = {
        "line break in a cell": "slept most of session\nescort: none, taxi voucher",
        "person named in a comment": "picked up by husband (see E-mail on file), Mr. Juniper",
    }
    for row, (kind, text) in zip(dice.several(candidates(rows, infused), 2), texts.items(),
                                 strict=True):  # fmt: skip
        row.spoil(kind, "Comments", text)


def testers() -> list[Row]:
    rows = []
    for number, local_id in enumerate([*TESTERS, TESTERS[0]]):
        cells: dict[str, Cell] = {
            ID: local_id, "Loc": "NG", DAY: date(2023, 5 + number, 9), "Start": "12:00 PM",
            "Status": "Completed", "Series": "Induction", "Tx #": 1, "Medication": "ketamine",
            "Route": "IV", "Dose Ordered": "0.5 mg/kg x 40min", MG: "1", WEIGHT: "100.0",
        }  # fmt: skip
        row = Row(cells=cells, lost="test patient")
        row.spoil("test patient", ID)
        rows.append(row)
    return rows


def double(rows: list[Row], dice: Dice, count: int) -> None:
    """Repeat some records right below themselves."""
    for row in dice.several(clean(rows), count):
        rows.insert(rows.index(row) + 1, row.twin("same record twice"))


def mark_pounds(rows: list[Row]) -> None:
    """Say of every weight of one clinic that it is in pounds."""
    slip = ("kilograms where the clinic writes pounds", WEIGHT)
    for row in rows:
        if isinstance(row.source, Session) and row.source.site.pounds and slip not in row.tags:
            row.tags += [("weight in pounds", WEIGHT)] if row.source.kg else []


def sheet(everybody: list[Person]) -> Sheet:
    """Make the sheet as it would be at the end of the second export."""
    dice = Dice(f"{SEED}/treatments")
    sessions = [given for one in everybody for given in one.sessions]
    rows = [visit(given) for given in sessions] + testers()
    rows += [not_held(given, dice) for given in sessions if dice.chance(0.03)]
    rows.sort(key=lambda row: (shown_day(row), str(row.cells["Loc"]), str(row.cells[ID]).strip()))
    plant_dates(rows, dice, all_ids(everybody))
    plant_doses(rows, dice)
    plant_rest(rows, dice)
    gone = dice.pick(candidates(rows, lambda s: s.route == "IM"))
    gone.gone = True
    double(rows, dice, 4)
    mark_pounds(rows)
    middle = len(rows) // 3
    rows.insert(middle, furniture("blank row", COLUMNS))
    rows += [furniture("blank row", COLUMNS) for _ in range(3)]
    return Sheet(file="treatments.csv", columns=COLUMNS, rows=rows, encoding="utf-8-sig")


def shown_day(row: Row) -> date:
    day = row.cells[DAY]
    assert isinstance(day, date), shown(day)
    return day
