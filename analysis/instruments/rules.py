"""The rules by which answers become totals, on arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.instruments.instrument import Instrument

__all__ = ["RULES", "totals"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

RULES = ("complete", "prorated", "too few answers")
"""How a total came about; the last gives no total."""


def totals(
    answers: Floats, exempt: Flags, scale: Instrument
) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Apply the rule of a scale to its answers.

    Parameters
    ----------
    answers : numpy.ndarray, shape (n_forms, item_count)
        Possible answers; NaN where there is none.
    exempt : numpy.ndarray of bool, same shape
        Items that do not apply to the person.
    scale : Instrument
        The scale.

    Returns
    -------
    total : numpy.ndarray, shape (n_forms,)
        Points; NaN when too few items were answered.
    maximum : numpy.ndarray, shape (n_forms,)
        Largest total that the form could have.
    rule : numpy.ndarray of int, shape (n_forms,)
        Position in `RULES`.

    Examples
    --------
    >>> from analysis.instruments import load_instrument
    >>> answers = np.array([[5.0, 4.0, 3.0, 2.0, 1.0]])
    >>> totals(answers, np.zeros((1, 5), dtype=bool), load_instrument("WHO-5"))[0].tolist()
    [60.0]
    """
    if scale.scoring.method == "highest item":
        total = _highest_item(answers, scale)
        rule = np.where(np.isnan(total), 2, 0)
        return total, np.full(len(total), float(scale.total_high)), rule
    return _summed(answers, exempt, scale)


def _summed(
    answers: Floats, exempt: Flags, scale: Instrument
) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Sum the domains, prorated within the limit of the scale."""
    scores = _domain_scores(answers, scale)
    applies = ~_exempt_domains(exempt, scale)
    answered = ~np.isnan(scores)
    n_domains, n_answered = applies.sum(axis=1), answered.sum(axis=1)
    limit = scale.max_missing if scale.missing_method == "prorate" else 0
    n_missing = n_domains - n_answered
    enough = n_missing <= limit  # fewer than all may be missing
    sums = np.where(answered, scores, 0.0).sum(axis=1) * scale.scoring.multiplier
    total = np.full(len(sums), np.nan)
    np.divide(sums * n_domains, n_answered, out=total, where=enough)
    rule = np.where(~enough, 2, np.where(n_missing == 0, 0, 1))
    return total, _maximum(applies, scale), rule


def _domain_scores(answers: Floats, scale: Instrument) -> Floats:
    """Take the highest answer of each domain; NaN when none of its items was answered."""
    domains = scale.scoring.domains
    if len(domains) == scale.item_count:
        return answers
    scores = np.empty((len(answers), len(domains)))
    for position, domain in enumerate(domains):
        columns = [item - 1 for item in domain]
        scores[:, position] = np.fmax.reduce(answers[:, columns], axis=1)
    return scores


def _exempt_domains(exempt: Flags, scale: Instrument) -> Flags:
    """Tell which domains do not apply because their only item does not."""
    first = [domain[0] - 1 for domain in scale.scoring.domains]
    return exempt[:, first]


def _maximum(applies: Flags, scale: Instrument) -> Floats:
    """Add up the largest answers of the domains that apply."""
    highest = [float(scale.item_ranges[domain[0] - 1][1]) for domain in scale.scoring.domains]
    maximum = np.where(applies, np.array(highest), 0.0).sum(axis=1)
    return np.asarray(maximum * scale.scoring.multiplier, dtype=np.float64)


def _highest_item(answers: Floats, scale: Instrument) -> Floats:
    """Find the highest item answered with yes; NaN when a higher one is unanswered."""
    number = np.arange(1, scale.item_count + 1, dtype=np.float64)
    unknown = np.isnan(answers) & ~_rightly_skipped(answers, scale)
    level = np.where(answers == 1.0, number, 0.0).max(axis=1)
    unassessed = np.where(unknown, number, 0.0).max(axis=1)
    return np.where(unassessed > level, np.nan, level)


def _rightly_skipped(answers: Floats, scale: Instrument) -> Flags:
    """Find items that were not asked because the item before them was answered with no."""
    skipped = np.zeros(answers.shape, dtype=bool)
    if scale.scoring.gate is not None:
        item, opens = scale.scoring.gate
        later = [number - 1 for number in opens]
        closed = (answers[:, item - 1] == 0.0) & np.isnan(answers[:, later]).all(axis=1)
        skipped[np.ix_(closed, later)] = True
    return skipped
