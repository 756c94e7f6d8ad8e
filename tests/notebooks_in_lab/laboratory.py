"""JupyterLab on this machine, and notebooks that a browser opens and runs in it."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from run import ROOT

SECONDS_TO_START, SECONDS_TO_RUN = 120, 300  # machines of continuous integration may be busy
AT_ONCE = 2

RESTORED = "() => window.jupyterapp?.restored.then(() => true)"
DOCUMENT = "window.jupyterapp.commands.execute('docmanager:open', {path: `${name}.ipynb`})"
OPEN = f"async name => {{ await {DOCUMENT}; }}"
WIDGET = "window.jupyterapp.shell.currentWidget"
KERNEL = f"{WIDGET}?.sessionContext?.session?.kernel?.status"
READY = f"() => {WIDGET}?.context?.isReady && {KERNEL} === 'idle'"
CELLS = f"""() => Array.from({WIDGET}.model.cells)
    .filter(cell => cell.type === 'code')
    .map(cell => [
        cell.executionCount,
        Array.from({{length: cell.outputs.length}}, (_, k) => cell.outputs.get(k))
            .filter(output => output.type === 'error').map(output => output.toJSON().ename)
    ])"""  # and not the outputs: they are megabytes, and are asked for many times
CLOSE = f"async () => {{ await {WIDGET}.sessionContext.shutdown(); {WIDGET}.dispose(); }}"


@dataclass(frozen=True, kw_only=True)
class Lab:
    """A running JupyterLab: where it is, and its token."""

    folder: Path
    port: int
    token: str

    def address(self, workspace: int) -> str:
        """Give the address of an empty workspace."""
        return f"http://127.0.0.1:{self.port}/lab/workspaces/w{workspace}?token={self.token}"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What became of the code cells of a notebook after Run All Cells."""

    counts: tuple[int | None, ...]
    errors: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Every cell ran once, in order, without an error."""
        return not self.errors and self.counts == tuple(range(1, len(self.counts) + 1))


def copied(paths: Sequence[Path], folder: Path) -> None:
    """Copy notebooks without their outputs and counts: what is there afterwards is new."""
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.execution_count, cell.outputs = None, []
        nbformat.write(notebook, folder / path.name)


@contextmanager
def laboratory(folder: Path, settings: Path) -> Iterator[Lab]:
    """Start JupyterLab on a free port of this machine, with settings of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    lab = Lab(folder=folder, port=port, token=secrets.token_hex(16))
    with (settings / "lab.log").open("w", encoding="utf-8") as log:
        env = _environment(settings)
        process = subprocess.Popen(_command(lab), env=env, stdout=log, stderr=log)
        try:
            _wait_for(port, process)
            yield lab
        finally:
            process.terminate()
            process.wait(timeout=SECONDS_TO_START)


def _command(lab: Lab) -> list[str]:
    """Start it without a browser; the page may be asked for its notebook (`expose_app`)."""
    options = [
        f"--ServerApp.port={lab.port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.ip=127.0.0.1",
        f"--IdentityProvider.token={lab.token}",
        f"--ServerApp.root_dir={lab.folder}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=",
    ]
    return [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", *options]


def _environment(settings: Path) -> dict[str, str]:
    """Keep the settings of the user out; a kernel imports this checkout."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    own = {name: str(settings / name.lower()) for name in names}
    # as run.py starts it: figures are drawn in the notebook, one thread per kernel
    env = {key: value for key, value in os.environ.items() if key != "MPLBACKEND"}
    path = os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH", "")]))
    return {**env, **own, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers; stop at once when it has ended."""
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("JupyterLab did not start; see lab.log in the folder of the test.")


def run_all(browser: Any, lab: Lab, names: Sequence[str]) -> dict[str, Ran]:
    """Open notebooks, two at a time, choose Run All Cells in the menu, and wait for their ends."""
    free, waiting, running, done = [*_workspaces(browser, lab)], list(names), {}, {}
    while waiting or running:
        while waiting and free:
            name, page = waiting.pop(0), free.pop(0)
            _start(page, name)
            running[name] = (page, time.monotonic() + SECONDS_TO_RUN)
        for name, (page, end) in list(running.items()):
            found = _looked_at(page)
            if found is not None or time.monotonic() > end:
                done[name] = found or Ran(counts=(), errors=("did not end in time",))
                page.evaluate(CLOSE)
                free.append(page)
                del running[name]
            else:
                page.wait_for_timeout(200)
    return done


def _workspaces(browser: Any, lab: Lab) -> Iterator[Any]:
    """Open JupyterLab as often as notebooks run at once."""
    for number in range(AT_ONCE):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(lab.address(number))
        page.wait_for_function(RESTORED, timeout=1000 * SECONDS_TO_START)
        yield page


def _start(page: Any, name: str) -> None:
    """Open a notebook and choose Run All Cells as a user does."""
    page.evaluate(OPEN, name)
    page.wait_for_function(READY, timeout=1000 * SECONDS_TO_START)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def _looked_at(page: Any) -> Ran | None:
    """Say what became of the cells; None while they run."""
    cells = page.evaluate(CELLS)
    counts = tuple(count for count, _ in cells)
    errors = tuple(name for _, names in cells for name in names)
    if (all(counts) or errors) and page.evaluate(KERNEL) == "idle":
        return Ran(counts=counts, errors=errors)
    return None
