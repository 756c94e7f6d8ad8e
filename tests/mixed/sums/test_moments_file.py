"""Moments on disk: the same fit after loading, and refusals of everything else."""

import hashlib
import io
import json

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError, ModelError, ReportError
from analysis.mixed import fit_moments, load_moments, mmrm, moments, save_moments
from tests.mixed.networks import clinic_network
from tests.mixed.sums.test_moments import (
    DATA,
    FIRST,
    REST,
    ROLES,
    VARIANTS,
    check_same_fit,
    check_same_means,
    summed,
)


@pytest.fixture
def saved(tmp_path):
    save_moments(summed("plain"), tmp_path / "site")
    return tmp_path


def rewrite(folder, *, text=None, arrays=None):
    """Change parts of saved moments, with a hash that is right."""
    content = json.loads((folder / "site.json").read_text(encoding="utf-8")) | (text or {})
    if arrays:
        with np.load(folder / "site.npz", allow_pickle=False) as known:
            values = {**known, **arrays}
        values = {name: value for name, value in values.items() if value is not None}
        stream = io.BytesIO()
        np.savez(stream, **values)
        (folder / "site.npz").write_bytes(stream.getvalue())
        content["sha256"] = hashlib.sha256(stream.getvalue()).hexdigest()
    (folder / "site.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.identity
@pytest.mark.parametrize("name", list(VARIANTS))
def test_loaded_moments_give_the_same_fit(name, tmp_path):
    options = VARIANTS[name][2]
    whole = summed(name)
    text, numbers = save_moments(whole, tmp_path / "sums.npz")
    assert (text.name, numbers.name) == ("sums.json", "sums.npz")
    before = fit_moments(whole, **options)
    for path in (text, str(numbers), tmp_path / "sums"):
        after = fit_moments(load_moments(path), **options)
        check_same_fit(after, before, rtol=1e-12)
        assert after.glance()["n_dropped"].tolist() == before.glance()["n_dropped"].tolist()
        check_same_means(after, before)
    assert repr(load_moments(text)) == repr(whole)


@pytest.mark.identity
def test_sites_that_were_saved_can_be_pooled_and_taken_out(tmp_path):
    save_moments(summed("plain", FIRST), tmp_path / "first")
    save_moments(summed("plain", REST), tmp_path / "rest")
    first, rest = (load_moments(tmp_path / name) for name in ("first", "rest"))
    whole = fit_moments(summed("plain"))
    check_same_fit(fit_moments(first + rest), whole)
    check_same_fit(fit_moments(first + summed("plain", REST)), whole)
    check_same_fit(fit_moments(summed("plain") - first), fit_moments(rest))


@pytest.mark.identity
@pytest.mark.parametrize(
    ("column", "labels"),
    [("visit", [0, 7, 14]), ("visit", [0.5, 1.0, 2.25]), ("arm", [False, True])],
)
def test_levels_that_are_no_text_come_back_as_they_were(column, labels, tmp_path):
    known = sorted(DATA[column].unique())
    data = DATA.assign(**{column: DATA[column].map(dict(zip(known, labels, strict=True)))})
    sums = moments(f"change ~ C({column}) + baseline", data, **ROLES)
    save_moments(sums, tmp_path / "sums")
    before, after = fit_moments(sums), fit_moments(load_moments(tmp_path / "sums"))
    check_same_fit(after, before, rtol=1e-12)
    check_same_means(after, before)
    predicted = [fit.predict(data.head(5)) for fit in (before, after)]
    pd.testing.assert_frame_equal(*predicted)


@pytest.mark.identity
@pytest.mark.parametrize(
    "formula",
    [
        "change ~ C(arm, contr.sum) * C(visit, contr.helmert) + baseline",
        "change ~ 0 + visit + visit:arm + I(baseline / 10)",
        "change ~ arm + visit + np.log(baseline + 40)",
        "change ~ baseline",
    ],
)
def test_codings_of_the_formula_come_back(formula, tmp_path):
    formula = formula.replace("np.log", "log")
    sums = moments(formula, DATA, **ROLES)
    save_moments(sums, tmp_path / "sums")
    before, after = fit_moments(sums), fit_moments(load_moments(tmp_path / "sums"))
    check_same_fit(after, before, rtol=1e-12)
    asked = DATA.iloc[[3, 50, 7]]
    pd.testing.assert_frame_equal(after.predict(asked), before.predict(asked))


@pytest.mark.unit
def test_files_hold_no_patient_and_no_pickle(saved):
    text = json.loads((saved / "site.json").read_text(encoding="utf-8"))
    assert (text["format"], text["version"]) == ("analysis.mixed moments", 1)
    content = (saved / "site.npz").read_bytes()
    assert text["sha256"] == hashlib.sha256(content).hexdigest()
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind in "fiub" for name in arrays)
        longest = max(arrays[name].shape[0] for name in arrays if arrays[name].ndim)
    assert longest < DATA["patient"].nunique()


@pytest.mark.unit
@pytest.mark.parametrize("missing", ["site.json", "site.npz"])
def test_both_files_must_be_there(missing, saved):
    (saved / missing).unlink()
    with pytest.raises(DataError, match=r"site.json and site.npz could not be read; both must"):
        load_moments(saved / "site")


@pytest.mark.unit
@pytest.mark.parametrize("content", ["", "{", "\xff\xfe", "[1]", '"text"', "null", "{}"])
def test_other_text_is_refused(content, saved):
    (saved / "site.json").write_text(content, encoding="latin-1")
    with pytest.raises(DataError, match=r"could not be read|does not hold moments of version 1"):
        load_moments(saved / "site")


@pytest.mark.unit
@pytest.mark.parametrize(
    "text", [{"version": 0}, {"version": 2}, {"version": None}, {"format": "other"}]
)
def test_other_versions_and_formats_are_refused(text, saved):
    rewrite(saved, text=text)
    with pytest.raises(DataError, match=r"site.json does not hold moments of version 1; make"):
        load_moments(saved / "site")


@pytest.mark.unit
def test_files_that_do_not_belong_together_are_refused(saved):
    save_moments(summed("plain", FIRST), saved / "other")
    (saved / "other.npz").replace(saved / "site.npz")
    with pytest.raises(DataError, match=r"site.npz is not the file that site.json was written"):
        load_moments(saved / "site")


@pytest.mark.unit
def test_damaged_numbers_are_refused(saved):
    content = bytearray((saved / "site.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (saved / "site.npz").write_bytes(bytes(content))
    with pytest.raises(DataError, match="is not the file"):
        load_moments(saved / "site")
    (saved / "site.npz").write_bytes(bytes(content[:100]))
    with pytest.raises(DataError, match="is not the file"):
        load_moments(saved / "site")


@pytest.mark.unit
@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 nothing"])
def test_what_is_no_archive_is_refused(content, saved):
    (saved / "site.npz").write_bytes(content)
    rewrite(saved, text={"sha256": hashlib.sha256(content).hexdigest()})
    with pytest.raises(DataError, match="does not hold moments in the form that it claims"):
        load_moments(saved / "site")


class Trap:
    """Something that would run code when unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was read",))


@pytest.mark.unit
def test_pickled_arrays_are_never_read(saved):
    trap = np.array([Trap()], dtype=object)
    rewrite(saved, arrays={"0_counts": trap})
    with pytest.raises(DataError, match="does not hold moments in the form"):
        load_moments(saved / "site")


@pytest.mark.unit
@pytest.mark.parametrize(
    "arrays",
    [
        {"0_uw": None},
        {"cells": None},
        {"centre": np.zeros(1)},
        {"0_counts": np.ones(1)},
        {"0_ww": np.zeros((1, 1))},
        {"feature": np.full(9, 99)},
        {"multipliers": np.zeros((2, 2))},
        {"scale": np.array(["a", "b", "c"])},
        {"centre": np.full(3, np.nan)},
    ],
)
def test_arrays_that_do_not_fit_are_refused(arrays, saved):
    rewrite(saved, arrays=arrays)
    with pytest.raises(DataError, match="does not hold moments in the form that it claims"):
        load_moments(saved / "site")


@pytest.mark.unit
@pytest.mark.parametrize(
    "text",
    [
        {"roles": {"subject": "patient", "colour": "red"}},
        {"levels": {}},
        {"levels": {"visit": "v1", "arm": 3}},
        {"means": None},
        {"means": {}},
        {"means": {"baseline": 1.0, "age": 40.0}},
        {"means": {"baseline": "many"}},
        {"counts": {"n_rows": 3}},
        {"labels": {"visits": []}},
        {"labels": None},
        {"outcome_scale": [1.0]},
        {"features": 5},
        {"formula": "change ~ arm"},
        {"formula": 7},
        {"formula": "change ~ __import__('os')"},
        {"formula": "change ~ (arm"},
        {"notes": None},
        {"cells": [["v1"]]},
    ],
)
def test_text_that_does_not_fit_is_refused(text, saved):
    rewrite(saved, text=text)
    with pytest.raises(DataError, match="does not hold moments in the form that it claims"):
        load_moments(saved / "site")


@pytest.mark.unit
@pytest.mark.parametrize("key", ["formula", "roles", "labels", "levels", "cells", "features"])
def test_text_that_is_not_all_there_is_refused(key, saved):
    text = json.loads((saved / "site.json").read_text(encoding="utf-8"))
    text.pop(key)
    (saved / "site.json").write_text(json.dumps(text), encoding="utf-8")
    with pytest.raises(DataError, match="does not hold moments in the form that it claims"):
        load_moments(saved / "site")


@pytest.mark.unit
@pytest.mark.parametrize("term", ["scale(baseline)", "center(baseline)", "bs(baseline, df=4)"])
def test_transforms_that_learn_from_rows_are_not_saved(term, tmp_path):
    sums = moments(f"change ~ visit + {term}", DATA, **ROLES)
    with pytest.raises(ModelError, match="learned something from these rows"):
        save_moments(sums, tmp_path / "sums")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unit
def test_levels_that_json_does_not_have_are_refused(tmp_path):
    days = pd.to_datetime(DATA["visit"].map({"v1": "2020-01-01", "v2": "2020-01-08",
                                             "v3": "2020-01-15"}))  # fmt: skip
    sums = moments("change ~ arm", DATA.assign(visit=days), **ROLES)
    with pytest.raises(ModelError, match="'visit' are neither text nor numbers"):
        save_moments(sums, tmp_path / "sums")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unit
def test_folder_that_is_not_there_is_the_users_business(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ReportError):
        save_moments(summed("plain"), tmp_path / "file" / "sums")


NUMBERED = {
    "visits": ("change ~ arm * visit", {"visit": lambda rows: rows["visit"].str[1:].astype(int)}),
    "categories": ("change ~ dose + visit", {"dose": lambda rows: _doses(rows, [20, 10, 30])}),
    "C() of categories": (
        "change ~ C(dose) + visit",
        {"dose": lambda rows: _doses(rows, [3, 1, 2])},
    ),
    "C() of numbers": ("change ~ C(dose) + visit", {"dose": lambda rows: _doses(rows).astype(int)}),
}


def _doses(rows, order=(1, 2, 3)):
    codes = (rows["patient"] % 2 + (rows["arm"] == "iv")).to_numpy()
    return pd.Series(pd.Categorical.from_codes(codes, list(order)), rows.index)


@pytest.mark.identity
@pytest.mark.parametrize("name", NUMBERED)
def test_levels_that_are_numbers_keep_their_order_and_their_names(tmp_path, name):
    formula, columns = NUMBERED[name]
    rows = clinic_network(n_patients=60).assign(**columns)
    save_moments(moments(formula, rows, subject="patient", visit="visit"), tmp_path / "sums")
    ours = fit_moments(load_moments(tmp_path / "sums")).tidy()
    theirs = mmrm(formula, rows, subject="patient", visit="visit").tidy()
    assert ours["term"].tolist() == theirs["term"].tolist()
    assert ours["estimate"].to_numpy() == pytest.approx(theirs["estimate"].to_numpy(), rel=1e-10)
