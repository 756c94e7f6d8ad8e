"""What is asked of every part of the rows in a Cox regression, and how its covariates are coded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from analysis.errors import ModelError
from analysis.formulas.columns import Columns, sample_column
from analysis.formulas.encoding import Encoding, encode
from analysis.formulas.parsing import ParsedFormula, read_covariates
from analysis.results import check_option
from analysis.survival.reading.regression_rows import Outcome

__all__ = ["CoxQuestion"]

_TIES = ("efron", "breslow")


@dataclass(frozen=True, kw_only=True)
class CoxQuestion:
    """Formula, columns and levels of a Cox regression, the same for all parts.

    Parameters
    ----------
    formula : str
        Covariates, such as ``"arm + age"``; without transforms that learn from rows.
    time, event : str
        Columns of the time (at least 0) and of the event (0 or 1).
    entry : str, optional
        Column of delayed entry.
    strata : tuple of str
        Columns of the strata.
    weights : str, optional
        Column of whole weights, which count patients.
    ties : str
        ``"efron"`` or ``"breslow"``.
    levels : mapping of str to sequence
        All levels of every factor, the first of which is the reference. Other covariates are
        numbers.
    subject : str
        Column of patients with several rows, whose intervals must not overlap, with one event at
        most; empty: every row is a patient.
    """

    formula: str
    time: str = "time"
    event: str = "event"
    entry: str | None = None
    strata: tuple[str, ...] = ()
    weights: str | None = None
    ties: str = "efron"
    levels: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    subject: str = ""

    @property
    def described(self) -> dict[str, Any]:
        """All that decides the sums, in values that JSON has."""
        levels = {name: list(values) for name, values in self.levels.items()}
        return {**asdict(self), "strata": list(self.strata), "levels": levels}

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the rows that are read."""
        roles = (self.time, self.event, self.entry, self.weights, self.subject)
        names = [*self.parsed.predictors, *self.strata, *(name for name in roles if name)]
        return tuple(dict.fromkeys(names))

    @property
    def parsed(self) -> ParsedFormula:
        """The formula."""
        return read_covariates(self.formula)

    @property
    def outcome(self) -> Outcome:
        """The columns beside the covariates, as results name them."""
        return Outcome(
            time=self.time,
            event=self.event,
            entry=self.entry,
            weights=self.weights,
            subject=self.subject or None,
            strata=self.strata,
        )

    def coding(self) -> Encoding:
        """Decide how covariates become columns, without looking at a row.

        Returns
        -------
        Encoding
            An intercept, which no regression of times uses, and the p columns.

        Raises
        ------
        ModelError
            When the formula or `ties` cannot be used, a transform learns from rows, or the
            levels of a factor are not declared, or not twice different.
        """
        check_option("ties", self.ties, _TIES)
        parsed = self.parsed
        self._check_levels(parsed)
        columns: Columns = {
            name: sample_column(
                name, pd.Index(list(self.levels[name])), coded=name in parsed.factors
            )
            if name in self.levels
            else sample_column(name, None)
            for name in parsed.predictors
        }
        encoding = encode(parsed, columns, max(map(len, columns.values())))
        learned = [factor.name for factor in encoding.factors() if factor.is_stateful]
        if learned:
            raise ModelError(
                f"The terms {', '.join(map(repr, learned))} learn something from the rows, which "
                "differs between parts. Compute them as columns first, with fixed numbers."
            )
        return encoding

    def _check_levels(self, parsed: ParsedFormula) -> None:
        """Refuse factors without levels that all parts have in common."""
        absent = sorted(parsed.factors - set(self.levels))
        if absent:
            raise ModelError(
                f"The levels of {', '.join(map(repr, absent))} must be the same in all parts; list "
                "them by levels=."
            )
        for name in parsed.predictors:
            values = list(self.levels.get(name, (0, 1)))
            if len(set(values)) < max(2, len(values)):
                raise ModelError(
                    f"levels= of {name!r} needs two levels or more, each once ({len(values)} "
                    "given)."
                )
