"""Sums travel as bytes: the same for the same sums, and damaged or crafted ones are refused."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.distributed.sums import Sums, packed, unpacked
from analysis.errors import DataError

unit, identity = pytest.mark.unit, pytest.mark.identity

SUMS = Sums(
    kind="counts",
    about={"levels": ["b", "a", "ü"], "n": 3},
    arrays={"about": np.arange(3.0), "x": np.array([[1, 2], [3, 4]]), "nothing": np.zeros((0, 2))},
)
BYTES = packed(SUMS)


@unit
def test_they_come_back_as_they_were():
    back = unpacked(BYTES)
    assert (back.kind, back.about, list(back.arrays)) == (SUMS.kind, SUMS.about, list(SUMS.arrays))
    for name, values in SUMS.arrays.items():
        assert back.arrays[name].dtype == values.dtype
        assert back.arrays[name].tolist() == values.tolist()


@identity
def test_the_same_sums_give_the_same_bytes():
    assert packed(unpacked(BYTES)) == BYTES


@identity
def test_whatever_bit_is_flipped_they_are_refused_or_the_same():
    for place in range(len(BYTES)):
        for bit in (1, 128):
            damaged = bytearray(BYTES)
            damaged[place] ^= bit
            try:
                back = unpacked(bytes(damaged))
            except DataError:
                continue
            kept = {name: values for name, values in back.arrays.items() if name in SUMS.arrays}
            assert all((kept[name] == SUMS.arrays[name]).all() for name in kept)


@identity
@given(st.integers(0, len(BYTES) - 1))
def test_however_they_are_cut_short_they_are_refused(length):
    with pytest.raises(DataError, match="cut short or damaged"):
        unpacked(BYTES[:length])


def npz(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in members.items():
            archive.writestr(name.replace("__", "."), member)
    return content.getvalue()


def npy(values: object, **options: object) -> bytes:
    content = io.BytesIO()
    np.lib.format.write_array(content, np.asarray(values), **options)
    return content.getvalue()


def about(text: object) -> bytes:
    return npy(np.frombuffer(json.dumps(text).encode(), dtype=np.uint8))


class Evil:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


@unit
def test_objects_are_refused_and_nothing_is_run(tmp_path):
    evil = np.empty(1, dtype=object)
    evil[0] = Evil(tmp_path / "ran")
    good = about({"kind": "counts", "about": {}})
    for content in (
        npz(about__npy=npy(evil, allow_pickle=True)),
        npz(about__npy=good, _x__npy=npy(evil, allow_pickle=True)),
    ):
        with pytest.raises(DataError, match="damaged"):
            unpacked(content)
    assert not (tmp_path / "ran").exists()


CRAFTED = {
    "no text": npz(_x__npy=npy([1.0])),
    "a text that is a list": npz(about__npy=about(["kind", "about"])),
    "a text without a kind": npz(about__npy=about({"about": {}})),
    "about that is a number": npz(about__npy=about({"kind": "k", "about": 1})),
    "text that is no array": npz(about=b"{}"),
    "text that is no JSON": npz(about__npy=npy([1, 2, 3])),
    "more than there is": npz(
        about__npy=about({"kind": "k", "about": {}}),
        _x__npy=npy(np.zeros(1)).replace(b"(1,)", b"(9,)"),
    ),
    "far more than there is": npz(
        about__npy=about({"kind": "k", "about": {}}),
        _x__npy=npy(np.zeros(1)).replace(b"(1,), }" + b" " * 14, b"(999999999999999,), }"),
    ),
    "an array whose header is no Python": npz(
        about__npy=about({"kind": "k", "about": {}}),
        _x__npy=npy(np.zeros(1)).replace(b"(1,), }", b"(1,),  "),
    ),
    "texts": npz(about__npy=about({"kind": "k", "about": {}}), _x__npy=npy(["a", "b"])),
}


@unit
@pytest.mark.parametrize("name", CRAFTED)
def test_crafted_bytes_are_refused(name):
    with pytest.raises(DataError, match="damaged"):
        unpacked(CRAFTED[name])


@unit
def test_members_that_are_no_array_are_refused():
    with pytest.raises(DataError, match="damaged"):
        unpacked(npz(about__npy=about({"kind": "k", "about": {}}), _x__txt=b"hello"))
