"""The inventory and the vault's contents: kept by acts, told by ids, held by the ledger (IT-A1, IT-A2.7).

The contract's state has numbers alone. Which ids there are is the ledger's to say: it is asked before an act is
done, and as the contract takes one step at a time, the answer still holds when the step is recorded.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.acts import Act
from schemas.erasure import Reason
from schemas.inventory import (
    ID_FIELDS,
    MOST_RECORDS,
    REFERENCES,
    InventoryKind,
    RecordsAsked,
    RecordsKnown,
    details_of,
    references_of,
)
from schemas.inventory_acts import (
    AddUser,
    ChangeUser,
    DropCredential,
    EraseUser,
    RecordEquipment,
    RecordLicence,
    RecordSystem,
    RemoveLicence,
    RemoveSystem,
    RetireEquipment,
    SettleSearch,
    StoreCredential,
)
from schemas.ledger import RecordKept, RecordRemoved, UserChanged, UserErased
from terms.inventory import ERASED_USER, made_id
from terms.vault import credentials_are_mandated
from workflows.process import Process, takes
from workflows.refusal import ActRefused
from workflows.steps import Step
from workflows.users import erase_users


class Inventory(Process):
    """Keeps what annex 1 lists, and no longer than it is needed (IT-A1, IT-13, DPA-I.1.1)."""

    def count(self, kind: InventoryKind) -> int:
        return self.state.inventory.records.get(kind, 0)

    # Users

    @takes(AddUser)
    async def add_user(self, act: AddUser, step: Step) -> None:
        self.require_running()
        known = await self._known({"users": (act.user,)})
        if act.user in known.erased_users:
            # Sealed before the erasure, or before its key is destroyed: it would be lost with that.
            raise ActRefused(ERASED_USER, "DPA-I.1.1", "DPA-II.3.1")
        if known.holds("users", act.user):
            raise ActRefused("user: is in the inventory already; change_user changes it", "IT-A1")
        self._add("users")
        step.change(RecordKept(inventory="users", record=act.user, details=details_of(act)))
        step.tell("user.added", "IT-A1", "IT-3", user=act.user)

    @takes(ChangeUser)
    async def change_user(self, act: ChangeUser, step: Step) -> None:
        """Data is corrected as the customer reports it (DPA-II.1.3, DPA-II.4.2)."""
        await self._require_known("users", act.user)
        details = {name: value for name, value in details_of(act).items() if name != "cleared"}
        step.change(UserChanged(user=act.user, details=details, cleared=act.cleared))
        step.tell("user.changed", "DPA-II.4.2", "DPA-II.1.3", user=act.user, fields=sorted({*details, *act.cleared}))

    @takes(EraseUser)
    async def erase_user(self, act: EraseUser, step: Step) -> None:
        """One user's data goes at once, at the controller's request (DPA-I.1.1)."""
        await self.require_user(act.user)
        self.erase(act.user, step, "user_erased")

    @takes(SettleSearch)
    async def settle_search(self, act: SettleSearch, step: Step) -> None:
        if act.user not in (await self._known({"users": (act.user,)})).erased_users:
            raise ActRefused("user: nobody of this id was erased", "DPA-I.1.1")
        step.tell("user.searched", "DPA-I.1.1", user=act.user)

    async def require_user(self, user: str) -> None:
        await self._require_known("users", user)

    def erase(self, user: str, step: Step, reason: Reason) -> None:
        """The user's row and key go, whatever change was to take them later."""
        for change in self.state.pending:
            change.leaving = [each for each in change.leaving if each != user]
        self._erase(user, step, "DPA-I.1.1", "DPA-II.1.3")
        erase_users(self.contract, (user,), reason, step)

    async def require_leavers(self, leaving: Sequence[str], *, at_least: int) -> None:
        """Refuse a change that names fewer than `at_least` users, or one who is not in the inventory."""
        if len(leaving) < at_least:
            raise ActRefused(
                f"leaving: {self.count('users')} users are listed in the inventory; "
                f"name at least {at_least} of them who leave",
                "IT-24.2",
                "DPA-I.1.1",
                latvian=f"jānorāda vismaz {at_least} Lietotāji, kuru dati ar izmaiņām ir jādzēš",
            )
        if not leaving:
            return
        known = await self._known({"users": tuple(leaving)})
        going = {user for change in self.state.pending for user in change.leaving}
        for position, user in enumerate(leaving):
            if not known.holds("users", user) or user in going:
                why = "leaves with another change already" if user in going else "is not in the inventory"
                raise ActRefused(
                    f"leaving[{position}]: this user {why}",
                    "IT-24.2",
                    "DPA-I.1.1",
                    latvian="norādītais Lietotājs nav reģistrēts vai jau tiek dzēsts ar citām izmaiņām",
                )

    def leave(self, users: Sequence[str], step: Step) -> None:
        """On the day of a change the data of those who leave with it goes (IT-24.2, DPA-I.1.1)."""
        for user in users:
            self._erase(user, step, "DPA-I.1.1", "IT-24.2")
        if users:
            erase_users(self.contract, users, "user_erased", step)

    def _erase(self, user: str, step: Step, *clauses: str) -> None:
        self._remove("users")
        step.change(UserErased(user=user))
        step.tell("user.erased", *clauses, user=user)

    # Equipment, licences, systems

    @takes(RecordEquipment)
    async def record_equipment(self, act: RecordEquipment, step: Step) -> None:
        record = await self._put("equipment", act, step)
        step.tell("equipment.recorded", "IT-A1", "IT-3", equipment=record)

    @takes(RetireEquipment)
    async def retire_equipment(self, act: RetireEquipment, step: Step) -> None:
        await self._take_out("equipment", act.equipment, step)
        step.tell("equipment.retired", "IT-A1", "IT-13", equipment=act.equipment)

    @takes(RecordLicence)
    async def record_licence(self, act: RecordLicence, step: Step) -> None:
        record = await self._put("licences", act, step)
        step.tell("licence.recorded", "IT-A1", "IT-3", licence=record)

    @takes(RemoveLicence)
    async def remove_licence(self, act: RemoveLicence, step: Step) -> None:
        await self._take_out("licences", act.licence, step)
        step.tell("licence.removed", "IT-A1", "IT-13", licence=act.licence)

    @takes(RecordSystem)
    async def record_system(self, act: RecordSystem, step: Step) -> None:
        record = await self._put("systems", act, step)
        step.tell("system.recorded", "IT-A1", "IT-3", system=record)

    @takes(RemoveSystem)
    async def remove_system(self, act: RemoveSystem, step: Step) -> None:
        await self._take_out("systems", act.system, step)
        step.tell("system.removed", "IT-A1", "IT-13", system=act.system)

    # The vault

    @takes(StoreCredential)
    async def store_credential(self, act: StoreCredential, step: Step) -> None:
        if not credentials_are_mandated(self.state.mandates):
            raise ActRefused("the customer has withdrawn the consent to storing credentials", "IT-P1.consents", "IT-3")
        record = await self._put("credentials", act, step)
        step.tell("credential.stored", "IT-A2.7", "IT-A2.8", "IT-A2.20", credential=record)

    @takes(DropCredential)
    async def drop_credential(self, act: DropCredential, step: Step) -> None:
        await self._take_out("credentials", act.credential, step)
        step.tell("credential.dropped", "IT-A2.7", "IT-13", credential=act.credential)

    # What all records share

    async def _put(self, kind: InventoryKind, act: Act, step: Step) -> str:
        """Keep a record, in place of what stood under its id; what it names must be in the inventory. Its id."""
        self.require_running()
        name = ID_FIELDS[kind]
        record: str = getattr(act, name) or made_id(name, self.contract.current_act_id)
        references = references_of(act, kind)
        ids: dict[InventoryKind, tuple[str, ...]] = {kind: (record,)}
        for field, named in references.items():
            ids[REFERENCES[field]] = (*ids.get(REFERENCES[field], ()), named)
        known = await self._known(ids)
        for field, named in references.items():
            if not known.holds(REFERENCES[field], named):
                raise ActRefused(f"{field}: no such {ID_FIELDS[REFERENCES[field]]} is in the inventory", "IT-A1")
        if not known.holds(kind, record):
            self._add(kind)
        step.change(RecordKept(inventory=kind, record=record, details=details_of(act), references=references))
        return record

    async def _take_out(self, kind: InventoryKind, record: str, step: Step) -> None:
        await self._require_known(kind, record)
        self._remove(kind)
        step.change(RecordRemoved(inventory=kind, record=record))

    async def _require_known(self, kind: InventoryKind, record: str) -> None:
        if self.state.ending.erased:
            raise ActRefused("the personal data of this contract is erased, and its inventory with it", "IT-54")
        known = await self._known({kind: (record,)})
        if not known.holds(kind, record):
            name = ID_FIELDS[kind]
            raise ActRefused(f"{name}: no such {name} is in the inventory", "IT-A1")

    async def _known(self, ids: dict[InventoryKind, tuple[str, ...]]) -> RecordsKnown:
        """Which of these ids there are; where nothing of a kind is kept or was erased, nobody need be asked."""
        users_erased = self.state.user_erasures > 0
        asked = {kind: named for kind, named in ids.items() if self.count(kind) or (kind == "users" and users_erased)}
        if not asked:
            return RecordsKnown(ids={})
        request = RecordsAsked(contract=self.contract.number, ids=asked)
        return await self.contract.insist("known_records", request, RecordsKnown, "Is it in the inventory?")

    def _add(self, kind: InventoryKind) -> None:
        if self.count(kind) >= MOST_RECORDS:
            raise ActRefused(f"{MOST_RECORDS} {kind} are in the inventory, the most that it holds", "IT-A1")
        self.state.inventory.records[kind] = self.count(kind) + 1

    def _remove(self, kind: InventoryKind) -> None:
        self.state.inventory.records[kind] = self.count(kind) - 1
