"""The rules about skipped tests, needed programs and the network."""

from __future__ import annotations

import socket

import pytest

import conftest
from tests.conftest import required_programs, verdict
from tests.offline.sitecustomize import is_local

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("present", "required", "expected"),
    [
        (True, set(), "run"),
        (True, {"java"}, "run"),
        (False, {"chromium"}, "skip"),
        (False, {"java"}, "fail"),
    ],
)
def test_missing_programs_skip_or_fail(present: bool, required: set[str], expected: str) -> None:
    assert verdict("java", present=present, required=required) == expected


def test_programs_are_named_in_the_environment() -> None:
    assert required_programs({"KO_REQUIRE": "chromium, java,"}) == {"chromium", "java"}
    assert required_programs({}) == set()


def test_skips_must_be_allowed_by_test_and_reason() -> None:
    allowed = [("tests/a/*", "needs java: *"), ("*::test_b", "*")]
    skipped = {
        "tests/a/test_x.py::test_a[1]": "Skipped: needs java: not installed",
        "tests/c/test_x.py::test_b": "for any reason",
        "tests/a/test_x.py::test_c": "Skipped: needs a rest",
        "tests/c/test_x.py::test_d": "Skipped: needs java: not installed",
    }
    assert conftest.unexpected(skipped, allowed) == list(skipped)[2:]


def test_every_allowed_skip_gives_a_reason() -> None:
    assert all(test and reason for test, reason in conftest.allowed_skips())


@pytest.mark.parametrize(
    ("address", "local"),
    [
        (("127.0.0.1", 80), True),
        (("::1", 80, 0, 0), True),
        (("localhost", 80), True),
        ("/run/some.socket", True),
        (("192.0.2.1", 443), False),
        (("example.org", 443), False),
    ],
)
def test_addresses_of_this_machine(address: object, local: bool) -> None:
    assert is_local(address) is local


def test_the_network_is_closed() -> None:
    with socket.socket() as probe, pytest.raises(RuntimeError, match="do not use the network"):
        probe.connect(("192.0.2.1", 443))  # RFC 5737: an address of no machine


def test_this_machine_may_be_talked_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
