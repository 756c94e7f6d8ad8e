"""Tests of one group go to one worker, so that an engine, a browser or a report is made once.

Tests that share a fixture of their module are a group of their own accord.
"""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit

GROUPED = """
import pathlib
import pytest

pytestmark = pytest.mark.xdist_group("one engine")

@pytest.mark.parametrize("number", range(6))
def test_which(number, worker_id):
    with pathlib.Path(__file__).with_name("workers").open("a") as file:
        file.write(worker_id + "\\n")
"""


def test_tests_of_one_group_run_in_one_worker(tmp_path):
    for name in ("test_first.py", "test_second.py"):
        (tmp_path / name).write_text(GROUPED, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "."]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    workers = (tmp_path / "workers").read_text(encoding="utf-8").split()
    assert len(workers) == 12
    assert len(set(workers)) == 1


@pytest.fixture(scope="module")
def shared():
    return "made once"


def test_tests_that_share_a_fixture_of_their_module_are_a_group(shared, request):
    assert shared == "made once"
    (group,) = request.node.iter_markers("xdist_group")
    assert group.args == ("tests/test_groups.py",)


def test_others_are_in_none(request):
    assert [*request.node.iter_markers("xdist_group")] == []
