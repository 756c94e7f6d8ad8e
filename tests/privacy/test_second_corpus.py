"""The second corpus is what its script makes, what its README counts, and nobody's data."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pandas as pd
import pytest

from analysis.privacy import scan_identifiers
from tests.privacy.second_corpus import make, numbers, packing

pytestmark = pytest.mark.unit

HERE = make.HERE
DIGEST = "6971aabb955141f36d985a4880c473fa4a3bfdfec65518afa51eafbf9e2abc83"
COLUMNS = {
    1: 16, 2: 15, 3: 18, 4: 11, 5: 10, 6: 10, 7: 10, 8: 11, 9: 10,
    10: 10, 11: 10, 12: 9, 13: 11, 14: 10, 15: 11, 16: 11, 17: 12, 18: 17,
}  # fmt: skip
KINDS = {"identifier", "patient rows", "user name or path", "image"}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return make.corpus()


def entries(name: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads((HERE / name).read_text(encoding="utf-8"))
    return listed


def on_disk() -> dict[str, bytes]:
    """Read the committed files of the corpus, without the script and the README."""
    lists = [HERE / f"{kind}.json" for kind in ("identifiers", "harmless")]
    lists += [HERE / f"{kind}_outputs.json" for kind in ("leaky", "clean")]
    found = [path for kind in ("leaky", "clean") for path in (HERE / f"{kind}_outputs").rglob("*")]
    kept = [path for path in found if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(HERE).as_posix(): path.read_bytes() for path in lists + kept}


def typed(entry: dict[str, Any]) -> list[Any]:
    return [value for value in entry["values"] if value not in (None, "")]


def test_script_makes_the_committed_bytes(files: dict[str, bytes]) -> None:
    committed = on_disk()
    assert sorted(committed) == sorted(files)
    assert [name for name in files if committed[name] != files[name]] == []
    assert make.digest(committed) == DIGEST


def test_whole_folder_stays_small(files: dict[str, bytes]) -> None:
    assert sum(map(len, files.values())) < 3_000_000


def test_columns_by_element() -> None:
    planted = entries("identifiers.json")
    assert Counter(entry["element"] for entry in planted) == COLUMNS
    assert min(COLUMNS.values()) >= 7
    assert len(planted) == 212
    assert len(entries("harmless.json")) == 223


def test_readme_tells_the_counts_by_element() -> None:
    text = (HERE / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| .+ \| (\d+) \|$", text, flags=re.MULTILINE)
    assert {int(element): int(count) for element, count in rows} == COLUMNS


def test_half_of_the_headers_tell_and_a_third_do_not() -> None:
    kinds = Counter(entry["header_kind"] for entry in entries("identifiers.json"))
    assert kinds == {"says": 104, "silent": 48, "misleads": 35, "hints": 25}


@pytest.mark.parametrize("name", ["identifiers.json", "harmless.json"])
def test_every_column_is_complete(name: str) -> None:
    listed = entries(name)
    assert len({entry["id"] for entry in listed}) == len(listed)
    assert all(20 <= len(entry["values"]) <= 60 for entry in listed)
    assert all(entry["header"] and entry["why"].endswith(".") for entry in listed)
    assert all(("element" in entry) == (name == "identifiers.json") for entry in listed)


def test_planted_cells_are_there_and_sometimes_few() -> None:
    planted = entries("identifiers.json")
    shares = [entry["planted"] / len(typed(entry)) for entry in planted]
    assert all(0 < share <= 1 for share in shares)
    assert sum(share < 0.2 for share in shares) == 30


@pytest.mark.parametrize(("kind", "count"), [("leaky", 87), ("clean", 83)])
def test_every_file_is_listed_once(kind: str, count: int) -> None:
    listed = [entry["file"] for entry in entries(f"{kind}_outputs.json")]
    there = [name.partition("/")[2] for name in on_disk() if name.startswith(f"{kind}_outputs/")]
    assert sorted(listed) == sorted(there)
    assert len(listed) == count


def test_leaks_say_what_leaks_and_clean_files_do_not() -> None:
    leaky = entries("leaky_outputs.json")
    assert all(set(entry["kinds"]) <= KINDS and entry["kinds"] for entry in leaky)
    assert all(set(entry["elements"]) <= set(COLUMNS) for entry in leaky)
    assert all(set(entry) == {"file", "why"} for entry in entries("clean_outputs.json"))


def test_addresses_belong_to_nobody(files: dict[str, bytes]) -> None:
    text = b"\n".join(files.values()).decode("utf-8", errors="replace")
    hosts = re.findall(r"[\w.]@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)", text)
    assert len(hosts) > 200
    assert {host.lower().rpartition(".")[0].split(".")[-1] + "." + host.lower().rpartition(".")[2]
            for host in hosts} <= {
        "example.com", "example.org", "example.net", "inbox.example", "clinic.example",
    }  # fmt: skip


def test_american_numbers_are_of_the_range_for_fiction(files: dict[str, bytes]) -> None:
    text = b"\n".join(files.values()).decode("utf-8", errors="replace")
    lines = re.findall(r"\(?\b[2-9]\d\d\)?[-. ]?([2-9]\d\d)[-.]( ?\d{4})\b", text)
    assert len(lines) > 200
    assert {(middle, line[:2]) for middle, line in lines} == {("555", "01")}


@pytest.mark.parametrize("suffix", [".ipynb", ".xlsx", ".zip", ".docx"])
def test_files_open_in_their_programs(files: dict[str, bytes], suffix: str) -> None:
    chosen = {name: content for name, content in files.items()
              if name.endswith(suffix) and not Path(name).name.startswith("~$")}  # fmt: skip
    assert len(chosen) >= 5
    for content in chosen.values():
        if suffix == ".ipynb":
            nbformat.validate(nbformat.reads(content.decode(), as_version=4))
        elif suffix == ".xlsx":
            assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames
        else:
            assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_pages_for_print_point_at_their_objects(files: dict[str, bytes]) -> None:
    chosen = [content for name, content in files.items() if name.endswith(".pdf")]
    assert len(chosen) == 8
    for content in chosen:
        starts = [int(start) for start in re.findall(rb"^(\d{10}) 00000 n", content, re.MULTILINE)]
        assert all(content[start:].startswith(b"%d 0 obj" % number)
                   for number, start in enumerate(starts, 1))  # fmt: skip


def test_packed_page_holds_its_list(files: dict[str, bytes]) -> None:
    content = files["leaky_outputs/pages/packed.pdf"]
    stream = content.partition(b"stream\n")[2].partition(b"\nendstream")[0]
    assert b"Recall list" in zlib.decompress(stream)
    assert b"Recall list" not in content


@pytest.mark.parametrize("content", [b"", b"phq9", bytes(range(256)) * 3])
def test_own_compression_is_read_back(content: bytes) -> None:
    assert zlib.decompress(packing.compressed(content)) == content
    assert gzip.decompress(packing.gzip(content)) == content
    packed = zipfile.ZipFile(io.BytesIO(packing.archive({"a/ü.csv": content})))
    assert packed.read("a/ü.csv") == content


def test_check_digits_of_published_examples() -> None:
    assert numbers.luhn_digit("7992739871") == "3"  # the usual example of ISO/IEC 7812-1
    assert numbers.luhn_digit("80840123456789") == "3"  # CMS, NPI check digit: 1234567893
    assert numbers.vin_sign("1M8GDM9A_KP042788".replace("_", "0")) == "X"  # 49 CFR 565 example


def n_flagged(name: str) -> int:
    """Count the columns in which a scan of each alone finds anything; which ones stays unsaid."""
    frames = (pd.DataFrame({entry["header"]: entry["values"]}) for entry in entries(name))
    return sum(not scan_identifiers(frame).ok for frame in frames)


def test_recall_of_the_scan_stays_where_it_was_measured() -> None:
    assert n_flagged("identifiers.json") >= 210


def test_false_alarms_of_the_scan_stay_where_they_were_measured() -> None:
    assert n_flagged("harmless.json") <= 11
