"""Rules to hold, recheck or stop a dose: limits of vital signs, each with its source.

Sites differ. Raw readings are kept and every rule is evaluated on them, never a stored flag.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.checks.measurements import POSSIBLE
from analysis.errors import DataError

__all__ = ["RULES", "MonitoringRule", "monitoring_rules", "require_distinct"]

_KINDS = ("hold", "recheck", "stop", "rise", "low")


@dataclass(frozen=True, kw_only=True, eq=False)
class MonitoringRule:
    """One rule about vital signs in a session.

    Parameters
    ----------
    name : str
        Short name, printed in tables.
    kind : {"hold", "recheck", "stop", "rise", "low"}
        "hold": the last reading before the dose. "recheck" and "stop": any reading after the
        dose. "rise": the greatest rise from the last reading before the dose. "low": any reading
        after the dose, under its limit; for oxygen saturation and breaths.
    limits : mapping of str to float
        Limit of each parameter; the rule is broken when one of them is passed. A reading at the
        limit does not pass it, except that a "rise" does.
    until_minute : int, optional
        Last minute that counts; only for a "rise". None: to the last reading.
    source : str
        Where the limits come from.
    verified : bool
        Whether the source was read for this toolkit.

    Raises
    ------
    DataError
        For another kind, no limit, or one that no monitor can show.

    Examples
    --------
    >>> MonitoringRule(name="hold above 150/95", kind="hold", limits={"sbp": 150, "dbp": 95},
    ...                source="our protocol", verified=True).in_words
    'before the dose: systolic over 150 or diastolic over 95 mm[Hg]'
    """

    name: str
    kind: Literal["hold", "recheck", "stop", "rise", "low"]
    limits: Mapping[str, float]
    source: str
    verified: bool
    until_minute: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise DataError(f"kind= is unknown; allowed are {', '.join(_KINDS)}.")
        if not self.limits or not set(self.limits) <= set(_WORDS):
            raise DataError(f"limits= must name one or more of {', '.join(_WORDS)}.")
        for name, limit in self.limits.items():
            low, high = (0, 150) if self.kind == "rise" else POSSIBLE[name]
            if not low < limit < high:
                raise DataError(
                    f"The limit of {name} in the rule {self.name!r} is {limit:g}; allowed is what "
                    f"a monitor can show, over {low} and under {high}."
                )
        if self.until_minute is not None and (self.kind != "rise" or self.until_minute < 1):
            raise DataError("until_minute= is for a rise only, and must be 1 or more.")

    @property
    def in_words(self) -> str:
        """The rule in words."""
        if self.kind == "rise":
            when = f" within {self.until_minute} min" if self.until_minute else ""
            parts = [f"{_WORDS[n][0]} by {v:g} or more" for n, v in self.limits.items()]
            return f"rise from before the dose{when}: {' or '.join(parts)} {self._unit}"
        when = "before the dose" if self.kind == "hold" else "after the dose"
        side = "under" if self.kind == "low" else "over"
        parts = [f"{_WORDS[n][0]} {side} {v:g}" for n, v in self.limits.items()]
        return f"{when}: {' or '.join(parts)} {self._unit}"

    @property
    def _unit(self) -> str:
        return ", ".join(dict.fromkeys(_WORDS[name][1] for name in self.limits))


_WORDS = {
    "sbp": ("systolic", "mm[Hg]"),
    "dbp": ("diastolic", "mm[Hg]"),
    "hr": ("heart rate", "/min"),
    "rr": ("breaths", "/min"),
    "spo2": ("oxygen saturation", "%"),
}

RULES = (
    MonitoringRule(
        name="hold 140/90",
        kind="hold",
        limits={"sbp": 140, "dbp": 90},
        source="esketamine label, United States: over 140/90 before the dose, weigh delaying it",
        verified=True,
    ),
    MonitoringRule(
        name="hold 160/100",
        kind="hold",
        limits={"sbp": 160, "dbp": 100},
        source="protocols of intravenous ketamine: not over 150/95 to 160/100 before the dose",
        verified=False,
    ),
    MonitoringRule(
        name="recheck 160/95",
        kind="recheck",
        limits={"sbp": 160, "dbp": 95},
        source="protocols of intravenous ketamine: recheck or treat over 160-165/95-100",
        verified=False,
    ),
    MonitoringRule(
        name="stop 180/105",
        kind="stop",
        limits={"sbp": 180, "dbp": 105},
        source="protocols of intravenous ketamine: stop over 180/105-110, or with symptoms",
        verified=False,
    ),
    MonitoringRule(
        name="rise 40/25",
        kind="rise",
        limits={"sbp": 40, "dbp": 25},
        until_minute=90,
        source="esketamine label, United States: 8 to 19 % rose by 40 systolic or 25 diastolic "
        "or more within 1.5 hours",
        verified=True,
    ),
)
"""Defaults; where a source gives a range, its lower end, so that none of its cases is missed."""


def require_distinct(rules: Sequence[MonitoringRule]) -> None:
    """Refuse rules of which two have the same name.

    Parameters
    ----------
    rules : sequence of MonitoringRule
        Rules of one analysis.

    Raises
    ------
    DataError
        When a name occurs twice.

    Examples
    --------
    >>> require_distinct(RULES)
    """
    names = [rule.name for rule in rules]
    if len(set(names)) < len(names):
        raise DataError("Two monitoring rules have the same name; give each one of its own.")


def monitoring_rules(rules: Sequence[MonitoringRule] = RULES) -> pd.DataFrame:
    """List rules with their limits and sources.

    Parameters
    ----------
    rules : sequence of MonitoringRule
        Rules.

    Returns
    -------
    pandas.DataFrame
        Columns ``rule, kind, in_words, source, verified``; one row per rule. Holds no data.

    Examples
    --------
    >>> monitoring_rules()["rule"].tolist()
    ['hold 140/90', 'hold 160/100', 'recheck 160/95', 'stop 180/105', 'rise 40/25']
    """
    return pd.DataFrame(
        {
            "rule": [rule.name for rule in rules],
            "kind": [rule.kind for rule in rules],
            "in_words": [rule.in_words for rule in rules],
            "source": [rule.source for rule in rules],
            "verified": [rule.verified for rule in rules],
        }
    )
