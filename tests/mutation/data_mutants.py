"""Changes of a JSON data file: every number, switch and choice that decides something, a step each.

Positions within the text are found here, so that a change touches nothing but its own characters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from json.decoder import scanstring
from typing import Any

from tests.mutation.mutant import Edit, Mutant, numbered

SKIPPED = {"schema_version", "licence", "identifiers"}  # decide nothing that is computed
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
_SPACE = re.compile(r"[\s,:]*")
_CODE = re.compile(r"\d+-\d")
_WORDS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A value of the file with its path and its place in the text; lists are leaves besides."""

    path: tuple[str | int, ...]
    value: Any
    start: int
    end: int


def leaves(text: str) -> list[Leaf]:
    """List every value of a JSON text with its place."""
    found: list[Leaf] = []
    _read(text, _skip(text, 0), (), found)
    return found


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _read(text: str, at: int, path: tuple[str | int, ...], found: list[Leaf]) -> int:
    """Read the value that begins at a position; return the position after it."""
    if text[at] in "{[":
        end = _read_parts(text, at, path, found)
        value: Any = json.loads(text[at:end])
    elif text[at] == '"':
        value, end = scanstring(text, at + 1)
    elif number := _NUMBER.match(text, at):
        value, end = json.loads(number.group()), number.end()
    else:
        word = next(word for word in _WORDS if text.startswith(word, at))
        value, end = _WORDS[word], at + len(word)
    found.append(Leaf(path=path, value=value, start=at, end=end))
    return end


def _read_parts(text: str, at: int, path: tuple[str | int, ...], found: list[Leaf]) -> int:
    """Read the members of an object or a list."""
    is_object, closing, index = text[at] == "{", "}" if text[at] == "{" else "]", 0
    at = _skip(text, at + 1)
    while text[at] != closing:
        step: str | int = index
        if is_object:
            step, at = scanstring(text, at + 1)
            at = _skip(text, at)
        at = _skip(text, _read(text, at, (*path, step), found))
        index += 1
    return at + 1


def choices(schema: Any) -> dict[str, list[str]]:
    """Collect the allowed texts of every property of a JSON schema, by the property's name."""
    found: dict[str, list[str]] = {}
    if isinstance(schema, dict):
        for name, rule in schema.get("properties", {}).items():
            texts = [t for t in rule.get("enum", []) if isinstance(t, str)]
            found |= {name: texts} if len(texts) > 1 else {}
        for part in schema.values():
            found = choices(part) | found
    elif isinstance(schema, list):
        for part in schema:
            found = choices(part) | found
    return found


def _step(value: float) -> str:
    """Take a small step; floats stay floats."""
    if isinstance(value, int):
        return str(value + 1)
    return f"{value + (0.01 if abs(value) <= 1 else 1.0):.10g}"


def _changed(leaf: Leaf, allowed: dict[str, list[str]]) -> str | None:
    """Return the text of the changed value; None when the value decides nothing."""
    value, name = leaf.value, next((s for s in reversed(leaf.path) if isinstance(s, str)), "")
    if isinstance(value, bool):
        return json.dumps(not value)
    if isinstance(value, int | float):
        return _step(value)
    if isinstance(value, str) and value in allowed.get(name, []):
        texts = allowed[name]
        return json.dumps(texts[(texts.index(value) + 1) % len(texts)], ensure_ascii=False)
    if isinstance(value, str) and _CODE.fullmatch(value):
        return json.dumps(value[:-1] + str((int(value[-1]) + 1) % 10))
    return None


def _decides(leaf: Leaf) -> bool:
    """Tell whether a value may decide something; sources and free text do not."""
    inside_sources = "evidence" in leaf.path[:-1]
    return not inside_sources and not any(step in SKIPPED for step in leaf.path)


def data_mutants(file: str, content: bytes, allowed: dict[str, list[str]]) -> list[Mutant]:
    """List the changes of one data file; `allowed` comes from `choices`."""
    text = content.decode()
    found = sorted(filter(_decides, leaves(text)), key=lambda leaf: (leaf.start, -leaf.end))
    made: list[Mutant] = []
    for leaf in found:
        changed = _changed(leaf, allowed)
        if changed is not None:
            made.append(_mutant(file, text, leaf, [(leaf.start, leaf.end, changed)]))
        made += _shortened(file, text, leaf, found)
    return numbered([*made, *_moved_edges(file, text, found)])


def _mutant(
    file: str, text: str, leaf: Leaf, edits: list[tuple[int, int, str]], change: str = ""
) -> Mutant:
    before = text[leaf.start : leaf.end]
    return Mutant(
        file=file,
        where="/".join(str(step) for step in leaf.path),
        line=text.count("\n", 0, leaf.start) + 1,
        change=change or f"{before} → {edits[0][2]}",
        edits=tuple(
            Edit(start=len(text[:start].encode()), end=len(text[:end].encode()), text=new)
            for start, end, new in edits
        ),
    )


def _shortened(file: str, text: str, leaf: Leaf, found: list[Leaf]) -> Iterator[Mutant]:
    """Drop the last number of a list, such as an alternative cut-off or an item of a group."""
    if isinstance(leaf.value, list) and leaf.value and isinstance(leaf.value[-1], int):
        parts = [part for part in found if part.path[:-1] == leaf.path]
        start = parts[-2].end if len(parts) > 1 else leaf.start + 1
        yield _mutant(file, text, leaf, [(start, parts[-1].end, "")], "last element dropped")


def _moved_edges(file: str, text: str, found: list[Leaf]) -> Iterator[Mutant]:
    """Move the edge between two bands, so that they still touch."""
    highs = [leaf for leaf in found if _is_edge(leaf, "high")]
    lows = [leaf for leaf in found if _is_edge(leaf, "low")]
    for (upper, _), (_, lower) in pairwise(zip(highs, lows, strict=True)):
        edits = [(leaf.start, leaf.end, _step(leaf.value)) for leaf in (upper, lower)]
        yield _mutant(file, text, upper, edits, f"edge after {upper.value} moved up")


def _is_edge(leaf: Leaf, name: str) -> bool:
    is_number = isinstance(leaf.value, int | float)
    return is_number and len(leaf.path) == 3 and leaf.path[0] == "bands" and leaf.path[2] == name
