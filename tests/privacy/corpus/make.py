"""Writes the binary files of the corpus: python -m tests.privacy.corpus.make."""

from __future__ import annotations

from pathlib import Path

from tests.privacy.corpus import picture_files, sheet_files, word_files

HERE = Path(__file__).parent


def binary_files() -> dict[str, bytes]:
    """Content of each binary file by its path in the folder of the corpus."""
    sources = (word_files, sheet_files, picture_files)
    leaky = {f"leaky_outputs/{k}": v for source in sources for k, v in source.LEAKY.items()}
    clean = {f"clean_outputs/{k}": v for source in sources for k, v in source.CLEAN.items()}
    return {**leaky, **clean}


def main() -> None:
    for name, content in binary_files().items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
