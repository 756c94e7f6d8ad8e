"""The policy of small counts: how small is small, and who the numbers are for.

What to hide besides the small counts themselves is the business of the other modules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DisclosureError

__all__ = [
    "CONFIDENTIAL",
    "HIDDEN",
    "INTERNAL",
    "RELEASE",
    "Policy",
    "is_small",
    "masked_count",
    "require_releasable",
]

CONFIDENTIAL = "Confidential: true counts, for use inside the clinic only."
"""What stands beside a result that shows true counts."""

HIDDEN = "—"
"""What stands in the place of a number that is hidden to protect another one."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The least count that may be shown, and for whom a result is made.

    Parameters
    ----------
    minimum_count : int
        Counts from 1 to this number less one are hidden; 0 is shown. 11 is the rule of the
        Centers for Medicare & Medicaid Services (CMS).
    audience : {"release", "internal"}
        "release" hides; "internal" shows true counts and marks the result as confidential.

    Raises
    ------
    DisclosureError
        For a minimum under 2 or another audience.

    References
    ----------
    Centers for Medicare & Medicaid Services. CMS cell size suppression policy. Research Data
    Assistance Center (ResDAC), 2024.

    Examples
    --------
    >>> Policy().minimum_count, Policy(audience="internal").confidential
    (11, True)
    """

    minimum_count: int = 11
    audience: Literal["release", "internal"] = "release"

    def __post_init__(self) -> None:
        if self.minimum_count < 2:
            raise DisclosureError(
                f"minimum_count is {self.minimum_count}; it must be 2 or more, and 11 is the "
                "usual rule. To see true counts inside the clinic use audience='internal'."
            )
        if self.audience not in ("release", "internal"):
            raise DisclosureError("audience must be 'release' or 'internal'.")

    @property
    def confidential(self) -> bool:
        """Whether results hold true counts and must stay inside the clinic."""
        return self.audience == "internal"

    @property
    def small_text(self) -> str:
        """What stands in the place of a small count, such as ``<11``."""
        return f"<{self.minimum_count}"


RELEASE = Policy()
"""Hide counts from 1 to 10: the default wherever something may leave the clinic."""

INTERNAL = Policy(audience="internal")
"""Show true counts and mark the result as confidential."""


def is_small(n: Any, policy: Policy = RELEASE) -> npt.NDArray[np.bool_]:
    """Say which counts the policy hides.

    Parameters
    ----------
    n : array_like of int
        Numbers of patients; missing counts are not small.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    numpy.ndarray of bool
        True for 1 to ``minimum_count`` less one; all False for the internal audience.

    Examples
    --------
    >>> is_small([0, 1, 10, 11]).tolist()
    [False, True, True, False]
    """
    counts = np.asarray(n, dtype=float)
    return (counts > 0) & (counts < policy.minimum_count) & (not policy.confidential)


def masked_count(n: float, policy: Policy = RELEASE) -> str:
    """Write a count, or that it is under the least count.

    Parameters
    ----------
    n : int
        Number of patients.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    str
        The number with separators of thousands, ``<11``, or an empty text when missing.

    Examples
    --------
    >>> masked_count(37), masked_count(4), masked_count(0), masked_count(1200)
    ('37', '<11', '0', '1,200')
    """
    if pd.isna(n):
        return ""
    return policy.small_text if bool(is_small(n, policy)) else f"{round(n):,d}"


def require_releasable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame, or refuse one that holds single patients.

    Parameters
    ----------
    frame : pandas.DataFrame
        Anything about to be shown; ``frame.attrs["patient_level"]`` marks rows of patients.

    Returns
    -------
    pandas.DataFrame
        The same frame.

    Raises
    ------
    DisclosureError
        When the frame is marked as patient-level.

    Examples
    --------
    >>> len(require_releasable(pd.DataFrame({"n": [20]})))
    1
    """
    if frame.attrs.get("patient_level"):
        raise DisclosureError(
            "This frame has a row per patient and cannot be released. Allowed are counts and "
            "estimates over groups: summarise it first, or keep it in the local folder."
        )
    return frame
