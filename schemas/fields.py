"""The kinds of value a field may hold, each read strictly from the text that was written.

YAML gives text only, JSON also true, false and null, and Temporal's converter gives back what we wrote
ourselves; so each kind takes the text a person writes and its own output, and nothing else. Checks of
numbers that others define (registration, VAT, IBAN, phone, e-mail) are the libraries'.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import BeforeValidator, Field, PlainSerializer
from stdnum import bic, iban
from stdnum.eu import vat
from stdnum.exceptions import ValidationError as NumberNotValid
from stdnum.lv import pvn

from schemas.base import RIGA, Euro, two_decimals
from schemas.sealed import or_sealed

ValueT = TypeVar("ValueT")


@dataclass(frozen=True)
class PersonalData:
    """Marks a field whose value is personal data, so that it can be found and sealed."""


PERSONAL: Final = PersonalData()
Personal = Annotated[ValueT, PERSONAL]


@dataclass(frozen=True)
class Subject:
    """Marks what tells whom an act or a section is about: their data is sealed under a key of their own.

    On a section, the person's `name` within the contract. On a field of an act, `name` is put before the field's
    value, as in `user-7`.
    """

    name: str = ""


EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2100, 12, 31)

_WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?"
)
_CONTRACT_NUMBER = re.compile(r"(?!system$)[A-Za-z0-9][A-Za-z0-9-]{0,59}")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_ELEVEN_DIGITS = re.compile(r"[0-9]{11}")
PERSONAL_CODE = re.compile(r"[0-3][0-9]{5}[ -]?[0-9]{5}")
_VAT_NUMBER = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z ]{8,38}")
_BIC = re.compile(r"[A-Z0-9]{8}([A-Z0-9]{3})?")
_PHONE_NUMBER = re.compile(r"\+[0-9][0-9 ()-]{5,24}")
_INVOICE_SERIES = re.compile(r"[A-Z][A-Z0-9]{0,9}")

# Control, invisible, surrogate and private characters, and the two Unicode line ends.
UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})

_PERCENT = "a percentage with at most two decimals, such as 10.15"
_CONTRACT_NUMBER_RIGHT = "a contract number of 1 to 60 letters, digits and dashes, such as IT-2026-000123"
_IDENTIFIER_RIGHT = "an id of 1 to 100 letters, digits, dashes, dots, colons and underscores"
_INVOICE_SERIES_RIGHT = "an invoice series of 1 to 10 capital letters and digits, such as BB"
_NATURAL_PERSON = (
    "is a natural person's code; a natural person cannot be the customer (clause IT-T.customer), "
    "give a company's registration number"
)


_NOT_TEXT = "must be text"
_SPACED = "must not begin or end with a space"
_UNPLAIN = "must be one line of plain text, without control or invisible characters"
_NOT_A_NAME = "must be a person's name, such as Anna Bērziņa"
_NOT_AN_EMAIL = "must be an e-mail address such as anna@example.lv"
_NOT_A_PHONE = "must be a phone number in international form, such as +37129123456"


def _wrong_length(most: int) -> str:
    return f"must be text of 1 to {most} characters"


def _whole_number(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
        return int(value)
    raise ValueError("must be a whole number written in digits, such as 14")


def _yes_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise ValueError("must be true or false")


def _instant(value: Any, otherwise: str) -> tuple[datetime, bool]:
    """The time written, and whether an offset stands with it."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str) and _TIME.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(otherwise) from None
    else:
        raise ValueError(otherwise)
    _within_calendar(moment.date())
    return moment, moment.utcoffset() is not None


def _within_calendar(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"must lie between the years {EARLIEST.year} and {LATEST.year}")
    return day


_SIGNED_INSTANT = "a time with its offset, such as 2026-02-10T11:20:00+02:00"


def _signed_instant(value: Any) -> datetime:
    moment, with_offset = _instant(value, f"must be {_SIGNED_INSTANT}")
    if not with_offset:
        raise ValueError(f"lacks its offset from UTC; write {_SIGNED_INSTANT}")
    return moment.astimezone(UTC)


_BUSINESS_INSTANT = "a time such as 2026-02-16T09:00 (Riga time) or 2026-02-16T09:00:00+02:00"


def _business_instant(value: Any) -> datetime:
    moment, with_offset = _instant(value, f"must be {_BUSINESS_INSTANT}")
    if with_offset:
        return moment.astimezone(UTC)
    instant = moment.replace(tzinfo=RIGA).astimezone(UTC)
    if instant.astimezone(RIGA).replace(tzinfo=None) != moment:
        raise ValueError("does not exist in Riga, where clocks go forward in that hour; name another time")
    return instant


def _local_date(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return _within_calendar(value)
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise ValueError("must be a date of the calendar, such as 2026-02-28") from None
        return _within_calendar(day)
    raise ValueError("must be a date such as 2026-06-15")


def matching(pattern: re.Pattern[str], right: str) -> Callable[[Any], str]:
    """A check for text of that form; what is not raises ValueError saying what would be `right`."""

    def check(value: Any) -> str:
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        raise ValueError(f"must be {right}")

    return check


def line_of_text(most: int) -> Callable[[Any], str]:
    """A check for one line of plain text of 1 to `most` characters; `text_reasons` are its reasons."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(_NOT_TEXT)
        # One spelling of ē, so that equal texts are equal wherever they were typed.
        text = unicodedata.normalize("NFC", value)
        if not 0 < len(text) <= most:
            raise ValueError(_wrong_length(most))
        if text != text.strip():
            raise ValueError(_SPACED)
        if any(unicodedata.category(character) in UNPRINTABLE for character in text):
            raise ValueError(_UNPLAIN)
        return text

    return check


def _person_name(value: Any) -> str:
    name = line_of_text(200)(value)
    if not any(character.isalpha() for character in name):
        raise ValueError(_NOT_A_NAME)
    return name


def _company_registration_number(value: Any) -> str:
    right = "must be a company's registration number: 11 digits, the last one its check digit"
    if not isinstance(value, str):
        raise ValueError(right)
    if PERSONAL_CODE.fullmatch(value):
        raise ValueError(_NATURAL_PERSON)
    if not _ELEVEN_DIGITS.fullmatch(value):
        raise ValueError(right)
    if not pvn.is_valid(value):
        raise ValueError("has a wrong check digit; compare it with the register of enterprises")
    return value


def _vat_number(value: Any) -> str:
    if not isinstance(value, str) or not _VAT_NUMBER.fullmatch(value):
        raise ValueError("must be a VAT number: the country's two letters and the number, such as LV and 11 digits")
    if value.startswith("LV") and PERSONAL_CODE.fullmatch(value[2:]):
        raise ValueError(_NATURAL_PERSON)
    if not vat.is_valid(value):
        raise ValueError("is not a valid VAT number of its country; compare it with the VAT register")
    return value


def _iban(value: Any) -> str:
    right = "must be an IBAN with right check digits, such as LV80BANK0000435195001"
    if not isinstance(value, str) or not _IBAN.fullmatch(value):
        raise ValueError(right)
    try:
        return str(iban.validate(value))
    except NumberNotValid:
        raise ValueError(right) from None


def _bic(value: Any) -> str:
    if not isinstance(value, str) or not _BIC.fullmatch(value) or not bic.is_valid(value):
        raise ValueError("must be a BIC of 8 or 11 characters, such as BANKLV22")
    return value


def _email_address(value: Any) -> str:
    """The mailbox as written, its domain in the lower-case ASCII form any mail server takes."""
    if not isinstance(value, str) or len(value) > 320:
        raise ValueError(_NOT_AN_EMAIL)
    try:
        found = validate_email(value, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        raise ValueError(_NOT_AN_EMAIL) from None
    return f"{found.local_part}@{found.ascii_domain}"


def _phone_number(value: Any) -> str:
    if not isinstance(value, str) or not _PHONE_NUMBER.fullmatch(value):
        raise ValueError(_NOT_A_PHONE)
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        raise ValueError(_NOT_A_PHONE) from None
    # Possible by country and length; which ranges are in use changes faster than a library is released.
    if not phonenumbers.is_possible_number(number):
        raise ValueError(_NOT_A_PHONE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _web_address(value: Any) -> str:
    right = "must be a web address such as https://example.lv/terms"
    address = line_of_text(500)(value)
    try:
        parts = urlsplit(address)
    except ValueError:
        raise ValueError(right) from None
    if parts.scheme != "https" or not parts.hostname or " " in address:
        raise ValueError(right)
    return address


WholeNumber = Annotated[int, BeforeValidator(_whole_number), Field(description="a whole number, such as 14")]
YesNo = Annotated[bool, BeforeValidator(_yes_no), Field(description="true or false")]

SignedInstant = Annotated[datetime, BeforeValidator(_signed_instant), Field(description=_SIGNED_INSTANT)]
"""A time written with its offset, kept as the instant in UTC."""

BusinessInstant = Annotated[datetime, BeforeValidator(_business_instant), Field(description=_BUSINESS_INSTANT)]
"""A time of an act or a scenario: Riga time unless an offset stands with it; kept as the instant in UTC."""

LocalDate = Annotated[date, BeforeValidator(_local_date), Field(description="a date such as 2026-06-15")]
"""A date in Riga."""

Price = Annotated[Euro, Field(ge=0, le=1_000_000)]
"""EUR without VAT, as all prices."""

Percent = Annotated[
    Decimal,
    BeforeValidator(lambda value: two_decimals(value, f"must be {_PERCENT}")),
    PlainSerializer(lambda percent: f"{percent:.2f}", return_type=str),
    Field(description=_PERCENT),
]
"""Per cent with two decimals; as JSON a string."""

ContractNumber = Annotated[
    str,
    BeforeValidator(matching(_CONTRACT_NUMBER, _CONTRACT_NUMBER_RIGHT)),
    Field(description=_CONTRACT_NUMBER_RIGHT),
]
Identifier = Annotated[
    str, BeforeValidator(matching(_IDENTIFIER, _IDENTIFIER_RIGHT)), Field(description=_IDENTIFIER_RIGHT)
]
"""An id that a caller chose, such as an act's."""

InvoiceSeries = Annotated[
    str,
    BeforeValidator(matching(_INVOICE_SERIES, _INVOICE_SERIES_RIGHT)),
    Field(description=_INVOICE_SERIES_RIGHT),
]

CompanyRegistrationNumber = Annotated[
    str,
    BeforeValidator(_company_registration_number),
    Field(description="a company's registration number of 11 digits"),
]
"""A Latvian company's; a natural person's code is refused (IT-T.customer). Source: python-stdnum, lv.pvn."""

VatNumber = Annotated[str, BeforeValidator(_vat_number), Field(description="a VAT number that begins with its country")]
"""Any EU member state's; a Latvian one must be a company's. Source: python-stdnum, eu.vat."""

Iban = Annotated[str, BeforeValidator(_iban), Field(description="an IBAN")]
Bic = Annotated[str, BeforeValidator(_bic), Field(description="a BIC of 8 or 11 characters")]
WebAddress = Annotated[str, BeforeValidator(_web_address), Field(description="a web address that begins with https://")]

ShortText = Annotated[str, BeforeValidator(line_of_text(200)), Field(description="text of 1 to 200 characters")]


def personal(check: Callable[[Any], str], *reasons: str) -> BeforeValidator:
    """Clear text that `check` takes, or what is sealed already."""
    return BeforeValidator(or_sealed(check, frozenset(reasons)))


def text_reasons(most: int) -> tuple[str, ...]:
    return (_NOT_TEXT, _SPACED, _UNPLAIN, _wrong_length(most))


FreeText = Personal[
    Annotated[
        str,
        personal(line_of_text(2000), *text_reasons(2000)),
        Field(description="text of 1 to 2000 characters"),
    ]
]
"""What a person wrote freely; it may name people, and so counts as personal data."""

PersonName = Personal[
    Annotated[
        str,
        personal(_person_name, _NOT_A_NAME, *text_reasons(200)),
        Field(description="a person's name and surname"),
    ]
]
PostalAddress = Personal[
    Annotated[
        str,
        personal(line_of_text(300), *text_reasons(300)),
        Field(description="a postal address in one line"),
    ]
]
EmailAddress = Personal[
    Annotated[
        str,
        personal(_email_address, _NOT_AN_EMAIL),
        Field(description="an e-mail address such as anna@example.lv"),
    ]
]
PhoneNumber = Personal[
    Annotated[
        str,
        personal(_phone_number, _NOT_A_PHONE),
        Field(description="a phone number in international form, such as +37129123456"),
    ]
]
"""In E.164 form. Source: phonenumbers."""

Remittance = Personal[
    Annotated[
        str,
        personal(line_of_text(140), *text_reasons(140)),
        Field(description="what the payer wrote, text of 1 to 140 characters"),
    ]
]
"""Remittance information of a payment; payers write names there."""
