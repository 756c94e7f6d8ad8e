"""The choices of a REDCap field: reading them, and naming the columns of a checkbox field."""

from __future__ import annotations

import html
import re

__all__ = [
    "CHECKED",
    "COMPLETE",
    "TRUE_FALSE",
    "YES_NO",
    "checkbox_column",
    "plain",
    "read_choices",
]

YES_NO = {"1": "Yes", "0": "No"}
TRUE_FALSE = {"1": "True", "0": "False"}
CHECKED = {"1": "Checked", "0": "Unchecked"}
COMPLETE = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
"""Code and label, as raw exports and exports with labels have them."""

_TAG = re.compile(r"<[^<>]*>")


def plain(label: str) -> str:
    """Write a label as exports with labels do: without markup, and with single spaces.

    Parameters
    ----------
    label : str
        A label of the dictionary.

    Returns
    -------
    str
        The bare text.

    Examples
    --------
    >>> plain("<b>More than  half</b> the&nbsp;days ")
    'More than half the days'
    """
    return " ".join(html.unescape(_TAG.sub("", label)).split())


def read_choices(text: str) -> tuple[dict[str, str], int]:
    """Read the choices of a field from the dictionary.

    Parameters
    ----------
    text : str
        Code and label separated by the first comma, choices separated by bars.

    Returns
    -------
    choices : dict of str to str
        Label by code, in order.
    n_broken : int
        Choices without a code, without a comma, or with a code that is there already.

    Examples
    --------
    >>> read_choices("0, Not at all | 1, Yes, daily")
    ({'0': 'Not at all', '1': 'Yes, daily'}, 0)
    """
    choices: dict[str, str] = {}
    n_broken = 0
    for part in filter(str.strip, text.split("|")):
        code, comma, label = part.partition(",")
        code = code.strip()
        if not comma or not code or code in choices:
            n_broken += 1
        else:
            choices[code] = plain(label)
    return choices, n_broken


def checkbox_column(field: str, code: str) -> str:
    """Name the column of one choice of a checkbox field.

    Parameters
    ----------
    field : str
        Name of the field.
    code : str
        Code of the choice.

    Returns
    -------
    str
        Small letters, digits and underscores: REDCap lowers a code and replaces what is neither.

    Examples
    --------
    >>> checkbox_column("symptom", "-1"), checkbox_column("symptom", "AB.2")
    ('symptom____1', 'symptom___ab_2')
    """
    return f"{field}___{re.sub('[^a-z0-9_]', '_', code.lower())}"
