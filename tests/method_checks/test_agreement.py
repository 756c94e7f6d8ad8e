"""How many digits two numbers share."""

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.method_checks.agreement import agreement, digits_given

pytestmark = pytest.mark.unit


def digits(here: float, other: str) -> int:
    given = pd.DataFrame({"quantity": ["q"], "value": [other], "software": "R 4", "call": "f()"})
    return int(agreement({"q": here}, given)["digits"].iloc[0])


@pytest.mark.parametrize(
    ("here", "other", "expected"),
    [
        (300.5, "300.5", 4),
        (279.78331, "279.7833", 7),  # a printed number agrees to all of its digits
        (279.78336, "279.7833", 6),
        (1.0, "1.0", 2),
        (1.26, "1.24", 2),  # half a unit of the second digit is 0.05
        (1.26, "1.14", 1),
        (2.0, "1.0", 0),
        (-0.5, "0.5", 0),
        (99.96, "100.0", 4),
        (0.0064923, "0.0064923", 5),
        (1.23456789012, "1.23456789019", 7),  # more than seven are not counted
        (1.6e-12, "1.6e-12", 2),
    ],
)
def test_digits_that_agree(here, other, expected):
    assert digits(here, other) == expected


def test_significant_digits_as_written():
    texts = ["0.0955102", "12", "-2535.17398997858", "1.610978106991e-12", "1.50", "0"]
    assert [digits_given(text) for text in texts] == [6, 2, 15, 13, 3, 1]


def test_relative_difference_is_over_the_other_number():
    given = pd.DataFrame({"quantity": ["q"], "value": ["-4"], "software": "R 4", "call": "f()"})
    assert agreement({"q": -3.0}, given)["relative_difference"].tolist() == [0.25]


@pytest.mark.parametrize("here", [{}, {"q": 1.0, "r": 1.0}, {"r": 1.0}])
def test_other_quantities_are_refused(here):
    given = pd.DataFrame({"quantity": ["q"], "value": ["1"], "software": "R 4", "call": "f()"})
    with pytest.raises(DataError, match="the same, each once"):
        agreement(here, given)
