"""A later round answers what the rounds before it ask; another answer is named, not fitted."""

import dataclasses

import numpy as np
import pytest

from analysis.distributed import Ask, make_bundle, pool
from analysis.distributed.cox.result import PooledCox
from analysis.errors import DataError
from tests.distributed.bundles.network import LOSS, agreement, derived_once, keys_of

pytestmark = pytest.mark.unit

SITES = ("clinic-a", "clinic-c", "clinic-e")
SEX = 'model = "cox"\nformula = "sex"\n' + LOSS + 'levels.sex = ["female", "male"]\n'


@pytest.fixture(scope="module", autouse=True)
def _derived():
    with derived_once():
        yield


@pytest.fixture(scope="module")
def agreed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agreed")
    more = ('[analyses."hazard"]', f'[analyses.sex]\n{SEX}\n[analyses."hazard"]')
    return agreement(folder, "trusted", names=("hazard",), sites=SITES, change=more)


@pytest.fixture(scope="module")
def rounds(study, agreed):
    """Return the bundles of two rounds, the question of the third, and a way to answer."""

    def answers(ask):
        return [make_bundle(study, agreed, site=site, ask=ask) for site in SITES]

    first = answers(None)
    second = answers(pool(first).ask)
    return first, second, pool([*first, *second]).ask, answers


def test_rounds_are_asked_until_all_is_finished(rounds):
    sent, ask, answers = [*rounds[0], *rounds[1]], rounds[2], rounds[3]
    assert set(ask.coefficients) == {"sex", "hazard"}
    while ask is not None:
        assert ask.round < 9
        sent += answers(ask)
        ask = pool(sent).ask
    assert all(isinstance(each, PooledCox) for each in pool(sent).results.values())
    last = max(bundle.round for bundle in sent)
    late = [dataclasses.replace(b, round=last + 1) for b in sent if b.round == last]
    with pytest.raises(DataError, match=f"finished after round {last}, so that nothing was asked"):
        pool([*sent, *late])


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda beta: {**beta, "hazard": beta["hazard"] + 1.0}, "a question that these bundles"),
        (lambda beta: {"sex": beta["sex"]}, "'hazard', 'sex', instead of 'sex'"),
    ],
)
def test_another_question_that_all_have_answered_is_named(rounds, change, found):
    first, second, ask, answers = rounds
    other = Ask(
        round=3,
        specification_sha256=ask.specification_sha256,
        coefficients=change(ask.coefficients),
    )
    with pytest.raises(DataError, match="The bundles of round 3 answer") as refusal:
        pool([*first, *second, *answers(other)])
    said = str(refusal.value)
    assert found in said
    assert "rounds 1 to 2 ask" in said
    assert said.endswith("send all sites the next-round.json that is written.")


def test_coefficients_of_question_and_answer_are_told_apart(rounds):
    first, second, ask, answers = rounds
    other = dict(ask.coefficients) | {"sex": np.array([0.25])}
    wrong = Ask(round=3, specification_sha256=ask.specification_sha256, coefficients=other)
    with pytest.raises(DataError) as refusal:
        pool([*first, *second, *answers(wrong)])
    asked = f"{ask.coefficients['sex'][0]:.6g}"
    assert f"'sex' at {asked}, instead of 0.25." in str(refusal.value)
    assert "'hazard' at" not in str(refusal.value)


def test_an_earlier_round_answered_once_more_is_named(rounds):
    first, second, _, _ = rounds
    again = [dataclasses.replace(bundle, round=3) for bundle in second]
    with pytest.raises(DataError, match="round 3 answer round 2 once more"):
        pool([*first, *second, *again])


def test_masked_answers_to_another_question_are_named(study, tmp_path):
    masked = agreement(tmp_path, "masked", names=("hazard",), sites=SITES, threshold=2)
    roster, keys = keys_of(tmp_path, SITES)

    def answers(ask):
        return [
            make_bundle(study, masked, site=site, ask=ask, roster=roster, key=keys[site])
            for site in SITES
        ]

    first = answers(None)
    other = Ask(
        round=2, specification_sha256=masked.sha256, coefficients={"hazard": np.array([1.0, 0.0])}
    )
    with pytest.raises(DataError, match=r"answers to what the bundles of round 1 ask\. Take"):
        pool([*first, *answers(other)], roster=roster)
