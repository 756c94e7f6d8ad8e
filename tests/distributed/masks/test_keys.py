"""Key files and rosters: where they may lie, what they say, and what is refused."""

import copy
import hashlib
import json
import os
import pickle
import stat

import pytest

from analysis.distributed.masks import (
    PublicKey,
    Roster,
    make_site_key,
    mask,
    read_public_key,
    read_roster,
    read_site_key,
    require_no_private_key,
    write_public_key,
    write_roster,
)
from analysis.errors import DataError, DisclosureError, ReportError
from tests.distributed.masks.network import network

pytestmark = pytest.mark.unit


@pytest.fixture
def made(tmp_path):
    """A private key in the local zone."""
    return make_site_key(tmp_path / "local" / "keys" / "clinic-1.pem")


def test_a_private_key_is_read_back_and_is_for_its_owner(made):
    again = read_site_key(made.path)
    assert again.public("a") == made.public("a")
    assert made.path.read_bytes().count(b"-----BEGIN PRIVATE KEY-----") == 2
    made.path.write_bytes(made.path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_site_key(made.path).public("a") == made.public("a")
    if os.name == "posix":
        assert stat.S_IMODE(made.path.stat().st_mode) == 0o600


def test_two_keys_are_never_the_same(made, tmp_path):
    other = make_site_key(made.path.with_name("clinic-2.pem"))
    assert other.public("a").exchange != made.public("a").exchange
    assert other.public("a").signing != made.public("a").signing


def test_a_private_key_is_never_written_over(made):
    before = made.path.read_bytes()
    with pytest.raises(ReportError, match=r"clinic-1\.pem is there"):
        make_site_key(made.path)
    assert made.path.read_bytes() == before


def test_a_private_key_stays_in_the_local_zone(tmp_path):
    with pytest.raises(DisclosureError, match="below a folder named local"):
        make_site_key(tmp_path / "outputs" / "clinic-1.pem")
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize("name", ["bundle.json", "bundle.npz", "roster.json", "x.csv"])
def test_a_private_key_lies_apart_from_what_is_sent(tmp_path, name):
    folder = tmp_path / "local" / "bundle"
    folder.mkdir(parents=True)
    (folder / name).write_text("")
    with pytest.raises(DisclosureError, match="holds nothing but keys"):
        make_site_key(folder / "clinic-1.pem")
    assert [path.name for path in folder.iterdir()] == [name]


def test_a_private_key_has_the_ending_by_which_it_is_known(tmp_path):
    with pytest.raises(DisclosureError, match=r"ending in \.pem"):
        make_site_key(tmp_path / "local" / "clinic-1.key")


def test_what_is_sent_is_not_written_beside_a_private_key(made, tmp_path):
    roster = network(tmp_path).roster
    beside = made.path.with_name("sent.json")
    for write in (
        lambda: write_public_key(made.public("clinic-1"), beside),
        lambda: write_roster(roster, beside),
        lambda: require_no_private_key(beside),
    ):
        with pytest.raises(DisclosureError, match="must not lie beside a private key"):
            write()
    assert not beside.exists()
    assert require_no_private_key(tmp_path / "new" / "x") == tmp_path / "new" / "x"


@pytest.mark.parametrize("content", ["", "no key", "one key only", "other order", "other kind"])
def test_a_file_that_is_no_private_key_says_so_and_nothing_else(made, content):
    one, two, _ = made.path.read_bytes().split(b"-----END PRIVATE KEY-----\n")
    end = b"-----END PRIVATE KEY-----\n"
    texts = {
        "one key only": one + end,
        "other order": two + end + one + end,
        "other kind": one.replace(b"MC4", b"MC5") + end + two + end,
    }
    made.path.write_bytes(texts.get(content, content.encode()))
    with pytest.raises(DataError) as refused:
        read_site_key(made.path)
    assert str(refused.value).startswith("clinic-1.pem is no private key of a site.")
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None or refused.value.__suppress_context__


def test_a_private_key_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"clinic-1\.pem is no private key"):
        read_site_key(tmp_path / "clinic-1.pem")


def test_a_private_key_does_not_show_itself_and_cannot_be_pickled(made):
    assert repr(made) == "SiteKey()"
    with pytest.raises(TypeError):
        pickle.dumps(made)


def test_a_public_key_is_a_small_file_with_a_fingerprint(made, tmp_path):
    key = made.public("clinic-1")
    path = write_public_key(key, tmp_path / "clinic-1.public.json")
    text = json.loads(path.read_text())
    assert set(text) == {"kind", "site", "exchange", "signing", "fingerprint"}
    canonical = json.dumps(
        {"exchange": key.exchange.hex(), "signing": key.signing.hex(), "site": "clinic-1"},
        separators=(",", ":"),
    )
    groups = text["fingerprint"].split(" ")
    assert [len(group) for group in groups] == [4] * 8
    assert hashlib.sha256(canonical.encode()).hexdigest().startswith("".join(groups))
    assert read_public_key(path) == key


def changed_files(text):
    """The content of a file of keys with each of its parts changed."""
    yield "[]"
    yield text[:-20]
    values = json.loads(text)
    for name in values:
        yield json.dumps({key: value for key, value in values.items() if key != name})
        yield json.dumps({**values, name: 5})
        if isinstance(values[name], str):
            yield json.dumps({**values, name: values[name][:-1] + "0"})
            yield json.dumps({**values, name: values[name][:-1] + "1"})


def test_a_public_key_that_was_changed_is_refused(made, tmp_path):
    path = write_public_key(made.public("clinic-x"), tmp_path / "key.json")
    text = path.read_text()
    same = 0
    for changed in changed_files(text):
        path.write_text(changed)
        if json.dumps(json.loads(text)) == changed:
            same += 1  # the last digit was the one that it was changed to
            continue
        with pytest.raises(DataError, match=r"key\.json"):
            read_public_key(path)
    assert same <= 3


@pytest.mark.parametrize("name", ["", " a", "a ", "x" * 65, "Zu\u0308rich", "a\u202eb", "a\n"])
def test_a_site_has_a_name_that_cannot_be_misread(made, name):
    with pytest.raises(DataError, match="name of a site"):
        made.public(name)


def test_a_site_may_be_called_as_people_call_it(made, tmp_path):
    key = made.public("Klinik Zürich (Süd) 診療所")
    assert read_public_key(write_public_key(key, tmp_path / "key.json")) == key


def test_keys_have_32_bytes(made):
    key = made.public("a")
    for exchange, signing in ((key.exchange[:-1], key.signing), (key.exchange, b"")):
        with pytest.raises(DataError, match="32 bytes each"):
            PublicKey(site="a", exchange=exchange, signing=signing)


def test_a_roster_is_read_back_whatever_the_order_of_its_sites(tmp_path):
    roster = network(tmp_path).roster
    turned = Roster(sites=roster.sites[::-1])
    assert turned == roster
    assert turned.sha256 == roster.sha256
    again = read_roster(write_roster(roster, tmp_path / "roster.json"))
    assert again == roster
    assert again.fingerprint.replace(" ", "") == roster.sha256[:32]


def test_a_roster_that_was_changed_is_refused(tmp_path):
    net = network(tmp_path)
    path = write_roster(net.roster, tmp_path / "roster.json")
    values = json.loads(path.read_text())
    fewer = {**values, "sites": values["sites"][1:]}
    other = json.loads(write_roster(network(tmp_path, 5).roster, path).read_text())
    exchanged = copy.deepcopy(values)
    first, second, *_ = exchanged["sites"]
    first["exchange"], second["exchange"] = second["exchange"], first["exchange"]
    strange = [{**values, "sites": 3}, {**values, "sites": [3, 4, 5]}, {**values, "kind": "x"}]
    for bad in (fewer, {**other, "fingerprint": values["fingerprint"]}, exchanged, *strange):
        path.write_text(json.dumps(bad))
        with pytest.raises(DataError):
            read_roster(path)
    path.write_text(json.dumps(values))
    assert read_roster(path) == net.roster


def test_a_roster_of_two_is_refused(tmp_path):
    roster = network(tmp_path, 3).roster
    with pytest.raises(DataError, match="needs 3 sites or more"):
        roster.without("clinic-01")
    with pytest.raises(DataError, match="no such site; it has clinic-01, clinic-02, clinic-03"):
        roster.without("clinic-9")


def test_a_site_is_in_a_roster_once(tmp_path):
    one, two, three, four = network(tmp_path).roster.sites
    twin = PublicKey(site="clinic-09", exchange=one.exchange, signing=four.signing)
    signs = PublicKey(site="clinic-09", exchange=four.exchange, signing=two.signing)
    with pytest.raises(DataError, match="share a name: clinic-01, clinic-01"):
        Roster(sites=(one, two, three, one))
    with pytest.raises(DataError, match="share a key: clinic-01, clinic-09"):
        Roster(sites=(one, two, three, twin))
    with pytest.raises(DataError, match="share a key: clinic-02, clinic-09"):
        Roster(sites=(one, two, three, signs))


def test_a_key_outside_the_roster_masks_nothing(tmp_path, made):
    net = network(tmp_path)
    with pytest.raises(DataError, match="private key belongs to no site of this roster"):
        mask({"a": [0.0] * 6}, net.terms, roster=net.roster, key=made)
    assert not list(made.path.parent.glob("*.json"))
