"""The operator token: what staff's tools show at the door."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

TOKEN_FILE = "operator-token"
TOKEN_BYTES = 32


def is_operator_token(shown: str, expected: str) -> bool:
    """Whether the token shown is the expected one, in a time that tells nothing about either.

    Digests are compared, as comparing the tokens themselves would tell whether their lengths agree.
    """
    return hmac.compare_digest(_digest(shown), _digest(expected))


def read_or_make_operator_token(folder: Path) -> str:
    """The token kept in `folder`, made on first use and readable by its owner alone. Raises OSError, ValueError."""
    path = folder / TOKEN_FILE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=folder, prefix=f".{TOKEN_FILE}-") as made:
        made.write(secrets.token_urlsafe(TOKEN_BYTES))
        made.flush()
        try:
            # Linked whole or not at all: of several that start at once, one's token stands and all read that one.
            os.link(made.name, path)
        except FileExistsError:
            path.chmod(0o600)
    token = path.read_text(encoding="ascii").strip()
    if not token:
        raise ValueError(f"the file {TOKEN_FILE} is empty; remove it and a new token is made")
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
