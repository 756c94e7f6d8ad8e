"""A network that makes its bundles, writes them, pools what was read, and asks again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from analysis.distributed import (
    Pooled,
    Specification,
    make_bundle,
    pool,
    read_ask,
    read_specification,
    write_ask,
    write_bundle,
)
from analysis.distributed.bundles import bundle as of_sites
from analysis.distributed.bundles import event_rows, rows
from analysis.distributed.masks import Roster, SiteKey, make_site_key

SITES = tuple(f"clinic-{letter}" for letter in "abcdefgh")
REGIMENS = 'levels.regimen = ["ketamine IM", "ketamine IV"]\n'
MIXED = 'instrument = "PHQ-9"\nvisits = ["week 1", "week 2", "week 4"]\ngaps = "cut"\n' + REGIMENS
LOSS = 'endpoint = "loss of response"\ninstrument = "PHQ-9"\nvisit = "week 4"\n' + REGIMENS
ANALYSES = {
    "course": f'model = "mmrm"\nformula = "change ~ regimen * visit + baseline"\n{MIXED}',
    "slope": 'model = "lmm"\nformula = "change ~ regimen * nominal_day + baseline"\n'
    f'random = "1 + nominal_day"\n{MIXED}',
    "still in response": f'model = "kaplan-meier"\nby = "regimen"\n{LOSS}',
    "regimens": f'model = "logrank"\nby = "regimen"\n{LOSS}',
    "remission or dropout": 'model = "cumulative-incidence"\nendpoint = "remission"\n'
    'instrument = "PHQ-9"\n',
    "hazard": f'model = "cox"\nformula = "regimen + sex"\n{LOSS}levels.sex = ["female", "male"]\n',
    "response": 'model = "response"\ninstrument = "PHQ-9"\nvisit = "week 4"\n',
    "adverse events": 'model = "adverse-events"\n',
}
"""One analysis of every kind."""


def two_sites(study: Any) -> Any:
    """Return the network as two large sites, whose counts are less often small."""
    large = {site: "north" if site < "clinic-e" else "south" for site in SITES}
    tables = {
        name: frame.assign(site_id=frame["site_id"].astype(str).map(large))
        if "site_id" in frame
        else frame
        for name, frame in study.tables.items()
    }
    return replace(study, sites=("north", "south"), tables=tables)


def without(study: Any, patients: Any) -> Any:
    """Return a study as it was before some patients came."""
    tables = {n: f[~f["subject_id"].isin(patients)] for n, f in study.tables.items()}
    return replace(study, tables=tables)


def agreement(
    folder: Path,
    mode: str,
    *,
    names: Any = tuple(ANALYSES),
    sites: tuple[str, ...] = SITES,
    threshold: int = 11,
    change: tuple[str, str] = ("", ""),
) -> Specification:
    """Agree on some of the analyses, one text in them exchanged."""
    text = f'[network]\nsites = {list(sites)}\nmode = "{mode}"\nthreshold = {threshold}\n'
    text += 'agreement = "of the synthetic network"\n'
    for name in names:
        text += f'\n[analyses."{name}"]\n{ANALYSES[name]}'
    assert change[0] in text
    file = folder / f"{mode}.toml"
    file.write_text(text.replace(*change) if change[0] else text, encoding="utf-8")
    return read_specification(file)


@dataclass(frozen=True, kw_only=True)
class Network:
    """What a network has after all rounds."""

    specification: Specification
    roster: Roster | None
    keys: dict[str, SiteKey]
    rounds: list[list[Path]]
    asks: list[Path]
    pooled: Pooled

    @property
    def files(self) -> list[Path]:
        """Bundles of all rounds."""
        return [file for files in self.rounds for file in files]


def keys_of(folder: Path, sites: tuple[str, ...]) -> tuple[Roster, dict[str, SiteKey]]:
    """Make a key per site and list them."""
    keys = {site: make_site_key(folder / "local" / "keys" / f"{site}.pem") for site in sites}
    return Roster(sites=tuple(key.public(site) for site, key in keys.items())), keys


def through_files(study: Any, specification: Specification, folder: Path) -> Network:
    """Run all rounds, every bundle and every question through a file."""
    roster, keys = (
        keys_of(folder, specification.sites) if specification.mode == "masked" else (None, {})
    )
    rounds: list[list[Path]] = []
    asks: list[Path] = []
    while True:
        ask = read_ask(asks[-1]) if asks else None
        made = [
            make_bundle(study, specification, site=s, ask=ask, roster=roster, key=keys.get(s))
            for s in specification.sites
        ]
        rounds.append([write_bundle(bundle, folder / "local" / "out")[0] for bundle in made])
        pooled = pool([file for files in rounds for file in files], roster=roster)
        if pooled.ask is None:
            break
        asks.append(write_ask(pooled.ask, folder / f"round-{pooled.ask.round}.json"))
        assert len(asks) < 9, "a Cox regression that does not end"
    return Network(
        specification=specification, roster=roster, keys=keys, rounds=rounds, asks=asks,
        pooled=pooled,
    )  # fmt: skip


@contextmanager
def derived_once() -> Iterator[None]:
    """Derive the rows of a site once: neither the mode nor the round changes them."""
    derive, select = event_rows.EventRows._table, of_sites.select_patients
    kept: dict[Any, Any] = {}

    def table(self: Any, study: Any) -> Any:
        known = (id(study), self.endpoint, self.visit, self.competing)
        if known not in kept:
            kept[known] = study, derive(self, study)
        return kept[known][1]

    def once(call: Callable[..., Any]) -> Callable[..., Any]:
        held: dict[Any, Any] = {}

        def given(study: Any, *names: Any, **rules: Any) -> Any:
            known = (id(study), names, tuple(rules.items()))
            if known not in held:
                held[known] = study, call(study, *names, **rules)  # else another has its id
            return held[known][1]

        return given

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_sites, "select_patients", once(select))
        patch.setattr(event_rows.EventRows, "_table", table)
        patch.setattr(rows, "visit_outcomes", once(rows.visit_outcomes))
        yield
