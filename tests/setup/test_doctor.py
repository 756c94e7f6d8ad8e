"""What `run.py doctor` says about a machine before anything is installed."""

from __future__ import annotations

import tomllib
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

import run

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("version", [(3, 11), (3, 14)])
def test_supported_pythons(version: tuple[int, int]) -> None:
    assert run.check_python(version, bits=64).level == "ok"


@pytest.mark.parametrize(
    ("version", "details"),
    [
        ((3, 10), {}),
        ((3, 15), {}),
        ((4, 0), {}),
        ((3, 12), {"bits": 32}),
        ((3, 12), {"implementation": "PyPy"}),
        ((3, 13), {"threads": True}),
    ],
)
def test_other_pythons_stop_the_set_up(
    version: tuple[int, int], details: dict[str, object]
) -> None:
    finding = run.check_python(version, **{"bits": 64, **details})
    assert finding.level == "STOP"
    assert "64-bit Python 3.11 to 3.14" in finding.remedy


def test_range_of_pythons_is_that_of_the_project() -> None:
    text = (run.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (low, high), next_minor = (run.OLDEST, run.NEWEST), run.NEWEST[1] + 1
    wanted = f">={low[0]}.{low[1]},<{high[0]}.{next_minor}"
    assert tomllib.loads(text)["project"]["requires-python"] == wanted


def test_debian_without_venv() -> None:
    finding = run.check_venv(lambda name: name != "ensurepip")
    assert finding.level == "STOP"
    assert "python3-venv" in finding.remedy
    assert run.check_venv(bool).level == "ok"


def test_write_access(tmp_path: Path) -> None:
    assert run.check_write(tmp_path).level == "ok"
    assert run.check_write(tmp_path / "missing").level == "STOP"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("os_name", "length", "long_paths", "level"),
    [
        ("nt", 82, False, "ok"),
        ("nt", 83, False, "STOP"),
        ("nt", 83, True, "ok"),
        ("posix", 200, False, "ok"),
    ],
)
def test_windows_limits_paths(os_name: str, length: int, long_paths: bool, level: str) -> None:
    finding = run.check_path("x" * length, os_name, long_paths=long_paths)
    assert finding.level == level


def test_deepest_installed_file_is_within_the_allowance() -> None:
    site = Path(pytest.__file__).parents[1]
    deepest = max(len(str(path.relative_to(site))) for path in site.rglob("*"))
    assert len("Lib\\site-packages\\") + deepest <= run.LONGEST_PATH


@pytest.mark.parametrize(
    "root",
    [
        PureWindowsPath(r"C:\Users\x\OneDrive - County Hospital\ko"),
        PureWindowsPath(r"C:\Users\x\Box\ko"),
        PureWindowsPath(r"G:\My Drive\ko"),
        PurePosixPath("/Users/x/Library/Mobile Documents/com~apple~CloudDocs/ko"),
        PurePosixPath("/Users/x/Library/CloudStorage/Box-Box/ko"),
        PurePosixPath("/home/x/Dropbox (Clinic)/ko"),
    ],
)
def test_cloud_folders_are_noticed(root: Path) -> None:
    finding = run.check_cloud(root)
    assert finding.level == "note"
    assert "local/" in finding.remedy


@pytest.mark.parametrize("root", ["/home/x/boxes/ko", "/srv/inbox/ko", "/Users/x/Documents/ko"])
def test_other_folders_are_not(root: str) -> None:
    assert run.check_cloud(PurePosixPath(root)).level == "ok"


def test_disk() -> None:
    assert run.check_disk(run.SIZE_MB).level == "ok"
    assert run.check_disk(run.SIZE_MB - 1).level == "STOP"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://jane:s3cret@proxy.example:8080", "proxy.example:8080"),
        ("jane:s3cret@proxy.example:8080", "proxy.example:8080"),
        ("http://jane:s3/cr@t@proxy.example:8080", "proxy.example:8080"),
        ("http://proxy.example:8080", "proxy.example:8080"),
    ],
)
def test_proxy_is_shown_without_its_password(address: str, shown: str) -> None:
    text = run.check_proxy({"https_proxy": address}).text
    assert text == f"Proxy: {shown} (from https_proxy)"


def test_no_proxy() -> None:
    assert run.check_proxy({}).text == "Proxy: none set"


def test_certificate_files_must_exist(tmp_path: Path) -> None:
    there = tmp_path / "ca.pem"
    there.touch()
    assert run.check_certificates({"SSL_CERT_FILE": str(there)}, []).level == "ok"
    lost = run.check_certificates({"PIP_CERT": str(tmp_path / "lost.pem")}, [])
    assert lost.level == "STOP"
    assert "PIP_CERT" in lost.text


def test_certificate_in_the_configuration_of_pip(tmp_path: Path) -> None:
    config = tmp_path / "pip.ini"
    config.write_text("[global]\ncert = /nowhere/ca.pem\n", encoding="utf-8")
    broken = tmp_path / "broken.ini"
    broken.write_bytes(b"\xff\xfe no section")
    finding = run.check_certificates({}, [tmp_path / "absent", broken, config])
    assert finding.level == "STOP"
    assert "pip.ini" in finding.text


def test_this_machine_can_run_the_suite() -> None:
    assert "STOP" not in {finding.level for finding in run.examine()}
