"""What comes with the toolkit is what the reference tests rest on: the same bytes and digits."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from analysis.errors import DataError
from analysis.method_checks.reference import (
    reference_folder,
    reference_numbers,
    reference_rows,
)

ROOT = Path(__file__).parents[2]
NUMBERS = reference_numbers()
SAME = {
    "scores": "mixed/long.csv",
    "relapse": "survival/regression.csv",
    "episodes": "survival/recurrent.csv",
}

pytestmark = pytest.mark.reference


def at_source(source: str) -> str:
    """Follow a place such as ``survival/relapse.json#logrank/chisq``."""
    file, _, place = source.partition("#")
    path = ROOT / "tests" / "reference" / file
    if path.suffix == ".csv":
        row, column = place.split("/")
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))[int(row)][column]
    value = json.loads(path.read_text(encoding="utf-8"))
    for step in place.split("/"):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return repr(value)


@pytest.mark.parametrize("name", SAME)
def test_rows_are_those_of_the_reference(name):
    here, there = reference_folder() / f"{name}.csv", ROOT / "tests" / "reference" / SAME[name]
    assert here.read_bytes() == there.read_bytes()


def test_numbers_stand_at_their_source_with_the_same_digits():
    followed = NUMBERS[NUMBERS["source"].str.contains("#")]
    assert len(followed) >= 110
    assert followed["source"].map(at_source).tolist() == followed["value"].tolist()


def test_printed_numbers_stand_in_the_tests_that_name_their_source():
    printed = NUMBERS[~NUMBERS["source"].str.contains("#")]
    assert len(printed) == 12
    for value, source in zip(printed["value"], printed["source"], strict=True):
        assert value in (ROOT / source).read_text(encoding="utf-8")


def test_every_number_names_software_call_and_a_quantity_of_its_own():
    assert not NUMBERS.isna().to_numpy().any()
    assert not NUMBERS.duplicated(["topic", "quantity"]).any()
    assert NUMBERS["software"].str.contains(r"\d").all()


def test_unknown_rows_are_refused():
    with pytest.raises(DataError, match="Known are: charts"):
        reference_rows("patients")
