"""Finding single patients in running text: labelled codes, records, lists, clinical notes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analysis.privacy.files.patient_rows import PATIENT_LIST, PATIENT_RECORD, PATIENT_ROWS, Sign
from analysis.privacy.files.table_columns import column_role, looks_like_code, unlike_a_patient

__all__ = [
    "CLINICAL_NOTE",
    "VALUE_IN_ERROR",
    "errors_in",
    "signs_in_code",
    "signs_in_error",
    "signs_in_text",
    "signs_of_source",
]

CLINICAL_NOTE = "clinical note"
VALUE_IN_ERROR = "value in an error message"

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
_INITIALS = re.compile(
    r"(?<![\w.])[A-Z]\.\s?[A-Z]\.\s+(?:relapsed|dropped|reported|reports|was|had"
    r"|has|stopped|improved|responded|remitted|withdrew|"
    r"felt|missed|needed|vomited|died|moved|called|cancelled|declined|refused|returned"
    r"|left|started)\b"
)
_ROW_OF_PERSON = re.compile(
    r"[\[(](?=[^\[\]()]*['\"](?:f|m|female|male)['\"])(?=(?:[^\[\]()]*?(?<![\w.])\d+(?![\w.]))"
    r"{2})[^\[\]()]*[\])]",
    re.IGNORECASE,
)
_NAMED_INDEX = re.compile(r"Index\(\[[^\]]*\d[^\]]*\][^)]*name=['\"](?P<name>[\w -]+)['\"]")
_PAIR = re.compile(
    r"(?P<quote>['\"]?)(?P<key>[A-Za-z_][\w .-]{0,40}?)(?P=quote)\s*(?::|=>|->|=(?![=>]))\s*"
    r"(?P<value>'[^'\n]{0,200}'|\"[^\"\n]{0,200}\"|Timestamp\('[^']*'\)|np\.\w+\([^)]*\)"
    r"|datetime\.\w+\([^)]*\)|\[[^\[\]\n]{0,200}\]|[-+]?\d[\d.]*|None|nan|NaN|null|True|False|true|false"
    r"|<NA>)(?=\s*[,})\]\n]|$)"
)
_LINE = re.compile(
    r"\s*(?:- )?(?P<key>[\"']?[A-Za-z_][\w .-]{0,40}?[\"']?)(?:\s*(?:=>|->|[:=])\s*|\t+)"
    r"(?P<value>[\w.+-]{1,20}"
    r"|[\"'][^\"']{0,100}[\"'])\s*,?"
)
_RECORD = re.compile(r"[{(]([^{}()]*(?:\([^()]*\)[^{}()]*)*)[})]")
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
_ECHO = re.compile(
    r"could not convert string to float: ?(?P<a>.+)|invalid literal for int\(\)"
    r" with base \d+: ?(?P<b>.+)"
    r"|time data (?P<c>['\"].+?['\"])|Unable to parse string (?P<d>\".+?\")|unconverted"
    r" data remains[^:]*: ?(?P<e>.+)"
    r"|Given date string (?P<f>.+?) not likely|Unknown (?:datetime )?string format[^:]*:"
    r" ?(?P<g>.+)|month must be in 1\.\.12: ?(?P<h>.+)"
    r"|Out of bounds nanosecond timestamp: ?(?P<i>.+)|Could not convert (?P<j>['\"]?.+?['\"]?)"
    r" (?:with type|to numeric)"
    r"|Cannot setitem on a Categorical with a new category \((?P<k>.+?)\)|(?:values?"
    r"|entries?|rows?) not (?:allowed|valid|in range)[^:]*: ?(?P<l>.+)"
    r"|[Ii]nvalid (?:value|date|score|dose|age)[^:'\"]*[:'\"] ?(?P<m>.+)|duplicate[^:]*: ?(?P<n>.+)"
)
_EMPTY = re.compile(
    r"(?i)['\"]?(?:|n/?a|nan|none|missing|null|unknown|-|\.|<na>|yes|no|true|false)['\"]?"
)
_PERSON_COLUMN = (
    r"(?:subject_?id|patient_?id|participant_?id|client_?id|record_?id|person_?id"
    r"|study_?id|usubjid|subjid|mrn|pid|pt_?id)"
)
_SHOWN_IDS = re.compile(
    rf"(?i)(?:set_index|groupby)\(\s*\[?['\"]{_PERSON_COLUMN}[\s\S]*to_dict\(|{_PERSON_COLUMN}"
    rf"['\"]?\s*\]?(?:\.astype\([^)]*\))?\s*\.\s*(?:unique|tolist|to_list|values"
    rf"|to_numpy|drop_duplicates|head|tail|sample|iloc|loc|array)"
    rf"|(?:list|set|sorted|print|tuple)\(\s*(?:set\()?[\w.\[\]'\"]*{_PERSON_COLUMN}"
    rf"|\.index\.(?:tolist|unique|values)"
)
_LISTED_IDS = re.compile(
    r"(?i)\b(?:(?:subject|patient|participant|client|record|person)s?[ _-]?ids?"
    r"|mrns?|pids?)\b[^\[({\n]{0,20}[\[({]\s*['\"]?\w*\d"
)
_NUMBERS = re.compile(r"(?<![\w.])\d{2,12}(?![\w.])")
_SHOWN_VALUES = re.compile(
    r"(?:\[['\"](?P<one>[\w -]+)['\"]\]|\.(?P<two>\w+))\s*(?:\.\w+\(\))?\.(?:tolist"
    r"|to_list|to_numpy|values|array)\b"
)
_OF_EACH = re.compile(
    r"\.(?:resid\w*|residuals\(.*\)|fittedvalues|random_effects(?:\(\))?|cooks_distance"
    r"|predict\([^)]*\)|ranef\(?\)?)(?:\.(?:head|tail|sample|loc|iloc|nlargest|nsmallest"
    r"|sort_values)\S*)?\s*\)?$"
)
_OF_ALL = re.compile(r"describe|\.(?:mean|std|var|sum|quantile|median|hist|plot|shape)\b")
_LISTED = re.compile(r"^(?:array\()?\s*[\[(]\s*[-\d.,\sena]+", re.IGNORECASE)


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
    labelled = _labelled(text)
    if labelled:
        found.append(Sign(kind=PATIENT_ROWS, count=len(labelled)))
    records = sum(1 for fields in _records(text) if _is_personal(fields))
    if records:
        found.append(Sign(kind=PATIENT_RECORD, count=records))
    rows = len(_ROW_OF_PERSON.findall(text))
    if rows >= 2:
        found.append(Sign(kind=PATIENT_ROWS, count=rows))
    codes = _listed_codes(text)
    named = any(column_role(m["name"]) == "id" for m in _NAMED_INDEX.finditer(text))
    if codes or named or _LISTED_IDS.search(text):
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
        Codes after a word for a patient, and lists of codes; plain numbers count for nothing.

    Examples
    --------
    >>> signs_in_code("frame = frame[frame.subject_id != 'KX-1042']")
    (Sign(kind="list of patients' codes", count=1),)
    >>> signs_in_code("fit = mmrm(formula, data, subject='subject_id')")
    ()
    """
    codes = {code for code in _labelled(text) if looks_like_code(code)} | _listed_codes(text)
    return (Sign(kind=PATIENT_LIST, count=len(codes)),) if codes else ()


def _labelled(text: str) -> set[str]:
    """Give codes that stand after a word for a patient."""
    found = set()
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


def _records(text: str) -> Iterator[dict[str, str]]:
    """Give the fields of each object written in braces or brackets, or line by line."""
    for group in _RECORD.finditer(text):
        fields = {m["key"].strip(): m["value"] for m in _PAIR.finditer(group[1])}
        if fields:
            yield fields
    lines = [m for line in text.splitlines() if (m := _LINE.fullmatch(line))]
    if len(lines) >= 2:
        yield {m["key"].strip("'\" "): m["value"].strip() for m in lines}


def _is_personal(fields: dict[str, str]) -> bool:
    """Tell whether the fields of an object are those of one patient."""
    roles = {key: column_role(key) for key in fields}
    if "aggregate" in roles.values():
        return False
    for key, role in roles.items():
        value = fields[key].strip("'\"")
        if role == "id" and re.search(r"\d", value) and not _names_a_column(value):
            return len(fields) >= 2
    values = [fields[key] for key, role in roles.items() if role == "person"]
    scalars = [value for value in values if not _names_a_column(value.strip("'\""))]
    numbers = [value for value in scalars if re.match(r"[-+]?\d", value)]
    return len(scalars) >= 3 and len(numbers) >= 2


def _names_a_column(value: str) -> bool:
    """Tell whether a value is the name of a column or a type, as in an argument."""
    return (
        re.fullmatch(r"[a-z]+_[a-z_]+|u?int\d+|float\d+|object|string|category", value) is not None
    )


def _listed_codes(text: str) -> set[str]:
    """Give codes of one shape of which there are three or more."""
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


def signs_in_error(name: str, message: str) -> tuple[Sign, ...]:
    """Tell whether the message of an error repeats a value of the data.

    Parameters
    ----------
    name : str
        Class of the error.
    message : str
        Its message, without the traceback.

    Returns
    -------
    tuple of Sign
        Empty for messages about names of columns, types and missing values.

    Examples
    --------
    >>> signs_in_error("ValueError", "could not convert string to float: 'seen again'")
    (Sign(kind='value in an error message', count=1),)
    >>> signs_in_error("KeyError", "'phq9_total'")
    ()
    """
    found = _ECHO.search(message)
    echoed = next((value for value in found.groups() if value), "") if found else ""
    if echoed and not _EMPTY.fullmatch(echoed.strip()):
        return (Sign(kind=VALUE_IN_ERROR, count=1),)
    key = message.strip().strip("()'\"") if name.endswith("KeyError") else ""
    if key and (looks_like_code(key) or re.fullmatch(r"(?:np\.\w+\()?\d{3,}\)?", key)):
        return (Sign(kind=VALUE_IN_ERROR, count=1),)
    return ()


def errors_in(text: str) -> Iterator[tuple[str, str]]:
    """Give class and message of every error that a text ends a line with."""
    for match in re.finditer(r"(?m)^\s*(?:\w+\.)*(\w+(?:Error|Exception|Warning)): ?(.+)$", text):
        yield match[1], match[2]


def signs_of_source(source: str, shown: str) -> tuple[Sign, ...]:
    """Tell what an output shows by the code that made it.

    Parameters
    ----------
    source : str
        Code of the cell.
    shown : str
        Its output as text.

    Returns
    -------
    tuple of Sign
        A list of codes when the code lists a column of patients and the output has three numbers
        or more; rows of patients when a column of persons is listed value by value.

    Examples
    --------
    >>> signs_of_source("frame['subject_id'].unique()", "array([10442, 10443, 10467])")
    (Sign(kind="list of patients' codes", count=3),)
    """
    numbers = {match[0] for match in _NUMBERS.finditer(shown)}
    if len(numbers) >= 3 and _SHOWN_IDS.search(source) and "describe" not in source:
        return (Sign(kind=PATIENT_LIST, count=len(numbers)),)
    if (
        len(set(re.findall(r"\d+\.\d+", shown))) >= 3
        and _OF_EACH.search(source)
        and not _OF_ALL.search(source)
    ):
        return (Sign(kind=PATIENT_ROWS, count=len(shown.splitlines())),)
    for match in _SHOWN_VALUES.finditer(source):
        values = re.findall(r"[-+]?\d+(?:\.\d*)?", shown)
        listed = _LISTED.match(shown) and len(values) >= 11
        if listed and column_role(match["one"] or match["two"] or "") in {"person", "id"}:
            return (Sign(kind=PATIENT_ROWS, count=len(values)),)
    return ()
