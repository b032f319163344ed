"""What one act or duty did: an entry that the ledger takes whole, once under its key, or not at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from schemas.base import AwareDatetime, Euro, Frozen, date
from schemas.contract import Contact, InvoiceDelivery, PowerOfAttorney
from schemas.documents import Subscriptions
from schemas.inventory import InventoryKind
from schemas.invoice import CreditNote, InterestInputs, InvoiceLine
from schemas.mail import Letter
from schemas.sending import Sending, SentInvoice
from schemas.timeline import Event

Stage = Literal["onboarding", "active", "suspended", "ended", "closed"]
ContactRole = Literal["administrator", "technical_contact", "invoice_delivery"]


class ContractRegistered(Frozen):
    """The contract's own row, without personal data."""

    kind: Literal["contract_registered"] = "contract_registered"
    service: str
    signed_at: AwareDatetime
    accepted_at: AwareDatetime
    fingerprint: str
    language: Literal["lv", "en"]
    customer_name: str
    registration_number: str
    legal_address: str | None = None
    vat_number: str | None = None
    customer_iban: str | None = None
    special_terms: dict[str, Any]
    mandates: tuple[str, ...]
    rehearsed: bool
    business_origin: AwareDatetime | None
    real_origin: AwareDatetime | None
    speed: int


class ContractUpdated(Frozen):
    """The facts about a contract that changed; None leaves one as it was, `cleared` ones are no longer so."""

    kind: Literal["contract_updated"] = "contract_updated"
    stage: Stage | None = None
    onboarding_at: AwareDatetime | None = None
    service_from: date | None = None
    period_to: date | None = None
    ends_on: date | None = None
    ended_on: date | None = None
    erase_on: date | None = None
    customer_name: str | None = None
    registration_number: str | None = None
    legal_address: str | None = None
    vat_number: str | None = None
    mandates: tuple[str, ...] | None = None
    cleared: tuple[Literal["period_to", "ends_on", "vat_number", "customer_iban"], ...] = ()


class ContactSet(Frozen):
    """Who is to be reached from now on in a role; the row before it is closed, not lost (IT-29, IT-58)."""

    kind: Literal["contact_set"] = "contact_set"
    role: ContactRole
    contact: PowerOfAttorney | Contact | InvoiceDelivery


class ContentAdded(Frozen):
    """A version of the service content with the day it binds from (IT-27)."""

    kind: Literal["content_added"] = "content_added"
    effective_on: date
    clause: str
    content: dict[str, Any]


class Allocation(Frozen):
    """A part of a payment that settles an invoice; negative where a payment is taken back."""

    invoice: str
    amount: Euro


class PaymentBooked(Frozen):
    """Money received, and the invoices it settles, oldest first (exact rule 5)."""

    kind: Literal["payment_booked"] = "payment_booked"
    payment: str
    amount: Euro
    paid_on: date
    reference: str | None
    allocations: tuple[Allocation, ...]


class PaymentReversed(Frozen):
    """A payment taken back: its allocations with the opposite sign."""

    kind: Literal["payment_reversed"] = "payment_reversed"
    payment: str
    allocations: tuple[Allocation, ...]


class CreditUsed(Frozen):
    """Credit that settles open invoices, oldest first; negative parts where it is taken back (exact rule 5)."""

    kind: Literal["credit_used"] = "credit_used"
    allocations: tuple[Allocation, ...]


class DueDateChanged(Frozen):
    kind: Literal["due_date_changed"] = "due_date_changed"
    invoice: str
    due_on: date


class Posted(Frozen):
    """A document that went another way than by e-mail, on the day of the step: its due date counts from then."""

    kind: Literal["posted"] = "posted"
    number: str


class WrittenOff(Frozen):
    kind: Literal["written_off"] = "written_off"
    invoice: str
    amount: Euro


class CreditNoteIssued(Frozen):
    """A credit note, and how much of it settles its invoice; the rest is credit for other ones (IT-23).

    `given_up` of it takes the place of what was written off there: a debt that was no debt was not given up.
    """

    kind: Literal["credit_note_issued"] = "credit_note_issued"
    note: CreditNote
    settles: Euro
    given_up: Euro = Decimal("0.00")


class InterestBilled(Frozen):
    """Late interest on a document of its own, outside VAT; `settles` is what unused credit paid at once (IT-22)."""

    model_config = ConfigDict(populate_by_name=True)

    kind: Literal["interest_billed"] = "interest_billed"
    number: str
    from_: date = Field(alias="from")
    to: date
    issued_on: date
    due_on: date
    lines: tuple[InvoiceLine, ...]
    total: Euro
    inputs: InterestInputs
    settles: Euro


class RecordKept(Frozen):
    """A record of the inventory as it is from now on, whatever stood under its id; `references` by field (IT-A1)."""

    kind: Literal["record_kept"] = "record_kept"
    inventory: InventoryKind
    record: str
    details: dict[str, Any]
    references: dict[str, str] = Field(default_factory=dict)


class UserChanged(Frozen):
    """A user's fields that changed, and those that are empty now (DPA-II.4.2)."""

    kind: Literal["user_changed"] = "user_changed"
    user: str
    details: dict[str, Any]
    cleared: tuple[str, ...] = ()


class RecordRemoved(Frozen):
    """A record that is no user's leaves the inventory; what named it names nothing any more."""

    kind: Literal["record_removed"] = "record_removed"
    inventory: InventoryKind
    record: str


class UserErased(Frozen):
    """A user's row and what acts brought about that person are gone (DPA-I.1.1)."""

    kind: Literal["user_erased"] = "user_erased"
    user: str


class ActTaken(Frozen):
    """An act as it came, with its outcome; the payload may be personal and is erased with the rest."""

    kind: Literal["act_taken"] = "act_taken"
    act_id: str
    act: str
    payload: Any
    outcome: dict[str, Any]


class AuditReportMade(Frozen):
    """The audit report as of a day, made of what is held then (IT-6)."""

    kind: Literal["audit_report_made"] = "audit_report_made"
    on: date


class HandoverMade(Frozen):
    """The hand-over package as of a day: all that is held, and the audit reports made (IT-41, M365-46)."""

    kind: Literal["handover_made"] = "handover_made"
    on: date
    subscriptions: Subscriptions = ()
    """What the contract alone knows of."""


class HandedOverErased(Frozen):
    """What was handed over is gone here, its receipt being confirmed (IT-41, exact rule 10)."""

    kind: Literal["handed_over_erased"] = "handed_over_erased"


class PersonalDataErased(Frozen):
    """Personal rows gone; `keep` names the roles that an open debt still needs (exact rule 10)."""

    kind: Literal["personal_data_erased"] = "personal_data_erased"
    keep: tuple[ContactRole, ...]


class PartnerErasureConfirmed(Frozen):
    """A sub-processor says that it has erased its copy; by its name as it was asked (DPA-II.3.2)."""

    kind: Literal["partner_erasure_confirmed"] = "partner_erasure_confirmed"
    partner: str


LedgerChange = Annotated[
    ContractRegistered
    | ContractUpdated
    | ContactSet
    | ContentAdded
    | PaymentBooked
    | PaymentReversed
    | CreditUsed
    | DueDateChanged
    | Posted
    | WrittenOff
    | CreditNoteIssued
    | InterestBilled
    | RecordKept
    | UserChanged
    | RecordRemoved
    | UserErased
    | ActTaken
    | AuditReportMade
    | HandoverMade
    | HandedOverErased
    | PersonalDataErased
    | PartnerErasureConfirmed,
    Field(discriminator="kind"),
]


class TextMessage(Frozen):
    """A short message to the phone of whoever holds `role`; the text is made at sending."""

    kind: Literal["service_suspended", "service_resumed", "audit_report", "handover_package"]
    role: Literal["administrator"] = "administrator"
    on: date | None = None
    """The day of the document whose passphrase it tells."""


class Entry(Sending):
    """One step of a contract's life, taken by the ledger in one transaction.

    `key` is business-stable (`contract/period/action`): the same key again changes nothing.
    `send_first` holds the transaction back until the letters have left, for a letter whose sending
    is itself the event (IT-5). `spent_keys` are destroyed once the step is taken.
    """

    key: str
    events: tuple[Event, ...] = ()
    changes: tuple[LedgerChange, ...] = ()
    letters: tuple[Letter, ...] = ()
    text_messages: tuple[TextMessage, ...] = ()
    send_first: bool = False
    spent_keys: tuple[str, ...] = ()


class Recorded(Frozen):
    """`done` is false only where `send_first` letters did not leave, because none could or they were `refused`.

    `unsent` counts letters still waiting; None means that the entry had none to send, and nobody looked. `sent` are
    those of the invoices asked for that have been sent; None only in answers from before that was told.
    """

    done: bool
    refused: bool = False
    unsent: int | None = None
    sent: tuple[SentInvoice, ...] | None = None


class LettersWaiting(Sending):
    """Asks for another attempt at a contract's letters that have not left."""
