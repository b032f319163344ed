"""What is held of the account of any life: what was billed, paid and given back is what is open, to the cent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from schemas.ledger import InterestBilled
from terms.invoicing import sums
from terms.pricing import lines_to_bill
from tests.workflows.lives.life import Life

SIGNS = {
    **{"payment.recorded": ("amount", -1), "payment.reversed": ("amount", 1), "credit.issued": ("total", -1)},
    **{"debt.written_off": ("amount", -1), "write_off.reduced": ("amount", 1)},
}


def accounts(life: Life) -> Iterator[str]:
    billed = sum((sums(lines_to_bill(order.inputs)).total for order in life.invoices_ordered), Decimal(0))
    changes = [change for entry in life.entries for change in entry.changes]
    billed += sum((change.total for change in changes if isinstance(change, InterestBilled)), Decimal(0))
    claimed = Counter[str]()
    for _, event, data in life.told_since(0):
        if event in SIGNS:
            name, sign = SIGNS[event]
            billed += sign * Decimal(data[name])
        claimed[data.get("invoice", "") if event == "claim.sent" else ""] += 1
    stands = life.owed - life.state.credit
    if billed != stands:
        yield f"account: {billed} by what was told, and {stands} by what is open"
    if any(one.open <= 0 for one in life.state.invoices) or life.state.credit < 0:
        yield f"account: {[str(one.open) for one in life.state.invoices]} open, {life.state.credit} credit"
    if life.owed and life.state.credit:
        yield f"account: {life.owed} is open, and {life.state.credit} credit is not used"
    twice = [invoice for invoice, times in claimed.items() if invoice and times > 1]
    if twice:
        yield f"account: {twice[0]} is claimed {claimed[twice[0]]} times"
