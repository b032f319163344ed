"""How many lines of a bank statement a second are read, told apart and matched."""

from __future__ import annotations

import time
from decimal import Decimal

from activities.statements.camt053 import read_statements
from schemas.statement import Statement
from terms.matching import Candidate, Known, compact, decide, named_in, payer_marks
from terms.references import creditor_reference
from terms.statement_lines import identities

LINES = 10_000
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
ENTRY = """
<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-04-15</Dt></BookgDt><ValDt><Dt>2026-04-15</Dt></ValDt><AcctSvcrRef>R-{position}</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>E-{position}</EndToEndId></Refs>
<RltdPties><Dbtr><Pty><Nm>SIA Maksātājs {position}</Nm></Pty></Dbtr>
<DbtrAcct><Id><IBAN>LV80BANK0000435195001</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf>{remittance}</RmtInf></TxDtls></NtryDtls></Ntry>"""


def lines_per_second() -> float:
    """A third of the lines by creditor reference, a third by invoice number, a third by payer and amount."""
    raw, known = _statement(), _known()
    begin = time.perf_counter()
    (statement,) = read_statements(raw)
    matched = _matched(statement, known)
    seconds = time.perf_counter() - begin
    if matched != LINES:
        raise SystemExit(f"{LINES - matched} lines of the statement were not matched")
    return LINES / seconds


def _matched(statement: Statement, known: Known) -> int:
    ids = identities(statement)
    found = [
        decide(line, named_in(line), payer_marks(line.payer_name, line.payer_registration_numbers, ()), known)
        for line in statement.lines
    ]
    return sum(each.status == "matched" for each in found) if len(set(ids)) == len(found) else 0


def _number(position: int) -> str:
    return f"BB-2026-{position:06d}"


def _amount(position: int) -> str:
    return f"{100 + position // 100}.{position % 100:02d}"


def _remittance(position: int) -> str:
    if position % 3 == 0:
        reference = creditor_reference(_number(position))
        return f"<Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd>"
    if position % 3 == 1:
        return f"<Ustrd>Apmaksa par pakalpojumu, rēķins Nr. {_number(position)}, paldies</Ustrd>"
    return "<Ustrd>Apmaksa par pakalpojumiem aprīlī</Ustrd>"


def _statement() -> bytes:
    entries = "".join(
        ENTRY.format(position=position, amount=_amount(position), remittance=_remittance(position))
        for position in range(LINES)
    )
    return (
        f'<Document xmlns="{NAMESPACE}"><BkToCstmrStmt><Stmt><Id>S-1</Id><CreDtTm>2026-04-15T23:00:00</CreDtTm>'
        f"<Acct><Id><IBAN>LV46BANK0099000000001</IBAN></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _known() -> Known:
    payers = [
        Candidate(
            contract=f"IT-{position}",
            open_amounts=frozenset({Decimal(_amount(position))}),
            payer=payer_marks(f'SIA "Maksātājs {position}"', (), ()),
        )
        for position in range(LINES)
    ]
    return Known(
        invoices={compact(_number(position)): frozenset({f"IT-{position}"}) for position in range(LINES)},
        candidates={amount: (payer,) for payer in payers for amount in payer.open_amounts},
    )
