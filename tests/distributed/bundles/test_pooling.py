"""The network's fit is that of the pooled patients, whoever is absent and whatever the order."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import INTERNAL, release
from analysis.distributed import make_bundle, pool, read_specification, write_pooled
from analysis.distributed.bundles.pooled_text import pooled_text, shown_tables
from analysis.distributed.sums import Sums
from analysis.errors import DataError, DisclosureError
from analysis.mixed import lmm, mmrm
from analysis.outcomes import select_patients, visit_outcomes

identity = pytest.mark.identity
unit = pytest.mark.unit

SITES = ["clinic-a", "clinic-c", "clinic-d", "clinic-e", "clinic-g"]
VISITS = {"week 1": 7.0, "week 2": 14.0, "week 4": 28.0, "week 8": 56.0}
FORMULA = "change ~ baseline + regimen + visit"
LINES = "change ~ baseline + regimen * nominal_day"
ROLES = {"subject": "subject_id"}
ON_VISITS = {**ROLES, "visit": "visit"}
CASES = {
    "plain": (
        'model = "mmrm"',
        lambda rows: mmrm(FORMULA, rows, covariance="unstructured", **ON_VISITS),
    ),
    "fixed": (
        """model = "mmrm"\nsite = "fixed"\ncovariance = "heterogeneous toeplitz"
df = "satterthwaite" """,
        lambda rows: mmrm(
            f"{FORMULA} + site_id", rows, covariance="heterogeneous toeplitz",
            df="satterthwaite", **ON_VISITS,
        ),
    ),
    "random": (
        'model = "mmrm"\nsite = "random"\ncovariance = "compound symmetry"',
        lambda rows: mmrm(
            FORMULA, rows, covariance="compound symmetry", nested_in="site_id", **ON_VISITS
        ),
    ),
    "lines": (
        'model = "lmm"\nrandom = "1 + nominal_day"\nmethod = "ml"\ndf = "satterthwaite"',
        lambda rows: lmm(
            LINES, rows, random="1 + nominal_day", method="ml", df="satterthwaite", **ROLES
        ),
    ),
    "lines_fixed": (
        'model = "lmm"\nsite = "fixed"',
        lambda rows: lmm(f"{LINES} + site_id", rows, random="1", df="kenward-roger", **ROLES),
    ),
    "lines_random": (
        'model = "lmm"\nsite = "random"\ndf = "satterthwaite"',
        lambda rows: lmm(
            LINES, rows, random="1", nested_in="site_id", df="satterthwaite", **ROLES
        ),
    ),
}  # fmt: skip


def written(name, text, sites):
    formula = LINES if '"lmm"' in text else FORMULA
    return (
        f'[network]\nsites = {sites!r}\nagreement = "agreed"\n[analyses.{name}]\n{text}\n'
        f'instrument = "PHQ-9"\nvisits = {list(VISITS)!r}\nformula = "{formula}"\n'
        'levels.regimen = ["ketamine IV", "ketamine IM"]\n'
    )


@pytest.fixture(scope="module")
def rows(study):
    """Derive the rows of all patients at once, as an analyst who has them would."""
    found = visit_outcomes(study, "PHQ-9")
    found = found[found["site_id"].isin(SITES) & found["visit"].isin(list(VISITS))]
    found = found[found["regimen"].isin(["ketamine IV", "ketamine IM"])]
    made = found[["subject_id", "site_id", "change", "baseline"]].assign(
        regimen=pd.Categorical(found["regimen"], ["ketamine IV", "ketamine IM"]),
        visit=pd.Categorical(found["visit"].astype(str), list(VISITS)),
        nominal_day=found["visit"].astype(str).map(VISITS).astype(float),
    )
    return made.assign(
        site_id=made["site_id"].astype(str), subject_id=made["subject_id"].astype(str)
    )


def bundles_of(study, tmp_path, name, sites=SITES):
    file = tmp_path / "analysis.toml"
    file.write_text(written(name, CASES[name][0], SITES), encoding="utf-8")
    agreed = read_specification(file)
    return [make_bundle(study, agreed, site=site) for site in sites]


def same(one, other, rtol=1e-9):
    pd.testing.assert_frame_equal(one.tidy(), other.tidy(), rtol=rtol, atol=1e-12)
    columns = ["log_likelihood", "n_subjects", "n_obs"]
    pd.testing.assert_frame_equal(one.glance()[columns], other.glance()[columns], rtol=rtol)


@identity
@pytest.mark.parametrize("name", CASES)
def test_the_pooled_fit_is_that_of_the_pooled_patients(study, rows, tmp_path, name):
    pooled = pool(bundles_of(study, tmp_path, name))
    same(pooled[name], CASES[name][1](rows))


@identity
@pytest.mark.parametrize("absent", ["clinic-a", "clinic-e"])
def test_a_site_that_is_absent_leaves_the_fit_of_the_others(study, rows, tmp_path, absent):
    there = [site for site in SITES if site != absent]
    pooled = pool(bundles_of(study, tmp_path, "fixed", there))
    assert pooled.absent == (absent,)
    assert absent in repr(pooled)
    same(pooled["fixed"], CASES["fixed"][1](rows[rows["site_id"] != absent]))


@identity
def test_without_each_site_is_the_fit_of_the_other_patients(study, rows, tmp_path):
    found = pool(bundles_of(study, tmp_path, "fixed")).without_each_site("fixed")
    assert found["without"].isna().sum() == len(CASES["fixed"][1](rows).tidy())
    assert (found["note"] == "").all()
    for left in SITES:
        own = found[found["without"] == left].drop(columns=["without", "note"])
        direct = CASES["fixed"][1](rows[rows["site_id"] != left]).tidy()
        pd.testing.assert_frame_equal(own.reset_index(drop=True), direct, rtol=1e-9, atol=1e-12)


@identity
def test_a_site_alone_is_fitted_without_effects_of_sites(study, rows, tmp_path):
    bundles = bundles_of(study, tmp_path, "lines_random")
    found = pool(bundles).by_site("lines_random")
    assert found.columns[-1] == "note"
    own = found[found["site"] == "clinic-c"].drop(columns=["site", "note"])
    direct = lmm(
        LINES, rows[rows["site_id"] == "clinic-c"], df="satterthwaite", **ROLES, random="1"
    )
    pd.testing.assert_frame_equal(own.reset_index(drop=True), direct.tidy(), rtol=1e-9, atol=1e-12)
    one_group = found.loc[found["site"] == "clinic-a", "note"]
    assert one_group.str.contains("'regimen[T.ketamine IM]'", regex=False).all()


@identity
def test_the_order_of_bundles_changes_no_bit(bundles):
    one, other = pool(bundles), pool(bundles[::-1])
    for name in one.results:
        pd.testing.assert_frame_equal(one[name].tidy(), other[name].tidy(), check_exact=True)
    assert [b.site for b in other.bundles] == list(one.specification.sites)


@unit
def test_bundles_that_do_not_go_together_are_named(bundles):
    with pytest.raises(DataError, match="at least two sites"):
        pool(bundles[:1])
    with pytest.raises(DataError, match="clinic-b: two bundles of the same site"):
        pool([bundles[0], bundles[1], bundles[1]])
    stranger = dataclasses.replace(bundles[1], site="clinic-z")
    with pytest.raises(DataError, match="clinic-z: no site of the agreement, which names clinic-a"):
        pool([bundles[0], stranger])


@unit
def test_another_agreement_is_named_site_by_site_with_both_values(study, bundles, tmp_path):
    from analysis.distributed import example_agreement

    text = example_agreement().read_text(encoding="utf-8")
    others = []
    for site, old, new in (
        ("clinic-b", '"change ~ baseline + visit"', '"change ~ visit"'),
        ("clinic-c", 'site = "fixed"', 'site = "none"'),
    ):
        file = tmp_path / f"{site}.toml"
        file.write_text(text.replace(old, new), encoding="utf-8")
        others.append(make_bundle(study, read_specification(file), site=site))
    with pytest.raises(DataError) as refusal:
        pool([*others, bundles[0], bundles[3], bundles[4]])
    said = str(refusal.value)
    assert (
        "clinic-b: analyses.course.formula is 'change ~ visit' instead of "
        "'change ~ baseline + visit'" in said
    )
    assert "clinic-c: analyses.course.site is 'none' instead of 'fixed'" in said
    assert "clinic-a" not in said


@unit
def test_sums_of_another_make_are_named_site_by_site(bundles):
    def spoilt(bundle):
        first, *rest = bundle.parts
        about = {**first.sums.about, "formula": "change ~ baseline"}
        sums = Sums(kind=first.sums.kind, about=about, arrays=first.sums.arrays)
        return dataclasses.replace(bundle, parts=(dataclasses.replace(first, sums=sums), *rest))

    with pytest.raises(DataError) as refusal:
        pool([bundles[0], spoilt(bundles[1]), bundles[2], spoilt(bundles[3])])
    said = str(refusal.value)
    assert "clinic-b: " in said
    assert "clinic-d: " in said
    assert "clinic-a" not in said
    assert "clinic-c" not in said


@unit
def test_rows_that_no_site_has_are_a_refusal_and_not_an_empty_bundle(study, tmp_path):
    text = written("plain", CASES["plain"][0], SITES).replace('"ketamine IM"', '"x"')
    file = tmp_path / "a.toml"
    file.write_text(text.replace("ketamine IV", "y"), encoding="utf-8")
    with pytest.raises(DataError, match="'plain': no row of clinic-a is left"):
        make_bundle(study, read_specification(file), site="clinic-a")


@unit
@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("levels.regimen", "levels.regime", "regime"),
        ("+ regimen", "+ route", r"labels of 'route', and sites may have others.*levels\.route"),
        ("+ regimen", "+ dose_gram", "'dose_gram', which visits do not have"),
    ],
)
def test_columns_are_held_to_the_agreement_at_the_site(study, tmp_path, old, new, why):
    file = tmp_path / "a.toml"
    text = written("plain", CASES["plain"][0], SITES).replace(old, new)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=why):
        make_bundle(study, read_specification(file), site="clinic-a")


@identity
def test_a_column_that_changes_within_patients_must_be_named(study, tmp_path):
    text = written("plain", CASES["plain"][0], SITES).replace("+ regimen", "+ rel_day")
    file = tmp_path / "a.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="'rel_day' changes within patients; name it in varying="):
        make_bundle(study, read_specification(file), site="clinic-a")
    file.write_text(text + 'varying = ["rel_day"]\n', encoding="utf-8")
    agreed = read_specification(file)
    pooled = pool([make_bundle(study, agreed, site=site) for site in SITES[:2]])
    found = visit_outcomes(study, "PHQ-9")
    own = found["site_id"].isin(SITES[:2]) & found["visit"].isin(list(VISITS))
    own &= found["regimen"].isin(["ketamine IV", "ketamine IM"])
    direct = mmrm(
        "change ~ baseline + rel_day + visit",
        found[own].assign(
            visit=pd.Categorical(found["visit"][own].astype(str), list(VISITS)),
            subject_id=found["subject_id"].astype(str),
            rel_day=found["rel_day"].astype(float),
        ),
        **ON_VISITS,
    )
    same(pooled["plain"], direct)


@unit
def test_rows_left_out_are_counted(study, bundles):
    found = visit_outcomes(select_patients(study, site="clinic-h"), "PHQ-9")
    late = ~found["visit"].isin(list(VISITS))
    other = ~late & ~found["regimen"].isin(["ketamine IV", "ketamine IM"])
    assert bundles[-1].account["n_rows"].tolist() == [late.sum(), late.sum(), other.sum()]


@unit
def test_an_analysis_that_was_not_agreed_on_is_refused(bundles):
    pooled = pool(bundles)
    for call in (pooled.by_site, pooled.without_each_site, pooled.heterogeneity):
        with pytest.raises(DataError, match="no analysis 'relapse'; it has course, regimens"):
            call("relapse")
    with pytest.raises(DataError, match="no analysis"):
        pooled["relapse"]


@unit
def test_heterogeneity_says_which_sites_were_not_fitted(bundles):
    pooled = pool(bundles)
    course, regimens = pooled.heterogeneity("course"), pooled.heterogeneity("regimens")
    assert course["n_sites"].tolist() == [8] * 5
    assert not course["term"].str.contains("site_id").any()
    assert regimens["n_sites"].tolist() == [2] * 4
    assert regimens["n_not_fitted"].tolist() == [6] * 4
    assert "clinic-a: The terms 'regimen[T.ketamine IM]'" in regimens["not_fitted"][0]
    narrow = pooled.heterogeneity("course", conf_level=0.5)
    assert (narrow["conf_low"] > course["conf_low"]).all()


@unit
def test_files_of_results_say_where_they_come_from(bundles, tmp_path):
    pooled = pool(bundles[:6])
    files = write_pooled(pooled, tmp_path / "local" / "pooled", policy=INTERNAL)
    assert sorted(files) == sorted(
        ["pooled.md", *(
            f"{name}{kind}.csv" for name in ("course", "regimens")
            for kind in ("", "-by-site", "-between-sites", "-without-each-site")
        )]
    )  # fmt: skip
    for name, path in files.items():
        text = path.read_text(encoding="utf-8-sig")
        assert pooled.specification.sha256 in text
        assert "trusted" in text
        if name.endswith(".csv"):
            table = pd.read_csv(path)
            assert set(table["pooled_sites"]) == {" ".join(b.site for b in bundles[:6])}
            assert set(table["mode"]) == {"trusted"}
    exact = pd.read_csv(files["course.csv"], float_precision="round_trip")["estimate"].to_numpy()
    assert np.array_equal(exact, pooled["course"].tidy()["estimate"].to_numpy())
    page = files["pooled.md"].read_text(encoding="utf-8")
    assert "Absent, and in no number: clinic-g, clinic-h" in page
    assert "Confidential" in page


@unit
def test_what_is_released_went_through_the_door(bundles, tmp_path):
    pooled = pool(bundles)
    files = write_pooled(pooled, tmp_path / "out")
    assert sorted(files) == ["course.csv", "pooled.md", "regimens.csv"]
    shown = pd.read_csv(files["course.csv"])
    passed = release(pooled["course"]).frame
    assert shown["reason"].fillna("").tolist() == passed["reason"].tolist()
    assert {"", "the numbers of patients behind it are not known"} == set(passed["reason"])
    np.testing.assert_array_equal(shown["estimate"], passed["estimate"])
    with pytest.raises(DisclosureError, match="below a folder named local"):
        write_pooled(pooled, tmp_path / "elsewhere", policy=INTERNAL)
    assert not (tmp_path / "elsewhere").exists()


@unit
def test_a_result_that_may_not_leave_says_why(bundles):
    pooled = pool(bundles)
    held = dataclasses.replace(pooled, results={**pooled.results, "course": object()})
    tables = shown_tables(held)
    assert list(tables["course"][""].columns) == ["not_shown"]
    assert "does not say what of it may leave" in pooled_text(held, tables)


@unit
def test_a_cell_that_a_spreadsheet_would_run_is_text(bundles, tmp_path):
    pooled = pool(bundles)
    frame = pd.DataFrame({"term": ["=1+1"], "n": [40]})
    result = SimpleNamespace(tidy=lambda: frame)
    held = dataclasses.replace(pooled, results=dict.fromkeys(pooled.results, result))
    written = write_pooled(held, tmp_path / "local", policy=INTERNAL)
    text = written["course.csv"].read_text(encoding="utf-8-sig")
    assert text.splitlines()[1].startswith("'=1+1,40,")
