"""What comes from ALSO, read strictly: faults, numbers, dates, states."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from activities.partners.also import mapping, wire
from activities.partners.also.answers import value_of
from activities.partners.also.connection import AlsoAccount
from activities.partners.also.errors import (
    AlsoError,
    AlsoUnavailable,
    BadCredentials,
    RateLimited,
    RefusedByDistributor,
    SessionExpired,
    UnexpectedAnswer,
)
from activities.partners.also.faults import Unreadable, read_fault
from activities.partners.also.registration import NewCompany
from activities.partners.http import pause_asked
from runtime.also import load_also
from schemas.also_configuration import AlsoNames, parse_also
from schemas.problems import Refused
from tests.partners.also.support import company

FAULT = (
    '<Fault xmlns="http://schemas.microsoft.com/ws/2005/05/envelope/none"><Code><Value>{code}</Value></Code>'
    '<Reason><Text xml:lang="en-US">reason</Text></Reason><Detail><ServiceException '
    'xmlns="http://schemas.datacontract.org/2004/07/Nervogrid.Platform.API"><IsSessionExpired>{expired}'
    "</IsSessionExpired><IssueToken>1234</IssueToken><Message>{message}</Message></ServiceException></Detail></Fault>"
)
NAMES = AlsoNames()


def fault(code: str = "Sender", expired: str = "false", message: str = "No &amp; no.") -> bytes:
    return FAULT.format(code=code, expired=expired, message=message).encode()


def test_a_fault_in_its_parts() -> None:
    read = read_fault(fault())
    assert (read.by_sender, read.session_expired, read.issue, read.message) == (True, False, "1234", "No & no.")
    assert read_fault(fault(code="s:Receiver")).by_sender is False
    assert read_fault(fault(expired="true")).session_expired is True


def test_a_fault_without_details_has_its_reason() -> None:
    raw = b'<Fault xmlns="http://schemas.microsoft.com/ws/2005/05/envelope/none"><Reason><Text>Busy</Text></Reason></Fault>'
    read = read_fault(raw)
    assert (read.by_sender, read.session_expired, read.issue, read.message) == (True, False, None, "Busy")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"<Fault><Code>", "not well-formed"),
        (b"<html><body>Gateway</body></html>", "no fault"),
        (b"<Fault/>", "no fault"),
        (b"<!DOCTYPE Fault SYSTEM 'http://127.0.0.1:1/x.dtd'>" + fault(), "document type"),
        (b"<!DOCTYPE f [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]>" + fault(message="&b;"), "document type"),
        (("<!DOCTYPE f [<!ENTITY a 'aa'>]>" + fault().decode()).encode("utf-16"), "document type"),
        (b"<a>" * 5000, "not well-formed"),
        (fault().replace(b"1234", b"\x00"), "not well-formed"),
    ],
)
def test_xml_that_is_no_fault(raw: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_fault(raw)


@pytest.mark.parametrize(
    ("operation", "status", "content", "error", "happened"),
    [
        ("GetSessionToken", 500, fault(), BadCredentials, False),
        ("GetSessionToken", 401, b"", BadCredentials, False),
        ("GetSessionToken", 500, fault(code="Receiver"), AlsoUnavailable, True),
        ("PingPong", 500, fault(), RefusedByDistributor, False),
        ("PingPong", 200, fault(), RefusedByDistributor, False),
        ("PingPong", 400, fault(expired="true"), SessionExpired, False),
        ("PingPong", 401, b"", SessionExpired, False),
        ("PingPong", 429, b"", RateLimited, False),
        ("PingPong", 502, b"<html>", AlsoUnavailable, True),
        ("PingPong", 500, b"", AlsoUnavailable, True),
        ("PingPong", 500, b"<html>", UnexpectedAnswer, True),
        ("PingPong", 302, b"", UnexpectedAnswer, True),
        ("PingPong", 200, b"{", UnexpectedAnswer, True),
        ("PingPong", 200, b"[" * 100_000, UnexpectedAnswer, True),
        ("PingPong", 200, b'{"a": NaN}', UnexpectedAnswer, True),
        ("PingPong", 200, b'"\xff"', UnexpectedAnswer, True),
    ],
)
def test_an_answer_and_its_error(
    operation: str, status: int, content: bytes, error: type[AlsoError], happened: bool
) -> None:
    with pytest.raises(error) as raised:
        value_of(operation, status, content)
    assert raised.type is error
    assert raised.value.may_have_happened is happened


def test_numbers_are_exact() -> None:
    assert value_of("X", 200, b'{"a": 0.1, "b": 7}') == {"a": Decimal("0.1"), "b": 7}
    assert value_of("X", 200, b" ") is None


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        ("8", timedelta(seconds=8)),
        ("999999", timedelta(hours=1)),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("-1", None),
    ],
)
def test_how_long_a_partner_asks_to_be_left_alone(said: str, pause: timedelta | None) -> None:
    assert pause_asked(said) == pause


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("Ropažu iela 6, Rīga, LV-1039", ("Ropažu iela 6", "Rīga", "LV-1039")),
        ("Liepu iela 2, Ādaži, Ādažu novads, LV-2164", ("Liepu iela 2", "Ādaži, Ādažu novads", "LV-2164")),
        ("Liepu iela 2 - 5, Ādaži, Ādažu novads, LV-2164", ("Liepu iela 2 - 5", "Ādaži, Ādažu novads", "LV-2164")),
        ("LV-1010, Rīga, Viļņu iela 17", ("Viļņu iela 17", "Rīga", "LV-1010")),
        ("Rīga, Viļņu iela 17, k-2, LV-1010", ("Viļņu iela 17, k-2", "Rīga", "LV-1010")),
        ("Ādažu nov., Ādaži, Liepu iela 2, LV-2164", ("Liepu iela 2", "Ādaži, Ādažu nov.", "LV-2164")),
        ("Rīga", ("Rīga", "Rīga", "")),
    ],
)
def test_the_parts_of_an_address(address: str, parts: tuple[str, str, str]) -> None:
    assert mapping.address_parts(address) == parts


def told(**changed: Any) -> dict[str, Any]:
    return {
        "AccountId": 7,
        "AccountState": "Active",
        "CompanyAccountId": 5,
        "ServiceName": "S",
        "Fields": [{"Name": "Quantity", "Value": "10"}],
        "SomethingNew": {"a": 1},
        **changed,
    }


def read(**changed: Any) -> Any:
    found = wire.read(wire.SUBSCRIPTION, "GetSubscription", told(**changed))
    return mapping.subscription(found, NAMES, "GetSubscription")


def test_the_least_that_tells_a_subscription() -> None:
    subscription = read()
    assert (subscription.account_id, subscription.company_id, subscription.licences) == (7, 5, 10)
    assert (subscription.provisioning, subscription.vendor_status, subscription.at_end) == ("done", "active", None)
    assert subscription.reference is None


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2027-03-16", date(2027, 3, 16)),
        ("2027-03-16T00:00:00", date(2027, 3, 16)),
        ("2027-03-15T23:30:00Z", date(2027, 3, 16)),
        ("", None),
        (None, None),
    ],
)
def test_a_day_is_rigas(written: str | None, day: date | None) -> None:
    assert read(ContractEndDate=written).ends_on == day


def test_prices_are_those_of_the_licences() -> None:
    other = {"FieldName": "Setup", "Currency": "EUR", "PurchasePrice": Decimal("99")}
    licence = {
        "FieldName": "Quantity",
        "Currency": "EUR",
        "PurchasePrice": Decimal("4.6234"),
        "CommitementPeriodInMonths": 12,
    }
    found = read(PriceableItems=[other, licence])
    assert (found.unit_price, found.currency, found.term_months) == (Decimal("4.6234"), "EUR", 12)
    assert read(PriceableItems=[other]).unit_price == 99
    assert read(PriceableItems=[other, other]).unit_price is None


def test_a_price_that_went_through_binary_fractions_is_kept_to_eight_decimals() -> None:
    found = read(PriceableItems=[{"FieldName": "Quantity", "PurchasePrice": Decimal("4.620000000000001")}])
    assert str(found.unit_price) == "4.62"


def test_a_status_nobody_knows_is_for_a_person() -> None:
    assert read(Fields=[{"Name": "Subscriptionstatus", "Value": "Frozen"}]).vendor_status == "other"


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"AccountId": "Anna"}, "other fields than were known: AccountId"),
        ({"AccountState": None}, "other fields than were known: AccountState"),
        ({"AccountState": "Frozen"}, "no known state"),
        ({"ContractEndDate": "16/03/2027 Anna"}, "other fields than were known: ContractEndDate"),
        ({"Fields": [{"Name": "Quantity", "Value": "Anna"}]}, "a quantity that is no whole number"),
        ({"Fields": [{"Name": "Quantity", "Value": {}}]}, r"other fields than were known: Fields\[0\].Value"),
        ({"PriceableItems": [{"PurchasePrice": "Anna"}]}, "other fields"),
        ({"PriceableItems": [{"PurchasePrice": Decimal("1e999999")}]}, r"PriceableItems\[0\].PurchasePrice"),
        (
            {"PriceableItems": [{"CommitementPeriodInMonths": 9999}]},
            "other fields than were known: term_months",
        ),
        ({"AccountId": -7}, "other fields than were known: account_id"),
    ],
)
def test_what_is_other_than_known_is_named_by_its_place(changed: dict[str, Any], what: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=what) as raised:
        read(**changed)
    assert "Anna" not in str(raised.value)


def test_what_goes_to_also_at_registration() -> None:
    account = mapping.registration(company(), load_also())["companyAccount"]
    assert account == {
        "ParentAccountId": 100000,
        "CompanyName": 'SIA "Priežu darbnīca"',
        "Address": "Ropažu iela 6",
        "City": "Rīga",
        "Zip": "LV-1039",
        "Country": "LV",
        "Domain": ["priedes.example"],
        "Email": "anna@priedes.example",
        "ContactPerson": "Anna Bērziņa",
        "ContactPhone": "+37129123456",
        "Marketplaces": [5],
        "VATID": "LV50003050931",
        "PurchaseOrderNumber": "M365-2026-000001",
    }


def test_a_sealed_contact_is_not_sent() -> None:
    sealed = "sealed:v1:contract/IT-1/administrator/1:abc:" + "a" * 40
    with pytest.raises(ValueError, match="is to be opened before it goes to ALSO"):
        NewCompany.model_validate({**company().model_dump(), "contact_name": sealed})
    assert "Anna" not in repr(company())


@pytest.mark.parametrize("url", ["http://marketplace.alsolatvia.lv", "https://a@b", "marketplace.alsolatvia.lv"])
def test_a_password_goes_over_https_alone(url: str) -> None:
    with pytest.raises(ValueError, match="must be ALSO's https address"):
        AlsoAccount(url=url, username="api")


def test_the_configuration_names_each_product_once() -> None:
    raw = b"""
reseller_account: 1
marketplace: x
tenant_service: T
services:
  - {sku: A, period: year, service: S1}
  - {sku: A, period: year, service: S2}
  - {sku: A, period: week, service: S3}
names: {statuses: {Active: fine}}
"""
    with pytest.raises(Refused) as refused:
        parse_also(raw)
    assert {each.field for each in refused.value.problems} == {
        "marketplace",
        "services[1].sku",
        "services[2].period",
        "names.statuses.Active",
    }


def test_the_service_of_a_product_and_period() -> None:
    configuration = load_also()
    assert configuration.service_of("CFQ7TTC0LH18:0001", "month") == "141309_Microsoft365BusinessBasicP1M_54202"
    assert configuration.service_of("CFQ7TTC0LH18:0001", "week") is None
