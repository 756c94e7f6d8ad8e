"""Clinical outcomes of ketamine therapy: models, curves, tables, figures and one report.

The public names load on first use (PEP 562), so ``import analysis`` stays quick and pulls in no
plotting library. Everything below is also importable from its own subpackage.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.checks import check, check_folder
    from analysis.disclosure import Policy, cut_medians, masked_count, suppress_counts
    from analysis.errors import (
        AnalysisError,
        ColumnError,
        ConvergenceError,
        DataError,
        DisclosureError,
        ModelError,
        ReportError,
    )
    from analysis.figures import (
        plot,
        plot_completeness,
        plot_flow,
        plot_proportions,
        plot_survival,
        plot_trajectory,
        show,
    )
    from analysis.instruments import instrument_names, load_instrument, score, severity_band
    from analysis.mixed import lmm
    from analysis.outcomes import (
        completeness,
        curve,
        mean_course,
        patient_flow,
        response_rates,
        time_to_loss_of_response,
        treated_patients,
        visit_outcomes,
    )
    from analysis.report import build_report, key_points, provenance
    from analysis.study import Study, read_study, write_study
    from analysis.survival import kaplan_meier
    from analysis.synthetic import example_folder, scenario, simulate, write_synthetic
    from analysis.tables import baseline_table, estimates_table, findings_table, response_table

_HOMES = {
    "AnalysisError": "errors",
    "ColumnError": "errors",
    "ConvergenceError": "errors",
    "DataError": "errors",
    "DisclosureError": "errors",
    "ModelError": "errors",
    "Policy": "disclosure",
    "ReportError": "errors",
    "Study": "study",
    "baseline_table": "tables",
    "build_report": "report",
    "check": "checks",
    "check_folder": "checks",
    "completeness": "outcomes",
    "curve": "outcomes",
    "cut_medians": "disclosure",
    "estimates_table": "tables",
    "example_folder": "synthetic",
    "findings_table": "tables",
    "instrument_names": "instruments",
    "kaplan_meier": "survival",
    "key_points": "report",
    "lmm": "mixed",
    "load_instrument": "instruments",
    "masked_count": "disclosure",
    "mean_course": "outcomes",
    "patient_flow": "outcomes",
    "plot": "figures",
    "plot_completeness": "figures",
    "plot_flow": "figures",
    "plot_proportions": "figures",
    "plot_survival": "figures",
    "plot_trajectory": "figures",
    "provenance": "report",
    "read_study": "study",
    "response_rates": "outcomes",
    "response_table": "tables",
    "scenario": "synthetic",
    "score": "instruments",
    "severity_band": "instruments",
    "show": "figures",
    "simulate": "synthetic",
    "suppress_counts": "disclosure",
    "time_to_loss_of_response": "outcomes",
    "treated_patients": "outcomes",
    "visit_outcomes": "outcomes",
    "write_study": "study",
    "write_synthetic": "synthetic",
}

__all__ = [
    "AnalysisError",
    "ColumnError",
    "ConvergenceError",
    "DataError",
    "DisclosureError",
    "ModelError",
    "Policy",
    "ReportError",
    "Study",
    "baseline_table",
    "build_report",
    "check",
    "check_folder",
    "completeness",
    "curve",
    "cut_medians",
    "estimates_table",
    "example_folder",
    "findings_table",
    "instrument_names",
    "kaplan_meier",
    "key_points",
    "lmm",
    "load_instrument",
    "masked_count",
    "mean_course",
    "patient_flow",
    "plot",
    "plot_completeness",
    "plot_flow",
    "plot_proportions",
    "plot_survival",
    "plot_trajectory",
    "provenance",
    "read_study",
    "response_rates",
    "response_table",
    "scenario",
    "score",
    "severity_band",
    "show",
    "simulate",
    "suppress_counts",
    "time_to_loss_of_response",
    "treated_patients",
    "visit_outcomes",
    "write_study",
    "write_synthetic",
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
