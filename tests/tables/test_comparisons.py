"""What compares the groups of Table 1: held to R, and attacked."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, named_policy, release
from analysis.errors import ColumnError, DataError
from analysis.tables import baseline_table, standardized_difference
from analysis.tables.comparisons import TESTS
from analysis.tables.standardized_differences import category_difference

REFERENCE = Path(__file__).parents[1] / "reference" / "tables"


@pytest.fixture(scope="module")
def teeth() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "teeth.csv")


@pytest.fixture(scope="module")
def expected() -> dict[str, float]:
    frame = pd.read_csv(REFERENCE / "comparisons.csv")
    return dict(zip(frame["what"], frame["value"], strict=True))


@pytest.mark.reference
@pytest.mark.parametrize(
    ("what", "value", "group", "weights"),
    [
        ("number, 2 groups", "len", "supp", None),
        ("number, 2 groups, weighted", "len", "supp", "w"),
        ("number, 3 groups", "len", "dose", None),
        ("yes/no, 2 groups", "tall", "supp", None),
        ("category, 2 groups", "size", "supp", None),
        ("category, 2 groups, weighted", "size", "supp", "w"),
    ],
)
def test_standardized_differences_are_those_of_r(teeth, expected, what, value, group, weights):
    weight = teeth[weights] if weights else None
    found = standardized_difference(teeth[value], teeth[group], weights=weight)
    assert found == pytest.approx(expected[what], rel=1e-10)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("what", "test", "value", "group"),
    [
        ("welch", "welch", "len", "supp"),
        ("wilcoxon", "wilcoxon", "len", "supp"),
        ("anova", "anova", "len", "dose"),
        ("anova, supp", "anova", "len", "supp"),
        ("kruskal", "kruskal", "len", "supp"),
        ("chi-squared", "chi-squared", "size", "supp"),
        ("chi-squared, 2 by 2", "chi-squared", "tall", "supp"),
        ("fisher", "fisher", "tall", "supp"),
    ],
)
def test_tests_are_those_of_r(teeth, expected, what, test, value, group):
    parts = [part for _, part in teeth.groupby(group)]
    levels = teeth[value].unique()
    samples = (
        [part[value].to_numpy(float) for part in parts]
        if TESTS[test].of_numbers
        else [np.array([part[value].eq(level).sum() for level in levels]) for part in parts]
    )
    assert TESTS[test].p_value(samples) == pytest.approx(expected[what], rel=1e-8)


@pytest.mark.unit
def test_the_table_shows_what_r_gives(teeth):
    made = baseline_table(
        teeth,
        ["len", "size", "tall"],
        by="supp",
        smd=True,
        weights="w",
        tests={"len": "kruskal", "size": "chi-squared", "tall": None},
        policy=INTERNAL,
    )
    assert made.frame[["label", "smd", "smd_weighted", "p"]].to_numpy().tolist() == [
        ["Mean (SD)", "0.49", "0.51", "0.063"],
        ["Median [Q1, Q3]", "", "", ""],
        ["long", "0.57", "0.58", "0.106"],
        ["middle", "", "", ""],
        ["short", "", "", ""],
        ["no", "0.55", "0.57", ""],
        ["yes", "", "", ""],
    ]
    note = " ".join(made.notes)
    assert "len: Kruskal-Wallis test; size: chi-squared test without correction" in note
    assert "No tests" not in note


@pytest.mark.unit
def test_no_test_is_made_unless_asked_for(teeth):
    made = baseline_table(teeth, ["len"], by="supp", smd=True)
    assert [column.label for column in made.columns] == ["OJ", "VC", "Overall", "SMD"]
    assert any(note.startswith("No tests: ") for note in made.notes)
    assert [c.label for c in baseline_table(teeth, ["len"], by="supp").columns][-1] == "Overall"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("counts", "difference"),
    [
        ([[10, 10], [10, 10]], 0.0),
        ([[10, 0], [20, 0]], 0.0),
        ([[10, 0], [0, 10]], np.inf),
        ([[10, 0, 0], [0, 5, 5]], np.inf),
        ([[10, 10, 0, 0], [0, 0, 5, 5]], np.inf),
        ([[0, 0], [3, 4]], np.nan),
    ],
)
def test_groups_with_all_or_nothing_in_common(counts, difference):
    found = category_difference(np.array(counts, dtype=float))
    assert found == pytest.approx(difference, abs=1e-12, nan_ok=True)


@pytest.mark.identity
def test_equal_weights_of_any_size_change_nothing(teeth):
    for value in ("len", "size"):
        plain = standardized_difference(teeth[value], teeth["supp"])
        weighted = standardized_difference(
            teeth[value], teeth["supp"], weights=pd.Series(7.0, index=teeth.index)
        )
        assert weighted == pytest.approx(plain, rel=1e-12)


@pytest.mark.identity
def test_two_categories_are_the_usual_formula():
    p, q = 0.3, 0.55
    found = category_difference(np.array([[60.0, 140.0], [110.0, 90.0]]))
    assert found == pytest.approx(abs(p - q) / np.sqrt((p * (1 - p) + q * (1 - q)) / 2))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"by": None, "smd": True}, DataError, "two groups or more"),
        ({"by": "supp", "tests": {"len": "canary"}}, ColumnError, "unknown tests; allowed are"),
        ({"by": "supp", "tests": {"len": "fisher"}}, ColumnError, "allowed are welch"),
        ({"by": "supp", "tests": {"size": "anova"}}, ColumnError, "allowed are chi-squared"),
        ({"by": "supp", "tests": {"size": "fisher"}}, DataError, "two groups by two categories"),
        ({"by": "dose", "tests": {"len": "welch"}}, DataError, "compare two groups"),
        ({"by": "supp", "tests": {"canary2": "anova"}}, ColumnError, "absent"),
        ({"by": "supp", "statistics": {"len": "canary"}}, ColumnError, "both, mean, median"),
    ],
)
def test_comparisons_that_cannot_be_made_are_refused(teeth, options, error, match):
    with pytest.raises(error, match=match) as refusal:
        baseline_table(teeth, ["len", "size"], policy=INTERNAL, **options)
    assert not re.search(r"canary\b", str(refusal.value))


@pytest.mark.unit
def test_weights_that_are_none_are_refused(teeth):
    for bad in (-1.0, np.nan, np.inf):
        with pytest.raises(DataError, match="1 weights are missing, negative or infinite"):
            standardized_difference(
                teeth["len"], teeth["supp"], weights=teeth["w"].where(teeth.index != 3, bad)
            )


@pytest.mark.unit
def test_one_statistic_of_a_number(teeth):
    made = baseline_table(teeth, ["len"], by="supp", statistics={"len": "median"}, smd=True)
    assert made.frame["label"].tolist() == ["Median [Q1, Q3]"]
    assert made.frame["smd"].tolist() == ["0.49"]


@pytest.mark.unit
def test_patients_without_a_group_are_not_compared(teeth):
    lost = teeth.assign(supp=teeth["supp"].where(teeth.index % 7 > 0))
    made = baseline_table(lost, ["len"], by="supp", smd=True, policy=INTERNAL)
    known = standardized_difference(lost["len"], lost["supp"])
    assert made.frame["smd"].iloc[0] == f"{known:.2f}"


# --- What an attacker learns from the comparisons ------------------------------------------------


def _patients(n_few: int) -> pd.DataFrame:
    """Two arms of 60; in the first, so many are left-handed, and have a known weight."""
    rng = np.random.default_rng(n_few)
    hand = ["left"] * n_few + ["right"] * (60 - n_few) + ["left"] * 25 + ["right"] * 35
    frame = pd.DataFrame({"arm": ["IV"] * 60 + ["IM"] * 60, "hand": hand})
    frame["weight_kg"] = rng.normal(80, 9, 120).round()
    frame.loc[frame.index[n_few:60], "weight_kg"] = np.nan
    return frame


@pytest.mark.truth
@pytest.mark.parametrize("n_few", range(1, 15))
def test_a_difference_is_shown_only_beside_all_that_it_is_computed_from(n_few):
    made = baseline_table(
        _patients(n_few),
        ["hand", "weight_kg"],
        by="arm",
        smd=True,
        tests={"hand": "chi-squared", "weight_kg": "kruskal"},
    )
    hands = made.frame[made.frame["group"].eq("hand")]
    counts = hands[["column_0", "column_1"]].to_numpy()
    is_told = all(re.match(r"[1-9]|0$", text) for text in counts.ravel())
    assert is_told == (n_few >= 11)
    smd, p = hands[["smd", "p"]].iloc[0]
    if not is_told:
        assert (smd, p) == ("—", "—")
        return
    # what anybody can compute from the shown counts, and no more
    read = np.array([[int(text.split(" ")[0]) for text in column] for column in counts.T])
    assert smd == f"{category_difference(read.astype(float)):.2f}"
    assert release(made).hidden >= 0


@pytest.mark.truth
@pytest.mark.parametrize("n_few", [3, 10, 11])
def test_a_difference_of_means_needs_the_means(n_few):
    made = baseline_table(
        _patients(n_few), ["weight_kg"], by="arm", smd=True, tests={"weight_kg": "kruskal"}
    )
    first = made.frame.iloc[0]
    shown = first[["column_0", "column_1"]].ne("—").all()
    assert shown == (n_few >= 11)
    assert (first["smd"] != "—") == shown


@pytest.mark.truth
def test_a_test_of_a_number_needs_the_numbers_of_missing_values():
    frame = _patients(60).assign(hand="left")
    frame.loc[[5, 6, 7], "weight_kg"] = np.nan
    made = baseline_table(frame, ["weight_kg"], by="arm", smd=True, tests={"weight_kg": "welch"})
    missing = made.frame[made.frame["label"].eq("Missing")].iloc[0]
    assert missing["column_0"] == "<11" or missing["column_1"] == "<11"
    assert made.frame["p"].iloc[0] == "—"
    assert made.frame["smd"].iloc[0] != "—"


@pytest.mark.truth
def test_a_number_of_two_values_is_a_count_in_disguise():
    frame = _patients(20).assign(flag=lambda f: (f.index % 20 == 0).astype(int))
    made = baseline_table(frame, ["flag"], by="arm", smd=True, tests={"flag": "kruskal"})
    assert set(made.frame.iloc[0][["column_0", "column_1", "smd", "p"]]) == {"—"}
    assert made.frame.iloc[1]["column_0"] == "—"
    many = frame.assign(flag=[0, 1] * 60)
    table = baseline_table(many, ["flag"], by="arm", smd=True)
    assert table.frame.iloc[0][["column_0", "smd"]].tolist() == ["0.5 (0.5)", "0.00"]


@pytest.mark.truth
def test_heavy_weights_of_a_few_hide_the_weighted_difference():
    frame = _patients(20).assign(w=1.0)
    even = baseline_table(frame, ["hand"], by="arm", weights="w").frame
    assert even["smd"].iloc[0] == even["smd_weighted"].iloc[0] != "—"
    frame.loc[[0, 1, 2], "w"] = 500.0
    uneven = baseline_table(frame, ["hand"], by="arm", weights="w").frame
    assert uneven["smd_weighted"].iloc[0] == "—"
    assert uneven["smd"].iloc[0] == even["smd"].iloc[0]


@pytest.mark.truth
def test_a_policy_that_rounds_shows_no_difference():
    made = baseline_table(
        _patients(20), ["hand"], by="arm", smd=True, policy=named_policy("7 with rounding to 5")
    )
    assert made.frame["smd"].iloc[0] == "—"
