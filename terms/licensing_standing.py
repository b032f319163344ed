"""How a contract of subscriptions stands after its milestones, for what needs a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from schemas.attention import Milestone

SETTLING = {
    "order": ("subscription.ordered", "subscription.confirmed", "subscription.cancelled"),
    "addition": ("subscription.changed", "subscription.renewed", "subscription.cancelled"),
    # A renewal that comes about without the change is just what a person is to see.
    "renewal change": ("renewal.taken", "subscription.cancelled"),
    "cancellation": ("subscription.cancelled",),
    "renewal": (),
}
"""What was refused -> the events after which nobody is needed for it."""


@dataclass(kw_only=True)
class Held:
    """One subscription after its milestones; `first_day` and `last_day` are of its running term."""

    ordered: bool = False
    first_day: date | None = None
    last_day: date | None = None
    licences: int = 0
    leaves: bool = False
    disconnected: Milestone | None = None
    cancelled: bool = False
    refused: Milestone | None = None
    suspended: Milestone | None = None
    questioned: Milestone | None = None
    unknown: Milestone | None = None
    found: Milestone | None = None
    nameless: Milestone | None = None


@dataclass(kw_only=True)
class Licensing:
    """How a contract of subscriptions stands after its milestones."""

    conditions: dict[str, date] = field(default_factory=dict)
    times_asked: int = 0
    delegation_asked: Milestone | None = None
    silent: dict[str, Milestone] = field(default_factory=dict)
    differs: Milestone | None = None
    overcharged: Milestone | None = None
    registration: Milestone | None = None
    closed: Milestone | None = None
    held: dict[str, Held] = field(default_factory=dict)


def licensing(milestones: Collection[Milestone]) -> Licensing:
    """Fold the milestones, oldest first."""
    stands = Licensing()
    for milestone in milestones:
        data = milestone.data
        if "subscription" in data:
            _take_of(stands.held.setdefault(str(data["subscription"]), Held()), milestone)
        else:
            _take(stands, milestone)
    return stands


def _take(stands: Licensing, milestone: Milestone) -> None:
    data = milestone.data
    match milestone.event:
        case "agreement.accepted":
            stands.conditions["agreement"] = date.fromisoformat(data["on"])
        case "reseller.approved":
            stands.conditions[data["partner"]] = date.fromisoformat(data["on"])
        case "approvals.asked":
            stands.times_asked += 1
        case "delegation.asked" if data.get("is_offered", True):
            stands.delegation_asked = milestone
        case "delegation.approved" | "delegation.ended":
            stands.delegation_asked = None
        case "registration.unknown":
            stands.registration = milestone
        case "registration.absent" | "customer.registered":
            stands.registration = None
        case "distributor.differs" if "month" in milestone.data:
            stands.overcharged = milestone
        case "distributor.differs":
            stands.differs = milestone
        case "distributor.agrees":
            stands.differs = None
        case "distributor.silent":
            stands.silent[data["partner"]] = milestone
        case "distributor.answers":
            stands.silent.pop(data["partner"], None)
        case "contract.closed":
            stands.closed = milestone


def _take_of(held: Held, milestone: Milestone) -> None:
    data = milestone.data
    match milestone.event:
        case "subscription.ordered":
            held.ordered = True
            held.nameless = milestone if "reference_lost" in data else None
        case "subscription.confirmed" | "subscription.renewed":
            held.first_day, held.last_day = date.fromisoformat(data["from"]), date.fromisoformat(data["to"])
            held.licences = int(data["licences"])
        case "subscription.changed":
            held.leaves = data["licences"] == 0
            if not data.get("at_renewal"):
                held.licences = int(data["licences"])
        case "subscription.disconnected":
            held.disconnected = milestone
        case "subscription.cancelled":
            held.cancelled = True
        case "order.unknown":
            held.unknown = milestone
        case "order.absent":
            held.unknown = None
        case "order.found":
            held.unknown, held.ordered = None, True
            held.found = held.disconnected = milestone
        case "subscription.refused":
            held.refused = milestone
        case "end.questioned":
            held.questioned = milestone
        case "vendor.suspended":
            held.suspended = milestone
        case "vendor.resumed":
            held.suspended = None
    _settle(held, milestone.event)


def _settle(held: Held, event: str) -> None:
    """A refusal is settled by what was refused coming about after all, or by what makes it needless."""
    if held.refused is not None and event in SETTLING[held.refused.data["what"]]:
        held.refused = None
