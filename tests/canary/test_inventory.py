"""Every public call that takes data is run with planted secrets, and says none of them."""

from __future__ import annotations

import logging
import warnings

import pandas as pd
import pytest

from analysis.errors import AnalysisError
from tests.canary.cases import CASES, World
from tests.study.test_canary import TRACES, _chain

pytestmark = pytest.mark.unit


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return World(tmp_path)


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


@pytest.mark.parametrize("name", CASES)
def test_no_secret_is_said(name, world, capfd, caplog):
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            said = _shown(CASES[name](world))
        except AnalysisError as error:
            said = "\n".join(_chain(error))
    streams = capfd.readouterr()
    said += streams.out + streams.err + caplog.text + "".join(str(w.message) for w in warned)
    assert not [trace for trace in TRACES if trace in said.lower()]
