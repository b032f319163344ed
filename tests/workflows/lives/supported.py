"""Draws the happenings of an IT support contract: from onboarding that may come to nothing, to ends that race."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from terms.calendar import at_local, local_date
from tests.workflows.examples import ACTS, signed
from tests.workflows.lives.life import Life
from tests.workflows.lives.script import Drawn, Happening, Script, riga
from tests.workflows.lives.words import SECRET

STAFF_GROUNDS = ("non_cooperation", "administrator_unreachable", "breach")
BESIDE = (
    *("add_user", "change_contact", "erase_user", "record_dispute", "record_disclosure", "record_instruction"),
    *("request_audit_report", "record_equipment", "retire_equipment", "store_credential", "drop_credential"),
    *("withdraw_consent", "confirm_handover", "confirm_partner_erasure", "record_system", "stop_processing"),
    *("switch_off_term", "restore_term", "pass_data_request", "assign_contract", "agree_network_work"),
)


class SupportLife(Life):
    """`content` is what its content has beside that of the documentation, `special_terms` as a contract has them."""

    def __init__(self, content: dict[str, Any], special_terms: dict[str, Any]) -> None:
        contract = signed(special_terms, **content)
        self.first_content = contract.content.headline()
        super().__init__(contract)
        self.begin()

    def on_heals(self) -> None:
        self.mail_is_down = False
        self.is_money_unbooked = False

    def on_money_waits(self, is_unbooked: bool) -> None:
        """Money stands on an imported statement, and is not booked yet."""
        self.is_money_unbooked = is_unbooked


class Supporting:
    """`weather` says what may happen: money, ends, credits."""

    def __init__(self, seed: int, weather: frozenset[str]) -> None:
        self.dice = random.Random(seed)
        self.weather = weather

    def script(self) -> Script:
        dice = self.dice
        content = {
            "users": dice.randint(1, 40),
            "price_per_user": dice.choice(("12.50", "9.99", "31.07")),
            "period_months": dice.choice((None, 1, 3, 12)),
            "setup_fee": dice.choice(("0.00", "250.00")),
        }
        special: dict[str, Any] = {}
        if "money" in self.weather and dice.random() < 0.5:
            special = dice.choice(
                ({"fee_while_suspended": "false"}, {"payment_days": "5"}, {"late_interest_percent": "8"})
            )
        return Script(service="it_support", begins={"content": content, "special_terms": special})

    def opening(self, life: Life) -> list[Happening]:
        """The acts that connect the service, on one day or some days apart; one in eight is left out."""
        dice, day = self.dice, local_date(life.now) + timedelta(days=self.dice.randint(1, 12))
        opening = [self._at(at_local(day, time(9)), ("agree_onboarding", {"on": f"{day + timedelta(days=1)}T10:00"}))]
        for name, fields in (("record_audit", {"findings": []}), ("confirm_rmm_installed", {"devices": "14"})):
            day += timedelta(days=dice.choice((1, 1, 2, 15)))
            if dice.random() < 0.9:
                opening.append(self._at(at_local(day, time(15)), (name, fields)))
        return opening

    def next(self, life: Life) -> Happening:
        dice, at = self.dice, self._instant(life)
        if dice.random() < 0.12:
            at = min(at, life.now + timedelta(days=12))
            return Happening(
                at=riga(at), what="away", fields={"sent": [self._act(life, at) for _ in range(dice.randint(0, 3))]}
            )
        return self._at(at, self._act(life, at) if dice.random() < 0.8 else self._weather())

    def _instant(self, life: Life) -> datetime:
        """Often on a day on which something is decided: of a month, a period, a due date or a ground."""
        dice, today = self.dice, local_date(life.now)
        first = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
        days = [first, first - timedelta(days=1)]
        days += [one.due_on + timedelta(days=late) for one in life.state.invoices if one.due_on for late in (0, 1, 11)]
        days += [one.since + timedelta(days=31) for one in life.state.grounds]
        days += [life.state.planned_end.on] if life.state.planned_end else []
        ahead = [day for day in days if today <= day <= today + timedelta(days=45)]
        if dice.random() < 0.4 or not ahead:
            at = life.now + timedelta(hours=dice.choice((0, 1, 7, 30, 100, 300)))
        else:
            hour = time(dice.choice((0, 5, 6, 6, 9, 14, 23)), dice.choice((0, 0, 30)))
            at = at_local(dice.choice(ahead) + timedelta(days=dice.choice((-1, 0, 0, 1))), hour)
        return max(at, life.now).replace(second=0, microsecond=0) + timedelta(minutes=1)

    @staticmethod
    def _at(at: datetime, drawn: Drawn) -> Happening:
        return Happening(at=riga(at), what=drawn[0], fields=drawn[1])

    # What people do

    def _act(self, life: Life, at: datetime) -> Drawn:
        makers: list[tuple[int, Callable[[Life, date], Drawn]]] = [
            *((20, self._change), (12, self._visit), (12, self._beside)),
        ]
        if "ends" in self.weather:
            makers += [(8, self._end), (6, self._ground)]
        if "money" in self.weather:
            makers += [(14, self._money), (6, self._ground), (3, self._force_majeure)]
        if "credits" in self.weather:
            makers += [(10, self._credit)]
        make = self.dice.choices([one for _, one in makers], [weight for weight, _ in makers])[0]
        return make(life, local_date(at))

    def _change(self, life: Life, today: date) -> Drawn:
        dice, day = self.dice, today + timedelta(days=self.dice.choice((0, 0, 1, 10, 30, 31, 45)))
        users = dice.choice((0, 1, 3, 7, 12, 20, 33))
        price = dice.choice(("13.50", "9.99", "20.00"))
        content = {"plan": "Pilna", "users": max(users, 1), "price_per_user": price}
        period = {"period_months": life.state.period.months} if life.state.period else {}
        drawn: list[Drawn] = [
            ("request_change", {"from_email": "anna@example.lv", "users": str(users), "effective_on": str(day)}),
            ("announce_change", {"changes": {"price_per_user": price}, "effective_on": str(day)}),
            ("object_to_change", {"announcement": str(dice.randint(1, 3))}),
            ("sign_new_content", {"content": {**content, **period}, "effective_on": str(day)}),
        ]
        return dice.choices(drawn, (10, 5, 2, 4))[0]

    def _visit(self, life: Life, today: date) -> Drawn:
        dice, on = self.dice, today - timedelta(days=self.dice.choice((0, 0, 1, 5, 35)))
        minutes = {"minutes_on_site": str(dice.randint(1, 200)), "minutes_travel": "40", "in_riga": "false"}
        known = [one.visit.id for one in life.state.visits] or ["1"]
        if dice.random() < 0.25:
            return "void_visit", {"visit": dice.choice(known), "reason": SECRET}
        return "record_visit", {"on": str(on), **minutes}

    def _beside(self, life: Life, today: date) -> Drawn:
        name = self.dice.choice(BESIDE)
        fields = {key: SECRET if key == "note" else value for key, value in ACTS[name].items()}
        days = {key: str(today) for key in fields.keys() & {"on", "received_on"}}
        return name, {**fields, **days}

    def _end(self, life: Life, today: date) -> Drawn:
        dice, day = self.dice, today + timedelta(days=self.dice.choice((0, 1, 3, 30, 31, 60)))
        drawn: list[Drawn] = [
            ("agree_end", {"on": str(day), "note": SECRET}),
            ("give_notice", {"by": "provider", "end_on": str(day), "reason": SECRET}),
            ("give_notice", {"by": "customer", "end_on": str(day), "signed_by": "Anna Bērziņa"}),
            ("withdraw_notice", {"note": SECRET}),
            ("terminate", {"clause": f"IT-43.{dice.randint(1, 6)}", "note": SECRET}),
        ]
        return dice.choices(drawn, (3, 3, 3, 5, 2))[0]

    def _ground(self, life: Life, today: date) -> Drawn:
        ground = self.dice.choice(STAFF_GROUNDS)
        open_ = {one.ground for one in life.state.grounds}
        cures = ground in open_ or self.dice.random() < 0.3
        return ("cure", {"ground": ground}) if cures else ("suspend", {"ground": ground, "note": SECRET})

    def _force_majeure(self, life: Life, today: date) -> Drawn:
        return ("declare_force_majeure", {"note": SECRET}) if self.dice.random() < 0.5 else ("end_force_majeure", {})

    def _money(self, life: Life, today: date) -> Drawn:
        return money_act(self.dice, life, today)

    def _credit(self, life: Life, today: date) -> Drawn:
        return credit_act(self.dice, today)

    def _weather(self) -> Drawn:
        dice = self.dice
        drawn: list[Drawn] = [("passes", {}), ("mail", {"is_down": dice.random() < 0.5})]
        if "money" in self.weather:
            drawn += [("payer", {"days_late": dice.choice((None, None, 0, 5, 12, 20, 45))})] * 3
            drawn += [("money_waits", {"is_unbooked": dice.random() < 0.5})]
        return dice.choice(drawn)


def money_act(dice: random.Random, life: Life, today: date) -> Drawn:
    """Money that comes, or is taken back, waited for or given up."""
    invoice = dice.choice([one.number for one in life.state.invoices] or ["none"])
    payment = dice.choice([one.id for one in life.state.payments] or ["none"])
    paid_on = today - timedelta(days=dice.choice((0, 0, 2, 15, 30)))
    amount = f"{dice.randint(1, 90000) / 100:.2f}"
    drawn: list[Drawn] = [
        ("record_payment", {"amount": amount, "reference": invoice, "paid_on": str(paid_on)}),
        ("reverse_payment", {"payment": payment, "reason": SECRET}),
        ("extend_payment", {"invoice": invoice, "due_on": str(today + timedelta(days=dice.choice((5, 20))))}),
        ("write_off", {"invoice": invoice, "note": SECRET}),
    ]
    return dice.choices(drawn, (5, 2, 2, 1))[0]


def credit_act(dice: random.Random, today: date) -> Drawn:
    begin = today - timedelta(days=dice.randint(0, 40))
    days = {"from": str(begin), "to": str(begin + timedelta(days=dice.randint(0, 6)))}
    amount = {"amount": f"{dice.randint(1, 5000) / 100:.2f}"}
    return "credit", {**dice.choice((days, days, amount, {**days, **amount})), "reason": SECRET}
