"""Write the second corpus anew: ``python -m tests.privacy.second_corpus.make``."""

from __future__ import annotations

import json
from pathlib import Path

from tests.privacy.second_corpus import harmless_codes, harmless_scores, harmless_words, identifiers
from tests.privacy.second_corpus.columns import draw_harmless, draw_identifiers

HERE = Path(__file__).parent


def one_per_line(entries: list[dict[str, object]]) -> bytes:
    """Write a list as JSON with one entry on each line, so that a change shows as one line."""
    lines = (json.dumps(entry, ensure_ascii=False) for entry in entries)
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode("utf-8")


def corpus() -> dict[str, bytes]:
    """Make the bytes of every file, by its path below this folder."""
    harmless = [
        plan for room in (harmless_scores, harmless_codes, harmless_words) for plan in room.plans()
    ]
    return {
        "identifiers.json": one_per_line(draw_identifiers(identifiers.plans())),
        "harmless.json": one_per_line(draw_harmless(harmless)),
    }


def main() -> None:
    """Write every file in its place."""
    for name, content in corpus().items():
        target = HERE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


if __name__ == "__main__":
    main()
