"""The command line: help with examples, exit codes, and messages without values."""

import json
import subprocess
import sys

import pytest

from analysis import cli
from analysis.errors import ReportError
from analysis.synthetic import example_folder

CANARY = "CANARY-90d2"
COMMANDS = ("check", "synthesize", "report", "doctor")


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
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3].replace(lines[3].split(",")[2], "147", 1)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
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


@pytest.mark.unit
def test_check_lists_its_rules_and_reads_no_study(monkeypatch, capsys, tmp_path):
    code, out, _ = run(monkeypatch, capsys, "check", str(tmp_path / "none"), "--list-rules")
    assert code == 0
    assert len(out.splitlines()) == 65
    assert "REF-005  error   items: The items belong to no row of assessments." in out
