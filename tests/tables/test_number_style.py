"""The styles of two journals; examples as their guidelines state them."""

import pandas as pd
import pytest

from analysis.errors import ColumnError
from analysis.tables import STYLES, Column, TableResult
from analysis.tables.number_style import number_style

pytestmark = pytest.mark.unit

FRAME = pd.DataFrame(
    {
        "group": ["", ""],
        "label": ["Week", "Arm"],
        "estimate": ["1,234.5 (1,200.0 to 1,300.0)", "\u22123.0 (\u22124.1 to \u22122.0)"],
        "p": ["0.048", "<0.001"],
    }
)
TABLE = TableResult(
    title="T",
    frame=FRAME,
    columns=(Column(key="estimate", label="Estimate"), Column(key="p", label="p")),
)


@pytest.mark.parametrize(
    ("style", "p", "expected"),
    [
        ("plain", "0.024", "0.024"),
        ("JAMA", "0.024", ".02"),
        ("JAMA", "0.025", ".03"),
        ("JAMA", "0.004", ".004"),
        ("JAMA", "0.048", ".048"),  # two digits would cross .05
        ("JAMA", "0.052", ".05"),
        ("JAMA", "0.055", ".06"),
        ("JAMA", "<0.001", "<.001"),
        ("JAMA", "0.995", "1.00"),
        ("JAMA", "", ""),
        ("NEJM", "0.024", "0.02"),
        ("NEJM", "0.004", "0.004"),
        ("NEJM", "<0.001", "<0.001"),
        ("NEJM", "—", "—"),
    ],
)
def test_p_values(style, p, expected):
    assert number_style(style).p_value(p) == expected


def test_intervals_and_thousands():
    jama = TABLE.styled("JAMA").frame
    assert jama["estimate"].tolist() == ["1234.5 (1200.0-1300.0)", "−3.0 (−4.1 to −2.0)"]
    assert jama["p"].tolist() == [".048", "<.001"]
    assert TABLE.styled("NEJM").frame["estimate"].tolist() == FRAME["estimate"].tolist()
    assert TABLE.styled("plain").frame.equals(FRAME)
    assert number_style("JAMA").text("12,345") == "12,345"  # only four figures go without


def test_prose_names_the_interval():
    assert TABLE.inline("Arm", "Estimate") == "−3.0 (−4.1 to −2.0)"
    assert TABLE.inline("Arm", "Estimate", style="NEJM") == "−3.0 (95% CI, −4.1 to −2.0)"
    assert TABLE.inline("Week", "estimate", style="JAMA") == "1234.5 (95% CI, 1200.0-1300.0)"
    assert TABLE.inline("Week", "p", style="JAMA") == ".048"


def test_hidden_cells_stay_hidden_in_every_style():
    for style in STYLES.values():
        assert [style.text(cell) for cell in ("<11", "—", "12 (40.0%)")] == [
            "<11",
            "—",
            "12 (40.0%)",
        ]


def test_another_style_is_refused_with_the_known_ones():
    with pytest.raises(ColumnError, match="plain, JAMA, NEJM"):
        TABLE.styled("Nature")
