"""What synthetic data should be, as digests that do not depend on how files are packed."""

from __future__ import annotations

import hashlib
from typing import Any

from analysis.study import TABLES, Study, table_text
from analysis.synthetic.scenarios import Scenario

__all__ = ["manifest"]


def manifest(study: Study, scenario: Scenario) -> dict[str, Any]:
    """Describe synthetic data by the SHA-256 of each table's canonical CSV text.

    Parameters
    ----------
    study : Study
        The data.
    scenario : Scenario
        Where they come from.

    Returns
    -------
    dict
        ``scenario``, ``version``, ``seed``, ``patients`` and, per table, ``rows`` and ``sha256``.
        The text has columns in canonical order, rows in the order of the key and line feeds.
    """
    tables = {
        name: {
            "rows": len(study.tables[name]),
            "sha256": hashlib.sha256(
                table_text(study.tables[name], TABLES[name]).encode("utf-8")
            ).hexdigest(),
        }
        for name in TABLES
        if study.has(name)
    }
    return {
        "scenario": scenario.name,
        "version": scenario.version,
        "seed": scenario.seed,
        "patients": scenario.patients,
        "tables": tables,
    }
