"""From PHQ-9 severity to the expected totals of all scales."""

from __future__ import annotations

import numpy as np

from analysis.synthetic.arithmetic import Floats, latent
from analysis.synthetic.people import People
from analysis.synthetic.scale_models import SCALE_MODELS
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.streams import Streams

__all__ = ["expected_total"]

_LOWEST_START = 3.0  # a fraction of less would make much of little
_AVERAGE = 16.5  # severity for which the mean of a scale holds


def expected_total(
    scale: str, people: People, severity: Floats, scenario: Scenario, streams: Streams
) -> Floats:
    """Turn PHQ-9 severity into the expected total of a scale.

    The other scales share the patient's fraction of the baseline, start from their own baseline
    and change somewhat more or less than the PHQ-9.

    Parameters
    ----------
    scale : str
        Name of the scale.
    people : People
        The patients.
    severity : numpy.ndarray
        PHQ-9 points, shape (patients, slots).
    scenario : Scenario
        Anxiety by regimen.
    streams : Streams
        Source of the patients' own baseline on the scale.

    Returns
    -------
    numpy.ndarray
        Same shape, inside the range of the scale.
    """
    if scale == "PHQ-9":
        return severity
    model = SCALE_MODELS[scale]
    mean, spread, change = (
        np.array([_of_regimen(scale, name, r.benefit) for r in scenario.regimens])[people.regimen]
        for name in ("mean", "spread", "change")
    )
    own = streams.normal(f"own {scale}", len(people))[:, 0]
    before = np.clip(
        mean + model.slope * (people.severity - _AVERAGE) + spread * own, model.low, model.high
    )
    fraction = severity / np.maximum(people.severity, _LOWEST_START)[:, None]
    total = before[:, None] * (1.0 - change[:, None] * (1.0 - fraction))
    return latent(np.clip(total, 0.012 * model.highest_total, 0.98 * model.highest_total))


def _of_regimen(scale: str, name: str, benefit: object) -> float:
    """Take a number of a scale; anxiety has its own by regimen."""
    if scale != "GAD-7":
        return float(getattr(SCALE_MODELS[scale], name))
    entry = {"mean": "anxiety_mean", "spread": "anxiety_sd", "change": "anxiety_change"}[name]
    return float(getattr(benefit, entry))
