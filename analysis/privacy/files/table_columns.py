"""What the name of a column says about the rows: single patients, or groups of them."""

from __future__ import annotations

import re
from functools import cache

from analysis.privacy.headers import header_words, meaning_of_header
from analysis.privacy.lexicon import word_set

__all__ = ["column_role", "is_describe_label", "looks_like_code", "unlike_a_patient"]

_ENTRY = "table_columns"
_PERSONAL = {1, 4, 5, 6, 7, 8, 9, 10, 12, 16}
_ID_ENDING = re.compile(
    r"(?:patient|subject|participant|client|person|record|encounter|session)s? (?:id"
    r"|no|number|code|key)s?$"
)
_SCALE = re.compile(
    r"^(?:phq|gad|madrs|pcl|bdi|qids|hamd|ham d|hdrs|cadss|moaas|ymrs|dass|c ssrs"
    r"|cssrs|bprs|sbp|dbp|spo2|hr) ?\d{0,2}(?:\s|$)"
)
_STATISTIC = re.compile(
    r"(?:^|\s)(?:mean|sd|std|median|count|pct|percent|share|rate|se|sem|iqr|n|total"
    r" n|ci|lower|upper|min|max|sum|"
    r"estimate|coef|prob|freq|effect|hazard|ratio|proportion)$"
    r"|^(?:mean|sd|std|median|count|pct|percent|share|rate|n|no of|number of|proportion"
    r"|sum|average|avg)\s"
)
_CODE = re.compile(
    r"(?=.*\d)(?:[A-Za-z]{0,10}\d{0,4}[-_/.]?){1,3}\d{2,10}[A-Za-z]?|(?=.*\d)(?=.*[A-Za-z])[A-"
    r"Za-z0-9]{5,}"
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
)
_SCALES = (
    "phq|gad|pcl|bdi|qids|hamd?|madrs|cadss|ymrs|isi|who|icd|loinc|atc|sf|eq|cgi"
    "|dass|dsm|audit|mmse|moca|cssrs|c-ssrs"
)
_PARTS = (
    "item|question|visit|week|wk|day|month|year|site|clinic|arm|group|grp|cohort"
    "|step|model|var|col|feature|field|param|"
    "beta|theta|node|layer|cluster|bin|level|trial|course|lag|unnamed|run|fold"
    "|rule|age|row|line|cell|axis|ax|fig|figure|"
    "table|tab|chapter|section|version|release|seed|session|dose|use-days|output"
    "|input|out|in|scenario|"
    "sha|md|base|py|python|utf|iso|cp|http|ipv|rng|key|fil|col|prv|fmt|rcp|sco|ref"
    "|tim|abt|mon|lst|val|den|doc|dup|evt|fup|lnk|num|obs|ses|typ|aev|cat|cou|dos|adm|fhr|omp|ble|plr|noqa"
    "|ins|nul|sit|sub|pmc|nct|isrctn|pmid|cve|rfc|pep"
)
_UNLIKE = re.compile(
    rf"(?i)(?:{_SCALES}|{_PARTS})[-_ :.]?\d{{1,3}}(?:[-_.:a-z]+\d{{0,3}})?|[a-z]{{1,2}}[-_.]?"
    rf"\d{{1,2}}"
    r"|[A-TV-Z]\d\d(?:\.\w{1,4})?|\d{4,5}-\d|[A-Z]\d\d[A-Z]{2}\d\d"
    r"|(?:u?int|float|complex|datetime|timedelta|windows-|latin-?)\d+\w*|(?:19|20)\d\d|0x[0-9a-f]+"
    r"|\d+(?:\.\d+)?(?:e[+-]?\d+|[a-zµμ]{1,3}|x)|\d+(?:[-:/.]\d+)*|\d+(?:st|nd|rd|th)"
    # a paper by its author and year, a report by its month; never PAT-2001
    r"|(?-i:(?!pat|subj|ket|client|case)(?=[a-z_-]{3,})[a-z]+(?:[-_][a-z]+)*[-_]?(?:19|20)\d\d"
    r"(?:[a-z]|(?:[-_]\d\d){1,2})?)"
    r"|(?:phq|gad|pcl|bdi|qids|madrs|cadss)\d{1,2}\w*"
)


def column_role(header: str) -> str:
    """Tell what a column name says about the rows of its table.

    Parameters
    ----------
    header : str
        Name of a column.

    Returns
    -------
    str
        ``"id"`` for columns that name one patient, session or form; ``"person"`` for what is
        measured or asked of one person; ``"aggregate"`` for statistics of groups; ``"weak id"``
        for names that mean little; otherwise an empty text.

    Examples
    --------
    >>> column_role("subject_id"), column_role("PHQ-9 total"), column_role("std_error")
    ('id', 'person', 'aggregate')
    """
    words = header_words(header)
    return _role(words, header) if words else _role_of_sign(header)


def _role_of_sign(header: str) -> str:
    """Give the role of a header without letters: ``%`` and the like."""
    return "aggregate" if "%" in header else ""


@cache
def _role(words: str, header: str) -> str:
    """Give the role of the words of a header."""
    if words in word_set(_ENTRY, "patient_ids") or _ID_ENDING.search(words):
        return "id"
    if words in word_set(_ENTRY, "of_programs"):
        return ""
    if words in word_set(_ENTRY, "aggregate") or _STATISTIC.search(words) or "%" in header:
        return "aggregate"
    if words in word_set(_ENTRY, "weak_ids"):
        return "weak id"
    if words in word_set(_ENTRY, "person") or _SCALE.match(words):
        return "person"
    return _role_of_meaning(words, header)


def _role_of_meaning(words: str, header: str) -> str:
    """Give the role of a header by the element of Safe Harbor that it speaks of."""
    meaning = meaning_of_header(header)
    if meaning is None or set(words.split()) & word_set(_ENTRY, "not_patients"):
        return ""
    if meaning[0] in _PERSONAL:
        return "id"
    return "person" if meaning[0] in {0, 2, 3, 11, 18} else ""


def is_describe_label(label: str) -> bool:
    """Tell whether a row label is one that a table of statistics has: count, mean, 25% and so on.

    Parameters
    ----------
    label : str
        First cell of a row.

    Returns
    -------
    bool
        Whether it names a statistic.
    """
    return label.strip().casefold() in word_set(_ENTRY, "describe")


def unlike_a_patient(token: str) -> bool:
    """Tell whether a code is one of scales, visits, items, diagnoses or programs.

    Parameters
    ----------
    token : str
        A word with digits.

    Returns
    -------
    bool
        True for such as ``PHQ-9``, ``week 4``, ``F33.2`` and ``int64``.

    Examples
    --------
    >>> unlike_a_patient("PHQ-9"), unlike_a_patient("F33.2"), unlike_a_patient("KX-0042")
    (True, True, False)
    """
    return _UNLIKE.fullmatch(token.strip()) is not None


def looks_like_code(token: str) -> bool:
    """Tell whether a word could be the code of a patient: letters and digits, no scale, no visit.

    Parameters
    ----------
    token : str
        One cell or word.

    Returns
    -------
    bool
        True for such as ``p000017`` and ``KX-0042``; False for plain numbers.

    Examples
    --------
    >>> looks_like_code("p000017"), looks_like_code("GAD-7"), looks_like_code("17")
    (True, False, False)
    """
    word = token.strip().strip("'\"")
    plain = re.fullmatch(r"[-+]?[\d.,]+(?:e[-+]?\d+)?%?", word, re.IGNORECASE) is not None
    if re.fullmatch(r"(?i)(?:PMC|NCT|ISRCTN|PMID:?|RRID:?)\d+|[0-9a-f]{32,}", word):
        return False  # papers, trials and digests
    return not plain and _CODE.fullmatch(word) is not None and not unlike_a_patient(word)
