"""The list of structural rules is that of the codes which the study room really uses."""

import re
from pathlib import Path

import pytest

import analysis.study
from analysis.study.structure import STRUCTURAL_RULES

pytestmark = pytest.mark.unit

WARNINGS = {"COL-002": "warning", "FIL-003": "error or warning", "FIL-008": "warning"}


def test_every_code_in_use_is_listed_and_no_other():
    room = Path(analysis.study.__file__).parent
    sources = [p.read_text(encoding="utf-8") for p in room.glob("*.py") if p.stem != "structure"]
    used = {code for text in sources for code in re.findall(r'"((?:FIL|COL)-\d{3})"', text)}
    assert [code for code, *_ in STRUCTURAL_RULES] == sorted(used)


def test_severities_and_sentences():
    for code, severity, tables, sentence in STRUCTURAL_RULES:
        assert severity == WARNINGS.get(code, "error")
        assert tables
        assert sentence[0].isupper()
        assert sentence.endswith(".")
