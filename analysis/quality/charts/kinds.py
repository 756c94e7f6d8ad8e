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
    of_measurements : bool
        Whether each row is one measurement, several of which make a point.
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
    of_measurements: bool = False


def _proportion(name: str, title: str) -> ChartKind:
    """Describe a chart of shares of people."""
    return ChartKind(
        name=name,
        title=title,
        denominator="needed",
        whole=True,
        part_of_n=True,
        least=0.0,
        counts_people=True,
    )


def _count(name: str, title: str, denominator: str) -> ChartKind:
    """Describe a chart of counts, or of counts per exposure."""
    return ChartKind(
        name=name,
        title=title,
        denominator=denominator,
        whole=True,
        least=0.0,
        counts_people=True,
    )


def _between(name: str, title: str, *, whole: bool) -> ChartKind:
    """Describe a chart of what lies between two events."""
    return ChartKind(
        name=name, title=title, denominator="none", whole=whole, least=0.0, of_single_events=True
    )


KINDS: dict[str, ChartKind] = {
    kind.name: kind
    for kind in (
        ChartKind(name="run", title="run chart", denominator="optional", has_limits=False),
        ChartKind(name="i", title="individuals chart (XmR)", denominator="optional"),
        ChartKind(name="mr", title="moving range chart", denominator="optional"),
        ChartKind(name="i'", title="normalised individuals chart", denominator="needed"),
        _proportion("p", "p chart of proportions"),
        _proportion("p'", "p' chart of proportions (Laney)"),
        _count("u", "u chart of rates", "needed"),
        _count("u'", "u' chart of rates (Laney)", "needed"),
        _count("c", "c chart of counts", "none"),
        ChartKind(
            name="xbar", title="x-bar chart of means", denominator="none", of_measurements=True
        ),
        ChartKind(
            name="s",
            title="s chart of standard deviations",
            denominator="none",
            of_measurements=True,
        ),
        _between("g", "g chart of cases between events", whole=True),
        _between("t", "t chart of time between events", whole=False),
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
