"""Answers name nobody, whatever the column is called; one value of another sort does."""

import pandas as pd
import pytest

from analysis.privacy import scan_identifiers
from tests.privacy.development.answers import ANSWERS, ONE_WORD_TELLS

pytestmark = pytest.mark.unit


def places(header, values):
    found = scan_identifiers(pd.DataFrame({header: values})).findings
    return [(one.element, one.why) for one in found]


@pytest.mark.parametrize("header", ANSWERS)
def test_answers_are_left_alone(header):
    assert places(header, ANSWERS[header].split("|") * 8) == []


@pytest.mark.parametrize("header", ONE_WORD_TELLS)
def test_one_other_value_is_enough(header):
    assert places(header, [*ANSWERS[header].split("|") * 8, ONE_WORD_TELLS[header]])


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("nurse", "Charlie|Hope|Grace"),
        ("account", "QZKTRA|MBVXNP|RWLQDE"),
        ("doctor", "Young|Brown"),
    ],
)
def test_names_and_codes_that_repeat_are_no_answers(header, words):
    assert places(header, words.split("|") * 6)


def test_words_that_do_not_repeat_are_no_answers():
    assert places("doctor", ["nurse q", "gp r", "self s"])
    assert places("ssn", ["q", "r", None])


def test_answers_to_many_items_are_no_numbers_of_persons():
    rows = ["321103210", "000100000", "333322213", "210101100", "012301230"]
    assert places("answers", rows) == []
    assert places("answers", [int(row) for row in rows]) == []
    assert places("answers", ["321103217", "519100000", "333382213", "210101109", "612301230"])


def test_one_address_or_digest_for_all_rows_is_none_of_a_person():
    digest = "b901ff9d9c411a4a25d71a415549acaf149a4ceb844b61354cfcaeafec9da4cd"
    assert places("dataset_sha256", [digest] * 9) == []
    assert places("schema", ["https://schema.example.org/scores/1.2"] * 9) == []
    ids = ["a1", "b2"]
    frame = pd.DataFrame(
        {
            "subject_id": ids * 5,
            "portal": ["https://p.example.org/a", "https://p.example.org/b"] * 5,
        }
    )
    assert not scan_identifiers(frame).ok


def test_numbers_that_count_time_are_no_dates():
    assert places("month", [1, 2, 3, 6, 9, 12, 18, 24, 36]) == []
    assert places("last_contact", [30, 210, 400]) == []
    assert places("month", [1, 2, 3, 12])
    assert places("timestamp", [0.5, 12.5, 3600.0]) == []


def test_sentences_of_results_explain_and_those_of_patients_tell():
    texts = [f"the mean of group {i} fell over the weeks" for i in range(25)]
    frame = pd.DataFrame({"estimate": range(25), "std_error": range(25), "note": texts})
    assert scan_identifiers(frame).ok
    assert not scan_identifiers(frame[["note"]]).ok
    assert not scan_identifiers(frame.assign(subject_id=[f"p{i}" for i in range(25)])).ok


def test_a_sentence_among_short_answers_is_free_text():
    short = ["sleep", "mood", "pain"] * 6
    assert places("why now?", [*short, "after the flood took my bakery and my home"]) == [
        (0, ("values",))
    ]
    assert places("why now?", short) == []
