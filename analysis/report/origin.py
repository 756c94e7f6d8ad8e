"""Where a report comes from: versions, data digest, parameters and seed."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import pandas as pd

from analysis import __version__
from analysis.results import frame_to_html, frame_to_text
from analysis.study import Study

__all__ = ["Provenance", "provenance"]

_PACKAGES = (
    "numpy",
    "scipy",
    "pandas",
    "statsmodels",
    "lifelines",
    "matplotlib",
    "seaborn",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Provenance:
    """What is needed to make the same numbers again.

    Parameters
    ----------
    data : mapping of str to str
        Title, extract and digest of the data, and the seed when they are synthetic.
    parameters : mapping of str to str
        Parameters of the report.
    versions : mapping of str to str
        Python, operating system and packages.
    """

    data: Mapping[str, str]
    parameters: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Put everything into one frame.

        Returns
        -------
        pandas.DataFrame
            Columns ``part, name, value``.
        """
        parts = {"data": self.data, "parameters": self.parameters, "versions": self.versions}
        rows = [
            (part, name, value) for part, items in parts.items() for name, value in items.items()
        ]
        return pd.DataFrame(rows, columns=["part", "name", "value"])

    def __repr__(self) -> str:
        """Show everything as plain text."""
        return frame_to_text(self.frame())

    def _repr_html_(self) -> str:
        return frame_to_html(self.frame(), caption="Provenance")


def provenance(study: Study, parameters: Mapping[str, Any] | None = None) -> Provenance:
    """Record where the numbers of a report come from.

    Parameters
    ----------
    study : Study
        The data; their digest covers names and bytes of all files read.
    parameters : mapping, optional
        Parameters of the report. A folder is not recorded, since its name can tell too much.

    Returns
    -------
    Provenance
        Data, parameters and versions.
    """
    shown = {key: str(value) for key, value in (parameters or {}).items() if key != "study_folder"}
    data = {
        "title": study.title,
        "extract": study.data_cut_off or "not stated",
        "class": study.data_class,
        "schema": study.schema_version,
        "SHA-256": study.sha256 or "made in memory",
        "seed": str(study.seed) if study.seed is not None else "none: nothing is drawn at random",
    }
    versions = {
        "ketamine-outcomes": __version__,
        "Python": platform.python_version(),
        "system": platform.system(),
    }
    versions.update({name: metadata.version(name) for name in _PACKAGES})
    return Provenance(data=data, parameters=shown, versions=versions)
