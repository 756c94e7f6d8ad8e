"""What the code must not do: run text of data, unpickle, write files past storage, go online."""

from __future__ import annotations

import ast
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import analysis

pytestmark = pytest.mark.unit

ROOT = Path(analysis.__file__).parent
NETWORK = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "requests", "httpx", "aiohttp"}
PICKLING = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "cloudpickle"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
FRAME_RUNS_TEXT = {"query", "eval", "read_pickle", "to_pickle", "read_clipboard", "read_html"}
WITHOUT_PICKLES = {"load", "save", "savez", "savez_compressed"}


def _files() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0]


def _faults(tree: ast.Module) -> Iterator[str]:
    """Name every call that would run text, or take pickled objects out of a file."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in RUNS_TEXT:
            yield node.func.id
        if not isinstance(node.func, ast.Attribute):
            continue
        name, owner = node.func.attr, node.func.value
        if name in FRAME_RUNS_TEXT:
            yield name
        if name == "load" and isinstance(owner, ast.Name) and owner.id == "np":
            safe = {k.arg: getattr(k.value, "value", None) for k in node.keywords}
            if safe.get("allow_pickle") is not False:
                yield "np.load"
        if any(k.arg == "allow_pickle" and getattr(k.value, "value", True) for k in node.keywords):
            yield "allow_pickle"


def test_no_text_is_run_and_nothing_is_unpickled():
    faults = {place: found for place, tree in _files() if (found := sorted(_faults(tree)))}
    assert faults == {}


def test_the_search_for_dangers_finds_them():
    code = "eval('1')\nframe.query('a')\nnp.load(p)\nnp.load(p, allow_pickle=True)\nexec('')"
    assert sorted(_faults(ast.parse(code))) == [
        "allow_pickle", "eval", "exec", "np.load", "np.load", "query"
    ]  # fmt: skip


def _floats_as_days(tree: ast.Module) -> Iterator[int]:
    """Name the lines where something other than an Int64 becomes a time difference.

    pandas rounds the decimals of floats in memory that it has not filled where a value is missing:
    a warning about an overflow comes or does not, by what lay there before.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") != "to_timedelta":
            continue
        if not ast.unparse(node.args[0]).endswith(".astype('Int64')"):
            yield node.lineno


def test_only_whole_numbers_become_time_differences():
    faults = {place: found for place, tree in _files() if (found := list(_floats_as_days(tree)))}
    assert faults == {}


def test_the_search_for_floats_as_days_finds_them():
    code = "pd.to_timedelta(x, unit='D')\npd.to_timedelta(x.astype('Int64'), unit='D')"
    assert list(_floats_as_days(ast.parse(code))) == [1]


# Setting up a machine looks for the proxy of the hospital; a link that holds a file is decoded.
# Both send nothing.
MAY_NAME_THE_NETWORK = {
    "doctor.py": {"urllib"},
    "privacy/files/pieces/embedded.py": {"urllib"},
}


def test_nothing_is_imported_that_unpickles_or_goes_online():
    found = {
        place: sorted(bad)
        for place, tree in _files()
        if (
            bad := set(_imported(tree))
            & (NETWORK | PICKLING) - MAY_NAME_THE_NETWORK.get(place, set())
        )
    }
    assert found == {}


# --- Who writes files ----------------------------------------------------------------------------

WRITES = {"to_csv", "to_excel", "to_parquet", "to_json", "to_html", "write_table"}
WRITERS = {
    "checks/detail.py": "formulas neutralised: tests/checks/test_detail.py",
    "distributed/bundles/pooled_files.py": "formulas neutralised: tests/distributed/bundles",
    "distributed/shards/writing.py": "Parquet of patients' rows: tests/distributed/shards",
    "disclosure/release.py": "no file: the text is digested only",
    "formats/changes.py": "formulas neutralised: tests/formats/test_update.py",
    "formats/adam/writing.py": "exchange: must be read back equal by read_adam",
    "formats/omop/writing.py": "exchange: must be read back equal by read_omop",
    "formats/redcap/writing.py": "exchange: must be read back equal by read_redcap",
    "synthetic/exports/sheets.py": "invented exports, as a clinic's program writes them",
    "synthetic/exports/writing.py": "invented corrections: tests/synthetic/test_first_clinic.py",
    "synthetic/shards.py": "Parquet of invented data",
    "study/folder.py": "exchange: must be read back equal by read_study",
    "privacy/crosswalk.py": "exchange: must be read back equal by relink",
    "report/build.py": "HTML, escaped: tests/tables",
    "report/table_files.py": "HTML, escaped, and sheets of text: tests/report/test_table_files.py",
    "report/findings.py": "HTML, escaped: tests/tables",
    "tables/result.py": "HTML, escaped: tests/tables",
}
"""Modules that write frames, and how what a spreadsheet would run is dealt with in each."""


def _writes(tree: ast.Module) -> bool:
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    return bool(called & WRITES) or {"writer", "writerows"} <= called


def test_every_writer_of_tables_says_what_it_does_about_formulas():
    assert {place for place, tree in _files() if _writes(tree)} == set(WRITERS)


# --- The network is closed for tests --------------------------------------------------------------


def test_no_test_reaches_another_machine():
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end,
        pytest.raises(RuntimeError, match="do not use the network"),
    ):
        end.connect(("192.0.2.1", 9))  # an address for documentation, which nobody has


def test_programs_that_tests_start_reach_no_other_machine():
    program = (
        "import socket\n"
        "with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:\n"
        "    end.connect(('192.0.2.1', 9))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "do not use the network" in done.stderr
