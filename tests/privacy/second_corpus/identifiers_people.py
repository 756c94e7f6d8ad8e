"""Planted columns of elements 1 and 2: names, and places below the state."""

from __future__ import annotations

from tests.privacy.second_corpus.columns import (
    HINTS,
    MISLEADS,
    SAYS,
    SILENT,
    Plan,
    plant,
    sprinkle,
)
from tests.privacy.second_corpus.dice import Dice
from tests.privacy.second_corpus.people import (
    FIRST,
    FRENCH_LAST,
    GERMAN_LAST,
    LAST,
    SPANISH_LAST,
    STREET_NAMES,
    TOWNS,
    full_name,
    note,
    street,
)

RELATIVES = ("wife", "husband", "daughter", "son", "sister", "partner", "neighbor", "mom")
CYRILLIC = ("Иванова О. П.", "Ковальчук Т. А.", "Петренко И. С.", "Соколов Д. Н.", "Мельник Г. Р.")
JAPANESE = ("佐々木 恵子", "高橋 誠", "伊藤 由美", "渡辺 健一", "小林 真理", "加藤 修")
SMALL_ZIP3 = ("036", "059", "102", "203", "556", "692", "821", "823", "878", "893")


def initials(dice: Dice) -> str:
    """Give two or three initials, dotted or not."""
    first, middle, last = dice.pick(FIRST)[0], dice.pick(LAST)[0], dice.pick(LAST)[0]
    return dice.pick((f"{first}.{last}.", f"{first}{last}", f"{first}{middle}{last}"))


def square(dice: Dice) -> str:
    """Give a plus code of eleven signs, or three words, for a square of a few metres."""
    signs = "23456789CFGHJMPQRVWX"
    words = ("lamp", "otter", "gravel", "plum", "candle", "ferry", "anvil", "moss")
    code = f"86P8{dice.text(4, signs)}+{dice.text(2, signs)}"
    return dice.pick((code, f"///{dice.pick(words)}.{dice.pick(words)}.{dice.pick(words)}"))


def names() -> list[Plan]:
    """Plan columns of element 1."""
    return [
        plant(
            1,
            "Patient Name",
            SAYS,
            "Full legal names of patients.",
            lambda d: f"{d.pick(LAST)}, {d.pick(FIRST)} {d.pick(LAST)[0]}.",
            loose_case=True,
        ),
        plant(
            1,
            "pt_nm",
            HINTS,
            "Abbreviated header; patients' first and last names.",
            full_name,
            loose_case=True,
        ),
        plant(
            1,
            "Nachname",
            SAYS,
            "German header; family names of patients.",
            lambda d: d.pick(GERMAN_LAST),
        ),
        plant(
            1,
            "nom_usuel",
            SAYS,
            "French header; family name in daily use, before the first.",
            lambda d: f"{d.pick(FRENCH_LAST).upper()} {d.pick(FIRST)}",
        ),
        plant(
            1,
            "Apellidos",
            SAYS,
            "Spanish header; both family names of patients.",
            lambda d: f"{d.pick(SPANISH_LAST)} {d.pick(SPANISH_LAST)}",
        ),
        plant(
            1,
            "Emergency Contact",
            SAYS,
            "Names of relatives are identifiers like the patient's.",
            lambda d: f"{full_name(d)} ({d.pick(RELATIVES)})",
        ),
        plant(
            1,
            "maiden_name",
            SAYS,
            "Family names before marriage.",
            lambda d: d.pick(LAST),
            blanks=0.5,
        ),
        plant(
            1,
            "ФИО",
            SAYS,
            "Russian abbreviation for family, first and father's name.",
            lambda d: d.pick(CYRILLIC),
        ),
        plant(
            1,
            "referred_by",
            HINTS,
            "Named persons outside the study who know the patient.",
            lambda d: f"{d.pick(['Dr. ', 'Dr ', ''])}{full_name(d)}{d.pick([', LCSW', ' NP', ''])}",
        ),
        plant(
            1,
            "pt_initials",
            SAYS,
            "Initials are made of the name and single out in a small clinic.",
            initials,
        ),
        plant(1, "col7", SILENT, "The header says nothing; every cell is a person.", full_name),
        plant(
            1,
            "Unnamed: 4",
            SILENT,
            "Index column of an export that holds names of patients.",
            lambda d: f"{d.pick(LAST).upper()},{d.pick(FIRST).upper()}",
        ),
        plant(
            1,
            "site",
            MISLEADS,
            "Called a site, but somebody pasted the patients' names.",
            lambda d: f"{d.pick(LAST)}, {d.pick(FIRST)}",
        ),
        plant(1, "field_19", SILENT, "Names written in Japanese.", lambda d: d.pick(JAPANESE)),
        sprinkle(
            1,
            "phq9_note",
            MISLEADS,
            "A comment to a score that names the patient or a relative.",
            lambda d: d.pick(
                (
                    f"{d.pick(RELATIVES)} {full_name(d)} drove pt home",
                    f"Mr. {d.pick(LAST)} asked to skip item 9",
                    f"spoke w/ {full_name(d)} re dose",
                )
            ),
            note,
        ),
        sprinkle(
            1,
            "rater",
            MISLEADS,
            "Mostly roles, some raters typed in full.",
            full_name,
            lambda d: d.pick(("self", "clinician", "RN", "self")),
        ),
    ]


def places() -> list[Plan]:
    """Plan columns of element 2."""
    return [
        plant(2, "Address Line 1", SAYS, "Street addresses of patients.", street, loose_case=True),
        plant(
            2,
            "city",
            SAYS,
            "Towns are smaller than a state.",
            lambda d: d.pick(TOWNS)[0],
            loose_case=True,
        ),
        plant(2, "zip", SAYS, "Postal codes with all five digits.", lambda d: d.pick(TOWNS)[2]),
        plant(
            2,
            "County of residence",
            SAYS,
            "Counties are smaller than a state.",
            lambda d: d.pick(TOWNS)[3] + d.pick([" County", "", " Co."]),
        ),
        plant(
            2,
            "PLZ",
            SAYS,
            "German postal codes with all five digits.",
            lambda d: d.pick(("24103", "79098", "93047", "18055", "37073", "99084")),
        ),
        plant(
            2,
            "zip3",
            SAYS,
            "First three digits of areas with fewer than 20,000 people.",
            lambda d: d.pick(SMALL_ZIP3),
        ),
        plant(
            2,
            "Wohnort",
            SAYS,
            "German header; the town where a patient lives.",
            lambda d: d.pick(("Husum", "Bad Tölz", "Wittlich", "Soltau", "Zwiesel", "Eutin")),
        ),
        plant(
            2,
            "census_tract",
            SAYS,
            "A tract has some 4,000 people.",
            lambda d: d.shape("27137^####0"),
        ),
        plant(
            2,
            "postcode",
            SAYS,
            "British postcodes point at a few dozen homes.",
            lambda d: d.shape(d.pick(("KW1 #@@", "LD1 #@@", "TR2 #@@", "PL31 #@@"))),
        ),
        plant(
            2,
            "ref",
            SILENT,
            "Coordinates with five decimals find a house.",
            lambda d: f"{d.between(44, 47)}.{d.text(5)}, -{d.between(90, 97)}.{d.text(5)}",
        ),
        plant(
            2,
            "group",
            MISLEADS,
            "Called a group, but it is the town and its postal code.",
            lambda d: " ".join(d.pick(TOWNS)[:3]),
        ),
        plant(
            2,
            "col_b",
            SILENT,
            "Postal codes with nine digits under an empty header.",
            lambda d: f"{d.pick(TOWNS)[2]}-{d.text(4)}",
        ),
        plant(
            2,
            "x1",
            SILENT,
            "Three words or a plus code that stand for a square of a few metres.",
            square,
        ),
        sprinkle(
            2,
            "transport_comment",
            HINTS,
            "Some comments tell where the patient lives.",
            lambda d: d.pick(
                (
                    f"lives 3 mi north of {d.pick(TOWNS)[0]}",
                    f"ride from {street(d)}",
                    f"apt above the bakery on {d.pick(STREET_NAMES)} in {d.pick(TOWNS)[0]}",
                )
            ),
            note,
        ),
        sprinkle(
            2,
            "dose_reason",
            MISLEADS,
            "Pharmacies and clinics with their street in some cells.",
            lambda d: f"script sent to pharmacy, {street(d)}, {d.pick(TOWNS)[0]}",
            note,
        ),
    ]


def plans() -> list[Plan]:
    """Plan the columns of elements 1 and 2."""
    return [*names(), *places()]
