"""Gray's test: R's numbers, identities, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError
from analysis.survival import gray_test
from tests.survival.competing.competing_reference import (
    EXPECTED,
    RELAPSE,
    VISITS,
    check,
    lymph_nodes,
)
from tests.survival.published import PUBLISHED, printed


@pytest.mark.reference
@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("arm", {"by": "arm"}),
        ("clinic", {"by": "clinic"}),
        ("strata", {"by": "arm", "strata": "clinic"}),
        ("rho", {"by": "arm", "rho": 1}),
    ],
)
def test_statistics_are_those_of_cuminc(key, options):
    found = gray_test(RELAPSE, **options).tidy()
    check(found, EXPECTED["gray"][key], ["statistic", "df", "p_value"])
    assert found["event"].tolist() == [1, 2]


@pytest.mark.reference
def test_tied_visits_are_those_of_cuminc():
    check(gray_test(VISITS).tidy(), EXPECTED["gray"]["visits"], ["statistic", "df", "p_value"])


@pytest.mark.reference
def test_transplants_are_those_of_cuminc_and_of_sas():
    # CAMIS, "cumulative incidence", 137 bone marrow transplants: relapse, death in remission
    found = gray_test(printed("bmt"), by="group").tidy()
    np.testing.assert_allclose(found["statistic"], PUBLISHED["bmt"]["statistic"], rtol=1e-9)
    np.testing.assert_allclose(found["statistic"], [11.92288, 0.13741], atol=5e-6)
    np.testing.assert_allclose(found["p_value"], [0.00258, 0.93360], atol=5e-6)


@pytest.mark.reference
def test_lymph_nodes_are_those_of_cuminc():
    found = gray_test(lymph_nodes(), by="hormone").tidy()
    np.testing.assert_allclose(found["statistic"], PUBLISHED["nodes"]["gray"], rtol=1e-9)


@pytest.mark.identity
def test_names_and_order_of_groups_rows_and_strata_do_not_matter():
    base = gray_test(RELAPSE, by="clinic", strata="arm").tidy()
    other = RELAPSE.sample(frac=1, random_state=2).set_index("arm", drop=False)
    other = other.assign(
        clinic=other["clinic"].map(lambda name: f"z{9 - int(name[1])}"),
        arm=other["arm"].map({"im": "z", "iv": "a"}),
    )
    again = gray_test(other.rename_axis(None), by="clinic", strata="arm").tidy()
    pd.testing.assert_frame_equal(again, base, rtol=1e-10)


@pytest.mark.identity
def test_without_other_causes_the_score_is_that_of_the_logrank_test():
    # with one cause the weight is 1, so observed - expected are those of the logrank test
    from lifelines.statistics import logrank_test

    data = RELAPSE.assign(event=(RELAPSE["event"] == 1).astype(int))
    table = gray_test(data).glance()
    assert table["observed"].tolist() == [141.0, 110.0]
    iv, im = (data.loc[data["arm"] == arm] for arm in ("iv", "im"))
    other = logrank_test(iv["time"], im["time"], iv["event"], im["event"])
    found = gray_test(data).tidy()["statistic"].iloc[0]
    assert found == pytest.approx(other.test_statistic, rel=0.02)
    at_risk = np.array(
        [[(part["time"] >= t).sum() for t in np.unique(data["time"])] for part in (im, iv)]
    )
    events = np.array(
        [((data["time"] == t) & (data["event"] == 1)).sum() for t in np.unique(data["time"])]
    )
    expected = (at_risk / at_risk.sum(axis=0) * events).sum(axis=1)
    np.testing.assert_allclose(table["expected"], expected, rtol=1e-10)


@pytest.mark.identity
def test_equal_groups_have_statistic_zero():
    double = pd.concat([VISITS.assign(arm="a"), VISITS.assign(arm="b")])
    found = gray_test(double).tidy()
    np.testing.assert_allclose(found["statistic"], 0.0, atol=1e-20)
    np.testing.assert_allclose(found["p_value"], 1.0)


@pytest.mark.unit
def test_groups_and_dropped_rows_are_told():
    data = RELAPSE.assign(
        arm=RELAPSE["arm"].where(RELAPSE.index > 3),
        clinic=RELAPSE["clinic"].where(RELAPSE.index != 9),
    )
    fit = gray_test(data, by="arm", strata="clinic")
    table = fit.glance()
    assert list(table.columns) == ["arm", "event", "n", "observed", "expected"]
    assert table["n"].sum() == 2 * (len(RELAPSE) - 5)
    assert fit.notes == ("Rows left out for a missing group or stratum: 5.",)
    sums = table.groupby("event")[["observed", "expected"]].sum()
    np.testing.assert_allclose(sums["observed"], sums["expected"])
    assert fit.name == "Gray's test of equal cumulative incidence by arm, within clinic"


@pytest.mark.unit
def test_cause_without_events_has_no_statistic():
    found = gray_test(RELAPSE, causes=[1, 2, 3]).tidy()
    assert found["statistic"].isna().tolist() == [False, False, True]
    assert found["df"].tolist() == [1, 1, 0]


@pytest.mark.unit
def test_one_group_is_refused():
    with pytest.raises(DataError, match="has one group"):
        gray_test(RELAPSE.loc[RELAPSE["arm"] == "iv"])


@pytest.mark.unit
def test_a_column_of_strata_that_is_not_there():
    with pytest.raises(ColumnError, match="strata= names 'nowhere'"):
        gray_test(RELAPSE, strata="nowhere")


@pytest.mark.identity
def test_order_of_rows_does_not_change_a_bit_of_a_stratified_test():
    rng = np.random.default_rng(5)
    data = pd.DataFrame(
        {
            "time": rng.integers(1, 40, 240),
            "event": rng.integers(0, 3, 240),
            "arm": rng.choice(["im", "iv", "sc"], 240),
            "clinic": rng.choice(["north", "south", "east", "west"], 240),
        }
    )
    plain, other = (gray_test(rows, strata="clinic", rho=1.0) for rows in (data, data.iloc[::-1]))
    pd.testing.assert_frame_equal(plain.tidy(), other.tidy(), check_exact=True)
    pd.testing.assert_frame_equal(plain.glance(), other.glance(), check_exact=True)


@pytest.mark.truth
def test_size_is_nominal_under_equal_incidence():
    rng = np.random.default_rng(8)
    rejected = []
    for _ in range(300):
        ends = np.column_stack(
            [rng.uniform(20, 200, 80), rng.exponential(56, 80), rng.exponential(80, 80)]
        )
        data = pd.DataFrame(
            {
                "time": np.ceil(ends.min(axis=1) / 7),
                "event": ends.argmin(axis=1),
                "arm": ["a", "b"] * 40,
            }
        )
        rejected.append(gray_test(data).tidy()["p_value"].iloc[0] < 0.05)
    # 3.5 Monte-Carlo standard errors of 300 tests at 5 % are 0.044
    assert np.mean(rejected) == pytest.approx(0.05, abs=0.044)
