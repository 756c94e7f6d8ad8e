"""Writing the example of the small clinic: its exports, the study behind them, and the truth."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis import storage
from analysis.study import write_study
from analysis.synthetic.exports.clinic_files import clinic_files
from analysis.synthetic.exports.people import FIRST_CLINIC, MONTH_BEFORE, People, draw, up_to
from analysis.synthetic.exports.planted import (
    CORRECTIONS,
    Correction,
    Planted,
    plant_in_first_month,
    plant_in_second_month,
)
from analysis.synthetic.exports.redcap_project import REDCAP_CLINIC, redcap_files
from analysis.synthetic.manifest import manifest

__all__ = ["write_first_clinic"]

_README = """\
# A small clinic, invented

What a newcomer starts from: two monthly exports of a clinic with two offices, and the REDCap
project of one of them. Nobody in them exists, and no sentence is that of a questionnaire.

| file | what it is |
|---|---|
| `month-1/`, `month-2/` | four CSV files each, as a clinic's program exports them every month |
| `corrections-first.csv` | cells of the first month that stop the reading, and what is right |
| `corrections.csv` | the same list when all findings had been looked at |
| `redcap/` | data dictionary, export, the export after mending, and the mapping of the project |
| `subjects.csv` … `study.json` | the study that the files of the second month become |
| `truth.json` | every planted fault: file, column, lines, the rule that finds it, what mends it |
| `manifest.json` | digests of the tables and of all files |

`analysis.synthetic.write_first_clinic` makes all of it, the same bytes everywhere.
The notebook `00-bring-your-data` reads them.
"""


def write_first_clinic(folder: Path | str) -> list[Path]:
    """Write the exports of an invented small clinic, with planted faults and their truth.

    Parameters
    ----------
    folder : path
        Made when missing; files of the same names are replaced, each whole or not at all.

    Returns
    -------
    list of pathlib.Path
        The files written: the study, its exports, ``truth.json``, ``manifest.json``.

    Raises
    ------
    ReportError
        When a file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     files = write_first_clinic(folder)
    >>> "corrections.csv" in {file.name for file in files}
    True
    """
    root, people = Path(folder), draw()
    exports, planted = _exports(people)
    written = write_study(people.study, root, as_parquet=())
    written += [storage.write_text(root / name, text) for name, text in exports.items()]
    digests = {
        name: {"sha256": hashlib.sha256(text.encode("utf-8")).hexdigest()}
        for name, text in exports.items()
    }
    listed = {**manifest(people.study, FIRST_CLINIC), "files": digests}
    return [
        *written,
        storage.write_text(root / "README.md", _README),
        storage.write_text(root / "truth.json", _json(_truth(people, planted))),
        storage.write_text(root / "manifest.json", _json(listed)),
    ]


def _json(content: Mapping[str, Any]) -> str:
    """Write an object as JSON text."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _exports(people: People) -> tuple[dict[str, str], list[Planted]]:
    """Write all exports as text, by path, and list their faults."""
    before = up_to(people, MONTH_BEFORE)
    first, second = clinic_files(before, "month-1"), clinic_files(people, "month-2")
    in_first, corrections = plant_in_first_month(before, people, first)
    in_second, treatments = plant_in_second_month(second, MONTH_BEFORE)
    project, mapping, in_redcap = redcap_files(people)
    sheets = [*first, *second[:3], treatments, *project]
    texts = {sheet.file: sheet.text() for sheet in sheets}
    texts |= {
        "redcap/mapping.json": mapping,
        "corrections-first.csv": _listed([each for each in corrections if each.stops]),
        "corrections.csv": _listed(corrections),
    }
    return texts, [*in_first, *in_second, *in_redcap]


def _listed(corrections: Sequence[Correction]) -> str:
    """Write the list of corrections."""
    written = io.StringIO()
    rows = [CORRECTIONS, *(correction.row() for correction in corrections)]
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def _truth(people: People, planted: Sequence[Planted]) -> dict[str, Any]:
    """Say what is true of the example."""
    homes = people.study.table("subjects")["site_id"]
    return {
        "about": "All people are invented. Lines count the header as 1.",
        "seed": FIRST_CLINIC.seed,
        "counts": {
            "month-1": len(up_to(people, MONTH_BEFORE).start),
            "month-2": len(homes),
            "redcap": int(homes.eq(REDCAP_CLINIC).sum()),
        },
        "planted": [fault.entry() for fault in planted],
    }
