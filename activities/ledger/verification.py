"""The whole ledger verified as it stands at one moment: page by page, every invoice computed again from its inputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from asyncpg import Pool, Record
from pydantic import ValidationError

from activities.ledger.connection import Database
from activities.ledger.inputs import inputs_of
from activities.ledger.kept_documents import kept_document_faults
from activities.ledger.told import TOLD_OF_CONTRACTS, contract_told
from schemas.base import Frozen
from schemas.books import AllocationRow, BilledDays, BilledOnce, DocumentRow, LedgerFinding, LedgerReport, PaymentRow
from terms.numbering import NumberWalk
from terms.proof import Inputs
from terms.verification import ContractBooks, faults
from terms.verification_told import told_faults

CONTRACTS_A_PAGE = 100
ROWS_AHEAD = 500
FINDINGS_TOLD = 1000

Row = TypeVar("Row", bound=Frozen)


async def verify(pool: Pool, today: date) -> LedgerReport:
    """Hold the ledger against its own rules; `today` tells for which years numbers may have been removed."""
    async with pool.acquire() as db, db.transaction(isolation="repeatable_read", readonly=True):
        return await examine(db, today)


async def examine(db: Database, today: date) -> LedgerReport:
    """The same within the caller's transaction."""
    told = _Told()
    after = ""
    while page := await db.fetch(_CONTRACTS, after, CONTRACTS_A_PAGE):
        await _examine_contracts(db, page, told)
        after = page[-1]["number"]
    async for subject, fault in kept_document_faults(db):
        told.find(subject, fault)
    await _examine_numbers(db, today, told)
    async for stray in db.cursor(_STRAYS, prefetch=ROWS_AHEAD):
        told.add([LedgerFinding(subject=stray["subject"], fault=stray["fault"])])
    return told.report()


async def _examine_contracts(db: Database, page: Sequence[Record], told: _Told) -> None:
    numbers = [contract["number"] for contract in page]
    queries = _OF_CONTRACTS | TOLD_OF_CONTRACTS
    found = {name: _by_contract(await db.fetch(query, numbers)) for name, query in queries.items()}
    for contract in page:
        rows = {name: found[name][contract["number"]] for name in queries}
        told.count(contracts=1, **{name: len(rows[name]) for name in ("documents", "payments", "transactions")})
        for each in rows["transactions"]:
            if each["fault"]:
                told.find(each["document"], f"journal transaction {each['id']} {each['fault']}")
        books = _books(contract, rows, told)
        told.add(faults(books))
        told.add(told_faults(books, contract_told(contract, rows, told.find)))


def _books(contract: Record, rows: dict[str, list[Record]], told: _Told) -> ContractBooks:
    return ContractBooks(
        contract=contract["number"],
        documents=_read(DocumentRow, "number", rows["documents"], told),
        inputs=_inputs(contract, rows, told),
        payments=_read(PaymentRow, "number", rows["payments"], told),
        allocations=_read(AllocationRow, "invoice", rows["allocations"], told),
        once=frozenset((row["invoice"], BilledOnce(kind=row["kind"], id=row["id"])) for row in rows["billed_once"]),
        billed=frozenset((row["invoice"], _days(row)) for row in rows["billed_days"]),
        journal={(row["effect"], row["account"], row["document"]): row["amount"] for row in rows["postings"]},
    )


def _inputs(contract: Record, rows: dict[str, list[Record]], told: _Told) -> dict[str, Inputs]:
    try:
        return inputs_of(contract, rows["documents"], rows["versions"], rows["suspensions"])
    except ValidationError:
        told.find(contract["number"], "what its invoices were made of holds what is never written")
        return {}


def _read(model: type[Row], subject: str, rows: Iterable[Record], told: _Told) -> list[Row]:
    """The rows that can be read; of the others `subject` names the column to tell them by."""
    readable = []
    for row in rows:
        try:
            readable.append(model.model_validate({name: row[name] for name in row.keys() & model.model_fields.keys()}))
        except ValidationError:
            told.find(row[subject], "its row holds what is never written")
    return readable


def _days(row: Record) -> BilledDays:
    """PostgreSQL keeps a range of days with its end outside."""
    return BilledDays(kind=row["kind"], from_=row["days"].lower, to=row["days"].upper - timedelta(days=1))


def _by_contract(rows: Iterable[Record]) -> defaultdict[str, list[Record]]:
    sorted_out: defaultdict[str, list[Record]] = defaultdict(list)
    for row in rows:
        sorted_out[row["contract"]].append(row)
    return sorted_out


async def _examine_numbers(db: Database, today: date, told: _Told) -> None:
    walk = NumberWalk(today)
    async for row in db.cursor(_NUMBERS, prefetch=ROWS_AHEAD):
        if row["series"] is None:
            told.find(row["number"], "is not a number of a series and year")
            continue
        told.add(walk.step(row["series"], row["year"], row["position"], row["last"]))
        if row["issued_on"] is not None and row["issued_on"].year != row["year"]:
            told.find(row["number"], f"was issued on {row['issued_on']}, its number is of {row['year']}")
    told.add(walk.end())


class _Told:
    """What a verification has found so far; of many findings the first ones are kept."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, int] = defaultdict(int)
        self._findings: list[LedgerFinding] = []

    def count(self, **more: int) -> None:
        for name, many in more.items():
            self._counts[name] += many

    def find(self, subject: str, fault: str) -> None:
        self.add([LedgerFinding(subject=subject, fault=fault)])

    def add(self, findings: Iterable[LedgerFinding]) -> None:
        for each in findings:
            self.count(faults=1)
            if len(self._findings) < FINDINGS_TOLD:
                self._findings.append(each)

    def report(self) -> LedgerReport:
        counts = {name: self._counts[name] for name in LedgerReport.model_fields if name != "findings"}
        return LedgerReport(**counts, findings=tuple(self._findings))


_CONTRACTS = """
    SELECT number, service, language, service_from, special_terms, customer_name, registration_number, vat_number,
        legal_address,
        EXISTS (SELECT FROM timeline WHERE contract = contracts.number) AS has_timeline
    FROM contracts WHERE number > $1 ORDER BY number LIMIT $2
"""
_OF_CONTRACTS = {
    "documents": """
        SELECT number, invoices.contract, kind, from_day AS from_, to_day AS to, lines, net, vat, total, inputs,
            issued_on, invoices.due_on, on_day AS sent_on, due_dates.due_on AS sent_due_on,
            (SELECT (head ->> 'due_on')::date FROM invoice_documents AS kept
                WHERE kept.number = invoices.number AND pdf IS NOT NULL) AS stated_due_on
        FROM invoices LEFT JOIN due_dates ON invoice = number AND because = 'sent'
        WHERE invoices.contract = ANY ($1)
        UNION ALL SELECT number, contract, 'credit_note', from_day, to_day, lines, net, vat, total, inputs,
            issued_on, NULL, NULL, NULL, NULL
        FROM credit_notes WHERE contract = ANY ($1) ORDER BY contract, from_, number
    """,
    "versions": """
        SELECT contract, effective_on, content FROM content_versions
        WHERE contract = ANY ($1) ORDER BY contract, effective_on, id
    """,
    "suspensions": """
        SELECT contract, at, event FROM timeline
        WHERE contract = ANY ($1) AND event IN ('service.suspended', 'service.resumed') ORDER BY contract, seq
    """,
    "payments": """
        SELECT contract, number, amount, paid_on, reversed FROM payments
        WHERE contract = ANY ($1) ORDER BY contract, number
    """,
    "allocations": """
        SELECT contract, invoice, source, coalesce(payment, credit_note) AS origin, amount FROM allocations
        WHERE contract = ANY ($1) ORDER BY contract, id
    """,
    "billed_days": "SELECT contract, invoice, kind, days FROM billed_days WHERE contract = ANY ($1)",
    "billed_once": "SELECT contract, invoice, kind, id FROM billed_once WHERE contract = ANY ($1)",
    "postings": """
        SELECT contract, effect, account, postings.document, sum(amount) AS amount
        FROM journal JOIN postings ON transaction = id WHERE contract = ANY ($1) GROUP BY 1, 2, 3, 4
    """,
    "transactions": """
        SELECT contract, id, journal.document,
            CASE WHEN count(amount) = 0 THEN 'has no postings'
                WHEN sum(amount) <> 0 THEN 'does not balance: its postings sum to ' || sum(amount)
            END AS fault
        FROM journal LEFT JOIN postings ON transaction = id WHERE contract = ANY ($1) GROUP BY id ORDER BY id
    """,
}
# A counter without numbers is read as well, as are numbers without a counter.
_NUMBERS = """
    WITH numbered AS (
        SELECT number, issued_on, part[1] AS series, part[2]::integer AS year, part[3]::integer AS position
        FROM invoices LEFT JOIN LATERAL regexp_match(number, '^(.+)-([0-9]{4})-([0-9]{6,9})$') AS part ON true
        WHERE kind = 'invoice'
    )
    SELECT number, issued_on, series, year, position, last FROM numbered FULL JOIN number_series USING (series, year)
    ORDER BY series, year, position, number
"""
_STRAYS = """
    SELECT number AS subject, 'an invoice of a contract that is not there' AS fault FROM invoices
        WHERE NOT EXISTS (SELECT FROM contracts WHERE contracts.number = contract)
    UNION ALL SELECT number, 'a credit note of a contract that is not there' FROM credit_notes
        WHERE NOT EXISTS (SELECT FROM contracts WHERE contracts.number = contract)
    UNION ALL SELECT number, 'a payment of a contract that is not there' FROM payments
        WHERE NOT EXISTS (SELECT FROM contracts WHERE contracts.number = contract)
    UNION ALL SELECT number, 'its document is kept, and it is not there' FROM invoice_documents
        WHERE NOT EXISTS (SELECT FROM invoices WHERE invoices.number = invoice_documents.number)
            AND NOT EXISTS (SELECT FROM credit_notes WHERE credit_notes.number = invoice_documents.number)
    UNION ALL SELECT document, 'journal transaction ' || id || ' is of a contract that is not there' FROM journal
        WHERE NOT EXISTS (SELECT FROM contracts WHERE contracts.number = contract)
    UNION ALL SELECT document, account || ' has ' || amount || ' of a journal transaction that is not there: '
        || transaction FROM postings WHERE NOT EXISTS (SELECT FROM journal WHERE id = transaction)
    UNION ALL SELECT invoice, amount || ' settle an invoice that is not there' FROM allocations
        WHERE NOT EXISTS (SELECT FROM invoices WHERE number = invoice)
    UNION ALL SELECT payment, 'it settles an invoice, and is not there' FROM allocations
        WHERE payment IS NOT NULL AND NOT EXISTS (SELECT FROM payments WHERE number = payment)
    UNION ALL SELECT credit_note, 'it settles an invoice, and is not there' FROM allocations
        WHERE credit_note IS NOT NULL AND NOT EXISTS (SELECT FROM credit_notes WHERE number = credit_note)
"""
