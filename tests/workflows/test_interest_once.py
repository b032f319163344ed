"""Each day of each euro paid late bears interest once, however payments come, go and become known (exact rule 11)."""

from __future__ import annotations

import pytest

from schemas.invoice import CreditNote
from tests.workflows.driven import DrivenContract
from tests.workflows.test_interest_given_back import NP1, billed, documents, issued, pay, take_back
from tests.workflows.test_refusals import at


async def paid_at_last(contract: DrivenContract) -> None:
    """March's 404.96 on 19 July, 95 days after 15 April; interest for them is billed on 1 August."""
    await contract.until(at(7, 20))
    await pay(contract, "404.96", "2026-07-19")
    await contract.until(at(8, 2))


@pytest.mark.clause("IT-20", "IT-22")
@pytest.mark.parametrize(
    ("paid_on", "given_back"),
    [
        # 200.00 had been paid on 15 April: 200.00 x 10 x 35 / 36500 = 1.9178: 1.92 of the 3.88.
        ("2026-04-15", "1.92"),
        # Of 1 May, 16 days late: 19 of the 35 days were too many. 200.00 x 10 x 19 / 36500 = 1.0411.
        ("2026-05-01", "1.04"),
    ],
)
async def test_two_payments_taken_back_leave_no_day_billed_twice(paid_on: str, given_back: str) -> None:
    # All of March is late from 15 April to 19 July: 404.96 x 10 x 95 / 36500 = 10.5400: 10.54.
    # 3.88 of it are billed, and what came back is billed again: 60 days are left, 404.96 x 10 x 60 / 36500 = 6.6569.
    contract = await billed()
    await pay(contract, "200.00", paid_on)
    await take_back(contract, 2)
    await contract.until(at(7, 2))
    await take_back(contract, 1)
    await paid_at_last(contract)
    assert documents(contract) == [NP1, ("NP1-K1", [given_back]), ("NP2", [given_back]), ("NP3", ["6.66"])]
    assert issued(contract)[-1].lines[0].text.endswith("dienas: 60")


@pytest.mark.clause("IT-20", "IT-22")
async def test_two_payments_taken_back_at_once_are_billed_as_one() -> None:
    # Nothing was billed again in between: of 10.54 are 1.96 billed, 3.88 less 1.92. 200.00 are late for all 95 days,
    # 200.00 x 10 x 95 / 36500 = 5.2054; the other 204.96 for 60 days more: 204.96 x 10 x 60 / 36500 = 3.3692.
    contract = await billed()
    await pay(contract, "200.00")
    await take_back(contract, 2)
    await take_back(contract, 1)
    await paid_at_last(contract)
    assert documents(contract) == [NP1, ("NP1-K1", ["1.92"]), ("NP2", ["5.21", "3.37"])]


@pytest.mark.clause("IT-20", "IT-22")
async def test_a_payment_that_takes_the_place_of_one_taken_back_ends_its_days_earlier() -> None:
    # March is open again and, it is told then, was paid on 10 May: 25 days late and not 35.
    # 404.96 x 10 x 10 / 36500 = 1.1095 come back.
    contract = await billed()
    await take_back(contract, 1)
    await pay(contract, "404.96", "2026-05-10")
    await contract.until(at(7, 2))
    assert documents(contract) == [NP1, ("NP1-K1", ["1.11"])]
    [note] = [one for one in issued(contract) if isinstance(one, CreditNote)]
    assert (str(note.from_), str(note.to)) == ("2026-05-11", "2026-05-20")
