"""Which record, event, arm, instrument and instance each row of a REDCap export is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.formats.noticed import noticed
from analysis.formats.redcap.dictionary import Dictionary
from analysis.study import Finding

__all__ = ["KEY", "beside", "place_rows"]

KEY = ("record", "event", "arm", "instance")
"""What names a row of an instrument."""

_ARM = r"_arm_(\d+)[a-z]*$"
_ARM_LABEL = r" \(Arm (\d+): .*\)$"


def place_rows(
    table: pd.DataFrame, fields: Dictionary, *, events: Mapping[str, str] | None, labels: bool
) -> tuple[pd.DataFrame, list[Finding]]:
    """Say what each row of an export is about.

    Parameters
    ----------
    table : pandas.DataFrame
        Text, columns under their raw names.
    fields : Dictionary
        The data dictionary.
    events : mapping of str to str, optional
        Label by unique event name.
    labels : bool
        Whether the export has labels instead of codes.

    Returns
    -------
    placed : pandas.DataFrame
        ``record, event, arm, instance, data_access_group, form, ok``: the form is missing where
        the row repeats no instrument; a row that is not `ok` belongs nowhere.
    findings : list of Finding
        Rows without record, and with unknown events, instruments or instances.
    """
    event = _column(table, "redcap_event_name")
    form, unknown_form = _repeated(_column(table, "redcap_repeat_instrument"), fields)
    instance, wrong_instance = _instances(_column(table, "redcap_repeat_instance"), form)
    known, unknown_event = _known_events(event, events, labels)
    no_record = table[fields.record.name].isna()
    faults = {
        "RCP-021": (no_record, fields.record.name),
        "RCP-022": (unknown_event, "redcap_event_name"),
        "RCP-023": (unknown_form, "redcap_repeat_instrument"),
        "RCP-026": (wrong_instance, "redcap_repeat_instance"),
    }
    placed = pd.DataFrame(
        {
            "record": table[fields.record.name],
            "event": known,
            "arm": _arms(event),
            "instance": instance,
            "data_access_group": _column(table, "redcap_data_access_group"),
            "form": form,
            "ok": ~(no_record | unknown_event | unknown_form | wrong_instance),
        }
    )
    return placed, list(_findings(faults))


def beside(frame: pd.DataFrame, other: pd.DataFrame, name: str) -> pd.Series:
    """Take a field of another instrument, from the same record, event, arm and instance.

    Parameters
    ----------
    frame, other : pandas.DataFrame
        Rows of both instruments, with their keys; the other has each key once.
    name : str
        The field.

    Returns
    -------
    pandas.Series
        In the rows of the first; missing where the other was not filled in.

    Examples
    --------
    >>> keys = {"record": ["1"], "event": ["start"], "arm": [1], "instance": [1]}
    >>> beside(pd.DataFrame(keys), pd.DataFrame({**keys, "day": [4]}), "day").tolist()
    [4]
    """
    keys = list(KEY)
    found = frame[keys].merge(other[[*keys, name]], on=keys, how="left")
    return found[name].set_axis(frame.index)


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column, or missing values when the export has none."""
    if name in table:
        return table[name]
    return pd.Series(pd.NA, index=table.index, dtype="string")


def _repeated(names: pd.Series, fields: Dictionary) -> tuple[pd.Series, pd.Series]:
    """Find the instrument that each row repeats: by its name, or by the label it is made from."""
    spelt = {form: form for form in fields.forms}
    found = {
        name: spelt.get(str(name), spelt.get(_as_name(str(name))))
        for name in names.dropna().unique()
    }
    form = names.map(found).astype("string")
    return form, (names.notna() & form.isna()).astype(bool)


def _as_name(label: str) -> str:
    """Make the name of an instrument from its label as REDCap does."""
    kept = re.sub(r"[^a-z0-9_ ]", "", label.lower())
    return re.sub(r"[ _]+", "_", kept).strip("_")


def _instances(cells: pd.Series, form: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read the number of each instance; a row that repeats nothing is the first of its event."""
    whole = cells.str.fullmatch(r"[1-9][0-9]{0,8}").fillna(value=False).astype(bool)
    number = pd.to_numeric(cells.where(whole)).astype("Int64")
    wrong = (cells.notna() & ~whole) | (form.notna() & cells.isna())
    return number.fillna(1), wrong.astype(bool)


def _known_events(
    event: pd.Series, events: Mapping[str, str] | None, labels: bool
) -> tuple[pd.Series, pd.Series]:
    """Write each event by its unique name, and tell which are not among those that are known."""
    if events is None:
        return event, pd.Series(False, index=event.index)
    seen = list(events.values())
    spelt = {label: name for name, label in events.items() if labels and seen.count(label) == 1}
    spelt |= {name: name for name in events}
    bare = event.str.replace(_ARM_LABEL, "", regex=True)
    known = event.map(spelt).astype("string").fillna(bare.map(spelt).astype("string"))
    return known, (event.notna() & known.isna()).astype(bool)


def _arms(event: pd.Series) -> pd.Series:
    """Read the number of the arm from the unique name or the label; 1 where it is not said."""
    said = event.str.extract(_ARM, expand=False)
    told = said.fillna(event.str.extract(_ARM_LABEL, expand=False)).str[:9]
    return pd.to_numeric(told).astype("Int64").fillna(1)


_WORDS = {
    "RCP-021": ("Rows have no record id.", "Remove them; an export has none."),
    "RCP-022": (
        "Rows are of events that the mapping does not know.",
        "Add the events, with unique name and label, under 'events' of the mapping.",
    ),
    "RCP-023": (
        "Rows repeat an instrument that the dictionary does not have.",
        "Download the dictionary again, or export the raw data.",
    ),
    "RCP-026": (
        "Rows that repeat have no number of the instance from 1 up.",
        "Export the project again; such rows have been edited.",
    ),
}


def _findings(faults: Mapping[str, tuple[pd.Series, str]]) -> Iterator[Finding]:
    """Make a finding of each kind of fault that occurs."""
    for rule, (broken, column) in faults.items():
        if broken.any():
            what, remedy = _WORDS[rule]
            yield noticed(rule, ("export", column), what, remedy, count=int(broken.sum()))
