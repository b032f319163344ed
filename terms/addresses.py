"""Addresses that secrets and identities may travel to."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def is_secure(address: str) -> bool:
    """Whether it is an https address, or a plain one that never leaves this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.username is not None or any(char <= " " for char in address):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
