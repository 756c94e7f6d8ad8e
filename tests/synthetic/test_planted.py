"""A planted shift moves the patients it names, and nobody else."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.synthetic import PlantedShift, scenario, simulate

pytestmark = pytest.mark.unit

NETWORK = replace(scenario("clinic-network"), patients=160)
SHIFT = PlantedShift(clinic="clinic-a", from_month=13, retained=0.3)


def test_only_who_enters_the_clinic_from_the_month_on_is_moved():
    before, after = simulate(NETWORK), simulate(NETWORK, shift=SHIFT)
    days = before.study.table("follow_up").set_index("subject_id")["observed_until_day"]
    truth = before.truth.set_index("subject_id")
    entered = NETWORK.observation.entry_days - 1 - days.set_axis(truth.index)
    meant = truth["clinic"].eq("clinic-a") & entered.ge(12 * 30.4375)
    retained = after.truth.set_index("subject_id")["retained"]
    assert 5 < meant.sum() < 40
    pd.testing.assert_series_equal(retained[~meant], truth["retained"][~meant])
    assert (retained[meant] > truth["retained"][meant]).all()
    others = ~before.study.table("assessments")["subject_id"].isin(meant.index[meant])
    same = before.study.table("assessments")[others].reset_index(drop=True)
    scores = after.study.table("assessments")
    rest = scores[~scores["subject_id"].isin(meant.index[meant])].reset_index(drop=True)
    pd.testing.assert_frame_equal(rest, same)


@pytest.mark.parametrize(
    "change", [{"clinic": "nowhere"}, {"from_month": 1}, {"retained": 1.5}], ids=str
)
def test_a_shift_that_cannot_be_planted_is_refused(change):
    with pytest.raises(DataError):
        simulate(NETWORK, shift=replace(SHIFT, **change))


def test_patients_who_all_enter_at_once_have_no_months():
    with pytest.raises(DataError, match="enter over time"):
        simulate(NETWORK.fully_observed(), shift=SHIFT)
