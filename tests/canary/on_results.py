"""One call per public function that takes derived results, and one with wrong input.

Everything that a figure writes is searched: its texts, its description and the plotted numbers, for
both audiences. Names of groups (arms, clinics, visits) may be read there, since the analyst chose
them; ids, dates, free text and other columns of the patients may not. Wrong input carries secrets
where cells of the data would stand, and has to end in a refusal that repeats none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Text

from analysis import (
    disclosure,
    figures,
    formats,
    missing,
    mixed,
    report,
    results,
    safety,
    study,
    survival,
    synthetic,
    tables,
)
from analysis.disclosure import INTERNAL, RELEASE
from analysis.errors import AnalysisError
from analysis.outcomes import completeness, patient_flow
from tests.builders import write_folder
from tests.canary import planted
from tests.canary.cases import World
from tests.canary.planted import DATE, NUMBER, SECRET, TIMES
from tests.formats import small_clinic

Case = Callable[[World], object]


def written(ax: Axes, frame: pd.DataFrame) -> list[str]:
    """Everything that stands in a figure, its description and its numbers; the figure is closed."""
    figure = ax.get_figure(root=True)
    ticks = [*ax.get_xticklabels(), *ax.get_yticklabels()]
    texts = [text.get_text() for text in (*ticks, *figure.findobj(Text))]
    plt.close(figure)
    return [*texts, frame.attrs["alt"], frame.to_csv()]


def _axes() -> Axes:
    """Small axes that are not laid out, which takes most of the time of a figure."""
    return plt.figure(figsize=(3.0, 2.0), dpi=30).add_subplot()


def _drawn(call: Callable[..., Any], result: Callable[[], object], **options: Any) -> Case:
    return lambda _: written(*call(result(), ax=_axes(), **options))


def _twice(call: Callable[..., Any], result: Callable[[], object], **options: Any) -> Case:
    """For release and for the inside, which sees true counts."""
    return lambda _: [
        text
        for policy in (RELEASE, INTERNAL)
        for text in written(*call(result(), ax=_axes(), policy=policy, **options))
    ]


def _described(call: Callable[..., Any], name: str) -> Case:
    return lambda _: written(*call(planted.described(name), ax=_axes()))


def _contrasts() -> Any:
    return planted.means().contrasts()


def _trajectory() -> pd.DataFrame:
    rows = planted.visits().dropna(subset=["y"])
    counts = rows.groupby(["arm", "visit"], as_index=False).size().rename(columns={"size": "n"})
    return planted.means().tidy().merge(counts)


def _tipping(**bounds: Any) -> Any:
    return missing.tipping_point(planted.imputed(), deltas=[0.0, 1.0], **bounds)


def _logged(_: World) -> str:
    ledger = disclosure.Ledger(release="1")
    with disclosure.recording(ledger):
        missing.missing_patterns(planted.network(), "PHQ-9").disclosure()
    return report.suppression_log(ledger).to_html()


def _completeness() -> pd.DataFrame:
    return completeness(planted.network(), "PHQ-9")


def _flow() -> pd.DataFrame:
    return patient_flow(planted.network(), "PHQ-9", visit="week 4")


def _response() -> pd.DataFrame:
    return planted.rates("site_id").query("measure == 'response'")


def _png(_: World) -> str:
    ax, _frame = figures.plot_residuals(planted.days())
    picture = figures.figure_png(ax, dpi=20)
    plt.close(ax.get_figure(root=True))
    return picture.decode("latin-1")


def _closed(_: World) -> object:
    ax, frame = figures.plot_residuals(planted.days(), title=SECRET)
    plt.close(ax.get_figure(root=True))
    ax.remove()
    return figures.figure_png(ax), frame


def _told(world: World) -> object:
    ledger = disclosure.Ledger(release="1", path=world.local / "ledger.jsonl")
    with disclosure.recording(ledger):
        disclosure.suppress_counts(pd.DataFrame({"n": [40, 30]}), about="patients")
    return ledger, (world.local / "ledger.jsonl").read_text(encoding="utf-8")


def _methods(world: World) -> object:
    fits = planted.mmrm(), planted.incidence(), planted.interval_curve(), planted.cox()
    return report.methods_in_words(*fits), _refusal(report.methods_in_words, world.numbers)


def _refusal(call: Callable[..., object], *given: Any) -> str:
    try:
        call(*given)
    except AnalysisError as error:
        return str(error)
    raise AssertionError


def _first_page() -> list[Any]:
    """The first page for both audiences, and the numbers of one that knows nothing."""
    asked: dict[str, Any] = {"instrument": "PHQ-9", "visit": "week 4"}
    made = [report.headline(planted.network(), **asked, policy=p) for p in (RELEASE, INTERNAL)]
    return [*made, *map(str, made), *(str(report.headline_table(each)) for each in made)]


def _tables() -> list[Any]:
    """Finished tables of results that carry secrets, for both audiences."""
    made = [tables.adverse_events_table(planted.measured("rates"))]
    for number, policy in enumerate((RELEASE, INTERNAL)):
        said: dict[str, Any] = {"policy": policy}
        made += [
            tables.marginal_means_table(planted.means(), title=f"Means {number}", **said),
            tables.regression_table(planted.cox(), title=f"Hazards {number}", **said),
            tables.survival_table(
                planted.survival_curve(), times=TIMES, title=f"Times {number}", **said
            ),
        ]
    return made


def _all_of(table: tables.TableResult) -> list[str]:
    return [table.to_html(), table.to_markdown(), table.summary(), table.to_long().to_csv()]


def _one_table(number: int) -> Case:
    return lambda _: [text for table in _tables()[number::3] for text in _all_of(table)]


def _small() -> synthetic.Scenario:
    return replace(synthetic.scenario("clinic-network"), patients=8)


def _names(paths: list[Any]) -> list[str]:
    return [path.name for path in paths]


_BOTH: dict[str, Any] = {"times": TIMES}

RESULT_CASES: dict[str, Case] = {
    "disclosure.recording": _told,
    "figures.figure_png": _png,
    "figures.plot_clinic_charts": _twice(figures.plot_clinic_charts, planted.clinic_charts),
    "figures.plot_completeness": _twice(figures.plot_completeness, _completeness),
    "figures.plot_completers": _described(figures.plot_completers, "completers"),
    "figures.plot_correlation": _drawn(figures.plot_correlation, planted.mmrm),
    "figures.plot_cumulative_incidence": _twice(
        figures.plot_cumulative_incidence, planted.incidence, event=1, **_BOTH
    ),
    "figures.plot_differences": _drawn(figures.plot_differences, _contrasts),
    "figures.plot_flow": _twice(figures.plot_flow, _flow),
    "figures.plot_influence": _twice(figures.plot_influence, planted.influence),
    "figures.plot_interval_curve": _twice(
        figures.plot_interval_curve, planted.interval_curve, **_BOTH
    ),
    "figures.plot_marginal_means": _twice(figures.plot_marginal_means, planted.means),
    "figures.plot_missing_patterns": _described(figures.plot_missing_patterns, "patterns"),
    "figures.plot_proportions": _twice(figures.plot_proportions, _response, by="site_id"),
    "figures.plot_quantiles": _drawn(figures.plot_quantiles, planted.days),
    "figures.plot_ratios": _twice(figures.plot_ratios, planted.cox),
    "figures.plot_residuals": _drawn(figures.plot_residuals, planted.days),
    "figures.plot_adverse_events": _drawn(
        figures.plot_adverse_events, lambda: planted.measured("rates"), measures=["any", "nausea"]
    ),
    "figures.plot_caterpillar": _drawn(
        figures.plot_caterpillar, lambda: planted.measured("shrinkage")
    ),
    "figures.plot_funnel": _drawn(figures.plot_funnel, lambda: planted.measured("funnel")),
    "figures.plot_published": _drawn(figures.plot_published, planted.compared),
    "figures.plot_published_curves": _drawn(
        figures.plot_published_curves, planted.compared_curves, times=TIMES
    ),
    "figures.plot_spc": _twice(figures.plot_spc, planted.chart, group="clinic-a"),
    "figures.plot_time_course": _drawn(
        figures.plot_time_course, lambda: planted.measured("course")
    ),
    "figures.plot_retention": _described(figures.plot_retention, "retention"),
    "figures.plot_states": _twice(figures.plot_states, planted.states, **_BOTH),
    "figures.plot_survival": _twice(
        figures.plot_survival, planted.survival_curve, by="arm", medians=True, **_BOTH
    ),
    "figures.plot_tipping_point": _twice(figures.plot_tipping_point, _tipping),
    "figures.plot_trajectory": _twice(figures.plot_trajectory, _trajectory, x="visit", by="arm"),
    "figures.plot_visit_gaps": _described(figures.plot_visit_gaps, "visits"),
    "figures.show": lambda _: figures.show(*figures.plot_states(planted.states(), times=TIMES)),
    "formats.write_mapping": lambda world: formats.write_mapping(
        formats.Mapping.of(small_clinic.MAPPING), world.local / "written.json"
    ),
    "report.suppression_log": _logged,
    "report.harms": lambda _: [
        *report.harms(planted.network()),
        *report.harms(planted.network(), policy=INTERNAL),
    ],
    "report.headline": lambda _: _first_page(),
    "report.cautions": lambda _: list(report.cautions(_first_page()[0], planted.network())),
    "tables.change_if_worse_table": lambda _: [
        tables.change_if_worse_table(_tipping(plausible=(0.0, 1.0)), policy=policy).summary()
        for policy in (RELEASE, INTERNAL)
    ],
    "tables.published_table": lambda _: tables.published_table(planted.compared()).to_html(),
    "missing.tipping_point": lambda _: (_tipping(), _tipping().tidy().to_csv()),
    "mixed.clinic_influence": lambda _: planted.influence().to_csv(),
    "mixed.compare_covariances": lambda _: mixed.compare_covariances(
        planted.moments(), ["independent", "compound symmetry"]
    ).to_csv(),
    "mixed.fit_moments": lambda _: (
        fit := mixed.fit_moments(planted.moments()),
        fit.tidy().to_csv(),
        fit.summary(),
    ),
    "mixed.fit_random_moments": lambda _: (
        fit := mixed.fit_random_moments(planted.moments()),
        fit.tidy().to_csv(),
        fit.summary(),
    ),
    "mixed.save_moments": lambda world: _names(
        list(mixed.save_moments(planted.moments(), world.local / "sums"))
    ),
    "mixed.variance_test": lambda _: mixed.variance_test(planted.clinics(), "site").to_csv(),
    "results.critical_value": lambda _: results.critical_value(np.array([5.0, 9.0])),
    "results.tidy_frame": lambda _: results.tidy_frame(
        pd.DataFrame({"term": ["arm"]}), estimate=np.ones(1), std_error=np.ones(1)
    ).to_csv(),
    "study.findings_frame": lambda world: study.findings_frame(world.clinic().findings).to_csv(),
    "study.in_local_zone": lambda world: study.in_local_zone(world.local / SECRET),
    "synthetic.inject_into_folder": lambda world: synthetic.inject_into_folder(
        write_folder(world.local / "clean"), "RNG-001"
    ),
    "synthetic.write_first_clinic": lambda world: _names(
        synthetic.write_first_clinic(world.local / "clinic")
    ),
    "synthetic.write_shards": lambda world: _names(
        synthetic.write_shards(_small(), world.local / "shards", shard_patients=4)
    ),
    "synthetic.write_synthetic": lambda world: _names(
        synthetic.write_synthetic(_small(), world.local / "made", oracle_patients=1_000)
    ),
    "report.methods_in_words": _methods,
    "report.table_bytes": lambda _: report.table_bytes(_tables(), "html").decode("utf-8"),
    "report.write_tables": lambda world: _names(
        [report.write_tables(_tables(), world.local / "tables.html")]
    ),
    "tables.adverse_events_table": lambda _: _all_of(_tables()[0]),
    "tables.event_severity_table": lambda _: _all_of(
        tables.event_severity_table(safety.adverse_event_severity(planted.network()))
    ),
    "tables.marginal_means_table": _one_table(1),
    "tables.regression_table": _one_table(2),
    "tables.survival_table": _one_table(3),
    "tables.clinic_charts_table": lambda _: [
        tables.clinic_charts_table(planted.clinic_charts(), policy=policy)
        for policy in (RELEASE, INTERNAL)
    ],
    "tables.duration_table": lambda _: tables.duration_table(
        survival.turnbull(planted.times()), times=TIMES
    ),
}


def _eight(_: World) -> pd.DataFrame:
    """Eight patients, whose names somebody takes for groups."""
    return planted.times().head(8).assign(site=[f"{SECRET}{number}" for number in range(8)])


def _with_texts(
    call: Callable[..., object], frame: Callable[[], pd.DataFrame], *columns: str, **options: Any
) -> list[Case]:
    """Give the frame with texts instead of numbers, one column after the other."""

    def case(column: str) -> Case:
        return lambda _: call(
            frame().astype({column: object}).assign(**{column: SECRET}), ax=_axes(), **options
        )

    return [case(column) for column in columns]


def _asked(call: Callable[..., object], result: Callable[[], object], **options: Any) -> Case:
    return lambda _: call(result(), ax=_axes(), **options)


def _grouped(call: Callable[..., object], fit: Callable[..., Any], **options: Any) -> Case:
    return lambda world: call(fit(_eight(world), by="site", **options), times=TIMES, ax=_axes())


def _counts() -> pd.DataFrame:
    return _trajectory()[["arm", "visit", "n"]]


def _by_patient(frame: Callable[[], pd.DataFrame]) -> Callable[[], pd.DataFrame]:
    """Somebody counts by patient instead of by clinic."""
    return lambda: (
        frame()
        .rename(columns={"site_id": "subject_id"})
        .assign(subject_id=lambda rows: [f"{SECRET}{number}" for number in range(len(rows))])
    )


def _below_a_file(world: World) -> Any:
    return world.file("file", SECRET) / "below"


def _clinics(world: World, **columns: object) -> object:
    clinics = planted.visits().assign(**columns)
    return mixed.clinic_influence(planted.mmrm(), planted.means(), by="site", clinics=clinics)


_PASTED: dict[str, Any] = {"times": [SECRET, DATE]}
_SPANS = {"lower": "lower", "upper": "upper"}
_STATES = {"from_state": "state", "to_state": "to", "start": "start", "stop": "time"}
_RATIO = ("estimate", "conf_low", "conf_high")

_STEPS = pd.DataFrame({"time": [7.0, 14.0], "n_risk": [60, 40], "n_event": [12, 12]})
_INTERVALS = pd.DataFrame({"lower": [0.0, 14.0], "upper": [7.0, 21.0], "mass": [0.3, 0.3]}).assign(
    n_risk=60, n_event=20, estimate=0.5
)
_BEHIND = pd.DataFrame({"term": ["arm"], "n": [60], "n_event": [30], "residual_df": [50]})
_SHARES = pd.DataFrame({"n": [30, 20], "observed": [60, 50], "estimate": [0.5, 0.4]})
_MEDIAN = pd.DataFrame({"estimate": [14.0], "conf_low": [7.0], "conf_high": [21.0]})


def _texts_in(
    call: Callable[..., object], frame: pd.DataFrame, *columns: str, **options: Any
) -> list[Case]:
    """Give a literal frame with texts instead of numbers, one column after the other."""

    def case(column: str) -> Case:
        return lambda _: call(frame.astype({column: object}).assign(**{column: SECRET}), **options)

    return [case(column) for column in columns]


WRONG_INPUTS: dict[str, list[Case]] = {
    "disclosure.coarsen_occupancy": _texts_in(
        disclosure.coarsen_occupancy,
        _STEPS.assign(state="well", estimate=0.5),
        *("time", "n_risk", "estimate"),
    ),
    "disclosure.cut_curve": _texts_in(disclosure.cut_curve, _STEPS, *_STEPS),
    "disclosure.cut_interval_curve": _texts_in(
        disclosure.cut_interval_curve, _INTERVALS, *_INTERVALS
    ),
    "disclosure.cut_medians": _texts_in(disclosure.cut_medians, _MEDIAN, *_MEDIAN, curve=_STEPS),
    "disclosure.hide_coefficients": _texts_in(
        lambda support: disclosure.hide_coefficients(_BEHIND[["term"]], support),
        _BEHIND,
        *("n", "n_event", "residual_df"),
    ),
    "disclosure.hide_statistics": _texts_in(disclosure.hide_statistics, _SHARES, "n"),
    "disclosure.shown_curve": _texts_in(disclosure.shown_curve, _STEPS, "n_risk", "n_event"),
    "disclosure.suppress_counts": _texts_in(disclosure.suppress_counts, _SHARES, "n"),
    "disclosure.suppress_proportions": _texts_in(
        disclosure.suppress_proportions, _SHARES, *_SHARES, estimates=["estimate"]
    ),
    "disclosure.suppress_risk_table": _texts_in(
        disclosure.suppress_risk_table, _STEPS, "time", "n_risk"
    ),
    "disclosure.recording": [
        lambda world: disclosure.Ledger(
            release="2", path=world.file("l.jsonl", f"{SECRET},{DATE}\n")
        )
    ],
    "figures.figure_png": [_closed],
    "figures.plot_completeness": [
        lambda world: figures.plot_completeness(world.words, by="id"),
        _asked(figures.plot_completeness, _by_patient(_completeness), by="subject_id"),
        *_with_texts(figures.plot_completeness, _completeness, "started", "due", "scored"),
    ],
    "figures.plot_cumulative_incidence": [
        _asked(figures.plot_cumulative_incidence, planted.incidence, times=TIMES, event=SECRET),
        _asked(figures.plot_cumulative_incidence, planted.incidence, event=1, **_PASTED),
    ],
    "figures.plot_differences": [
        lambda world: figures.plot_differences(world.words),
        _asked(figures.plot_differences, _contrasts, margin=SECRET),
        *_with_texts(figures.plot_differences, lambda: _contrasts().tidy(), *_RATIO),
    ],
    "figures.plot_flow": [
        lambda world: figures.plot_flow(world.words),
        *_with_texts(figures.plot_flow, _flow, "n", "n_excluded"),
    ],
    "figures.plot_influence": [
        lambda world: figures.plot_influence(world.words),
        *_with_texts(
            figures.plot_influence, planted.influence, "n_patients", "change", "estimate_all"
        ),
    ],
    "figures.plot_interval_curve": [
        _asked(figures.plot_interval_curve, planted.interval_curve, **_PASTED),
        _grouped(figures.plot_interval_curve, survival.turnbull, **_SPANS),
    ],
    "figures.plot_marginal_means": [
        lambda world: figures.plot_marginal_means(planted.means(), counts=world.words),
        _asked(figures.plot_marginal_means, planted.means, x=SECRET),
        lambda _: figures.plot_marginal_means(
            planted.means(), counts=_counts().astype({"n": object}).assign(n=SECRET)
        ),
    ],
    "figures.plot_proportions": [
        lambda world: figures.plot_proportions(world.words, by="id"),
        _asked(figures.plot_proportions, _by_patient(_response), by="subject_id"),
        _asked(figures.plot_proportions, _response, by="site_id", total=SECRET),
        *_with_texts(figures.plot_proportions, _response, "started", "n", "conf_low", by="site_id"),
    ],
    "figures.plot_ratios": [
        lambda world: figures.plot_ratios(world.words),
        *_with_texts(figures.plot_ratios, lambda: planted.cox().tidy(exponentiate=True), *_RATIO),
    ],
    "figures.plot_states": [
        _asked(figures.plot_states, planted.states, **_PASTED),
        _asked(figures.plot_states, planted.states, times=TIMES, level=SECRET),
        _grouped(figures.plot_states, survival.multistate, subject="id", **_STATES),
    ],
    "figures.plot_survival": [
        _asked(figures.plot_survival, planted.survival_curve, by="arm", **_PASTED),
        _grouped(figures.plot_survival, survival.kaplan_meier, **planted.EVENTS),
    ],
    "figures.plot_trajectory": [
        lambda world: figures.plot_trajectory(world.words, x="visit", by="id"),
        lambda _: figures.plot_trajectory(
            pd.concat([_trajectory().assign(arm=f"{SECRET}{i}") for i in range(8)]),
            x="visit",
            by="arm",
        ),
        *_with_texts(
            figures.plot_trajectory, _trajectory, "n", "estimate", "conf_low", x="visit", by="arm"
        ),
    ],
    "figures.show": [
        lambda world: figures.show(_axes(), world.words),
    ],
    "formats.write_mapping": [
        lambda world: formats.write_mapping(
            formats.Mapping.of(small_clinic.MAPPING), _below_a_file(world)
        )
    ],
    "missing.tipping_point": [
        lambda _: missing.tipping_point(planted.imputed(), deltas={SECRET: [0.0, 1.0]}),
        lambda _: missing.tipping_point(planted.imputed(), deltas=[SECRET, DATE]),
        lambda _: missing.tipping_point(planted.imputed(), term=SECRET),
        lambda _: missing.tipping_point(planted.imputed(), plausible={SECRET: (0.0, 1.0)}),
    ],
    "mixed.clinic_influence": [
        lambda _: _clinics(_, site=lambda rows: rows["note"] + rows["visit"]),
        lambda _: _clinics(_, site=SECRET),
        lambda _: _clinics(_, id=DATE),
    ],
    "mixed.save_moments": [
        lambda world: mixed.save_moments(planted.moments(), _below_a_file(world))
    ],
    "results.critical_value": [lambda _: results.critical_value(5.0, float(NUMBER))],
    "results.tidy_frame": [
        lambda _: results.tidy_frame(
            pd.DataFrame({"term": [SECRET]}),
            estimate=np.ones(1),
            std_error=np.ones(1),
            conf_level=float(NUMBER),
        )
    ],
    "synthetic.inject_into_folder": [
        lambda world: synthetic.inject_into_folder(world.folder, "RNG-001"),
        lambda world: synthetic.inject_into_folder(world.folder, SECRET),
    ],
    "synthetic.write_first_clinic": [
        lambda world: synthetic.write_first_clinic(_below_a_file(world))
    ],
    "synthetic.write_shards": [
        lambda world: synthetic.write_shards(_small(), _below_a_file(world))
    ],
}
"""Calls with wrong input, each of which is refused; what takes results of one kind has none."""
