"""The first page with two periods, with few patients, and with studies that lack tables."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, Ledger, Policy, recording, release
from analysis.errors import DataError, DisclosureError, ModelError
from analysis.outcomes import patients_before, select_patients
from analysis.report.first_page import (
    cautions,
    changes,
    headline,
    headline_table,
    period_table,
)
from analysis.study import read_study
from analysis.synthetic import example_folder

unit, identity = pytest.mark.unit, pytest.mark.identity

RULES = {"instrument": "PHQ-9", "visit": "week 4"}


@pytest.fixture(scope="module")
def network():
    return read_study(example_folder("clinic-network"))


def without(study, *names, columns=()):
    """Leave out tables, or columns of a table."""
    tables = {name: frame for name, frame in study.tables.items() if name not in names}
    for table, column in columns:
        tables[table] = tables[table].drop(columns=column)
    return replace(study, tables=tables)


def twelve(study):
    """The first twelve patients of one clinic."""
    subjects = study.tables["subjects"]
    ids = subjects.loc[subjects["site_id"].eq("clinic-a"), "subject_id"].head(12)
    tables = {name: frame[frame["subject_id"].isin(ids)] for name, frame in study.tables.items()}
    return replace(study, tables=tables)


def periods(study, first, last):
    """The patients of a period, and of the one before."""
    whom = {"first": first, "last": last}
    return select_patients(study, **whom), patients_before(study, **whom)


@pytest.fixture(scope="module")
def parts(network):
    return periods(network, "month 13", "month 24")


@pytest.fixture(scope="module")
def halves(parts):
    return headline(parts[0], **RULES, before=parts[1], policy=INTERNAL)


@pytest.fixture(scope="module")
def made(network):
    return headline(network, **RULES)


# --- What is lacking ------------------------------------------------------------------------------


@unit
@pytest.mark.parametrize(
    ("tables", "columns", "lacking"),
    [
        (
            ("items", "adverse_events"),
            (),
            {
                "item9": "needs the table items",
                "serious": "needs serious in the table adverse_events",
            },
        ),
        (
            ("actions",),
            [("sessions", "ae_assessed")],
            {"item9": "actions", "serious": "needs ae_assessed"},
        ),
        (("monitoring", "diagnoses", "encounters", "concomitant"), (), {}),
    ],
)
def test_what_a_study_lacks_is_said_and_never_0(network, tables, columns, lacking):
    clinic = select_patients(network, site="clinic-h")
    made = headline(without(clinic, *tables, columns=columns), **RULES)
    reasons = made.shown.set_index("measure")["reason"]
    assert set(reasons[reasons.ne("")].index) == set(lacking)
    for name, words in lacking.items():
        assert words in reasons[name]
        row = made.tidy().set_index("measure").loc[name]
        assert row[["estimate", "conf_low", "conf_high"]].isna().all()
        assert words in str(headline_table(made))
    assert made.glance()["n_not_computable"].tolist() == [len(lacking)]


@unit
def test_a_scale_without_response_says_so(network):
    made = headline(network, "PCL-5", visit="week 4").shown.set_index("measure")
    assert "no accepted response" in made.loc["response", "reason"]
    assert made.loc["completeness", "reason"] == ""


@unit
@pytest.mark.parametrize("instrument", ["PHQ-9", "no scale"])
def test_a_visit_that_is_not_planned_and_a_scale_that_is_not_known_are_refused(network, instrument):
    with pytest.raises(DataError):
        headline(network, instrument, visit="week 5")


@unit
def test_a_level_outside_0_and_1_is_refused(network):
    with pytest.raises(ModelError):
        headline(network, **RULES, conf_level=95)


# --- Few patients ---------------------------------------------------------------------------------


@unit
def test_twelve_patients_show_no_count_from_1_to_10_and_no_share(network):
    made = headline(twelve(network), **RULES)
    for column in ("patients", "n", "events"):
        told = pd.to_numeric(made.shown[column], errors="coerce").dropna()
        assert not told.between(1, 10).any(), column
    true = made.tidy()
    small = true["n"].between(1, 10) | (true["patients"] - true["n"]).between(1, 10)
    assert small.any()
    assert made.shown.loc[small, "estimate"].isna().all()
    assert release(made).frame["n"].tolist() == made.shown["n"].tolist()
    said = cautions(made, twelve(network))
    assert any("with so few patients" in each for each in said)
    assert not any("Which clinic is best" in each for each in said)


@unit
def test_that_all_or_none_with_a_positive_item_9_lack_an_action_is_not_told(network):
    clinic = select_patients(network, site="clinic-a")
    none = replace(clinic, tables={**clinic.tables, "actions": clinic.tables["actions"].iloc[:0]})
    for study in (none, _with_action_always(clinic)):
        made = headline(study, **RULES)
        true = made.tidy().set_index("measure").loc["item9"]
        assert true["n"] in (0, true["patients"])
        shown = made.shown.set_index("measure").loc["item9"]
        assert shown["n"] in ("<11", "—")
        assert pd.isna(shown["estimate"])


def _with_action_always(study):
    """A risk assessment on every day with items."""
    days = study.tables["items"][["subject_id", "rel_day"]].drop_duplicates()
    actions = days.assign(
        action_no=range(1, len(days) + 1), session_no=pd.NA, trigger="suicidal ideation",
        action="risk assessment",
    )  # fmt: skip
    return replace(study, tables={**study.tables, "actions": actions})


# --- Two periods ----------------------------------------------------------------------------------


@identity
def test_two_periods_are_what_each_is_alone(parts, halves):
    columns = ["measure", "patients", "n", "sessions", "events", "estimate", "conf_high"]
    for period, part in zip(("this period", "period before"), parts, strict=True):
        alone = headline(part, **RULES, policy=INTERNAL).tidy()[columns]
        own = halves.tidy()
        mine = own.loc[own["period"].eq(period), columns].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, alone)


@unit
def test_differences_have_newcombes_limits(halves):
    # Response 80 of 160 and 75 of 182, remission 33 of 160 and 19 of 182: method 10 of Newcombe
    # (1998), typed from his formulas with Wilson's limits.
    found = changes(halves).set_index("measure")
    numbers = found.loc[["response", "remission"], ["estimate", "conf_low", "conf_high"]]
    assert numbers.loc["response"].tolist() == pytest.approx(_newcombe(80, 160, 75, 182), abs=1e-9)
    assert numbers.loc["remission"].tolist() == pytest.approx(_newcombe(33, 160, 19, 182), abs=1e-9)
    assert found.loc["response", "in_words"] == "+8.8 (−1.8 to +19.1); chance may explain it."
    assert found.loc["remission", "in_words"] == "Higher: +10.2 (+2.5 to +18.0)."


def _wilson(n, of):
    z = 1.959963984540054
    middle, half = n + z**2 / 2, z * (n * (of - n) / of + z**2 / 4) ** 0.5
    return (middle - half) / (of + z**2), (middle + half) / (of + z**2)


def _newcombe(n, of, m, among):
    p, q = n / of, m / among
    (p_low, p_high), (q_low, q_high) = _wilson(n, of), _wilson(m, among)
    below = ((p - p_low) ** 2 + (q_high - q) ** 2) ** 0.5
    above = ((p_high - p) ** 2 + (q - q_low) ** 2) ** 0.5
    return [p - q, p - q - below, p - q + above]


@unit
def test_a_rate_without_events_is_compared_by_a_two_sided_limit(halves):
    rows = halves.tidy().set_index(["period", "measure"])
    assert rows.loc[("this period", "serious"), "events"] == 0
    sessions = rows.loc[("this period", "serious"), "sessions"]
    before = rows.loc[("period before", "serious")]
    found = changes(halves).set_index("measure").loc["serious"]
    above = 100 * 3.688879454113936 / sessions  # -log(0.025), not the 2.9957 of one side
    expected = (above**2 + (before["estimate"] - before["conf_low"]) ** 2) ** 0.5
    assert found["conf_high"] - found["estimate"] == pytest.approx(expected, rel=1e-9)


@unit
def test_without_a_period_before_nothing_is_compared(network, made):
    assert changes(made).empty
    assert period_table(made).frame.empty
    assert not any("comparisons" in each for each in cautions(made, network))


@unit
def test_ranges_enter_a_comparison_with_the_ends_that_are_further_apart(halves):
    shown = halves.shown.copy()
    ends = ["estimate", "estimate_low", "estimate_high", "conf_low", "conf_high"]
    for period, numbers in (
        ("this period", [0.5, 0.4, 0.6, 0.3, 0.7]),
        ("period before", [0.3, 0.2, 0.4, 0.1, 0.5]),
    ):
        row = shown["measure"].eq("loss") & shown["period"].eq(period)
        shown.loc[row, ends] = numbers
    found = changes(replace(halves, shown=shown)).set_index("measure").loc["loss"]
    assert found["estimate"] == pytest.approx(0.2)
    # (0.4 - 0.4) - sqrt(0.1² + 0.1²) and (0.6 - 0.2) + sqrt(0.1² + 0.1²)
    assert found["conf_low"] == pytest.approx(-(0.02**0.5))
    assert found["conf_high"] == pytest.approx(0.4 + 0.02**0.5)


@unit
def test_looks_are_counted(network, halves):
    said = [each for each in cautions(halves, network) if "comparisons" in each]
    assert said[0].startswith("That something changed because one of 11 comparisons says so")
    assert "in 43% of reports" in said[0]  # 1 - 0.95 ** 11


# --- The hostile reader ---------------------------------------------------------------------------


@unit
@pytest.mark.parametrize("whole_first", [False, True])
def test_periods_and_the_whole_do_not_give_a_hidden_count_away(network, whole_first):
    """Months 19 to 23 have 9 remissions and 10 lacks of action; the five before have 19 and 18."""
    now, before = periods(network, "month 19", "month 23")
    whole = select_patients(network, first="month 14", last="month 23")
    first = Ledger(release="2026-10")
    with recording(first):
        one = headline(whole, **RULES) if whole_first else headline(now, **RULES, before=before)
    with recording(Ledger(release="2026-11", records=first.records)):
        two = headline(now, **RULES, before=before) if whole_first else headline(whole, **RULES)
    parts, both = (two, one) if whole_first else (one, two)
    parts = parts.shown.set_index(["measure", "period"])["n"].unstack()
    together = both.shown.set_index("measure")["n"]
    assert parts.loc["remission", "this period"] == "<11"
    for name in ("evaluable", "completeness", "response", "remission", "worsening", "item9"):
        told = [parts.loc[name, "this period"], parts.loc[name, "period before"], together[name]]
        hidden = [text for text in told if not text.replace(",", "").isdigit()]
        assert len(hidden) != 1, name


@unit
def test_how_many_lost_response_is_not_shown_beside_the_curve(made):
    assert made.tidy().set_index("measure").loc["loss", "n"] == 91
    assert made.shown.set_index("measure").loc["loss", "n"] == ""


@unit
def test_internal_pages_are_confidential_and_do_not_leave(network):
    made = headline(twelve(network), **RULES, policy=Policy(audience="internal"))
    assert made.shown["n"].str.fullmatch(r"\d*").all()
    assert "Confidential" in str(headline_table(made))
    with pytest.raises(DisclosureError):
        release(made)
