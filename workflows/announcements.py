"""The provider's changes of the content: announced, and stopped by an objection before their day (IT-26, M365-25)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

from schemas.change_acts import AnnounceChange, ObjectToChange
from schemas.mail import MailKind
from schemas.state import Announcement, PendingChange
from terms.calendar import decision_at
from terms.notice import NOTICE_DAYS, earliest_change
from workflows import versions
from workflows.process import Process, takes
from workflows.refusal import ActRefused
from workflows.steps import Duty, Rank, Step

ANNOUNCEMENTS_KEPT = 20
"""Of those whose day has come: as many without an objection, and as many with one, which may end the contract."""


class Announcements(Process):
    """Each service says what may be announced, and what the letter calls it."""

    notice_days: ClassVar[int] = NOTICE_DAYS

    def announced(self, act: AnnounceChange) -> dict[str, Any]:
        """The changes in the form in which they are kept. Raises ActRefused for what may not be announced."""
        raise NotImplementedError(f"{type(self).__name__} must say what may be announced")

    def letter(self, facts: dict[str, Any]) -> tuple[MailKind, dict[str, Any]]:
        """The letter that tells the administrator, with its facts."""
        return MailKind.CHANGE_ANNOUNCED, facts

    def apply(self, change: PendingChange, step: Step) -> None:
        """Put in force what was to bind from today."""
        raise NotImplementedError(f"{type(self).__name__} must say how a change binds")

    def objected(self, step: Step) -> None:
        """What else an objection brings about."""

    def duties(self) -> Iterable[Duty]:
        if self.state.stage in ("ended", "closed"):
            return
        for change in self.state.pending:
            yield Duty(
                at=decision_at(change.effective_on),
                rank=Rank.CONTENT,
                # Several may bind from one day: they come in the order they were made, each with a key of its own.
                key=f"{change.effective_on}/content/{versions.number_of_next(self.state)}",
                what="Apply the change of content",
                clauses=(change.clause, self.points.change_binds),
                perform=lambda step, change=change: self.bind(change, step),  # type: ignore[misc]
            )

    def bind(self, change: PendingChange, step: Step) -> None:
        self.state.pending = [one for one in self.state.pending if one is not change]
        self.apply(change, step)

    @takes(AnnounceChange)
    def announce(self, act: AnnounceChange, step: Step) -> None:
        self.require_running()
        clause = self.points.provider_change
        earliest = earliest_change(step.today, self.notice_days)
        if act.effective_on < earliest:
            raise ActRefused(
                f"effective_on: {self.notice_days} days' notice are due, {earliest} is the earliest day", clause
            )
        self.require_served(act.effective_on, "effective_on", clause)
        changes = self.announced(act)
        self.state.announcements = still_carried(self.state.announcements, step.today)
        number = str(int(self.state.announcements[-1].id) + 1) if self.state.announcements else "1"
        announcement = Announcement(
            id=number, act_id=self.contract.current_act_id, changes=changes, effective_on=act.effective_on
        )
        self.state.announcements.append(announcement)
        self.state.pending.append(
            PendingChange(effective_on=act.effective_on, clause=clause, patch=changes, announcement=announcement.id)
        )
        facts: dict[str, Any] = {"announcement": number, "changes": changes, "effective_on": act.effective_on}
        step.tell("change.announced", clause, **facts)
        kind, stated = self.letter(facts)
        step.write(kind, self.contract.number, **stated)

    @takes(ObjectToChange)
    def object_to(self, act: ObjectToChange, step: Step) -> None:
        """An objection before the effective day stops the change (IT-26, M365-25)."""
        self.require_running()
        clause = self.points.provider_change
        named = [one for one in self.state.announcements if act.announcement in (one.id, one.act_id)]
        if not named:
            known = ", ".join(one.id for one in self.state.announcements) or "none"
            raise ActRefused(f"announcement: no such announcement; announced so far: {known}", clause)
        announcement = named[0]
        if announcement.objected:
            raise ActRefused("announcement: it is objected to already", clause)
        if step.today >= announcement.effective_on:
            raise ActRefused("announcement: an objection must come before the effective day", clause)
        announcement.objected = True
        self.state.pending = [one for one in self.state.pending if one.announcement != announcement.id]
        step.tell("change.objected", clause, announcement=announcement.id)
        self.objected(step)
        step.write(MailKind.OBJECTION_RECEIVED, self.contract.number, announcement=announcement.id)

    def day_with_content(self, day: date) -> date:
        return max(day, self.state.versions[0].effective_on)


def still_carried(announced: Sequence[Announcement], today: date) -> list[Announcement]:
    """Those that may be objected to, and the last of the others; the ledger has told of them all."""
    settled = [one for one in announced if one.effective_on <= today]
    of_each = ([one.id for one in settled if one.objected is objected] for objected in (False, True))
    let_go = {id for ids in of_each for id in ids[:-ANNOUNCEMENTS_KEPT]}
    return [one for one in announced if one.id not in let_go]
