"""Keep the medians of curves that the shown part of the curve tells anyway."""

from __future__ import annotations

import pandas as pd

from analysis.disclosure.columns import require_columns
from analysis.disclosure.policy import RELEASE, Policy, is_small
from analysis.text_numbers import require_number_columns

__all__ = ["cut_medians"]

_MEDIANS = ("estimate", "conf_low", "conf_high")


def cut_medians(
    medians: pd.DataFrame, curve: pd.DataFrame, *, by: str | None = None, policy: Policy = RELEASE
) -> pd.DataFrame:
    """Keep the medians that can be read off the part of a curve that may be shown.

    Parameters
    ----------
    medians : pandas.DataFrame
        ``estimate, conf_low, conf_high`` and the `by` column; one row per group.
    curve : pandas.DataFrame
        Steps of the same curves, as for `cut_curve`.
    by : str, optional
        Column of the group.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        A copy; a median or limit after the end of the shown curve is missing.

    Raises
    ------
    ColumnError
        When ``time`` or ``n_risk`` is absent.

    Examples
    --------
    >>> curve = pd.DataFrame({"time": [7, 14, 21], "n_risk": [40, 11, 9]})
    >>> medians = pd.DataFrame({"estimate": [14.0], "conf_low": [7.0], "conf_high": [21.0]})
    >>> cut_medians(medians, curve).to_numpy().tolist()
    [[14.0, 7.0, nan]]
    """
    require_columns(curve, ["time", "n_risk", *([by] if by else [])])
    require_number_columns(curve, ["time", "n_risk"])
    require_number_columns(medians, _MEDIANS)
    labels, own = (
        frame[by].astype("string") if by else pd.Series("", index=frame.index)
        for frame in (curve, medians)
    )
    enough = curve["time"].where(~is_small(curve["n_risk"], policy))
    ends = own.map(enough.groupby(labels).max())
    shown = {name: medians[name].where(medians[name].le(ends)) for name in _MEDIANS}
    return medians.assign(**shown)
