"""Client ids made alike over all files, so that every row knows its patient by a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.formats.building.rows import Rows
from analysis.formats.building.values import labelled_sites
from analysis.formats.faults import fault, row_fault
from analysis.formats.mapping_parts import ClientId, Links, Source
from analysis.formats.reading.cells import Cells
from analysis.formats.reading.sheet import Sheet
from analysis.study import Finding

__all__ = ["Clients", "normal_id", "with_clients"]

Sites = Mapping[str, str | None]

_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?e\+\d+", re.IGNORECASE)
_WHOLE_FLOAT = re.compile(r"(\d+)\.0+")


@dataclass(frozen=True, kw_only=True, eq=False)
class Clients:
    """All patients of an export.

    Parameters
    ----------
    ids : tuple of str
        The id of each patient, by number.
    """

    ids: tuple[str, ...]

    def subject_ids(self, client: npt.NDArray[np.int64]) -> pd.Series:
        """Give each row the id of its patient."""
        return pd.Series(pd.array(list(self.ids), dtype="string").take(client))


def normal_id(text: str, rule: ClientId) -> str:
    """Spell one id as all ids are spelt.

    Parameters
    ----------
    text : str
        An id of a file.
    rule : ClientId
        What the mapping says.

    Returns
    -------
    str
        Without spaces at the ends; ".0" behind a number, which spreadsheets add, is taken off.

    Examples
    --------
    >>> normal_id(" mrn-42.0 ", ClientId(case="upper", width=6, remove=("MRN-",)))
    '000042'
    """
    plain = " ".join(text.split())
    for piece in rule.remove:
        plain = re.sub(re.escape(piece), "", plain, flags=re.IGNORECASE)
    plain = _WHOLE_FLOAT.sub(r"\1", plain) if _WHOLE_FLOAT.fullmatch(plain) else plain
    plain = {"upper": plain.upper(), "lower": plain.lower()}.get(rule.case, plain)
    return plain.zfill(rule.width) if plain.isdecimal() else plain


def with_clients(
    sheets: Mapping[str, Sheet],
    described: Mapping[str, Source],
    rule: ClientId,
    sites: Sites,
    findings: list[Finding],
) -> tuple[dict[str, Rows], Clients]:
    """Give every row of every source the number of its patient.

    Parameters
    ----------
    sheets : mapping of str to Sheet
        Sources that could be read.
    described : mapping of str to Source
        What the mapping says about them.
    rule : ClientId
        How ids are made alike and linked.
    sites : mapping of str to (str or None)
        Codes of clinics by their plain names.
    findings : list of Finding
        What is noticed is added here.

    Returns
    -------
    rows : dict of str to Rows
        Rows with a patient, by source; the others are counted there.
    clients : Clients
        All patients, in the order of their ids.
    """
    linked = _link_table(sheets, described, rule, sites, findings)
    keys = {}
    for name, sheet in sheets.items():
        keys[name] = _ids(sheet, described[name], rule, sites, linked, findings)
    ids = sorted({entry for cells in keys.values() for entry in cells.entries})
    number = {entry: n for n, entry in enumerate(ids)}
    rows = {}
    for name, sheet in sheets.items():
        cells = keys[name]
        codes = np.array([*(number[entry] for entry in cells.entries), -1], dtype=np.int64)
        all_rows = Rows(
            source=described[name], sheet=sheet, client=codes[cells.codes], findings=findings
        )
        rows[name] = all_rows.keep(all_rows.client >= 0, "no client id")
    return rows, Clients(ids=tuple(ids))


def _ids(
    sheet: Sheet,
    source: Source,
    rule: ClientId,
    sites: Sites,
    linked: Mapping[tuple[str, str], str] | None,
    findings: list[Finding],
) -> Cells:
    """Take the ids of a source, spelt alike and linked."""
    found = sheet.cells(source.client_id)
    empty = Cells(codes=np.full(len(sheet), -1, dtype=np.int64), entries=())
    raw = empty if found is None else found
    path = f"{source.path}.client_id"
    damaged = raw.flags(np.array([bool(_SCIENTIFIC.fullmatch(e)) for e in raw.entries], dtype=bool))
    what = "Ids stand as powers of ten: a spreadsheet program has cut off their digits."
    remedy = "Export the column as text."
    findings += row_fault(
        "FMT-041", source.name, what, remedy, column=path, lines=sheet.lines, broken=damaged
    )
    if found is not None:
        what = "Rows have no client id and were left out."
        remedy = "Look whether they belong to a patient."
        findings += row_fault(
            "FMT-040",
            source.name,
            what,
            remedy,
            column=path,
            lines=sheet.lines,
            broken=~raw.filled,
            severity="warning",
        )
    local = raw.recoded(lambda text: normal_id(text, rule))
    if linked is None or rule.links is None or source.name == rule.links.source:
        return local
    return _linked(sheet, source, local, rule.links, sites, linked, findings)


def _sites_of(sheet: Sheet, source: Source, sites: Sites, findings: list[Finding]) -> Cells:
    """Name the clinic that gave the ids of each row; empty where nothing is said."""
    rows = Rows(
        source=source, sheet=sheet, client=np.zeros(len(sheet), dtype=np.int64), findings=findings
    )
    if source.site is None:
        return Cells(codes=np.zeros(len(sheet), dtype=np.int64), entries=("",))
    return labelled_sites(rows, source.site, sites)


def _link_table(
    sheets: Mapping[str, Sheet],
    described: Mapping[str, Source],
    rule: ClientId,
    sites: Sites,
    findings: list[Finding],
) -> dict[tuple[str, str], str] | None:
    """Read which patient an id of a clinic means; None without such a table."""
    links = rule.links
    if links is None or links.source not in sheets:
        return None
    sheet, source = sheets[links.source], described[links.source]
    local, patient = sheet.cells(links.local), sheet.cells(links.patient)
    if local is None or patient is None:
        return None
    where = Source(**{**vars(source), "site": links.site})
    table = pd.DataFrame(
        {
            "site": _sites_of(sheet, where, sites, findings).text(),
            "local": local.recoded(lambda text: normal_id(text, rule)).text(),
            "patient": patient.recoded(lambda text: normal_id(text, ClientId())).text(),
        }
    )
    known = table.dropna().drop_duplicates()
    twice = known.duplicated(["site", "local"], keep=False)
    if twice.any():
        what = "Ids of one clinic are linked to more than one patient."
        remedy = "Correct the table of links, or name the column of the clinic in links.site."
        count = int(twice.sum())
        findings.append(
            fault("FMT-042", links.source, what, remedy, column=links.path, count=count)
        )
    pairs = zip(known["site"], known["local"], known["patient"], strict=True)
    return {(site, own): person for site, own, person in pairs}


def _linked(
    sheet: Sheet,
    source: Source,
    local: Cells,
    links: Links,
    sites: Sites,
    linked: Mapping[tuple[str, str], str],
    findings: list[Finding],
) -> Cells:
    """Replace ids of a clinic by those of the patients."""
    at = _sites_of(sheet, source, sites, findings)
    pair = np.where(
        (local.codes >= 0) & (at.codes >= 0), local.codes * len(at.entries) + at.codes, -1
    )
    codes, pairs = pd.factorize(pair)
    people: list[str | None] = []
    unknown = np.zeros(len(pairs), dtype=bool)
    for n, both in enumerate(pairs):  # over different ids, not rows
        if both < 0:
            people.append(None)
            continue
        own, site = local.entries[both // len(at.entries)], at.entries[both % len(at.entries)]
        person = linked.get((site, own), linked.get(("", own)))
        unknown[n] = person is None
        # with its clinic in front, so that the same number of two clinics stays two patients
        kept = f"{site}-{own}" if site else own
        people.append(kept if person is None and links.unlinked != "drop" else person)
    missing = unknown[codes]
    what = "Rows have a client id that the table of links lacks."
    remedy = 'Complete the table, or set "unlinked" to "keep" (own patients) or "drop".'
    if links.unlinked == "keep":
        remedy = "They were kept as patients of their own. Look whether so many have one id only."
    findings += row_fault(
        "FMT-042",
        source.name,
        what,
        remedy,
        column=links.path,
        lines=sheet.lines,
        broken=missing,
        severity="error" if links.unlinked == "refuse" else "warning",
    )
    found = Cells.of(people)
    return Cells(codes=found.codes[codes], entries=found.entries)
