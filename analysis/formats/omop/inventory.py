"""Which concepts the tables of an OMOP export use, and what a vocabulary calls them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.formats.inventory import Inventory
from analysis.formats.omop.loading import loaded_file, table_file

__all__ = ["CONCEPT_FIELDS", "codes_of", "take_inventory"]

CONCEPT_FIELDS = {
    "agents": (("drug_exposure", "drug_concept_id"),),
    "routes": (("drug_exposure", "route_concept_id"),),
    "sexes": (("person", "gender_concept_id"),),
    "measured": (
        ("measurement", "measurement_concept_id"),
        ("observation", "observation_concept_id"),
    ),
    "units": (("measurement", "unit_concept_id"), ("observation", "unit_concept_id")),
}
"""Fields whose concepts a mapping explains, by section; "measured" is totals, items and vitals."""

_WHOLE = re.compile(r"[1-9][0-9]{0,17}")


def take_inventory(folder: Path) -> Inventory:
    """Count the concepts of the tables in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Holds CSV or Parquet files named as the tables.

    Returns
    -------
    Inventory
        Rows by concept_id, for each table and field; 0, which means none, is left out, and so is
        what is no whole number.

    Examples
    --------
    >>> take_inventory(Path("no such folder")).codes
    {}
    """
    found = Inventory()
    for table in dict.fromkeys(t for fields in CONCEPT_FIELDS.values() for t, _ in fields):
        path = table_file(folder, table)
        raw = None if path is None else loaded_file(path)
        for name, field in (pair for fields in CONCEPT_FIELDS.values() for pair in fields):
            if name == table and raw is not None and field in raw:
                found.codes[f"{table}.{field}"] = _counted(raw[field])
    return found


def _counted(cells: pd.Series) -> Counter[str]:
    """Count whole numbers above zero."""
    counts = cells.astype("string").str.strip().str.removesuffix(".0").value_counts()
    pairs = ((str(code), int(n)) for code, n in counts.items())
    return Counter({code: n for code, n in pairs if _WHOLE.fullmatch(code)})


def codes_of(folder: Path, concepts: set[str]) -> Mapping[str, tuple[str, str]]:
    """Look concepts up in the CONCEPT table beside the tables.

    Parameters
    ----------
    folder : pathlib.Path
        May hold ``CONCEPT.csv``.
    concepts : set of str
        Concepts that the tables use.

    Returns
    -------
    mapping of str to tuple of (str, str)
        Vocabulary and code by concept; empty without the table.
    """
    path = table_file(folder, "concept")
    raw = None if path is None else loaded_file(path)
    needed = ["concept_id", "vocabulary_id", "concept_code"]
    if raw is None or not set(needed) <= set(raw):
        return {}
    rows = raw.loc[raw["concept_id"].astype("string").isin(list(concepts)), needed].astype(str)
    ids, systems, codes = (rows[name].tolist() for name in needed)
    return dict(zip(ids, zip(systems, codes, strict=True), strict=True))
