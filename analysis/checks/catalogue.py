"""The list of all rules, read from the rules themselves, so that it cannot fall behind them.

A rule that states its code, severity, table and sentence is taken at its word. For a function, code
and sentence are the first lines of its docstring; severity and tables are those with which its
source makes findings.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from analysis.errors import DataError
from analysis.study.structure import STRUCTURAL_RULES

__all__ = ["RuleDescription", "catalogue", "catalogue_markdown", "described_rules"]

_CODE = r"[A-Z]{3}-\d{3}"
_FIRST = re.compile(rf"({_CODE}(?:(?: to |, | and ){_CODE})*): (.+?)(?:\n\s*\n|$)", re.DOTALL)
_RANGE = re.compile(r"([A-Z]{3})-(\d{3})(?: to [A-Z]{3}-(\d{3}))?")
_ANY = "any"
_SAME_CODE = "Two rules have the same code in the same table; give each rule its own."


@dataclass(frozen=True, kw_only=True)
class RuleDescription:
    """One rule as users see it.

    Parameters
    ----------
    code : str
        Stable code.
    severity : str
        ``error``, ``warning`` or ``error or warning``.
    tables : str
        Tables in which it can be broken, or ``any``.
    rule : str
        What breaks it, in a sentence.
    """

    code: str
    severity: str
    tables: str
    rule: str


@runtime_checkable
class _States(Protocol):
    """A rule that says of itself what a docstring says of a function."""

    code: str
    severity: str
    table: str
    what: str


def described_rules(rules: Iterable[Callable[..., Any]]) -> list[RuleDescription]:
    """Describe the structural rules and some rules about values.

    Parameters
    ----------
    rules : iterable of callable
        Rules as in `analysis.checks.RULES`. Either they have ``code, severity, table`` and
        ``what``, or their docstring begins ``CODE-001: sentence.``, or with several codes:
        ``CODE-001 to CODE-003: sentence.`` A code may stand for one demand in several tables.

    Returns
    -------
    list of RuleDescription
        Structural rules first, then the others by code.

    Raises
    ------
    DataError
        When a docstring does not begin so, or a code is there twice for the same table.
    """
    structural = [
        RuleDescription(code=code, severity=severity, tables=tables, rule=rule)
        for code, severity, tables, rule in STRUCTURAL_RULES
    ]
    about_values: dict[str, RuleDescription] = {}
    for description in (found for rule in rules for found in _described(rule)):
        known = about_values.get(description.code)
        about_values[description.code] = description if known is None else _both(known, description)
    if about_values.keys() & {description.code for description in structural}:
        raise DataError(_SAME_CODE)
    return [*structural, *(about_values[code] for code in sorted(about_values))]


def _both(one: RuleDescription, other: RuleDescription) -> RuleDescription:
    """Join what is said of one code in different tables."""
    tables = [*one.tables.split(", "), *other.tables.split(", ")]
    if _ANY in tables or len(set(tables)) < len(tables):
        raise DataError(_SAME_CODE)
    severities = {*one.severity.split(" or "), *other.severity.split(" or ")}
    return replace(one, tables=", ".join(tables), severity=" or ".join(sorted(severities)))


def catalogue(rules: Iterable[Callable[..., Any]]) -> pd.DataFrame:
    """Put the descriptions of all rules into a frame.

    Parameters
    ----------
    rules : iterable of callable
        As for `described_rules`.

    Returns
    -------
    pandas.DataFrame
        Columns ``code, severity, tables, rule``.
    """
    columns = ["code", "severity", "tables", "rule"]
    rows = [(d.code, d.severity, d.tables, d.rule) for d in described_rules(rules)]
    return pd.DataFrame(rows, columns=columns, dtype="string")


def catalogue_markdown(rules: Iterable[Callable[..., Any]]) -> str:
    """Write the page ``docs/checks.md``.

    Parameters
    ----------
    rules : iterable of callable
        As for `described_rules`.

    Returns
    -------
    str
        A table with a row per rule; the same text for the same rules.
    """
    lines = [
        f"| {d.code} | {d.severity} | {d.tables} | {d.rule.replace('|', '&#124;')} |"
        for d in described_rules(rules)
    ]
    return f"{_HEAD}\n| code | severity | tables | what breaks it |\n|---|---|---|---|\n" + (
        "\n".join(lines) + "\n"
    )


_HEAD = """\
# Checks

`ketamine-outcomes check FOLDER` holds a study folder against these rules. FIL and COL are held
while the folder is read; the others need a folder that could be read. An error stops every
analysis; a warning is reported beside the results. Tables: “any” means every table with such a
column.

`ketamine-outcomes check FOLDER --detail local/findings.csv` writes file, line and key of every
broken row, below a folder named `local` only; in Python `check_folder(FOLDER).locate("KEY-001")`
gives them for one rule.

This page is written by `python docs/make_checks.py`.
"""


def _described(rule: Callable[..., Any]) -> list[RuleDescription]:
    """Describe one rule; a function may hold several codes."""
    if isinstance(rule, _States):
        return [
            RuleDescription(
                code=rule.code, severity=rule.severity, tables=rule.table, rule=rule.what
            )
        ]
    found = _FIRST.match(inspect.getdoc(rule) or "")
    if found is None:
        raise DataError(
            "The docstring of a rule must begin with its code and a sentence, such as "
            f"“KEY-001: two rows have the same key.” That of {rule.__name__} does not."
        )
    sentence = " ".join(found.group(2).split())
    made = list(_findings_made(rule))
    return [
        RuleDescription(
            code=code,
            severity=_severity(code, made),
            tables=_tables(code, made),
            rule=_capital(sentence),
        )
        for code in _codes(found.group(1))
    ]


def _capital(sentence: str) -> str:
    """Begin a sentence with a capital, unless it begins with the name of a file or column."""
    first = sentence.partition(" ")[0]
    return sentence if re.search(r"[._]", first) else sentence[0].upper() + sentence[1:]


def _codes(text: str) -> list[str]:
    """Spell out codes such as ``REF-001 to REF-003``."""
    return [
        f"{group}-{number:03d}"
        for group, first, last in _RANGE.findall(text)
        for number in range(int(first), int(last or first) + 1)
    ]


def _severity(code: str, made: list[dict[str, str]]) -> str:
    """Name the severities with which the findings of a code are made."""
    known = {call["severity"] for call in made if call["rule"] in (code, "")}
    return " or ".join(sorted(known)) or "error"


def _tables(code: str, made: list[dict[str, str]]) -> str:
    """Name the tables in which the findings of a code are made."""
    known = [call["table"] for call in made if call["rule"] in (code, "")]
    return ", ".join(dict.fromkeys(known)) if all(known) and known else _ANY


def _findings_made(rule: Callable[..., Any]) -> Iterator[dict[str, str]]:
    """Read from the source what findings a rule makes: rule, table and severity of each call.

    What is not written as a constant is empty; a severity that is not is both.
    """
    module = sys.modules[rule.__module__]
    functions = _functions(module.__name__)
    waiting, seen = [inspect.unwrap(rule).__name__], set[str]()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for node in ast.walk(functions.get(name, ast.Pass())):
            if isinstance(node, ast.Call) and _is_finding(node):
                yield _constants(node)
            elif isinstance(node, ast.Name) and node.id in functions and node.id not in seen:
                waiting.append(node.id)


@cache
def _functions(module: str) -> dict[str, ast.FunctionDef]:
    """Parse the functions of a module."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _is_finding(call: ast.Call) -> bool:
    """Tell whether a call makes a finding."""
    return isinstance(call.func, ast.Name) and call.func.id in ("broken_rows", "Finding")


def _constants(call: ast.Call) -> dict[str, str]:
    """Take rule, table and severity from the arguments of a call."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    place = given.get("place")
    table = place.elts[0] if isinstance(place, ast.Tuple) else given.get("table")
    severity = given.get("severity", ast.Constant("error"))
    return {
        "rule": _text(given.get("rule")),
        "table": _text(table),
        "severity": _text(severity) or "error or warning",
    }


def _text(node: ast.expr | None) -> str:
    """Return a constant text, or nothing."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ""
