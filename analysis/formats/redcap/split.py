"""From the block-sparse table of a REDCap export to one tidy frame per instrument.

An export has one row per record, event and instance, in which only the fields of some instruments
are filled. Each instrument becomes a frame of its own, keyed by record, event, arm and instance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.formats.noticed import noticed
from analysis.formats.redcap.cells import Cells, has_labels, is_dated, read_checkbox, read_field
from analysis.formats.redcap.choices import COMPLETE, checkbox_column
from analysis.formats.redcap.dictionary import Dictionary, Field, read_dictionary
from analysis.formats.redcap.export import read_export
from analysis.formats.redcap.rows import KEY, place_rows
from analysis.study import Finding
from analysis.study.findings import in_order

__all__ = ["RedcapInstruments", "missing_code_of", "split_redcap"]


@dataclass(frozen=True, kw_only=True, eq=False)
class RedcapInstruments:
    """The instruments of a REDCap project.

    Parameters
    ----------
    frames : mapping of str to pandas.DataFrame
        One per instrument: ``record, event, arm, instance, data_access_group``, then its fields.
        Choices are codes, whatever the export had; a checkbox field has one column per choice,
        named as in the raw export. Fields that identify a person are left out.
    dictionary : Dictionary, optional
        The data dictionary; None when it cannot be read.
    identifiers : pandas.DataFrame
        ``instrument, field, n_filled`` of each field that the project says identifies a person,
        for a scan of privacy.
    findings : tuple of Finding
        Everything that was noticed, errors first.
    """

    frames: Mapping[str, pd.DataFrame] = field(repr=False)
    dictionary: Dictionary | None = field(repr=False)
    identifiers: pd.DataFrame = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return all(finding.severity != "error" for finding in self.findings)


def split_redcap(
    export: Path | str,
    dictionary: Path | str,
    *,
    events: Mapping[str, str] | None = None,
    missing_codes: Mapping[str, str] | None = None,
) -> RedcapInstruments:
    r"""Split a REDCap export into one tidy frame per instrument.

    Parameters
    ----------
    export : path
        CSV export of all or some fields, raw or with labels.
    dictionary : path
        The data dictionary of the same project.
    events : mapping of str to str, optional
        Label by unique event name. Given, other events are an error; needed to name the events of
        an export with labels.
    missing_codes : mapping of str to str, optional
        The codes of the project for missing data, with what each means.

    Returns
    -------
    RedcapInstruments
        A row belongs to the instrument it repeats; a row that repeats none belongs to every
        instrument of which a field is filled, a box checked, or the status set. Numbers that the
        project calculates do not count, since REDCap fills them in by itself.

    Notes
    -----
    Cells that are not what the dictionary says are missing in the frames, and counted in a finding
    with the name of their field.

    References
    ----------
    Keys and repeating structures as in REDCapTidieR (Hanna et al.), whose frames have them too.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     dictionary, export = Path(folder, "dictionary.csv"), Path(folder, "export.csv")
    ...     _ = dictionary.write_text(
    ...         "field_name,form_name,field_type\nid,visit,text\nmood,visit,text"
    ...     )
    ...     _ = export.write_text("id,mood\n1,low")
    ...     split_redcap(export, dictionary).frames["visit"]["mood"].tolist()
    ['low']
    """
    fields, findings = read_dictionary(dictionary)
    codes = missing_codes or {}
    if fields is None:
        return _result({}, None, findings)
    table, found = read_export(export, fields, list(codes))
    findings += found
    if table is None:
        return _result({}, fields, findings)
    labels = has_labels(table, fields, list(codes))
    placed, found = place_rows(table, fields, events=events, labels=labels)
    findings += found
    frames = {}
    for form in fields.forms:
        own = placed["form"].isna() | placed["form"].eq(form).fillna(value=False)
        own = own.astype(bool)
        columns, found = _columns(table[own], fields, form, labels, codes)
        findings += [*found, *_strays(table[~own], fields, form)]
        belongs = placed.loc[own, "form"].notna() | _filled(columns, fields, form)
        frames[form] = _frame(placed[own], columns, belongs)
    findings += _twice(frames)
    return _result(frames, fields, findings, table)


def _result(
    frames: dict[str, pd.DataFrame],
    fields: Dictionary | None,
    findings: list[Finding],
    table: pd.DataFrame | None = None,
) -> RedcapInstruments:
    """Put the parts together, with the fields that identify a person."""
    flagged = fields.identifiers if fields else ()
    cells = pd.DataFrame() if table is None else table
    identifiers = pd.DataFrame(
        {
            "instrument": [f.form for f in flagged],
            "field": [f.name for f in flagged],
            "n_filled": [
                int(cells[f.name].notna().sum()) if f.name in cells else 0 for f in flagged
            ],
        }
    )
    return RedcapInstruments(
        frames=frames,
        dictionary=fields,
        identifiers=identifiers,
        findings=tuple(in_order(findings)),
    )


def _n_filled(table: pd.DataFrame, name: str) -> int:
    """Count the cells of a column that hold something; none where there is no such column."""
    return int(table[name].notna().sum()) if name in table else 0


def missing_code_of(field_name: str) -> str:
    """Name the column that holds the code for missing data of a field.

    Parameters
    ----------
    field_name : str
        The field.

    Returns
    -------
    str
        No field can have this name, since it has a space.

    Examples
    --------
    >>> missing_code_of("phq9_1")
    'phq9_1 missing'
    """
    return f"{field_name} missing"


def _columns(
    table: pd.DataFrame,
    fields: Dictionary,
    form: str,
    labels: bool,
    codes: Mapping[str, str],
) -> tuple[dict[str, pd.Series], list[Finding]]:
    """Read all columns of an instrument."""
    columns, found = dict[str, pd.Series](), list[Finding]()
    for each in fields.of_form(form):
        n_broken = 0
        for name, cells in _cells_of(table, each, labels, list(codes)):
            columns[name] = cells.held
            n_broken += cells.n_broken
            if cells.missing.notna().any():
                columns[missing_code_of(name)] = cells.missing
        found += _broken(each, n_broken)
    status = f"{form}_complete"
    if status in table:
        column = _status_field(status, form)
        cells = read_field(table[status], column, labels, ())
        columns[status] = cells.held
        found += _broken(column, cells.n_broken)
    return columns, found


def _status_field(name: str, form: str) -> Field:
    """Describe the status of an instrument, which no dictionary lists."""
    return Field(
        name=name,
        form=form,
        kind="radio",
        label="",
        choices=COMPLETE,
        validation="",
        identifier=False,
    )


def _cells_of(
    table: pd.DataFrame, each: Field, labels: bool, codes: list[str]
) -> Iterator[tuple[str, Cells]]:
    """Read the columns of one field that the export has."""
    if each.kind != "checkbox":
        if each.name in table:
            yield each.name, read_field(table[each.name], each, labels, codes)
        return
    for code in each.choices:
        name = checkbox_column(each.name, code)
        if name in table:
            yield name, read_checkbox(table[name], labels)


def _broken(each: Field, n_broken: int) -> list[Finding]:
    """Say how many cells of a field are not what the dictionary says."""
    if not n_broken:
        return []
    wanted = "one of its choices" if each.choices else "a date" if is_dated(each) else "a number"
    again = ", download the dictionary again if choices were added" if each.choices else ""
    what = f"Some cells are not {wanted}, as the dictionary says."
    remedy = f"Correct them in the project{again}, or name codes for missing data in the mapping."
    return [noticed("RCP-020", (each.form, each.name), what, remedy, count=n_broken)]


def _filled(columns: Mapping[str, pd.Series], fields: Dictionary, form: str) -> pd.Series:
    """Tell in which rows an instrument was filled in."""
    calculated = {each.name for each in fields.of_form(form) if each.kind == "calc"}
    filled = []
    for name, held in columns.items():
        if name == f"{form}_complete":
            filled.append(held.isin(["1", "2"]))
        elif held.dtype == "boolean":
            filled.append(held.fillna(value=False).astype(bool))
        elif name not in calculated:
            filled.append(held.notna())
    return pd.DataFrame(dict(enumerate(filled))).any(axis="columns") if filled else pd.Series()


def _frame(
    placed: pd.DataFrame, columns: Mapping[str, pd.Series], belongs: pd.Series
) -> pd.DataFrame:
    """Take the rows of an instrument, with their keys before the fields."""
    rows = belongs.reindex(placed.index, fill_value=False).astype(bool) & placed["ok"]
    keys = {name: placed[name] for name in (*KEY, "data_access_group")}
    return pd.DataFrame({**keys, **columns})[rows].reset_index(drop=True)


def _strays(others: pd.DataFrame, fields: Dictionary, form: str) -> list[Finding]:
    """Refuse cells of an instrument in rows that repeat another one."""
    names = [
        each.name
        for each in fields.of_form(form)
        if each.kind not in ("checkbox", "calc") and each.name in others
    ]
    n_stray = int(others[names].notna().any(axis="columns").sum())
    if not n_stray:
        return []
    what = "Cells of this instrument are filled in rows that repeat another instrument."
    remedy = "Export the project again; such rows have been edited."
    return [noticed("RCP-024", (form, ""), what, remedy, count=n_stray)]


def _twice(frames: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Refuse instruments that are there twice for the same record, event, arm and instance."""
    for form, frame in frames.items():
        n_twice = int(frame.duplicated(list(KEY)).sum())
        if n_twice:
            what = "Rows have the same record, event, arm and instance."
            remedy = "Export the project again instead of joining exports."
            yield noticed("RCP-025", (form, ""), what, remedy, count=n_twice)
