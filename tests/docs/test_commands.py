"""Every command that a page shows is one that the program takes, with these options."""

import re
import shlex

import click
import pytest
import typer

import run
from analysis.cli import app
from tests.docs.pages import PAGES, TOP, commands, name_of, read

pytestmark = pytest.mark.unit

PRODUCT = typer.main.get_command(app)
OWN = {"test", "lab", "doctor", "wheelhouse", "lock", "docs"}  # of run.py alone
SHOWN = [(name_of(page), line) for page in [*TOP, *PAGES] for line in commands(read(page))]
FORMAL = re.compile(r"[…\[\]|]|\b[A-Z]{3,}\b")  # a command in outline: "report [FOLDER] …"


def words(line):
    line = re.split(r"\s#|\s\||\s>", line.replace("\\", "/"))[0]
    found = shlex.split(line)
    found = found[found.index("-m") + 2 :] if "-m" in found else found
    start = next(
        i
        for i, word in enumerate(found)
        if word in {"run.py", "ketamine-outcomes"} or i == len(found) - 1
    )
    return found[start + 1 :]


def test_words_are_those_after_the_program():
    assert words("python3 run.py check local/study --audience internal") == [
        "check", "local/study", "--audience", "internal",
    ]  # fmt: skip
    assert words("ketamine-outcomes report  # the whole") == ["report"]


@pytest.mark.parametrize(("page", "line"), SHOWN)
def test_command_is_taken(page, line):
    command, *rest = run.take_wheelhouse(words(line))[0]
    if command in OWN or command == "COMMAND":
        return
    assert command in PRODUCT.commands, f"{page}: there is no command {command}"
    parsed = PRODUCT.commands[command]
    if FORMAL.search(line) or not rest:
        options = {name for option in parsed.params for name in option.opts} | {"--help"}
        assert {word.partition("=")[0] for word in rest if word.startswith("--")} <= options
        return
    if "--help" not in rest:
        parsed.make_context(command, rest, parent=click.Context(PRODUCT))
