"""The page about published studies says what the data files say."""

import pytest

from tests.published.page import PAGE, page

unit, identity = pytest.mark.unit, pytest.mark.identity


@identity
def test_the_page_is_made_from_the_data():
    assert PAGE.read_text(encoding="utf-8") == page()


@unit
@pytest.mark.parametrize(
    "row",
    [
        "| McInnes 2022 | cohort | ketamine | IV | 9,016 | 537 (6.0%) | 0 of 8 |",
        "| Hull 2022 | cohort | ketamine | SL |  | 1,247 | 0 of 10 |",
        "| `remission_phq9` | PHQ-9 below 5 | PHQ-9 | read |",
    ],
)
def test_the_page_shows(row):
    assert row in PAGE.read_text(encoding="utf-8").split("\n")


@unit
def test_figures_that_were_not_read_stand_out():
    text = PAGE.read_text(encoding="utf-8")
    assert "| stable responders, esketamine | relapse |" in text
    assert text.count("**from memory**") == 39
    assert text.count("**secondary source**") == 14
