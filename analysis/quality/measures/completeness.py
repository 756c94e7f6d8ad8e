"""Measures of completeness, observed ÷ due, for planned visits."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.outcomes.windows import Schedule, Window, as_schedule
from analysis.quality.measures.definition import Measure
from analysis.quality.measures.in_window import ScoredInWindow

__all__ = ["MCINNES", "OWN", "STATED", "completeness_measures"]

OWN = "own definition"
"""Version of measures that nobody has published."""

MCINNES = "McInnes et al., J Affect Disord, doi 10.1016/j.jad.2021.12.097"
STATED = "No published standard was found; the window is the clinic's to state"
"""Sources that several measures share."""


def completeness_measures(
    instrument: str = "PHQ-9",
    schedule: Schedule | Sequence[Window] | None = None,
) -> tuple[Measure, ...]:
    """Make a measure of completeness, observed ÷ due, for each planned visit.

    Parameters
    ----------
    instrument : str
        Name of the scale.
    schedule : Schedule or sequence of Window, optional
        Planned visits. None: baseline, after induction (days 14 to 31 after its last session), and
        days 30, 90 and 180.

    Returns
    -------
    tuple of Measure
        In the order of the visits; the counts are those of `analysis.outcomes.completeness`.

    Examples
    --------
    >>> from analysis.outcomes import SCHEDULE
    >>> completeness_measures("GAD-7", SCHEDULE)[2].name
    'completeness_gad_7_week_4'
    """
    if schedule is None:
        return tuple(_completeness(instrument, label, rule) for label, rule in _usual(instrument))
    plan = as_schedule(schedule)
    return tuple(
        _completeness(
            instrument,
            visit.label,
            ScoredInWindow(
                instrument=instrument,
                low=visit.low,
                high=visit.high,
                anchor=plan.anchor,
                same_day=plan.same_day,
            ),
        )
        for visit in plan
    )


def _usual(instrument: str) -> list[tuple[str, ScoredInWindow]]:
    """List the visits that reports show."""
    after = ScoredInWindow(instrument=instrument, low=14, high=31, anchor="last induction session")
    windows = {"baseline": (-30, 0), "day 30": (23, 37), "day 90": (76, 104), "day 180": (159, 201)}
    plain = {
        label: ScoredInWindow(instrument=instrument, low=low, high=high)
        for label, (low, high) in windows.items()
    }
    return [("baseline", plain.pop("baseline")), ("after induction", after), *plain.items()]


def _completeness(instrument: str, label: str, rule: ScoredInWindow) -> Measure:
    """Name the completeness of one visit."""
    name = f"completeness_{instrument}_{label}".lower().replace("-", "_").replace(" ", "_")
    return Measure(
        name=name,
        title=f"{instrument} completeness, {label}",
        version=OWN,
        rule=rule,
        source=MCINNES if (rule.low, rule.high) == (14, 31) else STATED,
        year=2022 if (rule.low, rule.high) == (14, 31) else 2026,
    )
