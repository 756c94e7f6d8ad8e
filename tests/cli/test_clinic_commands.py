"""The commands map, update and correct: what they print, write and refuse."""

import json
import shutil

import pytest

from analysis.study import read_study
from analysis.synthetic import example_folder
from tests.cli.test_cli import CANARY, run
from tests.formats.small_clinic import FILES, MAPPING, PATIENTS, PHQ, changed, form, write_files

unit = pytest.mark.unit
REDCAP = example_folder("first-clinic") / "redcap"


@pytest.fixture
def local(tmp_path):
    """Two exports and a mapping in the local zone."""
    folder = tmp_path / "local"
    for name, files in (
        ("june", {}),
        ("july", {"phq": PHQ + form("0300", "20/03/2024", "0" * 9, "0")}),
    ):
        (folder / name).mkdir(parents=True)
        write_files(folder / name, **files)
    (folder / "mapping.json").write_text(json.dumps(MAPPING), encoding="utf-8")
    return folder


@unit
def test_map_proposes_a_mapping_and_lists_what_to_decide(monkeypatch, capsys, local):
    target = local / "proposed.json"
    code, out, err = run(monkeypatch, capsys, "map", str(local / "june"), "--output", str(target))
    assert code == 1
    assert "To decide: questionnaires[0].answers" in out
    assert "Proposed mapping written" in err
    assert json.loads(target.read_text(encoding="utf-8"))["cut_off"] == "?"
    code, _, err = run(monkeypatch, capsys, "map", str(local / "june"), "--output", str(target))
    assert (code, "The file exists" in err) == (2, True)
    outside = str(local.parent / "mapping.json")
    code, _, err = run(monkeypatch, capsys, "map", str(local / "june"), "--output", outside)
    assert (code, "local" in err) == (3, True)


@unit
def test_map_reads_the_files_and_writes_the_study(monkeypatch, capsys, local):
    options = ["--mapping", str(local / "mapping.json"), "--output", str(local / "study")]
    code, out, _ = run(monkeypatch, capsys, "map", str(local / "june"), *options)
    assert code == 0
    assert "WARNING [FMT-069] patients.tables.subjects.columns.age_years" in out
    assert "rows: <11" in out
    assert "rows_read" not in out
    study = read_study(local / "study")
    assert len(study.table("assessments")) == 4
    early = ["--mapping", str(local / "mapping.json"), "--cut-off", "2024-01-20"]
    code, out, _ = run(monkeypatch, capsys, "map", str(local / "june"), *early)
    assert (code, "FMT-043" in out) == (0, True)
    outside = [*options[:3], str(local.parent / "study")]
    assert run(monkeypatch, capsys, "map", str(local / "june"), *outside)[0] == 3


@unit
def test_map_says_why_there_is_no_study(monkeypatch, capsys, local):
    write_files(local / "june", patients=PATIENTS.replace("PTSD", CANARY))
    options = ["--mapping", str(local / "mapping.json"), "--output", str(local / "study")]
    options += ["--audience", "internal"]
    code, out, err = run(monkeypatch, capsys, "map", str(local / "june"), *options)
    assert code == 1
    assert "1 label is not in the list of values" in out
    assert "first at line 4" in out
    assert "Confidential" in out
    assert CANARY not in out + err
    assert not (local / "study").exists()


@unit
def test_update_lists_what_differs(monkeypatch, capsys, local):
    options = ["--previous", str(local / "june"), "--mapping", str(local / "mapping.json")]
    detail = ["--detail", str(local / "changes.csv"), "--output", str(local / "study")]
    arguments = ["update", str(local / "july"), *options, *detail, "--audience", "internal"]
    code, out, err = run(monkeypatch, capsys, *arguments)
    assert code == 0
    row = next(line.split() for line in out.splitlines() if line.startswith("items"))
    assert row == ["items", "9", "0", "0"]
    assert "keep it in the clinic" in err
    assert len((local / "changes.csv").read_text(encoding="utf-8").splitlines()) == 12
    assert len(read_study(local / "study").table("assessments")) == 5
    code, out, _ = run(monkeypatch, capsys, "update", str(local / "july"), *options)
    row = next(line.split() for line in out.splitlines() if line.startswith("items"))
    assert row == ["items", "<11", "0", "0"]


@unit
def test_update_without_a_study_exits_with_1(monkeypatch, capsys, local):
    content = changed("sources", "phq", "dates", to="?")
    (local / "mapping.json").write_text(json.dumps(content), encoding="utf-8")
    options = ["--previous", str(local / "june"), "--mapping", str(local / "mapping.json")]
    code, out, _ = run(monkeypatch, capsys, "update", str(local / "july"), *options)
    assert code == 1
    assert "FMT-014" in out
    assert "Rows were not compared" in out
    outside = [*options, "--detail", str(local.parent / "changes.csv")]
    assert run(monkeypatch, capsys, "update", str(local / "july"), *outside)[0] == 3


@unit
def test_map_says_what_it_took_the_files_for_and_reads_a_redcap_project(monkeypatch, capsys, local):
    folder, mapping = local / "project", str(local / "redcap.json")
    folder.mkdir()
    for name in ("export-mended.csv", "dictionary.csv"):
        shutil.copy(REDCAP / name, folder / name)
    code, out, err = run(monkeypatch, capsys, "map", str(folder), "--output", mapping)
    assert code == 1
    assert "Taken for: a REDCap project (a file with the header of a data dictionary)" in err
    assert "    Which scale is it? 9 fields count upwards, as in PHQ-9." in out
    other = ["map", str(folder), "--kind", "clinic", "--output", str(local / "own.json")]
    assert "own files of a clinic (asked for)" in run(monkeypatch, capsys, *other)[2]
    code, out, _ = run(monkeypatch, capsys, "map", str(folder), "--mapping", mapping)
    assert (code, "FMT-014" in out) == (1, True)
    done = ["--mapping", str(REDCAP / "mapping.json"), "--output", str(local / "study")]
    code, out, _ = run(monkeypatch, capsys, "map", str(folder), *done)
    assert code == 0
    assert len(read_study(local / "study").table("subjects")) == 13
    assert run(monkeypatch, capsys, "map", str(folder), *done, "--kind", "redcap")[0] == 2
    assert run(monkeypatch, capsys, "map", str(folder), str(folder), *done)[0] == 2


@unit
def test_update_says_what_the_mapping_changes(monkeypatch, capsys, local):
    other = changed("tables", "subjects", "columns", "sex", "values", "M", to="other")
    (local / "later.json").write_text(json.dumps(other), encoding="utf-8")
    options = ["--previous", str(local / "june"), "--mapping", str(local / "later.json")]
    options += ["--previous-mapping", str(local / "mapping.json"), "--audience", "internal"]
    code, out, _ = run(monkeypatch, capsys, "update", str(local / "july"), *options)
    assert code == 0
    assert "tables.subjects.columns.sex.values  changed         1" in out
    alone = out.split("What the mapping alone changes")[1].split("What differs in the rows")[0]
    assert [line.split() for line in alone.splitlines() if line.startswith("subjects")] == [
        ["subjects", "0", "1", "0"],
        ["subjects", "sex", "changed", "values", "1"],
        ["subjects", "sex", "new", "labels", "1"],
    ]


@unit
def test_correct_writes_copies_and_refuses_what_fits_no_cell(monkeypatch, capsys, local):
    listed, copies = local / "corrections.csv", local / "corrected"
    head = "file,line,column,is,becomes,reason\n"
    row = "treatments.csv,3,body weight (LB),176,178,scale read again\n"
    listed.write_text(head + row, encoding="utf-8")
    options = ["--mapping", str(local / "mapping.json"), "--corrections", str(listed)]
    arguments = ["correct", str(local / "june"), *options, "--output"]
    code, out, err = run(monkeypatch, capsys, *arguments, str(copies))
    assert (code, out) == (0, "")
    assert f"{len(FILES)} files written to" in err
    assert "40 mg,178" in (copies / "treatments.csv").read_text(encoding="utf-8")
    assert "40 mg,176" in (local / "june" / "treatments.csv").read_text(encoding="utf-8")
    listed.write_text(head + row.replace("176", CANARY), encoding="utf-8")
    code, _, err = run(monkeypatch, capsys, *arguments, str(local / "other"))
    assert (code, CANARY in err, (local / "other").exists()) == (3, False, False)
    assert run(monkeypatch, capsys, *arguments, str(local.parent / "outside"))[0] == 3
    options[1] = str(REDCAP / "mapping.json")
    arguments = ["correct", str(local / "june"), *options, "--output", str(copies)]
    assert run(monkeypatch, capsys, *arguments)[0] == 2
