"""Letters that could not leave: tried again until the mail server takes or refuses them, or a person sends them."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.acts import RecordPosting
from schemas.ledger import LettersWaiting, Posted, Recorded
from schemas.sending import PostingAsked, PostingKnown
from terms.overdue import due_date
from workflows.process import Process, takes
from workflows.refusal import ActRefused
from workflows.sending import awaited, note_sent
from workflows.steps import Duty, Rank, Step, pause_after


class Post(Process):
    """Sends again what waits; nothing else of the contract waits for it but the due dates of invoices (IT-20)."""

    def duties(self) -> Iterable[Duty]:
        if self.state.unsent_letters:
            yield Duty(
                at=self.state.reached,
                rank=Rank.LETTERS,
                key="letters",
                what="Send the letters that are waiting",
                clauses=(),
                perform=self.send,
                hidden=True,
            )

    async def send(self, step: Step) -> None:
        waiting = LettersWaiting(
            contract=self.contract.number,
            at=step.at,
            awaited=awaited(self.state),
            posted_at_once=self.contract.posted_at_once,
        )
        recorded = await self.contract.insist("send_letters", waiting, Recorded, "Send letters that are waiting")
        note_sent(self.state, recorded.sent, step.today)
        self.state.unsent_letters = bool(recorded.unsent)
        self.state.postponed.pop("letters", None)
        if self.state.unsent_letters:
            self.state.postponed["letters"] = step.at + pause_after(self.state.letter_tries)
        self.state.letter_tries = self.state.letter_tries + 1 if self.state.unsent_letters else 0

    @takes(RecordPosting)
    async def record_posting(self, act: RecordPosting, step: Step) -> None:
        """What e-mail does not take is sent on the day that a person says so (IT-19)."""
        number = next((one.number for one in self.state.invoices if act.invoice == one.month), act.invoice)
        asked = PostingAsked(contract=self.contract.number, number=number)
        known = await self.contract.insist("posting_known", asked, PostingKnown, "Does it wait to be posted?")
        if not known.waits:
            reason = "invoice: it does not wait to be posted: it goes by e-mail, was posted before, or is not there"
            raise ActRefused(reason, self.points.invoice)
        step.change(Posted(number=number))
        due_on = due_date(step.today, self.state.contract.special_terms.payment_days)
        due = {"due_on": due_on} if known.is_first else {}
        step.tell("invoice.sent", self.points.invoice, self.points.payment, invoice=number, on=step.today, **due)
