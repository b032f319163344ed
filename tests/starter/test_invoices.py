"""Invoices over HTTP: fetched as PDF and XML, printed by whoever posts them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO

import httpx2
import pytest
import pytest_asyncio
from pypdf import PdfReader

from activities.documents.einvoice_rules import rule_book
from activities.ledger import reading
from runtime.clock import now
from runtime.embedded.temporal import skip
from runtime.stack import Stack
from schemas.contract import SignedContract
from schemas.problems import validated
from schemas.scenario import Scenario
from starter.door import Door
from starter.due import due
from tests.starter.support import a_contract
from tests.starter.test_due import CONNECTED, PLAYED

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

SIGNED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC).isoformat()
BY_POST, BY_MAIL = "POST-1", "POST-2"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def numbers(stack: Stack) -> AsyncIterator[dict[str, str]]:
    """The March invoice of a customer by post and of one by e-mail."""
    door = Door(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)
    delivery = {BY_POST: {"postal_address": "Skaidu iela 6, Rīga"}, BY_MAIL: {"email": "rekini@example.lv"}}
    for contract, where in delivery.items():
        document = a_contract(contract, signed_at=SIGNED_AT, customer__invoice_delivery=where)
        scenario = validated(Scenario, {"payer": "on_time", "acts": CONNECTED})
        await door.accept(validated(SignedContract, document), scenario)
    await skip(stack.client, PLAYED)
    yield {contract: (await reading.invoices(stack.pool, contract))[0].number for contract in delivery}


@pytest.mark.clause("IT-19")
async def test_the_pdf_and_the_xml_in_it(numbers: dict[str, str], client: httpx2.AsyncClient) -> None:
    number = numbers[BY_MAIL]
    pdf = await client.get(f"/invoices/{number}.pdf")
    xml = await client.get(f"/invoices/{number}.xml")
    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    assert pdf.headers["content-disposition"] == f'attachment; filename="invoice-{number}.pdf"'
    assert xml.headers["content-type"] == "application/xml"
    assert PdfReader(BytesIO(pdf.content)).attachments == {f"{number}.xml": [xml.content]}
    assert rule_book().broken(xml.content) == ()
    assert (await client.get(f"/invoices/{number}.pdf")).content == pdf.content


async def test_there_is_no_other(numbers: dict[str, str], client: httpx2.AsyncClient) -> None:
    paths = {"GET": ("BB-2020-1.pdf", "BB-2020-1.xml"), "POST": ("BB-2020-1/printed", "BB-2020-1/envelope")}
    for method, path in ((method, path) for method, each in paths.items() for path in each):
        answer = await client.request(method, f"/invoices/{path}")
        assert (answer.status_code, answer.json()) == (404, {"reason": "there is no invoice of this number"})


@pytest.mark.clause("IT-19", "IT-P1.contact")
async def test_what_is_printed_is_due_no_more(
    numbers: dict[str, str], client: httpx2.AsyncClient, stack: Stack
) -> None:
    number = numbers[BY_POST]
    [before, other] = [item for item in await due(stack.pool, stack.client, now()) if item.contract == BY_POST]
    assert {before.what, other.what} == {"Print and post"}
    assert number in before.why
    assert (await client.get(f"/invoices/{number}.pdf")).status_code == 200
    envelope = await client.post(f"/invoices/{number}/envelope")
    assert envelope.json() == {"customer": 'SIA "Priežu darbnīca"', "address": "Skaidu iela 6, Rīga"}
    assert envelope.headers["cache-control"] == "no-store"
    looks = await stack.pool.fetch("SELECT subject FROM trail WHERE chain = $1 AND action = 'address.shown'", BY_POST)
    assert [look["subject"] for look in looks] == [f"invoice/{number}"]
    assert (await client.post(f"/invoices/{number}/printed")).status_code == 204
    # The paper goes into its envelope afterwards: it states the due date, which counts from this day.
    assert (await client.post(f"/invoices/{number}/envelope")).status_code == 200
    assert (await client.post(f"/invoices/{number}/printed")).status_code == 409
    assert (await client.post(f"/invoices/{numbers[BY_MAIL]}/envelope")).status_code == 409
    assert [each for each in await due(stack.pool, stack.client, now()) if each.contract == BY_POST] == [other]
    by_mail = await client.post(f"/invoices/{numbers[BY_MAIL]}/printed")
    assert by_mail.json() == {"reason": "it is not on the print queue: it went by e-mail, or was printed before"}
