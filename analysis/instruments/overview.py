"""All scales side by side, as a frame and as the page of the documentation."""

from __future__ import annotations

import pandas as pd

from analysis.instruments.library import instrument_names, load_instrument
from analysis.instruments.statements import statements

__all__ = ["instruments_page", "instruments_table"]

_INTRODUCTION = """# Rating scales

Made from the data files of the scales; a test holds this page equal to them. Facts under "not
verified" were not read in their source: confirm them before relying on them. No item wording of
any scale is shipped. `load_instrument(name).sources()` lists the source of each fact.
"""


def instruments_table() -> pd.DataFrame:
    """Put what is known about all scales into one frame.

    Returns
    -------
    pandas.DataFrame
        One row per scale: ``scale, name``, one column per statement of `Instrument.facts`, and
        ``licence``; all text.

    Examples
    --------
    >>> table = instruments_table().set_index("scale")
    >>> table.loc["PHQ-9", "remission"]
    'at most 4 (also used: 5)'
    """
    scales = [load_instrument(name) for name in instrument_names()]
    return pd.DataFrame(
        [
            {"scale": s.name, "name": s.long_name, **statements(s), "licence": s.licence}
            for s in scales
        ]
    )


def instruments_page() -> str:
    """Write the page of the documentation about the scales.

    Returns
    -------
    str
        Markdown, one section per scale.

    Examples
    --------
    >>> instruments_page().splitlines()[0]
    '# Rating scales'
    """
    sections = []
    for row in instruments_table().to_dict("records"):
        scale, name = row.pop("scale"), row.pop("name")
        lines = [f"| {fact} | {value} |" for fact, value in row.items()]
        sections.append(
            "\n".join([f"## {scale}", "", f"{name}.", "", "| | |", "|---|---|", *lines])
        )
    return _INTRODUCTION + "\n" + "\n\n".join(sections) + "\n"
