"""State occupancy: R's numbers, two-state and competing special cases, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, ModelError
from analysis.survival import cumulative_incidence, kaplan_meier, multistate
from tests.survival.competing.competing_reference import (
    EXPECTED,
    RELAPSE,
    STATES,
    TIMES,
    check,
    in_order,
)

NAMES = {"from_state": "from", "to_state": "to", "subject": "patient"}
ORDER = ["ill", "responded", "relapsed", "left"]
LIMITS = ["estimate", "std_error", "conf_low", "conf_high"]
SMALL = pd.DataFrame(
    {
        "subject": [1, 1, 2, 3, 3, 4],
        "start": [0, 7, 0, 0, 14, 0],
        "stop": [7, 28, 21, 14, 21, 28],
        "from_state": ["ill", "well", "ill", "ill", "well", "ill"],
        "to_state": ["well", None, "left", "well", "ill", None],
    }
)


def by_state(reference, *keys):
    """Put rows of R in the order of our states."""
    frame = pd.DataFrame(reference)
    frame["state"] = pd.Categorical(frame["state"], ORDER)
    return in_order(frame, *keys, "state", *(["time"] if "time" in frame else []))


@pytest.mark.reference
def test_occupancy_is_that_of_survfit_with_late_entries_and_several_initial_states():
    found = multistate(STATES, **NAMES, states=ORDER).at(TIMES)
    check(found, by_state(EXPECTED["occupancy"]["all"]), ["time", "estimate", "std_error"])


@pytest.mark.reference
def test_occupancy_by_arm_is_that_of_survfit():
    found = multistate(STATES, **NAMES, states=ORDER, by="arm").at(TIMES)
    reference = by_state(EXPECTED["occupancy"]["by_arm"], "arm")
    assert found["arm"].tolist() == reference["arm"].tolist()
    check(found, reference, ["time", "estimate", "std_error"])


@pytest.mark.reference
def test_occupancy_from_one_state_is_that_of_survfit():
    first = STATES.sort_values("start").groupby("patient").first()
    ill = first.index[(first["from"] == "ill") & (first["start"] == 0)]
    data = STATES.loc[STATES["patient"].isin(ill)]
    found = multistate(data, **NAMES, states=ORDER).at(TIMES)
    check(found, by_state(EXPECTED["occupancy"]["from_ill"]), ["time", "estimate", "std_error"])


@pytest.mark.reference
def test_mean_times_in_states_are_those_of_survfit():
    fit = multistate(STATES, **NAMES, states=ORDER)
    found = fit.time_in_state(150)
    check(found, EXPECTED["sojourn"], ["estimate", "std_error"])
    assert found["estimate"].sum() == pytest.approx(150)
    assert found["state"].tolist() == ORDER


@pytest.mark.identity
def test_two_states_are_kaplan_meier():
    data = RELAPSE.assign(
        start=0, from_state="well", to_state=RELAPSE["event"].map({1: "relapsed"})
    )
    found = multistate(data, "patient", stop="time", states=["well", "relapsed"]).at(TIMES)
    km = kaplan_meier(RELAPSE.assign(event=RELAPSE["event"] == 1)).at(TIMES)
    well = found.loc[found["state"] == "well"].reset_index(drop=True)
    pd.testing.assert_frame_equal(well[["n_risk", *LIMITS]], km[["n_risk", *LIMITS]], rtol=1e-9)


@pytest.mark.identity
def test_several_ends_are_cumulative_incidence_also_with_delayed_entry():
    ends = RELAPSE["event"].map({1: "relapsed", 2: "switched"})
    data = RELAPSE.assign(from_state="well", to_state=ends)
    options = {"stop": "time", "start": "entry", "states": ["well", "relapsed", "switched"]}
    found = multistate(data, "patient", **options, by="arm").at(TIMES)
    other = cumulative_incidence(RELAPSE, entry="entry", by="arm").at(TIMES)
    found = found.loc[found["state"] != "well"].reset_index(drop=True)
    pd.testing.assert_frame_equal(found[LIMITS], other[LIMITS], rtol=1e-9)


@pytest.mark.identity
def test_variance_is_the_sum_of_squared_influences_of_patients():
    # a patient repeated once more moves the estimate by the influence, up to order 1/n
    base = multistate(SMALL.assign(subject="x" + SMALL["subject"].astype(str)))
    many = pd.concat([SMALL.assign(subject=SMALL["subject"] + 10 * k) for k in range(2000)])
    at = base.at([21])
    squares = np.zeros(3)
    for patient in range(1, 5):
        extra = SMALL.loc[SMALL["subject"] == patient].assign(subject=-1)
        moved = multistate(pd.concat([many, extra])).at([21])["estimate"] - at["estimate"]
        squares += (moved.to_numpy() * 2000) ** 2
    np.testing.assert_allclose(at["std_error"], np.sqrt(squares), rtol=2e-3)


@pytest.mark.identity
def test_order_of_rows_unit_of_time_and_cuts_do_not_matter():
    base = multistate(STATES, **NAMES, by="arm").at(TIMES)
    cut = STATES.loc[STATES["stop"] - STATES["start"] > 9]
    rows = pd.concat(
        [
            STATES.drop(cut.index),
            cut.assign(stop=cut["start"] + 5, to=None).astype({"to": object}),
            cut.assign(start=cut["start"] + 5),
        ]
    ).sample(frac=1, random_state=5)
    again = multistate(rows, **NAMES, by="arm").at(TIMES)
    pd.testing.assert_frame_equal(again, base, rtol=1e-9)
    months = rows.assign(start=rows["start"] * 0.1 / 3, stop=rows["stop"] * 0.1 / 3)
    found = multistate(months, **NAMES, by="arm").at([t * 0.1 / 3 for t in TIMES])
    np.testing.assert_allclose(found[LIMITS], base[LIMITS], rtol=1e-8)


@pytest.mark.unit
def test_small_table_by_hand():
    fit = multistate(SMALL)
    found = fit.at([0, 7, 14, 21])
    assert found["state"].tolist() == ["ill"] * 4 + ["left"] * 4 + ["well"] * 4
    ill, left, well = [1, 0.75, 0.5, 0.5], [0, 0, 0, 0.25], [0, 0.25, 0.5, 0.25]
    np.testing.assert_allclose(found["estimate"], ill + left + well)
    assert found["n_risk"].tolist() == [4, 4, 3, 2, 0, 0, 0, 0, 0, 0, 1, 2]
    assert fit.curve()["time"].tolist() == [7, 14, 21] * 3
    np.testing.assert_allclose(fit.curve()["estimate"], ill[1:] + left[1:] + well[1:])
    times = fit.time_in_state(28)["estimate"]
    np.testing.assert_allclose(
        times, [7 * (1 + 0.75 + 0.5 + 0.5), 7 * 0.25, 7 * (0.25 + 0.5 + 0.25)]
    )
    table = fit.transitions()
    assert list(table.columns) == ["from_state", "to_state", "n_event", "time_at_risk"]
    assert table.to_numpy().tolist() == [
        ["ill", "left", 1, 70.0],
        ["ill", "well", 2, 70.0],
        ["well", "ill", 1, 28.0],
    ]


@pytest.mark.unit
def test_after_the_last_time_only_states_that_nobody_leaves_are_known():
    assert multistate(SMALL).at([28, 29])["estimate"].isna().tolist() == [False, True] * 3
    dead = SMALL.assign(to_state=["dead"] + ["dead"] * 5).iloc[[0, 2, 3, 5]]
    found = multistate(dead).at([99])
    assert found["estimate"].tolist() == [1.0, 0.0]


@pytest.mark.unit
def test_states_come_in_the_order_declared_or_of_the_categories():
    kinds = pd.CategoricalDtype(["well", "ill", "left", "never"])
    fit = multistate(SMALL.astype({"from_state": kinds, "to_state": kinds}))
    assert fit.states.tolist() == ["well", "ill", "left"]
    declared = multistate(SMALL, states=["left", "never", "well", "ill"]).at([21])
    assert declared["state"].tolist() == ["left", "never", "well", "ill"]
    assert declared["estimate"].tolist() == pytest.approx([0.25, 0.0, 0.25, 0.5])


@pytest.mark.unit
def test_gaps_are_counted_and_states_may_change_in_them():
    gap = SMALL.assign(
        start=[0, 8, 0, 0, 14, 0], from_state=["ill", "ill", "ill", "ill", "well", "ill"]
    )
    fit = multistate(gap)
    assert fit.glance()["n_gaps"].tolist() == [1]
    assert fit.at([7.5])["n_risk"].tolist() == [3, 0, 0]


@pytest.mark.unit
def test_glance_text_and_html():
    data = STATES.assign(arm=STATES["arm"].where(STATES["patient"] > 3))
    fit = multistate(data, **NAMES, by="arm")
    row = fit.glance().iloc[0]
    kept = data.loc[data["arm"].notna()]
    assert (row["n_subjects"], row["n_obs"]) == (157, len(kept))
    assert (row["n_event"], row["n_dropped"]) == (kept["to"].notna().sum(), len(data) - len(kept))
    assert (row["n_groups"], row["n_states"], row["n_gaps"]) == (2, 4, 0)
    assert row["variance"] == "infinitesimal jackknife"
    assert repr(fit) == fit.summary()
    assert repr(fit).startswith("State occupancy (Aalen-Johansen) at the last transition")
    named = multistate(SMALL.replace("well", "<i>"))
    assert "&lt;i&gt;" in named._repr_html_()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": [0, 6, 0, 0, 14, 0]}, "before the patient's row before them ends"),
        (
            {"from_state": ["ill", "ill", "ill", "ill", "well", "ill"]},
            "1 row of 1 patient begin in",
        ),
        ({"from_state": ["ill", "well", "ill", None, "well", "ill"]}, "is missing in 1 row"),
        ({"to_state": ["well", "well", "left", "well", "ill", None]}, "1 row go from a state to"),
        ({"to_state": None, "from_state": "ill"}, "No row has a transition"),
        ({"from_state": ["ill", "well", "ill", "ill", "well", "lost"]}, "1 state with patients in"),
    ],
)
def test_courses_that_are_refused(change, message):
    late = SMALL.assign(**change)
    if "lost" in late["from_state"].tolist():
        late.loc[5, "start"] = 10
    with pytest.raises(DataError, match=message):
        multistate(late)


@pytest.mark.unit
def test_a_group_without_a_transition_is_refused():
    with pytest.raises(DataError, match=r"A group of 'arm' .* has no transition"):
        multistate(SMALL.assign(arm=["a", "a", "a", "a", "a", "b"]), by="arm")


@pytest.mark.unit
def test_undeclared_states_and_missing_columns_are_refused():
    with pytest.raises(DataError, match=r"1 row with a state that states= does not name"):
        multistate(SMALL, states=["ill", "well"])
    with pytest.raises(DataError, match="names a state twice"):
        multistate(SMALL, states=["ill", "well", "ill", "left"])
    with pytest.raises(ColumnError, match="to_state= names 'nowhere'"):
        multistate(SMALL, to_state="nowhere")
    with pytest.raises(ModelError, match="conf_type is 'logit'"):
        multistate(SMALL, conf_type="logit")


@pytest.mark.unit
@pytest.mark.parametrize("tau", [0, -1, 28.5, np.nan, "28"])
def test_mean_times_beyond_the_data_are_refused(tau):
    with pytest.raises(DataError, match="not after the last time"):
        multistate(SMALL).time_in_state(tau)
