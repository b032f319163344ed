"""Sealed values: their format, whom they are about, and what becomes of one that was changed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.sealed import is_key_id, same, sealed_value
from sealing.errors import KeyDestroyed, SealingError, Tampered
from sealing.keys import contract_owner
from sealing.sealer import Sealer
from tests.sealing.store import Place, flips
from tests.sealing_keys import begun, sealer, sealer_in

NUMBER = "IT-2026-000001"
TEXTS = st.text(st.characters(codec="utf-8"), max_size=300)


@given(TEXTS, st.sampled_from(["self", "administrator", "user-7", "user-a.b:c_d"]))
def test_any_text_comes_back(text: str, subject: str) -> None:
    async def there_and_back() -> None:
        token = await (await begun(sealer(), NUMBER)).seal(NUMBER, subject, text)
        parts = sealed_value(token)
        assert parts is not None
        assert str(parts) == token
        assert parts.key_id == contract_owner(NUMBER, subject).key_id(1)
        assert token.isascii()
        assert await sealer().open(token) == text

    asyncio.run(there_and_back())


async def test_each_changed_byte_of_a_sealed_value_is_found(place: Place) -> None:
    store = place.made()
    token = await (await begun(Sealer(store), "IT-1")).seal("IT-1", "administrator", "Anna Bērziņa")
    body = token.rindex(":") + 1
    named = 0
    for position, changed in flips(token.encode()):
        with pytest.raises(SealingError) as found:
            await Sealer(store).open(changed.decode())
        assert "Anna" not in str(found.value), position
        # A letter that no body has makes it no sealed value, which has no key; every other change is of this one.
        if position >= body and sealed_value(changed.decode()) is not None:
            found.match("a value sealed under key contract/IT-1/administrator/1 was changed")
            named += 1
    assert named > (len(token) - body) / 2


@pytest.mark.parametrize(
    "token",
    [
        "",
        "Anna",
        "sealed:v1:",
        "sealed:v1:contract/IT-1/self/1::short",
        "sealed:v2:contract/IT-1/self/1::" + "A" * 40,
        "sealed:v1:contract/../self/1::" + "A" * 40,
        "sealed:v1:/etc/passwd/1::" + "A" * 40,
    ],
)
async def test_what_is_no_sealed_value_is_not_opened(place: Place, token: str) -> None:
    with pytest.raises(Tampered):
        await Sealer(place.made()).open(token)


async def test_a_value_cut_short_is_found(place: Place) -> None:
    store = await begun(Sealer(place.made()), "IT-1", "IT-2")
    token = await store.seal("IT-1", "self", "Anna Bērziņa")
    with pytest.raises(Tampered):
        await store.open(token[:-1])


async def test_a_value_does_not_open_under_another_contracts_key(place: Place) -> None:
    store = await begun(Sealer(place.made()), "IT-1", "IT-2")
    token = await store.seal("IT-1", "self", "Anna")
    await store.seal("IT-2", "self", "Anna")
    with pytest.raises(Tampered, match="contract/IT-2/self/1"):
        await store.open(token.replace("IT-1", "IT-2"))


async def test_look_ups_tell_equal_texts_within_one_contract_alone(place: Place) -> None:
    store = await begun(Sealer(place.made()), "IT-1", "IT-2")
    one = await store.seal("IT-1", "administrator", "Anna@example.lv")
    again = await store.seal("IT-1", "technical_contact", "anna@example.lv")
    other = await store.seal("IT-1", "self", "juris@example.lv")
    elsewhere = await store.seal("IT-2", "administrator", "anna@example.lv")
    assert same(one, again)
    assert not same(one, other)
    assert not same(one, elsewhere)
    assert not same(one, "anna@example.lv")


async def test_look_ups_tell_nothing_to_who_lacks_the_key(tmp_path: Path) -> None:
    """Of the same text in the same contract another key makes another, so no table of guesses fits."""
    one, other = [await begun(sealer_in(tmp_path / name), NUMBER) for name in ("one", "other")]
    assert await one.look_up(NUMBER, "anna@example.lv") == await one.look_up(NUMBER, "anna@example.lv")
    assert await one.look_up(NUMBER, "anna@example.lv") != await other.look_up(NUMBER, "anna@example.lv")


async def test_nothing_about_a_user_is_left_when_the_users_key_is_gone(place: Place) -> None:
    """Not even a keyed hash, which the contract's key could be tried on."""
    store = await begun(Sealer(place.made()), "IT-1", "IT-2")
    token = await store.seal("IT-1", "user-7", "Anna Bērziņa")
    parts = sealed_value(token)
    assert parts is not None
    assert parts.look_up == ""
    await store.keys.destroy("contract/IT-1/user-7/1")
    with pytest.raises(KeyDestroyed):
        await store.open(token)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("contract/IT-1/self/1", True),
        ("contract/IT-1/user-a.b:c_d/12", True),
        ("system/temporal/1", True),
        ("intake/0f8fad5bd9cb469fa165708677289502/1", True),
        ("contract/IT-1/self/0", False),
        ("contract/IT-1/self/01", False),
        ("contract/IT-1/self/+1", False),
        ("contract/IT-1/self/١", False),
        ("contract/IT-1/../1", False),
        ("contract/IT-1/.self/1", False),
        ("contract/../../etc/1", False),
        ("contract/IT-1/Anna Bērziņa/1", False),
        ("contract/IT-1/self/1\n", False),
        ("contract/IT-1/" + "a" * 111 + "/1", False),
        ("contract/IT-1/self", False),
        ("other/IT-1/self/1", False),
        ("", False),
    ],
)
def test_what_may_be_a_key_id(text: str, right: bool) -> None:
    assert is_key_id(text) is right
