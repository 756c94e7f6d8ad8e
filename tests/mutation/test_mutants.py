"""The mutator itself: which changes it finds. The changes are tried by ``mutate.py``, not here."""

import ast
import json
from collections import Counter
from pathlib import Path

import pytest

from analysis.checks import RULES
from analysis.checks.demand import Demand
from analysis.instruments import instrument_names
from tests.mutation.catalogue import SOURCES, allowed_survivors, find_mutants, rounds_of
from tests.mutation.code_mutants import code_mutants
from tests.mutation.data_mutants import choices, data_mutants

unit, identity = pytest.mark.unit, pytest.mark.identity

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def found():
    return find_mutants(ROOT, seed=1)


def changed_texts(code):
    content = code.encode()
    return [mutant.apply(content).decode() for mutant in code_mutants("m.py", content)]


@unit
@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("a < b", ["(a <= b)"]),
        ("a >= b", ["(a > b)"]),
        ("a == b", ["(a != b)"]),
        ("a and b", ["(a or b)"]),
        ("a & ~b", ["(a | ~b)", "a & (b)"]),
        ("x = 'é', a < b", ["x = 'é', (a <= b)"]),
        ("n = 3", ["n = 4", "n = (2)"]),
        ("n = True", ["n = False"]),
        ("n = 0.5", ["n = 0.75"]),
        ("n = 1e-9", ["n = 0.0"]),
        ("a.le(b)", ["(a.lt(b))"]),
        ("a.between(b, c)", ["(a.between(b, c, inclusive='left'))"]),
        ("f(severity='error')", ["f(severity='warning')"]),
        ("f(rule='TIM-004')", ["f(rule='TIM-005')"]),
        ("RULES = (a, b)", ["RULES = (b,)", "RULES = (a,)"]),
        ("if f(a): g()", ["if (not f(a)): g()"]),
    ],
)
def test_changes_of_code(code, changed):
    texts = changed_texts(code)
    assert texts[: len(changed)] == changed


@unit
@pytest.mark.parametrize(
    "code",
    [
        "f'{a < 3}'",
        "raise E(3)",
        "__all__ = ['a', 'b']",
        "x: Literal['error']",
        "@d(a=True)\ndef f(): pass",
        "def summary(): return 3",
        "zip(a, b, strict=True)",
        "'a text'",
    ],
)
def test_what_decides_nothing_is_left_alone(code):
    assert changed_texts(code) == []


@unit
def test_changes_of_data():
    text = """{
  "name": "é", "licence": "x", "items": {"high": 3}, "direction": "up", "whole": true,
  "spread": 0.83, "codes": ["44249-1"], "groups": [[1, 2]], "evidence": [{"verified": true}],
  "bands": [{"low": 0, "high": 4}, {"low": 5, "high": 9}]
}"""
    schema = {"properties": {"direction": {"enum": ["up", "down"]}}}
    content = text.encode()
    made = data_mutants("d.json", content, choices(schema))
    changes = [(m.where, m.change) for m in made]
    assert changes == [
        ("items/high", "3 → 4"),
        ("direction", '"up" → "down"'),
        ("whole", "true → false"),
        ("spread", "0.83 → 0.84"),
        ("codes/0", '"44249-1" → "44249-2"'),
        ("groups/0", "last element dropped"),
        ("groups/0/0", "1 → 2"),
        ("groups/0/1", "2 → 3"),
        ("bands/0/low", "0 → 1"),
        ("bands/0/high", "4 → 5"),
        ("bands/1/low", "5 → 6"),
        ("bands/1/high", "9 → 10"),
        ("bands/0/high", "edge after 4 moved up"),
    ]
    assert json.loads(made[-1].apply(content))["bands"] == [
        {"low": 0, "high": 5},
        {"low": 6, "high": 9},
    ]
    assert json.loads(made[5].apply(content))["groups"] == [[1]]
    assert [m.line for m in made[:4]] == [2, 2, 2, 3]


@identity
def test_every_mutant_is_another_text_that_can_be_read(found):
    for mutant in (mutant for mutants in found.values() for mutant in mutants):
        content = (ROOT / mutant.file).read_bytes()
        changed = mutant.apply(content)
        assert changed != content
        if mutant.file.endswith(".json"):
            assert json.loads(changed) != json.loads(content)
        else:
            assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(content))


@identity
def test_the_mutants_are_the_same_each_time(found):
    keys = [mutant.key for mutants in found.values() for mutant in mutants]
    again = find_mutants(ROOT, seed=1)
    assert keys == [mutant.key for mutants in again.values() for mutant in mutants]
    assert len(keys) == len(set(keys)) >= 150
    other = find_mutants(ROOT, seed=2)
    assert {m.key for m in other["published"]} != {m.key for m in found["published"]}


@identity
def test_every_scale_and_every_rule_has_several(found):
    by_scale = Counter(mutant.file for mutant in found["scales"])
    assert len(by_scale) == len(instrument_names())
    assert min(by_scale.values()) >= 10
    by_rule = Counter(mutant.where for mutant in found["checks"])
    functions = [rule for rule in RULES if not isinstance(rule, Demand)]
    assert {rule.__name__ for rule in functions if by_rule[rule.__name__] < 2} == set()
    # what a demand compares; its code and severity are changed besides, where it is listed
    demands = {d.broken.__qualname__.replace("<locals>.", "") for d in RULES if d not in functions}
    assert {name for name in demands if by_rule[name] < 1} == set()
    assert all(mutants for mutants in found.values())


@identity
def test_every_mutant_has_tests_that_are_there(found):
    for source in SOURCES:
        room = sorted(path.name for path in (ROOT / source.first).glob("test_*.py"))
        for mutant in found[source.name]:
            rounds = rounds_of(ROOT, source, mutant)
            assert [f"{source.first}/{name}" for name in room] in rounds
            assert all((ROOT / name).exists() for tests in rounds for name in tests)


@identity
def test_what_may_stay_unnoticed_is_there_and_has_a_reason(found):
    keys = {mutant.key for mutants in found.values() for mutant in mutants}
    for mutant, reason in allowed_survivors(ROOT).items():
        assert mutant in keys
        assert len(reason) > 20
