"""Temporal's payloads under a key: they come back whole, or are told for what they are."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from runtime.codec import ContractCodec, owner_of_workflow
from runtime.converter import sealing_converter
from schemas.sealed import INTAKE_ENCODING
from sealing import payloads
from sealing.errors import KeyMissing, KeyStoreUnreachable, SealingError, Tampered
from sealing.keys import contract_owner, system_owner
from tests.sealing.store import KEY_ID, OWNER, Place, flips
from tests.sealing_keys import begun, sealer

CLEAR = Payload(metadata={"encoding": b"json/plain"}, data='{"note": "Anna Bērziņa"}'.encode())
CONTRACT = WorkflowSerializationContext(namespace="default", workflow_id="contract/IT-1")


@given(st.binary(max_size=300), st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=20), st.binary()))
def test_any_payload_comes_back(data: bytes, metadata: dict[str, bytes]) -> None:
    async def there_and_back() -> None:
        given = Payload(metadata=metadata, data=data)
        codec = ContractCodec((await begun(sealer(), "IT-1")).keys).with_context(CONTRACT)
        (encoded,) = await codec.encode([given])
        assert payloads.key_id_of(encoded) == KEY_ID
        assert await codec.decode([encoded]) == [given]

    asyncio.run(there_and_back())


async def test_a_converter_is_kept_for_its_own_contract_alone(place: Place) -> None:
    """Though the SDK asks for one at each payload, and for several contracts in turn."""
    store = place.made()
    converter = sealing_converter(store)
    contexts = [replace(CONTRACT, workflow_id=f"contract/IT-{number}") for number in (1, 2)]
    for number in (1, 2):
        await store.begin(contract_owner(f"IT-{number}"))
    keys = [
        payloads.key_id_of((await converter.with_context(context).encode(["Anna"]))[0])
        for context in (*contexts, *contexts)
    ]
    assert keys == ["contract/IT-1/self/1", "contract/IT-2/self/1"] * 2
    first, second, again = (converter.with_context(context) for context in (*contexts, contexts[0]))
    assert first is again is not second
    assert payloads.key_id_of((await converter.encode(["Anna"]))[0]) == "system/temporal/1"


async def test_nothing_is_encoded_under_another_key_than_the_one_that_is_lost(place: Place) -> None:
    """Of a number that was never taken over there is none: what ends there and says why is the product's own."""
    store = place.made()
    codec = ContractCodec(store).with_context(CONTRACT)
    (refused,) = await codec.encode([CLEAR])
    assert payloads.key_id_of(refused) == "system/temporal/1"
    await store.begin(OWNER)
    (encoded,) = await codec.encode([CLEAR])
    assert payloads.key_id_of(encoded) == KEY_ID
    place.key_file.unlink()
    for each in (codec, ContractCodec(place.opened()).with_context(CONTRACT)):
        with pytest.raises(KeyMissing, match=KEY_ID):
            await each.encode([CLEAR])


async def test_each_changed_byte_of_a_payload_is_found(place: Place) -> None:
    store = place.made()
    key = await store.begin(OWNER)
    encoded = payloads.encoded(CLEAR, key.id, key.secret)
    for _, data in flips(encoded.data):
        changed = Payload(metadata=dict(encoded.metadata), data=data)
        with pytest.raises(Tampered, match=KEY_ID):
            await payloads.opened(store, changed)
        assert await ContractCodec(store).decode([changed]) == [changed], "its reader refuses it"
    for name in ("encoding", payloads.KEY_ID):
        for _, value in flips(encoded.metadata[name]):
            changed = Payload(metadata={**encoded.metadata, name: value}, data=encoded.data)
            with pytest.raises(SealingError):
                await payloads.opened(store, changed)


async def test_a_damaged_key_is_an_error_and_no_fault_of_the_payload(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """It can be put back, so nothing may be refused for it; a changed payload cannot, and is named in the log."""
    store = place.made()
    key = await store.begin(OWNER)
    encoded = payloads.encoded(CLEAR, key.id, key.secret)
    changed = Payload(metadata=dict(encoded.metadata), data=encoded.data[:-1] + bytes([encoded.data[-1] ^ 1]))
    assert await ContractCodec(store).decode([changed]) == [changed]
    assert caplog.messages == [
        f"a payload is handed on unopened: a payload under key {key.id} was changed after it was sealed, "
        "or sealed for another purpose"
    ]
    [file] = place.keys.rglob("self.1.key")
    whole = file.read_bytes()
    at = whole.index(b'"wrapped": "') + len(b'"wrapped": "')
    file.write_bytes(whole[:at] + (b"B" if whole[at : at + 1] == b"A" else b"A") + whole[at + 1 :])
    with pytest.raises(Tampered, match="wrapped key"):
        await ContractCodec(place.opened()).decode([encoded])
    file.write_bytes(whole)
    assert await ContractCodec(place.opened()).decode([encoded]) == [CLEAR]


@pytest.mark.parametrize(
    "key_id", ["", "x", "contract/IT-1/self", "contract/../../1", "contract/IT-1/" + "a" * 5000 + "/1", "\0", "ī"]
)
async def test_a_key_id_that_is_none_is_tampering_and_not_repeated(place: Place, key_id: str) -> None:
    store = place.made()
    odd = Payload(metadata={"encoding": payloads.ENCODING.encode(), payloads.KEY_ID: key_id.encode()}, data=b"x" * 40)
    with pytest.raises(Tampered) as found:
        await payloads.opened(store, odd)
    assert str(found.value).startswith("a payload's key id was changed")
    assert await ContractCodec(store).decode([odd]) == [odd]


async def test_a_payload_does_not_pass_for_one_of_the_other_kind(place: Place) -> None:
    store = place.made()
    taken_in = await payloads.encoded_for_intake(store, CLEAR)
    assert await payloads.opened(store, taken_in) == CLEAR
    assert taken_in.metadata["encoding"].decode() == INTAKE_ENCODING
    taken_in.metadata["encoding"] = payloads.ENCODING.encode()
    with pytest.raises(Tampered):
        await payloads.opened(store, taken_in)


async def test_each_intake_has_a_key_of_its_own(place: Place) -> None:
    store = place.made()
    ids = {payloads.key_id_of(await payloads.encoded_for_intake(store, CLEAR)) for _ in range(5)}
    assert len(ids) == 5
    assert {note.id for note in await store.notes("intake")} == ids


async def test_people_are_shown_what_is_erased_lost_or_changed(place: Place) -> None:
    store = place.made()
    key = await store.begin(OWNER)
    encoded = payloads.encoded(CLEAR, key.id, key.secret)
    changed = Payload(metadata=dict(encoded.metadata), data=encoded.data[:-1])
    lost = Payload(metadata={**encoded.metadata, payloads.KEY_ID: b"contract/IT-9/self/1"}, data=encoded.data)

    assert await payloads.shown(store, CLEAR) == (CLEAR, False)
    assert await payloads.shown(store, encoded) == (CLEAR, True)
    assert "was changed after it was sealed" in await _told(place, changed)
    assert "is not in the key store" in await _told(place, lost)

    await store.destroy(key.id)
    assert await _told(place, encoded) == "erased"

    place.keys.rename(place.state / "away")
    with pytest.raises(KeyStoreUnreachable):
        await payloads.shown(store, encoded)


async def _told(place: Place, payload: Payload) -> str:
    shown, was_opened = await payloads.shown(place.opened(), payload)
    assert not was_opened
    assert dict(shown.metadata) == {"encoding": b"json/plain"}
    told = json.loads(shown.data)
    assert told == "erased" or told.startswith("cannot be opened: ")
    return str(told)


@pytest.mark.parametrize(
    ("workflow_id", "owner"),
    [
        ("contract/IT-1", contract_owner("IT-1")),
        ("contract/", system_owner("temporal")),
        ("contract/two words", system_owner("temporal")),
        ("contract/../x", system_owner("temporal")),
        ("erasure/IT-1", system_owner("temporal")),
        (None, system_owner("temporal")),
    ],
)
def test_a_contracts_workflow_has_the_contracts_key(workflow_id: str | None, owner: object) -> None:
    assert owner_of_workflow(workflow_id) == owner
