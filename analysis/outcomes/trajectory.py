"""The mean course of a score over planned visits, by a mixed model, where patients are enough."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.disclosure import MEMBERS, Members, units_of
from analysis.errors import ColumnError, DataError
from analysis.mixed import LinearMixedModel, lmm
from analysis.outcomes.windows import FEWEST
from analysis.results import frame_to_text

__all__ = ["MeanCourse", "mean_course"]


@dataclass(frozen=True, kw_only=True, eq=False)
class MeanCourse:
    """Model means and observed means of the change from baseline at planned visits.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns ``visit, week``, the `by` column, ``estimate, std_error, df, conf_low, conf_high``
        (model), ``observed`` (mean of the observed) and ``n`` (patients with a score).
    by : str, optional
        Column of the groups; None when all patients are taken together.
    about : str
        The model and its patients, in sentences.
    fit : LinearMixedModel
        The fitted model.
    """

    frame: pd.DataFrame
    by: str | None
    about: str
    fit: LinearMixedModel

    def __repr__(self) -> str:
        """Show the model in words, and the means."""
        return f"{self.about}\n{frame_to_text(self.frame)}"


def mean_course(
    outcomes: pd.DataFrame, *, by: str | None = None, conf_level: float = 0.95
) -> MeanCourse:
    """Estimate the mean change from baseline at each planned visit.

    Every score counts, also of patients who leave early; the means are right when leaving depends
    on scores that were seen. Visits with fewer than 11 patients are left out. Groups are taken
    together where one of them has fewer than 11 patients at a visit.

    Parameters
    ----------
    outcomes : pandas.DataFrame
        What `visit_outcomes` returns; one row per patient and visit.
    by : str, optional
        Column of the groups, such as ``route``.
    conf_level : float
        Coverage of the intervals; Satterthwaite degrees of freedom.

    Returns
    -------
    MeanCourse
        One row per visit and group.

    Raises
    ------
    DataError
        When fewer than two visits have 11 patients.

    Examples
    --------
    >>> from analysis.outcomes import visit_outcomes
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> outcomes = visit_outcomes(read_study(example_folder("clinic-network")), "PHQ-9")
    >>> mean_course(outcomes, by="route").by
    'route'
    """
    if by is not None and by not in outcomes.columns:
        raise ColumnError("The outcomes have no such column to split by; try route or site_id.")
    rows = _frequent_visits(outcomes)
    split = by if by is not None and _groups_suffice(rows, by) else None
    fixed = f"{split} * visit" if split else "visit"
    fit = lmm(f"change ~ {fixed} + baseline", rows, subject="subject_id")
    means = fit.marginal_means("visit", by=split).tidy(conf_level=conf_level)
    keys = ["visit", *([split] if split else [])]
    observed = rows.groupby([*keys, "week"], observed=True)["change"].agg(observed="mean", n="size")
    columns = ["estimate", "std_error", "df", "conf_low", "conf_high"]
    text = means[[*keys, *columns]].astype(dict.fromkeys(keys, "string"))
    frame = text.merge(observed.reset_index().astype(dict.fromkeys(keys, "string")), on=keys)
    order = [*keys, "week", *columns, "observed", "n"]
    frame = frame.sort_values(["week", *keys], kind="stable")[order].reset_index(drop=True)
    frame.attrs[MEMBERS] = _members(rows, split)
    return MeanCourse(frame=frame, by=split, about=_about(rows, by, split), fit=fit)


def _members(rows: pd.DataFrame, split: str | None) -> Members:
    """Say who has a score, by group and visit, this by its name and its week."""
    who = units_of(rows)
    units = who.drop_duplicates()
    groups = rows[split].astype(str) if split else pd.Series("", rows.index)
    behind = who.groupby([groups, rows["visit"].astype(str), rows["week"]], observed=True)
    sets = {}
    for (group, visit, week), inside in behind:
        sets[(group, visit)] = sets[(group, week)] = units.isin(inside)
    return Members(units, sets)


def _frequent_visits(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Keep visits with enough patients, or refuse when fewer than two have."""
    counts = outcomes.drop_duplicates(["visit", "subject_id"])["visit"].value_counts()
    kept = counts.index[counts.ge(FEWEST)]
    if len(kept) < 2:
        raise DataError(
            f"Fewer than two planned visits have a score of {FEWEST} patients or more, so a mean "
            "course cannot be estimated. Lower the baseline threshold, or wait for more scores."
        )
    rows = outcomes[outcomes["visit"].isin(kept)]
    return rows.assign(visit=rows["visit"].cat.remove_unused_categories())


def _groups_suffice(rows: pd.DataFrame, by: str) -> bool:
    """Tell whether there are groups to compare, each with enough patients at every visit."""
    cells = pd.crosstab(rows[by].astype("string"), rows["visit"])
    enough = cells.to_numpy().min() >= FEWEST and rows[by].notna().all()
    return len(cells) > 1 and bool(enough)


def _about(rows: pd.DataFrame, by: str | None, split: str | None) -> str:
    """Describe the model; numbers of patients stand beside the points, as far as they may."""
    terms = f"{split}, visit, their interaction" if split else "visit"
    pooled = (
        f" Patients of every {by} are taken together: a group has fewer than {FEWEST} at a visit."
        if by and not split and len(rows[by].unique()) > 1
        else ""
    )
    return (
        f"Linear mixed model of the change on {terms} and baseline with a random intercept per "
        f"patient.{pooled}"
    )
