"""The page about measures lists every measure as it is, and its numbers are those of the data."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.disclosure import INTERNAL
from analysis.quality import measure, measure_names, quality_measures
from analysis.quality.measures.decision import STATUSES
from analysis.study import read_study
from analysis.synthetic import example_folder

pytestmark = pytest.mark.unit

PAGE = (Path(__file__).parents[3] / "docs" / "measures.md").read_text(encoding="utf-8")


def _rows(head: str) -> list[list[str]]:
    lines = PAGE.split(f"{head}\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_measure_stands_on_the_page():
    expected = [
        [f"`{name}`", each.version, each.rule.window, each.wanted]
        for name in measure_names()
        for each in [measure(name)]
    ]
    assert _rows("| name | version | window | wanted |") == expected


def test_every_status_stands_on_the_page():
    assert [row[0] for row in _rows("| status | means |")] == list(STATUSES)


def test_the_numbers_of_the_page_are_those_of_the_network():
    study = read_study(example_folder("clinic-network"))
    names = ["completeness_phq_9_baseline", "completeness_phq_9_after_induction"]
    tidy = quality_measures(study, names, policy=INTERNAL).tidy()
    before, after = tidy.to_dict("records")
    first = PAGE.split("\n\n")[1].replace("\n", " ")
    assert f"Of the {before['denominator']} patients" in first
    assert f"{before['numerator']} have a PHQ-9 before" in first
    assert f"({100 * before['estimate']:.1f} %)" in first
    assert f"{after['numerator']} of {after['denominator']} have one" in first
    assert f"({100 * after['estimate']:.1f} %)" in first
