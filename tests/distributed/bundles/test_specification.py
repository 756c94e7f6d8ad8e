"""What a network may agree on, and every slip of the pen."""

import re
import tomllib

import numpy as np
import pytest

from analysis.distributed import (
    Ask,
    example_agreement,
    make_bundle,
    read_ask,
    read_specification,
    write_ask,
)
from analysis.errors import AnalysisError, DataError

pytestmark = pytest.mark.unit

TEXT = """
[network]
title = "Course"
sites = ["a", "b"]
mode = "trusted"
threshold = 11
agreement = "agreed"

[analyses.course]
model = "lmm"
instrument = "PHQ-9"
visits = ["week 1", "week 2"]
formula = "change ~ baseline + regimen + visit"
site = "none"
levels.regimen = ["ketamine IV", "ketamine IM"]
method = "reml"
df = "kenward-roger"
random = "1"
random_covariance = "unstructured"
baseline_at_least = 10
"""
KEYS = re.findall(r"(?m)^([a-z_]+)[ .]", TEXT)


def read(tmp_path, text):
    file = tmp_path / "analysis.toml"
    file.write_text(text, encoding="utf-8")
    return read_specification(file)


def test_the_text_is_sound_and_knows_every_key(tmp_path):
    read(tmp_path, TEXT)
    assert len(KEYS) == 16


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_is_misspelt_is_named_with_the_file(tmp_path, key):
    wrong = re.sub(rf"(?m)^{key}\b", f"{key}x", TEXT)
    with pytest.raises(DataError, match=rf"^analysis\.toml.*\b{key}") as refusal:
        read(tmp_path, wrong)
    assert (
        "missing" in str(refusal.value)
        or "nothing reads" in str(refusal.value)
        or (key in {"sites", "agreement"})
    )


@pytest.mark.parametrize("wrong", ["7.5", "[]", '["a", "a"]', "true", '""', "{x = 1}"])
@pytest.mark.parametrize("key", KEYS)
def test_a_value_of_the_wrong_type_is_refused_by_its_key(tmp_path, key, wrong):
    allowed = {("title", '""'), ("baseline_at_least", "7.5")}
    text = re.sub(rf"(?m)^{key}(\.regimen)? = .*$", lambda _: f"{key} = {wrong}", TEXT)
    if (key, wrong) in allowed:
        read(tmp_path, text)
        return
    with pytest.raises(DataError, match=rf"\b{key}\b"):
        read(tmp_path, text)


@pytest.mark.parametrize("key", ["sites", "model", "instrument", "visits", "formula"])
def test_what_must_be_there_is_asked_for(tmp_path, key):
    with pytest.raises(DataError, match=rf"\b{key}\b"):
        read(tmp_path, re.sub(rf"(?m)^{key} = .*$", "", TEXT))


@pytest.mark.parametrize("key", ["title", "mode", "threshold", "site", "levels", "method", "df"])
def test_what_may_be_left_out_has_a_default_that_is_written_out(tmp_path, key):
    text = re.sub(rf"(?m)^{key}\b.*$", "", TEXT)
    made = read(tmp_path, text)
    both = {**made.text["network"], **made.text["analyses"]["course"]}
    assert key in both


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"week 2"]', '"week 2b"]', "week 2b"),
        ('agreement = "agreed"', "", "Name the agreement that allows it"),
        ('agreement = "agreed"', 'agreement = " "', "Name the agreement that allows it"),
        ("threshold = 11", "threshold = 1", "at least 2"),
        ('"trusted"', '"trustful"', "'trusted', 'masked', 'thresholded'"),
        ('"lmm"', '"lm"', "'mmrm', 'lmm'"),
        ('["a", "b"]', '["a"]', "at least two sites"),
        ('["a", "b"]', '"ab"', "at least two sites"),
        ('["ketamine IV", "ketamine IM"]', '"ketamine IV"', "a table of lists"),
        ("baseline_at_least = 10", "baseline_at_least = nan", "a number"),
        ("[analyses.course]", "[analyse.course]", "no table .analyses"),
        ("[network]", "[network", "is no TOML"),
        ("regimen + visit", "subject_id", "a coefficient per patient"),
        ('random = "1"', 'random = "1 + rel_day"', "random names 'rel_day'.*the planned day"),
    ],
)
def test_other_slips_are_told(tmp_path, old, new, why):
    assert old in TEXT
    with pytest.raises(AnalysisError, match=why):
        read(tmp_path, TEXT.replace(old, new))


def test_a_formula_that_cannot_be_read_is_refused_before_a_site_works(tmp_path):
    with pytest.raises(AnalysisError):
        read(tmp_path, TEXT.replace("change ~ baseline", "change ~ ("))


def test_a_file_that_is_not_there_is_named_without_its_folder(tmp_path):
    with pytest.raises(DataError, match=r"^nowhere\.toml could not be read"):
        read_specification(tmp_path / "nowhere.toml")


def test_the_digest_is_that_of_the_values(tmp_path):
    first = read(tmp_path, TEXT)
    network, course = TEXT.split("\n\n")
    lines = [course.splitlines()[0], *sorted(course.splitlines()[1:], reverse=True)]
    turned = "# a remark\n" + "\n".join(lines) + "\n\n" + network.replace(" = ", "   =  ")
    without = TEXT.replace('site = "none"\n', "").replace("threshold = 11\n", "")
    assert read(tmp_path, turned).sha256 == first.sha256
    assert read(tmp_path, without).sha256 == first.sha256  # defaults are the same agreement
    assert read(tmp_path, TEXT.replace("= 10", "= 11")).sha256 != first.sha256
    assert read(tmp_path, TEXT.replace('"a", "b"', '"b", "a"')).sha256 != first.sha256


def test_the_example_is_for_the_committed_network(study, agreement):
    assert set(agreement.sites) == set(study.sites)
    text = example_agreement().read_text(encoding="utf-8")
    assert set(tomllib.loads(text)["analyses"]) == {"course", "regimens"}


TIMES = """
[network]
sites = ["a", "b"]
agreement = "agreed"

[analyses.times]
model = "kaplan-meier"
endpoint = "remission"
instrument = "PHQ-9"
by = "regimen"
until = 90
levels.regimen = ["ketamine IV", "ketamine IM"]
"""


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"remission"', '"recovery"', "endpoint.*'loss of response', 'response', 'remission'"),
        ('endpoint = "remission"\n', "", "endpoint"),
        ('"remission"', '"loss of response"', "visit"),
        ('"remission"', '"loss of response"\nvisit = "week 77"', "week 77"),
        ("levels.regimen", "levels.sex", r"levels\.regimen is missing"),
        ("until = 90", "until = 90.5", "until must be a whole number"),
        ("until = 90", "until = 0", "until must be a whole number"),
        ("until = 90", "until = 3651", "up to 3650"),
        ("until = 90", "until = true", "until"),
        ("until = 90", 'days = "28"', "days"),
        ("until = 90", "days = []", "days"),
        ("until = 90", 'strata = "sex"', "strata.*'none', 'site'"),
        ('"kaplan-meier"\n', '"logrank"\nentry = 3\n', "entry"),
        ('by = "regimen"\n', "", None),
        ('"kaplan-meier"', '"cumulative-incidence"', None),
        ('"kaplan-meier"', '"gray-test"', None),
        ('model = "kaplan-meier"', 'model = "logrank"', None),
    ],
)
def test_slips_in_analyses_of_times(tmp_path, old, new, why):
    assert old in TIMES
    text = TIMES.replace(old, new)
    if why is None:
        assert read(tmp_path, text).analyses[0].name == "times"
        return
    with pytest.raises(AnalysisError, match=why):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("formula", "why"),
    [("regimen + (", "."), ("regimen + subject_id", "subject_id"), ("y ~ regimen", ".")],
)
def test_formulas_of_hazards_are_read_before_a_site_works(tmp_path, formula, why):
    text = TIMES.replace('"kaplan-meier"', f'"cox"\nformula = "{formula}"')
    with pytest.raises(AnalysisError, match=why):
        read(tmp_path, text.replace('by = "regimen"\n', ""))


def test_a_factor_of_a_hazard_must_be_declared(tmp_path, study):
    text = TIMES.replace('"kaplan-meier"', '"cox"\nformula = "regimen + sex"')
    text = text.replace('["a", "b"]', '["clinic-a", "clinic-b"]').replace('by = "regimen"\n', "")
    with pytest.raises(AnalysisError, match="sex"):
        make_bundle(study, read(tmp_path, text), site="clinic-a")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-9],
        lambda text: text.replace("ketamine-outcomes round", "ketamine-outcomes bundle"),
        lambda text: text.replace('"version": 1', '"version": 2'),
        lambda text: text.replace("0.25", '"much"'),
        lambda text: text.replace("0.25", "NaN"),
        lambda text: text.replace("0.25", "[0.25]"),
        lambda text: text.replace('"coefficients"', '"betas"'),
        lambda text: text.replace('"round": 2', '"round": "two"'),
        lambda text: text.replace('"round": 2', '"round": 1'),
        lambda text: text.replace('"round": 2', '"round": 2.5'),
        lambda _: "[" * 100_000,
        lambda _: "[]",
    ],
)
def test_damaged_rounds_are_refused(tmp_path, change):
    ask = Ask(round=2, specification_sha256="0" * 64, coefficients={"x": np.array([0.25, -1.0])})
    file = write_ask(ask, tmp_path / "round.json")
    again = read_ask(file)
    assert again.sha256 == ask.sha256
    text = file.read_text(encoding="utf-8")
    file.write_text(change(text), encoding="utf-8")
    assert change(text) != text
    with pytest.raises(DataError, match=r"round\.json is no round of a network"):
        read_ask(file)


def test_a_round_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"^nowhere\.json is no round"):
        read_ask(tmp_path / "nowhere.json")
