"""The attack on two sets of sums of one site: what their differences tell about those who differ.

Patients who came between two bundles are a small group, whatever the size of the bundles. Models of
the same patients share columns, and differ by those whom one of them leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis.disclosure import RELEASE, Policy
from analysis.distributed.attack.bundle import findings_of
from analysis.distributed.attack.findings import TOO_FEW, GramAttack, GramColumns
from analysis.distributed.attack.gram import attack_gram
from analysis.distributed.attack.pattern_grams import PatternGram, Ranges, pattern_grams
from analysis.distributed.attack.result import AttackResult, Finding
from analysis.mixed import Moments
from analysis.results import FloatArray

__all__ = ["Difference", "attack_difference", "attack_differences", "differences"]

TRIED = (
    "differences of two sets of sums, of all patients, of each visit and of each pattern of visits",
)
EXCHANGED = "as many patients with other sums, which an exchange of few explains"

_RELATIVE = 1e-12
_SMALLEST = 1e-4
Scope = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Difference:
    """How the sums of two bundles differ over one set of patients.

    Parameters
    ----------
    where : str
        Which patients.
    visits : tuple
        Labels of the visits of the columns.
    n : int
        How many more there are in the one than in the other; not negative.
    gram : array, shape (d, d)
        Difference of the sums of products of the columns that both have.
    columns : GramColumns
        What is known about these.
    rank : int
        Rank of the difference: at least so many patients differ.
    is_of_patients : bool
        Whether it can be the sums of products of some patients: no direction is negative.
    """

    where: str
    visits: tuple[Any, ...]
    n: int
    gram: FloatArray
    columns: GramColumns
    rank: int
    is_of_patients: bool


def attack_differences(
    one: Moments, other: Moments, *, ranges: Ranges | None = None, policy: Policy = RELEASE
) -> AttackResult:
    """Try to recover patients from two sets of sums of one site.

    Parameters
    ----------
    one, other : Moments
        Two bundles, or two models of one bundle, without weights.
    ranges : mapping of str to (float, float), optional
        Range of the outcome and of numeric columns.
    policy : Policy
        Its least count says which groups are small.

    Returns
    -------
    AttackResult
        Patients are claimed only where they explain a whole difference. Sums of patients who
        differ in few other ways are named.
    """
    findings: list[Finding] = []
    for found in differences(one, other, ranges):
        findings += _findings(found, policy.minimum_count)
    return AttackResult(
        n_patients=max(one.about.n_subjects, other.about.n_subjects),
        minimum=policy.minimum_count,
        findings=tuple(findings),
        tried=TRIED,
    )


def _findings(found: Difference, minimum: int) -> list[Finding]:
    """Attack one difference, and put what follows in words."""
    if found.is_of_patients and found.n:
        return findings_of(found.where, attack_difference(found, minimum))
    patients = max(found.n, found.rank)
    if patients >= minimum:
        return []
    way = TOO_FEW if found.n else EXCHANGED
    return [Finding(where=found.where, how=way, patients=patients, is_recovered=False)]


def attack_difference(found: Difference, minimum: int) -> GramAttack:
    """Attack a difference that can be the sums of patients who came.

    Parameters
    ----------
    found : Difference
        With ``is_of_patients`` and at least one patient.
    minimum : int
        Groups of fewer patients are small.

    Returns
    -------
    GramAttack
        With rows only when they explain the whole difference: some may have come and some gone.
    """
    attack = attack_gram(found.gram, found.n, found.columns, minimum=minimum)
    rows = attack.rows
    if len(rows) == found.n and _is_zero(found.gram - rows.T @ rows, found.gram):
        return attack
    return replace(attack, rows=rows[:0], ways=())


def differences(one: Moments, other: Moments, ranges: Ranges | None = None) -> Iterator[Difference]:
    """List where two sets of sums differ.

    Parameters
    ----------
    one, other : Moments
        Sums of the same or of different models.
    ranges : mapping of str to (float, float), optional
        Range of the outcome and of numeric columns.

    Yields
    ------
    Difference
        Over all patients, per visit, and per pattern of visits; none where nothing differs.
    """
    scopes = [_scopes(moments, ranges) for moments in (one, other)]
    shared = _shared_factors(one, other)
    for scope in dict.fromkeys([*scopes[0], *scopes[1]]):
        parts = [own.get(scope) for own in scopes]
        found = _difference(scope, parts[0], parts[1], shared)
        if found is not None:
            yield found


def _shared_factors(one: Moments, other: Moments) -> frozenset[str]:
    """Name the factors that mean the same in both."""
    names = [{f.name: f for f in each.about.encoding.factors()} for each in (one, other)]
    levels = [each.about.population.levels for each in (one, other)]

    def same(name: str) -> bool:
        columns = names[0][name].columns
        return all(
            (column in levels[0]) == (column in levels[1])
            and (column not in levels[0] or levels[0][column].equals(levels[1][column]))
            for column in columns
        )

    return frozenset(name for name in names[0].keys() & names[1].keys() if same(name))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    """Sums over one set of patients; columns by key and label of the visit."""

    n: int
    gram: FloatArray
    names: tuple[Any, ...]
    columns: GramColumns


def _scopes(moments: Moments, ranges: Ranges | None) -> dict[Scope, _Part]:
    """Sum over all patients, over those of each visit, and over those of each pattern."""
    found: dict[Scope, _Part] = {}
    about = moments.about
    for pattern in pattern_grams(moments, ranges):
        names = tuple(_named(name, moments) for name in pattern.names)
        own = tuple(about.visits[visit] for visit in pattern.visits)
        _pool(found, ("all", ()), pattern, names, [])
        for label in own:
            _pool(found, ("visits", (label,)), pattern, names, [label])
        _pool(found, ("patterns", own), pattern, names, list(own))
    return found


def _named(name: tuple[Any, Any], moments: Moments) -> tuple[Any, Any]:
    """Name a column by labels, so that it is found in other moments."""
    key, index = name
    about = moments.about
    if key == "clinic":
        return (("clinic", about.clinics[index]), None)
    if key == "outcome":
        key = ("outcome", about.outcome)
    return (key, None if index is None else about.visits[index])


def _pool(
    found: dict[Scope, _Part],
    scope: Scope,
    pattern: PatternGram,
    names: tuple[Any, ...],
    visits: list[Any],
) -> None:
    """Add the sums of a pattern, of patients and of some visits, to those of a set of patients."""
    chosen = [i for i, (_, visit) in enumerate(names) if visit is None or visit in visits]
    gram, n = pattern.gram[np.ix_(chosen, chosen)], pattern.n
    if scope in found:
        gram, n = gram + found[scope].gram, n + found[scope].n
    low, high = pattern.columns.low[chosen], pattern.columns.high[chosen]
    constant = chosen.index(pattern.columns.constant)
    found[scope] = _Part(
        n=n,
        gram=gram,
        names=tuple(names[i] for i in chosen),
        columns=GramColumns(constant=constant, low=low, high=high),
    )


def _difference(
    scope: Scope, one: _Part | None, other: _Part | None, shared: frozenset[str]
) -> Difference | None:
    """Subtract the sums of the columns that both have; None when nothing differs."""
    known = one or other
    if known is None:
        return None
    names = [name for name in known.names if _is_shared(name, one, other, shared)]
    grams, counts = [], []
    for part in (one, other):
        place = [] if part is None else [part.names.index(name) for name in names]
        zero = np.zeros((len(names), len(names)))
        grams.append(zero if part is None else part.gram[np.ix_(place, place)])
        counts.append(0 if part is None else part.n)
    gram, n = grams[0] - grams[1], counts[0] - counts[1]
    if n < 0 or (n == 0 and np.trace(gram) < 0.0):
        gram, n = -gram, -n
    if _is_zero(gram, grams[0] + grams[1]):
        return None
    size = float(np.abs(grams[0] + grams[1]).max())
    values = np.linalg.eigvalsh(gram)
    zero_below = max(_SMALLEST, _RELATIVE * size * len(gram))
    own = [known.names.index(name) for name in names]
    return Difference(
        where=_words(scope),
        visits=scope[1],
        n=n,
        gram=gram,
        columns=GramColumns(
            constant=own.index(known.columns.constant),
            low=known.columns.low[own],
            high=known.columns.high[own],
        ),
        rank=int((np.abs(values) > zero_below).sum()),
        is_of_patients=bool(values[0] > -zero_below),
    )


def _is_shared(
    name: tuple[Any, Any], one: _Part | None, other: _Part | None, shared: frozenset[str]
) -> bool:
    """Say whether a column is in both, and means the same."""
    key = name[0]
    in_both = all(part is None or name in part.names for part in (one, other))
    is_label = bool(key) and key[0] in ("outcome", "clinic")
    return in_both and (is_label or all(part[0] in shared for part in key))


def _is_zero(gram: FloatArray, size: FloatArray) -> bool:
    """Say whether sums are 0 but for rounding."""
    largest = float(np.abs(size).max(initial=0.0))
    return bool(np.abs(gram).max(initial=0.0) <= max(_SMALLEST, _RELATIVE * largest))


def _words(scope: Scope) -> str:
    """Name a set of patients."""
    kind, labels = scope
    named = ", ".join(map(str, labels))
    return {
        "all": "difference over all patients",
        "visits": f"difference at visit {named}",
        "patterns": f"difference in the pattern of visits {named}",
    }[kind]
