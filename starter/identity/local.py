"""Local tokens: made, listed and revoked by the command line, known to the API by their hashes alone.

A token is 256 random bits, so that a plain SHA-256 of it tells nothing and needs no salt.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from schemas.account import RESERVED, Account, LocalToken, LocalTokenFile
from schemas.problems import Problem, Refused, validated
from starter.identity.refusals import CannotTell

TOKENS_FILE = "tokens.json"
TOKEN_PREFIX = "ligums_"
TOKEN_BYTES = 32
OTHERS = 0o077


class LocalTokens:
    """The tokens in the file at `path`; a change of the file counts from the next call on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_as: tuple[int, int, int] | None = None
        self._accounts: dict[str, Account] = {}

    def account(self, token: str) -> Account | None:
        """Whose token it is, None if nobody's. Raises CannotTell when the file is unsafe or damaged."""
        self._refresh()
        return self._accounts.get(_digest(token))

    def _refresh(self) -> None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._read_as, self._accounts = None, {}
            return
        except OSError as error:
            raise CannotTell(f"the local tokens cannot be read ({error.strerror})") from None
        if found.st_mode & OTHERS:
            raise CannotTell(f"{TOKENS_FILE} is open to others; close it with chmod 600")
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen != self._read_as:
            self._accounts = {each.sha256: Account(id=each.name, roles=each.roles) for each in listed(self._path)}
            self._read_as = seen


def add(path: Path, name: str, roles: frozenset[str], at: datetime) -> str:
    """Make a token for the account `name`; it is told once and kept as a hash.

    Raises Refused, CannotTell, and OSError when the folder cannot be used.
    """
    token = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    made = validated(LocalToken, {"name": name, "roles": roles, "sha256": _digest(token), "made_at": at})
    with _changing(path):
        known = listed(path)
        if name in RESERVED or any(each.name == name for each in known):
            message = "is taken; choose another name, or revoke its token first"
            raise Refused((Problem(field="name", message=message),))
        _write(path, LocalTokenFile(tokens=(*known, made)))
    return token


def revoke(path: Path, name: str) -> bool:
    """Take the account's token away; whether it had one. Raises CannotTell."""
    if not path.exists():
        return False
    with _changing(path):
        known = listed(path)
        left = tuple(each for each in known if each.name != name)
        if left != known:
            _write(path, LocalTokenFile(tokens=left))
    return left != known


def listed(path: Path) -> tuple[LocalToken, ...]:
    """All local tokens, as hashes. Raises CannotTell when the file cannot be read."""
    try:
        return LocalTokenFile.model_validate_json(path.read_bytes()).tokens
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise CannotTell(f"the local tokens cannot be read ({error.strerror})") from None
    except ValidationError:
        raise CannotTell(f"{TOKENS_FILE} is damaged; remove it and make the tokens anew") from None


@contextmanager
def _changing(path: Path) -> Iterator[None]:
    """One change at a time, by whichever process."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write(path: Path, content: LocalTokenFile) -> None:
    """Whole or not at all, and readable by its owner alone."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}-", delete=False
    ) as made:
        made.write(content.model_dump_json(indent=2) + "\n")
        made.flush()
        os.fsync(made.fileno())
    os.replace(made.name, path)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
