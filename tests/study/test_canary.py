"""No value, id, header or file name comes out: planted text is searched for in all that is said."""

import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from analysis import cli
from analysis.checks import check, check_folder, write_detail
from analysis.checks.as_json import findings_json
from analysis.disclosure import INTERNAL
from analysis.errors import AnalysisError
from analysis.report.findings import findings_page
from analysis.study import TABLES, Study, Table, read_study
from analysis.study.casting import typed_table
from tests.builders import ABOUT, CLEAN, EVERY_COLUMN, clean_study, raw, rename_column, write_folder

pytestmark = pytest.mark.unit

CANARIES = {
    "text": "Zqxkowalczyk",
    "number": "987654321",
    "decimal": "98765.4321",
    "date": "1987-06-05",
    "serial": "31933",
    "markup": "<b>Zqxkowalczyk</b>",
}
TRACES = ("zqxkowal", "kowalczyk", "987654321", "98765.4", "98,765", "1987", "31933", "31,933")


def _chain(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield f"{error!r} {error} {error.args} {getattr(error, 'doc', '')}"
        yield from _chain(error.__cause__)
        error = error.__context__


def _said(call: Callable[[], object]) -> list[str]:
    """Everything that a call shows when its result is printed, or when it fails."""
    try:
        return [f"{part!s} {part!r} {part.__dict__}" for part in _parts(call())]
    except AnalysisError as error:
        return list(_chain(error))


def _parts(result: object) -> Iterator[object]:
    if result is None:
        return
    if isinstance(result, tuple):
        for part in result:
            yield from _parts(part)
    elif isinstance(result, list):
        yield from result
    elif isinstance(result, Study):
        yield _Text(f"{result!r} {result!s} {result._repr_html_()} {result.overview().to_csv()}")
    else:  # the result of a check
        yield from result.findings
        shown = result.frame().to_csv() + result._repr_html_() + result.summary()
        shown += findings_json(result) + findings_json(result, policy=INTERNAL)
        yield _Text(f"{result!r} {result!s} {shown}")
        yield from map(_Text, _said(result.require_ok))


class _Text:
    def __init__(self, text: str) -> None:
        self.text = text


@pytest.fixture
def silent(capfd, caplog):
    """Run calls and look for traces of the canary in all that they say, wherever they say it."""
    caplog.set_level(logging.DEBUG)

    def run(*calls: Callable[[], object]) -> str:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            said = [text for call in calls for text in _said(call)]
        streams = capfd.readouterr()
        said += [streams.out, streams.err, caplog.text, *(str(w.message) for w in warned)]
        everything = "\n".join(said)
        for trace in TRACES:
            assert trace not in everything.lower()
        return everything

    return run


def _folder_calls(folder: Path) -> tuple[Callable[[], object], ...]:
    return (lambda: read_study(folder), lambda: check_folder(folder))


def _planted(table: str, column: str, canary: str) -> pd.DataFrame:
    frame = raw(CLEAN[table])
    frame.loc[1, column] = canary
    return frame


@pytest.mark.parametrize(("table", "column"), EVERY_COLUMN)
def test_a_cell_is_never_repeated(silent, table, column):
    for canary in CANARIES.values():
        typed, findings = typed_table(_planted(table, column, canary), TABLES[table])
        assert typed is not None or f"{table}.{column}" in silent(lambda found=findings: found)
    numeric = TABLES[table].column(column).kind in ("integer", "number")
    typed, _ = typed_table(
        _planted(table, column, CANARIES["number" if numeric else "text"]), TABLES[table]
    )
    if typed is not None:
        study = clean_study()
        study.tables[table] = typed
        silent(lambda: study, lambda: check(study))


@pytest.mark.parametrize("canary", ["text", "number", "date"])
@pytest.mark.parametrize("table", CLEAN)
def test_no_cell_of_a_folder_is_repeated(tmp_path, silent, table, canary):
    frame = raw(CLEAN[table])
    frame.loc[1] = [CANARIES[canary]] * frame.shape[1]
    text = frame.to_csv(index=False, lineterminator="\n")
    silent(*_folder_calls(write_folder(tmp_path, tables={table: text})))


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
@pytest.mark.parametrize("as_parquet", [False, True])
def test_no_id_of_a_study_that_can_be_read_is_repeated(tmp_path, silent, canary, as_parquet):
    tables = {name: text.replace("p1,", f"{canary},") for name, text in CLEAN.items()}
    folder = write_folder(tmp_path, tables={**tables, "follow_up": CLEAN["follow_up"]})
    if as_parquet:
        frame = pd.read_csv(folder / "sessions.csv")
        (folder / "sessions.csv").unlink()
        frame.to_parquet(folder / "sessions.parquet")
    said = silent(*_folder_calls(folder))
    assert "[KEY-002]" in said


@pytest.mark.parametrize(("table", "column"), EVERY_COLUMN)
@pytest.mark.parametrize("header", ["{}", "{}_Zqxkowalczyk"])
def test_a_header_is_never_repeated(silent, table, column, header):
    text = rename_column(CLEAN[table], column, header.format(column) if header != "{}" else
                         "Zqxkowalczyk 987654321")  # fmt: skip
    _, findings = typed_table(raw(text), TABLES[table])
    assert findings
    silent(lambda: findings)


BROKEN = {
    "ragged": "subject_id,site_id\nZqxkowalczyk,987654321,1987-06-05\n",
    "open quote": 'subject_id,site_id\n"Zqxkowalczyk,987654321\n',
    "Windows-1252": "subject_id,Zqxkowalczyk\nü,987654321\n".encode("cp1252"),
    "late Windows-1252": b"subject_id\n" + b"Zqxkowalczyk\n" * 90_000 + b"987654321\xff\n",
    "UTF-16": "subject_id,Zqxkowalczyk\n1,987654321\n".encode("utf-16"),
    "semicolons": "subject_id;Zqxkowalczyk\n1;987654321\n",
    "same header": "Zqxkowalczyk,Zqxkowalczyk\n1,987654321\n",
    "no rows": "subject_id,Zqxkowalczyk 987654321\n",
    "only cells": "Zqxkowalczyk,987654321\nZqxkowalczyk,1987-06-05\n",
    "long cell": 'subject_id,b\n1,"' + "Zqxkowalczyk" * 20_000 + "\n",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_never_repeated(tmp_path, silent, content):
    said = silent(*_folder_calls(write_folder(tmp_path, tables={"subjects": content})))
    assert "subjects" in said


def test_a_broken_parquet_file_is_never_repeated(tmp_path, silent):
    folder = write_folder(tmp_path, leave_out=["subjects"])
    (folder / "subjects.parquet").write_bytes(b"PAR1Zqxkowalczyk987654321PAR1")
    silent(*_folder_calls(folder))


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["Zqxkowalczyk"] * 5),
        pa.array([["Zqxkowalczyk"]] * 5),
        pa.array([{"Zqxkowalczyk": 987654321}] * 5),
        pa.array([b"Zqxkowalczyk\xff"] * 5),
        pa.array([987654321] * 5),
        pa.array(["Zqxkowalczyk"] * 5).dictionary_encode(),
    ],
    ids=["text", "list", "struct", "bytes", "number", "dictionary"],
)
@pytest.mark.parametrize("column", ["subject_id", "sex", "age_years"])
def test_a_parquet_cell_of_any_type_is_never_repeated(tmp_path, silent, values, column):
    folder = write_folder(tmp_path)
    content = pa.Table.from_pandas(pd.read_csv(folder / "subjects.csv"), preserve_index=False)
    content = content.set_column(content.column_names.index(column), column, values)
    (folder / "subjects.csv").unlink()
    parquet.write_table(content, folder / "subjects.parquet")
    silent(*_folder_calls(folder))


@pytest.mark.parametrize(
    "name",
    ["Zqxkowalczyk 1987-06-05.csv", "subjects Zqxkowalczyk.csv", "987654321.parquet",
     "Zqxkowalczyk.xlsx", "subjects.csv.Zqxkowalczyk"],
)  # fmt: skip
def test_the_name_of_a_file_is_never_repeated(tmp_path, silent, name):
    folder = write_folder(tmp_path)
    (folder / name).write_text("Zqxkowalczyk")
    assert "[FIL-008]" in silent(*_folder_calls(folder))


@pytest.mark.parametrize("name", ["Zqxkowalczyk", "1987-06-05"])
def test_the_name_of_the_folder_is_never_repeated(tmp_path, silent, name):
    silent(*_folder_calls(tmp_path / name))
    silent(*_folder_calls(write_folder(tmp_path / name, leave_out=["subjects"])))


ABOUT_WITH_CANARY = {
    "extra entry": {**ABOUT, "Zqxkowalczyk": "987654321"},
    "extra value": {**ABOUT, "note": {"patient": ["Zqxkowalczyk", "1987-06-05"]}},
    "version": {**ABOUT, "schema_version": "Zqxkowalczyk"},
    "title": {**ABOUT, "title": ["Zqxkowalczyk"]},
    "long title": {**ABOUT, "title": "Zqxkowalczyk" * 20},
    "cut-off": {**ABOUT, "data_cut_off": "1987-06-05"},
    "seed": {**ABOUT, "seed": "Zqxkowalczyk"},
    "synthetic": {**ABOUT, "synthetic": "Zqxkowalczyk"},
    "sites": {**ABOUT, "sites": "Zqxkowalczyk"},
    "scales": {**ABOUT, "instruments": {"Zqxkowalczyk": 987654321}},
    "broken": json.dumps({**ABOUT, "title": "Zqxkowalczyk"})[:-3],
    "not UTF-8": b'{"title": "Zqxkowalczyk\xff"}',
}


@pytest.mark.parametrize("about", ABOUT_WITH_CANARY.values(), ids=ABOUT_WITH_CANARY)
def test_the_description_is_never_repeated(tmp_path, silent, about):
    silent(*_folder_calls(write_folder(tmp_path, about=about)))


def _folder_with(root: Path, canary: str, *, keep: frozenset[str] = frozenset()) -> Path:
    """Plant a canary in the second row of every column that can hold it and still be read."""
    tables = {}
    for name, text in CLEAN.items():
        frame = raw(text)
        for column in TABLES[name].columns:
            plain = column.kind in ("text", "category", "codes") and not canary.isdigit()
            number = column.kind == "number" and canary.isdigit()
            if column.name in frame and column.name not in keep and (plain or number):
                frame.loc[1, column.name] = canary
        tables[name] = frame.to_csv(index=False, lineterminator="\n")
    return write_folder(root, tables=tables)


@pytest.mark.parametrize("canary", ["text", "number", "markup"])
@pytest.mark.parametrize("audience", ["release", "internal"])
@pytest.mark.parametrize("style", ["text", "json", "html"])
def test_no_value_comes_out_of_the_command(tmp_path, silent, monkeypatch, canary, audience, style):
    folder = _folder_with(tmp_path / "local", CANARIES[canary])
    files = [tmp_path / "local" / "findings.csv", tmp_path / "local" / "findings"]

    def command(*arguments: str) -> list[object]:
        monkeypatch.setattr(sys, "argv", ["ketamine-outcomes", "check", str(folder), *arguments])
        with pytest.raises(SystemExit):
            cli.main()
        return []

    options = ("--audience", audience, "--format", style)
    detail = ("--detail", str(files[0]))
    said = silent(
        lambda: command(*options),
        lambda: command(*options, *detail),
        lambda: command("--output", str(files[1]), *options),
        lambda: command("--detail", str(tmp_path / "findings.csv")),
        lambda: [_Text(files[1].read_text(encoding="utf-8"))],
    )
    assert said.count("RNG-001" if canary == "number" else "CAT-001") >= 3
    assert "DisclosureError" in said
    assert files[0].is_file()


@pytest.mark.parametrize("canary", ["text", "number", "markup"])
def test_the_page_of_findings_repeats_no_value(tmp_path, silent, canary):
    result = check_folder(_folder_with(tmp_path, CANARIES[canary]))
    assert not result.ok
    silent(
        lambda: [_Text(findings_page(result))],
        lambda: [_Text(findings_page(result, policy=INTERNAL))],
    )


KEYS = frozenset(key for table in TABLES.values() for key in table.key)


@pytest.mark.parametrize("canary", ["text", "number", "markup"])
def test_located_rows_hold_keys_and_no_other_value(tmp_path, silent, canary):
    folder = _folder_with(tmp_path / "local", CANARIES[canary], keep=KEYS)
    result = check_folder(folder)
    target = write_detail(result, folder / "findings.csv")
    located = [result.locate(code) for code in {f.rule for f in result.findings}]
    assert sum(map(len, located)) >= 3
    silent(
        lambda: [_Text(target.read_text(encoding="utf-8-sig"))],
        lambda: [_Text(frame.to_csv()) for frame in located],
    )


def test_a_code_that_does_not_exist_is_not_repeated(silent):
    result = check(clean_study())
    assert "No rule has this code" in silent(lambda: result.locate("Zqxkowalczyk"))


def test_changed_files_are_refused_without_a_value(tmp_path, silent):
    folder = _folder_with(tmp_path / "local", CANARIES["text"])
    result = check_folder(folder)
    (folder / "subjects.csv").write_text("subject_id\nZqxkowalczyk\n")
    said = silent(
        lambda: result.locate("CAT-001"), lambda: write_detail(result, folder / "findings.csv")
    )
    assert said.count("changed after they were checked") >= 2


def test_the_search_itself_finds_what_is_planted(silent):
    with pytest.raises(AssertionError):
        silent(lambda: [_Text("Patient Zqxkowalczyk")])

    def fails_behind() -> object:
        try:
            int("987654321x")
        except ValueError:
            raise AnalysisError("harmless") from None

    with pytest.raises(AssertionError):
        silent(fails_behind)

    def prints() -> list[object]:
        print("1987")
        return []

    with pytest.raises(AssertionError):
        silent(prints)


@pytest.mark.parametrize("error", [FileNotFoundError, PermissionError])
def test_files_that_go_while_they_are_read_are_findings(tmp_path, silent, monkeypatch, error):
    folder = write_folder(tmp_path)

    def gone(path: Path) -> str:
        raise error(2, f"Zqxkowalczyk {path}")

    monkeypatch.setattr("analysis.storage.file_sha256", gone)
    assert "[FIL-001] study folder" in silent(*_folder_calls(folder))


@pytest.mark.parametrize("later", [b"", b"Zqxkowalczyk\n", b"\xff\xfe", None])
def test_files_that_change_while_they_are_read_keep_their_findings(
    tmp_path, silent, monkeypatch, later
):
    text = CLEAN["sessions"].replace(",35,0.5,70,", ",Zqxkowalczyk,0.5,70,", 1)
    folder = write_folder(tmp_path, tables={"sessions": text})
    changes = typed_table

    def changed(frame: pd.DataFrame, table: Table) -> object:
        path = folder / "sessions.csv"
        if table.name == "sessions" and later is None:
            path.unlink()
        elif table.name == "sessions":
            path.write_bytes(later)
        return changes(frame, table)

    monkeypatch.setattr("analysis.study.folder.typed_table", changed)
    assert "[COL-003] sessions.dose_mg" in silent(lambda: read_study(folder))
