"""Lists of diagnosis codes that the clinic passes, and who of the patients has one of them.

No list is shipped: the value sets of the measures belong to their owners.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from analysis.errors import DataError
from analysis.study import TABLES

__all__ = ["DEPRESSION", "DIAGNOSIS_GROUPS", "CodeLists", "checked_codes", "rows_with_code"]

DEPRESSION = "depression"

DIAGNOSIS_GROUPS = (
    DEPRESSION,
    "bipolar disorder",
    "personality disorder, emotionally labile",
    "schizophrenia or psychotic disorder",
    "pervasive developmental disorder",
    "hospice or palliative care",
)
"""Names of the groups of diagnoses that the measures of the library ask for."""

CodeLists = Mapping[str, Mapping[str, Sequence[str]]]
"""Group of diagnoses to system of codes to codes, such as
``{"bipolar disorder": {"ICD-10-CM": ["F31"]}}``."""

_SYSTEMS = next(c for c in TABLES["diagnoses"].columns if c.name == "code_system").allowed
_SHORTEST = 3  # an ICD category; fewer characters would be a chapter


def checked_codes(codes: CodeLists, known: Iterable[str]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return lists of codes, or refuse those that cannot be meant.

    Parameters
    ----------
    codes : mapping of str to mapping of str to sequence of str
        As `CodeLists`. An empty mapping says that the clinic has no codes of this group.
    known : iterable of str
        Further names of groups that are asked for, besides `DIAGNOSIS_GROUPS`.

    Returns
    -------
    dict
        The same; ICD codes in capitals and without the point.

    Raises
    ------
    DataError
        For another group or system, a text in the place of a list, and ICD codes under three
        characters.

    Examples
    --------
    >>> checked_codes({"depression": {"ICD-10-CM": ["f34.1"]}}, [])
    {'depression': {'ICD-10-CM': ('F341',)}}
    """
    names = dict.fromkeys([*DIAGNOSIS_GROUPS, *known])
    if not isinstance(codes, Mapping) or not set(codes) <= set(names):
        raise DataError(
            "codes= maps groups of diagnoses that measures ask for to their codes. Groups are: "
            f"{'; '.join(names)}."
        )
    return {group: _checked_group(systems) for group, systems in codes.items()}


def _checked_group(systems: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Check the systems and codes of one group."""
    if not isinstance(systems, Mapping) or not set(systems) <= set(_SYSTEMS):
        raise DataError(
            "codes= gives for each group a mapping of systems of codes to codes. Systems are: "
            f"{', '.join(_SYSTEMS)}."
        )
    if any(isinstance(listed, str) for listed in systems.values()):
        raise DataError('codes= needs lists of codes, such as ["F31"], not one text.')
    found = {name: tuple(_plain(code, name) for code in listed) for name, listed in systems.items()}
    if any(len(code) < _SHORTEST for name in found if _is_icd(name) for code in found[name]):
        raise DataError(
            "codes= has an ICD code of fewer than three characters, which is no category. Give "
            "categories such as F31, which include all codes below them, or whole codes."
        )
    return found


def _is_icd(system: str) -> bool:
    """Tell whether codes of a system have those below them as longer codes."""
    return system.startswith("ICD")


def _plain(code: str, system: str) -> str:
    """Write a code as it is compared."""
    text = str(code).strip()
    return text.upper().replace(".", "") if _is_icd(system) else text


def rows_with_code(diagnoses: pd.DataFrame, systems: Mapping[str, Sequence[str]]) -> pd.Series:
    """Tell which diagnoses have a code of a group.

    Parameters
    ----------
    diagnoses : pandas.DataFrame
        The canonical table.
    systems : mapping of str to sequence of str
        One group of `checked_codes`.

    Returns
    -------
    pandas.Series of bool
        One per row. An ICD code includes all codes below it, so that F33 includes F33.2; a code
        of SNOMED CT stands for itself only.

    Examples
    --------
    >>> rows = pd.DataFrame({"code_system": ["ICD-10", "SNOMED CT"], "code": ["F33.2", "F33.2"]})
    >>> rows_with_code(rows, {"ICD-10": ["F33"]}).tolist()
    [True, False]
    """
    # a table has few different codes, so they are compared once each and looked up per row
    pairs = diagnoses[["code_system", "code"]].astype("string").drop_duplicates()
    belongs = [
        _belongs(_plain(code, system), system, systems.get(system, ()))
        for system, code in pairs.itertuples(index=False)
    ]
    chosen = pd.MultiIndex.from_frame(pairs[belongs])
    rows = pd.MultiIndex.from_frame(diagnoses[["code_system", "code"]].astype("string"))
    return pd.Series(rows.isin(chosen), index=diagnoses.index, dtype=bool)


def _belongs(code: str, system: str, listed: Sequence[str]) -> bool:
    """Tell whether one code is listed, or lies below one that is."""
    return code.startswith(tuple(listed)) if _is_icd(system) else code in listed
