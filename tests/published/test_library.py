"""The data files of the published studies, against numbers typed from their sources."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

import analysis.published
from analysis.errors import DataError
from analysis.published import (
    DEFINITIONS,
    published_figures,
    published_names,
    published_study,
)
from tests.published.expected import EXPECTED

unit, identity = pytest.mark.unit, pytest.mark.identity

DATA = Path(analysis.published.__file__).parent / "data"
FILES = sorted(DATA.glob("*.json"))
SCHEMA = json.loads(Path(__file__).with_name("published.schema.json").read_text(encoding="utf-8"))
TAGS = {"V": "verified", "S": "secondary source", "M": "from memory"}
MARKS = {
    "sd": ("standard_deviation",),
    "se": ("std_error",),
    "ci": ("conf_low", "conf_high"),
    "low": ("conf_low",),
    "n": ("n",),
    "pm": ("plus_minus",),
}


def content(path):
    return json.loads(path.read_text(encoding="utf-8"))


def numbers(text):
    """Turn ``~-4.1 sd 2 ci -7 -1 n 24`` into the fields of a figure."""
    first, *rest = text.split()
    found = {"approximate": True} if first.startswith("~") else {}
    if ".." in first:
        low, high = first.split("..")
        found |= {"range_low": float(low), "range_high": float(high)}
    else:
        found["value"] = float(first.lstrip("~"))
    while rest:
        names = MARKS[rest.pop(0)]
        found |= {name: float(rest.pop(0)) for name in names}
    return found


def days(text):
    if text == "-":
        return {}
    low, _, high = text.partition("-")
    return {"day_low": int(low), "day_high": int(high or low)}


def typed(line):
    """Turn one line of the typed figures into one dictionary per group."""
    head, _, groups = line.partition(": ")
    tag, _, head = head.partition(" ")
    measure, scale, definition, window = (part.strip() for part in head.split(" / "))
    known = {"evidence": TAGS[tag], "measure": measure, **days(window)}
    known |= {"scale": scale} if scale != "-" else {}
    known |= {"definition": definition} if definition != "-" else {}
    parts = [part.rsplit(" = ", 1) for part in groups.split("; ")]
    return [{"group": group, **known, **numbers(text)} for group, text in parts]


def kept(figure):
    left_out = {"unit", "window_from", "note"}
    return {name: value for name, value in figure.items() if name not in left_out}


def in_order(figures):
    return sorted(figures, key=lambda figure: json.dumps(figure, sort_keys=True))


def as_numbers(figures):
    return [
        {k: float(v) if isinstance(v, int) and v is not True else v for k, v in figure.items()}
        for figure in figures
    ]


def test_every_study_is_typed():
    assert set(published_names()) == set(EXPECTED)
    assert len(EXPECTED) == 36


@unit
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_figures_are_those_of_the_source(path):
    study = content(path)
    head, *lines = EXPECTED[study["name"]].strip().split("\n")
    fields = ("n_treated", "n_randomised", "n_analysed", "n_studies")
    assert head == " ".join(str(study.get(name, "-")) for name in fields)
    expected = [figure for line in lines for figure in typed(line)]
    found = [kept(figure) for figure in study["figures"]]
    assert in_order(as_numbers(found)) == in_order(as_numbers(expected))


@unit
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_data_file_has_the_fields_of_the_schema(path):
    jsonschema.Draft202012Validator(SCHEMA).validate(content(path))


@unit
@pytest.mark.parametrize("field", ["unit", "evidence", "value", "group"])
def test_the_schema_refuses_a_figure_without(field):
    broken = content(DATA / "mcinnes-2022.json")
    del broken["figures"][0][field]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(broken)


DESIGNS = {
    "randomised trial": {
        *("TRANSFORM-1", "TRANSFORM-2", "TRANSFORM-3", "Daly 2018", "ELEKT-D", "KetECT", "KADS"),
        *("Murrough 2013 AJP", "Singh 2016", "Salloum 2019", "Shiroma 2020", "Lii 2023"),
        *("Feder 2021", "Abdallah 2022", "KARE", "Dakwar 2019"),
    },
    "crossover trial": {"Phillips 2019", "Feder 2014"},
    "randomised withdrawal": {"SUSTAIN-1"},
    "open trial": {"SUSTAIN-3", "Murrough 2013 BP"},
    "pooled trials": {"TRANSFORM-1 and 2 by sex"},
    "meta-analysis": {"PTSD meta-analysis 2024", "Alnefeesi 2022"},
}
ROUTES = {
    "SC": {"KADS"},
    "IM": {"IM cohort 2022"},
    "SL": {"Hull 2022"},
    "IN": {
        *("TRANSFORM-1", "TRANSFORM-2", "TRANSFORM-1 and 2 by sex", "TRANSFORM-3"),
        *("Daly 2018", "SUSTAIN-1", "SUSTAIN-3"),
    },
    "mixed": {"VA programme 2025", "PTSD meta-analysis 2024", "Alnefeesi 2022"},
    "none": {"Usual psychiatric care 2011"},
}
NOT_VERIFIED = {
    "SUSTAIN-3": "secondary source",
    "VA programme 2025": "secondary source",
    "KADS": "from memory",
    "Murrough 2013 AJP": "from memory",
    "Feder 2014": "from memory",
}


def listed(name, groups, otherwise):
    return next((group for group, names in groups.items() if name in names), otherwise)


@unit
@pytest.mark.parametrize("name", published_names())
def test_design_route_agent_and_evidence(name):
    study = published_study(name)
    assert study.design == listed(name, DESIGNS, "cohort")
    assert study.route == listed(name, ROUTES, "IV")
    assert study.evidence == NOT_VERIFIED.get(name, "verified")
    assert study.agent == {"IN": "esketamine", "none": "usual care"}.get(study.route, "ketamine")


IDENTIFIERS = """
10.1016/j.jad.2021.12.097 10.1016/j.jad.2022.07.004 32871698 10.4088/JCP.17m11731
10.1016/j.jpsychires.2022.04.037 PMC6551577 PMC8921149 PMC7894501 PMC8921149 PMC7894501 PMC8921149
PMC7894501 PMC5838571 31734084 PMC10439056 PMC11200139 PMC9154276 PMC10727911 PMC3725185
10.1176/appi.ajp.2016.16010037 30922101 PMC6447473 10.1016/j.jad.2019.09.017
10.1038/s41398-020-00897-0 PMC10769130 10.1176/appi.ajp.2020.20050596 10.1038/s41386-022-01266-9
10.1080/20008066.2023.2299124 PMC10979792 10.1176/appi.ajp.2021.21030277 31230464
"""


@unit
def test_identifiers_are_those_of_the_sources():
    found = [i for name in published_names() for i in published_study(name).identifiers]
    assert sorted(re.sub(r"^(doi:|PMID )", "", i) for i in found) == sorted(IDENTIFIERS.split())
    assert published_study("McInnes 2022").identifiers == ("doi:10.1016/j.jad.2021.12.097",)
    assert published_study("Hull 2022").identifiers == ("doi:10.1016/j.jad.2022.07.004",)


@unit
@pytest.mark.parametrize(
    ("name", "share"),
    # 537/9016, 714/2758, 82/85, 190/213, 44/54, by hand
    [
        ("McInnes 2022", 0.0596),
        ("Hietamies 2023", 0.2589),
        ("Sakurai 2020", 0.9647),
        ("McIntyre 2020", 0.8920),
        ("Wilkinson 2018", 0.8148),
        ("Hull 2022", None),
        ("TRANSFORM-2", None),
    ],
)
def test_completeness(name, share):
    found = published_study(name).completeness
    assert found == (None if share is None else pytest.approx(share, abs=5e-5))


@unit
def test_a_study_shows_what_is_not_verified():
    assert "4 of 11 figures are not verified" in published_study("SUSTAIN-1").summary()
    assert "from memory" in repr(published_study("SUSTAIN-1"))
    assert "not verified" not in published_study("McInnes 2022").summary()
    assert "Facts about the study: secondary source." in repr(published_study("SUSTAIN-3"))
    assert published_study("KADS").n_unverified == 8
    assert "6.0% of them analysed" in published_study("McInnes 2022")._repr_html_()


@unit
def test_a_study_without_figures_shows_its_facts():
    shown = repr(published_study("Shiroma 2020"))
    assert shown == published_study("Shiroma 2020").summary()
    assert "patients treated: not published, analysed share not published" in shown
    assert published_study("Abdallah 2022").frame().empty


@unit
def test_figures_of_all_studies_in_one_frame():
    frame = published_figures()
    assert len(frame) == 234
    assert frame["study"].nunique() == 34  # two studies keep no number
    assert frame["evidence"].value_counts().to_dict() == {
        "verified": 181,
        "from memory": 39,
        "secondary source": 14,
    }
    assert frame["value"].isna().sum() == 4  # ranges over arms


@unit
def test_figures_can_be_chosen():
    response = published_figures(scale="PHQ-9", measure="response", route="IV", design="cohort")
    assert response[["study", "value", "day_high"]].fillna(-1).to_numpy().tolist() == [
        ["McInnes 2022", 53.6, 31],
        ["Oliver 2022", 50.0, 42],
        ["Oliver 2022", 72.0, -1],
        ["Pfeiffer 2024", 26.0, 42],
        ["Pfeiffer 2024", 26.0, 84],
        ["Pfeiffer 2024", 26.0, 182],
    ]
    assert response["completeness"].round(4).tolist()[0] == 0.0596


@unit
def test_frames_are_copies():
    frame = published_figures()
    frame["value"] = 0.0
    assert published_figures(route="SL")["value"].iloc[0] == 62.8


@unit
@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ({"scale": "Anna"}, "this scale. Known are: CAPS-5, GAD-7, IES-R, MADRS, PHQ-9, QIDS-SR16"),
        ({"measure": "Anna"}, "this measure. Known are: abstinence, adverse events"),
        ({"route": "Anna"}, "this route. Known are: IM, IN, IV, SC, SL"),
        ({"design": "Anna"}, "this design. Known are: cohort, crossover trial"),
    ],
)
def test_an_unknown_choice_is_refused_without_repeating_it(asked, known):
    with pytest.raises(DataError) as raised:
        published_figures(**asked)
    assert known in str(raised.value)
    assert "Anna" not in str(raised.value)


@unit
def test_an_unknown_study_is_refused_without_repeating_its_name():
    with pytest.raises(DataError) as raised:
        published_study("Anna's own study")
    assert "Abdallah 2022, Alnefeesi 2022" in str(raised.value)
    assert "Anna" not in str(raised.value)


@unit
def test_a_study_is_read_once():
    assert published_study("KARE") is published_study("KARE")


@identity
def test_names_are_those_of_the_files():
    stems = {re.sub(r"[^a-z0-9]+", "-", name.lower()) for name in published_names()}
    assert stems == {path.stem for path in FILES}


@identity
def test_numbers_of_patients_fit_together():
    for name in published_names():
        study = published_study(name)
        share = study.completeness
        assert share is None or 0.0 < share <= 1.0
        if study.n_treated:
            patients = [f.n for f in study.figures if f.n and f.group != "doses"]
            assert max(patients, default=0) <= study.n_treated


@identity
def test_percentages_with_a_denominator_are_counts():
    frame = published_figures().dropna(subset=["n", "value"])
    share = frame[frame["unit"].eq("%")]
    assert len(share) >= 20
    counts = share["value"] / 100.0 * share["n"].astype(float)
    printed = 0.05 + 0.45 * share["value"].mod(1).eq(0)  # decimals that were published
    assert ((counts - counts.round()).abs() <= printed / 100.0 * share["n"].astype(float)).all()


@identity
def test_values_lie_within_their_intervals():
    frame = published_figures()
    whole = frame.dropna(subset=["conf_low", "conf_high"])
    assert len(whole) >= 15
    assert whole["value"].between(whole["conf_low"], whole["conf_high"]).all()
    assert frame["day_low"].le(frame["day_high"]).fillna(value=True).all()
    ranges = frame.dropna(subset=["range_low"])
    assert ranges["range_low"].lt(ranges["range_high"]).all()


@identity
def test_percentages_are_possible():
    frame = published_figures()
    share = frame[frame["unit"].eq("%") & ~frame["measure"].str.startswith("percent change")]
    assert share["value"].dropna().between(0, 100).all()


@identity
def test_remission_is_no_more_frequent_than_response():
    frame = published_figures()
    key = ["study", "group", "scale", "window_from", "day_low", "day_high"]
    wide = frame[frame["measure"].isin(["response", "remission"])]
    keyed = wide.assign(**wide[key].astype("string").fillna(""))
    both = keyed.pivot(index=key, columns="measure", values="value").dropna()
    assert len(both) >= 20
    assert (both["remission"] <= both["response"]).all()


@identity
def test_definitions_are_known_and_belong_to_the_scale():
    frame = published_figures()
    used = frame.dropna(subset=["definition"])
    assert set(used["definition"]) <= set(DEFINITIONS)
    assert set(DEFINITIONS) == set(used["definition"])
    owners = used["definition"].map({name: d.scale for name, d in DEFINITIONS.items()})
    assert used["scale"].eq(owners)[owners.notna()].all()


@unit
def test_rules_that_were_not_read_are_said():
    not_read = {name for name, d in DEFINITIONS.items() if not d.verified}
    assert not_read == {"response30_caps5", "relapse_sustain1", "relapse_qids11"}


UNITS = {
    "points": {
        *("baseline mean", "mean change", "mean difference", "mean at follow-up"),
        *("baseline median", "median at follow-up"),
    },
    "ratio": {
        *("hazard ratio of relapse", "odds ratio of remission", "odds ratio of relapse"),
        "odds ratio of abstinence",
    },
    "standard deviations": {"standardised mean change", "standardised mean difference"},
    "days": {"median time to relapse", "median time to loss of response"},
    "percentage points": {"risk difference", "difference in days abstinent"},
    "infusions": {"median infusions to response", "mean infusions"},
    "patients": {"number needed to treat"},
    "mg/kg": {"mean dose"},
}


@identity
def test_every_measure_has_its_unit():
    frame = published_figures()
    expected = frame["measure"].map(lambda measure: listed(measure, UNITS, "%"))
    drinks = frame["study"].eq("KARE") & frame["measure"].eq("baseline mean")
    assert frame.loc[drinks, "unit"].tolist() == ["UK units a week"]
    assert frame.loc[~drinks, "unit"].tolist() == expected[~drinks].tolist()


@unit
def test_days_are_counted_from_the_event_of_the_source():
    frame = published_figures()
    assert frame.loc[frame["day_low"].notna(), "window_from"].notna().all()
    other = frame[frame["window_from"].ne("first dose").fillna(value=False).astype(bool)]
    found = other.groupby(["window_from", "study"]).size().to_dict()
    assert found == {
        ("end of induction", "Hietamies 2023"): 2,
        ("end of induction", "McInnes 2022"): 8,
        ("end of induction", "Sakurai 2020"): 1,
        ("end of treatment", "ELEKT-D"): 6,
        ("last infusion", "Feder 2021"): 1,
        ("last infusion", "Murrough 2013 BP"): 1,
        ("last treatment", "IM cohort 2022"): 5,
        ("randomisation", "SUSTAIN-1"): 11,
        ("remission", "KetECT"): 4,
        ("sixth treatment", "VA programme 2025"): 5,
    }
