"""Check digits of numbers that carry one: cards, providers, vehicles, accounts and patients."""

from __future__ import annotations

__all__ = [
    "dea_valid",
    "iban_valid",
    "luhn_valid",
    "nhs_valid",
    "npi_valid",
    "verhoeff_valid",
    "vin_valid",
]

_VIN_VALUES = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_DIHEDRAL = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_PERMUTED = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def luhn_valid(number: str) -> bool:
    """Tell whether digits end with the check digit of Luhn (ISO/IEC 7812-1).

    Examples
    --------
    >>> luhn_valid("79927398713"), luhn_valid("79927398710")
    (True, False)
    """
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return len(digits) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def npi_valid(number: str) -> bool:
    """Tell whether ten digits are a National Provider Identifier (45 CFR 162.406).

    Examples
    --------
    >>> npi_valid("1234567893"), npi_valid("1234567890")
    (True, False)
    """
    return len(number) == 10 and number[0] in "12" and luhn_valid("80840" + number)


def dea_valid(number: str) -> bool:
    """Tell whether two letters and seven digits are a number of the DEA.

    Examples
    --------
    >>> dea_valid("AB1234563"), dea_valid("AB1234560")
    (True, False)
    """
    digits = [int(digit) for digit in number[2:]]
    if len(digits) != 7:
        return False
    return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def vin_valid(number: str) -> bool:
    """Tell whether 17 characters are a North American vehicle number (49 CFR 565.15).

    Examples
    --------
    >>> vin_valid("1M8GDM9AXKP042788"), vin_valid("1M8GDM9A1KP042788")
    (True, False)
    """
    text = number.upper()
    if len(text) != 17 or any(letter not in _VIN_VALUES for letter in text):
        return False
    total = sum(_VIN_VALUES[c] * w for c, w in zip(text, _VIN_WEIGHTS, strict=True))
    return "0123456789X"[total % 11] == text[8]


def iban_valid(number: str) -> bool:
    """Tell whether a text is an International Bank Account Number (ISO 13616).

    Examples
    --------
    >>> iban_valid("DE89 3704 0044 0532 0130 00"), iban_valid("DE88 3704 0044 0532 0130 00")
    (True, False)
    """
    text = "".join(number.split()).upper()
    if not 15 <= len(text) <= 34 or not text.isascii() or not text.isalnum():
        return False
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1


def nhs_valid(number: str) -> bool:
    """Tell whether ten digits are an NHS number of England and Wales (modulus 11).

    Examples
    --------
    >>> nhs_valid("9434765919"), nhs_valid("9434765918")
    (True, False)
    """
    if len(number) != 10:
        return False
    total = sum(
        int(digit) * weight for digit, weight in zip(number, range(10, 1, -1), strict=False)
    )
    return (11 - total % 11) % 11 == int(number[9])


def verhoeff_valid(number: str) -> bool:
    """Tell whether digits end with the check digit of Verhoeff, as SNOMED CT identifiers do.

    Examples
    --------
    >>> verhoeff_valid("2363"), verhoeff_valid("2364")
    (True, False)
    """
    check = 0
    for position, digit in enumerate(reversed(number)):
        permuted = int(digit)
        for _ in range(position % 8):
            permuted = _PERMUTED[permuted]
        check = _DIHEDRAL[check][permuted]
    return check == 0
