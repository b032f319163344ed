"""Text messages, the second channel beside e-mail: IT-6 sends an audit report's key over it."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Protocol

from activities.partners.files import write_whole


class SmsGateway(Protocol):
    """A service that delivers text messages."""

    async def send(self, *, key: str, phone: str, text: str) -> None:
        """Sends `text` to `phone` (E.164, such as +371…), once for each `key` however often it is called.

        Raises OSError when the gateway cannot be reached; nothing is known of delivery.
        """


class SandboxSms:
    """Text messages as files, one for each key: what a phone would show."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def send(self, *, key: str, phone: str, text: str) -> None:
        path = self.path(key)
        if not await asyncio.to_thread(path.exists):
            await asyncio.to_thread(write_whole, path, f"{phone}\n\n{text}\n")

    def path(self, key: str) -> Path:
        """Where the message with this key lies: phone, empty line, text."""
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.txt"
