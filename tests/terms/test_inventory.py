"""Who must leave with a lower number of users, and who may look into the vault."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schemas.vault import Grant
from terms.inventory import must_leave
from terms.vault import credentials_are_mandated, may_grant, may_show

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
GRANT = Grant(
    credential="router",
    specialist="support-1",
    granted_by="admin-1",
    granted_at=NOW,
    until=NOW + timedelta(minutes=30),
)


@pytest.mark.clause("IT-24.2", "DPA-I.1.1")
@pytest.mark.parametrize(
    ("listed", "before", "after", "leaving"),
    [
        (14, 14, 12, 2),  # All are listed: two leave.
        (13, 14, 12, 1),  # One of the two places that go holds nobody.
        (12, 14, 12, 0),
        (0, 14, 1, 0),  # Nobody listed, nobody named.
        (14, 14, 14, 0),
        (14, 12, 13, 0),  # More than before: nobody leaves, whatever the list.
        (3, 2, 1, 2),
    ],
)
def test_as_many_leave_as_are_listed_above_the_new_number(listed: int, before: int, after: int, leaving: int) -> None:
    assert must_leave(listed=listed, users_before=before, users_after=after) == leaving


@pytest.mark.clause("IT-A2.21", "IT-A2.27")
def test_a_grant_lets_its_specialist_see_its_credential_until_its_end() -> None:
    def shown(grant: Grant | None = GRANT, *, to: str = "support-1", what: str = "router", minutes: int = 0) -> bool:
        return may_show(grant, credential=what, specialist=to, now=NOW + timedelta(minutes=minutes))

    assert shown()
    assert shown(minutes=29)
    assert not shown(minutes=30)
    assert not shown(minutes=-1)
    assert not shown(None)
    assert not shown(to="support-2")
    assert not shown(what="firewall")


@pytest.mark.clause("IT-A2.21", "IT-A2.27")
def test_nobody_lets_themselves_in() -> None:
    assert may_grant(granted_by="admin-1", specialist="support-1")
    assert not may_grant(granted_by="support-1", specialist="support-1")


@pytest.mark.clause("IT-3", "IT-P1.consents")
def test_credentials_are_kept_by_point_3_5_alone() -> None:
    assert credentials_are_mandated(["3.1", "3.5"])
    assert not credentials_are_mandated(["3.1", "3.50"])
