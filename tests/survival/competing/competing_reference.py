"""What R gives for competing causes, states and counts, and how tests compare with it."""

import json
import warnings

import numpy as np
import pandas as pd

from tests.survival.reference import REFERENCE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines.datasets import load_lymph_node

EXPECTED = json.loads((REFERENCE / "competing.json").read_text(encoding="utf-8"))
RELAPSE = pd.read_csv(REFERENCE / "competing.csv").rename(columns={"type": "event"})
VISITS = pd.read_csv(REFERENCE / "visits.csv").rename(columns={"week": "time", "type": "event"})
STATES = pd.read_csv(REFERENCE / "states.csv")
EPISODES = pd.read_csv(REFERENCE / "recurrent.csv")
EPISODES_DEATH = pd.read_csv(REFERENCE / "recurrent_death.csv")
TIMES = [30, 60, 90, 120, 180]


def lymph_nodes():
    """Return 686 women of the German breast cancer study: recurrence 1, death before it 2."""
    data = load_lymph_node().rename(columns={"rectime": "time"})
    died = (data["time"] == data["survtime"]) & (data["censdead"] == 1)
    return data.assign(event=np.where(data["censrec"] == 0, 0, np.where(died, 2, 1)))


def check(frame, reference, columns, rtol=1e-10, atol=1e-12):
    """Compare columns with those of R, row by row; NaN where R has none."""
    reference = pd.DataFrame(reference)
    assert len(frame) == len(reference)
    for column in columns:
        np.testing.assert_allclose(
            frame[column].astype(float),
            reference[column].astype(float),
            rtol=rtol,
            atol=atol,
            err_msg=column,
        )


def in_order(reference, *keys):
    """Sort rows of R as our frames have them."""
    return pd.DataFrame(reference).sort_values(list(keys), kind="stable", ignore_index=True)
