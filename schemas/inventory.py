"""The inventory of annex 1: users, equipment, licences, IT systems, each with the annex's fields and no others (IT-A1).

Credentials have a place of their own beside it (IT-A2.7). A record is told of by its id, which holds nothing
personal; what may is marked so, and arrives sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal, Self, TypeVar, get_args

from pydantic import Field, model_validator

from schemas.base import AwareDatetime, Frozen
from schemas.fields import EmailAddress, LocalDate, PersonName, PhoneNumber, ShortText
from schemas.personal import HandedOver
from schemas.record_fields import (
    IpAddress,
    LoginName,
    NamingLine,
    NamingText,
    OwnKey,
    RecordId,
    Secret,
    SerialNumber,
    UserId,
)

InventoryKind = Literal["users", "equipment", "licences", "systems", "credentials"]
KINDS: Final[tuple[InventoryKind, ...]] = get_args(InventoryKind)

MOST_RECORDS: Final = 10_000
"""Of each kind, in one contract."""
MOST_DOCUMENTS: Final = 20

ID_FIELDS: Final[Mapping[InventoryKind, str]] = {
    "users": "user",
    "equipment": "equipment",
    "licences": "licence",
    "systems": "system",
    "credentials": "credential",
}
"""The field that holds a record's own id."""

REFERENCES: Final[Mapping[str, InventoryKind]] = {
    "assigned_user": "users",
    "assigned_workstation": "equipment",
    "system": "systems",
}
"""Fields by which one record names another, and the kind it is of."""

OPEN_FACTS: Final[Mapping[InventoryKind, tuple[str, ...]]] = {
    "users": (),
    "equipment": ("type", "operating_system", "internet_provider"),
    "licences": ("software", "expires_on"),
    "systems": ("type",),
    "credentials": (),
}
"""The fields that are shown to whoever may see the contract: those that tell of no person."""

SIGN_IN: Final = "sign_in"
"""A credential's user name and secret, which have one key."""

ItemT = TypeVar("ItemT")


def unique(items: tuple[ItemT, ...]) -> tuple[ItemT, ...]:
    if len(set(items)) < len(items):
        raise ValueError("must name each one once")
    return items


Documents = Annotated[tuple[NamingText, ...], Field(max_length=MOST_DOCUMENTS)]
"""Names of documents or references to them; the drawings and pictures themselves are kept with the documents."""


class User(Frozen):
    """A person whom the customer has supported."""

    user: UserId
    name: PersonName
    email: EmailAddress | None = None
    login: LoginName | None = None
    work_phone: PhoneNumber | None = None
    note: NamingText | None = None


class Equipment(HandedOver):
    """A workstation or another device; without an id of its own it gets one."""

    equipment: RecordId | None = None
    name: NamingLine
    type: ShortText
    operating_system: ShortText | None = Field(default=None, description="the operating system and its version")
    serial_number: Annotated[SerialNumber, OwnKey()] | None = None
    assigned_user: RecordId | None = Field(default=None, description="the id of a user in the inventory")
    internet_provider: ShortText | None = None


class Licence(HandedOver):
    """A software licence, assigned to a user or to a workstation if to anyone."""

    licence: RecordId | None = None
    software: ShortText
    expires_on: LocalDate | None = None
    assigned_user: RecordId | None = Field(default=None, description="the id of a user in the inventory")
    assigned_workstation: RecordId | None = Field(default=None, description="the id of equipment in the inventory")

    @model_validator(mode="after")
    def _is_assigned_once(self) -> Self:
        if self.assigned_user is not None and self.assigned_workstation is not None:
            raise ValueError("assign the licence to a user or to a workstation, not to both")
        return self


class System(HandedOver):
    """A part of the IT infrastructure: a router, a firewall, a printer, a server."""

    system: RecordId | None = None
    name: NamingLine
    type: ShortText
    ip_address: IpAddress | None = None
    location: NamingLine | None = None
    network_diagrams: Documents = ()
    photos: Documents = ()
    responsible: NamingLine | None = Field(default=None, description="the person or team who answers for the system")


class Credential(HandedOver):
    """What a system's account is entered with, as the customer granted it (IT-A2.8); no person's own password.

    A login often tells whose it is, and the secret opens nothing without it.
    """

    credential: RecordId
    system: RecordId | None = Field(default=None, description="the id of a system in the inventory")
    username: Annotated[LoginName, OwnKey(shared=SIGN_IN)]
    secret: Annotated[Secret, OwnKey(shared=SIGN_IN)]
    note: NamingText | None = None


class RecordsAsked(Frozen):
    """Asks which of these ids a contract's inventory holds."""

    contract: str
    ids: dict[InventoryKind, tuple[str, ...]]


class RecordsKnown(Frozen):
    """Those that it holds, and the users among those asked about whose keys go or are gone."""

    ids: dict[InventoryKind, tuple[str, ...]]
    erased_users: tuple[str, ...] = ()

    def holds(self, kind: InventoryKind, record: str) -> bool:
        return record in self.ids.get(kind, ())


class InventoryRecord(Frozen):
    """A record as it is listed: its id, since when, and the facts that tell of no person."""

    inventory: InventoryKind
    id: str
    since: AwareDatetime
    facts: dict[str, Any]


def details_of(record: Frozen) -> dict[str, Any]:
    """A record's fields but its id and its references, as JSON; what is not given is left out."""
    named = {*ID_FIELDS.values(), *REFERENCES}
    return {name: value for name, value in _given(record) if name not in named}


def references_of(record: Frozen, kind: InventoryKind) -> dict[str, str]:
    """The other records that a record of this kind names, by its fields."""
    return {name: value for name, value in _given(record) if name in REFERENCES and name != ID_FIELDS[kind]}


def _given(record: Frozen) -> Iterable[tuple[str, Any]]:
    return record.model_dump(mode="json", exclude_none=True).items()
