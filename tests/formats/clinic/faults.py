"""Every kind of fault that is planted, and what a reader should say or do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.formats.clinic.scores import RENAMED_LATER

if TYPE_CHECKING:
    from tests.formats.clinic.sheets import Sheet

SAY = {
    # how the file is written
    "title above the header": "the header is in record 3; what stands above it is no data",
    "byte order mark": "no part of the first column's name",
    "not UTF-8": "the encoding is cp1252; é and à must come out right or the reader must ask",
    "semicolons": "the delimiter is the semicolon",
    "decimal comma": "24,4 is 24.4, not 244",
    "line break in a cell": "one record on two lines; the count of records stays right",
    "blank columns": "trailing columns without name and content are left out, said once",
    "blank row": "left out, no patient without id",
    "header again": "a record that repeats the header is left out and counted",
    "sum below the table": "the last record is no event; left out and counted",
    "day before month": "dates are day/month/year: a day above 12 shows it",
    "month before day": "dates are month/day/year: a day above 12 shows it",
    "year with two digits": "dates are day-Mon-yy of this century",
    "date typed as text": "month/day/year as text among real dates; the same date is meant",
    # who it is
    "zeros eaten": "ids are numbers here and text with leading zeros elsewhere; 123 is 00123",
    "spaces around the id": "the same patient; spaces are taken off, counted",
    "no-break space after the id": "the same patient; the space is taken off, counted",
    "id in small letters": "rv0042 is RV0042 when ids are declared to ignore case; else ask",
    "id that nobody has": "not in the list of clients: left out, counted, never a new patient",
    "two ids, one person": "the column 'Other chart no.' links both ids: one subject",
    "same birthday and sex, two people": "nothing links them: they stay two subjects",
    "test patient": "not a patient: left out when declared; a name with TEST should be asked about",
    "never treated": "no first treatment, so no day 0: left out, counted",
    "names, birthdays, phones, e-mails": "identifiers: used for age and links, never carried over",
    "person named in a comment": "free text is not carried over",
    # records
    "same record twice": "an exact repetition: kept once, counted",
    "twice on a day": "two real completions: occurrences 1 and 2, none dropped",
    "visit not held": "a no-show or cancellation is no session",
    "no date": "cannot be placed: left out, counted",
    "impossible date": "30 February: cannot be read; left out, counted, not moved to March",
    "date after the export": "later than the export: left out or asked about, no follow-up to 2032",
    "scale not asked": "an empty block is no assessment, neither total 0 nor 'all missing'",
    # values
    "missing code": "stands for nothing measured; 999 is no saturation, weight, answer or rate",
    "answers as words": "two clinics write words: declared labels give 0 to 4",
    "answer label not seen before": "no declared label: ask, never missing in silence",
    "item not answered": "missing; the total is prorated by the scale's rule",
    "too many items not answered": "no total by the scale's rule, whatever total is stored",
    "answer out of range": "4 on 0-3: not used, reported",
    "stored total is not the sum": "computed from the answers, the difference reported",
    "stored total counts the extra question": "computed from nine answers, difference reported",
    "stored total out of range": "computed from the answers, the difference reported",
    "only totals, as from paper": "no answers but a total: the total counts",
    "born in the future": "age unknown, reported",
    "birthday is a placeholder": "1 January 1900: age unknown or asked, not 90+",
    "first treatment differs": "day 0 comes from the treatments; the difference is reported",
    "treated before the data begin": "treated_before_data is true",
    "weight in pounds": "one clinic's scale reads pounds; dose and mg/kg betray it",
    "kilograms where the clinic writes pounds": "becomes 36 kg or the like: dose over weight tells",
    "dose ten times too high": "dose does not fit mg/kg times weight: reported",
    "dose text and milligrams differ": "dose does not fit mg/kg times weight: reported",
    "dose only as text": "dose_mg is missing, dose_mg_kg is there; not 0",
    "decimal comma in a dose text": "0,5 mg/kg is 0.5 mg/kg",
    "drug and route disagree": "Spravato is not given IV: reported",
    "blood pressure as one text": "132/84 is systolic 132 and diastolic 84",
    "blood pressure the wrong way round": "systolic below diastolic: reported, not swapped",
    "text instead of a number": "no number: missing and counted",
    "session number blank or wrong": "numbers come from the order of the days",
    "numbering begins again": "Tx # restarts with each course; session_no runs on",
    "event before the first treatment": "start_day is negative: reported",
    "event on a day without a session": "session_no stays empty",
    "end before the beginning": "end_day before start_day: reported",
    "time as text": "words for the onset are not guessed into minutes",
}


def listed(sheet: Sheet, month: int) -> list[dict[str, Any]]:
    """List the faults of the records of a file by kind and column."""
    found: dict[tuple[str, str], list[int]] = {}
    for number, row in sheet.numbered():
        for tag in row.tags:
            found.setdefault(tag, []).append(number)
    entries = []
    for (kind, column), rows in found.items():
        entries.append(fault(sheet, month, kind, column) | {"rows": rows})
    return entries


def fault(sheet: Sheet, month: int, kind: str, column: str = "") -> dict[str, Any]:
    """Describe one kind of fault of a file."""
    if column not in sheet.columns:
        column = RENAMED_LATER.get(column, column)
    return {
        "month": month, "file": sheet.file, "kind": kind, "column": column or None, "rows": None,
        "say": SAY[kind],
    }  # fmt: skip


OF_FILES: dict[str, list[tuple[str, str]]] = {
    "clients.xlsx": [
        ("title above the header", ""),
        ("zeros eaten", "Client ID"),
        ("zeros eaten", "Other chart no."),
        ("names, birthdays, phones, e-mails", ""),
    ],
    "treatments.csv": [
        ("byte order mark", ""),
        ("month before day", "Visit Date"),
        ("blood pressure as one text", "BP Before"),
        ("blood pressure as one text", "BP Peak"),
        ("blood pressure as one text", "BP End"),
        ("numbering begins again", "Tx #"),
        ("decimal comma in a dose text", "Dose Ordered"),
    ],
    "questionnaires.csv": [("blank columns", "")],
    "pcl_madrs.csv": [
        ("not UTF-8", ""),
        ("semicolons", ""),
        ("decimal comma", "Total PCL-5"),
        ("decimal comma", "Total MADRS"),
        ("day before month", "Date d'évaluation"),
    ],
    "adverse.csv": [
        ("year with two digits", "Date of event"),
        ("time as text", "Time / onset"),
    ],
}
"""What holds of a file as a whole."""


def all_of(sheet: Sheet, month: int) -> list[dict[str, Any]]:
    """List every fault of a file."""
    whole = [fault(sheet, month, kind, column) for kind, column in OF_FILES[sheet.file]]
    return whole + listed(sheet, month)
