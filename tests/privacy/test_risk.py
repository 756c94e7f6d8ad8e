"""Risk figures against published tables and tables worked by hand."""

import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError
from analysis.privacy import reidentification_risk, trajectory_uniqueness
from tests.builders import clean_study

HEART, VIRAL, CANCER = "heart disease", "viral infection", "cancer"


def table(zips, ages, conditions):
    return pd.DataFrame({"zip": zips, "age": ages, "condition": conditions})


# Machanavajjhala et al. 2007, figure 2: a 4-anonymous table of twelve inpatients, of whom the
# last four all have cancer; and figure 3: the same patients, 3-diverse.
FOUR_ANONYMOUS = table(
    ["130**"] * 4 + ["1485*"] * 4 + ["130**"] * 4,
    ["<30"] * 4 + [">=40"] * 4 + ["3*"] * 4,
    [HEART, HEART, VIRAL, VIRAL, CANCER, HEART, VIRAL, VIRAL, CANCER, CANCER, CANCER, CANCER],
)
THREE_DIVERSE = table(
    ["1305*"] * 4 + ["1485*"] * 4 + ["1306*"] * 4,
    ["<=40"] * 4 + [">40"] * 4 + ["<=40"] * 4,
    [HEART, VIRAL, CANCER, CANCER, CANCER, HEART, VIRAL, VIRAL, HEART, VIRAL, CANCER, CANCER],
)


@pytest.mark.reference
@pytest.mark.parametrize(("frame", "distinct_l"), [(FOUR_ANONYMOUS, 1), (THREE_DIVERSE, 3)])
def test_published_tables(frame, distinct_l):
    risk = reidentification_risk(frame, ["zip", "age"], sensitive="condition")
    assert (risk.n_records, risk.n_classes, risk.k, risk.distinct_l) == (12, 3, 4, distinct_l)
    assert (risk.prosecutor_max, risk.prosecutor_mean, risk.sample_uniques) == (0.25, 0.25, 0)


@pytest.mark.unit
def test_a_table_worked_by_hand():
    # Classes: (30, f) twice, (30, m) once, (41, f) three times, (missing, m) once.
    frame = pd.DataFrame(
        {
            "age": [30, 30, 30, 41, 41, 41, None],
            "sex": ["f", "f", "m", "f", "f", "f", "m"],
            "outcome": ["a", "b", "a", "a", "a", None, "b"],
        }
    )
    risk = reidentification_risk(frame, ["age", "sex"], sensitive="outcome")
    assert (risk.n_records, risk.n_classes, risk.k, risk.distinct_l) == (7, 4, 1, 1)
    assert (risk.sample_uniques, risk.share_unique) == (2, 2 / 7)
    assert (risk.prosecutor_max, risk.prosecutor_mean) == (1.0, 4 / 7)
    assert risk.class_sizes.to_numpy().tolist() == [[1, 2, 2], [2, 1, 2], [3, 1, 3]]
    assert risk.glance()["k"].tolist() == [1]


@pytest.mark.unit
def test_without_a_sensitive_column_there_is_no_diversity():
    risk = reidentification_risk(FOUR_ANONYMOUS, ["zip"])
    assert risk.distinct_l is None
    assert (risk.k, risk.n_classes) == (4, 2)


@pytest.mark.unit
def test_columns_and_rows_are_needed():
    with pytest.raises(ColumnError, match="quasi-identifiers"):
        reidentification_risk(FOUR_ANONYMOUS, [])
    with pytest.raises(ColumnError, match="quasi-identifiers"):
        reidentification_risk(FOUR_ANONYMOUS, ["absent"])
    with pytest.raises(DataError, match="no rows"):
        reidentification_risk(FOUR_ANONYMOUS.iloc[:0], ["zip"])


def with_sessions(rows):
    """Make a study of patients with days and doses."""
    study = clean_study()
    made = pd.DataFrame(
        [
            {"subject_id": one, "session_no": n, "rel_day": day, "dose_mg": dose}
            for one, visits in rows.items()
            for n, (day, dose) in enumerate(visits, start=1)
        ]
    )
    study.tables["sessions"] = made
    return study


@pytest.mark.unit
def test_trajectories_worked_by_hand():
    study = with_sessions(
        {
            "a": [(0, 40.0), (3, 40.0), (7, 45.0)],
            "b": [(0, 40.0), (3, 40.0), (8, 45.0)],
            "c": [(0, 40.0), (3, 50.0)],
            "d": [(0, 35.0), (4, 35.0)],
            "e": [(0, 40.0)],
        }
    )
    result = trajectory_uniqueness(study, n_visits=3)
    assert result["n_visits"].tolist() == [1, 2, 3]
    assert result["patients"].tolist() == [5, 5, 5]
    # Days: all alike at one visit; d and e alone at two; everybody alone at three.
    assert result["unique_days"].tolist() == [0, 2, 5]
    # With doses: d alone at one; c, d and e alone at two.
    assert result["unique"].tolist() == [1, 3, 5]
    assert result["share_unique_days"].tolist() == [0.0, 0.4, 1.0]
    assert result["share_unique"].tolist() == [0.2, 0.6, 1.0]


@pytest.mark.identity
def test_trajectories_do_not_depend_on_the_order_of_rows_or_names():
    rows = {f"p{i}": [(0, 40.0), (i % 3, 40.0 + i % 2)] for i in range(9)}
    study = with_sessions(rows)
    expected = trajectory_uniqueness(study)
    sessions = study.tables["sessions"]
    study.tables["sessions"] = sessions.iloc[::-1].assign(
        subject_id=sessions["subject_id"].map(lambda name: f"q{9 - int(name[1:])}")
    )
    pd.testing.assert_frame_equal(trajectory_uniqueness(study), expected)
    assert expected["unique"].is_monotonic_increasing


@pytest.mark.unit
def test_trajectories_need_sessions_and_visits():
    with pytest.raises(DataError, match="1 or more"):
        trajectory_uniqueness(clean_study(), n_visits=0)
