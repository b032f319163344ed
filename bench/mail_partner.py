"""The customers' mail server in a process of its own, as in life: `python -m bench.mail_partner FOLDER PORT`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from runtime.embedded.mailbox import smtp_sandbox


async def serve(folder: Path, port: int) -> None:
    async with smtp_sandbox(folder, port=port):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
