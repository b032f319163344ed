"""A contract of subscriptions moved by a test's hand, at the sandbox's marketplace: our client, no server between."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.customer_disclosed import CustomerDisclosed
from activities.distribution import DistributionActivities
from activities.partners.also.connection import Connection
from activities.partners.also.errors import AlsoError, AlsoUnavailable, RefusedByDistributor
from activities.partners.also.marketplace import Also
from activities.partners.also.registration import NewCompany
from activities.partners.also_sandbox import forms
from activities.partners.also_sandbox.market import Market
from activities.partners.also_sandbox.records import Behaviour, Records, Subscription
from activities.partners.also_sandbox.refusal import Refusal
from runtime.also import load_also
from schemas.attention import ContractFacts, DueItem, Milestone
from schemas.base import Frozen
from schemas.distribution import Errand, RegisterCustomer
from schemas.mail import Letter, MailKind
from terms.attention import items
from tests.workflows.driven_subscriptions import DrivenSubscriptions, unanswered

Result = TypeVar("Result")

NAME = 'SIA "Skice un līnija"'
Fault = Callable[[str, datetime], str | None]
"""What goes wrong with an operation at an instant: "down", "refused", "lost" after the effect, or nothing."""


class AtTheMarket(DrivenSubscriptions):
    """What ALSO has is in the sandbox's `market`, whose time is the contract's. `fault` says what goes wrong there."""

    def __init__(self, *products: dict[str, Any], vat_number: str | None = None, **more: Any) -> None:
        self.market = Market(Records())
        self.fault: Fault = lambda operation, at: None
        self.errands = _Errands(cast(Connection, _InProcess(self)), _Customer(vat_number))
        super().__init__(*products, **more)

    def behave(self, **behaviour: Any) -> None:
        self.market.records.behaviour = Behaviour(**behaviour)

    def at_also(self) -> list[Subscription]:
        """All that stands there today but the tenant."""
        for company in self.market.records.companies.values():
            self.market.operations["GetSubscriptions"]({"parentAccountId": company.account_id}, self.now)
        companies = self.market.records.companies.values()
        return [one for each in companies for one in each.subscriptions.values() if one.depends_on is not None]

    def letters(self, kind: MailKind) -> list[Letter]:
        return [letter for entry in self.entries for letter in entry.letters if letter.kind == kind]

    def due(self) -> list[DueItem]:
        """What needs a person now."""
        milestones = [
            Milestone(at=entry.at, event=each.event, clauses=each.clauses, data=json.loads(json.dumps(each.data)))
            for entry in self.entries
            for each in entry.events
        ]
        planned = self.state.planned_end
        facts = ContractFacts(
            contract=self.number,
            service="microsoft365",
            now=self.now,
            milestones=milestones,
            stage="closed" if self.state.closed else self.state.stage,
            signed_at=self.state.contract.signed_at,
            ends_on=planned.on if planned else None,
        )
        return [each for each in items(facts, ("Standarta",)) if not each.what.startswith("Tell the customer")]

    async def attempt(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        if not isinstance(request, Errand):
            return await super().attempt(activity, request, result, summary)
        try:
            answer = await ActivityEnvironment().run(getattr(self.errands, activity), request)
        except ApplicationError as error:
            raise unanswered(activity) from error
        return cast(Result, answer)


class _Errands(DistributionActivities):
    """The activities without a ledger: whose customer it is, the test says."""

    def __init__(self, connection: Connection, customer: _Customer) -> None:
        self._pool = cast(Any, _Nobody())
        self._customers = cast(CustomerDisclosed, customer)
        self._also = Also(connection, load_also())
        self._graph = None


class _Nobody:
    async def fetch(self, *_: object) -> list[Any]:
        return []


class _Customer:
    """One that ALSO could know by its VAT number, if it has any."""

    def __init__(self, vat_number: str | None) -> None:
        self._vat_number = vat_number

    async def identity(self, contract: str) -> tuple[str, str | None]:
        return NAME, self._vat_number

    @asynccontextmanager
    async def opened(self, asked: RegisterCustomer) -> AsyncIterator[NewCompany]:
        yield NewCompany(
            reference=asked.reference,
            name=NAME,
            vat_number=self._vat_number,
            legal_address="Alberta iela 2 - 4, Rīga, LV-1010",
            domain=asked.tenant_domain,
            contact_name="Elīna Kalniņa",
            contact_email="elina@example.lv",
            contact_phone="+37129000101",
        )

    async def was_disclosed(self, contract: str) -> None:
        return None


class _InProcess:
    """A connection that asks the sandbox's market at once."""

    def __init__(self, contract: AtTheMarket) -> None:
        self._contract = contract
        self.account = _Account()

    async def once(self, operation: str, body: Mapping[str, Any], call: object) -> Any:
        now = self._contract.now
        fault = self._contract.fault(operation, now)
        if fault == "down":
            raise AlsoUnavailable(operation, "was not answered", may_have_happened=False)
        if fault == "refused":
            raise RefusedByDistributor(operation, None, "no")
        try:
            answer = self._contract.market.operations[operation](json.loads(json.dumps(body)), now)
        except Refusal as refusal:
            raise RefusedByDistributor(operation, None, str(refusal)) from None
        if fault == "lost":
            raise AlsoUnavailable(operation, "was not answered", may_have_happened=True)
        return json.loads(forms.as_json(answer))

    async def again(self, operation: str, body: Mapping[str, Any], call: object) -> Any:
        return await self.once(operation, body, call)

    async def pause(self, error: AlsoError, number: int, call: object) -> None:
        raise error


class _Account:
    is_sandbox = True
    first_pause = timedelta(0)
