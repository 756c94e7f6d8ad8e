"""Running tests on a mutant: in a copy of the repository, in a process forked from a warm one.

The working tree is only read. Third-party libraries are loaded once, before the first fork; the
package itself and the tests are loaded anew from the copy in every fork.
"""

from __future__ import annotations

import compileall
import importlib
import importlib.util
import os
import py_compile
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.mutation.catalogue import NOT_COUNTED

LEFT_OUT = (".git", ".venv", "local", "outputs", "dist", "build", "node_modules", "*.egg-info")
LEFT_OUT += ("__pycache__", ".*_cache", ".hypothesis", "wheelhouse")
WARM = ("numpy", "pandas", "scipy.stats", "statsmodels.api", "hypothesis", "jsonschema", "pyarrow")
WARM += ("matplotlib.pyplot", "statsmodels.stats.proportion", "pandas.testing", "lifelines")
WARM += ("hypothesis.internal.conjecture.engine", "formulaic", "IPython.display", "jinja2")
QUIET = ("-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist")
QUIET += ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # warm libraries are imported already
QUIET += ("-m", "not slow", "-k", f"not ({' or '.join(NOT_COUNTED)})")
KILLED = (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)


def warm_up() -> None:
    """Load what every fork needs and what no mutant changes."""
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MPLBACKEND="Agg")
    os.environ["TRY_MUTANTS"] = "yes"
    for name in WARM:
        importlib.import_module(name)


def copy_of(root: Path, folder: Path) -> Path:
    """Copy the repository and compile it once; compiled files are checked by content, not time."""
    shutil.copytree(root, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(folder / "analysis", quiet=2, invalidation_mode=mode)
    return folder


def again(copy: Path, number: int) -> Path:
    """Copy a copy with all that was compiled in it; times of files are kept, so it stays valid."""
    return Path(shutil.copytree(copy, copy.with_name(f"copy{number}")))


@dataclass(kw_only=True)
class Trial:
    """A forked process that runs tests in a copy."""

    copy: Path
    tests: Sequence[str]
    keep_compiled: bool = False
    started: float = field(default_factory=time.monotonic)
    pid: int = 0

    @property
    def report(self) -> Path:
        """File for the first test that failed; outside of what tests may see."""
        return self.copy.with_suffix(".failed")

    def start(self) -> Trial:
        """Fork, and run the tests in the child."""
        self.report.write_text("", encoding="utf-8")
        self.pid = os.fork()
        if self.pid == 0:
            os._exit(self._run())
        return self

    def _run(self) -> int:
        """Run the tests as if Python had been started in the copy."""
        try:
            os.setsid()
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            _enter(self.copy)
            sys.dont_write_bytecode = not self.keep_compiled
            examples = any(name.startswith("analysis/") for name in self.tests)
            options = [*QUIET, *(["--doctest-modules"] if examples else [])]
            return int(pytest.main([*options, *self.tests], plugins=[_FirstFailure(self.report)]))
        except BaseException as problem:  # noqa: BLE001 - the parent must hear of anything
            self.report.write_text(f"trial broke: {type(problem).__name__}", encoding="utf-8")
            return int(pytest.ExitCode.USAGE_ERROR)

    def stop(self) -> None:
        """End the child and what it started."""
        os.killpg(self.pid, signal.SIGKILL)


def _enter(copy: Path) -> None:
    """Forget the package and the tests of the working tree, and find those of the copy."""
    for name in list(sys.modules):
        if name.partition(".")[0] in {"analysis", "tests", "conftest"}:
            del sys.modules[name]
    importlib.invalidate_caches()
    os.chdir(copy)
    sys.path[:] = [str(copy), *sys.path[1:]]
    os.environ["PYTHONPATH"] = str(copy)
    package = importlib.util.find_spec("analysis")
    if package is None or not str(package.origin).startswith(str(copy)):
        raise ImportError("The tests would import another copy of the package.")


class _FirstFailure:
    """Plugin of pytest that writes down the first test that failed."""

    def __init__(self, report: Path) -> None:
        self.report = report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._note(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._note(f"{report.nodeid} (collection)")

    def _note(self, test: str) -> None:
        if not self.report.read_text(encoding="utf-8"):
            self.report.write_text(test, encoding="utf-8")
