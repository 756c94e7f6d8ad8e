"""A scenario: everything that a synthetic clinic network is made of, as one object and as JSON.

A scenario holds every number that the simulation uses, and travels as JSON beside the data.
Presets stand in `analysis.synthetic.presets`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, get_args, get_type_hints

from analysis.errors import DataError
from analysis.synthetic.limits import require_possible
from analysis.synthetic.parts import (
    Clinic,
    Durability,
    Observation,
    Population,
    Regimen,
    Treatment,
)
from analysis.synthetic.reading import from_content

__all__ = ["SCENARIO_VERSION", "Scenario"]

SCENARIO_VERSION = "2.0"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Everything that a simulation uses.

    Parameters
    ----------
    name, title : str
        Name of the preset and title of the data set.
    seed : int
        Seed of all streams.
    patients : int
        Number of patients.
    clinics : tuple of Clinic
        The clinics.
    regimens : tuple of Regimen
        The regimens that clinics refer to by name.
    population : Population
        Who comes.
    durability : Durability
        How the effect builds up and wears off.
    treatment : Treatment
        Stopping, maintenance and re-induction.
    observation : Observation
        What is seen.
    version : str
        Version of these fields.
    """

    name: str
    title: str
    seed: int
    patients: int
    clinics: tuple[Clinic, ...]
    regimens: tuple[Regimen, ...]
    population: Population
    durability: Durability
    treatment: Treatment
    observation: Observation
    version: str = SCENARIO_VERSION

    def __post_init__(self) -> None:
        """Refuse numbers that no simulation can use."""
        if self.observation.missing_depends_on not in _DEPENDS_ON:
            raise DataError(f"missing_depends_on must be one of: {', '.join(_DEPENDS_ON)}.")
        require_possible(self)

    def fully_observed(self) -> Scenario:
        """Return the same patients and treatment with nothing unseen.

        Returns
        -------
        Scenario
            No missing score or item, no loss of contact, nobody dies, a cut-off after the last
            planned score, a score at every session.
        """
        seen = {
            item.name: 0.0
            for item in fields(Observation)
            if item.name.startswith(("missing", "lost", "no_items", "broken"))
            and item.name != "missing_depends_on"
        }
        full: dict[str, Any] = {**seen, "session_score": 1.0, "entry_days": 0}
        return replace(
            self,
            observation=replace(self.observation, **full),
            treatment=replace(self.treatment, death_per_year=0.0),
        )

    def to_json(self) -> str:
        """Write the scenario as JSON.

        Returns
        -------
        str
            One object with every field.
        """
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Scenario:
        """Read a scenario from JSON.

        Parameters
        ----------
        text : str
            As written by `to_json`.

        Returns
        -------
        Scenario
            The scenario.

        Raises
        ------
        DataError
            When the text is not JSON, its version is not known, or a field is missing, unknown or
            of another type.
        """
        try:
            content = json.loads(text, parse_constant=_no_number)
        except ValueError:
            raise DataError("The scenario is not valid JSON. Write it with to_json.") from None
        if isinstance(content, dict) and content.get("version") != SCENARIO_VERSION:
            raise DataError(f"The scenario has another version; known is {SCENARIO_VERSION}.")
        scenario: Scenario = from_content(content, cls, "the scenario")
        return scenario


def _no_number(_: str) -> float:
    """Refuse NaN and infinities, which JSON does not have."""
    raise ValueError


_DEPENDS_ON = get_args(get_type_hints(Observation)["missing_depends_on"])
