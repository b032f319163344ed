"""What makes a statement's line the same line in another file: each is booked once ever."""

from __future__ import annotations

import json
from collections import Counter

from schemas.statement import Statement, StatementLine


def identities(statement: Statement) -> tuple[str, ...]:
    """A text for each line, in order, that is the same in every statement that has the line.

    The bank's own reference names a line. Where there is none, all its fields do, and lines that are equal in all of
    them are counted: two equal payments of a day are two in every statement that has that day.
    """
    seen: Counter[str] = Counter()
    found = []
    for line in statement.lines:
        facts = [statement.account, *_facts(line)]
        if line.bank_reference is None:
            own = json.dumps([*facts, *_words(line)], ensure_ascii=False)
            seen[own] += 1
            found.append(json.dumps([own, seen[own]], ensure_ascii=False))
        else:
            found.append(json.dumps([*facts, line.bank_reference], ensure_ascii=False))
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


def _words(line: StatementLine) -> list[str]:
    words = [
        line.value_on.isoformat(),
        *(line.entry_reference, line.end_to_end_id, line.transaction_id),
        *("+".join(line.creditor_references), "+".join(line.document_numbers)),
        *(line.remittance, line.payer_name, line.payer_account),
    ]
    return [word or "" for word in words]
