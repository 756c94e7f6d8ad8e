"""Messages of errors that repeat a value of the data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analysis.privacy.files.patient_signs import VALUE_IN_ERROR, Sign
from analysis.privacy.files.table_columns import looks_like_code

__all__ = ["errors_in", "signs_in_error"]

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
    """Give class and message of every error that a text ends a line with.

    Parameters
    ----------
    text : str
        What a program printed.

    Yields
    ------
    tuple of str and str
        Class and message.

    Examples
    --------
    >>> list(errors_in("KeyError: 'phq9'"))
    [('KeyError', "'phq9'")]
    """
    for match in re.finditer(r"(?m)^\s*(?:\w+\.)*(\w+(?:Error|Exception|Warning)): ?(.+)$", text):
        yield match[1], match[2]
