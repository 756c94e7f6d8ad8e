"""The commands key and roster: what they write, print and refuse."""

import json

import pytest

from analysis.distributed.masks import read_roster, read_site_key
from tests.cli.test_cli import run

pytestmark = pytest.mark.unit

SITES = ("clinic-a", "clinic-b", "clinic-c")


@pytest.fixture
def made(monkeypatch, capsys, tmp_path):
    """Run the command key at three clinics, each in a folder of its own; return the public keys."""
    public = []
    for site in SITES:
        (tmp_path / site).mkdir()
        monkeypatch.chdir(tmp_path / site)
        code, out, err = run(monkeypatch, capsys, "key", site)
        assert code == 0
        assert "stays here" in err
        public.append(tmp_path / site / "outgoing" / f"{site}.public.json")
        assert json.loads(public[-1].read_text(encoding="utf-8"))["fingerprint"] in out
    monkeypatch.chdir(tmp_path)
    return public


def test_a_roster_lists_the_keys_that_the_sites_made(monkeypatch, capsys, tmp_path, made):
    code, out, _ = run(monkeypatch, capsys, "roster", *map(str, made), "--out", "roster.json")
    assert code == 0
    roster = read_roster(tmp_path / "roster.json")
    assert roster.fingerprint in out
    assert set(roster.names) == set(SITES)
    for site in SITES:
        assert roster.name_of(read_site_key(tmp_path / site / "local/keys" / f"{site}.pem")) == site


def test_a_key_that_is_there_is_kept_and_its_public_part_written_again(
    monkeypatch, capsys, tmp_path, made
):
    monkeypatch.chdir(tmp_path / SITES[0])
    before, sent = made[0].read_bytes(), tmp_path / SITES[0] / "local/keys/clinic-a.pem"
    private = sent.read_bytes()
    made[0].unlink()
    code, _, err = run(monkeypatch, capsys, "key", SITES[0])
    assert (code, made[0].read_bytes(), sent.read_bytes()) == (0, before, private)
    assert "Kept" in err


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["clinic-a", "--keys", "keys"], "local"),
        (["clinic-a", "--out", "local/keys"], "private key"),
        (["../clinic-a"], "leaves the folder"),
    ],
)
def test_places_from_which_a_key_could_leave_are_refused(monkeypatch, capsys, tmp_path, given, why):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "local/keys").mkdir(parents=True)
    (tmp_path / "local/keys/other.pem").write_text("key", encoding="utf-8")
    code, out, err = run(monkeypatch, capsys, "key", *given)
    assert (code, out) == (3, "")
    assert why in err
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["other.pem"]


def test_a_roster_refuses_a_key_that_is_there_twice(monkeypatch, capsys, tmp_path, made):
    code, _, err = run(monkeypatch, capsys, "roster", *map(str, [*made, made[0]]))
    assert code == 3
    assert "share a" in err
    assert not (tmp_path / "roster.json").exists()
