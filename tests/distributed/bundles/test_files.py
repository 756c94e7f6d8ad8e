"""Bundles as files: the same bits again, and nothing else than what a site has written."""

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest

from analysis import storage
from analysis.disclosure import release
from analysis.distributed import (
    make_bundle,
    pool,
    read_bundle,
    read_specification,
    write_bundle,
)
from analysis.distributed.bundles import files
from analysis.distributed.digests import digest
from analysis.distributed.sums import Sums, packed, unpacked
from analysis.errors import DataError, DisclosureError, ReportError

pytestmark = pytest.mark.unit


def change(path, **entries):
    """Edit a bundle as somebody does who knows how its digests are made."""
    text = json.loads(path.read_text(encoding="utf-8"))
    text.update(entries)
    text.pop("sha256")
    text["sha256"] = digest(text)
    path.write_text(json.dumps(text), encoding="utf-8")


def with_numbers(path, content):
    """Exchange the numbers of a bundle, with the digest that belongs to them."""
    path.with_suffix(".npz").write_bytes(content)
    change(path, numbers_sha256=storage.file_sha256(path.with_suffix(".npz")))


@pytest.fixture
def path(folder):
    return folder / "bundle-clinic-h.json"


@pytest.mark.parametrize("suffix", [".json", ".npz"])
def test_what_is_read_is_what_was_written_to_the_bit(bundles, path, suffix):
    made, read = bundles[-1], read_bundle(path.with_suffix(suffix))
    assert (read.site, read.mode, read.statement) == ("clinic-h", "trusted", made.statement)
    assert read.specification_sha256 == made.specification_sha256
    for one, other in zip(made.parts, read.parts, strict=True):
        assert (one.name, one.n_patients, one.n_rows) == (
            other.name,
            other.n_patients,
            other.n_rows,
        )
        assert list(one.sums.arrays) == list(other.sums.arrays)
        assert json.loads(json.dumps(dict(one.sums.about))) == other.sums.about
        for name, values in one.sums.arrays.items():
            again = other.sums.arrays[name]
            assert (values.dtype, values.shape) == (again.dtype, again.shape)
            assert values.tobytes() == again.tobytes()


def test_the_same_bundle_gives_the_same_bytes(bundles, path, tmp_path):
    again = write_bundle(read_bundle(path), tmp_path / "again")
    assert [file.read_bytes() for file in again] == [
        path.read_bytes(), path.with_suffix(".npz").read_bytes()
    ]  # fmt: skip


@pytest.mark.parametrize("key", [*sorted(files._ENTRIES), "sha256"])
def test_an_entry_that_was_edited_or_taken_out_is_noticed(path, key):
    text = json.loads(path.read_text(encoding="utf-8"))
    for wrong in ({**text, key: "edited"}, {k: v for k, v in text.items() if k != key}):
        path.write_text(json.dumps(wrong), encoding="utf-8")
        with pytest.raises(DataError, match=r"^bundle-clinic-h\.(json|npz) "):
            read_bundle(path)


def test_a_count_that_was_edited_is_noticed(path):
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"n_patients": 44', '"n_patients": 45'), encoding="utf-8")
    with pytest.raises(DataError, match="changed after it was written"):
        read_bundle(path)


@pytest.mark.parametrize(
    "entries",
    [
        {"analyses": []},
        {"analyses": [{"name": "course"}]},
        {"analyses": 7},
        {"mode": "masked"},
        {"specification": {}, "specification_sha256": digest({})},
        {"statement": 7},
        {"note": "more than there should be"},
    ],
)
def test_an_edit_with_new_digests_is_refused_too(path, entries):
    change(path, **entries)
    with pytest.raises(DataError, match=r"^bundle-clinic-h\.(json|npz) "):
        read_bundle(path)


def test_a_bundle_of_tomorrow_is_refused_by_its_version(path):
    change(path, version=2)
    with pytest.raises(DataError, match="version 2 of the format; this program reads version 1"):
        read_bundle(path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"{}", b"[" * 100_000, b'{"a": 1'])
def test_other_files_are_no_bundles(path, content):
    path.write_bytes(content)
    with pytest.raises(DataError, match="is no bundle, or is damaged"):
        read_bundle(path)


@pytest.mark.parametrize("suffix", [".json", ".npz"])
def test_one_file_alone_is_no_bundle(path, suffix):
    path.with_suffix(suffix).unlink()
    with pytest.raises(DataError, match=f"bundle-clinic-h{suffix} is missing"):
        read_bundle(path)


@pytest.mark.parametrize("size", [0, 10, 5_000])
def test_numbers_that_are_cut_short_are_refused(path, size):
    numbers = path.with_suffix(".npz")
    numbers.write_bytes(numbers.read_bytes()[:size])
    with pytest.raises(DataError, match=r"^bundle-clinic-h\.npz is not the file"):
        read_bundle(path)


def test_numbers_of_another_site_are_refused(path, folder):
    path.with_suffix(".npz").write_bytes((folder / "bundle-clinic-a.npz").read_bytes())
    with pytest.raises(DataError, match=r"^bundle-clinic-h\.npz is not the file"):
        read_bundle(path)


class Trap:
    """What a pickle would run when it is read."""

    def __reduce__(self):
        raise AssertionError


def _archive(content, name="_0_counts.npy"):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return made.getvalue()


def _of_objects():
    made = io.BytesIO()
    np.save(made, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    return made.getvalue()


def _of_a_huge_header(shape):
    made = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(made, header)
    return made.getvalue() + b"\0" * 64


def _bomb():
    made = io.BytesIO()
    np.save(made, np.zeros(1 << 20))
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"no archive",
        _archive(_of_objects()),
        _archive(_of_a_huge_header((10**13,))),
        _archive(_of_a_huge_header((-1,))),
        _archive(b"\x93NUMPY\x09\x00"),
        _archive(_of_objects(), "../../away.npy"),
        packed(Sums(kind="bundle", about={}, arrays={})),
    ],
    ids=["no archive", "objects", "huge", "negative", "version", "elsewhere", "other kind"],
)
def test_crafted_numbers_are_refused_even_with_their_digest(path, content):
    with_numbers(path, content)
    with pytest.raises(DataError, match=r"bundle-clinic-h|clinic-h: "):
        pool([path, path.with_name("bundle-clinic-a.json")])


def test_a_small_file_that_unfolds_to_much_is_refused_unread(path, monkeypatch):
    small = _archive(_bomb())
    assert len(small) < 20_000
    with pytest.raises(DataError):
        unpacked(small, most=1 << 20)
    monkeypatch.setattr(files, "_MOST", 1 << 20)
    with_numbers(path, small)
    with pytest.raises(DataError, match=r"^bundle-clinic-h\.npz does not hold"):
        read_bundle(path)


def test_numbers_that_are_not_finite_are_refused_by_the_site(path, bundles):
    sums = unpacked(path.with_suffix(".npz").read_bytes())
    arrays = {name: values * np.nan if name == "0_0_uu" else values
              for name, values in sums.arrays.items()}  # fmt: skip
    assert np.isnan(arrays["0_0_uu"]).any()
    with_numbers(path, packed(Sums(kind="bundle", about={}, arrays=arrays)))
    with pytest.raises(DataError, match=r"'course' cannot be added\. clinic-h: The sums do not"):
        pool([path, path.with_name("bundle-clinic-a.json")])


def test_nothing_is_left_half_written(bundles, tmp_path, monkeypatch):
    target = tmp_path / "out"
    write_bundle(bundles[0], target)
    before = {file.name: file.read_bytes() for file in target.iterdir()}
    changed = dataclasses.replace(bundles[0], statement=("another",))
    moved = []

    def fail_at_the_second(temporary, place, move=storage.write_bytes):
        moved.append(place)
        if len(moved) == 2:
            raise ReportError("the disk is full")
        return move(temporary, place)

    monkeypatch.setattr(storage, "write_bytes", fail_at_the_second)
    with pytest.raises(ReportError, match="full"):
        write_bundle(changed, target)
    assert {file.name: file.read_bytes() for file in target.iterdir()} == before


def test_files_hold_no_id_and_no_date(study, path):
    whole = path.read_text(encoding="utf-8") + repr(
        unpacked(path.with_suffix(".npz").read_bytes()).about
    )
    ids = study.table("subjects")["subject_id"]
    assert ids.str.fullmatch(r"p\d{6}").all()
    assert not [one for one in ids if one in whole]
    numbers = unpacked(path.with_suffix(".npz").read_bytes()).arrays
    assert all(values.dtype.kind in "fiub" for values in numbers.values())


def test_the_account_stays_with_the_site(bundles, path):
    account = bundles[-1].account
    assert account["n_rows"].sum() > 0
    assert read_bundle(path).account is None
    assert "none of" not in path.read_text(encoding="utf-8")


def test_a_site_name_cannot_lead_out_of_the_folder(bundles, tmp_path):
    with pytest.raises(ReportError, match="leaves the folder"):
        write_bundle(dataclasses.replace(bundles[0], site="/../../x"), tmp_path / "out")
    assert list(tmp_path.rglob("*x*")) == []


def test_neither_a_bundle_nor_a_pool_passes_the_door_of_releases(bundles):
    for held in (bundles[0], bundles[0].parts[0], pool(bundles)):
        with pytest.raises(DisclosureError, match="does not say what of it may leave"):
            release(held)


def test_a_study_that_another_site_has_is_refused(study, agreement, tmp_path):
    with pytest.raises(DataError, match="no site 'clinic-z'; its sites are clinic-a"):
        make_bundle(study, agreement, site="clinic-z")
    file = tmp_path / "a.toml"
    file.write_text(
        '[network]\nsites = ["clinic-a", "clinic-z"]\nagreement = "x"\n[analyses.c]\n'
        'model = "mmrm"\ninstrument = "PHQ-9"\nvisits = ["week 1", "week 2"]\n'
        'formula = "change ~ visit"\n',
        encoding="utf-8",
    )
    with pytest.raises(DataError, match="No patient has this home clinic"):
        make_bundle(study, read_specification(file), site="clinic-z")
