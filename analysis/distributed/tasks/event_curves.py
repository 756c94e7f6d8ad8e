"""Curves and tests of times to events from counts, equal to those of the patients."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.distributed.counted_rows import counted_from
from analysis.distributed.sums import Sums
from analysis.distributed.tasks.events import KIND
from analysis.errors import ModelError
from analysis.survival import (
    GroupTest,
    IncidenceCurve,
    SurvivalCurve,
    cumulative_incidence,
    gray_test,
    kaplan_meier,
    logrank,
)

__all__ = [
    "cumulative_incidence_of",
    "event_rows",
    "gray_test_of",
    "kaplan_meier_of",
    "logrank_of",
]


def event_rows(sums: Sums) -> pd.DataFrame:
    """Make rows that give what the patients give, in an order of their own.

    Parameters
    ----------
    sums : Sums
        Of `EventCountsTask`.

    Returns
    -------
    pandas.DataFrame
        One row per patient; those left out have a missing group or stratum, and nothing else.

    Raises
    ------
    DataError
        When the sums are others.
    """
    counts = counted_from(sums, KIND)
    return counts.rows(filled=[str(sums.about["event"])])


def kaplan_meier_of(sums: Sums, **choices: Any) -> SurvivalCurve:
    """Estimate Kaplan-Meier curves from counts.

    Parameters
    ----------
    sums : Sums
        Of `EventCountsTask` without strata, whose events are 0 and 1.
    **choices
        ``conf_type, origin`` as in `analysis.survival.kaplan_meier`.

    Returns
    -------
    SurvivalCurve
        That of the patients together.

    Raises
    ------
    ColumnError, DataError, ModelError
        As `kaplan_meier`; and when there are strata.
    """
    _refuse_strata(sums, "a curve")
    about = sums.about
    return kaplan_meier(
        event_rows(sums), about["time"], about["event"], entry=about["entry"], by=about["by"],
        **choices,
    )  # fmt: skip


def cumulative_incidence_of(sums: Sums, **choices: Any) -> IncidenceCurve:
    """Estimate cumulative incidences from counts.

    Parameters
    ----------
    sums : Sums
        Of `EventCountsTask` without strata.
    **choices
        ``causes, censored, conf_type, variance`` as in `analysis.survival.cumulative_incidence`.

    Returns
    -------
    IncidenceCurve
        That of the patients together.

    Raises
    ------
    ColumnError, DataError, ModelError
        As `cumulative_incidence`; and when there are strata.
    """
    _refuse_strata(sums, "a curve")
    about = sums.about
    return cumulative_incidence(
        event_rows(sums), about["time"], about["event"], entry=about["entry"], by=about["by"],
        **choices,
    )  # fmt: skip


def logrank_of(sums: Sums, **choices: Any) -> GroupTest:
    """Test that groups have the same risk of an event, from counts.

    Parameters
    ----------
    sums : Sums
        Of `EventCountsTask` with groups.
    **choices
        ``rho, gamma, trend`` as in `analysis.survival.logrank`.

    Returns
    -------
    GroupTest
        That of the patients together.

    Raises
    ------
    ColumnError, DataError, ModelError
        As `logrank`; and when there are no groups.
    """
    about = sums.about
    by, strata = _groups(sums), list(about["strata"])
    return logrank(
        event_rows(sums), about["time"], about["event"], by, strata=strata, entry=about["entry"],
        **choices,
    )  # fmt: skip


def gray_test_of(sums: Sums, **choices: Any) -> GroupTest:
    """Test that groups have the same cumulative incidence of each cause, from counts.

    Parameters
    ----------
    sums : Sums
        Of `EventCountsTask` with groups, at most one column of strata, and no delayed entry.
    **choices
        ``rho, causes, censored`` as in `analysis.survival.gray_test`.

    Returns
    -------
    GroupTest
        That of the patients together.

    Raises
    ------
    ColumnError, DataError, ModelError
        As `gray_test`; and when the sums have no groups, delayed entry, or several strata.
    """
    about = sums.about
    by, strata = _groups(sums), list(about["strata"])
    if about["entry"] is not None or len(strata) > 1:
        raise ModelError("Gray's test takes no delayed entry, and one column of strata at most.")
    return gray_test(
        event_rows(sums), about["time"], about["event"], by, strata=next(iter(strata), None),
        **choices,
    )  # fmt: skip


def _groups(sums: Sums) -> str:
    """Return the column of the groups, or say that a test needs one."""
    by = sums.about["by"]
    if by is None:
        raise ModelError("A test compares groups; count them by by=.")
    return str(by)


def _refuse_strata(sums: Sums, what: str) -> None:
    """Refuse strata where they would only leave rows out."""
    if sums.about["strata"]:
        raise ModelError(f"Strata are for tests; {what} takes groups by by=.")
