"""A renewal that ALSO refused, seen only once it is billed: nobody pays for what is not provided (M365-20)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from schemas.ledger import ContractUpdated
from schemas.mail import MailKind
from schemas.state import ContractState
from terms.licensing import content_of
from tests.stories.documents import product
from tests.workflows.driven_subscriptions import BASIC, YEARLY, DrivenSubscriptions, at


async def refused_and_billed(*products: dict[str, Any], until: str, **more: Any) -> DrivenSubscriptions:
    """Of the month from 12 March on ALSO has nothing; it does not answer from the 10th until it is billed."""
    contract = DrivenSubscriptions(BASIC, *products, **more)
    await contract.approve("2026-02-12")
    await contract.until(at("2026-03-10"))
    contract.change(101, state="terminated")
    contract.is_silent = True
    await contract.until(at(until))
    assert contract.told_with("subscription.refused") == []
    contract.is_silent = False
    return contract


@pytest.mark.clause("M365-20", "M365-48.1")
async def test_what_was_billed_of_a_refused_renewal_is_credited_and_no_more_is_billed() -> None:
    contract = await refused_and_billed(YEARLY, until="2026-04-01")
    await contract.until(at("2026-05-02"))
    (refused,) = contract.told_with("subscription.refused")
    assert refused["what"] == "renewal"
    # 20 of March's 31 days: 30.50 x 20 / 31 = 19.677; VAT on 19.68: 4.1328.
    (credited,) = contract.told_with("credit.issued")
    assert (credited["from"], credited["to"]) == ("2026-03-12", "2026-03-31")
    assert (credited["net"], credited["vat"], credited["total"]) == ("19.68", "4.13", "23.81")
    april = contract.invoices_ordered[-1].inputs
    assert april.period.from_ == date(2026, 4, 1)
    assert [(one.subscription, one.days.from_) for one in april.terms] == [("2", date(2026, 2, 12))]
    assert contract.held().ended_on == date(2026, 3, 11)
    # Nothing is asked of ALSO about it any more.
    assert contract.held().is_renewal_told


@pytest.mark.clause("M365-20", "M365-48.1")
async def test_two_renewals_refused_while_also_did_not_answer_are_both_credited() -> None:
    # From 12 March: 19.68, and in April the rest, 30.50 - 19.68. From 12 April: 30.50 x 19 / 30 = 19.3167.
    contract = await refused_and_billed(YEARLY, until="2026-05-01", special_terms={"payment_days": "60"})
    await contract.until(at("2026-05-02"))
    assert [one["net"] for one in contract.told_with("credit.granted")] == ["19.68", "10.82", "19.32"]
    assert contract.held().ended_on == date(2026, 3, 11)


@pytest.mark.clause("M365-20", "M365-44.1", "M365-48.1")
async def test_a_refused_renewal_is_credited_also_where_the_next_one_was_withheld() -> None:
    # The invoice of 1 March is due on the 15th: suspended on the 26th, nothing renews on 11 April.
    contract = await refused_and_billed(YEARLY, until="2026-05-01")
    await contract.until(at("2026-05-02"))
    assert [one["subscription"] for one in contract.told_with("renewal.withheld")] == ["1"]
    assert [one["net"] for one in contract.told_with("credit.granted")] == ["19.68", "10.82"]
    assert contract.held().ended_on == date(2026, 3, 11)


@pytest.mark.clause("M365-20")
async def test_days_that_are_credited_already_are_not_credited_again() -> None:
    # The provider credits 20 to 22 March, all that is subscribed to, before anybody knows of the refusal.
    contract = await refused_and_billed(YEARLY, until="2026-04-01")
    await contract.done("credit", reason="Traucējums", **{"from": "2026-03-20", "to": "2026-03-22"})
    await contract.until(at("2026-04-02"))
    # Three days of 30.50 and of 24.70: 2.95 + 2.39. Then what is left of the 19.68.
    assert [one["net"] for one in contract.told_with("credit.granted")] == ["5.34", "16.73"]


@pytest.mark.clause("M365-20")
async def test_a_credit_for_the_same_month_given_later_is_for_what_the_invoice_billed() -> None:
    contract = await refused_and_billed(YEARLY, until="2026-04-01")
    await contract.until(at("2026-04-02"))
    await contract.done("credit", reason="Traucējums", **{"from": "2026-03-01", "to": "2026-03-31"})
    # The invoice: 11.98 + 19.68 + 24.70 = 56.36, of which 19.68 is credited.
    assert [one["net"] for one in contract.told_with("credit.granted")] == ["19.68", "36.68"]


@pytest.mark.clause("M365-45", "M365-48.1")
async def test_with_the_only_subscription_refused_the_contract_has_ended_and_what_was_billed_is_given_back() -> None:
    contract = await refused_and_billed(until="2026-04-01")
    await contract.until(at("2026-04-03"))
    # The refusal is found on 1 April: no contract ends before the day that this is known on.
    assert contract.told_with("contract.ended") == [{"reason": "period_ended", "on": "2026-03-31"}]
    assert [one["net"] for one in contract.told_with("credit.granted")] == ["19.68"]
    assert contract.state.billed_through == date(2026, 3, 31)


@pytest.mark.clause("M365-45", "M365-46", "M365-48.1", "M365-51")
@pytest.mark.parametrize("is_down", [False, True])
async def test_the_days_to_the_erasure_count_from_the_end_that_the_customer_is_told(is_down: bool) -> None:
    """Of the month from 12 March on ALSO has nothing: known on 20 May, as it was silent, or nobody was at work."""
    contract = DrivenSubscriptions(BASIC, special_terms={"payment_days": "60"})
    await contract.approve("2026-02-12")
    await contract.until(at("2026-03-10"))
    contract.change(101, state="terminated")
    contract.is_silent = not is_down
    await (contract.down_until if is_down else contract.until)(at("2026-05-20"))
    contract.is_silent = False
    await contract.until(at("2026-07-01"))
    # Service was there until it was known; 19 May + 14 = 2 June.
    assert contract.told_with("contract.ended") == [{"reason": "period_ended", "on": "2026-05-19"}]
    told = {letter.kind: letter.facts for entry in contract.entries for letter in entry.letters}
    assert told[MailKind.SUBSCRIPTION_DISCONNECTED]["last_day"] == "2026-03-11"
    assert told[MailKind.CONTRACT_ENDED]["on"] == "2026-05-19"
    assert told[MailKind.HANDOVER_PACKAGE]["erase_on"] == "2026-06-02"
    assert contract.told("data.erased") == ["2026-06-02 06:00 data.erased"]


@pytest.mark.clause("M365-20", "M365-46", "M365-48.1")
@pytest.mark.parametrize("seen", ["2026-04-02", "2026-04-21"])
async def test_a_refused_renewal_that_is_seen_after_the_end_changes_nothing_of_the_end(seen: str) -> None:
    """Ended on 20 March, erased on 19 April while March is unpaid; what was billed and not provided is credited."""
    contract = DrivenSubscriptions(BASIC, YEARLY)
    await contract.approve("2026-02-12")
    await contract.until(at("2026-03-10"))
    contract.change(101, state="terminated")
    contract.is_silent = True
    await contract.done("agree_end", on="2026-03-20", note="Abi")
    await contract.until(at(seen))
    before = len(contract.entries)
    contract.is_silent = False
    await contract.until(at(seen, 14))
    assert contract.told_with("subscription.refused")[0]["what"] == "renewal"
    assert contract.told_with("credit.granted") != []
    since = contract.entries[before:]
    assert contract.state.planned_end is None
    assert [change for each in since for change in each.changes if isinstance(change, ContractUpdated)] == []
    assert {letter.kind for each in since for letter in each.letters} == {MailKind.CREDIT_NOTE}
    assert contract.told_with("contract.ended") == [{"reason": "agreed", "on": "2026-03-20"}]
    assert contract.held().ended_on == date(2026, 3, 11)


@pytest.mark.clause("M365-1", "M365-26", "M365-48.1")
async def test_a_content_is_never_left_without_a_product() -> None:
    # The other ends with 11 April, and only then it is known that Basic has had nothing from 12 March on.
    other = product("Standard", "month", 3, "12.00")
    contract = await refused_and_billed(other, until="2026-04-01", special_terms={"payment_days": "60"})
    contract.is_silent = True
    await contract.ask("2", 0)
    await contract.until(at("2026-04-12"))
    assert contract.held("2").ended_on == date(2026, 4, 11)
    contract.is_silent = False
    await contract.until(at("2026-04-14"))
    assert contract.held().ended_on == date(2026, 3, 11)
    assert all(content_of(contract.state.versions, each.effective_on).products for each in contract.state.versions)
    # As it goes on in the next run.
    assert ContractState.model_validate_json(contract.state.model_dump_json()) == contract.state
    assert contract.told("contract.ended") == ["2026-04-12 13:00 contract.ended"]
    # From 12 April Basic was all there was; it cannot leave that, which is not told once more for it.
    told = [
        (each["effective_on"], [one["name"] for one in each["products"]])
        for each in contract.told_with("content.changed")
    ]
    assert told == [("2026-04-12", [BASIC["name"]]), ("2026-03-12", [other["name"]])]
