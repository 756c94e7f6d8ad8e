"""The numbers that matter on the first page, each with its interval and who it is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from analysis.disclosure import INTERNAL, RELEASE, Policy, Statement
from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes import curve_between_visits, time_to_loss_of_response, window_named
from analysis.report.first_page.asked import MEASURES, Asked, ask
from analysis.results import check_conf_level, frame_to_html, frame_to_text
from analysis.safety import clustered_rate
from analysis.safety.grouped import members_of
from analysis.safety.shown import shown_statement
from analysis.study import Study
from analysis.survival import IntervalCurve
from analysis.tables.duration import duration_shares

__all__ = ["BEFORE", "LOSS", "NOW", "RATE", "Headline", "headline"]

NOW, BEFORE = "this period", "period before"
SHARE, RATE = "%", "per 100 sessions"
LOSS = "loss"
LOSS_DAYS = 56
TITLES: Mapping[str, str] = {**MEASURES, LOSS: "Loss of response within 8 weeks"}
"""Numbers of the first page, in their order: name and title."""

Key = tuple[str, str]
Numbers = tuple[float, float, float, float, float]
_NUMBERS = ("estimate", "conf_low", "conf_high", "estimate_low", "estimate_high")
_NOTHING: Numbers = (np.nan,) * 5
_SHARES: Mapping[str, Sequence[str]] = {"patients": ("n", "patients without")}
_RATES: Mapping[str, Sequence[str]] = {**_SHARES, "sessions": (), "events": ()}
_RESTS_ON: Mapping[tuple[str, ...], tuple[str, ...]] = {
    tuple(_SHARES): ("patients", "n"),
    tuple(_RATES): ("n", "sessions", "events"),  # patients of sessions are not printed
}
_COLUMNS = ["period", "measure", "title", "of", "unit", "patients", "n", "sessions", "events",
            *_NUMBERS, "reason"]  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Headline:
    """The numbers of the first page.

    Parameters
    ----------
    about : str
        Scale, visit and patients, in words.
    true : pandas.DataFrame
        True counts and estimates, for use inside the clinic only; columns as `tidy` gives them.
    shown : pandas.DataFrame
        What the policy shows: counts as text, numbers missing where they are hidden.
    notes : tuple of str
        How the numbers are counted, in sentences.
    n_hidden : int
        How many counts are hidden.
    conf_level : float
        Coverage of the intervals.
    policy : Policy
        For whom.
    """

    about: str
    true: pd.DataFrame = field(repr=False)
    shown: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...]
    n_hidden: int
    conf_level: float
    policy: Policy

    def tidy(self) -> pd.DataFrame:
        """Return one row per period and number, with true counts.

        Returns
        -------
        pandas.DataFrame
            ``period, measure, title, of, unit`` ("%" of patients, or "per 100 sessions"),
            ``patients`` (denominator), ``n`` (patients with it; of loss of response
            all who were seen to lose it, also later), ``sessions, events`` (for rates),
            ``estimate, conf_low, conf_high`` (share, or per 100 sessions), ``estimate_low,
            estimate_high`` (in which range it lies, as far as is known), ``reason`` (why there is
            no number).
        """
        return self.true.copy()

    def glance(self) -> pd.DataFrame:
        """Return one row: numbers asked, not computable, counts hidden, level of intervals."""
        return pd.DataFrame(
            {
                "n_measures": [self.true["measure"].nunique()],
                "n_not_computable": [int(self.true["reason"].ne("").sum())],
                "n_hidden": [self.n_hidden],
                "conf_level": [self.conf_level],
            }
        )

    def disclosure(self) -> Statement:
        """Say what leaves, for `release`."""
        return Statement(frame=self.shown.copy(), policy=self.policy, hidden=self.n_hidden)

    def summary(self) -> str:
        """Write what may be shown as plain text."""
        return f"{self.about}\n\n{frame_to_text(self._short())}"

    def _short(self) -> pd.DataFrame:
        """Keep the columns that fit a line."""
        columns = ["period", "title", "n", "patients", "events", "sessions", *_NUMBERS]
        return self.shown[columns].round(3)

    def __repr__(self) -> str:
        """Show the plain text."""
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self._short(), caption=self.about)


def headline(
    study: Study,
    instrument: str,
    *,
    visit: str,
    baseline_at_least: float | None = None,
    before: Study | None = None,
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
) -> Headline:
    """Count the numbers that matter: completeness, outcome, harm, and how long response lasts.

    Parameters
    ----------
    study : Study
        A checked study, or a part of one by `select_patients`.
    instrument : str
        Scale of the outcome.
    visit : str
        Planned visit of the outcome.
    baseline_at_least : float, optional
        Baseline of evaluable patients, in points; None: the entry threshold of the scale.
    before : Study, optional
        Other patients of the same clinics, those who began in the period before: the same numbers
        for them.
    conf_level : float
        Two-sided coverage of the intervals.
    policy : Policy
        For whom what is shown is.

    Returns
    -------
    Headline
        A number that the study cannot answer is there with the reason.

    Raises
    ------
    DataError
        When the visit is not planned, or there is no such scale.
    ModelError
        When `conf_level` is not between 0 and 1.

    Notes
    -----
    Shares have Wilson's limits. Rates per 100 sessions take account of sessions of a patient being
    alike, and without any event have the upper bound that the sessions allow. Loss of response is
    one minus the curve between visits (`curve_between_visits`) 56 days after the score that showed
    response: a range where the visits do not tell more. In a release it has the steps that it has
    in figures.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> made = headline(read_study(example_folder("clinic-network")), "PHQ-9", visit="week 4")
    >>> made.shown.loc[made.shown["measure"].eq("response"), ["n", "patients"]].values.tolist()
    [['155', '342']]
    """
    check_conf_level(conf_level)
    window_named(visit)
    scale = load_instrument(instrument).name
    rules: dict[str, Any] = {"visit": visit, "baseline_at_least": baseline_at_least}
    periods = {NOW: study} | ({} if before is None else {BEFORE: before})
    asked: dict[Key, Asked] = {}
    curves: dict[Key, IntervalCurve] = {}
    for period, part in periods.items():
        asked |= {(period, name): each for name, each in ask(part, scale, **rules).items()}
        asked[period, LOSS], found = _loss(part, scale, rules)
        curves |= {} if found is None else {(period, LOSS): found}
    true = pd.DataFrame(
        [_row(key, each, curves.get(key), conf_level) for key, each in asked.items()],
        columns=_COLUMNS,
    )
    about = f"{scale} at {visit}"
    statements = [
        _statement(true[rows], asked, sums, about, policy)
        for sums, rows in ((_SHARES, true["unit"].eq(SHARE)), (_RATES, true["unit"].eq(RATE)))
    ]
    shown = _told_by_curves(_joined(true, statements), curves, conf_level, policy)
    return Headline(
        about=f"{about}, {conf_level:.0%} intervals",
        true=true,
        shown=shown,
        notes=tuple(dict.fromkeys(each.note for each in asked.values() if each.note)),
        n_hidden=sum(statement.hidden for statement in statements),
        conf_level=conf_level,
        policy=policy,
    )


def _loss(
    study: Study, instrument: str, rules: Mapping[str, Any]
) -> tuple[Asked, IntervalCurve | None]:
    """Follow the responders until they lose response."""
    try:
        events = time_to_loss_of_response(study, instrument, **rules)
        followed = events.frame.set_index(events.frame["subject_id"].astype(str))
        note = (
            f"Loss of response within {LOSS_DAYS} days: {events.rule}, at some time between the "
            "visit that showed it and the one before. Limits by drawing patients again."
        )
        of = f"responders at {rules['visit']} with a later score"
        return Asked(
            of=of, patients=followed["event"].astype(bool), note=note
        ), curve_between_visits(events)
    except DataError as lacking:
        return Asked(patients=pd.Series(dtype=bool), reason=str(lacking)), None


def _row(
    key: Key, asked: Asked, found: IntervalCurve | None, conf_level: float
) -> dict[str, object]:
    """Estimate one number."""
    n, of = int(asked.patients.sum()), len(asked.patients)
    is_rate = asked.sessions is not None and asked.events is not None
    sessions = float(np.sum(asked.sessions)) if asked.sessions is not None else np.nan
    events = float(np.sum(asked.events)) if asked.events is not None else np.nan
    numbers = _NOTHING
    if found is not None:
        numbers = _lost(found, conf_level, INTERNAL)
    elif asked.sessions is not None and asked.events is not None:
        rate, rate_low, rate_high = clustered_rate(asked.events, asked.sessions, conf_level).numbers
        numbers = (100 * rate, 100 * rate_low, 100 * rate_high, 100 * rate, 100 * rate)
    elif of:
        low, high = proportion_confint(n, of, alpha=1 - conf_level, method="wilson")
        numbers = (n / of, low, high, n / of, n / of)
    return {
        "period": key[0], "measure": key[1], "title": TITLES[key[1]], "of": asked.of,
        "unit": RATE if is_rate else SHARE, "patients": of, "n": n, "sessions": sessions,
        "events": events, **dict(zip(_NUMBERS, numbers, strict=True)), "reason": asked.reason,
    }  # fmt: skip


def _lost(found: IntervalCurve, conf_level: float, policy: Policy) -> Numbers:
    """Turn the share that is still well into the one that is not."""
    shares = duration_shares(found, [LOSS_DAYS], conf_level=conf_level, policy=policy)
    well = 1 - shares.iloc[0]
    return (
        well["estimate"], well["conf_high"], well["conf_low"], well["estimate_high"],
        well["estimate_low"],
    )  # fmt: skip


def _statement(
    frame: pd.DataFrame,
    asked: Mapping[Key, Asked],
    sums: Mapping[str, Sequence[str]],
    about: str,
    policy: Policy,
) -> Statement:
    """Hide small counts, what gives them away, and the numbers that rest on them."""
    rows = frame[frame["reason"].eq("")]
    keys = list(zip(rows["period"], rows["measure"], strict=True))
    sets = {}
    for period, name in keys:
        who = asked[period, name].patients
        sets["patients", f"{period} / {name}"] = who.index.to_series()
        sets["n", f"{period} / {name}"] = who.index[who.to_numpy(dtype=bool)].to_series()
    everybody = pd.concat([pd.Series(dtype=str), *sets.values()])
    return shown_statement(
        rows.astype(dict.fromkeys(sums, "int64")),
        named_by=["period", "measure"],
        sums=sums,
        numbers=dict.fromkeys(_NUMBERS, _RESTS_ON[tuple(sums)]),
        about=f"first page, {about}",
        members=members_of(everybody, sets),
        policy=policy,
        standing=[name for name in sums if name == "sessions"],
    )


def _joined(true: pd.DataFrame, statements: Sequence[Statement]) -> pd.DataFrame:
    """Put what may be shown into the order of the rows; counts that do not apply are empty."""
    told = pd.concat([statement.frame for statement in statements])
    counts = ["patients", "n", "sessions", "events"]
    shown = true.astype(dict.fromkeys(counts, "string")).assign(**dict.fromkeys(counts, ""))
    shown = shown.assign(**dict.fromkeys(_NUMBERS, np.nan))
    for name in (*counts, *_NUMBERS):
        texts = told[name].astype("string") if name in counts else told[name]
        shown.loc[told.index, name] = texts.fillna("") if name in counts else texts
    shown.attrs = dict(statements[0].frame.attrs)
    return shown


def _told_by_curves(
    shown: pd.DataFrame, curves: Mapping[Key, IntervalCurve], conf_level: float, policy: Policy
) -> pd.DataFrame:
    """Take the loss of response from the steps of the curve that may be shown.

    How many lost it would tell, beside these steps, who did in the days between.
    """
    shown = shown.copy()
    shown.loc[shown["measure"].eq(LOSS), "n"] = ""
    if policy.confidential:  # the whole curve has told it already
        return shown
    for (period, name), found in curves.items():
        row = shown["period"].eq(period) & shown["measure"].eq(name) & shown["estimate"].notna()
        shown.loc[row, list(_NUMBERS)] = _lost(found, conf_level, policy)
    return shown
