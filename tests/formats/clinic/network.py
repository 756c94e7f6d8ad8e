"""The invented network: six clinics, their patients, and what really happened to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.formats.clinic.dice import Dice
from tests.formats.clinic.reasons import FRENCH_ONLY, REASONS

SEED = "six clinics, 2023 to 2024"
FIRST_DAY, LAST_DAY, LAST_DAY_LATER = date(2023, 1, 2), date(2024, 12, 31), date(2025, 1, 31)
EXPORTED = {1: date(2025, 1, 6), 2: date(2025, 2, 3)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Site:
    """A clinic and how each of the five files calls it."""

    site_id: str
    office: str
    code: str
    clinic: str
    share: float
    routes: dict[str, float]
    pounds: bool = False
    madrs: bool = False


SITES = (
    Site(site_id="northgate", office="Northgate", code="NG", clinic="Northgate", share=0.24,
         routes={"IV": 1.0}, madrs=True),
    Site(site_id="harbour", office="Harbour View", code="HB", clinic="Harbour", share=0.20,
         routes={"IV": 0.8, "IM": 0.2}),
    Site(site_id="mill-street", office="Mill St.", code="MS", clinic="Mill Street", share=0.17,
         routes={"IV": 1.0}, pounds=True),
    Site(site_id="eastview", office="Eastview", code="EV", clinic="Eastview", share=0.15,
         routes={"IN": 0.75, "IV": 0.25}, madrs=True),
    Site(site_id="lakeside", office="Lakeside", code="LS", clinic="Lakeside", share=0.11,
         routes={"IM": 0.6, "SL": 0.4}),
    Site(site_id="riverain", office="Riverain", code="RV", clinic="Clinique Riverain", share=0.13,
         routes={"IV": 1.0}, madrs=True),
)  # fmt: skip
HARBOUR, RIVERAIN = SITES[1], SITES[5]

FIRST_NAMES = (
    "Rowan", "Tamsin", "Corin", "Isolde", "Perrin", "Odette", "Lucan", "Maelle", "Bastien",
    "Noor", "Elio", "Saskia", "Thierry", "Anwen", "Jorah", "Celeste", "Ravi", "Ingrid", "Mateo",
    "Yseult", "Olive", "Fenton", "Amara", "Dorian", "Wren", "Hollis", "Priya", "Soren",
    "Ludovic", "Beatrix",
)  # fmt: skip
SURNAMES = (
    "Alder", "Bramble", "Cedarwood", "Dogrose", "Elderton", "Fernley", "Gorse", "Hawthorne",
    "Ivyleaf", "Juniper", "Knapweed", "Larchmont", "Mallow", "Nettleton", "Oakhanger",
    "Pimpernel", "Quince", "Rushmore", "Sedgewick", "Tamarack", "Umberleaf", "Vetchling",
    "Willowby", "Yarrow", "Bruyère", "Chêneau", "Genêt", "Fougère", "Tilleul", "Hêtrelle",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Session:
    """A treatment that was given."""

    person: Person
    local_id: str
    site: Site
    day: date
    minute: int
    course: int
    number: int
    phase: str
    agent: str
    route: str
    mg_kg: float | None
    mg: float | None
    kg: float | None
    infusion_min: int | None
    completed: bool
    vitals: dict[str, tuple[int, int, int, int]]
    minutes: dict[str, int]


@dataclass(frozen=True, kw_only=True, eq=False)
class Form:
    """A completion of the patient's forms (PHQ-9, GAD-7, PCL-5) or of the clinician's (MADRS)."""

    person: Person
    local_id: str
    site: Site
    day: date
    minute: int
    answers: dict[str, list[int | None]]
    bother: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Event:
    """An adverse event."""

    session: Session
    kind: str
    severity: int
    day: date
    end: date | None


@dataclass(kw_only=True, eq=False)
class Person:
    """A patient, by one or two local ids."""

    number: int
    site: Site
    local_id: str
    other: tuple[Site, str] | None = None
    name: str = ""
    born: date = FIRST_DAY
    sex: str = ""
    reason: str = ""
    start: date = FIRST_DAY
    severity: float = 0.0
    retained: float = 0.0
    kg: float = 0.0
    ongoing: bool = False
    sessions: list[Session] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    ratings: list[Form] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def dice(self, topic: str) -> Dice:
        """Give the random numbers of this patient for one topic."""
        return Dice(f"{SEED}/{self.number}/{topic}")

    def place(self, course: int) -> tuple[Site, str]:
        """Tell where a course took place and under which id."""
        return self.other if self.other and course > 1 else (self.site, self.local_id)


# --- Patients ------------------------------------------------------------------------------------

TREATED, LATER, NEVER, EARLIER = 182, 6, 6, 8
MOVED, LOOKALIKES = 57, (88, 121)
"""Who is treated at two clinics, and which two share a date of birth but are not one."""


def workday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def starting_day(number: int, dice: Dice) -> date:
    if number >= TREATED + NEVER:
        return workday(LAST_DAY + timedelta(days=dice.whole(8, 22)))
    if number < EARLIER:
        return workday(date(2022, 9, 1) + timedelta(days=dice.whole(0, 60)))
    if number == MOVED:
        return date(2023, 3, 14)
    return workday(FIRST_DAY + timedelta(days=dice.whole(0, 700)))


def reason(site: Site, dice: Dice) -> str:
    """Draw a reason for treatment in the words of the clinic."""
    weights = {text: 3.0 if meant[0] == "depression" else 1.0 for text, meant in REASONS.items()}
    french = dict.fromkeys(FRENCH_ONLY, 5.0 if site is RIVERAIN else 0.0)
    return dice.weighted({**weights, **french})


def person(number: int, identity: int, riverain: int) -> Person:
    """Make a patient; the two numbers are the next free ones of the two ways to number."""
    dice = Dice(f"{SEED}/{number}/person")
    site = dice.weighted({site: site.share for site in SITES})
    if number == MOVED:
        site = HARBOUR
    one = Person(
        number=number,
        site=site,
        local_id=f"RV{riverain:04d}" if site is RIVERAIN else f"{identity:05d}",
        name=f"{dice.pick(SURNAMES)}, {dice.pick(FIRST_NAMES)}",
        born=date(dice.whole(1945, 2004), dice.whole(1, 12), dice.whole(1, 28)),
        sex=dice.weighted({"female": 0.57, "male": 0.37, "other": 0.03, "": 0.03}),
        reason=reason(site, dice),
        start=starting_day(number, dice),
        severity=min(26.0, max(6.0, dice.normal(16.9, 4.6))),
        kg=max(48.0, dice.normal(81, 16)),
    )
    good = dice.chance(0.45)
    one.retained = max(0.05, dice.normal(0.35, 0.15) if good else dice.normal(0.8, 0.2))
    return one


def people() -> list[Person]:
    """Make everybody, without what happened to them."""
    everybody, identity, riverain = [], 103, 3
    numbering = Dice(f"{SEED}/numbers")
    for number in range(TREATED + NEVER + LATER):
        one = person(number, identity, riverain)
        identity += numbering.whole(1, 4) if one.site is not RIVERAIN else 0
        riverain += numbering.whole(1, 3) if one.site is RIVERAIN else 0
        everybody.append(one)
    everybody[MOVED].other = (RIVERAIN, f"RV{riverain + 2:04d}")
    everybody[LOOKALIKES[1]].born = everybody[LOOKALIKES[0]].born
    everybody[LOOKALIKES[1]].sex = everybody[LOOKALIKES[0]].sex = "female"
    everybody[30].born = date(1932, 5, 9)
    return everybody


# --- Treatment -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Planned:
    """A day of the treatment plan."""

    day: date
    course: int
    number: int
    phase: str


def induction(one: Person, dice: Dice, start: date, course: int, route: str) -> list[Planned]:
    """Six sessions in three weeks, eight sprays in four, or six weekly ones at home."""
    length = 8 if route == "IN" else 6
    if one.number >= EARLIER and dice.chance(0.2) and one.number != MOVED:
        length = dice.whole(1, length - 1)
    plan, day = [], start
    for number in range(1, length + 1):
        plan.append(Planned(day=day, course=course, number=number, phase="induction"))
        day = workday(day + timedelta(days=7 if route == "SL" else dice.whole(3, 4)))
    return plan


def maintenance(one: Person, dice: Dice, plan: list[Planned], most: int) -> list[Planned]:
    """Go on every three to five weeks."""
    last, more = plan[-1], []
    count = dice.whole(9, 13) if one.number < EARLIER else dice.whole(1, most)
    for number in range(last.number + 1, last.number + 1 + count):
        last = Planned(
            day=workday(last.day + timedelta(days=dice.whole(21, 35))),
            course=last.course, number=number, phase="maintenance",
        )  # fmt: skip
        more.append(last)
    return more


def planned(one: Person, dice: Dice, route: str) -> list[Planned]:
    """Plan one course or two; the second comes at least 75 days after the first."""
    plan = induction(one, dice, one.start, 1, route)
    if one.number < EARLIER or (len(plan) >= 6 and dice.chance(0.55)):
        plan += maintenance(one, dice, plan, 14)
    if dice.chance(0.3) or one.number == MOVED:
        again = workday(plan[-1].day + timedelta(days=dice.whole(75, 220)))
        second = induction(one, dice, again, 2, route)
        plan += second + (maintenance(one, dice, second, 5) if dice.chance(0.4) else [])
    return plan


def vitals(dice: Dice, age: int, route: str) -> dict[str, tuple[int, int, int, int]]:
    """Blood pressure, heart rate and oxygen saturation before, at the peak and at the end."""
    if route == "SL":
        return {}
    low = (round(dice.normal(122 + age / 6, 10)), round(dice.normal(77, 7)))
    rate, oxygen = round(dice.normal(74, 9)), dice.whole(96, 99)
    rise = max(0, round(dice.normal(13, 8)))
    return {
        "before": (*low, rate, oxygen),
        "peak": (low[0] + rise, low[1] + rise * 2 // 3, rate + dice.whole(-2, 12),
                 oxygen - dice.whole(0, 3)),
        "end": (low[0] + dice.whole(-5, 5), low[1] + dice.whole(-4, 4), rate + dice.whole(-5, 5),
                oxygen),
    }  # fmt: skip


def dose(dice: Dice, plan: Planned, route: str, kg: float) -> tuple[float | None, float]:
    """Give the ordered mg/kg (none for fixed doses) and the milligrams given."""
    if route == "IN":
        return None, 56.0 if plan.number == 1 else 84.0
    if route == "SL":
        return None, float(dice.pick((200, 300, 300, 400)))
    steps = (0.5, 0.5, 0.6, 0.6, 0.75, 0.75)
    ordered = steps[min(plan.number, 6) - 1] + (0.2 if route == "IM" else 0)
    return round(ordered, 2), float(round(ordered * kg))


def session(one: Person, plan: Planned, route: str, dice: Dice) -> Session:
    """Treat once."""
    site, local_id = one.place(plan.course)
    kg = round(one.kg + dice.normal(0, 0.8), 1)
    if site.pounds:
        kg = round(round(kg * 2.20462) / 2.20462, 4)
    mg_kg, mg = dose(dice, plan, route, kg)
    age = plan.day.year - one.born.year
    measured = vitals(dice, age, route)
    return Session(
        person=one, local_id=local_id, site=site, day=plan.day,
        minute=5 * dice.whole(106, 186), course=plan.course, number=plan.number, phase=plan.phase,
        agent="esketamine" if route == "IN" else "ketamine",
        route=route, mg_kg=mg_kg, mg=mg, kg=kg if mg_kg or route == "IN" else None,
        infusion_min=dice.weighted({40: 0.85, 45: 0.05, 60: 0.1}) if route == "IV" else None,
        completed=not dice.chance(0.012), vitals=measured,
        minutes={"peak": 5 * dice.whole(5, 9), "end": 5 * dice.whole(18, 26)} if measured else {},
    )  # fmt: skip


def treat(one: Person) -> None:
    """Let the plan of a patient happen, as far as the data reach."""
    dice = one.dice("treatment")
    route = dice.weighted(one.site.routes)
    plan = planned(one, dice, "IV" if one.number == MOVED else route)
    one.ongoing = plan[-1].day > LAST_DAY_LATER
    given = [session(one, day, "IV" if one.number == MOVED else route, dice) for day in plan]
    one.sessions = [s for s in given if FIRST_DAY <= s.day <= LAST_DAY_LATER]


# --- Scores and harms ----------------------------------------------------------------------------

SHAPES = {"PHQ-9": (9, 3, 27), "GAD-7": (7, 3, 24), "PCL-5": (20, 4, 30), "MADRS": (10, 6, 27)}
"""Number of items, highest answer, and the PHQ-9 at which all answers would be highest."""


def level(one: Person, day: date) -> float:
    """Give the true severity on a day, in PHQ-9 points."""
    before = [s for s in one.sessions if s.day < day]
    if not before:
        return one.severity
    course = [s for s in before if s.course == before[-1].course]
    benefit = 1 - 0.55 ** len(course)
    idle = (day - before[-1].day).days
    left = 1.0 if idle < 30 else max(0.1, 1 - (idle - 30) / 150)
    return one.severity * (1 - (1 - one.retained) * benefit * left)


def answers(one: Person, scale: str, points: float, dice: Dice) -> list[int | None]:
    """Answer the items of a scale."""
    count, highest, top = SHAPES[scale]
    habit = one.dice(scale)
    leaning = [habit.normal(0, 0.14) for _ in range(count)]
    share = [points / top + lean + dice.normal(0, 0.13) for lean in leaning]
    return [min(highest, max(0, int(x * highest + 0.5))) for x in share]


def form(one: Person, where: tuple[Site, str], day: date, minute: int, scales: list[str]) -> Form:
    dice = one.dice(f"form {day} {minute} {scales[0]}")
    points = level(one, day)
    return Form(
        person=one, local_id=where[1], site=where[0], day=day, minute=minute,
        answers={scale: answers(one, scale, points, dice) for scale in scales},
        bother=dice.whole(0, 3),
    )  # fmt: skip


def fill_in(one: Person) -> None:
    """Ask for PHQ-9 and GAD-7 before sessions and some weeks after the last one."""
    dice = one.dice("asking")
    scales = ["PHQ-9", "GAD-7"]
    for place, given in enumerate(one.sessions):
        where = one.place(given.course)
        asked = place == 0 or given.number in {1, 3, 5} or dice.chance(0.42)
        if not asked or (place and dice.chance(0.12)):
            continue
        early = dice.whole(1, 6) if place == 0 and dice.chance(0.4) else 0
        day = max(FIRST_DAY, given.day - timedelta(days=early))
        minute = 60 * dice.whole(18, 22) + dice.whole(0, 59) if early else given.minute - 25
        kept = scales[:1] if dice.chance(0.1) else scales
        one.forms.append(form(one, where, day, minute, kept))
    later = one.sessions[-1].day + timedelta(days=dice.whole(20, 40))
    if later <= LAST_DAY_LATER and dice.chance(0.45):
        where = one.place(one.sessions[-1].course)
        one.forms.append(form(one, where, later, 60 * 21 + dice.whole(0, 170), scales))


def rate(one: Person, trauma: bool) -> None:
    """Add the checklist of trauma, monthly at most, and the clinician's rating at three sites."""
    dice = one.dice("rating")
    last: date | None = None
    for given in one.sessions:
        where = one.place(given.course)
        scales = ["PCL-5"] if trauma else []
        scales += ["MADRS"] if where[0].madrs and dice.chance(0.9) else []
        due = last is None or (given.day - last).days >= 24
        if scales and due:
            one.ratings.append(form(one, where, given.day, given.minute - 40, scales))
            last = given.day


KINDS = {"nausea": 5, "headache": 4, "dizziness": 3, "vomiting": 2, "high blood pressure": 2,
         "anxiety": 2, "dissociation": 2, "sedation": 1, "nausea and vomiting": 1}  # fmt: skip


def harm(one: Person) -> None:
    dice = one.dice("harms")
    for given in one.sessions:
        if not dice.chance(0.05):
            continue
        end = given.day + timedelta(days=dice.weighted({0: 0.8, 1: 0.15, 4: 0.05}))
        one.events.append(
            Event(session=given, kind=dice.weighted(KINDS), day=given.day,
                  severity=dice.weighted({1: 0.6, 2: 0.33, 3: 0.07}),
                  end=None if dice.chance(0.08) else end)
        )  # fmt: skip
