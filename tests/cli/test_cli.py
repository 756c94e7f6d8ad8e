"""The command line: help with examples, exit codes, and messages without values."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from analysis import cli
from analysis.checks import rule_list
from analysis.disclosure import Ledger, recording, suppress_cells
from analysis.errors import ReportError
from analysis.storage import write_text
from analysis.study import read_study
from analysis.synthetic import example_folder, scenario_names, write_synthetic
from tests.builders import CALENDAR, CLEAN, with_cell, write_folder

CANARY = "CANARY-90d2"
COMMANDS = (
    "check",
    "map",
    "update",
    "correct",
    "scan",
    "strip",
    "synthesize",
    "report",
    "release",
    "key",
    "roster",
    "bundle",
    "pool",
    "new",
    "doctor",
)


def run(monkeypatch, capsys, *arguments):
    """Run the command in this process; return exit code, output and error output."""
    monkeypatch.setattr(sys, "argv", ["ketamine-outcomes", *arguments])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    printed = capsys.readouterr()
    return caught.value.code or 0, printed.out, printed.err


@pytest.fixture
def network(tmp_path):
    """Copy the synthetic network, so that a test can damage it."""
    folder = tmp_path / "network"
    folder.mkdir()
    for path in example_folder("clinic-network").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.mark.unit
@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(monkeypatch, capsys, command):
    code, out, _ = run(monkeypatch, capsys, command, "--help")
    assert code == 0
    assert f"ketamine-outcomes {command}" in out.split("Example", 1)[1]


@pytest.mark.unit
def test_the_command_alone_lists_all_commands(monkeypatch, capsys):
    _, out, err = run(monkeypatch, capsys)
    assert all(command in out + err for command in COMMANDS)


@pytest.mark.unit
def test_check_of_sound_data_exits_with_0(monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys, "check")
    assert code == 0
    assert " 0 errors" in out


@pytest.mark.unit
@pytest.mark.parametrize(
    ("audience", "shown"), [("release", "rows: <11"), ("internal", "rows: 1;")]
)
def test_check_names_the_place_and_hides_small_counts(
    monkeypatch, capsys, network, audience, shown
):
    path = network / "subjects.csv"
    text = with_cell(path.read_text(encoding="utf-8"), "age_years", "147", row=2)
    path.write_text(text, encoding="utf-8")
    code, out, _ = run(monkeypatch, capsys, "check", str(network), "--audience", audience)
    assert code == 1
    assert "RNG-001" in out
    assert "subjects.age_years" in out
    assert shown in out
    assert ("line 4" in out) == (audience == "internal")
    assert "147" not in out


@pytest.mark.unit
def test_report_refuses_broken_data_with_3_and_writes_nothing(
    monkeypatch, capsys, network, tmp_path
):
    (network / "follow_up.csv").unlink()
    output = tmp_path / "report"
    code, _, err = run(monkeypatch, capsys, "report", str(network), "--output", str(output))
    assert code == 3
    assert "follow_up" in err
    assert not output.exists()


@pytest.mark.unit
@pytest.mark.parametrize("arguments", [["repport"], ["check", "--audiance", "internal"]])
def test_a_wrong_command_line_exits_with_2(monkeypatch, capsys, arguments):
    code, _, err = run(monkeypatch, capsys, *arguments)
    assert code == 2
    assert "No such" in err


@pytest.mark.unit
def test_synthesize_writes_a_study_that_passes_check(monkeypatch, capsys, tmp_path):
    folder = tmp_path / "network"
    quick = partial(write_synthetic, oracle_patients=1_000)  # the true answers take a minute
    monkeypatch.setattr("analysis.synthetic.write_synthetic", quick)
    code, _, _ = run(monkeypatch, capsys, "synthesize", "--output", str(folder), "--seed", "7")
    assert code == 0
    assert json.loads((folder / "study.json").read_text(encoding="utf-8"))["seed"] == 7
    assert run(monkeypatch, capsys, "check", str(folder))[0] == 0


@pytest.mark.unit
def test_doctor_finds_this_installation_sound(monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys, "doctor")
    assert code == 0, out
    assert "problem" not in out


@pytest.mark.unit
@pytest.mark.parametrize(
    ("error", "code", "shown"),
    [
        (ReportError("close the file"), 3, "ReportError: close the file"),
        (KeyError(CANARY), 4, "Unforeseen error KeyError"),
        (ValueError(f"could not convert {CANARY}"), 4, "Unforeseen error ValueError"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_errors_become_one_line_and_a_code(monkeypatch, capsys, error, code, shown):
    def fail(*_args, **_kwargs):
        raise error

    monkeypatch.setattr("analysis.checks.check_folder", fail)
    exit_code, out, err = run(monkeypatch, capsys, "check")
    assert exit_code == code
    assert shown in err
    assert CANARY not in out + err
    assert "Traceback" not in out + err


@pytest.mark.unit
def test_runs_as_a_module():
    shown = subprocess.run(
        [sys.executable, "-m", "analysis", "--help"], capture_output=True, text=True, check=True
    )
    assert "synthesize" in shown.stdout


@pytest.fixture
def broken(tmp_path):
    """Write the small study with an impossible age and a dose that does not fit."""
    tables = {
        "subjects": with_cell(CLEAN["subjects"], "age_years", "147", row=1),
        "sessions": with_cell(CLEAN["sessions"], "weight_kg", "154", row=1),
    }
    return write_folder(tmp_path / "study", tables=tables)


@pytest.mark.unit
def test_detail_is_written_in_the_local_zone(monkeypatch, capsys, broken, tmp_path):
    target = tmp_path / "local" / "findings.csv"
    code, out, err = run(monkeypatch, capsys, "check", str(broken), "--detail", str(target))
    assert code == 1
    assert "RNG-001" in out
    assert "keep it inside the clinic" in err
    lines = target.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 3
    assert ',"subjects.csv",3,"p2","","age_years","RNG-001","error",' in lines[1]
    assert ',"sessions.csv",3,"p1",2,"dose_mg","DOS-001","warning",' in lines[2]
    assert all(line.startswith('"patient-level",') for line in lines[1:])


@pytest.mark.unit
def test_detail_outside_the_local_zone_is_refused_before_anything_is_read(
    monkeypatch, capsys, broken, tmp_path
):
    def fail(*_args):
        raise AssertionError

    monkeypatch.setattr("analysis.checks.check_folder", fail)
    target = tmp_path / "findings.csv"
    code, out, err = run(monkeypatch, capsys, "check", str(broken), "--detail", str(target))
    assert code == 3
    assert err.startswith("DisclosureError: The detail of findings")
    assert out == ""
    assert not target.exists()


@pytest.mark.unit
@pytest.mark.parametrize(("audience", "rows"), [("release", "<11"), ("internal", "1")])
def test_check_as_json(monkeypatch, capsys, broken, audience, rows):
    code, out, _ = run(
        monkeypatch, capsys, "check", str(broken), "--format", "json", "--audience", audience
    )
    content = json.loads(out)
    assert code == 1
    assert content["audience"] == audience
    assert [(f["rule"], f["rows"]) for f in content["findings"]] == [
        ("RNG-001", rows),
        ("DOS-001", rows),
    ]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("style", "begins"),
    [("json", "{\n"), ("html", "<!DOCTYPE html>"), ("text", "ERROR   [RNG-001]")],
)
def test_check_writes_a_file_and_leaves_the_output_empty(
    monkeypatch, capsys, broken, tmp_path, style, begins
):
    target = tmp_path / "new" / "findings"
    arguments = ("check", str(broken), "--format", style, "--output", str(target))
    code, out, err = run(monkeypatch, capsys, *arguments)
    content = target.read_bytes()
    assert code == 1
    assert out == ""
    assert f"Findings written to {target}" in err
    assert content.decode().startswith(begins)
    assert content.endswith(b"\n")
    assert not content.endswith(b"\n\n")
    run(monkeypatch, capsys, *arguments)
    assert target.read_bytes() == content


@pytest.mark.unit
def test_text_says_the_class_of_the_data_and_to_whom_it_may_be_shown(monkeypatch, capsys, tmp_path):
    folder = write_folder(tmp_path / "local", tables={"calendar": CALENDAR})
    _, out, _ = run(monkeypatch, capsys, "check", str(folder))
    assert out.splitlines()[-1] == "Class of the data: limited data set."
    assert "Confidential" not in out
    _, out, _ = run(monkeypatch, capsys, "check", str(folder), "--audience", "internal")
    assert out.splitlines()[0] == "Confidential: true counts, for use inside the clinic only."


@pytest.mark.unit
def test_a_folder_that_cannot_be_read_is_said_to_be_so(monkeypatch, capsys, tmp_path):
    code, out, _ = run(monkeypatch, capsys, "check", str(tmp_path / "nothing"))
    assert code == 1
    assert out.splitlines()[-1] == "The study could not be read."


@pytest.mark.unit
def test_rules_are_listed_without_a_check(monkeypatch, capsys):
    monkeypatch.setattr("analysis.checks.check_folder", None)
    code, out, _ = run(monkeypatch, capsys, "check", "--list-rules")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split() == ["code", "severity", "tables", "rule"]
    assert len(lines) == 1 + len(rule_list())
    assert any(line.startswith("KEY-001  error ") for line in lines)
    assert any(line.startswith("FIL-010  error ") for line in lines)


@pytest.mark.unit
def test_help_of_synthesize_names_every_preset(monkeypatch, capsys):
    _, out, _ = run(monkeypatch, capsys, "synthesize", "--help")
    assert " ".join(out.split()).endswith("Presets: " + ", ".join(scenario_names()))


@pytest.mark.unit
def test_shards_are_studies_of_their_own(monkeypatch, capsys, tmp_path):
    folder = tmp_path / "many"
    code, out, _ = run(
        monkeypatch, capsys, "synthesize", "--output", str(folder), "--patients", "5",
        "--shards", "2", "--seed", "3",
    )  # fmt: skip
    assert code == 0
    assert out.strip() == f"Synthetic data written to {folder}: 3 study folders"
    studies = [read_study(path) for path in sorted(folder.glob("shard-*"))]
    assert [len(study.table("subjects")) for study in studies] == [2, 2, 1]
    assert {study.seed for study in studies} == {3}


@pytest.mark.unit
def test_options_of_synthesize_reach_the_generator(monkeypatch, capsys, tmp_path):
    calls = []

    def write_shards(scenario, folder, **options):
        calls.append((scenario.name, scenario.patients, scenario.seed, folder, options))
        return [folder]

    def write_synthetic(scenario, folder):
        calls.append((scenario.name, scenario.patients, folder))

    monkeypatch.setattr("analysis.synthetic.shards.write_shards", write_shards)
    monkeypatch.setattr("analysis.synthetic.write_synthetic", write_synthetic)
    run(monkeypatch, capsys, "synthesize", "--shards", "7", "--workers", "2", "--patients", "9",
        "--seed", "0", "--output", str(tmp_path))  # fmt: skip
    _, out, _ = run(monkeypatch, capsys, "synthesize", "--shards", "7", "--patients", "9",
                    "--seed", "0", "--output", str(tmp_path))  # fmt: skip
    assert out.strip().endswith(": 1 study folder")
    run(monkeypatch, capsys, "synthesize", "--patients", "1", "--preset", "clinic-network-24")
    network = ("clinic-network", 9, 0, tmp_path)
    assert calls[0] == (*network, {"shard_patients": 7, "workers": 2})
    assert calls[1] == (*network, {"shard_patients": 7, "workers": 1})
    assert calls[2] == (
        "clinic-network-24", 1, Path("outputs") / "synthetic" / "clinic-network-24",
    )  # fmt: skip


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--workers", "2"], "It needs --shards"),
        (["--workers", "0", "--shards", "5"], "--workers"),
        (["--shards", "0"], "--shards"),
        (["--patients", "0"], "--patients"),
        (["--seed", "-1"], "--seed"),
        (["--patients", "many"], "--patients"),
    ],
)
def test_sizes_that_cannot_be_exit_with_2(monkeypatch, capsys, tmp_path, arguments, shown):
    folder = tmp_path / "network"
    code, _, err = run(monkeypatch, capsys, "synthesize", "--output", str(folder), *arguments)
    assert code == 2
    assert shown in err
    assert not folder.exists()


@pytest.mark.unit
def test_an_unknown_preset_is_refused_with_the_known_ones(monkeypatch, capsys):
    code, _, err = run(monkeypatch, capsys, "synthesize", "--preset", "nothing")
    assert code == 3
    assert "clinic-network-24" in err


@pytest.mark.unit
@pytest.mark.parametrize("style", ["text", "json", "html"])
def test_true_counts_are_written_in_the_local_zone_only(
    monkeypatch, capsys, broken, tmp_path, style
):
    options = ("check", str(broken), "--audience", "internal", "--format", style, "--output")
    code, _, err = run(monkeypatch, capsys, *options, str(tmp_path / "findings"))
    assert code == 3
    assert "true counts and may be written only below a folder named local" in err
    assert not (tmp_path / "findings").exists()
    target = tmp_path / "local" / "findings"
    code, _, _ = run(monkeypatch, capsys, *options, str(target))
    assert code == 1
    assert target.is_file()


@pytest.mark.unit
@pytest.mark.parametrize("given", [["--release", "1"], ["--ledger", "local/releases.jsonl"]])
def test_a_release_needs_label_and_ledger(monkeypatch, capsys, given):
    code, _, err = run(monkeypatch, capsys, "report", *given)
    assert code == 2
    assert "Both are needed" in err


@pytest.mark.unit
def test_the_page_of_a_release_is_written_and_refused_a_second_time(monkeypatch, capsys, tmp_path):
    ledger = tmp_path / "local" / "releases.jsonl"
    with recording(Ledger(release="1", path=ledger)):
        suppress_cells({"a": 40}, about="patients")
    write_text(tmp_path / "out" / "index.html", "report")
    given = ["release", str(tmp_path / "out"), "--ledger", str(ledger), "--release", "1"]
    code, out, _ = run(monkeypatch, capsys, *given)
    assert code == 0
    assert "to be signed" in out
    code, _, err = run(monkeypatch, capsys, *given)
    assert code == 3
    assert "noted already" in err


PATIENTS = "subject_id,age\nKX-1042,43\nKX-1043,51\n"


@pytest.mark.unit
def test_scan_of_clean_files_exits_with_0(monkeypatch, capsys, tmp_path):
    (tmp_path / "a.txt").write_text("342 of 610 patients had a score.", encoding="utf-8")
    code, out, _ = run(monkeypatch, capsys, "scan", str(tmp_path))
    assert code == 0
    assert out.startswith("1 file scanned: 0 errors, 0 warnings.")


@pytest.mark.unit
def test_scan_names_the_place_and_never_the_text(monkeypatch, capsys, tmp_path):
    (tmp_path / "a.csv").write_text(PATIENTS, encoding="utf-8")
    code, out, err = run(monkeypatch, capsys, "scan", str(tmp_path))
    assert code == 1
    assert "ERROR   [PRV-101] a.csv, lines 1 to 3: Rows of single patients are shown." in out
    assert "WARNING [PRV-111] a.csv" in out
    assert "KX" not in out + err


@pytest.mark.unit
def test_scan_without_a_path_takes_the_folder_one_is_in(monkeypatch, capsys, tmp_path):
    (tmp_path / "a.csv").write_text(PATIENTS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, capsys, "scan")[0] == 1


@pytest.mark.unit
def test_scan_takes_a_list_of_files(monkeypatch, capsys, tmp_path):
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in paths:
        path.write_text(PATIENTS, encoding="utf-8")
    code, out, _ = run(monkeypatch, capsys, "scan", *map(str, paths))
    assert (code, out.count("[PRV-101]")) == (1, 2)


@pytest.mark.unit
def test_scan_as_json_hides_small_counts(monkeypatch, capsys, tmp_path):
    (tmp_path / "a.csv").write_text(PATIENTS, encoding="utf-8")
    output = tmp_path / "scan.json"
    arguments = ["scan", str(tmp_path / "a.csv"), "--format", "json", "--output", str(output)]
    code, out, err = run(monkeypatch, capsys, *arguments)
    assert (code, out) == (1, "")
    assert "scan.json" in err
    content = json.loads(output.read_text(encoding="utf-8"))
    assert (content["ok"], content["files"]) == (False, 1)
    first = content["findings"][0]
    assert (first["rule"], first["where"], first["count"]) == ("PRV-101", "lines 1 to 3", "<11")


@pytest.mark.unit
def test_scan_of_nothing_is_refused_with_3(monkeypatch, capsys, tmp_path):
    code, _, err = run(monkeypatch, capsys, "scan", str(tmp_path / "KX-1042.csv"))
    assert code == 3
    assert "1 of 1 paths are not there" in err
    assert "KX" not in err


@pytest.mark.unit
def test_new_copies_a_notebook_and_keeps_own_work(monkeypatch, capsys, tmp_path, network):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(monkeypatch, capsys, "new", "03", "--study", str(network))
    assert (code, out) == (0, "")
    assert "03-response.ipynb" in err
    made = tmp_path / "local" / "03-response.ipynb"
    assert 'study_folder = \\"../network\\"' in made.read_text(encoding="utf-8")
    made.write_text("own work", encoding="utf-8")
    code, _, err = run(monkeypatch, capsys, "new", "03")
    assert code == 3
    assert "--replace" in err
    assert made.read_text(encoding="utf-8") == "own work"
    code, _, err = run(monkeypatch, capsys, "new", CANARY)
    assert code == 3
    assert "01-data-checks" in err
    assert CANARY not in err
