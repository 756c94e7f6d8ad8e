"""What every test may rely on: no network, no screen, and programs that are there or asked for.

The fixtures ``dask_client`` and ``spark`` are one of each per session: ``tests/engines.py``.

A test that needs a program of the system says ``@pytest.mark.needs("chromium")``, or uses the
fixture ``chromium``. Without the program it is skipped; it fails instead if the environment
variable KO_REQUIRE names the program (``KO_REQUIRE=chromium,java,pango,spark``).
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests.engines import dask_client, mark_engines, spark  # noqa: F401 - fixtures
from tests.offline import sitecustomize

if TYPE_CHECKING:
    from collections.abc import Callable

os.environ.setdefault("MPLBACKEND", "Agg")
# The machine may be busy, and the same commit must give the same verdict every time.
# A mutant need only be noticed: looking for the smallest example would take minutes.
PHASES = [
    phase
    for phase in hypothesis.Phase
    if "TRY_MUTANTS" not in os.environ or phase.name in {"explicit", "generate"}
]
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, phases=PHASES)
hypothesis.settings.load_profile("suite")


# --- Programs of the system ----------------------------------------------------------------------


def chromium_path() -> str | None:
    """Find a browser of the Chromium family."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next(filter(None, map(shutil.which, names)), None)


def has_java() -> bool:
    """Tell whether Java starts; macOS has a stand-in that does not."""
    java = shutil.which("java")
    if java is None:
        return False
    return subprocess.run([java, "-version"], capture_output=True, check=False).returncode == 0


def has_pango() -> bool:
    """Tell whether the text layout library can be loaded, under one of its names."""
    for name in ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll"):
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def has_spark() -> bool:
    """Tell whether PySpark is installed, which ``run.py --with spark`` does."""
    return importlib.util.find_spec("pyspark") is not None


PROGRAMS: dict[str, Callable[[], object]] = {
    "chromium": chromium_path,
    "java": has_java,
    "pango": has_pango,
    "spark": has_spark,
}


@functools.cache
def is_present(program: str) -> bool:
    """Look for a program once per session."""
    return bool(PROGRAMS[program]())


def required_programs(environ: dict[str, str]) -> set[str]:
    """Read KO_REQUIRE."""
    return {name.strip() for name in environ.get("KO_REQUIRE", "").split(",") if name.strip()}


def verdict(program: str, *, present: bool, required: set[str]) -> str:
    """Decide on a test that needs a program: "run", "skip" or "fail"."""
    return "run" if present else "fail" if program in required else "skip"


def need(program: str) -> None:
    """Skip or fail the calling test if the program is missing."""
    required = required_programs(dict(os.environ))
    decision = verdict(program, present=is_present(program), required=required)
    if decision == "fail":
        pytest.fail(f"KO_REQUIRE names {program}, which is not installed", pytrace=False)
    if decision == "skip":
        pytest.skip(f"needs {program}: not installed")


@pytest.fixture
def chromium(tmp_path: Path) -> list[str]:
    """Start of a command that runs a headless browser without network traffic of its own."""
    need("chromium")
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    quiet += ["--disable-background-networking", "--disable-component-update"]
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    profile = f"--user-data-dir={tmp_path / 'chromium'}"
    return [str(chromium_path()), "--headless", *quiet, *root, profile]


# --- Hooks ---------------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, refuse unknown programs, close the network."""
    config.addinivalue_line("markers", "needs(program): uses chromium, java, pango or spark")
    unknown = required_programs(dict(os.environ)) - set(PROGRAMS)
    if unknown:
        raise pytest.UsageError(f"KO_REQUIRE: {sorted(unknown)}; known are {sorted(PROGRAMS)}")
    # importing the file closed the network here; every Python that a test starts imports it too
    paths = [str(Path(sitecustomize.__file__).parent), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in this hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of Dask and Spark, and those that share a fixture of their module."""
    mark_engines(items)
    for item in items:
        if _shares_a_fixture(item) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def _shares_a_fixture(item: pytest.Item) -> bool:
    """Tell whether a test uses a fixture of its module, which each worker would make again."""
    made = getattr(item, "_fixtureinfo", None)
    definitions = made.name2fixturedefs.values() if made else ()
    return any(each[-1].scope == "module" and each[-1].baseid for each in definitions)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Act on the marker ``needs``."""
    for mark in item.iter_markers("needs"):
        for program in mark.args:
            need(program)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name the bytes of a file by their parameter: archives hold the second they were made in."""
    return argname if isinstance(val, bytes) and len(val) > 20 else None


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave the scripts that made reference values alone: they need other software."""
    reference = Path(__file__).parent / "reference"
    is_script = collection_path.suffix == ".py" and not collection_path.name.startswith("test_")
    return True if is_script and reference in collection_path.parents else None
