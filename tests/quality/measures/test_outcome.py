"""MIPS 370 and DRR-E by hand: one patient per exclusion and per edge of each window."""

from __future__ import annotations

import pytest

from analysis.disclosure import INTERNAL
from analysis.errors import DataError
from analysis.quality import Exclusion, measure, quality_measures
from tests.quality.measures.clinic import CODES, clinic, decided, statuses

pytestmark = pytest.mark.unit

SCORED = "the most recent PHQ-9 of the window at most 4"

# index event: encounter of day 0 with PHQ-9 12 and a diagnosis of depression;
# window: days 305 to 425
FOLLOW_UP = {
    "day 304": ((304, 3), "not met", "no score in the window"),
    "day 305": ((305, 3), "met", SCORED),
    "day 425": ((425, 3), "met", SCORED),
    "day 426": ((426, 3), "not met", "no score in the window"),
    "four": ((365, 4), "met", SCORED),
    "five": ((365, 5), "not met", f"not {SCORED}"),
    "never": ((-20, 12), "not met", "no score in the window"),
}


def _all(names, *, day=-30, code="F33.2"):
    return [(name, day, code) for name in names]


def test_twelve_months_by_the_edges_of_the_window():
    names = list(FOLLOW_UP)
    study = clinic(
        {name: {} for name in names},
        scores=[(n, 0, 12) for n in names] + [(n, *FOLLOW_UP[n][0]) for n in names],
        encounters=[(n, 0, "session") for n in names],
        diagnoses=_all(names),
    )
    expected = {name: (status, why) for name, (_, status, why) in FOLLOW_UP.items()}
    assert decided(study, "mips_370") == expected


def test_the_most_recent_score_of_the_window_counts():
    study = clinic(
        {"worse": {}, "better": {}},
        scores=[
            *(("worse", 0, 12), ("worse", 310, 2), ("worse", 400, 9)),
            *(("better", 0, 12), ("better", 310, 9), ("better", 400, 2)),
        ],
        encounters=[("worse", 0, "session"), ("better", 0, "session")],
        diagnoses=_all(["worse", "better"]),
    )
    assert statuses(study, "mips_370") == {"worse": "not met", "better": "met"}


def test_twelve_months_by_the_edges_of_the_index_event():
    # score and its day, day of the encounter, first and last day of the diagnosis
    cases = {
        "nine": (9, 0, 0, -30, None, "outside"),
        "ten": (10, 0, 0, -30, None, "not met"),
        "seven days before": (12, -7, 0, -30, None, "not met"),
        "eight days before": (12, -8, 0, -30, None, "outside"),
        "after the encounter": (12, 1, 0, -30, None, "outside"),
        "diagnosis ends that day": (12, 0, 0, -30, 0, "not met"),
        "diagnosis ended before": (12, 0, 0, -30, -1, "outside"),
        "diagnosis begins that day": (12, 0, 0, 0, None, "not met"),
        "diagnosis begins after": (12, 0, 0, 1, None, "outside"),
    }
    study = clinic(
        {name: {} for name in cases},
        scores=[(name, day, total) for name, (total, day, *_) in cases.items()],
        encounters=[(name, at, "intake") for name, (_, _, at, *_) in cases.items()],
        diagnoses=[(n, begin, "F33.0", end) for n, (_, _, _, begin, end, _) in cases.items()],
    )
    assert statuses(study, "mips_370") == {name: case[-1] for name, case in cases.items()}


def test_the_first_index_event_counts_and_gives_the_index_score():
    study = clinic(
        {"late": {}},
        scores=[("late", 0, 8), ("late", 10, 20), ("late", 20, 11), ("late", 375, 10)],
        encounters=[("late", day, "session") for day in (0, 10, 20)],
        diagnoses=_all(["late"]),
    )
    made = quality_measures(study, ["mips_370", "cbe_1885"], codes=CODES, policy=INTERNAL).members()
    assert made["index_day"].tolist() == [10, 10]
    assert made["window_closes"].tolist() == [435, 435]
    assert made["status"].tolist() == ["not met", "met"]  # 10 is half of 20


def test_twelve_months_by_age_and_data_cut_off():
    people = {
        "eleven": {"age": 11},
        "twelve": {"age": 12},
        "no age": {"age": None},
        "until 424": {"until": 424},
        "until 425": {"until": 425},
    }
    study = clinic(
        people,
        scores=[(name, 0, 12) for name in people],
        encounters=[(name, 0, "session") for name in people],
        diagnoses=_all(people),
    )
    assert decided(study, "mips_370") == {
        "eleven": ("outside", "under 12 years"),
        "twelve": ("not met", "no score in the window"),
        "no age": ("outside", "age not recorded"),
        "until 424": ("not yet due", "the window closes after the data cut-off"),
        "until 425": ("not met", "no score in the window"),
    }


def test_one_patient_for_each_exclusion_and_its_edges():
    # window of all: days 305 to 425
    others = {
        "bipolar before": (-400, "F31.4", -300, "bipolar disorder"),
        "bipolar on the last day": (425, "F31", None, "bipolar disorder"),
        "bipolar after": (426, "F31", None, ""),
        "personality": (-5, "F60.31", None, "personality disorder, emotionally labile"),
        "other personality": (-5, "F60.2", None, ""),
        "schizophrenia": (10, "F20.9", None, "schizophrenia or psychotic disorder"),
        "developmental": (10, "F84.0", None, "pervasive developmental disorder"),
        "hospice": (100, "Z51.5", None, "hospice or palliative care"),
        "hospice until the index": (-20, "Z51.5", 0, "hospice or palliative care"),
        "hospice before the index": (-20, "Z51.5", -1, ""),
    }
    died = {"died on the last day": 425, "died after": 426}
    people = {name: {} for name in others}
    people |= {name: {"last": day, "ended": "died"} for name, day in died.items()}
    people["lost"] = {"last": 20, "ended": "lost"}
    study = clinic(
        people,
        scores=[(name, 0, 12) for name in people] + [(name, 365, 3) for name in people],
        encounters=[(name, 0, "session") for name in people],
        diagnoses=_all(people)
        + [(name, begin, code, end) for name, (begin, code, end, _) in others.items()],
    )
    kept = ("met", SCORED)
    assert decided(study, "mips_370") == {
        **{name: ("excluded", why) if why else kept for name, (*_, why) in others.items()},
        "died on the last day": ("excluded", "died"),
        "died after": kept,
        "lost": kept,
    }
    row = quality_measures(study, "mips_370", codes=CODES, policy=INTERNAL).tidy().iloc[0]
    assert row["excluded_for"] == (
        "died 1; hospice or palliative care 2; bipolar disorder 2; personality disorder, "
        "emotionally labile 1; schizophrenia or psychotic disorder 1; pervasive developmental "
        "disorder 1"
    )
    counts = ["population", "not_yet_due", "excluded", "denominator", "observed", "numerator"]
    assert row[counts].tolist() == [13, 0, 8, 5, 5, 5]


# index: the first PHQ-9 over 9, whether or not at an encounter; window: days 120 to 240
FOUR_TO_EIGHT = {
    "day 119": ((119, 4), "no", "no", "no"),
    "day 120": ((120, 4), "yes", "yes", "yes"),
    "day 240": ((240, 4), "yes", "yes", "yes"),
    "day 241": ((241, 4), "no", "no", "no"),
    "half": ((200, 10), "yes", "no", "yes"),
    "over half": ((200, 11), "yes", "no", "no"),
    "five": ((200, 5), "yes", "no", "yes"),
}


def test_four_to_eight_months_by_hand():
    names = list(FOUR_TO_EIGHT)
    study = clinic(
        {name: {} for name in names},
        scores=[(n, 0, 20) for n in names] + [(n, *FOUR_TO_EIGHT[n][0]) for n in names],
        diagnoses=_all(names),
    )
    rates = ("drr_e_follow_up", "drr_e_remission", "drr_e_response")
    for place, rate in enumerate(rates, start=1):
        expected = {n: "met" if c[place] == "yes" else "not met" for n, c in FOUR_TO_EIGHT.items()}
        assert statuses(study, rate) == expected
    tidy = quality_measures(study, rates, codes=CODES, policy=INTERNAL).tidy()
    assert tidy["denominator"].tolist() == [7, 7, 7]
    assert tidy["observed"].tolist() == [5, 5, 5]
    assert tidy["numerator"].tolist() == [5, 2, 4]
    assert tidy["estimate"].round(4).tolist() == [0.7143, 0.2857, 0.5714]
    assert tidy["estimate_observed"].tolist() == [1.0, 0.4, 0.8]


def test_windows_are_parameters_and_the_version_says_so():
    older = measure("mips_370").with_rule(low=335, high=395)
    study = clinic(
        {"day 334": {}, "day 335": {}},
        scores=[(n, day, t) for n, d in (("day 334", 334), ("day 335", 335)) for day, t in
                ((0, 12), (d, 1))],
        encounters=[("day 334", 0, "session"), ("day 335", 0, "session")],
        diagnoses=_all(["day 334", "day 335"]),
    )  # fmt: skip
    assert statuses(study, older) == {"day 334": "not met", "day 335": "met"}
    assert older.version == "CMS159v14 (changed: low=335, high=395)"
    assert statuses(study, "mips_370") == {"day 334": "met", "day 335": "met"}


def test_a_session_may_be_the_index_where_encounters_are_not_recorded():
    at_session = measure("mips_370").with_rule(index_at="session", exclusions=(Exclusion(),))
    study = clinic({"a": {}}, scores=[("a", 0, 12), ("a", 365, 1)], diagnoses=_all("a"))
    assert statuses(study, at_session) == {"a": "met"}
    assert at_session.version.endswith("(changed: index_at=session, exclusions=died)")


@pytest.mark.parametrize(
    "changes",
    [{"low": 500}, {"low": 0}, {"fraction": 0.0}, {"outcome": "cure"}, {"index_at": "birth"}, {}],
)
def test_rules_that_cannot_be_are_refused(changes):
    with pytest.raises(DataError):
        measure("mips_370").with_rule(**changes)
