"""What may name a person whom nobody knows yet is sealed under a key of its own, which goes with the inventory's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.act import Act
from schemas.acts import RecordAudit, RecordDispute
from schemas.erasure import EVERY_USER, ErasureOrder
from schemas.inventory_acts import AddUser, RecordEquipment, RecordSystem, StoreCredential
from schemas.personal import INVENTORY, is_of_one_value
from schemas.sealed import NOT_SEALED_HERE, sealed_value, unsound
from sealing.errors import KeyDestroyed
from sealing.keys import contract_owner, owner_of
from sealing.sealer import Sealer
from tests.partners.key_vault.server import Fault
from tests.sealing.store import Place
from tests.sealing_keys import begun
from tests.sealing_stores.places import vault_place

NUMBER = "IT-1"
SYSTEM = {"name": "GW", "type": "Router", "location": "Pagrabs", "responsible": "Jānis Kalniņš"}
# SHA-256 of `a-1/responsible` and `a-2/responsible`, by sha256sum: its first 24 digits.
FIRST, SECOND = "1075fb51a4bfef8b9304fc51", "ccf919c157af9675edddaaae"


async def sealed(sealer: Sealer, act_id: str, model: type[Act] = RecordSystem, **fields: Any) -> dict[str, Any]:
    return await sealer.seal_document(NUMBER, model, fields or SYSTEM, act_id=act_id)


def subject_of(value: str) -> str:
    parts = sealed_value(value)
    assert parts is not None
    owner, generation = owner_of(parts.key_id)
    assert (owner.scope, generation, parts.look_up) == (f"contract/{NUMBER}", 1, "")
    return owner.name


@pytest.mark.clause("IT-A1", "DPA-I.1.1")
async def test_each_such_value_has_a_key_of_its_act_and_the_rest_the_inventory_s(place: Place) -> None:
    sealer = await begun(Sealer(place.made()), NUMBER)
    system = await sealed(sealer, "a-1", RecordSystem, **SYSTEM, ip_address="192.168.1.1")
    assert subject_of(system["responsible"]) == f"inventory.1.{FIRST}"
    assert subject_of(system["ip_address"]) == INVENTORY
    assert len({subject_of(system[field]) for field in ("name", "location", "responsible")}) == 3
    assert await sealer.open(system["responsible"]) == "Jānis Kalniņš"
    # The same person named again, by another act, is told by nothing but the clear text.
    assert subject_of((await sealed(sealer, "a-2"))["responsible"]) == f"inventory.1.{SECOND}"
    workstation = await sealed(sealer, "a-3", RecordEquipment, name="KALNINS-PC", type="PC", serial_number="S-1")
    assert subject_of(workstation["name"]) != subject_of(workstation["serial_number"])
    assert all(subject_of(workstation[field]).startswith("inventory.1.") for field in ("name", "serial_number"))


@pytest.mark.clause("IT-A2.7", "IT-6", "DPA-I.1.1")
async def test_what_is_of_no_use_apart_has_one_key_and_so_has_a_list(place: Place) -> None:
    sealer = await begun(Sealer(place.made()), NUMBER)
    fields = {"credential": "gw", "username": "jkalnins", "secret": "Koks-77", "note": "Konts"}
    stored = await sealed(sealer, "a-4", StoreCredential, **fields)
    # SHA-256 of `a-4/sign_in`, by sha256sum: its first 24 digits.
    assert {subject_of(stored[field]) for field in ("username", "secret")} == {"inventory.1.762471dc4fe708fa6b344941"}
    assert subject_of(stored["note"]) != subject_of(stored["secret"])
    system = await sealed(sealer, "a-5", RecordSystem, **SYSTEM, photos=["1.jpg", "2.jpg"], network_diagrams=["1.vsdx"])
    assert len({subject_of(photo) for photo in system["photos"]}) == 1
    assert subject_of(system["network_diagrams"][0]) != subject_of(system["photos"][0])
    finding = {"severity": "low", "text": "Nav paroles", "recommendation": "Iestatīt"}
    audit = await sealed(sealer, "a-6", RecordAudit, findings=[finding, finding])
    keys = [{subject_of(one[field]) for field in ("text", "recommendation")} for one in audit["findings"]]
    assert [len(each) for each in keys] == [1, 1]
    assert keys[0] != keys[1]
    assert [await sealer.open(one["text"]) for one in audit["findings"]] == ["Nav paroles", "Nav paroles"]


@pytest.mark.clause("DPA-I.1.1", "IT-41")
async def test_a_note_goes_with_whom_it_is_about_and_one_about_nobody_with_the_contract(place: Place) -> None:
    sealer = await begun(Sealer(place.made()), NUMBER)
    note = subject_of((await sealed(sealer, "a-7", AddUser, user="u-2", name="Ilze Ozola", note="Bez"))["note"])
    dispute = subject_of((await sealed(sealer, "a-8", RecordDispute, note="Strīds"))["note"])
    assert note.startswith("user-u-2.1.")
    assert dispute.startswith("self.1.")
    assert (is_of_one_value(note), is_of_one_value(dispute), is_of_one_value("user-u-2")) == (True, True, False)

    def goes(**fields: Any) -> list[bool]:
        at = datetime(2026, 5, 14, 3, tzinfo=UTC)
        order = ErasureOrder(contract=NUMBER, phase="users-1", at=at, reason="stop_requested", **fields)
        return [order.destroys(name, 1) for name in (note, dispute)]

    assert goes(subjects=("user-u-2",)) == [True, False]
    assert goes(subjects=("user-u-1",)) == [False, False]
    assert goes(subjects=("user-u-1",), values=frozenset({note, dispute})) == [True, True]
    assert goes(subjects=(EVERY_USER, INVENTORY), users=frozenset({"u-2"})) == [True, False]
    assert goes(subjects=(EVERY_USER, INVENTORY), users=frozenset({"u-1"})) == [False, False]
    # The contract's own erasure, with which its key of the next generation begins.
    assert goes(goes_on_under=2) == [True, True]
    assert goes(goes_on_under=1) == [True, False]


@pytest.mark.long
async def test_a_vault_makes_the_keys_of_one_act_side_by_side_and_not_all_at_once() -> None:
    """Two seconds for each of an audit's findings would be minutes: 45 keys in rounds of at most 20."""
    async with vault_place() as vault:
        store = vault.opened(make=True)
        await store.check()
        sealer = await begun(Sealer(store), NUMBER)
        vault.served.faults.append(Fault("PUT", "/secrets/", times=1000, delay_seconds=0.005))
        findings = [{"severity": "low", "text": f"Nr. {number}"} for number in range(45)]
        vault.served.most_in_hand = 0
        audit = await sealed(sealer, "a-9", RecordAudit, findings=findings)
        assert 10 < vault.served.most_in_hand <= 20
        assert [await sealer.open(one["text"]) for one in audit["findings"]] == [one["text"] for one in findings]


async def test_an_act_sent_twice_has_one_key(place: Place) -> None:
    sealer = await begun(Sealer(place.made()), NUMBER)
    first, again = [(await sealed(sealer, "a-1"))["responsible"] for _ in range(2)]
    assert first != again
    assert subject_of(first) == subject_of(again)
    await sealer.keys.destroy(f"contract/{NUMBER}/inventory.1.{FIRST}/1")
    for value in (first, again):
        with pytest.raises(KeyDestroyed):
            await sealer.open(value)
    assert await sealer.open((await sealed(sealer, "a-2"))["responsible"]) == "Jānis Kalniņš"


async def test_a_value_is_taken_as_sealed_only_in_its_own_act(place: Place) -> None:
    sealer = await begun(Sealer(place.made()), NUMBER)
    own = await sealed(sealer, "a-1")
    assert await sealed(sealer, "a-1", **own) == own
    assert (await sealed(sealer, "a-2", **own))["responsible"] == unsound(NOT_SEALED_HERE)
    # Under the inventory's own key it would outlive whom it names.
    whole = await sealer.seal(NUMBER, INVENTORY, "Jānis Kalniņš")
    assert (await sealed(sealer, "a-1", **own | {"responsible": whole}))["responsible"] == unsound(NOT_SEALED_HERE)


@pytest.mark.clause("DPA-II.3.1", "IT-41")
async def test_it_goes_with_the_inventory_s_key_of_its_time_at_the_latest(place: Place) -> None:
    sealer = await begun(Sealer(place.made()), NUMBER)
    before = subject_of((await sealed(sealer, "a-1"))["responsible"])
    await sealer.keys.renew(contract_owner(NUMBER, INVENTORY))
    since = subject_of((await sealed(sealer, "a-2"))["responsible"])
    assert since == f"inventory.2.{SECOND}"

    def goes(**fields: Any) -> list[bool]:
        at = datetime(2026, 5, 14, 3, tzinfo=UTC)
        order = ErasureOrder(contract=NUMBER, phase="users-1", at=at, reason="stop_requested", **fields)
        return [order.destroys(name, 1) for name in (before, since, "user-u-1")]

    everything = (EVERY_USER, INVENTORY)
    assert goes(subjects=everything, inventory_goes_on_under=2) == [True, False, True]
    assert goes(subjects=everything) == [True, True, True]
    assert goes(subjects=("user-u-1",)) == [False, False, True]
    assert goes(subjects=("user-u-2",), values=frozenset({since})) == [False, True, False]
    # The contract's own erasure.
    assert goes(goes_on_under=2) == [True, True, True]
