"""Invented people and where they live: pools of common names, real towns, made-up streets."""

from __future__ import annotations

from tests.privacy.second_corpus.dice import Dice


def words(line: str) -> list[str]:
    """Cut a line of words into a list."""
    return line.split()


FIRST = words(
    "Marta Darnell Ngozi Tomasz Ingrid Latoya Hector Priya Colleen Ahmed Brigitte Desmond Yolanda "
    "Kiran Sven Roberta Emeka Lucinda Terrence Mei Gregory Fatima Wendell Anneliese Javier Shauna "
    "Patrick Oluwaseun Bridget Marisol Clifford Noor Helga Rashad Peggy Vikram Dolores Ewan "
    "Tanisha Leopold Carmen Isaac Monique Stellan Ruth Quentin Zofia Malik Jeanette Ibrahim"
)
LAST = words(
    "Kowalczyk Okonkwo Lindqvist Hargrove Villanueva Patel Brandvold Achterberg Jefferson Nakamura "
    "Delacroix Oyelaran Fitzsimmons Haddad Grünwald Castellanos McAllister Schreiber Washington "
    "Bergstrom Onyango Tremblay Halvorsen Pettigrew Sandoval Weiskopf Abernathy Choudhury Lefebvre "
    "Stankiewicz Moreau Dunleavy Eriksen Quiroga Vanderpool Yamashita O'Rourke Zielinski Trujillo "
    "Bamgbose Carrington Feldmann Ibarra Mulcahy Rasmussen Thibodeaux Underhill Whitcomb"
)
GERMAN_LAST = words(
    "Hoffmann Krüger Vogelsang Brinkmann Seidel Wiesner Öztürk Lehnert Pfaff Rößler"
)
FRENCH_LAST = words("Lemoine Garnier Chevallier Béranger Rousselot Pelletier Huet Marchetti")
SPANISH_LAST = words("Ibáñez Carrasco Quintero Peñalver Montoya Lozano Gálvez Escudero Zurita")
TOWNS = (
    ("Duluth", "MN", "55802", "St. Louis"),
    ("Bemidji", "MN", "56601", "Beltrami"),
    ("Eau Claire", "WI", "54701", "Eau Claire"),
    ("Fargo", "ND", "58102", "Cass"),
    ("Yakima", "WA", "98901", "Yakima"),
    ("Bend", "OR", "97701", "Deschutes"),
    ("Pueblo", "CO", "81003", "Pueblo"),
    ("Asheville", "NC", "28801", "Buncombe"),
    ("Lubbock", "TX", "79401", "Lubbock"),
    ("Bangor", "ME", "04401", "Penobscot"),
    ("Macon", "GA", "31201", "Bibb"),
    ("Redding", "CA", "96001", "Shasta"),
)
STREETS = "Larkspur|Old Quarry|Grand|Juniper|Tamarack|W 4th|Kettle Hill|Sumac|N Shore|Depot|Orchard"
STREET_NAMES = STREETS.split("|")
STREET_KINDS = ("St", "Ave", "Rd", "Ln", "Dr", "Ct", "street", "Blvd")
AREA_CODES = ("218", "612", "715", "701", "509", "541", "719", "828", "806", "207", "478", "530")
MAIL_HOSTS = ("example.com", "example.org", "mail.example.net", "inbox.example", "post.example.com")
MONTHS = words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")

NOTES = (
    "tol well",
    "no c/o",
    "mild nausea, resolved before d/c",
    "declined questionnaire today",
    "BP up at 20 min, settled",
    "sleepy, woke easily",
    "pt asked for slower rate",
    "scored higher than last wk, poor sleep",
    "ondansetron given",
    "dissociation mild",
    "n/a",
    "see flowsheet",
    "wants to space out boosters",
    "no SI",
    "dose held at 0.5",
    "headache next day, took acetaminophen",
    "late start, pump alarm",
    "eye mask + music",
    "did not eat beforehand",
    'feels "lighter"',
)


def note(dice: Dice) -> str:
    """Write what a nurse types after a session, without a word about who it was."""
    return dice.pick(NOTES)


def full_name(dice: Dice) -> str:
    """Put a first name before a last name."""
    return f"{dice.pick(FIRST)} {dice.pick(LAST)}"


def phone(dice: Dice) -> str:
    """Give a number of the range kept free for fiction, in one of the usual dresses."""
    area, line = dice.pick(AREA_CODES), f"01{dice.text(2)}"
    forms = ("({}) 555-{}", "{}-555-{}", "{}.555.{}", "{} 555 {}", "1-{}-555-{}", "{}555{}")
    return dice.pick(forms).format(area, line)


def mail(dice: Dice) -> str:
    """Give a mail address at a host that nobody can own."""
    first, last = dice.pick(FIRST).lower(), dice.pick(LAST).lower().replace("'", "")
    last = last.replace("ü", "ue")
    local = dice.pick((f"{first}.{last}", f"{first[0]}{last}", f"{last}{dice.below(90) + 10}"))
    return f"{local}@{dice.pick(MAIL_HOSTS)}"


def street(dice: Dice) -> str:
    """Give a house number and a street that was made up."""
    number = dice.between(11, 4999)
    return f"{number} {dice.pick(STREET_NAMES)} {dice.pick(STREET_KINDS)}"


def day(dice: Dice, first_year: int = 2021, last_year: int = 2025) -> tuple[int, int, int]:
    """Draw a year, a month and a day that every month has."""
    return dice.between(first_year, last_year), dice.between(1, 12), dice.between(1, 28)


def iso_day(dice: Dice, first_year: int = 2021, last_year: int = 2025) -> str:
    """Write a day as ISO 8601."""
    year, month, date = day(dice, first_year, last_year)
    return f"{year}-{month:02d}-{date:02d}"


def us_day(dice: Dice, first_year: int = 2021, last_year: int = 2025) -> str:
    """Write a day as an American clinic types it, with or without zeros and century."""
    year, month, date = day(dice, first_year, last_year)
    return dice.pick(
        (
            f"{month}/{date}/{year}",
            f"{month:02d}/{date:02d}/{year}",
            f"{month}/{date}/{year % 100:02d}",
            f"{month}-{date}-{year % 100:02d}",
        )
    )


def ssn(dice: Dice) -> str:
    """Give nine digits that have the form of a social-security number."""
    area = dice.between(101, 665)
    return f"{area}-{dice.between(11, 98)}-{dice.between(1001, 9998)}"
