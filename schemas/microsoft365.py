"""What a Microsoft 365 contract is about: products, their licences, periods and prices (M365-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import BeforeValidator, Field, ModelWrapValidatorHandler, model_validator

from schemas.base import Frozen
from schemas.fields import Price, ShortText, WholeNumber, matching
from schemas.problems import Fault, with_faults_across_fields
from schemas.service import ServiceContent
from schemas.subscription import TermLength

MOST_LICENCES: Final = 100_000
MOST_PRODUCTS: Final = 50
MOST_IN_A_LINE: Final = 3

_SKU: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,49}")
_SKU_RIGHT: Final = "a product's number of 1 to 50 letters, digits, colons, dots, dashes and underscores"
_DOMAIN: Final = re.compile(r"(?=.{4,100}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_DOMAIN_RIGHT: Final = "the tenant's domain in lower case, such as example.onmicrosoft.com"

Reseller = Literal["distributor", "provider"]
"""Whom the customer approves in Microsoft's portal: ALSO as distributor, the provider as reseller (M365-5)."""

Sku = Annotated[str, BeforeValidator(matching(_SKU, _SKU_RIGHT)), Field(description=_SKU_RIGHT)]
TenantDomain = Annotated[str, BeforeValidator(matching(_DOMAIN, _DOMAIN_RIGHT)), Field(description=_DOMAIN_RIGHT)]
LicenceCount = Annotated[WholeNumber, Field(ge=1, le=MOST_LICENCES)]


class OfferedProduct(Frozen):
    """A product for a period, at the price list's price of a licence a month in EUR without VAT."""

    sku: Sku
    name: ShortText = Field(description="the product's name")
    period: TermLength
    price_per_licence: Price = Field(description="the price of a licence a month in EUR, such as 12.50")

    @property
    def what(self) -> tuple[str, TermLength]:
        """By what a content names it once: the same product for a month and for a year are two subscriptions."""
        return self.sku, self.period


class Product(OfferedProduct):
    """A product that is subscribed to, with how many licences."""

    licences: LicenceCount = Field(description="the number of licences, a whole number of at least 1")


class PriceChange(Frozen):
    """A product's price from a day on, for what is ordered or renewed from then (M365-25)."""

    sku: Sku
    period: TermLength
    price_per_licence: Price

    @property
    def what(self) -> tuple[str, TermLength]:
        return self.sku, self.period


class Microsoft365Content(ServiceContent):
    """The content of service: a subscription for each product (M365-1)."""

    needs_consents: ClassVar = False
    distributed: ClassVar = True

    tenant_domain: TenantDomain
    products: Annotated[tuple[Product, ...], Field(min_length=1, max_length=MOST_PRODUCTS)] = Field(
        description="a list of the products subscribed to, at least one"
    )

    @model_validator(mode="wrap")
    @classmethod
    def _names_each_once(cls, document: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        return with_faults_across_fields(cls, document, validate, _twice)

    def product(self, sku: str, period: TermLength) -> Product | None:
        return next((each for each in self.products if each.what == (sku, period)), None)

    def headline(self) -> dict[str, Any]:
        return {"products": [told(each) for each in self.products]}

    def in_a_line(self) -> str:
        named = [f"{each.licences} × {each.name} by the {each.period}" for each in self.products[:MOST_IN_A_LINE]]
        rest = len(self.products) - len(named)
        return ", ".join([*named, f"and {rest} more"] if rest else named)


def told(product: Product) -> dict[str, Any]:
    """A product as the timeline and letters state it."""
    return {
        "sku": product.sku,
        "name": product.name,
        "period": product.period,
        "licences": product.licences,
        "price_per_licence": product.price_per_licence,
    }


def _twice(document: Mapping[str, Any]) -> Iterator[Fault]:
    products = document.get("products")
    if not isinstance(products, list | tuple):
        return
    seen = set()
    for position, each in enumerate(products):
        what = (each.get("sku"), each.get("period")) if isinstance(each, Mapping) else getattr(each, "what", None)
        if what is not None and None not in what and str(what) in seen:
            yield ("products", position, "sku"), "stands twice for the same period; name its licences in one entry"
        seen.add(str(what))
