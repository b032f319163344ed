"""A contract moved by hand, as a driven contract is, on a real ledger."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar, cast

from activities.post.enclosures import WITH_INVOICE
from schemas.base import Frozen
from schemas.contract import SignedContract
from schemas.invoice import InvoiceOrder
from schemas.ledger import Entry
from terms.calendar import local_date
from tests.books.support import Books
from tests.workflows.driven import DrivenContract

Result = TypeVar("Result")
Happening = tuple[str, int]
"""What happens, and how much of it: days, cents, or which one."""


class BookedContract(DrivenContract):
    """The real ledger takes its steps and issues its bills, which go by post; no other letter is written."""

    def __init__(self, contract: SignedContract, books: Books) -> None:
        self.books = books
        super().__init__(contract)

    async def attempt(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        answer: Frozen
        match request:
            case InvoiceOrder():
                self.invoices_ordered.append(request)
                answer = await self.books.activities.issue_invoice(request)
            case Entry():
                bills = tuple(letter for letter in request.letters if letter.kind in WITH_INVOICE)
                entry = request.model_copy(update={"letters": bills, "text_messages": (), "send_first": False})
                self.entries.append(entry)
                answer = await self.books.activities.record(entry)
            case _:
                return await super().attempt(activity, request, result, summary)
        return cast(Result, answer)

    @property
    def posted_at_once(self) -> bool:
        """Its customer takes invoices by post."""
        return True

    async def again(self) -> None:
        """Have everything asked for once more, as after an answer that was lost: nothing comes of it."""
        before = await self.books.contents()
        for order in self.invoices_ordered:
            await self.books.activities.issue_invoice(order)
        for entry in self.entries:
            await self.books.activities.record(entry)
        assert await self.books.contents() == before

    async def go_through(self, happening: Happening) -> None:
        what, size = happening
        match what:
            case "days":
                await self.until(self.now + timedelta(days=size))
            case "pay":
                await self.act("record_payment", amount=f"{Decimal(size) / 100:.2f}", paid_on=str(self.today))
            case "told_late":
                paid_on = self.today - timedelta(days=size)
                await self.act("record_payment", amount=f"{self.owed or Decimal(100):.2f}", paid_on=str(paid_on))
            case "again":
                await self.again()
            case "reverse":
                known = [payment.id for payment in self.state.payments]
                await self.act("reverse_payment", payment=known[size % len(known)] if known else "1", reason="Bank")
            case "extend":
                due_on = self.today + timedelta(days=size)
                await self.act("extend_payment", invoice=self.open_invoice(size), due_on=str(due_on))
            case "credit":
                await self.act("credit", amount=f"{Decimal(size) / 100:.2f}", reason="No support that day")
            case "credit_days":
                begin = self.today - timedelta(days=size)
                await self.act("credit", **{"from": str(begin), "to": str(begin + timedelta(days=2))}, reason="None")
            case "visit" | "late_visit":
                # A late one is of a day that may be billed already, and of any length.
                on = self.today - timedelta(days=size % 60 if what == "late_visit" else 0)
                await self.act("record_visit", on=str(on), minutes_on_site=str(size), minutes_travel="0", in_riga=True)
            case "void_visit":
                known = [one.visit.id for one in self.state.visits]
                await self.act("void_visit", visit=known[size % len(known)] if known else "1", reason="Nobody came")
            case "write_off":
                await self.act("write_off", invoice=self.open_invoice(size), note="Not worth it")

    @property
    def today(self) -> date:
        return local_date(self.now)

    def open_invoice(self, position: int) -> str:
        numbers = [invoice.number for invoice in self.state.invoices]
        return numbers[position % len(numbers)] if numbers else "none"
