"""Planted columns of element 3: dates finer than the year, and ages over 89."""

from __future__ import annotations

from datetime import date

from tests.privacy.second_corpus.columns import (
    HINTS,
    MISLEADS,
    SAYS,
    SILENT,
    TENTH,
    Plan,
    plant,
    sprinkle,
)
from tests.privacy.second_corpus.dice import Dice
from tests.privacy.second_corpus.people import (
    MONTHS,
    day,
    iso_day,
    note,
    us_day,
)

OLD = ("94", "97", "102")


def plain_age(dice: Dice) -> int:
    """Give an age that may be told."""
    return dice.between(19, 88)


def excel_serial(dice: Dice) -> int:
    """Count days as a spreadsheet does."""
    return (date(*day(dice)) - date(1899, 12, 30)).days


def unix_seconds(dice: Dice) -> int:
    """Count seconds as a survey tool does."""
    return (date(*day(dice)) - date(1970, 1, 1)).days * 86_400 + dice.below(86_400)


def spoken_day(dice: Dice) -> str:
    """Write a day within a sentence."""
    _, month, number = day(dice)
    forms = ("last inf {}/{}", "r/s to {}/{} per pt", "ED visit on {}/{}", "next appt {}/{} 9am")
    return dice.pick(forms).format(month, number)


def plans() -> list[Plan]:
    """Plan columns of element 3."""
    return [
        plant(3, "DOB", SAYS, "Dates of birth.", lambda d: us_day(d, 1938, 2004)),
        plant(3, "visit_date", SAYS, "Days of visits.", iso_day),
        plant(
            3,
            "infusion_start",
            HINTS,
            "Clock and calendar of a session.",
            lambda d: f"{iso_day(d)} {d.between(8, 16):02d}:{d.pick(('00', '15', '30', '47'))}",
        ),
        plant(
            3,
            "Geburtsdatum",
            SAYS,
            "German header; dates of birth.",
            lambda d: "{2:02d}.{1:02d}.{0}".format(*day(d, 1940, 2003)),
        ),
        plant(
            3,
            "ddn",
            HINTS,
            "French abbreviation for the date of birth.",
            lambda d: "{2:02d}/{1:02d}/{0}".format(*day(d, 1940, 2003)),
        ),
        plant(
            3,
            "Fecha de alta",
            SAYS,
            "Spanish header; days of discharge as spreadsheet serials.",
            excel_serial,
        ),
        plant(3, "admit_month", SAYS, "A month is an element of a date.", lambda d: iso_day(d)[:7]),
        plant(
            3,
            "year_of_birth",
            SAYS,
            "Some years of birth tell an age over 89.",
            lambda d: d.between(1924, 1930),
            share=TENTH,
            filler=lambda d: d.between(1940, 2003),
        ),
        plant(
            3,
            "age",
            SAYS,
            "Some ages are over 89 and were not top-coded.",
            lambda d: int(d.pick(("91", "93", "94", "97", "102"))),
            share=TENTH,
            filler=plain_age,
        ),
        plant(
            3,
            "age_at_consent",
            SAYS,
            "Ages in words and with units, some over 89.",
            lambda d: f"{d.pick(OLD)} y",
            share=TENTH,
            filler=lambda d: f"{plain_age(d)} y",
        ),
        plant(3, "date_of_death", SAYS, "Days of death.", us_day, blanks=0.8),
        plant(
            3,
            "col3",
            SILENT,
            "Days written out under an empty header.",
            lambda d: f"{d.pick(MONTHS)} {d.between(1, 28)}, {d.between(2021, 2025)}",
        ),
        plant(3, "ts", SILENT, "Seconds since 1970 are a day and a clock time.", unix_seconds),
        plant(
            3,
            "visit",
            MISLEADS,
            "Visit labels that carry the day of the visit.",
            lambda d: (
                f"V{d.between(1, 8)} {d.between(1, 28):02d}{d.pick(MONTHS).upper()}"
                f"{d.between(2021, 2025)}"
            ),
        ),
        plant(
            3,
            "version",
            MISLEADS,
            "Eight digits that are the day of the form.",
            lambda d: iso_day(d).replace("-", ""),
        ),
        plant(
            3,
            "wk",
            SILENT,
            "A calendar week is finer than a year.",
            lambda d: f"{d.between(2022, 2025)}-W{d.between(1, 52):02d}",
        ),
        sprinkle(
            3, "notes_3", SILENT, "Comments that tell the day of another visit.", spoken_day, note
        ),
        sprinkle(
            3,
            "rel_day",
            MISLEADS,
            "Meant as days since the first dose; some are calendar days.",
            us_day,
            lambda d: str(d.between(-14, 180)),
        ),
    ]
