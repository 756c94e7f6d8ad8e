"""List the published figures that may stand beside a study, and why the others may not."""

from __future__ import annotations

import pandas as pd

from analysis.errors import DataError
from analysis.outcomes import Definition, Schedule
from analysis.published import PublishedStudy, published_names, published_study
from analysis.quality.comparison.matching import Holdings, holdings, make_question, mismatches
from analysis.quality.comparison.question import MEASURES, Question, Source, window_words
from analysis.study import Study

__all__ = ["comparable_cohorts"]


def comparable_cohorts(
    study: Study,
    *,
    instrument: str | None = None,
    measure: str | None = None,
    visit: str | None = None,
    schedule: Schedule | None = None,
    route: str | None = None,
    agent: str | None = None,
    definition: str | Definition | None = None,
    cohorts: tuple[PublishedStudy, ...] = (),
) -> pd.DataFrame:
    """List which published figures may stand beside a study, and why the others may not.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str, optional
        Scale; none: any that the study has.
    measure : str, optional
        One of `MEASURES`; none: all of them.
    visit, schedule : str and Schedule, optional
        A planned visit that is to be compared; none: the published window is taken.
    route, agent : str, optional
        Route and drug; none: any that the study has.
    definition : str or Definition, optional
        Rule of the outcome; none: the published one.
    cohorts : tuple of PublishedStudy
        Further studies, described by the user, beside those of the toolkit.

    Returns
    -------
    pandas.DataFrame
        One row per figure: ``cohort, group, measure, scale, definition, window, agent, route,
        value, unit, n, n_treated, completeness, evidence``, then ``comparable`` and ``reasons``,
        every one, with "; " between them. Figures with the fewest reasons stand first. No data of
        patients.

    Raises
    ------
    DataError
        When the measure, visit, scale or definition is not known.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> found = comparable_cohorts(study, instrument="PHQ-9", measure="response")
    >>> found.loc[found["comparable"], "cohort"].tolist()
    ['Hull 2022', 'McInnes 2022']
    >>> found.loc[found["cohort"].eq("Pfeiffer 2024"), "reasons"].iloc[0]
    'patients: how many the figure rests on was not published (state published_n)'
    """
    if measure is not None and measure not in MEASURES:
        raise DataError(f"measure is one of: {', '.join(MEASURES)}.")
    asked = make_question(
        instrument=instrument,
        visit=visit,
        schedule=schedule,
        route=route,
        agent=agent,
        definition=definition,
    )
    held = holdings(study)
    wanted = MEASURES if measure is None else (measure,)
    known = [*(published_study(name) for name in published_names()), *cohorts]
    rows = [
        _row(Source(study=each, figure=figure), asked, held)
        for each in known
        for figure in each.figures
        if figure.measure in wanted
    ]
    rows.sort(key=lambda row: len(row[1]))  # the nearest first
    frame = pd.DataFrame([row for row, _ in rows])
    return frame.astype({"n": "Int64", "n_treated": "Int64"})


def _row(
    source: Source, asked: Question, held: Holdings
) -> tuple[dict[str, object], tuple[str, ...]]:
    """Describe one figure and whether it matches."""
    figure, reasons = source.figure, mismatches(source, asked, held)
    row: dict[str, object] = {
        "cohort": source.study.name,
        "group": figure.group,
        "measure": figure.measure,
        "scale": figure.scale,
        "definition": figure.definition,
        "window": window_words(figure),
        "agent": source.study.agent,
        "route": source.study.route,
        "value": figure.value,
        "unit": figure.unit,
        "n": source.n,
        "n_treated": source.study.n_treated,
        "completeness": source.completeness,
        "evidence": figure.evidence,
        "comparable": not reasons,
        "reasons": "; ".join(reasons),
    }
    return row, reasons
