"""Which files are changed, which tests must notice, and what is allowed to stay unnoticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.code_mutants import code_mutants
from tests.mutation.data_mutants import choices, data_mutants
from tests.mutation.mutant import Mutant

ALLOWED = "tests/mutation/equivalent.json"
# A changed file must be noticed by a test of its meaning: neither by one that compares committed
# files with what is made from them, nor by one that measures time. The long test of missing values
# would notice little and cost a minute for every change that nothing before it noticed.
NOT_COUNTED = ("made_from_the_data", "about_a_second", "committed", "manifest", "checksum")
NOT_COUNTED += ("missing_values_everywhere", "a_million")


@dataclass(frozen=True, kw_only=True)
class Source:
    """Files of one kind.

    `first` are the tests of the room, without its folders; `then` others, run only when the first
    noticed nothing. `likeliest` is run before either, beside the tests of the changed module.
    `sample` is how many mutants are kept.
    """

    name: str
    pattern: str
    first: str
    likeliest: str = ""
    then: tuple[str, ...] = ()
    schema: str = ""
    sample: int | None = None


SOURCES = (
    Source(
        name="scales",
        pattern="analysis/instruments/data/*.json",
        first="tests/instruments",
        likeliest="tests/instruments/test_library.py",
        then=("tests/checks/test_scores.py", "tests/outcomes/test_response.py"),
        schema="tests/instruments/instrument.schema.json",
    ),
    Source(
        name="scoring",
        pattern="analysis/instruments/*.py",
        first="tests/instruments",
        then=("tests/checks/test_scores.py", "tests/outcomes/test_response.py"),
    ),
    Source(
        name="checks",
        pattern="analysis/checks/*.py",
        first="tests/checks",
        likeliest="tests/checks/test_rules.py",
        then=("tests/synthetic/test_faults.py",),
    ),
    Source(
        name="outcomes",
        pattern="analysis/outcomes/*.py",
        first="tests/outcomes",
        likeliest="tests/outcomes/test_definitions.py",
        then=("tests/outcomes/endpoints", "tests/tables"),
    ),
    Source(
        name="endpoints",
        pattern="analysis/outcomes/endpoints/*.py",
        first="tests/outcomes/endpoints",
    ),
    Source(
        name="published",
        pattern="analysis/published/data/*.json",
        first="tests/published",
        likeliest="tests/published/test_library.py",
        schema="tests/published/published.schema.json",
        sample=120,
    ),
)


def find_mutants(root: Path, *, seed: int, sample: int | None = None) -> dict[str, list[Mutant]]:
    """List the mutants of every source; the same ones each time.

    `sample` keeps at most so many per source, chosen by `seed`; None keeps the source's own number.
    """
    return {
        source.name: _sampled(_of_source(root, source), sample or source.sample, seed)
        for source in SOURCES
    }


def _of_source(root: Path, source: Source) -> list[Mutant]:
    allowed = choices(json.loads((root / source.schema).read_text())) if source.schema else {}
    made = []
    for path in sorted(root.glob(source.pattern)):
        name, content = path.relative_to(root).as_posix(), path.read_bytes()
        if path.suffix == ".json":
            made += data_mutants(name, content, allowed)
        elif path.name != "__init__.py":
            made += code_mutants(name, content)
    return made


def _sampled(mutants: list[Mutant], size: int | None, seed: int) -> list[Mutant]:
    """Keep a sample that does not change when unrelated mutants come or go."""
    if size is None or size >= len(mutants):
        return mutants
    drawn = sorted(mutants, key=lambda m: hashlib.sha256(f"{seed} {m.key}".encode()).digest())
    kept = {mutant.key for mutant in drawn[:size]}
    return [mutant for mutant in mutants if mutant.key in kept]


def rounds_of(root: Path, source: Source, mutant: Mutant) -> list[list[str]]:
    """Give the rounds of tests that must notice a mutant, the likeliest first.

    A part of the package among them stands for the examples in its docstrings.
    """
    own = f"{source.first}/test_{Path(mutant.file).stem}.py"
    examples = f"analysis/{mutant.file.split('/')[1]}"
    room = [
        path.relative_to(root).as_posix()
        for path in sorted((root / source.first).glob("test_*.py"))
    ]
    rounds = [[own], [source.likeliest], room, [examples], list(source.then)]
    present = [[name for name in tests if name and (root / name).exists()] for tests in rounds]
    return [tests for tests in present if tests]


def allowed_survivors(root: Path) -> dict[str, str]:
    """Read the mutants that change nothing anyone could notice, with the reason of each."""
    entries = json.loads((root / ALLOWED).read_text(encoding="utf-8"))
    return {entry["mutant"]: entry["reason"] for entry in entries}


def fingerprint(root: Path) -> str:
    """Tell one state of package and tests from another, so that old results are not reused."""
    digest = hashlib.sha256()
    for path in _files(root):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _files(root: Path) -> Iterable[Path]:
    found = [*(root / "analysis").rglob("*"), *(root / "tests").rglob("*")]
    wanted = (".py", ".json", ".csv", ".txt")
    return sorted(
        path for path in found if path.suffix in wanted and path.name != Path(ALLOWED).name
    )
