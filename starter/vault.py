"""The credential vault: secrets are opened for a named specialist, for a time, each look on the trail (GUIDE-18d).

Grants and looks are no acts of the contract's workflow: its history and timeline never come near a secret.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from asyncpg import Pool, Record

from activities.ledger import inventory, reading
from schemas.vault import Grant, GrantAsked, Look, Revocation, ShownCredential
from terms.vault import credentials_are_mandated, may_grant, may_show

CLAUSES = ("IT-A2.7", "IT-A2.20", "IT-A2.21", "IT-A2.22")

OpenToken = Callable[[str], Awaitable[str]]
"""The clear text of a sealed value; raises what the opening of sealed values raises."""


class OnTrail(Protocol):
    """Puts one grant or look on the audit trail, given or refused, and raises when that cannot be done.

    `purpose` is free text and may name people, or empty; all else is ids and words.
    """

    async def __call__(
        self,
        *,
        contract: str,
        action: str,
        subject: str,
        actor: str,
        purpose: str,
        clauses: Sequence[str],
        details: Mapping[str, str],
    ) -> None: ...


class LookRefused(Exception):
    """A grant or a look that is not given; the reason is for the person who asked."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownCredential(LookupError):
    """The contract's vault holds no such credential."""


class UnknownGrant(LookupError):
    """The specialist was not granted this credential, or it was taken back already."""


class Vault:
    """Grants and shows credentials; `clock` tells real time also where a contract's own runs ahead of it."""

    def __init__(self, *, pool: Pool, open_token: OpenToken, on_trail: OnTrail, clock: Callable[[], datetime]) -> None:
        self.pool = pool
        self.open_token = open_token
        self.on_trail = on_trail
        self.clock = clock

    async def grant(self, contract: str, credential: str, asked: GrantAsked, actor: str) -> Grant:
        """Let a specialist in, in place of an earlier grant. Raises UnknownCredential or LookRefused."""
        now = self.clock()
        grant = Grant(
            credential=credential,
            specialist=asked.specialist,
            granted_by=actor,
            granted_at=now,
            until=now + timedelta(minutes=asked.minutes),
        )
        told = self._telling(contract, credential, actor, asked.purpose, specialist=asked.specialist)
        try:
            await self._credential(contract, credential)
            if not may_grant(granted_by=actor, specialist=asked.specialist):
                raise LookRefused("nobody grants a credential to themselves; have somebody else do it")
        except (UnknownCredential, LookRefused):
            await told("credential.grant_refused")
            raise
        # On the trail first, as a look is: what does not get there is not granted. Not within a transaction, which
        # would hold one of the pool's connections while the trail waits for another.
        await told("credential.granted")
        await inventory.put_grant(self.pool, contract, grant)
        return grant

    async def revoke(self, contract: str, credential: str, specialist: str, asked: Revocation, actor: str) -> None:
        """Take a specialist's grant back at once. Raises UnknownCredential, or UnknownGrant where there is none."""
        told = self._telling(contract, credential, actor, asked.purpose, specialist=specialist)
        if await inventory.credential(self.pool, contract, credential) is None:
            await told("credential.revoke_refused")
            raise UnknownCredential
        if await inventory.grant_of(self.pool, contract, credential, specialist) is None:
            await told("credential.revoke_refused")
            raise UnknownGrant
        await told("credential.revoked")
        await inventory.remove_grant(self.pool, contract, credential, specialist)

    async def show(self, contract: str, credential: str, look: Look, actor: str) -> ShownCredential:
        """Open a credential for the specialist who asks. Raises UnknownCredential or LookRefused."""
        told = self._telling(contract, credential, actor, look.purpose)
        try:
            row = await self._credential(contract, credential)
            grant = await inventory.grant_of(self.pool, contract, credential, actor)
            if not may_show(grant, credential=credential, specialist=actor, now=self.clock()):
                raise LookRefused("no grant lets you see this credential now; ask for one")
        except (UnknownCredential, LookRefused):
            await told("credential.look_refused")
            raise
        # On the trail before it is opened: a look may be told and then fail, but none is ever had untold.
        await told("credential.shown")
        return await self._opened(row)

    def _telling(
        self, contract: str, credential: str, actor: str, purpose: str, **details: str
    ) -> Callable[[str], Awaitable[None]]:
        """How what becomes of this wish is put on the trail."""
        return lambda action: self.on_trail(
            contract=contract,
            action=action,
            subject=f"credential/{credential}",
            actor=actor,
            purpose=purpose,
            clauses=CLAUSES,
            details=details,
        )

    async def _credential(self, contract: str, credential: str) -> Record:
        row = await inventory.credential(self.pool, contract, credential)
        if row is None:
            raise UnknownCredential
        of_contract = await reading.contract_row(self.pool, contract)
        if of_contract is None or not credentials_are_mandated(of_contract["mandates"]):
            raise LookRefused("the customer has withdrawn the consent to storing credentials; they are used no more")
        if "secret" not in row["details"]:
            raise LookRefused("it named a user who is erased, and went with that user; have the customer grant it anew")
        return row

    async def _opened(self, row: Record) -> ShownCredential:
        details = row["details"]
        note = details.get("note")
        return ShownCredential(
            credential=row["id"],
            system=row["system"],
            username=await self.open_token(details["username"]),
            secret=await self.open_token(details["secret"]),
            note=await self.open_token(note) if note is not None else None,
        )
