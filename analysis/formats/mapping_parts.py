"""What a mapping says, part by part: sources, client ids, columns, questionnaires, follow-up.

Only the vocabulary; reading and validating the JSON is the duty of `analysis.formats.mapping`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analysis.formats.reading.dates import DateForm

__all__ = [
    "ClientId",
    "Condition",
    "FollowUp",
    "Links",
    "Origin",
    "Part",
    "Questionnaire",
    "Recipe",
    "Source",
]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file, or all files whose names fit a pattern.

    Parameters
    ----------
    name : str
        Its name in the mapping.
    file : str
        File name below the folder; ``*`` and ``?`` stand for any characters, any character.
    kind : {"csv", "excel", "parquet"}
        What the file is.
    delimiter, decimal, thousands, encoding : str
        How a text file is written.
    sheet : str or int, optional
        Name of the sheet, or its number from 1.
    header_row, header_rows : int
        Row of the first header, from 1, and how many rows are headers.
    missing : tuple of str
        Codes for a missing value.
    dates : DateForm
        How dates are written.
    client_id : str
        Header of the client id.
    site : Recipe, optional
        Clinic that gave the client ids, for the links.
    short_rows : {"refuse", "fill"}
        Whether cells at the end of a row may be left out.
    alike_rows : {"keep", "drop"}
        What is done with a row that is like an earlier one in every column that is used.
    path : str
        Where it stands in the mapping.
    """

    name: str
    file: str
    kind: str
    client_id: str
    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    encoding: str = "utf-8"
    sheet: str | int | None = None
    header_row: int = 1
    header_rows: int = 1
    missing: tuple[str, ...] = ()
    dates: DateForm = field(default_factory=DateForm)
    site: Recipe | None = None
    short_rows: str = "refuse"
    alike_rows: str = "keep"
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one canonical column is made.

    Parameters
    ----------
    path : str
        Where it stands in the mapping.
    kind : str
        "column", "constant", "numbered", "session on", "minutes" or "by session".
    column, other : str
        Headers; `other` is the second of two times.
    constant : str, optional
        The same value on every row; None for no value.
    labels : mapping of str to (str or None), optional
        Labels, spelt plainly, and what they mean; None when texts are taken as they are.
    unknown : {"error", "missing"}
        What a label that is not listed means.
    reading : str
        "date", "day", "birth date" or empty.
    dates : DateForm, optional
        When another than that of the source.
    pressure : str
        "systolic" or "diastolic" when cells hold both, as in "132/84"; empty otherwise.
    unit, unit_column : str
        The unit of the numbers: fixed, "in text", or in a column.
    weight : Recipe, optional
        Body weight, for doses per kilogram.
    missing : tuple of str
        Codes for a missing value besides those of the source.
    steps : mapping of int to str
        First session number of each value.
    numbered : str
        "session", "course", "occurrence" or "row".
    """

    path: str
    kind: str
    column: str = ""
    other: str = ""
    constant: str | None = None
    labels: Mapping[str, str | None] | None = field(default=None, repr=False)
    unknown: str = "error"
    reading: str = ""
    dates: DateForm | None = None
    pressure: str = ""
    unit: str = ""
    unit_column: str = ""
    weight: Recipe | None = None
    missing: tuple[str, ...] = ()
    steps: Mapping[int, str] = field(default_factory=dict)
    numbered: str = ""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Which rows of a source are meant: by the text of one column.

    Parameters
    ----------
    column : str
        Header.
    among, outside : tuple of str
        Plain texts that the cell must, or must not, be one of.
    filled : bool, optional
        Whether the cell must hold something, or nothing.
    path : str
        Where it stands in the mapping.
    """

    column: str
    among: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    filled: bool | None = None
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Rows of one source for one canonical table.

    Parameters
    ----------
    source, table : str
        Their names.
    columns : mapping of str to Recipe
        Canonical columns.
    where : tuple of Condition
        All must hold.
    require : tuple of str
        Canonical columns without which a row is left out.
    path : str
        Where it stands in the mapping.
    """

    source: str
    table: str
    columns: Mapping[str, Recipe]
    where: tuple[Condition, ...] = ()
    require: tuple[str, ...] = ()
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """A scale with one row per form and one column per item.

    Parameters
    ----------
    part : Part
        Columns of the table assessments except the total.
    instrument : str
        Name of the scale.
    items : tuple of str
        Headers of the items in their order.
    answers : mapping of str to (str or None), optional
        Labels, spelt plainly, and the numbers that they stand for.
    total : Recipe, optional
        The stored total.
    total_from : {"file", "answers"}
        Which total counts where a form has answers and a stored total.
    keep_items : bool
        Whether the table items is filled.
    """

    part: Part
    instrument: str
    items: tuple[str, ...]
    answers: Mapping[str, str | None] | None = field(default=None, repr=False)
    total: Recipe | None = None
    total_from: str = "file"
    keep_items: bool = True


@dataclass(frozen=True, kw_only=True)
class Links:
    """A table that joins the ids that clinics gave to one patient.

    Parameters
    ----------
    source, local, patient : str
        Source, header of the id at a clinic, header of the id of the patient.
    site : Recipe, optional
        The clinic.
    unlinked : {"refuse", "keep", "drop"}
        What is done with an id that the table lacks.
    path : str
        Where it stands in the mapping.
    """

    source: str
    local: str
    patient: str
    site: Recipe | None = None
    unlinked: str = "refuse"
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class ClientId:
    """How client ids are made alike.

    Parameters
    ----------
    case : {"keep", "upper", "lower"}
        Letters.
    width : int
        Digits to which leading zeros are restored; 0 for none.
    remove : tuple of str
        Texts that are taken out.
    links : Links, optional
        How ids of several clinics are joined.
    """

    case: str = "keep"
    width: int = 0
    remove: tuple[str, ...] = ()
    links: Links | None = None


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The first treatment of each patient, which is day 0.

    Parameters
    ----------
    source : str
        Its name.
    recipe : Recipe
        The column of dates.
    where : tuple of Condition
        Rows that are treatments.
    noted : tuple of (str, Recipe)
        Sources and columns of dates that should be the first treatment too; they are compared.
    path : str
        Where it stands in the mapping.
    """

    source: str
    recipe: Recipe
    where: tuple[Condition, ...] = ()
    noted: tuple[tuple[str, Recipe], ...] = ()
    path: str = "origin"


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """How the table follow_up is derived from the last contact and the cut-off.

    Parameters
    ----------
    source : str
        Source with a row per patient; empty when the data alone decide.
    last_contact, end_reason : Recipe, optional
        Columns of that source, or a constant reason.
    path : str
        Where it stands in the mapping.
    """

    source: str = ""
    last_contact: Recipe | None = None
    end_reason: Recipe | None = None
    path: str = "follow_up"
