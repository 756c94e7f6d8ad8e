"""Planted columns of elements 4 to 6: telephone and fax numbers, electronic mail."""

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
from tests.privacy.second_corpus.people import AREA_CODES, FIRST, LAST, mail, note, phone

WORDY_HOSTS = ("example dot com", "example dot org", "mail dot example")


def bare_phone(dice: Dice) -> str:
    """Write ten digits without a sign between them."""
    return f"{dice.pick(AREA_CODES)}55501{dice.text(2)}"


def german_phone(dice: Dice) -> str:
    """Give a number that German television may use."""
    return dice.pick(("030 23125 {}", "0171-39200{}", "+49 40 66969 {}", "(0221) 4710 {}")).format(
        dice.text(3)[: dice.pick((2, 3))]
    )


def british_phone(dice: Dice) -> str:
    """Give a number that British drama may use."""
    return dice.pick(("020 7946 0{}", "07700 900{}", "+44 1632 960{}")).format(dice.text(3))


def french_phone(dice: Dice) -> str:
    """Give a number that French fiction may use."""
    pair, other = dice.text(2), dice.text(2)
    return dice.pick((f"01 99 00 {pair} {other}", f"06 39 98 {pair} {other}"))


def wordy_mail(dice: Dice) -> str:
    """Spell out the signs of an address, as people do against robots."""
    return f"{dice.pick(FIRST).lower()} at {dice.pick(WORDY_HOSTS)}"


def phones() -> list[Plan]:
    """Plan columns of element 4."""
    return [
        plant(4, "Phone", SAYS, "Telephone numbers of patients.", phone),
        plant(4, "cell_ph", SAYS, "Mobile numbers of patients.", phone, blanks=0.3),
        plant(4, "Telefon privat", SAYS, "German header; numbers at home.", german_phone),
        plant(4, "tel_portable", SAYS, "French header; mobile numbers.", french_phone),
        plant(
            4,
            "sms_to",
            HINTS,
            "Numbers to which reminders are sent.",
            lambda d: f"+1{bare_phone(d)}",
        ),
        plant(
            4, "Daytime contact number", SAYS, "British numbers for calls by day.", british_phone
        ),
        plant(4, "col12", SILENT, "Telephone numbers under an empty header.", phone),
        plant(
            4, "id2", SILENT, "Ten digits that are telephone numbers without dashes.", bare_phone
        ),
        plant(
            4,
            "weight_kg",
            MISLEADS,
            "A shifted column: telephone numbers under weights.",
            lambda d: f"({d.pick(AREA_CODES)})555-01{d.text(2)}",
        ),
        sprinkle(
            4,
            "contact_pref",
            HINTS,
            "Some preferences carry the number itself.",
            lambda d: f"text {phone(d)} only",
            lambda d: d.pick(("text", "portal", "call", "mail")),
        ),
        sprinkle(
            4,
            "notes_2",
            SILENT,
            "A call-back number in one comment of ten.",
            lambda d: d.pick((f"call back {phone(d)} x{d.text(2)}", f"ride: {phone(d)}")),
            note,
        ),
    ]


def faxes() -> list[Plan]:
    """Plan columns of element 5."""
    return [
        plant(5, "fax", SAYS, "Fax numbers.", phone),
        plant(
            5,
            "PCP Fax #",
            SAYS,
            "Fax numbers of the doctor at home lead to the patient's chart.",
            phone,
            blanks=0.2,
        ),
        plant(5, "Fax-Nr.", SAYS, "German header; fax numbers.", german_phone),
        plant(5, "telecopie", SAYS, "French header; fax numbers.", french_phone),
        plant(5, "pharm_fx", HINTS, "Abbreviated header; fax numbers of the pharmacy.", phone),
        plant(
            5,
            "send_to",
            SILENT,
            "Letters in front of the number tell that it is a fax.",
            lambda d: f"F: {phone(d)}",
        ),
        plant(
            5,
            "col_f",
            SILENT,
            "Telephone and fax in one cell.",
            lambda d: f"Ph {phone(d)} / Fx {phone(d)}",
        ),
        plant(
            5,
            "route",
            MISLEADS,
            "Called a route; the route by which records were sent.",
            lambda d: f"fax {phone(d)}",
        ),
        sprinkle(
            5,
            "records_status",
            MISLEADS,
            "Some cells tell where records were faxed to.",
            lambda d: f"faxed recs to {phone(d)}",
            lambda d: d.pick(("requested", "received", "pending", "not needed")),
        ),
        sprinkle(
            5,
            "comment",
            SILENT,
            "A fax number in one comment of ten.",
            lambda d: f"ROI signed, fax# {phone(d)}",
            note,
        ),
    ]


def mails() -> list[Plan]:
    """Plan columns of element 6."""
    return [
        plant(6, "email", SAYS, "Addresses of patients.", mail, loose_case=True),
        plant(6, "E-mail address (for surveys)", SAYS, "Addresses to which surveys go.", mail),
        plant(6, "courriel", SAYS, "French header; addresses of patients.", mail),
        plant(6, "correo", SAYS, "Spanish header; addresses of patients.", mail),
        plant(6, "portal_user", HINTS, "The login of the portal is the address.", mail),
        plant(6, "col2", SILENT, "Addresses under an empty header.", mail),
        plant(
            6,
            "rater",
            MISLEADS,
            "Staff signed with their addresses.",
            lambda d: f"{d.pick(FIRST)[0].lower()}.{d.pick(LAST).lower()}@clinic.example".replace(
                "'", ""
            ),
        ),
        plant(
            6,
            "field_8",
            SILENT,
            "A name and an address as a mail program copies them.",
            lambda d: f"{d.pick(FIRST)} {d.pick(LAST)} <{mail(d)}>",
        ),
        sprinkle(
            6,
            "notes",
            SILENT,
            "An address in one comment of ten.",
            lambda d: f"send PHQ link to {mail(d)}",
            note,
        ),
        sprinkle(
            6,
            "barriers",
            MISLEADS,
            "Some barriers carry an address in words.",
            lambda d: f"no phone, write to {wordy_mail(d)}",
            lambda d: d.pick(("none", "transport", "work hours", "child care", "cost")),
        ),
    ]


def plans() -> list[Plan]:
    """Plan the columns of elements 4 to 6."""
    return [*phones(), *faxes(), *mails()]
