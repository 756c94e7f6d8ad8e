"""What sites are asked in a later round: coefficients of Cox regressions, in one small file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis import storage
from analysis.distributed.digests import digest
from analysis.errors import DataError
from analysis.results import FloatArray

__all__ = ["Ask", "read_ask", "write_ask"]

_FORMAT = "ketamine-outcomes round"
_VERSION = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Ask:
    """A round: which analyses, and at which coefficients.

    Parameters
    ----------
    round : int
        Its number; bundles made without an ask are round 1.
    specification_sha256 : str
        Digest of the agreement.
    coefficients : mapping of str to array, shape (p,)
        Per analysis.
    """

    round: int
    specification_sha256: str
    coefficients: Mapping[str, FloatArray]

    @property
    def described(self) -> dict[str, Any]:
        """All of it in values that JSON has; floats keep every digit."""
        return {
            "format": _FORMAT,
            "version": _VERSION,
            "round": self.round,
            "specification_sha256": self.specification_sha256,
            "coefficients": {
                name: [float(value) for value in values]
                for name, values in self.coefficients.items()
            },
        }

    @property
    def sha256(self) -> str:
        """Digest of what is asked."""
        return digest(self.described)


def write_ask(ask: Ask, path: Path | str) -> Path:
    """Write a round for the sites.

    Parameters
    ----------
    ask : Ask
        What is asked.
    path : pathlib.Path or str
        JSON file.

    Returns
    -------
    pathlib.Path
        The file; it holds coefficients and nothing of a patient.

    Raises
    ------
    ReportError
        When it cannot be written.
    """
    return storage.write_text(Path(path), json.dumps(ask.described, indent=1) + "\n")


def read_ask(path: Path | str) -> Ask:
    """Read what `write_ask` wrote.

    Parameters
    ----------
    path : pathlib.Path or str
        JSON file.

    Returns
    -------
    Ask
        What is asked.

    Raises
    ------
    DataError
        When the file is missing, damaged or of another version.
    """
    file = Path(path)
    try:
        text = json.loads(file.read_text(encoding="utf-8"))
        if text["format"] != _FORMAT or text["version"] != _VERSION:
            raise ValueError
        coefficients = {
            str(name): np.array(values, dtype=float)
            for name, values in text["coefficients"].items()
        }
        if not all(
            values.ndim == 1 and np.isfinite(values).all() for values in coefficients.values()
        ):
            raise ValueError
        if type(text["round"]) is not int or text["round"] < 2:  # round 1 asks nothing
            raise ValueError
        return Ask(
            round=text["round"],
            specification_sha256=str(text["specification_sha256"]),
            coefficients=coefficients,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(
            f"{file.name} is no round of a network, or is damaged. Ask the coordinator to send it "
            "again."
        ) from None
