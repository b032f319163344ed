"""What the changes of subscriptions are shown with: a contract that asks, and an ALSO that refuses some products."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from schemas.base import RIGA, Frozen
from schemas.distribution import (
    AddLicences,
    CancelSubscription,
    Errand,
    PlaceOrder,
    SetRenewal,
    SubscriptionAnswer,
)
from schemas.mail import Letter, MailKind
from schemas.state import ActOutcome
from tests.stories.documents import ADMINISTRATOR, product
from tests.workflows.driven_subscriptions import DrivenSubscriptions


def at(text: str) -> datetime:
    """A Riga time such as 2026-03-02T09:00, or 12:00 of a day."""
    moment = datetime.fromisoformat(text).replace(tzinfo=RIGA)
    return moment if "T" in text else moment + timedelta(hours=12)


def offered(name: str, period: str, price: str) -> dict[str, Any]:
    """A product as a request for it names it."""
    return {key: value for key, value in product(name, period, 1, price).items() if key != "licences"}


class DrivenLicences(DrivenSubscriptions):
    """What concerns the products in `refuses` is refused with these words, by ALSO unless `is_own_refusal`."""

    def __init__(self, *products: dict[str, Any], **more: Any) -> None:
        self.refuses: dict[str, str] = {}
        self.is_own_refusal = False
        super().__init__(*products, **more)

    async def approve(self, day: str) -> None:
        """With what follows from it by noon: all is ordered, provided and confirmed."""
        await super().approve(day)
        await self.until(at(day))

    async def ask_for(self, moment: str, subscription: str, **wanted: Any) -> ActOutcome:
        """The administrator asks for a change, for the day it asks on unless told otherwise."""
        await self.until(at(moment))
        fields = {"subscription": subscription, "effective_on": moment[:10], **wanted}
        outcome = await self.act("request_change", from_email=ADMINISTRATOR["email"], **fields)
        await self.until(self.now)
        return outcome

    def letters(self, kind: MailKind) -> list[Letter]:
        return [letter for entry in self.entries for letter in entry.letters if letter.kind == kind]

    def _answer(self, request: Errand) -> Frozen:
        sku = None
        match request:
            case PlaceOrder():
                sku = request.sku
            case AddLicences() | SetRenewal() | CancelSubscription():
                sku = self.standing[request.account_id].service
        if sku in self.refuses:
            return SubscriptionAnswer(subscription=None, refused=self.refuses[sku], is_own=self.is_own_refusal)
        return super()._answer(request)


async def provided(*products: dict[str, Any], **more: Any) -> DrivenLicences:
    """Signed on 10 February 2026, approved and confirmed on the 12th."""
    contract = DrivenLicences(*products, **more)
    await contract.approve("2026-02-12")
    assert contract.state.service_from == date(2026, 2, 12)
    return contract
