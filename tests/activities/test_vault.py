"""The vault on the real audit trail: with few connections, and of a contract that is erased."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio
from asyncpg import Pool

from activities.audit import AuditTrail
from activities.ledger import trail, writing
from runtime.clock import now
from runtime.database import open_pool
from schemas.ledger import PersonalDataErased, RecordKept
from schemas.vault import GrantAsked, Look
from sealing.sealer import Sealer
from starter.vault import UnknownCredential, Vault
from tests.activities.offices import signing
from tests.sealing_keys import sealer

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

PATIENCE_SECONDS = 60
ASKED = GrantAsked(specialist="support-1", purpose="Pieteikums 17", minutes=30)


@pytest_asyncio.fixture(loop_scope="session")
async def one_connection(dsn: str) -> AsyncIterator[Pool]:
    async with await open_pool(dsn, connections=1) as pool:
        yield pool


def vault_of(pool: Pool, sealer: Sealer) -> Vault:
    audit = AuditTrail(sealer=sealer, clock=now)
    return Vault(pool=pool, open_token=sealer.open, on_trail=partial(audit.tell, pool), clock=now)


async def with_a_credential(pool: Pool, number: str) -> None:
    [registered, *_] = (await signing(number)).changes
    details = {name: await sealer().seal(number, "self", name) for name in ("username", "secret")}
    kept = RecordKept(inventory="credentials", record="router", details=details)
    async with pool.acquire() as db, db.transaction():
        for change in (registered, kept):
            await writing.apply_change(db, number, now(), change)


@pytest.mark.clause("IT-A2.21", "IT-A2.22")
async def test_a_grant_waits_for_no_second_connection(one_connection: Pool) -> None:
    await with_a_credential(one_connection, "VAULT-1")
    vault = vault_of(one_connection, sealer())
    async with asyncio.timeout(PATIENCE_SECONDS):
        await vault.grant("VAULT-1", "router", ASKED, "admin-1")
        shown = await vault.show("VAULT-1", "router", Look(purpose="Nomainu maršrutētāju"), "support-1")
    assert shown.secret == "secret"


@pytest.mark.clause("IT-A2.22", "IT-54")
async def test_a_look_into_an_erased_contracts_vault_is_refused_and_on_the_trail(one_connection: Pool) -> None:
    pool, number = one_connection, "VAULT-2"
    await with_a_credential(pool, number)
    async with pool.acquire() as db, db.transaction():
        await writing.apply_change(db, number, now(), PersonalDataErased(keep=()))
    await sealer().keys.destroy(f"contract/{number}/self/1")
    vault = vault_of(pool, sealer())
    with pytest.raises(UnknownCredential):
        await vault.show(number, "router", Look(purpose="Nomainu maršrutētāju"), "support-1")
    with pytest.raises(UnknownCredential):
        await vault.grant(number, "router", ASKED, "admin-1")
    async with pool.acquire() as db:
        rows = await trail.read(db, number)
    assert [(row.action, row.actor, row.personal, row.personal_digest) for row in rows] == [
        ("credential.look_refused", "support-1", None, None),
        ("credential.grant_refused", "admin-1", None, None),
    ]
