"""A part of a study: whose rows are kept, and which months are meant."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.outcomes import previous_period, select_patients, selection_in_words
from analysis.outcomes.months import months_of
from analysis.study import read_study
from analysis.synthetic import example_folder

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def network():
    return read_study(example_folder("clinic-network"))


@pytest.fixture(scope="module")
def dated(network):
    """The network with dates: every patient starts on the first day of a month of 2024."""
    who = network.tables["subjects"]["subject_id"]
    month = pd.Series(range(len(who))).mod(12).add(1)
    start = pd.to_datetime("2024-" + month.astype(str).str.zfill(2) + "-01").dt.date
    calendar = pd.DataFrame({"subject_id": who, "start_date": start})
    return replace(network, tables={**network.tables, "calendar": calendar})


def test_a_clinic_keeps_its_patients_wherever_they_were_treated(network):
    part = select_patients(network, site="clinic-b")
    subjects = network.tables["subjects"]
    chosen = subjects.loc[subjects["site_id"].eq("clinic-b"), "subject_id"]
    assert part.tables["subjects"]["subject_id"].tolist() == chosen.tolist()
    for name, frame in network.tables.items():
        assert len(part.tables[name]) == frame["subject_id"].isin(chosen).sum(), name
    assert part.sha256 == network.sha256
    assert set(part.sites) >= {"clinic-b"}


def test_months_without_a_calendar_keep_their_numbers_in_a_part(network):
    part = select_patients(network, first="month 7", last="12")
    who = part.tables["subjects"]["subject_id"]
    months, is_dated = months_of(part, who, pd.Series(0, index=who.index))
    assert not is_dated
    assert set(months) <= set(range(6, 12))
    assert {6, 11} <= set(months)
    again = select_patients(part, first="month 7", last="month 7")
    assert len(again.tables["subjects"]) == (months == 6).sum()


def test_periods_share_the_patients_out(network):
    halves = [select_patients(network, last="month 9"), select_patients(network, first="month 10")]
    ids = [set(half.tables["subjects"]["subject_id"]) for half in halves]
    known = network.tables["follow_up"].dropna(subset="observed_until_day")["subject_id"]
    assert ids[0].isdisjoint(ids[1])
    assert ids[0] | ids[1] == set(known)


def test_months_of_the_calendar(dated):
    part = select_patients(dated, first="2024-03", last="2024-04")
    starts = pd.to_datetime(part.tables["calendar"]["start_date"])
    assert set(starts.dt.month) == {3, 4}
    assert len(starts) == 102  # 610 patients over twelve months: 51 in each of these two


def test_the_whole_study_is_given_back_when_nothing_is_chosen(network):
    assert select_patients(network) is network


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"site": "clinic-z"}, "The study has clinic-a, clinic-b"),
        ({"first": "2024-01"}, "no calendar: a month is counted"),
        ({"first": "month 0"}, "no calendar"),
        ({"first": "month 9", "last": "month 8"}, "from month 1 to month"),
        ({"first": "month 900"}, "from month 1 to month"),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(network, wanted, said):
    with pytest.raises(DataError, match=said):
        select_patients(network, **wanted)


def test_a_month_of_a_calendar_is_written_as_one(dated):
    with pytest.raises(DataError, match="written like 2024-05"):
        select_patients(dated, first="month 3")
    with pytest.raises(DataError, match="from 2024-01 to 2024-12"):
        select_patients(dated, first="2025-01")


def test_a_study_that_knows_no_months_says_so(network):
    follow_up = network.tables["follow_up"].assign(
        observed_until_day=pd.array([pd.NA] * len(network.tables["follow_up"]), "Int64")
    )
    bare = replace(network, tables={**network.tables, "follow_up": follow_up})
    with pytest.raises(DataError, match="needs the table calendar"):
        select_patients(bare, first="month 1")


def test_nobody_left_is_an_error_without_a_number(dated):
    subjects = dated.tables["subjects"]
    march = dated.tables["calendar"]["start_date"].map(lambda day: day.month == 3)
    elsewhere = (
        subjects["site_id"]
        .astype("string")
        .mask(march & subjects["site_id"].eq("clinic-a"), "clinic-b")
    )
    moved = replace(dated, tables={**dated.tables, "subjects": subjects.assign(site_id=elsewhere)})
    with pytest.raises(DataError, match="No patient is left"):
        select_patients(moved, site="clinic-a", first="2024-03", last="2024-03")


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("month 7", "month 12", ("month 1", "month 6")),
        ("month 7", "month 7", ("month 6", "month 6")),
        ("month 4", "month 12", ("", "")),
        ("", "month 12", ("", "")),
    ],
)
def test_the_period_before_is_as_long(network, first, last, before):
    assert previous_period(network, first, last) == before


def test_the_period_before_crosses_years(dated):
    with_2023 = dated.tables["calendar"].copy()
    with_2023.loc[0, "start_date"] = pd.Timestamp("2023-11-01").date()
    study = replace(dated, tables={**dated.tables, "calendar": with_2023})
    assert previous_period(study, "2024-01", "2024-02") == ("2023-11", "2023-12")


def test_the_selection_is_said_in_words():
    assert selection_in_words() == ""
    assert selection_in_words(site="clinic-a") == "home clinic clinic-a"
    assert selection_in_words(first="2024-01", last="2024-03") == (
        "first treatment from 2024-01 to 2024-03"
    )
