"""The scenarios that come with the toolkit: two networks, and one per published cohort."""

from __future__ import annotations

from analysis.errors import DataError
from analysis.synthetic.cohorts import COHORTS
from analysis.synthetic.networks import NETWORKS
from analysis.synthetic.scenarios import Scenario

__all__ = ["scenario", "scenario_names"]

_SCENARIOS: dict[str, Scenario] = {item.name: item for item in (*NETWORKS, *COHORTS)}


def scenario_names() -> tuple[str, ...]:
    """List the scenarios that come with the toolkit.

    Returns
    -------
    tuple of str
        Names for `scenario`.

    Examples
    --------
    >>> "clinic-network" in scenario_names()
    True
    """
    return tuple(sorted(_SCENARIOS))


def scenario(name: str) -> Scenario:
    """Return a scenario by its name.

    Parameters
    ----------
    name : str
        One of `scenario_names`.

    Returns
    -------
    Scenario
        The scenario; change it with `dataclasses.replace`.

    Raises
    ------
    DataError
        When there is no such scenario.

    Examples
    --------
    >>> scenario("clinic-network").patients
    610
    """
    if name not in _SCENARIOS:
        known = ", ".join(scenario_names())
        raise DataError(f"There is no such scenario. Known scenarios are: {known}.")
    return _SCENARIOS[name]
