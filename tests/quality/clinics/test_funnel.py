"""Funnels: overdispersion against printed numbers, zero events, too few clinics, bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, release
from analysis.errors import ColumnError, DataError, ModelError
from analysis.quality import funnel
from analysis.quality.clinics.funnel_overdispersion import Dispersion, dispersion
from analysis.quality.clinics.funnel_points import read_points
from analysis.quality.clinics.funnel_table import LimitPlan
from tests.quality.clinics import EIGHT, RATIOS, SHARES, SIX, many


def six():
    columns = {"events": "o", "expected": "e"}
    return read_points(SIX, kind="ratio", by="clinic", target=None, columns=columns)


# FunnelPlotR 0.6.0: 2.948033 is asserted in its tests, the others were run
@pytest.mark.reference
@pytest.mark.parametrize(
    ("scale", "trim", "tails", "phi"),
    [
        ("log", 0.1, "truncate", 2.948033),  # SHMI
        ("square root", 0.1, "winsorise", 2.3271783),  # CQC
        ("square root", 0.05, "winsorise", 2.7467826),
    ],
)
def test_phi_is_the_printed_one(scale, trim, tails, phi):
    found = dispersion(six(), scale=scale, trim=trim, tails=tails)
    assert found.phi == pytest.approx(phi, abs=6e-7 if trim < 1 and scale == "log" else 6e-8)


@pytest.mark.reference
def test_variance_between_clinics_is_the_printed_one():
    found = dispersion(six(), scale="log", trim=0.1, tails="truncate")
    assert found.between_variance == pytest.approx(0.019477531, abs=6e-10)


@pytest.mark.reference
def test_one_hospital_has_its_printed_ratio_and_limits():
    # FunnelPlotR, medpar: site 030001, SHMI with the between variance of all its sites
    one = pd.DataFrame({"site": ["030001"], "o": [406], "e": [523.70]})
    found = funnel(
        one, kind="ratio", by="site", events="o", expected="e", target=1.0, limits="normal",
        transformation="log", policy=INTERNAL,
    )  # fmt: skip
    row = found.tidy().iloc[0]
    assert row["estimate"] == pytest.approx(0.77525, abs=2e-5)  # E is printed to 2 decimals
    assert row["statistic"] == pytest.approx(-5.8256, abs=2e-4)
    between = Dispersion(
        statistic=np.zeros(1), phi=8.5328513, between_variance=0.028410232, scale="log",
        n_clinics=44,
    )  # fmt: skip
    plan = LimitPlan(rule="normal", scale="log", widening="additive", found=between)
    ends = [*plan.limits(found.points, 0.95), *plan.limits(found.points, 0.998)]
    expected = [0.71085991, 1.4067469, 0.58386325, 1.7127298]
    np.testing.assert_allclose([float(end[0]) for end in ends], expected, rtol=3e-7)


@pytest.mark.unit
def test_positions_and_chance_are_those_of_the_counts():
    found = funnel(EIGHT, **SHARES, policy=INTERNAL)
    assert found.tidy()["position"].tolist() == ["inside"] * 3 + ["below alarm"] + ["inside"] * 4
    assert found.target == pytest.approx(155 / 342)
    assert found.sentence() == (
        "Of 8 clinics 1 lies outside the 99.8% limits (d); by chance alone about 0.4 would lie "
        "outside the 95% limits."
    )
    about = found.glance().iloc[0]
    assert about["outside_warning"] == about["outside_alarm"] == 1
    assert 0.2 < about["chance_warning"] < 0.6


@pytest.mark.unit
def test_fewer_than_ten_clinics_have_no_overdispersion_and_a_reason():
    found = funnel(EIGHT, **SHARES, policy=INTERNAL)
    assert found.needs_shrinkage
    assert "With 8 clinics, fewer than 10" in found.summary()
    assert found.shrinkage().tidy()["clinic"].tolist() == list("abcdefgh")
    for kind in ("additive", "multiplicative"):
        with pytest.raises(ModelError, match="too few"):
            funnel(EIGHT, **SHARES, overdispersion=kind)
    assert not funnel(EIGHT, **SHARES, overdispersion="none").needs_shrinkage


@pytest.mark.unit
def test_overdispersion_widens_limits_and_leaves_them_where_there_is_none():
    data = many(spread=0.5)
    plain, wide, other = (
        funnel(data, **SHARES, overdispersion=kind, policy=INTERNAL)
        for kind in ("none", "auto", "multiplicative")
    )
    assert wide.glance()["phi"].item() > 2
    for one in (wide, other):
        assert (one.tidy()["warning_high"] > plain.tidy()["warning_high"]).all()
        assert (one.tidy()["alarm_low"] < plain.tidy()["alarm_low"]).all()
    assert wide.glance()["outside_warning"].item() < plain.glance()["outside_warning"].item()
    same = data.assign(n=(data["of"] // 2))
    for kind in ("auto", "multiplicative"):
        alike = funnel(same, **SHARES, overdispersion=kind, policy=INTERNAL)
        assert "no more than by chance" in " ".join(alike.notes())
        free = funnel(same, **SHARES, overdispersion="none", policy=INTERNAL)
        pd.testing.assert_frame_equal(alike.tidy(), free.tidy())


@pytest.mark.unit
def test_clinics_without_events_are_points_like_others():
    data = many().assign(n=0, of=100)
    data.loc[0, "n"] = 30
    found = funnel(data, kind="rate", by="clinic", events="n", denominator="of", limits="mid-p")
    positions = found.true["position"]
    assert positions.iloc[0] == "above alarm"
    assert positions.iloc[1:].eq("inside").all()
    assert found.true["estimate"].iloc[1:].eq(0.0).all()
    with pytest.raises(DataError, match="no logarithm"):
        funnel(data, kind="rate", by="clinic", events="n", denominator="of", transformation="log")
    warned = funnel(
        data.iloc[:9], kind="rate", by="clinic", events="n", denominator="of", limits="exact",
        target=0.01,
    )  # fmt: skip
    assert "a clinic without events is always outside" in " ".join(warned.notes())


@pytest.mark.unit
def test_nobody_with_an_event_needs_a_target():
    data = EIGHT.assign(n=0)
    with pytest.raises(DataError, match="target="):
        funnel(data, **SHARES)
    found = funnel(data, **SHARES, target=0.02, limits="mid-p", policy=INTERNAL)
    assert found.tidy()["position"].eq("inside").all()


@pytest.mark.unit
def test_clinics_with_nothing_to_count_are_left_out_and_said():
    data = pd.concat([EIGHT, pd.DataFrame({"clinic": ["z"], "n": [0], "of": [0]})])
    found = funnel(data, **SHARES, policy=INTERNAL)
    assert "z" not in set(found.tidy()["clinic"])
    assert "1 clinic had nothing to count and was left out." in found.notes()
    ratios = SIX.assign(o=[0, *SIX["o"][1:]], e=[0.0, *SIX["e"][1:]])
    assert len(funnel(ratios, **RATIOS).points.clinic) == 5


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"clinic": list("aacdefgh")}, DataError, "another row has named"),
        ({"clinic": [None, *"bcdefgh"]}, DataError, "do not name"),
        ({"n": [-1, *[10] * 7]}, DataError, "cannot be"),
        ({"n": [1.5, *[10] * 7]}, DataError, "cannot be"),
        ({"n": [None, *[10] * 7]}, DataError, "cannot be"),
        ({"of": [None, *[40] * 7]}, DataError, "cannot be"),
        ({"of": [np.inf, *[40] * 7]}, DataError, "cannot be"),
        ({"n": [80, *[10] * 7]}, DataError, "more events"),
        ({"n": ["many", *["10"] * 7]}, ColumnError, "not numeric"),
    ],
)
def test_what_cannot_be_is_refused(change, error, match):
    with pytest.raises(error, match=match):
        funnel(EIGHT.assign(**change), **SHARES)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"kind": "share"}, ModelError, "allowed"),
        ({"events": None}, ColumnError, "needs events="),
        ({"events": "x"}, ColumnError, "'x'"),
        ({"by": "x"}, ColumnError, "'x'"),
        ({"expected": "of"}, ColumnError, "no use for expected="),
        ({"limits": "sigma"}, ModelError, "allowed"),
        ({"overdispersion": "yes"}, ModelError, "allowed"),
        ({"transformation": "probit"}, ModelError, "allowed"),
        ({"target": 1.2}, ModelError, "between 0 and 1"),
        ({"per": 100}, ModelError, "rates only"),
        ({"patients": "x"}, ColumnError, "patients"),
    ],
)
def test_choices_that_do_not_fit_are_refused(options, error, match):
    with pytest.raises(error, match=match):
        funnel(EIGHT, **{**SHARES, **options})


@pytest.mark.unit
def test_one_clinic_needs_a_target():
    with pytest.raises(DataError, match="two at least"):
        funnel(EIGHT.iloc[:1], **SHARES)
    one = funnel(EIGHT.iloc[:1], **SHARES, target=0.4, policy=INTERNAL)
    assert one.tidy()["position"].tolist() == ["above warning"]


@pytest.mark.unit
def test_means_are_compared_by_the_pooled_spread():
    data = pd.DataFrame(
        {"m": [-8.0, -6.0, -7.0], "s": [5.0, 5.0, 5.0], "k": [25, 100, 25]}, index=list("abc")
    )
    found = funnel(data, kind="mean", mean="m", std_dev="s", denominator="k", policy=INTERNAL)
    row = found.tidy().iloc[0]
    assert found.target == pytest.approx(-6.5)
    assert row["statistic"] == pytest.approx(-1.5)  # 1.5 below, standard error 5 / 5
    assert row["warning_low"] == pytest.approx(-6.5 - 1.959964)
    with pytest.raises(ColumnError, match="std_dev"):
        funnel(data, kind="mean", mean="m", denominator="k")
    with pytest.raises(DataError, match="spread"):
        funnel(data.assign(s=0.0), kind="mean", mean="m", std_dev="s", denominator="k")


@pytest.mark.identity
def test_order_of_rows_and_scale_of_denominators_do_not_matter():
    data = many()
    found = funnel(data, **SHARES, policy=INTERNAL)
    turned = funnel(data.sample(frac=1, random_state=3), **SHARES, policy=INTERNAL)
    pd.testing.assert_frame_equal(found.tidy(), turned.tidy())
    rate = {"kind": "rate", "by": "clinic", "events": "n", "denominator": "of"}
    once = funnel(data, **rate, policy=INTERNAL)
    tenfold = funnel(data.assign(of=10 * data["of"]), **rate, per=10, policy=INTERNAL)
    numbers = ["estimate", "statistic", "alarm_low", "alarm_high"]
    np.testing.assert_allclose(once.tidy()[numbers], tenfold.tidy()[numbers], rtol=1e-9)


@pytest.mark.unit
def test_nobody_is_ranked():
    data = many().sample(frac=1, random_state=1)
    found = funnel(data, **SHARES, policy=INTERNAL)
    assert found.tidy()["clinic"].is_monotonic_increasing
    assert release(funnel(data, **SHARES)).frame["clinic"].is_monotonic_increasing
    assert not [name for name in found.tidy() if "rank" in name]


@pytest.mark.unit
def test_lines_are_the_limits_of_the_points():
    data = many()
    found = funnel(data, **SHARES, policy=INTERNAL)
    lines = found.lines().set_index("size")
    table = found.tidy().drop_duplicates("denominator").set_index("denominator")
    shared = table.index.intersection(lines.index)
    assert len(shared) > 3
    for end in ("warning_low", "alarm_high"):
        np.testing.assert_allclose(lines.loc[shared, end], table.loc[shared, end])
    assert lines.index.max() == np.ceil(1.06 * data["of"].max())
