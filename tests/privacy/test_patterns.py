"""Identifiers in single texts: found where they are, and not seen where there are none."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.privacy import ELEMENTS, Match, identifiers_in
from tests.privacy.texts import HARMLESS, IDENTIFYING

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("element", "text"), [(e, text) for e, texts in IDENTIFYING.items() for text in texts]
)
def test_an_identifier_is_found(element, text):
    assert element in {match.element for match in identifiers_in(text)}


@pytest.mark.parametrize("text", HARMLESS)
def test_clinical_text_is_left_alone(text):
    assert identifiers_in(text) == ()


def test_every_element_of_safe_harbor_has_texts():
    assert sorted(IDENTIFYING) == sorted(ELEMENTS) == list(range(1, 19))


def test_places_are_those_of_the_identifiers():
    text = "Seen 03/15/2024 by Dr. Kowalczyk (jane@example.org); BP 120/80"
    assert identifiers_in(text) == (
        Match(element=3, kind="date", start=5, end=15),
        Match(element=1, kind="name after a title", start=23, end=32),
        Match(element=6, kind="e-mail address", start=34, end=50),
    )


def test_a_whole_text_may_have_spaces_around_it():
    assert identifiers_in("  80202 ") == (Match(element=2, kind="five-digit code", start=2, end=7),)


def test_only_one_text_is_taken():
    with pytest.raises(TypeError, match="match_column"):
        identifiers_in(20240315)


@pytest.mark.parametrize(
    ("valid", "invalid"),
    [
        ("219-45-6789", "000-45-6789"),
        ("219-45-6789", "666-45-6789"),
        ("219-45-6789", "987-65-4321"),
        ("219-45-6789", "219-00-6789"),
        ("219-45-6789", "219-45-0000"),
    ],
)
def test_numbers_never_given_out_are_no_social_security_numbers(valid, invalid):
    assert {match.element for match in identifiers_in(f"no {valid} here")} == {7}
    assert 7 not in {match.element for match in identifiers_in(f"no {invalid} here")}


def test_days_that_no_calendar_has_are_no_dates():
    for text in ("2024-02-30", "31/31/2024", "99.99.2024", "20241399"):
        assert 3 not in {match.element for match in identifiers_in(text)}


def test_small_zip_areas_are_told_from_large_ones():
    assert [match.kind for match in identifiers_in("ZIP3 036")] == ["small ZIP3 area"]
    assert identifiers_in("ZIP3 802") == ()


def test_ages_up_to_89_may_stand():
    assert identifiers_in("89-year-old woman") == ()
    assert [match.kind for match in identifiers_in("90-year-old woman")] == ["age over 89"]


@given(st.text(max_size=200))
def test_matches_lie_in_the_text_and_apart(text):
    matches = identifiers_in(text)
    assert all(0 <= match.start < match.end <= len(text) for match in matches)
    assert all(one.end <= other.start for one, other in pairwise(matches))


@given(
    st.dates(min_value=dt.date(1905, 1, 1), max_value=dt.date(2099, 12, 31)),
    st.sampled_from(
        [
            "%Y-%m-%d",
            "%m/%d/%Y",
            "%d.%m.%Y",
            "%d %B %Y",
            "%B %d, %Y",
            "%d-%b-%Y",
            "%d%b%Y",
            "%Y%m%d",
        ]
    ),
)
def test_every_day_is_found_in_every_dress(day, written):
    assert 3 in {match.element for match in identifiers_in(day.strftime(written))}


@given(st.from_regex(r"[a-z]{3,10}\.[a-z]{3,10}@[a-z]{3,10}\.(com|org|de)", fullmatch=True))
def test_every_plain_mail_address_is_found(address):
    assert identifiers_in(f"write to {address} please")[0].kind == "e-mail address"


def test_long_texts_take_no_long_time():
    for unit in ("Aa ", "9-", "a.", "ab:", "12 Oak ", "a_", "rue de la ", "A"):
        assert isinstance(identifiers_in(unit * 1000), tuple)
