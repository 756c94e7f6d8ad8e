"""The scanner on columns of its own development: what it finds, and what it leaves alone.

Whoever wrote the rules wrote these columns, so they hold the rules and say nothing about recall
elsewhere; the corpus beside them measures that.
"""

from collections import Counter

import pytest

from tests.privacy.development.dice import redrawn
from tests.privacy.development.harmless import LOOK_ALIKES, ORDINARY
from tests.privacy.development.measure import alarms, elements_found
from tests.privacy.development.planted import PLANTED

pytestmark = pytest.mark.unit

AMBIGUOUS = {
    "a-aba",
    "e-apple",
    "e-serial2",
    "e-udid",
    "l-passport",
    "l-passport2",
    "l-wa",
    "p-japan",
    "r-int",
    "r-zero",
}
"""Found, but as another element: nothing but a meaningless name and digits tells which."""


def test_every_element_has_ten_columns_or_more():
    counts = Counter(case.element for case in PLANTED)
    assert set(counts) == set(range(1, 19))
    assert min(counts.values()) >= 10
    assert len(ORDINARY) + len(LOOK_ALIKES) >= 200
    slugs = [case.slug for case in (*PLANTED, *ORDINARY, *LOOK_ALIKES)]
    assert len(set(slugs)) == len(slugs)


@pytest.mark.parametrize("case", PLANTED, ids=lambda case: case.slug)
def test_an_identifying_column_is_found(case):
    found = elements_found(case)
    assert found if case.slug in AMBIGUOUS else case.element in found


@pytest.mark.parametrize("salt", ["b"])
def test_other_throws_of_the_dice_are_found_as_well(salt):
    silent = [case.slug for case in PLANTED if not elements_found(redrawn(case, salt))]
    assert len(silent) <= 0.01 * len(PLANTED), silent


def test_ordinary_clinical_columns_are_left_alone():
    assert [case.slug for case, _ in alarms(ORDINARY)] == []


@pytest.mark.parametrize("salt", ["b"])
def test_other_throws_of_ordinary_columns_are_left_alone(salt):
    wrong = [case.slug for case, _ in alarms(redrawn(case, salt) for case in ORDINARY)]
    assert len(wrong) <= 0.01 * len(ORDINARY), wrong


def test_few_look_alikes_are_taken_for_identifiers():
    assert {case.slug for case, _ in alarms(LOOK_ALIKES)} <= {"k-sha", "k-nick"}
