"""The Confirmation and the last service day: none leaves after it, and the contract closes (IT-5, IT-18)."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar, cast

import pytest

from schemas.base import Frozen
from schemas.ledger import Entry, Recorded
from tests.workflows.driven import DrivenContract
from tests.workflows.test_refusals import at
from workflows.submissions import Submission

Result = TypeVar("Result")
LAST_DAY = "2026-03-17"


class MailDown(DrivenContract):
    """Nothing leaves before the mail server is back."""

    back_at: datetime

    async def attempt(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        if isinstance(request, Entry) and request.send_first and self.now < self.back_at:
            return cast(Result, Recorded(done=False))
        return await super().attempt(activity, request, result, summary)


async def connecting(*, back_at: datetime) -> MailDown:
    """An end on 17 March is agreed; audit and agents are on record at 20:00 of that day."""
    contract = MailDown()
    contract.back_at = back_at
    await contract.until(at(2, 16))
    assert (await contract.act("agree_onboarding", on="2026-03-16T10:00")).accepted
    assert (await contract.act("agree_end", on=LAST_DAY, note="Vienošanās")).accepted
    await contract.until(at(3, 17, 20))
    assert (await contract.act("record_audit")).accepted
    assert (await contract.act("confirm_rmm_installed", devices="14")).accepted
    return contract


@pytest.mark.clause("IT-5", "IT-18", "IT-41.mutual")
async def test_no_confirmation_leaves_after_the_last_service_day() -> None:
    contract = await connecting(back_at=at(3, 18, 0))
    await contract.until(at(3, 31, 7))
    # The last day is 17 March: it ends on the 18th at 06:00, is erased on 17 + 14 = 31 March and owes nothing.
    assert contract.told("service.confirmed", "contract.ended", "data.erased", "contract.closed") == [
        "2026-03-18 06:00 contract.ended",
        "2026-03-31 06:00 data.erased",
        "2026-03-31 06:00 contract.closed",
    ]
    assert contract.invoices_ordered == []


@pytest.mark.clause("IT-5", "IT-18", "IT-41.mutual")
async def test_a_confirmation_that_leaves_on_the_last_day_is_billed_for_that_day() -> None:
    # Tried at 20:00, 20:05, 20:15, 20:35, 21:15 and 22:35: the mail server is back at 22:00.
    contract = await connecting(back_at=at(3, 17, 22))
    await contract.until(at(3, 18, 7))
    assert contract.told("service.confirmed", "contract.ended") == [
        "2026-03-17 22:35 service.confirmed",
        "2026-03-18 06:00 contract.ended",
    ]
    (order,) = contract.invoices_ordered
    assert (str(order.inputs.period.from_), str(order.inputs.period.to)) == (LAST_DAY, LAST_DAY)


@pytest.mark.clause("IT-5", "IT-18", "IT-41.mutual")
async def test_no_confirmation_leaves_where_nobody_was_at_work_until_the_day_was_over() -> None:
    contract = await connecting(back_at=at(3, 17))
    dispute = Submission(act="record_dispute", act_id="d-1", payload={"note": "Rēķins"})
    await contract.down_until(at(3, 18, 3), dispute)
    assert contract.told("service.confirmed") == []
    assert dispute.outcome is not None
    assert dispute.outcome.accepted
    await contract.until(at(3, 31, 7))
    assert contract.state.closed
