"""Further choices of a comparison of clinics, and the columns that they name."""

from __future__ import annotations

from typing import Any, TypedDict

__all__ = ["FunnelOptions", "named_columns"]


class FunnelOptions(TypedDict, total=False):
    """Further choices of a funnel, all optional.

    Parameters
    ----------
    variance : str
        Column of the variance of the count, or mean, of a clinic like all; `case_mix` gives it.
    mean, std_dev : str
        For a mean: columns of the mean of each clinic and of the spread of its patients.
    patients, affected : str
        Where events and denominators are no patients: columns of the patients behind each clinic,
        and of those with an event. Clinics with few of them are hidden.
    target : float
        The value to compare with, instead of that of all clinics together.
    transformation : {"square root", "log", "arcsine"}
        Scale on which overdispersion is estimated; see `funnel`.
    trim : float
        Share of clinics at each end that do not count fully for overdispersion. Default 0.1.
    tails : {"winsorise", "truncate", "keep"}
        What is done with them. Default "winsorise".
    per : float
        Rates are given per so many units of the denominator, such as 100.
    label : str
        What is compared, for texts and for the ledger of releases.
    """

    variance: str
    mean: str
    std_dev: str
    patients: str
    affected: str
    target: float
    transformation: str
    trim: float
    tails: str
    per: float
    label: str


def named_columns(
    events: str | None, denominator: str | None, expected: str | None, options: FunnelOptions
) -> dict[str, str]:
    """Collect the columns that were named, by role.

    Parameters
    ----------
    events, denominator, expected : str, optional
        Columns.
    options : FunnelOptions
        With ``variance, mean, std_dev``.

    Returns
    -------
    dict of str to str
        Role to column.
    """
    given: dict[str, Any] = {"events": events, "denominator": denominator, "expected": expected}
    given |= {role: options.get(role) for role in ("variance", "mean", "std_dev")}
    return {role: str(column) for role, column in given.items() if column is not None}
