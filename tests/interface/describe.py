"""Write down every public name of the package with its signature, one line each.

Run as ``python tests/interface/describe.py`` to renew the snapshot after a deliberate change, then
copy the printed line into the newest section of CHANGELOG.md.
"""

import hashlib
import inspect
from pathlib import Path

import analysis

SNAPSHOT = Path(__file__).with_name("public_interface.txt")


def _members(name, value):
    """Describe a class by its public members, anything else by its signature."""
    if not inspect.isclass(value):
        described = _signature(value) if callable(value) else f": {type(value).__name__}"
        return [f"{name}{described}"]
    head = f"class {name}" if issubclass(value, Exception) else f"class {name}{_signature(value)}"
    members = [
        f"{name}.{member}{_signature(item)}"
        for member, item in sorted(vars(value).items())
        if not member.startswith("_") and (callable(item) or isinstance(item, property))
    ]
    return [head, *([] if issubclass(value, Exception) else members)]


def _signature(item):
    if isinstance(item, property):
        return ""
    return str(inspect.signature(item))


def describe():
    """Return the whole public interface as text."""
    lines = []
    for name in sorted(analysis.__all__):
        lines += _members(name, getattr(analysis, name))
    return "\n".join(lines) + "\n"


def changelog_line(text):
    """Return the line by which the changelog ties itself to an interface."""
    return f"Public interface: {hashlib.sha256(text.encode()).hexdigest()[:12]}"


if __name__ == "__main__":
    interface = describe()
    SNAPSHOT.write_bytes(interface.encode())
    print(changelog_line(interface))
