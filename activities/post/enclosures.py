"""What goes out with a letter: an invoice as it is, reports and packages under a passphrase (IT-6, IT-19, IT-41)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

from asyncpg import Pool

from activities.documents.audit_report import audit_report_name, audit_report_pdf
from activities.documents.encryption import encrypt_pdf, passphrase
from activities.documents.handover import handover_name, handover_package
from activities.documents.invoice_pdf import invoice_name
from activities.documents.invoices import InvoiceDocuments
from activities.ledger import documents
from activities.ledger.connection import Database
from activities.post.message import Attachment
from activities.post.openings import Openings
from schemas.documents import AuditReport, Handover
from schemas.invoice_document import MadeDocument
from schemas.mail import Letter, MailKind, ProviderCard
from schemas.personal import INVENTORY
from schemas.sealed import sealed_value
from sealing.errors import KeyDestroyed, NoKeyYet
from sealing.keys import contract_owner
from sealing.sealer import Sealer

PDF = "application/pdf"
WITH_ENCLOSURE = frozenset({MailKind.AUDIT_REPORT, MailKind.HANDOVER_PACKAGE})
WITH_INVOICE: dict[str, str] = {
    MailKind.INVOICE: "invoice",
    MailKind.CREDIT_NOTE: "credit_note",
    MailKind.INTEREST: "invoice",
}
"""The letters with which a document goes, and the fact that names it."""


def invoice_attached(made: MadeDocument) -> Attachment:
    """The document of an invoice as a letter brings it."""
    return Attachment(name=invoice_name(made.number), media_type=PDF, content=made.pdf)


class Enclosures:
    """Makes a document when it is sent, from what was taken down on its day.

    Of what is personal nothing is kept in clear, and what was taken down goes once it is not needed (DPA-II.1.5); an
    invoice is not personal, and is kept as it was made.
    """

    def __init__(self, *, sealer: Sealer, provider: ProviderCard, invoices: InvoiceDocuments) -> None:
        self.sealer = sealer
        self.provider = provider
        self.invoices = invoices

    async def invoice(self, db: Database | Pool, letter: Letter, on: date) -> MadeDocument | None:
        """The document that goes with a letter sent on a day; None where none does. Raises DocumentUnsound."""
        fact = WITH_INVOICE.get(letter.kind)
        return await self.invoices.leaving(db, letter.facts[fact], on) if fact is not None else None

    async def of(
        self, db: Database | Pool, contract: str, kind: MailKind, on: date, openings: Openings
    ) -> Attachment | None:
        """The document a letter of this kind encloses; None once it is erased. Raises PackageTooLarge."""
        found = await self._on_record(db, contract, kind, on)
        if found is None:
            return None
        words = await self._passphrase(found, contract, kind)
        told = {"contract": contract, "on": found.on, "customer": found.customer, "language": found.language}
        content = await _opened(found.content, openings)
        if kind is MailKind.AUDIT_REPORT:
            report = AuditReport.model_validate(_sound({**content, **told}))
            pdf = await self.report(report, words)
            return Attachment(name=audit_report_name(report), media_type=PDF, content=pdf)
        reports = [AuditReport.model_validate(_sound({**told, **each})) for each in content.pop("reports")]
        handover = Handover.model_validate(_sound({**content, **told, "service": found.service, "reports": reports}))
        package = await asyncio.to_thread(handover_package, handover, self.provider, words)
        return Attachment(name=handover_name(handover), media_type=PDF, content=package)

    async def report(self, report: AuditReport, words: str) -> bytes:
        """The PDF, which opens with `words`."""
        pdf = await asyncio.to_thread(audit_report_pdf, report, self.provider)
        return await asyncio.to_thread(encrypt_pdf, pdf, words)

    async def passphrase(self, db: Database | Pool, contract: str, kind: MailKind, on: date) -> str | None:
        """What the document opens with; the same however often it is asked. None once it is erased."""
        found = await self._on_record(db, contract, kind, on)
        return await self._passphrase(found, contract, kind) if found is not None else None

    async def _on_record(
        self, db: Database | Pool, contract: str, kind: MailKind, on: date
    ) -> documents.DocumentOnRecord | None:
        return await documents.to_send(db, contract, kind, on, await self._key_id(contract))

    async def _key_id(self, contract: str) -> str:
        """What passphrases derive from: the inventory's key, so that they go with what was handed over.

        The contract's own where nothing is under another.
        """
        try:
            return (await self.sealer.keys.current(contract_owner(contract, INVENTORY))).id
        except (NoKeyYet, KeyDestroyed):
            return (await self.sealer.keys.current(contract_owner(contract))).id

    async def _passphrase(self, found: documents.DocumentOnRecord, contract: str, kind: MailKind) -> str:
        key = await self.sealer.keys.key(found.key_id)
        return passphrase(key.secret, f"{kind}/{contract}/{found.on}")


async def _opened(value: Any, openings: Openings, field: str = "") -> Any:
    """`value` with every sealed value in it opened; None where its key is destroyed."""
    if isinstance(value, Mapping):
        within = f"{field}." if field else ""
        return {name: await _opened(each, openings, f"{within}{name}") for name, each in value.items()}
    if isinstance(value, list):
        opened = [await _opened(each, openings, field) for each in value]
        return [each for each in opened if each is not None]
    if sealed_value(value) is None:
        return value
    try:
        return await openings.open(value, field)
    except KeyDestroyed:
        return None


def _sound(document: dict[str, Any]) -> dict[str, Any]:
    """`document` without erased users: those that lost their name. Of another record what named them is gone alone."""
    inventory = dict(document.get("inventory") or {})
    if "users" in inventory:
        inventory["users"] = [user for user in inventory["users"] if user.get("name") is not None]
    return {**document, "inventory": inventory}
