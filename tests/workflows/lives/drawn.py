"""Draws the happenings of a Microsoft 365 contract one by one, near its turning points, from what it is by then."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from schemas.licensing import SubscriptionState
from terms.calendar import at_local, local_date
from terms.licensing import content_of
from tests.workflows.lives.script import Drawn, Happening, Script, riga
from tests.workflows.lives.subscribed import CHANGING, NAMES, SubscriptionLife, asks, offered
from tests.workflows.lives.supported import credit_act, money_act
from tests.workflows.lives.words import SECRET

PRICES = {"Basic": ("6.10", "7.33", "5.99"), "Standard": ("12.00", "11.57"), "Premium": ("21.80", "19.99")}
BEGINNINGS = ("2026-01-28T09:20", "2026-01-29T16:45", "2026-02-11T10:00", "2026-03-30T09:00", "2026-08-28T09:20")

LONGEST_AWAY = timedelta(days=12)


class Subscribing:
    """`weather` says what may happen: money, also, beside_us, ends, credits."""

    def __init__(self, seed: int, weather: frozenset[str]) -> None:
        self.dice = random.Random(seed)
        self.weather = weather

    def script(self) -> Script:
        dice = self.dice
        products = []
        for name in dice.sample(NAMES, dice.randint(1, 2)):
            term = dice.choice(("month", "month", "year"))
            products.append((name, term, dice.randint(2, 12), dice.choice(PRICES[name])))
        special: dict[str, Any] = {}
        if "money" in self.weather and dice.random() < 0.5:
            special = dice.choice(({"fee_while_suspended": False}, {"payment_days": 5}, {"late_interest_percent": "8"}))
        begins = {"signed_at": dice.choice(BEGINNINGS), "products": products, **special}
        return Script(service="microsoft365", begins=begins)

    def opening(self, life: SubscriptionLife) -> list[Happening]:
        """Until it is provided, or almost."""
        dice, day = self.dice, local_date(life.now) + timedelta(days=self.dice.choice((0, 1, 1, 6)))
        opening = [Happening(at=riga(life.now), what="behaves", fields=self._behaviour())] if self._is_wild() else []
        if "also" in self.weather and dice.random() < 0.3:
            opening.append(self._at(life.now, ("also", self._fault())))
        approvals: list[Drawn] = [
            ("accept_agreement", {"on": str(day)}),
            ("approve_reseller", {"partner": "distributor", "on": str(day)}),
            ("approve_reseller", {"partner": "provider", "on": str(day)}),
        ]
        opening += [self._at(at_local(day, time(10, minute)), one) for minute, one in enumerate(approvals)]
        opening.append(self._at(opening[-1].instant + timedelta(hours=dice.choice((2, 30, 100))), ("passes", {})))
        if dice.random() < 0.85:
            opening.append(self._at(opening[-1].instant, ("heals", {})))
        return opening

    def next(self, life: SubscriptionLife) -> Happening:
        dice = self.dice
        at = self._instant(life)
        if dice.random() < 0.12:
            at = min(at, self._minute(life.now + LONGEST_AWAY))
            sent = [self._act(life, at) for _ in range(dice.randint(0, 2))]
            return Happening(at=riga(at), what="away", fields={"sent": sent})
        is_act = dice.random() < (0.6 if self.weather & {"also", "beside_us"} else 0.85)
        drawn = self._act(life, at) if is_act else self._weather(life)
        return self._at(at, drawn)

    # When

    def _instant(self, life: SubscriptionLife) -> datetime:
        """Mostly near the end of a term that is not far off, and after a fault at ALSO while it lasts."""
        dice, horizon = self.dice, local_date(life.now) + timedelta(days=40)
        terms = [one.terms[-1].days for one in life.licensing.subscriptions if one.terms and one.ended_on is None]
        near = [days.to for days in terms if days.to <= horizon]
        if any(life.now < end for _, end, _, _ in life.windows) or not near or dice.random() < 0.35:
            return self._minute(life.now + timedelta(hours=dice.choice((0, 1, 5, 16, 26, 100))))
        hour = time(dice.choice((0, 3, 5, 6, 6, 9, 14, 23)), dice.choice((0, 0, 30)))
        at = at_local(dice.choice(near) - timedelta(days=dice.choice((-2, -1, 0, 0, 1, 1, 2, 4, 5, 6, 8, 12))), hour)
        return self._minute(at if at > life.now else life.now + timedelta(hours=dice.randint(0, 40)))

    @staticmethod
    def _minute(at: datetime) -> datetime:
        return at.replace(second=0, microsecond=0) + timedelta(minutes=bool(at.second or at.microsecond))

    @staticmethod
    def _at(at: datetime, drawn: Drawn) -> Happening:
        return Happening(at=riga(at), what=drawn[0], fields=drawn[1])

    # What people do

    def _act(self, life: SubscriptionLife, at: datetime) -> Drawn:
        makers: list[tuple[int, Callable[[SubscriptionLife, datetime], Drawn]]] = [
            *((60, self._request), (12, self._prices), (3, self._objection), (2, self._beside)),
        ]
        if life.state.stage in ("ended", "closed"):
            makers = [(1, self._request), (4, self._beside)]
        if "ends" in self.weather:
            makers += [(4, self._end), (2, self._withdrawal), (1, self._termination)]
        if "money" in self.weather:
            makers += [(8, self._ground), (14, self._money)]
        if "credits" in self.weather:
            makers += [(12, self._credit)]
        make = self.dice.choices([one for _, one in makers], [weight for weight, _ in makers])[0]
        return make(life, at)

    def _request(self, life: SubscriptionLife, at: datetime) -> Drawn:
        dice, one = self.dice, self.dice.choice(life.licensing.subscriptions)
        day = local_date(at) + timedelta(days=dice.choice((0, 0, 0, 1, 3, 10)))
        return "request_change", asks(one.id, day, **self._wanted(one))

    def _wanted(self, one: SubscriptionState) -> dict[str, Any]:
        dice = self.dice
        what = dice.choices(("more", "fewer", "early", "product", "both", "none"), (40, 25, 12, 12, 6, 5))[0]
        fewer = max(one.licences - dice.randint(1, 5), 0)
        name = dice.choice(NAMES)
        product = {"product": offered(name, dice.choice(("month", "year")), dice.choice(PRICES[name]))}
        match what:
            case "more":
                return {"licences": one.licences + dice.randint(1, 4)}
            case "fewer":
                return {"licences": fewer}
            case "early":
                return {"licences": fewer, "leave_early": True}
            case "product":
                return product
            case "both":
                return {"licences": max(fewer, 1), **product}
        return {"licences": 0}

    def _prices(self, life: SubscriptionLife, at: datetime) -> Drawn:
        dice, day = self.dice, local_date(at) + timedelta(days=self.dice.choice((10, 11, 14, 20)))
        products = content_of(life.state.versions, max(day, life.state.versions[0].effective_on)).products
        prices = [
            {"sku": one.sku, "period": one.period, "price_per_licence": f"{dice.randint(400, 2500) / 100:.2f}"}
            for one in dice.sample(products, dice.randint(1, len(products)))
        ]
        return "announce_change", {"changes": {"prices": prices}, "effective_on": str(day)}

    def _objection(self, life: SubscriptionLife, at: datetime) -> Drawn:
        return "object_to_change", {"announcement": str(self.dice.randint(1, 3))}

    def _end(self, life: SubscriptionLife, at: datetime) -> Drawn:
        day = local_date(at) + timedelta(days=self.dice.choice((0, 1, 3, 8, 30, 31, 60)))
        if self.dice.random() < 0.3:
            return "give_notice", {"by": "provider", "end_on": str(day), "reason": SECRET}
        return "agree_end", {"on": str(day), "note": SECRET}

    def _withdrawal(self, life: SubscriptionLife, at: datetime) -> Drawn:
        return "withdraw_notice", {"note": SECRET}

    def _termination(self, life: SubscriptionLife, at: datetime) -> Drawn:
        return "terminate", {"clause": f"M365-48.{self.dice.randint(1, 5)}", "note": SECRET}

    def _ground(self, life: SubscriptionLife, at: datetime) -> Drawn:
        ground = self.dice.choice(("vendor", "breach"))
        return (
            ("suspend", {"ground": ground, "note": SECRET})
            if self.dice.random() < 0.4
            else ("cure", {"ground": ground})
        )

    def _money(self, life: SubscriptionLife, at: datetime) -> Drawn:
        return money_act(self.dice, life, local_date(at))

    def _credit(self, life: SubscriptionLife, at: datetime) -> Drawn:
        return credit_act(self.dice, local_date(at))

    def _beside(self, life: SubscriptionLife, at: datetime) -> Drawn:
        day = str(local_date(at))
        drawn: list[Drawn] = [
            ("record_disclosure", {"to": "law", "data": ["customer"], "on": day, "note": SECRET}),
            (
                "record_instruction",
                {"about": "copies", "signed_by": "Elīna Kalniņa", "note": SECRET, "refused_as": "extra_cost"},
            ),
            ("record_support_request", {"to": "also", "on": day, "subscription": "1", "note": SECRET}),
            ("change_contact", {"role": "invoice_delivery", "email": "gramatvede@example.lv"}),
            ("record_dispute", {"note": SECRET}),
            ("confirm_handover", {}),
            ("confirm_partner_erasure", {"partner": "sms"}),
        ]
        return self.dice.choice(drawn)

    # What becomes of ALSO and of the mail

    def _is_wild(self) -> bool:
        return "also" in self.weather and self.dice.random() < 0.4

    def _weather(self, life: SubscriptionLife) -> Drawn:
        dice = self.dice
        drawn: list[tuple[int, Drawn]] = [(2, ("passes", {})), (1, ("mail", {"is_down": dice.random() < 0.5}))]
        if "also" in self.weather:
            drawn += [(9, ("also", self._fault())), (5, ("behaves", self._behaviour())), (4, ("heals", {}))]
            drawn += [(3, ("vendor", {"position": dice.randint(0, 3), "suspended": dice.random() < 0.6}))]
        if "money" in self.weather:
            drawn += [(6, ("payer", {"days_late": dice.choice((None, None, 0, 5, 12, 20, 45))}))]
        if "beside_us" in self.weather:
            what = dice.choice(("cancelled", "goes on", "more"))
            drawn += [(4, ("beside_us", {"position": dice.randint(0, 3), "what": what}))]
        return dice.choices([one for _, one in drawn], [weight for weight, _ in drawn])[0]

    def _fault(self) -> dict[str, Any]:
        kind = self.dice.choice(("down", "refused", "refused", "lost"))
        operations = {"operations": (self.dice.choice(CHANGING),)} if self.dice.random() < 0.3 else {}
        return {"kind": kind, "hours": self.dice.choice((2, 20, 50, 100)), **operations}

    def _behaviour(self) -> dict[str, Any]:
        return self.dice.choice(
            (
                {},
                {"refuses_renewals": True},
                {"ignores_cancellations": True},
                {"provisioning_minutes": self.dice.choice((20, 300, 6000))},
                {"provisioning_fails": True},
                {"drops_references": True},
                {"lists_orders_late": 2},
                {"extends": True},
            )
        )
