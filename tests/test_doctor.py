"""The doctor must notice what is wrong, and be content with a sound installation."""

import json
import shutil
import sys
from importlib import metadata

import pytest
from jupyter_client.kernelspec import NoSuchKernel

from analysis import doctor


@pytest.mark.unit
def test_a_sound_installation_has_no_problem():
    states = [diagnosis.state for diagnosis in doctor.diagnose()]
    assert states.count("ok") >= 3
    assert "problem" not in states


@pytest.mark.unit
def test_a_wrong_release_is_named(monkeypatch):
    monkeypatch.setattr(metadata, "requires", lambda _: ["pandas>=99", "no-such-package>=1"])
    problems = [d.what for d in doctor.diagnose() if d.state == "problem"]
    assert problems == [
        "pandas is missing or not >=99.",
        "no-such-package is missing or not >=1.",
    ]


@pytest.mark.unit
def test_damaged_example_data_are_noticed(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "example_folder", lambda _: tmp_path)
    problems = [d for d in doctor.diagnose() if d.state == "problem"]
    assert ["synthetic clinic network" in d.what for d in problems] == [True]
    assert all(d.remedy for d in problems)


@pytest.mark.unit
def test_missing_programs_are_notes_not_problems(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    notes = [d.what for d in doctor.diagnose() if d.state == "note"]
    assert any("Chromium" in note for note in notes)
    assert any("Java" in note for note in notes)


@pytest.mark.unit
def test_running_without_installation_is_a_note(monkeypatch):
    def absent(_):
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "requires", absent)
    assert any("not installed" in d.what for d in doctor.diagnose() if d.state == "note")


def kernel(folder, monkeypatch, *argv):
    """Install a kernel named python3 that comes before every other, and look for it."""
    spec = folder / "kernels" / "python3"
    spec.mkdir(parents=True)
    about = {"argv": argv, "display_name": "Python 3", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(about), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(folder))
    return [d for d in doctor.diagnose() if "kernel" in d.what.lower()]


REST = ("-m", "ipykernel_launcher", "-f", "{connection_file}")


@pytest.mark.unit
@pytest.mark.parametrize("program", [sys.executable, "python", "python3"])
def test_a_kernel_of_this_python_is_fine(monkeypatch, tmp_path, program):
    found = kernel(tmp_path, monkeypatch, program, *REST)
    assert [d.state for d in found] == ["ok"]


@pytest.mark.unit
@pytest.mark.parametrize("argv", [("/no/such/python", *REST), ("no-such-python", *REST), ()])
def test_a_kernel_of_no_python_is_a_problem(monkeypatch, tmp_path, argv):
    found = kernel(tmp_path, monkeypatch, *argv)
    assert [d.state for d in found] == ["problem"]
    assert found[0].remedy == "Run: python -m ipykernel install --sys-prefix"
    assert "/no/such" not in found[0].what


@pytest.mark.unit
@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_kernel_of_another_environment_is_a_problem(monkeypatch, tmp_path):
    other = tmp_path / "other" / "bin" / "python"
    other.parent.mkdir(parents=True)
    other.symlink_to(sys.executable)  # as in a virtual environment, where both are one file
    found = kernel(tmp_path / "jupyter", monkeypatch, str(other), *REST)
    assert [d.state for d in found] == ["problem"]
    assert "another Python" in found[0].what


@pytest.mark.unit
def test_no_kernel_is_a_problem(monkeypatch):
    def absent(**_):
        raise NoSuchKernel("python3")

    monkeypatch.setattr(doctor, "KernelManager", absent)
    found = [d for d in doctor.diagnose() if "kernel" in d.what]
    assert [d.state for d in found] == ["problem"]
