"""What is known about a scale, put into words for people."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.instruments.instrument import Instrument

__all__ = ["answer_ranges", "statements"]

_UNDEFINED = "not defined"


def answer_ranges(scale: Instrument) -> str:
    """Say which answers the items of a scale have.

    Parameters
    ----------
    scale : Instrument
        The scale.

    Returns
    -------
    str
        One range, or the ranges with the numbers of their items.

    Examples
    --------
    >>> from analysis.instruments import load_instrument
    >>> answer_ranges(load_instrument("PHQ-9"))
    '0 to 3'
    >>> answer_ranges(load_instrument("HAM-D17")).split(", ")[:2]
    ['0 to 4 (items 1-3', '7-11']
    """
    ranges = sorted(set(scale.item_ranges), key=scale.item_ranges.index)
    if len(ranges) == 1:
        return f"{scale.item_low} to {scale.item_high}"
    return " and ".join(
        f"{low} to {high} (items {_numbers(scale, (low, high))})" for low, high in ranges
    )


def _numbers(scale: Instrument, wanted: tuple[int, int]) -> str:
    """List the numbers of the items with one range, runs of them joined."""
    items = [n for n, found in enumerate(scale.item_ranges, start=1) if found == wanted]
    runs = [
        [n for _, n in run]
        for _, run in groupby(enumerate(items), key=lambda pair: pair[1] - pair[0])
    ]
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def statements(scale: Instrument) -> dict[str, str]:
    """Say what scoring and outcomes use, in the order of the report.

    Parameters
    ----------
    scale : Instrument
        The scale.

    Returns
    -------
    dict of str to str
        Statement by name of the fact.

    Examples
    --------
    >>> from analysis.instruments import load_instrument
    >>> statements(load_instrument("CADSS-6"))["positive screen"]
    'not defined'
    """
    recall = "not fixed" if scale.recall_days is None else f"{scale.recall_days} days"
    return {
        "items": f"{scale.item_count}, each {answer_ranges(scale)}",
        "total": f"{scale.total_low} to {scale.total_high}, {scale.direction}",
        "recall": recall,
        "bands": _bands(scale),
        "response": _response(scale),
        "remission": _remission(scale),
        "positive screen": _positive(scale),
        "missing items": _missing(scale),
        "reliable change": _reliable_change(scale),
        "minimal important difference": _important(scale),
        "may be averaged": "yes" if scale.may_be_averaged else "no",
        "note": scale.note or "none",
        "not verified": ", ".join(scale.unverified) or "none",
    }


def _bands(scale: Instrument) -> str:
    """List the bands."""
    return "; ".join(f"{b.low}-{b.high} {b.label}" for b in scale.bands) or _UNDEFINED


def _response(scale: Instrument) -> str:
    """Say what counts as response."""
    if scale.response_at_most is not None:
        return f"at most {scale.response_at_most}"
    if scale.response_fraction is None:
        return _UNDEFINED
    return f"improvement of at least {scale.response_fraction:.0%} from baseline"


def _remission(scale: Instrument) -> str:
    """Say what counts as remission, and other cut-offs in use."""
    if scale.remission_at_most is None:
        return _UNDEFINED
    others = ", ".join(str(other) for other in scale.remission_alternatives)
    return f"at most {scale.remission_at_most}" + (f" (also used: {others})" if others else "")


def _positive(scale: Instrument) -> str:
    """Say from where on a screen is positive."""
    if scale.positive_by_sex:
        return ", ".join(f"{sex}: at least {low}" for sex, low in scale.positive_by_sex)
    if scale.positive_at_most is not None:
        return f"at most {scale.positive_at_most}"
    if scale.positive_at_least is None:
        return _UNDEFINED
    others = ", ".join(str(other) for other in scale.positive_alternatives)
    return f"at least {scale.positive_at_least}" + (f" (also used: {others})" if others else "")


def _missing(scale: Instrument) -> str:
    """Say what is done about unanswered items."""
    if scale.scoring.method == "highest item":
        return "level unassessed when a higher type is unanswered"
    part = "items" if len(scale.scoring.domains) == scale.item_count else "domains"
    if scale.missing_method == "prorate":
        return f"prorated with at most {scale.max_missing} unanswered {part}"
    exempt = ", ".join(str(item) for item in scale.scoring.not_applicable)
    return f"no total with unanswered {part}" + (f"; item {exempt} may not apply" if exempt else "")


def _reliable_change(scale: Instrument) -> str:
    """Give the computed and the published reliable change."""
    parts = []
    if scale.standard_deviation is not None and scale.reliable_change is not None:
        parts.append(f"{scale.reliable_change:.1f} points computed")
    if scale.published_reliable_change is not None:
        low, high = scale.published_reliable_change
        figure = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        parts.append(f"{figure} points published")
    return "; ".join(parts) or "not known"


def _important(scale: Instrument) -> str:
    """Give the minimal important difference in points and as a fraction."""
    parts = []
    if scale.minimal_important_difference is not None:
        parts.append(f"{scale.minimal_important_difference:g} points")
    if scale.minimal_important_fraction is not None:
        parts.append(f"{scale.minimal_important_fraction:.0%} of baseline")
    return "; ".join(parts) or "not known"
