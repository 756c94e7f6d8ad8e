"""Stripping notebooks: what goes, what stays, what is refused, and what reaches a commit of git."""

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

import analysis
from analysis.errors import DataError
from analysis.privacy import strip_notebooks
from analysis.privacy.files.bare_notebook import bare_notebook, notebook_of
from analysis.privacy.files.strip import strip_content
from tests.cli.test_cli import run

unit, identity = pytest.mark.unit, pytest.mark.identity
SECRET = "Zqxkowalczyk"  # noqa: S105 - a name that nobody has
ROOT = Path(analysis.__file__).parents[1]

DIRTY = {
    "cells": [
        {
            "cell_type": "markdown",
            "id": "a1",
            "metadata": {"slideshow": {"slide_type": SECRET}},
            "source": ["# Score by visit\n", "![](attachment:face.png)"],
            "attachments": {"face.png": {"image/png": SECRET}},
        },
        {
            "cell_type": "code",
            "id": "b2",
            "metadata": {
                "tags": ["parameters", f"/home/{SECRET}"],
                "editable": False,
                "jupyter": {"source_hidden": True, "note": SECRET},
                "execution": {"iopub.execute_input": "2025-06-30T08:00:00Z"},
                "init_cell": True,
                "keep_output": True,
            },
            "source": "folder = 'local/study'",
            "execution_count": 4,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": SECRET}],
        },
        {
            "cell_type": "code",
            "id": "c3",
            "metadata": {"tags": ["injected-parameters"]},
            "source": f"folder = 'C:/Users/{SECRET}/study'",
            "execution_count": 5,
            "outputs": [],
        },
        {
            "cell_type": "markdown",
            "id": "d4",
            "metadata": {"tags": ["papermill-error-cell-tag"]},
            "source": f"An Exception: {SECRET}",
        },
    ],
    "metadata": {
        "kernelspec": {"display_name": f"C:\\{SECRET}", "language": "python", "name": "clinic"},
        "language_info": {"name": "python", "version": "3.11.7", "home": SECRET},
        "papermill": {"output_path": f"/home/{SECRET}/out.ipynb"},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"x": SECRET}}},
        "report": False,
        "authors": [{"name": SECRET}],
    },
    "nbformat": 4,
    "nbformat_minor": 5,
    "signature": SECRET,
}
BARE = {
    "cells": [
        {
            "cell_type": "markdown",
            "id": "a1",
            "metadata": {},
            "source": ["# Score by visit\n", "![](attachment:face.png)"],
        },
        {
            "cell_type": "code",
            "id": "b2",
            "metadata": {
                "editable": False,
                "jupyter": {"source_hidden": True},
                "tags": ["parameters"],
            },
            "source": "folder = 'local/study'",
            "execution_count": None,
            "outputs": [],
        },
    ],
    "metadata": {
        "report": False,
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "version": "3.11.7"},
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}


def written(path, notebook=None):
    """Write a notebook as some program does, with another indent than Jupyter."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(DIRTY if notebook is None else notebook, indent=3), encoding="utf-8")
    return path


@unit
def test_code_and_text_stay_and_all_else_goes():
    before = copy.deepcopy(DIRTY)
    bare, removed = bare_notebook(DIRTY)
    assert bare == BARE
    assert before == DIRTY
    assert removed == {
        "outputs": 1, "execution counts": 1, "attachments": 1, "cells of a run": 2, "metadata": 12,
    }  # fmt: skip
    assert bare_notebook(bare) == (BARE, {})
    nbformat.validate(nbformat.from_dict(bare))


@unit
def test_a_bare_notebook_is_not_touched(tmp_path):
    path = written(tmp_path / "a.ipynb", BARE)
    before = path.read_bytes(), path.stat().st_mtime_ns
    found = strip_notebooks(path)
    assert [one.state for one in found.notebooks] == ["bare"]
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert strip_content(b"", path) == b""


@unit
def test_a_folder_is_stripped_with_local_and_checkpoints_and_nothing_outside(tmp_path):
    outside = written(tmp_path / "outside.ipynb")
    root = tmp_path / "work"
    inner = [
        written(root / "local" / "b.ipynb"),
        written(root / "local" / ".ipynb_checkpoints" / "b-checkpoint.ipynb"),
        written(root / "C.IPYNB"),
    ]
    left = [written(root / ".venv" / "d.ipynb"), written(root / "data.json")]
    (root / "link.ipynb").symlink_to(outside)
    before = outside.read_bytes()
    assert strip_notebooks(root, check=True).ok is False
    assert [json.loads(path.read_text(encoding="utf-8")) for path in inner] == [DIRTY] * 3
    found = strip_notebooks(root)
    assert [json.loads(path.read_text(encoding="utf-8")) for path in inner] == [BARE] * 3
    assert [path.read_bytes() for path in (outside, *left)] == [before] * 3
    states = dict(zip(found.to_frame()["file"], found.to_frame()["state"], strict=True))
    assert states == {
        "C.IPYNB": "stripped",
        "link.ipynb": "refused",
        "local/b.ipynb": "stripped",
        "local/.ipynb_checkpoints/b-checkpoint.ipynb": "stripped",
    }
    assert found.summary() == "4 notebooks: 3 stripped, 1 refused"
    assert not list(root.rglob(".writing-*"))


@unit
@pytest.mark.parametrize(
    "content",
    [
        b"not JSON " + SECRET.encode(),
        b"[1]",
        b'{"cells": []}',
        b'{"nbformat": true, "cells": []}',
        b'{"nbformat": 3, "worksheets": []}',
        b'{"nbformat": 4, "cells": [{"cell_type": "heading", "source": ""}]}',
        b'{"nbformat": 4, "cells": [], "cells": []}',
        b"\xff\xfe{}",
        b"[" * 100_000,
    ],
    ids=["text", "list", "no format", "no number", "format 3", "kind", "twice", "bytes", "deep"],
)
def test_what_is_no_notebook_is_refused_and_the_others_are_stripped(content, tmp_path):
    (tmp_path / "a.ipynb").write_bytes(content)
    good = written(tmp_path / "b.ipynb")
    found = strip_notebooks(tmp_path)
    assert [one.state for one in found.notebooks] == ["refused", "stripped"]
    assert not found.ok
    assert "Save it again in Jupyter" in str(found.notebooks[0]) or "save it again" in str(
        found.notebooks[0]
    )
    assert SECRET not in f"{found.to_frame().to_csv()}{found.notebooks[0]}{found!r}"
    assert (tmp_path / "a.ipynb").read_bytes() == content
    assert json.loads(good.read_text(encoding="utf-8")) == BARE
    with pytest.raises(DataError, match="no notebook"):
        notebook_of(content)


@unit
def test_a_file_that_is_named_and_no_notebook_is_refused(tmp_path):
    (tmp_path / "table.csv").write_text(f"id\n{SECRET}\n", encoding="utf-8")
    found = strip_notebooks([tmp_path / "table.csv"])
    assert [(one.file, one.state) for one in found.notebooks] == [("table.csv", "refused")]
    with pytest.raises(DataError, match=r"^1 of 1 paths are not there"):
        strip_notebooks(tmp_path / f"{SECRET}.ipynb")


@unit
def test_half_a_character_is_refused_and_the_file_kept(tmp_path):
    path = tmp_path / "a.ipynb"
    cell = {**DIRTY["cells"][1], "source": "\ud800"}
    before = json.dumps({**DIRTY, "cells": [cell]})
    path.write_text(before, encoding="utf-8")
    assert "half of a character" in strip_notebooks(path).notebooks[0].reason
    assert path.read_text(encoding="utf-8") == before


@unit
@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
def test_a_notebook_that_others_may_not_read_stays_so(tmp_path):
    path = written(tmp_path / "a.ipynb")
    path.chmod(0o600)
    assert strip_notebooks(path).ok
    assert path.stat().st_mode & 0o777 == 0o600


@unit
def test_outputs_stay_only_where_a_manifest_vouches_for_them():
    path = ROOT / "notebooks" / "02-cohort.ipynb"
    content = path.read_bytes()
    assert strip_content(content, path) == content
    assert strip_content(content, ROOT / "local" / path.name) != content
    other = content.replace(b'"text/plain": [', b'"text/plain": [\n "SHA-256 ' + b"0" * 64 + b'",')
    assert b'"outputs": [\n' not in strip_content(other, path)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(SECRET) | st.just([SECRET]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            [*("tags", "jupyter", "report", "kernelspec", "language_info", "name", "version"),
             *("source_hidden", "codemirror_mode", "text", "widgets", "editable")]
        ), inner, max_size=3,
    ),
    max_leaves=6,
)  # fmt: skip


@identity
@given(about=_JSON, outer=_JSON, outputs=_JSON, attached=_JSON, more=_JSON, number=_JSON)
def test_whatever_stands_there_no_secret_is_left_and_twice_is_once(
    about, outer, outputs, attached, more, number
):
    path = Path("a.ipynb")
    cell = {
        "cell_type": "code", "metadata": about, "source": "1", "outputs": outputs, "more": more,
        "attachments": attached, "execution_count": number,
    }  # fmt: skip
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": outer, "cells": [cell]}
    once = strip_content(json.dumps(notebook).encode("utf-8"), path)
    assert strip_content(once, path) == once
    # a name of one plain word may stay as a tag, or as the name of a kernel or a language
    plain = json.loads(once)
    plain["cells"][0]["metadata"].pop("tags", None)
    plain["metadata"].pop("kernelspec", None)
    plain["metadata"].pop("language_info", None)
    assert SECRET not in json.dumps(plain)
    nbformat.validate(nbformat.reads(once.decode("utf-8"), as_version=4))


@unit
def test_the_command_says_what_it_did_and_ends_with_1_when_something_is_left(
    monkeypatch, capsys, tmp_path
):
    path = written(tmp_path / "local" / "a.ipynb")
    code, out, _ = run(monkeypatch, capsys, "strip", "--check", str(tmp_path))
    counts = "1 outputs, 1 execution counts, 1 attachments, 2 cells of a run, 12 metadata"
    assert (code, out.splitlines()[0]) == (1, f"to strip  local/a.ipynb: {counts}")
    code, out, _ = run(monkeypatch, capsys, "strip", str(tmp_path))
    assert (code, out.splitlines()[-1]) == (0, "1 notebooks: 1 stripped")
    assert run(monkeypatch, capsys, "strip", "--check", str(path))[:2] == (
        0,
        "1 notebooks: 1 bare\n",
    )
    assert run(monkeypatch, capsys, "strip")[0] == 2
    assert run(monkeypatch, capsys, "strip", "--filter", "a.ipynb", str(path))[0] == 2


def recipe() -> list[str]:
    """Take the commands of the filter from the documentation."""
    text = (ROOT / "docs" / "scan.md").read_text(encoding="utf-8")
    block = text.partition("As a filter of git")[2].partition("```sh\n")[2].partition("```")[0]
    return block.strip().splitlines()


@unit
def test_with_the_filter_of_the_documentation_no_output_reaches_a_commit(tmp_path):
    git = shutil.which("git")
    assert git, "git is needed for this test"
    program = f'"{Path(sys.executable).as_posix()}" -m analysis'
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
        "PYTHONPATH": str(ROOT), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    }  # fmt: skip

    def call(*arguments):
        return subprocess.run(
            [git, *arguments], cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8",
            check=False,
        )  # fmt: skip

    call("init", "-q")
    lines = recipe()
    assert [line.split()[0] for line in lines] == ["git", "git", "git", "echo"]
    for line in lines[:3]:
        _, _, name, value = line.split(maxsplit=3)
        call("config", name, value.strip("'").replace("ketamine-outcomes", program))
    pattern = lines[3].partition("'")[2].partition("'")[0]
    (tmp_path / ".gitattributes").write_text(f"{pattern}\n", encoding="utf-8")
    path = written(tmp_path / "local" / "a name.ipynb")
    before = path.read_bytes()
    assert call("add", ".").returncode == 0
    committed = call("show", ":local/a name.ipynb").stdout
    assert json.loads(committed) == BARE
    assert path.read_bytes() == before
    (tmp_path / "broken.ipynb").write_text(SECRET, encoding="utf-8")
    refused = call("add", "broken.ipynb")
    assert refused.returncode != 0
    assert SECRET not in refused.stderr + refused.stdout
    assert "broken.ipynb" not in call("ls-files").stdout
