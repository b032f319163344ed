"""Ports that one test alone is given, also where several processes run tests at the same time."""

from __future__ import annotations

import os
import socket
from collections import deque

FIRST = 12_000
"""All are below those that the system gives to outgoing connections."""
PORTS_A_PROCESS = 1_002
NEIGHBOURS = 6
"""What a stack takes: its API and the five parts beside it."""

_process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_own = FIRST + _process * PORTS_A_PROCESS
_bases = deque(range(_own, _own + PORTS_A_PROCESS, NEIGHBOURS))
# Another run of the suite, in another checkout, begins elsewhere.
_bases.rotate(os.getpid())


def free_port() -> int:
    """A port that nobody uses now."""
    return free_port_base()


def free_port_base() -> int:
    """The first of six neighbouring ports that nobody uses now; those given longest ago are given again."""
    for _ in range(len(_bases)):
        _bases.rotate(1)
        if all(_is_free(port) for port in range(_bases[0], _bases[0] + NEIGHBOURS)):
            return _bases[0]
    raise AssertionError("no six neighbouring ports are free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
