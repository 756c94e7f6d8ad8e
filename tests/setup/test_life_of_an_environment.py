"""run.py at work in a tiny project: from nothing, again, changed, interrupted, moved, twice.

The project has one package in each lock, a build backend of its own and stand-ins for the product
and for pytest. It lives in a folder with a space and an umlaut, and uses no network.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import run

pytestmark = [pytest.mark.unit, pytest.mark.slow]

PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "product"
version = "1"
[dependency-groups]
setup = ["tiny==1"]
"""
BACKEND = """
from tiny import write_wheel
def build_editable(folder, config_settings=None, metadata_directory=None):
    return write_wheel(folder, "product", {})
"""
TINY = """
import zipfile
def write_wheel(folder, name, files):
    info, file = f"{name}-1.dist-info", f"{name}-1-py3-none-any.whl"
    about = {
        "METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1\\n",
        "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        "RECORD": "",
    }
    with zipfile.ZipFile(f"{folder}/{file}", "w") as wheel:
        for path, text in [*files.items(), *((f"{info}/{k}", v) for k, v in about.items())]:
            wheel.writestr(path, text)
    return file
"""
PRODUCT = """
import os, sys, tiny
print("arguments", *sys.argv[1:], "in", os.getcwd())
sys.exit(int(sys.argv[-1]) if sys.argv[-1].isdigit() else 0)
"""
PYTEST = """
import os, sys
report = [word.partition("=")[2] for word in sys.argv if word.startswith("--junitxml")]
bad = int(os.environ["FAILURES"])
if "KO_REQUIRE" in os.environ:
    import more
    print("required", os.environ["KO_REQUIRE"])
if report:
    text = f'<testsuite tests="5" failures="{bad}" errors="0" skipped="1"/>'
    open(report[0], "w").write(text)
sys.exit(bad > 0)
"""


def make_wheel(folder: Path, name: str) -> str:
    """Write the one package of a lock and give its entry there."""
    folder.mkdir(exist_ok=True)
    module: dict[str, Any] = {}
    exec(TINY, module)  # noqa: S102 - the text above
    path = folder / module["write_wheel"](folder, name, {f"{name}.py": TINY})
    return f"{name}==1 \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "set up ü" / "project"
    root.mkdir(parents=True)
    shutil.copy(run.__file__, root / "run.py")
    wheels = root.parent / "my wheels"
    files = {
        "pyproject.toml": PROJECT,
        "requirements.lock": make_wheel(wheels, "tiny"),
        "requirements-spark.lock": make_wheel(wheels, "more"),
        "backend.py": BACKEND,
        "analysis/__main__.py": PRODUCT,
        "IPython/__main__.py": "import sys; exec(sys.argv[2])",
        "matplotlib/font_manager.py": "",
        "pytest/__main__.py": PYTEST,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


# A process that a shell started in the background ignores Ctrl-C, and so do all that it starts.
HEED_INTERRUPTION = (
    "import runpy, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
)


def launch(project: Path, *args: str, **environ: str) -> subprocess.Popen[str]:
    """Start run.py in the tiny project, as the head of a group of processes."""
    wheels = project.parent / "my wheels"
    inherited = {name: value for name, value in os.environ.items() if name != "KO_REQUIRE"}
    words = [str(project / "run.py"), *args, "--wheelhouse", str(wheels)]
    return subprocess.Popen(
        [sys.executable, "-c", HEED_INTERRUPTION, *words],
        cwd=project.parent,
        env={**inherited, "PYTHONIOENCODING": "utf-8", **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait and give the exit code and both outputs."""
    stdout, stderr = process.communicate(timeout=180)
    return process.returncode, stdout, stderr


def test_two_runs_set_up_once_and_later_runs_do_what_is_left(project: Path) -> None:
    both = [launch(project, "check", "my data", "7") for _ in range(2)]
    ends = [finish(process) for process in both]
    assert [code for code, _, _ in ends] == [7, 7], ends
    assert sum("Set up in" in stderr for _, _, stderr in ends) == 1
    assert sum("waiting" in stderr for _, _, stderr in ends) == 1
    assert f"arguments check my data 7 in {project.parent}" in ends[0][1]

    log = (project / ".venv" / "setup.log").read_text(encoding="utf-8")
    code, stdout, stderr = finish(launch(project, "test", FAILURES="0"))
    assert (code, stderr) == (0, "")
    assert stdout.splitlines()[-1] == "tests: 8 passed, 0 failed, 2 skipped"
    code, stdout, stderr = finish(launch(project, "test", FAILURES="2"))
    assert (code, stderr) == (1, "")
    assert stdout.splitlines()[-1] == "tests: 4 passed, 4 failed, 2 skipped"
    assert finish(launch(project, "test", "-k", "foo", FAILURES="1")) == (1, "", "")
    assert (project / ".venv" / "setup.log").read_text(encoding="utf-8") == log

    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    code, _, stderr = finish(launch(project, "check"))
    assert code == 0
    assert "this project" in stderr
    assert "packages" not in stderr

    project = project.rename(project.with_name("moved"))
    assert "Not set up yet" in finish(launch(project, "doctor"))[1]


def test_an_addition_is_installed_once_and_again_when_its_lock_changes(project: Path) -> None:
    words = ["test", "--with", "spark", "-k", "foo"]
    code, stdout, stderr = finish(launch(project, *words, FAILURES="0"))
    assert (code, stdout) == (0, "required java,spark\n"), stderr
    assert stderr.count("Adding spark") == 1
    assert finish(launch(project, *words, FAILURES="0")) == (0, stdout, "")
    with (project / "requirements-spark.lock").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert "Adding spark" in finish(launch(project, *words, FAILURES="0"))[2]
    assert finish(launch(project, "test", "-k", "foo", FAILURES="0")) == (0, "", "")


def interrupt(process: subprocess.Popen[str]) -> None:
    """Send Ctrl-C to a run and all that it started, or end it where there is no such thing."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.kill()


def test_a_set_up_that_failed_or_was_interrupted_is_done_again(project: Path) -> None:
    wheel = next((project.parent / "my wheels").glob("tiny*.whl"))
    good = wheel.read_bytes()
    wheel.write_bytes(good + b"altered")
    code, _, stderr = finish(launch(project, "check"))
    assert code == 1
    assert "differs from the locked one" in stderr
    assert "Traceback" not in stderr
    assert not (project / ".venv" / "setup.json").exists()
    wheel.write_bytes(good)

    process = launch(project, "check")
    while (project / ".venv" / "pyvenv.cfg").exists():  # until it starts to clear up
        time.sleep(0.01)
    interrupt(process)
    code, _, stderr = finish(process)
    if os.name == "posix":
        assert code == 130
        assert "Interrupted" in stderr
        assert "Traceback" not in stderr

    (project / ".venv" / "left over").mkdir()
    code, _, stderr = finish(launch(project, "check"))
    assert code == 0, stderr
    assert not (project / ".venv" / "left over").exists()
    stamp = json.loads((project / ".venv" / "setup.json").read_text(encoding="utf-8"))
    assert stamp["folder"] == os.path.realpath(project)


def test_an_empty_wheelhouse_is_noticed_before_anything_is_done(project: Path) -> None:
    for wheel in (project.parent / "my wheels").glob("*.whl"):
        wheel.unlink()
    code, _, stderr = finish(launch(project, "check"))
    assert code == 1
    assert "no wheels" in stderr
    assert not (project / ".venv").exists()
