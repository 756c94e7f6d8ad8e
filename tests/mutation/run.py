"""Trying every mutant: two at a time, with a progress bar, resumable, and a table at the end."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tqdm import tqdm

from tests.mutation.catalogue import (
    SOURCES,
    allowed_survivors,
    find_mutants,
    fingerprint,
    rounds_of,
)
from tests.mutation.mutant import Mutant
from tests.mutation.trial import KILLED, Trial, again, copy_of, warm_up

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "local" / "mutation.json"
LONGEST = 300.0  # seconds for one round of tests; a mutant that never ends has been noticed
FEWEST = 150

Task = tuple[Mutant, list[list[str]]]


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="mutate.py", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", default=[""], help="parts of file names, such as checks/course"
    )
    parser.add_argument("--sample", type=int, help="at most so many mutants per source")
    parser.add_argument("--seed", type=int, default=1, help="of the samples")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--resume", action="store_true", help="reuse results of the same code")
    parser.add_argument("--list", action="store_true", help="print the mutants and stop")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Try all mutants; 0 when every one was noticed, 1 with survivors, 2 when tests are red."""
    asked = arguments(given)
    if not hasattr(os, "fork"):
        print("Mutants are tried in forked processes; run this on Linux or macOS.")
        return 2
    tasks = _tasks(asked)
    if asked.list:
        print(*(f"{m.file}:{m.line} {m.where}: {m.change}" for m, _ in tasks), sep="\n")
        return 0
    known = _known() if asked.resume else {}
    todo = [task for task in tasks if task[0].key not in known]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that children are stopped too
    warm_up()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        first = copy_of(ROOT, Path(folder) / "copy")
        red = _red(first, todo)
        if red:
            print(f"A test fails without any change; mend it first: {red}")
            return 2
        copies = [first, *(again(first, n) for n in range(1, asked.workers))]
        for result in tqdm(_tried(copies, todo), total=len(todo), desc="Mutants", unit="mutant"):
            known[result["mutant"]] = result
            _write(known)
    return _report([known[m.key] for m, _ in tasks], whole=asked.only == [""] and not asked.sample)


def _tasks(asked: argparse.Namespace) -> list[Task]:
    found = find_mutants(ROOT, seed=asked.seed, sample=asked.sample)
    return [
        (mutant, rounds_of(ROOT, source, mutant))
        for source in SOURCES
        for mutant in found[source.name]
        if any(part in mutant.file for part in asked.only)
    ]


def _known() -> dict[str, Any]:
    """Read earlier results, unless they belong to another state of package and tests."""
    if not RESULTS.exists():
        return {}
    content = json.loads(RESULTS.read_text(encoding="utf-8"))
    same = content["fingerprint"] == fingerprint(ROOT)
    return {result["mutant"]: result for result in content["results"]} if same else {}


def _write(known: dict[str, Any]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    content = {"fingerprint": _FINGERPRINT, "results": list(known.values())}
    partial = RESULTS.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    partial.replace(RESULTS)


_FINGERPRINT = fingerprint(ROOT)


def _red(copy: Path, tasks: list[Task]) -> str:
    """Run the tests of all rounds without a change; name the first that fails."""
    rooms = sorted({name for _, rounds in tasks for tests in rounds for name in tests})
    if not rooms:
        return ""
    trial = Trial(copy=copy, tests=rooms, keep_compiled=True).start()
    failed = os.waitpid(trial.pid, 0)[1] != 0
    return (trial.report.read_text(encoding="utf-8") or "no test ran") if failed else ""


def _tried(copies: list[Path], tasks: list[Task]) -> Iterator[dict[str, Any]]:
    """Try the mutants, one at a time in each copy."""
    waiting, free = deque(tasks), list(copies)
    running: dict[int, Running] = {}
    try:
        while waiting or running:
            while free and waiting:
                begun = _begun(free.pop(), waiting.popleft())
                running[begun.trial.pid] = begun
            pid, code, late = _next_end(running)
            ended = running.pop(pid)
            killed = _was_noticed(ended, code, late=late)
            if not killed and ended.turn + 1 < len(ended.task[1]):
                following = _begun(ended.trial.copy, ended.task, ended.turn + 1, ended.content)
                running[following.trial.pid] = following
                continue
            (ended.trial.copy / ended.task[0].file).write_bytes(ended.content)
            free.append(ended.trial.copy)
            yield _result(ended.task[0], ended.trial, killed=killed, late=late)
    finally:
        for unfinished in running.values():
            unfinished.trial.stop()


@dataclass(frozen=True, kw_only=True)
class Running:
    """A trial under way, the round of tests it is in, and the unchanged content of the file."""

    trial: Trial
    task: Task
    turn: int
    content: bytes


def _begun(copy: Path, task: Task, turn: int = 0, content: bytes | None = None) -> Running:
    """Change the file, unless an earlier round has, and start a round of tests."""
    path = copy / task[0].file
    if content is None:
        content = path.read_bytes()
        path.write_bytes(task[0].apply(content))
    trial = Trial(copy=copy, tests=task[1][turn]).start()
    return Running(trial=trial, task=task, turn=turn, content=content)


def _was_noticed(ended: Running, code: int, *, late: bool) -> bool:
    """Tell whether a test failed; anything but passed and failed is a fault of this program."""
    nothing_left = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    if not late and code not in (*KILLED, *nothing_left):
        noted = ended.trial.report.read_text(encoding="utf-8")
        raise RuntimeError(f"pytest ended with {code} for {ended.task[0].key}. {noted}")
    return late or code in KILLED


def _next_end(running: dict[int, Running]) -> tuple[int, int, bool]:
    """Wait for the next trial to end; one that takes too long is stopped."""
    while True:
        for pid, trial in ((pid, one.trial) for pid, one in running.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return pid, _exit_code(status), False
            if time.monotonic() - trial.started > LONGEST:
                trial.stop()
                os.waitpid(pid, 0)
                return pid, 1, True
        time.sleep(0.02)


def _exit_code(status: int) -> int:
    """Count a crash of the interpreter as a failed test."""
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else int(pytest.ExitCode.TESTS_FAILED)


def _result(mutant: Mutant, trial: Trial, *, killed: bool, late: bool) -> dict[str, Any]:
    noticed_by = "stopped after too long" if late else trial.report.read_text(encoding="utf-8")
    return {
        "mutant": mutant.key,
        "file": mutant.file,
        "line": mutant.line,
        "where": mutant.where,
        "change": mutant.change,
        "killed": killed,
        "killed_by": noticed_by if killed else "",
        "seconds": round(time.monotonic() - trial.started, 2),
    }


def _report(results: list[dict[str, Any]], *, whole: bool) -> int:
    """Print the table by file and the survivors."""
    allowed = allowed_survivors(ROOT)
    survivors = [r for r in results if not r["killed"]]
    bad = [r for r in survivors if r["mutant"] not in allowed]
    files = sorted({r["file"] for r in results})
    width = max(map(len, files), default=4)
    print(f"\n{'file':{width}}  mutants  killed  equivalent  survived")
    for name in [*files, "all"]:
        own = [r for r in results if name in {r["file"], "all"}]
        killed = sum(r["killed"] for r in own)
        lived = sum(name in {r["file"], "all"} for r in bad)
        rest = len(own) - killed - lived
        print(f"{name:{width}}  {len(own):7}  {killed:6}  {rest:10}  {lived:8}")
    for r in bad:
        print(f"SURVIVED {r['file']}:{r['line']} {r['where']}: {r['change']}")
    stale = _stale(results, allowed) if whole else []
    for key in stale:
        print(f"NOT NEEDED in equivalent.json: {key}")
    few = whole and len(results) < FEWEST
    if few:
        print(
            f"Only {len(results)} mutants were found; {FEWEST} are the least that mean something."
        )
    return 1 if bad or stale or few else 0


def _stale(results: list[dict[str, Any]], allowed: dict[str, str]) -> list[str]:
    """List entries of the allow-list that name no survivor any more."""
    return sorted(set(allowed) - {r["mutant"] for r in results if not r["killed"]})


if __name__ == "__main__":
    sys.exit(main())
