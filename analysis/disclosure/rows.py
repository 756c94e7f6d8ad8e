"""Refuse plain frames that do not say how many patients stand behind each row.

A row per patient looks like a row per group; only a count tells the two apart.
"""

from __future__ import annotations

import pandas as pd

from analysis.disclosure.policy import RELEASE, Policy
from analysis.errors import DisclosureError

__all__ = ["HELD", "require_rows_of_groups"]

HELD = "held_to_policy"
"""Mark in ``attrs`` of frames whose numbers were held to the patients behind them: the rule."""

_PATIENTS = frozenset(
    ("n", "count", "counts", "patients", "n_patients", "n_subjects", "n_obs", "n_risk")
) | {"started", "evaluable", "observed", "due", "scored"}


def require_rows_of_groups(frame: pd.DataFrame, policy: Policy = RELEASE) -> pd.DataFrame:
    """Return a frame with a row per group, or refuse one that may have a row per patient.

    Parameters
    ----------
    frame : pandas.DataFrame
        Not a result of ours. A column such as ``n`` counts the patients of each row; a frame of
        `hide_coefficients`, `cut_curve` and their neighbours is known by its mark.
    policy : Policy
        By which such a frame must have been made.

    Returns
    -------
    pandas.DataFrame
        The same frame.

    Raises
    ------
    DisclosureError
        When no row says how many patients stand behind it, and no mark of this policy does.

    Notes
    -----
    This finds what is forgotten, not what is disguised: a frame of patients with a column ``n``
    that is no number of patients passes.

    Examples
    --------
    >>> len(require_rows_of_groups(pd.DataFrame({"arm": ["IV", "IM"], "n": [40, 30]})))
    2
    """
    names = {str(name).casefold() for name in [*frame.columns, *frame.index.names]}
    if not (names & _PATIENTS or frame.attrs.get(HELD) == policy.rule):
        raise DisclosureError(
            "No row of the frame says how many patients stand behind it, so that rows may be "
            "patients, or estimates rest on few. Add their number as a column n, release the fit "
            "or curve itself, or make a table by the policy."
        )
    return frame
