"""Finding single patients in running text: labelled codes, records, lists, clinical notes."""

from __future__ import annotations

import re

from analysis.privacy.files.citations import without_article_numbers
from analysis.privacy.files.patient_codes import labelled_codes, listed_codes
from analysis.privacy.files.patient_records import n_records_of_persons
from analysis.privacy.files.patient_signs import (
    CLINICAL_NOTE,
    PATIENT_LIST,
    PATIENT_RECORD,
    PATIENT_ROWS,
    Sign,
)
from analysis.privacy.files.table_columns import column_role, looks_like_code

__all__ = ["signs_in_code", "signs_in_text"]

_INITIALS = re.compile(
    r"(?<![\w.])[A-Z]\.\s?[A-Z]\.\s+(?:relapsed|dropped|reported|reports|was|had"
    r"|has|stopped|improved|responded|remitted|withdrew|"
    r"felt|missed|needed|vomited|died|moved|called|cancelled|declined|refused|returned"
    r"|left|started)\b"
)
_INITIALS_WITH_AGE = re.compile(
    r"^\W{0,3}([A-Z]\.\s?(?:[A-Z]\.\s?){1,2},?\s*[(/|]?\s*(?:aged? )?\d{1,3})"
    r"(?!\d|[.,:;/(-]\s*\d)",
    re.MULTILINE,
)
_ROW_OF_PERSON = re.compile(
    r"[\[(](?=[^\[\]()]*['\"](?:f|m|female|male)['\"])(?=(?:[^\[\]()]*?(?<![\w.])\d+(?![\w.]))"
    r"{2})[^\[\]()]*[\])]",
    re.IGNORECASE,
)
_NAMED_INDEX = re.compile(r"Index\(\[[^\]]*\d[^\]]*\][^)]*name=['\"](?P<name>[\w -]+)['\"]")
_NOTE = re.compile(
    r"(?i)(?<![\w-])(?:(?:the\s+)?(?:patient|pt\.?|client)|he|she|they|patientin"
    r"|der patient|die patientin|le patient|la patiente|el paciente|la paciente)\s+"
    r"(?:(?:also|still|now|then|has|had|is|was)\s+)?(?:reports?|reported|denie[sd]"
    r"|denying|state[sd]|endorse[sd]|describe[sd]|complain(?:s|ed)|presents?|presented"
    r"|felt|feels|"
    r"mention(?:s|ed)|tolerate[sd]|express(?:es|ed)|appear(?:s|ed)|became|vomited"
    r"|says|said|lives|works|lost|cried|tearful|anxious|"
    r"agitated|nauseous|nauseated|dissociated|hospitali[sz]ed|admitted|discharged"
    r" home|called|cancel+ed|relapsed|berichtet|klagt|verneint|rapporte|refiere"
    r"|niega)(?!\w)"
    r"(?!\s+(?:outcome|measure))"
)
_LISTED_IDS = re.compile(
    r"(?i)\b(?:(?:subject|patient|participant|client|record|person)s?[ _-]?ids?"
    r"|mrns?|pids?)\b[^\[({\n]{0,20}[\[({]\s*['\"]?(?!(\d)\1{2,}\b)\w*\d"
)


_LISTED_NUMBERS = re.compile(
    r"(?i)(?<![a-z])(?:subject|patient|participant|client|record|person|mrn|usubj|subj|pid)s?"
    r"(?:[ _-]?(?:ids?|no|nrs?|numbers?|codes?))?\b[^\[({\n\w]{0,4}"
    r"(?:\.?isin|(?:not )?in|==?|<-|:)?"
    r"[^\[({\n\w]{0,3}(?:c(?=\())?(?:[\[({]{1,2}\s*['\"]?\d{5,12}\b"
    r"|(?:\s*\n\s*-\s*['\"]?[A-Za-z]{0,8}[-_]?\d{3,12}\b['\"]?){2})"
)


def signs_in_text(text: str) -> tuple[Sign, ...]:
    """Tell what a text shows of single patients.

    Parameters
    ----------
    text : str
        Running text, printed objects, log lines.

    Returns
    -------
    tuple of Sign
        Empty when no single patient is spoken of.

    Examples
    --------
    >>> signs_in_text("Session done for patient 1044")
    (Sign(kind='rows of single patients', count=1),)
    >>> signs_in_text("342 of 610 patients responded; per patient 12 scores, PHQ-9 at week 4")
    ()
    """
    found: list[Sign] = []
    labelled = labelled_codes(text)
    if labelled:
        found.append(Sign(kind=PATIENT_ROWS, count=len(labelled)))
    records = n_records_of_persons(text)
    if records:
        found.append(Sign(kind=PATIENT_RECORD, count=records))
    rows = len(_ROW_OF_PERSON.findall(text)) + len(set(_INITIALS_WITH_AGE.findall(text)))
    if rows >= 2:
        found.append(Sign(kind=PATIENT_ROWS, count=rows))
    codes = listed_codes(without_article_numbers(text))
    named = any(column_role(m["name"]) == "id" for m in _NAMED_INDEX.finditer(text))
    if codes or named or _LISTED_IDS.search(text) or _LISTED_NUMBERS.search(text):
        found.append(Sign(kind=PATIENT_LIST, count=max(1, len(codes))))
    notes = sum(1 for pattern in (_NOTE, _INITIALS) for _ in pattern.finditer(text))
    if notes:
        found.append(Sign(kind=CLINICAL_NOTE, count=notes))
    return tuple(found)


def signs_in_code(text: str) -> tuple[Sign, ...]:
    """Tell which codes of patients stand in a program.

    Parameters
    ----------
    text : str
        Source of a program, or a traceback.

    Returns
    -------
    tuple of Sign
        Codes after a word for a patient, and lists of codes; plain numbers count where a list of
        long ones stands after a word for patients.

    Examples
    --------
    >>> signs_in_code("frame = frame[frame.subject_id != 'KX-1042']")
    (Sign(kind="list of patients' codes", count=1),)
    >>> signs_in_code("fit = mmrm(formula, data, subject='subject_id')")
    ()
    """
    codes = {code for code in labelled_codes(text) if looks_like_code(code)} | listed_codes(text)
    listed = len(_LISTED_NUMBERS.findall(text))
    return (Sign(kind=PATIENT_LIST, count=len(codes) + listed),) if codes or listed else ()
