"""Everything that is worked out of a statement's lines before they go on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from activities.ledger import statements
from activities.ledger.connection import Database
from activities.ledger.statements import NewLine
from activities.statements.camt053 import read_statements
from schemas.statement import PayerDetails, Statement, StatementLine
from sealing.own import OwnSeal
from terms.matching import Candidate, Decision, Known, Named, decide, named_in, payer_marks
from terms.statement_lines import identities, references


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A line with all that is worked out of it alone; `payer` is empty where a payer alone proves nothing."""

    line: StatementLine
    digest: str
    marks: tuple[str, ...]
    payer_account: str | None
    payer: frozenset[str]
    named: Named
    details: str | None


def takes_back(line: StatementLine) -> bool:
    return line.reversal and line.direction == "debit"


def prepared(raw: bytes, own: OwnSeal, account: str) -> list[tuple[Statement, list[Prepared]]]:
    """The file's statements, each with its lines."""
    found = []
    for statement in read_statements(raw):
        is_own = statement.account == account
        lines = zip(identities(statement), statement.lines, strict=True)
        found.append((statement, [_prepare(own.hash(identity), line, own, is_own) for identity, line in lines]))
    return found


def _prepare(digest: str, line: StatementLine, own: OwnSeal, is_own: bool) -> Prepared:
    payer_account = own.hash(line.payer_account) if line.payer_account else None
    accounts = [payer_account] if payer_account else []
    # To another account somebody may pay the same sum for something else.
    payer = payer_marks(line.payer_name, line.payer_registration_numbers, accounts) if is_own else frozenset()
    details = PayerDetails(**{name: getattr(line, name) for name in PayerDetails.model_fields})
    return Prepared(
        line=line,
        digest=digest,
        marks=tuple(own.hash(reference) for reference in references(line)),
        payer_account=payer_account,
        payer=payer,
        named=named_in(line) if line.direction == "credit" else Named(),
        details=own.seal(details.model_dump_json(exclude_defaults=True)),
    )


async def known(db: Database, lines: Collection[Prepared], own: OwnSeal, *, rehearsals: bool) -> Known:
    """What is on record of the invoices that lines name, and of who has the sums of lines open.

    Of contracts alone, unless there may be `rehearsals` here: real money is not theirs.
    """
    credits = [each for each in lines if each.line.direction == "credit"]
    numbers = {number for each in credits for number in each.named.as_references | each.named.as_numbers}
    invoices: defaultdict[str, set[str]] = defaultdict(set)
    closed = set()
    for row in await statements.invoices_by_number(db, numbers, rehearsals=rehearsals):
        invoices[row["compact"]].add(row["contract"])
        if row["closed"]:
            closed.add(row["contract"])
    by_amount: defaultdict[Decimal, list[Candidate]] = defaultdict(list)
    sums = {each.line.amount for each in credits if each.payer}
    for row in await statements.candidates(db, sums, rehearsals=rehearsals):
        accounts = [*(row["accounts"] or ()), *([own.hash(row["customer_iban"])] if row["customer_iban"] else ())]
        candidate = Candidate(
            contract=row["contract"],
            open_amounts=frozenset(row["amounts"]),
            payer=payer_marks(row["customer_name"], (row["registration_number"],), accounts),
        )
        for amount in row["amounts"]:
            by_amount[amount].append(candidate)
    return Known(
        invoices={number: frozenset(contracts) for number, contracts in invoices.items()},
        candidates={amount: tuple(found) for amount, found in by_amount.items()},
        closed=closed,
    )


def decided(each: Prepared, known: Known) -> NewLine:
    return new_line(each, decide(each.line, each.named, each.payer, known))


def new_line(each: Prepared, decision: Decision, *, reverses: int | None = None) -> NewLine:
    """The line as it goes on record; who paid is kept for as long as somebody has to find that out."""
    line, status = each.line, decision.status
    return NewLine(
        digest=each.digest,
        booked_on=line.booked_on,
        paid_on=line.paid_on,
        amount=line.amount,
        currency=line.currency,
        direction=line.direction,
        reversal=line.reversal,
        bank_reference=line.bank_reference,
        marks=each.marks if status != "ignored" else (),
        payer_account=each.payer_account if status != "ignored" else None,
        status=status,
        contract=decision.contract,
        candidates=decision.candidates,
        matched_by=decision.by,
        reason=decision.reason,
        reverses=reverses,
        details=each.details if status in ("matched", "parked") else None,
    )
