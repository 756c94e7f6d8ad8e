"""requirements.lock agrees with pyproject.toml and holds hashes, but no address."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

import run

pytestmark = pytest.mark.unit

TEXT = run.LOCK.read_text(encoding="utf-8")
ENTRIES = run.lock_entries(TEXT)
PROJECT = tomllib.loads(run.PROJECT.read_text(encoding="utf-8"))


def requirements() -> list[str]:
    """List every requirement that pyproject.toml states."""
    listed = [*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"]]
    for table in (PROJECT["project"]["optional-dependencies"], PROJECT["dependency-groups"]):
        listed += [requirement for group in table.values() for requirement in group]
    return listed


def test_lock_was_made_from_this_pyproject() -> None:
    stated = re.search(r"^# pyproject-dependencies-sha256: ([0-9a-f]{64})$", TEXT, re.MULTILINE)
    assert stated, "requirements.lock has lost its header"
    assert stated.group(1) == run.dependency_hash(PROJECT), "remake it: python3 run.py lock"


@pytest.mark.parametrize("stated", requirements())
def test_requirement_is_met_by_the_lock(stated: str) -> None:
    requirement = Requirement(stated)
    entry = ENTRIES[canonicalize_name(requirement.name)]
    version = re.match(r"[^=]+==([^ ;\\]+)", entry)
    assert version
    assert requirement.specifier.contains(version.group(1))


def test_every_entry_has_one_release_and_hashes() -> None:
    lines = [line for line in TEXT.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    assert len(lines) == len(ENTRIES), "a package is locked twice, or an entry was not understood"
    without = [n for n, e in ENTRIES.items() if not re.search(r"--hash=sha256:[0-9a-f]{64}", e)]
    assert without == []


def test_no_release_is_a_preview() -> None:
    versions = [Version(re.split(r"==|[ ;\\]", entry)[1]) for entry in ENTRIES.values()]
    assert not [str(version) for version in versions if version.is_prerelease]


def test_lock_holds_no_address_and_no_option() -> None:
    assert not re.search(r"://|^-|file:|@ ", TEXT, re.MULTILINE)


def test_source_only_packages_are_locked() -> None:
    assert set(run.SOURCE_ONLY) <= set(ENTRIES)


def test_no_supported_python_is_left_out() -> None:
    """Refuse a lock in which a direct dependency depends on the version of Python."""
    direct = {canonicalize_name(Requirement(stated).name) for stated in requirements()}
    conditions = {name: ENTRIES[name].splitlines()[0].partition(";")[2] for name in direct}
    conditional = [name for name, condition in conditions.items() if "python" in condition]
    assert conditional == []
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains("3.14.0")
