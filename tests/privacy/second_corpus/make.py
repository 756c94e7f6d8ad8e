"""Write the second corpus anew: ``python -m tests.privacy.second_corpus.make``."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tests.privacy.second_corpus import (
    clean_notebooks,
    clean_tables,
    clean_texts,
    harmless_codes,
    harmless_scores,
    harmless_words,
    identifiers,
    leaky_notebooks,
    leaky_office,
    leaky_pictures,
    leaky_sources,
    leaky_texts,
)
from tests.privacy.second_corpus.columns import draw_harmless, draw_identifiers
from tests.privacy.second_corpus.outputs import Output

HERE = Path(__file__).parent


def one_per_line(entries: list[dict[str, object]]) -> bytes:
    """Write a list as JSON with one entry on each line, so that a change shows as one line."""
    lines = (json.dumps(entry, ensure_ascii=False) for entry in entries)
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode("utf-8")


def leaky_outputs() -> list[Output]:
    """Make every file that leaks."""
    rooms = (leaky_notebooks, leaky_sources, leaky_office, leaky_texts, leaky_pictures)
    return [output for room in rooms for output in room.files()]


def clean_outputs() -> list[Output]:
    """Make every file that may be shared."""
    rooms = (clean_notebooks, clean_tables, clean_texts)
    return [output for room in rooms for output in room.files()]


def described(outputs: list[Output]) -> list[dict[str, object]]:
    """List files with what a reviewer finds in them; nothing for a clean one."""
    return [
        {"file": output.path}
        | ({"kinds": output.kinds, "elements": output.elements} if output.kinds else {})
        | {"why": output.why}
        for output in outputs
    ]


def corpus() -> dict[str, bytes]:
    """Make the bytes of every file, by its path below this folder."""
    rooms = (harmless_scores, harmless_codes, harmless_words)
    harmless = [plan for room in rooms for plan in room.plans()]
    leaky, shared = leaky_outputs(), clean_outputs()
    return (
        {
            "identifiers.json": one_per_line(draw_identifiers(identifiers.plans())),
            "harmless.json": one_per_line(draw_harmless(harmless)),
            "leaky_outputs.json": one_per_line(described(leaky)),
            "clean_outputs.json": one_per_line(described(shared)),
        }
        | {f"leaky_outputs/{output.path}": output.content for output in leaky}
        | {f"clean_outputs/{output.path}": output.content for output in shared}
    )


def digest(files: dict[str, bytes]) -> str:
    """Hash paths and bytes of files, in the order of their paths."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(name.encode() + b"\x00" + hashlib.sha256(files[name]).digest())
    return total.hexdigest()


def main() -> None:
    """Write every file in its place."""
    for name, content in corpus().items():
        target = HERE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


if __name__ == "__main__":
    main()
