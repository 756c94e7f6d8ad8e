"""One call per public function that takes derived results, and one with wrong input.

Everything that a figure writes is searched: its texts, its description and the plotted numbers, for
both audiences. What may be read there are names of groups (arms, clinics, visits), since the analyst
chose them; ids, dates, free text and other columns of the patients may not. Wrong input carries
secrets where pasted data would stand, and has to end in a refusal that repeats none of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Text

from analysis import disclosure, figures, formats, missing, mixed, results, study, synthetic
from analysis.disclosure import INTERNAL, RELEASE
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
    return lambda _: [
        text
        for policy in (RELEASE, INTERNAL)
        for text in written(*call(planted.described(name, policy), ax=_axes()))
    ]


def _contrasts() -> Any:
    return planted.means().contrasts()


def _trajectory() -> pd.DataFrame:
    rows = planted.visits().dropna(subset=["y"])
    counts = rows.groupby(["arm", "visit"], as_index=False).size().rename(columns={"size": "n"})
    return planted.means().tidy().merge(counts)


def _tipping() -> Any:
    return missing.tipping_point(planted.imputed(), deltas=[0.0, 1.0])


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


def _small() -> synthetic.Scenario:
    return replace(synthetic.scenario("clinic-network"), patients=8)


def _names(paths: list[Any]) -> list[str]:
    return [path.name for path in paths]


_BOTH = {"times": TIMES}

RESULT_CASES: dict[str, Case] = {
    "disclosure.recording": _told,
    "figures.figure_png": _png,
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
}

_MANY = [f"{SECRET}{number}" for number in range(8)]


def _by_patient(frame: pd.DataFrame) -> pd.DataFrame:
    """Somebody groups by patient instead of by clinic."""
    few = frame.head(8)
    return few.assign(site_id=_MANY[: len(few)], subject_id=_MANY[: len(few)])


WRONG_INPUTS: dict[str, Case] = {
    "disclosure.recording": lambda world: disclosure.recording(
        disclosure.Ledger(release="2", path=world.file("l.jsonl", f"{SECRET},{DATE}\n"))
    ),
    "figures.figure_png": _closed,
    "figures.plot_completeness": lambda w: figures.plot_completeness(w.words, by="id"),
}
