"""Every number of the first page equals a pivot of the files, made without the package."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL
from analysis.report.first_page import headline
from analysis.study import read_study
from analysis.synthetic import example_folder

pytestmark = pytest.mark.identity

FOLDER = example_folder("clinic-network")


@pytest.fixture(scope="module")
def rows():
    made = headline(read_study(FOLDER), "PHQ-9", visit="week 4", policy=INTERNAL)
    return made.tidy().set_index("measure")


def table(name):
    path = FOLDER / f"{name}.csv"
    return pd.read_csv(path) if path.exists() else pd.read_parquet(path.with_suffix(".parquet"))


@pytest.fixture(scope="module")
def days():
    """One PHQ-9 per patient and day; on days of a session the first before the dose."""
    scores = table("assessments").query("instrument == 'PHQ-9' and total == total")
    days = scores.merge(table("sessions")[["subject_id", "rel_day"]].assign(dosed=True), how="left")
    days = days[days["dosed"].isna() | ~days["hours_post"].gt(0)]
    days = days.sort_values(["subject_id", "rel_day", "occurrence"])
    return days.drop_duplicates(["subject_id", "rel_day"])


@pytest.fixture(scope="module")
def people(days):
    """One row per patient: baseline, score at week 4 (day 28, days 21 to 41), and who is due."""
    treated = table("sessions").groupby("subject_id")["rel_day"].min()
    before = days[days["rel_day"].between(-30, 0)].groupby("subject_id")["total"].last()
    inside = days[days["rel_day"].between(21, 41)]
    inside = inside.assign(off=(inside["rel_day"] - 28).abs())
    nearest = inside.sort_values(["subject_id", "off", "rel_day"]).groupby("subject_id")
    about = table("subjects").merge(table("follow_up"), on="subject_id").set_index("subject_id")
    about = about.loc[treated.index]
    fresh = ~about["treated_before_data"].fillna(False).astype(bool)
    about["baseline"] = before.reindex(about.index).where(fresh)
    about["score"] = nearest["total"].first().reindex(about.index)
    about["at"] = nearest["rel_day"].first().reindex(about.index)
    about["due"] = about["observed_until_day"].ge(41)
    return about


def counts(rows, name):
    return tuple(rows.loc[name, ["n", "patients"]].astype(int))


def test_who_is_counted(rows, people):
    started, due = len(people), people["due"]
    evaluable = due & people["baseline"].ge(10)
    assert counts(rows, "evaluable") == (evaluable.sum(), started) == (478, 610)
    assert counts(rows, "completeness") == (people.loc[due, "score"].notna().sum(), due.sum())
    assert counts(rows, "completeness") == (424, 578)


def test_outcomes(rows, people):
    seen = people[people["due"] & people["baseline"].ge(10) & people["score"].notna()]
    response = seen["score"].le(0.5 * seen["baseline"])
    worse = (seen["score"] - seen["baseline"]).ge(5.54)
    assert counts(rows, "response") == (response.sum(), len(seen)) == (155, 342)
    assert counts(rows, "remission") == (seen["score"].le(4).sum(), len(seen)) == (52, 342)
    assert counts(rows, "worsening") == (worse.sum(), len(seen)) == (2, 342)


def test_item_9_without_an_action_on_the_day(rows):
    items = table("items").query("instrument == 'PHQ-9' and item_no == 9 and response >= 1")
    positive = items[["subject_id", "rel_day"]].drop_duplicates()
    actions = table("actions").query("trigger == 'suicidal ideation'")
    done = actions[actions["action"].isin(["risk assessment", "safety plan"])]
    done = done[["subject_id", "rel_day"]].drop_duplicates().assign(done=True)
    joined = positive.merge(done, how="left")
    lacking = joined["done"].isna().groupby(joined["subject_id"]).any()
    assert counts(rows, "item9") == (lacking.sum(), len(lacking)) == (87, 404)


def test_sessions_and_events(rows):
    sessions = table("sessions")
    asked = sessions[sessions["ae_assessed"].eq(True)]
    events = table("adverse_events").query("serious == True")
    inside = events.merge(asked[["subject_id", "session_no"]])
    found = rows.loc["serious", ["events", "sessions", "n", "patients", "estimate"]].tolist()
    assert found[:4] == [len(inside), len(asked), inside["subject_id"].nunique(), 609]
    assert found[:2] == [4, 4933]
    assert found[4] == pytest.approx(100 * 4 / 4933, rel=1e-12)
    stopped = sessions[sessions["completed"].eq(False)]
    assert rows.loc["stopped", ["events", "sessions"]].tolist() == [len(stopped), len(sessions)]
    assert rows.loc["stopped", ["events", "sessions"]].tolist() == [39, 5067]
    assert rows.loc["stopped", "n"] == stopped["subject_id"].nunique() == 38


def test_wilson_limits_by_their_formula(rows):
    n, of, z = 155, 342, 1.959963984540054
    middle, half = n + z**2 / 2, z * np.sqrt(n * (of - n) / of + z**2 / 4)
    found = rows.loc["response", ["estimate", "conf_low", "conf_high"]].astype(float)
    expected = [n / of, (middle - half) / (of + z**2), (middle + half) / (of + z**2)]
    assert found.tolist() == pytest.approx(expected, rel=1e-10)


def test_loss_of_response_lies_between_products_dated_early_and_late(rows, people, days):
    seen = people[people["due"] & people["baseline"].ge(10) & people["score"].notna()]
    responders = seen[seen["score"].le(0.5 * seen["baseline"])]
    later = days.merge(responders[["baseline", "at"]], left_on="subject_id", right_index=True)
    later = later[later["rel_day"].ge(later["at"])].sort_values(["subject_id", "rel_day"])
    later = later.assign(since=later["rel_day"] - later["at"])
    later["visit_before"] = later.groupby("subject_id")["since"].shift()
    later = later[later["since"].gt(0)]
    shows = later[later["total"].gt(0.5 * later["baseline"])].drop_duplicates("subject_id")
    shows = shows.set_index("subject_id")
    last = later.groupby("subject_id")["since"].max()
    assert counts(rows, "loss") == (len(shows), len(last)) == (91, 140)
    late, early = (1 - _product(shows[day], last) for day in ("since", "visit_before"))
    assert late == pytest.approx(0.456972, abs=1e-6)
    found = rows.loc["loss", ["estimate_low", "estimate", "estimate_high"]].astype(float)
    assert late < found["estimate_low"] <= found["estimate"] <= found["estimate_high"] < early


def _product(lost, last):
    """Kaplan and Meier's estimate on day 56."""
    until, well = lost.reindex(last.index).fillna(last), 1.0
    for day in sorted(lost[lost.le(56)].unique()):
        well *= 1 - lost.eq(day).sum() / until.ge(day).sum()
    return well
