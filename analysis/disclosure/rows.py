"""Recognise plain frames whose rows are patients though nothing marks them so."""

from __future__ import annotations

import re

import pandas as pd

from analysis.disclosure.policy import RELEASE, Policy
from analysis.errors import DisclosureError

__all__ = ["require_rows_of_groups"]

_PATIENTS = frozenset(
    ("n", "count", "counts", "patients", "n_patients", "n_subjects", "n_obs", "n_risk")
) | {"started", "evaluable", "observed", "due", "scored"}
_OF_TIME = re.compile(r"^(?:rel_)?(?:time|day|week|month|quarter|year|visit|lower|upper|x)s?$")
_CODE = re.compile(r"[A-Za-z]{0,8}[-_/.#]?[A-Za-z0-9]{0,8}[-_/.#]?[0-9]{3,12}|[0-9A-Fa-f-]{16,40}")


def require_rows_of_groups(frame: pd.DataFrame, policy: Policy = RELEASE) -> pd.DataFrame:
    """Return a frame with a row per group, or refuse one that may have a row per patient.

    A frame that counts the patients of each row is taken by these counts. One without must hold
    estimates, and no column may tell all its rows apart as codes or numbers of patients do.

    Parameters
    ----------
    frame : pandas.DataFrame
        Not a result of ours; missing values are ignored.
    policy : Policy
        A column of whole numbers is taken for numbers of patients when it has ``minimum_count``
        rows or more.

    Returns
    -------
    pandas.DataFrame
        The same frame.

    Raises
    ------
    DisclosureError
        When no row says how many patients stand behind it, or a column names each row by a code.

    Notes
    -----
    This finds what is forgotten, not what is disguised: a frame of patients with a column ``n``
    that is no number of patients passes.

    Examples
    --------
    >>> len(require_rows_of_groups(pd.DataFrame({"arm": ["IV", "IM"], "n": [40, 30]})))
    2
    """
    plain = frame.reset_index() if _is_named(frame.index) else frame
    names = {str(name).casefold() for name in plain.columns}
    if names & _PATIENTS:
        return frame
    if "estimate" not in names:
        raise DisclosureError(
            "No row of the frame says how many patients stand behind it, so that rows may be "
            "patients. Add their number as a column n, or make a table by the policy."
        )
    codes = [str(name) for name in plain.columns if _is_code(plain[name], str(name), policy)]
    if codes:
        raise DisclosureError(
            f"{len(codes)} columns ({', '.join(codes)}) tell all rows apart as codes of patients "
            "do. Summarise over patients, or add the number of patients of each row as a column n."
        )
    return frame


def _is_named(index: pd.Index) -> bool:
    """Say whether an index holds labels, and not positions only."""
    return not isinstance(index, pd.RangeIndex)


def _is_code(column: pd.Series, name: str, policy: Policy) -> bool:
    """Say whether a column gives every row a code, or a number that is no time."""
    known = column.dropna()
    if len(known) < 2 or not known.is_unique or _OF_TIME.search(name.casefold()):
        return False
    if pd.api.types.is_integer_dtype(known):
        return len(known) >= policy.minimum_count
    if pd.api.types.is_numeric_dtype(known):
        return False
    return bool(known.astype("string").str.fullmatch(_CODE).all())
