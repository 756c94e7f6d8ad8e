"""The kinds of chart: what each one shows and what its numbers must be."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.errors import DataError

__all__ = ["KINDS", "ChartKind", "chart_kind"]


@dataclass(frozen=True, kw_only=True)
class ChartKind:
    """One kind of chart.

    Parameters
    ----------
    name : str
        Such as "p".
    title : str
        What it is called in a text.
    denominator : {"needed", "optional", "none"}
        Whether the values are divided by a column of denominators.
    whole : bool
        Whether the numerators are counts.
    part_of_n : bool
        Whether a numerator is a part of its denominator.
    least : float
        Least value of the numerator; ``-inf`` where any number is allowed.
    has_limits : bool
        Whether there are control limits.
    counts_people : bool
        Whether numerator and complement are counts of people, which small-count rules hide.
    of_single_events : bool
        Whether each point is one event, and so one patient's.
    """

    name: str
    title: str
    denominator: str
    whole: bool = False
    part_of_n: bool = False
    least: float = float("-inf")
    has_limits: bool = True
    counts_people: bool = False
    of_single_events: bool = False


_PROPORTION = {
    "denominator": "needed",
    "whole": True,
    "part_of_n": True,
    "least": 0.0,
    "counts_people": True,
}
_RATE = {"denominator": "needed", "whole": True, "least": 0.0, "counts_people": True}

KINDS: dict[str, ChartKind] = {
    kind.name: kind
    for kind in (
        ChartKind(name="run", title="run chart", denominator="optional", has_limits=False),
        ChartKind(name="i", title="individuals chart (XmR)", denominator="optional"),
        ChartKind(name="mr", title="moving range chart", denominator="optional"),
        ChartKind(name="i'", title="normalised individuals chart", denominator="needed"),
        ChartKind(name="p", title="p chart of proportions", **_PROPORTION),
        ChartKind(name="p'", title="p' chart of proportions (Laney)", **_PROPORTION),
        ChartKind(name="u", title="u chart of rates", **_RATE),
        ChartKind(name="u'", title="u' chart of rates (Laney)", **_RATE),
        ChartKind(
            name="c",
            title="c chart of counts",
            denominator="none",
            whole=True,
            least=0.0,
            counts_people=True,
        ),
        ChartKind(
            name="g",
            title="g chart of cases between events",
            denominator="none",
            whole=True,
            least=0.0,
            of_single_events=True,
        ),
        ChartKind(
            name="t",
            title="t chart of time between events",
            denominator="none",
            least=0.0,
            of_single_events=True,
        ),
    )
}
"""Name to kind."""


def chart_kind(name: str) -> ChartKind:
    """Return a kind of chart by its name.

    Parameters
    ----------
    name : str
        One of `KINDS`; ``pp`` and ``up`` are also understood.

    Returns
    -------
    ChartKind
        The kind.

    Raises
    ------
    DataError
        When there is no such kind.

    Examples
    --------
    >>> chart_kind("p'").title
    "p' chart of proportions (Laney)"
    """
    written = {"pp": "p'", "up": "u'", "p′": "p'", "u′": "u'"}.get(name, name)
    if written not in KINDS:
        raise DataError(f"There is no such kind of chart. Allowed are {', '.join(KINDS)}.")
    return KINDS[written]
