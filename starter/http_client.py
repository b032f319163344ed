"""Talks to a running stack's HTTP API; a fault becomes plain lines."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx2

from starter.failures import CommandFailed
from starter.home import StackCard, no_stack, read_card
from starter.paging import MOST_A_PAGE
from starter.tokens import read_operator_token

TIMEOUT_SECONDS = 45.0
"""Longer than the API itself waits for a contract's answer."""

TOKEN_VARIABLE = "LIGUMS_TOKEN"
OPERATOR_TOKEN_VARIABLE = "LIGUMS_OPERATOR_TOKEN"
MOST_TOKEN_BYTES = 16_000


@dataclass(frozen=True)
class Reach:
    """How a command reaches a stack: by its folder, as whoever the token in the file is of."""

    folder: Path
    token_file: Path | None = None

    def token(self) -> str:
        """The caller's own token if one is named, otherwise the operator's. Raises CommandFailed."""
        if self.token_file is not None:
            return _token_in(self.token_file)
        named = os.environ.get(TOKEN_VARIABLE) or os.environ.get(OPERATOR_TOKEN_VARIABLE)
        return named or _operator_token(self.folder)


def by_count(found: list[Any]) -> str:
    """The next page of a list whose entries are counted."""
    return str(len(found))


class StackClient:
    """The stack within reach. Raises CommandFailed when none runs there."""

    def __init__(self, reach: Reach) -> None:
        self._folder = reach.folder
        self.card: StackCard = read_card(reach.folder)
        self._http = httpx2.Client(
            base_url=self.card.api,
            headers={"Authorization": f"Bearer {reach.token()}"},
            timeout=TIMEOUT_SECONDS,
            # The stack is on this machine: no proxy stands between, and over plain HTTP nobody need be trusted.
            trust_env=False,
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, *path: str, query: Mapping[str, str] | None = None) -> Any:
        """The answer's JSON. Raises CommandFailed with one line a fault."""
        return self._answer("GET", path, params=dict(query or {})).json()

    def whole(self, *path: str, after: Callable[[list[Any]], str], query: Mapping[str, str] | None = None) -> list[Any]:
        """A list with all its pages; `after` says by what has come where the next begins. Raises CommandFailed."""
        found: list[Any] = []
        while True:
            asked = {**(query or {}), "limit": str(MOST_A_PAGE), **({"after": after(found)} if found else {})}
            page = self.get(*path, query=asked)
            found += page
            if len(page) < MOST_A_PAGE:
                return found

    def download(self, *path: str) -> bytes:
        """The answer's content as it is. Raises CommandFailed with one line a fault."""
        return self._answer("GET", path).content

    def done(self, *path: str, document: Any = None) -> None:
        """Asks for what has no answer, with JSON if more is to be said. Raises CommandFailed with one line a fault."""
        self._answer("POST", path, json=document)

    def post(self, *path: str, document: Any, headers: Mapping[str, str] | None = None) -> Any:
        """Sends JSON; the answer's JSON. Raises CommandFailed with one line a fault."""
        return self._answer("POST", path, json=document, headers=dict(headers or {})).json()

    def send(self, *path: str, content: bytes, content_type: str) -> Any:
        """Sends a file as it is; the answer's JSON. Raises CommandFailed with one line a fault."""
        return self._answer("POST", path, content=content, headers={"Content-Type": content_type}).json()

    def _answer(self, method: str, path: tuple[str, ...], **content: Any) -> httpx2.Response:
        url = "/" + "/".join(quote(part, safe="") for part in path)
        try:
            answer = self._http.request(method, url, **content)
        except httpx2.ConnectError:
            raise no_stack(self._folder) from None
        except httpx2.TimeoutException:
            raise CommandFailed(f"the stack at {self.card.api} did not answer within {TIMEOUT_SECONDS:g} s") from None
        except httpx2.TransportError as error:
            raise CommandFailed(f"the stack at {self.card.api} ended the connection ({type(error).__name__})") from None
        if answer.is_success:
            return answer
        raise CommandFailed(*_faults(answer))


def _operator_token(folder: Path) -> str:
    try:
        return read_operator_token(folder)
    except OSError as error:
        raise CommandFailed(f"the operator token in {folder} cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise CommandFailed(str(error)) from None


def _token_in(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            token = opened.read(MOST_TOKEN_BYTES).decode("ascii").strip()
    except OSError as error:
        raise CommandFailed(f"{file}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        token = ""
    if not token or not token.isprintable() or " " in token:
        raise CommandFailed(f"{file}: holds no token; it should hold one and nothing else")
    return token


def _faults(answer: httpx2.Response) -> list[str]:
    """One line a fault: `{"errors": [{field, message}]}` or `{"reason"}`."""
    try:
        said = answer.json()
    except ValueError:
        said = None
    if isinstance(said, dict) and isinstance(said.get("errors"), list):
        return [f"{each.get('field')}: {each.get('message')}" for each in said["errors"]]
    if isinstance(said, dict) and "reason" in said:
        return [str(said["reason"])]
    return [f"the stack answered {answer.status_code} {answer.reason_phrase}"]
