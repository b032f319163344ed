"""The acts that people do on a running contract: one registry, each act a model named after it.

An act reaches the contract as a Temporal update or signal of its name. `model_of` finds the model; the
fields are validated there and nowhere else.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from schemas import change_acts, controller_acts, inventory_acts, microsoft365_acts
from schemas.act import ACTS, Act, Reference, refusal_event
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
from schemas.personal import HandedOver
from schemas.record_fields import NamingText, OwnKey, PersonalLine

ConsentName = Literal["rmm_agents", "network_access", "credential_storage", "annex2_duties"]
StaffGround = Literal["non_cooperation", "administrator_unreachable", "breach", "vendor"]
"""Those that a service's text has; `vendor`: the customer's breach towards Microsoft or ALSO (M365-33)."""

IT_TERMINATIONS = ("IT-43.1", "IT-43.2", "IT-43.3", "IT-43.4", "IT-43.5", "IT-43.6")
MICROSOFT365_TERMINATIONS = ("M365-48.1", "M365-48.2", "M365-48.3", "M365-48.4", "M365-48.5")

MINUTES_IN_A_DAY = 24 * 60
MOST_FINDINGS = 500


# Onboarding


class AgreeOnboarding(Act, it_support=("IT-5",)):
    """The time agreed with the customer for the audit and the RMM agents."""

    on: BusinessInstant


class Finding(HandedOver):
    severity: Literal["low", "medium", "high", "critical"]
    text: Annotated[FreeText, OwnKey(shared="text")]
    recommendation: Annotated[FreeText, OwnKey(shared="text")] | None = None


class RecordAudit(Act, it_support=("IT-5",)):
    """The audit is done; findings go to the report, never to the timeline."""

    findings: Annotated[tuple[Finding, ...], Field(max_length=MOST_FINDINGS)] = ()


class RequestAuditReport(Act, it_support=("IT-6",)):
    """The administrator asks for the audit report again; once a calendar month."""


class ConfirmRmmInstalled(Act, it_support=("IT-5", "IT-3")):
    """RMM agents run on this many devices."""

    devices: Annotated[WholeNumber, Field(ge=0, le=100_000)]


# Money


class RecordPayment(Act, it_support=("IT-20",), microsoft365=("M365-17",)):
    """Money received; it counts from `paid_on`."""

    amount: Annotated[Euro, Field(gt=0, le=100_000_000)]
    paid_on: LocalDate
    reference: Remittance | None = None


class ReversePayment(Act, it_support=("IT-20",), microsoft365=("M365-17",)):
    """A payment that the bank took back."""

    payment: Reference
    reason: NamingText


class ExtendPayment(Act, it_support=("IT-P1.special",), microsoft365=("M365-17",)):
    """A later due date for an open invoice."""

    invoice: Reference
    due_on: LocalDate


class RecordPosting(Act, it_support=("IT-19", "IT-20"), microsoft365=("M365-16", "M365-17")):
    """An invoice that e-mail does not take was posted, or sent another way, today; its due date counts from now."""

    invoice: Reference


class WriteOff(Act, it_support=("IT-42",), microsoft365=("M365-47",)):
    """The provider gives up what is open on an invoice."""

    invoice: Reference
    note: NamingText


class Credit(Act, it_support=("IT-23",), microsoft365=("M365-20",)):
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


class RecordVisit(Act, it_support=("IT-12", "IT-P2.visits")):
    """A visit on site was made; travel counts outside Riga only."""

    on: LocalDate
    minutes_on_site: Annotated[WholeNumber, Field(ge=1, le=MINUTES_IN_A_DAY)]
    minutes_travel: Annotated[WholeNumber, Field(ge=0, le=MINUTES_IN_A_DAY)]
    in_riga: YesNo


class VoidVisit(Act, it_support=("IT-P2.visits",)):
    """A visit that does not count; `visit` is its number or the act id it was recorded under."""

    visit: Reference
    reason: NamingText


# Suspension


class Suspend(Act, it_support=("IT-40.2", "IT-40.3", "IT-40.4"), microsoft365=("M365-44.2", "M365-44.3")):
    """Support is suspended on a ground that a person has found."""

    ground: StaffGround
    note: NamingText


class Cure(Act, it_support=("IT-40.2", "IT-40.3", "IT-40.4"), microsoft365=("M365-44.2", "M365-44.3")):
    """A ground is gone."""

    ground: StaffGround


class DeclareForceMajeure(Act, it_support=("IT-64",)):
    """The clocks that the event blocks stand still from today."""

    note: NamingText


class EndForceMajeure(Act, it_support=("IT-64",)):
    """The clocks run again."""


class RecordDispute(Act, it_support=("IT-60",), microsoft365=("M365-57",)):
    """A dispute goes on record; it pauses no obligation."""

    note: NamingText


class SwitchOffTerm(Act, it_support=("IT-65",)):
    """A point found contrary to law is not applied to this contract until amended."""

    clause: Reference
    note: NamingText


class RestoreTerm(Act, it_support=("IT-65",)):
    """An amended point applies again."""

    clause: Reference


# Contacts, consents, mandates


class ChangeContact(Act, it_support=("IT-29", "IT-58"), microsoft365=("M365-29", "M365-55")):
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


class WithdrawConsent(Act, it_support=("IT-P1.consents", "IT-43.6")):
    """The customer withdraws an essential consent."""

    consent: ConsentName


class AgreeNetworkWork(Act, it_support=("IT-3.7", "IT-28")):
    """The administrator agrees to remote work on network equipment on a day."""

    from_email: EmailAddress
    on: LocalDate


class AssignContract(Act, it_support=("IT-63",), microsoft365=("M365-59",)):
    """The customer hands the contract to another company, if the provider has consented in writing."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    registration_number: CompanyRegistrationNumber
    legal_address: ShortText
    vat_number: VatNumber | None = None
    consent_document: PersonalLine | None = Field(default=None, description="the consent's number and date")


# The end


class GiveNotice(Act, it_support=("IT-44", "IT-45"), microsoft365=("M365-49",)):
    """Notice to end; `end_on` is the last service day, at least 30 days ahead (exact rule 9)."""

    by: Literal["customer", "provider"]
    end_on: LocalDate
    signed_by: PersonName | None = None
    reason: NamingText | None = None


class WithdrawNotice(Act, it_support=("IT-44", "IT-45"), microsoft365=("M365-49",)):
    """A notice is taken back with the other side's agreement."""

    note: NamingText


class AgreeEnd(Act, it_support=("IT-41.mutual",), microsoft365=("M365-45",)):
    """Both sides end the contract in writing; `on` is the last service day."""

    on: LocalDate
    note: NamingText


class Terminate(Act, it_support=IT_TERMINATIONS, microsoft365=MICROSOFT365_TERMINATIONS):
    """The provider ends the contract at once."""

    clause: Literal[(*IT_TERMINATIONS, *MICROSOFT365_TERMINATIONS)]  # type: ignore[valid-type]
    note: NamingText


class ConfirmHandover(Act, it_support=("IT-41",), microsoft365=("M365-46",)):
    """The customer has what was handed over."""


class ConfirmPartnerErasure(Act, it_support=("IT-41", "DPA-II.3.2"), microsoft365=("M365-46", "DPA-II.3.2")):
    """A partner says that it has erased its copy, however late."""

    taken_when_closed: ClassVar[bool] = True

    partner: Annotated[str, Field(min_length=1, max_length=100)]


class StopProcessing(Act, it_support=("DPA-II.3.1", "DPA-I.1.1")):
    """The controller asks in writing that the processing of its users' data stops, for all or for one user."""

    signed_by: PersonName
    note: NamingText
    user: Identifier | None = None


def model_of(act: str) -> type[Act] | None:
    """The model of an act by its name; None when there is no such act."""
    return ACTS.get(act)


__all__ = [
    "ACTS",
    "Act",
    "YesNo",
    "change_acts",
    "controller_acts",
    "inventory_acts",
    "microsoft365_acts",
    "model_of",
    "refusal_event",
]
