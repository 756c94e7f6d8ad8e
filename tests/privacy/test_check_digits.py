"""Check digits against published examples and against every wrong digit."""

import pytest

from analysis.privacy.check_digits import (
    dea_valid,
    iban_valid,
    luhn_valid,
    nhs_valid,
    npi_valid,
    verhoeff_valid,
    vin_valid,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("valid", "number"),
    [
        (luhn_valid, "4111111111111111"),
        (luhn_valid, "378282246310005"),
        (npi_valid, "1234567893"),  # the example of the CMS standard
        (npi_valid, "1245319599"),
        (nhs_valid, "9434765919"),  # the example of the NHS data dictionary
        (verhoeff_valid, "2363"),
        (verhoeff_valid, "73211009"),  # SNOMED CT: diabetes mellitus
        (verhoeff_valid, "22298006"),  # SNOMED CT: myocardial infarction
    ],
)
def test_one_wrong_digit_is_noticed(valid, number):
    assert valid(number)
    last = int(number[-1])
    others = [number[:-1] + str(digit) for digit in range(10) if digit != last]
    assert not any(valid(other) for other in others)


def test_vehicle_numbers():
    assert vin_valid("1M8GDM9AXKP042788")  # 49 CFR 565.15, worked example
    assert vin_valid("11111111111111111")
    assert not vin_valid("1M8GDM9A2KP042788")
    assert not vin_valid("1M8GDM9AXKP04278")
    assert not vin_valid("IM8GDM9AXKP042788")


def test_numbers_of_the_drug_enforcement_administration():
    assert dea_valid("AB1234563")
    assert not dea_valid("AB1234564")
    assert not dea_valid("AB123456")


def test_accounts():
    assert iban_valid("GB82 WEST 1234 5698 7654 32")  # ISO 13616, example of the registry
    assert iban_valid("DE89370400440532013000")
    assert not iban_valid("GB82 WEST 1234 5698 7654 33")
    assert not iban_valid("GB82")


def test_numbers_of_another_length_are_refused():
    assert not npi_valid("123456789")
    assert not npi_valid("3234567893")
    assert not nhs_valid("943476591")
    assert not luhn_valid("0")
