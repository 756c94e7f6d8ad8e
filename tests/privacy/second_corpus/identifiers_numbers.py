"""Planted columns of elements 7 to 10: numbers of persons, charts, plans and accounts."""

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
from tests.privacy.second_corpus.numbers import (
    TEST_CARDS,
    iban,
    in_fours,
    medicare_number,
    nhs_number,
)
from tests.privacy.second_corpus.people import note, ssn

PAYERS = ("Medicare", "Medicaid", "BCBS", "Aetna", "self-pay", "United")


def card(dice: Dice) -> str:
    """Give one of the card numbers that banks publish for tests."""
    number = dice.pick(TEST_CARDS)
    return dice.pick((number, in_fours(number), in_fours(number, "-")))


def chart(dice: Dice) -> str:
    """Give a chart number with leading zeros."""
    return dice.shape("00######")


def social_security() -> list[Plan]:
    """Plan columns of element 7."""
    return [
        plant(7, "SSN", SAYS, "Social-security numbers.", ssn),
        plant(
            7,
            "soc_sec_no",
            SAYS,
            "Social-security numbers without dashes.",
            lambda d: ssn(d).replace("-", ""),
        ),
        plant(
            7,
            "ssn4",
            SAYS,
            "The last four digits of the number are part of it.",
            lambda d: ssn(d)[-4:],
        ),
        plant(
            7,
            "Social Security # (guarantor)",
            SAYS,
            "Numbers of whoever pays for the patient.",
            ssn,
            blanks=0.6,
        ),
        plant(
            7,
            "NIR",
            SAYS,
            "French number of social security with its key.",
            lambda d: d.shape("1 8# 06 99 ### ### ##"),
        ),
        plant(7, "tax id", HINTS, "A person's tax number in America is the same number.", ssn),
        plant(7, "col5", SILENT, "Social-security numbers under an empty header.", ssn),
        plant(
            7,
            "id_no",
            SILENT,
            "Nine digits in groups of three, two and four.",
            lambda d: ssn(d).replace("-", " "),
        ),
        plant(
            7, "site_code", MISLEADS, "Called a code of the site; it is the patient's number.", ssn
        ),
        sprinkle(
            7,
            "notes_1",
            SILENT,
            "The number in one comment of ten.",
            lambda d: f"SSN {ssn(d)} verified at desk",
            note,
        ),
    ]


def chart_numbers() -> list[Plan]:
    """Plan columns of element 8."""
    return [
        plant(8, "MRN", SAYS, "Medical record numbers.", chart),
        plant(8, "Chart #", SAYS, "Chart numbers.", lambda d: d.between(10_400, 98_900)),
        plant(
            8,
            "epic_pat_id",
            SAYS,
            "Identifiers of the electronic chart.",
            lambda d: d.shape("E########"),
        ),
        plant(
            8,
            "Fallnummer",
            SAYS,
            "German header; number of the hospital case.",
            lambda d: d.shape("20########"),
        ),
        plant(
            8,
            "IPP",
            HINTS,
            "French permanent number of the patient.",
            lambda d: d.shape("8#########"),
        ),
        plant(
            8,
            "historia_clinica",
            SAYS,
            "Spanish header; number of the chart.",
            lambda d: d.shape("HC-######"),
        ),
        plant(
            8, "NHS No", SAYS, "British number that stands on every page of a chart.", nhs_number
        ),
        plant(
            8,
            "ref",
            SILENT,
            "Letters and zeros give the chart number away.",
            lambda d: d.shape("MR-00#######"),
        ),
        plant(
            8,
            "key",
            SILENT,
            "Chart numbers with the code of the hospital in front.",
            lambda d: d.shape("SMH|00######"),
        ),
        plant(
            8,
            "study_id",
            MISLEADS,
            "Called a study number; the chart number was reused.",
            lambda d: d.shape("MRN00######"),
        ),
        sprinkle(
            8,
            "comments_wk2",
            MISLEADS,
            "Some comments point at another chart.",
            lambda d: f"dup pt, see chart {chart(d)}",
            note,
        ),
    ]


def plan_numbers() -> list[Plan]:
    """Plan columns of element 9."""
    return [
        plant(
            9,
            "Member ID",
            SAYS,
            "Numbers of health-plan members.",
            lambda d: d.shape("XEK#########"),
        ),
        plant(9, "MBI", SAYS, "Numbers of Medicare cards.", medicare_number),
        plant(
            9, "medicaid_id", SAYS, "Numbers of Medicaid members.", lambda d: d.shape("0#######")
        ),
        plant(9, "policy_no", SAYS, "Numbers of policies.", lambda d: d.shape("W## ######-##")),
        plant(
            9,
            "Versichertennummer",
            SAYS,
            "German header; a letter and nine digits of the card.",
            lambda d: d.shape("@#########"),
        ),
        plant(
            9,
            "ins_2",
            HINTS,
            "Secondary insurance, group and member.",
            lambda d: d.shape("grp ##### mem @@@######"),
        ),
        plant(
            9, "col9", SILENT, "Numbers of Medicare cards under an empty header.", medicare_number
        ),
        plant(
            9,
            "auth",
            SILENT,
            "Numbers under which a plan approved the patient's treatment.",
            lambda d: d.shape("PA-2#-#######"),
        ),
        plant(
            9,
            "payer",
            MISLEADS,
            "Meant for the kind of payer; it carries the member's number.",
            lambda d: f"{d.pick(PAYERS[:4])} {d.shape('@@@#########')}",
        ),
        sprinkle(
            9,
            "visit_comment",
            MISLEADS,
            "A member's number in one comment of ten.",
            lambda d: f"new card, subscriber # {d.shape('R########')}",
            note,
        ),
    ]


def accounts() -> list[Plan]:
    """Plan columns of element 10."""
    return [
        plant(
            10,
            "acct_no",
            SAYS,
            "Account numbers of the clinic's billing.",
            lambda d: d.shape("^#######"),
        ),
        plant(
            10,
            "Guarantor Account",
            SAYS,
            "Accounts of those who pay.",
            lambda d: d.shape("G-#######"),
        ),
        plant(10, "IBAN", SAYS, "Bank accounts.", lambda d: in_fours(iban(d))),
        plant(10, "card_on_file", SAYS, "Numbers of credit cards.", card),
        plant(
            10,
            "HSA account number",
            SAYS,
            "Accounts for health savings.",
            lambda d: d.shape("99-#######-#"),
        ),
        plant(
            10,
            "pay_ref",
            HINTS,
            "Customers' numbers of a payment service.",
            lambda d: f"cus_{d.text(14, 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMN23456789')}",
        ),
        plant(10, "col14", SILENT, "Numbers of credit cards under an empty header.", card),
        plant(
            10,
            "q_other",
            SILENT,
            "Bank code and account as on a cheque.",
            lambda d: d.shape("rtg 000000000 acct ##########"),
        ),
        plant(10, "dose_level", MISLEADS, "A shifted column: bank accounts under doses.", iban),
        sprinkle(
            10,
            "deposit",
            MISLEADS,
            "Some cells carry the card that paid.",
            lambda d: f"paid w/ Visa {card(d)}",
            lambda d: d.pick(("paid", "due", "waived", "50.00", "100.00")),
        ),
    ]


def plans() -> list[Plan]:
    """Plan the columns of elements 7 to 10."""
    return [*social_security(), *chart_numbers(), *plan_numbers(), *accounts()]
