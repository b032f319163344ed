"""The provider's prices: told ten days ahead, and for what is ordered or renewed from their day alone (M365-25)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationError

from schemas.base import Frozen
from schemas.change_acts import AnnounceChange
from schemas.licensing import AtRenewal
from schemas.mail import MailKind
from schemas.microsoft365 import MOST_PRODUCTS, Microsoft365Content, OfferedProduct, PriceChange
from schemas.problems import problems_of, reasons
from schemas.state import PendingChange
from terms.licensing import PRICE_NOTICE_DAYS, content_of, with_prices
from workflows.announcements import Announcements
from workflows.licensing.process import LicensingProcess
from workflows.refusal import ActRefused
from workflows.steps import Step


class _Prices(Frozen):
    prices: Annotated[tuple[PriceChange, ...], Field(min_length=1, max_length=MOST_PRODUCTS)]


class PriceChanges(Announcements, LicensingProcess):
    """A running term keeps the price it began with."""

    notice_days: ClassVar[int] = PRICE_NOTICE_DAYS

    def announced(self, act: AnnounceChange) -> dict[str, Any]:
        try:
            changes = _Prices.model_validate(act.changes)
            content = content_of(self.state.versions, self.day_with_content(act.effective_on))
            coming = [one.what for one in self._coming()]
            with_prices(content, [one for one in changes.prices if one.what not in coming])
        except ValidationError as error:
            raise ActRefused(reasons(problems_of(error, _Prices), "changes."), "M365-25") from None
        except ValueError as error:
            raise ActRefused(f"changes.prices: {error}", "M365-25") from None
        if len({one.what for one in changes.prices}) < len(changes.prices):
            raise ActRefused("changes.prices: a product stands twice for the same period; name one price", "M365-25")
        return changes.model_dump(mode="json")

    def letter(self, facts: dict[str, Any]) -> tuple[MailKind, dict[str, Any]]:
        content = content_of(self.state.versions, self.day_with_content(facts["effective_on"]))
        names = {each.what: each.name for each in (*content.products, *self._coming())}
        prices = [{**each, "name": names[each["sku"], each["period"]]} for each in facts["changes"]["prices"]]
        stated = {name: facts[name] for name in ("announcement", "effective_on")}
        return MailKind.PRICES_ANNOUNCED, {**stated, "prices": prices}

    def apply(self, change: PendingChange, step: Step) -> None:
        prices = _Prices.model_validate(change.patch).prices

        def priced(content: Microsoft365Content, _: date) -> Microsoft365Content:
            # A product that was left meanwhile has no price any more.
            return with_prices(content, [one for one in prices if content.product(one.sku, one.period) is not None])

        self.change_content(priced, change.effective_on, change.clause, step)
        for one in self.going_on():
            one.at_renewal = _priced(one.at_renewal, prices)

    def _coming(self) -> list[OfferedProduct]:
        """The products that subscriptions are to become: theirs is the price of the day on which they do (M365-14)."""
        asked = [one.at_renewal.product for one in self.going_on() if one.at_renewal is not None]
        return [product for product in asked if product is not None]


def _priced(change: AtRenewal | None, prices: Iterable[PriceChange]) -> AtRenewal | None:
    if change is None or change.product is None:
        return change
    price = {one.what: one.price_per_licence for one in prices}.get(change.product.what)
    if price is None:
        return change
    product = change.product.model_copy(update={"price_per_licence": price})
    return change.model_copy(update={"product": product})
