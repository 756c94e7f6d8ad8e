"""Planted columns of element 18: any other unique number, characteristic or code."""

from __future__ import annotations

import hashlib
import uuid

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
from tests.privacy.second_corpus.people import FIRST, LAST, day, note

TRAITS = (
    "only female firefighter in the county",
    "plays lead in the local opera",
    "former mayor",
    "survivor of the 2019 grain elevator fire",
    "runs the one bakery in town",
    "tattoo of a lighthouse on left forearm",
    "conjoined twin, separated in infancy",
    "won the state lottery last spring",
    "pastor at the Lutheran church on the hill",
    "one of two people in the state with this enzyme defect",
)


def derived_code(dice: Dice) -> str:
    """Build a code from letters of the name and the day of birth, as many studies do."""
    year, month, number = day(dice, 1940, 2003)
    letters = dice.pick(FIRST)[:2] + dice.pick(LAST)[:2]
    return f"{letters}{number:02d}{month:02d}{year % 100:02d}".upper()


def hashed_chart(dice: Dice) -> str:
    """Hash a chart number; whoever has the list of charts can undo it."""
    return hashlib.sha256(dice.shape("00######").encode()).hexdigest()[:32]


def universal(dice: Dice) -> str:
    """Give a universally unique identifier."""
    return str(uuid.UUID(bytes=dice.raw(16), version=4))


def plans() -> list[Plan]:
    """Plan the columns of element 18."""
    return [
        plant(
            18, "unique_patient_code", SAYS, "Codes made of name and day of birth.", derived_code
        ),
        plant(18, "mrn_hash", SAYS, "A hash of the chart number is derived from it.", hashed_chart),
        plant(
            18,
            "encounter_id",
            SAYS,
            "Numbers of encounters lead to the chart.",
            lambda d: d.shape("1000######"),
        ),
        plant(
            18,
            "Rx Number",
            SAYS,
            "Numbers of prescriptions are unique to a patient.",
            lambda d: d.shape("7######"),
        ),
        plant(
            18,
            "accession_no",
            SAYS,
            "Numbers of samples lead to the patient.",
            lambda d: d.shape("24-###-#####"),
        ),
        plant(
            18,
            "employee_id",
            SAYS,
            "Numbers by which an employer knows the patient.",
            lambda d: d.shape("EMP#####"),
            blanks=0.4,
        ),
        plant(
            18,
            "user name",
            SAYS,
            "Logins made of the name.",
            lambda d: f"{d.pick(FIRST)[0]}{d.pick(LAST)}{d.text(2)}".lower(),
        ),
        plant(
            18,
            "Barcode wristband",
            SAYS,
            "Bar codes of the wrist band.",
            lambda d: d.shape("*W########*"),
        ),
        plant(
            18,
            "occupation_detail",
            HINTS,
            "Callings and feats that single out a person.",
            lambda d: d.pick(TRAITS),
        ),
        plant(
            18,
            "instagram",
            HINTS,
            "Names in social networks.",
            lambda d: f"@{d.pick(FIRST).lower()}_{d.pick(('runs', 'paints', 'bakes'))}{d.text(2)}",
        ),
        plant(
            18, "col18", SILENT, "Universally unique identifiers of the chart system.", universal
        ),
        plant(18, "k", SILENT, "Codes of letters of the name and day of birth.", derived_code),
        plant(18, "field_30", SILENT, "Long hashes, one for each patient.", hashed_chart),
        plant(
            18,
            "arm",
            MISLEADS,
            "Called an arm; the unique number of the randomisation list.",
            lambda d: d.shape("R-####-@#@"),
        ),
        plant(
            18,
            "browser",
            MISLEADS,
            "Identifiers by which advertisers follow one telephone.",
            lambda d: f"idfa={universal(d).upper()}",
        ),
        sprinkle(
            18,
            "notes_6",
            SILENT,
            "One comment of ten describes who the patient is.",
            lambda d: f"pt is {d.pick(TRAITS)}",
            note,
        ),
        sprinkle(
            18,
            "ae_verbatim",
            MISLEADS,
            "Among the terms, what everybody in town knows.",
            lambda d: f"anxious re news story, {d.pick(TRAITS)}",
            lambda d: d.pick(("nausea", "headache", "dizziness", "sedation", "blurred vision")),
        ),
    ]
