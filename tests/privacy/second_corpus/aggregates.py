"""Aggregated results as this kind of project shares them: no cell counts fewer than eleven."""

from __future__ import annotations

from tests.privacy.second_corpus.dice import Dice
from tests.privacy.second_corpus.outputs import Row

VISITS = ("baseline", "week 1", "week 2", "week 4", "month 3")
ARMS = ("IV", "IM", "SL")
EVENTS = ("nausea", "headache", "dizziness", "dissociation", "hypertension", "vomiting")
SITES = ("clinic-a", "clinic-b", "clinic-c", "clinic-d")


def by_visit(seed: str) -> list[Row]:
    """Give means by visit with their counts."""
    dice = Dice(f"second corpus/{seed}")
    return [
        {
            "visit": visit,
            "n": 142 - 14 * at - dice.below(3),
            "mean": round(21.4 - 2.6 * at + dice.below(10) / 10, 1),
            "sd": dice.between(46, 69) / 10,
            "conf_low": round(20.1 - 2.6 * at, 1),
            "conf_high": round(22.9 - 2.6 * at, 1),
        }
        for at, visit in enumerate(VISITS)
    ]


def coefficients(seed: str) -> list[Row]:
    """Give the coefficients of a model."""
    dice = Dice(f"second corpus/{seed}")
    terms = (
        "Intercept",
        "arm[T.IM]",
        "visit[T.w2]",
        "visit[T.w4]",
        "arm[T.IM]:visit[T.w4]",
        "age10",
    )
    return [
        {
            "term": term,
            "estimate": dice.between(-9000, 4000) / 1000,
            "std_error": dice.between(210, 990) / 1000,
            "df": dice.between(600, 2100) / 10,
            "statistic": dice.between(-4000, 4000) / 1000,
            "p_value": dice.between(1, 999) / 1000,
        }
        for term in terms
    ]


def suppressed(seed: str) -> list[Row]:
    """Give counts by arm in which small ones and their neighbours are hidden."""
    dice = Dice(f"second corpus/{seed}")
    return [
        {
            "event": event,
            "IV": dice.between(14, 60),
            "IM": dice.pick(("<11", "hidden", 23, 31)),
            "SL": dice.pick(("<11", 17, "hidden")),
        }
        for event in EVENTS
    ]


def survival(seed: str) -> list[Row]:
    """Give a curve in steps of four weeks; those at risk are rounded to five."""
    dice = Dice(f"second corpus/{seed}")
    share = 1.0
    rows: list[Row] = []
    for step in range(7):
        rows.append(
            {
                "time": 28 * step,
                "n_risk": 140 - 15 * step,
                "estimate": round(share, 3),
                "conf_low": round(share - 0.07, 3),
                "conf_high": round(min(1, share + 0.06), 3),
            }
        )
        share -= dice.between(40, 110) / 1000
    return rows


def by_site(seed: str) -> list[Row]:
    """Give response by clinic."""
    dice = Dice(f"second corpus/{seed}")
    return [
        {
            "site_id": site,
            "n_evaluable": dice.between(31, 96),
            "response_pct": dice.between(380, 610) / 10,
        }
        for site in SITES
    ]


def by_month(seed: str) -> list[Row]:
    """Give points of a control chart by numbered period, not by calendar."""
    dice = Dice(f"second corpus/{seed}")
    return [
        {
            "period": number,
            "sessions": dice.between(60, 140),
            "rate_per_100": dice.between(20, 95) / 10,
            "centre": 5.4,
            "lower": 0.9,
            "upper": 9.9,
            "signal": "no",
        }
        for number in range(1, 15)
    ]


def scales() -> list[Row]:
    """Give facts on scales that anybody may read in their papers."""
    return [
        {"scale": "PHQ-9", "items": 9, "maximum": 27, "source": "Kroenke 2001"},
        {"scale": "GAD-7", "items": 7, "maximum": 21, "source": "Spitzer 2006"},
        {"scale": "MADRS", "items": 10, "maximum": 60, "source": "Montgomery 1979"},
        {"scale": "PCL-5", "items": 20, "maximum": 80, "source": "Blevins 2015"},
        {"scale": "CADSS", "items": 23, "maximum": 92, "source": "Bremner 1998"},
    ]


def dictionary() -> list[Row]:
    """Describe the columns of a study; the words name identifiers, the table holds none."""
    return [
        {"column": "subject_id", "type": "text", "rule": "random; never a chart number (MRN)"},
        {
            "column": "rel_day",
            "type": "integer",
            "rule": "days since first dose; no dates of birth",
        },
        {"column": "age_years", "type": "integer", "rule": "90 stands for 90 and above"},
        {"column": "zip3", "type": "text", "rule": "000 where fewer than 20,000 people live"},
        {"column": "phone, e-mail", "type": "refused", "rule": "not read"},
    ]


def variance_parts() -> list[Row]:
    """Give the parts of the variance of a mixed model."""
    return [
        {"group": "subject", "term_1": "1", "term_2": "1", "estimate": 18.214, "kind": "variance"},
        {
            "group": "subject",
            "term_1": "1",
            "term_2": "day",
            "estimate": -0.112,
            "kind": "covariance",
        },
        {"group": "clinic", "term_1": "1", "term_2": "1", "estimate": 1.906, "kind": "variance"},
        {"group": "residual", "term_1": "", "term_2": "", "estimate": 14.87, "kind": "residual"},
    ]


def attrition() -> list[Row]:
    """Give the steps from all to those analysed."""
    return [
        {"step": "treated", "n": 412, "lost": 0},
        {"step": "baseline score within 14 days", "n": 371, "lost": 41},
        {"step": "at or above the threshold", "n": 318, "lost": 53},
        {"step": "window closed", "n": 284, "lost": 34},
        {"step": "score in the window", "n": 239, "lost": 45},
    ]
