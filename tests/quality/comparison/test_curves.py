"""A clinic's curve beside a rebuilt one."""

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, release
from analysis.errors import DataError, DisclosureError
from analysis.missing import estimand_card
from analysis.outcomes import EventTable
from analysis.quality import compare_curves
from analysis.survival import kaplan_meier, one_sample_logrank, reconstruct_curve

unit = pytest.mark.unit


def events(n=200, rate=60.0, seed=1):
    """Times to relapse, seen up to day 120."""
    rng = np.random.default_rng(seed)
    time = np.ceil(rng.exponential(rate, n))
    frame = pd.DataFrame(
        {"subject_id": [f"p{i}" for i in range(n)], "time": np.minimum(time, 120.0),
         "event": time <= 120, "entry": 0.0}
    )  # fmt: skip
    return EventTable(
        frame=frame, origin="end of induction", rule="relapse", attrition=pd.DataFrame()
    )


@pytest.fixture(scope="module")
def paper():
    days = np.arange(0, 121, 5.0)
    points = pd.DataFrame({"time": days, "survival": np.exp(-days / 60)})
    table = pd.DataFrame({"time": [0, 40, 80], "n_risk": [300, 150, 74]})
    return reconstruct_curve(points, table, name="Paper 2030")


@unit
def test_numbers_are_those_of_the_curves(paper):
    table = events()
    found = compare_curves(table, paper, tau=84)
    own, theirs = (kaplan_meier(rows).rmst(84).iloc[0] for rows in (table.frame, paper.data))
    row = found.tidy().iloc[0]
    assert row["contrast"] == "this study - Paper 2030"
    assert row["estimate"] == pytest.approx(own["estimate"] - theirs["estimate"])
    assert row["std_error"] == pytest.approx(np.hypot(own["std_error"], theirs["std_error"]))
    test = one_sample_logrank(table.frame, paper.curve(), until=84).tidy().iloc[0]
    assert found.tidy()["estimate"].iloc[2] == pytest.approx(test["ratio"])
    assert found.glance()["n"].tolist() == [200, 300]
    assert found.glance()["n_risk_at_tau"].iloc[0] == int(table.frame["time"].ge(84).sum())


@pytest.mark.truth
def test_a_cohort_that_relapses_twice_as_often_is_found(paper):
    same = compare_curves(events(400), paper, tau=84).tidy()
    worse = compare_curves(events(400, rate=30.0), paper, tau=84).tidy()
    assert same["conf_low"].iloc[2] < 1 < same["conf_high"].iloc[2]
    assert worse["estimate"].iloc[2] == pytest.approx(2.0, abs=0.3)
    assert worse["conf_high"].iloc[0] < 0
    assert worse["p_value"].iloc[2] < 1e-6


@unit
def test_delayed_entry_is_kept(paper):
    table = events()
    late = table.frame.assign(entry=np.where(table.frame["time"] > 20, 14.0, 0.0))
    delayed = EventTable(
        frame=late, origin=table.origin, rule=table.rule, attrition=table.attrition
    )
    found = compare_curves(delayed, paper, tau=84)
    expected = kaplan_meier(late, entry="entry").rmst(84)["estimate"].item()
    assert found.curves.rmst(84)["estimate"].iloc[0] == pytest.approx(expected)
    before = compare_curves(table, paper, tau=84)
    assert found.test.glance()["expected"].item() < before.test.glance()["expected"].item()


@unit
def test_small_counts_are_hidden_and_caution_is_said(paper):
    few = compare_curves(events(14), paper, tau=84)
    assert few.shown["estimate"].isna().all()
    assert few.shown["n"].tolist() == ["14"] * 3
    inside = compare_curves(events(14), paper, tau=84, policy=INTERNAL)
    assert inside.shown["estimate"].notna().all()
    with pytest.raises(DisclosureError):
        release(inside)
    many = compare_curves(events(), paper, tau=84)
    assert release(many).frame["estimate"].notna().all()
    for words in ("analyst's word", "no effect of a treatment", "Guyot et al. 2012", "seen late"):
        assert words in many.summary()
        assert words in many._repr_html_().replace("&#39;", "'").replace("&#x27;", "'")


@unit
def test_what_cannot_be_compared_is_refused(paper):
    with pytest.raises(DataError, match="Fewer than 11 patients"):
        compare_curves(events(8), paper, tau=84)
    with pytest.raises(DataError, match="after the end of follow-up"):
        compare_curves(events(), paper, tau=150)


@unit
def test_the_estimand_says_what_is_known(paper):
    card = estimand_card(compare_curves(events(), paper, tau=84))
    assert "restricted mean times up to 84" in card.statement("population-level summary")
    assert not card.is_complete  # which treatments there were is not known to the curves
