"""No Python that the tests start talks to another machine: it imports this file as it begins."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any


def is_local(address: object) -> bool:
    """Tell whether a socket address stays on this machine."""
    if not isinstance(address, tuple):
        return True  # a path: a socket of this machine
    host = str(address[0]).partition("%")[0]
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_network(event: str, args: tuple[Any, ...]) -> None:
    """Audit hook: no test talks to another machine."""
    if event in {"socket.connect", "socket.sendto"} and not is_local(args[1]):
        raise RuntimeError(f"A test tried to reach {args[1][0]}; tests do not use the network.")


sys.addaudithook(refuse_network)
