"""How a contract stands after what happened to it, as far as that may need a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from schemas.attention import Milestone
from schemas.state import Ground, Pause
from terms.calendar import last_decided, local_date


@dataclass(kw_only=True)
class Standing:
    """How a contract stands after its milestones."""

    grounds: dict[str, Ground] = field(default_factory=dict)
    pauses: list[Pause] = field(default_factory=list)
    switched_off: set[str] = field(default_factory=set)
    restored: dict[str, datetime] = field(default_factory=dict)
    withdrawn: dict[str, date] = field(default_factory=dict)
    objections: dict[str, date] = field(default_factory=dict)
    end_clauses: tuple[str, ...] = ()
    statement_until: datetime | None = None
    money_until: datetime | None = None
    end_questioned: Milestone | None = None
    refund: Milestone | None = None
    ended_at: datetime | None = None
    agents_removed: bool = False
    audited: bool = False
    installed: bool = False
    erased: bool = False
    unsearched: list[Milestone] = field(default_factory=list)
    perhaps_named: list[Milestone] = field(default_factory=list)


def standing(milestones: Collection[Milestone]) -> Standing:
    """Fold the milestones, oldest first."""
    stands = Standing()
    for milestone in milestones:
        _take(stands, milestone, local_date(milestone.at))
    return stands


def _take(stands: Standing, milestone: Milestone, day: date) -> None:
    data = milestone.data
    match milestone.event:
        case "audit.recorded":
            stands.audited = True
        case "rmm.installed":
            stands.installed = True
        case "service.suspended":
            ground = str(data["ground"])
            stands.grounds[ground] = Ground(ground=ground, clause=milestone.clauses[0], since=day)
        case "ground.cured":
            stands.grounds.pop(str(data["ground"]), None)
        case "force_majeure.declared":
            stands.pauses.append(Pause(since=last_decided(milestone.at)))
        case "force_majeure.ended":
            stands.pauses[-1].until = last_decided(milestone.at)
        case "term.switched_off":
            stands.switched_off.add(str(data["clause"]))
        case "term.restored":
            stands.switched_off.discard(str(data["clause"]))
            stands.restored[str(data["clause"])] = milestone.at
        case "consent.withdrawn":
            stands.withdrawn[str(data["consent"])] = day
        case "change.objected":
            stands.objections[str(data["announcement"])] = day
        case "notice.given" | "end.agreed":
            stands.end_clauses = milestone.clauses
        case "data.erased":
            stands.erased = True
        case "user.unsearched":
            stands.unsearched.append(milestone)
        case "user.perhaps_named":
            stands.perhaps_named.append(milestone)
        case "user.searched":
            for waiting in (stands.unsearched, stands.perhaps_named):
                waiting[:] = [each for each in waiting if each.data["user"] != data["user"]]
        case "statement.awaited":
            stands.statement_until = datetime.fromisoformat(data["until"])
            stands.money_until = datetime.fromisoformat(data["at_latest"]) if "at_latest" in data else None
        case "end.questioned" if "subscription" not in data:
            stands.end_questioned = milestone
        case "contract.ended":
            stands.ended_at = milestone.at
        case "rmm.removed":
            stands.agents_removed = True
        case "contract.closed" if "refund" in data:
            stands.refund = milestone
