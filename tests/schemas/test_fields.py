"""Each kind of value: what it takes, what it gives, what it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.base import Euro
from schemas.fields import (
    PERSONAL,
    Bic,
    BusinessInstant,
    CompanyRegistrationNumber,
    ContractNumber,
    EmailAddress,
    FreeText,
    Iban,
    Identifier,
    LocalDate,
    Percent,
    PersonName,
    PhoneNumber,
    PostalAddress,
    Price,
    ShortText,
    SignedInstant,
    VatNumber,
    WebAddress,
    WholeNumber,
    YesNo,
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


TAKEN: list[tuple[Any, Any, Any]] = [
    (WholeNumber, "14", 14),
    (WholeNumber, "-3", -3),
    (WholeNumber, "0", 0),
    (WholeNumber, 14, 14),
    (YesNo, "true", True),
    (YesNo, "false", False),
    (YesNo, False, False),
    (Euro, "12.5", Decimal("12.50")),
    (Euro, "-0.00", Decimal("0.00")),
    (Euro, 3, Decimal("3.00")),
    (Euro, Decimal("12.500"), Decimal("12.50")),
    (Euro, Decimal("1E+2"), Decimal("100.00")),
    (Euro, Decimal("-999999999999999.990"), Decimal("-999999999999999.99")),
    (Price, "1000000", Decimal("1000000.00")),
    (Percent, "10.15", Decimal("10.15")),
    (SignedInstant, "2026-02-10T11:20:00+02:00", utc(2026, 2, 10, 9, 20)),
    (SignedInstant, "2026-02-10T11:20Z", utc(2026, 2, 10, 11, 20)),
    (SignedInstant, "2026-02-10T11:20:00.25-01:30", utc(2026, 2, 10, 12, 50, 0, 250_000)),
    (SignedInstant, datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))), utc(2026, 1, 1)),
    # Riga is two hours ahead of UTC in winter and three in summer.
    (BusinessInstant, "2026-02-16T09:00", utc(2026, 2, 16, 7)),
    (BusinessInstant, "2026-07-16T09:00", utc(2026, 7, 16, 6)),
    (BusinessInstant, "2026-07-16T09:00:00+00:00", utc(2026, 7, 16, 9)),
    # 03:30 comes twice on 25 October 2026; the first is meant.
    (BusinessInstant, "2026-10-25T03:30", utc(2026, 10, 25, 0, 30)),
    (LocalDate, "2028-02-29", date(2028, 2, 29)),
    (LocalDate, date(2026, 6, 15), date(2026, 6, 15)),
    (ContractNumber, "IT-2026-000123", "IT-2026-000123"),
    (ContractNumber, "a" * 60, "a" * 60),
    (Identifier, "visit:7_a.b-c", "visit:7_a.b-c"),
    (CompanyRegistrationNumber, "40999900203", "40999900203"),
    (CompanyRegistrationNumber, "50003050931", "50003050931"),
    (VatNumber, "LV40999900203", "LV40999900203"),
    (VatNumber, "DE136695976", "DE136695976"),
    (Iban, "LV80 BANK 0000 4351 9500 1", "LV80BANK0000435195001"),
    (Bic, "BANKLV22", "BANKLV22"),
    (EmailAddress, "Anna.B@Example.LV", "Anna.B@example.lv"),
    (EmailAddress, "anna@firma.test", "anna@firma.test"),
    (EmailAddress, "anna@firma.example", "anna@firma.example"),
    (EmailAddress, "anna@priežu.lv", "anna@xn--prieu-xib.lv"),
    (PhoneNumber, "+371 29 123-456", "+37129123456"),
    (PhoneNumber, "+49 (30) 901820", "+4930901820"),
    (PersonName, "Anna Be\u0304rzin\u0327a", "Anna B\u0113rzi\u0146a"),
    (PostalAddress, "Skaidu iela 6 - 2, Rīga, LV-1039", "Skaidu iela 6 - 2, Rīga, LV-1039"),
    (FreeText, "x" * 2000, "x" * 2000),
    (WebAddress, "https://example.lv/terms?x=1", "https://example.lv/terms?x=1"),
]

REFUSED: list[tuple[Any, list[Any]]] = [
    (
        WholeNumber,
        ["1e3", " 14", "14 ", "014", "+1", "1.0", "1_000", "0x1F", "", "٣", "9" * 19, True, 1.0, None],
    ),
    (YesNo, ["yes", "on", "True", "1", "", 1, 0, None, []]),
    (
        Euro,
        [
            "12.505",
            "12.500",
            "1e3",
            " 1",
            "1,5",
            ".5",
            "5.",
            "NaN",
            "Infinity",
            "1" * 16,
            "٣",
            1.5,
            True,
            None,
        ],
    ),
    (
        Euro,
        [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1E+30"), Decimal("-1E+15"), Decimal("0.001")],
    ),
    (Price, ["-0.01", "1000000.01"]),
    (
        SignedInstant,
        ["2026-02-10T11:20:00", "2026-02-10", "1770715200", 1770715200, "2026-02-10 11:20+02:00"],
    ),
    (
        SignedInstant,
        ["20260210T112000+0200", "2026-02-30T11:20:00Z", "2026-02-10T24:00Z", "0001-01-01T00:00+14:00"],
    ),
    (
        SignedInstant,
        [
            "2026-02-10T11:20+25:00",
            "9999-12-31T23:59-12:00",
            datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None),
            None,
        ],
    ),
    # On 29 March 2026 clocks in Riga go from 03:00 to 04:00.
    (BusinessInstant, ["2026-03-29T03:30", "2026-02-16", "09:00", "tomorrow"]),
    (
        LocalDate,
        ["2026-02-29", "15.06.2026", "2026-6-15", "20260615", "2026-W07-2", "2026-06-15T00:00", 0, None],
    ),
    (LocalDate, [datetime(2026, 6, 15, tzinfo=UTC), "1999-12-31", "2101-01-01"]),
    (ContractNumber, ["", "a b", "a/b", "IT_1", "Līgums-1", "a" * 61, "-1", "a\n", 5]),
    (
        CompanyRegistrationNumber,
        ["40999900204", "4099990020", "409999002033", "LV40999900203", "4099 9900 203", ""],
    ),
    (
        CompanyRegistrationNumber,
        ["120385-11234", "12038511234", "328673-00679", "32867300679", 40999900203, None],
    ),
    (
        VatNumber,
        ["LV40999900204", "40999900203", "lv40999900203", "LV 40999900203", "US123456789", "LV32867300679"],
    ),
    (Iban, ["LV80BANK0000435195002", "LV80", "", "lv80BANK0000435195001", "XX80BANK0000435195001", None]),
    (Bic, ["BANK", "banklv22", "BANKLV2", None]),
    (
        EmailAddress,
        ["anna", "anna@", "@x.lv", "anna@localhost", "a b@x.lv", "Anna <anna@x.lv>", "ā@x.lv", "a@[1.2.3.4]"],
    ),
    (EmailAddress, ["a@x.lv\nBcc: b@x.lv", " anna@x.lv", "a@x.lv,b@x.lv", "a" * 300 + "@x.lv", "", None, 3]),
    (
        PhoneNumber,
        ["29123456", "0037129123456", "+371", "+999123456789", "+3712912345678901", "anna", "", None],
    ),
    (
        PersonName,
        ["", " ", "12", " Anna", "Anna\n", "Anna\x00", "Anna\u202e", "Anna\u2028B", "x" * 201, None, True],
    ),
    (ShortText, ["", " x", "x ", "a\nb", "a\tb", "x" * 201, None, 5]),
    (
        WebAddress,
        ["http://example.lv", "https://", "example.lv", "javascript:alert(1)", "https://[", "https://a b"],
    ),
]


@pytest.mark.parametrize(("kind", "written", "value"), TAKEN)
def test_a_kind_takes_what_is_written_and_its_own_output(kind: Any, written: Any, value: Any) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    read = adapter.validate_python(written)
    assert read == value
    assert type(read) is type(value)
    assert adapter.validate_python(read) == value
    assert adapter.validate_json(adapter.dump_json(read)) == value


@pytest.mark.parametrize(("kind", "written"), [(kind, written) for kind, several in REFUSED for written in several])
def test_a_kind_refuses_what_is_not_of_it(kind: Any, written: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(written)


@pytest.mark.parametrize("kind", dict.fromkeys(kind for kind, _ in REFUSED))
def test_a_kind_does_not_say_what_it_was_given(kind: Any) -> None:
    with pytest.raises(ValidationError) as error:
        TypeAdapter(kind).validate_python("Zelma\nPaegle")
    (detail,) = error.value.errors(include_url=False, include_input=False)
    assert "Zelma" not in detail["msg"]
    assert "Paegle" not in detail["msg"]


@pytest.mark.clause("IT-T.customer")
@pytest.mark.parametrize("code", ["120385-11234", "12038511234", "328673-00679"])
def test_a_personal_code_is_told_from_a_wrong_number(code: str) -> None:
    with pytest.raises(ValidationError, match="a natural person cannot be the customer"):
        TypeAdapter(CompanyRegistrationNumber).validate_python(code)


def test_amounts_are_written_with_two_decimals() -> None:
    assert TypeAdapter(Euro).dump_json(Decimal("12.50")) == b'"12.50"'
    assert TypeAdapter(Percent).dump_python(Decimal("8.00"), mode="json") == "8.00"


@pytest.mark.parametrize("kind", [PersonName, EmailAddress, PhoneNumber, PostalAddress, FreeText])
def test_personal_kinds_are_marked(kind: Any) -> None:
    assert PERSONAL in kind.__metadata__


@pytest.mark.parametrize("kind", [ShortText, Iban, ContractNumber, CompanyRegistrationNumber])
def test_other_kinds_are_not(kind: Any) -> None:
    assert PERSONAL not in kind.__metadata__
