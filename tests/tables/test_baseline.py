"""Table 1."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure import INTERNAL
from analysis.errors import ColumnError, DataError, DisclosureError
from analysis.tables import baseline_table


def cohort(n: int = 200, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "route": rng.choice(["IV", "IM", "nasal"], n, p=[0.6, 0.35, 0.05]),
            "sex": rng.choice(["female", "male", "other"], n, p=[0.58, 0.37, 0.05]),
            "age": rng.normal(45, 13, n).round(),
            "prior": rng.integers(0, 2, n).astype(bool),
        }
    )
    frame.loc[rng.choice(n, n // 12, replace=False), "age"] = np.nan
    return frame


@pytest.mark.unit
def test_categories_numbers_and_missing_by_hand() -> None:
    frame = pd.DataFrame(
        {
            "sex": ["f"] * 60 + ["m"] * 25 + [None] * 15,
            "age": [40.0] * 44 + [60.0] * 44 + [np.nan] * 12,
        }
    )
    made = baseline_table(frame, ["sex", "age"], labels={"sex": "Sex", "age": "Age, years"})
    assert made.inline(("Sex", "f"), "Overall") == "60 (60.0%)"
    assert made.inline(("Sex", "Missing"), "Overall") == "15 (15.0%)"
    # mean 50, sample SD 10 * sqrt(88 / 87)
    assert made.inline("Mean (SD)", "Overall") == "50.0 (10.1)"
    assert made.inline("Median [Q1, Q3]", "Overall") == "50.0 [40.0, 60.0]"
    assert made.inline(("Age, years", "Missing"), "Overall") == "12 (12.0%)"
    assert made.columns[0].sublabel == "n = 100"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("n", "mean", "median"),
    [
        (10, "—", "—"),
        (11, "50.0 (0.0)", "—"),
        (22, "50.0 (0.0)", "50.0"),
        (43, "50.0 (0.0)", "50.0"),
        (44, "50.0 (0.0)", "50.0 [50.0, 50.0]"),
    ],
)
def test_quantiles_need_eleven_on_each_side(n: int, mean: str, median: str) -> None:
    frame = pd.DataFrame({"age": [50.0] * n + [np.nan] * (100 - n)})
    made = baseline_table(frame, ["age"])
    assert made.inline("Mean (SD)", "Overall") == mean
    assert made.inline("Median [Q1, Q3]", "Overall") == median


@pytest.mark.unit
def test_small_group_loses_everything_and_takes_another_with_it() -> None:
    frame = pd.DataFrame(
        {"site": ["A"] * 40 + ["B"] * 30 + ["C"] * 6, "age": np.arange(76.0), "x": ["u", "v"] * 38}
    )
    made = baseline_table(frame, ["age", "x"], by="site")
    sublabels = [column.sublabel for column in made.columns]
    assert sublabels[2] in {"n <11", "n —"}
    assert sublabels[:2].count("n —") == 1
    assert made.inline("Mean (SD)", "C") == "—"
    assert [made.inline("Mean (SD)", site) for site in "AB"].count("—") == 1
    assert re.fullmatch(r"\d+\.\d \(\d+\.\d\)", made.inline("Mean (SD)", "Overall"))


@pytest.mark.unit
def test_mean_hidden_alone_would_follow_from_the_overall_mean() -> None:
    frame = pd.DataFrame({"site": ["A"] * 60 + ["B"] * 50 + ["C"] * 40})
    frame["score"] = np.where(np.arange(150) < 115, 10.0, np.nan)  # 5 of C have a score
    made = baseline_table(frame, ["score"], by="site")
    means = [made.inline("Mean (SD)", site) for site in ("A", "B", "C", "Overall")]
    assert means == ["10.0 (0.0)", "—", "—", "10.0 (0.0)"]


@pytest.mark.unit
def test_no_percentage_beside_a_hidden_count() -> None:
    frame = baseline_table(cohort(), ["sex", "prior"], by="route").to_frame()
    cells = frame.drop(columns=["group", "label"]).to_numpy().ravel()
    assert any(cell == "<11" for cell in cells)
    assert not any(re.search(r"(<11|—).*%", cell) for cell in cells)


@pytest.mark.unit
def test_no_minimum_maximum_or_p_value() -> None:
    text = baseline_table(cohort(), ["age", "sex"], by="route").summary().lower()
    assert not re.search(r"\bp[ -]?value|\brange\b|\bmin\b|\bmax\b", text)


@pytest.mark.unit
def test_order_of_categories_is_kept_and_booleans_are_words() -> None:
    frame = pd.DataFrame(
        {
            "level": pd.Categorical(["low"] * 30 + ["high"] * 30, ["low", "high"], ordered=True),
            "flag": [True] * 40 + [False] * 20,
        }
    )
    labels = baseline_table(frame, ["level", "flag"]).to_frame()["label"].tolist()
    assert labels == ["low", "high", "Yes", "No"]


@pytest.mark.unit
def test_category_with_the_name_of_the_observed_has_its_row() -> None:
    frame = pd.DataFrame(
        {"status": ["(observed)"] * 30 + ["left"] * 20, "age": [40.0] * 38 + [np.nan] * 12}
    )
    made = baseline_table(frame, ["status", "age"])
    assert made.to_frame()["label"].tolist() == [
        *("(observed)", "left", "Mean (SD)", "Median [Q1, Q3]", "Missing")
    ]
    assert made.inline("(observed)", "Overall") == "30 (60.0%)"


@pytest.mark.unit
def test_internal_audience_sees_true_counts_and_is_told_so() -> None:
    frame = pd.DataFrame({"sex": ["f"] * 30 + ["m"] * 4})
    made = baseline_table(frame, ["sex"], policy=INTERNAL)
    assert made.inline("m", "Overall") == "4 (11.8%)"
    assert any("Confidential" in note for note in made.notes)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("frame", "variables", "error", "match"),
    [
        (pd.DataFrame({"age": [1.0]}), ["weight"], ColumnError, "weight"),
        (pd.DataFrame({"age": []}), ["age"], ColumnError, "no rows"),
        (
            pd.DataFrame({"day": pd.to_datetime(["2020-01-01"])}),
            ["day"],
            ColumnError,
            "rel_day",
        ),
        (
            pd.DataFrame({"note": [f"canary-{i}" for i in range(31)]}),
            ["note"],
            DisclosureError,
            "31 categories",
        ),
    ],
)
def test_what_cannot_be_described_is_refused(
    frame: pd.DataFrame, variables: list[str], error: type[Exception], match: str
) -> None:
    with pytest.raises(error, match=match) as refusal:
        baseline_table(frame, variables)
    assert "canary" not in str(refusal.value)


@pytest.mark.unit
def test_patients_without_a_group_have_a_column() -> None:
    frame = pd.DataFrame({"site": ["A"] * 30 + [None] * 20, "x": ["u"] * 50})
    assert [c.label for c in baseline_table(frame, ["x"], by="site").columns] == [
        "A",
        "Missing",
        "Overall",
    ]


@pytest.mark.unit
@pytest.mark.parametrize("dtype", ["object", "string", "category"])
@pytest.mark.parametrize("by", [None, "x"])
def test_a_category_named_missing_beside_missing_values_is_refused(
    dtype: str, by: str | None
) -> None:
    column = pd.Series(["Missing"] * 20 + ["canary"] * 20 + [None] * 20, dtype=dtype)
    frame = pd.DataFrame({"x": column, "y": ["u"] * 60})
    with pytest.raises(DataError, match=r'x has a category named "Missing".*Rename') as refusal:
        baseline_table(frame, ["y"] if by else ["x"], by=by)
    assert "canary" not in str(refusal.value)
    assert refusal.value.__context__ is None
    whole = baseline_table(frame.dropna(), ["x"])
    assert whole.inline("Missing", "Overall") == "20 (50.0%)"


@pytest.mark.unit
def test_a_group_named_overall_is_refused() -> None:
    frame = pd.DataFrame({"site": ["Overall"] * 30 + ["canary"] * 20, "x": ["u"] * 50})
    with pytest.raises(DataError, match=r'site has a group named "Overall".*Rename') as refusal:
        baseline_table(frame, ["x"], by="site")
    assert "canary" not in str(refusal.value)
    assert baseline_table(frame, ["site"]).inline("Overall", "Overall") == "30 (60.0%)"


@pytest.mark.truth
@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), n=st.integers(20, 160))
def test_no_count_from_one_to_ten_is_printed_or_subtracted(seed: int, n: int) -> None:
    made = baseline_table(cohort(n, seed), ["sex", "age", "prior"], by="route")
    frame = made.to_frame()
    frame = frame[~frame["label"].str.contains("Mean|Median")]
    columns = frame.drop(columns=["group", "label"])
    counts = columns.map(lambda text: float(m.group()) if (m := re.match(r"\d+", text)) else np.nan)
    shown = counts.to_numpy()
    assert not ((shown > 0) & (shown < 11)).any()
    # one hidden cell in a row with its total shown is a subtraction away
    hidden = np.isnan(shown[:, :-1])
    left = shown[:, -1] - np.nansum(shown[:, :-1], axis=1)
    single = (hidden.sum(axis=1) == 1) & ~np.isnan(shown[:, -1])
    assert (left[single] >= 11).all()


@pytest.mark.identity
def test_order_of_patients_does_not_matter() -> None:
    frame = cohort()
    mixed = frame.sample(frac=1, random_state=3)
    first, second = (baseline_table(f, ["sex", "age"], by="route") for f in (frame, mixed))
    assert first.summary() == second.summary()
