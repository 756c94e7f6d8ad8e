"""A change of one clinic's results from a month on, which charts over time must find."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import DataError
from analysis.synthetic.people import HIGHEST_RETAINED, LOWEST_RETAINED, People
from analysis.synthetic.scenarios import Scenario

__all__ = ["PlantedShift"]

_DAYS_PER_MONTH = 365.25 / 12.0


@dataclass(frozen=True, kw_only=True)
class PlantedShift:
    """From a month on, treatment at one clinic leaves patients with more of their illness, or less.

    Parameters
    ----------
    clinic : str
        Code of the clinic.
    from_month : int
        First month of the shift; month 1 begins with the first day on which patients enter.
    retained : float
        Added to the retained fraction of every patient who enters then or later; positive is worse.

    Raises
    ------
    DataError
        When the month is before the second, or the shift is beyond -1 to 1.

    Examples
    --------
    >>> PlantedShift(clinic="clinic-a", from_month=13, retained=0.3).retained
    0.3
    """

    clinic: str
    from_month: int
    retained: float

    def __post_init__(self) -> None:
        """Refuse a shift that is none."""
        if self.from_month < 2 or not -1.0 <= self.retained <= 1.0:
            raise DataError(
                "A planted shift begins with month 2 or later, and changes the retained fraction "
                "by -1 to 1."
            )

    def of(self, people: People, scenario: Scenario) -> People:
        """Return the patients with the shift.

        Parameters
        ----------
        people : People
            Drawn patients.
        scenario : Scenario
            From which they were drawn.

        Returns
        -------
        People
            The same patients, some with another retained fraction.

        Raises
        ------
        DataError
            When the clinic is not in the scenario, or patients do not enter over time.
        """
        codes = [clinic.code for clinic in scenario.clinics]
        if self.clinic not in codes or scenario.observation.entry_days == 0:
            raise DataError(
                "The scenario has no such clinic, or its patients do not enter over time. Name "
                "one of its clinics, and leave entry_days above 0."
            )
        entered = scenario.observation.entry_days - 1 - people.cut_off
        month = 1 + np.floor(entered / _DAYS_PER_MONTH)
        meant = (people.clinic == codes.index(self.clinic)) & (month >= self.from_month)
        moved = people.retained + self.retained * meant[:, None]
        return replace(people, retained=np.clip(moved, LOWEST_RETAINED, HIGHEST_RETAINED))
