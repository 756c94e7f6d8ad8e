"""Median follow-up by the reverse Kaplan-Meier curve."""

import json
import warnings

import pandas as pd
import pytest

from analysis.errors import DataError, ModelError
from analysis.survival import kaplan_meier, reverse_kaplan_meier
from tests.survival.reference import REFERENCE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines.datasets import load_lung

EXPECTED = json.loads((REFERENCE / "expected_logrank_rmst.json").read_text(encoding="utf-8"))
RELAPSE = pd.read_csv(REFERENCE / "tte.csv")


@pytest.mark.reference
def test_median_follow_up_is_that_of_r():
    found = reverse_kaplan_meier(RELAPSE, by="arm").median()
    assert found.to_dict("records") == EXPECTED["follow_up"]


@pytest.mark.reference
def test_lung_median_follow_up_is_the_published_one():
    # survminer pull request 828: men 840, women 529 days
    found = reverse_kaplan_meier(load_lung(), event="status", by="sex").median()
    assert found["estimate"].tolist() == [840, 529]


@pytest.mark.identity
def test_it_is_the_curve_of_the_reversed_event():
    reversed_event = RELAPSE.assign(event=1 - RELAPSE["event"])
    pd.testing.assert_frame_equal(
        reverse_kaplan_meier(RELAPSE, entry="entry", by="arm").curve(),
        kaplan_meier(reversed_event, entry="entry", by="arm").curve(),
    )


@pytest.mark.unit
def test_small_table_by_hand():
    # ends of observation at 5 (of 4 left), 9 (of 2) and 12 (of 1)
    data = pd.DataFrame({"time": [3, 5, 8, 9, 12], "event": [1, 0, 1, 0, 0]})
    steps = reverse_kaplan_meier(data).curve()
    assert steps["estimate"].tolist() == pytest.approx([1, 3 / 4, 3 / 4, 3 / 8, 0])
    assert steps["n_event"].tolist() == [0, 1, 0, 1, 1]


@pytest.mark.unit
def test_result_says_what_it_is():
    result = reverse_kaplan_meier(RELAPSE, conf_type="log", origin="response")
    assert result.summary().startswith(
        "Reverse Kaplan-Meier curve (follow-up), log confidence limits; time from response\n"
    )
    row = result.glance().iloc[0]
    assert row["n_event"] == (RELAPSE["event"] == 0).sum()
    assert row["n_dropped"] == 0


@pytest.mark.unit
def test_what_kaplan_meier_refuses_is_refused():
    with pytest.raises(DataError, match="neither 0 nor 1"):
        reverse_kaplan_meier(RELAPSE.assign(event=3))
    with pytest.raises(ModelError, match="conf_type is 'logit'"):
        reverse_kaplan_meier(RELAPSE, conf_type="logit")
