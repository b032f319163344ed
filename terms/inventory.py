"""Rules of the inventory: who must leave with a lower number of users, and how a record gets its id."""

from __future__ import annotations

import hashlib
from typing import Final

ERASED_USER: Final = "user: the data of this user is erased; give whoever comes now an id of their own"


def must_leave(*, listed: int, users_before: int, users_after: int) -> int:
    """How many of the `listed` users a change must name as leaving (IT-24.2, DPA-I.1.1).

    None unless the number goes down, and no more than stand above the new number: what is not listed holds no
    personal data.
    """
    return max(0, listed - users_after) if users_after < users_before else 0


def made_id(name: str, act_id: str) -> str:
    """The id of a record that came without one: the same whenever the same act comes again."""
    return f"{name}-{hashlib.sha256(act_id.encode()).hexdigest()[:12]}"
