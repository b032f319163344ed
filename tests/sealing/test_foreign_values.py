"""A value in sealed form is taken only where it was sealed for that very place: anybody can write one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.acts import ChangeContact
from schemas.contract import parse_contract
from schemas.problems import Refused
from schemas.sealed import NOT_SEALED_HERE, sealed_value, unsound
from sealing.sealer import Sealer
from starter.inventory_file import read_rows
from tests.schemas.documents import contract
from tests.sealing.store import Place
from tests.sealing_keys import begun
from tests.workflows.examples import signed

FORGED = "sealed:v1:contract/IT-1/administrator/{generation}:AAAAAAAAAAAAAAAAAAAAAA:" + "A" * 40
EMAIL = "anna@example.lv"


async def contact(sealer: Sealer, **fields: Any) -> dict[str, Any]:
    """What becomes of a change of contract IT-1's administrator."""
    return await sealer.seal_document("IT-1", ChangeContact, {"role": "administrator", **fields})


async def test_what_was_sealed_for_this_place_stays_as_it_is(place: Place) -> None:
    sealer = await begun(Sealer(place.made()), "IT-1")
    once = await contact(sealer, email=EMAIL, name="Anna Bērziņa", phone="+37129123456")
    assert all(sealed_value(once[field]) is not None for field in ("email", "name", "phone"))
    assert await contact(sealer, **{name: value for name, value in once.items() if name != "role"}) == once


async def test_what_was_not_is_unsound(place: Place) -> None:
    sealer = await begun(Sealer(place.made()), "IT-1", "IT-2")
    own = await sealer.seal("IT-1", "administrator", EMAIL)
    last = own[-1]
    foreign = {
        "forged under the key that there is": FORGED.format(generation=1),
        "forged under one that never was": FORGED.format(generation=99),
        "another contract's": await sealer.seal("IT-2", "administrator", EMAIL),
        "another contract's, renamed": (await sealer.seal("IT-2", "administrator", EMAIL)).replace("IT-2", "IT-1"),
        "another person's": await sealer.seal("IT-1", "technical_contact", EMAIL),
        "the product's own": own.replace("contract/IT-1/administrator", "system/temporal"),
        "with another look-up": own.replace(own.split(":")[3], "A" * 22),
        "changed": own[:-1] + ("A" if last != "A" else "B"),
        "another field's": await sealer.seal("IT-1", "administrator", "Anna Bērziņa"),
        "sealed twice": await sealer.seal("IT-1", "administrator", own),
    }
    for name, token in foreign.items():
        assert (await contact(sealer, email=token))["email"] == unsound(NOT_SEALED_HERE), name
    await sealer.keys.destroy("contract/IT-1/administrator/1")
    assert (await contact(sealer, email=own))["email"] == unsound(NOT_SEALED_HERE)


async def test_a_contract_is_not_sealed_over_what_was_not_sealed_for_it(place: Place) -> None:
    sealer = await begun(Sealer(place.made()), "IT-1")
    given = signed()
    administrator = given.customer.representative.model_copy(update={"email": FORGED.format(generation=1)})
    customer = given.customer.model_copy(update={"administrator": administrator})
    with pytest.raises(Refused) as refused:
        await sealer.seal_contract(given.model_copy(update={"number": "IT-1", "customer": customer}))
    assert str(refused.value) == f"customer.administrator.email: {NOT_SEALED_HERE}"


@pytest.mark.parametrize("token", [FORGED.format(generation=1), unsound("anything")])
def test_a_contract_file_has_no_value_in_sealed_form(token: str) -> None:
    document = contract()
    document["customer"]["administrator"] |= {"email": token, "name": token}
    document["content"]["users"] = "-1"
    with pytest.raises(Refused) as refused:
        parse_contract(json.dumps(document).encode())
    fields = {problem.field for problem in refused.value.problems}
    assert fields == {"customer.administrator.email", "customer.administrator.name", "content.users"}
    assert token not in str(refused.value)


def test_a_row_of_a_file_has_no_value_in_sealed_form() -> None:
    token = FORGED.format(generation=1)
    with pytest.raises(Refused) as refused:
        read_rows(f"user,name,email,login,work_phone,note\nu-1,Anna B,{token},,,\n".encode(), "users")
    assert str(refused.value) == f"row 2: email: {NOT_SEALED_HERE}"
