"""A clinic with literal scores and a paper with literal figures."""

from __future__ import annotations

from functools import cache
from typing import Any

from analysis.published import PublishedFigure, PublishedStudy
from analysis.study import Study
from tests.builders import scored_study

N = 60


def clinic(*, responders: int = 24, observed: int = 48, route: str = "IV") -> Study:
    """Sixty patients with baseline 18, 20 or 22; some have a score on day 28, some half of it."""
    made = _clinic(responders, observed, route)
    return Study(**{**vars(made), "tables": dict(made.tables)})  # tests may exchange tables


@cache
def _clinic(responders: int, observed: int, route: str) -> Study:
    scores: dict[str, list[tuple[int, float | None]]] = {}
    for i in range(N):
        baseline = 18 + 2 * (i % 3)
        later = baseline // 2 if i < responders else baseline - 2
        scores[f"p{i}"] = [(-1, baseline), *([(28, later)] if i < observed else [])]
    return scored_study(scores, subjects={p: {"route": route} for p in scores})


def figure(**changes: Any) -> PublishedFigure:
    """A published response of 50 % at day 28 in 100 patients."""
    usual = {
        "group": "all", "measure": "response", "unit": "%", "evidence": "verified", "value": 50.0,
        "scale": "PHQ-9", "definition": "response50", "window_from": "first dose",
        "day_low": 28, "day_high": 28, "n": 100,
    }  # fmt: skip
    return PublishedFigure(**{**usual, **changes})


def paper(*figures: PublishedFigure, **changes: Any) -> PublishedStudy:
    """A cohort of 400 treated by IV ketamine."""
    usual = {
        "name": "Paper 2030", "citation": "Invented.", "identifiers": (), "design": "cohort",
        "setting": "two clinics", "agent": "ketamine", "route": "IV", "dose": "0.5 mg/kg",
        "schedule": "six infusions", "indication": "depression", "evidence": "verified",
        "figures": figures or (figure(),), "n_treated": 400,
    }  # fmt: skip
    return PublishedStudy(**{**usual, **changes})
