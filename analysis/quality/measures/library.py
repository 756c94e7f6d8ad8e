"""The measures that come with the toolkit, each with its version and source."""

from __future__ import annotations

from analysis.errors import DataError
from analysis.quality.measures.completeness import MCINNES, OWN, STATED, completeness_measures
from analysis.quality.measures.definition import Measure
from analysis.quality.measures.follow_up import FollowedUp
from analysis.quality.measures.in_window import ScoredInWindow
from analysis.quality.measures.induction import InductionCompleted
from analysis.quality.measures.outcome import ScoreOutcome
from analysis.quality.measures.rule import Exclusion
from analysis.quality.measures.screening import Screened
from analysis.quality.measures.triggers import NotImproved, Relapsing
from analysis.quality.measures.utilisation import ScoredWhenSeen

__all__ = ["measure", "measure_names"]

_OFF_LABEL = "Not made for ketamine: racemic ketamine is off label in psychiatry."
_ONE_CUT = (
    "It ignores where patients began: a fall from 25 to 6 fails and one from 10 to 4 passes, so "
    "show the change from baseline beside it."
)
_CMS159 = "MN Community Measurement, eCQM CMS159 (MIPS 370, CBE 0710e)"
_DRR = "NCQA, HEDIS Depression Remission or Response (DRR-E)"
_DMS = "NCQA, HEDIS Utilization of the PHQ-9 to Monitor Depression Symptoms (DMS-E)"
_HEDIS_EXCLUSIONS = "the exclusions, and how the diagnosis is tied to the score"


def _outcome(name: str, title: str, version: str, rule: ScoreOutcome, unverified: str) -> Measure:
    """Make a measure of remission or response of MN Community Measurement."""
    return Measure(
        name=name,
        title=title,
        version=version,
        rule=rule,
        source=_CMS159,
        year=2026,
        unverified=unverified,
        caution=f"{_ONE_CUT} {_OFF_LABEL}",
    )


_RELATED = "the related measures 0711, 1884 and 1885 and their windows"

_OUTCOMES = (
    _outcome(
        "mips_370",
        "Depression remission at 12 months (MIPS 370)",
        "CMS159v14",
        ScoreOutcome(low=305, high=425),
        "whether permanent residents of nursing homes are still excluded, as in CMS159v11",
    ),
    _outcome(
        "cbe_0711",
        "Depression remission at 6 months (CBE 0711)",
        "as CMS159v14, 6 months",
        ScoreOutcome(low=122, high=242),
        _RELATED,
    ),
    _outcome(
        "cbe_1885",
        "Depression response at 12 months (CBE 1885)",
        "as CMS159v14, response",
        ScoreOutcome(outcome="response", low=305, high=425),
        _RELATED,
    ),
    _outcome(
        "cbe_1884",
        "Depression response at 6 months (CBE 1884)",
        "as CMS159v14, 6 months, response",
        ScoreOutcome(outcome="response", low=122, high=242),
        _RELATED,
    ),
)


def _drr(name: str, title: str, rule: ScoreOutcome) -> Measure:
    """Make one of the three rates of DRR-E."""
    return Measure(
        name=name,
        title=title,
        version="HEDIS DRR-E",
        rule=rule,
        source=_DRR,
        year=2023,
        unverified=_HEDIS_EXCLUSIONS,
        caution=_OFF_LABEL if rule.outcome == "score" else f"{_ONE_CUT} {_OFF_LABEL}",
    )


_HEDIS = (
    _drr(
        "drr_e_follow_up",
        "Follow-up PHQ-9 in 4 to 8 months (DRR-E)",
        ScoreOutcome(outcome="score", low=120, high=240, index_at="score"),
    ),
    _drr(
        "drr_e_remission",
        "Remission in 4 to 8 months (DRR-E)",
        ScoreOutcome(outcome="remission", low=120, high=240, index_at="score"),
    ),
    _drr(
        "drr_e_response",
        "Response in 4 to 8 months (DRR-E)",
        ScoreOutcome(outcome="response", low=120, high=240, index_at="score"),
    ),
    *(
        Measure(
            name=f"dms_e_{number}",
            title=f"PHQ-9 used, {months} (DMS-E)",
            version="HEDIS DMS-E",
            rule=ScoredWhenSeen(first_month=4 * number - 3, last_month=4 * number),
            source=_DMS,
            year=2023,
            unverified=_HEDIS_EXCLUSIONS.partition(",")[0],
            caution="It says that a scale was used, and nothing about the result.",
        )
        for number, months in enumerate(
            ("January to April", "May to August", "September to December"), start=1
        )
    ),
)

_PLAN_FOR = ("suicidal ideation", "other")
_PLANS = ("risk assessment", "safety plan", "referral")

_PROCESS = (
    Measure(
        name="cms2",
        title="Depression screening and follow-up plan (CMS2)",
        version="CMS2v12",
        rule=Screened(
            positive_at_least=10,
            look_back=14,
            plan_within=2,
            exclusions=(Exclusion(group="bipolar disorder"),),
            triggers=_PLAN_FOR,
            actions=_PLANS,
        ),
        source="Centers for Medicare & Medicaid Services, eCQM CMS2 (MIPS 134)",
        year=2022,
        unverified="the cut-off of 10, the exclusion, and which recorded actions are a plan",
        caution=_OFF_LABEL,
    ),
    Measure(
        name="dsf_e_follow_up",
        title="Follow-up within 30 days of a positive screen (DSF-E)",
        version="HEDIS DSF-E",
        rule=FollowedUp(
            at_least=10,
            low=0,
            high=30,
            encounter_kinds=("session", "follow-up", "telehealth"),
            least_age=12,
            exclusions=(Exclusion(group="bipolar disorder"),),
            triggers=_PLAN_FOR,
            actions=_PLANS,
        ),
        source="NCQA, HEDIS Depression Screening and Follow-Up (DSF-E)",
        year=2023,
        unverified="the cut-off of 10, the exclusion, and which kinds of visit count",
        caution="DSF-E leaves out patients who are treated for depression, as most of a ketamine "
        "clinic are; here they stay in.",
    ),
    Measure(
        name="item9_follow_up",
        title="PHQ-9 item 9 positive: risk assessed the same day",
        version=OWN,
        rule=FollowedUp(
            item_no=9,
            at_least=1,
            which="every",
            low=0,
            high=0,
            triggers=("suicidal ideation",),
            actions=("risk assessment", "safety plan"),
        ),
        source="Item 9 of at least 1 as the screen; the window is the clinic's to state",
        year=2026,
        caution="A positive answer is no forecast. An item that was not answered is not negative.",
    ),
    Measure(
        name="first_assessment",
        title="PHQ-9 within 14 days of the first treatment",
        version=OWN,
        rule=ScoredInWindow(instrument="PHQ-9", low=1, high=14, waits=True),
        source=STATED,
        year=2026,
    ),
    Measure(
        name="induction_completed",
        title="Induction completed",
        version=OWN,
        rule=InductionCompleted(),
        source=f"Four to eight infusions in 7 to 28 days: {MCINNES}",
        year=2022,
        wanted="neither",
        caution="Who responds early may stop early.",
    ),
    Measure(
        name="not_improved",
        title="Not improved by session 4",
        version=OWN,
        rule=NotImproved(),
        source="Least important difference of 20 % at moderate severity: Kounali et al., "
        "PMC9340848; the session is the clinic's to state",
        year=2020,
        wanted="low",
        caution="A reason to look at the patient, not to stop: responses come later too.",
    ),
    Measure(
        name="relapsing",
        title="Worse again by a reliable change, confirmed",
        version=OWN,
        rule=Relapsing(),
        source="Reliable change from the spread and reliability of the scale: Jacobson and Truax, "
        "J Consult Clin Psychol 59:12-19; the window is the clinic's to state",
        year=1991,
        wanted="low",
        caution="Patients may come, and be scored, because they are worse.",
    ),
)


def _library() -> dict[str, Measure]:
    """Put all measures in the order of a report: completeness first."""
    listed = (*completeness_measures(), *_PROCESS, *_OUTCOMES, *_HEDIS)
    return {each.name: each for each in listed}


def measure_names() -> tuple[str, ...]:
    """Name the measures of the library, in the order of a report.

    Returns
    -------
    tuple of str
        Names for `measure` and `quality_measures`.

    Examples
    --------
    >>> measure_names()[0]
    'completeness_phq_9_baseline'
    """
    return tuple(_library())


def measure(name: str) -> Measure:
    """Return a measure of the library.

    Parameters
    ----------
    name : str
        One of `measure_names`.

    Returns
    -------
    Measure
        To be used as it is, or with other limits by `Measure.with_rule`.

    Raises
    ------
    DataError
        For another name.

    Examples
    --------
    >>> measure("drr_e_remission").rule.window
    'days 120 to 240 after the index'
    """
    found = _library().get(name)
    if found is None:
        raise DataError(f"No measure has this name. Measures are: {', '.join(measure_names())}.")
    return found
