"""The operator token: what the command line shows at the door, made anew whenever the stack starts."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from sealing.files import write_whole

TOKEN_FILE = "operator-token"
TOKEN_BYTES = 32


def is_operator_token(shown: str, expected: str) -> bool:
    """Whether the token shown is the expected one, in a time that tells nothing about either.

    Digests are compared, as comparing the tokens themselves would tell whether their lengths agree.
    """
    return hmac.compare_digest(_digest(shown), _digest(expected))


def new_operator_token(folder: Path) -> str:
    """A new token in `folder`, in place of the one before and readable by its owner alone. Raises OSError."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    write_whole(folder / TOKEN_FILE, token.encode())
    return token


def read_operator_token(folder: Path) -> str:
    """The token of the stack that was last started on `folder`. Raises OSError, ValueError."""
    path = folder / TOKEN_FILE
    path.chmod(0o600)
    token = path.read_text(encoding="ascii").strip()
    if not token:
        raise ValueError(f"the file {TOKEN_FILE} is empty; start the stack again, which makes a new token")
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
