"""What of a fitted model or curve may leave, by the patients and events that stand behind it.

A fit says so itself, in a plain frame; this room knows no kind of fit.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from analysis.disclosure.columns import require_columns
from analysis.disclosure.curves import cut_curve, cut_interval_curve
from analysis.disclosure.degrees import coarse_degrees
from analysis.disclosure.policy import RELEASE, Policy
from analysis.disclosure.rows import HELD
from analysis.errors import DisclosureError
from analysis.text_numbers import require_number_columns

__all__ = ["FittedCurve", "FittedModel", "hide_coefficients", "shown_curve"]

_TIMES = frozenset({"time", "lower", "upper"})
_COUNTS = frozenset({"n_risk", "n_event", "n_censored"})
_BEHIND = frozenset({"n", "n_event", "residual_df"})
_OF_STEPS = _TIMES | _COUNTS | {"mass", "estimate", "std_error", "conf_low", "conf_high"}


@runtime_checkable
class FittedModel(Protocol):
    """A fit, or what was made of one, with a tidy table and the counts behind each row of it."""

    def tidy(self) -> pd.DataFrame:
        """Return one row per coefficient, mean, comparison or test."""

    def support(self) -> pd.DataFrame:
        """Return names, ``n, residual_df`` and of events ``n_event``, in the same order."""


@runtime_checkable
class FittedCurve(Protocol):
    """A curve with steps, and the counts behind each of them."""

    def curve(self) -> pd.DataFrame:
        """Return every step."""

    def support(self) -> pd.DataFrame:
        """Return the steps with ``n_risk`` and ``n_event``; missing where they are no counts."""


def hide_coefficients(
    tidy: pd.DataFrame, support: pd.DataFrame, policy: Policy = RELEASE
) -> pd.DataFrame:
    """Blank the coefficients that rest on few patients, few events or few degrees of freedom.

    Parameters
    ----------
    tidy : pandas.DataFrame
        Names, such as ``term``, and the tidy columns, one row per coefficient, mean, comparison
        or test.
    support : pandas.DataFrame
        The names of the rows, ``n, residual_df`` and, for models of events, ``n_event``: the
        fewest patients and the fewest events of the groups that the row compares. A missing
        number is one that is not known, and hides.
    policy : Policy
        Least number of patients and events, and of residual degrees of freedom.

    Returns
    -------
    pandas.DataFrame
        All rows of `tidy`, with missing numbers where hidden, and ``reason``, empty where shown.
        Degrees of freedom are rounded down, and limits and p-values follow, see `coarse_degrees`.

    Raises
    ------
    ColumnError
        When a column is absent.
    DisclosureError
        When the two frames are not about the same coefficients.

    Examples
    --------
    >>> tidy = pd.DataFrame({"term": ["arm[T.b]", "age"], "estimate": [0.4, 0.1]})
    >>> support = pd.DataFrame({"term": ["arm[T.b]", "age"], "n": [6, 80], "residual_df": 90})
    >>> hide_coefficients(tidy, support)[["estimate", "reason"]].to_numpy().tolist()
    [[nan, 'fewer than 11 patients in a group it compares'], [0.1, '']]
    """
    require_columns(support, ["n", "residual_df"])
    require_number_columns(support, [name for name in _BEHIND if name in support.columns])
    names = [name for name in support.columns if name not in _BEHIND]
    require_columns(tidy, names)
    rows, others = (each[names].reset_index(drop=True) for each in (tidy, support))
    if len(rows) != len(others) or not rows.astype(str).equals(others.astype(str)):
        raise DisclosureError(
            "The counts behind the estimates are not those of the same rows, so that nothing "
            "can be decided. Give both frames of the same fit."
        )
    if policy.confidential:
        return tidy.assign(reason="")
    reason = _reasons(support, policy)
    coarse = coarse_degrees(tidy, policy)
    numbers = [
        name
        for name in coarse.columns
        if pd.api.types.is_numeric_dtype(coarse[name]) and name not in names
    ]
    blank = {name: coarse[name].where(reason == "") for name in numbers}
    held = coarse.assign(**blank, reason=reason)
    held.attrs[HELD] = policy.rule
    return held


def _reasons(support: pd.DataFrame, policy: Policy) -> np.ndarray:
    """Say of each coefficient why it is hidden; empty where it is not."""
    least = policy.minimum_count
    rules = [
        ("residual_df", policy.residual_df, "residual degrees of freedom"),
        ("n", least, "patients in a group it compares"),
        ("n_event", least, "events in a group it compares"),
    ]
    known = [rule for rule in rules if rule[0] in support.columns]
    unknown = support[[name for name, _, _ in known]].isna().any(axis=1)
    few = [support[name].lt(bound) for name, bound, _ in known]
    texts = [f"fewer than {bound} {what}" for _, bound, what in known]
    return np.select(
        [unknown, *few], ["the numbers of patients behind it are not known", *texts], default=""
    )


def shown_curve(
    support: pd.DataFrame,
    policy: Policy = RELEASE,
    *,
    followed: pd.DataFrame | None = None,
    about: str = "",
) -> pd.DataFrame:
    """Cut the steps of a fitted curve as `cut_curve` and `cut_interval_curve` do.

    Parameters
    ----------
    support : pandas.DataFrame
        ``time`` or ``lower, upper``, ``n_risk, n_event`` and estimates; all other columns name
        the curve.
    policy : Policy
        The least count that may be shown.
    followed : pandas.DataFrame, optional
        Who was followed, see `suppress_curve`.
    about : str
        Of which event, see `suppress_curve`.

    Returns
    -------
    pandas.DataFrame
        The steps that may be shown, without counts and without standard errors, from which the
        number at risk could be computed.

    Raises
    ------
    ColumnError
        When a count is absent.
    DisclosureError
        When numbers at risk or events are missing, or more than one column names groups of
        innermost intervals.

    Examples
    --------
    >>> steps = pd.DataFrame({"time": [7, 14, 21], "n_risk": [60, 48, 9], "n_event": [12, 3, 1],
    ...                       "estimate": [0.8, 0.75, 0.67]})
    >>> shown_curve(steps)[["time", "estimate"]].to_numpy().tolist()
    [[7.0, 0.8]]
    """
    require_columns(support, ["n_risk", "n_event"])
    require_number_columns(support, ["n_risk", "n_event"])
    if support[["n_risk", "n_event"]].isna().any(axis=None):
        raise DisclosureError(
            "The curve is weighted, so that the patients behind its steps are not known. Estimate "
            "it without weights, or show a table of probabilities with suppressed counts."
        )
    keys = [str(name) for name in support.columns if name not in _OF_STEPS]
    if "lower" not in support.columns:
        return cut_curve(support, by=keys, followed=followed, about=about, policy=policy)
    if len(keys) > 1:
        raise DisclosureError(
            f"{len(keys)} columns name the groups of the curve; allowed is one. Release each "
            "curve on its own."
        )
    by = keys[0] if keys else None
    return cut_interval_curve(support, by=by, followed=followed, about=about, policy=policy)
