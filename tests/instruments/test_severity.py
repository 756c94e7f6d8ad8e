"""Bands of severity."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.instruments import severity_band

unit = pytest.mark.unit


@unit
@pytest.mark.parametrize(
    ("scale", "edges"),
    [
        # first total of each band: Kroenke et al. 2001, Spitzer et al. 2006, Snaith et al. 1986
        (
            "PHQ-9",
            {0: "minimal", 5: "mild", 10: "moderate", 15: "moderately severe", 20: "severe"},
        ),
        ("GAD-7", {0: "minimal", 5: "mild", 10: "moderate", 15: "severe"}),
        ("MADRS", {0: "normal", 7: "mild", 20: "moderate", 35: "severe"}),
    ],
)
def test_bands_begin_at_the_published_totals(scale, edges):
    labels = list(edges.values())
    banded = severity_band(pd.Series(list(edges), dtype=float), scale)
    assert banded.tolist() == labels
    assert banded.cat.categories.tolist() == labels
    assert banded.cat.ordered
    below = severity_band(pd.Series([edge - 1.0 for edge in list(edges)[1:]]), scale)
    assert below.tolist() == labels[:-1]


@unit
def test_a_prorated_total_between_bands_belongs_to_the_lower():
    assert severity_band(pd.Series([4.5, 9.99]), "PHQ-9").tolist() == ["minimal", "mild"]


@unit
def test_missing_totals_have_no_band_and_the_index_stays():
    banded = severity_band(pd.Series([27.0, np.nan], index=[7, 3]), "PHQ-9")
    assert banded.index.tolist() == [7, 3]
    assert banded.isna().tolist() == [False, True]


@unit
def test_nullable_totals_are_read():
    banded = severity_band(pd.Series(pd.array([3, None], dtype="Int64")), "GAD-7")
    assert banded.isna().tolist() == [False, True]


@unit
def test_impossible_totals_are_refused_by_count():
    with pytest.raises(DataError, match="from 0 to 27; 2 are outside"):
        severity_band(pd.Series([-1.0, 28.0, 4.0]), "PHQ-9")


@unit
def test_a_scale_without_bands_is_refused_by_name():
    with pytest.raises(DataError, match="PCL-5 has no published bands"):
        severity_band(pd.Series([40.0]), "PCL-5")


@unit
def test_where_higher_is_better_bands_still_go_from_low_to_high():
    banded = severity_band(pd.Series([0.0, 28.0, 32.0, 50.0, 52.0, 100.0]), "WHO-5")
    poor, low, well = "likely depression", "low", "not low"
    assert banded.tolist() == [poor, poor, low, low, well, well]
    assert severity_band(pd.Series([3.0, 4.0, 5.0]), "MOAA/S").tolist() == [
        "moderate or deeper sedation",
        "light sedation",
        "alert",
    ]
