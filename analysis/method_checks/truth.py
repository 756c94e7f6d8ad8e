"""Estimates of a synthetic study beside the true values that came with it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from analysis.checks import check_folder
from analysis.errors import DataError
from analysis.mixed import mmrm
from analysis.outcomes import response_rates, visit_outcomes
from analysis.safety import adverse_event_rates
from analysis.study import Study
from analysis.synthetic import example_folder

__all__ = ["truth_check"]

_SCALE = "PHQ-9"
_EVALUABLE = 10
_BASELINE = "baseline"
_VISITS = ("week 1", "week 2", "week 4", "week 8")
_WITH_TRUTH = ("week 4", "week 8")
_COLUMNS = ["estimand", "regimen", "time", "estimate", "conf_low", "conf_high"]


def truth_check(folder: str | Path = "") -> pd.DataFrame:
    """Estimate changes, responses and adverse events of a synthetic study whose truth is known.

    Parameters
    ----------
    folder : str or path
        Folder of a synthetic study with ``truth.json``; empty: the synthetic clinic network.

    Returns
    -------
    pandas.DataFrame
        One row per regimen and time: ``estimand, regimen, time, estimate, conf_low, conf_high``
        (95 %), ``truth, inside`` (whether the interval holds the truth). Changes and responses are
        of PHQ-9 scores of patients with at least 10 before treatment.

        - "mean change from baseline": mixed model for repeated measures of the scores before
          treatment and at four visits, scores missing at random.
        - "response": share of the patients seen in the window, Wilson's interval.
        - "adverse events per 100 sessions": clustered in patients.

    Raises
    ------
    DataError
        When the folder has no ``truth.json``, or its data break a rule.

    Notes
    -----
    The truth is that of very many simulated patients whom nobody loses (`oracle`). Curves of
    relapse are left out: their truth is of severity without the error of measurement.

    Examples
    --------
    >>> bool(truth_check()["inside"].mean() > 0.8)
    True
    """
    home = Path(folder) if folder else example_folder("clinic-network")
    truth = _truth(home)
    study = check_folder(home).require_ok()
    found = pd.concat([_changes(study), _responses(study), _events(study)], ignore_index=True)
    both = found.merge(truth, on=["estimand", "regimen", "time"], how="inner")
    inside = both["truth"].between(both["conf_low"], both["conf_high"])
    return both.assign(inside=inside)


def _truth(folder: Path) -> pd.DataFrame:
    """Read the true values: as treated, of the evaluable where a scale is concerned."""
    path = folder / "truth.json"
    if not path.is_file():
        raise DataError(
            "The study folder has no truth.json, so that nothing is known to be true. Use the "
            "synthetic clinic network, or make a study with the command synthesize."
        )
    values = pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))["estimands"])
    of_all = values["estimand"].eq("adverse events per 100 sessions")
    evaluable = values["population"].eq(f"baseline at least {_EVALUABLE}")
    kept = values[values["regime"].eq("as treated") & (of_all | evaluable)]
    return kept.rename(columns={"value": "truth"})[["estimand", "regimen", "time", "truth"]]


def _changes(study: Study) -> pd.DataFrame:
    """Estimate mean changes by regimen, the score before treatment being the first visit."""
    scores = visit_outcomes(study, _SCALE, baseline_at_least=_EVALUABLE)
    scores = scores[scores["visit"].isin(_VISITS) & scores["baseline"].ge(_EVALUABLE)]
    later = scores.assign(score=scores["total"])
    first = scores.drop_duplicates("subject_id").assign(visit=_BASELINE, score=scores["baseline"])
    rows = pd.concat([first, later])[["subject_id", "regimen", "visit", "score"]]
    order = pd.CategoricalDtype([_BASELINE, *_VISITS], ordered=True)
    rows = rows.assign(visit=rows["visit"].astype(order), regimen=rows["regimen"].astype(str))
    fit = mmrm("score ~ regimen * visit", rows, subject="subject_id", visit="visit")
    changes = fit.marginal_means("visit", by="regimen").contrasts(_BASELINE).tidy()
    time = changes["contrast"].str.removesuffix(f" - {_BASELINE}")
    return changes.assign(estimand="mean change from baseline", time=time)[_COLUMNS]


def _responses(study: Study) -> pd.DataFrame:
    """Estimate the share of patients who respond, by regimen."""
    shares = [
        response_rates(
            study, _SCALE, visit=visit, by="regimen", baseline_at_least=_EVALUABLE
        ).assign(time=visit)
        for visit in _WITH_TRUTH
    ]
    all_shares = pd.concat(shares).rename(columns={"measure": "estimand"})
    return all_shares.loc[all_shares["estimand"].eq("response"), _COLUMNS]


def _events(study: Study) -> pd.DataFrame:
    """Estimate adverse events per 100 sessions, by regimen."""
    rates = adverse_event_rates(study, terms=False).tidy()
    rates = rates[rates["measure"].eq("any")].rename(
        columns={"treatment": "regimen", "rate": "estimate"}
    )
    return rates.assign(estimand="adverse events per 100 sessions", time="session")[_COLUMNS]
