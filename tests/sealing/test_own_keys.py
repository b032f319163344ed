"""What may name a person whom nobody knows yet is sealed under a key of its own, which goes with the inventory's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.act import Act
from schemas.erasure import EVERY_USER, ErasureOrder
from schemas.inventory_acts import RecordEquipment, RecordSystem
from schemas.personal import INVENTORY
from schemas.sealed import NOT_SEALED_HERE, sealed_value, unsound
from sealing.errors import KeyDestroyed
from sealing.keys import contract_owner, owner_of
from sealing.sealer import Sealer
from tests.sealing.store import Place
from tests.sealing_keys import begun

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
    system = await sealed(sealer, "a-1")
    assert subject_of(system["responsible"]) == f"inventory.1.{FIRST}"
    assert {subject_of(system[field]) for field in ("name", "location")} == {INVENTORY}
    assert await sealer.open(system["responsible"]) == "Jānis Kalniņš"
    # The same person named again, by another act, is told by nothing but the clear text.
    assert subject_of((await sealed(sealer, "a-2"))["responsible"]) == f"inventory.1.{SECOND}"
    workstation = await sealed(sealer, "a-3", RecordEquipment, name="KALNINS-PC", type="PC", serial_number="S-1")
    assert subject_of(workstation["name"]).startswith("inventory.1.")
    assert subject_of(workstation["serial_number"]) == INVENTORY


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
