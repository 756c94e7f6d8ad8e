"""Telling names and addresses of publications from those of patients and staff."""

from __future__ import annotations

import re

from analysis.published import published_names

__all__ = [
    "is_citation",
    "is_published_address",
    "names_published_cohort",
    "without_article_numbers",
]

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d[a-z]?(?!\d)")
_MARK = re.compile(
    r"(?i)\bet al\b|(?-i:[A-Z])\. \((?:19|20)\d\d\)|\bdoi\b|\bpmid\b|\bisbn\b|\bjournal\b"
    r"|\bproceedings\b|\b(?:am )?j\.? (?-i:[A-Z])"
    r"|\d{4};\s?\d+|\b\d+\s?\(\d+\)\s?[:,]|\b\d{1,4}, \d+[-–]\d+|\b(?:biometrics|biometrika"
    r"|lancet|psychiatry|springer|wiley|university press|statistics|stat med)\b"
    r"|[A-Z]\w+(?: [A-Z]\.?){0,3},? (?:and|&|und) [^.;]{3,40}?\(?(?:19|20)\d\d"
)
_ARTICLE = re.compile(r"(?<![\w-])[a-z]{1,4}\d{3,8}(?![\w-])")
_ARTICLE_LINE = re.compile(r"(?m)^.*?[a-z]\d{3}.*$")
_OF_A_PATIENT = re.compile(
    r"(?i)\b(?:dob|born|mrn|geb\w*|record no|phone|tel|discharged|relapsed|admitted)\b"
    r"|\bpatient(?:in)?\s*[:#=]|\bpatient(?:in)?\s+[A-Z][a-z]+ [A-Z]"
)
_SCHEMA = re.compile(
    r"(?i)(?:^|[/.])(?:w3\.org|json-schema\.org|schema\.org|schemas?\.[\w.-]+|purl\.\w+)(?:/|$)"
    r"|[\w-]+\.github\.io(?:/|$)|/schemas?/[\w./-]+\.json|^(?:https?://)?(?:www\.)?"
    r"example\.(?:org|com|net)(?:/|$)"
)
_PAPER = re.compile(
    r"(?i)(?:^|[/.])(?:doi\.org/10\.|jstor\.org/stable/|pubmed\.|ncbi\.nlm\.nih\.gov|arxiv\.org"
    r"|cran\.r-project\.org|clinicaltrials\.gov)|/(?:doi|articles?|abs|abstract|fulltext|pubmed)/"
    r"[\w./()-]*\d|/10\.\d{4,9}/|^(?:https?://)?(?:www\.)?github\.com/[\w.-]+/[\w.-]+"
)
_COHORT_YEAR = re.compile(r"\w+ (?:19|20)\d\d(?![\d.-])")
_MANUAL = re.compile(r"(?i)^(?:https?://)?(?:docs?|documentation|manual|api|developer)\.[\w-]+\.")
_PRIVATE = re.compile(r"(?i)patient|mychart|portal|personal|[?&](?:id|mrn|token)=|/~|/users?/|@")


def is_citation(line: str) -> bool:
    """Tell whether a line cites a publication: a year, and a mark of a journal or of authors.

    Parameters
    ----------
    line : str
        One line of a text.

    Returns
    -------
    bool
        False wherever the line also speaks of a patient.

    Examples
    --------
    >>> is_citation("Kenward MG, Roger JH. Biometrics 1997; 53: 983-997.")
    True
    >>> is_citation("Anna Berg, born 1971, et al"), is_citation("Anna Berg seen in 2021")
    (False, False)
    """
    cites = _YEAR.search(line) is not None and _MARK.search(line) is not None
    return cites and _OF_A_PATIENT.search(line) is None


def names_published_cohort(text: str, start: int) -> bool:
    """Tell whether a name is that of a cohort or trial of the library of published figures.

    Parameters
    ----------
    text : str
        Any text.
    start : int
        Where the name begins.

    Returns
    -------
    bool
        Only for the whole name with its year, as the library has it.

    Examples
    --------
    >>> names_published_cohort("cohort: McInnes 2022", 8), names_published_cohort("Oliver 2021", 0)
    (True, False)
    """
    begins_there = text.startswith(published_names(), start)
    return begins_there and _COHORT_YEAR.match(text, start) is not None


def without_article_numbers(text: str) -> str:
    """Leave the numbers of articles out of the lines that cite a publication.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The same lines; those that speak of a patient as they are.

    Examples
    --------
    >>> without_article_numbers("Doe J, et al. Journal of Sleep 2025; pyaf027")
    'Doe J, et al. Journal of Sleep 2025; '
    >>> without_article_numbers("excluded in 2025: pyaf027")
    'excluded in 2025: pyaf027'
    """
    return _ARTICLE_LINE.sub(
        lambda line: _ARTICLE.sub("", line[0]) if is_citation(line[0]) else line[0], text
    )


def is_published_address(address: str) -> bool:
    """Tell addresses of papers, schemas, manuals and projects from those of persons and portals.

    Parameters
    ----------
    address : str
        A web address.

    Returns
    -------
    bool
        True by the shape of the address; False wherever it has a part for a person.

    Examples
    --------
    >>> is_published_address("https://doi.org/10.1176/appi.ajp.2013.13030392")
    True
    >>> is_published_address("https://portal.clinic.com/articles/88213")
    False
    """
    if _PRIVATE.search(address):
        return False
    return any(pattern.search(address) for pattern in (_SCHEMA, _PAPER, _MANUAL))
