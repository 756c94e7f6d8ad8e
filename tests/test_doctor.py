"""The doctor must notice what is wrong, and be content with a sound installation."""

import shutil
from importlib import metadata

import pytest

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
