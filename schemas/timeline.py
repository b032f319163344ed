"""One object an event: what happened in a contract's life, when, under which clause, by whom."""

from __future__ import annotations

from typing import Any

from pydantic import field_validator

from schemas.base import AwareDatetime, Frozen

EVENTS = frozenset(
    {
        "act.refused",
        "addition.dropped",
        "agreement.accepted",
        "approvals.asked",
        "audit.recorded",
        "audit_report.sent",
        "change.announced",
        "change.objected",
        "change.refused",
        "change.requested",
        "claim.sent",
        "consent.withdrawn",
        "contact.changed",
        "content.changed",
        "contract.assigned",
        "contract.closed",
        "contract.ended",
        "contract.signed",
        "credential.dropped",
        "credential.stored",
        "credit.granted",
        "credit.issued",
        "credit.taken_back",
        "credit.used",
        "customer.registered",
        "data.disclosed",
        "data.erased",
        "data.handed_over",
        "data_request.passed",
        "debt.written_off",
        "delegation.approved",
        "delegation.asked",
        "delegation.ended",
        "dispute.recorded",
        "distributor.agrees",
        "distributor.answers",
        "distributor.differs",
        "distributor.silent",
        "end.agreed",
        "end.questioned",
        "equipment.recorded",
        "equipment.retired",
        "force_majeure.declared",
        "force_majeure.ended",
        "ground.cured",
        "handover.confirmed",
        "interest.charged",
        "instruction.recorded",
        "invoice.issued",
        "invoice.paid",
        "invoice.sent",
        "licence.recorded",
        "licence.removed",
        "network_work.agreed",
        "notice.given",
        "notice.withdrawn",
        "onboarding.agreed",
        "order.absent",
        "order.found",
        "order.late",
        "order.unknown",
        "partner_erasure.confirmed",
        "payment.extended",
        "payment.recorded",
        "payment.reversed",
        "period.renewed",
        "processing.stopped",
        "record.unnamed",
        "registration.absent",
        "registration.unknown",
        "renewal.taken",
        "renewal.withheld",
        "reseller.approved",
        "rmm.installed",
        "rmm.removed",
        "service.confirmed",
        "service.resumed",
        "service.suspended",
        "statement.awaited",
        "subscription.cancelled",
        "subscription.changed",
        "subscription.confirmed",
        "subscription.disconnected",
        "subscription.ordered",
        "subscription.refused",
        "subscription.renewed",
        "support.requested",
        "suspension.stands",
        "suspension.undone",
        "system.recorded",
        "system.removed",
        "term.restored",
        "term.switched_off",
        "user.added",
        "user.changed",
        "user.erased",
        "user.perhaps_named",
        "user.searched",
        "user.unsearched",
        "vendor.resumed",
        "vendor.suspended",
        "visit.recorded",
        "visit.voided",
        "write_off.reduced",
    }
)


class Event(Frozen):
    """What happened, without its instant: an entry's events share the entry's `at`."""

    event: str
    clauses: tuple[str, ...]
    by: str
    data: dict[str, Any]

    @field_validator("event")
    @classmethod
    def _is_known(cls, event: str) -> str:
        if event not in EVENTS:
            raise ValueError("is not an event of the timeline")
        return event


class TimelineEvent(Frozen):
    """An event as the timeline gives it: `at` is business time with the local offset."""

    at: AwareDatetime
    event: str
    clauses: tuple[str, ...]
    by: str
    data: dict[str, Any]
