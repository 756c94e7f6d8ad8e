"""Items from severity."""

import numpy as np
import pytest

from analysis.instruments import load_instrument
from analysis.synthetic.scale_models import SCALE_MODELS
from analysis.synthetic.streams import Streams

unit, truth = pytest.mark.unit, pytest.mark.truth

N = 20_000


def drawn(scale, level):
    model = SCALE_MODELS[scale]
    uniform = Streams(seed=5, prefix=scale).uniform("items", N, model.item_count)
    return model.answers(np.full(N, level), uniform)


@unit
@pytest.mark.parametrize("scale", SCALE_MODELS)
def test_a_model_has_the_items_and_answers_of_its_scale(scale):
    instrument, model = load_instrument(scale), SCALE_MODELS[scale]
    if scale == "C-SSRS":  # only the highest level of ideation is kept, not the answers
        assert model.highest_total == instrument.total_high
        return
    assert model.item_count == instrument.item_count
    assert len(model.steps) == instrument.item_high - instrument.item_low
    assert instrument.item_low == 0
    assert model.highest_total == instrument.total_high
    extreme = np.full((1, model.item_count), 1e-9)
    assert model.answers(np.array([0.5]), extreme).tolist() == [[0] * model.item_count]
    top = model.answers(np.array([instrument.total_high - 0.1]), 1.0 - extreme)
    assert top.tolist() == [[instrument.item_high] * model.item_count]


@truth
@pytest.mark.parametrize("scale", SCALE_MODELS)
@pytest.mark.parametrize("share", [0.03, 0.3, 0.6, 0.95])
def test_severity_is_the_mean_of_the_totals(scale, share):
    level = share * load_instrument(scale).total_high
    totals = drawn(scale, level).sum(axis=1)
    error = totals.std() / np.sqrt(N)
    assert abs(totals.mean() - level) < 4.0 * error


@truth
def test_measurement_error_agrees_with_the_reliability_of_the_phq9():
    # Kroenke et al. 2001: retest .84; at SD 5 the standard error of measurement is 2.0
    assert drawn("PHQ-9", 12.0).sum(axis=1).std() == pytest.approx(2.0, abs=0.25)


@truth
def test_item_9_is_the_rarest():
    means = drawn("PHQ-9", 16.0).mean(axis=0)
    assert means.argmin() == 8
    assert np.mean(drawn("PHQ-9", 16.0)[:, 8] >= 1) == pytest.approx(0.40, abs=0.10)
