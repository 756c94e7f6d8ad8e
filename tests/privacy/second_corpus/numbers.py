"""Invented numbers with the check digits that real ones have, from ranges nobody was given."""

from __future__ import annotations

from tests.privacy.second_corpus.dice import Dice

TEST_CARDS = (
    "4111111111111111",
    "4242424242424242",
    "5555555555554444",
    "5105105105105100",
    "6011111111111117",
    "4012888888881881",
)
MAKERS = ("1HG", "1FT", "2T1", "4S3", "5YJ", "1C4")
VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
VIN_VALUES = dict(
    zip(
        "ABCDEFGHJKLMNPRSTUVWXYZ",
        (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
        strict=True,
    )
)
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def luhn_digit(digits: str) -> str:
    """Compute the digit that ISO/IEC 7812-1 puts behind these."""
    total = 0
    for place, sign in enumerate(reversed(digits)):
        doubled = int(sign) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def imei(dice: Dice) -> str:
    """Give fifteen digits of a telephone set, of the range 00 that is kept for tests."""
    body = f"001010{dice.text(8)}"
    return body + luhn_digit(body)


def vin_sign(number: str) -> str:
    """Compute the ninth of seventeen signs as 49 CFR 565.15 asks; what stands there is ignored."""
    total = sum(
        weight * VIN_VALUES.get(sign, int(sign) if sign.isdigit() else 0)
        for weight, sign in zip(VIN_WEIGHTS, number, strict=True)
    )
    return "0123456789X"[total % 11]


def vin(dice: Dice) -> str:
    """Give seventeen signs of an American vehicle with a valid check sign."""
    number = dice.pick(MAKERS) + dice.text(5, VIN_LETTERS) + "0" + dice.shape("K@") + dice.text(6)
    return number[:8] + vin_sign(number) + number[9:]


def iban(dice: Dice) -> str:
    """Give a German account number with valid check digits at a bank that does not exist."""
    body = f"99999999{dice.text(10)}"
    check = 98 - int(f"{body}131400") % 97
    return f"DE{check:02d}{body}"


def in_fours(number: str, sign: str = " ") -> str:
    """Set a long number in groups of four."""
    return sign.join(number[start : start + 4] for start in range(0, len(number), 4))


def nhs_number(dice: Dice) -> str:
    """Give a number of the range 999 that the British health service keeps for tests."""
    while True:
        body = f"999{dice.text(6)}"
        total = sum(int(sign) * weight for sign, weight in zip(body, range(10, 1, -1), strict=True))
        check = -total % 11
        if check < 10:
            return f"{body[:3]} {body[3:6]} {body[6:]}{check}"


def medicare_number(dice: Dice) -> str:
    """Give eleven signs in the form of the Medicare card."""
    letters = "ACDEFGHJKMNPQRTUVWXY"
    first = (
        f"{dice.between(1, 9)}{dice.pick(letters)}{dice.pick(letters + '0123456789')}{dice.text(1)}"
    )
    middle = f"{dice.pick(letters)}{dice.pick(letters + '0123456789')}{dice.text(1)}"
    return f"{first}-{middle}-{dice.text(2, letters)}{dice.text(2)}"


def provider_number(dice: Dice) -> str:
    """Give ten digits of a provider whose check digit is one off, so that nobody has it."""
    body = f"1{dice.text(8)}"
    right = int(luhn_digit(f"80840{body}"))
    return f"{body}{(right + 1) % 10}"


def udi(dice: Dice) -> str:
    """Give a device identifier of GS1's range for demonstrations, with its serial number."""
    body = f"0952{dice.text(9)}"
    total = sum(int(sign) * (3 if place % 2 == 0 else 1) for place, sign in enumerate(body))
    return f"(01){body}{-total % 10}(21){dice.shape('@####')}"


def mac(dice: Dice) -> str:
    """Give a hardware address of the kind that is set by hand."""
    return ":".join(["02", *(f"{dice.below(256):02X}" for _ in range(5))])
