"""Set up and run ketamine-outcomes with nothing but Python.

    python3 run.py report              the report on the synthetic clinic network
    python3 run.py check FOLDER        what is wrong with a data folder
    python3 run.py test [ARGS]         the whole test suite; with ARGS, one pytest run
    python3 run.py lab                 JupyterLab with the index of the notebooks
    python3 run.py docs                the documentation as a site, in outputs/docs
    python3 run.py doctor              is this machine ready, and if not, what to do
    python3 run.py wheelhouse FOLDER   fetch all packages, for a machine without network
    python3 run.py COMMAND --help      every command of the product runs like this
    python3 run.py lock [--upgrade]    for developers: remake the locks (needs uv)

The first run sets up .venv beside this file; later runs start at once.
With any command, --wheelhouse FOLDER sets up from such a folder without network,
and --with spark adds Spark to .venv (needs Java); `test --with spark` tests with it.
"""

from __future__ import annotations

import configparser
import contextlib
import hashlib
import importlib.machinery
import importlib.util
import io
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

if sys.platform == "win32":
    import msvcrt
    import winreg
else:
    import fcntl

ROOT = Path(__file__).absolute().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
ADDITIONS = {"spark": ROOT / "requirements-spark.lock"}  # extras that --with installs on top
NEEDED = {"spark": ("java", "spark")}  # what must not be skipped for want of it then
PROJECT = ROOT / "pyproject.toml"
OLDEST, NEWEST = (3, 11), (3, 14)  # pyproject's requires-python
SOURCE_ONLY = ("autograd-gamma", "pyspark")  # published without a wheel; all else must have one
LONGEST_PATH = 170  # characters below .venv on Windows
SIZE_MB, DOWNLOAD_MB, MINUTES = 1400, 330, 3  # the sizes were measured on Linux
ADDED_MB, BUILD_MB = {"spark": 490}, {"spark": 2300}  # to stay, and besides while it is built
CLOUD_FOLDER = re.compile(
    r"(?i)onedrive|dropbox|google ?drive|my drive|icloud|mobile documents|cloudstorage|nextcloud"
    r"|owncloud|pcloud|box( sync|-box)?$"
)
CAUSES = {  # what pip prints: what it means and what to do; the first that fits
    r"CERTIFICATE_VERIFY_FAILED|SSLError|TLS CA cert": "The network inspects TLS with a "
    "certificate of its own. Ask IT for its CA file and run: {pip} config set global.cert FILE",
    r"ProxyError|\b407\b": "The proxy refused or did not answer. Ask IT for its address, set "
    "HTTPS_PROXY=http://HOST:PORT, or set up from a wheelhouse (see `{run} --help`).",
    r"DO NOT MATCH THE HASHES|HashMismatch": "A file differs from the locked one: a damaged "
    "download, or a mirror that alters packages. Fetch it again, else tell IT.",
    r"No space left|WinError 112": "The disk is full: about {size:,} MB are needed.",
    r"WinError (5|32)\b|Permission denied": "A file could not be written. Close JupyterLab and "
    "whatever else uses .venv, see that the folder is yours, and retry.",
    r"NewConnectionError|NameResolution|getaddrinfo|unreachable|timed out|refused": "The package "
    "index was not reached. On a machine like this one that has network, run "
    "`{run} wheelhouse FOLDER`; bring FOLDER here and add --wheelhouse FOLDER",
    r"No matching distribution|satisfies the requirement": "A package is missing for this Python "
    "and platform. A wheelhouse must be made with the same Python on the same platform.",
    r"Failed (building|to build)|subprocess-exited": "A source-only package did not build. "
    "Delete .venv, so that the build tools are installed afresh, and retry.",
}


class SetupError(Exception):
    """Something that the user can mend; printed without a traceback."""


class Finding(NamedTuple):
    """One line of the doctor: level is ok, note or STOP."""

    level: str
    text: str
    remedy: str = ""


# --- Differences between Windows ("nt") and the rest ("posix") -----------------------------------


def venv_python(venv: Path, os_name: str) -> Path:
    """Locate the interpreter of a virtual environment."""
    return venv / "Scripts" / "python.exe" if os_name == "nt" else venv / "bin" / "python"


def launcher(os_name: str) -> str:
    """Say how a user of this system starts this file."""
    return "py run.py" if os_name == "nt" else "python3 run.py"


def quoted(command: list[str], os_name: str) -> str:
    """Write a command as a user of this system would type it."""
    return subprocess.list2cmdline(command) if os_name == "nt" else shlex.join(command)


def pip_config_files(os_name: str, environ: Mapping[str, str], home: Path) -> list[Path]:
    """List the files in which pip may have been given a certificate."""
    if os_name == "nt":
        places = [environ.get("PROGRAMDATA"), environ.get("APPDATA")]
        files = [Path(place, "pip", "pip.ini") for place in places if place]
    else:
        user = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
        mac = home / "Library" / "Application Support"
        files = [folder / "pip" / "pip.conf" for folder in (Path("/etc/xdg"), mac, user)]
        files += [Path("/etc/pip.conf"), home / ".pip" / "pip.conf"]
    return [*files, *(Path(environ[name]) for name in ["PIP_CONFIG_FILE"] if environ.get(name))]


def child_environment(
    environ: Mapping[str, str], *, os_name: str, private: bool = True
) -> dict[str, str]:
    """Make the environment of what is started here: .venv first, nothing that leads astray.

    ``private`` keeps the settings of Jupyter, IPython and Matplotlib inside .venv: a report does
    not depend on whose computer made it, and the home folder may be read-only. Containers often
    forbid compiled files (PYTHONDONTWRITEBYTECODE): every kernel would compile all modules again.
    """
    astray = {"PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "MPLBACKEND"}
    astray |= {"PYTHONDONTWRITEBYTECODE"}
    env = {name: value for name, value in environ.items() if name not in astray}
    scripts = str(venv_python(VENV, os_name).parent)
    env["PATH"] = (";" if os_name == "nt" else ":").join([scripts, env.get("PATH", "")])
    env["VIRTUAL_ENV"] = str(VENV)
    env["PYTHONPATH"] = str(ROOT)  # on Windows a .pth file cannot hold every path
    if private:
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
            env.setdefault(name, str(VENV / "home" / name.lower()))
    return env


# --- The machine ---------------------------------------------------------------------------------


def redact(text: str) -> str:
    """Take the user names and passwords out of addresses."""
    return re.sub(r"//[^\s'\"]*@", "//***@", text)


def check_python(
    version: tuple[int, int], *, bits: int, implementation: str = "CPython", threads: bool = False
) -> Finding:
    """Whether every package exists for this Python; ``threads`` means the free-threaded build."""
    kind = "free-threaded " if threads else ""
    this = f"{kind}{implementation} {version[0]}.{version[1]}, {bits}-bit"
    if OLDEST <= version <= NEWEST and bits == 64 and implementation == "CPython" and not threads:
        return Finding("ok", f"Python: {this}")
    wanted = f"64-bit Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
    remedy = f"Install {wanted} from python.org (for yourself, without administrator rights)."
    return Finding("STOP", f"Python: this is {this}; needed is {wanted}", remedy)


def check_venv(has_module: Callable[[str], bool]) -> Finding:
    """Whether a virtual environment can be made."""
    if has_module("venv") and has_module("ensurepip"):
        return Finding("ok", "Virtual environments: available")
    remedy = "Debian, Ubuntu: apt install python3-venv. Elsewhere: install Python from python.org."
    return Finding("STOP", "Virtual environments: Python's venv or ensurepip is missing", remedy)


def check_write(root: Path) -> Finding:
    """Whether files can be made here."""
    try:
        with tempfile.TemporaryFile(dir=root):
            return Finding("ok", "Write access: yes")
    except OSError:
        return Finding(
            "STOP", f"Write access: none in {root}", "Copy the folder to your own files."
        )


def check_path(root: str, os_name: str, *, long_paths: bool = False) -> Finding:
    """Whether the deepest installed file stays within the limit of Windows."""
    longest = len(root) + len("\\.venv\\") + LONGEST_PATH
    text = f"Length of paths: up to {longest} characters"
    if os_name != "nt" or long_paths or longest < 260:
        return Finding("ok", text)
    remedy = "Move the folder to a short path such as C:\\ko, or ask IT to enable long paths."
    return Finding("STOP", f"{text}; Windows allows 259", remedy)


def check_cloud(root: Path) -> Finding:
    """Whether a program copies this folder to a cloud service."""
    found = [part for part in root.parts if CLOUD_FOLDER.match(part)]
    if not found:
        return Finding("ok", "Cloud folder: no")
    remedy = "Move it to a local folder: syncing breaks .venv and would upload what is in local/."
    return Finding("note", f'Cloud folder: "{found[0]}" looks synced', remedy)


def check_disk(free_mb: int) -> Finding:
    """Whether the environment fits on the disk."""
    text = f"Disk: {free_mb:,} MB free"
    if free_mb >= SIZE_MB:
        return Finding("ok", text)
    return Finding("STOP", text, f"Make room: the set-up needs about {SIZE_MB:,} MB.")


def check_proxy(environ: Mapping[str, str]) -> Finding:
    """Which proxy is in force; never its password."""
    names = [name for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY") if environ.get(name)]
    if not names:
        return Finding("ok", "Proxy: none set")
    address = environ[names[0]].rpartition("@")[2].rpartition("//")[2]
    return Finding("ok", f"Proxy: {address} (from {names[0]})")


def check_certificates(environ: Mapping[str, str], config_files: list[Path]) -> Finding:
    """Whether the certificate files that pip was given exist."""
    names = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
    given = {name: environ[name] for name in names if environ.get(name)}
    for path in config_files:
        config = configparser.RawConfigParser(strict=False)
        with contextlib.suppress(OSError, UnicodeDecodeError, configparser.Error):
            config.read(path, encoding="utf-8")
            given.update({f"cert in {path}": s["cert"] for s in config.values() if "cert" in s})
    lost = [name for name, path in given.items() if not Path(path).expanduser().exists()]
    if not lost:
        return Finding("ok", f"Certificates: {', '.join(given) or 'the ones of Python and pip'}")
    remedy = "Correct or unset it. Behind a proxy that inspects TLS, ask IT for its CA file."
    return Finding("STOP", f"Certificates: no such file in {', '.join(lost)}", remedy)


def windows_long_paths() -> bool:
    """Whether this Windows was told to allow paths of over 259 characters."""
    if sys.platform == "win32":
        place = r"SYSTEM\CurrentControlSet\Control\FileSystem"
        with contextlib.suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as key:
            return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])
    return False


def this_python() -> Finding:
    """Judge the interpreter that runs this file."""
    return check_python(
        (sys.version_info[0], sys.version_info[1]),
        bits=64 if sys.maxsize > 2**32 else 32,
        implementation=platform.python_implementation(),
        threads=not getattr(sys, "_is_gil_enabled", lambda: True)(),
    )


def examine(*, offline: bool = False) -> list[Finding]:
    """Examine this machine; needs neither the set-up nor the network."""
    findings = [
        this_python(),
        check_venv(lambda name: importlib.util.find_spec(name) is not None),
        check_write(ROOT),
        check_path(str(ROOT), os.name, long_paths=windows_long_paths()),
        check_cloud(ROOT),
        check_disk(shutil.disk_usage(ROOT).free // 2**20),
    ]
    if not offline:
        files = pip_config_files(os.name, os.environ, Path.home())
        findings += [check_proxy(os.environ), check_certificates(os.environ, files)]
    return findings


# --- Set-up --------------------------------------------------------------------------------------


def say(text: str, end: str = "\n") -> None:
    """Speak beside the output of the product, not in it."""
    print(text, end=end, file=sys.stderr, flush=True)


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fingerprint() -> dict[str, str]:
    """Describe what an environment made now would be made of."""
    return {
        "folder": os.path.realpath(ROOT),
        "python": f"{importlib.machinery.EXTENSION_SUFFIXES[0]} {platform.machine()}",
        "lock": digest_of(LOCK),
        "project": digest_of(PROJECT),
    }


def read_project() -> dict[str, Any]:
    """Read pyproject.toml."""
    toml = importlib.import_module("tomllib")  # absent before 3.11, where this file must load
    project: dict[str, Any] = toml.loads(PROJECT.read_text(encoding="utf-8"))
    return project


def read_stamp(venv: Path, os_name: str) -> dict[str, str]:
    """Read what a finished environment was made of; empty if unfinished or its Python is gone."""
    try:
        stamp = json.loads((venv / "setup.json").read_text(encoding="utf-8"))
        config = (venv / "pyvenv.cfg").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return {}
    home = re.search(r"(?m)^home *= *(.*\S)", config)
    alive = home and Path(home.group(1)).is_dir() and venv_python(venv, os_name).exists()
    return stamp if alive and isinstance(stamp, dict) else {}


def work_to_do(stamp: dict[str, str], wanted: dict[str, str]) -> str:
    """Tell "nothing", "project" (only pyproject.toml changed) or "everything"."""
    if stamp == wanted:
        return "nothing"
    return "project" if {**stamp, "project": wanted["project"]} == wanted else "everything"


def lock_entries(lock: str) -> dict[str, str]:
    """Split the lock into the lines of each package."""
    found = re.finditer(r"(?m)^([a-z0-9][a-z0-9.-]*)==(?:.*\\\n)*.*\n?", lock)
    return {match.group(1): match.group(0) for match in found}


def build_tools(project: dict[str, Any], lock: str) -> str:
    """Pick the entries that build source-only packages: pyproject's group ``setup``."""
    names = [re.split(r"[^\w.-]", spec)[0] for spec in project["dependency-groups"]["setup"]]
    entries = lock_entries(lock)
    return "".join(entries[name] for name in names)


def pip_command(verb: str, wheelhouse: Path | None, *, hashed: bool = True) -> list[str]:
    """``pip VERB`` that takes what it is told to and nothing else."""
    command = [str(venv_python(VENV, os.name)), "-m", "pip", verb, "--no-deps", "--no-input"]
    command += ["--no-build-isolation", "--disable-pip-version-check", "--progress-bar=off"]
    if hashed:
        command += ["--require-hashes", "--only-binary=:all:"]
        command += [f"--no-binary={','.join(SOURCE_ONLY)}"]
    return [*command, "--no-index", f"--find-links={wheelhouse}"] if wheelhouse else command


def set_up_steps(work: str, wheelhouse: Path | None) -> list[tuple[str, list[str]]]:
    """Titles and commands of a set-up, in order."""
    install, python = pip_command("install", wheelhouse), str(venv_python(VENV, os.name))
    project = [*pip_command("install", wheelhouse, hashed=False), "--editable", str(ROOT)]
    # First start: proves that the compiled packages load, builds the font and profile caches.
    first = [python, "-P", "-m", "IPython", "-c", "import analysis, matplotlib.font_manager"]
    steps = [("this project", project), ("first start", first)]
    if work == "project":
        return steps
    base = getattr(sys, "_base_executable", sys.executable)  # not one that is about to be removed
    return [
        ("virtual environment", [base, "-m", "venv", str(VENV)]),
        ("build tools", [*install, "-r", str(VENV / "build-tools.txt")]),
        ("packages", [*install, "-r", str(LOCK)]),
        *steps,
    ]


def likely_cause(output: str) -> str:
    """Tell from what a failed step printed what to do about it."""
    pip = quoted([str(venv_python(VENV, os.name)), "-m", "pip"], os.name)
    for pattern, remedy in CAUSES.items():
        if re.search(pattern, output):
            return remedy.format(pip=pip, size=SIZE_MB, run=launcher(os.name))
    return f"`{launcher(os.name)} doctor` checks this machine."


def run_step(title: str, command: list[str], log: Path) -> None:
    """Run one step, counting packages on a terminal; on failure show the end and the cause."""
    begin, lines, fetched = time.monotonic(), [], 0
    env = child_environment(os.environ, os_name=os.name)
    pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
    pipes.update(stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace")
    say(f"  {title} ...", end="")
    with subprocess.Popen(command, env=env, cwd=ROOT, **pipes) as process:
        try:
            for line in process.stdout or ():
                lines.append(redact(line))
                fetched += line.startswith("Collecting ")
                if fetched and sys.stderr.isatty():
                    doing = "unpacking" if line.startswith("Installing ") else "fetched"
                    say(f"\r  {title} ... {fetched} {doing}", end="")
        except KeyboardInterrupt:
            process.kill()  # nothing may still write when the next run clears up
            raise
    with log.open("a", encoding="utf-8") as file:
        file.writelines([f"\n== {title}\n", *lines])
    if process.returncode:
        tail = "\n".join(f"    {line.rstrip()[:160]}" for line in lines[-8:])
        cause = likely_cause("".join(lines))
        raise SetupError(f" failed\n{tail}\n{cause}\nAll that was printed is in {log}")
    say(f" {time.monotonic() - begin:.0f} s")


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Hold a lock that the system releases however this process ends."""
    with path.open("a+b") as file:
        for attempt in range(3600):
            try:
                if sys.platform == "win32":
                    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                else:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except (BlockingIOError, PermissionError):
                if attempt == 0:
                    say("Another run is setting up this folder; waiting for it.")
                time.sleep(1)
        yield


def prepare(venv: Path) -> None:
    """Empty the folder of the environment, except for the lock that is being held."""
    for child in venv.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        elif child.name != "setup.lock":
            child.unlink()
    tools = build_tools(read_project(), LOCK.read_text(encoding="utf-8"))
    (venv / "build-tools.txt").write_text(tools, encoding="utf-8")


def install(work: str, wheelhouse: Path | None, wanted: dict[str, str]) -> None:
    """Make or mend the environment; the stamp is the last thing written."""
    begin, stamp = time.monotonic(), VENV / "setup.json"
    stamp.unlink(missing_ok=True)
    if work == "everything":
        say(f"Setting up .venv: once, about {MINUTES} minutes and {SIZE_MB:,} MB.")
        prepare(VENV)
    for title, command in set_up_steps(work, wheelhouse):
        run_step(title, command, VENV / "setup.log")
    stamp.write_text(json.dumps(wanted), encoding="utf-8")
    say(f"Set up in {time.monotonic() - begin:.0f} s.\n")


def set_up(wheelhouse: Path | None) -> None:
    """See that the environment is there and up to date."""
    wanted = fingerprint()
    if work_to_do(read_stamp(VENV, os.name), wanted) == "nothing":
        return
    stops = [finding for finding in examine(offline=bool(wheelhouse)) if finding.level == "STOP"]
    if stops:
        raise SetupError("\n".join(f"{stop.text}\n  {stop.remedy}" for stop in stops))
    if wheelhouse and not any(wheelhouse.glob("*.whl")):
        raise SetupError(f"There are no wheels in {wheelhouse}: is this the right folder?")
    try:
        VENV.mkdir(exist_ok=True)
        with one_at_a_time(VENV / "setup.lock"):
            work = work_to_do(read_stamp(VENV, os.name), wanted)
            if work != "nothing":
                install(work, wheelhouse, wanted)
    except OSError as error:
        problem = f"{error.strerror}: {error.filename}"
        raise SetupError(f"{problem}\n{likely_cause('Permission denied')}") from None


def addition_stamp(name: str) -> Path:
    """Name the file that says from which lock an addition was installed; it goes with .venv."""
    return VENV / f"addition-{name}.sha256"


def is_added(name: str) -> bool:
    """Tell whether an addition was installed from its lock as it is now."""
    stamp = addition_stamp(name)
    return stamp.exists() and stamp.read_text(encoding="utf-8") == digest_of(ADDITIONS[name])


def add(name: str, wheelhouse: Path | None) -> None:
    """See that an addition is on top of the finished environment; its stamp is written last."""
    with one_at_a_time(VENV / "setup.lock"):
        if is_added(name):
            return
        addition_stamp(name).unlink(missing_ok=True)
        size = f"{ADDED_MB[name]:,} MB, and {BUILD_MB[name]:,} MB besides for a while"
        say(f"Adding {name} to .venv: once, about {size}.")
        command = [*pip_command("install", wheelhouse), "-r", str(ADDITIONS[name])]
        run_step(name, command, VENV / "setup.log")
        addition_stamp(name).write_text(digest_of(ADDITIONS[name]), encoding="utf-8")


# --- Commands ------------------------------------------------------------------------------------


def python_command(*words: str) -> list[str]:
    """Run the environment's Python; ``-P`` keeps modules of the current folder out."""
    return [str(venv_python(VENV, os.name)), "-P", *words]


def wait_for(command: list[str], env: dict[str, str], cwd: Path | None = None) -> int:
    """Run a command to its end, leave Ctrl-C to it, and give its exit code."""
    interrupted = False
    with subprocess.Popen(command, env=env, cwd=cwd) as process:
        while True:
            try:
                code = process.wait()
                break
            except KeyboardInterrupt:
                interrupted = True
    return 130 if interrupted and code else 128 - code if code < 0 else code


def become(command: list[str], env: dict[str, str]) -> int:
    """Hand over to a command; where the system allows it, as this very process."""
    if os.name != "nt":
        os.execve(command[0], command, env)  # noqa: S606 - without a shell on purpose
    return wait_for(command, env)


def product(args: list[str]) -> int:
    """Run a command of the product."""
    env = child_environment(os.environ, os_name=os.name)
    env["KETAMINE_OUTCOMES_PROGRAM"] = launcher(os.name)  # for its help texts
    return become(python_command("-m", "analysis", *args), env)


def lab(args: list[str]) -> int:
    """Open JupyterLab with the user's own settings, if there is a home folder for them."""
    private = not os.access(Path.home(), os.W_OK)
    env = child_environment(os.environ, os_name=os.name, private=private)
    folder = f"--ServerApp.root_dir={ROOT}"  # of the index, and of own notebooks in local/
    index = "--LabApp.default_url=/lab/tree/notebooks/index.ipynb"
    return become(python_command("-m", "jupyterlab", folder, index, *args), env)


def site_arguments(folder: Path) -> list[str]:
    """Say how Python makes the documentation: a warning is an error, unknown names are warnings."""
    words = ["-m", "sphinx", "--quiet", "--nitpicky", "--fail-on-warning", "--conf-dir"]
    return [*words, str(ROOT / "docs"), "-d", str(folder / ".doctrees"), str(ROOT), str(folder)]


def docs(args: list[str]) -> int:
    """Make the documentation as a site that needs no network."""
    folder = ROOT / "outputs" / "docs"
    env = child_environment(os.environ, os_name=os.name)
    code = wait_for(python_command(*site_arguments(folder), *args), env, cwd=ROOT)
    if code == 0:
        print(f"Site written: {folder / 'index.html'}")
    return code


def doctor(args: list[str]) -> int:
    """Check this machine and then, if it is set up, what is installed."""
    findings = examine()
    for level, text, remedy in findings:
        print(f"{level:4}  {text}", *([f"      {remedy}"] if remedy else []), sep="\n", flush=True)
    unfit = int(any(finding.level == "STOP" for finding in findings))
    if work_to_do(read_stamp(VENV, os.name), fingerprint()) != "nothing":
        print(f"note  Not set up yet. The first run of `{launcher(os.name)} report` does it.")
        return unfit
    env = child_environment(os.environ, os_name=os.name)
    return max(wait_for(python_command("-m", "analysis", "doctor", *args), env), unfit)


def wheelhouse(args: list[str], addition: str | None) -> int:
    """Fill a folder with every package that the locks name for this machine."""
    if len(args) != 1 or args[0].startswith("-"):
        raise SetupError(f"One folder is needed: {launcher(os.name)} wheelhouse FOLDER")
    folder = Path(args[0]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    say(f"Filling {folder}: about {DOWNLOAD_MB} MB.")
    locks = {"packages": LOCK, **({addition: ADDITIONS[addition]} if addition else {})}
    for title, path in locks.items():
        download = [*pip_command("download", None), "-r", str(path), "-d", str(folder)]
        run_step(title, download, VENV / "setup.log")
    files = sorted(path for path in folder.iterdir() if path.suffix in {".whl", ".gz"})
    sums = [f"{digest_of(path)}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    command = [*launcher(os.name).split(), "report", "--wheelhouse", str(folder)]
    print(f"{len(files)} packages. On the other machine: {quoted(command, os.name)}")
    return 0


def suite(folder: Path) -> list[tuple[str, list[str], dict[str, str]]]:
    """Title, command and environment of the two runs that make up the whole suite.

    The notebooks run on their own: one notebook per worker, and with whatever could change a
    printed number held fixed. Neither run measures coverage, which would take two thirds longer:
    ``run.py test tests --cov`` does.
    """
    env = child_environment(os.environ, os_name=os.name)
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    fixed = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    tests = ["tests", "analysis", "--doctest-modules", "-n", "2", "--dist", "loadgroup"]
    nbval = ["notebooks", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=60"]
    nbval += ["--nbval-kernel-startup-timeout=120", "-n", "2", "--dist", "loadscope"]
    nbval += ["--nbval-sanitize-with=tests/nbval-sanitize.cfg", "-p", "no:randomly"]
    return [
        (title, python_command("-m", "pytest", *args, f"--junitxml={folder / title}.xml"), env)
        for title, args, env in (
            ("tests", tests, {**env, **one}),
            ("notebooks", nbval, {**env, **one, **fixed}),
        )
    ]


def counted(report: Path) -> dict[str, int]:
    """Count the passed, failed and skipped tests in the JUnit file of a run."""
    if not report.exists():
        return {"passed": 0, "failed": 0, "skipped": 0}
    total = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for element in ET.parse(report).iter("testsuite"):  # noqa: S314 - written just now
        total = {name: count + int(element.get(name, 0)) for name, count in total.items()}
    failed = total["failures"] + total["errors"]
    passed = total["tests"] - failed - total["skipped"]
    return {"passed": passed, "failed": failed, "skipped": total["skipped"]}


def test(args: list[str]) -> int:
    """Run the whole suite, or pytest with the given arguments."""
    if args:
        env = child_environment(os.environ, os_name=os.name)
        return wait_for(python_command("-m", "pytest", *args), env, ROOT)
    sums = {"passed": 0, "failed": 0, "skipped": 0}
    with tempfile.TemporaryDirectory() as folder:
        for title, command, env in suite(Path(folder)):
            print(f"== {title}", flush=True)
            code = wait_for(command, env, ROOT)
            if code == 130:
                return code
            counts = counted(Path(folder, f"{title}.xml"))
            counts["failed"] = max(counts["failed"], int(code != 0))  # a crash counts, too
            sums = {name: sums[name] + counts[name] for name in sums}
    print("tests: " + ", ".join(f"{count} {name}" for name, count in sums.items()))
    return int(sums["failed"] > 0)


def dependency_hash(project: dict[str, Any]) -> str:
    """SHA-256 of everything in pyproject.toml that decides what is installed."""
    names = ("requires-python", "dependencies", "optional-dependencies")
    tables = [project["build-system"]["requires"], project["dependency-groups"]]
    tables += [project["project"][name] for name in names]
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def compile_lock(path: Path, needed: list[str], words: list[str]) -> None:
    """Resolve what is needed once for all supported Pythons and platforms."""
    uv = shutil.which("uv")
    if uv is None:
        raise SetupError("Making the locks needs uv: install it with `pip install uv`.")
    command = [uv, "pip", "compile", *words, "-", "--universal", "--fork-strategy=fewest"]
    command += [f"--python-version={OLDEST[0]}.{OLDEST[1]}", "--generate-hashes", "--no-header"]
    command += ["--no-config", "--quiet", "--output-file", str(path)]
    listed, quiet = "\n".join(needed), subprocess.DEVNULL  # uv repeats the whole lock there
    done = subprocess.run(command, cwd=ROOT, input=listed, text=True, check=False, stdout=quiet)
    if done.returncode:
        raise SetupError(f"uv found no solution; {path.name} is as it was.")
    header = "# Made from pyproject.toml by `run.py lock`; not to be edited.\n"
    header += f"# pyproject-dependencies-sha256: {dependency_hash(read_project())}\n"
    path.write_text(header + path.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")


def lock(args: list[str]) -> int:
    """Make the lock, and then that of each addition, with the same releases of what both name."""
    project = read_project()
    extras = project["project"]["optional-dependencies"]
    words = ["pyproject.toml", *(f"--extra={name}" for name in extras if name not in ADDITIONS)]
    words += [f"--group={group}" for group in project["dependency-groups"]]
    compile_lock(LOCK, project["build-system"]["requires"], [*words, *args])
    for name, path in ADDITIONS.items():
        compile_lock(path, extras[name], [f"--constraint={LOCK.name}", *args])
    return 0


def take_option(args: list[str], option: str, wanted: str) -> tuple[list[str], str | None]:
    """Split an option and its value off, wherever they stand."""
    for place, word in enumerate(args):
        if word == option:
            if place + 1 == len(args):
                raise SetupError(f"{option} needs {wanted}.")
            return args[:place] + args[place + 2 :], args[place + 1]
        if word.startswith(f"{option}="):
            return args[:place] + args[place + 1 :], word.partition("=")[2]
    return args, None


def take_wheelhouse(args: list[str]) -> tuple[list[str], Path | None]:
    """Split ``--wheelhouse FOLDER`` off."""
    left, folder = take_option(args, "--wheelhouse", "the FOLDER that holds the packages")
    return left, None if folder is None else Path(folder).absolute()


def take_addition(args: list[str]) -> tuple[list[str], str | None]:
    """Split ``--with NAME`` off."""
    known = " or ".join(ADDITIONS)
    left, name = take_option(args, "--with", f"the name of an addition: {known}")
    if name is not None and name not in ADDITIONS:
        raise SetupError(f"--with does not know this addition; allowed is {known}.")
    return left, name


def required(environ: Mapping[str, str], addition: str) -> str:
    """Give KO_REQUIRE so that no test is skipped for want of what an addition needs."""
    named = [name.strip() for name in environ.get("KO_REQUIRE", "").split(",")]
    return ",".join(dict.fromkeys(filter(None, [*named, *NEEDED[addition]])))


def main(argv: list[str]) -> int:
    """Run one command and give its exit code."""
    args, packages = take_wheelhouse(argv)
    args, addition = take_addition(args)
    if not args or args[0] in {"-h", "--help", "help"}:
        print((__doc__ or "").replace("python3 run.py", launcher(os.name)))
        return 0
    command, *rest = args
    own = {
        "test": test,
        "lab": lab,
        "docs": docs,
        "doctor": doctor,
    }
    python = this_python()
    if command == "doctor":
        return doctor(rest)
    if python.level == "STOP":
        raise SetupError(f"{python.text}\n{python.remedy}")
    if command == "lock":
        return lock(rest)
    set_up(packages)
    if command == "wheelhouse":
        return wheelhouse(rest, addition)
    if addition:
        add(addition, packages)
        os.environ["KO_REQUIRE"] = required(os.environ, addition)
    return own[command](rest) if command in own else product(args)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # paths that the terminal cannot show
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        sys.exit(f"{error}")
    except KeyboardInterrupt:
        say("\nInterrupted. The next run takes up the set-up from a safe point.")
        sys.exit(130)
