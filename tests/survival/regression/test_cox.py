"""Cox regression as users call it: references, identities, refusals and what is shown."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, ConvergenceError, DataError, ModelError
from analysis.survival import cox
from tests.survival.reference import REFERENCE

EXPECTED = json.loads((REFERENCE / "expected_cox.json").read_text(encoding="utf-8"))
RELAPSE = pd.read_csv(REFERENCE / "regression.csv").assign(
    relapse=lambda d: (d["type"] == 1).astype(int), whole=lambda d: np.ceil(d["weight"])
)
ADJUSTED = "arm + age + severity"
MODELS = {
    "plain": (ADJUSTED, {}),
    "breslow": (ADJUSTED, {"ties": "breslow"}),
    "entry_strata": (ADJUSTED, {"entry": "entry", "strata": "clinic"}),
    "factor": ("arm * severity + clinic", {"entry": "entry"}),
    "weights_cluster": (ADJUSTED, {"weights": "weight", "cluster": "clinic"}),
    "weights": (ADJUSTED, {"weights": "weight", "entry": "entry"}),
    "whole_weights": ("arm + age", {"weights": "whole"}),
}
SMALL = pd.DataFrame(
    {
        "time": [4.0, 7, 8, 9, 12, 15, 16, 18],
        "event": [1, 1, 0, 1, 1, 0, 1, 0],
        "arm": ["im", "im", "iv", "iv", "im", "iv", "iv", "im"],
        "age": [31.0, 44, 52, 38, 61, 29, 47, 35],
    }
)


def fitted(key):
    formula, options = MODELS[key]
    return cox(formula, RELAPSE, event="relapse", **options)


def r_terms(expected):
    """Name R's terms as formulaic names them."""
    names = {"arm": "arm[T.iv]", **{f"clinicc{i}": f"clinic[T.c{i}]" for i in range(2, 6)}}
    return [
        ":".join(names.get(part, part) for part in term.replace("armiv", "arm").split(":"))
        for term in expected["term"]
    ]


@pytest.mark.reference
@pytest.mark.parametrize("key", MODELS)
def test_coefficients_and_standard_errors_are_those_of_r(key):
    expected = EXPECTED[key]
    found = fitted(key).tidy().set_index("term").loc[r_terms(expected)]
    np.testing.assert_allclose(found["estimate"], expected["estimate"], rtol=1e-9)
    np.testing.assert_allclose(found["std_error"], expected["std_error"], rtol=1e-9)


@pytest.mark.reference
@pytest.mark.parametrize("key", MODELS)
def test_likelihoods_and_overall_tests_are_those_of_r(key):
    expected, fit = EXPECTED[key], fitted(key)
    row = fit.glance().iloc[0]
    found = [row["log_likelihood_null"], row["log_likelihood"]]
    np.testing.assert_allclose(found, expected["log_likelihood"], rtol=1e-12)
    tests = fit.overall_tests().set_index("test")["statistic"]
    names = ["likelihood ratio", "wald", "score"]
    theirs = [expected[name] for name in ("likelihood_ratio", "wald", "score")]
    np.testing.assert_allclose(tests[names], theirs, rtol=1e-9)


@pytest.mark.identity
def test_order_index_and_repetition_do_not_matter():
    first = cox(ADJUSTED, RELAPSE, event="relapse", entry="entry", strata="clinic")
    shuffled = RELAPSE.sample(frac=1, random_state=3)
    again = cox(ADJUSTED, shuffled, event="relapse", entry="entry", strata="clinic")
    pd.testing.assert_frame_equal(first.tidy(), again.tidy(), rtol=1e-11)
    pd.testing.assert_frame_equal(first.baseline(), again.baseline(), rtol=1e-11)


@pytest.mark.identity
def test_whole_weights_count_patients_under_breslow():
    repeated = RELAPSE.loc[RELAPSE.index.repeat(RELAPSE["whole"].astype(int))]
    pd.testing.assert_frame_equal(
        cox("arm + age", RELAPSE, event="relapse", weights="whole", ties="breslow").tidy(),
        cox("arm + age", repeated, event="relapse", ties="breslow").tidy(),
        rtol=1e-10,
    )


@pytest.mark.identity
def test_rows_split_in_time_are_the_same_patients():
    cut = 30.0
    late = RELAPSE["time"] > cut
    before = RELAPSE.assign(
        stop=RELAPSE["time"].clip(upper=cut), start=0.0, event=RELAPSE["relapse"].where(~late, 0)
    )
    after = RELAPSE.loc[late].assign(
        stop=RELAPSE["time"], start=cut, event=RELAPSE.loc[late, "relapse"]
    )
    split = pd.concat([after, before])
    whole = cox(ADJUSTED, RELAPSE, event="relapse")
    parts = cox(ADJUSTED, split, time="stop", entry="start", subject="patient")
    pd.testing.assert_frame_equal(whole.tidy(), parts.tidy(), rtol=1e-9)
    robust = [
        cox(ADJUSTED, RELAPSE, event="relapse", cluster="patient"),
        cox(ADJUSTED, split, time="stop", entry="start", cluster="patient"),
    ]
    pd.testing.assert_frame_equal(robust[0].tidy(), robust[1].tidy(), rtol=1e-9)
    pd.testing.assert_frame_equal(
        whole.proportional_hazards(), parts.proportional_hazards(), rtol=1e-8
    )


@pytest.mark.identity
def test_shift_and_unit_of_covariates_do_not_matter():
    plain = cox(ADJUSTED, RELAPSE, event="relapse").tidy()
    moved = RELAPSE.assign(age=RELAPSE["age"] / 1e5 + 1e3)
    found = cox(ADJUSTED, moved, event="relapse").tidy()
    np.testing.assert_allclose(found["estimate"], plain["estimate"] * [1, 1e5, 1], rtol=1e-7)
    np.testing.assert_allclose(found["statistic"], plain["statistic"], rtol=1e-7)


@pytest.mark.identity
def test_times_that_differ_by_rounding_are_ties():
    months = RELAPSE.assign(time=RELAPSE["time"] * 0.1 / 3)
    pd.testing.assert_frame_equal(
        cox(ADJUSTED, RELAPSE, event="relapse").tidy(),
        cox(ADJUSTED, months, event="relapse").tidy(),
        rtol=1e-12,
    )


@pytest.mark.identity
def test_score_test_of_two_groups_without_ties_is_the_logrank_test():
    from lifelines.statistics import logrank_test

    untied = RELAPSE.assign(time=RELAPSE["time"] + np.arange(len(RELAPSE)) / 1e4)
    iv = untied["arm"] == "iv"
    theirs = logrank_test(
        untied.loc[iv, "time"],
        untied.loc[~iv, "time"],
        untied.loc[iv, "relapse"],
        untied.loc[~iv, "relapse"],
    )
    tests = cox("arm", untied, event="relapse").overall_tests().set_index("test")
    assert tests.loc["score", "statistic"] == pytest.approx(theirs.test_statistic, rel=1e-9)


@pytest.mark.identity
def test_stratum_without_an_event_adds_nothing():
    quiet = RELAPSE.head(30).assign(relapse=0, clinic="c9")
    together = pd.concat([RELAPSE, quiet])
    options = {"event": "relapse", "strata": "clinic"}
    alone, more = cox(ADJUSTED, RELAPSE, **options), cox(ADJUSTED, together, **options)
    pd.testing.assert_frame_equal(alone.tidy(), more.tidy(), rtol=1e-10)
    assert more.glance()["n_strata"].tolist() == [6]
    curve = more.survival(quiet.head(1), [30]).iloc[0]
    assert (curve["estimate"], curve["std_error"]) == (1.0, 0.0)


@pytest.mark.truth
def test_intervals_cover_the_true_log_hazard_ratio():
    rng = np.random.default_rng(11)
    hits = []
    for _ in range(300):
        arm, age = rng.integers(0, 2, 150), rng.normal(size=150)
        event = np.ceil(rng.exponential(40 * np.exp(0.5 * arm - 0.3 * age)))
        end = rng.uniform(20, 200, 150)
        data = pd.DataFrame(
            {"time": np.minimum(event, end), "event": event <= end, "arm": arm, "age": age}
        )
        row = cox("arm + age", data).tidy().iloc[0]
        hits.append(row["conf_low"] < -0.5 < row["conf_high"])
    # 3.5 Monte-Carlo standard errors of 300 intervals at 95 % are 0.044
    assert np.mean(hits) == pytest.approx(0.95, abs=0.044)


@pytest.mark.unit
def test_fractional_weights_and_recurring_events_make_the_covariance_robust():
    assert fitted("plain").glance()["vcov"].tolist() == ["model"]
    assert fitted("whole_weights").glance()["vcov"].tolist() == ["model"]
    assert fitted("weights").glance()["vcov"].tolist() == ["robust by row"]
    row = fitted("weights_cluster").glance().iloc[0]
    assert (row["vcov"], row["n_clusters"]) == ("robust by clinic", 5)


@pytest.mark.unit
def test_rows_with_gaps_are_dropped_and_counted():
    data = RELAPSE.copy()
    data.loc[:2, "age"] = np.nan
    data.loc[2:5, "clinic"] = None
    row = cox(ADJUSTED, data, event="relapse", strata="clinic").glance().iloc[0]
    assert (row["n_obs"], row["n_dropped"], row["n_strata"]) == (len(RELAPSE) - 6, 6, 5)
    assert row["converged"]
    assert row["newton_decrement"] <= 1e-12


@pytest.mark.unit
def test_hazard_ratios_are_exponentials_and_keep_the_test():
    plain, ratios = fitted("plain").tidy(), fitted("plain").tidy(exponentiate=True)
    for column in ("estimate", "conf_low", "conf_high"):
        np.testing.assert_allclose(ratios[column], np.exp(plain[column]))
    assert ratios["p_value"].tolist() == plain["p_value"].tolist()
    assert list(plain.columns) == [
        "term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high",
    ]  # fmt: skip


@pytest.mark.unit
def test_joint_test_of_one_coefficient_is_its_z_squared():
    fit = fitted("factor")
    tests, tidy = fit.joint_tests().set_index("term"), fit.tidy().set_index("term")
    assert tests.loc["clinic", "df"] == 4
    z = tidy.loc["arm[T.iv]", "statistic"]
    assert tests.loc["arm", "statistic"] == pytest.approx(z**2, rel=1e-12)


@pytest.mark.unit
def test_two_strata_columns_are_crossed():
    data = RELAPSE.assign(young=RELAPSE["age"] < 44)
    fit = cox("severity", data, event="relapse", strata=["arm", "young"])
    assert fit.glance()["n_strata"].tolist() == [4]
    assert list(fit.baseline().columns[:3]) == ["arm", "young", "time"]


@pytest.mark.unit
def test_text_and_html():
    fit = cox(ADJUSTED, RELAPSE, event="relapse", entry="entry", strata="clinic", cluster="patient")
    assert repr(fit) == fit.summary()
    lines = repr(fit).splitlines()
    assert lines[0] == "Cox regression, arm + age + severity; ties by Efron"
    assert lines[1].split()[:3] == ["term", "hazard_ratio", "std_error_of_log"]
    assert lines[5:] == [
        "411 rows, 251 events, 0 left out",
        "5 strata by clinic",
        "standard errors robust by patient",
    ]
    named = cox("`<i>`", RELAPSE.rename(columns={"age": "<i>"}), event="relapse")
    assert "&lt;i&gt;" in named._repr_html_()


@pytest.mark.unit
def test_frames_are_new_each_time_and_input_is_left_as_it_was():
    before = RELAPSE.copy()
    fit = fitted("entry_strata")
    row, tests, covariance = fit.glance(), fit.overall_tests(), fit.covariance()
    row.loc[0, "n_obs"] = -1
    tests.loc[0, "df"] = -1
    covariance.iloc[0, 0] = -1
    assert fit.glance().loc[0, "n_obs"] == len(RELAPSE)
    assert fit.overall_tests().loc[0, "df"] == 3
    assert fit.covariance().iloc[0, 0] > 0
    pd.testing.assert_frame_equal(RELAPSE, before)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        ({"event": 0}, {}, DataError, "None of the 8 rows used has an event"),
        ({"event": [2, 1, 0, 1, 1, 0, 1, 0]}, {}, DataError, "neither 0 nor 1"),
        ({"time": [-1.0, 7, 8, 9, 12, 15, 16, 18]}, {}, DataError, "below 0"),
        ({"time": [np.nan, 7, 8, 9, 12, 15, 16, 18]}, {}, DataError, "missing or infinite"),
        ({"start": 4.0}, {"entry": "start"}, DataError, "never at risk"),
        ({}, {"entry": "begin"}, ColumnError, "begin"),
        ({}, {"strata": "site"}, ColumnError, "site"),
        ({}, {"ties": "exact"}, ModelError, "allowed are efron, breslow"),
        ({"arm": "iv"}, {}, ModelError, "same in all rows"),
        ({}, {"strata": "arm"}, ModelError, r"arm\[T.iv\].*within strata"),
    ],
)
def test_what_cannot_be_used_is_refused(change, options, error, message):
    with pytest.raises(error, match=message):
        cox("arm", SMALL.assign(**change), **options)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("formula", "change", "named"),
    [
        ("age + arm", {"event": [1, 1, 0, 0, 1, 0, 0, 0]}, r"arm\[T.iv\]"),
        ("arm + C(site)", {"site": [1, 1, 2, 1, 1, 1, 1, 1]}, r"C\(site\)\[T.2\]"),
        ("inverse", {"inverse": [8.0, 7, 6, 5, 4, 3, 2, 1]}, "inverse"),
        ("inverse", {"inverse": [8e6, 7e6, 6e6, 5e6, 4e6, 3e6, 2e6, 1e6]}, "inverse"),
    ],
)
def test_separation_is_refused_and_named(formula, change, named):
    with pytest.raises(ConvergenceError, match=rf"without end along '{named}'"):
        cox(formula, SMALL.assign(**change))


@pytest.mark.unit
def test_a_covariate_that_varies_only_where_nobody_is_at_risk_is_refused():
    data = SMALL.assign(late=[0, 0, 0, 0, 0, 0, 0, 1], time=[4.0, 7, 8, 9, 12, 15, 16, 1])
    with pytest.raises(ModelError, match=r"'late'.*at risk"):
        cox("late", data)


@pytest.mark.unit
def test_overlapping_rows_of_a_subject_are_refused():
    rows = pd.DataFrame(
        {
            "id": [1, 1, 2, 2, 3],
            "start": [0.0, 9.0, 0.0, 5.0, 0.0],
            "time": [10.0, 20.0, 5.0, 9.0, 8.0],
            "event": [0, 1, 0, 1, 1],
            "dose": [1.0, 2.0, 2.0, 1.0, 3.0],
        }
    )
    with pytest.raises(DataError, match=r"1 of 3 subjects .'id'. have rows that overlap"):
        cox("dose", rows, entry="start", subject="id")
    with pytest.raises(DataError, match=r"2 of 3 subjects.*starts by entry="):
        cox("dose", rows, subject="id")


@pytest.mark.unit
def test_few_clusters_have_no_joint_test_and_one_is_refused():
    data = SMALL.assign(site=[1, 2] * 4, one=1)
    tests = cox("arm + age", data, cluster="site").overall_tests().set_index("test")
    assert np.isnan(tests.loc["wald", "statistic"])
    assert tests.loc["score", "statistic"] > 0
    with pytest.raises(ModelError, match="at least two clusters"):
        cox("arm + age", data, cluster="one")


@pytest.mark.unit
@pytest.mark.parametrize("dtype", ["Int64", "float32", "int16"])
def test_dtypes_of_the_frame_do_not_matter(dtype):
    data = SMALL.astype({"time": dtype, "event": "boolean", "arm": "category", "age": dtype})
    pd.testing.assert_frame_equal(
        cox("arm + age", data).tidy(), cox("arm + age", SMALL).tidy(), rtol=1e-12
    )


@pytest.mark.unit
def test_messages_hold_no_value_of_a_patient():
    data = SMALL.assign(arm=["im"] * 7 + ["secret-arm"], event=[1] * 7 + [0])
    with pytest.raises(ConvergenceError) as caught:
        cox("age", data.assign(age=[8.125, 7, 6, 5, 4, 3, 2, 1]))
    assert "8.125" not in str(caught.value)
