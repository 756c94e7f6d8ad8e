"""How much worse imputed scores would have to be for the conclusion to turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.errors import ModelError
from analysis.missing.delta_curves import delta_curve
from analysis.missing.result import ImputedAnalysis
from analysis.missing.turning import TippingPoint
from analysis.results import FloatArray, check_conf_level

__all__ = ["tipping_point"]

_STEPS = 21
_FURTHER = 1.5


def tipping_point(
    result: ImputedAnalysis,
    *,
    deltas: Mapping[Any, Sequence[float]] | Sequence[float] | None = None,
    term: str | None = None,
    plausible: Mapping[Any, tuple[float, float]] | tuple[float, float] | None = None,
    null: float = 0.0,
    conf_level: float = 0.95,
) -> TippingPoint:
    """Find how much imputed scores would have to differ for the conclusion to turn.

    Answers how wrong the assumption about patients who stopped may be. Delta is added to all
    scores imputed at or after the event, beside what `impute_and_pool` had added already.

    Parameters
    ----------
    result : ImputedAnalysis
        Any analysis and inference.
    deltas : mapping of arm to sequence, or sequence, optional
        Amounts to show. A mapping moves these arms, in every combination; a sequence moves the
        arm that is compared with the reference, or the cohort. None: from zero to beyond the
        turning point, or two standard deviations of the scores either way where there is none.
    term : str, optional
        Which estimate, a ``term`` of ``result.tidy()``; None: the first.
    plausible : mapping of arm to (float, float), or (float, float), optional
        Bounds of the deltas that experts hold plausible, for `tips` and the figure.
    null : float
        Value that the interval is compared with.
    conf_level : float
        Coverage of the interval.

    Returns
    -------
    TippingPoint
        The turning points (`tips`) and the estimate over a grid (`tidy`).

    Raises
    ------
    ModelError
        When an arm or term is unknown, bounds are not in order, or nothing was imputed that could
        move.
    ConvergenceError
        When an analysis that is repeated at a delta does not succeed.

    Notes
    -----
    ANCOVA by the jackknife or the bootstrap is linear in delta, so that nothing is fitted again;
    its turning points are searched within 20 standard deviations of the scores. Any other analysis
    or inference is repeated at each delta with the same random numbers, and searched within six.

    References
    ----------
    Yan X, Lee S, Li N (2009). J Biopharmaceutical Statistics 19:1085-1098.
    Cro S, Morris TP, Kenward MG, Carpenter JR (2020). Statistics in Medicine 39:2815-2842.

    Examples
    --------
    >>> from analysis.missing import impute_and_pool
    >>> import pandas as pd
    >>> rng = np.random.default_rng(3)
    >>> data = pd.DataFrame({
    ...     "patient": np.repeat(np.arange(40), 2), "visit": ["v1", "v2"] * 40,
    ...     "arm": np.repeat(["iv", "oral"], 40), "change": rng.normal(-6, 2, 80).round(1)})
    >>> data["change"] -= 3 * (data["arm"] == "iv")
    >>> result = impute_and_pool(
    ...     "change ~ arm * visit", data.drop(index=data.index[3:40:8]), subject="patient",
    ...     visit="visit", arm="arm", reference="oral")
    >>> tips = tipping_point(result, plausible=(0, 5)).tips()
    >>> tips[["arm", "above", "is_plausible"]].round(1).to_numpy().tolist()
    [['iv', 1.6, True]]
    """
    check_conf_level(conf_level)
    row = _row_of(result, term)
    arms = _arms(result, row, deltas)
    labels = result.analysis.labels
    support = result.support().iloc[row]
    tipping = TippingPoint(
        term=str(labels["term"].iloc[row]),
        arms=arms,
        curve=delta_curve(result, row, _places(result, row, arms)),
        spread=float(np.nanstd(result.schedule.scores)),
        grid=np.zeros((1, len(arms))),
        null=float(null),
        conf_level=conf_level,
        plausible=_bounds(plausible, arms),
        n=float(support["n"]),
        residual_df=float(support["residual_df"]),
        about=f"{result.fit['strategy'].iloc[0]}, {result.inference}, {result.formula}",
    )
    return _with_grid(tipping, deltas)


def _row_of(result: ImputedAnalysis, term: str | None) -> int:
    """Find the estimate that is asked about."""
    terms = result.analysis.labels["term"].tolist()
    if term is None:
        return 0
    if term not in terms:
        raise ModelError(f"term= is none of the {len(terms)} terms of result.tidy().")
    return int(terms.index(term))


def _arms(
    result: ImputedAnalysis,
    row: int,
    deltas: Mapping[Any, Sequence[float]] | Sequence[float] | None,
) -> tuple[Any, ...]:
    """Say whose imputed scores move."""
    schedule = result.schedule
    if schedule.arm_column is None:
        if isinstance(deltas, Mapping):
            raise ModelError("The cohort has no arms: give deltas= as a plain sequence.")
        return (None,)
    if isinstance(deltas, Mapping):
        unknown = sum(arm not in set(schedule.arms) for arm in deltas)
        if unknown or not deltas:
            raise ModelError(
                f"deltas= names {unknown} arms that there is not; allowed are the "
                f"{len(schedule.arms)} arms of {schedule.arm_column!r}."
            )
        return tuple(deltas)
    of_row = result.analysis.labels.iloc[row]
    names = [f"{arm} - {schedule.arms[0]}" for arm in schedule.arms]
    if of_row["contrast"] in names:
        return (schedule.arms[names.index(of_row["contrast"])],)
    return (of_row[schedule.arm_column],)


def _places(result: ImputedAnalysis, row: int, arms: tuple[Any, ...]) -> list[FloatArray]:
    """Mark the scores that each delta moves, and refuse deltas that move nothing."""
    schedule, plan = result.schedule, result.plan
    imputed = ~plan.known & plan.after
    places = [
        imputed & (schedule.arm == (0 if arm is None else schedule.arms.get_loc(arm)))[:, None]
        for arm in arms
    ]
    if not all(moved.any() for moved in places):
        raise ModelError("An arm of deltas= has no score imputed at or after an event to move.")
    patterns = [moved.astype(float) for moved in places]
    everyone = np.ones(schedule.n_subjects)
    if result.analysis.is_linear and not any(
        result.analysis.estimate(moved, everyone)[row] for moved in patterns
    ):
        raise ModelError("No score imputed at the visit of this estimate could move it.")
    return patterns


def _bounds(
    plausible: Mapping[Any, tuple[float, float]] | tuple[float, float] | None,
    arms: tuple[Any, ...],
) -> dict[Any, tuple[float, float]]:
    """Read the bounds of plausible deltas, one pair per arm that moves."""
    given = plausible if isinstance(plausible, Mapping) else dict.fromkeys(arms, plausible)
    bounds = {}
    for arm, pair in given.items():
        if pair is None:
            continue
        if arm not in arms or len(pair) != 2 or not pair[0] <= pair[1]:
            raise ModelError(
                "plausible= takes, for each arm that moves, a lower and an upper delta in order."
            )
        bounds[arm] = (float(pair[0]), float(pair[1]))
    return bounds


def _with_grid(
    tipping: TippingPoint,
    deltas: Mapping[Any, Sequence[float]] | Sequence[float] | None,
) -> TippingPoint:
    """Add the deltas that are shown."""
    if isinstance(deltas, Mapping):
        axes = [_amounts(amounts) for amounts in deltas.values()]
    elif deltas is not None:
        axes = [_amounts(deltas)]
    else:
        axes = [_default_axis(tipping)]
    if not all(axis.size and np.isfinite(axis).all() for axis in axes):
        raise ModelError("deltas= must be finite numbers, at least one per arm.")
    mesh = np.meshgrid(*axes, indexing="ij")
    return replace(tipping, grid=np.column_stack([axis.ravel() for axis in mesh]))


def _amounts(given: Sequence[float]) -> FloatArray:
    """Read deltas; none where something else was given, which an error must not repeat."""
    try:
        return np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        return np.empty(0)


def _default_axis(tipping: TippingPoint) -> FloatArray:
    """Go from zero beyond the nearest turning point, and over all plausible deltas."""
    tips = tipping.tips()[["below", "above"]].to_numpy(dtype=float).ravel()
    found = tips[np.isfinite(tips)]
    spread = 2.0 * tipping.spread
    nearest = found[np.argmin(np.abs(found))] if found.size else np.nan
    ends = [0.0, *([_FURTHER * nearest] if found.size else [-spread, spread])]
    ends += [bound for pair in tipping.plausible.values() for bound in pair]
    return np.linspace(min(ends), max(ends), _STEPS)
