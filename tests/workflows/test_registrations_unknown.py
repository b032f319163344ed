"""A registration or a delegation that was never answered is looked for after the end (M365-13).

Signed on 10 February 2026 at 11:20, when the customer is registered and the delegation asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from activities.partners.also.errors import AlsoUnavailable
from schemas.base import Frozen
from schemas.delegation import Delegation
from schemas.distribution import AskDelegation, DelegationAnswer, DelegationAsked, Errand, FindDelegation
from tests.stories.documents import ADMINISTRATOR
from tests.workflows.driven_market import AtTheMarket
from tests.workflows.driven_subscriptions import BASIC, DrivenSubscriptions, at, unanswered

END = "2026-02-10"
VAT_NUMBER = "LV40999900415"
DISCLOSED = {"to": "distributor", "data": ["customer", "contacts"], "on": END}


async def never_answered(*, is_there: bool, back_at: datetime) -> AtTheMarket:
    """The one registration is lost after or before its effect, ALSO is down until `back_at`, and the end is agreed."""
    contract = AtTheMarket(BASIC)
    asked: list[str] = []

    def fault(operation: str, now: datetime) -> str | None:
        if operation == "CreateCompany":
            asked.append(operation)
            return "lost" if is_there else "down"
        return "down" if asked and now < back_at else None

    contract.fault = fault
    await contract.until(at(END, 11, 30))
    await contract.done("agree_end", on=END, note="Abi")
    await contract.until(at("2026-02-12"))
    assert len(contract.market.records.companies) == is_there
    return contract


@pytest.mark.clause("M365-13", "M365-46", "M365-51")
async def test_a_customer_that_also_has_is_on_record_by_the_hand_over() -> None:
    contract = await never_answered(is_there=True, back_at=at("2026-02-11", 6))
    (company,) = contract.market.records.companies
    assert contract.told("contract.ended", "customer.registered", "data.disclosed", "data.handed_over") == [
        "2026-02-11 06:00 contract.ended",
        "2026-02-11 06:00 customer.registered",
        "2026-02-11 06:00 data.disclosed",
        "2026-02-11 06:00 data.handed_over",
    ]
    assert contract.told_with("customer.registered") == [{"company": company}]
    # On the day of the request, and not of the look.
    assert contract.told_with("data.disclosed") == [DISCLOSED]


@pytest.mark.clause("M365-13")
async def test_it_is_looked_for_every_hour_until_also_answers() -> None:
    contract = await never_answered(is_there=True, back_at=at("2026-02-11", 9, 30))
    assert contract.told("data.disclosed") == ["2026-02-11 10:00 data.disclosed"]


@pytest.mark.clause("M365-13")
async def test_a_customer_that_also_does_not_have_was_disclosed_to_nobody() -> None:
    contract = await never_answered(is_there=False, back_at=at("2026-02-11", 6))
    assert contract.told_with("customer.registered", "data.disclosed") == []
    assert contract.told("registration.absent") == ["2026-02-11 06:00 registration.absent"]
    # Nothing is owed: erased and closed on 10 + 14 = 24 February.
    await contract.until(at("2026-02-25"))
    assert [each.get("registration_unknown") for each in contract.told_with("contract.closed")] == [None]


@pytest.mark.clause("M365-13")
async def test_a_contract_that_closes_says_that_also_may_have_the_customer() -> None:
    contract = await never_answered(is_there=True, back_at=at("2027-01-01"))
    await contract.until(at("2026-02-25"))
    assert contract.told_with("contract.closed") == [{"registration_unknown": True}]
    # A closed contract asks for nothing more: for 30 days, 24 February to 26 March, it is a person's.
    assert [each.what for each in contract.due()] == ["Look for the customer at the distributor"]
    contract.now = at("2026-03-27")
    assert contract.due() == []


async def terminated(contract: DrivenSubscriptions) -> None:
    """At 16:30 of the first day, at once: ten minutes after the last try of the hourly ones since 11:20."""
    await contract.until(at(END, 16, 30))
    refused = {"about": "processing", "refused_as": "extra_cost", "from_email": ADMINISTRATOR["email"]}
    await contract.done("record_instruction", **refused, note="Šifrēt diskus")
    await contract.done("terminate", clause="M365-48.5", note="Norādījumi")
    assert contract.told("contract.ended") == [f"{END} 16:30 contract.ended"]


@pytest.mark.clause("M365-13", "M365-46")
async def test_what_also_makes_of_the_last_registration_is_found_too() -> None:
    contract = AtTheMarket(BASIC)
    bodies: list[Mapping[str, Any]] = []
    create = contract.market.operations["CreateCompany"]

    def unanswered_yet(body: Mapping[str, Any], _: datetime) -> None:
        bodies.append(body)
        raise AlsoUnavailable("CreateCompany", "was not answered", may_have_happened=True)

    contract.market.operations["CreateCompany"] = unanswered_yet
    await terminated(contract)
    # 11:20, 12:20, 13:20, 14:20, 15:20, 16:20.
    assert len(bodies) == 6
    await contract.until(at(END, 16, 40))
    create(bodies[-1], contract.now)
    await contract.until(at("2026-02-11"))
    # An hour after it was asked for last.
    assert contract.told("customer.registered", "data.disclosed") == [
        f"{END} 17:20 customer.registered",
        f"{END} 17:20 data.disclosed",
    ]


@pytest.mark.clause("M365-13", "M365-46")
async def test_nobody_is_registered_after_the_last_service_day() -> None:
    contract = AtTheMarket(BASIC)
    asked: list[datetime] = []

    def fault(operation: str, now: datetime) -> str | None:
        asked.extend([now] if operation == "CreateCompany" else [])
        return "down" if operation == "CreateCompany" and now < at("2026-02-11") else None

    contract.fault = fault
    await contract.until(at(END, 11, 30))
    await contract.done("agree_end", on=END, note="Abi")
    await contract.until(at("2026-02-12"))
    # Every hour from 11:20 to 23:20, and not at 00:20 to 05:20, when nothing of the contract is to come any more.
    assert (len(asked), asked[-1]) == (13, at(END, 23, 20))
    assert contract.told_with("customer.registered", "data.disclosed") == []


async def registered_namelessly(contract: AtTheMarket, *, back_at: datetime) -> int:
    """The first registration takes effect without our reference and is not answered; ALSO is down until `back_at`."""
    asked: list[str] = []

    def fault(operation: str, now: datetime) -> str | None:
        contract.behave(drops_references=not asked)
        if operation == "CreateCompany":
            asked.append(operation)
            return "lost" if len(asked) == 1 else None
        return "down" if asked and now < back_at else None

    contract.fault = fault
    await contract.until(at(END, 11, 30))
    (company,) = contract.market.records.companies
    return company


@pytest.mark.clause("M365-3", "M365-13")
async def test_a_customer_without_our_reference_is_known_by_its_vat_number() -> None:
    contract = AtTheMarket(BASIC, vat_number=VAT_NUMBER)
    company = await registered_namelessly(contract, back_at=at(END, 12))
    await contract.until(at("2026-02-11"))
    assert contract.told_with("customer.registered") == [{"company": company, "reference_lost": True}]
    # Nobody but us can have passed the contact on.
    assert contract.told_with("data.disclosed") == [DISCLOSED]
    assert list(contract.market.records.companies) == [company]


@pytest.mark.clause("M365-13", "M365-46", "M365-51")
async def test_it_is_known_by_its_vat_number_after_the_end_too() -> None:
    contract = AtTheMarket(BASIC, vat_number=VAT_NUMBER)
    company = await registered_namelessly(contract, back_at=at("2026-02-11", 6))
    await contract.done("agree_end", on=END, note="Abi")
    await contract.until(at("2026-02-12"))
    assert contract.told("contract.ended", "customer.registered", "data.disclosed", "data.handed_over") == [
        "2026-02-11 06:00 contract.ended",
        "2026-02-11 06:00 customer.registered",
        "2026-02-11 06:00 data.disclosed",
        "2026-02-11 06:00 data.handed_over",
    ]
    assert contract.told_with("customer.registered") == [{"company": company, "reference_lost": True}]
    assert contract.told_with("data.disclosed") == [DISCLOSED]


@pytest.mark.clause("M365-3", "M365-13")
@pytest.mark.parametrize("reference", ["M365-1", "PO-77"])
async def test_what_may_be_the_customer_is_not_registered_again_but_settled_by_a_person(reference: str) -> None:
    contract = AtTheMarket(BASIC)
    company = await registered_namelessly(contract, back_at=at(END, 12))
    await contract.until(at("2026-02-12"))
    assert list(contract.market.records.companies) == [company]
    assert contract.told("registration.unknown") == [f"{END} 12:20 registration.unknown"]
    [item] = contract.due()
    assert (item.what, item.urgency) == ("Settle the registration at the distributor", "urgent")
    assert item.why == (
        f"the answer to the customer's registration was lost, and the distributor has account {company} of that name"
        " without a reference: write M365-1 there, or another if it is not the customer's"
    )
    # At noon on the 12th.
    contract.market.records.companies[company].details["PurchaseOrderNumber"] = reference
    await contract.until(at("2026-02-13"))
    known = company if reference == "M365-1" else max(contract.market.records.companies)
    assert contract.told("customer.registered") == ["2026-02-13 06:00 customer.registered"]
    assert contract.licensing.company_id == known
    assert len(contract.market.records.companies) == (1 if reference == "M365-1" else 2)
    assert contract.told("data.disclosed") == ["2026-02-13 06:00 data.disclosed"]
    assert contract.due() == []


@pytest.mark.clause("M365-13", "M365-46")
async def test_what_may_be_the_customer_is_settled_by_a_person_after_the_end_too() -> None:
    contract = AtTheMarket(BASIC)
    company = await registered_namelessly(contract, back_at=at("2026-02-11", 6))
    await contract.done("agree_end", on=END, note="Abi")
    await contract.until(at("2026-02-13"))
    assert contract.told("registration.unknown") == ["2026-02-11 06:00 registration.unknown"]
    assert [each.what for each in contract.due()] == ["Settle the registration at the distributor"]
    contract.market.records.companies[company].details["PurchaseOrderNumber"] = "PO-77"
    await contract.until(at("2026-02-14"))
    assert contract.told("registration.absent") == ["2026-02-14 06:00 registration.absent"]
    assert contract.due() == []
    assert contract.told_with("data.disclosed") == []


class AtMicrosoft(DrivenSubscriptions):
    """Delegations stand at Microsoft by their names; what was asked there is answered unless `is_deaf`."""

    def __init__(self, *products: dict[str, Any]) -> None:
        self.delegations: dict[str, Delegation] = {}
        self.is_deaf = False
        super().__init__(*products)

    def _answer(self, request: Errand) -> Frozen:
        answer: Delegation | None
        match request:
            case AskDelegation():
                fields = {"id": request.name, "name": request.name, "approval_link": "https://admin.microsoft.com/"}
                made = Delegation.model_validate({**fields, "status": "active"})
                answer = self.delegations.setdefault(request.name, made)
            case FindDelegation():
                answer = self.delegations.get(request.name)
            case DelegationAsked():
                answer = self.delegations[request.id].model_copy(update={"status": "terminationRequested"})
                self.delegations[request.id] = answer
            case _:
                return super()._answer(request)
        if self.is_deaf:
            raise unanswered("delegation")
        return DelegationAnswer(delegation=answer)


@pytest.mark.clause("M365-5", "M365-46")
async def test_a_delegation_that_was_lost_is_found_and_ended() -> None:
    contract = AtMicrosoft(BASIC)
    contract.is_deaf = True
    await contract.until(at(END, 11, 30))
    await contract.done("agree_end", on=END, note="Abi")
    await contract.until(at("2026-02-11", 7))
    contract.is_deaf = False
    await contract.until(at("2026-02-12"))
    assert contract.told("delegation.asked", "delegation.ended") == [
        "2026-02-11 08:00 delegation.asked",
        "2026-02-11 08:00 delegation.ended",
    ]
    assert contract.delegations[contract.number].status == "terminationRequested"


@pytest.mark.clause("M365-5", "M365-46")
async def test_what_microsoft_makes_of_the_last_request_is_found_too() -> None:
    contract = AtMicrosoft(BASIC)
    contract.is_deaf = True
    await terminated(contract)
    assert contract.asked_of(AskDelegation) == 6
    made = contract.delegations.pop(contract.number)
    contract.is_deaf = False
    await contract.until(at(END, 16, 40))
    contract.delegations[contract.number] = made
    await contract.until(at("2026-02-11"))
    assert contract.told("delegation.asked", "delegation.ended") == [
        f"{END} 17:20 delegation.asked",
        f"{END} 17:20 delegation.ended",
    ]


@pytest.mark.clause("M365-5", "M365-46")
async def test_no_delegation_is_asked_for_after_the_last_service_day() -> None:
    contract = AtMicrosoft(BASIC)
    contract.is_deaf = True
    await contract.until(at(END, 11, 30))
    await contract.done("agree_end", on=END, note="Abi")
    await contract.until(at("2026-02-12"))
    assert contract.asked_of(AskDelegation) == 13
