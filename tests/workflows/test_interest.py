"""Interest on payments that are taken back: no day is billed twice, none is lost (exact rule 11)."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.contract import SignedContract
from tests.schemas.documents import contract
from tests.workflows.driven import DrivenContract
from tests.workflows.test_refusals import at


async def serving() -> DrivenContract:
    """Connected on 1 April with 14 users at 12.50: 175.00 and 36.75 VAT, 211.75 a month, due on the 15th."""
    document = contract()
    document["special_terms"] = {"late_interest_percent": "10.00"}
    driven = DrivenContract(SignedContract.model_validate(document))
    await driven.until(at(4, 1))
    assert (await driven.act("agree_onboarding", on="2026-04-01T10:00")).accepted
    assert (await driven.act("record_audit", findings=[])).accepted
    assert (await driven.act("confirm_rmm_installed", devices="14")).accepted
    return driven


def charged(driven: DrivenContract) -> list[tuple[int, str]]:
    events = [event for entry in driven.entries for event in entry.events if event.event == "interest.charged"]
    return [(event.data["days"], event.data["amount"]) for event in events]


async def pay(driven: DrivenContract, **fields: Any) -> None:
    assert (await driven.act("record_payment", **fields)).accepted


@pytest.mark.clause("IT-20", "IT-22")
async def test_days_billed_for_a_payment_taken_back_are_not_billed_again() -> None:
    # 211.75 due on 15 May. 10 days late: 211.75 x 10 x 10 / 36500 = 0.5801... = 0.58, billed on 1 June. Taken back on
    # 2 June, paid on 4 June, 20 days late: 10 days more, 0.58 more, billed on 1 July.
    driven = await serving()
    await driven.until(at(5, 25))
    await pay(driven, amount="211.75", paid_on="2026-05-25")
    await driven.until(at(6, 2))
    assert charged(driven) == [(10, "0.58")]
    assert (await driven.act("reverse_payment", payment="1", reason="Taken back by the bank")).accepted
    await driven.until(at(6, 4))
    await pay(driven, amount="211.75", paid_on="2026-06-04")
    await driven.until(at(7, 2))
    assert charged(driven) == [(10, "0.58"), (10, "0.58")]


@pytest.mark.clause("IT-20", "IT-22")
async def test_a_late_payment_taken_back_before_its_interest_is_billed_bears_none() -> None:
    # Only the payment that stays counts: 211.75 x 10 x 20 / 36500 = 1.1602... = 1.16.
    driven = await serving()
    await driven.until(at(5, 20))
    await pay(driven, amount="211.75", paid_on="2026-05-20")
    assert (await driven.act("reverse_payment", payment="1", reason="Taken back by the bank")).accepted
    await driven.until(at(6, 4))
    await pay(driven, amount="211.75", paid_on="2026-06-04")
    await driven.until(at(7, 2))
    assert charged(driven) == [(20, "1.16")]
