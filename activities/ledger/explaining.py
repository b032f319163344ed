"""What an issued document was made of, worked out anew: for people who check it, and for the ledger's own check."""

from __future__ import annotations

from asyncpg import Pool, Record
from pydantic import TypeAdapter

from activities.ledger.inputs import read_inputs
from schemas.invoice import InvoiceLine, InvoiceSums
from schemas.proof import Explanation
from terms.proof import due_proof, explains, line_proofs, sum_proofs

_LINES: TypeAdapter[tuple[InvoiceLine, ...]] = TypeAdapter(tuple[InvoiceLine, ...])


class NoInputs(LookupError):
    """An invoice from before its inputs were kept: it cannot be worked out anew."""

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} was issued before it was kept what invoices are made of; it cannot be worked out")


async def explanation(pool: Pool, number: str) -> Explanation | None:
    """An invoice, credit note or interest document with its working; None where there is none. Raises NoInputs."""
    row = await pool.fetchrow(_DOCUMENT, number)
    return explained(row) if row else None


def explained(row: Record) -> Explanation:
    """The working of a document's row, with what is on record of its due date."""
    if row["inputs"] is None:
        raise NoInputs(row["number"])
    inputs = read_inputs(row["kind"], row["inputs"])
    issued = InvoiceSums(net=row["net"], vat=row["vat"], total=row["total"])
    return Explanation(
        number=row["number"],
        kind=row["kind"],
        contract=row["contract"],
        issued_on=row["issued_on"],
        due=due_proof(row["payment_days"], sent_on=row["sent_on"], due_on=row["counted_due_on"])
        if row["payment_days"] is not None
        else None,
        lines=line_proofs(inputs),
        sums=sum_proofs(inputs),
        as_issued=explains(inputs, lines=_LINES.validate_python(row["lines"]), issued=issued),
    )


_COLUMNS = "number, contract, issued_on, lines, net, vat, total, inputs"
_DOCUMENT = f"""
    SELECT kind, {_COLUMNS}, due_on - issued_on AS payment_days,
        (SELECT on_day FROM due_dates WHERE invoice = number AND because = 'sent') AS sent_on,
        (SELECT max(due_on) FROM due_dates WHERE invoice = number) AS counted_due_on
    FROM invoices WHERE number = $1
    UNION ALL SELECT 'credit_note', {_COLUMNS}, NULL, NULL, NULL FROM credit_notes WHERE number = $1
"""
