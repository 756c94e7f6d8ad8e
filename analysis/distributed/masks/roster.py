"""The roster: all sites of a network with their public keys. Its digest enters every mask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.distributed.digests import digest
from analysis.distributed.masks.places import require_no_private_key
from analysis.distributed.masks.plain import read_plain, write_plain
from analysis.distributed.masks.public_key import PublicKey, in_groups, public_key_from
from analysis.distributed.masks.site_key import SiteKey
from analysis.errors import DataError

__all__ = ["FEWEST_SITES", "Roster", "read_roster", "write_roster"]

FEWEST_SITES = 3
"""Of two sites each would learn the other's sums by taking its own from the network's."""

_KIND = "ketamine-outcomes roster 1"


@dataclass(frozen=True, kw_only=True)
class Roster:
    """All sites whose sums are added.

    Parameters
    ----------
    sites : iterable of PublicKey
        Three or more; their order does not matter.

    Raises
    ------
    DataError
        When there are fewer, or a name or key is there twice.
    """

    sites: tuple[PublicKey, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "sites", tuple(sorted(self.sites, key=lambda key: key.site)))
        if len(self.sites) < FEWEST_SITES:
            raise DataError(
                f"A roster needs {FEWEST_SITES} sites or more: of two, each could take its own "
                "sums from the network's and read the other's. Find another site."
            )
        _refuse_twice("name", self.names, self.names)
        _refuse_twice("key", [key.exchange.hex() for key in self.sites], self.names)
        _refuse_twice("key", [key.signing.hex() for key in self.sites], self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the sites, sorted."""
        return tuple(key.site for key in self.sites)

    @property
    def sha256(self) -> str:
        """Digest of all names and keys, as 64 hexadecimal digits."""
        return digest({"kind": _KIND, "sites": [key.described for key in self.sites]})

    @property
    def fingerprint(self) -> str:
        """Half of the digest in groups of four: one number that all sites compare by phone."""
        return in_groups(self.sha256)

    def without(self, site: str) -> Roster:
        """Return the roster for a run without a site that dropped out.

        Parameters
        ----------
        site : str
            Its name.

        Returns
        -------
        Roster
            All others; every one of them masks anew by it.

        Raises
        ------
        DataError
            When there is no such site, or fewer than three are left.
        """
        if site not in self.names:
            raise DataError(f"The roster has no such site; it has {', '.join(self.names)}.")
        return Roster(sites=tuple(key for key in self.sites if key.site != site))

    def key_of(self, site: str) -> PublicKey:
        """Return the public key of a site of the roster."""
        return self.sites[self.names.index(site)]

    def name_of(self, key: SiteKey) -> str:
        """Return under which name the roster has the key of a site.

        Parameters
        ----------
        key : SiteKey
            The site's own.

        Returns
        -------
        str
            Its name.

        Raises
        ------
        DataError
            When the roster has no site with this key.
        """
        for listed in self.sites:
            if listed == key.public(listed.site):
                return listed.site
        raise DataError(
            "The private key belongs to no site of this roster. Take the key whose public part "
            "was sent for the roster, or ask for a roster with the new one."
        )


def _refuse_twice(what: str, values: Sequence[str], names: Sequence[str]) -> None:
    """Name the sites that share a name or a key."""
    counts = Counter(values)
    shared = [name for name, value in zip(names, values, strict=True) if counts[value] > 1]
    if shared:
        raise DataError(
            f"Sites of a roster share a {what}: {', '.join(shared)}. Each site is there once, "
            "with a key that it made itself."
        )


def write_roster(roster: Roster, path: Path | str) -> Path:
    """Write a roster as a JSON file, which all sites get.

    Parameters
    ----------
    roster : Roster
        All sites.
    path : path
        The file; not in the folder of a private key.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    DisclosureError
        When a private key lies in the same folder.
    """
    sites = [{**key.described, "fingerprint": key.fingerprint} for key in roster.sites]
    values = {"fingerprint": roster.fingerprint, "sites": sites}
    return write_plain(require_no_private_key(path), _KIND, values)


def read_roster(path: Path | str) -> Roster:
    """Read a roster. All sites compare its fingerprint by another way, such as the phone.

    Parameters
    ----------
    path : path
        What `write_roster` wrote.

    Returns
    -------
    Roster
        All sites.

    Raises
    ------
    DataError
        When the file is no roster, or a fingerprint does not fit.
    """
    file = Path(path)
    values = read_plain(file, _KIND, "the roster of a network")
    listed = values.get("sites")
    keys: Iterable[object] = listed if isinstance(listed, list) else []
    roster = Roster(sites=tuple(public_key_from(each, file.name) for each in keys))
    if values.get("fingerprint") != roster.fingerprint:
        raise DataError(
            f"The fingerprint in {file.name} is not that of its sites: it was changed by hand or "
            "damaged. Ask the coordinator to send the roster again."
        )
    return roster
