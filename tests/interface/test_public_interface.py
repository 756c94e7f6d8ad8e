"""A changed signature is a deliberate act: the snapshot and the changelog move with it."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

import analysis
from tests.interface.describe import SNAPSHOT, changelog_line, describe

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.identity
def test_signatures_are_those_of_the_snapshot():
    assert describe() == SNAPSHOT.read_text(encoding="utf-8"), (
        "The public interface changed. If that is meant, run "
        "`python tests/interface/describe.py` and write the change into CHANGELOG.md."
    )


@pytest.mark.identity
def test_newest_changelog_section_names_this_interface():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.split(r"^## ", changelog, flags=re.MULTILINE)[1]
    assert changelog_line(SNAPSHOT.read_text(encoding="utf-8")) in newest


@pytest.mark.identity
@pytest.mark.parametrize("name", sorted(analysis.__all__))
def test_every_public_name_loads_from_its_room_and_is_documented(name):
    value = getattr(analysis, name)
    assert name in dir(analysis)
    room = importlib.import_module(f"analysis.{analysis._HOMES[name]}")
    assert getattr(room, name) is value
    if inspect.isfunction(value) or inspect.isclass(value):
        assert len(inspect.getdoc(value)) > 30


@pytest.mark.unit
def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'relapse_of_everything'"):
        analysis.relapse_of_everything  # noqa: B018


@pytest.mark.identity
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("pyproject.toml", 'version = "{}"'),
        ("CITATION.cff", "version: {}"),
        ("CHANGELOG.md", "## {}"),
    ],
)
def test_every_place_names_the_same_version(name, line):
    assert line.format(analysis.__version__) in (ROOT / name).read_text(encoding="utf-8")
