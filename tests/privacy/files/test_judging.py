"""Every leaky output is found and no clean one is taken for one."""

import pytest

from analysis.privacy.files.judging import draws_patients, judge
from analysis.privacy.files.pieces import Limits, Piece, Source, Trouble, pieces_of
from tests.privacy.files import habits, shown, written_files

pytestmark = pytest.mark.unit


def judged(name, content, limits=None):
    """Everything that is found in some bytes."""
    source = Source(name=name, size=len(content), content=content)
    return [found for piece in pieces_of(source, limits or Limits()) for found in judge(piece)]


def printed(text, source):
    return list(judge(Piece(where="output", role="printed", text=text, source=source)))


def _name(content):
    if content[:2] == b"PK":
        return "a.docx" if b"word/" in content else "a.xlsx"
    if content[:1] == b"<":
        return "a.xml"
    return "a.ipynb" if b"nbformat" in content else "a.json"


@pytest.mark.parametrize("case", shown.LEAKS)
def test_printed_patients_are_found(case):
    assert printed(*shown.LEAKS[case])


@pytest.mark.parametrize("case", shown.CLEAN)
def test_printed_groups_are_left_alone(case):
    assert printed(*shown.CLEAN[case]) == []


@pytest.mark.parametrize("case", written_files.LEAKS)
def test_leaks_of_files_are_found_by_their_rule(case):
    name, content, rule = written_files.LEAKS[case]
    found = judged(name, content, written_files.LIMITS.get(case))
    assert rule in {one.code for one in found}
    assert all(one.severity == "error" for one in found if one.code == rule)


@pytest.mark.parametrize("case", written_files.CLEAN)
def test_clean_files_have_no_error(case):
    assert [one for one in judged(*written_files.CLEAN[case]) if one.severity == "error"] == []


@pytest.mark.parametrize("case", habits.LEAKS)
def test_leaks_of_other_habits_are_found(case):
    content = habits.LEAKS[case]
    assert judged(_name(content), content)


@pytest.mark.parametrize("case", habits.CLEAN)
def test_clean_outputs_of_other_habits_are_left_alone(case):
    content = habits.CLEAN[case]
    assert judged(_name(content), content) == []


def test_a_finding_says_place_and_kind_and_no_text():
    [found] = judged("a.csv", b"subject_id,age\nKX-1042,43\nKX-1043,51\n")
    assert (found.where, found.kind, found.count) == ("lines 1 to 3", "rows of single patients", 2)
    assert "KX" not in repr(found)


def test_hidden_places_are_named():
    content = written_files.workbook(
        {"means": written_files.GROUPS, "raw": written_files.ROWS}, states={"raw": "hidden"}
    )
    places = {one.where for one in judged("a.xlsx", content)}
    assert {"sheet 2 (hidden), name", "sheet 2 (hidden), rows 1 to 3"} <= places


def test_the_place_in_a_notebook_counts_cells_and_outputs_from_1():
    content = written_files.notebook(
        written_files.output("342"), written_files.output("patient KX-1042")
    )
    assert {one.where for one in judged("a.ipynb", content)} == {"cell 1, output 2"}


def test_trouble_is_a_finding():
    [found] = judge(Trouble(where="member 3", kind="encrypted"))
    assert (found.code, found.severity, found.where) == ("PRV-123", "error", "member 3")


@pytest.mark.parametrize(
    ("source", "each"),
    [
        ("sns.stripplot(data=frame, x='arm', y='total')", True),
        ("sns.lineplot(data=frame, x='day', y='total', units='subject_id', estimator=None)", True),
        ("for who, part in frame.groupby('subject_id'):\n    ax.plot(part.day, part.total)", True),
        ("plot_trajectory(course.frame, x='week')", False),
        ("frame.groupby('arm')['total'].mean().plot()", False),
    ],
)
def test_charts_with_a_mark_per_patient_are_known_by_their_code(source, each):
    assert draws_patients(source) is each


@pytest.mark.parametrize(("cell", "warned"), [("10", True), ("11", False), ("0", False)])
def test_counts_are_small_from_1_to_10(cell, warned):
    text = f"arm    n\niv   120\nim   {cell:>3}"
    assert [one.kind for one in printed(text, "")] == ["counts under 11"] * warned
