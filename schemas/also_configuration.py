"""The provider's account at ALSO, and the names by which its API knows things: read from a file, as they may change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ModelWrapValidatorHandler, model_validator

from schemas.also import VendorStatus
from schemas.base import Frozen
from schemas.fields import WholeNumber, line_of_text
from schemas.problems import Fault, validated, with_faults_across_fields
from schemas.reading import read_document

Name = Annotated[str, BeforeValidator(line_of_text(100)), Field(description="a name of 1 to 100 characters")]


class AlsoNames(Frozen):
    """Names of fields in ALSO's requests and answers. Those seen in live use are the defaults."""

    licences: Name = "Quantity"
    tenant_id: Name = "MicrosoftTenantId"
    tenant_domain: Name = "DomainPrefix"
    vendor_status: Name = "Subscriptionstatus"
    renewal_service: Name = "ProductId"
    """In what applies at renewal, the service that takes this one's place."""
    statuses: dict[str, VendorStatus] = Field(
        default={"Active": "active", "Suspended": "suspended", "Extended": "extended"},
        description="Microsoft's words for a subscription's status, each with active, suspended, extended or other",
    )


class ServiceName(Frozen):
    """The service by which ALSO sells a product of ours for a period (M365-1)."""

    sku: Name
    period: Annotated[Literal["month", "year"], Field(description="month or year")]
    service: Name


class AlsoConfiguration(Frozen):
    """The account: whose customers are registered below it, and in which marketplace."""

    reseller_account: Annotated[WholeNumber, Field(gt=0)]
    marketplace: Annotated[WholeNumber, Field(gt=0)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="a country by its two letters, such as LV")] = "LV"
    tenant_service: Name | None = None
    """The service that stands for the customer's tenant at Microsoft, on which subscriptions hang; None: on none."""
    services: Annotated[tuple[ServiceName, ...], Field(min_length=1, max_length=1000)] = Field(
        description="a list of services, each with a sku, a period and a service"
    )
    names: AlsoNames = Field(default=AlsoNames(), description="a section with ALSO's names of fields")

    @model_validator(mode="wrap")
    @classmethod
    def _names_each_product_once(cls, document: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        return with_faults_across_fields(cls, document, validate, _service_faults)

    def service_of(self, sku: str, period: str) -> str | None:
        """The service that sells the product for the period; None where the provider does not sell it so."""
        found = (each.service for each in self.services if (each.sku, each.period) == (sku, period))
        return next(found, None)

    def sold_as(self, service: str) -> ServiceName | None:
        """What of ours the service sells; None for a service that is not configured."""
        return next((each for each in self.services if each.service == service), None)


def _service_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    services = document.get("services")
    seen: set[tuple[Any, Any]] = set()
    for index, service in enumerate(services if isinstance(services, list | tuple) else ()):
        if not isinstance(service, Mapping):
            continue
        key = (str(service.get("sku")), str(service.get("period")))
        if key in seen:
            yield ("services", index, "sku"), "stands twice for the same period; a product has one service for a period"
        seen.add(key)


def parse_also(raw: bytes) -> AlsoConfiguration:
    """The configuration in a YAML or JSON file. Raises Refused with every faulty field."""
    return validated(AlsoConfiguration, read_document(raw, what="ALSO configuration"))
