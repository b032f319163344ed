"""The product without sealing and codec, to measure what they cost: values take the same path, in clear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asyncpg import Pool
from temporalio.client import Client

from bench.ready_made import ReadyMade, enclose_ready_made
from runtime.converter import plain_converter
from runtime.settings import Settings
from runtime.wiring import contract_activities, contract_worker
from schemas.contract import SignedContract, fingerprint
from schemas.sealed import SealedValue, sealed_value
from sealing import cipher
from sealing.keys import KeyStore, contract_owner
from sealing.sealer import Sealer

TASK_QUEUE = "unsealed"
NO_SEAL = bytes(cipher.NONCE_BYTES + cipher.TAG_BYTES)
"""As many bytes as a nonce and a tag have."""


class OpenSealer(Sealer):
    """Its tokens are as long as sealed ones and look like them, and anybody can read them."""

    async def seal(self, contract: str, subject: str, text: str) -> str:
        key_id = contract_owner(contract, subject).key_id(1)
        return str(SealedValue(key_id=key_id, look_up="", body=cipher.to_text(NO_SEAL + text.encode())))

    async def open(self, value: str) -> str:
        parts = sealed_value(value)
        assert parts is not None, "only what was made here is opened"
        return cipher.from_text(parts.body, "a value").removeprefix(NO_SEAL).decode()

    async def fingerprint(self, contract: SignedContract) -> str:
        return fingerprint(contract)


@asynccontextmanager
async def unsealed(
    client: Client, pool: Pool, settings: Settings, keys: KeyStore, own_press: ReadyMade
) -> AsyncIterator[tuple[Client, Settings, Sealer]]:
    """A worker of its own, on a task queue of its own, beside the product's."""
    config = client.config()
    config["data_converter"] = plain_converter
    open_client, sealer = Client(**config), OpenSealer(keys)
    own = settings.model_copy(update={"task_queue": TASK_QUEUE})
    async with contract_activities(own, pool, sealer) as activities, contract_worker(open_client, own, activities):
        enclose_ready_made(activities.post, own_press)
        yield open_client, own, sealer
