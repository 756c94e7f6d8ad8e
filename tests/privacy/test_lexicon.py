"""The word lists: dated, of known length, and free of what would hide the clinic's words."""

import pytest

from analysis.privacy import small_zip3
from analysis.privacy.lexicon import alternatives, read_list, word_set

pytestmark = pytest.mark.unit


def test_small_zip_areas_of_both_censuses():
    assert " ".join(sorted(small_zip3(2000))) == (
        "036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893"
    )
    assert " ".join(sorted(small_zip3(2020))) == (
        "036 059 102 202 203 204 205 369 556 692 753 772 821 823 878 879 884 893"
    )
    assert (len(small_zip3(2000)), len(small_zip3(2020))) == (17, 18)
    assert small_zip3() == small_zip3(2020)


def test_every_list_names_its_source_or_purpose():
    for name in ("names", "places"):
        assert read_list(name)["source"]
    assert all(entry["source"] for entry in read_list("zip3")["censuses"])
    assert all(read_list(name)["about"] for name in ("dates", "labels", "headers", "look_alikes"))


@pytest.mark.parametrize("word", ["white", "black", "hope", "harm", "will", "may", "mark", "grace"])
def test_ordinary_words_alone_are_no_names(word):
    assert word not in word_set("names", "given")
    assert word not in word_set("names", "surnames")


def test_the_longest_alternative_comes_first():
    assert alternatives(["ab", "abc", "a.b"]) == r"(?:a\.b|abc|ab)"
    assert alternatives(["a b"], spaces=True) == r"(?:a[\s_-]?b)"
