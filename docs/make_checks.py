"""Write docs/checks.md anew from the rules: run it after every change of a rule."""

from __future__ import annotations

from pathlib import Path

from analysis import storage
from analysis.checks import RULES
from analysis.checks.catalogue import catalogue_markdown

if __name__ == "__main__":
    storage.write_text(Path(__file__).with_name("checks.md"), catalogue_markdown(RULES))
