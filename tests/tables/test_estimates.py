"""Tables of estimates, proportions and findings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL
from analysis.errors import ColumnError
from analysis.tables import (
    estimates_table,
    findings_table,
    response_table,
)

pytestmark = pytest.mark.unit


@pytest.fixture
def tidy() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "contrast": ["IM - IV", "IM - IV"],
            "week": [4.0, 8.0],
            "estimate": [-1.234, -0.0004],
            "std_error": [0.5, 0.5],
            "df": [200.0, 200.0],
            "statistic": [-2.468, 0.0],
            "p_value": [0.0144, 0.0000001],
            "conf_low": [-2.22, -np.inf],
            "conf_high": [-0.25, 0.98],
        }
    )


def test_estimates_with_intervals_and_words(tidy: pd.DataFrame) -> None:
    made = estimates_table(tidy, labels={"IM - IV": "IM minus IV", "week": "Week"}, digits=1)
    frame = made.to_frame()
    assert frame["label"].tolist() == ["IM minus IV"] * 2
    assert frame["estimate"].tolist() == ["−1.2", "0.0"]  # no minus zero
    assert frame["interval"].tolist() == ["−2.2 to −0.2", "−∞ to 1.0"]
    assert [c.label for c in made.columns] == ["Week", "Estimate", "95% CI", "p"]


def test_p_values_stay_out_when_the_column_does(tidy: pd.DataFrame) -> None:
    made = estimates_table(tidy.drop(columns="p_value"))
    assert "p" not in [column.key for column in made.columns]


def test_level_of_the_interval_is_named(tidy: pd.DataFrame) -> None:
    tidy.attrs["conf_level"] = 0.9
    assert estimates_table(tidy).columns[2].label == "90% CI"


def test_estimates_of_few_patients_are_hidden(tidy: pd.DataFrame) -> None:
    made = estimates_table(tidy.assign(n=[40, 7])).to_frame()
    assert made.loc[1, ["n", "estimate", "interval", "p"]].tolist() == ["<11", "—", "—", "—"]
    assert made.loc[0, "n"] == "40"
    internal = estimates_table(tidy.assign(n=[40, 7]), policy=INTERNAL).to_frame()
    assert internal.loc[1, "n"] == "7"


def test_frame_without_interval_is_refused() -> None:
    with pytest.raises(ColumnError, match="conf_low"):
        estimates_table(pd.DataFrame({"term": ["a"], "estimate": [1.0]}))


@pytest.fixture
def rates() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "measure": ["response"] * 3 + ["remission"] * 3,
            "site_id": ["All", "A", "B"] * 2,
            "started": [222, 120, 102] * 2,
            "evaluable": [202, 107, 95] * 2,
            "observed": [143, 80, 63] * 2,
            "n": [75, 47, 28, 24, 19, 5],
        }
    )
    share = frame["n"] / frame["observed"]
    return frame.assign(
        estimate=share,
        conf_low=share - 0.1,
        conf_high=share + 0.1,
        estimate_missing_as_no=frame["n"] / frame["evaluable"],
    )


def test_response_table_keeps_measures_together_and_the_total_last(rates: pd.DataFrame) -> None:
    mixed = rates.iloc[[0, 3, 1, 4, 2, 5]]
    frame = response_table(mixed, total="All", labels={"response": "Response"}).to_frame()
    assert frame["group"].tolist() == ["Response"] * 3 + ["remission"] * 3
    assert frame["label"].tolist() == ["A", "B", "All"] * 2


def test_response_table_names_a_missing_group(rates: pd.DataFrame) -> None:
    frame = rates.assign(site_id=rates["site_id"].replace("B", None))
    made = response_table(frame, total="All")
    assert made.to_frame()["label"].tolist() == ["A", "not recorded", "All"] * 2
    assert made.inline(("response", "not recorded"), "observed") == "63"


def test_response_table_shows_three_denominators(rates: pd.DataFrame) -> None:
    made = response_table(rates[rates["site_id"].ne("All")])
    assert [c.label for c in made.columns][:3] == ["Started", "Evaluable", "Observed"]
    assert made.inline(("response", "A"), "observed") == "80"
    assert made.inline(("response", "A"), "estimate") == "58.8 (48.8 to 68.8)"
    assert made.inline(("response", "B"), "evaluable") == "92–101"
    assert made.inline(("response", "B"), "estimate_missing_as_no") == "27.7–30.4"


def test_few_responders_lose_their_percentages(rates: pd.DataFrame) -> None:
    made = response_table(rates[rates["site_id"].ne("All")])
    row = ("remission", "B")
    keys = ("n", "estimate", "estimate_missing_as_no")
    assert [made.inline(row, key) for key in keys] == ["<11", "—", "—"]


def test_total_takes_a_second_clinic_with_it(rates: pd.DataFrame) -> None:
    made = response_table(rates, total="All")
    shown = [made.inline(("remission", site), "n") for site in ("A", "B", "All")]
    assert "5" not in shown
    assert sum(text.isdigit() for text in shown) <= 1


def test_definitions_that_were_not_verified_are_said_under_the_table(rates: pd.DataFrame) -> None:
    note = "mcid: at least 5 points. Not verified: confirm it in the source."
    rates.attrs["unverified"] = (note,)
    table = response_table(rates, notes=["First."])
    assert table.notes[:2] == ("First.", note)
    named = response_table(rates, labels={"mcid": "Minimal difference"})
    assert named.notes[0] == (
        "Minimal difference: at least 5 points. Not verified: confirm it in the source."
    )


def test_a_missing_score_is_no_cautious_reading_of_harm(rates: pd.DataFrame) -> None:
    warning = (
        "% of evaluable counts a missing score as without the outcome: cautious for response, not "
        "for deterioration."
    )
    assert warning not in response_table(rates).notes
    rates.attrs["worsening"] = ("deterioration",)
    assert warning in response_table(rates).notes
    without = rates.drop(columns="estimate_missing_as_no")
    assert warning not in response_table(without).notes


def test_names_of_measures_are_read_as_words(rates: pd.DataFrame) -> None:
    named = rates.assign(measure=rates["measure"].replace("response", "reliable_improvement"))
    group = response_table(named).frame["group"]
    assert "reliable improvement" in group.tolist()
    words = response_table(named, labels={"reliable_improvement": "Better"}).frame["group"]
    assert "Better" in words.tolist()


def test_findings_are_masked_and_placed() -> None:
    findings = pd.DataFrame(
        {
            "rule": ["KEY-001", "RNG-002"],
            "severity": ["error", "warning"],
            "table": ["subjects", "sessions"],
            "column": ["subject_id", ""],
            "count": pd.array([3, None], dtype="Int64"),
            "what": ["Twice.", "Empty."],
            "remedy": ["Once.", "Fill."],
        }
    )
    frame = findings_table(findings).to_frame()
    assert frame["place"].tolist() == ["subjects.subject_id", "sessions"]
    assert frame["count"].tolist() == ["<11", ""]
    assert findings_table(findings, policy=INTERNAL).to_frame()["count"].tolist() == ["3", ""]


def test_no_finding_says_so() -> None:
    empty = pd.DataFrame(columns=["rule", "severity", "place", "count", "what", "remedy"])
    assert "No rule is broken" in findings_table(empty).summary()


def test_findings_without_their_columns_are_refused() -> None:
    with pytest.raises(ColumnError, match="remedy"):
        findings_table(pd.DataFrame({"rule": ["A"]}))
