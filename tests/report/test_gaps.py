"""What rests on a cell that gave nothing."""

import pytest

from analysis.report.gaps import Lacking, gap_text

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "source",
    [
        "table",
        "show(*plot(table))",
        "x = [row + table for row in rows]",
        "table += 1",
        "table['n'] = 3",
        "if table:\n    y = 1",
        "f'{table}'",
        "x = 1\ntable.sort()\ntable = 2",
    ],
)
def test_a_cell_that_reads_a_lacking_name_is_stopped(source):
    lacking = Lacking()
    lacking.failed("ax, table = plot(study)")
    assert lacking.stops(source)


@pytest.mark.parametrize(
    "source",
    [
        "table = 2",
        "table = 2\ntable",
        "other.table",
        "f(table=1)",
        "{table: 1 for table in rows}",
        "import table\ntable.run()",
        "for table in rows:\n    print(table)",
    ],
)
def test_a_cell_that_does_not_read_it_is_run(source):
    lacking = Lacking()
    lacking.failed("ax, table = plot(study)")
    assert not lacking.stops(source)


def test_a_name_that_is_given_again_is_there():
    lacking = Lacking()
    lacking.failed("a = b = 1")
    lacking.gave("a = 2")
    assert not lacking.stops("a")
    assert lacking.stops("b")


def test_names_of_a_stopped_cell_are_lacking_too():
    lacking = Lacking()
    lacking.failed("a = 1")
    lacking.failed("from m import b as c")
    assert lacking.stops("c")
    assert not lacking.stops("b")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("2 of 15 patients have all visits", "fewer than 11 of 15 patients have all visits"),
        ("10 sessions have readings", "fewer than 11 sessions have readings"),
        ("11 patients; at least 5 patients needed", "11 patients; at least 5 patients needed"),
        ("Fewer than 2 planned visits", "Fewer than 2 planned visits"),
        ("1 patient", "fewer than 11 patient"),
        ("Patients have a PHQ-9 score", "Patients have a PHQ-9 score"),
        ("a mean of 2.5 points, 0 sessions", "a mean of 2.5 points, 0 sessions"),
    ],
)
def test_a_gap_tells_no_small_count(said, shown):
    assert gap_text(said) == f"Not shown: {shown}"


def test_a_gap_says_once_that_something_is_not_shown():
    assert gap_text("Not computable: needs X.") == "Not computable: needs X."
    assert gap_text("Not shown: needs X.") == "Not shown: needs X."
