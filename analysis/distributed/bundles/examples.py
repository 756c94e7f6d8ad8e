"""The example of an agreement that a network copies and makes its own."""

from __future__ import annotations

from pathlib import Path

__all__ = ["example_agreement"]


def example_agreement() -> Path:
    """Return the path of a commented agreement for the synthetic clinic network.

    Returns
    -------
    pathlib.Path
        A TOML file that `read_specification` reads.

    Examples
    --------
    >>> from analysis.distributed import read_specification
    >>> agreement = read_specification(example_agreement())
    >>> len(agreement.sites), [analysis.name for analysis in agreement.analyses]
    (8, ['course', 'regimens'])
    """
    return Path(__file__).with_name("agreement.toml")
