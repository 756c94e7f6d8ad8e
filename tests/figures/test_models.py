"""Figures of mixed models: what they draw, what they say, and what they keep to themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from analysis.disclosure import INTERNAL, require_releasable
from analysis.errors import ColumnError, DataError, DisclosureError, ModelError
from analysis.figures import (
    figure_png,
    plot,
    plot_correlation,
    plot_differences,
    plot_influence,
    plot_marginal_means,
    plot_quantiles,
    plot_ratios,
    plot_residuals,
    show,
)
from analysis.figures.quantiles import normal_band
from analysis.mixed import lmm, mmrm
from analysis.mixed.influence import clinic_influence
from tests.figures.looks import (
    Plotted,
    check_alternative_text_describes_and_concludes,
    check_no_small_count_is_drawn_or_told,
    check_text_is_horizontal_and_large_enough,
    check_texts_stay_inside_and_apart,
    said,
    texts,
)
from tests.mixed.networks import clinic_network

DATA = clinic_network()
ROLES = {"subject": "patient", "visit": "visit"}
FIT = mmrm("change ~ arm * visit + baseline", DATA, **ROLES)
MEANS = FIT.marginal_means("arm", by="visit")
ARMS = MEANS.contrasts()
COUNTS = DATA.groupby(["arm", "visit"], as_index=False).size().rename(columns={"size": "n"})
INFLUENCE = clinic_influence(FIT, ARMS, by="site_id", clinics=DATA)
LAST = INFLUENCE[INFLUENCE["visit"].eq("v4")]

LONG = clinic_network(5, n_patients=420, n_visits=8)
LONG["visit"] = pd.Categorical(
    "week " + (LONG["visit"].str[1].astype(int) * 2).astype(str),
    [f"week {2 * k}" for k in range(1, 9)],
)
LONG["route"] = pd.Series(["IV", "IM", "SL", "IN", "oral", "none"])[LONG["patient"] % 6].to_numpy()
WIDE = mmrm("change ~ route * visit", LONG, **ROLES, covariance_by="arm")
DAYS = lmm("change ~ arm * day", DATA.assign(day=DATA["visit"].str[1].astype(int) * 7.0
           + DATA["patient"] % 3), subject="patient")  # fmt: skip


def means() -> Plotted:
    return plot(
        MEANS,
        counts=COUNTS,
        better="lower",
        y_label="Change in PHQ-9 (points)",
        subtitle="PHQ-9, 6 clinics",
    )


def means_of_six_groups() -> Plotted:
    counts = LONG.groupby(["route", "visit"], observed=True).size().reset_index(name="n")
    return plot_marginal_means(WIDE.marginal_means("route", by="visit"), counts=counts)


def means_of_levels() -> Plotted:
    return plot_marginal_means(FIT.marginal_means("arm"), note="A note of the user.")


def means_at_days() -> Plotted:
    return plot(DAYS.marginal_means("arm", by="day", at={"day": [0, 7, 28]}))


def differences() -> Plotted:
    return plot(ARMS, margin=2.0, favours=("favours IV", "favours IM"), subtitle="PHQ-9")


def differences_of_many() -> Plotted:
    routes = FIT.marginal_means("visit").contrasts()
    return plot_differences(routes, margin=(-0.25, 0.25), x_label="Change between visits")


def differences_by_visit() -> Plotted:
    return plot_differences(
        WIDE.marginal_means("route", by="visit").contrasts("IM"), x_label="Difference (points)"
    )


def open_differences() -> Plotted:
    return plot_differences(ARMS.tidy().assign(conf_low=-np.inf), margin=1.0)


RATIOS = pd.DataFrame(
    {
        "term": ["route: IM", "age, per 10 years", "previous failures: 3 or more"],
        "estimate": [1.42, 0.97, 1.61],
        "conf_low": [0.91, 0.83, 1.11],
        "conf_high": [2.21, 1.14, 2.34],
    }
)


def ratios() -> Plotted:
    return plot_ratios(RATIOS, margin=1.25, favours=("later relapse", "earlier relapse"))


def wide_ratios() -> Plotted:
    return plot_ratios(RATIOS.assign(conf_low=0.02, conf_high=np.inf), x_label="Odds ratio")


def correlation() -> Plotted:
    return plot_correlation(FIT)


def correlation_of_groups() -> Plotted:
    return plot_correlation(WIDE, subtitle="Change in PHQ-9")


def residuals() -> Plotted:
    return plot_residuals(FIT)


def residuals_of_many_visits() -> Plotted:
    return plot_residuals(WIDE)


def residuals_of_days() -> Plotted:
    return plot_residuals(DAYS, note="A note of the user.")


def quantiles() -> Plotted:
    return plot_quantiles(FIT)


def influence() -> Plotted:
    return plot_influence(LAST)


def influence_with_a_small_clinic() -> Plotted:
    n = LAST["n_patients"].where(LAST["site_id"].ne("clinic-03"), 7)
    return plot_influence(LAST.assign(n_patients=n))


RELEASED = [
    means,
    means_of_six_groups,
    means_of_levels,
    means_at_days,
    differences,
    differences_of_many,
    differences_by_visit,
    open_differences,
    ratios,
    wide_ratios,
    correlation,
    correlation_of_groups,
    influence,
    influence_with_a_small_clinic,
]
INTERNAL_ONLY = [residuals, residuals_of_many_visits, residuals_of_days, quantiles]
FIGURES = [*RELEASED, *INTERNAL_ONLY]


@pytest.mark.unit
@pytest.mark.parametrize("make", FIGURES)
def test_every_figure_can_be_read(make) -> None:
    plotted = make()
    check_texts_stay_inside_and_apart(plotted)
    check_text_is_horizontal_and_large_enough(plotted)
    check_alternative_text_describes_and_concludes(plotted)


@pytest.mark.unit
@pytest.mark.parametrize("make", RELEASED)
def test_no_small_count_is_drawn_or_told(make) -> None:
    plotted = make()
    check_no_small_count_is_drawn_or_told(plotted)
    require_releasable(plotted[1])


@pytest.mark.identity
@pytest.mark.parametrize("make", [means, differences, correlation, quantiles, influence])
def test_same_data_give_the_same_picture_whatever_the_session(make) -> None:
    plain = figure_png(make()[0])
    with plt.rc_context({"axes.facecolor": "black", "font.size": 20, "axes.spines.top": True}):
        assert figure_png(make()[0]) == plain


def drawn(ax: Any, marker: str) -> list[float]:
    """The heights of the points with a marker."""
    return [y for line in ax.lines if line.get_marker() == marker for y in line.get_ydata()]


def number(value: float, digits: int = 1) -> str:
    return f"{value:z.{digits}f}".replace("-", "−")


@pytest.mark.unit
def test_means_are_drawn_and_told_with_interval_and_number_of_patients() -> None:
    ax, frame = means()
    tidy = MEANS.tidy()
    assert list(frame.columns) == ["arm", "visit", "n", "estimate", "conf_low", "conf_high"]
    by_arm = tidy.groupby("arm")["estimate"]
    np.testing.assert_allclose(drawn(ax, "o"), by_arm.get_group("im"))
    np.testing.assert_allclose(drawn(ax, "s"), by_arm.get_group("iv"))
    for row, n in zip(tidy.to_dict("records"), COUNTS["n"], strict=True):
        low, high = (f"{row[name]:.1f}" for name in ("conf_low", "conf_high"))
        told = f"{row['estimate']:.1f} ({low} to {high}; n {n}) at {row['visit']}"
        assert told in frame.attrs["alt"]
    shown = [t.get_text() for t in texts(ax)]
    assert "Patients observed" in shown
    assert shown.count("im") == shown.count("iv") == 2  # beside the line, and before the counts
    assert "Change in PHQ-9 (points) (lower is better)" in shown


@pytest.mark.unit
def test_groups_stand_side_by_side() -> None:
    ax, _ = means()
    at = [line.get_xdata()[0] for line in ax.lines if line.get_marker() in ("o", "s")]
    assert at[0] == -at[1] < 0


@pytest.mark.unit
def test_names_of_near_lines_stay_near_them() -> None:
    ax, frame = means_of_six_groups()
    names = [t for t in texts(ax) if t.get_gid() == "label"]
    assert len(names) == 6
    ax.figure.canvas.draw()
    renderer = ax.figure.canvas.get_renderer()
    ends = frame.groupby("route")["estimate"].last()
    off = {
        t.get_text()[2:]: ax.transData.inverted().transform(t.get_window_extent(renderer))[:, 1]
        .mean() - ends[t.get_text()[2:]]
        for t in names
    }  # fmt: skip
    assert abs(np.mean(list(off.values()))) < 1.0
    assert all(t.get_text()[0] in "●■▲◆▼✚" for t in names)
    upwards = sorted(names, key=lambda t: t.get_window_extent(renderer).y0)
    assert [t.get_text()[2:] for t in upwards] == ends.sort_values().index.tolist()


@pytest.mark.unit
def test_means_of_few_patients_are_removed() -> None:
    counts = COUNTS.assign(n=COUNTS["n"].where(COUNTS.index != 3, 6))
    ax, frame = plot_marginal_means(MEANS, counts=counts)
    assert frame["estimate"].isna().tolist() == [i == 3 for i in range(8)]
    assert frame["n"].tolist()[3] == "<11"
    assert frame["n"].tolist()[7] == "—"  # or the total of the visit would give it away
    assert len(drawn(ax, "o")) == 3
    assert "fewer than 11 patients are not shown" in said(ax)
    _, whole = plot_marginal_means(MEANS, counts=counts, policy=INTERNAL)
    assert whole["n"].tolist()[3] == "6"
    assert "Confidential" in whole.attrs["alt"]


@pytest.mark.unit
def test_means_without_counts_say_so() -> None:
    ax, frame = means_of_levels()
    assert list(frame.columns) == ["arm", "estimate", "conf_low", "conf_high"]
    assert "Numbers of patients were not given" in frame.attrs["alt"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["im", "iv"]
    assert not [line for line in ax.lines if line.get_linestyle() not in ("None", "")]


@pytest.mark.unit
def test_days_stand_at_their_value_and_counts_may_be_whole_numbers() -> None:
    means_at = DAYS.marginal_means("arm", by="day", at={"day": [0, 7, 28]})
    counts = pd.DataFrame({"arm": ["im", "iv"] * 3, "day": [0, 0, 7, 7, 28, 28], "n": 40})
    ax, frame = plot_marginal_means(means_at, counts=counts)
    assert list(ax.get_xticks()) == [0.0, 7.0, 28.0]
    assert frame["n"].tolist() == ["40"] * 6


@pytest.mark.unit
def test_any_column_may_be_the_axis() -> None:
    ax, frame = plot_marginal_means(FIT.marginal_means(["visit", "arm"]))
    assert [t.get_text() for t in ax.get_xticklabels()] == ["im", "iv"]
    ax, frame = plot_marginal_means(FIT.marginal_means(["visit", "arm"]), x="visit")
    assert [t.get_text() for t in ax.get_xticklabels()] == ["v1", "v2", "v3", "v4"]
    assert list(frame.columns)[:2] == ["arm", "visit"]
    with pytest.raises(ColumnError, match="arm, visit"):
        plot_marginal_means(MEANS, x="day")


@pytest.mark.unit
def test_level_of_confidence_is_drawn_and_named() -> None:
    _, narrow = plot_marginal_means(MEANS, conf_level=0.8)
    np.testing.assert_allclose(narrow["conf_low"], MEANS.tidy(0.8)["conf_low"])
    assert "80% confidence" in narrow.attrs["alt"]
    ax, narrow = plot_differences(ARMS, conf_level=0.8)
    np.testing.assert_allclose(narrow["conf_low"], ARMS.tidy(0.8)["conf_low"])
    assert "80% confidence" in said(ax)


@pytest.mark.unit
def test_counts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ColumnError, match="arm, visit, n"):
        plot_marginal_means(MEANS, counts=COUNTS.drop(columns="visit"))
    with pytest.raises(DataError, match="more than one row"):
        plot_marginal_means(MEANS, counts=pd.concat([COUNTS, COUNTS]))
    patients = COUNTS.copy()
    patients.attrs["patient_level"] = True
    with pytest.raises(DisclosureError):
        plot_marginal_means(MEANS, counts=patients)


@pytest.mark.unit
def test_differences_are_drawn_and_told_with_zero_and_margin() -> None:
    ax, frame = differences()
    tidy = ARMS.tidy()
    points = [line for line in ax.lines if line.get_marker() == "o"]
    np.testing.assert_allclose([p.get_xdata()[0] for p in points], tidy["estimate"])
    upright = {
        line.get_xdata()[0]: line.get_linestyle() for line in ax.lines if len(line.get_ydata()) == 2
        and list(line.get_ydata()) == [0, 1]
    }  # fmt: skip
    assert upright == {0.0: "-", 2.0: "--"}
    for row in tidy.to_dict("records"):
        estimate, low, high = (number(row[n], 2) for n in ("estimate", "conf_low", "conf_high"))
        told = f"{estimate} ({low} to {high})"
        assert f"iv − im, {row['visit']}: {told}." in frame.attrs["alt"]
        assert told in [t.get_text() for t in texts(ax)]
    assert "Margin: 2. Below zero favours IV, above zero favours IM." in frame.attrs["alt"]
    shown = {t.get_text() for t in texts(ax)}
    assert {"← favours IV", "favours IM →", "margin 2", "iv − im", "v1"} <= shown


@pytest.mark.unit
def test_no_direction_is_good_unless_somebody_says_so() -> None:
    ax, frame = plot_differences(ARMS)
    for text in (frame.attrs["alt"], said(ax)):
        assert "favour" not in text
        assert "better" not in text
        assert "margin" not in text.lower()


@pytest.mark.unit
def test_open_intervals_end_in_arrows() -> None:
    ax, frame = open_differences()
    arrows = [line for line in ax.lines if line.get_marker() == "<"]
    assert len(arrows) == len(frame) == 4
    assert all(ax.get_xlim()[0] < arrow.get_xdata()[0] for arrow in arrows)
    assert "(up to " in frame.attrs["alt"]
    assert "inf" not in frame.attrs["alt"]
    other, upper = plot_differences(ARMS.tidy().assign(conf_high=np.inf))
    assert [line.get_marker() for line in other.lines].count(">") == 4
    assert "(from " in upper.attrs["alt"]


@pytest.mark.unit
def test_contrasts_head_their_rows_or_name_them() -> None:
    ax, _ = differences_by_visit()
    bold = [t.get_text() for t in ax.get_yticklabels() if t.get_fontweight() == "bold"]
    assert bold == ["IN − IM", "IV − IM", "SL − IM", "none − IM", "oral − IM"]
    ax, _ = differences_of_many()
    assert [t.get_text() for t in ax.get_yticklabels()][:2] == ["v2 − v1", "v3 − v1"]
    assert "Broken lines: margins −0.25 and 0.25." in said(ax)


@pytest.mark.unit
def test_ratios_lie_on_a_log_axis_beside_one() -> None:
    ax, frame = ratios()
    points = [line for line in ax.lines if line.get_marker() == "o"]
    np.testing.assert_allclose([p.get_xdata()[0] for p in points], np.log(RATIOS["estimate"]))
    upright = {
        round(float(np.exp(line.get_xdata()[0])), 6): line.get_linestyle() for line in ax.lines
        if list(line.get_ydata()) == [0, 1]
    }  # fmt: skip
    assert upright == {1.0: "-", 1.25: "--"}
    ticks = {label.get_text(): place for place, label in zip(ax.get_xticks(), ax.get_xticklabels(),
                                                             strict=True)}  # fmt: skip
    assert {"0.8", "1", "1.25", "1.5", "2"} <= set(ticks)
    assert all(np.exp(place) == pytest.approx(float(text)) for text, place in ticks.items())
    assert "beside a line at one: Hazard ratio. Margin: 1.25." in frame.attrs["alt"]
    assert "Below one later relapse, above one earlier relapse." in frame.attrs["alt"]
    assert "route: IM: 1.42 (0.91 to 2.21)." in frame.attrs["alt"]


@pytest.mark.unit
def test_ratios_of_nothing_are_refused() -> None:
    with pytest.raises(DataError, match="Ratios are above 0"):
        plot_ratios(RATIOS.assign(conf_low=0.0))
    with pytest.raises(ColumnError, match="conf_high"):
        plot_ratios(RATIOS.drop(columns="conf_high"))


@pytest.mark.unit
def test_frames_that_are_no_differences_are_refused() -> None:
    with pytest.raises(ColumnError, match="conf_high"):
        plot_differences(ARMS.tidy().drop(columns="conf_high"))
    patients = ARMS.tidy()
    patients.attrs["patient_level"] = True
    with pytest.raises(DisclosureError):
        plot_differences(patients)


@pytest.mark.unit
def test_correlations_and_standard_deviations_are_those_of_the_fit() -> None:
    ax, frame = correlation()
    matrix = FIT.covariance()
    deviation = np.sqrt(np.diag(matrix))
    for row in frame.to_dict("records"):
        i, j = (list(matrix.index).index(row[name]) for name in ("visit_1", "visit_2"))
        expected = deviation[i] if i == j else matrix.iloc[i, j] / deviation[i] / deviation[j]
        assert row["estimate"] == pytest.approx(expected, rel=1e-12)
        assert row["kind"] == ("standard deviation" if i == j else "correlation")
        where = f"{row['visit_1']} standard deviation" if i == j else f"v{i + 1} and v{j + 1}"
        assert f"{where} {number(expected, 1 if i == j else 2)}" in frame.attrs["alt"]
    assert len(frame) == 10
    cells = [t.get_text() for t in texts(ax) if t.get_gid() == "cell"]
    assert cells == [
        number(v, 1 if k == "standard deviation" else 2)
        for v, k in zip(frame["estimate"], frame["kind"], strict=True)
    ]


@pytest.mark.unit
def test_each_group_has_a_panel_of_its_own() -> None:
    ax, frame = correlation_of_groups()
    assert frame["group"].unique().tolist() == ["im", "iv"]
    assert frame.groupby("group").size().tolist() == [36, 36]
    corners = [patch.get_xy() for patch in ax.patches]
    assert len({(round(x, 3), round(y, 3)) for x, y in corners}) == 72
    assert {"im", "iv"} <= {t.get_text() for t in texts(ax)}


class Scores:
    """A fit whose scores go up and down together and against each other."""

    def covariance(self) -> pd.DataFrame:
        visits = ["v1", "v2", "v3"]
        matrix = [[4.0, 1.0, -1.2], [1.0, 4.0, 0.0], [-1.2, 0.0, 9.0]]
        return pd.DataFrame(matrix, index=visits, columns=visits)


@pytest.mark.unit
def test_negative_correlations_have_a_sign_a_hue_and_a_key() -> None:
    ax, frame = plot_correlation(Scores())  # type: ignore[arg-type]
    assert "v1 and v3 −0.20" in frame.attrs["alt"]
    assert "orange below zero" in said(ax)
    by_cell = dict(zip(frame["estimate"].round(2), ax.patches, strict=True))
    red, _, blue = to_rgb(by_cell[-0.2].get_facecolor())
    assert red > blue
    assert to_rgb(by_cell[0.0].get_facecolor()) == (1.0, 1.0, 1.0)
    assert "orange" not in said(correlation()[0])


@pytest.mark.unit
def test_a_fit_without_visits_has_no_correlations_between_them() -> None:
    with pytest.raises(ModelError, match="no visits"):
        plot_correlation(lmm("change ~ arm + day", DATA.assign(day=np.linspace(0, 90, len(DATA))),
                             subject="patient", random="1 + day"))  # fmt: skip


@pytest.mark.unit
@pytest.mark.parametrize("make", INTERNAL_ONLY)
def test_pictures_of_single_scores_are_marked_and_refused(make) -> None:
    ax, frame = make()
    assert frame.attrs["patient_level"] is True
    assert "patient" not in frame.columns
    with pytest.raises(DisclosureError):
        show(ax, frame)
    inside = "Confidential: each point is a patient's score, for use inside the clinic only."
    assert inside in said(ax)
    assert inside in frame.attrs["alt"]


@pytest.mark.unit
def test_residuals_stand_in_the_strip_of_their_visit() -> None:
    ax, frame = residuals()
    own = FIT.residuals("normalized")
    np.testing.assert_array_equal(frame["residual"], own["residual"])
    points = [line for line in ax.lines if line.get_marker() == "o"]
    for turn, (line, (visit, rows)) in enumerate(zip(points, own.groupby("visit"), strict=True)):
        np.testing.assert_array_equal(line.get_ydata(), rows["residual"])
        assert line.get_xdata().min() == pytest.approx(turn * 1.16)
        assert line.get_xdata().max() == pytest.approx(turn * 1.16 + 1)
        sd = f"standard deviation {rows['residual'].std():.2f}."
        assert f"{visit}: {len(rows)} scores, mean " in frame.attrs["alt"]
        assert sd in frame.attrs["alt"]
    share = f"{100 * own['residual'].abs().gt(2).mean():.1f}% of residuals"
    assert share in frame.attrs["alt"]


@pytest.mark.unit
def test_visits_of_residuals_are_in_the_order_of_the_model() -> None:
    ax, _ = residuals_of_many_visits()
    labels = [t.get_text() for t in texts(ax) if t.get_gid() == "label"]
    assert labels == [f"week {2 * k}" for k in range(1, 9)]


@pytest.mark.unit
def test_few_fitted_values_have_a_mean_each() -> None:
    fit = mmrm("change ~ arm * visit", DATA, **ROLES)
    ax, _ = plot_residuals(fit)
    own = fit.residuals("normalized").assign(arm=DATA["arm"])
    trend = [line for line in ax.lines if line.get_marker() == "s"]
    expected = own[own["visit"].eq("v1")].groupby("arm")["residual"].mean().sort_index()
    assert sorted(trend[0].get_ydata()) == pytest.approx(sorted(expected), abs=1e-12)


@pytest.mark.unit
def test_quantiles_count_what_is_outside_the_band() -> None:
    ax, frame = quantiles()
    out = (frame["residual"] < frame["band_low"]) | (frame["residual"] > frame["band_high"])
    assert f"band: {out.sum()} outside" in frame.attrs["alt"]
    assert len(drawn(ax, "s")) == out.sum()
    assert len(drawn(ax, "o")) == (~out).sum()
    assert frame["residual"].is_monotonic_increasing
    heavy = DATA.assign(change=np.random.default_rng(3).standard_t(2, len(DATA)))
    _, wild = plot_quantiles(mmrm("change ~ arm * visit", heavy, **ROLES))
    told = wild.attrs["alt"]
    assert not told.split("band: ")[1].startswith("0 outside")
    assert f"{len(DATA)} residuals lie outside the 95% band" in told


@pytest.mark.identity
def test_band_is_symmetric_and_wider_at_higher_confidence() -> None:
    low, high = normal_band(50)
    np.testing.assert_allclose(low, -high[::-1])
    assert (np.diff(high) > 0).all()
    wider_low, wider_high = normal_band(50, 0.99)
    assert (wider_low < low).all()
    assert (wider_high > high).all()
    np.testing.assert_array_equal(normal_band(50)[1], high)


@pytest.mark.truth
@pytest.mark.parametrize("n", [1, 20, 700])
def test_normal_values_are_inside_the_band_as_often_as_it_says(n: int) -> None:
    draws = np.sort(np.random.default_rng(11).normal(size=(4000, n)), axis=1)
    for conf_level in (0.8, 0.95):
        low, high = normal_band(n, conf_level)
        inside = ((draws >= low) & (draws <= high)).all(axis=1).mean()
        # the level of the band itself rests on 2,000 draws
        error = np.sqrt(conf_level * (1 - conf_level) * (1 / 2000 + 1 / 4000))
        assert inside == pytest.approx(conf_level, abs=3.5 * error)


@pytest.mark.unit
def test_influence_is_drawn_by_name_beside_the_estimate_of_all() -> None:
    ax, frame = plot_influence(LAST.sample(frac=1.0, random_state=1))
    assert [t.get_text() for t in ax.get_yticklabels()] == sorted(LAST["site_id"])
    points = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(points, LAST["estimate"])
    estimate, low, high = (
        number(LAST[f"{name}_all"].iloc[0], 2) for name in ("estimate", "conf_low", "conf_high")
    )
    assert f"All patients: {estimate} ({low} to {high})." in frame.attrs["alt"]
    for row in LAST.to_dict("records"):
        values = [number(row[name], 2) for name in ("estimate", "conf_low", "conf_high")]
        told = f"Without {row['site_id']}: {values[0]} ({values[1]} to {values[2]})"
        assert f"{told}, n = {row['n_patients']}." in frame.attrs["alt"]


@pytest.mark.unit
def test_influence_of_a_small_clinic_is_held_back_with_a_second_one() -> None:
    ax, frame = influence_with_a_small_clinic()
    by_name = frame.set_index("site_id")
    assert by_name.loc["clinic-03", "n_patients"] == "<11"
    assert by_name["n_patients"].eq("—").sum() == 1
    hidden = by_name["estimate"].isna()
    assert hidden.sum() == 2
    assert by_name.loc[hidden, ["conf_low", "conf_high", "change"]].isna().all().all()
    kept = LAST.set_index("site_id")["estimate"][~hidden]
    points = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(points, kept)
    assert "fewer than 11 patients" in said(ax)
    few = LAST.assign(n_patients=7)
    ax, whole = plot_influence(few, policy=INTERNAL)
    assert whole["estimate"].notna().all()
    assert "Confidential" in said(ax)
    _, none = plot_influence(few)
    assert "Every clinic has too few patients" in none.attrs["alt"]


@pytest.mark.unit
def test_clinics_that_cannot_be_left_out_say_why() -> None:
    first = LAST.index[0]
    lost = ["estimate", "conf_low", "conf_high", "change", "change_in_std_errors"]
    frame = LAST.copy()
    frame.loc[first, lost] = np.nan
    frame.loc[first, "note"] = "The other clinics have not all levels that this needs"
    ax, shown = plot_influence(frame)
    assert "Without clinic-00: no estimate" in shown.attrs["alt"]
    assert "not all levels that this needs (clinic-00)" in said(ax)


@pytest.mark.unit
def test_influence_names_a_missing_clinic() -> None:
    unnamed = LAST.assign(site_id=LAST["site_id"].replace(LAST["site_id"].iloc[0], None))
    ax, frame = plot_influence(unnamed)
    assert "not recorded" in [t.get_text() for t in ax.get_yticklabels()]
    assert "Without not recorded:" in frame.attrs["alt"]


@pytest.mark.unit
def test_influence_takes_one_contrast_of_the_right_frame() -> None:
    with pytest.raises(ColumnError, match="several contrasts"):
        plot_influence(INFLUENCE)
    with pytest.raises(ColumnError, match="clinic_influence"):
        plot_influence(LAST.drop(columns="change"))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("draw", "what"),
    [
        (plot_marginal_means, MEANS),
        (plot_differences, ARMS),
        (plot_ratios, RATIOS),
        (plot_correlation, FIT),
        (plot_residuals, FIT),
        (plot_quantiles, FIT),
        (plot_influence, LAST),
    ],
)
def test_figures_are_drawn_where_they_are_asked_for_with_the_words_given(draw, what) -> None:
    figure, axes = plt.subplots()
    ax, frame = draw(what, ax=axes, title="What it says", note="Seen by nobody.")
    assert ax is axes
    assert plt.get_fignums() == [figure.number]
    assert frame.attrs["alt"].endswith("Conclusion: What it says.")
    assert "What it says" in said(ax)
    assert "Seen by nobody." in said(ax)


@pytest.mark.identity
def test_frames_given_are_left_alone() -> None:
    before = LAST.copy()
    plot_influence(LAST)
    pd.testing.assert_frame_equal(LAST, before)
    tidy = ARMS.tidy()
    plot_differences(tidy)
    pd.testing.assert_frame_equal(tidy, ARMS.tidy())
    assert replace(ARMS).tidy().attrs == {}
