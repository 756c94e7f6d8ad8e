"""What names of columns and codes say."""
# ruff: noqa: E501 - a case reads best on its line

import pytest

from analysis.privacy.files.table_columns import column_role, looks_like_code

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("subject_id", "id"), ("Patient ID", "id"), ("USUBJID", "id"), ("record_id", "id"), ("MRN", "id"), ("Patientennummer", "id"),
        ("last_name", "id"), ("email", "id"), ("Geburtsdatum", "id"), ("age_years", "person"), ("PHQ-9 total", "person"),
        ("phq9_week4", "person"), ("sex", "person"), ("notes", "person"), ("zip", "person"), ("n", "aggregate"),
        ("n_patients", "aggregate"), ("mean_phq9", "aggregate"), ("PHQ9 mean", "aggregate"), ("std_error", "aggregate"),
        ("% of observed", "aggregate"), ("conf_low", "aggregate"), ("%", "aggregate"), ("id", "weak id"), ("site_id", ""),
        ("item_no", ""), ("instrument", ""), ("arm_id", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_role_of_a_column(header, role):
    assert column_role(header) == role


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("p000017", True), ("P001", True), ("KX-1042", True), ("S01-004", True), ("KET-2019-0042", True), ("SUBJ_17", True),
        ("k3f9q2", True), ("PHQ-9", False), ("GAD-7", False), ("F33.2", False), ("44249-1", False), ("week4", False), ("V3", False),
        ("int64", False), ("10442", False), ("0.5mg", False), ("KEY-001", False), ("N01AX03", False), ("PMC3725185", False),
        ("anand-2023", False), ("PAT-2001", True), ("pat-2001", True), ("report-2024-11", False), ("clinic-a", False), ("python3", False), ("054076e7d646ace58c5de15607d623d6", False), ("", False),
    ],
)  # fmt: skip
def test_codes_of_patients_and_others(word, code):
    assert looks_like_code(word) is code
