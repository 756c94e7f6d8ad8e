"""Telling whether a column holds codes of patients: many, different, and no measurements.

Whatever their shape, codes that differ from patient to patient and are not the declared pseudonym
are "any other unique identifying number, characteristic, or code".
"""

from __future__ import annotations

import re

import pandas as pd

from analysis.privacy.numeric_columns import plain_numbers

__all__ = ["codes_of_patients"]

_FEW, _FEW_CODES, _FEW_NUMBERS, _FEW_ALIKE = 20, 8, 12, 5
_NEARLY_ALL = 0.9
_SEVERAL = 3
_LONG = 5
_WORDS = 5
_SAMPLE = 2000
_LARGE = 10_000
_FIRST_OF_SEQUENCE = 100
_KIND = "nearly one value for each patient"
_TOKEN = re.compile(r"[^\s()<>%,;|]{4,80}")
_PUBLIC = re.compile(
    r"[A-TV-Z]\d[0-9AB]\.[0-9A-Z]{1,4}|[A-Z]\d{2}[A-Z]{2}\d{2}|\d{1,5}-\d|\d{4,5}-\d{3,4}-\d{1,2}|NCT\d{8}|C\d{7}"
    r"|10\.\d{4,}/\S+|#[0-9a-fA-F]{6}"
)
_MEASURED = re.compile(
    r"[<>≤≥~=+-]*\d+(?:[.,]\d+)?\s?[A-Za-zµ%°/²^\[\]]{0,8}|\d{1,3}[-–/:]\d{1,3}(?:[-–/:]\d{1,3})?"
    r"|v?\d+(?:\.\d+){1,3}|[A-Za-z]{1,3}[-_ ]?\d{1,2}|[+-]?\d+(?:\.\d+)?[eE](?:-?\d{1,3}|\+0?[0-7])"
    r"|P(?:\d+[YMWD])*(?:T(?:\d+[HMS])+)?|0[bB][01]+|\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?"
)
_TIME_OF_DAY = r"\d{1,2}[:h.]\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?"
_STATISTIC = re.compile(
    r"[\s\d.,;:%()\[\]<>=≤≥±+−–/-]*(?:to|of|vs\.?)?[\s\d.,;:%()\[\]<>=≤≥±+−–/-]*"
)


def codes_of_patients(values: pd.Series, patients: pd.Series | None, *, named: str) -> str:
    """Tell whether a column holds codes of single patients.

    Parameters
    ----------
    values : pandas.Series, shape (n,)
        Any column; missing values are left out.
    patients : pandas.Series, shape (n,), optional
        The declared pseudonym.
    named : {"", "labels", "figures"}
        Of what the name of the column speaks: of parts of a study, whose labels are short, so that
        only long codes count; or of measurements, counts or a public system of codes, so that
        only codes count that look drawn by dice.

    Returns
    -------
    str
        What the column seems to hold; empty when nothing speaks for codes.

    Examples
    --------
    >>> codes = pd.Series(["q7Fx2", "Zp91k", "t4LmW", "R8vc3", "n5Tq6", "Hx0y2", "b3Kw9", "M1zs4"])
    >>> codes_of_patients(codes, None, named="")
    'nearly one value for each patient'
    """
    present = _without_words(values.dropna())
    if len(present) < _FEW_ALIKE or _is_unsuited(values.dtype):
        return ""
    distinct = pd.Series(present.unique(), dtype=object)
    some = distinct.iloc[:: max(1, len(distinct) // _SAMPLE)]
    sample = _in_one_piece(some.map(str).str.strip())
    drawn = _look_drawn(sample) and len(distinct) >= max(_FEW_CODES, 0.2 * len(present))
    least = _least(values.dtype, distinct, sample)
    if drawn or named == "figures" or least is None:
        return "codes that look drawn by dice" if drawn else ""
    if named == "labels" and not _are_long_and_alike(sample, letters_for_digits=0):
        return ""
    return _told(present, len(distinct), patients, least)


def _least(dtype: object, distinct: pd.Series, sample: pd.Series) -> int | None:
    """Give how many distinct values must be there, or None when they are measurements."""
    if plain_numbers(sample).notna().mean() >= _NEARLY_ALL:
        return _FEW_NUMBERS if _are_numbers_of_codes(distinct, sample) else None
    if (
        pd.api.types.is_numeric_dtype(dtype)  # type: ignore[arg-type]
        or _are_statistics(sample)
        or _are_readings(sample)
    ):
        return None
    if not _look_like_codes(sample):
        times = sample.str.fullmatch(_TIME_OF_DAY).mean() >= _NEARLY_ALL
        sentences = sample.str.count(r"\S\s+\S").mean() >= _WORDS - 1  # the business of free text
        return None if times or sentences else _FEW
    return _FEW_ALIKE if _are_long_and_alike(sample) else _FEW_CODES


def _without_words(present: pd.Series) -> pd.Series:
    """Leave out words such as "pending" or "none" among texts with digits."""
    if pd.api.types.is_numeric_dtype(present.dtype):
        return present
    texts = pd.Series(present.unique(), dtype=object).map(str).str.strip()
    digits = texts.str.contains(r"\d")
    words = texts.str.fullmatch(r"\W*|[^\W\d_]+\.?(?:[ /-][^\W\d_]+\.?)?")
    if not words.any() or int(digits.sum()) < _FEW_ALIKE or not (digits | words).all():
        return present
    return present[~present.astype(object).map(str).str.strip().isin(set(texts[words]))]


def _are_long_and_alike(texts: pd.Series, *, letters_for_digits: int = 1) -> bool:
    """Tell whether texts are one pattern of five digits or more; a letter can stand for one."""
    masks = texts.str.replace(r"\d", "9", regex=True).str.replace(r"[^\W\d_]", "A", regex=True)
    counts = masks.value_counts()
    digits = str(counts.index[0]).count("9")
    letters = str(counts.index[0]).count("A")
    alike = bool(counts.iloc[0] >= _NEARLY_ALL * len(texts))
    return alike and digits >= _LONG - min(letters, letters_for_digits)


def _in_one_piece(texts: pd.Series) -> pd.Series:
    """Join groups of capitals and digits that blanks or strokes part, as in "W2210 44871 01"."""
    groups = texts.str.fullmatch(r"[A-Z]{0,4}\d[A-Z\d-]*(?: ?[ /] ?[A-Z]{0,4}\d[A-Z\d-]*)+")
    long = texts.str.count(r"\d") >= 7
    thousands = texts.str.fullmatch(r"\d{1,3}(?: \d{3})+")
    return texts.where(~(groups & long & ~thousands), texts.str.replace(r"[ /]+", "", regex=True))


def _is_unsuited(dtype: object) -> bool:
    """Tell whether a type holds no codes: flags, fractions, moments and spans of time."""
    return bool(
        pd.api.types.is_bool_dtype(dtype)  # type: ignore[arg-type]
        or pd.api.types.is_datetime64_any_dtype(dtype)  # type: ignore[arg-type]
        or pd.api.types.is_timedelta64_dtype(dtype)  # type: ignore[arg-type]
        or pd.api.types.is_complex_dtype(dtype)  # type: ignore[arg-type]
    )


def _told(present: pd.Series, distinct: int, patients: pd.Series | None, least: int) -> str:
    """Give the kind when values are enough, and differ from row to row or by patient."""
    if distinct < least:
        return ""
    if distinct >= _NEARLY_ALL * len(present):
        return _KIND
    own = patients is not None and _one_per_patient(present, patients.loc[present.index], distinct)
    return _KIND if own else ""


def _one_per_patient(present: pd.Series, patients: pd.Series, distinct: int) -> bool:
    """Tell whether nearly every patient has a value of his own."""
    n_patients = int(patients.nunique())
    if n_patients < _FEW_CODES or distinct < _NEARLY_ALL * n_patients:
        return False
    both = pd.DataFrame(
        {
            "value": present.astype(object).map(str).to_numpy(),
            "patient": patients.astype(object).to_numpy(),
        }
    )
    return len(both.drop_duplicates()) <= distinct / _NEARLY_ALL


def _are_numbers_of_codes(distinct: pd.Series, sample: pd.Series) -> bool:
    """Tell whether numbers are padded, or whole and large, or count on from no beginning."""
    if sample.str.fullmatch(r"\d{4,}").all() and sample.str.startswith("0").any():
        return sample.str.len().min() == sample.str.len().max()
    few = plain_numbers(sample).dropna()
    if not (few % 1 == 0).all():
        return False
    numbers = plain_numbers(distinct.map(str)).dropna()
    low, high = float(numbers.min()), float(numbers.max())
    counted_on = high - low + 1 == len(numbers) and low >= _FIRST_OF_SEQUENCE
    years = low >= 1900 and high <= 2100
    return low >= _LARGE or (high >= _LARGE and len(numbers) >= _FEW) or (counted_on and not years)


def _look_like_codes(texts: pd.Series) -> bool:
    """Tell whether nearly all texts are single words of letters with digits, or long digits."""
    token = texts.map(lambda text: _TOKEN.fullmatch(text) is not None)
    harmless = texts.map(
        lambda text: _PUBLIC.fullmatch(text) is not None or _MEASURED.fullmatch(text) is not None
    )
    digits = texts.str.count(r"\d")
    mixed = (digits >= 1) & texts.str.contains(r"[^\W\d_]") | (digits >= 5)
    return bool((token & ~harmless & mixed).mean() >= 0.8)


def _look_drawn(texts: pd.Series) -> bool:
    """Tell whether single words of six signs or more change often between kinds of signs."""
    public = texts.map(lambda text: _PUBLIC.fullmatch(text) is not None).mean()
    plain = texts.str.replace(r"[^0-9A-Za-z]", "", regex=True)
    single = texts.str.fullmatch(r"[\w+/=.-]{6,80}").mean() >= _NEARLY_ALL
    changes = plain.str.count(r"(?<=\d)(?=[A-Za-z])|(?<=[A-Za-z])(?=\d)|(?<=[A-Z])(?=[a-z])")
    changes = changes + plain.str.count(r"(?<=[a-z])(?=[A-Z])")
    length = plain.str.len()
    worded = texts.str.contains(r"[A-Za-z][a-z]{3}").mean() > 0.5
    return bool(
        single and public < 0.5 and length.mean() >= 6 and changes.mean() >= 2.4 and not worded
    )


def _are_readings(texts: pd.Series) -> bool:
    """Tell whether texts are several small numbers between the same words, as "118/75 HR 62"."""
    words = texts.str.replace(r"\d+(?:\.\d+)?", "9", regex=True)
    small = ~texts.str.contains(r"\d{4}|(?<![\d.])0\d")
    several = words.str.count("9") >= _SEVERAL
    alike = float(words.value_counts(normalize=True).iloc[0]) if len(words) else 0.0
    return alike >= _NEARLY_ALL and bool((small & several & words.str.contains(r"\s")).all())


def _are_statistics(texts: pd.Series) -> bool:
    """Tell whether texts are figures as tables print them: estimates, limits, shares."""
    figures = texts.map(lambda text: _STATISTIC.fullmatch(text) is not None)
    return bool(figures.mean() >= 0.5 and texts.str.contains(r"[\s%(]").mean() >= 0.5)
