"""Last month's report again: what a later export gives up to the cut-off, for every kind."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.formats import read_export, read_mapping, read_redcap, update
from analysis.formats.cut_off import (
    AFTER,
    NOT_YET,
    as_known_then,
    cut_off_date,
    day_of_rows,
    is_after,
)
from analysis.formats.redcap import write_redcap
from analysis.study import read_study
from analysis.synthetic import example_folder
from tests.cli.test_cli import run
from tests.formats.dated_exports import LAST, write_dated
from tests.formats.test_round_trip import in_order

unit, identity = pytest.mark.unit, pytest.mark.identity
CUT_OFF = LAST - pd.Timedelta(days=311)
KINDS = ("clinic", "redcap", "fhir", "omop")
NOT_IN_FHIR = {"actions", "diagnoses", "encounters", "concomitant"}


def of_patients(study, chosen, tables=None):
    """Keep the rows of some patients, in all tables."""
    frames = {
        name: frame[frame["subject_id"].isin(chosen)].reset_index(drop=True)
        for name, frame in (tables or study.tables).items()
    }
    return dataclasses.replace(study, tables=frames)


def as_of(study, limit):
    """Make the study of an export on the day of the cut-off, row by row and by hand."""
    tables = {name: frame.copy() for name, frame in study.tables.items()}
    for name, frame in tables.items():
        if name in ("subjects", "monitoring", "follow_up"):
            continue
        day = "rel_day" if "rel_day" in frame else "start_day"
        gone = [
            pd.notna(when) and when > limit[who]
            for who, when in zip(frame["subject_id"], frame[day], strict=True)
        ]
        tables[name] = frame[~np.array(gone, dtype=bool)].reset_index(drop=True)
        for row in range(len(tables[name])) if "end_day" in frame else ():
            if not tables[name]["end_day"].isna()[row]:
                who = tables[name]["subject_id"][row]
                if tables[name]["end_day"][row] > limit[who]:
                    tables[name].loc[row, "end_day"] = pd.NA
                    if "outcome" in frame:
                        tables[name].loc[row, "outcome"] = pd.NA
    held = set(map(tuple, tables["sessions"][["subject_id", "session_no"]].to_numpy()))
    pairs = tables["monitoring"][["subject_id", "session_no"]].to_numpy()
    tables["monitoring"] = tables["monitoring"][[tuple(pair) in held for pair in pairs]]
    follow_up = tables["follow_up"]
    for row, who in enumerate(follow_up["subject_id"]):
        if follow_up["last_contact_day"][row] > limit[who]:
            follow_up.loc[row, "last_contact_day"] = limit[who]
            follow_up.loc[row, "end_reason"] = "ongoing"
        follow_up.loc[row, "observed_until_day"] = min(
            follow_up["observed_until_day"][row], limit[who]
        )
    return of_patients(study, [who for who, day in limit.items() if day >= 0], tables)


@pytest.fixture(scope="module")
def months():
    """Give forty patients of the network, the first days of each, and their earlier study."""
    study = read_study(example_folder("clinic-network"))
    until = study.tables["follow_up"].set_index("subject_id")["observed_until_day"].astype(int)
    limit = until - 311
    events = study.tables["adverse_events"]
    last = events["subject_id"].map(limit)
    told = events[(events["start_day"] <= last) & (events["end_day"] >= last)]
    chosen = [*dict.fromkeys(told["subject_id"]), *until.index[::20]]
    later = of_patients(study, chosen)
    starts = LAST - pd.to_timedelta(until.loc[later.tables["subjects"]["subject_id"]], unit="D")
    limit = limit.loc[starts.index]
    return later, starts, limit, as_of(later, limit)


def same_tables(found, expected, names):
    for name in names:
        both = [in_order(each.tables[name], name).dropna(axis=1, how="all")
                for each in (found, expected)]  # fmt: skip
        pd.testing.assert_frame_equal(*both, check_dtype=False, rtol=1e-9, obj=name)


@unit
def test_the_months_hold_what_a_cut_off_has_to_tell_apart(months):
    later, _, limit, earlier = months
    events, sessions = later.tables["adverse_events"], later.tables["sessions"]
    last = events["subject_id"].map(limit)
    assert int((events["start_day"] == last).sum()) == 3
    assert int(((events["start_day"] <= last) & (events["end_day"] > last)).sum()) == 3
    assert int((sessions["rel_day"] == sessions["subject_id"].map(limit)).sum()) >= 1
    assert int((limit < 0).sum()) >= 5
    ends = (
        earlier.tables["follow_up"]["last_contact_day"]
        < later.tables["follow_up"]
        .set_index("subject_id")["last_contact_day"]
        .reindex(earlier.tables["follow_up"]["subject_id"])
        .to_numpy()
    )
    assert 3 <= int(ends.sum()) < len(ends)


@identity
@pytest.mark.parametrize("kind", KINDS)
def test_a_later_export_up_to_the_cut_off_gives_the_earlier_study(kind, months, tmp_path):
    later, starts, limit, earlier = months
    mapping = write_dated(kind, later, starts, tmp_path / "later")
    found = read_export(tmp_path / "later", mapping, cut_off=CUT_OFF.date())
    assert found.study is not None, found.to_frame()
    left = found.sources.groupby("reason")["rows_left_out"].sum()
    assert left[AFTER] > 0
    assert found.sources.query("table == 'subjects'").groupby("reason")["rows_left_out"].sum()[
        NOT_YET
    ] == int((limit < 0).sum())
    assert [(f.rule, f.severity, f.count) for f in found.findings if f.rule == "FMT-043"] == [
        ("FMT-043", "warning", int((limit < 0).sum()))
    ]
    if kind == "omop":  # which has no place for all columns of a study
        mapping = write_dated(kind, earlier, starts, tmp_path / "earlier")
        earlier = read_export(tmp_path / "earlier", mapping).require_study()
    absent = NOT_IN_FHIR if kind == "fhir" else set()
    assert set(found.study.tables) == set(earlier.tables) - absent
    same_tables(found.study, earlier, set(earlier.tables) - absent)


@identity
@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_off_after_everything_changes_nothing(kind, months, tmp_path):
    later, starts, _, _ = months
    few = of_patients(later, list(starts.index[:4]))
    mapping = write_dated(kind, few, starts, tmp_path / "export")
    found = update(
        tmp_path / "export", mapping, cut_off="2025-07-01",
        previous=read_export(tmp_path / "export", mapping),
    )  # fmt: skip
    assert found.changes is not None
    assert found.changes.none
    assert AFTER not in set(found.imported.sources["reason"])


@identity
@pytest.mark.parametrize("kind", ["redcap", "fhir", "omop"])
def test_the_commands_make_last_months_study_again(kind, months, tmp_path, monkeypatch, capsys):
    later, starts, limit, _ = months
    patients = list(starts.index[:4])
    few, until = of_patients(later, patients), {who: limit[who] for who in patients}
    local = tmp_path / "local"
    local.mkdir()
    for name, study in (("june", as_of(few, until)), ("july", few)):
        write_dated(kind, study, starts, local / name)
        (local / "local" / f"{name}.json").rename(local / f"{name}.json")
    cut_off = ["--cut-off", str(CUT_OFF.date())]
    mapping = ["--mapping", str(local / "july.json")]
    code, out, _ = run(
        monkeypatch, capsys, "map", str(local / "july"), *mapping, *cut_off,
        "--output", str(local / "again"),
    )  # fmt: skip
    assert (code, AFTER in out) == (0, True)
    june = read_export(local / "june", read_mapping(local / "june.json")).require_study()
    same_tables(read_study(local / "again"), june, june.tables)
    before = ["--previous", str(local / "june"), "--previous-mapping", str(local / "june.json")]
    options = [*mapping, *before, *cut_off]
    code, out, _ = run(monkeypatch, capsys, "update", str(local / "july"), *options)
    counts = [line.split()[1:] for line in out.partition("differs in the rows:")[2].split("\n")[3:]]
    assert (code, len(counts) > 6) == (0, True)
    assert all(each in (["0", "0", "0"], []) for each in counts), out


@unit
def test_a_project_without_dates_is_refused_with_the_next_step(months, tmp_path):
    few = of_patients(months[0], list(months[1].index[:2]))
    found = read_redcap(*write_redcap(few, tmp_path), cut_off="2025-06-30")
    assert [(f.rule, f.column) for f in found.findings] == [("RCP-038", "day_zero")]
    assert "Name the date of the treatments under 'day_zero'" in found.findings[0].remedy


@unit
@pytest.mark.parametrize("said", ["30.06.2025", "2025-02-30", "soon", ""])
def test_a_cut_off_that_is_no_date_is_refused_without_its_text(said):
    with pytest.raises(DataError, match=r"^The cut-off must be a date as year-month-day\.$"):
        cut_off_date(said)


@unit
def test_a_moment_counts_as_its_day():
    assert cut_off_date(dt.datetime(2025, 6, 30, 12, 0)) == dt.date(2025, 6, 30)  # noqa: DTZ001


@unit
def test_what_was_known_on_the_day_of_the_cut_off():
    events = pd.DataFrame(
        {
            "start_day": [1, 1, 1, 1],
            "end_day": ["9", "10", "11", ""],
            "outcome": ["recovered", "recovered", "fatal", "not recovered"],
        }
    )
    then = as_known_then(events, "adverse_events", [10.0] * 4)
    assert then["end_day"].iloc[[0, 1, 3]].tolist() == ["9", "10", ""]
    assert pd.isna(then["end_day"].iloc[2])
    assert then["outcome"].iloc[[0, 1, 3]].tolist() == ["recovered", "recovered", "not recovered"]
    assert pd.isna(then["outcome"].iloc[2])
    follow_up = pd.DataFrame(
        {
            "last_contact_day": [5, 10, 12, 12],
            "observed_until_day": [20, 10, 20, 12],
            "end_reason": ["withdrew", "completed", "died", "lost"],
        }
    )
    then = as_known_then(follow_up, "follow_up", [10.0, 10.0, 10.0, np.inf])
    assert then.to_numpy(dtype=object).tolist() == [
        [5, 10, "withdrew"],
        [10, 10, "completed"],
        [10, 10, "ongoing"],
        [12, 12, "lost"],
    ]


@identity
@given(
    days=st.lists(st.one_of(st.none(), st.integers(-400, 4000)), max_size=8),
    first=st.integers(-400, 4000),
    second=st.integers(-400, 4000),
)
def test_two_cut_offs_one_after_the_other_are_the_earlier_of_both(days, first, second):
    frame = pd.DataFrame(
        {"start_day": 0, "end_day": pd.array(days, dtype="Int64"), "outcome": "recovered"}
    )

    def until(rows, limit):
        kept = rows[~is_after(day_of_rows(rows, "adverse_events"), np.full(len(rows), limit))]
        return as_known_then(kept, "adverse_events", np.full(len(kept), limit))

    twice, once = until(until(frame, first), second), until(frame, min(first, second))
    assert len(twice) == len(once)
    assert twice["end_day"].astype("Float64").fillna(-999).tolist() == (
        once["end_day"].astype("Float64").fillna(-999).tolist()
    )
    assert twice["outcome"].isna().tolist() == once["outcome"].isna().tolist()
