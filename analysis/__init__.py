"""Clinical outcomes of ketamine therapy: models, curves, tables, figures and one report.

The public names load on first use (PEP 562), so ``import analysis`` stays quick and pulls in no
plotting library. Everything below is also importable from its own subpackage.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.errors import (
        AnalysisError,
        ColumnError,
        ConvergenceError,
        DataError,
        DisclosureError,
        ModelError,
        ReportError,
    )

_HOMES = {
    "AnalysisError": "errors",
    "ColumnError": "errors",
    "ConvergenceError": "errors",
    "DataError": "errors",
    "DisclosureError": "errors",
    "ModelError": "errors",
    "ReportError": "errors",
}

__all__ = [
    "AnalysisError",
    "ColumnError",
    "ConvergenceError",
    "DataError",
    "DisclosureError",
    "ModelError",
    "ReportError",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load a public name from its room on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"analysis.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
