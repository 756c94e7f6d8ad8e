"""Codes of patients in running text: after a word for a patient, and several of one shape."""

from __future__ import annotations

import re

from analysis.privacy.files.table_columns import looks_like_code, unlike_a_patient

__all__ = ["labelled_codes", "listed_codes"]

_ID_LABEL = (
    r"(?:subject|patient|pt|participant|client|person|record|chart|case|member|encounter"
    r"|proband(?:in)?|patientin|"
    r"usubj|subj|pat)(?:(?:[ _-]?(?:id|no|nr|num|number|code|key)|id)\b\.?)?|mrn|usubjid|pid"
)
_LABELLED = re.compile(
    rf"(?i)(?P<before>(?:per|each|a|one|every|this|single|by|another|any|of)\s+)?(?<!\w)[\"']?"
    rf"(?P<label>{_ID_LABEL})[\"']?\]?"
    r"(?P<sep>\s*(?:[:=#>/]|[=!]=|\bis|\bin|\bnot in|\.isin|\.eq|\.ne)\s*|[ \t]+#?)[\"'(\[]?(?"
    r"P<code>[A-Za-z]{0,10}[-_]?\d[\w-]*(?:-\d+)*)(?P<after>[^\w]|$)"
)
_IN_AN_ADDRESS = re.compile(
    r"(?i)/(?:patients?|subjects?|clients?|participants?|mrn)/([A-Za-z]{0,8}[-_]?\d{3,12})\b"
)
_WORD_CODE = re.compile(r"(?<![\w./\\#&-])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+){0,3}(?![\w/\\]|[.]\w)")
_NO_CODES = (
    r"(?:ISO|UTF|CP|RFC|PEP|GB|RTX|GTX|HP|WIN|FY|CY|ICD|LOINC|RX|RXCUI|RXNORM|SNOMED"
    r"|UMLS|CUI|GSE|rs|CVE|IEEE|ANSI|ASCII|BIG|SHA|MD|CRC|"
    r"seed|year|day|week|hour|step|iter|iteration|epoch|port|line|page|row|col|color"
    r"|grey|gray|version|build|py|cpython|OMOP|ATC|NDC|"
    r"CDISC|Y|FIPS|EPSG|n|N|x|X|E|e|Q|J|SI|USD|EUR|EU|dpi|px|id|of|in|on|at|to|the"
    r"|by|and|for|version|chi|mm|localhost|PRV|CHEMBL|DB|CHEBI|HGNC)"
)
_SURE_CODE = re.compile(
    rf"(?<![\w./\\#&@%$-])(?!(?i:{_NO_CODES})[-_]?\d)(?:[A-Za-z]{{1,8}}[-_]?\d{{4,8}}"
    rf"|[A-Z]{{1,6}}[-_]\d{{2,4}}[-_]\d{{3,5}}|[A-Za-z]{{1,8}}[-_]?0\d{{2,6}}|[A-Z]{{2,6}}-\d"
    rf"{{3}})"
    r"(?![\w/\\-]|[.]\w)"
)
_SHORT_CODE = re.compile(
    r"(?<![\w./-])(?!(?:SF|SCL|EQ|PHQ|GAD|PCL|CAPS|HAM|HAMD|BDI|QIDS|ICD|DSM|UTF"
    r"|ISO|CP|ATC|PROMIS|VAS|DASS|WHO|CI|KW|CW|Q)-)"
    r"[A-Z]{1,3}-\d{2}(?![\w./-])"
)


def labelled_codes(text: str) -> set[str]:
    """Give codes that stand after a word for a patient.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    set of str
        Different codes and numbers.

    Examples
    --------
    >>> labelled_codes("Session done for patient 1044; per patient 12 scores")
    {'1044'}
    """
    found = set(_IN_AN_ADDRESS.findall(text))
    for match in _LABELLED.finditer(text):
        label, code = match["label"].casefold(), match["code"]
        if not code.isdigit() and unlike_a_patient(code):
            continue
        spaced = not match["sep"].strip()
        if label == "chart" and spaced and re.fullmatch(r"\d{1,2}", code):
            continue  # a figure, as programs number them
        if (match["before"] and code.isdigit()) or (
            match["after"] == "." and _decimal(text, match.end())
        ):
            continue
        if (
            spaced
            and re.fullmatch(r".*(?:id|no|nr|num|number|code|key|mrn|pid)", label)
            and code.isdigit()
        ):
            continue  # names of columns beside numbers of values, as info() and nunique() print
        if not re.fullmatch(r"\d+(?:st|nd|rd|th|x|mg|%|days?|weeks?|h|s)", code, re.IGNORECASE):
            found.add(code)
    return found


def _decimal(text: str, end: int) -> bool:
    """Tell whether a number goes on after the point."""
    return text[end : end + 1].isdigit()


def listed_codes(text: str) -> set[str]:
    """Give codes of one shape of which there are three or more, and those that are sure.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    set of str
        Different codes.

    Examples
    --------
    >>> listed_codes("excluded: KX-1042"), listed_codes("PHQ-9 at week 4")
    ({'KX-1042'}, set())
    """
    by_shape: dict[tuple[str, int], set[str]] = {}
    for match in _WORD_CODE.finditer(text):
        word = match[0]
        if any(map(str.isdigit, word)) and looks_like_code(word) and re.search(r"\d{3}", word):
            prefix = re.split(r"\d", word, maxsplit=1)[0].casefold()
            if prefix:
                by_shape.setdefault((prefix, len(word)), set()).add(word)
    shapes = {match[0] for match in _SURE_CODE.finditer(text) if looks_like_code(match[0])}
    listed = shapes | {word for alike in by_shape.values() if len(alike) >= 3 for word in alike}
    short = {match[0] for match in _SHORT_CODE.finditer(text)}
    listed |= short if len(short) >= 2 else set()
    alone = text.strip().strip("'\"")
    return listed | ({alone} if _is_code_alone(alone) else set())


def _is_code_alone(text: str) -> bool:
    """Tell whether a whole text is the code of a patient."""
    sure = looks_like_code(text) and re.search(r"\d{3}", text) is not None
    return sure or _SHORT_CODE.fullmatch(text) is not None
