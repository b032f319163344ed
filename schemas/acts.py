"""The acts that people do on a running contract: one registry, each act a model named after it.

An act reaches the contract as a Temporal update or signal of its name. `model_of` finds the model; the
fields are validated there and nowhere else.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from schemas import inventory_acts
from schemas.act import ACTS, Act, refusal_event
from schemas.base import Euro
from schemas.fields import (
    BusinessInstant,
    CompanyRegistrationNumber,
    EmailAddress,
    FreeText,
    Identifier,
    LocalDate,
    PersonName,
    PhoneNumber,
    PostalAddress,
    Remittance,
    ShortText,
    Subject,
    VatNumber,
    WholeNumber,
    YesNo,
)
from schemas.inventory import unique
from schemas.personal import HandedOver
from schemas.record_fields import NamingText, OwnKey, PersonalLine, RecordId

Reference = Annotated[str, Field(min_length=1, max_length=100)]
ConsentName = Literal["rmm_agents", "network_access", "credential_storage", "annex2_duties"]
StaffGround = Literal["non_cooperation", "administrator_unreachable", "breach"]

DisclosedData = Literal["customer", "contacts", "content", "users", "inventory"]

MINUTES_IN_A_DAY = 24 * 60
MOST_FINDINGS = 500
MOST_LEAVING = 1000
Leaving = Annotated[
    tuple[RecordId, ...],
    Field(max_length=MOST_LEAVING, description="the ids of the users in the inventory who leave with the change"),
    AfterValidator(unique),
]
"""Users taken off the list with a change: their data goes on the day it takes effect (IT-24.2, DPA-I.1.1)."""


# Onboarding


class AgreeOnboarding(Act, clauses=("IT-5",)):
    """The time agreed with the customer for the audit and the RMM agents."""

    on: BusinessInstant


class Finding(HandedOver):
    severity: Literal["low", "medium", "high", "critical"]
    text: Annotated[FreeText, OwnKey(shared="text")]
    recommendation: Annotated[FreeText, OwnKey(shared="text")] | None = None


class RecordAudit(Act, clauses=("IT-5",)):
    """The audit is done; findings go to the report, never to the timeline."""

    findings: Annotated[tuple[Finding, ...], Field(max_length=MOST_FINDINGS)] = ()


class RequestAuditReport(Act, clauses=("IT-6",)):
    """The administrator asks for the audit report again; once a calendar month."""


class ConfirmRmmInstalled(Act, clauses=("IT-5", "IT-3")):
    """RMM agents run on this many devices."""

    devices: Annotated[WholeNumber, Field(ge=0, le=100_000)]


# Money


class RecordPayment(Act, clauses=("IT-20",)):
    """Money received; it counts from `paid_on`."""

    amount: Annotated[Euro, Field(gt=0, le=100_000_000)]
    paid_on: LocalDate
    reference: Remittance | None = None


class ReversePayment(Act, clauses=("IT-20",)):
    """A payment that the bank took back."""

    payment: Reference
    reason: NamingText


class ExtendPayment(Act, clauses=("IT-P1.special",)):
    """A later due date for an open invoice."""

    invoice: Reference
    due_on: LocalDate


class RecordPosting(Act, clauses=("IT-19", "IT-20")):
    """An invoice that e-mail does not take was posted, or sent another way, today; its due date counts from now."""

    invoice: Reference


class WriteOff(Act, clauses=("IT-42",)):
    """The provider gives up what is open on an invoice."""

    invoice: Reference
    note: NamingText


class Credit(Act, clauses=("IT-23",)):
    """Support was not given: what days from-to cost goes back, or an agreed amount without VAT for the month.

    An amount is for the days named, for the month from `from` on, or for the month last billed.
    """

    model_config = ConfigDict(populate_by_name=True)

    from_: LocalDate | None = Field(default=None, alias="from", description="the first day, such as 2026-06-10")
    to: LocalDate | None = Field(default=None, description="the last day, such as 2026-06-12")
    amount: Annotated[Euro, Field(gt=0, le=100_000_000)] | None = None
    reason: NamingText

    @model_validator(mode="after")
    def _names_days_or_an_amount(self) -> Self:
        if self.amount is None and (self.from_ is None or self.to is None):
            raise ValueError("give the days without support as from and to, or an agreed amount")
        if self.from_ is None and self.to is not None:
            raise ValueError("to stands without from; give both days, or neither with an amount")
        if self.from_ is not None and self.to is not None and self.to < self.from_:
            raise ValueError("to lies before from; name the first day as from and the last as to")
        return self


# Visits


class RecordVisit(Act, clauses=("IT-12", "IT-P2.visits")):
    """A visit on site was made; travel counts outside Riga only."""

    on: LocalDate
    minutes_on_site: Annotated[WholeNumber, Field(ge=1, le=MINUTES_IN_A_DAY)]
    minutes_travel: Annotated[WholeNumber, Field(ge=0, le=MINUTES_IN_A_DAY)]
    in_riga: YesNo


class VoidVisit(Act, clauses=("IT-P2.visits",)):
    """A visit that does not count; `visit` is its number or the act id it was recorded under."""

    visit: Reference
    reason: NamingText


# Changes of content


class RequestChange(Act, clauses=("IT-24", "IT-28")):
    """The customer asks for other content, from the administrator's e-mail or in writing."""

    from_email: EmailAddress | None = None
    signed_by: PersonName | None = None
    users: Annotated[WholeNumber, Field(ge=0, le=100_000)] | None = None
    plan: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    effective_on: LocalDate
    leaving: Leaving = ()

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if self.users is None and self.plan is None:
            raise ValueError("name what is to change: users, plan, or both")
        if (self.from_email is None) == (self.signed_by is None):
            raise ValueError("say who asks: either from_email (the administrator) or signed_by")
        if self.leaving and self.plan is not None:
            raise ValueError("a new plan waits for both signatures; name who leaves in sign_new_content")
        if self.leaving and self.users == 0:
            raise ValueError("with zero users the contract ends and everybody's data with it; leave leaving out")
        return self


class SignNewContent(Act, clauses=("IT-24.1",)):
    """New content that both sides signed."""

    content: dict[str, Any]
    effective_on: LocalDate
    leaving: Leaving = ()


class AnnounceChange(Act, clauses=("IT-26",)):
    """The provider's change of the content, told at least 30 days before."""

    changes: Annotated[dict[str, Any], Field(min_length=1, max_length=20)]
    effective_on: LocalDate


class ObjectToChange(Act, clauses=("IT-26",)):
    """The customer's objection; `announcement` is its number or the act id it was made under."""

    announcement: Reference


# Suspension


class Suspend(Act, clauses=("IT-40.2", "IT-40.3", "IT-40.4")):
    """Support is suspended on a ground that a person has found."""

    ground: StaffGround
    note: NamingText


class Cure(Act, clauses=("IT-40.2", "IT-40.3", "IT-40.4")):
    """A ground is gone."""

    ground: StaffGround


class DeclareForceMajeure(Act, clauses=("IT-64",)):
    """The clocks that the event blocks stand still from today."""

    note: NamingText


class EndForceMajeure(Act, clauses=("IT-64",)):
    """The clocks run again."""


class RecordDispute(Act, clauses=("IT-60",)):
    """A dispute goes on record; it pauses no obligation."""

    note: NamingText


class RecordDisclosure(Act, clauses=("IT-17", "IT-47", "IT-48", "IT-53")):
    """Data of the contract was given to the cooperation partner, or to somebody as the law requires."""

    to: Literal["partner", "law"] = Field(description="partner: the cooperation partner; law: as the law requires")
    data: Annotated[tuple[DisclosedData, ...], Field(min_length=1, max_length=5), AfterValidator(unique)]
    on: LocalDate
    note: NamingText
    """What for, and to whom."""


class SwitchOffTerm(Act, clauses=("IT-65",)):
    """A point found contrary to law is not applied to this contract until amended."""

    clause: Reference
    note: NamingText


class RestoreTerm(Act, clauses=("IT-65",)):
    """An amended point applies again."""

    clause: Reference


# Contacts, consents, mandates


class ChangeContact(Act, clauses=("IT-29", "IT-58")):
    """Who is to be reached from now on; fields not named stay as they were."""

    role: Annotated[Literal["administrator", "technical_contact", "invoice_delivery"], Subject()]
    name: PersonName | None = None
    phone: PhoneNumber | None = None
    email: EmailAddress | None = None
    postal_address: PostalAddress | None = None

    @model_validator(mode="after")
    def _fields_of_the_role(self) -> Self:
        if self.role == "invoice_delivery":
            if self.name or self.phone:
                raise ValueError("invoice_delivery has an email and a postal_address, no name or phone")
            if not (self.email or self.postal_address):
                raise ValueError("give an email, a postal_address, or both")
        elif self.postal_address:
            raise ValueError("a postal_address belongs to invoice_delivery only")
        elif not (self.name or self.phone or self.email):
            raise ValueError("give at least one of name, phone, email")
        return self


class WithdrawConsent(Act, clauses=("IT-P1.consents", "IT-43.6")):
    """The customer withdraws an essential consent."""

    consent: ConsentName


class AgreeNetworkWork(Act, clauses=("IT-3.7", "IT-28")):
    """The administrator agrees to remote work on network equipment on a day."""

    from_email: EmailAddress
    on: LocalDate


class AssignContract(Act, clauses=("IT-63",)):
    """The customer hands the contract to another company, if the provider has consented in writing."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    registration_number: CompanyRegistrationNumber
    legal_address: ShortText
    vat_number: VatNumber | None = None
    consent_document: PersonalLine | None = Field(default=None, description="the consent's number and date")


# The end


class GiveNotice(Act, clauses=("IT-44", "IT-45")):
    """Notice to end; `end_on` is the last service day, at least 30 days ahead (exact rule 9)."""

    by: Literal["customer", "provider"]
    end_on: LocalDate
    signed_by: PersonName | None = None
    reason: NamingText | None = None


class WithdrawNotice(Act, clauses=("IT-44", "IT-45")):
    """A notice is taken back with the other side's agreement."""

    note: NamingText


class AgreeEnd(Act, clauses=("IT-41.mutual",)):
    """Both sides end the contract in writing; `on` is the last service day."""

    on: LocalDate
    note: NamingText


class Terminate(Act, clauses=("IT-43.1", "IT-43.2", "IT-43.3", "IT-43.4", "IT-43.5", "IT-43.6")):
    """The provider ends the contract at once."""

    clause: Literal["IT-43.1", "IT-43.2", "IT-43.3", "IT-43.4", "IT-43.5", "IT-43.6"]
    note: NamingText


class ConfirmHandover(Act, clauses=("IT-41",)):
    """The customer has what was handed over."""


class ConfirmPartnerErasure(Act, clauses=("IT-41", "DPA-II.3.2")):
    """A partner says that it has erased its copy, however late."""

    taken_when_closed: ClassVar[bool] = True

    partner: Annotated[str, Field(min_length=1, max_length=100)]


class StopProcessing(Act, clauses=("DPA-II.3.1", "DPA-I.1.1")):
    """The controller asks in writing that the processing of its users' data stops, for all or for one user."""

    signed_by: PersonName
    note: NamingText
    user: Identifier | None = None


def model_of(act: str) -> type[Act] | None:
    """The model of an act by its name; None when there is no such act."""
    return ACTS.get(act)


__all__ = ["ACTS", "Act", "YesNo", "inventory_acts", "model_of", "refusal_event"]
