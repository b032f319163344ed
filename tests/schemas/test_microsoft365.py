"""A signed contract for Microsoft 365: whose it may be, and what its content must say (M365-1, M365-T.customer)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.contract import parse_contract
from schemas.problems import Refused
from tests.stories.documents import a_subscription_contract, product

SIGNED = "2026-02-10T11:20:00+02:00"


def refused(document: dict[str, Any]) -> list[str]:
    with pytest.raises(Refused) as caught:
        parse_contract(json.dumps({"number": "MS-1", **document}).encode())
    return str(caught.value).splitlines()


@pytest.mark.clause("M365-1")
def test_it_needs_no_consents_and_says_what_is_subscribed_to() -> None:
    document = a_subscription_contract(
        SIGNED, product("Basic", "month", 5, "6.10"), product("Basic", "year", 2, "5.80")
    )
    signed = parse_contract(json.dumps({"number": "MS-1", **document}).encode())
    assert signed.consents is None
    assert [each["period"] for each in signed.content.headline()["products"]] == ["month", "year"]
    in_a_line = "5 × Microsoft 365 Business Basic by the month, 2 × Microsoft 365 Business Basic by the year"
    assert signed.content.in_a_line() == in_a_line
    document["content"]["products"] += [product("Standard", each, 1, "9.00") for each in ("month", "year")]
    more = parse_contract(json.dumps({"number": "MS-1", **document}).encode())
    assert more.content.in_a_line() == f"{in_a_line}, 1 × Microsoft 365 Business Standard by the month, and 1 more"


@pytest.mark.clause("M365-T.customer")
def test_a_natural_person_is_refused() -> None:
    document = a_subscription_contract(SIGNED, product("Basic", "month", 5, "6.10"))
    document["customer"]["registration_number"] = "010180-12345"
    (told,) = refused(document)
    assert told.startswith("customer.registration_number: ")


@pytest.mark.clause("M365-1")
def test_every_faulty_field_is_named() -> None:
    document = a_subscription_contract(
        SIGNED,
        {**product("Basic", "month", 0, "6.105"), "period": "week"},
        product("Standard", "year", 2, "12.35"),
        product("Standard", "year", 3, "12.35"),
    )
    document["content"]["tenant_domain"] = "https://example.lv"
    fields = {line.partition(":")[0] for line in refused(document)}
    assert fields == {
        "content.tenant_domain",
        "content.products[0].period",
        "content.products[0].licences",
        "content.products[0].price_per_licence",
        "content.products[2].sku",
    }


@pytest.mark.clause("M365-1")
def test_a_contract_without_products_is_refused() -> None:
    assert [line.partition(":")[0] for line in refused(a_subscription_contract(SIGNED))] == ["content.products"]
