"""Cohorts reproduce published figures: change, response and staying together."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.synthetic import cohort_names, reproduce_published, scenario
from analysis.synthetic.estimates import OF_PAIRS

unit, truth = pytest.mark.unit, pytest.mark.truth

# typed from the publications: McInnes 2022, Pfeiffer 2024, Oliver 2022, Hull 2022, the cohort of
# BMC Psychiatry 2022;22:634, and Sakurai 2020 for stopping
PUBLISHED = {
    "kit_phq9": [100 * 537 / 9016, 53.6, 28.9, 8.4, 1.5, 80.0, 60.0, 47.1],
    "va_phq9": [18.6, 26.0, 15.0, 26.0, 26.0, 18.0],
    "clinic_phq9": [50.0, 20.0, -30.0, 47.1],
    "sl_phq9": [62.8, 32.6, 0.9, 62.9, 31.3],
    "im_phq9": [16.3, 6.7, 10.8, 5.9, 12.8, 5.7, 8.4, 2.3],
}


@truth
@pytest.mark.parametrize("cohort", PUBLISHED)
def test_a_cohort_reproduces_the_published_figures(cohort):
    compared = reproduce_published(cohort)
    assert compared["published"].tolist() == pytest.approx(PUBLISHED[cohort])
    assert scenario(cohort).patients >= 5_000
    assert len(compared) >= 4
    assert compared["z"].abs().max() <= 3.0, compared.to_string()


@unit
def test_cohorts_are_those_of_the_presets():
    assert cohort_names() == tuple(PUBLISHED)
    with pytest.raises(DataError, match="kit_phq9"):
        reproduce_published("network")


@truth
def test_errors_of_the_figures_are_those_of_repeated_samples():
    rng = np.random.default_rng(3)
    values: dict[str, list[tuple[float, float]]] = {name: [] for name in OF_PAIRS}
    for _ in range(300):
        before = np.clip(np.rint(rng.normal(17, 4, 200)), 1, 27)
        later = np.clip(np.rint(before * rng.normal(0.6, 0.25, 200)), 0, 27)
        pairs = pd.DataFrame({"before": before, "later": later})
        for name, estimate in OF_PAIRS.items():
            values[name].append(estimate(pairs))
    for name, pairs_of in values.items():
        estimates, errors = np.array(pairs_of).T
        assert errors.mean() == pytest.approx(estimates.std(ddof=1), rel=0.15), name


@unit
def test_figures_of_four_pairs_by_hand():
    pairs = pd.DataFrame({"before": [20.0, 10.0, 10.0, 8.0], "later": [10.0, 4.0, 6.0, 9.0]})
    figures = {name: estimate(pairs)[0] for name, estimate in OF_PAIRS.items()}
    assert figures["response"] == 50.0
    assert figures["remission below 5"] == 25.0
    assert figures["remission at most 5"] == 25.0
    assert figures["worse"] == 25.0
    assert figures["mean before"] == 12.0
    assert figures["mean later"] == 7.25
    assert figures["percent change"] == pytest.approx(-100.0 * 4.75 / 12.0)
    # variances 88/3 and 22.75/3
    assert figures["standardised change"] == pytest.approx(4.75 / np.sqrt((88 / 3 + 22.75 / 3) / 2))
