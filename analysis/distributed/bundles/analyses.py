"""The kinds of analysis that a network can agree on, each with its rows, its sums and its fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from analysis.distributed.bundles.options import Options
from analysis.distributed.bundles.rows import OutcomeRows, Rows
from analysis.distributed.sums import Sums
from analysis.distributed.task import Task
from analysis.distributed.tasks.moments import MomentsTask, moments_of
from analysis.formulas.parsing import read_fixed
from analysis.mixed import fit_moments, fit_random_moments
from analysis.study import Study

__all__ = ["Analysis", "analysis_of"]

SITE = "site_id"


class Analysis(Protocol):
    """One analysis of the agreement."""

    name: str
    text: Mapping[str, Any]
    task: Task

    def rows(self, study: Study) -> Rows:
        """Derive the rows of a site's patients."""

    def fit(self, sums: Sums) -> Any:
        """Make the result of the network's sums."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MixedModel:
    """A mixed model of scores at planned visits.

    Parameters
    ----------
    name : str
        As the agreement calls it.
    text : mapping
        Its table, defaults written out.
    task : MomentsTask
        What is summed.
    source : OutcomeRows
        How rows are derived.
    choices : mapping
        How the sums are fitted.
    """

    kinds: ClassVar = ("mmrm", "lmm")

    name: str
    text: Mapping[str, Any]
    task: MomentsTask
    source: OutcomeRows
    choices: Mapping[str, Any]

    @classmethod
    def read(cls, name: str, table: Options, sites: tuple[str, ...]) -> MixedModel:
        """Read a table with ``model = "mmrm"`` or ``"lmm"``."""
        kind = table.one_of("model", cls.kinds)
        source = OutcomeRows.read(table)
        site = table.one_of("site", ("none", "fixed", "random"), default="none")
        formula = table.text("formula")
        if site == "fixed":
            formula = f"{formula} + {SITE}"
        levels = {"visit": source.visits, **source.levels}
        if site != "none":
            levels[SITE] = sites
        choices: dict[str, Any] = {
            "method": table.one_of("method", ("reml", "ml"), default="reml"),
            "df": table.text("df", default="kenward-roger"),
        }
        if kind == "mmrm":
            choices["covariance"] = table.texts("covariance", default=("unstructured",))
        else:
            choices["random"] = table.text("random", default="1")
            choices["random_covariance"] = table.text("random_covariance", default="unstructured")
        task = MomentsTask(
            formula=formula,
            subject="subject_id",
            visit="visit",
            coordinates="nominal_day" if kind == "lmm" else None,
            nested_in=SITE if site == "random" else None,
            levels=_of_formula(formula, levels, site),
            days=source.days if kind == "lmm" else None,
            standardised=False,  # whole numbers stay whole, and the order of sites does not count
        )
        return cls(name=name, text=table.read, task=task, source=source, choices=choices)

    def rows(self, study: Study) -> Rows:
        """Derive the rows of a site's patients."""
        return self.source.rows(study, self.task.columns)

    def fit(self, sums: Sums) -> Any:
        """Fit the network's sums."""
        moments = moments_of(sums)
        if "random" in self.choices:
            return fit_random_moments(moments, **self.choices)
        return fit_moments(moments, **self.choices)


def _of_formula(
    formula: str, levels: Mapping[str, tuple[str, ...]], site: str
) -> dict[str, tuple[str, ...]]:
    """Keep the levels of what the formula or a role names."""
    parsed = read_fixed(formula)
    used = {"visit", *parsed.predictors, *([SITE] if site == "random" else [])}
    return {name: tuple(values) for name, values in levels.items() if name in used}


_KINDS: dict[str, Any] = dict.fromkeys(MixedModel.kinds, MixedModel)


def analysis_of(
    name: str, table: Mapping[str, Any], sites: tuple[str, ...], where: str
) -> Analysis:
    """Read one analysis of the agreement.

    Parameters
    ----------
    name : str
        Its name.
    table : mapping
        Its table.
    sites : tuple of str
        All sites.
    where : str
        File, for messages.

    Returns
    -------
    Analysis
        Checked.

    Raises
    ------
    DataError
        When the model is unknown, an option is missing, or nothing reads an option.
    """
    options = Options(table, f"{where}, analyses.{name}")
    kind = options.one_of("model", tuple(_KINDS))
    analysis: Analysis = _KINDS[kind].read(name, options, sites)
    options.check_all_read()
    return analysis
