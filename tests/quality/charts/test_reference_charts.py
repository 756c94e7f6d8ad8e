"""Published charts, by their printed digits.

Data of Montgomery, D. C. (2013), Introduction to Statistical Quality Control, 7th ed.: costs of
processing (6.7), circuit boards (7.3), purchase orders (7.4) and valve failures (7.14); and of the
tests and vignettes of NHSRplotthedots 0.2.2 (MIT licence). Expected values were computed by
qicharts2 0.8.1 and NHSRplotthedots 0.2.2 in R 4.2.2.
"""

import numpy as np
import pandas as pd
import pytest

from analysis.quality import spc_chart

pytestmark = pytest.mark.reference

DEVIATIONS = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
# R 4.2.2: set.seed(123); rnorm(20)
NORMAL = [
    -0.5604756465522126, -0.2301774894832800, 1.5587083141491240, 0.0705083914245760,
    0.1292877351609462, 1.7150649868832810, 0.4609162059892023, -1.2650612346065340,
    -0.6868528518935261, -0.4456619700999581, 1.2240817974394615, 0.3598138270573638,
    0.4007714505940522, 0.1106827159451197, -0.5558411347540749, 1.7869131368030782,
    0.4978504782292394, -1.9666171566296382, 0.7013559015636855, -0.4727914077279340,
]  # fmt: skip
COSTS = [
    310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314, 295, 293, 306, 301,
    304, 305, 282, 305, 296, 314, 295, 287, 301, 298, 311, 310, 292, 305, 299, 304, 310, 304, 305,
    333, 328,
]  # fmt: skip
BOARDS = [
    21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19,
    17, 15, 16, 18, 12, 15, 24, 21, 28, 20, 25, 19, 18, 21, 16, 22, 19, 12, 14, 9, 16, 21,
]  # fmt: skip
VALVES = [
    286, 948, 536, 124, 816, 729, 4, 143, 431, 8, 2837, 596, 81, 227, 603, 492, 1199, 1214, 2831, 96
]  # fmt: skip
ORDERS = pd.DataFrame(
    {
        "wrong": [12, 8, 6, 9, 10, 12, 11, 16, 10, 6, 20, 15, 9, 8, 6, 8, 10, 7, 5, 8, 5, 8, 10, 6,
                  9],
        "orders": [100, 80, 80, 100, 110, 110, 100, 100, 90, 90, 110, 120, 120, 120, 110, 80, 80,
                   80, 90, 100, 100, 100, 100, 90, 90],
    }
)  # fmt: skip


def found(values: list[float], **options) -> pd.Series:
    return spc_chart(pd.DataFrame({"y": values}), y="y", **options).glance().iloc[0]


@pytest.mark.parametrize(
    ("screen", "lower", "upper"), [(False, -3.0626, 6.9515), (True, -0.7156, 4.6044)]
)
def test_individuals_with_one_deviation(screen, lower, upper):
    chart = found(DEVIATIONS, kind="i", rules="nhs", screen=screen)
    assert [round(chart[name], 4) for name in ("centre", "lower", "upper")] == [
        1.9444,
        lower,
        upper,
    ]


def test_individuals_of_normal_numbers():
    chart = found(NORMAL, kind="i", rules="nhs")
    assert chart["centre"] == pytest.approx(0.1416238, abs=5e-8)
    assert chart["lower"] == pytest.approx(-3.01138, abs=5e-6)
    assert chart["upper"] == pytest.approx(3.294627, abs=5e-7)


@pytest.mark.parametrize(
    ("screen", "lower", "upper"), [(True, -2.383666, 3.722497), (False, -4.596625, 5.935457)]
)
def test_screening_of_moving_ranges(screen, lower, upper):
    values = [*NORMAL[:14], 10.0, *NORMAL[15:]]
    chart = found(values, kind="i", rules="nhs", screen=screen)
    assert chart["centre"] == pytest.approx(0.6694159, abs=5e-8)
    assert chart["lower"] == pytest.approx(lower, abs=5e-7)
    assert chart["upper"] == pytest.approx(upper, abs=5e-7)


def test_two_points_near_opposite_limits_are_no_signal():
    values = [1.0, -1.0] * 7 + [5.5, -5.5]
    frame = spc_chart(pd.DataFrame({"y": values}), y="y", kind="i", rules="nhs").frame
    assert frame["signal"].iloc[-2:].tolist() == ["", ""]


def test_individuals_and_moving_ranges_of_costs():
    chart = found(COSTS, kind="i", freeze=20)
    assert chart["centre"] == 300.5
    assert chart["lower"] == pytest.approx(279.7833, abs=5e-5)
    assert chart["upper"] == pytest.approx(321.2167, abs=5e-5)
    assert chart["n_outside"] == 2
    ranges = found(COSTS, kind="mr", freeze=20)
    assert ranges["centre"] == pytest.approx(7.789474, abs=5e-7)
    assert ranges["upper"] == pytest.approx(25.44821, abs=5e-6)


def test_proportions_of_wrong_orders():
    chart = spc_chart(ORDERS, y="wrong", n="orders", kind="p")
    assert chart.glance()["centre"].iloc[0] == pytest.approx(0.0955102, abs=5e-8)
    assert chart.frame["lower"].mean() == pytest.approx(0.0064923, abs=5e-8)
    assert chart.frame["upper"].mean() == pytest.approx(0.1851427, abs=5e-8)
    assert chart.glance()["n_outside"].iloc[0] == 1


@pytest.mark.parametrize(
    ("screen", "lower", "upper"),
    [(False, 0.00895442, 0.182066), (True, 0.01904772, 0.1719727)],
)
def test_laneys_proportions_of_wrong_orders(screen, lower, upper):
    frame = spc_chart(ORDERS, y="wrong", n="orders", kind="p'", screen=screen).frame
    assert frame["lower"].mean() == pytest.approx(lower, abs=5e-9)
    assert frame["upper"].mean() == pytest.approx(upper, abs=5e-8)


def test_counts_of_faults_on_circuit_boards():
    chart = found(BOARDS, kind="c", freeze=26, exclude=[6, 20])
    assert chart["lower"] == pytest.approx(6.362532, abs=5e-7)
    assert chart["centre"] == pytest.approx(19.66667, abs=5e-6)
    assert chart["upper"] == pytest.approx(32.9708, abs=5e-5)
    assert (chart["longest_run"], chart["crossings"], chart["crossings_limit"]) == (8, 14, 16)
    assert chart["rules_broken"] == "few crossings"


def test_hours_between_valve_failures():
    chart = found(VALVES, kind="t")
    assert chart["centre"] == pytest.approx(430.041, abs=5e-4)
    assert chart["lower"] == 0
    assert chart["upper"] == pytest.approx(6937.933, abs=5e-4)


RINGS = """
74.030 74.002 74.019 73.992 74.008  73.995 73.992 74.001 74.011 74.004  73.988 74.024 74.021 74.005
74.002  74.002 73.996 73.993 74.015 74.009  73.992 74.007 74.015 73.989 74.014  74.009 73.994 73.997
73.985 73.993  73.995 74.006 73.994 74.000 74.005  73.985 74.003 73.993 74.015 73.988  74.008 73.995
74.009 74.005 74.004  73.998 74.000 73.990 74.007 73.995  73.994 73.998 73.994 73.995 73.990  74.004
74.000 74.007 74.000 73.996  73.983 74.002 73.998 73.997 74.012  74.006 73.967 73.994 74.000 73.984
74.012 74.014 73.998 73.999 74.007  74.000 73.984 74.005 73.998 73.996  73.994 74.012 73.986 74.005
74.007  74.006 74.010 74.018 74.003 74.000  73.984 74.002 74.003 74.005 73.997  74.000 74.010 74.013
74.020 74.003  73.982 74.001 74.015 74.005 73.996  74.004 73.999 73.990 74.006 74.009  74.010 73.989
73.990 74.009 74.014  74.015 74.008 73.993 74.000 74.010  73.982 73.984 73.995 74.017 74.013
"""


def test_means_and_deviations_of_piston_rings():
    values = [float(value) for value in RINGS.split()]
    rings = pd.DataFrame({"mm": values, "sample": [1 + k // 5 for k in range(125)]})
    means = spc_chart(rings, y="mm", x="sample", kind="xbar").glance().iloc[0]
    assert means["n_points"] == 25
    assert [round(means[name], 5) for name in ("lower", "centre", "upper")] == [
        73.98776,
        74.00118,
        74.01459,
    ]
    deviations = spc_chart(rings, y="mm", x="sample", kind="s").glance().iloc[0]
    assert deviations["centre"] == pytest.approx(0.009399484, abs=5e-10)
    assert deviations["upper"] == pytest.approx(0.0196355, abs=5e-8)


# Weeks of attendances to emergency departments that were seen within four hours, and all: Mohammed
# MA et al. (2013), BMJ Quality & Safety 22:362-368. Limits are those of R's qicharts2.
SEEN = [
    266501, 264225, 276532, 281461, 269071, 261215, 270409, 279778, 270483, 270320,
    267923, 271478, 255353, 256820, 261835, 259144, 255910, 260863, 264465, 260989,
]  # fmt: skip
CAME = [
    280443, 276823, 291681, 296155, 282343, 275888, 283867, 295251, 284468, 282529,
    279618, 283932, 266629, 268091, 276803, 271578, 266005, 273520, 278574, 273772,
]  # fmt: skip
EMERGENCY = pd.DataFrame({"week": range(1, 21), "seen": SEEN, "came": CAME})


def _emergency(kind, **options):
    chart = spc_chart(EMERGENCY, y="seen", x="week", n="came", kind=kind, per=1.0, **options)
    return chart.frame, chart.glance()


def test_limits_of_very_large_proportions_are_far_too_narrow():
    frame, row = _emergency("p")
    assert frame["centre"].iloc[0] == pytest.approx(0.9528997, abs=5e-8)
    assert frame["lower"].iloc[0] == pytest.approx(0.9516996, abs=5e-8)
    assert frame["upper"].iloc[0] == pytest.approx(0.9540999, abs=5e-8)
    assert row[["n_outside", "longest_run", "crossings"]].iloc[0].tolist() == [16, 5, 9]


def test_laneys_limits_of_them_hold_every_week():
    frame, row = _emergency("p'")
    assert row["n_outside"].iloc[0] == 0
    lower = [0.9401296442, 0.9400464186, 0.9403780656, 0.9404730075, 0.9401726842]
    np.testing.assert_allclose(frame["lower"].iloc[:5], lower, atol=5e-11)
    upper = [0.9656697785, 0.9659964087, 0.9658244262]
    np.testing.assert_allclose(frame["upper"].iloc[[0, 12, 19]], upper, atol=5e-11)


def test_laneys_limits_of_the_first_weeks_go_on():
    frame, _ = _emergency("p'", freeze=10)
    assert frame["centre"].iloc[-1] == pytest.approx(0.9510596438, abs=5e-11)
    assert frame["lower"].iloc[0] == pytest.approx(0.9386646914, abs=5e-11)
    assert frame["upper"].iloc[-1] == pytest.approx(0.9636047012, abs=5e-11)


def test_laneys_limits_begin_anew_in_a_second_part():
    frame, _ = _emergency("p'", rebase=11)
    assert frame["centre"].iloc[[0, 10]].tolist() == pytest.approx(
        [0.9510596438, 0.9548143122], abs=5e-11
    )
    assert frame["lower"].iloc[10] == pytest.approx(0.9406106234, abs=5e-11)
    assert frame["upper"].iloc[19] == pytest.approx(0.9691688495, abs=5e-11)
