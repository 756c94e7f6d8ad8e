"""Shares with a score."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, Ledger, hide_completeness, hide_responses, recording
from analysis.errors import ColumnError, DataError

pytestmark = pytest.mark.unit


def counts(started: int, due: int, scored: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"site": ["A"], "visit": ["week 4"], "started": started, "due": due, "scored": scored}
    )


@pytest.mark.parametrize(
    ("due", "scored", "shown"),
    [
        (100, 60, "60%"),
        (100, 100, "100%"),
        (100, 0, "0%"),
        (60, 55, "≥83%"),  # at most 10 of 60 missing: 50 / 60
        (60, 5, "≤17%"),
        (0, 0, "not yet due"),
        (8, 4, "—"),
        (15, 8, "—"),  # both sides small
        (15, 13, "—"),  # a bound under one half says nothing
    ],
)
def test_share_or_its_bound(due: int, scored: int, shown: str) -> None:
    assert hide_completeness(counts(120, due, scored), by="site")["shown"].tolist() == [shown]


def test_bound_never_depends_on_the_hidden_count() -> None:
    texts = {
        hide_completeness(counts(120, 60, 60 - k), by="site")["shown"].iloc[0] for k in range(1, 11)
    }
    assert texts == {"≥83%"}


def test_not_due_is_not_missing() -> None:
    shown = hide_completeness(counts(120, 60, 45), by="site")
    assert shown["shown"].tolist() == ["75%"]


def test_true_counts_stay_inside() -> None:
    released = hide_completeness(counts(120, 60, 45), by="site")
    internal = hide_completeness(counts(120, 60, 45), by="site", policy=INTERNAL)
    assert not {"due", "scored"} & set(released.columns)
    assert internal[["due", "scored"]].to_numpy().tolist() == [[60, 45]]


@pytest.mark.parametrize(("due", "scored"), [(60, 61), (121, 40)])
def test_impossible_counts_are_refused(due: int, scored: int) -> None:
    with pytest.raises(DataError, match="more"):
        hide_completeness(counts(120, due, scored), by="site")


def test_absent_column_is_refused() -> None:
    with pytest.raises(ColumnError, match="scored"):
        hide_completeness(pd.DataFrame({"site": ["A"]}), by="site")


def possible_not_yet_due(started: int, text: str) -> set[int]:
    """Enumerate who may not be due yet, from what is printed and nothing else."""
    pairs = [(due, scored) for due in range(started + 1) for scored in range(due + 1)]
    grid = pd.DataFrame(pairs, columns=["due", "scored"]).assign(
        site="A", visit="week 4", started=started
    )
    shown = hide_completeness(grid, by="site")["shown"]
    return set((started - grid["due"])[shown.eq(text)])


@pytest.mark.truth
@pytest.mark.parametrize(
    ("started", "due", "scored"),
    [(40, 37, 19), (45, 44, 29), (66, 63, 60), (66, 66, 5), (52, 50, 11)],
)
def test_share_does_not_tell_how_few_are_not_yet_due(started: int, due: int, scored: int) -> None:
    shown = hide_completeness(counts(started, due, scored), by="site")["shown"].iloc[0]
    possible = possible_not_yet_due(started, shown)
    assert started - due in possible
    says_no_more_than_a_mark = set(range(11)) <= possible
    half_of_the_small_and_a_large = max(possible) >= 11 and len(possible & set(range(11))) >= 5
    hidden = shown == "—" and max(possible) >= 11
    assert says_no_more_than_a_mark or half_of_the_small_and_a_large or hidden


def test_exact_percentage_of_few_would_tell() -> None:
    # 51% of at most 40, both sides 11 or more, is 18 of 35, 19 of 37 or 20 of 39: 1, 3 or 5 left
    fits = {
        40 - due
        for due in range(22, 41)
        for scored in range(11, due - 10)
        if round(100 * scored / due) == 51
    }
    assert fits == {1, 3, 5}
    assert hide_completeness(counts(40, 37, 19), by="site")["shown"].tolist() == ["about 50%"]


SITES = pd.DataFrame(
    {
        "measure": "remission",
        "site": ["A", "B", "C", "All"],
        "started": [6, 70, 90, 166],
        "evaluable": [6, 70, 90, 166],
        "observed": [6, 70, 90, 166],
        "n": [3, 35, 45, 83],
        "estimate": 0.5,
    }
)


def shares_of_sites() -> pd.DataFrame:
    started = {"site": ["A", "B", "C"], "visit": "week 4", "started": [6, 70, 90]}
    return pd.DataFrame(started | {"due": [6, 70, 90], "scored": [3, 64, 50]})


def test_what_the_table_of_responses_hides_is_not_shown() -> None:
    alone = hide_completeness(shares_of_sites(), by="site")
    assert alone["started"].tolist() == ["<11", "70", "90"]
    assert alone["shown"].tolist() == ["—", "≥83%", "56%"]  # 10 of at least 60
    with recording(Ledger(release="2026-11")):
        table, _ = hide_responses(SITES, total="All")
        shown = hide_completeness(shares_of_sites(), by="site")
    # A follows from All, B and C
    assert table["started"].tolist() == ["<11", "—", "90", "166"]
    assert shown["started"].tolist() == ["<11", "—", "90"]
    assert shown["shown"].tolist() == ["—", "—", "56%"]  # the bound would tell 70 from 71


def test_two_numbers_of_started_are_refused() -> None:
    frame = pd.concat([counts(120, 60, 45), counts(121, 60, 45).assign(visit="week 8")])
    with pytest.raises(DataError, match="two numbers"):
        hide_completeness(frame, by="site")


@pytest.mark.truth
@pytest.mark.parametrize("started", [30, 45, 60, 83])
def test_no_text_tells_how_few_are_not_yet_due_to_whoever_knows_the_rule(started: int) -> None:
    rows = [(due, scored) for due in range(1, started + 1) for scored in range(due + 1)]
    frame = pd.DataFrame(rows, columns=["due", "scored"])
    frame = frame.assign(site="A", visit="week 4", started=started)
    shown = hide_completeness(frame, by="site")["shown"]
    not_yet = (started - frame["due"]).groupby(shown).agg(set)
    small = {text: values for text, values in not_yet.items() if max(values) < 11}
    # a bound may say "1 to 10 or none", as the mark <11 does, and nothing narrower
    assert all(text[0] in "≥≤" and values == set(range(11)) for text, values in small.items())
    assert "—" in set(shown)
    assert {text[-1] for text in not_yet.index} >= {"%", "—"}
