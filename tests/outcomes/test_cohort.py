"""Who started, and what was known at the first treatment."""

import pandas as pd
import pytest

from analysis.outcomes import treated_patients
from tests.builders import CLEAN, clean_study, with_cell

unit, identity = pytest.mark.unit, pytest.mark.identity


@unit
def test_the_treated_are_the_subjects_with_a_session():
    patients = treated_patients(clean_study()).set_index("subject_id")
    assert list(patients.index) == ["p1", "p2", "p3", "p4"]  # p5 was never treated
    assert patients["route"].tolist() == ["IV", "IM", "IN", "SL"]
    assert patients["route"].cat.categories.tolist() == ["IM", "IN", "IV", "SL"]  # PO came later
    assert patients["agent"].tolist() == ["ketamine", "ketamine", "esketamine", "ketamine"]
    assert patients["dose_mg"].tolist()[0] == 35
    assert patients["n_induction"].tolist() == [2, 1, 1, 1]
    assert patients["baseline"].fillna(-1).tolist() == [18, 27, -1, -1]
    assert patients["observed_until_day"].tolist() == [120, 10, 60, 300]
    assert patients["last_contact_day"].tolist() == [40, 0, 14, 200]


@unit
def test_a_patient_without_induction_sessions_has_none():
    text = with_cell(CLEAN["sessions"], "phase", "maintenance", row=3)
    patients = treated_patients(clean_study(sessions=text)).set_index("subject_id")
    assert patients.loc["p2", "n_induction"] == 0


@unit
def test_the_scale_of_the_baseline_can_be_chosen():
    patients = treated_patients(clean_study(), instrument="MADRS")
    assert patients["baseline"].fillna(-1).tolist() == [31, -1, -1, -1]


@identity
def test_the_order_of_rows_does_not_matter():
    study, other = clean_study(), clean_study()
    for name, frame in other.tables.items():
        other.tables[name] = frame.iloc[::-1].reset_index(drop=True)
    frames = [
        treated_patients(each).sort_values("subject_id", ignore_index=True)
        for each in (study, other)
    ]
    pd.testing.assert_frame_equal(*frames)
