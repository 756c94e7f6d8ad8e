"""A study as a folder: its description, reading it back, and never half of it."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import storage
from analysis.checks import check_folder
from analysis.errors import DataError, ReportError
from analysis.study import TABLES, Study, in_local_zone, read_study, scan_folder, write_study
from analysis.study.folder import folder_digest
from tests.builders import (
    ABOUT,
    CALENDAR,
    CLEAN,
    clean_study,
    found,
    places,
    with_cell,
    write_folder,
)

unit, identity = pytest.mark.unit, pytest.mark.identity

DTYPES = {
    "codes": "string",
    "text": "string",
    "category": "category",
    "integer": "Int64",
    "number": "float64",
    "flag": "boolean",
}


def same(one: Study, two: Study) -> None:
    assert set(one.tables) == set(two.tables)
    for name in one.tables:
        frames = [
            study.table(name).sort_values(
                list(TABLES[name].key), ignore_index=True, key=lambda values: values.astype(object)
            )
            for study in (one, two)
        ]
        pd.testing.assert_frame_equal(*frames, check_exact=True)
    for entry in ("title", "sites", "instruments", "data_cut_off", "synthetic", "seed"):
        assert getattr(one, entry) == getattr(two, entry)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@unit
@pytest.mark.parametrize("name", CLEAN)
def test_every_column_has_the_type_of_its_kind(tmp_path, name):
    frame = read_study(write_folder(tmp_path)).table(name)
    assert list(frame.columns) == list(CLEAN[name].splitlines()[0].split(","))
    for column in frame.columns:
        assert frame[column].dtype.name == DTYPES[TABLES[name].column(column).kind]
    assert frame.index.equals(pd.RangeIndex(len(CLEAN[name].splitlines()) - 1))


@unit
def test_empty_cells_are_missing_and_never_zero(tmp_path):
    study = read_study(write_folder(tmp_path))
    assert study.table("subjects")["prior_failures"].isna().tolist() == [False, True] + [False] * 3
    assert study.table("assessments")["total"].isna().sum() == 1
    assert study.table("items")["response"].isna().sum() == 1
    assert study.table("adverse_events")["related"].tolist() == [True, pd.NA, False]


@unit
@pytest.mark.parametrize("as_parquet", [(), ("items", "monitoring"), tuple(CLEAN)])
def test_a_written_study_is_read_back_the_same(tmp_path, as_parquet):
    study = read_study(write_folder(tmp_path / "in"))
    written = write_study(study, tmp_path / "out", as_parquet=as_parquet)
    assert written[-1].name == "study.json"
    assert {path.name for path in written} == set(contents(tmp_path / "out"))
    assert {path.stem for path in written if path.suffix == ".parquet"} == set(as_parquet)
    same(study, read_study(tmp_path / "out"))


@unit
@pytest.mark.parametrize("as_parquet", [(), tuple(TABLES)])
def test_the_same_study_gives_the_same_bytes_also_after_reading(tmp_path, as_parquet):
    study = clean_study()
    for name in ("one", "two"):
        write_study(study, tmp_path / name, as_parquet=as_parquet)
    write_study(read_study(tmp_path / "one"), tmp_path / "three", as_parquet=as_parquet)
    assert contents(tmp_path / "one") == contents(tmp_path / "two") == contents(tmp_path / "three")


@identity
@pytest.mark.parametrize("as_parquet", [(), tuple(TABLES)])
def test_bytes_depend_on_neither_row_order_nor_column_order_nor_category_order(
    tmp_path, as_parquet
):
    study = clean_study()
    generator = np.random.default_rng(1)
    shuffled = {}
    for name, frame in study.tables.items():
        mixed = frame.iloc[generator.permutation(len(frame)), ::-1]
        categories = mixed.select_dtypes("category").columns
        shuffled[name] = mixed.assign(
            **{
                c: mixed[c].cat.set_categories([*mixed[c].cat.categories[::-1], "unused"])
                for c in categories
            }
        )
    other = Study(
        title=study.title, sites=study.sites, instruments=study.instruments, tables=shuffled,
        synthetic=True, seed=7,
    )  # fmt: skip
    write_study(study, tmp_path / "one", as_parquet=as_parquet)
    write_study(other, tmp_path / "two", as_parquet=as_parquet)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@identity
@settings(deadline=None, max_examples=12, derandomize=True)
@given(
    dose=st.floats(0, 1500),
    term=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=9),
    day=st.integers(-3650, 7300),
    in_parquet=st.booleans(),
)
def test_any_dose_term_and_day_is_read_back(tmp_path_factory, dose, term, day, in_parquet):
    study = clean_study()
    term = term.strip() or "x"
    study.tables["sessions"].loc[0, "dose_mg"] = dose
    study.tables["adverse_events"]["term"] = (
        study.tables["adverse_events"]["term"].astype("string").where([False, True, True], term)
    ).astype("category")
    study.tables["adverse_events"].loc[0, "start_day"] = day
    folder = tmp_path_factory.mktemp("study")
    write_study(study, folder, as_parquet=tuple(TABLES) if in_parquet else ())
    back = read_study(folder)
    assert back.table("sessions")["dose_mg"][0] == dose
    assert back.table("adverse_events")["term"][0] == term
    assert back.table("adverse_events")["start_day"][0] == day


@unit
def test_the_digest_is_that_of_the_files_read_and_of_no_other(tmp_path):
    folder = write_folder(tmp_path / "a")
    digest = read_study(folder).sha256
    assert len(digest) == 64
    (folder / "notes.txt").write_text("x")
    assert read_study(folder).sha256 == digest
    same_again = write_folder(tmp_path / "b" / "elsewhere")
    assert read_study(same_again).sha256 == digest
    changed = write_folder(tmp_path / "c", about={**ABOUT, "seed": 8})
    assert read_study(changed).sha256 != digest


@unit
def test_writing_over_an_earlier_study_of_the_same_tables(tmp_path):
    write_study(clean_study(), tmp_path)
    subjects = CLEAN["subjects"].replace("34", "35")
    write_study(clean_study(subjects=subjects), tmp_path)
    assert read_study(tmp_path).table("subjects")["age_years"][0] == 35
    assert not [name for name in contents(tmp_path) if name.startswith(".")]


@unit
def test_writing_would_not_mix_two_studies_or_two_formats(tmp_path):
    write_study(clean_study(), tmp_path)
    before = contents(tmp_path)
    with pytest.raises(ReportError, match="Choose an empty folder"):
        write_study(clean_study(), tmp_path, as_parquet=())
    study = clean_study()
    fewer = {name: frame for name, frame in study.tables.items() if name != "items"}
    smaller = Study(title="x", sites=("A",), instruments=("PHQ-9",), tables=fewer)
    with pytest.raises(ReportError, match="mixed"):
        write_study(smaller, tmp_path)
    assert contents(tmp_path) == before


@unit
def test_a_folder_that_was_not_finished_cannot_be_read(tmp_path, monkeypatch):
    write_study(clean_study(), tmp_path)
    write_text = storage.write_text

    def fails_at_follow_up(target, content):
        if target.name == "follow_up.csv":
            raise ReportError("no")
        return write_text(target, content)

    monkeypatch.setattr(storage, "write_text", fails_at_follow_up)
    with pytest.raises(ReportError):
        write_study(clean_study(), tmp_path)
    assert found(tmp_path) == [("FIL-000", "study.json", "")]


ABOUT_FAULTS = {
    "title": [None, "", "   ", 7, "x" * 121, ["x"]],
    "schema_version": [None, "", "2.0", 1.0, 1],
    "sites": [None, [], "A", [1], [""], ["A", "A"], {"A": 1}, [["A"]], [None], ["x" * 61]],
    "instruments": [None, [], "PHQ-9", [9], [""], ["PHQ-9", "PHQ-9"]],
    "data_cut_off": [None, 2025, "2025-06-30", "30.06.2025", "6/30/25", "2025-06", "202506", " ",
                     "15 March 2024", "March 2025", "Mar 25", "MAR25", "Q1 2025", "q1", "1Q 25",
                     "second quarter of 25", "2025-03", "3/2025", "03/15/2024", "15 – 3", "15 3 24",
                     "2025 (interim)", "extract of 2025", "2024-2025-2026", "2024-0315", "Sept",
                     "end of May", "２０２５", "x" * 61],
    "synthetic": [None, "false", "true", 0, 1],
    "seed": ["7", 7.5, True, [7]],
}  # fmt: skip


@unit
@pytest.mark.parametrize(
    ("entry", "value"), [(entry, v) for entry, values in ABOUT_FAULTS.items() for v in values]
)
def test_each_fault_of_the_description_is_named(tmp_path, entry, value):
    study, findings = scan_folder(write_folder(tmp_path, about={**ABOUT, entry: value}))
    assert study is None
    assert places(findings) == [("FIL-007", "study.json", entry)]
    assert entry in findings[0].what


@unit
def test_all_faults_of_the_description_are_found_at_once(tmp_path):
    about = {entry: values[-1] for entry, values in ABOUT_FAULTS.items()}
    assert {column for _, _, column in found(write_folder(tmp_path, about=about))} == set(about)


@unit
@pytest.mark.parametrize("entry", ["title", "schema_version", "sites", "instruments"])
def test_entries_that_must_be_there(tmp_path, entry):
    about = {key: value for key, value in ABOUT.items() if key != entry}
    assert found(write_folder(tmp_path, about=about)) == [("FIL-007", "study.json", entry)]


@unit
def test_entries_that_may_be_left_out(tmp_path):
    needed = ("title", "schema_version", "sites", "instruments")
    study = read_study(write_folder(tmp_path, about={key: ABOUT[key] for key in needed}))
    assert (study.data_cut_off, study.synthetic, study.seed) == ("", False, None)


@unit
@pytest.mark.parametrize(
    "label",
    [
        "2025",
        " 2025 ",
        "2024-2025",
        "2024–2025",
        "2024 - 2025",
        "18 months after the first patient of the network",
        "final data, marked and maybe augmented",
        "second interim extract",
        "x" * 60,
    ],
)
def test_labels_of_an_extract_that_tell_no_date(tmp_path, label):
    study, findings = scan_folder(write_folder(tmp_path, about={**ABOUT, "data_cut_off": label}))
    assert findings == []
    assert study is not None
    assert study.data_cut_off == label


@unit
@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "FIL-001"),
        (b"{", "FIL-001"),
        (b"{'title': 1}", "FIL-001"),
        (json.dumps(ABOUT).encode("utf-16"), "FIL-001"),
        (b'{"title": "\xff"}', "FIL-001"),
        (b"[" * 200_000, "FIL-001"),
        (b"[1]", "FIL-007"),
        (b'"text"', "FIL-007"),
        (b"null", "FIL-007"),
    ],
)
def test_a_description_that_is_no_json_object(tmp_path, content, rule):
    folder = write_folder(tmp_path, about=content)
    assert places(scan_folder(folder)[1]) == [(rule, "study.json", "")]


@unit
def test_a_description_with_a_byte_order_mark(tmp_path):
    folder = write_folder(tmp_path, about="\ufeff" + json.dumps(ABOUT))
    assert found(folder) == []


@unit
def test_a_missing_description(tmp_path):
    folder = write_folder(tmp_path)
    (folder / "study.json").unlink()
    assert places(scan_folder(folder)[1]) == [("FIL-000", "study.json", "")]


@unit
@pytest.mark.parametrize("name", ["nothing", "file"])
def test_a_folder_that_is_none(tmp_path, name):
    (tmp_path / "file").write_text("x")
    study, findings = scan_folder(tmp_path / name)
    assert study is None
    assert places(findings) == [("FIL-000", "study folder", "")]
    with pytest.raises(DataError, match="does not exist"):
        read_study(str(tmp_path / name))


@unit
def test_an_empty_folder_lists_everything_that_is_needed(tmp_path):
    assert found(tmp_path) == [
        ("FIL-000", "study.json", ""),
        ("FIL-000", "subjects", ""),
        ("FIL-000", "sessions", ""),
        ("FIL-000", "assessments", ""),
        ("FIL-000", "follow_up", ""),
    ]


@unit
def test_stray_files_are_counted_and_hidden_ones_and_folders_are_not(tmp_path):
    folder = write_folder(tmp_path)
    for name in ("notes.txt", "subjects.xlsx", "subjects (1).csv", ".DS_Store", "truth.json"):
        (folder / name).write_text("x")
    (folder / "sub").mkdir()
    study, findings = scan_folder(folder)
    assert study is not None
    assert [(f.rule, f.severity, f.table, f.count) for f in findings] == [
        ("FIL-008", "warning", "study folder", 3)
    ]


@unit
def test_files_of_the_system_and_locks_of_excel_are_not_strays(tmp_path):
    folder = write_folder(tmp_path)
    for name in ("desktop.ini", "Thumbs.db", "THUMBS.DB", ".ds_store", "~$subjects.csv"):
        (folder / name).write_text("x")
    assert scan_folder(folder)[1] == []


@unit
def test_a_folder_with_the_name_of_a_table_is_no_table(tmp_path):
    folder = write_folder(tmp_path)
    (folder / "items.parquet").mkdir()
    assert read_study(folder).sha256


@unit
@pytest.mark.parametrize("name", ["subjects.csv", "study.json"])
def test_files_that_another_program_holds(tmp_path, monkeypatch, name):
    folder = write_folder(tmp_path)
    kind = type(folder)
    opened = kind.open

    def held(self, *args, **kwargs):
        if self.name == name:
            raise PermissionError(13, "in use", str(self))
        return opened(self, *args, **kwargs)

    monkeypatch.setattr(kind, "open", held)
    findings = scan_folder(folder)[1]
    assert places(findings) == [("FIL-001", name.removesuffix(".csv"), "")]
    assert "another program" in findings[0].what


@unit
def test_the_refusal_lists_every_place_and_remedy_but_no_warning(tmp_path):
    folder = write_folder(
        tmp_path,
        leave_out=["follow_up"],
        tables={"subjects": CLEAN["subjects"].replace("34", "thirty-four")},
    )
    (folder / "notes.txt").write_text("x")
    with pytest.raises(DataError) as caught:
        read_study(folder)
    lines = str(caught.value).splitlines()
    assert lines[0] == "The study folder cannot be read."
    assert [line.split(":")[0] for line in lines[1:]] == [
        "  [COL-003] subjects.age_years",
        "  [FIL-000] follow_up",
    ]
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@unit
def test_dates_are_read_in_the_local_zone_only(tmp_path):
    outside = write_folder(tmp_path / "study", tables={"calendar": CALENDAR})
    assert found(outside) == [("FIL-010", "calendar", "")]
    study = read_study(write_folder(tmp_path / "local" / "study", tables={"calendar": CALENDAR}))
    assert study.data_class == "limited data set"
    assert study.table("calendar")["start_date"].dt.day.tolist() == [8, 29]
    assert clean_study().data_class == "no dates"


@unit
def test_dates_are_written_in_the_local_zone_only(tmp_path):
    study = read_study(write_folder(tmp_path / "local" / "study", tables={"calendar": CALENDAR}))
    with pytest.raises(ReportError, match="below a folder named local"):
        write_study(study, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()
    for as_parquet in ((), ("calendar",)):
        folder = tmp_path / "local" / f"copy {len(as_parquet)}"
        write_study(study, folder, as_parquet=as_parquet)
        same(read_study(folder), study)


@unit
@pytest.mark.parametrize("text", ["08/01/2024", "2024-02-30", "2024-1-8", "45299", "soon"])
def test_a_date_has_one_spelling(tmp_path, text):
    calendar = CALENDAR.replace("2024-01-08", text)
    folder = write_folder(tmp_path / "local", tables={"calendar": calendar})
    assert found(folder) == [("COL-003", "calendar", "start_date")]


@unit
@pytest.mark.parametrize("gap", [0, -1, 1.5, True, "60"])
def test_the_gap_between_courses_is_a_number_of_days(tmp_path, gap):
    folder = write_folder(tmp_path / "refused", about={**ABOUT, "course_gap_days": gap})
    assert found(folder) == [("FIL-007", "study.json", "course_gap_days")]
    study = read_study(write_folder(tmp_path / "read", about={**ABOUT, "course_gap_days": 60}))
    assert study.course_gap_days == 60
    write_study(study, tmp_path / "written")
    assert read_study(tmp_path / "written").course_gap_days == 60


@unit
def test_an_older_version_of_the_description_is_read(tmp_path):
    assert read_study(write_folder(tmp_path, about={**ABOUT, "schema_version": "1.0"})).title


LOCAL = {
    "local": True,
    "local/study": True,
    "a/local/b/study": True,
    "/srv/local/study": True,
    "/data/local": True,
    "/usr/local/lib/local/study": True,
    "outputs/study": False,
    "locals/study": False,
    "not-local": False,
    "local/../study": False,
    "/usr/local/study": False,
    "/usr/local": False,
    "/opt/local/study": False,
    "/var/local/study": False,
    "/home/local/clinic/anna/study": False,
    "/home/local/clinic/anna/local/study": True,
}


@unit
@pytest.mark.parametrize(("folder", "expected"), LOCAL.items(), ids=LOCAL)
def test_which_folders_are_in_the_local_zone(tmp_path, folder, expected):
    assert in_local_zone(tmp_path / folder) is expected
    assert in_local_zone(str(tmp_path / folder)) is expected


@unit
@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("sites", ["A", "B "]),
        ("sites", [" A", "B"]),
        ("instruments", ["PHQ-9\n"]),
        ("sites", ["A", ["B"]]),
        ("sites", {"A": 1}),
        ("schema_version", 1.1),
        ("schema_version", ["1.1"]),
        ("title", {"a": 1}),
        ("data_cut_off", None),
        ("data_cut_off", 2025),
        ("synthetic", None),
        ("synthetic", 1),
        ("seed", 1.5),
        ("seed", [7]),
        ("course_gap_days", None),
        ("course_gap_days", [60]),
        ("course_gap_days", {"days": 60}),
        ("course_gap_days", False),
    ],
)
def test_entries_of_a_wrong_type_are_named(tmp_path, entry, value):
    folder = write_folder(tmp_path, about={**ABOUT, entry: value})
    assert found(folder) == [("FIL-007", "study.json", entry)]


@unit
def test_the_gap_between_courses_may_be_one_day(tmp_path):
    assert read_study(write_folder(tmp_path, about={**ABOUT, "course_gap_days": 1}))


@unit
def test_the_digest_of_a_folder_without_a_description_is_empty(tmp_path):
    folder = write_folder(tmp_path)
    assert folder_digest(folder) == folder_digest(str(folder)) == read_study(folder).sha256
    (folder / "study.json").unlink()
    assert folder_digest(folder) == ""


@unit
def test_codes_with_stray_separators_are_written_as_they_are_read(tmp_path):
    text = CLEAN["subjects"].replace("PTSD;anxiety", " anxiety;; PTSD ;anxiety; ")
    study = read_study(write_folder(tmp_path / "a", tables={"subjects": text}))
    write_study(study, tmp_path / "b")
    assert ",anxiety;PTSD," in (tmp_path / "b" / "subjects.csv").read_text(encoding="utf-8")
    assert check_folder(tmp_path / "b").findings == ()


@unit
def test_a_carriage_return_inside_a_text_is_read_back(tmp_path):
    study = clean_study()
    terms = pd.Series(["a\rb", "fall", "dizziness"], dtype="string")
    study.tables["adverse_events"]["term"] = terms.astype("category")
    write_study(study, tmp_path)
    same(read_study(tmp_path), study)


@unit
def test_a_folder_around_the_users_own_makes_nothing_local(tmp_path, monkeypatch):
    home = tmp_path / "local" / "anna"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    assert not in_local_zone(home / "outputs")
    assert in_local_zone(home / "local" / "study")
    assert in_local_zone(tmp_path / "local" / "other")


@unit
@pytest.mark.parametrize("gap", [3650, 3651, 10**400])
def test_the_gap_between_courses_is_at_most_ten_years(tmp_path, gap):
    folder = write_folder(tmp_path, about={**ABOUT, "course_gap_days": gap})
    assert found(folder) == ([] if gap == 3650 else [("FIL-007", "study.json", "course_gap_days")])


@unit
@pytest.mark.parametrize(
    ("title", "right"),
    [("Extract of 12.03.2024", False), ("Clinic 2024-3-1", False), ("Five patients, 2022;22", True),
     ("Clinics 1/2 and 3", True)],
)  # fmt: skip
def test_a_title_has_no_date(tmp_path, title, right):
    folder = write_folder(tmp_path, about={**ABOUT, "title": title})
    assert found(folder) == ([] if right else [("FIL-007", "study.json", "title")])


@unit
@pytest.mark.parametrize(
    ("cell", "right"),
    [("2024-03-01", False), ("Born 03/04/1980", False), ("seen 1.2.2024 again", False),
     ("1980", True), ("protocol 1.2.3", True), ("phase 2/3", True)],
)  # fmt: skip
def test_a_date_inside_the_text_of_a_category_is_found(tmp_path, cell, right):
    subjects = with_cell(CLEAN["subjects"], "cohort", cell)
    folder = write_folder(tmp_path, tables={"subjects": subjects})
    assert found(folder) == ([] if right else [("COL-004", "subjects", "cohort")])
