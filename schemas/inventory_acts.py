"""The acts that keep the inventory and the vault (IT-A1, IT-A2.7).

An act about one person names that person by an id: what it brings is sealed under that person's key.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from schemas.act import Act
from schemas.fields import EmailAddress, PersonName, PhoneNumber
from schemas.inventory import Credential, Equipment, Licence, System, User, unique
from schemas.record_fields import LoginName, NamingText, RecordId, UserId

# Users


class AddUser(User, Act, it_support=("IT-A1", "IT-3")):
    """A person is taken on the list of users."""


class ChangeUser(Act, it_support=("DPA-II.4.2", "DPA-II.1.3")):
    """What the customer reports about a user; fields not named stay as they were, `cleared` ones are emptied."""

    user: UserId
    name: PersonName | None = None
    email: EmailAddress | None = None
    login: LoginName | None = None
    work_phone: PhoneNumber | None = None
    note: NamingText | None = None
    cleared: Annotated[tuple[Literal["email", "login", "work_phone", "note"], ...], AfterValidator(unique)] = ()

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        given = self.model_dump(exclude={"user", "cleared"}, exclude_none=True)
        if not given and not self.cleared:
            raise ValueError("give at least one of name, email, login, work_phone, note, or name it in cleared")
        if given.keys() & set(self.cleared):
            raise ValueError("a field is either given or cleared, not both")
        return self


class EraseUser(Act, it_support=("DPA-I.1.1", "DPA-II.1.3")):
    """A user is taken off the list at the controller's request, and everything about that person with it."""

    user: UserId


class SettleSearch(Act, it_support=("DPA-I.1.1",)):
    """A person has looked through what may still name an erased user, and what did is gone.

    No word of what was found: that would name the user again.
    """

    user: RecordId


# Equipment, licences, systems


class RecordEquipment(Equipment, Act, it_support=("IT-A1", "IT-3")):
    """Equipment is put on record; under an id that is there already, in place of what was."""


class RetireEquipment(Act, it_support=("IT-A1", "IT-13")):
    """Equipment is out of use; licences assigned to it are free again."""

    equipment: RecordId


class RecordLicence(Licence, Act, it_support=("IT-A1", "IT-3")):
    """A licence is put on record; under an id that is there already, in place of what was."""


class RemoveLicence(Act, it_support=("IT-A1", "IT-13")):
    """A licence is given up."""

    licence: RecordId


class RecordSystem(System, Act, it_support=("IT-A1", "IT-3")):
    """An IT system is put on record; under an id that is there already, in place of what was."""


class RemoveSystem(Act, it_support=("IT-A1", "IT-13")):
    """An IT system is out of use."""

    system: RecordId


# The vault


class StoreCredential(Credential, Act, it_support=("IT-A2.7", "IT-A2.8", "IT-A2.20")):
    """Credentials that the customer granted go into the vault; under an id that is there, in place of what was."""


class DropCredential(Act, it_support=("IT-A2.7", "IT-13")):
    """Credentials are not needed any more, and gone from the vault."""

    credential: RecordId
