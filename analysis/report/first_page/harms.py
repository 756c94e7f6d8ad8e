"""Harm on the first page, in sentences: grave events, new suicidal thoughts, what nobody looked at.

They say what the tables of the safety chapter say, so that they tell nothing that is hidden there.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from analysis.disclosure import HIDDEN, RELEASE, Policy
from analysis.errors import DataError
from analysis.safety import (
    GRAVE_EVENTS,
    HARMS_OF_LONG_USE,
    events_of_interest,
    session_safety,
    suicidality,
)
from analysis.study import Study

__all__ = ["harms"]

_ASKED = (
    "Only what was written down is counted: the data do not say who was asked for these, or for "
    f"{', '.join(group.name for group in HARMS_OF_LONG_USE)}."
)
_NEW = {
    "PHQ-9 item 9 new": "New thoughts of death or self-harm (PHQ-9 item 9 above 0 at a visit, 0 "
    "before treatment)",
    "C-SSRS ideation new": "new ideation by the C-SSRS",
    "C-SSRS ideation, high risk new": "of high risk",
}
_EACH = (
    "Each of these patients is to be seen to. Whether treatment has to do with it these data "
    "cannot tell; the longer patients are followed, the more have such an answer."
)


def harms(study: Study, *, policy: Policy = RELEASE) -> tuple[str, ...]:
    """Say which harm was recorded, and of what nothing is known.

    Parameters
    ----------
    study : Study
        A checked study, or a part of one.
    policy : Policy
        For whom what is shown is.

    Returns
    -------
    tuple of str
        Sentences on grave events, new suicidal thoughts, and treatments whose sessions nobody
        measured. A hidden count is given as the range in which it lies; what the study lacks is
        said.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> harms(read_study(example_folder("clinic-network")))[-1].partition(":")[0]
    'Blood pressure and heart rate were measured in no session of ketamine SL'
    """
    said = (_grave(study, policy), _thoughts(study, policy), _not_measured(study, policy))
    return tuple(filter(None, said))


def _grave(study: Study, policy: Policy) -> str:
    """Name the grave events, those that occurred first."""
    try:
        shown = events_of_interest(study, policy=policy).shown
    except DataError as lacking:
        return str(lacking)
    names = [group.name for group in GRAVE_EVENTS]
    rows = shown.set_index("measure").loc[names].reset_index()
    told = {row["measure"]: _number(row, policy) for row in rows.to_dict("records")}
    # what surely occurred comes first
    order = sorted(names, key=lambda name: told[name].startswith(("0", "hidden")))
    each = "; ".join(f"{name} {told[name]}" for name in order)
    of = _or_hidden(str(rows["patients"].iloc[0]))
    return f"Grave events, of {of} patients from the first session on: {each}. {_ASKED}"


def _number(row: Mapping[Hashable, Any], policy: Policy) -> str:
    """Write how many patients, or the range in which a hidden number lies."""
    n = str(row["n"])
    return policy.small_words(row["measure"]) if n == policy.small_text else _or_hidden(n)


def _or_hidden(text: str) -> str:
    """Write a number, or that it is hidden."""
    return "hidden" if text == HIDDEN else text


def _thoughts(study: Study, policy: Policy) -> str:
    """Say in how many patients suicidal thoughts are new, of those who had none before."""
    found = suicidality(study, policy=policy)
    rows = found.shown[found.shown["measure"].isin(list(_NEW))]
    each = "; ".join(_share(row, policy) for row in rows.to_dict("records"))
    said = [f"{each[:1].upper()}{each[1:]}. {_EACH}"] if each else []
    return " ".join([*said, *(n for n in found.notes if n.startswith("Not computable"))])


def _share(row: Mapping[Hashable, Any], policy: Policy) -> str:
    """Write one measure with its denominator, and its share where that may be shown."""
    said = f"{_NEW[row['measure']]}: {_number(row, policy)} of {_or_hidden(str(row['patients']))}"
    if pd.isna(row["patient_estimate"]):
        return said
    names = ("patient_estimate", "patient_conf_low", "patient_conf_high")
    share, low, high = (100.0 * row[name] for name in names)
    return f"{said}, {share:.1f}% ({low:.1f} to {high:.1f})"


def _not_measured(study: Study, policy: Policy) -> str:
    """Name the treatments of which no session can be judged, as far as that may be shown."""
    shown = session_safety(study, policy=policy).disclosure().frame
    none = shown["computed"].astype("string").eq("0").groupby(shown["treatment"], sort=False).all()
    names = [str(name) for name in none.index[none]]
    if not names:
        return ""
    return (
        f"Blood pressure and heart rate were measured in no session of {' and '.join(names)}: no "
        "limit that was passed there would be known."
    )
