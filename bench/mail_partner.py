"""The customers' mail server in a process of its own, keeping nothing: `python -m bench.mail_partner PORT`."""

from __future__ import annotations

import asyncio
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session

from runtime.embedded.ports import LOOPBACK


class Discarding:
    """Takes every message; what a customer's server does with it is not the product's time."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return "250 2.0.0 taken"


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Discarding(), hostname="localhost", loop=loop), LOOPBACK, port)
    async with server:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
