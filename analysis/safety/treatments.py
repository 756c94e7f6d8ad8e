"""What was given in each session, in groups: agent with route, and bands of the dose."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.checks.sessions import ESKETAMINE_MG
from analysis.safety.grouped import NOT_RECORDED
from analysis.study import Study

__all__ = ["treated_sessions", "treatment_columns"]

_PER_KG = (0.45, 0.55, 0.75, 0.95)
"""Edges between bands in mg/kg: around the usual 0.5, and the steps 0.6 to 0.9 above it."""

_WIDTH_MG = 100


def treatment_columns(sessions: pd.DataFrame) -> dict[str, pd.Series]:
    """Name the treatment and the band of the dose of each session.

    Parameters
    ----------
    sessions : pandas.DataFrame
        Canonical ``sessions``.

    Returns
    -------
    dict of str to pandas.Series
        ``treatment``, agent and route, and ``dose_band``: for esketamine spray the dose of its
        devices, for ketamine by injection bands of mg/kg, otherwise bands of 100 mg; "not
        recorded" where dose or weight is missing.

    Examples
    --------
    >>> rows = pd.DataFrame({"agent": ["ketamine", "esketamine"], "route": ["IV", "IN"],
    ...                      "dose_mg": [35.0, 56.0], "weight_kg": [70.0, None]})
    >>> [column.tolist() for column in treatment_columns(rows).values()]
    [['ketamine IV', 'esketamine IN'], ['0.45 to 0.54 mg/kg', '56 mg']]
    """
    agent, route = (sessions[name].astype("string") for name in ("agent", "route"))
    dose = sessions["dose_mg"].astype(float)
    per_kg = _per_kg(sessions, dose)
    injected = agent.eq("ketamine") & route.isin(["IV", "IM", "SC"])
    sprayed = agent.eq("esketamine") & dose.isin(ESKETAMINE_MG)
    band = _bands(dose, np.arange(0, 1600, _WIDTH_MG), 0, "mg")
    band = band.mask(injected.fillna(value=False), _bands(per_kg, (0.0, *_PER_KG), 2, "mg/kg"))
    devices = dose.map(lambda mg: f"{mg:g} mg", na_action="ignore").astype("string")
    band = band.mask(sprayed.fillna(value=False), devices)
    treatment = (agent + " " + route).fillna(NOT_RECORDED)
    return {"treatment": treatment, "dose_band": band.fillna(NOT_RECORDED)}


def treated_sessions(study: Study) -> pd.DataFrame:
    """Return the table of sessions with treatment and band of the dose.

    Parameters
    ----------
    study : Study
        A checked study.

    Returns
    -------
    pandas.DataFrame
        One row per session. Patient-level.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = treated_sessions(read_study(example_folder("first-clinic")))
    >>> "dose_band" in found
    True
    """
    sessions = study.table("sessions").reset_index(drop=True)
    rows = sessions.assign(**treatment_columns(sessions))
    rows.attrs["patient_level"] = True
    return rows


def _per_kg(sessions: pd.DataFrame, dose: pd.Series) -> pd.Series:
    """Take the dose per kilogram as it is stated, or else from dose and weight."""
    nothing = pd.Series(np.nan, index=sessions.index)
    stated = sessions.get("dose_mg_kg", nothing).astype(float)
    return stated.fillna(dose / sessions.get("weight_kg", nothing).astype(float))


def _bands(
    dose: pd.Series, edges: Sequence[float] | np.ndarray, digits: int, unit: str
) -> pd.Series:
    """Name the band of each dose; the upper end is the last that is printed with these digits."""
    step = 10.0**-digits
    names = [
        f"{low:.{digits}f} to {high - step:.{digits}f} {unit}" if low else f"under {high:g} {unit}"
        for low, high in itertools.pairwise(edges)
    ]
    names.append(f"{edges[-1]:g} {unit} or more")
    place = np.searchsorted(np.asarray(edges), dose.to_numpy(dtype=float) + 1e-9, side="right") - 1
    text = pd.Series(np.array(names, dtype=object)[place], index=dose.index, dtype="string")
    return text.mask(dose.isna())
