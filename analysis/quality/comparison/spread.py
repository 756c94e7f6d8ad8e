"""The mean change of a published cohort with its standard deviation, and where that comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

from analysis.errors import DataError
from analysis.published import PublishedFigure, PublishedStudy
from analysis.quality.comparison.difference import Mean
from analysis.quality.comparison.question import Source

__all__ = ["PublishedMean", "change_from_means", "published_mean"]


@dataclass(frozen=True, kw_only=True)
class PublishedMean:
    """A mean change and how its spread was found.

    Parameters
    ----------
    mean : Mean
        Change and standard deviation between patients.
    spread_from : str
        Where the standard deviation comes from.
    """

    mean: Mean
    spread_from: str


def published_mean(source: Source) -> PublishedMean | None:
    """Return a published mean change with the standard deviation of the change.

    Parameters
    ----------
    source : Source
        A figure of the measure "mean change", and how many patients it rests on.

    Returns
    -------
    PublishedMean or None
        With the published deviation, else that which a published standard error or 95 % interval
        implies; None when there is none of these.
    """
    figure, n = source.figure, source.n
    if figure.value is None or n is None or n < 2:
        return None
    found = _spread(figure, n)
    if found is None:
        return None
    deviation, words = found
    return PublishedMean(
        mean=Mean(mean=figure.value, standard_deviation=deviation, n=n), spread_from=words
    )


def _spread(figure: PublishedFigure, n: int) -> tuple[float, str] | None:
    """Find the standard deviation of the change, the most direct source first."""
    if figure.standard_deviation is not None:
        return figure.standard_deviation, "standard deviation of the change, as published"
    if figure.std_error is not None:
        return figure.std_error * math.sqrt(n), "published standard error of the mean change"
    if figure.conf_low is not None and figure.conf_high is not None:
        half = 0.5 * (figure.conf_high - figure.conf_low)
        error = half / float(stats.t.isf(0.025, n - 1))
        return error * math.sqrt(
            n
        ), "published 95 % interval of the mean change, taken as Student's"
    return None


def change_from_means(
    study: PublishedStudy, *, scale: str, correlation: float, group: str = "all"
) -> PublishedStudy:
    """Work out mean changes of a study that published means before and after only.

    Parameters
    ----------
    study : PublishedStudy
        The study.
    scale : str
        Scale.
    correlation : float
        Between scores of a patient before and after, -1 to 1. No source reports it here, so it
        must be stated; the deviation of the change rests on it.
    group : str
        Group of patients.

    Returns
    -------
    PublishedStudy
        The study with one more figure per mean at follow-up, of the measure "mean change", with
        standard deviation sqrt(s1^2 + s2^2 - 2 r s1 s2).

    Raises
    ------
    DataError
        When the correlation is out of its range, or means and deviations are not published.

    Examples
    --------
    >>> from analysis.published import published_study
    >>> study = change_from_means(
    ...     published_study("IM cohort 2022"), scale="PHQ-9", correlation=0.5)
    >>> figure = study.figures[-1]
    >>> round(figure.value, 1), round(figure.standard_deviation, 2)
    (-5.5, 6.34)
    """
    if not -1.0 <= correlation <= 1.0:
        raise DataError("The correlation of scores before and after is from -1 to 1.")
    before = _with_spread(study, "baseline mean", scale, group)
    after = _with_spread(study, "mean at follow-up", scale, group)
    if not before or not after:
        raise DataError(
            f"{study.name} has no mean with a standard deviation before and after on this scale."
        )
    made = tuple(_change(before[0], later, correlation) for later in after)
    return PublishedStudy(**{**vars(study), "figures": (*study.figures, *made)})


def _with_spread(
    study: PublishedStudy, measure: str, scale: str, group: str
) -> list[PublishedFigure]:
    """Find means with their standard deviations."""
    return [
        figure
        for figure in study.figures
        if (figure.measure, figure.scale, figure.group) == (measure, scale, group)
        and figure.value is not None
        and figure.standard_deviation is not None
    ]


def _change(before: PublishedFigure, after: PublishedFigure, correlation: float) -> PublishedFigure:
    """Make the figure of the change from one mean to the other."""
    one, two = before.standard_deviation or 0.0, after.standard_deviation or 0.0
    variance = one**2 + two**2 - 2.0 * correlation * one * two
    return PublishedFigure(
        **{
            **vars(after),
            "measure": "mean change",
            "evidence": "computed",
            "value": (after.value or 0.0) - (before.value or 0.0),
            "standard_deviation": math.sqrt(max(variance, 0.0)),
            "note": f"Worked out from two means, with a stated correlation of {correlation:g}.",
        }
    )
