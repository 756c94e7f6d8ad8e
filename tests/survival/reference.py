"""Where the numbers are that R gives for the tests of times to events."""

from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[1] / "reference" / "survival"
