"""The customers' mail server in a process of its own, keeping nothing: `python -m bench.mail_partner PORT`."""

from __future__ import annotations

import asyncio
import sys

from runtime.embedded.ports import LOOPBACK

END = b"\r\n.\r\n"
MOST_BYTES = 32_000_000
ANSWERS = {b"EHLO": b"250-localhost\r\n250 SIZE", b"DATA": b"354 go on", b"QUIT": b"221 2.0.0 bye"}


async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes every message as one piece: what a customer's server does with it is not the product's time."""
    answer = b"220 localhost"
    while answer:
        writer.write(answer + b"\r\n")
        command = (await reader.readline())[:4].upper()
        answer = ANSWERS.get(command, b"250 2.0.0 ok") if command else b""
        if command == b"DATA":
            writer.write(answer + b"\r\n")
            await reader.readuntil(END)
            answer = b"250 2.0.0 taken"
    writer.close()


async def serve(port: int) -> None:
    async with await asyncio.start_server(take, LOOPBACK, port, limit=MOST_BYTES):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
