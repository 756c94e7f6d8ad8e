"""Notebooks that leak in code, settings, errors and leftovers, not in tables or figures."""

from __future__ import annotations

import json

from tests.privacy.second_corpus.outputs import (
    IDENTIFIER,
    ROWS,
    USER,
    Output,
    code,
    csv,
    frame,
    leak,
    notebook,
    patients,
    printed,
    shown,
)

BOTH = f"{IDENTIFIER}, {ROWS}"


def files() -> list[Output]:
    """Make notebooks that leak outside of their outputs."""
    rows = patients("sources", 6)
    mapping = ",\n".join(f'    "{row["mrn"]}": "{row["name"]}"' for row in rows)
    trace = {
        "output_type": "error",
        "ename": "KeyError",
        "evalue": "'Villanueva, Marisol'",
        "traceback": [
            "\x1b[0;31mKeyError\x1b[0m  Traceback (most recent call last)",
            "File C:\\Users\\bhargrove\\Desktop\\ket_pts\\load.py:14, in pick(name)",
            "KeyError: 'Villanueva, Marisol'",
        ],
    }
    state = {
        "application/vnd.jupyter.widget-state+json": {
            "version_major": 2,
            "version_minor": 0,
            "state": {
                "a1": {
                    "model_name": "DropdownModel",
                    "model_module": "@jupyter-widgets/controls",
                    "model_module_version": "2.0.0",
                    "state": {"_options_labels": [row["name"] for row in rows]},
                }
            },
        }
    }
    papermill = {
        "papermill": {
            "input_path": "/home/dmcallister/ketamine/monthly.ipynb",
            "parameters": {"source": "/home/dmcallister/named/pts_2024.csv"},
        }
    }
    warned = (
        "/Users/ngozi.okonkwo/clinic/venv/lib/python3.12/site-packages/pandas/io.py:88: "
        "DtypeWarning: mixed types\n"
    )
    return [
        leak(
            "14_mapping.ipynb",
            notebook(code(f"names = {{\n{mapping}\n}}")),
            BOTH,
            [1, 8],
            "A dictionary from chart number to name stands in the code.",
        ),
        leak(
            "15_traceback.ipynb",
            notebook(code("pick(df)", trace)),
            f"{IDENTIFIER}, {USER}",
            [1],
            "The error names a patient and the user's folder.",
        ),
        leak(
            "16_widget.ipynb",
            notebook(code("dropdown"), metadata={"widgets": state}),
            IDENTIFIER,
            [1],
            "The names of a choice list stay in the saved state.",
        ),
        leak(
            "17_parameters.ipynb",
            notebook(code("run()"), metadata=papermill),
            USER,
            [],
            "The paths of a run tell a user and a file with names.",
        ),
        leak(
            "18_warning.ipynb",
            notebook(code("read()", printed(warned, "stderr"))),
            USER,
            [],
            "A warning tells the user's folder.",
        ),
        leak(
            "19_raw_cell.ipynb",
            notebook(
                {
                    "cell_type": "raw",
                    "metadata": {},
                    "source": csv(patients("raw", 11)).splitlines(keepends=True),
                }
            ),
            BOTH,
            [1, 3, 4, 8],
            "Rows were parked in a raw cell.",
        ),
        leak(
            "20_comment.ipynb",
            notebook(
                code(
                    "# Mrs Delacroix (218-555-0147) called 3/4, drop her week 2 row\n"
                    "df = df.drop(index=17)"
                )
            ),
            IDENTIFIER,
            [1, 3, 4],
            "A comment in the code tells of a patient.",
        ),
        leak(
            ".ipynb_checkpoints/01_head-checkpoint.ipynb",
            notebook(code("df.sample(3)", frame(patients("checkpoint", 3)))),
            BOTH,
            [1, 3, 4, 8],
            "The checkpoint keeps what was deleted from the notebook.",
        ),
        leak(
            "21_repr.ipynb",
            notebook(code("row", shown({"text/plain": json.dumps(rows[0], indent=1)}))),
            BOTH,
            [1, 3, 4, 8],
            "One record of one patient.",
        ),
    ]
