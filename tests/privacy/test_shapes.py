"""Shapes of whole columns and numbers: what chance cannot do, and what it can."""

import numpy as np
import pandas as pd
import pytest

from analysis.privacy import identifiers_in
from analysis.privacy.headers import meaning_of_header
from analysis.privacy.number_shapes import is_compact_day, luhn_fits
from analysis.privacy.numeric_columns import numeric_kinds
from analysis.privacy.shapes import kinds_of_shapes

pytestmark = pytest.mark.unit


def shapes(*texts):
    return {element for element, _ in kinds_of_shapes(pd.Series(1, index=list(texts)))}


def test_check_digits_are_those_of_the_standards():
    # ISO/IEC 7812-1 annex; routing numbers of the Federal Reserve; 45 CFR 162.406
    assert luhn_fits(np.array([4012888888881881.0]), low=1e15, high=1e16).tolist() == [True]
    routing = luhn_fits(np.array([21000021.0, 21000022.0]), low=1e7, high=4e8, weights=(1, 7, 3))
    assert routing.tolist() == [True, False]


def test_days_without_separators_need_one_order_for_all():
    assert is_compact_day(np.array([311299.0, 10203.0])).tolist() == [True, True]
    assert is_compact_day(np.array([991399.0])).tolist() == [False]


def test_day_counts_of_programs_are_days_as_well_as_codes():
    sas = pd.Series([21550, 21700, 22001, 22222, 22719, 23001])
    assert numeric_kinds(sas) == ((3, "number of a day"), (2, "five-digit code"))
    assert numeric_kinds(pd.Series([2459000, 2459100, 2459290])) == ((3, "Julian day number"),)


def test_a_prefix_is_no_plate():
    assert 12 in shapes("KTR 482", "BXA 109", "ZZV 734", "MPL 561", "AAB 900", "CRX 322")
    assert 12 not in shapes("SCR 001", "SCR 002", "SCR 003", "SCR 004", "SCR 005", "SCR 006")


def test_abbreviations_of_the_clinic_are_no_initials():
    assert shapes("ALT", "AST", "TSH", "WBC", "HGB", "PLT", "BUN") == set()
    assert shapes("KTZ", "OWP", "JXR", "QLM", "BVN", "ZHF", "TUK") >= {1}


def test_diagnoses_are_no_phonetic_codes():
    assert 18 not in shapes("F332", "F321", "F411", "F431", "G432", "F313")
    assert 18 in shapes("S530", "R163", "T522", "P236", "K520", "M460")


@pytest.mark.parametrize(
    ("text", "element"),
    [
        ("令和3年5月12日", 3),
        ("S45.03.12", 3),
        ("١٢/٠٣/٢٠٢١", 3),
        ("12 marca 2021", 3),
        ("three oh three five five five oh one four two", 4),
        ("85FPXVR4+2C", 2),
        ("ffd8ffe000104a46494600010100", 17),
        ("464d5200203230000000009c0000", 16),
    ],
)
def test_one_text_is_enough(text, element):
    assert element in {match.element for match in identifiers_in(text)}


@pytest.mark.parametrize(
    ("header", "element"),
    [
        ("dateofbirth", 3),
        ("Operationsdatum", 3),
        ("consented_on", 3),
        ("氏名", 1),
        ("pt_dl_no", 11),
        ("witnessed_by", 1),
    ],
)
def test_names_of_columns_in_other_dresses(header, element):
    assert meaning_of_header(header)[0] == element


@pytest.mark.parametrize(
    "header",
    ["license_type", "phone_calls", "cell_count", "birth_order", "update", "link_function"],
)
def test_names_that_end_in_something_else_are_left_alone(header):
    assert meaning_of_header(header) is None
