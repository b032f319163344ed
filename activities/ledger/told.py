"""What is on record of contracts beside their books, for a verification to hold them against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from asyncpg import Record
from pydantic import ValidationError

from schemas.base import Frozen
from schemas.content import ContentVersion
from schemas.invoice_document import DocumentHead, Party
from schemas.timeline import TimelineEvent
from terms.calendar import local_date
from terms.verification_told import ContractTold, JournalDay, TakenDown

Model = TypeVar("Model", bound=Frozen)
Find = Callable[[str, str], None]
"""Takes a finding: its subject and its fault."""


def contract_told(contract: Record, rows: Mapping[str, Sequence[Record]], find: Find) -> ContractTold:
    """What is on record of a contract; of what cannot be read `find` is told."""
    return ContractTold(
        buyer=Party(
            name=contract["customer_name"],
            registration_number=contract["registration_number"],
            vat_number=contract["vat_number"],
            address=contract["legal_address"],
        ),
        versions=_versions(contract, rows["versions"], find),
        taken_down=_taken_down(rows["taken_down"], find),
        journal=[_of(JournalDay, row) for row in rows["journal_days"]],
        timeline=[_of(TimelineEvent, row) for row in rows["events"]] if contract["has_timeline"] else None,
        step_days=frozenset(row["day"] for row in rows["step_days"]),
        booked=[(row["amount"], row["paid_on"]) for row in rows["booked_lines"]],
    )


def _of(model: type[Model], row: Record) -> Model:
    return model.model_validate({name: row[name] for name in model.model_fields})


def _versions(contract: Record, rows: Sequence[Record], find: Find) -> list[ContentVersion]:
    try:
        return [
            ContentVersion(service=contract["service"], effective_on=row["effective_on"], content=row["content"])
            for row in rows
        ]
    except ValidationError:
        find(contract["number"], "its content holds what is never written")
        return []


def _taken_down(rows: Sequence[Record], find: Find) -> dict[str, TakenDown]:
    found = {}
    for row in rows:
        try:
            head = DocumentHead.model_validate(row["head"])
        except ValidationError:
            find(row["number"], "what was taken down for its document holds what is never written")
        else:
            found[row["number"]] = TakenDown(head=head, issued_on=local_date(row["issued_at"]), made=row["made"])
    return found


TOLD_OF_CONTRACTS: Final = {
    "events": """
        SELECT contract, at, event, clauses, by, data FROM timeline
        WHERE contract = ANY ($1) AND (data ? 'due_on' OR event IN
            ('invoice.issued', 'interest.charged', 'credit.issued', 'payment.recorded', 'contract.assigned'))
        ORDER BY contract, seq
    """,
    "step_days": """
        SELECT DISTINCT contract, (at AT TIME ZONE 'Europe/Riga')::date AS day FROM entries WHERE contract = ANY ($1)
    """,
    "journal_days": """
        SELECT contract, effect, document, on_day AS on FROM journal WHERE contract = ANY ($1) ORDER BY id
    """,
    "taken_down": """
        SELECT contract, number, head, issued_at, pdf IS NOT NULL AS made FROM invoice_documents
        WHERE contract = ANY ($1) ORDER BY number
    """,
    "booked_lines": """
        SELECT contract, amount, paid_on FROM statement_lines
        WHERE contract = ANY ($1) AND status = 'booked' AND direction = 'credit' AND NOT reversal
    """,
}
