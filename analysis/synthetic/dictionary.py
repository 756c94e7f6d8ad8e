"""The dictionary that travels with synthetic data: every table, column, unit and code."""

from __future__ import annotations

import pandas as pd

from analysis.study import TABLES, Column, Study
from analysis.synthetic.scenarios import Scenario

__all__ = ["dictionary"]

_ORIGIN = """\
# {title}: dictionary

Every patient in this folder is invented. The numbers are calibrated to published cohorts; no real
record was used.

- Scenario `{name}`, version {version}, seed {seed}, {patients} patients. All its numbers, and the
  true answers, are in `truth.json`.
- Made by `python3 run.py synthesize --preset {name} --seed {seed} --output FOLDER`; the same
  command gives the same data.
- Time is counted in days from the first treatment of each patient (day 0); there are no dates. A
  score on the day of a session was taken before the dose.
- An empty cell is a missing value, never 0. In `items` a skipped item has an empty response; items
  after the point where a form was broken off have no row, and a few forms have a total but no
  items.
- `observed_until_day` is the data cut-off; after `last_contact_day` nothing was seen of the
  patient.
- A few stored totals are missing, as in real exports. Faults can be planted on purpose with
  `analysis.synthetic.inject`."""

_KINDS = {
    "text": "text",
    "category": "code",
    "codes": "codes separated by semicolons",
    "date": "date",
    "integer": "whole number",
    "number": "number",
    "flag": "true or false",
}


def dictionary(study: Study, scenario: Scenario) -> str:
    """Describe a synthetic study in Markdown.

    Parameters
    ----------
    study : Study
        The study.
    scenario : Scenario
        Where it comes from.

    Returns
    -------
    str
        Origin, conventions, and one table of columns per table of the study.
    """
    tables = [line for name in TABLES if study.has(name) for line in _table(study, name)]
    origin = _ORIGIN.format(
        title=study.title,
        name=scenario.name,
        version=scenario.version,
        seed=scenario.seed,
        patients=scenario.patients,
    )
    return "\n".join([origin, *tables, ""])


def _table(study: Study, name: str) -> list[str]:
    """Describe one table."""
    table, frame = TABLES[name], study.table(name)
    key = ", ".join(f"`{column}`" for column in table.key)
    rows = [
        _row(column, frame[column.name], study)
        for column in table.columns
        if column.name in frame.columns
    ]
    return [
        "",
        f"## {name}",
        "",
        f"{table.grain[0].upper()}{table.grain[1:]}; {len(frame):,} rows. Key: {key}.",
        "",
        "| column | type | unit | codes or range | may be empty | meaning |",
        "|---|---|---|---|---|---|",
        *rows,
    ]


def _row(column: Column, values: pd.Series, study: Study) -> str:
    """Describe one column."""
    empty = "yes" if column.nullable else "no"
    unit = f"`{column.unit}`" if column.unit else ""
    cells = [f"`{column.name}`", _KINDS[column.kind], unit, _codes(column, values, study), empty]
    return f"| {' | '.join(cells)} | {column.description} |"


def _codes(column: Column, values: pd.Series, study: Study) -> str:
    """List the codes of a column, or its range."""
    declared = {"sites": study.sites, "instruments": study.instruments}
    if column.refers_to in declared:
        return ", ".join(declared[column.refers_to])
    if column.allowed:
        return ", ".join(column.allowed)
    if column.kind == "category":
        return ", ".join(sorted(values.dropna().unique()))
    if column.low is not None and column.high is not None:
        return f"{column.low:g} to {column.high:g}"
    return ""
