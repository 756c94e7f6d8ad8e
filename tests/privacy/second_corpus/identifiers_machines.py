"""Planted columns of elements 14 and 15: addresses of pages and of machines."""

from __future__ import annotations

import json

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
from tests.privacy.second_corpus.people import FIRST, LAST, iso_day, note

LOWER = "abcdefghjkmnpqrstuvwxyz0123456789"
HEX = "0123456789abcdef"


def token(dice: Dice, length: int = 10) -> str:
    """Give small letters and digits."""
    return dice.text(length, LOWER)


def handle(dice: Dice) -> str:
    """Give the name that somebody chose for a page."""
    return f"{dice.pick(FIRST)}.{dice.pick(LAST)}".lower().replace("'", "").replace("ü", "ue")


def address(dice: Dice) -> str:
    """Give a version-4 address of the ranges for documentation."""
    return f"{dice.pick(('192.0.2', '198.51.100', '203.0.113'))}.{dice.between(1, 254)}"


def private_address(dice: Dice) -> str:
    """Give an address within a clinic or a home."""
    return dice.pick(
        (
            f"10.{dice.below(256)}.{dice.below(256)}.{dice.between(1, 254)}",
            f"192.168.{dice.below(4)}.{dice.between(2, 254)}",
        )
    )


def long_address(dice: Dice) -> str:
    """Give a version-6 address of the range for documentation."""
    return f"2001:db8:{dice.text(4, HEX)}::{dice.text(4, HEX)}:{dice.text(3, HEX)}"


def survey_meta(dice: Dice, with_address: bool = True) -> str:
    """Write what a survey tool stores beside the answers."""
    meta: dict[str, object] = {"browser": dice.pick(("Firefox", "Safari", "Edge")), "lang": "en"}
    if with_address:
        meta["remote"] = address(dice)
    return json.dumps(meta)


def pages() -> list[Plan]:
    """Plan columns of element 14."""
    return [
        plant(
            14,
            "portal_url",
            SAYS,
            "Links to the patient's own page.",
            lambda d: f"https://portal.example.org/p/{token(d)}",
        ),
        plant(
            14,
            "LinkedIn / web page",
            SAYS,
            "Public pages of patients.",
            lambda d: f"https://social.example/in/{handle(d)}",
            blanks=0.5,
        ),
        plant(
            14,
            "zoom_link",
            SAYS,
            "Rooms of tele-visits, one for each patient.",
            lambda d: f"https://meet.example.com/j/{d.text(10)}?pwd={token(d, 12)}",
        ),
        plant(
            14,
            "Survey URL",
            SAYS,
            "Links that open one patient's answers.",
            lambda d: f"http://survey.example.net/s/?s={token(d, 16).upper()}",
        ),
        plant(
            14,
            "web",
            HINTS,
            "Pages without the scheme in front.",
            lambda d: f"www.example.com/~{handle(d)}",
        ),
        plant(
            14,
            "source",
            MISLEADS,
            "Where a row came from: the page of the chart.",
            lambda d: f"https://ehr.example.org/chart?pid={d.text(7)}&tab=flow",
        ),
        plant(
            14,
            "col10",
            SILENT,
            "Links to shared files under an empty header.",
            lambda d: f"https://files.example.com/:x:/g/{token(d, 8)}/{token(d, 18)}",
        ),
        plant(
            14,
            "f_2",
            SILENT,
            "Addresses of a bucket with a folder for each patient.",
            lambda d: f"s3://example-clinic-media/{handle(d)}/{iso_day(d)}/",
        ),
        sprinkle(
            14,
            "notes_4",
            SILENT,
            "A page in one comment of ten.",
            lambda d: f"pt blogs about tx: www.example.net/{handle(d)}",
            note,
        ),
        sprinkle(
            14,
            "coping_plan",
            MISLEADS,
            "Some plans carry the address of a fund-raiser.",
            lambda d: f"family page https://give.example.org/f/{handle(d)}",
            note,
        ),
    ]


def machines() -> list[Plan]:
    """Plan columns of element 15."""
    return [
        plant(15, "ip_address", SAYS, "Addresses from which surveys were answered.", address),
        plant(
            15, "Last login IP", SAYS, "Addresses of the portal's last login.", address, blanks=0.3
        ),
        plant(15, "ipv6", SAYS, "Long addresses of machines at home.", long_address),
        plant(15, "IP-Adresse", SAYS, "German header; addresses of machines.", private_address),
        plant(
            15,
            "client_ip_chain",
            SAYS,
            "Addresses as a proxy hands them on.",
            lambda d: f"{address(d)}, {private_address(d)}",
        ),
        plant(15, "host", HINTS, "Machines by their address.", private_address),
        plant(15, "col6", SILENT, "Addresses of machines under an empty header.", address),
        plant(
            15,
            "src",
            SILENT,
            "Addresses with their port.",
            lambda d: f"{address(d)}:{d.between(1024, 65_000)}",
        ),
        plant(
            15,
            "version",
            MISLEADS,
            "Looks like versions of four parts, but is the machine.",
            private_address,
        ),
        plant(15, "q99", SILENT, "Long addresses under an empty header.", long_address),
        sprinkle(
            15,
            "survey_meta",
            MISLEADS,
            "The address is hidden in some of the JSON cells.",
            survey_meta,
            lambda d: survey_meta(d, with_address=False),
        ),
    ]


def plans() -> list[Plan]:
    """Plan the columns of elements 14 and 15."""
    return [*pages(), *machines()]
