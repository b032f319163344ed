"""Changes of the service content: asked for, signed, announced; each version binds from its day (IT-24 to IT-28)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from schemas.change_acts import AnnounceChange, RequestChange, SignNewContent
from schemas.content import ContentVersion
from schemas.ledger import ContentAdded
from schemas.mail import MailKind
from schemas.problems import problems_of, reasons
from schemas.service import ServiceContent
from schemas.state import PendingChange
from terms.calendar import month_key
from terms.inventory import must_leave
from terms.invoicing import content_on
from workflows.announcements import Announcements
from workflows.contract import Contract
from workflows.ending import Ending
from workflows.inventory import Inventory
from workflows.periods import ServicePeriods, content_to_bind
from workflows.process import takes
from workflows.refusal import ActRefused
from workflows.requests import ChangeRequests
from workflows.steps import Step

PLAN_SIGNED = "plan signed"
"""The kind of change that a signed plan counts as, apart from the request for it."""


class Changes(ChangeRequests, Announcements):
    """Keeps the versions of the content, and what is to become one on a later day."""

    def __init__(self, contract: Contract, *, periods: ServicePeriods, ending: Ending, inventory: Inventory) -> None:
        super().__init__(contract)
        self.periods = periods
        self.ending = ending
        self.inventory = inventory

    # Asked for by the customer

    @takes(RequestChange)
    async def request(self, act: RequestChange, step: Step) -> None:
        """A change of users takes effect on its day; one of plan waits for both signatures (IT-24.1, IT-24.2)."""
        self.require_own_request(act, step)
        if act.subscription is not None:
            raise ActRefused("subscription: this contract has none; name users, plan, or both", "IT-24")
        if act.users == 0:
            self._ask_to_end(act, step)
            return
        self.require_served(act.effective_on, "effective_on", "IT-24", "IT-27")
        kinds = [kind for kind, value in (("users", act.users), ("plan", act.plan)) if value is not None]
        for kind in kinds:
            if self.state.last_change_month.get(kind) == month_key(step.today):
                clause = "IT-24.2" if kind == "users" else "IT-24.1"
                raise ActRefused(
                    f"{kind}: one change a calendar month, this month's is made",
                    clause,
                    latvian="šajā kalendārajā mēnesī izmaiņas jau ir pieteiktas, tās var pieteikt reizi mēnesī",
                )
        self._require_valid({kind: getattr(act, kind) for kind in kinds}, act.effective_on)
        if act.plan is None:
            await self._require_leavers(act.users, act)
        for kind in kinds:
            self.state.last_change_month[kind] = month_key(step.today)
        facts: dict[str, Any] = {"effective_on": act.effective_on}
        facts |= {kind: getattr(act, kind) for kind in kinds}
        clauses = ("IT-24", "IT-24.1" if act.plan else "IT-24.2", "IT-25", "IT-28")
        leaving = {"leaving": act.leaving} if act.leaving else {}
        step.tell("change.requested", *clauses, **facts, **leaving)
        if act.plan is not None:
            # New content comes into force only once both have signed it, the users in it included.
            step.write(
                MailKind.PLAN_CHANGE_NEEDS_SIGNATURE,
                self.contract.number,
                plan=act.plan,
                effective_on=act.effective_on,
            )
            return
        change = PendingChange(
            effective_on=act.effective_on,
            clause="IT-24.2",
            patch={"users": act.users},
            leaving=list(act.leaving),
        )
        if act.effective_on > step.today:
            step.write(MailKind.CHANGE_RECEIVED, self.contract.number, **facts)
        self._schedule(change, step)

    def _ask_to_end(self, act: RequestChange, step: Step) -> None:
        """A reduction to zero users is the customer's notice of termination (IT-24.2, exact rule 8)."""
        step.tell("change.requested", "IT-24", "IT-24.2", users=0, effective_on=act.effective_on)
        self.ending.plan_notice("customer", act.effective_on, "IT-24.2", step, field="effective_on")

    # Signed by both

    @takes(SignNewContent)
    async def sign(self, act: SignNewContent, step: Step) -> None:
        self.require_running()
        if act.effective_on < step.today:
            raise ActRefused("effective_on: the day lies in the past, name today or later", "IT-24.1", "IT-27")
        self.require_served(act.effective_on, "effective_on", "IT-24.1", "IT-27")
        content = self._validated(act.content, "content.")
        await self._require_leavers(_users(content), act)
        self._count_plan_signed(content, act.effective_on, step)
        change = PendingChange(
            effective_on=act.effective_on,
            clause="IT-24.1",
            content=content.model_dump(mode="json"),
            leaving=list(act.leaving),
        )
        self._schedule(change, step)

    def _count_plan_signed(self, content: ServiceContent, effective_on: date, step: Step) -> None:
        """Another plan may be signed once a calendar month; having asked for it does not count here (IT-24.1)."""
        before = content_to_bind(self.state, self.day_with_content(effective_on))
        if content.model_dump(mode="json").get("plan") == before.get("plan"):
            return
        if self.state.last_change_month.get(PLAN_SIGNED) == month_key(step.today):
            raise ActRefused("content.plan: one change of plan a calendar month, this month's is signed", "IT-24.1")
        self.state.last_change_month[PLAN_SIGNED] = month_key(step.today)

    # Announced by the provider

    def announced(self, act: AnnounceChange) -> dict[str, Any]:
        changed = self._patched(act.changes, act.effective_on, "changes.")
        content = changed.model_dump(mode="json")
        changes = {name: content[name] for name in act.changes}
        if not changes.keys() <= changed.announceable:
            named = ", ".join(f"changes.{name}" for name in sorted(changes.keys() - changed.announceable))
            may = ", ".join(sorted(changed.announceable))
            raise ActRefused(f"{named}: not the provider's to change by announcement; it may announce {may}", "IT-26")
        return changes

    def objected(self, step: Step) -> None:
        self.periods.renew_again(step)

    # Coming into force

    def _schedule(self, change: PendingChange, step: Step) -> None:
        """A change for today binds at once, after those made before it; a later one at 06:00 of its day (IT-27)."""
        if change.effective_on == step.today:
            for earlier in [one for one in self.state.pending if one.effective_on <= step.today]:
                self.bind(earlier, step)
            self.apply(change, step)
        else:
            self.state.pending.append(change)
        self.periods.renew_again(step)

    def apply(self, change: PendingChange, step: Step) -> None:
        if change.content is not None:
            content = self._validated(change.content)
        else:
            content = self._patched(change.patch, change.effective_on)
        version = ContentVersion(service=self.state.contract.service, effective_on=change.effective_on, content=content)
        self.state.versions.append(version)
        self.periods.content_changed(content, change.effective_on, step)
        plain = content.model_dump(mode="json")
        step.change(ContentAdded(effective_on=change.effective_on, clause=change.clause, content=plain))
        facts: dict[str, Any] = {"effective_on": change.effective_on, **content.headline()}
        step.tell("content.changed", change.clause, "IT-27", **facts)
        step.write(MailKind.CHANGE_DONE, self.contract.number, **facts)
        self.inventory.leave(change.leaving, step)

    # Who leaves

    async def _require_leavers(self, users: int | None, act: RequestChange | SignNewContent) -> None:
        """A number lower than it would be on that day names who leaves (IT-24.2, DPA-I.1.1)."""
        await self.inventory.require_leavers(act.leaving, at_least=self._must_leave(users, act.effective_on))

    def _must_leave(self, users: int | None, effective_on: date) -> int:
        coming = [one for one in self.state.pending if one.effective_on <= effective_on]
        numbers = [_users(content_on(self.state.versions, self.day_with_content(effective_on)))]
        numbers += [(one.content or one.patch).get("users") for one in coming]
        before = max((number for number in numbers if number is not None), default=0)
        going = sum(len(one.leaving) for one in coming)
        return must_leave(
            listed=self.inventory.count("users") - going,
            users_before=before,
            users_after=before if users is None else users,
        )

    def _require_valid(self, patch: Mapping[str, Any], effective_on: Any, prefix: str = "") -> None:
        self._patched(patch, effective_on, prefix)

    def _patched(self, patch: Mapping[str, Any], effective_on: Any, prefix: str = "") -> ServiceContent:
        current = content_on(self.state.versions, self.day_with_content(effective_on))
        return self._validated({**current.model_dump(mode="json"), **patch}, prefix)

    def _validated(self, fields: Mapping[str, Any], prefix: str = "") -> ServiceContent:
        model = type(self.state.versions[0].content)
        try:
            return model.model_validate(dict(fields))
        except ValidationError as error:
            raise ActRefused(reasons(problems_of(error, model), prefix), "IT-27") from None


def _users(content: ServiceContent) -> int | None:
    """The number of users that a content counts, if it counts them."""
    users: int | None = getattr(content, "users", None)
    return users
