"""A term that ALSO refused to open costs nothing: all that was charged of it is credited, once (M365-24, M365-48.1).

Basic is 10 x 6.10 = 61.00 a month, Standard 8 x 12.35 = 98.80; their second year is to begin on 12 February 2027. Of
February's 28 days 17 are 37.04 (37.0357) of Basic's 732.00 and 59.99 (59.9857) of Standard's 1185.60; before them the
first year takes 23.96 and 38.81, what is left of it. ALSO does not answer from the 11th on, and has refused Basic.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from schemas.invoice import CreditNote
from schemas.ledger import CreditNoteIssued
from terms.pricing import lines_to_bill
from tests.stories.documents import product
from tests.workflows.driven_licences import DrivenLicences, at, provided
from tests.workflows.driven_market import AtTheMarket

BASIC = product("Basic", "year", 10, "6.10")
STANDARD = product("Standard", "year", 8, "12.35")
OTHERS = Decimal("23.96") + Decimal("38.81") + Decimal("59.99")
"""February without what was refused."""


async def silent(*products: dict[str, Any], **more: Any) -> DrivenLicences:
    """All that is billed by 11 February 2027 is paid; from then on ALSO does not answer."""
    contract = await provided(*(products or (BASIC, STANDARD)), **more)
    await paid_until(contract, date(2027, 2, 11))
    contract.is_silent = True
    return contract


async def paid_until(contract: DrivenLicences, day: date) -> None:
    while contract.now < at(str(day)):
        await contract.until(min(at(str(day)), contract.now + timedelta(days=5)))
        if contract.owed:
            await contract.done("record_payment", amount=f"{contract.owed:.2f}", paid_on=f"{contract.now:%Y-%m-%d}")


async def found(contract: DrivenLicences, moment: str) -> None:
    """ALSO answers again: Basic has ended with its first year, Standard has renewed. Compared within the day."""
    await contract.until(at(moment))
    assert contract.told_with("subscription.refused") == []
    for account, one in contract.standing.items():
        is_refused = one.service == BASIC["sku"]
        refused: dict[str, Any] = {"state": "terminated", "ends_on": date(2027, 2, 11)}
        contract.change(account, **(refused if is_refused else {"ends_on": date(2028, 2, 11)}))
    contract.is_silent = False
    await contract.until(contract.now + timedelta(days=1))
    assert [each["subscription"] for each in contract.told_with("subscription.refused")] == ["1"]


def notes(contract: DrivenLicences) -> list[CreditNote]:
    changes = (change for entry in contract.entries for change in entry.changes)
    return [change.note for change in changes if isinstance(change, CreditNoteIssued)]


def billed(contract: DrivenLicences, month: str) -> Decimal:
    """What a month's invoice comes to, in EUR without VAT, less what credit notes give back of it."""
    made = [one.inputs for one in contract.invoices_ordered if f"{one.inputs.period.from_:%Y-%m}" == month]
    given = [one.net for one in notes(contract) if f"{one.inputs.period.from_:%Y-%m}" == month]  # type: ignore[union-attr]
    return sum((line.net for inputs in made for line in lines_to_bill(inputs)), Decimal(0)) - sum(given, Decimal(0))


def given(contract: DrivenLicences) -> list[str]:
    return [each["net"] for each in contract.told_with("credit.granted")]


@pytest.mark.clause("M365-20", "M365-24", "M365-48.1")
async def test_the_rest_of_a_refused_term_is_credited_with_its_days() -> None:
    contract = await silent()
    assert (await contract.ask_for("2027-02-13T13:00", "1", licences=0, leave_early=True)).accepted
    await found(contract, "2027-03-02")
    # 37.04 for February's days and 694.96 for the rest: all of 10 x 6.10 x 12.
    (note,) = notes(contract)
    assert (note.net, note.vat, note.total) == (Decimal("732.00"), Decimal("153.72"), Decimal("885.72"))
    assert (note.from_, note.to) == (date(2027, 2, 12), date(2028, 2, 11))
    assert billed(contract, "2027-02") == OTHERS


@pytest.mark.clause("M365-24", "M365-48.1")
async def test_what_is_left_in_two_steps_is_credited_of_each_invoice() -> None:
    # Four leave in February: of their and the others' 694.96 the six that stay have 439.20 - 22.22 = 416.98 left, so
    # that 277.98 are charged. The six leave in March, which has 36.60 of them and 380.38 for the rest.
    contract = await silent(special_terms={"payment_days": "60"})
    assert (await contract.ask_for("2027-02-13T13:00", "1", licences=6, leave_early=True)).accepted
    assert (await contract.ask_for("2027-03-03", "1", licences=0, leave_early=True)).accepted
    await found(contract, "2027-04-02")
    assert given(contract) == ["315.02", "416.98"]
    # March and the months after it have nothing but Standard's 98.80.
    assert (billed(contract, "2027-02"), billed(contract, "2027-03")) == (OTHERS, Decimal("98.80"))
    await contract.until(at("2027-05-02"))
    assert billed(contract, "2027-04") == Decimal("98.80")


@pytest.mark.clause("M365-24", "M365-48.1")
async def test_what_is_on_no_invoice_yet_is_never_billed() -> None:
    contract = await silent()
    assert (await contract.ask_for("2027-02-13T13:00", "1", licences=6, leave_early=True)).accepted
    assert (await contract.ask_for("2027-03-03", "1", licences=0, leave_early=True)).accepted
    await found(contract, "2027-03-20")
    await contract.until(at("2027-04-02"))
    assert given(contract) == ["315.02"]
    assert (billed(contract, "2027-02"), billed(contract, "2027-03")) == (OTHERS, Decimal("98.80"))


@pytest.mark.clause("M365-48.1")
async def test_found_before_the_first_invoice_nothing_is_billed_and_nothing_credited() -> None:
    contract = await silent()
    assert (await contract.ask_for("2027-02-13T13:00", "1", licences=0, leave_early=True)).accepted
    await found(contract, "2027-02-20")
    await contract.until(at("2027-03-02"))
    assert given(contract) == []
    assert billed(contract, "2027-02") == OTHERS


@pytest.mark.clause("M365-21.1", "M365-48.1")
async def test_licences_added_to_a_refused_term_are_credited_as_well() -> None:
    # ALSO takes two more on 20 February, and says only in March that there is no such term.
    contract = await silent()
    contract.is_silent = False
    assert (await contract.ask_for("2027-02-20", "1", licences=12)).accepted
    assert (await contract.ask_for("2027-02-22", "1", licences=0, leave_early=True)).accepted
    await found(contract, "2027-03-02")
    # Two are 12.20 a month: nine days of February 3.92, eleven months 134.20, eleven of February's 29 days 4.63.
    (added,) = contract.held().not_provided[0].added[1:]
    assert (added.licences, added.from_) == (2, date(2027, 2, 20))
    assert given(contract) == [f"{Decimal('732.00') + Decimal('3.92') + Decimal('134.20') + Decimal('4.63'):.2f}"]
    assert billed(contract, "2027-02") == OTHERS


@pytest.mark.clause("M365-20", "M365-48.1")
@pytest.mark.parametrize(
    ("credit", "before", "after"),
    [
        # Three days of Basic are 61.00 x 3 / 28 = 6.54, of Standard 98.80 x 3 / 28 = 10.59.
        ({"from": "2027-02-14", "to": "2027-02-16"}, "17.13", "725.46"),
        # An agreed amount stays what it is without Basic, as Standard's 59.99 cost more.
        ({"from": "2027-02-12", "to": "2027-02-28", "amount": "20.00"}, "20.00", "732.00"),
        # 70.00 are 59.99 without Basic, and 10.01 are the refused term's.
        ({"from": "2027-02-12", "to": "2027-02-28", "amount": "70.00"}, "70.00", "721.99"),
        # All of February: 37.04 of 159.80 are the refused term's, which is then left with its rest.
        ({"from": "2027-02-01", "to": "2027-02-28"}, "159.80", "694.96"),
    ],
)
async def test_what_was_credited_before_is_not_credited_again(credit: dict[str, str], before: str, after: str) -> None:
    contract = await silent()
    assert (await contract.ask_for("2027-02-13T13:00", "1", licences=0, leave_early=True)).accepted
    await contract.until(at("2027-03-02"))
    await contract.done("credit", reason="Traucējums", **credit)
    await found(contract, "2027-03-02T12:10")
    assert given(contract) == [before, after]
    # What is left of February is the others', less what was credited of them.
    share = Decimal("732.00") - Decimal(after)
    assert billed(contract, "2027-02") == OTHERS - (Decimal(before) - share)


@pytest.mark.clause("M365-24", "M365-46", "M365-48.1")
async def test_of_a_contract_that_has_ended_what_was_refused_is_given_back_and_the_rest_of_the_other_stays() -> None:
    # Ended on 20 February, with the final invoice on the 21st: both are charged to the end of their terms.
    contract = await silent()
    await contract.until(at("2027-02-20"))
    await contract.done("agree_end", on="2027-02-20", note="Abi")
    await found(contract, "2027-02-21")
    assert contract.state.stage == "ended"
    assert given(contract) == ["732.00"]
    # Standard: 8 x 12.35 x 12 = 1185.60, of which 59.99 are February's.
    assert billed(contract, "2027-02") == OTHERS + Decimal("1125.61")
    # All is paid by money or credit, and nothing else comes back until it closes.
    await paid_until(contract, date(2027, 8, 1))
    assert contract.state.closed
    assert given(contract) == ["732.00"]


@pytest.mark.clause("M365-24", "M365-46", "M365-48.1")
async def test_with_all_paid_the_final_invoice_is_given_back_as_credit() -> None:
    # Basic alone: 23.96 of the first year stay, of 23.96 + 732.00 with VAT 158.75 (158.7516).
    contract = await silent(BASIC)
    await contract.until(at("2027-02-20"))
    await contract.done("agree_end", on="2027-02-20", note="Abi")
    await contract.until(at("2027-02-21"))
    assert contract.owed == Decimal("914.71")
    await contract.done("record_payment", amount="914.71", paid_on="2027-02-21")
    await found(contract, "2027-02-21T12:10")
    assert billed(contract, "2027-02") == Decimal("23.96")
    assert contract.state.credit == Decimal("885.72")
    await paid_until(contract, date(2027, 8, 1))
    assert contract.told_with("contract.closed")[0]["refund"] == "885.72"


@pytest.mark.clause("M365-24", "M365-44.1", "M365-48.1")
async def test_days_that_were_not_billed_while_suspended_are_not_credited() -> None:
    # Suspended on the 14th and resumed on the 18th: 15 to 17 February are credit lines of the invoice: 6.54 and 10.59.
    contract = await silent(special_terms={"fee_while_suspended": "false"})
    assert (await contract.ask_for("2027-02-13T13:00", "1", licences=0, leave_early=True)).accepted
    await contract.until(at("2027-02-14"))
    await contract.done("suspend", ground="breach", note="Pārkāpums")
    await contract.until(at("2027-02-18"))
    await contract.done("cure", ground="breach")
    await found(contract, "2027-03-02")
    assert given(contract) == ["725.46"]
    assert billed(contract, "2027-02") == OTHERS - Decimal("10.59")


@pytest.mark.clause("M365-20", "M365-48.1")
async def test_after_that_days_cost_what_the_others_do() -> None:
    contract = await silent()
    assert (await contract.ask_for("2027-02-13T13:00", "1", licences=0, leave_early=True)).accepted
    await found(contract, "2027-03-02")
    await contract.done("credit", reason="Traucējums", **{"from": "2027-02-14", "to": "2027-02-16"})
    too_much = await contract.act("credit", reason="Vienošanās", amount="112.18", **{"from": "2027-02-01"})
    assert too_much.reason == "amount: 112.17 EUR at most, more these days have not cost"
    await contract.done("credit", reason="Viss", **{"from": "2027-02-01", "to": "2027-02-28"})
    # Standard's three days, and then all that is left of the 122.76.
    assert given(contract) == ["732.00", "10.59", "112.17"]
    assert billed(contract, "2027-02") == 0


@pytest.mark.clause("M365-20", "M365-48.1")
async def test_days_of_months_that_were_billed_without_the_refused_term_cost_what_was_charged() -> None:
    # Known on 2 March, so that March is Standard's 98.80 alone: three days of it are 98.80 x 3 / 31 = 9.56 (9.5613).
    contract = await silent(special_terms={"payment_days": "60"})
    await found(contract, "2027-03-02")
    await contract.until(at("2027-04-02"))
    await contract.done("credit", reason="Traucējums", **{"from": "2027-03-14", "to": "2027-03-16"})
    assert given(contract) == ["37.04", "9.56"]
    assert billed(contract, "2027-03") == Decimal("89.24")


@pytest.mark.clause("M365-24", "M365-48.1")
async def test_what_the_marketplace_refused_while_it_was_down_is_credited_once_it_answers() -> None:
    # Three at 12.00 by the month from 12 March: 36.00 x 20 / 31 = 23.23 (23.2258), the rest 12.77.
    contract = AtTheMarket(BASIC, product("Standard", "month", 3, "12.00"))
    await contract.approve("2026-02-12")
    contract.behave(refuses_renewals=True)
    await contract.until(at("2026-03-10"))
    contract.fault = lambda operation, now: "down"
    await contract.until(at("2026-03-13"))
    await contract.ask("2", 0, leave_early=True)
    await contract.until(at("2026-04-01"))
    assert contract.told_with("subscription.refused") == []
    contract.fault = lambda operation, now: None
    await contract.until(at("2026-04-03"))
    assert [each["net"] for each in contract.told_with("credit.granted")] == ["36.00"]
    assert [(each["net"], each["vat"]) for each in contract.told_with("credit.issued")] == [("36.00", "7.56")]
