"""What holds for every chart: mirrored, moved and stretched numbers, and a glance at large ones."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.quality import spc_chart
from analysis.quality.charts.signal_rules import RULES

pytestmark = pytest.mark.identity

VALUES = st.lists(st.integers(-40, 40), min_size=12, max_size=30)
MIRRORED = {"improvement": "concern", "concern": "improvement", "": ""}


def individuals(values, **options):
    frame = pd.DataFrame({"y": np.asarray(values, dtype=float)})
    return spc_chart(frame, y="y", **{"kind": "i", "improvement": "up", **options})


@settings(max_examples=15, deadline=None)
@given(VALUES, st.sampled_from(sorted(RULES)), st.sampled_from(["i", "run"]))
def test_a_mirrored_chart_has_mirrored_signals(values, rules, kind):
    up, down = (individuals(v, rules=rules, kind=kind) for v in (values, np.negative(values)))
    assert up.frame["signal"].tolist() == down.frame["signal"].tolist()
    assert [MIRRORED[name] for name in up.frame["meaning"]] == down.frame["meaning"].tolist()
    assert up.glance()["crossings"].tolist() == down.glance()["crossings"].tolist()


@settings(max_examples=10, deadline=None)
@given(VALUES, st.integers(-9, 9), st.integers(1, 5))
def test_moved_and_stretched_values_move_and_stretch_the_lines(values, by, times):
    plain, moved = individuals(values), individuals(times * np.asarray(values) + by)
    for name in ("centre", "lower", "upper"):
        expected = times * plain.frame[name] + by
        np.testing.assert_allclose(moved.frame[name], expected, atol=1e-9)
    assert plain.frame["signal"].tolist() == moved.frame["signal"].tolist()


@pytest.mark.parametrize("kind", ["p", "u"])
def test_a_prime_chart_of_chance_alone_is_almost_the_plain_one(kind):
    random = np.random.default_rng(5)
    counts = random.binomial(400, 0.1, 2000) if kind == "p" else random.poisson(40, 2000)
    frame = pd.DataFrame({"y": counts, "n": 400})
    plain, prime = (spc_chart(frame, y="y", n="n", kind=name) for name in (kind, f"{kind}'"))
    wide = [each.frame["upper"].iloc[0] - each.frame["centre"].iloc[0] for each in (plain, prime)]
    assert wide[1] / wide[0] == pytest.approx(1.0, abs=0.06)


def test_five_thousand_points_are_judged():
    values = np.random.default_rng(2).normal(size=5_000)
    found = individuals(values).glance().iloc[0]
    # each of them is outside with probability 0.0027
    assert abs(found["n_outside"] - 13.5) < 4 * 13.5**0.5
    assert found["false_signal_rate"] == 1.0
