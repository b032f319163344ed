"""Granular delegated admin privileges (GDAP): what lets the provider support a customer's tenant from afar (M365-5)."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from schemas.base import AwareDatetime, Frozen
from schemas.fields import ShortText, matching

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/ -]{0,49}")
_NAME_RIGHT: Final = "a name of 1 to 50 letters, digits, dots, dashes, underscores, slashes and spaces"
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_UUID_RIGHT: Final = "an id such as 62e90394-69f5-4237-9190-012177145e10"

DelegationName = Annotated[str, BeforeValidator(matching(_NAME, _NAME_RIGHT)), Field(description=_NAME_RIGHT)]
"""Unique among all of the provider's delegations, by which Microsoft lets none be made twice."""

DirectoryId = Annotated[str, BeforeValidator(matching(_UUID, _UUID_RIGHT)), Field(description=_UUID_RIGHT)]
"""Of a tenant, or of a role."""

DelegationStatus = Literal[
    "created",
    "approvalPending",
    "approved",
    "activating",
    "active",
    "expiring",
    "expired",
    "terminating",
    "terminated",
    "terminationRequested",
]
"""Microsoft's words."""


class DelegationRequest(Frozen):
    """What the customer is to approve. Durations are ISO 8601, from P1D to P2Y; PT0S extends nothing of itself."""

    name: DelegationName
    tenant_id: DirectoryId | None
    """None where it is not known: then it is the tenant of whoever approves."""
    customer_name: ShortText
    roles: Annotated[tuple[DirectoryId, ...], Field(min_length=1, max_length=50)]
    duration: Annotated[
        str, Field(pattern=r"^P(([1-9][0-9]?|[1-6][0-9]{2}|7[0-2][0-9]|730)D|([1-9]|1[0-9]|2[0-4])M|[12]Y)$")
    ] = "P2Y"
    auto_extend_duration: Annotated[str, Field(pattern=r"^(PT0S|P180D|P6M)$")] = "P180D"


class Delegation(Frozen):
    """As Microsoft tells it. Somebody of the customer's approves it at `approval_link`; nobody can by a program."""

    id: str
    name: str
    status: DelegationStatus
    approval_link: str
    ends_at: AwareDatetime | None = None

    @property
    def is_in_force(self) -> bool:
        """Whether the tenant can be supported through it now."""
        return self.status in ("active", "expiring", "terminationRequested")

    @property
    def is_over(self) -> bool:
        """Whether it will never be in force again, so that another must be asked for."""
        return self.status in ("expired", "terminating", "terminated")
