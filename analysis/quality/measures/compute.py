"""Compute quality measures of a study."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.disclosure import RELEASE, Policy
from analysis.errors import DataError
from analysis.quality.measures.codes import CodeLists, checked_codes
from analysis.quality.measures.counting import Counted, count_measure
from analysis.quality.measures.definition import Measure
from analysis.quality.measures.library import measure as library_measure
from analysis.quality.measures.library import measure_names
from analysis.quality.measures.record import Period, Record, as_period, read_record
from analysis.quality.measures.result import QualityMeasures
from analysis.quality.measures.rule import missing_tables
from analysis.quality.measures.strata import Strata, all_patients, strata_of
from analysis.quality.measures.suppressed import suppress_measures
from analysis.results import check_conf_level
from analysis.study import Study

__all__ = ["quality_measures"]


def quality_measures(
    study: Study,
    measures: Sequence[str | Measure] | str | Measure | None = None,
    *,
    by: str | Sequence[str] | None = None,
    period: tuple[str, str] | Period | None = None,
    codes: CodeLists | None = None,
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
) -> QualityMeasures:
    """Compute measures of quality: who met them, of whom, and who was left out and why.

    Parameters
    ----------
    study : Study
        A checked study.
    measures : sequence of str or Measure, optional
        Names of the library (`measure_names`), or measures with rules of their own. None: all.
    by : str or sequence of str, optional
        Columns of strata, one at a time, as in `EQUITY_STRATA`: columns of groups of ``subjects``,
        ``route, agent, regimen, first_site_id`` of the first course, "age_group", "coverage".
    period : tuple of two dates, or of two texts, optional
        First and last date of the index event, both included. It needs the table ``calendar``.
    codes : mapping, optional
        Codes of each group of diagnoses, such as
        ``{"bipolar disorder": {"ICD-10-CM": ["F31"]}}``; an ICD code includes those below it. An
        empty mapping of a group says that the clinic has no such codes, and is noted.
    conf_level : float
        Coverage of Wilson's limits in what is shown.
    policy : Policy
        For whom what is printed and released is.

    Returns
    -------
    QualityMeasures
        ``tidy()`` and ``members()`` for the inside, ``shown``, ``differences()`` and the table for
        others.

    Raises
    ------
    ColumnError
        When strata are asked for by another column.
    DataError
        When a measure is not known or named twice, the period is no period, or lists of codes
        cannot be meant.
    ModelError
        When `conf_level` is not between 0 and 1.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> made = quality_measures(study, ["induction_completed", "mips_370"])
    >>> made.shown[["numerator", "denominator"]].iloc[0].tolist()
    ['498', '567']
    >>> made.shown["reason"].iloc[1][:44]
    'not computable: needs the codes of depressio'
    """
    check_conf_level(conf_level)
    chosen = _chosen(measures)
    lists = checked_codes(codes or {}, [group for each in chosen for group in each.rule.groups])
    record = read_record(study, codes=lists, period=as_period(period))
    splits = (all_patients(record), *strata_of(record, by))
    decided = tuple(_decide(each, record) for each in chosen)
    frames = [count_measure(each, splits) for each in decided]
    statement = suppress_measures(
        frames, decided, splits, record, conf_level=conf_level, policy=policy
    )
    return QualityMeasures(
        measures=chosen,
        notes=_notes(chosen, record, splits, policy),
        counts=pd.concat(frames, ignore_index=True),
        statement=statement,
        decided=decided,
        splits=splits,
        subjects=record.people["subject_id"].astype("string"),
        conf_level=conf_level,
    )


def _chosen(measures: Sequence[str | Measure] | str | Measure | None) -> tuple[Measure, ...]:
    """Take the measures that are asked for, each once."""
    if measures is None:
        wanted: Sequence[str | Measure] = measure_names()
    else:
        wanted = [measures] if isinstance(measures, str | Measure) else list(measures)
    found = tuple(each if isinstance(each, Measure) else library_measure(each) for each in wanted)
    if not found or len({each.name for each in found}) < len(found):
        raise DataError(
            "Ask for at least one measure, and for each name once. To compare two versions give "
            "one of them another name."
        )
    return found


def _decide(measure: Measure, record: Record) -> Counted:
    """Decide about every patient, or say what is absent."""
    dates = missing_tables(record, "calendar") if record.period else ()
    needs = tuple(dict.fromkeys([*measure.rule.needs(record), *dates]))
    decisions = None if needs else measure.rule.decide(record)
    return Counted(measure=measure, decisions=decisions, needs=needs)


def _notes(
    measures: Sequence[Measure], record: Record, splits: Sequence[Strata], policy: Policy
) -> tuple[str, ...]:
    """Say what must be said beside the numbers."""
    asked = dict.fromkeys(group for each in measures for group in each.rule.groups)
    unused = [group for group in asked if group in record.codes and not record.lists(group)]
    notes = [each.statement for each in measures]
    if unused:
        notes.append(f"No codes were given, so that nobody has the diagnosis: {'; '.join(unused)}.")
    if record.period:
        notes.append("Index events from {} to {}.".format(*record.period))
    if len(splits) > 1:
        notes.append("Strata differ in much besides; a difference between them says nothing about "
                     "why.")  # fmt: skip
    return (*notes, policy.rule)
