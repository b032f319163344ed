"""A signed contract as it comes in: part I of the form, its special terms, and a service's content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    Field,
    ModelWrapValidatorHandler,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from schemas.base import Frozen
from schemas.fields import (
    CompanyRegistrationNumber,
    ContractNumber,
    EmailAddress,
    Iban,
    Percent,
    PersonName,
    PhoneNumber,
    PostalAddress,
    ShortText,
    SignedInstant,
    Subject,
    VatNumber,
    WholeNumber,
    YesNo,
)
from schemas.it_support import ItSupportContent
from schemas.microsoft365 import Microsoft365Content
from schemas.personal import handed_in
from schemas.problems import Fault, explained, validated, with_faults_across_fields
from schemas.reading import read_document
from schemas.record_fields import PersonalLine
from schemas.service import ServiceContent

CONTENT_MODELS: Final[dict[str, type[ServiceContent]]] = {
    "it_support": ItSupportContent,
    "microsoft365": Microsoft365Content,
}
"""The services on offer, each with the model of its content. A new service is one more line."""

_CONSENTS: Final = "a section with the four essential consents, each true (clause IT-P1.consents)"

ContentT = TypeVar("ContentT", bound=ServiceContent)

_CONSENT_RIGHT = "true: a contract without all four essential consents is refused (house rule, clause IT-P1.consents)"


class Contact(Frozen):
    """A person of the customer's (IT-P1.contact)."""

    name: PersonName
    phone: PhoneNumber
    email: EmailAddress


class PowerOfAttorney(Contact):
    """The person who acts for a customer that names no administrator, and the document on file (IT-29)."""

    document: PersonalLine = Field(description="the power of attorney's number and date")
    """What is written here freely names people at times, so it is sealed under the key of whom it empowers."""


class InvoiceDelivery(Frozen):
    """Where invoices go: by e-mail, by post, or both (IT-P1.contact, IT-19)."""

    email: EmailAddress | None = None
    postal_address: PostalAddress | None = None

    @model_validator(mode="wrap")
    @classmethod
    def _goes_somewhere(cls, document: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        return with_faults_across_fields(cls, document, validate, _delivery_faults)


class Customer(Frozen):
    """The customer and those who act for it (IT-P1.contact, IT-T.customer, IT-29)."""

    name: ShortText = Field(description="the company's name")
    registration_number: CompanyRegistrationNumber
    vat_number: VatNumber | None = None
    legal_address: ShortText = Field(description="the company's legal address")
    language: Literal["lv", "en"] = "lv"
    administrator: Annotated[Contact | None, Subject("administrator")] = None
    power_of_attorney: Annotated[PowerOfAttorney | None, Subject("administrator")] = None
    technical_contact: Annotated[Contact | None, Subject("technical_contact")] = None
    invoice_delivery: Annotated[InvoiceDelivery, Subject("invoice_delivery")] = Field(
        description="a section with an email, a postal_address or both"
    )
    iban: Iban | None = None

    @model_validator(mode="wrap")
    @classmethod
    def _is_represented(cls, document: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        return with_faults_across_fields(cls, document, validate, _representation_faults)

    @property
    def representative(self) -> Contact:
        """Who may act for the customer: its administrator, or the holder of the power of attorney (IT-29)."""
        representative = self.administrator or self.power_of_attorney
        if representative is None:
            raise ValueError("a customer without a representative cannot have been validated")
        return representative


def _delivery_faults(section: Mapping[str, Any]) -> Iterator[Fault]:
    if section.get("email") is None and section.get("postal_address") is None:
        yield ("email",), "is missing, and so is postal_address; give at least one of the two"


def _representation_faults(section: Mapping[str, Any]) -> Iterator[Fault]:
    administrator = section.get("administrator") is not None
    attorney = section.get("power_of_attorney") is not None
    if administrator and attorney:
        yield ("power_of_attorney",), "stands beside an administrator; give one of the two (clause IT-29)"
    if not administrator and not attorney:
        yield ("administrator",), "is missing; name one, or give a power_of_attorney instead (clause IT-29)"


def _given(consent: bool) -> bool:
    if not consent:
        raise ValueError(f"must be {_CONSENT_RIGHT}")
    return consent


Consent = Annotated[YesNo, AfterValidator(_given), Field(description=_CONSENT_RIGHT)]


class Consents(Frozen):
    """The four essential consents recorded with the signature (IT-P1.consents)."""

    rmm_agents: Consent
    network_access: Consent
    credential_storage: Consent
    annex2_duties: Consent


class SpecialTerms(Frozen):
    """The general terms a contract may override by name, with what holds otherwise (IT-P1.special).

    Of annex 3 nothing is among them, and what touches it stays within it, as it prevails (DPA-III.1.2).
    """

    payment_days: Annotated[WholeNumber, Field(ge=1, le=90)] = 14
    late_interest_percent: Annotated[Percent, Field(gt=0, le=100)] | None = None
    """A year, simple; None: no late interest is charged (IT-22)."""
    fee_while_suspended: YesNo = True
    """Whether the fee runs on during a suspension, which IT-42 leaves arguable."""
    erasure_after_days: Annotated[WholeNumber, Field(ge=0, le=30)] = 14
    """Days after the last service day; 30 is the most that DPA-I.1.1 allows."""

    def overridden(self, *names: str) -> tuple[str, ...]:
        """Those of `names` that differ from the general terms, so that they show wherever they are used."""
        general = SpecialTerms()
        return tuple(name for name in names if getattr(self, name) != getattr(general, name))


class SignedContract(Frozen):
    """A contract both sides have signed; `content` is the model its service names."""

    number: ContractNumber
    service: str = Field(description="the name of a service on offer")
    signed_at: SignedInstant
    customer: Customer = Field(description="a section about the customer")
    consents: Consents | None = Field(default=None, validate_default=True, description=_CONSENTS)
    """None where the service needs none (IT-P1.consents)."""
    content: SerializeAsAny[ServiceContent] = Field(description="a section with the service's content")
    special_terms: SpecialTerms = SpecialTerms()

    @field_validator("service", mode="before")
    @classmethod
    def _is_on_offer(cls, service: Any) -> Any:
        if not isinstance(service, str) or service not in CONTENT_MODELS:
            raise ValueError("must be a service on offer: " + ", ".join(CONTENT_MODELS))
        return service

    @field_validator("consents", mode="before")
    @classmethod
    def _are_given_where_needed(cls, consents: Any, info: ValidationInfo) -> Any:
        model = CONTENT_MODELS.get(info.data.get("service", ""))
        if consents is None and (model is None or model.needs_consents):
            raise ValueError(f"is missing; it should be {_CONSENTS}")
        return consents

    @field_validator("content", mode="before")
    @classmethod
    def _is_the_services(cls, content: Any, info: ValidationInfo) -> ServiceContent:
        model = CONTENT_MODELS.get(info.data.get("service", ""))
        if model is None:
            # The service is at fault and says so itself; its content cannot be judged before it is right.
            return ServiceContent()
        try:
            return model.model_validate(content)
        except ValidationError as error:
            raise explained(error, model) from None

    @field_validator("special_terms", mode="before")
    @classmethod
    def _none_in_the_form(cls, terms: Any) -> Any:
        return SpecialTerms() if terms is None else terms

    def content_as(self, model: type[ContentT]) -> ContentT:
        """The content as its service's model. Raises TypeError when the contract is for another service."""
        if not isinstance(self.content, model):
            raise TypeError(f"contract {self.number} is for {self.service}, not for {model.__name__}")
        return self.content


def parse_contract(raw: bytes) -> SignedContract:
    """The contract in a YAML or JSON file. Raises Refused with every faulty field."""
    return validated(SignedContract, handed_in(SignedContract, read_document(raw, what="contract")))


def fingerprint(contract: SignedContract) -> str:
    """SHA-256 of what the contract says, in hexadecimal; however it was written down, the same says the same.

    What is left at its default is not part of it, so that a field added later changes no fingerprint.
    """
    said = contract.model_dump(mode="json", exclude_defaults=True)
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


__all__ = [
    "CONTENT_MODELS",
    "Consents",
    "Contact",
    "Customer",
    "InvoiceDelivery",
    "PowerOfAttorney",
    "SignedContract",
    "SpecialTerms",
    "fingerprint",
    "parse_contract",
]
