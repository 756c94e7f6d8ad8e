"""Cox regressions of tables that books and papers print, held to R."""

import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.survival import cox
from tests.survival.published import PUBLISHED, check_coefficients, printed

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines.datasets import (
        load_gbsg2,
        load_larynx,
        load_leukemia,
        load_lung,
        load_psychiatric_patients,
        load_rossi,
        load_stanford_heart_transplants,
    )

LUNG = load_lung().rename(columns={"ph.ecog": "ecog", "status": "event"})
BREAST = load_gbsg2().rename(columns={"cens": "event"})
ROSSI = load_rossi().assign(row=lambda d: np.arange(len(d)))
HEART = load_stanford_heart_transplants()
VETERAN = printed("veteran").assign(
    celltype=lambda d: pd.Categorical(
        d["celltype"], categories=["squamous", "smallcell", "adeno", "large"]
    )
)
CHANGING = "age + year + surgery + transplant"
ALL_OF_ROSSI = "fin + age + race + wexp + mar + paro + prio"


def heart(**options):
    return cox(CHANGING, HEART, time="stop", entry="start", **options)


def rossi(**options):
    return cox(ALL_OF_ROSSI, ROSSI, time="week", event="arrest", **options)


def larynx(ties):
    stages = "Stage_II + Stage_III + Stage_IV + age"
    return cox(stages, load_larynx(), event="death", ties=ties)


def liver():
    data = printed("pbc").assign(event=lambda d: (d["status"] == 2).astype(int))
    data["age"] = data["age_days"] / 365.25
    return cox("age + edema + log(bili) + log(albumin) + log(protime)", data)


def psychiatric():
    data = load_psychiatric_patients()
    return cox(
        "sex", data.assign(exit=data["Age"] + data["T"]), time="exit", event="C", entry="Age"
    )


@pytest.mark.reference
@pytest.mark.parametrize(
    ("table", "key", "fitted"),
    [
        # lung, age + sex + ecog: sex -0.5526124 (0.1677391); lifelines stops 2e-6 short of it
        ("lung", "cox", lambda: cox("age + sex + ecog", LUNG)),
        ("lung", "in_sexes", lambda: cox("age + ecog", LUNG, strata="sex")),
        # the row without an institution is left out, as by R
        ("lung", "in_sexes_by_site", lambda: cox("age + ecog", LUNG, strata="sex", cluster="inst")),
        ("aml", "cox", lambda: cox("arm", printed("aml"))),
        ("breast", "alone", lambda: cox("horTh", BREAST)),
        (
            "breast",
            "full",
            lambda: cox(
                "horTh + age + menostat + tsize + tgrade + pnodes + progrec + estrec", BREAST
            ),
        ),
        (
            "breast",
            "stratified",
            lambda: cox(
                "horTh + age + tsize + pnodes",
                BREAST,
                strata=["tgrade", "menostat"],
                ties="breslow",
            ),
        ),
        (
            "veteran",
            "cox",
            lambda: cox("trt + celltype + karno + diagtime + age + prior", VETERAN),
        ),
        ("pbc", "cox", liver),
        ("rossi", "cox", rossi),
        ("rossi", "robust", lambda: rossi(cluster="row")),
        ("larynx", "breslow", lambda: larynx("breslow")),
        ("larynx", "efron", lambda: larynx("efron")),
        (
            "leukemia",
            "breslow",
            lambda: cox("Rx", load_leukemia(), time="t", event="status", ties="breslow"),
        ),
        (
            "leukemia",
            "in_sexes",
            lambda: cox("Rx + logWBC", load_leukemia(), time="t", event="status", strata="sex"),
        ),
        ("mind", "cox", psychiatric),
        ("heart", "cox", heart),
        ("heart", "robust", lambda: heart(cluster="id")),
    ],
)
def test_numbers_are_those_of_r(table, key, fitted):
    check_coefficients(fitted(), PUBLISHED[table][key])


@pytest.mark.reference
def test_lung_has_the_published_numbers():
    # R survival 3.5-3, coxph(Surv(time, status) ~ age + sex + ph.ecog, lung)
    fit = cox("age + sex + ecog", LUNG)
    found = fit.tidy()
    np.testing.assert_allclose(found["estimate"], [0.0110668, -0.5526124, 0.4637285], atol=5e-8)
    np.testing.assert_allclose(found["std_error"], [0.0092674, 0.1677391, 0.1135773], atol=5e-8)
    row = fit.glance().iloc[0]
    assert (row["n_obs"], row["n_dropped"]) == (227, 1)
    likelihoods = [row["log_likelihood_null"], row["log_likelihood"]]
    np.testing.assert_allclose(likelihoods, [-744.4805, -729.2301], atol=5e-5)
    concordance = fit.concordance().iloc[0]
    assert concordance["estimate"] == pytest.approx(0.637135, abs=5e-7)
    assert concordance["std_error"] == pytest.approx(0.025068, abs=5e-7)
    breslow = cox("age + sex + ecog", LUNG, ties="breslow").tidy()
    assert breslow["estimate"][1] == pytest.approx(-0.5518896, abs=5e-8)


@pytest.mark.reference
def test_lung_has_the_published_robust_standard_errors():
    # R survival 3.5-3: robust by row, and by institution
    by_row = cox("age + sex + ecog", LUNG.assign(row=range(len(LUNG))), cluster="row").tidy()
    by_inst = cox("age + sex + ecog", LUNG, cluster="inst").tidy()
    np.testing.assert_allclose(by_row["std_error"], [0.0098814, 0.1647484, 0.1241588], atol=5e-8)
    np.testing.assert_allclose(by_inst["std_error"], [0.0068887, 0.1122867, 0.1176160], atol=5e-8)


@pytest.mark.reference
def test_patients_with_several_rows_and_one_event_have_the_covariance_of_the_model():
    # R survival 3.5-3, heart: estimates with subject= as without
    fit = heart(subject="id")
    expected = [0.027167, -0.146346, -0.637210, -0.010251]
    np.testing.assert_allclose(fit.tidy()["estimate"], expected, atol=5e-7)
    assert fit.glance()["vcov"].tolist() == ["model"]
    np.testing.assert_allclose(
        fit.tidy()["std_error"], PUBLISHED["heart"]["cox"]["std_error"], rtol=1e-9
    )


@pytest.mark.reference
def test_liver_and_breast_have_the_published_numbers():
    # R survival 3.5-3, pbc: age + edema + log(bili) + log(albumin) + log(protime)
    found = liver().tidy()["estimate"]
    expected = [0.039609, 0.896311, 0.863551, -2.506923, 2.386839]
    np.testing.assert_allclose(found, expected, atol=5e-7)
    # German breast cancer study, R's gbsg: horTh by itself -0.364010, with all covariates -0.346278
    alone = cox("horTh", BREAST).tidy()["estimate"].iloc[0]
    assert alone == pytest.approx(-0.364010, abs=5e-7)
    row = cox("horTh + age + menostat + tsize + tgrade + pnodes + progrec + estrec", BREAST)
    row = row.tidy().iloc[0]
    assert row["term"] == "horTh[T.yes]"
    assert (row["estimate"], row["std_error"]) == pytest.approx((-0.346278, 0.129075), abs=5e-7)


@pytest.mark.reference
def test_effect_that_changes_with_log_time_is_that_of_the_vignette():
    # R's vignette on time-dependent covariates: karno -0.124662, karno * log(time + 20) 0.021310
    ends = np.sort(VETERAN.loc[VETERAN["event"] == 1, "time"].unique())
    cuts = pd.DataFrame({"stop": ends, "start": np.r_[0, ends[:-1]]})
    rows = VETERAN.assign(id=VETERAN.index).merge(cuts, how="cross")
    rows = rows.loc[rows["start"] < rows["time"]]
    seen = (rows["event"] == 1) & (rows["time"] == rows["stop"])
    rows = rows.assign(
        event=seen.astype(int),
        moving=rows["karno"] * np.log(rows["stop"] + 20),
        stop=rows[["stop", "time"]].min(axis=1),
    )
    fit = cox("trt + prior + karno + moving", rows, time="stop", entry="start", subject="id")
    expected = PUBLISHED["veteran"]["moving"]
    np.testing.assert_allclose(fit.tidy()["estimate"], expected["estimate"], rtol=1e-9)
    np.testing.assert_allclose(fit.tidy()["std_error"], expected["std_error"], rtol=1e-9)
    np.testing.assert_allclose(fit.tidy()["estimate"][2:], [-0.124662, 0.021310], atol=5e-7)


@pytest.mark.reference
def test_effect_by_period_is_that_of_the_vignette():
    # the same vignette, periods cut at 90 and 180 days, 225 rows
    parts = [
        VETERAN.assign(
            id=VETERAN.index,
            period=period,
            start=start,
            stop=VETERAN["time"].clip(upper=end),
            event=VETERAN["event"].where(VETERAN["time"] <= end, 0),
        ).loc[VETERAN["time"] > start]
        for period, (start, end) in enumerate([(0, 90), (90, 180), (180, np.inf)])
    ]
    rows = pd.concat(parts)
    assert len(rows) == 225
    options = {"time": "stop", "entry": "start", "strata": "period", "subject": "id"}
    found = cox("trt + prior + karno:C(period)", rows, **options).tidy()
    expected = PUBLISHED["veteran"]["periods"]
    np.testing.assert_allclose(found["estimate"], expected["estimate"], rtol=1e-9)
    np.testing.assert_allclose(found["std_error"], expected["std_error"], rtol=1e-9)
    printed_there = [-0.048755, 0.008050, -0.008349]
    np.testing.assert_allclose(found["estimate"][2:], printed_there, atol=5e-7)
