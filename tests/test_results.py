"""Conventions of results: t and z inference, and small tables as text and HTML."""

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import ModelError
from analysis.results import (
    TIDY_COLUMNS,
    check_conf_level,
    check_option,
    critical_value,
    frame_to_html,
    frame_to_text,
    p_value_text,
    tidy_frame,
)

unit, identity, reference = pytest.mark.unit, pytest.mark.identity, pytest.mark.reference

PAYLOADS = [
    "<script>alert(1)</script>",
    "</table><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "&lt;b&gt;",
    "<!-- -->",
    "{{ 7*7 }}",
    "]]>",
    "\u202e<b>",
]


@reference
@pytest.mark.parametrize(
    ("df", "conf_level", "value"),
    [
        # Student's t table, two-sided (Fisher and Yates 1963, Statistical Tables, table III)
        (1, 0.95, 12.706),
        (4, 0.95, 2.776),
        (10, 0.95, 2.228),
        (30, 0.95, 2.042),
        (10, 0.99, 3.169),
        (2, 0.90, 2.920),
        (np.inf, 0.95, 1.960),
        (np.inf, 0.99, 2.576),
    ],
)
def test_critical_values_are_those_of_the_printed_tables(df, conf_level, value):
    assert critical_value(df, conf_level) == pytest.approx(value, abs=5e-4)


@unit
@pytest.mark.parametrize("conf_level", [0.0, 1.0, -0.5, 95, 1.5, float("nan"), float("inf")])
def test_a_confidence_level_outside_0_and_1_is_refused(conf_level):
    with pytest.raises(ModelError, match=r"between 0 and 1, such as 0\.95"):
        check_conf_level(conf_level)


@unit
def test_tidy_columns_and_labels_keep_their_order():
    labels = pd.DataFrame({"contrast": ["IV - IM"], "visit": ["week 4"]}, index=[9])
    frame = tidy_frame(labels, estimate=np.array([-2.0]), std_error=np.array([1.0]))
    assert list(frame.columns) == ["contrast", "visit", *TIDY_COLUMNS]
    assert frame.index.tolist() == [0]
    assert labels.index.tolist() == [9]


@unit
def test_one_degree_of_freedom_has_the_closed_form_of_cauchy():
    # t with df = 1 is Cauchy: P(|T| > 1) = 1/2, and the 50 % critical value is tan(pi/4) = 1
    frame = tidy_frame(
        pd.DataFrame({"term": ["a"]}),
        estimate=np.array([3.0]),
        std_error=np.array([3.0]),
        df=1.0,
        conf_level=0.5,
    )
    assert frame["p_value"].item() == pytest.approx(0.5, abs=1e-14)
    assert frame["conf_low"].item() == pytest.approx(0.0, abs=1e-13)
    assert frame["conf_high"].item() == pytest.approx(6.0, abs=1e-13)


@unit
def test_two_degrees_of_freedom_have_their_closed_form():
    # t with df = 2: P(|T| > t) = 1 - t / sqrt(2 + t^2)
    t = np.array([0.5, 2.0, 40.0])
    frame = tidy_frame(
        pd.DataFrame({"term": list("abc")}), estimate=t, std_error=np.ones(3), df=2.0
    )
    assert frame["p_value"].to_numpy() == pytest.approx(1 - t / np.sqrt(2 + t**2), rel=1e-10)


@unit
def test_a_huge_statistic_keeps_a_p_value_above_zero():
    frame = tidy_frame(
        pd.DataFrame({"term": ["a"]}), estimate=np.array([20.0]), std_error=np.array([1.0])
    )
    assert 0 < frame["p_value"].item() < 1e-80


@unit
def test_a_standard_error_of_zero_gives_no_warning():
    frame = tidy_frame(
        pd.DataFrame({"term": ["a", "b"]}), estimate=np.array([1.0, 0.0]), std_error=np.zeros(2)
    )
    assert np.isinf(frame["statistic"][0])
    assert frame["p_value"][0] == 0.0
    assert np.isnan(frame["p_value"][1])


@unit
def test_a_tidy_frame_can_be_changed_by_its_owner():
    estimate = np.array([1.0, 2.0])
    frame = tidy_frame(
        pd.DataFrame({"term": ["a", "b"]}), estimate=estimate, std_error=np.ones(2), df=5.0
    )
    frame.loc[0, ["estimate", "df"]] = [9.0, 9.0]
    assert frame.loc[0, ["estimate", "df"]].tolist() == [9.0, 9.0]
    assert estimate.tolist() == [1.0, 2.0]


@identity
@settings(deadline=None, max_examples=50, derandomize=True)
@given(
    estimate=st.floats(-1e3, 1e3),
    std_error=st.floats(0.01, 1e3),
    df=st.floats(1, 1e6),
    factor=st.floats(0.01, 100),
)
def test_rescaling_the_outcome_rescales_the_interval_and_not_the_p_value(
    estimate, std_error, df, factor
):
    def tidy(scale):
        return tidy_frame(
            pd.DataFrame({"term": ["a"]}),
            estimate=np.array([estimate * scale]),
            std_error=np.array([std_error * scale]),
            df=df,
        ).iloc[0]

    plain, scaled = tidy(1.0), tidy(factor)
    assert scaled["p_value"] == pytest.approx(plain["p_value"], rel=1e-9, abs=1e-300)
    assert scaled["conf_low"] == pytest.approx(plain["conf_low"] * factor, rel=1e-9, abs=1e-9)
    assert (plain["conf_low"] > 0 or plain["conf_high"] < 0) == (plain["p_value"] < 0.05)


@unit
def test_text_table_is_aligned_and_rounded():
    frame = pd.DataFrame(
        {
            "term": ["week", "arm[T.im]"],
            "n": pd.array([12, None], dtype="Int64"),
            "estimate": [-1.23456, np.inf],
            "ok": pd.array([True, None], dtype="boolean"),
        },
        index=["x", "y"],
    )
    assert frame_to_text(frame).splitlines() == [
        "term        n  estimate   ok",
        "week       12    -1.235  yes",
        "arm[T.im]             ∞",
    ]


@unit
@pytest.mark.parametrize("value", [0.0, -0.0, 1e-17, -1e-17, -0.0004])
def test_the_sign_of_rounding_noise_is_not_shown(value):
    assert frame_to_text(pd.DataFrame({"x": [value]})).split() == ["x", "0.000"]
    assert frame_to_text(pd.DataFrame({"x": [-0.0005001]})).split() == ["x", "-0.001"]


@unit
@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
def test_a_missing_cell_is_empty(missing):
    frame = pd.DataFrame({"x": pd.Series([missing], dtype=object)})
    assert frame_to_text(frame) == "x\n"
    assert "<td></td>" in frame_to_html(frame)


@unit
def test_frames_without_rows_or_columns_are_shown():
    assert frame_to_text(pd.DataFrame({"term": []})) == "term"
    assert frame_to_text(pd.DataFrame()) == ""
    assert "<tbody></tbody>" in frame_to_html(pd.DataFrame({"term": []}))


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(sorted(attrs))))

    def handle_comment(self, data):
        self.tags.append(("comment", (data,)))

    def handle_data(self, data):
        self.text.append(data)


ALLOWED_TAGS = {
    ("table", (("class", "ko"),)),
    ("caption", ()),
    ("thead", ()),
    ("tbody", ()),
    ("tr", ()),
    ("th", (("scope", "col"),)),
    ("td", ()),
}


@unit
@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_cells_and_caption_are_escaped(payload):
    frame = pd.DataFrame({payload: [payload, "plain"]})
    page = _Page()
    page.feed(frame_to_html(frame, caption=payload))
    assert set(page.tags) <= ALLOWED_TAGS
    assert page.text.count(payload) == 3


@identity
@settings(deadline=None, max_examples=60, derandomize=True)
@given(name=st.text(max_size=20), cell=st.text(min_size=1, max_size=20))
def test_no_text_can_leave_its_cell(name, cell):
    page = _Page()
    page.feed(frame_to_html(pd.DataFrame({name: pd.Series([cell], dtype=object)})))
    page.close()
    assert set(page.tags) <= ALLOWED_TAGS
    assert [tag for tag, _ in page.tags] == ["table", "thead", "tr", "th", "tbody", "tr", "td"]


@unit
def test_numbers_stand_to_the_right_in_html():
    shown = frame_to_html(pd.DataFrame({"term": ["a"], "n": [3]}), digits=1)
    assert '<th scope="col" class="number">n</th>' in shown
    assert '<td class="number">3</td>' in shown


@unit
def test_unknown_option_lists_the_known():
    check_option("method", "ml", ("reml", "ml"))
    with pytest.raises(ModelError, match="method is 'ols'; allowed are reml, ml"):
        check_option("method", "ols", ("reml", "ml"))


@unit
@pytest.mark.parametrize(
    ("p", "text"), [(0.05, "0.050"), (0.0009, "<0.001"), (0.0, "<0.001"), (np.nan, "")]
)
def test_p_values_never_read_zero(p: float, text: str) -> None:
    assert p_value_text(p) == text
