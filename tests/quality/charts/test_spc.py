"""What a chart says, its icons, and what of it may leave."""

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, RELEASE, Ledger, named_policy, recording, release
from analysis.errors import DataError, DisclosureError
from analysis.quality import spc_chart
from analysis.quality.charts.limits import Method, chart_limits

pytestmark = pytest.mark.unit

COUNTS = pd.DataFrame(
    {
        "month": range(1, 15),
        "yes": [20, 25, 22, 26, 21, 25, 4, 24, 22, 25, 20, 26, 21, 24],
        "n": [40, 50, 44, 48, 45, 47, 15, 50, 46, 48, 44, 50, 42, 49],
    }
)


def chart(frame=COUNTS, **options):
    return spc_chart(frame, **{"y": "yes", "n": "n", "x": "month", "kind": "p", **options})


def individuals(values, **options):
    return spc_chart(pd.DataFrame({"y": values}), y="y", kind="i", **options)


def sentence(made):
    return made.sentences()["sentence"].iloc[0]


SAID = [
    ([1.0, -1.0] * 7, {}, "No signal in 14 points: chance may explain the variation."),
    ([1.0, -1.0] * 7 + [9.0], {}, "Signal in 15: the point lies above the upper limit."),
    (
        [1.0, -1.0] * 7 + [9.0, 9.5],
        {"freeze": 14},
        "Signal since 15: 2 points above the upper limit.",
    ),
    (
        [1.0, -1.0] * 7 + [0.5, 0.6] * 4,
        {"freeze": 14, "rules": "nhs"},
        "Signal since 15: 8 points in a row above the centre line.",
    ),
    (
        [-0.6, -0.5] * 4 + [1.0, -1.0] * 7,
        {"rules": "nhs"},
        (
            "Signal from 1 to 8: 8 points in a row below the centre line; the likeliest change is "
            "in 9."
        ),
    ),
    (
        [1.0, -1.0] * 3,
        {},
        (
            "Too few points to judge runs: 6 beside the centre line, 10 are needed; no point lies "
            "outside the limits."
        ),
    ),
]


@pytest.mark.parametrize(("values", "options", "said"), SAID)
def test_one_sentence_says_what_the_signal_is_and_since_when(values, options, said):
    assert sentence(individuals(values, **options)) == said


def test_few_points_have_an_icon_of_their_own():
    assert individuals([1.0, -1.0] * 4).glance()["variation"].iloc[0] == "too few points"
    by_nhs = individuals([1.0, -1.0] * 4, rules="nhs")
    assert by_nhs.glance()["variation"].iloc[0] == "common cause"


def test_a_long_run_says_since_when_although_its_last_point_is_outside():
    values = [1.0, -1.0] * 7 + [1.0] * 8 + [9.0]
    made = individuals(values, freeze=14)
    assert made.frame["signal"].iloc[-2:].tolist() == ["long run", "outside the limits"]
    assert sentence(made).startswith(
        "Signal since 15: 9 points in a row above the centre line (also: outside the limits)"
    )
    interrupted = [1.0, -1.0] * 7 + [1.0] * 4 + [0.0] + [1.0] * 5
    assert sentence(individuals(interrupted, freeze=14)).startswith(
        "Signal since 15: 9 points in a row above the centre line"
    )


def test_few_crossings_name_the_likeliest_change():
    values = [2.0] * 6 + [-1.0] + [3.0] * 5 + [-2.0] * 4 + [2.5] + [-3.0] * 7
    made = spc_chart(pd.DataFrame({"y": values}), y="y")
    assert sentence(made) == (
        "Signal: the line crosses the centre only 5 times (at least 8 are expected); the likeliest "
        "change is in 13."
    )
    assert made.glance()["likeliest_change"].iloc[0] == 13


@pytest.mark.parametrize("seed", range(4))
def test_the_likeliest_change_explains_most_of_the_variation(seed):
    random = np.random.default_rng(seed)
    n = random.integers(5, 200, 24)
    yes = random.binomial(n, np.repeat([0.3, 0.6], [9, 15]))
    share = yes / n

    def left_over(first):  # squares about the means of both sides, by patients
        sides = (slice(0, first), slice(first, 24))
        means = [np.average(share[side], weights=n[side]) for side in sides]
        return sum((n[s] * (share[s] - m) ** 2).sum() for s, m in zip(sides, means, strict=True))

    found = spc_chart(pd.DataFrame({"yes": yes, "n": n}), y="yes", n="n", kind="p").glance()
    assert found["likeliest_change"].iloc[0] == 1 + min(range(1, 24), key=left_over)


@pytest.mark.parametrize(
    ("last", "improvement", "icon"),
    [(9.0, "up", "improvement high"), (9.0, "down", "concern high"), (0.5, "up", "common cause"),
     (-9.0, "up", "concern low"), (-9.0, "down", "improvement low"),
     (9.0, "neutral", "change high")],
)  # fmt: skip
def test_the_icon_of_variation_is_about_the_last_point(last, improvement, icon):
    made = individuals([1.0, -1.0] * 7 + [last], freeze=14, improvement=improvement)
    assert made.glance()["variation"].iloc[0] == icon


@pytest.mark.parametrize(
    ("target", "improvement", "icon"),
    [(9.0, "up", "fails"), (9.0, "down", "passes"), (-9.0, "up", "passes"), (-9.0, "down", "fails"),
     (1.0, "up", "hit or miss"), (9.0, "neutral", ""), (None, "up", "")],
)  # fmt: skip
def test_the_icon_of_assurance_compares_target_and_limits(target, improvement, icon):
    made = individuals([1.0, -1.0] * 7, target=target, improvement=improvement)
    assert made.glance()["assurance"].iloc[0] == icon


def test_few_points_make_trial_limits():
    said = individuals([1.0, -1.0] * 4).sentences()["false_signals"].iloc[0]
    assert "Trial limits: they rest on 8 points, 12 are wanted." in said
    assert "Trial" not in individuals([1.0, -1.0] * 6).summary()


def test_lines_of_rare_and_common_events_by_hand():
    def lines(name, values, sizes):
        from analysis.quality.charts.kinds import chart_kind

        base = np.ones(len(values), dtype=bool)
        return chart_limits(
            chart_kind(name), np.array([values]), np.array(sizes), base, Method(screen=False)
        )

    cases = lines("g", [1.0, 3.0, 8.0], [1.0] * 3)  # mean 4, median 3, √(4·5) = 4.4721
    assert (cases.centre[0, 0], cases.lower[0, 0]) == (3.0, 0.0)
    assert cases.upper[0, 0] == pytest.approx(4 + 3 * 4.472136, abs=1e-5)
    rates = lines("u", [0.5, 0.25], [4.0, 8.0])  # 4 of 12; √(1/3/4) = 0.288675
    assert rates.centre[0, 0] == pytest.approx(1 / 3)
    assert rates.upper[0].tolist() == pytest.approx([1 / 3 + 0.866025, 1 / 3 + 0.612372], abs=1e-5)
    assert rates.lower[0].tolist() == [0.0, 0.0]
    laney = lines("u'", [0.5, 0.25], [4.0, 8.0])  # z = 0.57735, -0.408248; sigma z 0.8737574
    assert laney.upper[0, 0] == pytest.approx(1 / 3 + 3 * 0.2886751 * 0.8737574, abs=1e-5)
    scaled = lines("i'", [10.0, 13.0], [1.0, 4.0])  # mean 12.4; s = √(π/2)·3/√1.25 = 3.362994
    assert scaled.centre[0, 0] == pytest.approx(12.4)
    assert scaled.upper[0].tolist() == pytest.approx([12.4 + 10.08898, 12.4 + 5.044491], abs=1e-4)


def test_hidden_points_are_gaps_and_another_of_their_clinic_with_them():
    shown = chart().shown(RELEASE)
    frame = shown.statement.frame
    assert frame["y"].iloc[6] == "<11"
    assert frame["value"].isna().sum() == frame["upper"].isna().sum() == shown.parts.shape[0] + 1
    assert shown.statement.hidden >= 2
    assert shown.statement.audit["protected"].all()


def test_points_with_few_patients_without_the_outcome_are_hidden():
    nearly_all = COUNTS.assign(
        yes=[37, *COUNTS["yes"][1:6], 22, *COUNTS["yes"][7:]], n=COUNTS["n"].clip(lower=40)
    )
    frame = release(chart(nearly_all)).frame  # 3 of 40 are without it
    assert np.isnan(frame["value"].iloc[0])
    assert "37" not in frame["y"].tolist()
    rates = release(chart(nearly_all, kind="u")).frame
    assert rates["y"].iloc[0] == "37"  # events of sessions have no complement


def test_lines_of_a_release_rest_on_what_is_shown_alone():
    hidden_otherwise = COUNTS.assign(yes=COUNTS["yes"].replace({4: 5}))
    first, second = (chart(frame).shown().statement.frame for frame in (COUNTS, hidden_otherwise))
    pd.testing.assert_frame_equal(first, second)
    frame = chart().shown().statement.frame
    known = frame["value"].notna()
    yes, n = (COUNTS.loc[known.to_numpy(), name].sum() for name in ("yes", "n"))
    assert frame["centre"].iloc[0] == pytest.approx(yes / n)


def test_charts_pass_the_door_and_single_events_do_not():
    assert release(chart()).frame["n"].iloc[0] == "40"
    means = COUNTS.assign(yes=COUNTS["yes"] * 1.5, n=[40, 6, 30, 5, *COUNTS["n"][4:]])
    shown = release(chart(means, kind="i'")).frame
    assert shown["n"].iloc[[0, 1, 3]].tolist() == ["40", "<11", "<11"]
    assert shown["value"].isna().iloc[[1, 3]].all()
    for made in (individuals([1.0, 2.0, 3.0]), spc_chart(COUNTS, y="yes", kind="g")):
        with pytest.raises(DisclosureError, match="how many patients"):
            release(made)


def test_counts_and_rates_hide_few_events():
    counts = release(spc_chart(COUNTS, y="yes", x="month", kind="c")).frame
    assert counts["y"].iloc[6] == "<11"
    assert np.isnan(counts["value"].iloc[6])
    rates = release(chart(kind="u")).frame
    assert rates["y"].iloc[6] == "<11"


def test_points_of_few_patients_are_hidden_where_sessions_are_counted():
    many = COUNTS.assign(people=[30] * 6 + [30, 10] + [30] * 6, yes=COUNTS["yes"].clip(lower=11))
    frame = release(chart(many, kind="u", patients="people")).frame
    assert frame["y"].iloc[7] == frame["n"].iloc[7] == "—"
    assert frame["value"].isna().tolist() == [False] * 7 + [True] + [False] * 6
    means = release(
        spc_chart(many, y="yes", x="month", kind="i", patients="people", freeze=6)
    ).frame
    assert means["value"].isna().tolist() == [False] * 7 + [True] + [False] * 6
    assert means["n"].eq("").all()


def test_another_policy_makes_another_chart():
    five = named_policy("5")
    made = chart().shown(five)
    assert release(made, five).hidden == 1 + 1
    with pytest.raises(DisclosureError, match="another policy"):
        release(chart(), five)
    with pytest.raises(DisclosureError, match="another policy"):
        made.shown(RELEASE)
    rounded = named_policy("7 with rounding to 5")
    frame = release(chart().shown(rounded), rounded).frame
    assert frame["n"].iloc[5] == "45"
    assert frame["value"].iloc[5] == pytest.approx(25 / 45)


def test_inside_nothing_is_hidden_and_nothing_leaves():
    inside = chart().shown(INTERNAL)
    assert inside.frame["value"].notna().all()
    with pytest.raises(DisclosureError):
        release(inside)


def test_a_ledger_protects_a_point_against_last_months_chart():
    counted = COUNTS.copy()
    counted.attrs["counted"] = "response by period"
    later = counted.assign(yes=counted["yes"].where(counted["month"].ne(14), 27),
                           n=counted["n"].where(counted["month"].ne(14), 52))  # fmt: skip
    later.attrs = dict(counted.attrs)
    assert later_alone(later) == "52"
    first = Ledger(release="1")
    with recording(first):
        chart(counted).shown()
    with recording(Ledger(release="2", records=list(first.records))):
        assert later_alone(later) == "—"  # 52 - 49 would tell three patients


def later_alone(frame):
    return chart(frame).shown().statement.frame["n"].iloc[13]


def test_a_chart_is_its_sentences():
    made = chart()
    assert repr(made) == made.summary()
    assert made.summary().startswith("P chart of proportions, rules anhoej\n")
    assert "<p>" in made._repr_html_()
    pd.testing.assert_frame_equal(made.tidy(), made.frame)
    by_clinic = chart(pd.concat([COUNTS.assign(c="B<b>"), COUNTS.assign(c="A")]), by="c")
    assert by_clinic.sentences()["c"].tolist() == ["A", "B<b>"]
    assert "B&lt;b&gt;" in by_clinic._repr_html_()


def test_frames_go_out_as_copies():
    made = chart()
    made.frame["value"] = 0.0
    made.glance()["signal"] = True
    assert made.frame["value"].ne(0.0).all()
    assert not made.glance()["signal"].iloc[0]


def test_a_group_without_a_single_value_has_no_lines():
    empty = pd.DataFrame({"month": [1, 2], "yes": [0, 0], "n": [0, 0]})
    made = chart(empty)
    assert made.frame["centre"].isna().all()
    assert sentence(made) == "No points can be shown, so there is nothing to judge."


def test_one_point_has_a_centre_and_no_limits():
    frame = individuals([4.0]).frame
    assert frame["centre"].tolist() == [4.0]
    assert frame["upper"].isna().all()


def test_unknown_improvement_is_refused():
    with pytest.raises(DataError):
        chart(improvement="sideways")


def test_measurements_of_one_point_are_put_together():
    rows = pd.DataFrame(
        {"day": [1, 1, 2, 2, 2, 3, 4, 4], "mm": [1.0, 3.0, 2.0, 4.0, 6.0, 5.0, None, 3.0]}
    )
    means = spc_chart(rows, y="mm", x="day", kind="xbar")
    assert means.frame["value"].tolist() == [2.0, 4.0, 5.0, 3.0]
    assert means.frame["n"].tolist() == [2.0, 3.0, 1.0, 1.0]
    # pooled: (2 + 2·4) / 3; A3 of 2 is 2.658681; one measurement has no limits
    centre, usual = 24 / 7, (10 / 3) ** 0.5
    assert means.frame["upper"].iloc[0] == pytest.approx(centre + 2.658681 * usual, abs=1e-5)
    assert means.frame["upper"].isna().tolist() == [False, False, True, True]
    deviations = spc_chart(rows, y="mm", x="day", kind="s").frame
    assert deviations["value"].iloc[:2].tolist() == pytest.approx([2**0.5, 2.0])
    assert deviations["value"].iloc[2:].isna().all()
    single = spc_chart(rows.assign(day=[1, 2, 3, 4, 5, 6, 6, 7]), y="mm", x="day", kind="xbar")
    assert single.frame["upper"].isna().all()  # one measurement each: no deviation within points
    with pytest.raises(DisclosureError):
        release(means)
    with pytest.raises(DataError, match="several measurements"):
        spc_chart(rows.drop_duplicates("day"), y="mm", x="day", kind="xbar")
