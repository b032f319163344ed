"""Any life of subscriptions whose renewals ALSO has refused, which is known late: what never began costs nothing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from schemas.ledger import CreditNoteIssued
from schemas.subscription import LicenceCharge, SubscriptionTerm
from terms.calendar import decision_at, local_date
from terms.pricing import lines_to_bill
from terms.subscriptions import charges_of_month
from tests.stories.documents import ADMINISTRATOR, product
from tests.workflows.driven_licences import DrivenLicences, provided

MONTHLY = (product("Basic", "month", 5, "6.10"), product("Standard", "month", 7, "12.35"))
YEARLY = product("Premium", "year", 9, "21.80")
FIRST_DAY, LAST_DAY = date(2026, 3, 9), date(2026, 7, 20)


class Life:
    """Acts by chance, a few days apart. On 11 March, April or May some of the monthly ones end at ALSO for good.

    Until that is seen, ALSO does not answer, or is late to tell of it, and answers as if they were there.
    """

    def __init__(self, contract: DrivenLicences, seed: int) -> None:
        self.contract, self.random = contract, Random(seed)
        self.ended_there = date(2026, self.random.choice([3, 3, 4, 5]), 11)
        self.seen_on = self.ended_there + timedelta(days=self.random.randint(2, 50))
        self.refused = self.random.choice((["1"], ["2"], ["1", "2"]))
        self.is_silent = self.random.random() < 0.5
        self.is_seen = False

    async def live(self) -> None:
        day = FIRST_DAY
        while day < LAST_DAY:
            if not self.is_seen and (day >= self.seen_on or self.contract.state.stage == "ended"):
                self.see()
            day += timedelta(days=self.random.randint(1, 5))
            self.contract.is_silent = self.is_silent and not self.is_seen and day > self.ended_there
            await self.contract.until(decision_at(day) + timedelta(hours=6))
            await self.act()
        await self.contract.until(decision_at(date(2026, 8, 3)))

    def see(self) -> None:
        self.is_seen = True
        self.contract.is_silent = False
        for one in self.contract.licensing.subscriptions:
            assert one.account_id is not None, "all were ordered"
            if one.id in self.refused:
                self.contract.change(one.account_id, state="terminated", ends_on=self.ended_there)

    async def act(self) -> None:
        one = self.random.choice(self.contract.licensing.subscriptions)
        match self.random.randint(0, 19):
            case 0 | 1 | 2 | 3 | 4 | 5:
                least = 1 if one.period == "year" else 0
                await self.ask(one.id, self.random.randint(least, max(one.licences - 1, least)), leave_early=True)
            case 6 | 7 | 8 | 9:
                await self.ask(one.id, one.licences + self.random.randint(1, 4))
            case 10 if self.random.random() < 0.1:
                await self.contract.act("agree_end", on=f"{local_date(self.contract.now)}", note="Abi")
            case _ if self.contract.owed:
                paid = {"amount": f"{self.contract.owed:.2f}", "paid_on": f"{local_date(self.contract.now)}"}
                await self.contract.done("record_payment", **paid)

    async def ask(self, subscription: str, licences: int, **more: bool) -> None:
        """As the customer may; what cannot be is refused."""
        wanted = {
            "subscription": subscription,
            "licences": licences,
            "effective_on": f"{local_date(self.contract.now)}",
        }
        await self.contract.act("request_change", from_email=ADMINISTRATOR["email"], **wanted, **more)

    def never_began(self, term: SubscriptionTerm) -> bool:
        return term.subscription in self.refused and term.days.from_ > self.ended_there

    def charged(self) -> tuple[list[LicenceCharge], list[LicenceCharge]]:
        """What all invoices charged for terms that never began, and for the others."""
        refused: list[LicenceCharge] = []
        others: list[LicenceCharge] = []
        for inputs in (one.inputs for one in self.contract.invoices_ordered):
            for term in inputs.terms:
                charges = refused if self.never_began(term) else others
                charges += charges_of_month(term, inputs.period.from_)
        return refused, others


def net(charges: list[LicenceCharge]) -> Decimal:
    return sum((charge.net for charge in charges), Decimal(0))


async def lived(seed: int) -> Life:
    life = Life(await provided(*MONTHLY, YEARLY, special_terms={"payment_days": "60"}), seed)
    await life.live()
    return life


@pytest.mark.long
@pytest.mark.clause("M365-15", "M365-24", "M365-48.1")
@pytest.mark.parametrize("seed", range(12))
async def test_what_never_began_comes_to_nothing_and_the_others_to_what_they_were(seed: int) -> None:
    life = await lived(seed)
    refused, others = life.charged()
    billed = sum((line.net for one in life.contract.invoices_ordered for line in lines_to_bill(one.inputs)), Decimal(0))
    entries = life.contract.entries
    notes = [each.note for entry in entries for each in entry.changes if isinstance(each, CreditNoteIssued)]
    given_back = sum((note.net for note in notes), Decimal(0))
    assert given_back == net(refused)
    assert billed - given_back == net(others)
