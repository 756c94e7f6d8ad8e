"""Figure of differences from imputed scores: those of the result, with what was assumed."""

import matplotlib.pyplot as plt
import pytest

from analysis.disclosure import INTERNAL
from analysis.errors import DisclosureError, ReportError
from analysis.figures import plot
from analysis.missing import impute_and_pool
from tests.figures.looks import (
    check_alternative_text_describes_and_concludes,
    check_text_is_horizontal_and_large_enough,
    check_texts_stay_inside_and_apart,
    said,
)
from tests.missing.trials import COHORT, FORMULA, ROLES, trial

_, SEEN = trial(effect=-4.0)
QUICK = {"inference": "bootstrap", "n_draws": 5}
RESULT = impute_and_pool(FORMULA, SEEN, **ROLES, strategy="JR", at=["v2", "v3"], **QUICK)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.mark.unit
def test_differences_are_drawn_with_what_was_assumed():
    plotted = plot(RESULT, note="A note of one's own.")
    ax, frame = plotted
    tidy = RESULT.tidy().head(2)
    assert frame["visit"].tolist() == ["v2", "v3"]
    assert frame["estimate"].tolist() == tidy["estimate"].tolist()
    assert frame["conf_low"].tolist() == tidy["conf_low"].tolist()
    n_imputed = RESULT.glance()["n_imputed"].iloc[0]
    assert f"A note of one's own. Missing scores: JR, {n_imputed} imputed, boot" in said(ax)
    check_texts_stay_inside_and_apart(plotted)
    check_text_is_horizontal_and_large_enough(plotted)
    check_alternative_text_describes_and_concludes(plotted)


@pytest.mark.unit
def test_few_patients_are_left_out_or_refused():
    few = SEEN[~SEEN["patient"].between("p024", "p029") | SEEN["visit"].ne("v3")]
    result = impute_and_pool(FORMULA, few, **ROLES, at=["v1", "v3"], **QUICK)
    ax, frame = plot(result)
    assert frame["visit"].tolist() == ["v1"]
    assert "Not shown: 1 that rest on few patients." in said(ax)
    last = impute_and_pool(FORMULA, few, **ROLES, **QUICK)
    with pytest.raises(DisclosureError, match="too few patients"):
        plot(last)
    assert len(plot(last, policy=INTERNAL)[1]) == 1


@pytest.mark.unit
def test_without_arms_there_is_no_difference_to_draw():
    cohort = impute_and_pool("change ~ visit", SEEN[SEEN["arm"] == "iv"], **COHORT, **QUICK)
    own = impute_and_pool(FORMULA, SEEN, **ROLES, analysis=lambda rows: rows["change"].mean(),
                          **QUICK)  # fmt: skip
    for result in (cohort, own):
        with pytest.raises(ReportError, match="no difference between arms"):
            plot(result)
