"""Where an invoice goes that e-mail does not take: opened for whoever posts it, told on the trail (IT-19, IT-61)."""

from __future__ import annotations

from asyncpg import Pool

from activities.ledger import invoice_documents
from schemas.base import Frozen
from starter.vault import OnTrail, OpenToken


class Envelope(Frozen):
    """What is written on the envelope; the address may be a person's own."""

    customer: str
    address: str


async def envelope(pool: Pool, number: str, *, actor: str, open_token: OpenToken, on_trail: OnTrail) -> Envelope | None:
    """The envelope of an invoice; None where it is none that goes by post. Raises SealingError."""
    row = await invoice_documents.to_post(pool, number)
    if row is None:
        return None
    # On the trail before it is opened: a look may be told and then fail, but none is ever had untold.
    await on_trail(
        contract=row["contract"],
        action="address.shown",
        subject=f"invoice/{number}",
        actor=actor,
        purpose="",
        clauses=("IT-19", "IT-61"),
        details={"why": "posting an invoice"},
    )
    return Envelope(customer=row["customer_name"], address=await open_token(row["address"]))
