"""The policy of small counts: how small is small, and who the numbers are for.

What to hide besides the small counts themselves is the business of the other modules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure.sensitive import SENSITIVE, speaks_of
from analysis.errors import DisclosureError

__all__ = [
    "CONFIDENTIAL",
    "HIDDEN",
    "INTERNAL",
    "RELEASE",
    "Policy",
    "counts_around",
    "is_small",
    "masked_count",
    "named_policy",
    "nearest_multiple",
    "possible_counts",
    "require_releasable",
    "rounded_count",
]

CONFIDENTIAL = "Confidential: true counts, for use inside the clinic only."
"""What stands beside a result that shows true counts."""

HIDDEN = "—"
"""What stands in the place of a number that is hidden to protect another one."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The least count that may be shown, how counts are rounded, and for whom a result is made.

    Parameters
    ----------
    minimum_count : int
        Counts from 1 to this number less one are hidden; 0 is shown. 11 is the rule of the
        Centers for Medicare & Medicaid Services (CMS).
    audience : {"release", "internal"}
        "release" hides; "internal" shows true counts and marks the result as confidential.
    round_to : int
        Counts that are not hidden are shown as the nearest multiple of this number, halves up;
        each on its own, so that rounded parts need not add up to their rounded total. 1: as
        they are. Percentages are computed from the rounded counts.
    zeros_shown : bool
        Whether 0 is shown. If not, it is hidden like other small counts.
    residual_df : int
        Least number of residual degrees of freedom of a model that may be shown.
    sensitive : tuple of str
        Words in the names of items, measures and levels that call for more: where all or none of
        a group have them, each member is disclosed, so that 0 and all are hidden too.
    name : str
        What the policy is called in what leaves the clinic; two policies with the same rules are
        the same under any name.

    Raises
    ------
    DisclosureError
        For a minimum under 2, another audience, or rounding by which a count that is not hidden
        would be shown as 0.

    References
    ----------
    Centers for Medicare & Medicaid Services. CMS cell size suppression policy. Research Data
    Assistance Center (ResDAC), 2024.

    Examples
    --------
    >>> Policy().minimum_count, Policy(audience="internal").confidential
    (11, True)
    >>> Policy(minimum_count=8, round_to=5).rule
    'Counts from 1 to 7 are hidden, and all others are rounded to the nearest 5.'
    """

    minimum_count: int = 11
    audience: Literal["release", "internal"] = "release"
    round_to: int = 1
    zeros_shown: bool = True
    residual_df: int = 10
    sensitive: tuple[str, ...] = field(default=SENSITIVE, repr=False)
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.minimum_count < 2:
            raise DisclosureError(
                f"minimum_count is {self.minimum_count}; it must be 2 or more, and 11 is the "
                "usual rule. To see true counts inside the clinic use audience='internal'."
            )
        if self.audience not in ("release", "internal"):
            raise DisclosureError("audience must be 'release' or 'internal'.")
        if not 1 <= self.round_to <= 2 * self.minimum_count:
            raise DisclosureError(
                f"round_to is {self.round_to}; allowed are 1 (as they are) to "
                f"{2 * self.minimum_count}, twice minimum_count. More would show counts as 0 that "
                "are not."
            )

    @property
    def confidential(self) -> bool:
        """Whether results hold true counts and must stay inside the clinic."""
        return self.audience == "internal"

    @property
    def rounds(self) -> bool:
        """Whether shown counts are rounded."""
        return self.round_to > 1 and not self.confidential

    @property
    def small_text(self) -> str:
        """What stands in the place of a small count, such as ``<11``."""
        return f"<{self.minimum_count}"

    @property
    def rule(self) -> str:
        """The rule for counts in one sentence."""
        if self.confidential:
            return CONFIDENTIAL
        rounded = f", and all others are rounded to the nearest {self.round_to}"
        first = 1 if self.zeros_shown else 0
        hidden = f"Counts from {first} to {self.minimum_count - 1} are hidden"
        return f"{hidden}{rounded if self.rounds else ''}."

    def small_words(self, *names: Any) -> str:
        """Say what a count that is written as small can be.

        Parameters
        ----------
        *names : object
            Names of the count: where they are sensitive, 0 is written as small, too.

        Returns
        -------
        str
            The range, and whether there is at least one.

        Examples
        --------
        >>> RELEASE.small_words("death"), RELEASE.small_words("suicide attempt")
        ('1 to 10 (at least one)', '0 to 10 (perhaps none)')
        """
        if self.zeros_shown and not self.is_sensitive(*names):
            return f"1 to {self.minimum_count - 1} (at least one)"
        return f"0 to {self.minimum_count - 1} (perhaps none)"

    @property
    def small_note(self) -> str:
        """What a small count can be, for the note under a table; without a full stop.

        That nobody has what is sensitive is hidden as well, so that there it may be nobody.
        """
        words, of_sensitive = self.small_words(), self.small_words(*self.sensitive[:1])
        said = f"{self.small_text}: {words}"
        if words == of_sensitive:
            return said
        return f"{said}, but of sensitive matters such as suicidality {of_sensitive}"

    def is_sensitive(self, *names: Any) -> bool:
        """Say whether names speak of something that a whole group must not be known to have.

        Parameters
        ----------
        *names : object
            Names of an item, measure, variable or level.

        Returns
        -------
        bool
            True when one of them has a word that begins with one of `sensitive`.

        Examples
        --------
        >>> Policy().is_sensitive("Suicidal ideation"), Policy().is_sensitive("PHQ-9 response")
        (True, False)
        """
        return speaks_of(self.sensitive, *names)


RELEASE = Policy(name="CMS")
"""Hide counts from 1 to 10: the default wherever something may leave the clinic."""

INTERNAL = Policy(audience="internal", name="internal")
"""Show true counts and mark the result as confidential."""

_POLICIES = {
    "CMS": RELEASE,
    "5": Policy(minimum_count=5, name="5"),
    "7 with rounding to 5": Policy(minimum_count=8, round_to=5, name="7 with rounding to 5"),
    "ACRO": Policy(minimum_count=10, zeros_shown=False, name="ACRO"),
    "internal": INTERNAL,
}


def named_policy(name: str) -> Policy:
    """Return a policy that is in use elsewhere by its name.

    Parameters
    ----------
    name : str
        "CMS": 1 to 10 hidden. "5": 1 to 4 hidden, as OHDSI's studies of many databases do.
        "7 with rounding to 5": 1 to 7 hidden and everything else rounded to 5, as OpenSAFELY asks.
        "ACRO": 0 to 9 hidden and 10 residual degrees of freedom, the rules for counts and models
        that the ACRO tool has by default. "internal": everything shown and marked confidential.

    Returns
    -------
    Policy
        For every `policy=` argument. `dataclasses.replace` makes others of it.

    Notes
    -----
    ACRO's rules against dominance (the two largest contributors with 90 % of a sum, and p %) are
    not applied: they are for sums of magnitudes, such as turnover, which one contributor can make
    up. Scores, doses and days have a narrow range, and are shown as means of at least
    ``minimum_count`` patients.

    Raises
    ------
    DisclosureError
        For another name.

    References
    ----------
    OpenSAFELY, ehrQL measures (issue ehrql#1746). AI-SDC, default configuration of ACRO. OHDSI,
    omopgenerics.

    Examples
    --------
    >>> named_policy("ACRO").rule
    'Counts from 0 to 9 are hidden.'
    """
    if name not in _POLICIES:
        raise DisclosureError(
            f"No policy has this name; allowed are {', '.join(_POLICIES)}. For another rule use "
            "Policy(minimum_count=..., round_to=...)."
        )
    return _POLICIES[name]


def rounded_count(n: Any, policy: Policy = RELEASE) -> npt.NDArray[np.float64]:
    """Round counts as the policy shows them.

    Parameters
    ----------
    n : array_like of int
        Numbers of patients; missing ones stay missing.
    policy : Policy
        How counts are rounded; halves go up.

    Returns
    -------
    numpy.ndarray of float
        Nearest multiples of ``round_to``; small counts are not hidden here.

    Examples
    --------
    >>> rounded_count([8, 22, 23], Policy(minimum_count=8, round_to=5)).tolist()
    [10.0, 20.0, 25.0]
    """
    counts = np.asarray(n, dtype=float)
    return np.asarray(nearest_multiple(counts, policy.round_to) if policy.rounds else counts)


def nearest_multiple(n: Any, step: Any) -> Any:
    """Round whole numbers, or arrays of them, to multiples of a step; halves go up."""
    return (2 * n + step) // (2 * step) * step


def possible_counts(
    n: Any, policy: Policy = RELEASE
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Say between which counts a reader of the shown numbers must guess.

    Parameters
    ----------
    n : array_like of int
        True counts that are shown, rounded or not.
    policy : Policy
        How counts are rounded.

    Returns
    -------
    tuple of numpy.ndarray of float
        Least and greatest count that is shown in the same way; both are `n` where nothing is
        rounded. Counts that the policy would hide are none of them.

    Examples
    --------
    >>> low, high = possible_counts([0, 9, 21], Policy(minimum_count=8, round_to=5))
    >>> low.tolist(), high.tolist()
    ([0.0, 8.0, 18.0], [0.0, 12.0, 22.0])
    """
    counts = np.asarray(n, dtype=float)
    if not policy.rounds:
        return counts, counts
    return counts_around(counts, policy.round_to, policy.minimum_count)


def counts_around(
    counts: npt.NDArray[Any], step: Any, minimum: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Say between which counts one lies that was rounded to a step; 0 is told as it is."""
    shown = nearest_multiple(counts, step)
    low = np.maximum(shown - step // 2, np.minimum(minimum, counts))
    high = shown + (step - 1) // 2
    return np.where(counts > 0, low, 0).astype(float), np.where(counts > 0, high, 0).astype(float)


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
        True for 1 (0 where the policy hides zeros) to ``minimum_count`` less one; all False for
        the internal audience.

    Examples
    --------
    >>> is_small([0, 1, 10, 11]).tolist()
    [False, True, True, False]
    """
    counts = np.asarray(n, dtype=float)
    least = 1 if policy.zeros_shown else 0
    return (counts >= least) & (counts < policy.minimum_count) & (not policy.confidential)


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
        The number, rounded as the policy asks, with separators of thousands; ``<11``; or an
        empty text when missing.

    Examples
    --------
    >>> masked_count(37), masked_count(4), masked_count(0), masked_count(1200)
    ('37', '<11', '0', '1,200')
    """
    if pd.isna(n):
        return ""
    few = bool(is_small(n, policy))
    return policy.small_text if few else f"{round(float(rounded_count(n, policy))):,d}"


def require_releasable(frame: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Return a frame, or refuse one that holds single patients.

    Parameters
    ----------
    frame : pandas.DataFrame
        Anything about to be shown; ``frame.attrs["patient_level"]`` marks rows of patients.
    by : str, optional
        Column of its groups; patients are no groups.

    Returns
    -------
    pandas.DataFrame
        The same frame.

    Raises
    ------
    DisclosureError
        When the frame is marked as patient-level, or its groups are patients.

    Examples
    --------
    >>> len(require_releasable(pd.DataFrame({"n": [20]})))
    1
    """
    if frame.attrs.get("patient_level") or by == "subject_id":
        raise DisclosureError(
            "This frame has a row per patient and cannot be released. Allowed are counts and "
            "estimates over groups: summarise it first, or keep it in the local folder."
        )
    return frame
