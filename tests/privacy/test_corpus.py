"""The corpus of invented identifiers is whole, counted, invented, and found by the scanner."""

from __future__ import annotations

import ipaddress
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from analysis.privacy import scan_identifiers
from tests.privacy.corpus.make import binary_files

pytestmark = pytest.mark.unit

CORPUS = Path(__file__).parent / "corpus"
ELEMENTS = range(1, 19)
KINDS = {"patient rows", "identifier", "user name", "image"}
DOCUMENTATION = [
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]


def read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((CORPUS / name).read_text(encoding="utf-8"))
    return rows


def files(room: str) -> list[str]:
    """Paths of all files of a folder, as the index writes them."""
    top = CORPUS / room
    return sorted(p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_file())


def planted(slug: str) -> list[str]:
    """Values of one column as text, without blanks."""
    (column,) = (row for row in read("identifiers.json") if row["id"] == slug)
    return [str(value) for value in column["values"] if value is not None]


def family(path: str) -> str:
    suffix = path.rsplit(".", 1)[1]
    return {"txt": "text", "log": "text", "json": "text", "md": "text"}.get(suffix, suffix)


@pytest.mark.parametrize("name", ["identifiers.json", "harmless.json"])
def test_every_column_has_the_same_shape(name: str) -> None:
    keys = ["id", "header", "values", "why"]
    if name == "identifiers.json":
        keys.insert(1, "element")
    for column in read(name):
        assert list(column) == keys
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", column["id"])
        assert column["header"].strip()
        assert 8 <= len(column["values"]) <= 40
        assert all(type(value) in {str, int, float, type(None)} for value in column["values"])
        assert any(value is not None for value in column["values"])
        assert column["why"].endswith(".")


def test_no_column_comes_twice() -> None:
    columns = [*read("identifiers.json"), *read("harmless.json")]
    for what in ("id", "why"):
        assert [k for k, n in Counter(c[what] for c in columns).items() if n > 1] == []
    assert len({(c["header"], str(c["values"])) for c in columns}) == len(columns)
    assert len({str(c["values"]) for c in columns}) == len(columns)


def test_each_class_is_planted_often_enough() -> None:
    counts = Counter(column["element"] for column in read("identifiers.json"))
    assert set(counts) == set(ELEMENTS)
    assert min(counts.values()) >= 10
    assert counts.total() >= 220
    assert len(read("harmless.json")) >= 120


def test_each_trap_is_set_in_each_class() -> None:
    element = {column["id"]: column["element"] for column in read("identifiers.json")}
    traps = json.loads((CORPUS / "traps.json").read_text(encoding="utf-8"))
    assert list(traps) == ["a", "b", "c", "d", "e"]
    for ids in traps.values():
        assert len(set(ids)) == len(ids)
        assert {element[slug] for slug in ids} == set(ELEMENTS)


def test_rare_identifiers_are_rare_among_many_values() -> None:
    traps = json.loads((CORPUS / "traps.json").read_text(encoding="utf-8"))
    columns = {column["id"]: column for column in read("identifiers.json")}
    few = {slug for slug in traps["d"] if len(columns[slug]["values"]) < 12}
    assert few == set()


def test_every_leaky_file_is_listed_and_there() -> None:
    listed = read("leaky_outputs.json")
    assert sorted({row["file"] for row in listed}) == files("leaky_outputs")
    assert len(files("leaky_outputs")) >= 64


def test_every_leak_says_what_and_where() -> None:
    listed = read("leaky_outputs.json")
    for row in listed:
        assert list(row) == ["file", "kind", "where", "element", "why"]
        assert row["kind"] in KINDS
        assert row["element"] in {None, *ELEMENTS}
        assert row["where"].strip()
        assert row["why"].endswith(".")
        assert (row["kind"] == "image") == (row["element"] == 17)
        assert (row["kind"] != "user name") or row["element"] is None
        assert (row["kind"] != "identifier") or row["element"] is not None
    assert len({(r["file"], r["kind"], r["where"], r["element"]) for r in listed}) == len(listed)


@pytest.mark.parametrize(("room", "least"), [("leaky_outputs", 6), ("clean_outputs", 3)])
def test_every_family_of_files_is_there(room: str, least: int) -> None:
    counts = Counter(family(path) for path in files(room))
    assert set(counts) == {"ipynb", "html", "csv", "docx", "xlsx", "text", "png", "svg"}
    assert min(counts.values()) >= least


def test_there_are_enough_clean_files_and_none_is_leaky() -> None:
    contents = {
        room: [(CORPUS / room / path).read_bytes() for path in files(room)]
        for room in ("leaky_outputs", "clean_outputs")
    }
    assert len(contents["clean_outputs"]) >= 30
    together = [*contents["leaky_outputs"], *contents["clean_outputs"]]
    assert len(set(together)) == len(together)


def test_binary_files_are_those_of_the_script() -> None:
    made = binary_files()
    for name, content in made.items():
        assert (CORPUS / name).read_bytes() == content, name
    binary = {
        f"{room}/{path}"
        for room in ("leaky_outputs", "clean_outputs")
        for path in files(room)
        if family(path) in {"docx", "xlsx", "png"}
    }
    assert binary == set(made)


@pytest.mark.parametrize("room", ["leaky_outputs", "clean_outputs"])
def test_notebooks_are_valid(room: str) -> None:
    for path in files(room):
        if path.endswith(".ipynb"):
            nbformat.validate(nbformat.read(CORPUS / room / path, as_version=4))


def test_mail_addresses_are_at_reserved_domains() -> None:
    address = re.compile(rb"[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,})", re.IGNORECASE)
    domains = {
        domain.lower()
        for path in CORPUS.rglob("*")
        if path.is_file() and path.suffix != ".py"
        for domain in address.findall(path.read_bytes())
    }
    assert domains
    reserved = re.compile(rb"(.+\.)?example\.(org|com|net)")
    assert [domain for domain in domains if not reserved.fullmatch(domain)] == []


def test_addresses_of_machines_are_for_documentation() -> None:
    mapped = [value.removeprefix("::ffff:") for value in planted("ip-mapped") if value != "-"]
    addresses = [
        *(ipaddress.ip_address(value) for value in planted("ip-v4") + planted("ip-v6")),
        *(ipaddress.ip_address(int(value)) for value in planted("ip-integer")),
        *(ipaddress.ip_address(int(value, 16)) for value in planted("ip-hex")),
        *(ipaddress.ip_address(value) for value in mapped if "." in value),
    ]
    assert len(addresses) > 30
    assert all(any(address in net for net in DOCUMENTATION) for address in addresses)


@pytest.mark.parametrize("slug", ["tel-us", "tel-integer", "tel-silent", "tel-uri", "fax-integer"])
def test_american_numbers_are_from_the_reserved_range(slug: str) -> None:
    for value in planted(slug):
        assert re.search(r"555\D?01\d\d(\.0)?$", value), value


def luhn(digits: str) -> bool:
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def test_check_digits_are_valid() -> None:
    assert all(luhn(value) for value in planted("dev-imei"))
    assert all(luhn("80840" + value) for value in planted("lic-npi"))
    for vin in planted("veh-vin"):
        value = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))
        weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
        total = sum(int(value.get(c, c)) * w for c, w in zip(vin, weights, strict=True) if w)
        assert vin[8] == "0123456789X"[total % 11]


def test_counts_of_the_readme_are_right() -> None:
    text = (CORPUS / "README.md").read_text(encoding="utf-8")
    stated = {
        int(e): int(n) for e, n in re.findall(r"^\| (\d+) \| .* \| (\d+) \|$", text, re.MULTILINE)
    }
    assert stated == Counter(column["element"] for column in read("identifiers.json"))


def test_corpus_stays_small() -> None:
    assert sum(p.stat().st_size for p in CORPUS.rglob("*") if p.is_file()) < 2_000_000


MISSED = {"other-truncated-hash"}
"""Codes of eight digits that nothing tells from random ones: undecidable without their key."""


def is_flagged(column: dict[str, Any]) -> bool:
    """Tell whether a scan of the column alone finds anything."""
    return not scan_identifiers(pd.DataFrame({column["header"]: column["values"]})).ok


def test_all_planted_columns_but_one_are_found() -> None:
    assert {c["id"] for c in read("identifiers.json") if not is_flagged(c)} == MISSED


def test_harmless_columns_are_left_alone() -> None:
    assert [c["id"] for c in read("harmless.json") if is_flagged(c)] == []
