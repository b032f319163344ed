"""Letters that could not leave: tried again until the mail server takes or refuses them."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.ledger import LettersWaiting, Recorded
from workflows.steps import Duty, Process, Rank, Step, pause_after


class Post(Process):
    """Sends again what waits; nothing else of the contract waits for it."""

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
        waiting = LettersWaiting(contract=self.contract.number, at=step.at)
        recorded = await self.contract.insist("send_letters", waiting, Recorded, "Send letters that are waiting")
        self.state.unsent_letters = bool(recorded.unsent)
        self.state.postponed.pop("letters", None)
        if self.state.unsent_letters:
            self.state.postponed["letters"] = step.at + pause_after(self.state.letter_tries)
        self.state.letter_tries = self.state.letter_tries + 1 if self.state.unsent_letters else 0
