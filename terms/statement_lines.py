"""What makes a statement's line the same line in another file: each is booked once ever."""

from __future__ import annotations

import json
from collections import Counter

from schemas.statement import Statement, StatementLine
from terms.matching import plain_name


def identities(statement: Statement) -> tuple[str, ...]:
    """A text for each line, in order, that is the same in every statement that has the line.

    The bank's own reference and the payer name a line, in whatever words it comes. Where there is no reference, all its
    fields do. Lines that are equal in that are counted: two equal payments of a day are two in every statement of it.
    """
    seen: Counter[str] = Counter()
    found = []
    for line in statement.lines:
        told = _words(line) if line.bank_reference is None else [line.bank_reference, _payer(line)]
        own = json.dumps([statement.account, *_facts(line), *told], ensure_ascii=False)
        seen[own] += 1
        found.append(json.dumps([own, seen[own]], ensure_ascii=False))
    return tuple(found)


def references(line: StatementLine) -> tuple[str, ...]:
    """What a reversal names the line it takes back by."""
    named = {
        "end-to-end": line.end_to_end_id,
        "transaction": line.transaction_id,
        "bank": line.bank_reference,
        "entry": line.entry_reference if line.bank_reference is None else None,
    }
    return tuple(f"{kind}:{reference}" for kind, reference in named.items() if reference)


def _facts(line: StatementLine) -> list[str]:
    # A bank may number its entries anew each day, and a reversal may bear the reference of what it takes back.
    return [
        line.booked_on.isoformat(),
        line.direction,
        "reversal" if line.reversal else "",
        f"{line.amount:f}",
        line.currency,
    ]


def _payer(line: StatementLine) -> str:
    # Some banks give all payments of a bulk, or of a day, one reference.
    return line.payer_account or plain_name(line.payer_name or "")


def _words(line: StatementLine) -> list[str]:
    words = [
        line.value_on.isoformat(),
        *(line.entry_reference, line.end_to_end_id, line.transaction_id),
        *("+".join(line.creditor_references), "+".join(line.document_numbers)),
        *(line.remittance, line.payer_name, line.payer_account),
    ]
    return [word or "" for word in words]
