"""A statement that contradicts itself is refused whole; what a bank leaves out is not held against it."""

from __future__ import annotations

import pytest

from activities.statements.camt053 import read_statements
from schemas.problems import Refused
from tests.statements.documents import VERSION_02, VERSION_08, entry, statement

VERSIONS = pytest.mark.parametrize("namespace", [VERSION_02, VERSION_08], ids=["02", "08"])
STMT = "Document/BkToCstmrStmt/Stmt[1]"


def entries(namespace: str) -> tuple[str, ...]:
    """100.00 in, 30.50 out, and 7.00 that are not booked yet: 69.50 more."""
    return (
        entry(namespace=namespace, amount="100.00"),
        entry(namespace=namespace, amount="30.50", direction="DBIT", reference="REF-2"),
        entry(namespace=namespace, amount="7.00", status="PDNG", reference="REF-3"),
    )


def refused(raw: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read_statements(raw)
    (problem,) = caught.value.problems
    return f"{problem.field}: {problem.message}"


@VERSIONS
@pytest.mark.parametrize(
    ("opening", "closing"), [("20.00", "89.50"), ("0.00", "69.50"), ("130.50", "200.00"), ("69.50", "139.00")]
)
def test_what_adds_up_is_read(namespace: str, opening: str, closing: str) -> None:
    raw = statement(*entries(namespace), namespace=namespace, opening=opening, closing=closing)
    (found,) = read_statements(raw)
    assert (len(found.lines), found.pending) == (2, 1)


@VERSIONS
@pytest.mark.parametrize("closing", ["89.49", "96.50", "20.00", "120.00", "-89.50"])
def test_balances_that_the_entries_do_not_explain_are_refused(namespace: str, closing: str) -> None:
    raw = statement(*entries(namespace), namespace=namespace, opening="20.00", closing=closing)
    assert refused(raw) == (
        f"{STMT}/Bal[2]/Amt: must be what the opening balance and the entries come to: "
        f"20.00 and 69.50 are 89.50, and not {closing}"
    )


@VERSIONS
def test_an_overdrawn_account(namespace: str) -> None:
    """-50.00 and 69.50 are 19.50; -100.00 and 69.50 are -30.50."""
    for opening, closing in (("50.00", "19.50"), ("100.00", "-30.50")):
        raw = statement(*entries(namespace), namespace=namespace, opening=opening, closing=closing)
        overdrawn = raw.replace(
            b"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-04-01", b"<CdtDbtInd>DBIT</CdtDbtInd><Dt><Dt>2026-04-01"
        )
        assert overdrawn != raw
        assert read_statements(overdrawn)
        assert "must be what the opening balance" in refused(raw)


def test_the_balance_of_the_day_before_opens_too() -> None:
    raw = statement(entry(), closing="100.00").replace(b"<Cd>OPBD</Cd>", b"<Cd>PRCD</Cd>")
    assert "100.00 and 44.44 are 144.44, and not 100.00" in refused(raw)


SUMMARY = "<TxsSummry>{}</TxsSummry>"
RIGHT = (
    "<TtlNtries><NbOfNtries>3</NbOfNtries><Sum>137.5</Sum></TtlNtries>",
    "<TtlNtries><NbOfNtries>2</NbOfNtries><Sum>130.50</Sum></TtlNtries>",
    "<TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>100</Sum></TtlCdtNtries>",
    "<TtlDbtNtries><Sum>30.50</Sum></TtlDbtNtries>",
)
"""All three entries are 100.00 + 30.50 + 7.00 = 137.50, the two booked ones 130.50."""
WRONG = {
    "<TtlNtries><NbOfNtries>4</NbOfNtries></TtlNtries>": (
        "TtlNtries/NbOfNtries: must be what the entries listed come to, 2 or 3, and not 4"
    ),
    "<TtlNtries><Sum>69.50</Sum></TtlNtries>": (
        "TtlNtries/Sum: must be what the entries listed come to, 130.50 or 137.50, and not 69.50"
    ),
    "<TtlCdtNtries><NbOfNtries>0</NbOfNtries></TtlCdtNtries>": (
        "TtlCdtNtries/NbOfNtries: must be what the entries listed come to, 1 or 2, and not 0"
    ),
    "<TtlDbtNtries><Sum>30.49</Sum></TtlDbtNtries>": (
        "TtlDbtNtries/Sum: must be what the entries listed come to, 30.50, and not 30.49"
    ),
    "<TtlNtries><Sum>-1</Sum></TtlNtries>": "TtlNtries/Sum: must be a number such as 12 or 12.50",
}


@VERSIONS
@pytest.mark.parametrize("totals", RIGHT)
def test_totals_that_are_the_entries(namespace: str, totals: str) -> None:
    assert read_statements(statement(*entries(namespace), namespace=namespace, more=SUMMARY.format(totals)))


@VERSIONS
@pytest.mark.parametrize("totals", WRONG)
def test_totals_that_are_others_are_refused(namespace: str, totals: str) -> None:
    raw = statement(*entries(namespace), namespace=namespace, more=SUMMARY.format(totals))
    assert refused(raw) == f"{STMT}/TxsSummry/{WRONG[totals]}"


def test_a_page_has_the_balances_of_the_whole() -> None:
    page = "<StmtPgntn><PgNb>{}</PgNb><LastPgInd>{}</LastPgInd></StmtPgntn>"
    for number, last in ((1, "false"), (2, "true")):
        assert read_statements(statement(entry(), closing="999.00", more=page.format(number, last)))
    assert "must be what" in refused(statement(entry(), closing="999.00", more=page.format(1, "true")))


def test_what_is_not_given_is_not_missed() -> None:
    raw = statement(entry(), closing="999.00")
    assert read_statements(raw.replace(b"<Cd>OPBD</Cd>", b"<Cd>OPAV</Cd>"))
    assert read_statements(raw.replace(b"<Cd>CLBD</Cd>", b"<Cd>CLAV</Cd>"))
    assert read_statements(statement(entry(currency="USD"), closing="999.00"))


def test_two_balances_of_a_kind_that_differ_are_refused() -> None:
    raw = statement(entry(), closing="144.44").replace(b"<Cd>CLBD</Cd>", b"<Cd>OPBD</Cd>")
    assert refused(raw).startswith(f"{STMT}/Bal[2]: is a second balance of its kind")
