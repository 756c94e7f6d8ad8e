"""Agreement of stored totals with totals recomputed from items, as counts."""

from __future__ import annotations

import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.instruments.scoring import KEY

__all__ = ["compare_totals", "total_states"]

_TOLERANCE = 0.5  # a stored prorated total may have been rounded to a whole number
_STATES = ("agree", "differ", "only stored", "only recomputed", "neither")


def compare_totals(scored: pd.DataFrame, assessments: pd.DataFrame) -> pd.DataFrame:
    """Count how often stored totals agree with those recomputed from items.

    Parameters
    ----------
    scored : pandas.DataFrame
        Result of `score`, of one or several scales.
    assessments : pandas.DataFrame
        Canonical assessments with stored totals. Rows of scales that are not in `scored` are left
        out.

    Returns
    -------
    pandas.DataFrame
        Columns ``instrument, state, n``, five rows per scale: "agree" (within half a point),
        "differ", "only stored", "only recomputed", "neither". No ids; true counts, so pass them
        through `analysis.disclosure` before release.

    Raises
    ------
    ColumnError
        When a column is missing.
    DataError
        When a completed scale is there twice in either frame.

    Examples
    --------
    >>> key = {"subject_id": ["a", "b"], "instrument": "PHQ-9", "rel_day": 0, "occurrence": 1}
    >>> counts = compare_totals(
    ...     pd.DataFrame({**key, "total": [9.0, 4.0]}), pd.DataFrame({**key, "total": [9.0, 7.0]}))
    >>> counts["n"].tolist()
    [1, 1, 0, 0, 0]
    """
    both = total_states(scored, assessments)
    scales = sorted(scored["instrument"].astype("string").unique())
    pairs = pd.MultiIndex.from_product([scales, _STATES], names=["instrument", "state"])
    counts = both.groupby(["instrument", "state"]).size()
    return counts.reindex(pairs, fill_value=0).to_frame("n").reset_index()


def total_states(scored: pd.DataFrame, assessments: pd.DataFrame) -> pd.DataFrame:
    """Compare the stored with the recomputed total of each completed scale.

    Parameters
    ----------
    scored, assessments : pandas.DataFrame
        As for `compare_totals`.

    Returns
    -------
    pandas.DataFrame
        One row per completed scale in either frame: ``subject_id, instrument, rel_day,
        occurrence, stored, recomputed, state``. Patient-level: for checks, not for release.

    Raises
    ------
    ColumnError, DataError
        As for `compare_totals`.

    Examples
    --------
    >>> key = {"subject_id": ["a"], "instrument": "PHQ-9", "rel_day": 0, "occurrence": 1}
    >>> both = total_states(
    ...     pd.DataFrame({**key, "total": [9.0]}), pd.DataFrame({**key, "total": [12.0]}))
    >>> both["state"].tolist()
    ['differ']
    """
    stored, recomputed = _keyed(assessments, "stored"), _keyed(scored, "recomputed")
    stored = stored[stored["instrument"].isin(recomputed["instrument"].unique())]
    both = stored.merge(recomputed, on=KEY, how="outer")
    return both.assign(state=_states(both))


def _keyed(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Take key and total, with plain types that merge whatever their source."""
    missing = [column for column in [*KEY, "total"] if column not in frame.columns]
    if missing:
        raise ColumnError(
            f"A table of totals lacks {', '.join(missing)}. Needed are {', '.join(KEY)} and total."
        )
    if frame.duplicated(KEY).any():
        raise DataError(
            f"Totals are there more than once: {int(frame.duplicated(KEY).sum()):,} repeated rows. "
            f"Allowed is one row per {', '.join(KEY)}."
        )
    plain = frame[[*KEY, "total"]].rename(columns={"total": name})
    return plain.astype({"subject_id": "string", "instrument": "string", name: "float64"})


def _states(both: pd.DataFrame) -> pd.Series:
    """Name the state of each pair of totals."""
    stored, new = both["stored"], both["recomputed"]
    state = pd.Series("neither", index=both.index, name="state")
    state[stored.notna() & new.isna()] = "only stored"
    state[stored.isna() & new.notna()] = "only recomputed"
    close = (stored - new).abs() <= _TOLERANCE
    state[stored.notna() & new.notna()] = "differ"
    state[close] = "agree"
    return state
