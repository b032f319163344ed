"""Money that comes once personal data is erased: it counts, and no text is kept of it that nobody could open."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from schemas.base import RIGA
from schemas.ledger import PaymentBooked
from schemas.receivables import OpenInvoice
from tests.workflows.driven import DrivenContract


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=RIGA)


async def indebted() -> DrivenContract:
    """Both end it on 31 May 2026, so that it is erased at 06:00 on 14 June; an invoice is never paid."""
    contract = DrivenContract()
    await contract.until(at(5, 4))
    assert (await contract.act("agree_end", on="2026-05-31", note="Vienošanās")).accepted
    await contract.until(at(6, 2))
    debt = {"total": Decimal("50.00"), "open": Decimal("50.00"), "due_on": None}
    contract.state.invoices.append(OpenInvoice(number="IT-1", month="2026-05", **debt))
    return contract


async def booked(contract: DrivenContract, generation: int) -> PaymentBooked:
    """A payment of a euro, whose reference was sealed under a generation of the contract's own key."""
    reference = f"sealed:v1:contract/{contract.number}/self/{generation}::" + "A" * 40
    day = f"{contract.now:%Y-%m-%d}"
    assert (await contract.act("record_payment", amount="1.00", paid_on=day, reference=reference)).accepted
    [change] = [each for each in contract.entries[-1].changes if isinstance(each, PaymentBooked)]
    assert change.amount == 1
    assert change.reference in (None, reference)
    return change


@pytest.mark.clause("IT-41", "IT-42")
async def test_what_was_sealed_under_a_key_that_goes_is_not_kept() -> None:
    contract = await indebted()
    assert (await booked(contract, 1)).reference is not None
    await contract.until(at(6, 13))
    assert (await booked(contract, 1)).reference is not None

    await contract.until(at(6, 14))
    assert (contract.state.ending.erasure_ordered, contract.state.key_generation) == (True, 2)
    assert (await booked(contract, 1)).reference is None
    assert (await booked(contract, 2)).reference is not None


@pytest.mark.clause("IT-41", "IT-42")
async def test_nor_is_it_between_the_erasure_and_the_new_key() -> None:
    contract = await indebted()
    while not contract.state.ending.erased:
        [duty, *_] = contract._coming()
        contract.now = max(contract.now, contract._due_at(duty))
        await contract.do(duty)
    assert (contract.state.ending.erasure_ordered, contract.state.key_generation) == (False, 1)
    assert (await booked(contract, 1)).reference is None
