"""De-identification: pseudonyms that stay, days for dates, ages up to 90, nothing personal left."""

import os
import subprocess

import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, DisclosureError, ReportError
from analysis.privacy import deidentify, relink
from analysis.privacy.crosswalk import pseudonyms_for, read_crosswalk, require_apart

pytestmark = pytest.mark.unit


@pytest.fixture
def crosswalk(tmp_path):
    return tmp_path / "local" / "crosswalk.csv"


def visits():
    return pd.DataFrame(
        {
            "mrn": ["0017", "0023", "0017", "0023"],
            "visit_date": ["2024-03-08", "2024-01-31", "2024-03-01", None],
            "age_years": [93, 45, 93, 45],
            "dose_mg": [40.0, 35.0, 42.5, 35.0],
        }
    )


def done(frame, crosswalk, **more):
    asked = {"id": "mrn", "dates": ["visit_date"], "origin": "visit_date", **more}
    return deidentify(frame, crosswalk=crosswalk, **asked)


def test_days_ages_and_pseudonyms(crosswalk):
    result = done(visits(), crosswalk)
    frame = result.frame
    assert frame.columns.tolist() == ["subject_id", "rel_day", "age_years", "dose_mg"]
    by_id = read_crosswalk(crosswalk)
    first = frame[frame["subject_id"] == by_id["0017"]]
    assert first["rel_day"].tolist() == [7, 0]
    assert first["age_years"].tolist() == [90, 90]
    assert frame["rel_day"].isna().sum() == 1
    assert str(frame["rel_day"].dtype) == "Int32"
    assert result.scan.ok
    assert result.changes[["column", "change", "rows"]].to_numpy().tolist() == [
        ["mrn", "replaced by a random pseudonym", 4],
        ["visit_date", "days since the first treatment", 3],
        ["age_years", "ages over 89 are 90", 4],
    ]


def test_the_caller_s_frame_stays_as_it_was(crosswalk):
    frame = visits()
    done(frame, crosswalk)
    pd.testing.assert_frame_equal(frame, visits())


def test_rows_are_ordered_by_pseudonym_not_by_id(crosswalk):
    frame = done(visits(), crosswalk).frame
    assert frame["subject_id"].is_monotonic_increasing
    assert frame.index.tolist() == [0, 1, 2, 3]


def test_the_same_patient_has_the_same_pseudonym_next_month(crosswalk):
    done(visits(), crosswalk)
    before, text = read_crosswalk(crosswalk), crosswalk.read_text(encoding="utf-8")
    more = pd.concat([visits(), visits().assign(mrn="0099")], ignore_index=True)
    done(more, crosswalk)
    after = read_crosswalk(crosswalk)
    assert {one: after[one] for one in before} == before
    assert sorted(after) == ["0017", "0023", "0099"]
    assert crosswalk.read_text(encoding="utf-8").startswith(text)


def test_pseudonyms_are_random(crosswalk, tmp_path):
    done(visits(), crosswalk)
    done(visits(), tmp_path / "local" / "other.csv")
    one, other = read_crosswalk(crosswalk), read_crosswalk(tmp_path / "local" / "other.csv")
    assert not set(one.values()) & set(other.values())
    assert all(len(code) == 12 and code.isalpha() and code.isupper() for code in one.values())


def test_the_crosswalk_is_for_its_owner_only(crosswalk):
    done(visits(), crosswalk)
    assert os.name == "nt" or crosswalk.stat().st_mode & 0o077 == 0
    assert [file.name for file in crosswalk.parent.iterdir()] == ["crosswalk.csv"]


def test_ids_written_as_numbers_and_texts_are_one_patient(crosswalk):
    done(visits().assign(mrn=["17", "23", "17", "23"]), crosswalk)
    done(visits().assign(mrn=[17.0, 23.0, 17.0, 23.0]), crosswalk)
    done(visits().assign(mrn=[17, 23, 17, 23]), crosswalk)
    assert sorted(read_crosswalk(crosswalk)) == ["17", "23"]


def test_several_tables_share_origin_and_pseudonyms(crosswalk):
    scores = pd.DataFrame(
        {
            "mrn": ["0017", "0023"],
            "asked": pd.to_datetime(["2024-02-28", "2024-02-01"]),
            "sent": pd.to_datetime(["2024-03-02", None]),
        }
    )
    result = deidentify(
        {"sessions": visits(), "scores": scores},
        id="mrn",
        dates=["visit_date", "asked", "sent"],
        origin="sessions.visit_date",
        crosswalk=crosswalk,
    )
    table = result.tables["scores"].set_index("subject_id")
    codes = read_crosswalk(crosswalk)
    assert table.columns.tolist() == ["asked_rel_day", "sent_rel_day"]
    assert table.loc[codes["0017"]].tolist() == [-2, 1]
    assert table.loc[codes["0023"], "asked_rel_day"] == 1
    with pytest.raises(DataError, match="several tables"):
        _ = result.frame


def test_origin_may_be_a_series_and_new_columns_may_be_named(crosswalk):
    origin = pd.Series(pd.to_datetime(["2024-02-29", "2024-01-01"]), index=["0017", "0023"])
    result = done(visits(), crosswalk, origin=origin, dates={"visit_date": "start_day"})
    code = read_crosswalk(crosswalk)["0017"]
    frame = result.frame
    assert frame.loc[frame["subject_id"] == code, "start_day"].tolist() == [8, 1]


def test_moments_with_a_zone_count_by_the_local_day(crosswalk):
    moments = pd.to_datetime(["2024-03-01 23:30", "2024-03-02 00:10"]).tz_localize("America/Denver")
    frame = pd.DataFrame({"mrn": ["17", "17"], "visit_date": moments})
    assert done(frame, crosswalk).frame["rel_day"].tolist() == [0, 1]


def test_dates_in_another_dress_need_their_format(crosswalk):
    frame = visits().assign(visit_date=["08.03.2024", "31.01.2024", "01.03.2024", None])
    with pytest.raises(DataError, match="3 cells"):
        done(frame, crosswalk)
    assert done(frame, crosswalk, date_format="%d.%m.%Y").frame["rel_day"].notna().sum() == 3


def test_zip_codes_and_birth_years_are_always_left_out(crosswalk):
    frame = visits().assign(zip="80202", zip3="802", birth_year=1980, note="x")
    result = done(frame, crosswalk, drop=["note"])
    assert result.frame.columns.tolist() == ["subject_id", "rel_day", "age_years", "dose_mg"]
    left_out = result.changes.query("change == 'left out'")["column"].tolist()
    assert left_out == ["zip", "zip3", "birth_year", "note"]


@pytest.mark.parametrize(
    "extra",
    [
        {"email": "jane@example.org"},
        {"seen": "2024-03-01"},
        {"comment": ["slept well after the second session today"] * 4},
        {"x": "call 303-555-0142"},
    ],
)
def test_what_still_identifies_is_refused_and_nothing_is_written(crosswalk, extra):
    with pytest.raises(DisclosureError, match="may still identify"):
        done(visits().assign(**extra), crosswalk)
    assert not crosswalk.exists()


def test_ids_hidden_in_another_column_are_refused(crosswalk):
    ids = ["zk4829", "zk7712", "zk4829", "zk7712"]
    frame = visits().assign(mrn=ids, batch=[f"b-{one}-1" for one in ids])
    with pytest.raises(DisclosureError, match="holds the ids"):
        done(frame, crosswalk)


def test_read_text_is_kept_when_allowed(crosswalk):
    frame = visits().assign(comment="slept well after the second session")
    result = done(frame, crosswalk, allowed_text=["comment"])
    assert "comment" in result.frame


def test_categories_without_rows_are_forgotten(crosswalk):
    states = pd.Categorical(["CO"] * 4, categories=["CO", "jane@example.org"])
    frame = done(visits().assign(state=states), crosswalk).frame
    assert frame["state"].cat.categories.tolist() == ["CO"]


@pytest.mark.parametrize(
    ("frame", "more", "error", "message"),
    [
        (visits().drop(columns="mrn"), {}, ColumnError, "lacks the column of ids"),
        (visits(), {"drop": ["absent"]}, ColumnError, "1 of the columns"),
        (visits().assign(mrn=["1", None, "1", "2"]), {}, DataError, "1 rows have no id"),
        (visits().assign(visit_date=45366), {}, ColumnError, "numbers, not dates"),
        (visits().assign(age_years="old"), {}, ColumnError, "ages in years as numbers"),
        (visits().assign(rel_day=1), {}, ColumnError, "same name"),
        (visits(), {"origin": "absent"}, ColumnError, "in 0 tables"),
        (visits(), {"origin": pd.Series(["2024-01-01"], index=["17"])}, DataError, "2 patients"),
    ],
)
def test_what_cannot_be_done_is_refused(crosswalk, frame, more, error, message):
    with pytest.raises(error, match=message):
        done(frame, crosswalk, **more)
    assert not crosswalk.exists()


def test_the_crosswalk_lies_apart(tmp_path, monkeypatch):
    tree = tmp_path / "tree"
    (tree / "deep").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    for inside in (tree / "deep" / "c.csv", work / "c.csv", work / "sub" / "c.csv"):
        with pytest.raises(DisclosureError, match="outside"):
            require_apart(inside)
    for apart in (tmp_path / "vault" / "c.csv", tree / "local" / "c.csv", work / "local" / "c.csv"):
        assert require_apart(apart) == apart.resolve()


def test_the_folder_of_the_project_is_refused(tmp_path, monkeypatch):
    import analysis

    monkeypatch.chdir(tmp_path)
    project = analysis.__path__[0]
    with pytest.raises(DisclosureError):
        require_apart(f"{project}/crosswalk.csv")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n1,2\n",
        "pseudonym,id\n1,2,3\n",
        'pseudonym,id\n"open',
        "pseudonym,id\nA,1\nB,1\n",
        "pseudonym,id\nA,1\nA,2\n",
    ],
)
def test_a_broken_crosswalk_is_refused_and_left_as_it_was(crosswalk, text):
    crosswalk.parent.mkdir()
    crosswalk.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="crosswalk"):
        pseudonyms_for(["9"], crosswalk)
    assert crosswalk.read_text(encoding="utf-8") == text
    assert not crosswalk.with_name("crosswalk.csv.lock").exists()


def test_ids_of_any_text_come_back_as_they_were(crosswalk):
    ids = ['a"b', "c,d", "e\nf", " g ", "=1+1", "ü"]
    given = pseudonyms_for(ids, crosswalk)
    assert read_crosswalk(crosswalk) == given
    assert list(given) == ids


def test_a_locked_crosswalk_waits_and_then_refuses(crosswalk, monkeypatch):
    crosswalk.parent.mkdir()
    crosswalk.with_name("crosswalk.csv.lock").touch()
    clock = iter(range(0, 1000, 4))
    monkeypatch.setattr("analysis.storage.time.monotonic", lambda: next(clock))
    with pytest.raises(ReportError, match="may be in use"):
        pseudonyms_for(["9"], crosswalk)
    assert not crosswalk.exists()


def test_relinking_names_patients_in_the_local_zone(crosswalk):
    frame = done(visits(), crosswalk).frame
    linked = relink(frame, crosswalk, id="mrn")
    assert linked.columns[0] == "mrn"
    assert linked.attrs["patient_level"] is True
    assert sorted(linked["mrn"]) == ["0017", "0017", "0023", "0023"]
    by_id = read_crosswalk(crosswalk)
    assert (linked["mrn"].map(by_id) == linked["subject_id"]).all()


def test_relinking_elsewhere_or_with_another_crosswalk_is_refused(tmp_path, monkeypatch):
    vault = tmp_path / "vault" / "c.csv"
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    frame = done(visits(), vault).frame
    with pytest.raises(DisclosureError, match="local zone only"):
        relink(frame, vault)
    other = tmp_path / "local" / "c.csv"
    pseudonyms_for(["5"], other)
    with pytest.raises(DataError, match="4 rows"):
        relink(frame, other)
    with pytest.raises(ColumnError, match="pseudonyms is missing"):
        relink(frame, other, pseudonym="absent")


def test_tables_without_dates_need_no_origin(crosswalk):
    frame = visits().drop(columns="visit_date").assign(rel_day=[7, -3, 0, 4])
    result = deidentify(frame, id="mrn", crosswalk=crosswalk).frame
    assert sorted(result["rel_day"]) == [-3, 0, 4, 7]
    assert result["subject_id"].nunique() == 2
    with pytest.raises(ColumnError, match="need an origin"):
        deidentify(visits(), id="mrn", dates=["visit_date"], crosswalk=crosswalk)
