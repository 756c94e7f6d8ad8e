"""Which column of each file holds the client id: by its header and by the ids it shares."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from analysis.formats.building.clients import normal_id
from analysis.formats.drafting.looks import Look, Profile
from analysis.formats.mapping_parts import ClientId

__all__ = ["client_columns", "id_rule"]

_PERSON = re.compile(
    r"(?:^|[^a-z])(?:patient|client|chart|record|subject|participant|person|mrn|pat|pid|study)"
    r"(?:[^a-z]|$)"
)
_NUMBER = re.compile(r"(?:^|[^a-z])(?:id|no|nr|number|code|key|mrn|pid)(?:[^a-z]|$)|#")
_LOOSE = ClientId(case="upper", width=12)
_MOST_IDS = 200_000


def client_columns(looks: Mapping[str, Look]) -> dict[str, tuple[str, str]]:
    """Choose the column of the client id of every source.

    Parameters
    ----------
    looks : mapping of str to Look
        Files by the names of their sources.

    Returns
    -------
    dict of str to (str, str)
        Header and reason; "?" where nothing fits, or two columns fit alike.
    """
    sets = {
        name: {profile.header: _ids(profile) for profile in look.columns if _may_be(profile)}
        for name, look in looks.items()
    }
    return {name: _best(name, looks[name], sets) for name in looks}


def _may_be(profile: Profile) -> bool:
    """Tell whether a column could hold ids: neither dates nor long texts nor broken numbers."""
    entries = profile.cells.entries
    return (
        not profile.is_date
        and len(entries) > 1
        and len(entries) <= _MOST_IDS
        and max(map(len, entries)) <= 40
        and not (profile.is_number and "." in "".join(entries[:1000]).replace(".0", ""))
    )


def _ids(profile: Profile) -> frozenset[str]:
    """Spell the ids of a column so loosely that other spellings of them are met."""
    return frozenset(normal_id(entry, _LOOSE) for entry in profile.cells.entries)


def _header_points(profile: Profile) -> int:
    """Count what the header says for its being the client id."""
    person, number = _PERSON.search(profile.spelt), _NUMBER.search(profile.spelt)
    return 2 * bool(person) + 2 * bool(number)


def _best(
    name: str, look: Look, sets: Mapping[str, Mapping[str, frozenset[str]]]
) -> tuple[str, str]:
    """Choose the column of one source by header and by overlap with the other sources."""
    scored = []
    for profile in look.columns:
        own = sets[name].get(profile.header)
        if own is None:
            continue
        points, share = _header_points(profile), _overlap(name, own, sets)
        if points:
            scored.append((points + 3 * share, profile.header, share))
    scored.sort(key=lambda row: -row[0])
    if not scored or (len(scored) > 1 and scored[0][0] == scored[1][0]):
        fit = "Two columns fit alike" if scored else "No header looks like a client id"
        return "?", f"{fit}: write the header of the client id."
    _, header, share = scored[0]
    return header, f"By its header; {share:.0%} of its values stand in another file too."


def _overlap(
    name: str, own: frozenset[str], sets: Mapping[str, Mapping[str, frozenset[str]]]
) -> float:
    """Say which share of the ids stands in the best column of another source."""
    shares = [
        len(own & other) / max(len(own), 1)
        for source, columns in sets.items()
        if source != name
        for other in columns.values()
    ]
    return max(shares, default=0.0)


def id_rule(columns: Sequence[Profile]) -> dict[str, object]:
    """Propose how ids are made alike, from the columns of all sources.

    Parameters
    ----------
    columns : sequence of Profile
        The columns of the client ids.

    Returns
    -------
    dict
        The section ``client_id`` of the mapping, with its reason.
    """
    digits = [
        {len(e) for e in map(str.strip, profile.cells.entries) if e.isdecimal()}
        for profile in columns
    ]
    leading = any(
        e.strip().startswith("0") and e.strip().isdecimal()
        for p in columns
        for e in p.cells.entries
    )
    letters = {e for p in columns for e in p.cells.entries if e.upper() != e.lower()}
    mixed = len({e.upper() for e in letters}) < len(letters)
    rule: dict[str, object] = {}
    reasons = []
    if leading and len(set().union(*digits)) > 1:
        rule["width"] = max(set().union(*digits))
        reasons.append("Leading zeros stand in some files and not in others.")
    if mixed:
        rule["case"] = "upper"
        reasons.append("The same ids stand in small and in capital letters.")
    return {**rule, "note": " ".join(reasons) or "Ids are spelt alike in all files."}
