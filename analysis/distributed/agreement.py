"""Parts that are to be added must have been asked the same; what differs is named, part by part."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.distributed.sums import Sums
from analysis.errors import ModelError

__all__ = ["require_agreement"]


def require_agreement(parts: Sequence[Sums], kind: str, same: Sequence[str]) -> None:
    """Refuse parts that were asked something else.

    Parameters
    ----------
    parts : sequence of Sums
        In the order given.
    kind : str
        What they must be.
    same : sequence of str
        Entries of ``about`` that must agree.

    Raises
    ------
    ModelError
        When there is no part, or one differs; it names which and in what.
    """
    if not parts:
        raise ModelError("There is no part to add; give the sums of at least one.")
    for number, part in enumerate(parts, start=1):
        different = [] if part.kind == kind else ["what they are sums of"]
        different += [name for name in same if part.about.get(name) != parts[0].about.get(name)]
        if different:
            raise ModelError(
                f"Part {number} of {len(parts)} differs from the first in {', '.join(different)}, "
                "so that they cannot be added. Make all parts by the same call."
            )
