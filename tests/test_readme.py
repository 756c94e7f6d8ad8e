"""The README promises only what runs: its code, its commands and its files."""

import re
from pathlib import Path

import pytest

from analysis.cli import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.unit
@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_python_blocks_run(block):
    exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - our own README


@pytest.mark.unit
@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_links_lead_to_files(target):
    assert target.startswith("https://") or (ROOT / target).exists()


@pytest.mark.unit
def test_every_command_of_the_product_is_in_the_readme():
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert commands >= {"check", "synthesize", "report", "doctor"}
    assert {command for command in commands if f"run.py {command}" not in README} == set()


@pytest.mark.unit
@pytest.mark.parametrize(
    "path",
    [*(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
     *sorted((ROOT / "docs").rglob("*.md"))],
    ids=lambda path: path.name,
)  # fmt: skip
def test_no_place_is_left_to_fill_in(path):
    assert "@@" not in path.read_text(encoding="utf-8")
