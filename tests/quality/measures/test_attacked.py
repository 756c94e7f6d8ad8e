"""An attacker who knows the rules of the measures, written without the code that hides."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from analysis.disclosure import Ledger, recording
from analysis.quality import measure, quality_measures
from tests.quality.measures.clinic import clinic

pytestmark = pytest.mark.identity

SEXES = ("female", "male", "other")
SHORT, LONG = 21, 28
DAYS = [0, 7, 14, 21]


def random_clinic(seed):
    """Patients of three groups; some cut off between the two windows, some completing late."""
    rng = np.random.default_rng(seed)
    sizes = dict(zip(SEXES, (rng.integers(40, 90), rng.integers(35, 60), rng.integers(1, 14)),
                     strict=True))  # fmt: skip
    people, sessions = {}, []
    for sex, size in sizes.items():
        for number in range(size):
            name = f"{sex}{number}"
            people[name] = {
                "sex": sex,
                "until": int(rng.choice([15, 24, 400], p=[0.1, 0.05, 0.85])),
            }
            kind = rng.choice(["done", "late", "few"], p=[0.6, 0.05, 0.35])
            days = {"done": DAYS, "late": [0, 7, 14, 26], "few": [0, 7]}[str(kind)]
            sessions += [(name, day, "induction", "true") for day in days]
    return clinic(people, sessions=sessions)


class Attacker:
    """Every count as a variable from 0 on; equations that a reader of the rules can write down."""

    def __init__(self):
        self.names, self.equations, self.known, self.true = {}, [], [], {}

    def count(self, *name):
        return self.names.setdefault(name, len(self.names))

    def adds_up(self, whole, parts):
        self.equations.append({self.count(*whole): -1.0, **{self.count(*p): 1.0 for p in parts}})

    def sees(self, name, text, true):
        self.true[self.count(*name)] = true
        if text[:1].isdigit():
            self.known.append((self.count(*name), float(text)))

    def greatest(self, place):
        n = len(self.names)
        rows = np.zeros((len(self.equations) + len(self.known), n))
        values = np.zeros(len(rows))
        for row, equation in enumerate(self.equations):
            rows[row, list(equation)] = list(equation.values())
        for row, (where, value) in enumerate(self.known, start=len(self.equations)):
            rows[row, where], values[row] = 1.0, value
        aim = np.zeros(n)
        aim[place] = -1.0
        found = linprog(aim, A_eq=rows, b_eq=values, bounds=(0, None), method="highs")
        return np.inf if found.status == 3 else -found.fun


def attacked(made, true):
    """What an attacker gets out of the table of two windows by sex."""
    told = Attacker()
    for shown, row in zip(made.shown.to_dict("records"), true.to_dict("records"), strict=True):
        name, stratum = row["measure"], row["stratum"]
        kinds = ("denominator", "numerator") if row["by"] else (
            "population", "not_yet_due", "denominator", "numerator")  # fmt: skip
        for kind in kinds:
            told.sees((kind, name, stratum), shown[kind], row[kind])
        rest = ("without", name, stratum)
        told.adds_up(("denominator", name, stratum), [("numerator", name, stratum), rest])
        told.true[told.count(*rest)] = row["denominator"] - row["numerator"]
    strata = [sex for sex in SEXES if sex in set(true["stratum"])]
    for name in ("short", "long"):
        parts = [("not_yet_due", name, "All"), ("denominator", name, "All")]
        told.adds_up(("population", name, "All"), parts)
        for kind in ("denominator", "numerator", "without") if strata else ():
            told.adds_up((kind, name, "All"), [(kind, name, sex) for sex in strata])
    told.adds_up(("population", "short", "All"), [("population", "long", "All")])
    counts = true.set_index(["measure", "stratum"])["denominator"]
    for stratum in ("All", *strata):  # whoever is due after the long window is due after the short
        few = ("between", "both", stratum)
        told.adds_up(("denominator", "short", stratum), [("denominator", "long", stratum), few])
        told.true[told.count(*few)] = counts["short", stratum] - counts["long", stratum]
    return told


@pytest.mark.parametrize("by", [None, "sex"])
@pytest.mark.parametrize("seed", range(3))
def test_no_small_count_is_pinned_down(seed, by):
    study = random_clinic(seed)
    short = measure("induction_completed").with_rule(within=SHORT)
    long = measure("induction_completed").with_rule(within=LONG)
    pair = [type(each)(**{**vars(each), "name": name})
            for each, name in ((short, "short"), (long, "long"))]  # fmt: skip
    with recording(Ledger(release="1")):
        made = quality_measures(study, pair, by=by)
    told = attacked(made, made.tidy())
    small = [place for place, n in told.true.items() if 1 <= n <= 10]
    assert small
    assert [place for place in small if told.greatest(place) < 11] == []
    assert made.shown["numerator"].str.isdigit().any()  # and something is told
