"""What the sandbox sells. The prices are fictional: EUR for a licence and month, without VAT."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from schemas.base import Frozen

TENANT: Final = "141309_MicrosoftOrganizationtenant_54197"
MOST_LICENCES: Final = 300


class Product(Frozen):
    """A service; the tenant has no term and costs nothing."""

    service: str
    name: str
    term_months: int | None
    price: Decimal


def _product(number: int, name: str, period: str, price: str) -> Product:
    words = f"{name} ({'annual term, billed monthly' if period == 'P1Y' else 'monthly term'})"
    months = 12 if period == "P1Y" else 1
    service = f"141309_{name.replace(' ', '')}{period}_{number}"
    return Product(service=service, name=words, term_months=months, price=Decimal(price))


PRODUCTS: Final = {
    product.service: product
    for product in (
        Product(service=TENANT, name="Microsoft organization (tenant)", term_months=None, price=Decimal(0)),
        _product(54201, "Microsoft 365 Business Basic", "P1Y", "4.62"),
        _product(54202, "Microsoft 365 Business Basic", "P1M", "5.544"),
        _product(54203, "Microsoft 365 Business Standard", "P1Y", "9.61"),
        _product(54204, "Microsoft 365 Business Standard", "P1M", "11.532"),
        _product(54205, "Microsoft 365 Business Premium", "P1Y", "17.05"),
        _product(54206, "Microsoft 365 Business Premium", "P1M", "20.46"),
    )
}
