"""A Confirmation that an address refuses goes to a new one at once, whichever of several it is (M365-3, M365-55)."""

from __future__ import annotations

from datetime import date
from typing import TypeVar, cast

import pytest

from schemas.base import Frozen
from schemas.ledger import Entry, Recorded
from tests.stories.documents import SKUS, product
from tests.workflows.driven_licences import DrivenLicences, at

Result = TypeVar("Result")


class Refusing(DrivenLicences):
    """The mail server refuses the address from the second Confirmation on."""

    is_refused = False

    async def attempt(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        if isinstance(request, Entry) and request.send_first and self.is_refused:
            return cast(Result, Recorded(done=False, refused=True))
        return await super().attempt(activity, request, result, summary)


@pytest.mark.clause("M365-3", "M365-10", "M365-55")
async def test_a_new_address_gets_the_second_confirmation_at_once() -> None:
    contract = Refusing(product("Basic", "month", 5, "0.00"), product("Standard", "month", 5, "0.00"))
    contract.refuses = {SKUS["Standard"]: "Nav kredīta"}
    await contract.approve("2026-02-12")
    assert contract.held("1").first_day == date(2026, 2, 12)
    contract.is_refused, contract.refuses = True, {}
    # Ordered at 06:00 of the 13th, when the order is tried again; the Confirmation would be tried again on the 14th.
    await contract.until(at("2026-02-13"))
    assert contract.held("2").first_day is None
    contract.is_refused = False
    assert (await contract.act("change_contact", role="administrator", email="juris@example.lv")).accepted
    await contract.until(contract.now)
    assert contract.held("2").first_day == date(2026, 2, 13)
