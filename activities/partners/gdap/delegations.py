"""Delegations of a customer's tenant: asked for once for a name, and approved by the customer's own hand (M365-5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from activities.partners.deadline import Deadline
from activities.partners.gdap.connection import GraphConnection
from activities.partners.gdap.errors import DelegationOver, GraphRefused, GraphUnexpected, NotASandbox
from schemas.base import AwareDatetime
from schemas.delegation import Delegation, DelegationRequest, DelegationStatus

APPROVAL: Final = "https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/"
MOST_PAGES: Final = 200


class _Relationship(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id: str = Field(pattern=r"^[A-Za-z0-9-]{1,120}$")
    displayName: str
    status: DelegationStatus
    endDateTime: AwareDatetime | None = None


class _Page(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    value: tuple[_Relationship, ...]
    following: str | None = Field(default=None, alias="@odata.nextLink")


class Delegations:
    """Each method may be repeated without harm: a name stands once. All raise GraphError."""

    def __init__(self, connection: GraphConnection, patience: timedelta, *, business_time: datetime | None) -> None:
        """`business_time` is the contract's where it is rehearsed, and None where it is real.

        Raises NotASandbox for a rehearsed contract's errand to the real Microsoft.
        """
        if business_time is not None and not connection.account.is_sandbox:
            raise NotASandbox()
        self._connection = connection
        self._deadline = Deadline(patience)
        self._business_time = business_time
        self._url = f"{connection.account.url}/tenantRelationships/delegatedAdminRelationships"

    async def ask_for(self, request: DelegationRequest) -> Delegation:
        """The delegation of this name, made if there is none, and open to the customer's approval.

        Raises DelegationOver where one of this name has ended.
        """
        found = await self.named(request.name)
        if found is None:
            found = await self._created(request)
        if found.status == "created":
            await self._request(found.id, "lockForApproval", "open a delegation to approval")
            found = await self.get(found.id)
        if found.is_over:
            raise DelegationOver(found.name, found.status)
        return found

    async def get(self, id: str) -> Delegation:
        answer = await self._call("read a delegation", "GET", f"{self._url}/{quote(id, safe='')}")
        return _delegation(_read(_Relationship, "read a delegation", answer))

    async def named(self, name: str) -> Delegation | None:
        """The delegation of this name, whichever tenant's it is; names differ in more than upper and lower case."""
        what = "list delegations"
        url: str | None = self._url
        for _ in range(MOST_PAGES):
            if url is None:
                return None
            page = _read(_Page, what, await self._call(what, "GET", url))
            for each in page.value:
                if each.displayName.casefold() == name.casefold():
                    return _delegation(each)
            url = page.following
            if url is not None and not url.startswith(self._url):
                # Our token goes nowhere else.
                raise GraphUnexpected(what, "with a next page at another address")
        raise GraphUnexpected(what, f"with more than {MOST_PAGES} pages")

    async def end(self, id: str) -> Delegation:
        """The delegation, on its way to its end if it was in force (M365-46)."""
        present = await self.get(id)
        if present.status not in ("active", "expiring"):
            return present
        await self._request(id, "terminate", "end a delegation")
        return await self.get(id)

    async def _created(self, request: DelegationRequest) -> Delegation:
        what = "make a delegation"
        body: dict[str, Any] = {
            "displayName": request.name,
            "duration": request.duration,
            "autoExtendDuration": request.auto_extend_duration,
            "accessDetails": {"unifiedRoles": [{"roleDefinitionId": role} for role in request.roles]},
        }
        if request.tenant_id is not None:
            body["customer"] = {"tenantId": request.tenant_id, "displayName": request.customer_name}
        try:
            answer = await self._call(what, "POST", self._url, body)
        except GraphRefused:
            # Its answer may have been lost before, or another made it meanwhile: the name is taken then.
            found = await self.named(request.name)
            if found is None:
                raise
            return found
        return _delegation(_read(_Relationship, what, answer))

    async def _request(self, id: str, action: str, what: str) -> None:
        """Raises GraphRefused unless what was asked for has come about all the same."""
        before = (await self.get(id)).status
        try:
            await self._call(what, "POST", f"{self._url}/{quote(id, safe='')}/requests", {"action": action})
        except GraphRefused:
            if (await self.get(id)).status == before:
                raise

    async def _call(self, what: str, method: str, url: str, body: dict[str, Any] | None = None) -> Any:
        return await self._connection.call(what, method, url, self._deadline, body, self._business_time)


def _delegation(relationship: _Relationship) -> Delegation:
    return Delegation(
        id=relationship.id,
        name=relationship.displayName,
        status=relationship.status,
        approval_link=APPROVAL + relationship.id,
        ends_at=relationship.endDateTime,
    )


def _read(kind: Any, what: str, value: Any) -> Any:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        places = {".".join(str(part) for part in each["loc"][:1]) for each in error.errors(include_input=False)[:5]}
        raise GraphUnexpected(what, "with other fields than were known: " + ", ".join(sorted(places))) from None
