"""How frames of outcomes and tables were made, and which rules and programs were run."""

from __future__ import annotations

import platform
from importlib import metadata

import pandas as pd

from analysis import __version__
from analysis.checks import CheckResult
from analysis.disclosure import Policy
from analysis.errors import ReportError
from analysis.outcomes.in_words import METHOD
from analysis.report.methods.words import Method, describe
from analysis.tables import TableResult

__all__: list[str] = []

_PACKAGES = {"numpy": "NumPy", "scipy": "SciPy", "pandas": "pandas"}


@describe.register
def _(frame: pd.DataFrame, _policy: Policy) -> Method:
    """Say what a frame of outcomes says of itself."""
    note = frame.attrs.get(METHOD)
    if note is None:
        raise ReportError(
            "The frame does not say how it was made. Give methods_in_words what response_rates, "
            "patient_flow or completeness returned."
        )
    subject, sentences = note
    return Method(subject=str(subject), sentences=tuple(sentences))


@describe.register
def _(table: TableResult, _policy: Policy) -> Method:
    """Repeat the notes of a table."""
    return Method(subject=table.title, sentences=table.notes)


@describe.register
def _(result: CheckResult, policy: Policy) -> Method:
    """Say which rules were run, by which programs all was computed, and the rule for counts."""
    programs = [f"{name} {metadata.version(package)}" for package, name in _PACKAGES.items()]
    return Method(
        subject="Data, programs and counts",
        sentences=(
            (
                f"{result.n_rules} rules about columns, codes, ranges, keys and the order of "
                "events were run over every row; data with an error are not analysed."
            ),
            (
                f"Computed by ketamine-outcomes {__version__} with Python "
                f"{platform.python_version()}, {', '.join(programs)}."
            ),
            policy.rule,
        ),
    )
