"""A search for an erased user by hand stays on the list until somebody says that it is done (DPA-I.1.1)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from schemas.attention import ContractFacts, DueItem, Milestone
from schemas.base import RIGA
from terms.attention import items
from terms.mentions import Mentions

pytestmark = pytest.mark.clause("DPA-I.1.1")

ERASED_ON = date(2026, 5, 4)
LAST_DAY = date(2026, 6, 3)
"""30 days later: the 27 that are left of May, and three."""


def happened(event: str, user: str = "u-1", day: date = ERASED_ON, **data: Any) -> Milestone:
    return Milestone(at=noon(day), event=event, clauses=("DPA-I.1.1",), data={"user": user, **data})


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=RIGA)


def due(today: date, *milestones: Milestone) -> list[DueItem]:
    facts = ContractFacts(
        contract="IT-1",
        service="it_support",
        now=noon(today),
        stage="active",
        signed_at=noon(date(2026, 2, 10)),
        plan="Standarta",
        milestones=(happened("audit.recorded"), happened("rmm.installed"), *milestones),
    )
    return [item for item in items(facts, ("Standarta",)) if item.what.startswith("Look")]


NAMED = happened("user.perhaps_named", count=1, places=["equipment pc-1"])
UNSEARCHED = happened("user.unsearched")


@pytest.mark.parametrize("milestone", [NAMED, UNSEARCHED])
def test_it_stays_past_its_thirty_days_and_says_so(milestone: Milestone) -> None:
    for today in (ERASED_ON, LAST_DAY):
        [item] = due(today, milestone)
        assert (item.on, item.urgency) == (ERASED_ON, "urgent")
        assert item.why.endswith("by 2026-06-03 at the latest, and `settle_search` says that it is done")
    for today in (LAST_DAY + timedelta(days=1), date(2027, 2, 10)):
        [item] = due(today, milestone)
        assert item.why.startswith("TOO LATE since 2026-06-03: ")


@pytest.mark.parametrize("milestone", [NAMED, UNSEARCHED])
def test_it_goes_once_it_is_settled_for_that_user(milestone: Milestone) -> None:
    other = happened("user.perhaps_named", "u-2", count=1, places=["systems gw"])
    [item] = due(LAST_DAY, milestone, other, happened("user.searched", day=date(2026, 5, 20)))
    assert "u-2" in item.why
    assert due(LAST_DAY, milestone, happened("user.searched"), happened("data.erased")) == []


def test_what_it_says_to_do_has_an_end() -> None:
    """Two of the words that stand there, as a user's name, take a text however long; one alone would ask again."""
    [item] = due(ERASED_ON, NAMED)
    assert "called by two words that stand there" in item.why
    text = "Serveris noliktavā, parole zem galda. " * 40 + "Jāņa dators"
    assert Mentions(names=["Jānis Kalniņš"]).may_be_in(text)
    assert Mentions(names=["Jāņa dators"]).are_in(text)
