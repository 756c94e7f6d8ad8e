"""The kinds of analysis that a network can agree on, each with its rows, its sums and its fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from analysis.distributed.bundles.hazards import Hazards
from analysis.distributed.bundles.options import Options
from analysis.distributed.bundles.rates import AdverseEventCounts, ResponseCounts
from analysis.distributed.bundles.rows import OutcomeRows, Rows
from analysis.distributed.bundles.sites import with_sites_present, without_site_variance
from analysis.distributed.bundles.times import TimesToEvent
from analysis.distributed.bundles.totals import AdverseEventTotals
from analysis.distributed.masks import Layout
from analysis.distributed.sums import Sums
from analysis.distributed.tasks.dense_moments import (
    dense_arrays,
    dense_layout,
    moments_of_dense,
)
from analysis.distributed.tasks.moments import MomentsTask, moments_of, sums_of
from analysis.errors import DataError
from analysis.formulas.parsing import read_fixed, read_random
from analysis.mixed import LinearMixedModel, fit_moments, fit_random_moments
from analysis.results import FloatArray
from analysis.study import Study

__all__ = ["Analysis", "analysis_of"]

SITE = "site_id"
_SUBJECT, _DAY = "subject_id", "nominal_day"


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
        _check_formula(formula, table.where)
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
            _check_random(choices["random"], table.where)
            choices["random_covariance"] = table.text("random_covariance", default="unstructured")
        task = MomentsTask(
            formula=formula,
            subject=_SUBJECT,
            visit="visit",
            coordinates=_DAY if kind == "lmm" else None,
            nested_in=SITE if site == "random" else None,
            varying=table.texts("varying", default=()) if "varying" in table.given else (),
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
        moments = without_site_variance(moments_of(sums))
        if SITE in moments.about.population.levels:
            moments = with_sites_present(moments, SITE)
        if "random" in self.choices:
            return fit_random_moments(moments, **self.choices)
        return fit_moments(moments, **self.choices)

    def table(self, result: LinearMixedModel) -> pd.DataFrame:
        """Show a result as a table."""
        return result.tidy()

    @property
    def layout(self) -> Layout:
        """Arrays that every site sends in the masked mode."""
        return dense_layout(self.task)

    def dense(self, sums: Sums) -> dict[str, FloatArray]:
        """Put the moments of a site into the arrays of the layout."""
        return dense_arrays(sums)

    def fit_masked(self, arrays: Mapping[str, FloatArray], threshold: int) -> Any:
        """Make the result of the network's arrays, whose counts were held to the threshold."""
        del threshold
        return self.fit(self.sparse(arrays))

    def sparse(self, arrays: Mapping[str, FloatArray]) -> Sums:
        """Read the network's moments out of the added arrays."""
        return sums_of(moments_of_dense(self.task, arrays))


def _check_formula(formula: str, where: str) -> None:
    """Refuse the patient as a predictor: sums per patient are patients."""
    if _SUBJECT in read_fixed(formula).predictors:
        raise DataError(
            f"{where}: the formula has a coefficient per patient ({_SUBJECT}), so that its sums "
            "would be rows of patients. Take it out; a mixed model knows the patient anyway."
        )


def _check_random(random: str, where: str) -> None:
    """Refuse random terms of days that are the patient's own, before any site has worked."""
    other = [name for name in read_random(random).predictors if name not in {"visit", _DAY}]
    if other:
        raise DataError(
            f"{where}: random names {', '.join(map(repr, other))}; sums hold random terms of visit "
            f"and {_DAY} only, the planned day. Days of the patients' own cannot be summed."
        )


def _of_formula(
    formula: str, levels: Mapping[str, tuple[str, ...]], site: str
) -> dict[str, tuple[str, ...]]:
    """Keep the levels of what the formula or a role names."""
    parsed = read_fixed(formula)
    used = {"visit", *parsed.predictors, *([SITE] if site == "random" else [])}
    return {name: tuple(values) for name, values in levels.items() if name in used}


Analysis = (
    MixedModel | TimesToEvent | Hazards | ResponseCounts | AdverseEventCounts | AdverseEventTotals
)
"""One analysis of the agreement; all but a Cox regression are fitted in one round."""

_KINDS: dict[str, Any] = {
    kind: analysis
    for analysis in (MixedModel, TimesToEvent, Hazards, ResponseCounts, AdverseEventCounts)
    for kind in analysis.kinds
}

_THRESHOLDED: dict[str, Any] = dict.fromkeys(AdverseEventTotals.kinds, AdverseEventTotals)


def analysis_of(
    name: str, table: Mapping[str, Any], sites: tuple[str, ...], mode: str, where: str
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
    mode : str
        How sums leave a site; in the thresholded mode some kinds are counted in another way.
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
    kinds = _KINDS | _THRESHOLDED if mode == "thresholded" else _KINDS
    analysis: Analysis = kinds[kind].read(name, options, sites)
    options.check_all_read()
    return analysis
