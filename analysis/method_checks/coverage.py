"""What the simulation studies say of intervals: how often they hold the truth, method by method."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import pandas as pd

from analysis.errors import DataError

__all__ = ["simulated_coverage"]

_IMPUTED, _PUBLISHED = "imputed scores", "comparison with published cohorts"
_STUDIES: Mapping[str, str] = {
    "mixed_coverage": "mixed models, 20 to 40 patients",
    "missing_coverage": _IMPUTED,
    "attrition_weights": "weights for attrition",
    "clustered_events": "events clustered in patients",
    "funnel_shrinkage": "values of clinics",
    "published_comparisons": _PUBLISHED,
}
_SCORED_ALIKE = {True: "responders scored like others", False: "responders scored more often"}


def simulated_coverage() -> pd.DataFrame:
    """Summarise the committed simulation studies of 95 % intervals.

    Returns
    -------
    pandas.DataFrame
        One row per study and method: ``study, method, settings`` (sizes, truths and hypotheses
        simulated), ``trials`` (the fewest per setting), ``lowest, median, highest`` (share of
        intervals that held the truth, over the settings) and ``largest_error`` (the largest Monte
        Carlo standard error of one share). Settings without coverage are left out.

    Raises
    ------
    DataError
        When the results were not installed.

    Notes
    -----
    How each study was made stands in ``simulations/README.md`` of the source; methods that are
    known to fail stand beside those that the toolkit uses.

    Examples
    --------
    >>> shares = simulated_coverage().set_index(["study", "method"])
    >>> bool(shares.loc[("weights for attrition", "weighted"), "lowest"] > 0.9)
    True
    """
    folder = _results_folder()
    parts = [
        _summary(pd.read_csv(folder / f"{name}.csv", encoding="utf-8"), study)
        for name, study in _STUDIES.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _results_folder() -> Path:
    """Find the results, in a checkout or in the wheel."""
    package = Path(str(resources.files("analysis")))
    homes = (package.parent / "simulations" / "results", package / "bundled" / "simulations")
    for home in homes:
        if all((home / f"{name}.csv").is_file() for name in _STUDIES):
            return home
    raise DataError("The results of the simulation studies were not installed.")


def _summary(results: pd.DataFrame, study: str) -> pd.DataFrame:
    """Summarise the settings of each method of one study."""
    known = results[results["coverage"].notna()].rename(columns={"n_trials": "trials"})
    by = known.assign(method=_methods(known, study)).groupby("method", sort=False)
    table = by.agg(
        settings=("coverage", "size"),
        trials=("trials", "min"),
        lowest=("coverage", "min"),
        median=("coverage", "median"),
        highest=("coverage", "max"),
        largest_error=("coverage_error", "max"),
    )
    return table.reset_index().assign(study=study)[["study", "method", *table.columns]]


def _methods(results: pd.DataFrame, study: str) -> pd.Series:
    """Name the method of each setting, and what was true where the method rests on it."""
    if study == _PUBLISHED:
        return results["scored_with_response_odds"].eq(1.0).map(_SCORED_ALIKE)
    if study == _IMPUTED:
        named = results["method"].str.replace("MAR", "missing at random", regex=False)
        return named + "; truth: " + results["scenario"]
    return results["method"]
