"""What simulation says about the intervals of mixed models: the committed results of a study."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.errors import DataError

__all__ = ["coverage_study"]


def coverage_study() -> pd.DataFrame:
    """Return the coverage of intervals in small simulated trials, per scenario and method.

    Each row is the share of 2,000 trials whose 95 % interval held the truth, for trials of 20 to
    40 patients with 25 % dropout. `simulations/README.md` says how they were made.

    Returns
    -------
    pandas.DataFrame
        ``scenario, n_patients, hypothesis, method, trials, failures, coverage, coverage_error``
        (its Monte Carlo standard error), ``type_one_error, mean_df`` and more.

    Raises
    ------
    DataError
        When the results were not installed.

    Examples
    --------
    >>> study = coverage_study()
    >>> int(study["trials"].max())
    2000
    """
    package = Path(__file__).resolve().parents[1]
    name = "mixed_coverage.csv"
    homes = (package.parent / "simulations" / "results", package / "bundled" / "simulations")
    for home in homes:
        if (home / name).is_file():
            return pd.read_csv(home / name)
    raise DataError(f"The results of the simulation study ({name}) were not installed.")
