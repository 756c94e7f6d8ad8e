"""Files that tools read: what is committed, how, and under which licence."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import run

pytestmark = pytest.mark.unit

PROJECT = tomllib.loads(run.PROJECT.read_text(encoding="utf-8"))["project"]


def text(name: str) -> str:
    return (run.ROOT / name).read_text(encoding="utf-8")


def test_licence_is_the_one_that_is_declared() -> None:
    assert PROJECT["license"] == "BSD-3-Clause"
    assert text("LICENSE").startswith("BSD 3-Clause License\n")
    assert PROJECT["authors"][0]["name"] in text("LICENSE")


def test_citation_names_this_version() -> None:
    fields = dict(re.findall(r"^([\w-]+): (.+)$", text("CITATION.cff"), re.MULTILINE))
    assert fields["title"] == PROJECT["name"]
    assert fields["version"] == PROJECT["version"]
    assert fields["license"] == PROJECT["license"]
    assert f"- name: {PROJECT['authors'][0]['name']}" in text("CITATION.cff")


def test_data_are_kept_byte_for_byte(tmp_path: Path) -> None:
    """Ask git itself, in a repository that has nothing but our rules."""
    git = shutil.which("git")
    if git is None:
        assert "data/** -text" in text(".gitattributes")
        return
    shutil.copy(run.ROOT / ".gitattributes", tmp_path)
    subprocess.run([git, "init", "-q"], cwd=tmp_path, check=True)
    names = ["data/synthetic/x/subjects.csv", "notebooks/01.ipynb", "run.py"]
    asked = [git, "check-attr", "text", "eol", "--", *names]
    done = subprocess.run(asked, cwd=tmp_path, check=True, capture_output=True, encoding="utf-8")
    answers = done.stdout.splitlines()
    assert "data/synthetic/x/subjects.csv: text: unset" in answers
    assert "notebooks/01.ipynb: eol: lf" in answers
    assert "run.py: eol: lf" in answers


def test_hooks_fetch_nothing_and_keep_patients_out() -> None:
    hooks = text(".pre-commit-config.yaml")
    assert re.findall(r"repo: (.+)", hooks) == ["local"]
    assert set(re.findall(r"language: (.+)", hooks)) == {"system", "fail"}
    assert "files: ^local/" in hooks
    assert "local/" in text(".gitignore").splitlines()
    for tool in ("ruff check", "ruff format --check", "mypy", "lint-imports"):
        assert f"entry: {tool}" in hooks


def test_continuous_integration_runs_the_documented_command() -> None:
    script = text(".ci/run")
    assert script.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in script
    assert script.endswith("\nKO_REQUIRE=chromium,java,pango python3 run.py test --with spark\n")
    assert "`run.py test --with spark`" in text("README.md")
    if os.name == "posix":
        assert os.access(run.ROOT / ".ci" / "run", os.X_OK)
