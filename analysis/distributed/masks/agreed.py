"""What all sites agree on before a round: name, specification, layout and fixed point."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from analysis.distributed.masks.layout import Layout
from analysis.distributed.masks.plain import require_label
from analysis.errors import DataError

__all__ = ["RoundTerms"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_FIXED_BITS = 100  # leaves room for sums of at least some millions


@dataclass(frozen=True, kw_only=True)
class RoundTerms:
    """What all sites and the coordinator agree on before one round.

    Parameters
    ----------
    name : str
        Of the round, such as "moments" or "cox-3"; each round of an analysis has its own.
    spec_sha : str
        SHA-256 of the specification of the analysis, 64 hexadecimal digits.
    layout : Layout
        The arrays that are summed; it follows from the specification, never from data of a site.
    fixed_bits : int
        Binary places after the point, f: numbers travel as multiples of ``2**-f``. With 64, each
        number of 2.5e-4 or more travels without any rounding, and a network's sum may reach 9e18.

    Raises
    ------
    DataError
        When a name, a digest or the number of places is none.

    Examples
    --------
    >>> RoundTerms(name="counts", spec_sha="0" * 64, layout=Layout(shapes={"n": (3,)})).fixed_bits
    64
    """

    name: str
    spec_sha: str
    layout: Layout
    fixed_bits: int = 64

    def __post_init__(self) -> None:
        require_label(self.name, "a round")
        if not _SHA256.fullmatch(self.spec_sha):
            raise DataError(
                "The digest of the specification is not a SHA-256 of 64 hexadecimal digits in "
                "small letters. Take the one of the specification that all sites have."
            )
        if not 0 <= self.fixed_bits <= _MOST_FIXED_BITS:
            raise DataError(
                f"fixed_bits is {self.fixed_bits}; allowed are 0 to {_MOST_FIXED_BITS}."
            )

    @property
    def described(self) -> dict[str, Any]:
        """The terms in values that JSON has, the layout by its digest."""
        return {
            "round": self.name,
            "spec_sha256": self.spec_sha,
            "layout_sha256": self.layout.sha256,
            "fixed_bits": self.fixed_bits,
        }
