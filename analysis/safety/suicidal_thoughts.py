"""Suicidal thoughts by patient: new, back to 0 at one visit, followed up; never averaged."""

from __future__ import annotations

import pandas as pd

from analysis.disclosure import RELEASE, CountedTable, Policy
from analysis.errors import DataError
from analysis.instruments import item_positive
from analysis.results import check_conf_level
from analysis.safety.clustered import exact_share
from analysis.safety.grouped import members_of
from analysis.safety.shown import shown_statement
from analysis.study import Study

__all__ = ["item9_answers", "suicidality"]

_SHARE = ("patient_estimate", "patient_conf_low", "patient_conf_high")
_ANSWER = ["subject_id", "rel_day", "occurrence"]
_HIGH_RISK = 4.0
"""C-SSRS ideation 4 or 5 is high risk in triage, by convention."""


def suicidality(
    study: Study, *, within_days: int = 1, conf_level: float = 0.95, policy: Policy = RELEASE
) -> CountedTable:
    """Count patients whose suicidal thoughts are new, gone at a visit, or followed up.

    Answers whether anybody became worse, which a mean would hide. Item 9 of the PHQ-9 and the
    C-SSRS are never averaged, and an answer that is missing is unassessed, not 0.

    Parameters
    ----------
    study : Study
        A checked study.
    within_days : int
        Days from a positive answer within which a documented action counts as follow-up.
    conf_level : float
        Two-sided coverage; one-sided where nobody, or everybody, is counted.
    policy : Policy
        For whom what is printed and released is.

    Returns
    -------
    CountedTable
        ``measure, patients`` (of whom it can be told), ``n``, ``patient_estimate,
        patient_conf_low, patient_conf_high`` (n ÷ patients, exact). Per scale:

        - "before treatment": with an answer at or before the first session; positive in the last.
        - "new": 0 before and an answer after; positive in any of these. For the C-SSRS also "high
          risk new": under 4 before, 4 or 5 after.
        - "0 at a visit": positive before and an answer after; 0 in any. "0 at the last visit":
          in the last of these.
        - "every positive answer followed up" (item 9): with a positive answer at any time; each
          has an action about suicidal ideation from that day to `within_days` later.

    Raises
    ------
    DataError
        When `within_days` is negative.
    ModelError
        When `conf_level` is not between 0 and 1.

    Notes
    -----
    An answer of the day of the first session counts as before it unless ``hours_post`` says that
    it was after. Patients who were treated before the data have no answer from before treatment.
    An answer to item 9 is no prediction of behaviour.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = suicidality(read_study(example_folder("first-clinic"))).tidy()
    >>> found["measure"].tolist()[:3]
    ['PHQ-9 item 9 before treatment', 'PHQ-9 item 9 new', 'PHQ-9 item 9 is 0 at a visit']
    """
    check_conf_level(conf_level)
    if within_days < 0:
        raise DataError(f"within_days= is {within_days}; allowed are days, 0 or more.")
    judged, missing = _item9(study, within_days)
    more, also_missing = _ideation(study)
    judged |= more
    rows, sets = [], {}
    for measure, answers in judged.items():
        yes = answers[answers]
        share = exact_share(len(yes), len(answers), conf_level)
        numbers = dict(zip(_SHARE, share.numbers, strict=True))
        rows.append({"measure": measure, "patients": len(answers), "n": len(yes)} | numbers)
        sets["patients", measure] = answers.index.to_series()
        sets["n", measure] = yes.index.to_series()
    frame = pd.DataFrame(rows, columns=["measure", "patients", "n", *_SHARE])
    statement = shown_statement(
        frame,
        named_by=["measure"],
        sums={"patients": ("n", "patients without")},
        numbers=dict.fromkeys(_SHARE, ("patients", "n")),
        about="suicidal thoughts",
        members=members_of(study.tables["subjects"]["subject_id"], sets),
        policy=policy,
    )
    return CountedTable(
        title="Suicidal thoughts, by patient",
        notes=(_NOTE, *missing, *also_missing, policy.rule),
        true=frame,
        statement=statement,
    )


_NOTE = "Never averaged; a missing answer is unassessed, not 0. Not a prediction of behaviour."


def item9_answers(study: Study) -> pd.DataFrame:
    """List the answers to item 9 of the PHQ-9, and whether each comes after treatment began.

    Parameters
    ----------
    study : Study
        A checked study with items.

    Returns
    -------
    pandas.DataFrame
        ``subject_id, rel_day, occurrence, positive, after``, in order of time; answered forms
        only. Patient-level.

    Raises
    ------
    DataError
        When the study has no table of items: not computable.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> item9_answers(read_study(example_folder("first-clinic"))).columns.tolist()
    ['subject_id', 'rel_day', 'occurrence', 'positive', 'after']
    """
    if not study.has("items"):
        raise DataError("Not computable: item 9 of the PHQ-9; needs the table items.")
    items = study.tables["items"]
    own = items[items["instrument"].eq("PHQ-9").fillna(value=False)]
    forms = item_positive(own, "PHQ-9", 9).dropna(subset=["positive"])
    forms = forms.astype({"positive": bool})
    answers = _placed(study, forms, "PHQ-9")[[*_ANSWER, "positive", "after"]]
    answers.attrs["patient_level"] = True
    return answers


def _placed(study: Study, forms: pd.DataFrame, instrument: str) -> pd.DataFrame:
    """Tell which forms come after the first session, in order of time."""
    sessions = study.tables["sessions"].dropna(subset=["rel_day"])
    first = sessions.groupby("subject_id")["rel_day"].min().astype(float)
    day = forms["rel_day"].astype(float)
    begins = forms["subject_id"].map(first)
    after = day.gt(begins)
    if study.has("assessments", "hours_post"):
        stored = study.tables["assessments"]
        stored = stored.loc[stored["instrument"].eq(instrument).fillna(value=False)]
        hours = forms[_ANSWER].merge(stored[[*_ANSWER, "hours_post"]], on=_ANSWER, how="left")
        after |= day.eq(begins) & hours["hours_post"].gt(0.0).to_numpy()
    placed = forms.assign(after=after.to_numpy())
    return placed.sort_values(_ANSWER, kind="stable", ignore_index=True)


def _item9(study: Study, within_days: int) -> tuple[dict[str, pd.Series], list[str]]:
    """Judge every patient by item 9; say what cannot be computed."""
    if not study.has("items"):
        return {}, ["Not computable: item 9 of the PHQ-9; needs the table items."]
    answers = item9_answers(study)
    if answers.empty:
        return {}, ["Not computable: item 9 of the PHQ-9; it was never answered."]
    name = "PHQ-9 item 9"
    judged = _changes(study, answers, name)
    if not study.has("actions"):
        return judged, [f"Not computable: follow-up of {name}; needs the table actions."]
    positive = answers[answers["positive"]]
    followed = _followed(study, positive, within_days)
    judged[f"{name}: every positive answer followed up"] = followed.groupby(
        positive["subject_id"]
    ).all()
    return judged, []


def _ideation(study: Study) -> tuple[dict[str, pd.Series], list[str]]:
    """Judge every patient by the ideation level of the C-SSRS."""
    if "C-SSRS" not in study.instruments:
        return {}, ["Not computable: C-SSRS; the study does not have this scale."]
    stored = study.tables["assessments"]
    own = stored[stored["instrument"].eq("C-SSRS").fillna(value=False)]
    forms = _placed(study, own.dropna(subset=["total"]), "C-SSRS")
    if forms.empty:
        return {}, ["Not computable: C-SSRS; it has no total."]
    judged = _changes(study, forms.assign(positive=forms["total"].ge(1.0)), "C-SSRS ideation")
    grave = _changes(study, forms.assign(positive=forms["total"].ge(_HIGH_RISK)), "high risk")
    return judged | {"C-SSRS ideation, high risk new": grave["high risk new"]}, [_BEHAVIOUR]


_BEHAVIOUR = (
    "Not computable: behaviour of the C-SSRS; needs its flags, a study holds ideation only."
)


def _changes(study: Study, answers: pd.DataFrame, name: str) -> dict[str, pd.Series]:
    """Compare the last answer before treatment with those after it, one entry per patient."""
    before = answers[~answers["after"] & ~answers["subject_id"].isin(_treated_before(study))]
    start = before.drop_duplicates("subject_id", keep="last").set_index("subject_id")["positive"]
    later = answers[answers["after"] & answers["subject_id"].isin(start.index)]
    by_patient = later.groupby("subject_id")["positive"]
    ever, always, last = by_patient.any(), by_patient.all(), by_patient.last()
    was = start.reindex(ever.index).astype(bool)
    return {
        f"{name} before treatment": start.astype(bool),
        f"{name} new": ever[~was],
        f"{name} is 0 at a visit": ~always[was],
        f"{name} is 0 at the last visit": ~last[was].astype(bool),
    }


def _treated_before(study: Study) -> pd.Series:
    """Name the patients of whom no answer is from before treatment."""
    subjects = study.tables["subjects"]
    if not study.has("subjects", "treated_before_data"):
        return subjects["subject_id"].iloc[:0]
    treated = subjects["treated_before_data"].fillna(value=False).astype(bool)
    return subjects.loc[treated, "subject_id"]


def _followed(study: Study, positive: pd.DataFrame, within_days: int) -> pd.Series:
    """Tell which positive answers have an action about suicidal ideation soon after."""
    actions = study.tables["actions"]
    about = actions["trigger"].eq("suicidal ideation").fillna(value=False)
    days = actions.loc[about, ["subject_id", "rel_day"]].dropna()
    done = days.assign(rel_day=days["rel_day"].astype("int64"), done=True)
    left = positive[["subject_id", "rel_day"]].assign(
        rel_day=positive["rel_day"].astype("int64"), row=positive.index
    )
    found = pd.merge_asof(
        left.sort_values("rel_day", kind="stable"),
        done.sort_values("rel_day", kind="stable"),
        on="rel_day",
        by="subject_id",
        direction="forward",
        tolerance=within_days,
    )
    return found.set_index("row")["done"].notna().reindex(positive.index)
