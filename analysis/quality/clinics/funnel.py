"""Compare clinics with all together by a funnel: values beside the limits of chance, no ranks."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure import ABOUT, RELEASE, Members, Policy
from analysis.errors import ModelError
from analysis.quality.clinics.funnel_counted import clinic_counts
from analysis.quality.clinics.funnel_disclosure import hide_clinics
from analysis.quality.clinics.funnel_limits import LimitRule, require_rule
from analysis.quality.clinics.funnel_options import FunnelOptions, named_columns
from analysis.quality.clinics.funnel_overdispersion import FEWEST_CLINICS, dispersion, usual_scale
from analysis.quality.clinics.funnel_points import Kind, Points, read_points
from analysis.quality.clinics.funnel_result import Funnel
from analysis.quality.clinics.funnel_table import LimitPlan, funnel_table, rounded
from analysis.results import counted

__all__ = ["funnel"]

_WIDENINGS = ("auto", "none", "additive", "multiplicative")


def funnel(
    data: pd.DataFrame,
    *,
    kind: Kind,
    by: str | None = None,
    events: str | None = None,
    denominator: str | None = None,
    expected: str | None = None,
    limits: LimitRule = "spiegelhalter",
    overdispersion: str = "auto",
    policy: Policy = RELEASE,
    **options: Unpack[FunnelOptions],
) -> Funnel:
    """Compare clinics with all together, and say which are further away than by chance.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per clinic. Clinics with a denominator, or expected count, of 0 are left out and
        named; other missing numbers are errors.
    kind : {"proportion", "rate", "ratio", "mean"}
        "proportion": `events` of `denominator` patients. "rate": `events` per `denominator`, such
        as sessions; events may come again. "ratio": `events` ÷ `expected`, with ``variance=`` where
        events are patients. "mean": ``mean=`` of `denominator` patients, with ``std_dev=`` or
        ``variance=``, and `expected` where cases differ.
    by : str, optional
        Column of the clinic; the index when left out.
    events, denominator, expected : str, optional
        Columns, as the kind needs them.
    limits : {"spiegelhalter", "mid-p", "exact", "byar", "wilson", "normal"}
        How far chance alone reaches: see `count_limits`. "normal": from the standard error on the
        scale of ``transformation=``, the only choice for means. Where fewer than about 3 events
        are expected take "mid-p": the others call out too many clinics.
    overdispersion : {"auto", "additive", "multiplicative", "none"}
        Whether limits allow for differences that have nothing to do with care. "auto": additive
        from ten clinics on, none with fewer, which have no spread that could be estimated; then
        `shrinkage` is the picture, and `plot_funnel` draws it.
    policy : Policy
        For whom what is printed, drawn and released is.
    **options
        See `FunnelOptions`. ``transformation``: arcsine for proportions, square root for rates
        and ratios unless "log" is asked for, which has no value at 0 events.

    Returns
    -------
    Funnel
        Values, limits and positions by name of the clinic; nobody is ranked.

    Raises
    ------
    ModelError
        When a choice is not allowed for the kind, or overdispersion is asked for with fewer than
        ten clinics.
    ColumnError
        When a column is not there, not numeric, or not named although it is needed.
    DataError
        When a clinic stands twice, numbers cannot be, fewer than two clinics have something to
        count, or all clinics have no events at all.

    Notes
    -----
    Limits are at 95 % (warning) and 99.8 % (alarm). With additive overdispersion the squared
    distance of a limit from the target, on the scale, grows by z² τ²; R's FunnelPlotR has the same
    with limits="normal", transformation="log", tails="truncate" (SHMI).

    References
    ----------
    Spiegelhalter DJ (2005). Statistics in Medicine 24:1185-1202. Goldstein H, Spiegelhalter DJ
    (1996). League tables and their limitations. JRSS A 159:385-443.

    Examples
    --------
    >>> data = pd.DataFrame({"clinic": ["a", "b", "c"], "n": [30, 12, 61], "of": [60, 60, 120]})
    >>> found = funnel(data, kind="proportion", by="clinic", events="n", denominator="of")
    >>> found.tidy()["position"].tolist()
    ['inside', 'below alarm', 'inside']
    """
    named = named_columns(events, denominator, expected, options)
    points = read_points(data, kind=kind, by=by, target=options.get("target"), columns=named)
    require_rule(limits, kind, has_variance=points.has_variance)
    _require_choices(points, overdispersion, options)
    name = by or "clinic"
    label = options.get("label") or str(data.attrs.get(ABOUT, ""))
    behind = clinic_counts(data, points, by, options, label, Members.of(data))
    hidden = hide_clinics(points.clinic, behind, policy)
    coarse = rounded(points, policy)
    plan = _plan(points, limits, overdispersion, options)
    shown_plan = _plan(coarse.some(~hidden.lost), limits, overdispersion, options)
    few = len(points.clinic) - int(hidden.lost.sum()) < FEWEST_CLINICS
    return Funnel(
        by=name,
        label=label,
        points=points,
        plan=plan,
        shown_plan=shown_plan,
        reason=_too_few(hidden.lost) if few and overdispersion != "none" else "",
        true=funnel_table(points, plan, name),
        statement=hidden.statement(funnel_table(coarse, shown_plan, name), name),
        behind=behind,
    )


def _require_choices(points: Points, overdispersion: str, options: FunnelOptions) -> None:
    """Refuse choices that are not known or do not fit."""
    if overdispersion not in _WIDENINGS:
        raise ModelError(f"overdispersion is not known; allowed are {', '.join(_WIDENINGS)}.")
    per = float(options.get("per", 1.0))
    if not (np.isfinite(per) and per > 0) or (per != 1.0 and points.kind != "rate"):
        raise ModelError("per must be a number above 0, and is for rates only.")
    few = len(points.clinic) < FEWEST_CLINICS
    if few and overdispersion in ("additive", "multiplicative"):
        raise ModelError(
            f"{len(points.clinic)} clinics are too few to estimate how much clinics differ beyond "
            f"chance; allowed from {FEWEST_CLINICS} on. Use overdispersion='none', or shrinkage()."
        )


def _plan(
    points: Points, rule: LimitRule, overdispersion: str, options: FunnelOptions
) -> LimitPlan:
    """Decide how limits are made; by chance alone where clinics are few."""
    per = float(options.get("per", 1.0))
    scale = usual_scale(points.kind, options.get("transformation"))
    if len(points.clinic) < FEWEST_CLINICS or overdispersion == "none":
        return LimitPlan(rule=rule, scale=scale, widening="none", found=None, per=per)
    found = dispersion(
        points, scale=scale, trim=options.get("trim", 0.1), tails=options.get("tails", "winsorise")
    )
    widening = "additive" if overdispersion == "auto" else overdispersion
    return LimitPlan(rule=rule, scale=scale, widening=widening, found=found, per=per)


def _too_few(lost: npt.NDArray[np.bool_]) -> str:
    """Say why limits are by chance alone."""
    n, shown = int((~lost).sum()), " that may be shown" if lost.any() else ""
    return (
        f"With {counted(n, 'clinic')}{shown}, fewer than {FEWEST_CLINICS}, it cannot be told how "
        "much clinics differ beyond chance, so that limits would call out clinics that merely "
        "differ."
    )
