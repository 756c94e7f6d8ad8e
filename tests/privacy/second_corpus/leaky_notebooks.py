"""Notebooks that show single patients, each in another shape."""

from __future__ import annotations

import base64

from tests.privacy.second_corpus import pictures
from tests.privacy.second_corpus.outputs import (
    IDENTIFIER,
    IMAGE,
    ROWS,
    Output,
    code,
    frame,
    html_table,
    leak,
    notebook,
    only,
    patients,
    picture,
    plain,
    printed,
    prose,
    shown,
    trajectories,
)

BOTH = f"{IDENTIFIER}, {ROWS}"


def tables() -> list[Output]:
    """Make notebooks whose outputs are tables."""
    named = patients("notebook head", 5)
    visits = trajectories("notebook stream", 12)
    keys = {f"({row['mrn']})": row["phq9"] for row in patients("notebook index", 15)}
    latex = " \\\\\n".join(
        f"{row['name']} & {row['dob']} & {row['phq9']}" for row in patients("notebook latex", 6)
    )
    return [
        leak(
            "01_head.ipynb",
            notebook(prose("# First look"), code("df.head()", frame(named))),
            BOTH,
            [1, 3, 4, 8],
            "The first five rows of the chart export stand in the output.",
        ),
        leak(
            "02_print.ipynb",
            notebook(code("print(df)", printed(plain(visits) + "\n"))),
            ROWS,
            [],
            "Thirty-six rows of single patients are printed, under study numbers.",
        ),
        leak(
            "03_records.ipynb",
            notebook(
                code(
                    "df.to_dict('records')",
                    shown(
                        {
                            "application/json": patients("notebook json", 8),
                            "text/plain": "<IPython.core.display.JSON object>",
                        }
                    ),
                )
            ),
            BOTH,
            [1, 3, 4, 8],
            "Records are shown as JSON behind a harmless text.",
        ),
        leak(
            "04_counts.ipynb",
            notebook(
                code(
                    "df.groupby('mrn').phq9.max()",
                    shown({"text/plain": "\n".join(f"{k}    {v}" for k, v in keys.items())}),
                )
            ),
            BOTH,
            [8],
            "An aggregate with one group for each chart number is no aggregate.",
        ),
        leak(
            "05_latex.ipynb",
            notebook(
                code(
                    "print(df.to_latex())",
                    shown(
                        {
                            "text/latex": "\\begin{tabular}{lll}\n" + latex + "\n\\end{tabular}",
                            "text/plain": "<Latex>",
                        }
                    ),
                )
            ),
            BOTH,
            [1, 3],
            "Rows of named patients as a LaTeX table.",
        ),
        leak(
            "06_styled.ipynb",
            notebook(
                code(
                    "df.style.hide()",
                    shown(
                        {
                            "text/html": html_table(
                                only(
                                    trajectories("styled"), "madrs", "cadss", "dose_mg", "rel_day"
                                ),
                                'id="T_1"',
                            ),
                            "text/plain": "<Styler>",
                        }
                    ),
                )
            ),
            ROWS,
            [],
            "Single visits without any key; the chain of scores still is one patient's.",
        ),
        leak(
            "07_markdown_table.ipynb",
            notebook(
                prose(
                    "| initials | DOB | dose |\n|---|---|---|\n| M.K. | 3/14/1961 | 45 mg |\n"
                    "| T.O. | 11/2/1978 | 60 mg |\n"
                )
            ),
            BOTH,
            [1, 3],
            "Somebody typed two patients into a cell of text.",
        ),
        leak(
            "08_tooltip_table.ipynb",
            notebook(
                code(
                    "show(df)",
                    shown(
                        {
                            "text/html": "<table>"
                            + "".join(
                                f'<tr><td title="{row["name"]}">{row["phq9"]}</td></tr>'
                                for row in patients("tooltips", 12)
                            )
                            + "</table>",
                            "text/plain": "<table>",
                        }
                    ),
                )
            ),
            BOTH,
            [1],
            "The names show when the pointer rests on a score.",
        ),
    ]


def figures() -> list[Output]:
    """Make notebooks whose outputs are pictures or hold them."""
    hover = [f"{row['name']} {row['visit_date']}" for row in patients("plotly", 10)]
    plotly = {
        "data": [{"type": "scatter", "x": [0, 7, 14, 28], "y": [21, 17, 12, 9], "text": hover}],
        "layout": {"title": {"text": "Trajectories"}},
    }
    lines = "".join(
        pictures.svg_line([row["phq9"], 9, 5], str(row["name"]))  # type: ignore[list-item]
        for row in patients("svg lines", 6)
    )
    portrait = base64.b64encode(pictures.png(pictures.face())).decode()
    titled = pictures.png(pictures.bars([9, 7, 4]), {"Title": "Okonkwo, Emeka - PHQ-9 by visit"})
    return [
        leak(
            "09_plotly_hover.ipynb",
            notebook(
                code(
                    "fig.show()", shown({"application/vnd.plotly.v1+json": plotly}, "display_data")
                )
            ),
            BOTH,
            [1, 3],
            "Names and days stand in the texts of the points.",
        ),
        leak(
            "10_svg_lines.ipynb",
            notebook(
                code(
                    "spaghetti(df)",
                    shown({"image/svg+xml": pictures.svg(lines).decode()}, "display_data"),
                )
            ),
            BOTH,
            [1],
            "One line for each patient, its title is the name.",
        ),
        leak(
            "11_attachment.ipynb",
            notebook(prose("![pt](attachment:pt.png)", {"pt.png": {"image/png": portrait}})),
            IMAGE,
            [17],
            "A portrait was pasted into a cell of text.",
        ),
        leak(
            "12_png_title.ipynb",
            notebook(code("plot(df)", picture(titled))),
            IDENTIFIER,
            [1],
            "The title inside the picture file names the patient.",
        ),
        leak(
            "13_data_uri.ipynb",
            notebook(
                code(
                    "HTML(card)",
                    shown(
                        {
                            "text/html": f'<img src="data:image/png;base64,'
                            f'{portrait}" alt="pt photo">',
                            "text/plain": "<HTML>",
                        }
                    ),
                )
            ),
            IMAGE,
            [17],
            "A portrait within a page that the cell shows.",
        ),
    ]


def files() -> list[Output]:
    """Make the notebooks that leak in tables and figures."""
    return [*tables(), *figures()]
