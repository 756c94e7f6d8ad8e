"""Test that groups have one curve when events are seen at visits only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError, ModelError
from analysis.results import FloatArray, check_option, counted
from analysis.survival.group_test import GroupTest, quadratic_test
from analysis.survival.interval.rows import IntervalRows, read_interval_rows
from analysis.survival.interval.scores import (
    PATHS,
    permutation_covariance,
    score_covariance,
    score_rows,
)
from analysis.survival.reading.strata import number_strata, rows_with_strata
from analysis.survival.stacking import beside_group

__all__ = ["METHODS", "interval_test"]

Codes = npt.NDArray[np.intp]

METHODS = ("score", "asymptotic permutation", "permutation")
"""Where the null distribution comes from."""

_CELLS = 2_000_000  # permuted labels held at once
_TIE = 1e-9  # relative; permuted statistics this close count as equal


@dataclass(frozen=True, kw_only=True, eq=False)
class _Block:
    """Scores and groups of one stratum, and the covariance of the sums of scores."""

    score: FloatArray
    codes: Codes
    covariance: FloatArray


def interval_test(
    data: pd.DataFrame,
    lower: str,
    upper: str,
    by: str,
    *,
    strata: str | Sequence[str] | None = None,
    scores: str = "logrank",
    method: str = "score",
    draws: int = 9999,
    seed: int = 1,
) -> GroupTest:
    """Test whether the event comes at the same times in all groups, when it is seen at visits only.

    Answers whether, for example, relapse is later in one arm, although its date is known only to
    lie between two visits. A logrank test on dates of first positive visits mistakes rarer visits
    for later events; this test does not. Rows with a missing group or stratum are left out and
    counted; a missing upper end is right-censored; other missing values are errors.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    lower, upper : str
        Columns of the last time without and the first time with the event, as for `turnbull`.
    by : str
        Column of the groups, two or more.
    strata : str or sequence of str, optional
        Columns of the strata; scores are against the common curve of each stratum, then added.
    scores : str
        ``"logrank"`` (Sun's scores, which are those of the logrank test on right-censored data) or
        ``"wilcoxon"`` (more weight on early differences).
    method : str
        ``"score"``, ``"asymptotic permutation"`` or ``"permutation"``; see Notes.
    draws : int
        Permutations drawn for ``"permutation"``, at least 99.
    seed : int
        Where their random numbers begin.

    Returns
    -------
    GroupTest
        ``tidy()`` holds chi-square, df and p-value. ``glance()`` holds, per group, ``n, n_event,
        score, std_error, z``: a positive score means earlier events than in all groups together.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When there is one group, no event was seen, or an end is out of order.
    ModelError
        When `scores`, `method` or `draws` is not allowed, or events are too few for the score
        test.

    Notes
    -----
    ``"score"`` takes the variance from the observed information, with the common curve estimated
    at its steps. It holds whatever the visits of each group are, as long as visits do not depend
    on the event. The two permutation methods hold when visits follow the same plan in all groups
    and patients were randomised; with groups of unequal size and other visit plans their variance
    is wrong. ``"asymptotic permutation"`` is the default of R's interval package for large samples
    (two groups: Z is the column ``z``); ``"permutation"`` draws and gives a p-value of at least
    1 / (draws + 1). SAS's ICLIFETEST imputes instead.

    With visits at arbitrary times the number of steps of the curve rises slowly with the number of
    patients; the level was checked by simulation, see ``simulations/README.md``.

    References
    ----------
    Finkelstein DM (1986). Biometrics 42:845-854.
    Sun J (1996). Statistics in Medicine 15:1387-1395.
    Fay MP, Shaw PA (2010). Journal of Statistical Software 36(2).

    Examples
    --------
    >>> data = pd.DataFrame({
    ...     "lower": [0, 0, 7, 14, 7, 14, 28, 28, 14, 28],
    ...     "upper": [7, 14, 14, 28, 28, 28, None, 42, None, None],
    ...     "arm": ["im"] * 5 + ["iv"] * 5})
    >>> interval_test(data, "lower", "upper", "arm").tidy().round(3)
       statistic  df  p_value  n_dropped
    0      7.808   1    0.005          0
    """
    _check_choices(scores, method, draws)
    used, columns = rows_with_strata(data, strata)
    rows = read_interval_rows(used, lower=lower, upper=upper, by=by)
    _check_groups(rows, by)
    stratum, _ = number_strata(used.loc[used[by].notna()], columns)
    blocks = list(_blocks(rows, stratum, scores, method))
    if not any(block.covariance.any() for block in blocks):
        raise DataError("Nothing can be compared: no stratum has events and more than one group.")
    score = np.sum([_sums(block.score, block.codes, len(rows.levels)) for block in blocks], axis=0)
    covariance = np.sum([block.covariance for block in blocks], axis=0)
    # The scores of all rows sum to 0 at the maximum of the likelihood; leave no trace of where the
    # search for it stopped.
    statistic, df, p_value = quadratic_test(score - score.mean(), _centred(covariance))
    if df == 0:
        raise ModelError(
            "The information about the groups is not positive; there are too few events for this "
            "test. Take method='permutation' when all groups have the same visit plan."
        )
    if method == "permutation":
        p_value = _drawn_p_value(blocks, covariance, statistic, draws, seed)
    n_dropped = len(data) - rows.weight.size
    return GroupTest(
        name=_name(scores, method, stratified=bool(columns)),
        groups=_group_rows(rows, score, covariance, by),
        result=pd.DataFrame(
            {"statistic": [statistic], "df": [df], "p_value": [p_value], "n_dropped": [n_dropped]}
        ),
        notes=_notes(method, n_dropped),
    )


def _check_choices(scores: str, method: str, draws: int) -> None:
    """Refuse unknown choices."""
    check_option("scores", scores, PATHS)
    check_option("method", method, METHODS)
    if draws < 99:
        raise ModelError(f"draws is {draws}; allowed are 99 and more.")


def _check_groups(rows: IntervalRows, by: str) -> None:
    """Refuse data in which nothing can be compared."""
    if len(rows.levels) < 2:
        raise DataError(f"Column {by!r} (by=) has one group only; a test needs two or more.")
    if np.isinf(rows.times.upper).all():
        raise DataError("All rows are right-censored; a test of curves needs events.")


def _blocks(rows: IntervalRows, stratum: Codes, scores: str, method: str) -> Iterator[_Block]:
    """Score the rows of each stratum with two groups or more against its common curve."""
    n_groups = len(rows.levels)
    for number in np.unique(stratum):
        mine, codes = stratum == number, rows.codes[stratum == number]
        if (codes == codes[0]).all():
            continue
        scored = score_rows(rows.times.take(mine), scores)
        if method == "score":
            covariance = score_covariance(scored, codes, n_groups)
        else:
            covariance = permutation_covariance(scored.score, codes, n_groups)
        yield _Block(score=scored.score, codes=codes, covariance=covariance)


def _sums(score: FloatArray, codes: Codes, n_groups: int) -> FloatArray:
    """Sum scores by group."""
    return np.asarray(np.bincount(codes, score, n_groups))


def _centred(covariance: FloatArray) -> FloatArray:
    """Take the means of rows and columns off."""
    without_rows = covariance - covariance.mean(axis=0)
    return np.asarray(without_rows - without_rows.mean(axis=1, keepdims=True))


def _drawn_p_value(
    blocks: list[_Block], covariance: FloatArray, statistic: float, draws: int, seed: int
) -> float:
    """Give the groups to the rows again and again, within strata."""
    rng, n_groups = np.random.default_rng(seed), len(covariance)
    inverse = np.linalg.pinv(covariance, hermitian=True)
    n_rows = sum(block.score.size for block in blocks)
    at_once = max(1, _CELLS // n_rows)
    reached = 0
    for begin in range(0, draws, at_once):
        size = min(at_once, draws - begin)
        sums = np.sum([_drawn_sums(block, size, n_groups, rng) for block in blocks], axis=0)
        values = np.einsum("ij,jk,ik->i", sums, inverse, sums)
        reached += int((values >= statistic * (1.0 - _TIE)).sum())
    return (1 + reached) / (1 + draws)


def _drawn_sums(block: _Block, size: int, n_groups: int, rng: np.random.Generator) -> FloatArray:
    """Sum the scores by groups given at random, draw by draw."""
    order = np.lexsort((block.score, block.codes))  # the same draws for the same rows in any order
    score, codes = np.sort(block.score), block.codes[order]
    drawn = rng.permuted(np.tile(codes, (size, 1)), axis=1)
    return np.stack([(drawn == group) @ score for group in range(n_groups)], axis=1)


def _group_rows(
    rows: IntervalRows, score: FloatArray, covariance: FloatArray, by: str
) -> pd.DataFrame:
    """Put sizes and scores of the groups beside their levels."""
    seen = np.isfinite(rows.times.upper)
    std_error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(std_error > 0.0, score / std_error, np.nan)
    groups = pd.DataFrame(
        {
            "n": np.bincount(rows.codes, minlength=len(rows.levels)),
            "n_event": np.bincount(rows.codes[seen], minlength=len(rows.levels)),
            "score": score,
            "std_error": std_error,
            "z": z,
        }
    )
    return beside_group(groups, rows.levels, by)


def _name(scores: str, method: str, *, stratified: bool) -> str:
    """Name the test."""
    name = f"{scores} test for interval-censored times"
    name = f"stratified {name}" if stratified else name
    return f"{name[0].upper()}{name[1:]}, {method}"


def _notes(method: str, n_dropped: int) -> tuple[str, ...]:
    """Say when the test holds and which rows count."""
    plan = {
        "score": "Holds when visits do not depend on the event; groups may have other visit plans.",
        "asymptotic permutation": "Holds when all groups have the same visit plan.",
        "permutation": "Holds when all groups have the same visit plan.",
    }
    notes = [plan[method]]
    if n_dropped:
        notes.append(f"Left out without group or stratum: {counted(n_dropped, 'row')}.")
    return tuple(notes)
