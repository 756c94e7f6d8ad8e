"""Small studies with literal scores, and the study that comes with the toolkit."""

from __future__ import annotations

from analysis.outcomes import Schedule, Window
from analysis.study import Study
from tests.builders import clinic_network, scored_study

PLAN = Schedule(
    name="three visits",
    windows=(
        Window(label="v1", target=7, low=4, high=10),
        Window(label="v2", target=14, low=11, high=20),
        Window(label="v3", target=28, low=21, high=41),
    ),
)

SCORES = {
    "complete": [(0, 20), (7, 15), (14, 12), (28, 10)],
    "left": [(0, 20), (7, 18)],
    "gap": [(0, 20), (7, 15), (28, 9)],
    "never": [(0, 20)],
    "young": [(0, 20), (7, 15)],
    "new": [(0, 20), (3, 19)],
    "back": [(0, 20), (7, 15), (60, 8)],
    "mild": [(0, 5), (7, 4)],
}
UNTIL = {**dict.fromkeys(SCORES, 400), "young": 15, "new": 5}


def small_study() -> Study:
    """Eight patients, one for each thing that can become of three visits."""
    sites = {name: {"site_id": "B" if name == "gap" else "A"} for name in SCORES}
    return scored_study(SCORES, until=UNTIL, subjects=sites)


network = clinic_network
