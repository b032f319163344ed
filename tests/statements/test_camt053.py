"""What is read of a bank's statement in both versions, and every way in which a file is refused as a whole."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.statements.camt053 import (
    MAXIMUM_BYTES,
    NO_SINGLE_AMOUNTS,
    NOT_THEIR_SUM,
    PAYER_ACCOUNT,
    read_statements,
)
from schemas.problems import Refused
from schemas.statement import Statement, StatementLine
from tests.statements.documents import ACCOUNT, VERSION_02, VERSION_08, details, entry, statement

VERSIONS = pytest.mark.parametrize("namespace", [VERSION_02, VERSION_08], ids=["02", "08"])
PAYER = {
    "name": 'SIA "Priežu darbnīca"',
    "registration": "50003050931",
    "iban": "LV80BANK0000435195001",
}


def read(raw: bytes) -> Statement:
    (found,) = read_statements(raw)
    return found


def refused(raw: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read_statements(raw)
    (problem,) = caught.value.problems
    return f"{problem.field}: {problem.message}"


@VERSIONS
def test_a_payment_is_read_with_all_that_tells_whose_it_is(namespace: str) -> None:
    one = details(
        namespace=namespace,
        end_to_end="E2E-7",
        transaction="TX-9",
        creditor_reference="RF34BB2026000123",
        document="BB-2026-000123",
        text="Rēķins BB-2026-000123,\n      paldies",
        **PAYER,
    )
    raw = statement(entry(one, namespace=namespace, value="2026-04-14"), namespace=namespace)
    assert read(raw) == Statement(
        id="2026-04-15-1",
        account=ACCOUNT,
        currency="EUR",
        reaches_to=date(2026, 4, 15),
        lines=(
            StatementLine(
                amount=Decimal("44.44"),
                currency="EUR",
                direction="credit",
                booked_on=date(2026, 4, 15),
                value_on=date(2026, 4, 14),
                bank_reference="REF-1",
                entry_reference="REF-1",
                end_to_end_id="E2E-7",
                transaction_id="TX-9",
                creditor_references=("RF34BB2026000123",),
                document_numbers=("BB-2026-000123",),
                remittance="Rēķins BB-2026-000123, paldies",
                payer_name='SIA "Priežu darbnīca"',
                payer_account="LV80BANK0000435195001",
                payer_registration_numbers=("50003050931",),
            ),
        ),
    )
    # The money was there on the day of its value, one day before it was booked.
    assert read(raw).lines[0].paid_on == date(2026, 4, 14)


@VERSIONS
def test_an_entry_of_several_payments_is_read_as_each_of_them(namespace: str) -> None:
    pair = (
        details(namespace=namespace, amount="30.00", reference="T-1", text="BB-2026-000001"),
        details(namespace=namespace, amount="14.44", reference="T-2", text="BB-2026-000002"),
    )
    lines = read(statement(entry(*pair, namespace=namespace), namespace=namespace)).lines
    assert [(line.amount, line.bank_reference, line.entry_reference) for line in lines] == [
        (Decimal("30.00"), "T-1", "REF-1"),
        (Decimal("14.44"), "T-2", "REF-1"),
    ]


@VERSIONS
def test_a_reference_that_payments_share_names_none_of_them(namespace: str) -> None:
    pair = (details(namespace=namespace, amount="22.22", reference="T-1"),) * 2
    lines = read(statement(entry(*pair, namespace=namespace), namespace=namespace)).lines
    assert [(line.amount, line.bank_reference) for line in lines] == [(Decimal("22.22"), None)] * 2


@VERSIONS
def test_payments_that_do_not_sum_up_to_their_entry_stay_one_line_that_says_why(namespace: str) -> None:
    # 30.00 + 20.00 - 0.50 of charges = 49.50
    pair = tuple(details(namespace=namespace, amount=amount, text="BB-2026-000001") for amount in ("30.00", "20.00"))
    (line,) = read(statement(entry(*pair, namespace=namespace, amount="49.50"), namespace=namespace)).lines
    assert (line.amount, line.fault) == (Decimal("49.50"), NOT_THEIR_SUM)


@VERSIONS
def test_a_payer_of_several_numbers_is_known_by_each(namespace: str) -> None:
    """ISO 20022 lets an organisation have as many as its bank knows."""
    one = details(namespace=namespace, name="SIA Alfa", registration="50003050931")
    several = one.replace("</Othr>", "</Othr><Othr><Id>CUST77</Id><SchmeNm><Cd>CUST</Cd></SchmeNm></Othr>")
    (line,) = read(statement(entry(several, namespace=namespace), namespace=namespace)).lines
    assert line.payer_registration_numbers == ("50003050931", "CUST77")


ELSEWHERE = "<RltdPties><DbtrAcct><Id><Othr><Id>{number}</Id></Othr></Id></DbtrAcct></RltdPties>"


@pytest.mark.parametrize(("number", "known"), [("40702810/123 456_7", "40702810/123456_7"), ("№ 7", "№7")])
def test_an_account_is_what_another_countrys_bank_calls_it(number: str, known: str) -> None:
    (line,) = read(statement(entry(ELSEWHERE.format(number=number)))).lines
    assert (line.payer_account, line.fault) == (known, None)


def test_an_account_that_is_none_is_said_of_its_line_alone() -> None:
    lines = read(statement(entry(ELSEWHERE.format(number="7" * 35)), entry(reference="REF-2"))).lines
    assert [(line.payer_account, line.fault) for line in lines] == [(None, PAYER_ACCOUNT), (None, None)]


def test_a_payment_back_within_an_entry_is_taken_off_its_sum() -> None:
    # 50.00 - 5.56 = 44.44
    pair = (
        details(namespace=VERSION_08, amount="50.00"),
        details(namespace=VERSION_08, amount="5.56", direction="DBIT"),
    )
    lines = read(statement(entry(*pair, namespace=VERSION_08), namespace=VERSION_08)).lines
    assert [(line.amount, line.direction) for line in lines] == [
        (Decimal("50.00"), "credit"),
        (Decimal("5.56"), "debit"),
    ]


def test_one_sum_for_several_payments_stays_one_line_that_says_why() -> None:
    (line,) = read(statement(entry(details(text="a"), details(text="b")))).lines
    assert (line.amount, line.fault) == (Decimal("44.44"), NO_SINGLE_AMOUNTS)


@VERSIONS
def test_what_is_pending_is_counted_and_not_read(namespace: str) -> None:
    raw = statement(
        entry(namespace=namespace, status="PDNG"), entry(namespace=namespace, status="INFO"), namespace=namespace
    )
    assert (read(raw).lines, read(raw).pending) == ((), 2)


def test_a_day_without_entries_reaches_as_far_as_its_closing_balance() -> None:
    assert read(statement(to="2026-04-17")).reaches_to == date(2026, 4, 17)


def test_a_reversal_is_read_as_one() -> None:
    (line,) = read(statement(entry(direction="DBIT", reversal="true"))).lines
    assert (line.direction, line.reversal) == ("debit", True)


def test_a_returned_payment_is_a_reversal_too() -> None:
    returned = details(end_to_end="E2E-7") + "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
    (line,) = read(statement(entry(returned, direction="DBIT"))).lines
    assert (line.direction, line.reversal, line.end_to_end_id) == ("debit", True, "E2E-7")


def test_what_the_payer_did_not_give_is_nothing() -> None:
    (line,) = read(statement(entry(details(end_to_end="NOTPROVIDED"), reference=None))).lines
    assert (line.end_to_end_id, line.bank_reference, line.remittance, line.payer_name) == (None, None, None, None)


def test_a_time_with_an_offset_is_a_day_in_riga() -> None:
    # 22:30 UTC on 14 April is 01:30 in Riga on the 15th.
    raw = statement(entry()).replace(
        b"<BookgDt><Dt>2026-04-15</Dt></BookgDt>", b"<BookgDt><DtTm>2026-04-14T22:30:00Z</DtTm></BookgDt>"
    )
    assert read(raw).lines[0].booked_on == date(2026, 4, 15)


def test_text_cannot_bring_control_characters() -> None:
    (line,) = read(statement(entry(details(text="a&#x202e;b&#9;c")))).lines
    assert line.remittance == "ab c"


ENTITY = '<!DOCTYPE Document [<!ENTITY a "44.44">]>'
LAUGHS = '<!DOCTYPE Document [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE Document SYSTEM "file:///etc/passwd">'
PARAMETER = '<!DOCTYPE Document [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;]>'


@pytest.mark.parametrize("head", [ENTITY, LAUGHS, OUTSIDE, PARAMETER], ids=["entity", "laughs", "file", "network"])
def test_a_document_type_or_an_entity_is_refused(head: str) -> None:
    assert refused(statement(entry(), head=head)) == (
        "file: holds a document type or an entity; a bank's statement has neither"
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le"])
def test_no_other_encoding_hides_anything(encoding: str) -> None:
    text = statement(entry(), head=ENTITY).decode().replace("UTF-8", encoding)
    assert refused(text.encode(encoding)).startswith("file: ")


def test_an_encoding_that_is_only_claimed_changes_nothing() -> None:
    # In UTF-7, +ADw- is <; read as what it is, it is text.
    raw = statement(entry(details(text="+ADw-evil/+AD4-"))).replace(b'encoding="UTF-8"', b'encoding="UTF-7"')
    assert read(raw).lines[0].remittance == "+ADw-evil/+AD4-"


def test_a_file_cut_short_is_refused_wherever_it_is_cut() -> None:
    raw = statement(entry(details(text="BB-2026-000123")), entry(reference="REF-2")).rstrip()
    for end in range(0, len(raw), 37):
        assert refused(raw[:end]).startswith("file: is not well-formed XML")


@pytest.mark.parametrize(
    ("namespace", "root"),
    [
        ("urn:iso:std:iso:20022:tech:xsd:camt.053.001.04", "Document"),
        ("urn:iso:std:iso:20022:tech:xsd:camt.054.001.02", "Document"),
        ("urn:example", "Document"),
        (VERSION_02, "Dokuments"),
    ],
)
def test_another_message_is_refused(namespace: str, root: str) -> None:
    raw = statement(entry(), namespace=namespace).replace(b"Document", root.encode())
    assert refused(raw) == (
        "Document: must be a statement of camt.053.001.02 or camt.053.001.08, in the namespace of that version"
    )


def test_a_file_that_is_too_large_is_refused_before_it_is_parsed() -> None:
    assert refused(b"<" * (MAXIMUM_BYTES + 1)) == "file: is larger than 20 MiB, the most that is read"


def test_a_depth_that_nobody_needs_is_refused() -> None:
    assert refused(b"<a>" * 5000).startswith("file: is not well-formed XML")


NTRY = "Document/BkToCstmrStmt/Stmt[1]/Ntry[1]"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (statement(entry(amount="-44.44")), f"{NTRY}/Amt: must not be negative"),
        (statement(entry(amount="44.444")), f"{NTRY}/Amt: must be an amount"),
        (statement(entry(amount="44,44")), f"{NTRY}/Amt: must be an amount"),
        (statement(entry(amount="1e3")), f"{NTRY}/Amt: must be an amount"),
        (statement(entry(amount="NaN")), f"{NTRY}/Amt: must be an amount"),
        (statement(entry(amount="")), f"{NTRY}/Amt: must be an amount"),
        (statement(entry(currency="euro")), f"{NTRY}/Amt/@Ccy: must be a currency"),
        (statement(entry(direction="IN")), f"{NTRY}/CdtDbtInd: must be CRDT or DBIT"),
        (
            statement(entry(status="BOOKED")),
            f"{NTRY}/Sts: must be one of BOOK, PDNG, INFO, FUTR: else money that came may be passed over",
        ),
        (statement(entry(booked="2026-02-30")), f"{NTRY}/BookgDt/Dt: must be a date of the calendar"),
        (statement(entry(booked="15.04.2026")), f"{NTRY}/BookgDt/Dt: must be a date such as"),
        (statement(entry(booked="1026-04-15")), f"{NTRY}/BookgDt/Dt: must lie between the years"),
        (statement(entry(reversal="yes")), f"{NTRY}/RvslInd: must be true or false"),
        (statement(entry(reference="R" * 141)), f"{NTRY}/AcctSvcrRef: must be of at most 140 characters"),
        (statement(id=""), "Document/BkToCstmrStmt/Stmt[1]/Id: is empty"),
        (statement(account="LV46 €"), "Document/BkToCstmrStmt/Stmt[1]/Acct: must hold an account number"),
    ],
)
def test_a_faulty_element_is_named(raw: bytes, said: str) -> None:
    assert refused(raw).startswith(said)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"<Amt Ccy=\"EUR\">44.44</Amt>", f"{NTRY}/Amt: is missing"),
        (r"<CdtDbtInd>CRDT</CdtDbtInd>\s+<Sts>", f"{NTRY}/CdtDbtInd: is missing"),
        (r"<BookgDt>.*</ValDt>", f"{NTRY}/BookgDt: is missing"),
        (r"<Acct>.*</Acct>", "Document/BkToCstmrStmt/Stmt[1]/Acct: is missing"),
        (r"<IBAN>.*</IBAN>", "Document/BkToCstmrStmt/Stmt[1]/Acct/Id/Othr: is missing"),
        (r"(?s)<Stmt>.*</Stmt>", "Document/BkToCstmrStmt/Stmt: is missing"),
        (r"(?s)<BkToCstmrStmt>.*</BkToCstmrStmt>", "Document/BkToCstmrStmt: is missing"),
    ],
)
def test_a_missing_element_is_named(pattern: str, said: str) -> None:
    raw = re.sub(pattern, "<Sts>" if pattern.endswith("<Sts>") else "", statement(entry()).decode())
    assert refused(raw.encode()).startswith(said)


def test_what_stands_twice_is_refused() -> None:
    raw = statement(entry().replace("<Sts>", "<CdtDbtInd>DBIT</CdtDbtInd><Sts>"))
    assert refused(raw) == f"{NTRY}/CdtDbtInd: stands more than once; which one holds cannot be told"


def test_a_refusal_repeats_nothing_of_what_came() -> None:
    assert "Bērziņa" not in refused(statement(entry(details(text="Anna Bērziņa"), amount="Anna Bērziņa")))


@VERSIONS
@given(amounts=st.lists(st.integers(min_value=1, max_value=10**12), min_size=1, max_size=5))
def test_amounts_come_out_as_they_went_in(namespace: str, amounts: list[int]) -> None:
    written = [f"{cents // 100}.{cents % 100:02d}" for cents in amounts]
    total = sum(amounts)
    each = [details(namespace=namespace, amount=amount) for amount in written]
    raw = statement(entry(*each, namespace=namespace, amount=f"{total // 100}.{total % 100:02d}"), namespace=namespace)
    found = [line.amount for line in read(raw).lines]
    assert [int(amount * 100) for amount in found] == amounts
    assert [f"{amount:f}" for amount in found] == written


@given(raw=st.binary(max_size=400))
def test_bytes_that_are_no_statement_are_refused(raw: bytes) -> None:
    refused(raw)


@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    raw = bytearray(statement(entry(details(text="BB-2026-000123", amount="44.44"))))
    for _ in range(data.draw(st.integers(min_value=1, max_value=4))):
        raw[data.draw(st.integers(min_value=0, max_value=len(raw) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Refused):
        found = read_statements(bytes(raw))
        # What is damaged may be a text; other money would contradict the statement's balances.
        assert [line.amount for one in found for line in one.lines] == [Decimal("44.44")]
