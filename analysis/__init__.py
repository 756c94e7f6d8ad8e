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
        plot_correlation,
        plot_differences,
        plot_flow,
        plot_influence,
        plot_marginal_means,
        plot_proportions,
        plot_quantiles,
        plot_residuals,
        plot_survival,
        plot_trajectory,
        show,
    )
    from analysis.instruments import (
        derive_items,
        instrument_names,
        instruments_table,
        item_positive,
        load_instrument,
        score,
        severity_band,
    )
    from analysis.mixed import lmm
    from analysis.mixed.influence import clinic_influence
    from analysis.outcomes import (
        BaselineRule,
        Definition,
        Schedule,
        any_indication,
        assign_courses,
        change_table,
        completeness,
        curve,
        definition_names,
        entry_threshold,
        expected_regression,
        mean_course,
        patient_flow,
        percent_days_abstinent,
        regression_to_the_mean,
        response_rates,
        time_to_loss_of_response,
        treated_patients,
        visit_outcomes,
    )
    from analysis.outcomes.cohort import courses
    from analysis.outcomes.indications import indications
    from analysis.outcomes.library import definition
    from analysis.published import published_figures, published_names, published_study
    from analysis.report import build_report, key_points, provenance
    from analysis.study import Study, read_study, write_study
    from analysis.survival import kaplan_meier
    from analysis.synthetic import (
        compare_with_published,
        example_folder,
        scenario,
        simulate,
        write_synthetic,
    )
    from analysis.tables import (
        baseline_table,
        courses_table,
        estimates_table,
        findings_table,
        indications_table,
        response_table,
        rules_table,
    )

_HOMES = {
    "AnalysisError": "errors",
    "BaselineRule": "outcomes",
    "ColumnError": "errors",
    "ConvergenceError": "errors",
    "DataError": "errors",
    "Definition": "outcomes",
    "DisclosureError": "errors",
    "ModelError": "errors",
    "Policy": "disclosure",
    "ReportError": "errors",
    "Schedule": "outcomes",
    "Study": "study",
    "any_indication": "outcomes",
    "assign_courses": "outcomes",
    "baseline_table": "tables",
    "build_report": "report",
    "change_table": "outcomes",
    "check": "checks",
    "check_folder": "checks",
    "clinic_influence": "mixed.influence",
    "compare_with_published": "synthetic",
    "completeness": "outcomes",
    "courses": "outcomes",
    "courses_table": "tables",
    "curve": "outcomes",
    "cut_medians": "disclosure",
    "definition": "outcomes",
    "definition_names": "outcomes",
    "derive_items": "instruments",
    "entry_threshold": "outcomes",
    "estimates_table": "tables",
    "example_folder": "synthetic",
    "expected_regression": "outcomes",
    "findings_table": "tables",
    "indications": "outcomes",
    "indications_table": "tables",
    "instrument_names": "instruments",
    "instruments_table": "instruments",
    "item_positive": "instruments",
    "kaplan_meier": "survival",
    "key_points": "report",
    "lmm": "mixed",
    "load_instrument": "instruments",
    "masked_count": "disclosure",
    "mean_course": "outcomes",
    "patient_flow": "outcomes",
    "percent_days_abstinent": "outcomes",
    "plot": "figures",
    "plot_completeness": "figures",
    "plot_correlation": "figures",
    "plot_differences": "figures",
    "plot_flow": "figures",
    "plot_influence": "figures",
    "plot_marginal_means": "figures",
    "plot_proportions": "figures",
    "plot_quantiles": "figures",
    "plot_residuals": "figures",
    "plot_survival": "figures",
    "plot_trajectory": "figures",
    "provenance": "report",
    "published_figures": "published",
    "published_names": "published",
    "published_study": "published",
    "read_study": "study",
    "regression_to_the_mean": "outcomes",
    "response_rates": "outcomes",
    "response_table": "tables",
    "rules_table": "tables",
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
    "BaselineRule",
    "ColumnError",
    "ConvergenceError",
    "DataError",
    "Definition",
    "DisclosureError",
    "ModelError",
    "Policy",
    "ReportError",
    "Schedule",
    "Study",
    "any_indication",
    "assign_courses",
    "baseline_table",
    "build_report",
    "change_table",
    "check",
    "check_folder",
    "clinic_influence",
    "compare_with_published",
    "completeness",
    "courses",
    "courses_table",
    "curve",
    "cut_medians",
    "definition",
    "definition_names",
    "derive_items",
    "entry_threshold",
    "estimates_table",
    "example_folder",
    "expected_regression",
    "findings_table",
    "indications",
    "indications_table",
    "instrument_names",
    "instruments_table",
    "item_positive",
    "kaplan_meier",
    "key_points",
    "lmm",
    "load_instrument",
    "masked_count",
    "mean_course",
    "patient_flow",
    "percent_days_abstinent",
    "plot",
    "plot_completeness",
    "plot_correlation",
    "plot_differences",
    "plot_flow",
    "plot_influence",
    "plot_marginal_means",
    "plot_proportions",
    "plot_quantiles",
    "plot_residuals",
    "plot_survival",
    "plot_trajectory",
    "provenance",
    "published_figures",
    "published_names",
    "published_study",
    "read_study",
    "regression_to_the_mean",
    "response_rates",
    "response_table",
    "rules_table",
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
