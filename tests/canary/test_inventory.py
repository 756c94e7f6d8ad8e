"""Every public call that takes data is run with planted secrets, and says none of them."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import logging
import pkgutil
import re
import sys
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import analysis
from analysis import cli, figures, survival
from analysis.errors import AnalysisError
from tests.canary import planted
from tests.canary.cases import CASES, COMMANDS, ELSEWHERE, RAW_FILES, World
from tests.canary.on_results import RESULT_CASES, WRONG_INPUTS, written
from tests.canary.planted import SECRET, TIMES
from tests.study.test_canary import TRACES, _chain

pytestmark = pytest.mark.unit


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield World(tmp_path)
    plt.close("all")


def _shown(result: object) -> str:
    """What a notebook would show of a result; frames of patients are the analyst's own."""
    if isinstance(result, pd.DataFrame | pd.Series):
        return ""
    said = [repr(result)]
    for name in ("_repr_html_", "summary"):
        method = getattr(result, name, None)
        said.append(str(method()) if callable(method) else "")
    findings = getattr(result, "findings", result if isinstance(result, list) else ())
    return "\n".join([*said, *map(str, findings)])


@pytest.fixture
def listen(capfd, caplog):
    """Run a call and return all that it says, wherever it says it."""
    caplog.set_level(logging.DEBUG)

    def run(call):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                said = _shown(call())
            except AnalysisError as error:
                said = "\n".join(_chain(error))
        streams = capfd.readouterr()
        said += streams.out + streams.err + caplog.text
        return (said + "".join(str(w.message) for w in warned)).lower()

    return run


@pytest.mark.parametrize("name", [*CASES, *RESULT_CASES])
def test_no_secret_is_said(name, world, listen):
    case = {**CASES, **RESULT_CASES}[name]
    said = listen(lambda: case(world))
    assert not [trace for trace in TRACES if trace in said]


@pytest.mark.parametrize("name", WRONG_INPUTS)
def test_wrong_input_is_refused_without_a_secret(name, world, listen):
    for case in WRONG_INPUTS[name]:

        def refused(case=case):
            with pytest.raises(AnalysisError) as refusal:
                case(world)
            raise refusal.value

        said = listen(refused)
        assert not [trace for trace in TRACES if trace in said]


def test_results_carry_secrets_which_a_drawn_text_would_show():
    assert planted.visits()["id"].str.contains(SECRET).all()
    assert planted.network().table("subjects")["subject_id"].str.contains(SECRET).all()
    rows = planted.times().assign(arm=SECRET)
    curve = survival.kaplan_meier(rows, by="arm", time="time", event="event")
    assert SECRET in "".join(written(*figures.plot_survival(curve, times=TIMES, title="x")))


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_says_a_secret(name, world, listen, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["ketamine-outcomes", name, *COMMANDS[name](world)])

    def command():
        with contextlib.suppress(SystemExit):
            cli.main()

    said = listen(command)
    assert said.strip()
    assert not [trace for trace in TRACES if trace in said]


def test_what_listens_hears(listen):
    def speaks():
        print("1987")
        warnings.warn("kowalczyk", stacklevel=1)
        logging.getLogger("x").warning("987654321")
        try:
            int("31933x")
        except ValueError:
            raise AnalysisError("harmless") from None

    heard = listen(speaks)
    assert [trace for trace in ("1987", "kowalczyk", "987654321", "31933") if trace in heard] == [
        "1987", "kowalczyk", "987654321", "31933"
    ]  # fmt: skip


# --- Nothing public without a case ---------------------------------------------------------------

DATA = re.compile(
    r"DataFrame|Series|Study|Path|Imported|Changes|Table\b|Fit|Model|Moments|Contrasts|Means|Result"
    r"|Ledger|Mapping|Axes|Finding|Influence|Curve"
)


def _public() -> dict[str, object]:
    """Functions of all rooms, by room and name; those of the package itself are among them."""
    found: dict[str, object] = {}
    for room in sorted(module.name for module in pkgutil.iter_modules(analysis.__path__)):
        if room == "__main__":
            continue
        module = importlib.import_module(f"analysis.{room}")
        for name in getattr(module, "__all__", ()):
            if inspect.isfunction(getattr(module, name)):
                found[f"{room}.{name}"] = getattr(module, name)
    return found


def _takes_data(call: object) -> bool:
    parameters = inspect.signature(call).parameters.values()
    return any(DATA.search(str(p.annotation)) for p in parameters)


def test_every_public_call_that_takes_data_has_a_case():
    public = _public()
    wanted = {name for name, call in public.items() if _takes_data(call)}
    covered = {*CASES, *RESULT_CASES, *ELSEWHERE, *(f"storage.{name}" for name in RAW_FILES)}
    assert sorted(wanted - covered) == []
    assert sorted(covered - set(public) - {"disclosure.Ledger"}) == []
    functions = {name: getattr(analysis, name) for name in analysis.__all__}
    homes = set(public.values())
    stray = [n for n, call in functions.items() if inspect.isfunction(call) and call not in homes]
    assert stray == []


def test_every_command_has_a_case():
    registered = cli.app.registered_commands
    names = {command.name or command.callback.__name__ for command in registered}
    assert names == set(COMMANDS)


@pytest.mark.parametrize(("name", "file"), ELSEWHERE.items())
def test_cases_elsewhere_are_there(name, file):
    text = (Path(analysis.__file__).parents[1] / file).read_text(encoding="utf-8").lower()
    assert "canary" in text
    assert name.split(".")[1] in text
