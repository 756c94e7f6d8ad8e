"""The progress bar shows on a terminal and nowhere else."""

import io
import sys
from types import SimpleNamespace

import pytest

from analysis import progress as module
from analysis.progress import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.unit
@pytest.mark.parametrize(("stream", "shows"), [(Terminal, True), (io.StringIO, False)])
def test_it_shows_only_on_a_terminal(monkeypatch, stream, shows):
    error = stream()
    monkeypatch.setattr(sys, "stderr", error)
    monkeypatch.setenv("COLUMNS", "80")
    assert list(progress(["a", "b", "c"], doing="Reading", unit="table")) == ["a", "b", "c"]
    assert ("Reading" in error.getvalue()) == shows


@pytest.mark.unit
@pytest.mark.parametrize(("patience", "shows"), [(0.0, True), (60.0, False)])
def test_in_a_notebook_it_shows_for_long_work_only(monkeypatch, patience, shows):
    error = io.StringIO()
    monkeypatch.setattr(sys, "stderr", error)
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(module, "_PATIENCE", patience)
    assert list(progress(["a", "b", "c"], doing="Reading", unit="table")) == ["a", "b", "c"]
    assert ("Reading" in error.getvalue()) == shows


@pytest.mark.unit
def test_an_interruption_in_the_middle_passes_through():
    steps = progress([1, 2, 3], doing="Reading", unit="table")
    assert next(steps) == 1
    with pytest.raises(KeyboardInterrupt):
        steps.throw(KeyboardInterrupt)


@pytest.mark.unit
def test_work_that_was_done_before_counts(monkeypatch):
    error = Terminal()
    monkeypatch.setattr(sys, "stderr", error)
    monkeypatch.setenv("COLUMNS", "80")
    steps = (step for step in "cd")  # has no length
    assert list(progress(steps, doing="Summing", unit="shard", total=4, done=2)) == ["c", "d"]
    assert "2/4" in error.getvalue()
