"""Bank statements on record: each line once ever, what it was taken for, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from asyncpg import Pool, Record

from activities.ledger.connection import Database, affected
from activities.ledger.reading import OPEN_INVOICES
from schemas.attention import WaitingLines
from schemas.base import Frozen
from schemas.statement import Direction, LineStatus, MatchedBy, Statement, StatementLine
from terms.matching import Original

MOST_PARKED = 1000


class NewLine(Frozen):
    """A line as it goes on record; `details` sealed, `marks` and `payer_account` hashed."""

    digest: str
    booked_on: date
    paid_on: date
    amount: Decimal
    currency: str
    direction: Direction
    reversal: bool
    bank_reference: str | None
    marks: tuple[str, ...]
    payer_account: str | None
    status: LineStatus
    contract: str | None
    candidates: tuple[str, ...]
    matched_by: MatchedBy | None
    reason: str | None
    reverses: int | None = None
    details: str | None


class WaitingLine(Frozen):
    """A line whose act is decided on; for a reversal with what became of the line it takes back."""

    number: int
    digest: str
    attempt: int
    contract: str
    amount: Decimal
    paid_on: date
    details: str | None
    reverses: int | None
    original_digest: str | None
    original_attempt: int | None
    original_status: LineStatus | None


async def reaches_to(pool: Pool, account: str) -> date | None:
    """The last day that the statements of an account tell of; None before the first."""
    day: date | None = await pool.fetchval("SELECT max(reaches_to) FROM statements WHERE account = $1", account)
    return day


# What lines are held against


async def invoices_by_number(db: Database, compact_numbers: Collection[str], *, rehearsals: bool) -> list[Record]:
    """The contracts of the documents that have these numbers, whatever stands between letters and digits.

    Those of rehearsals only where there may be `rehearsals`, and so nobody's money.
    """
    return list(await db.fetch(_BY_NUMBER, list(compact_numbers), rehearsals))


async def candidates(db: Database, amounts: Collection[Decimal], *, rehearsals: bool) -> list[Record]:
    """Contracts with exactly one of these amounts open, on an invoice or in all, and by what their payers are known."""
    return list(await db.fetch(_CANDIDATES, list(amounts), rehearsals))


async def originals(db: Database, marks: Collection[str], line: StatementLine, account: str) -> list[Original]:
    """Lines that a reversal may take back; held until the transaction ends, so that none is taken back twice."""
    rows = await db.fetch(_ORIGINALS, account, line.amount, line.currency, list(marks))
    return [Original(line=row["number"], status=row["status"], contract=row["contract"]) for row in rows]


# Going on record


async def hold(db: Database) -> None:
    """One file after the other: until the transaction ends nobody else puts lines on record."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended('statements', 0))")


async def known_digests(db: Database, digests: Collection[str]) -> set[str]:
    rows = await db.fetch("SELECT digest FROM statement_lines WHERE digest = ANY ($1)", list(digests))
    return {row["digest"] for row in rows}


async def add_statement(db: Database, statement: Statement, at: datetime) -> int:
    """The statement's number on record; the same one again has the same."""
    number: int = await db.fetchval(
        "INSERT INTO statements (account, statement_id, reaches_to, imported_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (account, statement_id, reaches_to) DO UPDATE SET statement_id = excluded.statement_id"
        " RETURNING number",
        statement.account,
        statement.id,
        statement.reaches_to,
        at,
    )
    return number


async def add_lines(db: Database, statement: int, lines: Iterable[NewLine]) -> int:
    """Put lines on record in order, each once ever; how many are new."""
    rows = [line.model_dump(mode="json") for line in lines]
    return affected(await db.execute(_ADD, rows, statement))


# What becomes of a line


async def waiting(pool: Pool, digests: Collection[str]) -> list[WaitingLine]:
    """The lines among these whose acts are not answered yet, in the order in which they came."""
    return [WaitingLine.model_validate(dict(row)) for row in await pool.fetch(_WAITING, list(digests))]


async def booked(db: Database | Pool, line: WaitingLine) -> None:
    """The contract has done the act; who paid is needed no more."""
    await db.execute(
        "UPDATE statement_lines SET status = 'booked', reason = NULL, details = NULL"
        " WHERE number = $1 AND status = 'matched' AND attempt = $2",
        line.number,
        line.attempt,
    )


async def refused(db: Database | Pool, line: WaitingLine, reason: str) -> None:
    """The contract has refused the act: a person is to say what the line is. The next act has an id of its own."""
    await db.execute(
        "UPDATE statement_lines SET status = 'parked', reason = $3, matched_by = NULL, reverses = NULL,"
        " attempt = attempt + 1 WHERE number = $1 AND status = 'matched' AND attempt = $2",
        line.number,
        line.attempt,
        reason,
    )


async def ignored(db: Database, number: int, reason: str) -> bool:
    """The line is none of ours; False where it is not waiting for that any more."""
    return bool(
        affected(
            await db.execute(
                "UPDATE statement_lines SET status = 'ignored', reason = $2, details = NULL, payer_account = NULL,"
                " marks = '{}'"
                " WHERE number = $1 AND (status = 'parked' OR (status = 'matched' AND reverses IS NOT NULL))",
                number,
                reason,
            )
        )
    )


async def resolved(db: Database, number: int, contract: str) -> str | None:
    """A person has said whose payment the line is; its digest, None where it is not waiting for that any more."""
    digest: str | None = await db.fetchval(
        "UPDATE statement_lines SET status = 'matched', contract = $2, matched_by = 'person', reason = NULL"
        " WHERE number = $1 AND status = 'parked' RETURNING digest",
        number,
        contract,
    )
    return digest


async def forget_payers(db: Database, contract: str) -> int:
    """What leads from a contract's lines to who paid goes; of how many lines."""
    return affected(
        await db.execute(
            "UPDATE statement_lines SET payer_account = NULL, marks = '{}', details = NULL"
            " WHERE contract = $1 AND (payer_account IS NOT NULL OR marks <> '{}' OR details IS NOT NULL)",
            contract,
        )
    )


# What is on record


async def line(pool: Pool, number: int) -> Record | None:
    return await pool.fetchrow("SELECT * FROM statement_lines WHERE number = $1", number)


async def parked(pool: Pool, *, after: int = 0, limit: int = MOST_PARKED) -> list[Record]:
    """Lines that wait for a person, in the order in which they came, from the first behind `after`."""
    return list(await pool.fetch(_PARKED, after, limit))


async def counted(pool: Pool, digests: Sequence[str]) -> dict[LineStatus, int]:
    """How many of these lines stand where."""
    rows = await pool.fetch(
        "SELECT status, count(*) AS count FROM statement_lines WHERE digest = ANY ($1) GROUP BY status", list(digests)
    )
    return {row["status"]: row["count"] for row in rows}


async def waiting_lines(pool: Pool) -> list[WaitingLines]:
    """How many lines wait for a person or for their contract's answer, and since when."""
    rows = await pool.fetch(
        "SELECT status, count(*) AS count, min(booked_on) AS oldest FROM statement_lines"
        " WHERE status IN ('matched', 'parked') GROUP BY status"
    )
    return [WaitingLines.model_validate(dict(row)) for row in rows]


async def invoice_is_of(pool: Pool, invoice: str, contract: str) -> bool:
    return bool(await pool.fetchval("SELECT true FROM invoices WHERE number = $1 AND contract = $2", invoice, contract))


_COMPACT = "upper(regexp_replace(number, '[^A-Za-z0-9]', '', 'g'))"
_BY_NUMBER = f"""
    SELECT compact, contract, stage = 'closed' AS closed
    FROM (SELECT {_COMPACT} AS compact, contract FROM invoices WHERE {_COMPACT} = ANY ($1)
        UNION SELECT {_COMPACT}, contract FROM credit_notes WHERE {_COMPACT} = ANY ($1)) AS document
    JOIN contracts ON contracts.number = contract WHERE $2 OR NOT rehearsed
"""
_CANDIDATES = (
    "WITH invoice AS (SELECT contract, open FROM (" + OPEN_INVOICES + ") AS i WHERE open > 0)"
    """
    , sums AS (SELECT contract, open AS amount FROM invoice
        UNION SELECT contract, sum(open) FROM invoice GROUP BY contract)
    SELECT contract, array_agg(amount) AS amounts, customer_name, registration_number, customer_iban,
        (SELECT array_agg(DISTINCT payer_account) FROM statement_lines AS line
            WHERE line.contract = sums.contract AND status = 'booked' AND payer_account IS NOT NULL) AS accounts
    FROM sums JOIN contracts ON number = contract WHERE amount = ANY ($1::numeric[]) AND ($2 OR NOT rehearsed)
    GROUP BY contract, customer_name, registration_number, customer_iban
"""
)
_ORIGINALS = """
    SELECT line.number, line.status, line.contract
    FROM statement_lines AS line JOIN statements ON statements.number = line.statement
    WHERE account = $1 AND amount = $2 AND currency = $3 AND marks && $4 AND direction = 'credit' AND NOT reversal
        AND status <> 'ignored' AND NOT EXISTS (SELECT FROM statement_lines WHERE reverses = line.number)
    ORDER BY line.number LIMIT 2 FOR UPDATE OF line
"""
_FIELDS = (
    "digest, booked_on, paid_on, amount, currency, direction, reversal, bank_reference, marks, payer_account, status,"
    " contract, candidates, matched_by, reason, reverses, details"
)
_ADD = f"""
    INSERT INTO statement_lines (statement, {_FIELDS})
    SELECT $2, {_FIELDS} FROM ROWS FROM (jsonb_to_recordset($1) AS (digest text, booked_on date, paid_on date,
        amount numeric, currency text, direction text, reversal boolean, bank_reference text, marks text[],
        payer_account text, status text, contract text, candidates text[], matched_by text, reason text,
        reverses bigint, details text)) WITH ORDINALITY ORDER BY ordinality
    ON CONFLICT (digest) DO NOTHING
"""
_WAITING = """
    SELECT line.number, line.digest, line.attempt, line.contract, line.amount, line.paid_on, line.details,
        line.reverses, original.digest AS original_digest, original.attempt AS original_attempt,
        original.status AS original_status
    FROM statement_lines AS line LEFT JOIN statement_lines AS original ON original.number = line.reverses
    WHERE line.status = 'matched' AND line.digest = ANY ($1) ORDER BY line.number
"""
_PARKED = """
    SELECT line.number AS line, booked_on, paid_on, amount, currency, direction, reversal, reason, contract,
        bank_reference, statement_id AS statement, details
    FROM statement_lines AS line JOIN statements ON statements.number = line.statement
    WHERE status = 'parked' AND line.number > $1 ORDER BY line.number LIMIT $2
"""
