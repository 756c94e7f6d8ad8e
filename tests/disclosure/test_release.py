"""The one door of releases."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import analysis
from analysis import figures
from analysis.disclosure import (
    INTERNAL,
    RELEASE,
    cut_curve,
    hide_coefficients,
    named_policy,
    release,
    suppress_counts,
)
from analysis.errors import DisclosureError
from analysis.tables import baseline_table, estimates_table

pytestmark = pytest.mark.unit

COUNTS = pd.DataFrame({"n": [4, 25, 60]}, index=["IM", "nasal", "IV"])
CANARY = "canary-7781"


def test_suppressed_counts_pass_with_their_audit_and_digest() -> None:
    passed = release(suppress_counts(COUNTS, column_totals=True))
    assert passed.frame["n"].tolist() == ["<11", "—", "60", "89"]
    assert passed.hidden == 2
    assert passed.audit["protected"].all()
    text = ",n\nIM,<11\nnasal,—\nIV,60\nTotal,89\n"
    assert passed.digest == hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_tables_pass_when_made_by_the_policy_of_the_release() -> None:
    patients = pd.DataFrame({"route": ["IV"] * 30 + ["IM"] * 20})
    table = baseline_table(patients, ["route"])
    assert release(table).frame.equals(table.frame)
    with pytest.raises(DisclosureError, match="another policy"):
        release(table, named_policy("ACRO"))
    with pytest.raises(DisclosureError, match="another policy"):
        release(baseline_table(patients, ["route"], policy=INTERNAL))


def test_nothing_leaves_by_the_policy_of_the_inside() -> None:
    with pytest.raises(DisclosureError, match="inside"):
        release(COUNTS, INTERNAL)


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (pd.DataFrame({"subject_id": [CANARY], "score": [3.0]}), "identify patients"),
        (pd.DataFrame({"score": [3.0]}, index=pd.Index([CANARY], name="mrn")), "identify"),
        (pd.DataFrame({"arm": [CANARY], "max": [27.0]}), "single patients"),
        (pd.DataFrame({"arm": [CANARY], "residual": [0.3]}), "single patients"),
        (pd.DataFrame({"time": [7], "n_censored": [1]}), "single patients"),
        (pd.DataFrame({"arm": [CANARY], "n": [4]}), "columns of counts"),
        (pd.DataFrame({"arm": [CANARY], "n": ["4"]}), "columns of counts"),
        (pd.DataFrame({"time": [7], "n_risk": [40], "n_event": [1]}), "columns of counts"),
    ],
)
def test_frames_that_disclose_are_refused_without_showing_them(
    frame: pd.DataFrame, why: str
) -> None:
    with pytest.raises(DisclosureError, match=why) as refusal:
        release(frame)
    assert CANARY not in str(refusal.value)


def test_a_frame_that_says_nobody_has_something_sensitive_is_refused() -> None:
    frame = pd.DataFrame({"measure": ["item9_positive", "response50"], "n": [0, 20]})
    with pytest.raises(DisclosureError, match="nobody"):
        release(frame)
    assert release(frame.assign(measure=["remission", "response50"])).hidden == 0


def test_rows_without_a_number_of_patients_are_refused() -> None:
    rows = pd.DataFrame({"code": [f"KT-{k:04d}" for k in range(30)], "age": 40.0})
    tidy = pd.DataFrame({"term": ["arm[T.im]"], "estimate": [-0.4], "std_error": [0.2]})
    for frame in (rows, rows.set_index("code"), tidy):
        with pytest.raises(DisclosureError, match="how many patients"):
            release(frame)
    assert release(rows.assign(n=25)).hidden == 0  # clinics with codes
    support = pd.DataFrame({"term": ["arm[T.im]"], "n": [30], "residual_df": 50})
    assert release(hide_coefficients(tidy, support)).frame["estimate"].tolist() == [-0.4]


def test_cut_curves_pass_and_their_steps_do_not() -> None:
    steps = pd.DataFrame({"time": [7, 14], "n_risk": [60, 40], "n_event": [20, 3], "estimate": 0.5})
    assert release(cut_curve(steps)).frame["time"].tolist() == [7]
    with pytest.raises(DisclosureError, match="columns of counts"):
        release(steps)
    with pytest.raises(DisclosureError, match="how many patients"):
        release(cut_curve(steps, policy=named_policy("5")))


def test_marked_frames_are_refused() -> None:
    for mark in ("patient_level", "confidential"):
        frame = pd.DataFrame({"arm": ["a"], "estimate": [1.0]})
        frame.attrs[mark] = True
        with pytest.raises(DisclosureError):
            release(frame)


def test_counts_that_are_not_rounded_are_refused_by_a_policy_that_rounds() -> None:
    rounds = named_policy("7 with rounding to 5")
    assert release(pd.DataFrame({"n": [20, 0]}), rounds).hidden == 0
    with pytest.raises(DisclosureError, match="nearest 5"):
        release(pd.DataFrame({"n": [21]}), rounds)


def test_unprotected_counts_are_refused() -> None:
    made = suppress_counts(COUNTS, column_totals=True)
    open_ones = replace(made, bounds=made.bounds.assign(protected=False))
    with pytest.raises(DisclosureError, match="worked out"):
        release(open_ones)


def test_tables_of_estimates_pass() -> None:
    tidy = pd.DataFrame(
        {"term": ["week"], "estimate": [-1.2], "conf_low": [-2.0], "conf_high": [-0.5], "n": [40]}
    )
    assert release(estimates_table(tidy)).policy == RELEASE
    assert np.isin("40", release(estimates_table(tidy)).frame.to_numpy())


def test_tables_of_estimates_without_their_patients_are_refused() -> None:
    tidy = pd.DataFrame(
        {"term": ["week"], "estimate": [-1.2], "conf_low": [-2.0], "conf_high": [-0.5]}
    )
    with pytest.raises(DisclosureError, match="how many patients"):
        release(estimates_table(tidy))
    support = pd.DataFrame({"term": ["week"], "n": [9], "residual_df": 60})
    held = estimates_table(hide_coefficients(tidy, support))
    assert release(held).frame[["estimate", "interval"]].to_numpy().tolist() == [["—", "—"]]


PASSES = {
    "AttritionWeights",
    "CaseMix",
    "ClinicCharts",
    "ClinicOutcomes",
    "CountedTable",
    "EstimandCard",
    "Funnel",
    "Headline",
    "MissingPatterns",
    "PublishedComparison",
    "PublishedCurves",
    "Shrinkage",
    "SessionSafety",
    "SpcChart",
    "QualityMeasures",
    "SuppressedCounts",
    "TableResult",
}
# say which counts stand behind them: what rests on few is hidden (test_models)
BY_SUPPORT = {
    "ClusteredModel",
    "Contrasts",
    "CoxModel",
    "DropoutPredictors",
    "FineGray",
    "GroupTest",
    "ImputedAnalysis",
    "IncidenceCurve",
    "IntervalCoxModel",
    "IntervalCurve",
    "LinearMixedModel",
    "MarginalMeans",
    "ParametricModel",
    "PooledCox",
    "SurvivalCurve",
    "TippingPoint",
    "Visiting",
}
# do not say what stands behind them: refused whole; their tables pass
REFUSED = {
    "ActionList",
    "AttackResult",
    "CountCurve",
    "IntervalIncidence",
    "Landmark",
    "MultistateCurve",
    "NetworkSum",
    "ObservedComparison",
    "ReconstructedCurve",
}
ROOMS = (
    *("disclosure", "missing", "mixed", "outcomes", "quality", "safety", "survival", "tables"),
    *("distributed", "report"),
)


def result_classes() -> dict[str, type]:
    """Every public class of the rooms of results that can be printed as a summary."""
    found = {}
    for room in ROOMS:
        for module in pkgutil.walk_packages(
            [f"{analysis.__path__[0]}/{room}"], f"analysis.{room}."
        ):
            loaded = importlib.import_module(module.name)
            for name, kind in inspect.getmembers(loaded, inspect.isclass):
                is_own = kind.__module__ == module.name and not name.startswith("_")
                if is_own and hasattr(kind, "summary"):
                    found[name] = kind
    return found


def test_every_result_class_has_an_answer_at_the_door() -> None:
    classes = result_classes()
    assert set(classes) == PASSES | BY_SUPPORT | REFUSED
    assert {name for name, kind in classes.items() if hasattr(kind, "disclosure")} == PASSES
    assert {name for name, kind in classes.items() if hasattr(kind, "support")} == BY_SUPPORT
    for name in REFUSED:
        with pytest.raises(DisclosureError, match=name):
            release(object.__new__(classes[name]))


PLOTS_BY_POLICY = {
    "plot_clinic_charts",
    "plot_completeness",
    "plot_cumulative_incidence",
    "plot_flow",
    "plot_influence",
    "plot_interval_curve",
    "plot_marginal_means",
    "plot_proportions",
    "plot_ratios",
    "plot_spc",
    "plot_states",
    "plot_survival",
    "plot_tipping_point",
    "plot_trajectory",
}
# mark what they draw as patient-level, so that `show` and `release` refuse it
PLOTS_OF_PATIENTS = {"plot_quantiles", "plot_residuals", "plot_swimmer"}
# draw estimates of a whole fit, and no counts
PLOTS_WITHOUT_COUNTS = {"plot_correlation", "plot_differences"}
# draw tables that were suppressed by their own policy
PLOTS_OF_SHOWN = {
    *("plot_completers", "plot_missing_patterns", "plot_retention", "plot_visit_gaps"),
    *("plot_published", "plot_published_curves"),
}
PLOTS_OF_SHOWN |= {"plot_caterpillar", "plot_funnel"}
PLOTS_OF_SHOWN |= {"plot_adverse_events", "plot_time_course"}


def test_every_figure_has_an_answer() -> None:
    plots = {name: getattr(figures, name) for name in figures.__all__ if name.startswith("plot_")}
    assert set(plots) == (
        PLOTS_BY_POLICY | PLOTS_OF_PATIENTS | PLOTS_WITHOUT_COUNTS | PLOTS_OF_SHOWN
    )
    defaults = {
        name: inspect.signature(plot).parameters["policy"].default
        for name, plot in plots.items()
        if "policy" in inspect.signature(plot).parameters
    }
    assert set(defaults) == PLOTS_BY_POLICY
    assert all(default == RELEASE for default in defaults.values())


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"route": ["IV", "IM"], "patients": [40, 3]}),
        pd.DataFrame({"route": ["IV", "IM"]}, index=pd.Index([40, 3], name="n")),
        pd.DataFrame({"route": ["IV", "IM"], "n": ["40 (93%)", "3 (7%)"]}),
    ],
)
def test_small_counts_are_found_under_other_names_in_the_index_and_in_texts(frame) -> None:
    with pytest.raises(DisclosureError, match="policy hides"):
        release(frame)
    shown = frame.assign(patients=40) if "patients" in frame else frame.iloc[:1]
    assert release(shown.reset_index(drop=True).assign(n=40)).hidden == 0
