"""What the attack on monthly reports says, and that the attacker can win where he should."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.disclosure.record import Record
from simulations.attacked_releases import PATIENTS, TABLE, attacked
from simulations.committed import RESULTS


@pytest.mark.truth
def test_no_small_count_of_three_monthly_reports_is_pinned_down():
    table = pd.read_csv(RESULTS / TABLE)
    assert table["release"].nunique() == len(PATIENTS)
    assert len(table) == 11 * len(PATIENTS)
    assert table["small"].sum() > 500
    assert table["pinned_down"].sum() == 0


def record(release: str, about: str, counts: dict[str, int], hidden: set[str], **more) -> Record:
    shown = {name: "—" if name in hidden else f"{n:,d}" for name, n in counts.items()}
    return Record(release=release, about=about, counts=counts, shown=shown, **more)


@pytest.mark.unit
def test_the_attacker_subtracts():
    parts = (("all", ("a", "b")),)
    told = record("1", "sites", {"all": 45, "a": 40, "b": 5}, {"b"}, sums=parts)
    assert attacked([told])[["small", "pinned_down"]].to_numpy().tolist() == [[1, 1]]
    safe = record("1", "sites", {"all": 45, "a": 40, "b": 5}, {"a", "b"}, sums=parts)
    assert attacked([safe])["pinned_down"].tolist() == [0]


@pytest.mark.unit
def test_the_attacker_compares_months_and_tables():
    january = record("1", "all", {"n": 40}, set(), sums=())
    february = record("2", "all", {"n": 43}, set(), sums=())
    assert attacked([january, february])["pinned_down"].tolist() == [0, 1]
    sums, who = (("all", ("a", "b")),), {"all": 2**45 - 1, "a": 2**40 - 1, "b": 31 << 40}
    one = record("1", "one", {"all": 45, "a": 40, "b": 5}, {"a", "b"}, sums=sums, members=who)
    other = record("1", "other", {"x": 40}, set(), sums=(), members={"x": 2**40 - 1})
    assert attacked([one, other])["pinned_down"].tolist() == [1, 0]
