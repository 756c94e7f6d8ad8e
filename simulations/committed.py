"""The files of results: a table, and beside it what made it."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

import pandas as pd

__all__ = ["RESULTS", "read_table", "write_provenance", "write_table"]

RESULTS = Path(__file__).parent / "results"
DIGITS = "%.5g"
PACKAGES = ("ketamine-outcomes", "numpy", "scipy", "pandas")


def read_table(path: Path) -> pd.DataFrame:
    """Read a table of results; an empty one when there is no file yet."""
    return pd.read_csv(path) if path.exists() else pd.DataFrame()


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table of results through a neighbour, so that a break leaves the old one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    table.to_csv(beside, index=False, float_format=DIGITS, lineterminator="\n")
    beside.replace(path)


def write_provenance(path: Path, **settings: object) -> None:
    """Write which versions and settings made a table, on one line."""
    versions = [f"Python {platform.python_version()}"]
    versions += [f"{package} {version(package)}" for package in PACKAGES]
    said = [f"{name} {value}" for name, value in settings.items()]
    path.with_suffix(".provenance.txt").write_text(
        "; ".join([*said, *versions]) + "\n", encoding="utf-8", newline="\n"
    )
