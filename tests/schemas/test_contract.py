"""A signed contract: what is read, what stands at its default, and every way it can be refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from schemas.contract import CONTENT_MODELS, SignedContract, fingerprint, parse_contract
from schemas.it_support import ItSupportContent
from schemas.problems import Refused
from schemas.service import ServiceContent
from tests.schemas.documents import ABSENT, as_json, changed, contact, contract, faults

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*.contract.yaml"))

YAML = """
special_terms: {payment_days: "14"}
content: {price_per_user: 12.5, users: 14, plan: Standarta, period_months: 12}
consents: {annex2_duties: true, rmm_agents: true, network_access: true, credential_storage: "true"}
signed_at: 2026-02-10T09:20:00Z
service: it_support
number: IT-2026-000123
customer:
  invoice_delivery: {email: rekini@EXAMPLE.lv}
  name: 'SIA "Priežu darbnīca"'
  language: lv
  registration_number: 40999900203
  vat_number: LV40999900203
  legal_address: Skaidu iela 6, Rīga, LV-1039
  administrator: {email: anna@example.lv, phone: +371 29123456, name: Anna Bērziņa}
"""


def parsed(document: dict[str, Any]) -> SignedContract:
    return parse_contract(as_json(document))


def test_a_contract_is_read() -> None:
    signed = parsed(contract())
    assert signed.signed_at == datetime(2026, 2, 10, 9, 20, tzinfo=UTC)
    assert signed.customer.representative.name == "Anna Bērziņa"
    assert signed.content_as(ItSupportContent) == ItSupportContent(
        plan="Standarta", period_months=12, users=14, price_per_user=Decimal("12.50")
    )


@pytest.mark.clause("IT-P1.special", "IT-P2.plan")
def test_what_is_absent_stands_at_its_default() -> None:
    signed = parsed(changed("content.period_months", ABSENT))
    content = signed.content_as(ItSupportContent)
    assert content.period_months is None
    assert content.onsite_hourly_rate == content.setup_fee == Decimal("0.00")
    assert content.included_onsite_minutes == 0
    assert signed.customer.language == "lv"
    assert signed.special_terms.model_dump() == {
        "payment_days": 14,
        "late_interest_percent": None,
        "fee_while_suspended": True,
        "erasure_after_days": 14,
    }


def test_an_empty_special_terms_section_means_none() -> None:
    assert parsed(changed("special_terms", None)) == parsed(contract())


FAULTY: list[tuple[str, Any, str]] = [
    ("number", "IT 1", "must be a contract number"),
    ("number", ABSENT, "is missing; it should be a contract number"),
    ("service", "cleaning", "must be a service on offer: it_support"),
    ("service", ["it_support"], "must be a service on offer: it_support"),
    ("signed_at", "2026-02-10T11:20:00", "lacks its offset from UTC"),
    ("signed_at", 1770715200, "must be a time with its offset"),
    ("customer", "SIA", "must be a section with fields; known are name, registration_number"),
    ("customer", ABSENT, "is missing"),
    ("customer.name", "", "must be text of 1 to 200 characters"),
    ("customer.registration_number", "40999900204", "has a wrong check digit"),
    ("customer.registration_number", "120385-11234", "a natural person cannot be the customer"),
    ("customer.vat_number", "LV40999900204", "is not a valid VAT number"),
    ("customer.legal_address", ABSENT, "is missing; it should be the company's legal address"),
    ("customer.language", "ru", "must be 'lv' or 'en'"),
    ("customer.administrator.email", "anna", "must be an e-mail address"),
    ("customer.administrator.phone", "29123456", "must be a phone number in international form"),
    ("customer.administrator.name", "", "must be text of 1 to 200 characters"),
    ("customer.administrator", ABSENT, "is missing; name one, or give a power_of_attorney instead"),
    ("customer.power_of_attorney", {**contact(), "document": "1"}, "stands beside an administrator"),
    ("customer.technical_contact", "Anna", "must be a section with fields; known are name, phone, email"),
    ("customer.invoice_delivery", ABSENT, "is missing; it should be a section with an email"),
    ("customer.iban", "LV80BANK0000435195002", "must be an IBAN"),
    ("customer.personal_code", "1", "is not known here; known are name"),
    ("consents", ABSENT, "the four essential consents"),
    ("consents.rmm_agents", ABSENT, "clause IT-P1.consents"),
    ("consents.network_access", False, "clause IT-P1.consents"),
    ("consents.marketing", True, "known are rmm_agents, network_access, credential_storage, annex2_duties"),
    ("content", ABSENT, "is missing"),
    ("content", [], "must be a section with fields; known are period_months, plan"),
    ("content.plan", ABSENT, "is missing; it should be the name of a support plan"),
    ("content.users", -1, "must be at least 1"),
    ("content.users", 0, "must be at least 1"),
    ("content.users", 100_001, "must be at most 100000"),
    ("content.users", 1.5, "must be a whole number"),
    ("content.users", True, "must be a whole number"),
    ("content.period_months", 0, "must be at least 1"),
    ("content.period_months", 121, "must be at most 120"),
    ("content.price_per_user", "12.505", "must be an amount in EUR with at most two decimals"),
    ("content.price_per_user", "-1", "must be at least 0"),
    ("content.price_per_user", "1e400", "must be an amount in EUR"),
    ("content.setup_fee", "1000000.01", "must be at most 1000000"),
    ("content.discount", "1", "is not known here; known are period_months, plan, users, price_per_user"),
    ("special_terms.liability", "none", "known are payment_days, late_interest_percent, fee_while_suspended"),
    ("special_terms.payment_days", 0, "must be at least 1"),
    ("special_terms.payment_days", 91, "must be at most 90"),
    ("special_terms.late_interest_percent", "0", "must be more than 0"),
    ("special_terms.late_interest_percent", "100.01", "must be at most 100"),
    ("special_terms.late_interest_percent", "8.125", "must be a percentage with at most two decimals"),
    ("special_terms.fee_while_suspended", "no", "must be true or false"),
    ("special_terms.erasure_after_days", 31, "must be at most 30"),
    ("colour", "red", "is not known here; known are number, service, signed_at"),
]


@pytest.mark.clause("IT-P1.contact", "IT-P1.consents", "IT-P1.special", "IT-P2.plan", "IT-29")
@pytest.mark.parametrize(("path", "value", "words"), FAULTY)
def test_a_faulty_field_is_named_alone_with_what_is_right(path: str, value: Any, words: str) -> None:
    found = faults(changed(path, value))
    assert list(found) == [path]
    assert words in found[path]


@pytest.mark.clause("IT-P1.contact")
def test_an_invoice_needs_somewhere_to_go() -> None:
    found = faults(changed("customer.invoice_delivery", {"email": None}))
    assert list(found) == ["customer.invoice_delivery.email"]
    assert not faults(changed("customer.invoice_delivery", {"postal_address": "Skaidu iela 6, Rīga"}))


@pytest.mark.clause("IT-29")
def test_without_an_administrator_the_attorney_represents_the_customer() -> None:
    document = changed("customer.administrator", ABSENT)
    document["customer"]["power_of_attorney"] = {**contact(), "document": "Nr. 7, 2026-01-05"}
    assert parsed(document).customer.representative.email == "anna@example.lv"
    del document["customer"]["power_of_attorney"]["document"]
    assert list(faults(document)) == ["customer.power_of_attorney.document"]


def test_every_fault_of_a_file_is_named_at_once_and_no_value_is_repeated() -> None:
    document = contract()
    values = {
        "number": "Slepens numurs",
        "signed_at": "2026-02-10T17:31:00",
        "customer.registration_number": "120385-11234",
        "customer.vat_number": "LV12038511234",
        "customer.iban": "LV80HABA0551234567890",
        "customer.administrator.name": "Zelma\tPaegle",
        "customer.administrator.phone": "29876543",
        "customer.administrator.email": "zelma.paegle",
        "customer.invoice_delivery.email": "gramatvede.example",
        "customer.language": "latgaliski",
        "consents.rmm_agents": "varbūt",
        "content.users": "-77",
        "content.price_per_user": "13.377",
        "special_terms.payment_days": "99999",
        "special_terms.late_interest_percent": "desmit",
    }
    for path, value in values.items():
        section = document
        *sections, name = path.split(".")
        for step in sections:
            section = section.setdefault(step, {})
        section[name] = value
    document["customer"]["power_of_attorney"] = contact()
    del document["consents"]["annex2_duties"]
    found = faults(document)
    assert set(found) == {
        *values,
        "customer.power_of_attorney",
        "customer.power_of_attorney.document",
        "consents.annex2_duties",
    }
    told = " ".join(found.values())
    assert not [value for value in values.values() if value in told]
    assert "Zelma" not in told


def test_a_name_that_is_personal_data_is_not_repeated_either() -> None:
    found = faults({**contract(), "zelma@paegle.example": "1", "120385-11234": "1"})
    assert list(found) == ["(not a field name)"]


def test_the_same_contract_as_yaml_and_json_is_equal_and_has_one_fingerprint() -> None:
    from_yaml, from_json = parse_contract(YAML.encode()), parsed(contract())
    assert from_yaml == from_json
    assert fingerprint(from_yaml) == fingerprint(from_json)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("content.price_per_user", "12.5"),
        ("content.setup_fee", 0),
        ("special_terms", {}),
        ("special_terms", {"fee_while_suspended": True, "late_interest_percent": None}),
        ("signed_at", "2026-02-10T09:20:00.000Z"),
        ("customer.technical_contact", None),
    ],
)
def test_other_words_for_the_same_keep_the_fingerprint(path: str, value: Any) -> None:
    assert fingerprint(parsed(changed(path, value))) == fingerprint(parsed(contract()))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("number", "IT-2026-000124"),
        ("signed_at", "2026-02-10T11:20:01+02:00"),
        ("customer.language", "en"),
        ("content.price_per_user", "12.51"),
        ("content.period_months", None),
        ("special_terms", {"payment_days": 15}),
    ],
)
def test_another_content_has_another_fingerprint(path: str, value: Any) -> None:
    assert fingerprint(parsed(changed(path, value))) != fingerprint(parsed(contract()))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_sample_parses_and_survives_the_converter(sample: Path) -> None:
    signed = parse_contract(sample.read_bytes())
    again = SignedContract.model_validate_json(signed.model_dump_json())
    assert again == signed
    assert again.model_dump_json() == signed.model_dump_json()
    assert fingerprint(again) == fingerprint(signed)
    assert SignedContract.model_validate(signed.model_dump()) == signed


def test_the_samples_are_different_contracts() -> None:
    signed = [parse_contract(sample.read_bytes()) for sample in SAMPLES]
    assert len(signed) >= 4
    assert len({each.number for each in signed}) == len(signed)
    assert len({each.customer.registration_number for each in signed}) == len(signed)


class Windows(ServiceContent):
    period_months: int | None = None
    panes: int


def test_a_further_service_plugs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CONTENT_MODELS, "windows", Windows)
    document = {**contract(), "service": "windows", "content": {"panes": 3}}
    signed = parsed(document)
    assert signed.content_as(Windows).panes == 3
    assert SignedContract.model_validate_json(signed.model_dump_json()) == signed
    with pytest.raises(TypeError, match="is for windows"):
        signed.content_as(ItSupportContent)


def test_a_file_that_is_no_contract_at_all_is_refused_by_its_fields() -> None:
    with pytest.raises(Refused) as refused:
        parse_contract(b"hello: world\n")
    fields = [problem.field for problem in refused.value.problems]
    assert fields == ["number", "service", "signed_at", "customer", "consents", "content", "hello"]
