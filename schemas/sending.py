"""When the customer was sent what: a due date counts from the day a document left, and not from its making."""

from __future__ import annotations

from datetime import datetime

from schemas.base import AwareDatetime, Frozen, date


class SentInvoice(Frozen):
    """An invoice that the customer was sent, on `sent_on`, and what is its due date for that (exact rule 3)."""

    invoice: str
    sent_on: date
    due_on: date


class Sending(Frozen):
    """Asks for something by which letters may leave.

    `at` is the business instant that it is of; `asked_at` is there where it is asked for again later, so that a letter
    counts as sent on the day it leaves. `awaited` are the invoices not known yet to have been sent. `posted_at_once` is
    true in a rehearsal that nobody posts letters in: what goes by post there has left as it is printed.
    """

    contract: str
    at: AwareDatetime
    asked_at: AwareDatetime | None = None
    awaited: tuple[str, ...] = ()
    posted_at_once: bool = False

    @property
    def now(self) -> datetime:
        """The business instant of the asking."""
        return self.asked_at or self.at


class PostingAsked(Frozen):
    """Asks whether a document of a contract waits for a person to send it."""

    contract: str
    number: str


class PostingKnown(Frozen):
    """`waits` where its letter could not leave by e-mail; `is_first` where no letter of it has left, and it has a due
    date, which is to count from this one."""

    waits: bool
    is_first: bool
