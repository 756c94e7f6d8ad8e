"""Every figure: what it draws, what it says, and that its texts stay apart."""

from __future__ import annotations

from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from analysis.disclosure import INTERNAL, Ledger, cut_curve, recording
from analysis.errors import ColumnError, DataError, DisclosureError
from analysis.figures import (
    figure_png,
    plot_completeness,
    plot_flow,
    plot_proportions,
    plot_survival,
    plot_trajectory,
)
from tests.figures.looks import (
    check_alternative_text_describes_and_concludes,
    check_no_small_count_is_drawn_or_told,
    check_text_is_horizontal_and_large_enough,
    check_texts_stay_inside_and_apart,
    texts,
)

Plotted = tuple[Axes, pd.DataFrame]


class Curve:
    """Survival curves as a result gives them."""

    def __init__(self, groups: dict[str, list[int]], seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.times = {g: np.sort(rng.integers(1, 160, n[0])) for g, n in groups.items()}

    def curve(self) -> pd.DataFrame:
        parts = []
        for name, times in self.times.items():
            day, events = np.unique(times, return_counts=True)
            n_risk = np.array([(times >= d).sum() for d in day])
            estimate = np.cumprod(1 - events / n_risk)
            frame = pd.DataFrame({"route": name, "time": day, "n_risk": n_risk})
            parts.append(
                frame.assign(
                    n_event=events,
                    n_censored=0,
                    estimate=estimate,
                    std_error=0.05,
                    conf_low=np.clip(estimate - 0.1, 0, 1),
                    conf_high=np.clip(estimate + 0.1, 0, 1),
                )
            )
        return pd.concat(parts, ignore_index=True)

    def risk_table(self, times: Iterable[float]) -> pd.DataFrame:
        rows = [
            {"route": name, "time": float(t), "n_risk": int((values >= t).sum())}
            for name, values in self.times.items()
            for t in times
        ]
        return pd.DataFrame(rows)


def means(n: int = 60) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "route": np.repeat(["IV", "IM"], 4),
            "week": [0.0, 1, 4, 8] * 2,
            "n": [n * 2, n, n, n] * 2,
            "estimate": [17.0, 13, 9, 10, 17, 14, 11, 11.5],
        }
    )
    return frame.assign(conf_low=frame["estimate"] - 1, conf_high=frame["estimate"] + 1)


def trajectory() -> Plotted:
    observed = means().drop(columns=["conf_low", "conf_high"])
    return plot_trajectory(
        means().drop(columns="n"),
        x="week",
        by="route",
        observed=observed,
        y_label="PHQ-9 total, 0 to 27",
        subtitle="PHQ-9, 8 clinics",
        x_label="Weeks since first treatment",
    )


def survival() -> Plotted:
    curve = Curve({"IV": [120], "IM": [60]})
    return plot_survival(curve, times=[0, 28, 56, 84, 112, 140], y_label="Still responding")


def flow_frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "step": ["Registered", "Treated", "Baseline", "Analysed"],
            "n": [620, 610, 591, 394],
            "reason": ["no treatment in the data", "no score before treatment", "no score", ""],
            "n_excluded": [10, 19, 197, 0],
        }
    )


def flow() -> Plotted:
    return plot_flow(flow_frame(), subtitle="PHQ-9 at week 4, 8 clinics")


def completeness_frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "site_id": np.repeat(["clinic-b", "clinic-a", "clinic-c"], 3),
            "visit": pd.Categorical(
                ["week 1", "week 4", "week 12"] * 3, ["week 1", "week 4", "week 12"], ordered=True
            ),
            "started": np.repeat([102, 123, 74], 3),
            "due": [102, 99, 0, 116, 112, 99, 73, 67, 61],
            "scored": [79, 93, 0, 88, 81, 59, 4, 51, 37],
        }
    )


def completeness() -> Plotted:
    return plot_completeness(completeness_frame(), subtitle="PHQ-9")


def rates() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "site_id": ["clinic-b", "clinic-a", "clinic-c", "All"],
            "n": [28, 47, 4, 79],
            "observed": [63, 80, 50, 193],
        }
    )
    share = frame["n"] / frame["observed"]
    return frame.assign(estimate=share, conf_low=share - 0.05, conf_high=share + 0.05)


def proportions() -> Plotted:
    return plot_proportions(rates(), by="site_id", total="All", reference=(0.4, 0.5))


FIGURES = [trajectory, survival, flow, completeness, proportions]


@pytest.mark.unit
@pytest.mark.parametrize("make", FIGURES)
def test_texts_stay_inside_and_apart(make) -> None:
    check_texts_stay_inside_and_apart(make())


@pytest.mark.unit
@pytest.mark.parametrize("make", FIGURES)
def test_no_small_count_is_drawn_or_told(make) -> None:
    check_no_small_count_is_drawn_or_told(make())


@pytest.mark.unit
@pytest.mark.parametrize("make", FIGURES)
def test_alternative_text_describes_and_concludes(make) -> None:
    check_alternative_text_describes_and_concludes(make())


@pytest.mark.unit
@pytest.mark.parametrize("make", FIGURES)
def test_text_is_horizontal_and_large_enough(make) -> None:
    check_text_is_horizontal_and_large_enough(make())


@pytest.mark.identity
@pytest.mark.parametrize("make", FIGURES)
def test_same_data_give_the_same_picture(make) -> None:
    first, second = figure_png(make()[0]), figure_png(make()[0])
    assert first == second


@pytest.mark.identity
@pytest.mark.parametrize("make", FIGURES)
def test_session_defaults_do_not_change_the_picture(make) -> None:
    plain = figure_png(make()[0])
    with plt.rc_context({"axes.facecolor": "black", "font.size": 20, "axes.spines.top": True}):
        assert figure_png(make()[0]) == plain


@pytest.mark.unit
def test_trajectory_draws_means_and_observed_apart_in_more_than_colour() -> None:
    ax, frame = trajectory()
    lines = [line for line in ax.lines if line.get_linestyle() not in {"None", ""}]
    assert {line.get_linestyle() for line in lines} == {"-", "--"}
    assert {line.get_marker() for line in ax.lines if line.get_marker() != "None"} == {"o", "s"}
    np.testing.assert_allclose(lines[0].get_ydata(), [17, 13, 9, 10])
    assert list(frame.columns) == [
        "route",
        "week",
        "n",
        "estimate",
        "conf_low",
        "conf_high",
        "observed",
    ]
    assert frame["n"].tolist() == ["120", "60", "60", "60"] * 2
    assert any("lower is better" in t.get_text() for t in texts(ax))


@pytest.mark.unit
def test_trajectory_removes_points_of_few_patients_and_says_so() -> None:
    small = means()
    small.loc[[2, 7], "n"] = [10, 3]
    ax, frame = plot_trajectory(small, x="week", by="route")
    assert frame["estimate"].isna().tolist() == [i in {2, 7} for i in range(8)]
    assert frame["n"].tolist()[2] == "<11"
    drawn = np.concatenate([line.get_ydata() for line in ax.lines])
    assert 9.0 not in drawn
    assert 11.5 not in drawn
    assert any("fewer than 11 patients are not shown" in t.get_text() for t in texts(ax))
    assert "not shown" in frame.attrs["alt"]


@pytest.mark.unit
def test_points_that_are_hidden_beside_a_small_one_are_not_recorded_as_told() -> None:
    small = means()
    small.loc[2, "n"] = 10
    ledger = Ledger(release="1")
    with recording(ledger):
        _, frame = plot_trajectory(small, x="week", by="route")
    assert frame["n"].tolist()[2::4] == ["<11", "—"]
    (record,) = ledger.records
    told = [count for name, count in record.counts.items() if record.tells(name)]
    assert told == [120, 60, 60, 120, 60, 60]
    assert ledger.to_frame()["counts"].tolist() == [7]


@pytest.mark.unit
def test_a_missing_group_is_named() -> None:
    unnamed = means().assign(route=["IV"] * 4 + [None] * 4)
    ax, frame = plot_trajectory(unnamed, x="week", by="route")
    assert "not recorded" in [t.get_text() for t in texts(ax)]
    assert frame["route"].tolist() == ["IV"] * 4 + ["not recorded"] * 4
    clinics = completeness_frame().replace({"site_id": {"clinic-b": None}})
    _, shown = plot_completeness(clinics)
    assert set(shown["site_id"]) == {"not recorded", "clinic-a", "clinic-c"}
    shares = rates().replace({"site_id": {"clinic-b": None}})
    ax, _ = plot_proportions(shares, by="site_id", total="All")
    assert [t.get_text() for t in ax.get_yticklabels()] == [
        *("clinic-a", "clinic-c", "not recorded", "All")
    ]


def headings(plotted: Plotted) -> list[str]:
    return [text.get_text() for text in texts(plotted[0])]


@pytest.mark.unit
def test_messages_say_what_may_be_shown() -> None:
    one = rates().iloc[[0, 0]].assign(site_id=["clinic-b", "All"])
    assert "The share is 44%" in headings(plot_proportions(one, by="site_id", total="All"))
    some = headings(plot_proportions(rates(), by="site_id", total="All"))
    assert "The shares that may be shown lie between 41% and 59%" in some
    few = flow_frame().assign(n=[40, 40, 40, 15], n_excluded=[0, 0, 25, 0])
    assert "15 of 40 patients reach “Analysed”" in headings(plot_flow(few))
    hidden = flow_frame().assign(n=[26, 26, 26, 20], n_excluded=[0, 0, 6, 0])
    said = headings(plot_flow(hidden))
    assert "How many of 26 patients reach “Analysed” is hidden" in said
    many = pd.concat([means().assign(route=f"{name} ") for name in "ab"] + [means()])
    ended = "At the last visit the means lie between 10.0 and 11.5"
    assert ended in headings(plot_trajectory(many.iloc[4:], x="week", by="route"))


@pytest.mark.unit
def test_trajectory_takes_labels_in_order() -> None:
    labelled = means().assign(week=["baseline", "week 1", "week 4", "week 8"] * 2)
    ax, _ = plot_trajectory(labelled, x="week", by="route")
    assert [t.get_text() for t in ax.get_xticklabels()] == labelled["week"].tolist()[:4]


@pytest.mark.unit
def test_trajectory_needs_to_know_how_many() -> None:
    with pytest.raises(ColumnError, match="number of patients"):
        plot_trajectory(means().drop(columns="n"), x="week", by="route")
    with pytest.raises(ColumnError, match="conf_low"):
        plot_trajectory(means().drop(columns="conf_low"), x="week")


@pytest.mark.unit
def test_trajectory_refuses_single_patients() -> None:
    frame = means()
    frame.attrs["patient_level"] = True
    with pytest.raises(DisclosureError):
        plot_trajectory(frame, x="week", by="route")


@pytest.mark.unit
def test_bands_that_lie_over_each_other_are_faint_and_have_edges() -> None:
    two = means()
    three = pd.concat([two, two.iloc[:4].assign(route="SL")], ignore_index=True)
    (few, _), (many, _) = (plot_trajectory(frame, x="week", by="route") for frame in (two, three))
    strong, faint = (ax.collections[0].get_alpha() for ax in (few, many))
    assert faint < strong
    drawn = [line.get_ydata().tolist() for line in many.lines]
    assert drawn.count([16.0, 12.0, 8.0, 9.0]) == 2  # the lower edges of IV and SL
    assert [16.0, 12.0, 8.0, 9.0] not in [line.get_ydata().tolist() for line in few.lines]


@pytest.mark.unit
def test_more_lines_than_can_be_told_apart_are_refused() -> None:
    many = pd.concat([means().iloc[:4].assign(route=f"r{i}") for i in range(7)])
    with pytest.raises(DataError, match="at most 6"):
        plot_trajectory(many, x="week", by="route")


@pytest.mark.unit
def test_survival_is_cut_and_has_no_marks_for_single_patients() -> None:
    curve = Curve({"IV": [120], "IM": [30]})
    ax, frame = plot_survival(curve, times=[0, 28, 56, 84, 112, 140])
    steps = curve.curve()
    for line, name in zip(ax.lines, ["IM", "IV"], strict=True):
        seen = steps[steps["route"].eq(name) & steps["n_risk"].ge(11)].set_index("time")
        assert line.get_xdata()[0] == 0
        assert max(line.get_xdata()) <= seen.index.max()
        shown = np.unique(line.get_xdata())[1:]
        assert (seen["n_event"].cumsum().reindex(shown).diff().dropna() >= 11).all()
        assert line.get_marker() in {"", "None", None}
    assert frame.set_index(["route", "time"]).loc[("IV", 0.0), "n_risk"] == "120"
    hidden = frame["n_risk"].eq("<11")
    assert hidden.any()
    assert frame.loc[hidden, "estimate"].isna().all()


@pytest.mark.unit
def test_survival_reads_the_curve_at_the_ticks() -> None:
    curve = Curve({"IV": [200]})
    _, frame = plot_survival(curve, times=[0, 28, 56])
    steps = cut_curve(curve.curve(), by="route")
    expected = [1.0] + [steps[steps["time"].le(t)]["estimate"].iloc[-1] for t in (28, 56)]
    np.testing.assert_allclose(frame["estimate"], expected)


@pytest.mark.unit
def test_numbers_at_risk_stand_under_their_ticks() -> None:
    ax, frame = survival()
    ax.figure.canvas.draw()
    renderer = ax.figure.canvas.get_renderer()
    numbers = [t for t in texts(ax) if t.get_gid() == "count" and t.get_text()[0] in "0123456789<—"]
    assert len(numbers) == len(frame)
    ticks = [ax.transData.transform((t, 0))[0] for t in ax.get_xticks()]
    for place, number in enumerate(numbers):
        box = number.get_window_extent(renderer)
        assert (box.x0 + box.x1) / 2 == pytest.approx(ticks[place % len(ticks)], abs=1.0)


@pytest.mark.unit
def test_flow_merges_small_exclusions_before_drawing() -> None:
    ax, frame = flow()
    drawn = " ".join(t.get_text() for t in texts(ax))
    assert frame["step"].tolist() == ["Registered", "Baseline", "Analysed"]
    assert frame["n_excluded"].tolist() == ["29", "197", "0"]
    assert "610" not in drawn
    assert "merged" in drawn


@pytest.mark.unit
def test_flow_for_the_internal_audience_keeps_all_boxes() -> None:
    ax, frame = plot_flow(flow_frame(), policy=INTERNAL)
    assert frame["n"].tolist() == ["620", "610", "591", "394"]
    assert any("Confidential" in t.get_text() for t in texts(ax))


@pytest.mark.unit
def test_completeness_orders_clinics_by_name_and_keeps_not_due_apart() -> None:
    ax, frame = completeness()
    names = [t.get_text() for t in ax.get_yticklabels()]
    assert names == sorted(names)
    cell = frame.set_index(["site_id", "visit"])["shown"]
    assert cell["clinic-b", "week 12"] == "not yet due"
    assert cell["clinic-b", "week 4"].startswith("≥")  # 6 of 99 are missing
    assert cell["clinic-c", "week 1"].startswith("≤")  # 4 of 73 have a score


@pytest.mark.unit
def test_proportions_are_ordered_by_name_never_by_size() -> None:
    ax, frame = proportions()
    assert frame["site_id"].tolist() == ["clinic-a", "clinic-b", "clinic-c", "All"]
    assert [t.get_text() for t in ax.get_yticklabels()] == frame["site_id"].tolist()


@pytest.mark.unit
def test_proportions_hide_a_second_group_beside_a_total() -> None:
    _, frame = proportions()
    by_name = frame.set_index("site_id")
    assert by_name.loc["clinic-c", "n"] == "<11"
    assert by_name.loc[["clinic-a", "clinic-b"], "estimate"].isna().sum() == 1


@pytest.mark.unit
def test_proportions_of_one_measure_out_of_several() -> None:
    both = pd.concat([rates().assign(measure="response"), rates().assign(measure="remission")])
    both = both.assign(started=200, evaluable=150, observed=100, n=[40] * 8)
    both = both[both["site_id"].ne("All")]
    with pytest.raises(ColumnError, match="measure="):
        plot_proportions(both, by="site_id")
    _, frame = plot_proportions(both, by="site_id", measure="remission")
    assert len(frame) == 3


@pytest.mark.unit
def test_figure_is_drawn_where_it_is_asked_for() -> None:
    figure, axes = plt.subplots()
    ax, _ = plot_proportions(rates(), by="site_id", ax=axes)
    assert ax is axes
    assert plt.get_fignums() == [figure.number]
