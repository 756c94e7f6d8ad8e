"""Draw differences between arms from imputed scores, as those of any other analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import RELEASE, Policy, hide_coefficients
from analysis.errors import DisclosureError, ReportError
from analysis.figures.differences import plot_differences
from analysis.results import TIDY_COLUMNS

if TYPE_CHECKING:
    from analysis.missing import ImputedAnalysis

__all__ = ["plot_imputed"]


def plot_imputed(
    result: ImputedAnalysis,
    *,
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **options: Any,
) -> tuple[Axes, pd.DataFrame]:
    """Draw the differences of an imputed analysis as points with intervals.

    Parameters
    ----------
    result : ImputedAnalysis
        What `impute_and_pool` returns.
    conf_level : float
        Coverage of the intervals.
    policy : Policy
        Differences that rest on few patients are left out, and counted under the figure.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **options
        Passed to `plot_differences`.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        As `plot_differences`. The note says what was assumed about missing scores.

    Raises
    ------
    DisclosureError
        When every difference rests on too few patients.
    ReportError
        When there is no difference between arms.
    """
    tidy = result.tidy(conf_level)
    if "contrast" not in tidy.columns or tidy["contrast"].isna().all():
        raise ReportError(
            "The result has no difference between arms to draw: it is of a cohort, or of a "
            "function of one's own. Show its tidy() as a table."
        )
    shown = hide_coefficients(tidy, result.support(), policy)["reason"].eq("")
    differences = tidy["contrast"].notna()
    if not (shown & differences).any():
        raise DisclosureError(
            "Every difference rests on too few patients to be shown. Analyse larger groups."
        )
    row = result.fit.iloc[0]
    assumed = (
        f"Missing scores: {row['strategy']}, {row['n_imputed']:,} imputed, {row['inference']}."
    )
    hidden = int((differences & ~shown).sum())
    left = f"Not shown: {hidden:,} that rest on few patients." if hidden else ""
    note = " ".join(filter(None, [options.pop("note", ""), assumed, left]))
    labels = [result.schedule.visit_column, *TIDY_COLUMNS]
    frame = tidy.loc[shown & differences, ["contrast", *labels]]
    return plot_differences(frame, conf_level=conf_level, ax=ax, note=note, **options)
