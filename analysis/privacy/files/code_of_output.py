"""What an output shows by the code that made it."""

from __future__ import annotations

import re

from analysis.privacy.files.patient_signs import PATIENT_LIST, PATIENT_ROWS, Sign
from analysis.privacy.files.table_columns import column_role

__all__ = ["signs_of_source"]

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
