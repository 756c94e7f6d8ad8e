"""Patients count in each of their indications."""

import pytest

from analysis.errors import DataError
from analysis.outcomes import any_indication, indications, treated_patients
from analysis.outcomes.indications import indication_pairs
from tests.builders import CLEAN, clean_study, without_column

unit, identity = pytest.mark.unit, pytest.mark.identity


@unit
def test_counts_by_primary_and_by_any_indication():
    # primary: depression p1 p3, bipolar p4, anxiety p5, PTSD p2; further: p1 PTSD and anxiety,
    # p3 substance use
    assert indications(clean_study()).to_numpy().tolist() == [
        ["depression", 2, 2],
        ["bipolar depression", 1, 1],
        ["anxiety", 1, 2],
        ["PTSD", 1, 2],
        ["substance use", 0, 1],
    ]


@unit
def test_without_further_indications_both_counts_are_the_same():
    study = clean_study(subjects=without_column(CLEAN["subjects"], "secondary_indications"))
    counts = indications(study)
    assert counts["primary"].tolist() == counts["any"].tolist() == [2, 1, 1, 1]


@unit
def test_an_indication_that_is_named_twice_counts_once():
    text = CLEAN["subjects"].replace("PTSD;anxiety", "PTSD;depression;PTSD")
    counts = indications(clean_study(subjects=text)).set_index("indication")["any"]
    assert counts["depression"] == 2
    assert counts["PTSD"] == 2


@unit
def test_each_patient_is_paired_with_each_indication_once():
    pairs = indication_pairs(clean_study().table("subjects").iloc[:3])
    assert pairs["indication"].to_dict() == {
        0: "depression", 1: "PTSD", 2: "depression", 3: "PTSD", 4: "anxiety", 5: "substance use",
    }  # fmt: skip
    assert pairs["subject_id"].tolist() == ["p1", "p2", "p3", "p1", "p1", "p3"]
    assert pairs.attrs["patient_level"] is True
    repeated = indication_pairs(clean_study().table("subjects").iloc[[0, 0]])
    assert repeated.index.tolist() == [0, 1, 2]


@unit
@pytest.mark.parametrize(
    ("indication", "patients"),
    [
        ("PTSD", ["p1", "p2"]),
        ("anxiety", ["p1", "p5"]),
        ("depression", ["p1", "p3"]),  # not bipolar depression
        ("substance use", ["p3"]),
    ],
)
def test_patients_with_an_indication(indication, patients):
    study = clean_study()
    some = any_indication(study, indication)
    assert some.table("subjects")["subject_id"].tolist() == patients
    assert some.title == f"Five invented patients: patients with {indication}"
    for name, frame in some.tables.items():
        assert set(frame["subject_id"]) <= set(patients)
        whole = study.table(name)
        assert len(frame) == whole["subject_id"].isin(patients).sum()
        assert list(frame.columns) == list(whole.columns)
    assert len(study.table("subjects")) == 5
    treated = set(treated_patients(study)["subject_id"]) & set(patients)
    assert set(treated_patients(some)["subject_id"]) == treated


@unit
@pytest.mark.parametrize("indication", ["OCD", "Jane Doe", ""])
def test_an_indication_that_nobody_has_is_refused(indication):
    with pytest.raises(DataError, match="The data hold: depression, bipolar depression") as caught:
        any_indication(clean_study(), indication)
    assert "Jane" not in str(caught.value)


@unit
def test_a_patient_without_an_indication_counts_nowhere():
    text = CLEAN["subjects"].replace("p5,B,19,female,anxiety", "p5,B,19,female,")
    counts = indications(clean_study(subjects=text))
    assert counts["primary"].sum() == 4


@identity
def test_the_study_of_an_indication_has_as_many_patients_as_are_counted():
    study = clean_study()
    for name, count in indications(study)[["indication", "any"]].itertuples(index=False):
        assert len(any_indication(study, name).table("subjects")) == count
