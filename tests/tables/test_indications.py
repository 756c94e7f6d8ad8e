"""Overlapping indications: primary and any, and that neither gives the other's few away."""

import itertools

import pandas as pd
import pytest

from analysis.disclosure import INTERNAL
from analysis.errors import ColumnError
from analysis.tables import indications_table

unit, identity = pytest.mark.unit, pytest.mark.identity
GROUPS = ("Primary indication", "Any indication", "Number of indications")


def people(*groups):
    """Make patients; a group is (number, primary, further, regimen)."""
    rows = [
        (primary, further, regimen)
        for number, primary, further, regimen in groups
        for _ in range(number)
    ]
    frame = pd.DataFrame(rows, columns=["indication", "secondary_indications", "regimen"])
    return frame.assign(subject_id=[f"p{n}" for n in range(len(frame))])


@unit
def test_primary_adds_up_and_any_overlaps():
    table = indications_table(
        people((40, "depression", "anxiety;PTSD", "ketamine IV"), (20, "PTSD", None, "ketamine IV"))
    )
    shown = {
        (group, label): n for group, label, n in table.to_frame().itertuples(index=False, name=None)
    }
    assert shown == {
        ("Primary indication", "depression"): "40 (66.7%)",
        ("Primary indication", "anxiety"): "0",
        ("Primary indication", "PTSD"): "20 (33.3%)",
        ("Any indication", "depression"): "40 (66.7%)",
        ("Any indication", "anxiety"): "40 (66.7%)",
        ("Any indication", "PTSD"): "60 (100.0%)",
        ("Number of indications", "two or more"): "40 (66.7%)",
    }
    assert "overlap and do not add up" in table.notes[0]


@unit
def test_few_with_an_indication_as_a_further_one_do_not_follow_by_subtraction():
    table = indications_table(
        people((40, "depression", None, "ketamine IV"), (30, "anxiety", None, "ketamine IV"),
               (4, "depression", "anxiety", "ketamine IV"))
    )  # fmt: skip
    both = [table.inline((group, "anxiety"), "Overall") for group in GROUPS[:2]]
    assert "—" in both  # 34 less 30 would be 4
    assert table.inline((GROUPS[2], "two or more"), "Overall") == "<11"


@unit
def test_columns_are_the_regimens_and_all_patients():
    table = indications_table(
        people((40, "depression", "PTSD", "ketamine IV"), (25, "PTSD", None, "esketamine IN")),
        by="regimen",
    )
    assert [column.label for column in table.columns] == [
        "esketamine IN", "ketamine IV", "Overall",
    ]  # fmt: skip
    assert [column.sublabel for column in table.columns] == ["n = 25", "n = 40", "n = 65"]
    assert table.inline((GROUPS[1], "PTSD"), "Overall") == "65 (100.0%)"
    assert table.inline((GROUPS[1], "PTSD"), "esketamine IN") == "25 (100.0%)"
    assert table.subtitle == "By regimen"


@unit
def test_without_further_indications_only_the_primary_one_is_counted_and_said():
    frame = people((40, "depression", None, "ketamine IV")).drop(columns="secondary_indications")
    table = indications_table(frame)
    assert set(table.frame["group"]) == {"Primary indication"}
    assert table.notes[0].startswith("Any indication is not computable")


@unit
def test_patients_without_any_indication_are_missing():
    table = indications_table(people((30, None, None, "ketamine IV")))
    assert table.inline("Missing", "Overall") == "30 (100.0%)"
    assert len(table.frame) == 1


@unit
def test_the_internal_audience_sees_true_counts():
    table = indications_table(people((3, "PTSD", None, "ketamine IV")), policy=INTERNAL)
    assert table.inline((GROUPS[0], "PTSD"), "Overall") == "3 (100.0%)"
    assert "Confidential" in table.notes[-1]


@unit
@pytest.mark.parametrize("broken", ["twice", "absent", "empty"])
def test_other_frames_are_refused(broken):
    frame = people((12, "PTSD", None, "ketamine IV"))
    frames = {
        "twice": pd.concat([frame, frame]),
        "absent": frame.drop(columns="indication"),
        "empty": frame.iloc[:0],
    }
    with pytest.raises(ColumnError, match="one row per patient"):
        indications_table(frames[broken])


def _number(text):
    return int(text.split(" ")[0].replace(",", "")) if text[:1].isdigit() else None


@identity
@pytest.mark.parametrize(
    ("few", "further", "other"), list(itertools.product((1, 9), (0, 3, 12), (2, 40)))
)
def test_no_difference_of_shown_counts_is_small(few, further, other):
    """Any less primary, and overall less one regimen, are 0 or at least 11."""
    frame = people(
        (60, "depression", None, "ketamine IV"), (few, "PTSD", "anxiety", "ketamine IV"),
        (further, "depression", "PTSD", "ketamine IV"), (other, "PTSD", None, "ketamine SL"),
        (45, "depression", "anxiety", "ketamine SL"),
    )  # fmt: skip
    table = indications_table(frame, by="regimen")
    names = [column.label for column in table.columns]
    counts = {
        (group, label, name): _number(table.inline((group, label), name))
        for group, label in table.frame[["group", "label"]].itertuples(index=False, name=None)
        for name in names
    }
    differences = []
    for (group, label, name), n in counts.items():
        if group == GROUPS[1]:
            differences.append((n, counts[(GROUPS[0], label, name)]))
        if name == "Overall":
            differences += [
                (n, counts[(group, label, "ketamine IV")]),
                (n, counts[(group, label, "ketamine SL")]),
            ]
    small = [a - b for a, b in differences if a is not None and b is not None if 0 < a - b < 11]
    assert small == []
    assert all(n is None or n == 0 or n >= 11 for n in counts.values())
