"""Local tokens: made, listed and revoked by the command line, known to the API by their hashes alone (GUIDE-18i).

A token is 256 random bits, so that a plain SHA-256 of it tells nothing and needs no salt.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from schemas.account import DAYS_OF_A_TOKEN, RESERVED, Account, LocalToken, LocalTokenFile
from schemas.problems import Problem, Refused, validated
from starter.identity.refusals import CannotTell, NotLetIn
from terms.calendar import local_date

TOKENS_FILE = "tokens.json"
TOKEN_PREFIX = "ligums_"
TOKEN_BYTES = 32
OTHERS = 0o077


class LocalTokens:
    """The tokens in the file at `path`; a change of the file counts from the next call on.

    `clock` tells the present instant.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock
        self._read_as: tuple[int, int, int] | None = None
        self._tokens: dict[str, LocalToken] = {}

    def account(self, token: str) -> Account | None:
        """Whose token it is, None if nobody's.

        Raises NotLetIn for one that has expired, CannotTell when the file is unsafe or damaged.
        """
        self._refresh()
        found = self._tokens.get(_digest(token))
        if found is None:
            return None
        if found.expires_at <= self._clock():
            raise NotLetIn(f"the token expired on {local_date(found.expires_at)}; have a new one made")
        return Account(id=found.name, roles=found.roles)

    def _refresh(self) -> None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._read_as, self._tokens = None, {}
            return
        except OSError as error:
            raise CannotTell(f"the local tokens cannot be read ({error.strerror})") from None
        if found.st_mode & OTHERS:
            raise CannotTell(f"{TOKENS_FILE} is open to others; close it with chmod 600")
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen != self._read_as:
            self._tokens = {each.sha256: each for each in listed(self._path)}
            self._read_as = seen


def add(path: Path, name: str, roles: frozenset[str], at: datetime, days: int = DAYS_OF_A_TOKEN) -> str:
    """Make a token for the account `name` that is good for so many days; it is told once and kept as a hash.

    Those that have expired by now are forgotten.

    Raises Refused, CannotTell, and OSError when the folder cannot be used.
    """
    token = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    fields = {"name": name, "roles": roles, "sha256": _digest(token)}
    made = validated(LocalToken, {**fields, "made_at": at, "expires_at": at + timedelta(days=days)})
    with _changing(path):
        known = [each for each in listed(path) if each.expires_at > at]
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
