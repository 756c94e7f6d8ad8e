"""Formulas: what is read, and what is refused before it can run."""

import pytest

from analysis.errors import ModelError
from analysis.formulas.parsing import read_fixed, read_random

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "predictors", "factors"),
    [
        ("change ~ arm * day + baseline", ("arm", "day", "baseline"), set()),
        ("change ~ C(visit) * arm", ("visit", "arm"), {"visit"}),
        ("change ~ C(arm, contr.treatment('iv'))", ("arm",), {"arm"}),
        ("change ~ bs(day, df=4) + poly(baseline, 2)", ("day", "baseline"), set()),
        ("change ~ I((day - 7) ** 2) + log(baseline + 1)", ("day", "baseline"), set()),
        ("change ~ {day / 7} + center(baseline)", ("day", "baseline"), set()),
        ("change ~ `dose mg`", ("dose mg",), set()),
        ("change ~ 1", (), set()),
    ],
)
def test_columns_are_read_from_the_formula(text, predictors, factors):
    parsed = read_fixed(text)
    assert parsed.outcome == ("change",)
    assert parsed.predictors == predictors
    assert parsed.factors == factors


def test_outcome_may_be_transformed():
    assert read_fixed("log(score) ~ day").outcome == ("score",)


@pytest.mark.parametrize(
    "term",
    [
        "{open('%s', 'w')}",
        "I(open('%s', 'w'))",
        "np.log(day)",
        "I(day.values)",
        "I(np.save('%s', day))",
        "{(lambda: day)()}",
        "{[d for d in day]}",
        "{day[0]}",
        "{day if day else 1}",
        "{day ** 99}",
        "{9 ** day}",
        "{9 ** 9 ** 9}",
        "C(day, contr.__class__)",
        "C(day, contr.treatment.__init__('a'))",
        "log(*day)",
        "log(day, **day)",
        "center(day, _state=day)",
        "I(__import__)",
        "Q('day')",
        "hashed(day, levels=2)",
        "lag(day)",
        "exec(day)",
        "{day and baseline}",
        "{day < 3}",
        "{f'{day}'}",
        "{(day := 3)}",
        "I(b'x')",
    ],
)
@pytest.mark.parametrize("side", ["fixed", "random"])
def test_code_is_refused_and_does_not_run(term, side, tmp_path):
    canary = tmp_path / "canary"
    text = term.replace("%s", canary.as_posix())
    with pytest.raises(ModelError):
        read_fixed(f"change ~ day + {text}") if side == "fixed" else read_random(f"1 + {text}")
    assert not canary.exists()


def test_refusal_lists_what_is_allowed():
    with pytest.raises(ModelError, match=r"code that is not allowed.*bs, cc, center.*Compute"):
        read_fixed("change ~ np.log(day)")


@pytest.mark.parametrize("text", ["change", "~ day", "change ~ day ~ arm", "change ~ 0", "", "a +"])
def test_formula_without_outcome_or_mean_is_refused(text):
    with pytest.raises(ModelError, match="formula"):
        read_fixed(text)


def test_two_outcomes_are_refused():
    with pytest.raises(ModelError, match="exactly one outcome"):
        read_fixed("change + score ~ day")


@pytest.mark.parametrize("text", ["change ~ day + (1 | patient)", "change ~ day | patient"])
def test_random_part_in_the_formula_is_sent_to_its_argument(text):
    with pytest.raises(ModelError, match=r"subject= and random="):
        read_fixed(text)


@pytest.mark.parametrize("text", ["change ~ 1", "0", "-1", "1 +"])
def test_random_part_must_be_one_sided_and_not_empty(text):
    with pytest.raises(ModelError, match="random"):
        read_random(text)


def test_formula_must_be_text():
    with pytest.raises(ModelError, match="as text"):
        read_fixed(3)
