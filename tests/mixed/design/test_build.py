"""Designs: rows, dtypes and names that reach the fit, and designs that are refused."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisError, ColumnError, DataError, ModelError
from analysis.formulas.parsing import read_random
from analysis.mixed import lmm, mmrm
from analysis.mixed.design.build import build_design
from analysis.mixed.design.description import Roles

pytestmark = pytest.mark.unit

DATA = pd.DataFrame(
    {
        "patient": ["b", "a", "b", "a", "c", "c"],
        "visit": ["v2", "v1", "v1", "v2", "v1", "v2"],
        "day": [7.0, 0.0, 1.0, 8.0, 0.0, 6.0],
        "sex": ["F", "M", "F", "M", "F", "F"],
        "clinic": ["c2", "c1", "c2", "c1", "c2", "c2"],
        "w": [1.0, 2.0, 1.5, 0.5, 1.0, 2.5],
        "score": [3.0, 5.0, 9.0, 1.0, 7.0, 4.0],
    }
)


def build(formula="score ~ day", data=DATA, *, subject="patient", random=None, **roles):
    extra = () if random is None else (read_random(random),)
    return build_design(formula, data, Roles(subject=subject, **roles), extra)


def test_rows_are_sorted_by_patient_and_keep_their_order_within():
    design = build("score ~ visit + day")
    assert design.y.tolist() == [5.0, 1.0, 3.0, 9.0, 7.0, 4.0]
    assert design.position.tolist() == [1, 3, 0, 2, 4, 5]
    assert design.panel.starts.tolist() == [0, 2, 4]
    assert design.panel.sizes.tolist() == [2, 2, 2]
    assert list(design.subjects) == ["a", "b", "c"]
    assert (design.subjects.name, list(design.visits)) == ("patient", ["all"])
    assert design.encoding.names == ("Intercept", "visit[T.v2]", "day")
    assert design.columns["day"].data.tolist() == [0.0, 8.0, 7.0, 1.0, 0.0, 6.0]
    assert design.n_rows == 6


def test_rows_are_sorted_by_patient_and_visit():
    design = build(visit="visit", weights="w", coordinates="day")
    assert design.y.tolist() == [5.0, 1.0, 9.0, 3.0, 7.0, 4.0]
    assert design.panel.visit.tolist() == [0, 1, 0, 1, 0, 1]
    assert list(design.visits) == ["v1", "v2"]
    assert design.weights.tolist() == [2.0, 0.5, 1.5, 1.0, 1.0, 2.5]
    assert design.coordinates.tolist() == [0.0, 8.0, 1.0, 7.0, 0.0, 6.0]


def test_groups_and_clinics_are_of_patients():
    design = build(group="sex", clinic="clinic")
    assert (list(design.groups), design.group.tolist()) == (["F", "M"], [1, 0, 0])
    assert (list(design.clinics), design.clinic.tolist()) == (["c1", "c2"], [0, 1, 1])
    assert (design.groups.name, design.clinics.name) == ("sex", "clinic")
    plain = build()
    assert len(plain.groups) == len(plain.clinics) == 0
    assert plain.group.tolist() == [0, 0, 0]


def test_order_of_visits_is_that_of_a_categorical():
    visit = pd.Categorical(DATA["visit"], categories=["v2", "v9", "v1"])
    design = build("score ~ visit", DATA.assign(visit=visit), visit="visit")
    assert list(design.visits) == ["v2", "v1"]
    assert design.y.tolist() == [1.0, 5.0, 3.0, 9.0, 4.0, 7.0]
    assert design.encoding.names == ("Intercept", "visit[T.v1]")


def test_sorted_rows_stay_where_they_are():
    design = build(data=DATA.sort_values(["patient", "visit"]), visit="visit")
    assert design.position.tolist() == [0, 1, 2, 3, 4, 5]


def test_ids_with_leading_zeros_are_different_patients():
    data = DATA.assign(patient=["007", "07", "007", "07", "7", "7"])
    assert list(build(data=data).subjects) == ["007", "07", "7"]


@pytest.mark.parametrize("column", ["score", "day", "visit", "patient", "sex", "w"])
def test_rows_with_a_missing_used_value_are_dropped_and_counted(column):
    data = pd.concat([DATA, DATA.assign(patient=["e", "d", "e", "d", "f", "f"])]).reset_index()
    data.loc[[1, 9], column] = np.nan
    design = build("score ~ visit + day", data, visit="visit", group="sex", weights="w")
    assert design.n_dropped == 2
    assert design.missing == {column: 2}
    assert design.n_rows == 10
    assert not {1, 9} & set(design.position.tolist())


def test_a_row_may_be_missing_in_several_columns():
    data = DATA.copy()
    data.loc[0, ["score", "day"]] = np.nan
    data.loc[1, "day"] = np.nan
    design = build(data=data)
    assert (design.n_dropped, design.missing) == (2, {"score": 1, "day": 2})


def test_missing_values_in_other_columns_do_not_matter():
    assert build(data=DATA.assign(note=[None] * 6)).n_dropped == 0


def test_levels_whose_rows_are_all_incomplete_are_noted():
    data = pd.concat([DATA, DATA.iloc[[0]].assign(visit="v3", score=np.nan, sex="X")])
    design = build("score ~ sex", data.assign(patient=data["patient"]), visit="visit")
    assert design.notes == (
        "sex: 1 level without a complete row left out ('X')",
        "visit: 1 level without a complete row left out ('v3')",
    )
    assert build("score ~ visit").notes == ()


def test_lost_patients_are_not_listed():
    data = pd.concat([DATA, DATA.iloc[[0]].assign(patient="secret-17", score=np.nan)])
    design = build("score ~ visit", data)
    assert design.n_dropped == 1
    assert "secret" not in " ".join(design.notes)


@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_text_of_every_dtype_is_a_factor(dtype):
    design = build("score ~ visit", DATA.astype({"visit": dtype, "patient": dtype}))
    assert design.encoding.names == ("Intercept", "visit[T.v2]")
    assert list(design.subjects) == ["a", "b", "c"]


def test_unused_categories_add_no_column_and_order_is_kept():
    visit = pd.Categorical(DATA["visit"], categories=["v2", "v9", "v1"])
    design = build("score ~ visit", DATA.assign(visit=visit))
    assert design.encoding.names == ("Intercept", "visit[T.v1]")


def test_unused_patients_of_a_categorical_are_no_patients():
    patient = pd.Categorical(DATA["patient"], categories=["z", "c", "b", "a"])
    assert list(build(data=DATA.assign(patient=patient)).subjects) == ["c", "b", "a"]


def test_nullable_numbers_are_read_as_numbers():
    data = DATA.assign(day=[2, 1, 1, 2, 1, 2], week=DATA["day"])
    design = build("score ~ C(day) + week", data.convert_dtypes())
    assert design.encoding.names == ("Intercept", "C(day)[T.2]", "week")


def test_outcome_may_be_a_function():
    design = build("log(score) ~ day")
    np.testing.assert_allclose(design.y, np.log([5.0, 1.0, 3.0, 9.0, 7.0, 4.0]))
    assert design.outcome == "log(score)"


@pytest.mark.parametrize(
    ("formula", "options", "part"),
    [
        ("score ~ dose", {}, "The formula uses 'dose'"),
        ("mood ~ day", {}, "The formula uses 'mood'"),
        ("score ~ day", {"subject": "person"}, "Subject= uses 'person'"),
        ("score ~ day", {"random": "1 + week"}, "The random part uses 'week'"),
        ("score ~ day", {"visit": "when"}, "Visit= uses 'when'"),
        ("score ~ day", {"group": "gender"}, "Covariance_by= uses 'gender'"),
        ("score ~ day", {"clinic": "site"}, "Nested_in= uses 'site'"),
        ("score ~ day", {"weights": "n"}, "Weights= uses 'n'"),
        ("score ~ day", {"coordinates": "t"}, "Coordinates= uses 't'"),
    ],
)
def test_missing_column_is_named_with_the_part_that_asked(formula, options, part):
    with pytest.raises(ColumnError, match=part):
        build(formula, **options)


def test_repeated_column_name_is_refused():
    doubled = pd.concat([DATA, DATA[["day"]]], axis=1)
    with pytest.raises(ColumnError, match="'day' more than once"):
        build(data=doubled)


@pytest.mark.parametrize("formula", ["visit ~ day", "C(score) ~ day", "log(visit) ~ day"])
def test_outcome_must_be_numeric(formula):
    with pytest.raises((ColumnError, ModelError), match="outcome"):
        build(formula)


def test_outcome_that_is_not_finite_is_refused():
    with pytest.raises(DataError, match="outcome is not finite in 2 rows"):
        build("log(day) ~ score")


@pytest.mark.parametrize("column", ["day", "visit"])
def test_dates_are_refused(column):
    dated = DATA.assign(**{column: pd.to_datetime("2025-01-01")})
    with pytest.raises(ColumnError, match=f"'{column}' holds dates"):
        build("score ~ day + visit", dated)


@pytest.mark.parametrize("column", ["score", "day", "w"])
def test_infinite_values_are_refused_with_their_count(column):
    data = DATA.copy()
    data.loc[[0, 3], column] = np.inf
    with pytest.raises(DataError, match=f"'{column}' has 2 infinite"):
        build(data=data, weights="w")


def test_two_rows_at_a_visit_are_refused_with_the_visits():
    data = pd.concat([DATA, DATA.iloc[[0, 0, 4]]])
    with pytest.raises(DataError, match=r"2 patients with .*\('visit': 'v1', 'v2'\)"):
        build(data=data, visit="visit")
    assert build(data=data).n_rows == 9


def test_two_rows_at_one_time_have_no_covariance_over_time():
    data = pd.concat([DATA, DATA.iloc[[0, 0, 4]]])
    with pytest.raises(DataError, match="2 patients with more than one row at the same 'day'"):
        build(data=data, coordinates="day")
    assert build(data=DATA, coordinates="day").coordinates.size == 6


@pytest.mark.parametrize(
    ("role", "column", "argument"),
    [("group", "sex", "covariance_by"), ("clinic", "clinic", "nested_in")],
)
def test_patient_in_two_groups_or_clinics_is_refused(role, column, argument):
    data = DATA.copy()
    data.loc[0, column] = "other"
    with pytest.raises(DataError, match=f"1 patient with .*'{column}', which {argument}="):
        build(data=data, **{role: column})


@pytest.mark.parametrize("bad", [0.0, -1.0])
def test_weights_that_are_not_positive_are_refused(bad):
    data = DATA.copy()
    data.loc[[1, 2], "w"] = bad
    with pytest.raises(DataError, match="weights 'w' are not positive in 2 rows"):
        build(data=data, weights="w")


@pytest.mark.parametrize("role", ["weights", "coordinates"])
def test_text_is_no_weight_and_no_coordinate(role):
    with pytest.raises(ColumnError, match="'visit' is not numeric"):
        build(**{role: "visit"})


def test_terms_that_are_not_finite_are_named():
    with pytest.raises(DataError, match=r"'log\(day\)' is not finite in 2 rows"):
        lmm("score ~ log(day)", DATA, subject="patient")


def test_arguments_that_do_not_fit_the_data_are_refused():
    with pytest.raises(ModelError, match="Could not evaluate"):
        build("score ~ bs(day, df=2)")


def test_no_complete_row_is_refused():
    with pytest.raises(DataError, match="No row is complete in the 3 columns"):
        build(data=DATA.assign(day=np.nan))


def test_constant_outcome_is_refused():
    with pytest.raises(ModelError, match="same in all 6 rows"):
        build(data=DATA.assign(score=4.0))


FITS = {
    "lmm": lambda formula, data, **more: lmm(formula, data, subject="patient", **more),
    "mmrm": lambda formula, data, **more: mmrm(
        formula, data, subject="patient", visit="visit", covariance="compound symmetry", **more
    ),
}
each_model = pytest.mark.parametrize("fit", FITS.values(), ids=FITS)


@each_model
def test_single_patient_is_refused(fit):
    data = DATA.drop_duplicates("visit").assign(patient="a")
    with pytest.raises(ModelError, match="at least 2 patients; complete rows come from 1"):
        fit("score ~ 1", data)


@each_model
def test_more_coefficients_than_rows_are_refused(fit):
    with pytest.raises(ModelError, match="6 coefficients but only 6"):
        fit("score ~ bs(day, df=5)", DATA)


TWICE = pd.concat([DATA, DATA.assign(patient=["e", "d", "e", "d", "f", "f"], score=lambda d: d.w)])


@each_model
def test_aliased_terms_are_named(fit):
    data = TWICE.assign(again=lambda d: 2 * d["day"] + 1)
    with pytest.raises(ModelError, match=r"terms 'again' are determined"):
        fit("score ~ day + again", data)


@each_model
def test_empty_cell_of_an_interaction_is_named(fit):
    data = TWICE.loc[(TWICE["sex"] == "F") | (TWICE["visit"] == "v1")]
    with pytest.raises(ModelError, match=r"'sex\[T.M\]:visit\[T.v2\]' are determined"):
        fit("score ~ sex * visit", data)


@each_model
def test_outcome_that_the_mean_explains_is_refused(fit):
    with pytest.raises(ModelError, match="explains the outcome exactly"):
        fit("score ~ day + copy", TWICE.assign(copy=TWICE["score"]))


def test_random_term_of_zeros_is_refused():
    with pytest.raises(ModelError, match="'zero' are zero"):
        lmm("score ~ day", DATA.assign(zero=0.0), subject="patient", random="1 + zero")


SECRET = DATA.assign(
    patient=[f"secret-{17 + at}" for at in (1, 0, 1, 0, 2, 2)],
    score=[3131.0, 5.0, 9.0, 1.0, 7.0, 4.0],
)
REFUSED = {
    "two rows": pd.concat([SECRET, SECRET.iloc[[0]]]),
    "two groups": SECRET.assign(sex=["F", "M", "X", "M", "F", "F"]),
    "two clinics": SECRET.assign(clinic=["c1", "c2", "c9", "c2", "c1", "c1"]),
    "infinite": SECRET.assign(day=[np.inf, 0, 1, 8, 0, 6]),
    "no weight": SECRET.assign(w=0.0),
    "dates": SECRET.assign(day=pd.Timestamp("2031-01-31")),
    "empty": SECRET.assign(day=np.nan),
    "constant": SECRET.assign(score=3131.0),
    "text outcome": SECRET.assign(score=SECRET["patient"]),
    "one patient": SECRET.assign(patient="secret-17").iloc[:2],
    "few rows": SECRET.iloc[:3],
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_messages_carry_no_patient_and_no_value(data):
    with pytest.raises(AnalysisError) as caught:
        mmrm(
            "score ~ day + sex",
            data,
            subject="patient",
            visit="visit",
            covariance_by="sex",
            nested_in="clinic",
            weights="w",
        )
    for value in ("secret", "3131", "2031"):
        assert value not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.unit
def test_rows_left_out_are_counted_by_column():
    data = DATA.copy()
    data.loc[data.index[:2], "score"] = np.nan
    data.loc[data.index[1:3], "sex"] = None
    about = build("score ~ sex", data).describe()
    assert about.n_dropped == 3
    assert about.all_notes()[0] == "3 rows left out for missing values: score in 2, sex in 2"
