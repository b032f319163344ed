"""Interest that was billed for days too many: what comes back of it, and what a payment taken back bills again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from activities.ledger.inputs import read_inputs
from schemas.contract import SpecialTerms
from schemas.invoice import CreditNote, InvoiceSums
from schemas.ledger import CreditNoteIssued, InterestBilled
from terms.proof import explains, line_proofs
from tests.workflows.driven import DrivenContract
from tests.workflows.test_refusals import at, serving
from workflows.payments import PAYMENTS_KEPT

# March: 404.96, due on 15 April, paid on 20 May. 404.96 x 10 x 35 / 36500 = 3.8832: 3.88, billed on 1 June.
NP1 = ("NP1", ["3.88"])


async def billed() -> DrivenContract:
    """March paid 35 days late, and interest for them billed. April is extended, so that nothing else is late."""
    contract = await serving()
    terms = SpecialTerms(late_interest_percent=Decimal("10.00"))
    contract.state.contract = contract.state.contract.model_copy(update={"special_terms": terms})
    contract.state.switched_off = ["IT-40.1"]
    await contract.until(at(5, 2))
    await done(contract, "extend_payment", invoice="2026-04", due_on="2026-07-31")
    await contract.until(at(5, 20))
    await pay(contract, "404.96", "2026-05-20")
    await contract.until(at(6, 2))
    assert documents(contract) == [NP1]
    return contract


async def done(contract: DrivenContract, act: str, **fields: Any) -> None:
    outcome = await contract.act(act, **fields)
    assert outcome.accepted, outcome.reason


async def pay(contract: DrivenContract, amount: str, paid_on: str = "2026-04-15") -> None:
    await done(contract, "record_payment", amount=amount, paid_on=paid_on)


async def take_back(contract: DrivenContract, payment: int) -> None:
    await done(contract, "reverse_payment", payment=str(payment), reason="Banka atsauca")


def issued(contract: DrivenContract) -> list[InterestBilled | CreditNote]:
    changes = [change for entry in contract.entries for change in entry.changes]
    bills = [one.note if isinstance(one, CreditNoteIssued) else one for one in changes]
    return [one for one in bills if isinstance(one, InterestBilled | CreditNote)]


def documents(contract: DrivenContract) -> list[tuple[str, list[str]]]:
    """Interest and what was given back of it, as `NP1-K1`, each with the amounts of its lines."""
    return [
        (one.number.removeprefix(f"{contract.number}-"), [str(line.net) for line in one.lines])
        for one in issued(contract)
    ]


@pytest.mark.clause("IT-20", "IT-22")
async def test_a_cent_of_rounding_keeps_nothing_back() -> None:
    # Of 15 April become known: 202.00, whose 35 days are 1.9370: 1.94, and 202.96: 1.9462: 1.95. 3.88 - 1.94 = 1.94.
    contract = await billed()
    await pay(contract, "202.00")
    await pay(contract, "202.96")
    assert documents(contract) == [NP1, ("NP1-K1", ["1.94"]), ("NP1-K2", ["1.94"])]
    last = issued(contract)[-1]
    assert isinstance(last, CreditNote)
    # As the ledger keeps them, the inputs give what was issued.
    kept = read_inputs("credit_note", last.inputs.model_dump(mode="json"))
    assert explains(kept, lines=last.lines, issued=InvoiceSums(net=last.net, vat=last.vat, total=last.total))
    [proof] = line_proofs(kept)
    assert proof.net == Decimal("1.94")
    assert proof.steps[-1] == "at most 1.94: the documents before leave no more for these days"


@pytest.mark.clause("IT-20", "IT-22")
async def test_what_was_given_back_is_billed_again_once_the_bank_takes_the_money_back() -> None:
    # 3.88 came back for both. 202.96 late again cost 1.9462: 1.95; with the 202.00 all of March is late, which costs
    # 3.88, and 1.93 are left of that.
    contract = await billed()
    await pay(contract, "202.00")
    await pay(contract, "202.96")
    await take_back(contract, 3)
    await contract.until(at(7, 1))
    assert documents(contract)[3:] == [("NP2", ["1.95"])]
    await take_back(contract, 2)
    await contract.until(at(8, 1))
    assert documents(contract)[4:] == [("NP3", ["1.93"])]


@pytest.mark.clause("IT-20", "IT-22")
async def test_what_may_still_change_is_known_and_no_more() -> None:
    """March was paid by the first payment: once 24 others came, nobody takes that back, nor its interest."""
    contract = await billed()
    await pay(contract, "3.88", "2026-06-02")
    for _ in range(22):
        await pay(contract, "0.01", "2026-06-02")
    assert [one.invoice[-2:] for one in contract.state.interest] == ["01"]
    assert [one.number[-3:] for one in contract.state.interest_bills] == ["NP1"]
    await pay(contract, "0.01", "2026-06-02")
    await pay(contract, "0.01", "2026-06-02")
    assert len(contract.state.payments) == PAYMENTS_KEPT
    assert (contract.state.interest, contract.state.interest_bills) == ([], [])
    # April is still open: of that it is known what the two payments before the last 24 settled.
    assert [(one.month, str(one.amount)) for one in contract.state.settled_parts] == [("2026-04", "3.88")]
    await contract.until(at(7, 1))
    assert documents(contract) == [NP1]


@pytest.mark.clause("IT-22", "IT-42")
async def test_interest_that_was_given_up_comes_back_to_nobody() -> None:
    # 200.00 x 10 x 35 / 36500 = 1.9178: 1.92 of 3.88 was never due; nobody had paid it, so it is no credit.
    contract = await billed()
    number = f"{contract.number}-NP1"
    await done(contract, "write_off", invoice=number, note="Labas gribas žests")
    await pay(contract, "200.00")
    assert documents(contract) == [NP1, ("NP1-K1", ["1.92"])]
    assert contract.state.credit == Decimal("0.00")
    [note] = [one for entry in contract.entries for one in entry.changes if isinstance(one, CreditNoteIssued)]
    assert (note.settles, note.given_up) == (Decimal("0.00"), Decimal("1.92"))
    assert contract.told("write_off.reduced")
    # What was given up is not billed again either.
    await take_back(contract, 2)
    await contract.until(at(7, 1))
    assert documents(contract)[2:] == []


@pytest.mark.clause("IT-22", "IT-42")
async def test_of_interest_paid_in_part_only_what_was_paid_too_much_comes_back() -> None:
    # April and May are 211.75 each: 425.50 settle them, and 2.00 of the interest. 1.88 are given up. Of the 3.88 of
    # March 1.92 go, 1.88 of which were given up: 0.04 come back, and no more than that is billed again.
    contract = await billed()
    await pay(contract, "425.50", "2026-06-02")
    number = f"{contract.number}-NP1"
    await done(contract, "write_off", invoice=number, note="Labas gribas žests")
    await pay(contract, "200.00")
    assert documents(contract)[1:] == [("NP1-K1", ["1.92"])]
    assert contract.state.credit == Decimal("200.04")
    await take_back(contract, 3)
    assert contract.state.credit == Decimal("0.04")
    await contract.until(at(7, 1))
    assert documents(contract)[2:] == [("NP2", ["0.04"])]
