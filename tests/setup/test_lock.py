"""The locks agree with pyproject.toml and with each other; they hold hashes, but no address."""

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

PROJECT = tomllib.loads(run.PROJECT.read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
LOCKS = {path.name: path for path in (run.LOCK, *run.ADDITIONS.values())}
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in LOCKS.items()}
ENTRIES = {name: run.lock_entries(text) for name, text in TEXTS.items()}
EITHER = pytest.mark.parametrize("name", LOCKS)


def requirements() -> list[tuple[str, str]]:
    """List every requirement that pyproject.toml states, with the lock that has to meet it."""
    main = [*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"]]
    main += [stated for group in PROJECT["dependency-groups"].values() for stated in group]
    listed = [(run.LOCK.name, stated) for stated in main]
    for extra, group in EXTRAS.items():
        lock = run.ADDITIONS.get(extra, run.LOCK).name
        listed += [(lock, stated) for stated in group]
    return listed


def release(entry: str) -> str:
    """Read the release that an entry names."""
    return re.split(r"==|[ ;\\]", entry)[1]


@EITHER
def test_lock_was_made_from_this_pyproject(name: str) -> None:
    header = r"^# pyproject-dependencies-sha256: ([0-9a-f]{64})$"
    stated = re.search(header, TEXTS[name], re.MULTILINE)
    assert stated, f"{name} has lost its header"
    assert stated.group(1) == run.dependency_hash(PROJECT), "remake it: python3 run.py lock"


@pytest.mark.parametrize(("name", "stated"), requirements())
def test_requirement_is_met_by_the_lock(name: str, stated: str) -> None:
    requirement = Requirement(stated)
    entry = ENTRIES[name][canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(release(entry))


@pytest.mark.parametrize("extra", run.ADDITIONS)
def test_an_addition_changes_no_release_of_the_main_lock(extra: str) -> None:
    main, added = ENTRIES[run.LOCK.name], ENTRIES[run.ADDITIONS[extra].name]
    shared = main.keys() & added.keys()
    assert {"numpy", "pandas", "pyarrow"} <= shared
    assert {name: release(added[name]) for name in shared} == {
        name: release(main[name]) for name in shared
    }


@pytest.mark.parametrize("extra", run.ADDITIONS)
def test_an_addition_is_no_part_of_the_main_lock(extra: str) -> None:
    own = {canonicalize_name(Requirement(stated).name) for stated in EXTRAS[extra]}
    assert own
    assert own & ENTRIES[run.LOCK.name].keys() == set()


@EITHER
def test_every_entry_has_one_release_and_hashes(name: str) -> None:
    lines = [line for line in TEXTS[name].splitlines() if re.match(r"[A-Za-z0-9]", line)]
    entries = ENTRIES[name]
    assert len(lines) == len(entries), "a package is locked twice, or an entry was not understood"
    without = [n for n, e in entries.items() if not re.search(r"--hash=sha256:[0-9a-f]{64}", e)]
    assert without == []


@EITHER
def test_no_release_is_a_preview(name: str) -> None:
    releases = [release(entry) for entry in ENTRIES[name].values()]
    assert not [text for text in releases if Version(text).is_prerelease]


@EITHER
def test_lock_holds_no_address_and_no_option(name: str) -> None:
    assert not re.search(r"://|^-|file:|@ ", TEXTS[name], re.MULTILINE)


def test_source_only_packages_are_locked() -> None:
    assert set(run.SOURCE_ONLY) <= {name for entries in ENTRIES.values() for name in entries}


def test_no_supported_python_is_left_out() -> None:
    """Refuse a lock in which a direct dependency depends on the version of Python."""
    direct = {
        (lock, canonicalize_name(Requirement(stated).name)) for lock, stated in requirements()
    }
    conditions = {n: ENTRIES[lock][n].splitlines()[0].partition(";")[2] for lock, n in direct}
    conditional = [name for name, condition in conditions.items() if "python" in condition]
    assert conditional == []
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains("3.14.0")
