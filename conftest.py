"""Hooks of both pytest runs, the tests and the notebooks: what may be skipped or left uncompared.

Programs, the network guard and fixtures belong to ``tests/conftest.py``.
"""

from __future__ import annotations

import fnmatch
from pathlib import Path

import pytest

ALLOWED_SKIPS = Path(__file__).parent / "tests" / "allowed-skips.txt"


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Leave stderr of notebooks uncompared: it holds the process id of the kernel."""
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("stderr",)


def allowed_skips() -> list[tuple[str, str]]:
    """Read pairs of patterns, for the id of a test and for the reason it gives."""
    lines = ALLOWED_SKIPS.read_text(encoding="utf-8").splitlines()
    rows = [line.partition(" | ") for line in lines if line.strip() and not line.startswith("#")]
    return [(test.strip(), reason.strip()) for test, _, reason in rows]


def skipped_tests(config: pytest.Config) -> dict[str, str]:
    """Give the reason of every skipped test of a finished session, by the id of the test."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return {
        report.nodeid: str(report.longrepr[2] if isinstance(report.longrepr, tuple) else "")
        for report in reports
    }


def unexpected(skipped: dict[str, str], allowed: list[tuple[str, str]]) -> list[str]:
    """List the skipped tests that no line of the allow-list covers."""

    def covered(test: str, reason: str) -> bool:
        reason = reason.removeprefix("Skipped: ")
        return any(
            fnmatch.fnmatchcase(test, test_pattern) and fnmatch.fnmatchcase(reason, reason_pattern)
            for test_pattern, reason_pattern in allowed
        )

    return [test for test, reason in skipped.items() if not covered(test, reason)]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a session in which a test was skipped that the allow-list does not name."""
    is_worker = hasattr(session.config, "workerinput")
    passed = session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
    if passed and not is_worker and unexpected(skipped_tests(session.config), allowed_skips()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print every skipped test, and which of them should not have been."""
    skipped = skipped_tests(config)
    if not skipped:
        return
    refused = unexpected(skipped, allowed_skips())
    terminalreporter.section(f"skipped: {len(skipped)}, not allowed: {len(refused)}")
    for test, reason in sorted(skipped.items()):
        mark = "NOT ALLOWED  " if test in refused else ""
        terminalreporter.line(f"{mark}{test}: {reason}")
    if refused:
        terminalreporter.line("Let them run, or add a line with the reason to allowed-skips.txt.")
