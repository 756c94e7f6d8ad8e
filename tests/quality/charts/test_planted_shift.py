"""Of 24 clinics the one whose results change is named, with the month of the change."""

import pytest

from analysis.quality import quality_series, spc_chart
from analysis.synthetic import PlantedShift, scenario, simulate


@pytest.mark.truth
def test_a_planted_shift_is_named_with_its_month():
    shift = PlantedShift(clinic="clinic-b", from_month=10, retained=0.35)
    study = simulate(scenario("clinic-network-24"), shift=shift).study
    series = quality_series(study, "mean change", by="site_id", period="month")
    chart = spc_chart(series, **series.attrs["chart"])
    found = chart.glance().set_index("site_id")
    assert len(found) == 24
    assert found.loc["clinic-b", "signal"]
    assert found.loc["clinic-b", "likeliest_change"] == "month 10"
    assert found.loc["clinic-b", "variation"] == "concern high"
    sentence = chart.sentences().set_index("site_id").loc["clinic-b", "sentence"]
    assert "the likeliest change is in month 10" in sentence
    # of 23 stable clinics two or so signal by chance; more than five have a chance of 1 %
    assert found.drop("clinic-b")["signal"].sum() <= 5
    assert found["false_signal_rate"].drop("clinic-b").sum() == pytest.approx(2.0, abs=0.6)
