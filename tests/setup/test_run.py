"""The parts of run.py that compute something, each for Windows and for the rest."""

from __future__ import annotations

import ast
import hashlib
import os
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

import run

pytestmark = pytest.mark.unit
EITHER = pytest.mark.parametrize("os_name", ["nt", "posix"])


def test_the_file_is_understood_by_pythons_that_are_too_old() -> None:
    source = Path(run.__file__).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))
    assert "import tomllib" not in source


def test_interpreter_of_an_environment() -> None:
    windows = run.venv_python(PureWindowsPath(r"C:\set up ü\.venv"), "nt")
    assert str(windows) == r"C:\set up ü\.venv\Scripts\python.exe"
    posix = run.venv_python(PurePosixPath("/set up ü/.venv"), "posix")
    assert str(posix) == "/set up ü/.venv/bin/python"


def test_launcher() -> None:
    assert run.launcher("nt") == "py run.py"
    assert run.launcher("posix") == "python3 run.py"


def test_printed_commands_can_be_typed() -> None:
    command = ["py", "run.py", "check", "C:\\my data\\ü", "50%"]
    assert run.quoted(command, "nt") == 'py run.py check "C:\\my data\\ü" 50%'
    assert run.quoted(["python3", "run.py", "it's"], "posix") == "python3 run.py 'it'\"'\"'s'"


def test_pip_configuration_of_windows() -> None:
    environ = {"PROGRAMDATA": "C:/ProgramData", "APPDATA": "C:/Users/x/AppData/Roaming"}
    found = [path.as_posix() for path in run.pip_config_files("nt", environ, Path("C:/Users/x"))]
    assert found == ["C:/ProgramData/pip/pip.ini", "C:/Users/x/AppData/Roaming/pip/pip.ini"]


def test_pip_configuration_elsewhere() -> None:
    environ = {"PIP_CONFIG_FILE": "/opt/pip.conf"}
    found = [path.as_posix() for path in run.pip_config_files("posix", environ, Path("/home/x"))]
    assert "/etc/pip.conf" in found
    assert "/home/x/.config/pip/pip.conf" in found
    assert "/home/x/Library/Application Support/pip/pip.conf" in found
    assert found[-1] == "/opt/pip.conf"


@EITHER
def test_environment_of_commands_does_not_lead_astray(os_name: str) -> None:
    outside = {"PATH": "elsewhere", "PYTHONHOME": "x", "PIP_TARGET": "x", "A": "b"}
    outside |= {"PIP_USER": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    env = run.child_environment(outside, os_name=os_name)
    astray = {"PYTHONHOME", "PIP_TARGET", "PIP_USER", "PYTHONDONTWRITEBYTECODE"}
    assert not astray & set(env)
    assert env["A"] == "b"
    assert env["PYTHONPATH"] == str(run.ROOT)
    scripts, separator = ("Scripts", ";") if os_name == "nt" else ("bin", ":")
    assert env["PATH"] == f"{run.VENV / scripts}{separator}elsewhere"


@EITHER
def test_settings_of_the_user_are_kept_out_unless_asked_for(os_name: str) -> None:
    private = run.child_environment({"MPLCONFIGDIR": "mine"}, os_name=os_name)
    assert Path(private["IPYTHONDIR"]).is_relative_to(run.VENV)
    assert private["MPLCONFIGDIR"] == "mine"
    assert "IPYTHONDIR" not in run.child_environment({}, os_name=os_name, private=False)


@pytest.mark.parametrize(
    ("stamp", "work"),
    [
        ({"folder": "f", "python": "p", "lock": "l", "project": "t"}, "nothing"),
        ({"folder": "f", "python": "p", "lock": "l", "project": "old"}, "project"),
        ({"folder": "f", "python": "p", "lock": "old", "project": "t"}, "everything"),
        ({"folder": "f", "python": "old", "lock": "l", "project": "t"}, "everything"),
        ({"folder": "moved", "python": "p", "lock": "l", "project": "t"}, "everything"),
        ({"project": "t"}, "everything"),
        ({}, "everything"),
    ],
)
def test_work_follows_from_what_changed(stamp: dict[str, str], work: str) -> None:
    wanted = {"folder": "f", "python": "p", "lock": "l", "project": "t"}
    assert run.work_to_do(stamp, wanted) == work


@EITHER
@pytest.mark.parametrize("spoil", ["nothing", "stamp", "text", "interpreter", "base"])
def test_stamp_counts_only_while_the_environment_works(
    tmp_path: Path, os_name: str, spoil: str
) -> None:
    python = run.venv_python(tmp_path, os_name)
    python.parent.mkdir()
    python.touch()
    base = tmp_path / ("gone" if spoil == "base" else "")
    (tmp_path / "pyvenv.cfg").write_text(f"home = {base}\nversion = 3.11\n", encoding="utf-8")
    text = "[" if spoil == "text" else '{"lock": "l"}'
    (tmp_path / "setup.json").write_text(text, encoding="utf-8")
    if spoil in {"stamp", "interpreter"}:
        (python if spoil == "interpreter" else tmp_path / "setup.json").unlink()
    assert run.read_stamp(tmp_path, os_name) == ({"lock": "l"} if spoil == "nothing" else {})


LOCK = """# a comment
pip==26.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via -r -
pywinpty==3.0 ; os_name == 'nt' \\
    --hash=sha256:cc
setup.tools-x==80 \\
    --hash=sha256:dd
"""


def test_lock_is_split_into_packages() -> None:
    entries = run.lock_entries(LOCK)
    assert list(entries) == ["pip", "pywinpty", "setup.tools-x"]
    assert entries["pip"] == "pip==26.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
    assert entries["pywinpty"].startswith("pywinpty==3.0 ; os_name == 'nt' \\\n")


def test_build_tools_come_from_the_lock() -> None:
    project = {"dependency-groups": {"setup": ["setup.tools-x>=70", "pip"]}}
    entries = run.lock_entries(LOCK)
    assert run.build_tools(project, LOCK) == entries["setup.tools-x"] + entries["pip"]


def test_pip_takes_only_locked_files() -> None:
    online = run.pip_command("install", None)
    assert {"--require-hashes", "--no-deps", "--no-build-isolation"} <= set(online)
    assert "--no-index" not in online
    offline = run.pip_command("install", Path("/stick/my wheels"))
    assert offline[-2:] == ["--no-index", f"--find-links={Path('/stick/my wheels')}"]
    assert "--require-hashes" in offline


def test_order_of_the_set_up() -> None:
    titles = [title for title, _ in run.set_up_steps("everything", None)]
    assert titles == [
        "virtual environment",
        "build tools",
        "packages",
        "this project",
        "first start",
    ]
    assert [title for title, _ in run.set_up_steps("project", None)] == titles[-2:]


def test_only_the_project_itself_is_installed_without_hashes() -> None:
    commands = [command for _, command in run.set_up_steps("everything", None)]
    free = [c for c in commands if "install" in c and "--require-hashes" not in c]
    assert [command[-2:] for command in free] == [["--editable", str(run.ROOT)]]
    assert "--no-deps" in free[0]


@pytest.mark.parametrize(
    ("printed", "advice"),
    [
        ("SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED]", "global.cert"),
        ("ProxyError('Tunnel connection failed: 407')", "HTTPS_PROXY"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "locked one"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("PermissionError: [WinError 5] Access is denied", "JupyterLab"),
        ("NewConnectionError: [Errno 111] Connection refused", "wheelhouse FOLDER"),
        ("ERROR: No matching distribution found for numpy==9", "same Python"),
        ("error: subprocess-exited-with-error", "source-only"),
        ("something else", "doctor"),
    ],
)
def test_failures_are_explained(printed: str, advice: str) -> None:
    assert advice in run.likely_cause(f"line before\n{printed}\nline after")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("via http://me:s3cret@proxy:8080/ now", "via http://***@proxy:8080/ now"),
        ("https://u:p@ss/w@rd@host/simple", "https://***@host/simple"),
        ("https://host/simple and me@host", "https://host/simple and me@host"),
    ],
)
def test_passwords_are_taken_out(text: str, clean: str) -> None:
    assert run.redact(text) == clean


@pytest.mark.parametrize(
    ("given", "left", "folder"),
    [
        (["report", "--data", "x"], ["report", "--data", "x"], None),
        (["--wheelhouse", "w", "report"], ["report"], "w"),
        (["report", "--wheelhouse=my wheels", "-k"], ["report", "-k"], "my wheels"),
        (["test", "-k", "foo", "--wheelhouse", "w"], ["test", "-k", "foo"], "w"),
    ],
)
def test_wheelhouse_is_an_option_of_every_command(
    given: list[str], left: list[str], folder: str | None
) -> None:
    expected = None if folder is None else Path(folder).absolute()
    assert run.take_wheelhouse(given) == (left, expected)


def test_wheelhouse_without_a_folder_is_refused() -> None:
    with pytest.raises(run.SetupError, match="FOLDER"):
        run.take_wheelhouse(["report", "--wheelhouse"])


@pytest.mark.parametrize(
    ("given", "left", "name"),
    [
        (["test", "-k", "foo"], ["test", "-k", "foo"], None),
        (["test", "--with", "spark", "-k", "foo"], ["test", "-k", "foo"], "spark"),
        (["wheelhouse", "w", "--with=spark"], ["wheelhouse", "w"], "spark"),
    ],
)
def test_an_addition_is_an_option_of_every_command(
    given: list[str], left: list[str], name: str | None
) -> None:
    assert run.take_addition(given) == (left, name)


@pytest.mark.parametrize("given", [["test", "--with"], ["test", "--with", "flink"]])
def test_an_unknown_addition_is_refused_with_the_known_ones(given: list[str]) -> None:
    with pytest.raises(run.SetupError, match="spark"):
        run.take_addition(given)


@pytest.mark.parametrize(
    ("environ", "programs"),
    [
        ({}, "java,spark"),
        ({"KO_REQUIRE": "chromium, java,pango"}, "chromium,java,pango,spark"),
    ],
)
def test_what_was_added_is_not_skipped(environ: dict[str, str], programs: str) -> None:
    assert run.required(environ, "spark") == programs


def test_a_wheelhouse_holds_the_addition_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    monkeypatch.setattr(run, "run_step", lambda _, command, __: fetched.extend(command))
    run.wheelhouse([str(tmp_path)], None)
    assert [word for word in fetched if word.endswith(".lock")] == [str(run.LOCK)]
    run.wheelhouse([str(tmp_path)], "spark")
    assert str(run.ADDITIONS["spark"]) in fetched


def test_counts_come_from_the_report_of_pytest(tmp_path: Path) -> None:
    report = tmp_path / "tests.xml"
    assert run.counted(report) == {"passed": 0, "failed": 0, "skipped": 0}
    suites = '<testsuite tests="9" failures="2" errors="1" skipped="2"/><testsuite tests="1"/>'
    report.write_text(f"<testsuites>{suites}</testsuites>", encoding="utf-8")
    assert run.counted(report) == {"passed": 5, "failed": 3, "skipped": 2}


def test_notebooks_run_apart_from_the_tests(tmp_path: Path) -> None:
    (_, tests, env), (_, notebooks, fixed) = run.suite(tmp_path)
    assert {"--doctest-modules", "tests", "analysis"} <= set(tests)
    assert {"--nbval", "--nbval-current-env", "--dist", "loadscope"} <= set(notebooks)
    assert fixed["TZ"] == "UTC"
    assert fixed["PYTHONHASHSEED"] == "0"
    assert env["OMP_NUM_THREADS"] == fixed["OMP_NUM_THREADS"] == "1"


def test_help_is_written_for_this_system(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([]) == run.main(["--help"]) == 0
    assert f"{run.launcher(os.name)} report" in capsys.readouterr().out


def test_dependency_hash_sees_every_table() -> None:
    project: dict[str, dict[str, object]] = {
        "build-system": {"requires": ["b"], "build-backend": "x"},
        "dependency-groups": {"setup": ["s"]},
        "project": {
            "requires-python": ">=3",
            "dependencies": ["d"],
            "optional-dependencies": {"t": ["o"]},
        },
    }
    before = run.dependency_hash(project)
    assert len(before) == len(hashlib.sha256().hexdigest())
    project["build-system"]["build-backend"] = "y"
    assert run.dependency_hash(project) == before
    for table, name in [
        ("build-system", "requires"),
        ("dependency-groups", "setup"),
        ("project", "dependencies"),
        ("project", "requires-python"),
        ("project", "optional-dependencies"),
    ]:
        changed = {**project, table: {**project[table], name: ["other"]}}
        assert run.dependency_hash(changed) != before


def test_lab_opens_the_index_with_own_notebooks_in_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(run, "become", lambda command, _: started.append(command) or 0)
    assert run.lab(["--no-browser"]) == 0
    command = started[0]
    assert f"--ServerApp.root_dir={run.ROOT}" in command
    assert "--LabApp.default_url=/lab/tree/notebooks/index.ipynb" in command
    assert command[-1] == "--no-browser"
    assert (run.ROOT / "notebooks" / "index.ipynb").is_file()
