"""Writing files: whole or not at all, inside the folder, and the same digest for the same bytes."""

import errno
import hashlib
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import storage
from analysis.errors import ReportError

unit, identity = pytest.mark.unit, pytest.mark.identity


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@unit
def test_text_is_written_as_utf8_with_plain_line_ends(tmp_path):
    target = storage.write_text(tmp_path / "new" / "ü b" / "page.html", "a\nü\r\n")
    assert target.read_bytes() == b"a\n\xc3\xbc\r\n"
    assert names(target.parent) == ["page.html"]


@unit
def test_a_failure_in_the_middle_keeps_the_old_file_and_leaves_nothing_behind(tmp_path):
    target = storage.write_text(tmp_path / "index.html", "old")

    def write_half():
        with storage.replacing(target) as temporary:
            assert temporary.parent == tmp_path
            temporary.write_text("half of the n")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert target.read_text() == "old"
    assert names(tmp_path) == ["index.html"]


@unit
def test_an_interruption_keeps_the_old_file_and_leaves_nothing_behind(tmp_path):
    target = storage.write_text(tmp_path / "index.html", "old")
    with pytest.raises(KeyboardInterrupt), storage.replacing(target):
        raise KeyboardInterrupt
    assert target.read_text() == "old"
    assert names(tmp_path) == ["index.html"]


@unit
def test_a_file_that_is_open_in_another_program_is_kept(tmp_path, monkeypatch):
    target = storage.write_text(tmp_path / "index.html", "old")

    def held_open(self, other):
        raise PermissionError(errno.EACCES, "The process cannot access the file", str(other))

    monkeypatch.setattr(Path, "replace", held_open)
    with pytest.raises(ReportError) as caught:
        storage.write_text(target, "new")
    message = str(caught.value)
    assert "index.html could not be replaced" in message
    assert "open in another program" in message
    assert str(tmp_path) not in message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert target.read_text() == "old"
    assert names(tmp_path) == ["index.html"]


@unit
def test_a_full_disk_keeps_the_old_file(tmp_path, monkeypatch):
    target = storage.write_text(tmp_path / "index.html", "old")

    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ReportError, match="could not be written"):
        storage.write_bytes(target, b"new")
    monkeypatch.undo()
    assert target.read_text() == "old"
    assert names(tmp_path) == ["index.html"]


@unit
def test_a_folder_that_cannot_be_made_is_an_error_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ReportError, match=r"page\.html cannot be written .* --output"):
        storage.write_text(tmp_path / "file" / "page.html", "new")


@unit
def test_a_target_that_is_a_folder_is_an_error(tmp_path):
    (tmp_path / "page.html").mkdir()
    with pytest.raises(ReportError, match=r"page\.html could not be replaced"):
        storage.write_text(tmp_path / "page.html", "new")
    assert names(tmp_path) == ["page.html"]


@unit
@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_written_file_has_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "plain").touch()
    target = storage.write_text(tmp_path / "page.html", "x")
    assert target.stat().st_mode == (tmp_path / "plain").stat().st_mode


@unit
def test_removing_a_file_that_is_not_there_is_no_fault(tmp_path):
    target = storage.write_text(tmp_path / "a", "x")
    storage.remove(target)
    storage.remove(target)
    assert names(tmp_path) == []


@unit
def test_removing_a_file_that_is_held_open_is_an_error(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(ReportError, match="a could not be replaced"):
        storage.remove(tmp_path / "a")


@unit
@pytest.mark.parametrize("name", ["a", "a/b.html", "a\\b.html", "./a", "a//b", "ü b/ß.csv", "a..b"])
def test_plain_names_stay_inside(tmp_path, name):
    inside = storage.confined(name, within=tmp_path)
    assert inside.is_absolute()
    assert inside.is_relative_to(tmp_path.resolve())


@unit
@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "./",
        "/",
        "..",
        "../a",
        "a/../../b",
        "a/..",
        "a\\..\\..\\b",
        "..\\a",
        "/etc/passwd",
        "\\windows",
        "\\\\server\\share\\a",
        "//server/share/a",
        "C:\\a",
        "C:a",
        "c:/a",
        "\\\\?\\C:\\a",
        "CON",
        "con.txt",
        "a/nul",
        "NUL.tar.gz",
        "Aux ",
        "aux .txt",
        "LPT1",
        "com9.html",
        "COM0",
        "com¹",
        "CONOUT$",
        "page.html.",
        "page.html ",
        "page.html:stream",
        "a\0b",
        "a\nb",
        "a?b",
        "a*b",
        'a"b',
        "a|b",
        "<a>",
        "a\udc80b",
        "x" * 5000,
    ],
)
def test_names_that_leave_or_that_windows_reserves_are_refused(tmp_path, name):
    with pytest.raises(ReportError, match="leaves the folder") as caught:
        storage.confined(name, within=tmp_path)
    assert caught.value.__cause__ is None
    assert len(name) < 6 or name not in str(caught.value)


@unit
@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_that_lead_out_or_in_a_circle_are_refused(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret").write_text("x")
    (root / "out").symlink_to(tmp_path)
    (root / "file").symlink_to(tmp_path / "secret")
    (root / "loop").symlink_to(root / "loop")
    (root / "inside").symlink_to(root / "real")
    for name in ("out/secret", "out", "file", "loop", "loop/a"):
        with pytest.raises(ReportError):
            storage.confined(name, within=root)
    assert storage.confined("inside/a", within=root) == (root / "real" / "a").resolve()


@unit
@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_the_folder_itself_may_be_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert storage.confined("a", within=tmp_path / "link") == (tmp_path / "real" / "a").resolve()


_PARTS = st.one_of(
    st.sampled_from(["..", ".", "", "C:", "con", "a", "b c", "nul.txt", "\\", "/", "~", " "]),
    st.text(max_size=6),
)


@identity
@settings(deadline=None, max_examples=300, derandomize=True)
@given(parts=st.lists(_PARTS, max_size=5), mark=st.sampled_from(["/", "\\"]))
def test_no_name_ever_leaves_the_folder(tmp_path_factory, parts, mark):
    root = tmp_path_factory.getbasetemp().resolve()
    name = mark.join(parts)
    try:
        inside = storage.confined(name, within=root)
    except ReportError:
        return
    assert inside != root
    assert inside.is_relative_to(root)
    assert ".." not in inside.parts
    assert Path(os.path.normpath(root / name.replace("\\", "/"))) == inside


@unit
def test_digests_are_those_of_the_standard(tmp_path):
    # FIPS 180-2, appendix B.1: SHA-256 of "abc"
    target = storage.write_bytes(tmp_path / "a", b"abc")
    assert storage.file_sha256(target) == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    assert storage.file_sha256(target) == hashlib.sha256(b"abc").hexdigest()


@identity
def test_the_digest_of_a_folder_depends_on_names_and_bytes_and_on_nothing_else(tmp_path):
    one = [storage.write_text(tmp_path / "one" / n, t) for n, t in [("a", "1"), ("b", "2")]]
    two = [storage.write_text(tmp_path / "two" / n, t) for n, t in [("b", "2"), ("a", "1")]]
    swapped = [storage.write_text(tmp_path / "three" / n, t) for n, t in [("a", "2"), ("b", "1")]]
    digest = storage.folder_sha256(one)
    assert digest == storage.folder_sha256(two) == storage.folder_sha256(reversed(one))
    assert digest != storage.folder_sha256(swapped)
    assert digest != storage.folder_sha256(one[:1])
    assert storage.folder_sha256([]) == hashlib.sha256(b"").hexdigest()


@unit
def test_a_lock_stands_beside_the_file_and_goes_when_the_block_ends(tmp_path):
    target = tmp_path / "new" / "list.csv"
    with storage.locked(target):
        assert names(target.parent) == ["list.csv.lock"]
        with pytest.raises(ReportError, match="may be in use"), storage.locked(target, patience=0):
            raise AssertionError("two writers at once")
    assert names(target.parent) == []


@unit
def test_a_failing_block_gives_its_lock_back(tmp_path):
    target = tmp_path / "list.csv"
    with pytest.raises(ZeroDivisionError), storage.locked(target):
        raise ZeroDivisionError
    with storage.locked(target, patience=0):
        assert names(tmp_path) == ["list.csv.lock"]


@unit
def test_a_lock_in_a_folder_that_cannot_be_is_refused_at_once(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with (
        pytest.raises(ReportError, match="cannot be made"),
        storage.locked(tmp_path / "file" / "list.csv", patience=60),
    ):
        raise AssertionError("there is no such folder")


@pytest.mark.unit
def test_half_a_character_is_refused_without_the_text_around_it(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("before")
    with pytest.raises(ReportError, match="half of a character") as refused:
        storage.write_text(target, "Zqxkowalczyk \ud800")
    assert refused.value.__context__ is None
    assert "Zqx" not in str(refused.value)
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


OLD = {"report.html": b"old page", "pictures/figure-01.png": b"old picture", "mine.txt": b"mine"}
NEW = {"report.html": b"new page", "report.docx": b"new document"}


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def earlier(tmp_path):
    """A folder with an earlier report and a file of somebody else."""
    folder = tmp_path / "report"
    storage.write_together(folder, OLD)
    assert contents(folder) == OLD
    return folder


@unit
def test_files_that_belong_together_take_the_place_of_earlier_ones(earlier):
    paths = storage.write_together(earlier, NEW, instead_of=["pictures/figure-01.png"])
    assert contents(earlier) == {**NEW, "mine.txt": b"mine"}
    assert paths == {name: earlier.resolve() / name for name in NEW}


def fail_at(step: int, error: BaseException):
    """Make the rename that fails at one step, and works when things are moved back."""
    rename, calls = Path.rename, []

    def renamed(self, target):
        calls.append(self)
        if len(calls) == step:
            raise error
        return rename(self, target)

    return renamed


@unit
@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_one_file_that_is_open_elsewhere_keeps_them_all(earlier, monkeypatch, step):
    held = PermissionError(errno.EACCES, "used by another process")
    monkeypatch.setattr(Path, "rename", fail_at(step, held))
    with pytest.raises(ReportError, match=r"(html|png|docx) could not be replaced; all earlier"):
        storage.write_together(earlier, NEW, instead_of=["pictures/figure-01.png"])
    assert contents(earlier) == OLD


@unit
@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_an_interruption_keeps_them_all(earlier, monkeypatch, step):
    monkeypatch.setattr(Path, "rename", fail_at(step, KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        storage.write_together(earlier, NEW, instead_of=["pictures/figure-01.png"])
    assert contents(earlier) == OLD


@unit
def test_a_full_disk_keeps_them_all(earlier, monkeypatch):
    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ReportError, match="free space"):
        storage.write_together(earlier, NEW)
    monkeypatch.undo()
    assert contents(earlier) == OLD


@unit
@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "a/../../out.txt"])
def test_files_that_belong_together_stay_in_their_folder(earlier, name):
    with pytest.raises(ReportError, match="leaves the folder"):
        storage.write_together(earlier, {**NEW, name: b"x"})
    with pytest.raises(ReportError, match="leaves the folder"):
        storage.write_together(earlier, NEW, instead_of=[name])
    assert contents(earlier) == OLD


# --- Files that are too large to be held ---------------------------------------------------------


@unit
def test_a_filled_folder_moves_all_its_files_into_place_in_the_order_of_names(
    tmp_path, monkeypatch
):
    moved, real = [], Path.rename

    def noted(self, target):
        moved.append(Path(target).name)
        return real(self, target)

    monkeypatch.setattr(Path, "rename", noted)
    with storage.filling(tmp_path / "new" / "folder") as new:
        for name in ("b", "a"):
            (new / name).write_text(name)
        assert names(tmp_path / "new" / "folder") == [new.name]
    assert (names(tmp_path / "new" / "folder"), moved) == (["a", "b"], ["a", "b"])


@unit
@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_a_folder_that_was_not_filled_leaves_nothing(tmp_path, error):

    def write_half():
        with storage.filling(tmp_path) as new:
            (new / "half").write_text("half of the n")
            raise error

    with pytest.raises(error):
        write_half()
    assert names(tmp_path) == []


@unit
def test_a_folder_of_which_one_file_cannot_be_moved_leaves_nothing(tmp_path, monkeypatch):
    real = Path.rename

    def held_open(self, target):
        if Path(target).name == "b":
            raise PermissionError(errno.EACCES, "The process cannot access the file", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "rename", held_open)

    def fill():
        with storage.filling(tmp_path) as new:
            for name in ("a", "b", "c"):
                (new / name).write_text(name)

    with pytest.raises(ReportError, match="b could not be replaced"):
        fill()
    assert names(tmp_path) == []


@unit
def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ReportError, match="cannot be written"), storage.filling(tmp_path / "file"):
        raise AssertionError


@unit
def test_a_secret_is_for_its_owner_only_and_never_written_over(tmp_path):
    target = storage.write_secret(tmp_path / "keys" / "secret.pem", b"one")
    assert target.read_bytes() == b"one"
    assert names(target.parent) == ["secret.pem"]
    if os.name == "posix":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with pytest.raises(ReportError, match=r"secret\.pem is there and was left as it was"):
        storage.write_secret(target, b"two")
    assert target.read_bytes() == b"one"
    assert names(target.parent) == ["secret.pem"]
