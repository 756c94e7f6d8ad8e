"""Every package that the product needs may be used, changed and passed on by a clinic."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import run

pytestmark = pytest.mark.unit

# Permissive, or weak copyleft that stays with the files of the package itself (MPL, LGPL).
ALLOWED = re.compile(
    r"(The )?(MIT|0?BSD|New BSD|[23]-clause BSD|Apache|ISC|PSF|Python Software Foundation|HPND|Zlib"
    r"|CC0|ISCL|Unlicense|MPL|Mozilla Public License|LGPL|GNU Lesser)\b|PSFL\b",
    re.IGNORECASE,
)
EXCEPTIONS: dict[str, str] = {  # name of a package: why its licence is all right nevertheless
    "pyphen": "offered under GPL, LGPL or MPL, as the user chooses; its classifiers list all three",
}


PROJECT = tomllib.loads(run.PROJECT.read_text(encoding="utf-8"))["project"]


def closure(stated: list[str]) -> dict[str, importlib.metadata.Distribution]:
    """Follow dependencies on this machine."""
    waiting = [Requirement(line) for line in stated]
    done: set[tuple[str, str]] = set()
    found = {}
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        distribution = found.setdefault(name, importlib.metadata.distribution(name))
        for extra in {"", *requirement.extras} - {extra for other, extra in done if other == name}:
            done.add((name, extra))
            for line in distribution.requires or []:
                needed = Requirement(line)
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    waiting.append(needed)
    return found


def licence_terms(metadata: dict[str, list[str]]) -> list[str]:
    """List what a package says of its licence: all of the terms must be acceptable.

    The SPDX expression counts first, then the classifiers, then the free text. Of "A OR B" one
    acceptable half is enough and is put in place of both.
    """
    classifiers = [c for c in metadata.get("classifier", []) if c.startswith("License ::")]
    names = [c.rpartition(" :: ")[2] for c in classifiers if c != "License :: OSI Approved"]
    texts = metadata.get("license_expression") or names or metadata.get("license", [])
    terms = [term for text in texts for term in re.split(r" AND |[()\n]", text) if term.strip()]
    if not metadata.get("license_expression") and not names:
        terms = terms[:1]  # the title of a whole licence text
    choices = [[half.strip() for half in term.split(" OR ")] for term in terms]
    return [next(filter(ALLOWED.match, halves), halves[0]) for halves in choices]


def acceptable(metadata: dict[str, list[str]]) -> bool:
    """Tell whether a package states a licence and every part of it is acceptable."""
    terms = licence_terms(metadata)
    return bool(terms) and all(ALLOWED.match(term) for term in terms)


def stated(distribution: importlib.metadata.Distribution) -> dict[str, list[str]]:
    """Gather the fields of a package that speak of licences."""
    fields = ("License-Expression", "Classifier", "License")
    values = {field: distribution.metadata.get_all(field) or [] for field in fields}
    return {field.lower().replace("-", "_"): value for field, value in values.items()}


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"license_expression": ["MIT"]}, True),
        ({"license_expression": ["BSD-3-Clause AND (MIT OR GPL-3.0-only)"]}, True),
        ({"license_expression": ["MIT AND GPL-3.0-or-later"]}, False),
        ({"license_expression": ["AGPL-3.0-only"]}, False),
        ({"classifier": ["License :: OSI Approved :: MIT License"]}, True),
        ({"classifier": ["License :: OSI Approved :: GNU General Public License v3"]}, False),
        ({"license": ["BSD 3-Clause License\n\nGPL is mentioned below"]}, True),
        ({"license": ["proprietary"]}, False),
        ({}, False),
    ],
)
def test_the_rule(metadata: dict[str, list[str]], expected: bool) -> None:
    assert acceptable(metadata) is expected


def refused(packages: dict[str, importlib.metadata.Distribution]) -> dict[str, list[str]]:
    """Give the terms of the packages that not every clinic may use."""
    return {
        name: licence_terms(stated(distribution))
        for name, distribution in packages.items()
        if name not in EXCEPTIONS and not acceptable(stated(distribution))
    }


def test_every_dependency_has_an_acceptable_licence_and_is_locked() -> None:
    packages = closure(PROJECT["dependencies"])
    assert refused(packages) == {}
    locked = run.lock_entries(run.LOCK.read_text(encoding="utf-8"))
    assert set(packages) - set(locked) == set()


@pytest.mark.needs("spark")
def test_spark_has_an_acceptable_licence_and_is_locked() -> None:
    packages = closure(PROJECT["optional-dependencies"]["spark"])
    assert refused(packages) == {}
    locked = run.lock_entries(run.ADDITIONS["spark"].read_text(encoding="utf-8"))
    assert set(packages) - set(locked) == set()
