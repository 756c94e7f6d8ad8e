"""Rules about scores, items and measurements."""

from dataclasses import replace

import pytest

from analysis.checks import check
from analysis.study import Study
from tests.builders import CLEAN, clean_study, places, with_cell

pytestmark = pytest.mark.unit


OWN = {"NUL-001", "CAT-001", "KEY-001", "SCO-001", "SCO-002", "SCO-003", "MON-001"}


def findings_of(**tables):
    findings = check(clean_study(**tables)).findings
    places(findings)
    return [(f.rule, f.table, f.column, f.count, f.rows) for f in findings if f.rule in OWN]


def test_an_unknown_scale_is_counted_and_the_known_ones_are_named():
    study = clean_study()
    other = Study(
        title="x",
        sites=study.sites,
        instruments=("PHQ-9", "MADRS", "mood diary", "PHQ9"),
        tables=study.tables,
    )
    findings = check(other).findings
    assert places(findings) == [("INS-001", "study.json", "instruments")]
    assert "(2 in the list)" in findings[0].what
    assert "PHQ-9" in findings[0].remedy
    assert "diary" not in str(findings)


# PHQ-9: 0 to 27 (Kroenke, Spitzer and Williams 2001, J Gen Intern Med 16, 606-613)
# MADRS: 0 to 60 (Montgomery and Asberg 1979, Br J Psychiatry 134, 382-389)
@pytest.mark.parametrize(
    ("row", "total", "found"),
    [
        (1, "0", False),
        (1, "27", False),
        (1, "28", True),
        (1, "-1", True),
        (1, "27.5", True),
        (1, "", False),
        (0, "60", False),
        (0, "61", True),
    ],
)
def test_totals_lie_in_the_range_of_their_scale(row, total, found):
    text = with_cell(CLEAN["assessments"], "total", total, row=row)
    expected = [("SCO-001", "assessments", "total", 1, (row + 2,))] if found else []
    assert findings_of(assessments=text) == expected


# PHQ-9: nine items, answers 0 to 3 (Kroenke et al. 2001)
@pytest.mark.parametrize(
    ("column", "cell"), [("response", "4"), ("item_no", "10"), ("item_no", "0")]
)
def test_items_and_answers_that_the_scale_does_not_have(column, cell):
    text = with_cell(CLEAN["items"], column, cell, row=9)
    assert findings_of(items=text) == [("SCO-002", "items", "response", 1, (11,))]


def test_a_missing_answer_is_an_answer_that_was_not_given():
    assert findings_of(items=with_cell(CLEAN["items"], "response", "", row=9)) == []


@pytest.mark.parametrize(
    ("total", "found"),
    [("9", False), ("9.5", False), ("8.5", False), ("10", True), ("27", True), ("0", True),
     ("", False)],
)  # fmt: skip
def test_a_stored_total_that_differs_from_its_items_is_a_warning(total, found):
    text = with_cell(CLEAN["assessments"], "total", total, row=2)
    expected = [("SCO-003", "assessments", "total", 1, (4,))] if found else []
    assert findings_of(assessments=text) == expected
    assert check(clean_study(assessments=text)).ok


def test_a_total_is_prorated_before_it_is_compared():
    # item 8 (answer 2) left out: 8 answered, sum 7, prorated 7 * 9 / 8 = 7.875; stored 9 differs
    text = with_cell(CLEAN["items"], "response", "", row=7)
    assert findings_of(items=text) == [("SCO-003", "assessments", "total", 1, (4,))]
    stored = with_cell(CLEAN["assessments"], "total", "8", row=2)
    assert findings_of(items=text, assessments=stored) == []


def test_items_of_another_completion_of_the_day_are_not_compared():
    items = CLEAN["items"].replace("p1,PHQ-9,28,1,", "p2,PHQ-9,0,2,")  # sum 9; stored 26
    assert findings_of(items=items) == [("SCO-003", "assessments", "total", 1, (6,))]


@pytest.mark.parametrize(
    ("table", "column"),
    [(t, c) for t in ("items", "assessments")
     for c in ("subject_id", "instrument", "rel_day", "occurrence")] + [("items", "item_no")],
)  # fmt: skip
def test_a_missing_part_of_a_key_never_stops_the_rules(table, column):
    found = findings_of(**{table: with_cell(CLEAN[table], column, "", row=1)})
    assert ("NUL-001", table, column, 1, (3,)) in found
    assert {rule for rule, *_ in found} <= {"NUL-001", "SCO-003"}


def test_repeated_items_are_left_to_their_own_rule():
    text = CLEAN["items"] + CLEAN["items"].splitlines()[1] + "\n"
    assert [rule for rule, *_ in findings_of(items=text)] == ["KEY-001"]


@pytest.mark.parametrize(
    ("row", "unit", "found"),
    [
        (1, "mm[Hg]", False),
        (1, "%", True),
        (3, "/min", False),
        (3, "mm[Hg]", True),
        (5, "/min", True),
    ],
)
def test_a_measurement_has_the_unit_of_its_parameter(row, unit, found):
    text = with_cell(CLEAN["monitoring"], "unit", unit, row=row)
    expected = [("MON-001", "monitoring", "unit", 1, (row + 2,))] if found else []
    assert findings_of(monitoring=text) == expected


def test_an_unknown_parameter_or_missing_unit_is_left_to_its_own_rule():
    unknown = with_cell(CLEAN["monitoring"], "parameter", "zzz", row=1)
    assert [rule for rule, *_ in findings_of(monitoring=unknown)] == ["CAT-001"]
    missing = with_cell(CLEAN["monitoring"], "unit", "", row=1)
    assert [rule for rule, *_ in findings_of(monitoring=missing)] == ["NUL-001"]


def test_an_impossible_total_is_left_to_its_own_rule():
    text = with_cell(CLEAN["assessments"], "total", "28", row=2)  # sum of items: 9
    assert findings_of(assessments=text) == [("SCO-001", "assessments", "total", 1, (4,))]


def test_a_form_with_an_impossible_or_repeated_item_hides_no_other_form():
    stored = with_cell(CLEAN["assessments"], "total", "12", row=2)  # sum of items: 9
    differs = ("SCO-003", "assessments", "total", 1, (4,))
    impossible = with_cell(CLEAN["items"], "response", "4", row=9)  # of another form
    found = findings_of(items=impossible, assessments=stored)
    assert found == [("SCO-002", "items", "response", 1, (11,)), differs]
    repeated = CLEAN["items"] + CLEAN["items"].splitlines()[10] + "\n"
    found = findings_of(items=repeated, assessments=stored)
    assert found == [("KEY-001", "items", "", 1, (13,)), differs]


def of_scale(name, answers, *, total="", rater=""):
    """The clean study with one more form of another scale; answers by number of the item."""
    form = f"p1,{name},-1,1"
    items = "".join(f"{form},{number},{answer},\n" for number, answer in answers.items())
    study = clean_study(
        assessments=CLEAN["assessments"] + f"{form},,{total},{len(answers)},{rater},,\n",
        items=CLEAN["items"] + items,
    )
    findings = check(replace(study, instruments=(*study.instruments, name))).findings
    places(findings)
    return [(f.rule, f.count, f.rows) for f in findings]


# Hamilton 1960, J Neurol Neurosurg Psychiatry 23, 56-62 (items 0 to 4 or 0 to 2); Overall and
# Gorham 1962, Psychol Rep 10, 799-812 (1 to 7); Mundt et al. 2002, Br J Psychiatry 180, 461-464
# (0 to 8); Topp et al. 2015, Psychother Psychosom 84, 167-176 (0 to 5); Snaith et al. 1995, Br J
# Psychiatry 167, 99-103 (0 to 1); Posner et al. 2011, Am J Psychiatry 168, 1266-1277 (0 to 1)
@pytest.mark.parametrize(
    ("name", "item", "low", "high"),
    [
        ("HAM-D17", 1, 0, 4),
        ("HAM-D17", 4, 0, 2),
        ("HAM-D17", 17, 0, 2),
        ("BPRS", 18, 1, 7),
        ("WSAS", 5, 0, 8),
        ("WHO-5", 5, 0, 5),
        ("SHAPS", 14, 0, 1),
        ("C-SSRS", 5, 0, 1),
        ("CGI-S", 1, 1, 7),
    ],
)
def test_answers_lie_in_the_range_of_their_own_item(name, item, low, high):
    assert of_scale(name, {item: low}) == of_scale(name, {item: high}) == []
    assert ("SCO-002", 1, (13,)) in of_scale(name, {item: low - 1})
    assert of_scale(name, {item: high + 1}) == [("SCO-002", 1, (13,))]


# WHO-5: sum times 4 (Topp et al. 2015); QIDS: nine domains, each with its highest item (Rush et al.
# 2003, Biol Psychiatry 54, 573-583); C-SSRS: highest type of ideation (Posner et al. 2011)
@pytest.mark.parametrize(
    ("name", "answers", "total"),
    [
        ("WHO-5", [3, 3, 3, 3, 3], 60),
        ("QIDS-SR16", [1] * 16, 9),
        ("C-SSRS", [1, 1, 0, 0, 0], 2),
        ("HAM-D17", [1] * 17, 17),
        ("CGI-S", [4], 4),
    ],
)
def test_totals_are_compared_by_the_rule_of_their_scale(name, answers, total):
    form = dict(enumerate(answers, start=1))
    assert of_scale(name, form, total=total) == []
    assert of_scale(name, form, total=total + 1) == [("SCO-003", 1, (9,))]


@pytest.mark.parametrize(("name", "rater"), [("CGI-S", "clinician"), ("WHO-5", "self")])
def test_raters_by_scale(name, rater):
    other = {"self": "clinician", "clinician": "self"}[rater]
    assert of_scale(name, {1: 3}, rater=rater) == []
    assert of_scale(name, {1: 3}, rater=other) == [("SCO-007", 1, (9,))]


@pytest.mark.parametrize(("answered", "found"), [(7, False), (6, True)])
def test_a_stored_total_needs_as_many_answers_as_the_scale(answered, found):
    # PHQ-9: at most 2 of 9 may be unanswered; prorated 7 answers of 1 give 9
    items = CLEAN["items"].splitlines()
    own = [line for line in items if line.startswith("p1,PHQ-9,28")]
    others = [line for line in items if line not in own]
    kept = [line.rsplit(",", 2)[0] + ",1," for line in own[:answered]]
    text = "\n".join([*others[:1], *kept, *others[1:]]) + "\n"
    expected = [("SCO-003", "assessments", "total", 1, (4,))] if found else []
    assert findings_of(items=text) == expected


@pytest.mark.parametrize(("total", "found"), [("26", True), ("", False)])
def test_two_scores_of_a_day_are_the_same_only_where_there_is_a_total(total, found):
    # p2 has two PHQ-9 scores on day 0; with one total and one hour they are one score twice
    text = CLEAN["assessments"]
    for row, column, value in ((3, "total", total), (4, "total", total), (4, "hours_post", "-0.5")):
        text = with_cell(text, column, value, row=row)
    rules = [f.rule for f in check(clean_study(assessments=text)).findings]
    assert rules.count("SCO-006") == int(found)
