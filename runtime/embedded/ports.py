"""Ports on the loopback interface: refused with a plain sentence when another program holds them."""

from __future__ import annotations

import errno
import socket

from runtime.embedded.failures import EmbeddedFailure, PortTaken

LOOPBACK = "127.0.0.1"


def require_free(port: int, purpose: str, flag: str = "--port-base") -> None:
    """Raise `PortTaken` unless a server can listen on loopback `port`; `EmbeddedFailure` if it may not.

    `purpose` names the part that needs it, `flag` the option that chooses another.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Connections of an earlier run that still linger in TIME_WAIT are no obstacle to a server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(port, purpose, flag) from error
            raise EmbeddedFailure(
                f"port {port} ({purpose}) cannot be used: {error.strerror}; choose another with {flag} N"
            ) from error


def is_listening(port: int) -> bool:
    """Whether something accepts connections on loopback `port`."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
