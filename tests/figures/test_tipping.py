"""Figure of a tipping point: what it draws, what it says, and what it keeps to itself."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest

from analysis.disclosure import INTERNAL
from analysis.errors import DisclosureError, ReportError
from analysis.figures import plot, plot_tipping_point
from analysis.missing import impute_and_pool, tipping_point
from analysis.missing.delta_curves import LinearCurve
from tests.figures.looks import (
    check_alternative_text_describes_and_concludes,
    check_no_small_count_is_drawn_or_told,
    check_text_is_horizontal_and_large_enough,
    check_texts_stay_inside_and_apart,
    said,
)
from tests.missing.trials import COHORT, FORMULA, ROLES, trial

_, SEEN = trial(effect=-4.0)
QUICK = {"inference": "bootstrap", "n_draws": 10}
RESULT = impute_and_pool(FORMULA, SEEN, **ROLES, covariates=["baseline"], **QUICK)
LINE = tipping_point(RESULT, plausible=(0.0, 3.0))
GRID = tipping_point(
    RESULT,
    deltas={"iv": np.linspace(-12.0, 24.0, 7), "oral": np.linspace(-6.0, 6.0, 5)},
    plausible={"iv": (0.0, 3.0), "oral": (-1.0, 1.0)},
)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.mark.unit
@pytest.mark.parametrize("tipping", [LINE, GRID])
def test_figures_are_readable_and_described(tipping):
    plotted = plot(tipping)
    check_texts_stay_inside_and_apart(plotted)
    check_text_is_horizontal_and_large_enough(plotted)
    check_alternative_text_describes_and_concludes(plotted)


@pytest.mark.unit
def test_the_line_goes_through_the_estimate_and_turns_where_the_limit_meets_zero():
    ax, frame = plot_tipping_point(LINE)
    tip = LINE.tips()["above"].iloc[0]
    curve = ax.lines[0].get_xydata()
    np.testing.assert_allclose(curve[:, 1], np.interp(curve[:, 0], frame["delta iv"],
                                                      frame["estimate"]))  # fmt: skip
    broken = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert tip in [line.get_xdata()[0] for line in broken]
    assert f"turns when {tip:.1f} points" in said(ax)
    assert ax.get_xlim() == (frame["delta iv"].min(), frame["delta iv"].max())
    assert "plausible deltas for iv: 0.0 to 3.0" in frame.attrs["alt"]


@pytest.mark.unit
def test_the_grid_marks_every_pair_by_shape_and_counts_the_turned():
    ax, frame = plot_tipping_point(GRID)
    drawn = sum(len(line.get_xdata()) for line in ax.lines if line.get_linestyle() == "None")
    assert drawn == len(frame) == 35
    turned = int(GRID.tidy()["turned"].sum())
    assert 0 < turned < 35
    assert f"{turned} of 35 pairs" in said(ax)
    markers = {line.get_marker() for line in ax.lines if line.get_linestyle() == "None"}
    assert markers == {"v", "o"}
    (plausible,) = ax.patches
    assert (plausible.get_x(), plausible.get_width()) == (0.0, 3.0)
    assert (plausible.get_y(), plausible.get_height()) == (-1.0, 2.0)


@pytest.mark.unit
def test_a_cohort_that_never_turns_says_so():
    cohort = impute_and_pool("change ~ visit", SEEN[SEEN["arm"] == "iv"], **COHORT, **QUICK)
    found = tipping_point(cohort)
    signs = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    curve = LinearCurve(
        estimate=0.5, slopes=np.array([0.1]), replicates=signs / np.sqrt(3.0), is_jackknife=True
    )
    tipping = replace(found, curve=curve)
    assert tipping.tips()[["below", "above"]].isna().all(axis=None)  # the error grows faster
    ax, frame = plot_tipping_point(tipping)
    assert "does not turn within 20 standard deviations" in said(ax)
    assert frame.columns[0] == "delta"


@pytest.mark.unit
def test_few_patients_are_not_drawn_and_three_arms_have_no_figure():
    few = SEEN[SEEN["patient"] < "p026"]
    small = tipping_point(impute_and_pool(FORMULA, few, **ROLES, **QUICK))
    with pytest.raises(DisclosureError, match="too few patients"):
        plot_tipping_point(small)
    ax, _ = plot_tipping_point(small, policy=INTERNAL)
    assert ax.lines
    check_no_small_count_is_drawn_or_told(plot_tipping_point(LINE))
    three = SEEN.assign(arm=SEEN["arm"].where(SEEN["patient"].str[-1] < "5", "im"))
    result = impute_and_pool("change ~ arm + visit", three, **ROLES, **QUICK)
    everyone = tipping_point(result, deltas={arm: [0.0, 1.0] for arm in ("iv", "im", "oral")})
    with pytest.raises((ReportError, DisclosureError)):
        plot_tipping_point(everyone)
    with pytest.raises(ReportError, match="At most two arms"):
        plot_tipping_point(everyone, policy=INTERNAL)
