"""Masked bundles: what the files hide, what pooling refuses, and what the network's sum hides."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.distributed import Ask, make_bundle, pool, read_bundle, write_bundle
from analysis.distributed.bundles.masked import check_network_sum
from analysis.distributed.masks import Roster
from analysis.distributed.sums import Sums, unpacked
from analysis.errors import DataError, DisclosureError
from tests.distributed.bundles.network import agreement, derived_once, keys_of

pytestmark = pytest.mark.unit

SITES = ("clinic-a", "clinic-c", "clinic-e")
NAMES = ("course", "hazard", "adverse events")


@pytest.fixture(scope="module", autouse=True)
def _derived():
    with derived_once():
        yield


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return keys_of(tmp_path_factory.mktemp("keys"), SITES)


@pytest.fixture(scope="module")
def agreed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agreed")
    return agreement(folder, "masked", names=NAMES, sites=SITES, threshold=2)


@pytest.fixture(scope="module")
def made(study, agreed, keys):
    return bundles_of(study, agreed, keys)


@pytest.fixture(scope="module")
def pooled(made, keys):
    return pool(made, roster=keys[0])


@pytest.fixture(scope="module")
def second(study, agreed, keys, pooled):
    return bundles_of(study, agreed, keys, pooled.ask)


def bundles_of(study, specification, keys, ask=None):
    roster, own = keys
    return [
        make_bundle(study, specification, site=site, ask=ask, roster=roster, key=own[site])
        for site in specification.sites
    ]


def test_no_exact_number_is_in_the_files(study, agreed, made, tmp_path):
    exact = agreement(tmp_path, "trusted", names=NAMES, sites=SITES)
    plain = make_bundle(study, exact, site="clinic-a")
    file, numbers = write_bundle(made[0], tmp_path / "out")
    content = b"".join(a.tobytes() for a in unpacked(numbers.read_bytes()).arrays.values())
    own = np.concatenate([a.ravel() for part in plain.parts for a in part.sums.arrays.values()])
    own = np.unique(own[np.abs(own) > 1e-6].astype(float))
    assert own.size > 30
    assert not [x for x in own if x.tobytes() in content]
    whole = np.unique((own[own == np.rint(own)]).astype("<u8"))
    high = np.concatenate([a.ravel() for a in made[0].parts[0].sums.arrays.values()])
    assert not np.isin(high, whole).any()
    text = file.read_text(encoding="utf-8")
    assert '"n_patients": null' in text
    assert made[0].contents()["n_patients"].isna().all()


def test_the_same_sums_look_different_at_every_site(made):
    one, other = (next(iter(b.parts[0].sums.arrays.values())) for b in made[:2])
    assert one.shape == other.shape
    assert not np.isin(one.ravel(), other.ravel()).any()


def test_a_bundle_without_roster_or_key_is_refused(study, agreed, keys, made):
    roster, own = keys
    for given in ({}, {"roster": roster}, {"key": own["clinic-a"]}):
        with pytest.raises(DataError, match="roster of all sites and the site's own key"):
            make_bundle(study, agreed, site="clinic-a", **given)
    with pytest.raises(DataError, match="the key that of 'clinic-a'"):
        make_bundle(study, agreed, site="clinic-a", roster=roster, key=own["clinic-c"])
    with pytest.raises(DataError, match="needs the roster of all sites"):
        pool(made)


def test_a_missing_and_a_repeated_site_are_named(made, keys):
    with pytest.raises(DataError, match="No message of clinic-e"):
        pool(made[:2], roster=keys[0])
    with pytest.raises(DataError, match="clinic-a: two bundles of the same site"):
        pool([*made, made[0]], roster=keys[0])


def test_another_roster_is_named(study, agreed, made, tmp_path):
    strangers = keys_of(tmp_path, SITES)
    with pytest.raises(DataError, match="clinic-a: another roster"):
        pool(made, roster=strangers[0])
    one = make_bundle(
        study, agreed, site="clinic-c", roster=strangers[0], key=strangers[1]["clinic-c"]
    )
    with pytest.raises(DataError, match="clinic-a: another roster; clinic-e: another roster"):
        pool([made[0], one, made[2]], roster=strangers[0])


def test_a_roster_of_other_sites_is_refused(study, agreed, tmp_path):
    roster, own = keys_of(tmp_path, (*SITES, "clinic-h"))
    with pytest.raises(DataError, match="must be those of the agreement: its sites are clinic-a"):
        make_bundle(study, agreed, site="clinic-a", roster=roster, key=own["clinic-a"])
    less = Roster(sites=tuple(key.public(f"x-{site}") for site, key in own.items()))
    with pytest.raises(DataError, match="must be those of the agreement"):
        make_bundle(study, agreed, site="clinic-a", roster=less, key=own["clinic-a"])


def test_a_changed_message_is_named(made, keys):
    part = made[1].parts[0]
    arrays = {name: values.copy() for name, values in part.sums.arrays.items()}
    first = max(arrays, key=lambda name: arrays[name].size)
    arrays[first].flat[0] ^= 1
    sums = Sums(kind=part.sums.kind, about=part.sums.about, arrays=arrays)
    bad = dataclasses.replace(made[1], parts=(dataclasses.replace(part, sums=sums),))
    with pytest.raises(DataError, match="clinic-c were changed on the way"):
        pool([made[0], bad, made[2]], roster=keys[0])


def test_later_rounds_are_of_all_sites_and_of_one_question(
    study, agreed, keys, made, pooled, second
):
    assert list(pooled.ask.coefficients) == ["hazard"]
    with pytest.raises(DataError, match="Round 2 has other sites than round 1: clinic-e"):
        pool([*made, *second[:2]], roster=keys[0])
    with pytest.raises(DataError, match="of the rounds 2; give those of all rounds"):
        pool(second, roster=keys[0])
    other = dataclasses.replace(
        pooled.ask, coefficients={"hazard": pooled.ask.coefficients["hazard"] + 0.1}
    )
    third = bundles_of(study, agreed, keys, other)
    with pytest.raises(DataError, match="round 2 answer different questions"):
        pool([*made, *second[:2], third[2]], roster=keys[0])
    with pytest.raises(DataError, match="answer a question that these bundles never ask"):
        pool([*made, *third], roster=keys[0])
    assert pool([*made, *second], roster=keys[0]).ask.round == 3


def test_a_round_of_another_agreement_is_refused(study, agreed):
    ask = Ask(round=2, specification_sha256="0" * 64, coefficients={"hazard": np.zeros(2)})
    with pytest.raises(DataError, match=r"of another agreement than this analysis\.toml"):
        make_bundle(study, agreed, site="clinic-a", ask=ask)


def test_sites_stay_behind_the_masks(pooled):
    for call in (pooled.without_each_site, pooled.by_site, pooled.heterogeneity):
        with pytest.raises(DisclosureError, match="only the sum of all sites"):
            call("course")
    assert pooled.resolution == 2.0**-64
    assert "masked mode" in repr(pooled)
    assert "sums are exact to 5e-20" in repr(pooled)
    assert pooled.sites()["n_patients"].isna().all()


def test_small_counts_of_the_network_are_refused_or_missing(study, keys, tmp_path):
    strict = agreement(tmp_path, "masked", names=("course",), sites=SITES, threshold=50)
    with pytest.raises(DisclosureError, match=r"'course': .* of 1 to 49 patients"):
        pool(bundles_of(study, strict, keys), roster=keys[0])
    sites = ("clinic-b", "clinic-d", "clinic-f")
    rates = agreement(tmp_path, "masked", names=("adverse events",), sites=sites)
    others = keys_of(tmp_path, sites)
    shown = pool(bundles_of(study, rates, others), roster=others[0]).table("adverse events")
    exact = agreement(tmp_path, "trusted", names=("adverse events",), sites=sites)
    own = pool([make_bundle(study, exact, site=site) for site in sites]).table("adverse events")
    sums = own.groupby("measure")[["patients", "sessions", "events"]].sum()
    assert 0 < sums.loc["serious_events", "events"] < 11
    assert shown["serious_events"].isna().tolist() == [True]
    known = shown[["patients", "sessions", "events"]].iloc[0].tolist()
    assert known == sums.loc["events"].tolist()


@pytest.mark.parametrize(
    ("name", "arrays"),
    [
        ("course", {"0_counts": np.array([20.0, 3.0, 0.0])}),
        ("course", {"0_counts": np.array([20.0]), "cells": np.array([40.0, 10.0])}),
        ("hazard", {"patients_and_events": np.array([40.0, 4.0])}),
        ("hazard", {"counts": np.array([[[20.0, 1.0]], [[5.0, 5.0]]])}),
    ],
)
def test_people_are_counted_wherever_sums_count_them(agreed, name, arrays):
    analysis = next(each for each in agreed.analyses if each.name == name)
    with pytest.raises(DisclosureError, match=r"1 count of .* 1 to 10 patients"):
        check_network_sum(analysis, arrays, 11)
    check_network_sum(analysis, {k: v * 11 for k, v in arrays.items()}, 11)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("course", ('model = "mmrm"', 'model = "mmrm"\nsite = "fixed"')),
        ("course", ('model = "mmrm"', 'model = "mmrm"\nsite = "random"')),
        ("course", ("+ baseline", "+ baseline + site_id")),
        ("regimens", ('model = "logrank"', 'model = "logrank"\nstrata = "site"')),
        (
            "regimens",
            ('by = "regimen"', 'by = "site_id"\nlevels.site_id = ["clinic-a", "clinic-c"]'),
        ),
        ("hazard", ("levels.regimen", 'levels.site_id = ["clinic-a"]\nlevels.regimen')),
    ],
)
def test_what_tells_sites_apart_is_refused_when_the_agreement_is_read(tmp_path, name, change):
    with pytest.raises(DataError, match=f"'{name}' tells sites apart"):
        agreement(tmp_path, "masked", names=(name,), sites=SITES, change=change)
    agreement(tmp_path, "trusted", names=(name,), sites=SITES, change=change)


def test_files_are_read_back_bit_for_bit(made, keys, pooled, tmp_path):
    files = [write_bundle(bundle, tmp_path)[0] for bundle in made]
    again = pool([read_bundle(file) for file in files[::-1]], roster=keys[0])
    pd.testing.assert_frame_equal(again["course"].tidy(), pooled["course"].tidy(), check_exact=True)
