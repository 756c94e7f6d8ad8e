"""A network whose private keys are the same in every run, so that what looks random repeats."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from scipy import stats

from analysis.distributed.masks import Layout, Roster, RoundTerms, SiteKey, mask, unmask

SPEC = hashlib.sha256(b"analysis").hexdigest()


def site_key(path: Path, seed: str) -> SiteKey:
    """A key from a seed; never do this with keys that are meant to keep a secret."""
    return SiteKey(
        path=path,
        exchange=X25519PrivateKey.from_private_bytes(hashlib.sha256(f"x{seed}".encode()).digest()),
        signing=Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"e{seed}".encode()).digest()),
    )


@dataclass
class Network:
    """Sites with keys and one array each, and what they agreed on."""

    keys: dict[str, SiteKey]
    roster: Roster
    terms: RoundTerms

    def masked(self, arrays, sites=None):
        """Messages of the sites with their arrays."""
        return [
            mask({"a": arrays[site]}, self.terms, roster=self.roster, key=self.keys[site])
            for site in sites or self.keys
        ]

    def total(self, messages):
        """The network's sum."""
        return unmask(messages, self.terms, roster=self.roster).arrays["a"]


def network(folder, n_sites=4, size=6, **terms):
    """Make sites clinic-01 and so on."""
    names = [f"clinic-{number:02d}" for number in range(1, n_sites + 1)]
    keys = {name: site_key(folder / "local" / f"{name}.pem", name) for name in names}
    return Network(
        keys=keys,
        roster=Roster(sites=tuple(key.public(name) for name, key in keys.items())),
        terms=RoundTerms(
            **{"name": "r1", "spec_sha": SPEC, "layout": Layout(shapes={"a": (size,)}), **terms}
        ),
    )


def integer(limbs):
    """The whole number that two limbs stand for, by Python's own integers."""
    value = (int(limbs[0]) << 64) | int(limbs[1])
    return value - (1 << 128) if value >> 127 else value


def looks_uniform(limbs):
    """Tell whether bytes are equally frequent at each of the 16 places of a number."""
    places = np.ascontiguousarray(limbs.T).view(np.uint8).reshape(-1, 16)
    counts = [np.bincount(places[:, place], minlength=256) for place in range(16)]
    statistic = sum(stats.chisquare(each).statistic for each in counts)
    return stats.chi2.sf(statistic, 16 * 255) > 1e-4
