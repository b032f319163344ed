"""The sub-processors' part: asked to erase, reminded, their confirmation taken whenever it comes (DPA-II.3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from schemas.acts import ConfirmPartnerErasure
from schemas.erasure import (
    MOST_REMINDERS,
    REMINDED_EVERY_DAYS,
    ConfirmationTaken,
    PartnerConfirmation,
    PartnerOrder,
    PartnersAsked,
    Unconfirmed,
)
from schemas.intake import SealedAct
from schemas.state import ActOutcome
from terms.calendar import decision_at, local_date
from terms.clock import business_time, real_delay
from workflows.doors import with_doors
from workflows.insisting import insist
from workflows.refusal import ActRefused
from workflows.submissions import OWN_ID, UNSOUND_ID, Sent, Submission, read_act, read_payloads, sound_id

ACT = ConfirmPartnerErasure.act_name
LOOKS_LATER = 40
PAUSE_LATER = timedelta(days=90)
"""How often, and how many times, it is looked for a confirmation that is still missing after the last reminder."""


@workflow.defn(name="PartnerErasure")
@with_doors(ConfirmPartnerErasure)
class PartnerErasure:
    """Asks each sub-processor, and again every week, until all have confirmed; neither erasure nor closing waits."""

    @workflow.init
    def __init__(self, order: PartnerOrder) -> None:
        self._order = order
        self._missing = 1
        self._taken = 0

    @workflow.run
    async def run(self, order: PartnerOrder) -> str:
        for number in range(MOST_REMINDERS + LOOKS_LATER + 1):
            await self._until(number)
            if self._missing:
                await self._ask(number)
            if not self._missing:
                break
        await workflow.wait_condition(workflow.all_handlers_finished)
        return f"sub-processors that have not confirmed: {self._missing}"

    # Asking

    async def _ask(self, number: int) -> None:
        """Ask for the `number`-th time; after the last reminder this only looks who is missing."""
        asked = PartnersAsked(
            contract=self._order.contract,
            phase=self._order.phase,
            at=self._asked_at(number),
            number=min(number, MOST_REMINDERS),
            subjects=self._order.subjects,
        )
        summary = "Remind the sub-processors" if number else "Ask the sub-processors to erase"
        self._missing = (await insist("ask_partners", asked, Unconfirmed, summary)).count
        workflow.set_current_details(f"sub-processors that have not confirmed: {self._missing}")

    def _asked_at(self, number: int) -> datetime:
        """Reminders fall at 06:00, each a week after the one before."""
        if number == 0:
            return self._order.at
        after = timedelta(days=REMINDED_EVERY_DAYS * min(number, MOST_REMINDERS))
        later = max(number - MOST_REMINDERS, 0) * PAUSE_LATER
        return decision_at(local_date(self._order.at) + after + later)

    async def _until(self, number: int) -> None:
        due = self._asked_at(number)
        while self._missing and (delay := real_delay(self._order.clock, workflow.now(), due)):
            try:
                await workflow.wait_condition(
                    lambda: not self._missing,
                    timeout=delay,
                    timeout_summary=f"until {local_date(due):%d.%m.%Y}: remind the sub-processors",
                )
            except TimeoutError:
                continue

    # Taking confirmations

    async def update_act(self, act: str, payloads: Sequence[Any]) -> Any:
        info = workflow.current_update_info()
        assert info is not None, "an update handler runs inside an update"
        outcome = await self._take(info.id, payloads)
        if not outcome.accepted:
            raise ApplicationError(outcome.reason or "refused", type="ActRefused", non_retryable=True)
        return outcome.model_dump(mode="json")

    async def signal_act(self, act: str, payloads: Sequence[Any]) -> None:
        await self._take(None, payloads)

    async def _take(self, act_id: str | None, payloads: Sequence[Any]) -> ActOutcome:
        self._taken += 1
        sent = read_payloads(payloads)
        if act_id is not None and not sound_id(act_id):
            sent, act_id = Sent(fault=UNSOUND_ID, intake=sent.intake), None
        own_id = act_id or f"{OWN_ID}{self._order.phase}-{self._taken}"
        submission = Submission(act=ACT, act_id=own_id, payload=sent.fields, fault=sent.fault, intake=sent.intake)
        if submission.intake is not None:
            asked = submission.to_seal(self._order.contract)
            opened = await insist("seal_act", asked, SealedAct, "Open the confirmation")
            submission.payload, submission.spent_key = opened.payload, opened.intake_key
            submission.fault = submission.fault or opened.fault
        return await self._record(submission)

    async def _record(self, submission: Submission) -> ActOutcome:
        partner = reason = None
        try:
            act = read_act(submission, self._order.service)
            assert isinstance(act, ConfirmPartnerErasure), "the registry has the act by its name"
            partner = act.partner
        except ActRefused as refusal:
            reason = refusal.reason
        confirmation = PartnerConfirmation(
            contract=self._order.contract,
            phase=self._order.phase,
            service=self._order.service,
            act_id=submission.act_id,
            partner=partner,
            reason=reason,
            at=business_time(self._order.clock, workflow.now()),
            spent_key=submission.spent_key,
        )
        taken = await insist("confirm_partner", confirmation, ConfirmationTaken, "Record the confirmation")
        self._missing = taken.unconfirmed
        return taken.outcome
