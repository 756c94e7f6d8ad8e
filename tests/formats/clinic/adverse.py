"""The log of adverse events, kept by hand."""

from __future__ import annotations

from datetime import date, timedelta

from tests.formats.clinic import reasons
from tests.formats.clinic.dice import Dice
from tests.formats.clinic.identities import all_ids, clean, spell, swapped
from tests.formats.clinic.network import LAST_DAY, SEED, Event, Person
from tests.formats.clinic.sheets import Cell, Row, Sheet, furniture
from tests.formats.clinic.treatments import clock, double

ID, DAY, OUTCOME, RESOLVED = "Client ID", "Date of event", "Outcome", "Date resolved"
COLUMNS = [ID, "Clinic", DAY, "Time / onset", "Event", "Severity", "Serious?", "Related to Tx?",
           OUTCOME, RESOLVED, "Entered by"]  # fmt: skip
NEW_LATER = "Reported to regulator?"
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def spoken(day: date) -> str:
    return f"{day.day:02d}-{MONTHS[day.month - 1]}-{day.year % 100:02d}"


def onset(event: Event, dice: Dice) -> str:
    after = 5 * dice.whole(1, 18)
    texts = [
        clock(event.session.minute + after),
        f"~{after} min in",
        "during infusion",
        "on waking up",
        f"{after // 60}h{after % 60:02d} after start",
        "on the way home",
    ]
    return dice.pick(texts)  # fmt: skip


def entry(event: Event) -> Row:
    """Write one event."""
    dice = event.session.person.dice(f"event {event.day}")
    outcomes = ("recovered",) if event.end else ("not recovered", "recovering", "unknown")
    grave = event.severity == 3 and dice.chance(0.3)
    cells: dict[str, Cell] = {
        ID: event.session.local_id,
        "Clinic": event.session.site.clinic,
        DAY: spoken(event.day),
        "Time / onset": onset(event, dice),
        "Event": dice.pick(reasons.TERMS[event.kind]),
        "Severity": dice.pick(reasons.SEVERITIES[event.severity]),
        "Serious?": "Yes" if grave else dice.pick(["No", "no", "N"]),
        "Related to Tx?": dice.pick(list(reasons.RELATED)),
        OUTCOME: dice.pick(reasons.OUTCOMES[dice.pick(outcomes)]),
        RESOLVED: spoken(event.end) if event.end else "",
        "Entered by": dice.pick(["ML", "KT", "RB", ""]),
    }
    row = Row(cells=cells, source=event, month=1 + (event.day > LAST_DAY))
    spell(row, ID, dice)
    return row


def plant(rows: list[Row], dice: Dice, taken: set[str]) -> None:
    """Plant slips; the next export corrects one outcome and has lost one event."""
    unknown = dice.pick([row for row in clean(rows) if str(row.cells[ID]).isdigit()])
    unknown.spoil("id that nobody has", ID, swapped(str(unknown.cells[ID]), taken))
    unknown.lost = "id that nobody has"
    early, beside = dice.several(clean(rows), 2)
    for row, days, kind in ((early, -40, "event before the first treatment"),
                            (beside, 2, "event on a day without a session")):  # fmt: skip
        event = row.source
        assert isinstance(event, Event)
        first = event.session.person.sessions[0].day if days < 0 else event.day
        day = first + timedelta(days=days)
        row.source = Event(session=event.session, kind=event.kind, severity=event.severity,
                           day=day, end=day)  # fmt: skip
        row.spoil(kind, DAY, spoken(day))
        row.cells[RESOLVED] = spoken(day)
    going = dice.pick([row for row in clean(rows) if not row.cells[RESOLVED]])
    going.cells[OUTCOME] = "Ongoing"
    going.later = Row(cells=going.cells | {OUTCOME: "Resolved"}, source=going.source)
    swap = dice.pick([row for row in clean(rows) if row.cells[RESOLVED] and row is not going])
    event = swap.source
    assert isinstance(event, Event)
    swap.spoil("end before the beginning", RESOLVED, spoken(event.day - timedelta(days=7)))
    dice.pick([row for row in clean(rows) if row is not going]).gone = True
    for row in dice.several([row for row in clean(rows) if row is not going], 3):
        row.spoil("missing code", "Severity", dice.pick(["n/a", "-"]))


def sheet(everybody: list[Person]) -> Sheet:
    """Make the sheet as it would be at the end of the second export."""
    dice = Dice(f"{SEED}/adverse")
    events = [event for one in everybody for event in one.events]
    events.sort(key=lambda event: (event.day, event.session.local_id))
    rows = [entry(event) for event in events]
    plant(rows, dice, all_ids(everybody))
    double(rows, dice, 1)
    rows.append(furniture("sum below the table", COLUMNS, ["Total", "", "", "", "0 events"]))
    return Sheet(file="adverse.csv", columns=COLUMNS, rows=rows)
