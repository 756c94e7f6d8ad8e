"""The canonical table of patients, with a few gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.synthetic.frames import canonical, coded
from analysis.synthetic.people import People
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.streams import Streams, pick

__all__ = ["subjects_table"]

_SEX = ("female", "male", "other")
_RACE = {"group one": 70, "group two": 12, "group three": 9, "group four": 6, "group five": 3}
_LANGUAGE = {"English": 90, "Spanish": 7, "other": 3}
_PAYER = {
    "self-pay": 52,
    "commercial": 26,
    "Medicare": 9,
    "military or veterans": 7,
    "Medicaid": 4,
    "other": 2,
}
_UNKNOWN = 0.01


def subjects_table(people: People, scenario: Scenario, streams: Streams) -> pd.DataFrame:
    """Make the canonical table of patients.

    Parameters
    ----------
    people : People
        The patients.
    scenario : Scenario
        Names clinics and indications.
    streams : Streams
        Decides which traits were not recorded, and traits that nothing depends on.

    Returns
    -------
    pandas.DataFrame
        Canonical ``subjects``.
    """
    n = len(people)
    unknown = streams.uniform("unknown trait", n, 6) < _UNKNOWN
    drawn = streams.uniform("other traits", n, 3)
    population = scenario.population

    def trait(column: int, shares: dict[str, int]) -> pd.Categorical:
        codes = pick(drawn[:, column], list(shares.values()))
        return coded(np.where(unknown[:, 3 + column], -1, codes), list(shares))

    age = pd.Series(people.age, dtype="Int64").mask(unknown[:, 0])
    indication = np.where(unknown[:, 2], -1, people.indication)
    return canonical(
        "subjects",
        {
            "subject_id": people.ids().astype(object),
            "site_id": coded(people.clinic, [clinic.code for clinic in scenario.clinics]),
            "age_years": age,
            "sex": coded(np.where(unknown[:, 1], -1, people.sex), _SEX),
            "indication": coded(indication, [name for name, _ in population.indications]),
            "secondary_indications": _secondary(people, scenario),
            "race_ethnicity": trait(0, _RACE),
            "language": trait(1, _LANGUAGE),
            "payer": trait(2, _PAYER),
            "prior_failures": people.failures,
            "treated_before_data": people.treated_before,
        },
    )


def _secondary(people: People, scenario: Scenario) -> pd.Series:
    """Join the names of secondary indications by semicolons; missing where there is none."""
    joined = pd.Series("", index=range(len(people)), dtype="string")
    for column, (name, _) in enumerate(scenario.population.also):
        has = people.also[:, column]
        joined[has] = joined[has] + np.where(joined[has] == "", name, f";{name}")
    return joined.mask(joined.eq(""))
