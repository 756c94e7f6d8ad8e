"""What a network may agree on, and every slip of the pen."""

import re
import tomllib

import pytest

from analysis.distributed import example_agreement, read_specification
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
