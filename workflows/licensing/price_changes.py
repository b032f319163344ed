"""The provider's prices: told ten days ahead, and for what is ordered or renewed from their day alone (M365-25)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationError

from schemas.base import Frozen
from schemas.change_acts import AnnounceChange
from schemas.mail import MailKind
from schemas.microsoft365 import MOST_PRODUCTS, PriceChange
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
            with_prices(content_of(self.state.versions, self.day_with_content(act.effective_on)), changes.prices)
        except ValidationError as error:
            raise ActRefused(reasons(problems_of(error, _Prices), "changes."), "M365-25") from None
        except ValueError as error:
            raise ActRefused(f"changes.prices: {error}", "M365-25") from None
        return changes.model_dump(mode="json")

    def letter(self, facts: dict[str, Any]) -> tuple[MailKind, dict[str, Any]]:
        content = content_of(self.state.versions, self.day_with_content(facts["effective_on"]))
        names = {(each.sku, each.period): each.name for each in content.products}
        prices = [{**each, "name": names[each["sku"], each["period"]]} for each in facts["changes"]["prices"]]
        stated = {name: facts[name] for name in ("announcement", "effective_on")}
        return MailKind.PRICES_ANNOUNCED, {**stated, "prices": prices}

    def apply(self, change: PendingChange, step: Step) -> None:
        prices = _Prices.model_validate(change.patch).prices
        later = {one.effective_on for one in self.state.versions if one.effective_on > change.effective_on}
        # What a renewal has decided for tomorrow is of the day before in its prices.
        for day in (change.effective_on, *sorted(later)):
            content = content_of(self.state.versions, day)
            # A product that was left meanwhile has no price any more.
            known = [one for one in prices if content.product(one.sku, one.period) is not None]
            self.keep_content(with_prices(content, known), day, change.clause, step)
