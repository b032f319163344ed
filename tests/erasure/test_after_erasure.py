"""A contract that is erased and lives on for a debt: whatever is sent to it, it stays able to go on and to close."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from asyncpg import Pool

from activities.ledger import trail
from runtime.settings import Settings
from runtime.wiring import contract_activities
from schemas.contract import SignedContract
from schemas.microsoft365 import Microsoft365Content
from schemas.receivables import OpenInvoice
from tests.activities.offices import signed_as
from tests.books.support import order
from tests.erasure.kept import KeptContract
from tests.erasure.support import erasing, ledger
from tests.ports import free_port
from tests.sealing_keys import sealer_in
from tests.stories.documents import a_subscription_contract, product
from tests.workflows.examples import ACTS
from workflows import microsoft365
from workflows.licensing.process import licensing_of
from workflows.process import Process

pytestmark = pytest.mark.real

NUMBER = "AFTER-ERASURE-1"
LICENCES = a_subscription_contract("2026-02-10T11:20:00+02:00", product("Basic", "month", 3, "6.00"))
GIVEN: dict[str, Any] = {"to": "law", "data": ["contacts", "customer"], "on": "2026-02-10"}


class KeptLicences(KeptContract):
    """One of Microsoft 365."""

    def __init__(self, contract: SignedContract) -> None:
        super().__init__(contract)
        self.state.licensing = licensing_of(contract.content_as(Microsoft365Content), contract.number)

    def made_of(self) -> tuple[Process, ...]:
        return microsoft365.processes(self)


@asynccontextmanager
async def owing_after_the_erasure(state: Path, service: str) -> AsyncIterator[tuple[KeptContract, Pool]]:
    """Signed, ended by agreement the same day and erased, with an invoice of 211.75 EUR that nobody pays."""
    sealer = sealer_in(state)
    of = {"it_support": (signed_as(NUMBER), KeptContract), "microsoft365": (licences(), KeptLicences)}
    document, kind = of[service]
    contract = kind(await sealer.seal_contract(document))
    settings = Settings(smtp_port=free_port(), partners_folder=state / "partners", sms_folder=state / "sms")
    async with ledger(state) as pool, contract_activities(settings, pool, sealer) as activities:
        contract.at_work(activities, erasing(pool, sealer))
        await happens(contract, "signed")
        await contract.done([("agree_end", {"on": "2026-02-10", "note": "Vienošanās"})])
        issued = (await activities.issue_invoice(order(NUMBER))).issued
        assert issued is not None
        owed = {"number": issued.number, "total": issued.total, "open": issued.total, "due_on": issued.due_on}
        contract.state.invoices.append(OpenInvoice(month="2026-04", **owed))
        for duty in ("end", "handover", "erasure", "rekey"):
            await happens(contract, duty)
        assert contract.state.ending.erased
        assert not contract.state.closed
        yield contract, pool


def licences() -> SignedContract:
    return SignedContract.model_validate(LICENCES | {"number": NUMBER})


async def happens(contract: KeptContract, key: str) -> None:
    duty = next(duty for duty in contract.duties() if duty.key == key)
    contract.now = max(contract.now, duty.at)
    await contract.do(duty)


@pytest.mark.clause("IT-47", "IT-53", "DPA-II.4.5", "M365-13")
@pytest.mark.parametrize("service", ["it_support", "microsoft365"])
async def test_what_the_law_demands_of_a_debtor_goes_on_record_without_its_words(state: Path, service: str) -> None:
    async with owing_after_the_erasure(state, service) as (contract, pool):
        await contract.done(
            [
                ("record_disclosure", {**GIVEN, "note": "VID, lūgums Nr. 7"}),
                ("record_disclosure", {**GIVEN, "silence_required": True, "note": "VID, lūgums Nr. 8"}),
            ]
        )
        async with pool.acquire() as db:
            rows = await trail.read(db, NUMBER, limit=1000)
    disclosures = [row for row in rows if row.action == "disclosure" and row.purpose == "record_disclosure"]
    what = {"data": GIVEN["data"], "on": GIVEN["on"]}
    assert [row.details for row in disclosures] == [what, {**what, "told": False}]
    assert [(row.subject, row.personal) for row in disclosures] == [("law", None)] * 2


@pytest.mark.parametrize(("service", "kept"), [("it_support", {"switch_off_term"}), ("microsoft365", set())])
async def test_no_act_after_the_erasure_keeps_the_contract_from_closing(
    state: Path, service: str, kept: set[str]
) -> None:
    """A right payload for each: what still makes sense is done, the rest refused, and nothing else happens."""
    own = {
        "record_disclosure": {"on": "2026-02-10"},
        "record_payment": {"amount": "50.00", "paid_on": "2026-02-11"},
    }
    accepted = set()
    async with owing_after_the_erasure(state, service) as (contract, _):
        [owed] = contract.state.invoices
        # In the order of their names the debt is given up last.
        for name, example in sorted(ACTS.items()):
            of_debt = {"invoice": owed.number} if "invoice" in example else {}
            if (await contract.act(name, **(example | of_debt | own.get(name, {})))).accepted:
                accepted.add(name)
        await happens(contract, "closing")
        assert contract.state.closed
    of_money = {"extend_payment", "record_payment", "reverse_payment", "write_off"}
    of_the_end = {"confirm_handover", "confirm_partner_erasure", "record_disclosure", "record_dispute"}
    assert accepted == of_money | of_the_end | kept
