"""The result of quality measures: true counts for the inside, what may leave, and who decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.disclosure import CONFIDENTIAL, Statement
from analysis.disclosure.rows import HELD
from analysis.errors import DataError
from analysis.quality.measures.counting import (
    COUNTS,
    Counted,
    excluded_as,
    excluded_in_words,
    with_estimates,
)
from analysis.quality.measures.decision import STATUSES
from analysis.quality.measures.definition import Measure
from analysis.quality.measures.differences import stratum_differences
from analysis.quality.measures.strata import Strata
from analysis.results import check_conf_level, frame_to_html, frame_to_text

__all__ = ["QualityMeasures"]

_PRINTED = [
    "measure", "by", "stratum", "numerator", "denominator", "estimate", "conf_low", "conf_high",
    "reason",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class QualityMeasures:
    """Measures of quality with their counts by stratum.

    Parameters
    ----------
    measures : tuple of Measure
        The measures, in order.
    notes : tuple of str
        What must be said beside the numbers, in sentences.
    counts : pandas.DataFrame
        True counts, for use inside the clinic only.
    statement : Statement
        What leaves.
    decided : tuple of Counted
        What each measure decided; patient-level.
    splits : tuple of Strata
        All patients, and the groups of each column.
    subjects : pandas.Series of str
        Ids of the patients.
    conf_level : float
        Two-sided coverage of what is shown.
    """

    measures: tuple[Measure, ...]
    notes: tuple[str, ...]
    counts: pd.DataFrame = field(repr=False)
    statement: Statement = field(repr=False)
    decided: tuple[Counted, ...] = field(repr=False)
    splits: tuple[Strata, ...] = field(repr=False)
    subjects: pd.Series = field(repr=False)
    conf_level: float = 0.95

    @property
    def shown(self) -> pd.DataFrame:
        """What the policy shows: counts as text, numbers missing where they are hidden."""
        return self.statement.frame.copy()

    def tidy(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return the true counts and proportions, marked as confidential.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage of Wilson's limits.

        Returns
        -------
        pandas.DataFrame
            One row per measure and stratum, all patients first:

            - ``measure, version, window``
            - ``by, stratum``: column of the split, empty for all patients, and its group
            - ``population``: who the measure is about; ``not_yet_due``: of these, whose window has
              not closed; ``excluded`` and ``excluded_for``, by reason; ``denominator``: the rest;
              ``observed``: of it, who can be judged; ``numerator``
            - ``estimate`` (numerator ÷ denominator), ``conf_low, conf_high``;
              ``estimate_observed`` (numerator ÷ observed)
            - ``median_days`` until what the measure waits for, missing where half or more waited
              in vain
            - ``reason``: why there is no estimate, such as "not computable: needs …"

            Counts are missing where a measure is not computable.
        """
        frame = with_estimates(self.counts, check_conf_level(conf_level))
        words = [
            excluded_in_words({name.removeprefix(excluded_as("")): f"{n:,d}" for name, n in row})
            for row in _known_exclusions(frame)
        ]
        about = ["measure", "version", "window", "by", "stratum"]
        numbers = ["estimate", "conf_low", "conf_high", "estimate_observed", "median_days"]
        tidy = frame.assign(excluded_for=pd.array(words, dtype="string"))
        tidy = tidy[[*about, *COUNTS, "excluded_for", *numbers, "reason"]]
        tidy.attrs["confidential"] = True
        return tidy

    def members(self, measure: str | None = None) -> pd.DataFrame:
        """Say of every patient what each measure decided, and by which rule.

        Parameters
        ----------
        measure : str, optional
            Name of one measure; None: all that are computable.

        Returns
        -------
        pandas.DataFrame
            ``measure, subject_id, status`` ("outside", "not yet due", "excluded", "not met",
            "met"), ``reason``, ``index_day, window_opens, window_closes`` (``rel_day``),
            ``observed, lag_days``. Patient-level: it stays in the local zone.

        Raises
        ------
        DataError
            When the measure was not asked for.

        Examples
        --------
        >>> from analysis.quality.measures.compute import quality_measures
        >>> from analysis.study import read_study
        >>> from analysis.synthetic import example_folder
        >>> study = read_study(example_folder("clinic-network"))
        >>> made = quality_measures(study, ["not_improved"])
        >>> bool(made.members()["subject_id"].is_unique)
        True
        """
        chosen = [one for one in self.decided if measure in (None, one.measure.name)]
        if not chosen:
            names = ", ".join(one.name for one in self.measures)
            raise DataError(f"No such measure was asked for. Measures are: {names}.")
        parts = [self._decisions_of(one) for one in chosen if one.decisions is not None]
        rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_MEMBERS)
        rows.attrs["patient_level"] = True
        return rows

    def _decisions_of(self, counted: Counted) -> pd.DataFrame:
        """Write the decisions of one measure as rows."""
        made = counted.decisions
        assert made is not None  # noqa: S101 - the caller leaves those out
        inside = made.status > 0
        days = {
            "index_day": made.days.index,
            "window_opens": made.days.opens,
            "window_closes": made.days.closes,
        }
        rows = pd.DataFrame(
            {
                "measure": counted.measure.name,
                "subject_id": self.subjects.to_numpy(),
                "status": np.array(STATUSES, dtype=object)[made.status],
                "reason": np.array(made.reasons, dtype=object)[made.reason],
                **{name: np.where(inside, values, np.nan) for name, values in days.items()},
                "observed": made.observed,
                "lag_days": made.lag,
            }
        )
        texts = ["measure", "subject_id", "status", "reason"]
        return rows.astype(dict.fromkeys(texts, "string") | dict.fromkeys(days, "Int64"))

    def differences(self, reference: Mapping[str, str] | None = None) -> pd.DataFrame:
        """Compare strata of each split: proportion less that of a reference, with limits.

        A difference says nothing about why: strata differ in much besides.

        Parameters
        ----------
        reference : mapping of str to str, optional
            Reference stratum by column of the split. None, or where it is not named: the largest
            group of patients that is recorded.

        Returns
        -------
        pandas.DataFrame
            ``measure, version, window, by, contrast`` ("stratum − reference"), ``n, n_reference``
            (denominators as text), ``estimate, conf_low, conf_high`` (Newcombe). What the policy
            hides is missing, so that it can pass `release`.

        Raises
        ------
        DataError
            When a reference is no stratum of its column.

        Examples
        --------
        >>> from analysis.quality.measures.compute import quality_measures
        >>> from analysis.study import read_study
        >>> from analysis.synthetic import example_folder
        >>> study = read_study(example_folder("clinic-network"))
        >>> made = quality_measures(study, ["induction_completed"], by="sex")
        >>> made.differences({"sex": "male"})["contrast"].tolist()
        ['female − male', 'other − male', 'not recorded − male']
        """
        stated = dict(reference or {})
        chosen = {split.by: _reference(split, stated) for split in self.splits if split.labels}
        if not set(stated) <= set(chosen):
            raise DataError("A reference is named for a column that does not split the measures.")
        shown = self.statement.frame
        numbers = shown.assign(
            **{name: _as_numbers(shown[name]) for name in ("numerator", "denominator")}
        )
        made = stratum_differences(numbers, chosen, self.conf_level)
        texts = {name: _as_texts(made[name]) for name in ("n", "n_reference")}
        made = made.assign(**texts)
        made.attrs = {
            HELD: self.statement.policy.rule,
            "confidential": self.statement.policy.confidential,
        }
        return made

    def disclosure(self) -> Statement:
        """Say what leaves, for `release`."""
        return self.statement

    def summary(self) -> str:
        """Return what is shown and its notes as text."""
        mark = [CONFIDENTIAL] if self.statement.policy.confidential else []
        return "\n".join([*mark, frame_to_text(self.shown[_PRINTED]), *self.notes])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        mark = f"{CONFIDENTIAL} " if self.statement.policy.confidential else ""
        return frame_to_html(self.shown[_PRINTED], caption=f"{mark}Quality measures")


_MEMBERS = [
    "measure", "subject_id", "status", "reason", "index_day", "window_opens", "window_closes",
    "observed", "lag_days",
]  # fmt: skip


def _known_exclusions(frame: pd.DataFrame) -> list[list[tuple[str, int]]]:
    """List the counts of reasons of exclusion of each row, without those that do not apply."""
    columns = [str(name) for name in frame if str(name).startswith(excluded_as(""))]
    counts = [frame[name] for name in columns]
    rows = [[(c.name, c.iloc[row]) for c in counts] for row in range(len(frame))]
    return [[(str(name), int(n)) for name, n in row if not pd.isna(n)] for row in rows]


def _reference(split: Strata, stated: Mapping[str, str]) -> str:
    """Choose the stratum that is subtracted."""
    if split.by in stated:
        if stated[split.by] not in split.labels:
            raise DataError(
                f"The reference of {split.by} is none of its strata; these are: "
                f"{', '.join(split.labels)}."
            )
        return stated[split.by]
    sizes = np.bincount(split.group, minlength=len(split.labels))
    recorded = [place for place, label in enumerate(split.labels) if label != "not recorded"]
    return split.labels[max(recorded or [0], key=lambda place: int(sizes[place]))]


def _as_numbers(texts: Sequence[str] | pd.Series) -> pd.Series:
    """Read counts as they are shown; hidden ones are missing."""
    plain = pd.Series(texts, dtype="string").str.replace(",", "", regex=False)
    return pd.to_numeric(plain.where(plain.str.fullmatch(r"\d+").fillna(value=False)))


def _as_texts(numbers: pd.Series) -> pd.Series:
    """Write counts again; a hidden one is a dash."""
    return pd.Series(
        ["—" if pd.isna(n) else f"{int(n):,d}" for n in numbers],
        index=numbers.index,
        dtype="string",
    )
