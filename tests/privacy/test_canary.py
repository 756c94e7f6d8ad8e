"""No value, id or header of the data is said: planted text is searched for in what comes out."""

import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.privacy import (
    deidentify,
    match_column,
    reidentification_risk,
    relink,
    scan_identifiers,
)

pytestmark = pytest.mark.unit

SECRETS = {
    "name": "Zqxkowalczyk, Anna",
    "mail": "zqxkowalczyk@example.org",
    "date": "1987-06-05",
    "number": "987654321",
    "text": "zqxkowalczyk came in with her sister today",
}
TRACES = ("zqxkowal", "kowalczyk", "anna", "1987", "987654321", "sister")


def planted():
    frame = pd.DataFrame({key: [value, value] for key, value in SECRETS.items()})
    frame.insert(0, "subject_id", ["zqxkowalczyk1", "zqxkowalczyk2"])
    frame["zqxkowalczyk"] = ["1987-06-05", "987654321"]
    return frame


def chain(error):
    while error is not None:
        yield f"{error!r} {error} {error.args}"
        yield from chain(error.__cause__)
        error = error.__context__


def said(call):
    try:
        result = call()
    except AnalysisError as error:
        return " ".join(chain(error))
    html = result._repr_html_() if hasattr(result, "_repr_html_") else ""
    return f"{result!r} {result!s} {html} {vars(result)} {getattr(result, 'attrs', '')}"


CALLS = {
    "scan": lambda _: scan_identifiers(planted()),
    "summary": lambda _: scan_identifiers({"zqxkowalczyk": planted()}).to_frame().to_string(),
    "findings": lambda _: scan_identifiers(planted()).as_findings(),
    "column": lambda _: match_column(planted()["text"]).to_string(),
    "leftovers": lambda path: deidentify(
        planted(), id="subject_id", dates=[], origin="date", crosswalk=path
    ),
    "dates": lambda path: deidentify(
        planted(), id="subject_id", dates=["zqxkowalczyk"], origin="date", crosswalk=path
    ),
    "origin": lambda path: deidentify(
        planted(), id="subject_id", dates=["date"], origin="text", crosswalk=path
    ),
    "absent": lambda path: deidentify(
        planted(), id="subject_id", dates=["kowalczyk"], origin="date", crosswalk=path
    ),
    "relink": lambda path: relink(planted(), path),
    "risk": lambda _: reidentification_risk(planted(), ["zqxkowalczyk2"]),
    "risk figures": lambda _: reidentification_risk(planted(), ["zqxkowalczyk"]),
}


@pytest.mark.parametrize("name", CALLS)
def test_nothing_of_the_data_is_said(name, tmp_path):
    def call():
        result = CALLS[name](tmp_path / "local" / "c.csv")
        return pd.Series([str(result)]) if isinstance(result, str | tuple) else result

    text = said(call).lower()
    assert text.strip()
    assert [trace for trace in TRACES if trace in text] == []
