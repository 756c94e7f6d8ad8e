"""Cox regression stratified by site: round by round, sites send a score and an information."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from analysis.distributed.bundles.event_rows import EventRows
from analysis.distributed.bundles.options import Options
from analysis.distributed.bundles.rows import Rows
from analysis.distributed.cox.question import CoxQuestion
from analysis.distributed.cox.result import PooledCox
from analysis.distributed.cox.rounds import NextRound, combine_rounds
from analysis.distributed.masks import Layout
from analysis.distributed.sums import Sums
from analysis.distributed.tasks.site_cox import ROUND, SiteCoxTask
from analysis.errors import DataError
from analysis.formulas.parsing import read_fixed
from analysis.results import FloatArray
from analysis.study import Study

__all__ = ["Hazards"]

_COUNTS = ("n_obs", "n_event", "n_dropped", "n_strata")


@dataclass(frozen=True, kw_only=True, eq=False)
class Hazards:
    """A Cox regression in which every site is a stratum.

    Parameters
    ----------
    name : str
        As the agreement calls it.
    text : mapping
        Its table, defaults written out.
    question : CoxQuestion
        What sites are asked.
    source : EventRows
        How rows are derived.
    """

    kinds: ClassVar = ("cox",)

    name: str
    text: Mapping[str, Any]
    question: CoxQuestion
    source: EventRows

    @classmethod
    def read(cls, name: str, table: Options, sites: tuple[str, ...]) -> Hazards:
        """Read a table with ``model = "cox"``."""
        del sites  # every site that sends is a stratum
        table.one_of("model", cls.kinds)
        source = EventRows.read(table)
        question = CoxQuestion(
            formula=table.text("formula"),
            ties=table.one_of("ties", ("efron", "breslow"), default="efron"),
            levels=dict(source.levels),
            subject="subject_id",
        )
        if "subject_id" in read_fixed(f"time ~ {question.formula}").predictors:
            raise DataError(
                f"{table.where}: the formula has a coefficient per patient (subject_id). Take it "
                "out; its score would be rows of patients."
            )
        question.coding()  # an unusable formula is refused before any site has worked
        return cls(name=name, text=table.read, question=question, source=source)

    @property
    def n_terms(self) -> int:
        """Coefficients."""
        return len(self.question.coding().names) - 1

    @property
    def task(self) -> SiteCoxTask:
        """The first round, at coefficients of 0."""
        return self.at(np.zeros(self.n_terms))

    def at(self, beta: FloatArray) -> SiteCoxTask:
        """Return the task of a later round.

        Parameters
        ----------
        beta : array, shape (p,)
            Coefficients asked for.
        """
        return SiteCoxTask(question=self.question, beta=tuple(map(float, beta)))

    def rows(self, study: Study) -> Rows:
        """Derive the rows of a site's patients."""
        return self.source.rows(study, self.question.columns)

    def fit_rounds(self, rounds: Sequence[Sequence[Sums]]) -> NextRound | PooledCox:
        """Finish the fit, or say what to ask next.

        Parameters
        ----------
        rounds : sequence of sequence of Sums
            All rounds so far, one answer per site; or the network's sum alone.
        """
        return combine_rounds(rounds, self.question)

    def table(self, result: Any) -> pd.DataFrame:
        """Show a result as a table."""
        if isinstance(result, NextRound):
            return pd.DataFrame({"next_round": [result.number]})
        table: pd.DataFrame = result.tidy()
        return table

    @property
    def layout(self) -> Layout:
        """Arrays that every site sends in a round."""
        p = self.n_terms
        shapes = {"log_likelihood": (1,), "score": (p,), "information": (p, p)}
        return Layout(shapes={**shapes, "patients_and_events": (2,), "totals": (2,)})

    def dense(self, sums: Sums) -> dict[str, FloatArray]:
        """Put the round of a site into the arrays of the layout."""
        counts = np.array([float(sums.about[name]) for name in _COUNTS])
        return {**sums.arrays, "patients_and_events": counts[:2], "totals": counts[2:]}

    def sparse(self, arrays: Mapping[str, FloatArray], beta: FloatArray) -> Sums:
        """Read the network's round out of the added arrays."""
        both = np.concatenate([arrays["patients_and_events"], arrays["totals"]])
        counts = dict(zip(_COUNTS, np.rint(both).astype(int).tolist(), strict=True))
        about = {
            "question": self.question.described,
            "terms": list(self.question.coding().names[1:]),
            "beta": list(map(float, beta)),
            **counts,
        }
        names = ("log_likelihood", "score", "information")
        return Sums(kind=ROUND, about=about, arrays={name: arrays[name] for name in names})
