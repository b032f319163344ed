"""Whose payment a line is: each rule, their order, and everything that a person has to decide."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.statement import Statement, StatementLine
from terms import matching
from terms.matching import Candidate, Decision, Known, Original, compact, decide, decide_reversal, named_in, payer_marks
from terms.references import creditor_reference
from terms.statement_lines import identities, references

NUMBER = "BB-2026-000123"
REFERENCE = creditor_reference(NUMBER) or ""
OTHER = "BB-2026-000124"
KNOWN = Known(
    invoices={compact(NUMBER): frozenset({"IT-1"}), compact(OTHER): frozenset({"IT-2"})},
    candidates={
        Decimal("44.44"): (
            Candidate(
                contract="IT-3",
                open_amounts=frozenset({Decimal("44.44")}),
                payer=payer_marks('SIA "Priežu darbnīca"', ("50003050931",), ["hash-of-its-account"]),
            ),
            Candidate(
                contract="IT-4",
                open_amounts=frozenset({Decimal("44.44")}),
                payer=payer_marks("SIA Cits", ("40999900114",), []),
            ),
        )
    },
    closed=frozenset({"IT-9"}),
)


def line(**given: Any) -> StatementLine:
    return StatementLine(
        **{
            "amount": "44.44",
            "currency": "EUR",
            "direction": "credit",
            "booked_on": date(2026, 4, 15),
            "value_on": date(2026, 4, 15),
        }
        | given
    )


def decided(one: StatementLine, payer: frozenset[str] = frozenset(), known: Known = KNOWN) -> Decision:
    return decide(one, named_in(one), payer, known)


@pytest.mark.parametrize(
    "text",
    [
        REFERENCE,
        REFERENCE.lower(),
        f"Apmaksa {REFERENCE}, paldies",
        # As it is printed, in groups of four.
        " ".join(REFERENCE[start : start + 4] for start in range(0, len(REFERENCE), 4)),
    ],
)
def test_a_creditor_reference_is_found_wherever_it_stands(text: str) -> None:
    expected = Decision(status="matched", contract="IT-1", by="creditor_reference")
    assert decided(line(creditor_references=(text,))) == expected
    assert decided(line(remittance=text)) == expected
    assert decided(line(end_to_end_id=text)) == expected


def test_a_creditor_reference_with_a_wrong_check_digit_is_none() -> None:
    wrong = "RF99" + REFERENCE[4:]
    assert decided(line(creditor_references=(wrong,))).reason == matching.NO_MATCH


@pytest.mark.parametrize(
    "text",
    [
        "BB-2026-000123",
        "bb 2026 000123",
        "BB2026000123",
        "Rēķins Nr.BB-2026-000123",
        "rēķins NrBB-2026-000123 par aprīli",
        "BB - 2026 / 000123.",
        "par pakalpojumu (BB-2026-000123)",
    ],
)
def test_an_invoice_number_is_found_however_it_is_written(text: str) -> None:
    assert decided(line(remittance=text)) == Decision(status="matched", contract="IT-1", by="invoice_number")


@pytest.mark.parametrize(
    "text", ["BB-2026-0001234", "ABB-2026-000123", "BB-2026-00012", "2026-000123", "BB-2026-000123A", "ēBB-2026-000123"]
)
def test_a_number_that_only_looks_like_it_is_another(text: str) -> None:
    assert decided(line(remittance=text)).status == "parked"


@pytest.mark.clause("IT-22", "IT-23")
@pytest.mark.parametrize("number", ["IT-2026-000123-NP1", "LIGUMS-7-NP12", "BB-2026-000123-K2"])
@pytest.mark.parametrize("text", ["{}", "Nokavējuma procenti {}, paldies", "Nr.{}"])
def test_bills_of_late_interest_and_credit_notes_are_found_by_their_numbers(number: str, text: str) -> None:
    known = Known(invoices={compact(number): frozenset({"IT-1"})})
    for written in (number, number.replace("-", ""), number.replace("-", " ").lower()):
        found = decided(line(remittance=text.format(written)), known=known)
        assert found == Decision(status="matched", contract="IT-1", by="invoice_number"), written


def test_the_number_in_a_document_field_counts_too() -> None:
    assert decided(line(document_numbers=(NUMBER,))).contract == "IT-1"


def test_the_creditor_reference_goes_before_what_is_written() -> None:
    assert decided(line(creditor_references=(REFERENCE,), remittance=OTHER)) == Decision(
        status="matched", contract="IT-1", by="creditor_reference"
    )


def test_invoices_of_several_contracts_are_for_a_person() -> None:
    found = decided(line(remittance=f"{NUMBER}, {OTHER}"))
    assert (found.status, found.reason) == ("parked", "what the payer wrote leads to several contracts: IT-1, IT-2")


def test_two_invoices_of_one_contract_are_one_payment() -> None:
    known = Known(invoices={compact(number): frozenset({"IT-1"}) for number in (NUMBER, OTHER)})
    assert decided(line(remittance=f"{NUMBER}, {OTHER}"), known=known).contract == "IT-1"


@pytest.mark.parametrize(
    "payer",
    [
        payer_marks("PRIEZU DARBNICA, SIA", (), []),
        payer_marks(None, ("50003050931",), []),
        payer_marks("Anna", (), ["hash-of-its-account"]),
    ],
    ids=["name", "registration number", "account"],
)
def test_a_known_payer_with_exactly_this_sum_open_is_matched(payer: frozenset[str]) -> None:
    assert decided(line(), payer) == Decision(status="matched", contract="IT-3", by="payer")
    # One cent less is another sum.
    assert decided(line(amount="44.43"), payer).reason == matching.NO_MATCH


def test_a_payer_with_the_same_sum_open_on_two_contracts_is_for_a_person() -> None:
    found = decided(line(), payer_marks("Priežu darbnīca", ("40999900114",), []))
    assert found.reason == "the payer with this sum open leads to several contracts: IT-3, IT-4"


def test_however_many_contracts_a_line_may_be_of_each_is_known() -> None:
    payer = payer_marks("Priežu darbnīca", (), [])
    amount = Decimal("44.44")
    numbers = [f"IT-{number}" for number in range(11, 18)]
    seven = tuple(Candidate(contract=one, open_amounts=frozenset({amount}), payer=payer) for one in numbers)
    found = decided(line(), payer, Known(candidates={amount: seven}))
    assert found.candidates == tuple(numbers)
    # A person is told of five.
    assert found.reason == (
        "the payer with this sum open leads to several contracts: IT-11, IT-12, IT-13, IT-14, IT-15 and 2 more"
    )


def test_a_payer_without_a_name_matches_nobody() -> None:
    assert payer_marks('"SIA"', (), []) == frozenset()
    assert decided(line(), frozenset()).reason == matching.NO_MATCH


@pytest.mark.parametrize(
    ("given", "status", "reason"),
    [
        ({"direction": "debit"}, "ignored", "money that left the account"),
        ({"amount": "0.00"}, "ignored", "an entry of 0.00"),
        ({"currency": "USD", "amount": "44.444"}, "parked", "it is in USD; book what the bank credits in EUR"),
        ({"reversal": True}, "parked", "the bank took back a payment of ours; it is no customer's payment"),
        ({"fault": "why"}, "parked", "why"),
    ],
)
def test_what_is_no_payment_in_euro_is_never_booked(given: dict[str, Any], status: str, reason: str) -> None:
    found = decided(line(**{"creditor_references": (REFERENCE,)} | given))
    assert (found.status, found.contract, found.reason) == (status, None, reason)


def test_a_closed_contract_takes_no_payment() -> None:
    known = Known(invoices={compact(NUMBER): frozenset({"IT-9"})}, closed=frozenset({"IT-9"}))
    found = decided(line(remittance=NUMBER), known=known)
    assert (found.status, found.contract, found.reason) == ("parked", "IT-9", "it is for IT-9, which is closed")


def test_a_reversal_takes_back_the_one_line_it_can_mean() -> None:
    booked = Original(line=7, status="booked", contract="IT-1")
    parked = Original(line=8, status="parked", contract=None)
    assert decide_reversal([booked]) == (Decision(status="matched", contract="IT-1", by="reversal"), 7)
    assert decide_reversal([parked])[0].status == "ignored"
    assert decide_reversal([parked])[1] == 8
    for unclear in ([], [booked, parked]):
        decision, original = decide_reversal(unclear)
        assert (decision.status, original) == ("parked", None)


@given(number=st.from_regex(r"[A-Z][A-Z0-9]{0,9}-20[0-9]{2}-[0-9]{6}", fullmatch=True), noise=st.text(max_size=30))
def test_every_number_is_found_by_its_own_reference_and_in_any_text(number: str, noise: str) -> None:
    known = Known(invoices={compact(number): frozenset({"IT-1"})})
    reference = creditor_reference(number)
    assert reference is not None
    assert decided(line(creditor_references=(reference,)), known=known).by == "creditor_reference"
    written = line(remittance=f"x {number} y {noise} z")
    assert decided(written, known=known).contract == "IT-1"


# Which line is which


def of(*lines: StatementLine, account: str = "LV46BANK0099000000001") -> Statement:
    return Statement(id="S", account=account, currency="EUR", reaches_to=date(2026, 4, 15), lines=lines)


def test_the_banks_reference_names_a_line_whatever_else_is_told_of_it() -> None:
    one = of(line(bank_reference="R-1", remittance="a"))
    assert identities(one) == identities(of(line(bank_reference="R-1", remittance="b")))
    assert identities(one) != identities(of(line(bank_reference="R-2", remittance="a")))
    assert identities(one) != identities(of(line(bank_reference="R-1"), account="LV80BANK0000435195001"))


@pytest.mark.parametrize(
    "other",
    [{"amount": "44.45"}, {"booked_on": date(2026, 4, 16)}, {"direction": "debit"}, {"reversal": True}],
)
def test_a_reference_that_a_bank_uses_again_names_another_line(other: dict[str, Any]) -> None:
    assert identities(of(line(bank_reference="R-1"))) != identities(of(line(bank_reference="R-1", **other)))


def test_one_reference_for_several_payments_names_them_with_their_payers() -> None:
    alfa, beta = (line(bank_reference="R-1", payer_account=account) for account in ("LV1", "LV2"))
    by_name = [line(bank_reference="R-1", payer_name=name) for name in ("SIA Alfa", "Alfa, SIA", "SIA Beta")]
    assert len(set(identities(of(alfa, beta, *by_name[1:])))) == 4
    assert identities(of(by_name[0])) == identities(of(by_name[1]))
    # Two payments of one payer are two in every statement that has both.
    assert len(set(identities(of(alfa, alfa, beta)))) == 3
    assert set(identities(of(beta, alfa, alfa))) == set(identities(of(alfa, alfa, beta)))


def test_equal_lines_without_a_reference_are_counted() -> None:
    twice = identities(of(line(remittance="a"), line(remittance="a"), line(remittance="b")))
    assert len(set(twice)) == 3
    # A later statement that has the same day has the same lines, whatever stands before them.
    later = identities(of(line(remittance="b"), line(remittance="a"), line(remittance="a")))
    assert set(later) == set(twice)


def test_a_reversal_is_led_by_what_banks_repeat() -> None:
    assert references(line(end_to_end_id="E", transaction_id="T", bank_reference="B", entry_reference="N")) == (
        "end-to-end:E",
        "transaction:T",
        "bank:B",
    )
