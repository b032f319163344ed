"""Bank statements: what a bank says of an account, line by line, and what became of each line."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints, model_validator

from schemas.base import CENT, Frozen, date
from schemas.fields import ContractNumber, LocalDate, Personal, line_of_text

EURO = "EUR"

Direction = Literal["credit", "debit"]
LineStatus = Literal["matched", "booked", "parked", "ignored"]
"""Matched: its act is decided on and not yet answered. Parked: a person is to say what it is."""

MatchedBy = Literal["creditor_reference", "invoice_number", "payer", "person", "reversal"]

BankReference = Annotated[str, StringConstraints(min_length=1, max_length=140)]
MAXIMUM_ACCOUNT = 34
"""Characters of an account's number: an IBAN, or what another country's bank calls it (ISO 20022, Max34Text)."""
Account = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9./-]{1,34}$")]
PayerAccount = Annotated[str, StringConstraints(min_length=1, max_length=MAXIMUM_ACCOUNT)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


def _no_float(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, Decimal | str | int):
        raise ValueError("must be an exact number")
    return Decimal(value)


def _written(amount: Decimal) -> str:
    return f"{amount:.2f}" if amount == amount.quantize(CENT) else f"{amount.normalize():f}"


Sum = Annotated[
    Decimal,
    BeforeValidator(_no_float),
    PlainSerializer(_written, return_type=str),
    Field(ge=0, max_digits=18, decimal_places=5, description="an amount in the currency beside it"),
]
"""An amount in any currency, never negative; as JSON a string with at least two decimals."""

PlainText = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class StatementLine(Frozen):
    """One payment in or out as the bank booked it.

    `bank_reference` names this line alone, `entry_reference` the bank's entry it is in. A `reversal` with the
    direction debit takes a credit back. `fault` says why a line cannot be booked by itself.
    """

    amount: Sum
    currency: Currency
    direction: Direction
    reversal: bool = False
    booked_on: LocalDate
    value_on: LocalDate
    bank_reference: BankReference | None = None
    entry_reference: BankReference | None = None
    end_to_end_id: Personal[PlainText] | None = None
    transaction_id: BankReference | None = None
    creditor_references: tuple[BankReference, ...] = ()
    document_numbers: tuple[BankReference, ...] = ()
    remittance: Personal[PlainText] | None = None
    payer_name: Personal[PlainText] | None = None
    payer_account: Personal[PayerAccount] | None = None
    payer_registration_numbers: tuple[str, ...] = ()
    fault: str | None = None

    @property
    def paid_on(self) -> date:
        """The day the money counts from: what the bank values back was there before it was booked."""
        return min(self.booked_on, self.value_on)


class Statement(Frozen):
    """One account's statement; `reaches_to` is the last day it tells of, `pending` counts what is not booked yet."""

    id: BankReference
    account: Account
    currency: Currency | None
    reaches_to: LocalDate
    lines: tuple[StatementLine, ...]
    pending: int = 0


class PayerDetails(Frozen):
    """What of a line tells of a person; sealed as one while the line waits, and gone once it is booked."""

    payer_name: Personal[str] | None = None
    payer_account: Personal[str] | None = None
    end_to_end_id: Personal[str] | None = None
    creditor_references: tuple[str, ...] = ()
    document_numbers: tuple[str, ...] = ()
    remittance: Personal[str] | None = None


class ImportSummary(Frozen):
    """What became of a file's lines, each counted once; `new` were not on record before.

    `waiting` ones have their act decided on and not answered: the same file again goes on with them.
    """

    statements: int
    lines: int
    new: int
    booked: int
    parked: int
    ignored: int
    waiting: int
    pending: int
    reaches_to: date


class ParkedLine(Frozen):
    """A line that waits for a person, opened for who resolves it; `contract` is the one that refused it, if any did."""

    line: int
    booked_on: date
    paid_on: date
    amount: Sum
    currency: Currency
    direction: Direction
    reversal: bool
    reason: str
    contract: str | None
    bank_reference: str | None
    statement: str
    details: PayerDetails


class Resolution(Frozen):
    """What a person says a parked line is: a payment on a contract, or nothing of ours."""

    contract: ContractNumber | None = None
    invoice: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    ignore: Annotated[str, BeforeValidator(line_of_text(200))] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.contract is None) == (self.ignore is None):
            raise ValueError("name either a contract or, with ignore, the reason why it is no payment to us")
        if self.invoice is not None and self.contract is None:
            raise ValueError("an invoice goes with its contract")
        return self


class Resolved(Frozen):
    """What became of a line that a person resolved."""

    line: int
    status: LineStatus
    contract: str | None
    reason: str | None
