"""The provider whose contracts these are. The VAT rate is no part of it: the law sets that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ModelWrapValidatorHandler, model_validator

from schemas.base import Frozen
from schemas.countries import EEA_COUNTRIES
from schemas.fields import (
    Bic,
    CompanyRegistrationNumber,
    EmailAddress,
    FreeText,
    Iban,
    InvoiceSeries,
    PhoneNumber,
    ShortText,
    VatNumber,
    WebAddress,
)
from schemas.problems import Fault, validated, with_faults_across_fields
from schemas.reading import read_document


class SupportPlan(Frozen):
    """A support plan on offer."""

    name: ShortText
    description: FreeText


def _in_the_eea(country: str) -> str:
    if country not in EEA_COUNTRIES:
        raise ValueError("must be a country of the EU or EEA by its two letters, such as LV (clause DPA-I.1.2)")
    return country


class SubProcessor(Frozen):
    """Who processes personal data for the provider, and where it is asked to erase it (IT-17, DPA-II.3.2).

    Each is told to every customer with the first letter (DPA-II.2.3).
    """

    name: ShortText
    email: EmailAddress
    country: Annotated[ShortText, AfterValidator(_in_the_eea)]


class DataProtectionOfficer(Frozen):
    """How to reach the provider's data protection officer; the first letter and those on data say so (DPA-II.1.7)."""

    email: EmailAddress
    phone: PhoneNumber


class Provider(Frozen):
    """What the provider puts on its contracts, letters and invoices (part I of the form)."""

    name: ShortText
    registration_number: CompanyRegistrationNumber
    vat_number: VatNumber
    address: ShortText
    iban: Iban
    bic: Bic
    bank: ShortText
    customer_email: EmailAddress
    customer_phone: PhoneNumber
    support_email: EmailAddress
    """Where requests for support and for changes of content go (IT-9, IT-24)."""
    support_phone: PhoneNumber
    website: WebAddress
    general_terms_url: WebAddress
    data_protection_officer: DataProtectionOfficer = Field(description="a section with an email and a phone")
    invoice_series: InvoiceSeries
    mail_sender: EmailAddress
    """The address that the system's letters come from."""
    partner: ShortText = Field(description="the cooperation partner's name")
    """The subcontractor that may do the work (IT-7)."""
    sub_processors: Annotated[tuple[SubProcessor, ...], Field(max_length=20)] = Field(
        default=(), description="a list of the sub-processors, each with a name, an email and a country"
    )
    plans: Annotated[tuple[SupportPlan, ...], Field(min_length=1, max_length=100)] = Field(
        description="a list of the support plans, each with a name and a description"
    )

    @model_validator(mode="wrap")
    @classmethod
    def _names_each_plan_once(cls, document: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        return with_faults_across_fields(cls, document, validate, _plan_faults)

    @property
    def plan_names(self) -> tuple[str, ...]:
        """The names a contract's content may choose a plan by."""
        return tuple(plan.name for plan in self.plans)


def _plan_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    plans = document.get("plans")
    seen: set[str] = set()
    for index, plan in enumerate(plans if isinstance(plans, list | tuple) else ()):
        name = plan.get("name") if isinstance(plan, Mapping) else None
        if isinstance(name, str):
            if name in seen:
                yield ("plans", index, "name"), "stands twice in the list; each plan has a name of its own"
            seen.add(name)


def parse_provider(raw: bytes) -> Provider:
    """The provider in a YAML or JSON file. Raises Refused with every faulty field."""
    return validated(Provider, read_document(raw, what="provider"))
