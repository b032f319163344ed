"""Invoices as documents: what is enclosed is what is kept, one figure on paper, in XML and in the ledger."""

from __future__ import annotations

import asyncio
import email
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from email.policy import default
from io import BytesIO
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from asyncpg import Pool
from lxml import etree
from pypdf import PdfReader

from activities.contract import ContractActivities
from activities.documents.einvoice import CAC, CBC, einvoice_xml
from activities.documents.einvoice_rules import rule_book
from activities.documents.invoices import InvoiceDocuments, attached_xml
from activities.documents.making import DocumentUnsound
from activities.documents.press import Press
from activities.ledger import invoice_documents, reading
from activities.ledger.attention import facts
from runtime.embedded.mailbox import smtp_sandbox
from schemas.attention import ContractFacts
from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs, DateRange, InvoiceOrder, InvoiceRecord
from schemas.it_support import ItSupportContent
from schemas.ledger import ContractUpdated, Entry, LettersWaiting, Posted, Recorded
from schemas.sending import SentInvoice
from tests.activities.offices import office, rows, signed_as, signing
from tests.issued_documents import kept, to_make
from tests.ports import free_port

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

AT = datetime(2026, 6, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
POSTAL = {"postal_address": "Skaidu iela 6, Rīga"}
NEVER_MET = """
<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:svrl="http://purl.oclc.org/dsdl/svrl">
  <xsl:template match="/">
    <svrl:schematron-output><svrl:failed-assert id="OWN-1" flag="fatal" location="/"/></svrl:schematron-output>
  </xsl:template>
</xsl:stylesheet>
"""


@pytest_asyncio.fixture(loop_scope="session")
async def activities(pool: Pool, tmp_path: Path) -> AsyncIterator[ContractActivities]:
    async with (
        smtp_sandbox(tmp_path / "mail", port=0) as server,
        office(pool, tmp_path, server.port) as opened,
    ):
        yield opened


def order(number: str, *, credit: str = "0.00", first: bool = True) -> InvoiceOrder:
    """May 2026: 9 users at 13.35 until the 15th, then 12 on a plan with quotes in its name, and the set-up fee.

    250.00 + 58.14 + 82.68 = 390.82; VAT 82.0722 -> 82.07; together 472.89.
    """
    signed = signed_as(number)
    before = signed.content_as(ItSupportContent).model_copy(
        update={"users": 9, "price_per_user": Decimal("13.35"), "setup_fee": Decimal("250.00")}
    )
    after = before.model_copy(update={"users": 12, "plan": 'Ātrais "plus" & <ērti>'})
    versions = tuple(
        ContentVersion(service="it_support", effective_on=day, content=content)
        for day, content in ((date(2026, 5, 1), before), (date(2026, 5, 16), after))
    )
    return InvoiceOrder(
        key=f"{number}/2026-05-01/invoice",
        contract=number,
        series=number,
        at=AT,
        payment_days=14,
        credit=Decimal(credit),
        inputs=ChargeInputs(
            service="it_support",
            language="lv",
            period=DateRange(from_=date(2026, 5, 1), to=date(2026, 5, 31)),
            service_from=date(2026, 5, 1),
            is_first=first,
            versions=versions,
        ),
    )


async def issued(activities: ContractActivities, number: str, *, credit: str = "0.00", **customer: Any) -> str:
    """The number of the contract's invoice for May."""
    await activities.record(await signing(number, **customer))
    answer = await activities.issue_invoice(order(number, credit=credit))
    assert answer.issued is not None
    return answer.issued.number


def enclosed(folder: Path) -> dict[str, bytes]:
    """What letters brought, by name."""
    found = {}
    for path in (folder / "mail").glob("*.eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=default)
        assert isinstance(message, EmailMessage)
        for part in message.iter_attachments():
            found[part.get_filename() or ""] = part.get_payload(decode=True)
    return found  # type: ignore[return-value]


async def record_of(pool: Pool, number: str) -> InvoiceRecord:
    record = await reading.invoice(pool, number)
    assert record is not None
    return record


async def letter_of(pool: Pool, contract: str) -> dict[str, Any]:
    [letter] = [row for row in await rows(pool, "letters", contract) if row["kind"] == "invoice"]
    return letter


@pytest.mark.clause("IT-19", "IT-P2.plan")
async def test_what_is_enclosed_is_kept_and_asked_for_again(
    activities: ContractActivities, pool: Pool, tmp_path: Path
) -> None:
    number = await issued(activities, "DOC-1")
    [(name, pdf)] = enclosed(tmp_path).items()
    assert name == f"invoice-{number}.pdf"
    documents = activities.post.enclosures.invoices
    made = await asyncio.gather(*(documents.of(pool, number) for _ in range(3)))
    assert {one.pdf for one in made if one is not None} == {pdf}
    [kept] = await rows(pool, "invoice_documents", "DOC-1")
    assert kept["rules"] == list(rule_book().versions)
    assert kept["broken"] == []


@pytest.mark.clause("IT-19", "IT-20")
async def test_one_figure_on_paper_in_xml_and_in_the_ledger(activities: ContractActivities, pool: Pool) -> None:
    number = await issued(activities, "DOC-2", credit="100.00")
    record = await record_of(pool, number)
    assert [(line.net, line.quantity) for line in record.lines] == [
        (Decimal("250.00"), 1),
        (Decimal("58.14"), 9),
        (Decimal("82.68"), 12),
    ]
    assert (record.net, record.vat, record.total) == (Decimal("390.82"), Decimal("82.07"), Decimal("472.89"))

    made = await activities.post.enclosures.invoices.of(pool, number)
    assert made is not None
    xml = attached_xml(made.number, made.pdf)
    assert rule_book().broken(xml) == ()
    root = etree.fromstring(xml)
    totals = {each.tag.removeprefix(CBC): each.text for each in root.find(f"{CAC}LegalMonetaryTotal")}  # type: ignore[union-attr]
    assert totals == {
        "LineExtensionAmount": "390.82",
        "TaxExclusiveAmount": "390.82",
        "TaxInclusiveAmount": "472.89",
        "PrepaidAmount": "100.00",
        "PayableAmount": "372.89",
    }
    assert root.findtext(f"{CAC}TaxTotal/{CBC}TaxAmount") == "82.07"
    nets = [each.text for each in root.findall(f"{CAC}InvoiceLine/{CBC}LineExtensionAmount")]
    assert nets == ["250.00", "58.14", "82.68"]

    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(made.pdf)).pages)
    paper = " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())
    # 472.89 less the 100.00 received before is 372.89.
    assert (
        "Summa bez PVN 390,82 PVN 21 % 82,07 Kopā ar PVN 472,89 Jau samaksāts -100,00 Kopā apmaksai 372,89 EUR" in paper
    )
    for amount in ("13,35 58,14", "13,35 82,68", "250,00 250,00"):
        assert amount in paper


async def test_no_personal_data_is_in_it(activities: ContractActivities, pool: Pool) -> None:
    number = await issued(activities, "DOC-3")
    made = await activities.post.enclosures.invoices.of(pool, number)
    assert made is not None
    text = (
        " ".join(page.extract_text() for page in PdfReader(BytesIO(made.pdf)).pages)
        + attached_xml(made.number, made.pdf).decode()
    )
    assert "Skaidu iela 6, Rīga, LV-1039" in text
    assert not any(personal in text for personal in ("Anna", "Bērziņa", "anna@", "rekini@", "+37129123456"))


@pytest.mark.clause("IT-P1.contact", "IT-19")
async def test_a_postal_customers_invoice_waits_to_be_printed(
    activities: ContractActivities, pool: Pool, tmp_path: Path
) -> None:
    number = await issued(activities, "DOC-4", invoice_delivery=POSTAL)
    assert (await letter_of(pool, "DOC-4"))["status"] == "postal"
    assert enclosed(tmp_path) == {}
    # Until it is posted it has no due date to state.
    documents = activities.post.enclosures.invoices
    with pytest.raises(invoice_documents.NotSent):
        await documents.of(pool, number)
    assert (await record_of(pool, number)).sent_on is None
    found = await facts_of(pool, "DOC-4")
    assert ([each.number for each in found.to_print], found.unpaid) == ([number], ())

    posting = posted("DOC-4", number, datetime(2026, 6, 3, 9, tzinfo=UTC))
    sent = SentInvoice(invoice=number, sent_on=date(2026, 6, 3), due_on=date(2026, 6, 17))
    for _ in range(2):
        assert (await activities.record(posting)).sent == (sent,)
    with pytest.raises(LookupError, match="does not wait to be posted"):
        await activities.record(posted("DOC-4", number, AT))
    assert (await letter_of(pool, "DOC-4"))["status"] == "printed"
    # Posted on the 3rd: 3 + 14 = 17.
    assert (await stated(activities, number), (await record_of(pool, number)).due_on) == ("2026-06-17", sent.due_on)
    after = await facts_of(pool, "DOC-4")
    assert (after.to_print, after.letters) == ((), ())


@pytest.mark.clause("IT-63")
async def test_an_invoice_stays_made_out_to_whom_it_was_issued(activities: ContractActivities, pool: Pool) -> None:
    unmade = await issued(activities, "DOC-6")
    heir = ContractUpdated(
        customer_name='SIA "Egļu darbnīca"',
        registration_number="40999900307",
        legal_address="Kalna iela 2, Ogre",
        cleared=("vat_number",),
    )
    await activities.record(Entry(key="DOC-6/heir", contract="DOC-6", at=AT, changes=(heir,)))
    document = await to_make(pool, unmade)
    assert document is not None
    assert (document.buyer.name, document.buyer.vat_number) == ('SIA "Priežu darbnīca"', "LV40999900203")
    following = order("DOC-6", first=False).model_copy(update={"key": "DOC-6/2026-06-01/invoice"})
    june = DateRange(from_=date(2026, 6, 1), to=date(2026, 6, 30))
    following = following.model_copy(update={"inputs": following.inputs.model_copy(update={"period": june})})
    answer = await activities.issue_invoice(following)
    assert answer.issued is not None
    document = await to_make(pool, answer.issued.number)
    assert document is not None
    assert document.buyer.model_dump() == {
        "name": 'SIA "Egļu darbnīca"',
        "registration_number": "40999900307",
        "vat_number": None,
        "address": "Kalna iela 2, Ogre",
    }
    assert rule_book().broken(einvoice_xml(document)) == ()


async def test_what_breaks_rules_does_not_leave_until_it_is_repaired(
    activities: ContractActivities, pool: Pool, tmp_path: Path
) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "own.xslt").write_text(NEVER_MET.strip(), encoding="utf-8")
    enclosures = activities.post.enclosures
    sound = enclosures.invoices
    enclosures.invoices = InvoiceDocuments(Press(rules))
    number = await issued(activities, "DOC-7")
    assert (await letter_of(pool, "DOC-7"))["status"] == "queued"
    assert enclosed(tmp_path) == {}
    with pytest.raises(DocumentUnsound, match="OWN-1"):
        await enclosures.invoices.leaving(pool, number, AT.date())
    found = await facts_of(pool, "DOC-7")
    assert [(each.number, each.broken) for each in found.unsound] == [(number, ("OWN-1",))]
    assert found.letters == ()

    enclosures.invoices.press.close()
    enclosures.invoices = sound
    assert (await activities.send_letters(LettersWaiting(contract="DOC-7", at=AT))).unsent == 0
    assert list(enclosed(tmp_path)) == [f"invoice-{number}.pdf"]
    assert (await facts_of(pool, "DOC-7")).unsound == ()


async def test_what_was_made_is_changed_by_nobody(activities: ContractActivities, pool: Pool) -> None:
    number = await issued(activities, "DOC-8")
    for change in ("pdf = ''", "head = '{}'", "rules = '{}'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="kept as it is"):
            await pool.execute(f"UPDATE invoice_documents SET {change} WHERE number = $1", number)


@pytest.mark.clause("IT-19", "IT-20")
async def test_an_outage_moves_the_due_date_once_and_the_document_with_it(pool: Pool, tmp_path: Path) -> None:
    """Issued on 1 June with no mail server there; it left on 4 June: 4 + 14 = 18 June, however often it is asked."""
    port = free_port()
    async with office(pool, tmp_path, port) as activities:
        number = await issued(activities, "DOC-9")
        down = await activities.send_letters(LettersWaiting(contract="DOC-9", at=AT + DAY, awaited=(number,)))
        assert (down.unsent, down.sent) == (2, ())
        assert await kept(pool, number) is None
        assert (await facts_of(pool, "DOC-9")).unpaid == ()

        sent = SentInvoice(invoice=number, sent_on=date(2026, 6, 4), due_on=date(2026, 6, 18))
        async with smtp_sandbox(tmp_path / "mail", port=port):
            for later in range(3, 6):
                asked = LettersWaiting(contract="DOC-9", at=AT + later * DAY, awaited=(number,))
                assert await activities.send_letters(asked) == Recorded(done=True, unsent=0, sent=(sent,))
        again = await activities.issue_invoice(order("DOC-9"))
        assert again.sent == (sent,)
        record = await record_of(pool, number)
        assert (record.issued_on, record.sent_on, record.due_on) == (date(2026, 6, 1), sent.sent_on, sent.due_on)
        assert await stated(activities, number) == "2026-06-18"
    made = await kept(pool, number)
    assert made is not None
    assert list(enclosed(tmp_path).values()) == [made.pdf]
    [letter] = [
        path.read_text(encoding="utf-8") for path in (tmp_path / "mail").glob("*.txt") if number in path.read_text()
    ]
    assert "2026. gada 18. jūnijs" in letter
    told = [row["data"] for row in await rows(pool, "timeline", "DOC-9") if row["event"] == "invoice.sent"]
    assert told == [{"invoice": number, "on": "2026-06-04", "due_on": "2026-06-18"}]
    assert [each.due_on for each in (await facts_of(pool, "DOC-9")).unpaid] == [sent.due_on]


async def test_what_is_asked_for_again_later_is_issued_and_sent_then(
    activities: ContractActivities, pool: Pool
) -> None:
    """The step is of 1 June; nobody could do it before the 5th. Its lines stay as they are."""
    await activities.record(await signing("DOC-10"))
    late = order("DOC-10").model_copy(update={"asked_at": AT + 4 * DAY})
    answer = await activities.issue_invoice(late)
    assert answer.issued is not None
    assert (answer.issued.issued_on, answer.issued.due_on) == (date(2026, 6, 5), date(2026, 6, 19))
    assert [each.due_on for each in answer.sent or ()] == [date(2026, 6, 19)]
    assert str(answer.issued.total) == "472.89"


def posted(contract: str, number: str, at: datetime) -> Entry:
    key = f"{contract}/posted/{at:%d}"
    return Entry(key=key, contract=contract, at=at, awaited=(number,), changes=(Posted(number=number),))


async def stated(activities: ContractActivities, number: str) -> str | None:
    """The due date in the document that is kept."""
    made = await activities.post.enclosures.invoices.of(activities.pool, number)
    assert made is not None
    return etree.fromstring(attached_xml(made.number, made.pdf)).findtext(f"{CBC}DueDate")


async def facts_of(pool: Pool, contract: str) -> ContractFacts:
    [found] = [each async for each in facts(pool, AT) if each.contract == contract]
    return found
