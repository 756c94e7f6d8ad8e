"""Writing a canonical study as a REDCap project: raw export, data dictionary and mapping."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import storage
from analysis.errors import DataError
from analysis.formats.redcap.choices import checkbox_column
from analysis.formats.redcap.dictionary import COLUMNS, Field
from analysis.formats.redcap.export import field_columns
from analysis.formats.redcap.layout import (
    MISSING_CODES,
    NO_REASON,
    ONCE,
    Form,
    forms_of,
    mapping_of,
)
from analysis.formats.vocabulary import require_vocabulary
from analysis.study import TABLES, UNITS, Study

__all__ = ["write_redcap"]

_RECORD = "record_id"
_KEY = ["subject_id", "instrument", "rel_day", "occurrence"]
_HEAD = ["redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"]


def write_redcap(study: Study, folder: Path | str) -> list[Path]:
    """Write a study as a REDCap project.

    Parameters
    ----------
    study : Study
        The study; its calendar, if it has one, is not written.
    folder : path
        Made when missing; files of the same names are replaced.

    Returns
    -------
    list of pathlib.Path
        ``export.csv`` (raw), ``dictionary.csv`` and ``mapping.json``: `read_redcap` of the three
        gives the same study. A set of categories comes back in the order of its allowed values.

    Raises
    ------
    DataError
        When answers belong to no assessment, a unit of monitoring is not that of its parameter, or
        a category is not among the allowed ones: a form has no place for them.
    ReportError
        When a file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from analysis.formats.redcap import read_redcap
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> with TemporaryDirectory() as folder:
    ...     files = write_redcap(study, folder)
    ...     read_redcap(*files).require_study().title
    'Synthetic ketamine clinic network'
    """
    require_vocabulary(study, tuple(study.tables))
    forms = forms_of(study)
    parts = [_part(study, form) for form in forms]
    columns = [_RECORD, *_HEAD]
    for form in forms:
        columns += [name for each in form.fields.values() for name in field_columns(each)]
        columns.append(f"{form.name}_complete")
    order = {"": 0, **{form.name: number for number, form in enumerate(forms, start=1)}}
    export = _merged(parts).reindex(columns=columns)
    rank = export["redcap_repeat_instrument"].fillna("").map(order)
    export = (
        export.assign(rank=rank)
        .sort_values([_RECORD, "rank", "redcap_repeat_instance"], kind="stable")
        .drop(columns="rank")
    )
    root = Path(folder)
    texts = {
        "export.csv": export.to_csv(index=False, lineterminator="\n"),
        "dictionary.csv": _dictionary(forms).to_csv(index=False, lineterminator="\n"),
        "mapping.json": json.dumps(mapping_of(study, forms), indent=1, ensure_ascii=False) + "\n",
    }
    return [storage.write_text(root / name, text) for name, text in texts.items()]


def _merged(parts: Sequence[tuple[Form, pd.DataFrame]]) -> pd.DataFrame:
    """Put forms that do not repeat into one row per record, and the others below."""
    once = [frame for form, frame in parts if form.event == ONCE]
    joined = once[0].set_index(_RECORD)
    for frame in once[1:]:
        joined = joined.join(frame.set_index(_RECORD).drop(columns=_HEAD), how="outer")
    head = joined.reset_index().assign(redcap_event_name=ONCE)
    return pd.concat(
        [head, *(frame for form, frame in parts if form.event != ONCE)], ignore_index=True
    )


def _part(study: Study, form: Form) -> tuple[Form, pd.DataFrame]:
    """Make the rows of one form, all cells as text."""
    rows = _rows(study, form)
    columns = {
        _RECORD: rows["subject_id"].astype("string"),
        "redcap_event_name": form.event,
        "redcap_repeat_instrument": pd.NA if form.event == ONCE else form.name,
        "redcap_repeat_instance": pd.NA
        if form.event == ONCE
        else rows.groupby("subject_id").cumcount().add(1).astype("string"),
    }
    for name, each in form.fields.items():
        columns |= _cells(rows[name], each)
    frame = pd.DataFrame(columns, index=rows.index)
    return form, frame.assign(**{f"{form.name}_complete": "2"}).astype("string")


def _rows(study: Study, form: Form) -> pd.DataFrame:
    """Take the rows of a form from the study, sorted by their key."""
    rows = study.tables[form.table]
    if form.table == "monitoring":
        return _wide(rows)
    if form.scale:
        rows = rows[rows["instrument"].eq(form.scale)]
        if any(name.startswith("item ") for name in form.fields):
            rows = _with_answers(rows, study.tables["items"], form)
    return rows.sort_values(list(TABLES[form.table].key), kind="stable", ignore_index=True)


def _wide(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the parameters of one minute side by side."""
    parameter = rows["parameter"].astype("string")
    n_other = int((parameter.map(UNITS) != rows["unit"].astype("string")).sum())
    twice = int(rows.duplicated(list(TABLES["monitoring"].key)).sum())
    if n_other or twice:
        raise DataError(
            f"monitoring cannot be written: {n_other} rows have a unit that is not that of their "
            f"parameter, and {twice} rows are there twice. Check the study and correct them."
        )
    key = ["subject_id", "session_no", "rel_min"]
    plain = rows[[*key, "value"]].assign(parameter=parameter)
    return plain.pivot(index=key, columns="parameter", values="value").reset_index()


def _with_answers(rows: pd.DataFrame, items: pd.DataFrame, form: Form) -> pd.DataFrame:
    """Put the answers of each assessment beside it; a missing one as the code of its reason."""
    own = items[items["instrument"].eq(form.scale)]
    text = dict.fromkeys(("subject_id", "instrument"), "string")
    rows, own = rows.astype(text), own.astype(text)
    known = pd.MultiIndex.from_frame(own[_KEY]).isin(pd.MultiIndex.from_frame(rows[_KEY]))
    twice = own.duplicated([*_KEY, "item_no"]) | ~pd.Series(known, index=own.index)
    if twice.any() or rows.duplicated(_KEY).any():
        raise DataError(
            f"items cannot be written: {int(twice.sum())} answers are there twice or belong to no "
            "assessment. Check the study and correct them."
        )
    answers = own[_KEY].assign(item="item " + own["item_no"].astype("string"), told=_told(own))
    wide = answers.pivot(index=_KEY, columns="item", values="told").reset_index()
    return rows.merge(wide, on=_KEY, how="left")


def _told(own: pd.DataFrame) -> pd.Series:
    """Write answers, and codes where there is none."""
    code_of = {reason: code for code, reason in MISSING_CODES.items() if reason}
    if "missing_reason" in own:
        why = own["missing_reason"].astype("string").map(code_of).fillna(NO_REASON)
    else:
        why = pd.Series(NO_REASON, index=own.index)
    return own["response"].astype("string").fillna(why.astype("string"))


def _cells(cells: pd.Series, each: Field) -> dict[str, pd.Series]:
    """Write the cells of a column as those of its field."""
    if each.kind == "checkbox":
        sets = (";" + cells.astype("string").fillna("") + ";").to_numpy(dtype=object)
        return {
            checkbox_column(each.name, code): pd.Series(
                np.where([f";{label};" in held for held in sets], "1", "0"), index=cells.index
            )
            for code, label in each.choices.items()
        }
    if each.choices:
        code_of = {label: code for code, label in each.choices.items()}
        return {each.name: cells.astype("string").map(code_of)}
    if each.kind == "yesno":
        return {each.name: cells.map({True: "1", False: "0"})}
    return {each.name: _text(cells)}


def _text(cells: pd.Series) -> pd.Series:
    """Write numbers to the last bit, whole ones without a point, and text as it is."""
    if not pd.api.types.is_float_dtype(cells.dtype):
        return cells.astype("string")
    text = cells.map(repr, na_action="ignore").astype("string")
    return text.str.removesuffix(".0")


def _dictionary(forms: Sequence[Form]) -> pd.DataFrame:
    """Write the data dictionary with its 18 columns."""
    record = Field(
        name=_RECORD, form=forms[0].name, kind="text", label="Pseudonym", choices={},
        validation="", identifier=False,
    )  # fmt: skip
    fields = [record, *(each for form in forms for each in form.fields.values())]
    filled = {
        "field_name": [each.name for each in fields],
        "form_name": [each.form for each in fields],
        "field_type": [each.kind for each in fields],
        "field_label": [each.label for each in fields],
        "select_choices_or_calculations": [_choice_text(each) for each in fields],
        "text_validation_type_or_show_slider_number": [each.validation for each in fields],
    }
    frame = pd.DataFrame(filled, dtype="string").reindex(columns=list(COLUMNS))
    return frame.rename(columns=COLUMNS)


def _choice_text(each: Field) -> str:
    """Write the choices of a field as the dictionary does."""
    if each.kind not in ("dropdown", "checkbox"):
        return ""
    return " | ".join(f"{code}, {label}" for code, label in each.choices.items())
