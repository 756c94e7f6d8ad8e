"""Ask an analysis about many completed data sets: in one call where it can, else one by one."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.errors import ModelError
from analysis.missing.analyses import Analysis, Inference
from analysis.results import FloatArray

__all__ = ["estimates_of", "inferences_of"]


def estimates_of(
    analysis: Analysis, completed: FloatArray, weights: FloatArray
) -> Iterator[FloatArray | ModelError]:
    """Estimate from each data set, or say why not.

    Parameters
    ----------
    analysis : Analysis
        The question.
    completed : array, shape (B, N, T)
        Scores without gaps.
    weights : array, shape (B, N)
        How often each patient counts.

    Yields
    ------
    array, shape (k,), or ModelError
        In the order of the data sets.
    """
    if analysis.is_batched:
        try:
            yield from analysis.estimate(completed, weights)
        except ModelError:  # of one of them: ask each
            pass
        else:
            return
    for scores, counted in zip(completed, weights, strict=True):
        try:
            yield analysis.estimate(scores, counted)
        except ModelError as error:
            yield error


def inferences_of(analysis: Analysis, completed: FloatArray) -> Iterator[Inference]:
    """Estimate with standard errors from each data set.

    Parameters
    ----------
    analysis : Analysis
        The question.
    completed : array, shape (B, N, T)
        Scores without gaps.

    Yields
    ------
    tuple of three arrays, shape (k,)
        Estimates, standard errors and degrees of freedom, in the order of the data sets.
    """
    if analysis.is_batched:
        yield from zip(*analysis.inference(completed), strict=True)
    else:
        for scores in completed:
            yield analysis.inference(scores)
