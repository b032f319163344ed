"""ALSO's answers as far as they are used. Source: its OpenAPI description; what was only seen in live use says so."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_pascal

from activities.partners.also.errors import UnexpectedAnswer
from schemas.base import RIGA
from schemas.problems import field_path

WireT = TypeVar("WireT")
ModelT = TypeVar("ModelT", bound=BaseModel)


def _day(value: Any) -> date | None:
    """The day in Riga of an ISO date or time; without an offset it is taken for local. ALSO states no format."""
    if value in (None, ""):
        return None
    if not isinstance(value, str):
        raise ValueError("must be a date")
    moment = datetime.fromisoformat(value)
    return moment.astimezone(RIGA).date() if moment.tzinfo else moment.date()


def _text(value: Any) -> str | None:
    """Text, whatever a field's value was written as."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    raise ValueError("must be text or a number")


Number = Annotated[Decimal, Field(ge=-(10**12), le=10**12)]
"""Within what a price or a count could be: more digits than that are no number, but an attempt to keep us busy."""

Day = Annotated[date | None, BeforeValidator(_day)]
Text = Annotated[str | None, BeforeValidator(_text)]


class Wire(BaseModel):
    """Further fields are passed over, personal ones among them."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_pascal, populate_by_name=False, hide_input_in_errors=True
    )


class WireField(Wire):
    name: str
    value: Text = None


class WirePrice(Wire):
    field_name: str | None = None
    currency: str | None = None
    purchase_price: Number | None = None
    commitement_period_in_months: Number | None = None


class WireSubscription(Wire):
    account_id: int
    account_state: str
    provisioning_status: str | None = None
    error_details: Text = None
    """May name people: whether there are any is all that is used."""
    known: tuple[WireField, ...] | None = Field(default=None, alias="Fields")
    renew_fields: tuple[WireField, ...] | None = None
    company_account_id: int | None = None
    parent_account_id: int | None = None
    service_name: str
    contract_end_date: Day = None
    billing_start_date: Day = None
    price_protection_end_date: Day = None
    scheduled_termination_date: Day = None
    advance_period_end_action: str | None = None
    """Undocumented, and seen in live answers."""
    has_renew_action_values_configured: bool | None = None
    purchase_order_number: Text = None
    dependency_account_id: Number | None = None
    priceable_items: tuple[WirePrice, ...] | None = None


class WireInputField(Wire):
    name: str
    min_value: Number | None = None
    max_value: Number | None = None
    enum_members: list[Any] | None = None


class WireInputFields(Wire):
    known: tuple[WireInputField, ...] = Field(default=(), alias="Fields")


class WireCompany(Wire):
    account_id: int
    account_state: str | None = None
    purchase_order_number: Text = None
    company_name: Text = None
    vat_id: Text = Field(default=None, alias="VATID")


class WireProduct(Wire):
    """Seen in live answers."""

    product_name: str
    display_name: str | None = None


class WireCharge(Wire):
    """Seen in live answers to GetPreviewInvoices, which are of the same kind."""

    service_name: str
    account_id: int | None = None
    costs: Number
    costs_of_unit: Number | None = None
    currency: str
    udrc_value: Text = Field(default=None, alias="UDRCValue")


class WireInvoice(Wire):
    company_account_id: int
    charges: tuple[WireCharge, ...] = ()


SUBSCRIPTION: Final = TypeAdapter(WireSubscription)
SUBSCRIPTIONS: Final = TypeAdapter(tuple[WireSubscription, ...])
COMPANY: Final = TypeAdapter(WireCompany)
COMPANIES: Final = TypeAdapter(tuple[WireCompany, ...])
PRODUCTS: Final = TypeAdapter(tuple[WireProduct, ...])
INPUT_FIELDS: Final = TypeAdapter(WireInputFields)
INVOICES: Final = TypeAdapter(tuple[WireInvoice, ...])


def built(kind: type[ModelT], operation: str, **values: Any) -> ModelT:
    """Ours, made of what was read. Raises UnexpectedAnswer, as `read` does."""
    try:
        return kind(**values)
    except ValidationError as error:
        raise _unexpected(operation, error) from None


def read(kind: TypeAdapter[WireT], operation: str, value: Any) -> WireT:
    """`value` as a `kind`. Raises UnexpectedAnswer naming the places at fault, and nothing that stands there."""
    try:
        return kind.validate_python(value)
    except ValidationError as error:
        raise _unexpected(operation, error) from None


def _unexpected(operation: str, error: ValidationError) -> UnexpectedAnswer:
    places = {field_path(each["loc"]) or "the whole" for each in error.errors(include_input=False)[:5]}
    return UnexpectedAnswer(operation, "other fields than were known: " + ", ".join(sorted(places)))
