"""The Markdown pages of the documentation, and what is in them that can be tried."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOP = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
FENCE = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
PROGRAM = re.compile(
    r"(?:python3 run\.py|py run\.py|run\.py|python -m analysis|ketamine-outcomes) "
)


def name_of(path: Path) -> str:
    """Name a page as a reader of the test output would look for it."""
    return path.relative_to(ROOT).as_posix()


def read(path: Path) -> str:
    """Read a page."""
    return path.read_text(encoding="utf-8")


def blocks(text: str, *languages: str) -> list[str]:
    """Return the fenced blocks in some languages."""
    return [body for language, body in FENCE.findall(text) if language in languages]


def prose(text: str) -> str:
    """Return a page without its fenced blocks."""
    return FENCE.sub("", text)


def commands(text: str) -> list[str]:
    """Return every call of the program, from blocks and from code within sentences."""
    lines = [
        line for block in blocks(text, "", "sh", "bash", "powershell") for line in joined(block)
    ]
    lines += [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose(text))]
    return [line for line in lines if PROGRAM.match(line)]


def joined(block: str) -> list[str]:
    """Split a block into its commands; a line that ends in a backslash goes on in the next."""
    return [line.strip() for line in re.sub(r"\\\n\s*", " ", block).splitlines()]
