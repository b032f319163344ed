"""The inventory as the contract keeps it: by ids and numbers alone, and one who leaves is named and goes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from schemas.base import RIGA
from schemas.erasure import ErasureOrder, PartnerOrder
from schemas.inventory import KINDS, InventoryKind
from schemas.ledger import ActTaken, PartnerErasureConfirmed, RecordKept, RecordRemoved, UserChanged, UserErased
from schemas.state import ActOutcome
from terms.inventory import ERASED_USER
from tests.workflows.driven import DrivenContract
from tests.workflows.examples import ACTS, signed
from workflows import inventory

JUNE = date(2026, 6, 15)


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=RIGA)


async def listing(*users: str, number: int = 14) -> DrivenContract:
    """A contract for so many users, of whom these are listed."""
    contract = DrivenContract(signed(users=number))
    await contract.until(at(5, 4))
    for user in users:
        assert (await contract.act("add_user", user=user, name="Jānis Kalniņš")).accepted
    return contract


async def change_users(contract: DrivenContract, users: int, effective_on: date = JUNE, **more: Any) -> ActOutcome:
    return await contract.act(
        "request_change", signed_by="Anna Bērziņa", users=users, effective_on=effective_on.isoformat(), **more
    )


def count(contract: DrivenContract, kind: InventoryKind) -> int:
    return contract.state.inventory.records.get(kind, 0)


def told(contract: DrivenContract, event: str) -> list[dict[str, Any]]:
    return [each.data for entry in contract.entries for each in entry.events if each.event == event]


def erased(contract: DrivenContract) -> list[tuple[str, str]]:
    """Users and the local days on which they were erased."""
    return [
        (change.user, f"{entry.at.astimezone(RIGA):%Y-%m-%d %H:%M}")
        for entry in contract.entries
        for change in entry.changes
        if isinstance(change, UserErased)
    ]


# Users


@pytest.mark.clause("IT-A1", "DPA-II.4.2", "DPA-II.1.3")
async def test_a_user_is_listed_changed_as_reported_and_erased_on_request() -> None:
    contract = await listing("u-1")
    changed = await contract.act("change_user", user="u-1", login="jkalnins", cleared=["note", "email"])
    assert changed.accepted
    assert (await contract.act("erase_user", user="u-1")).accepted
    kept, change, gone = [
        each
        for entry in contract.entries
        for each in entry.changes
        if isinstance(each, RecordKept | UserChanged | UserErased)
    ]
    assert isinstance(kept, RecordKept)
    assert (kept.inventory, kept.record, set(kept.details)) == ("users", "u-1", {"name"})
    assert isinstance(change, UserChanged)
    assert (change.user, set(change.details), change.cleared) == ("u-1", {"login"}, ("note", "email"))
    assert gone == UserErased(user="u-1")
    assert told(contract, "user.changed") == [{"user": "u-1", "fields": ["email", "login", "note"]}]
    assert told(contract, "user.erased") == [{"user": "u-1"}]
    assert count(contract, "users") == 0


@pytest.mark.clause("IT-A1")
async def test_a_user_is_listed_once_and_changed_only_while_listed() -> None:
    contract = await listing("u-1")
    again = await contract.act("add_user", user="u-1", name="Ilze Ozola")
    assert again.reason == "user: is in the inventory already; change_user changes it"
    for name, fields in {"change_user": {"login": "x"}, "erase_user": {}}.items():
        refused = await contract.act(name, user="u-2", **fields)
        assert refused.reason == "user: no such user is in the inventory"
    assert count(contract, "users") == 1


async def test_no_more_records_of_a_kind_than_the_inventory_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "MOST_RECORDS", 1)
    contract = await listing("u-1")
    assert (await contract.act("add_user", user="u-2", name="Ilze Ozola")).reason is not None
    assert (await contract.act("record_system", **ACTS["record_system"])).accepted
    # The same one again takes no more room.
    assert (await contract.act("record_system", **ACTS["record_system"])).accepted


@pytest.mark.clause("DPA-I.1.1", "DPA-II.3.1", "DPA-II.3.2")
@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("erase_user", {"user": "u-1"}),
        ("stop_processing", {"user": "u-1", "signed_by": "Anna Bērziņa", "note": "Lūgums"}),
        ("stop_processing", {"signed_by": "Anna Bērziņa", "note": "Lūgums"}),
    ],
)
async def test_a_sub_processor_confirms_a_users_erasure_while_the_contract_lives_on(
    act: str, fields: dict[str, Any]
) -> None:
    contract = await listing("u-1")
    early = await contract.act("confirm_partner_erasure", partner="rmm")
    assert early.reason == "the contract has not ended, no partner was asked to erase"
    assert (await contract.act(act, **fields)).accepted
    assert [order.phase for order in contract.orders if isinstance(order, PartnerOrder)] == ["partners-users-1"]
    assert (await contract.act("confirm_partner_erasure", partner="rmm")).accepted
    assert contract.entries[-1].changes[0] == PartnerErasureConfirmed(partner="rmm")
    assert contract.state.stage != "ended"


@pytest.mark.clause("DPA-I.1.1")
async def test_a_search_is_settled_for_who_was_erased_and_for_nobody_else() -> None:
    contract = await listing("u-1", "u-2")
    nobody = await contract.act("settle_search", user="u-1")
    assert nobody.reason == "user: nobody of this id was erased"
    assert (await contract.act("erase_user", user="u-1")).accepted
    settled = await contract.act("settle_search", user="u-1")
    assert settled.accepted
    [event] = settled.events
    assert (event["event"], event["data"]) == ("user.searched", {"user": "u-1"})
    assert (await contract.act("settle_search", user="u-2")).reason == "user: nobody of this id was erased"
    # Also when every user is erased.
    stopped = await contract.act("stop_processing", signed_by="Anna Bērziņa", note="Lūgums")
    assert stopped.accepted
    assert (await contract.act("settle_search", user="u-2")).accepted


# Equipment, licences, systems, credentials


@pytest.mark.clause("IT-A1")
async def test_a_record_names_only_what_is_in_the_inventory() -> None:
    contract = await listing("u-1")
    pc = ACTS["record_equipment"]
    refused = await contract.act("record_equipment", **pc, assigned_user="u-2")
    assert refused.reason == "assigned_user: no such user is in the inventory"
    assert (await contract.act("record_equipment", **pc, assigned_user="u-1")).accepted
    licence = ACTS["record_licence"]
    refused = await contract.act("record_licence", **licence, assigned_workstation="pc-2")
    assert refused.reason == "assigned_workstation: no such equipment is in the inventory"
    assert (await contract.act("record_licence", **licence, assigned_workstation="pc-1")).accepted
    refused = await contract.act("store_credential", **ACTS["store_credential"], system="router")
    assert refused.reason == "system: no such system is in the inventory"
    assert told(contract, "equipment.recorded") == [{"equipment": "pc-1"}]
    assert told(contract, "licence.recorded") == [{"licence": "office-1"}]


@pytest.mark.clause("IT-A1", "IT-13")
async def test_what_is_out_of_use_leaves_the_inventory() -> None:
    contract = await listing()
    for name in ("record_equipment", "record_licence", "record_system", "store_credential"):
        assert (await contract.act(name, **ACTS[name])).accepted
    for name in ("retire_equipment", "remove_licence", "remove_system", "drop_credential"):
        assert (await contract.act(name, **ACTS[name])).accepted
        assert (await contract.act(name, **ACTS[name])).reason is not None
    removed = [each for entry in contract.entries for each in entry.changes if isinstance(each, RecordRemoved)]
    assert [(each.inventory, each.record) for each in removed] == [
        ("equipment", "pc-1"),
        ("licences", "office-1"),
        ("systems", "router"),
        ("credentials", "router-admin"),
    ]
    assert set(contract.state.inventory.records.values()) == {0}


async def test_a_record_without_an_id_gets_one_of_its_act() -> None:
    contract = await listing()
    fields = {"name": "GW-2", "type": "Router"}
    assert (await contract.act("record_system", **fields)).accepted
    assert (await contract.act("record_system", **fields)).accepted
    first, second = (each["system"] for each in told(contract, "system.recorded"))
    # SHA-256 of the act ids test-1 and test-2, by sha256sum.
    assert (first, second) == ("system-ed1e1dcf9719", "system-e063cdf36f81")


@pytest.mark.clause("IT-A2.7", "IT-A2.20")
async def test_a_credential_is_kept_in_the_vault_alone() -> None:
    """The fields of other acts stay for years; a credential that is dropped, or replaced, must not stay with them."""
    contract = await listing()
    stored, recorded = ACTS["store_credential"], ACTS["record_system"]
    assert (await contract.act("store_credential", **stored)).accepted
    assert (await contract.act("record_system", **recorded)).accepted
    credential, system = (entry.changes for entry in contract.entries[-2:])
    [kept, taken] = credential
    assert isinstance(kept, RecordKept)
    assert kept.details["secret"] == stored["secret"]
    assert isinstance(taken, ActTaken)
    assert taken.payload is None
    assert isinstance(system[-1], ActTaken)
    assert system[-1].payload == recorded


@pytest.mark.clause("IT-A2.7", "IT-A2.8", "IT-P1.consents")
async def test_no_credentials_are_stored_once_the_consent_is_withdrawn() -> None:
    contract = await listing()
    assert (await contract.act("store_credential", **ACTS["store_credential"])).accepted
    assert (await contract.act("withdraw_consent", consent="credential_storage")).accepted
    refused = await contract.act("store_credential", **ACTS["store_credential"] | {"credential": "other"})
    assert refused.reason == "the customer has withdrawn the consent to storing credentials"
    # What is there can still be taken out.
    assert (await contract.act("drop_credential", credential="router-admin")).accepted


@pytest.mark.clause("IT-A1", "IT-A2.20")
async def test_the_state_and_the_timeline_hold_ids_and_numbers_alone() -> None:
    contract = await listing()
    for name in ("add_user", "record_equipment", "record_licence", "record_system", "store_credential"):
        assert (await contract.act(name, **ACTS[name])).accepted
    assert contract.state.inventory.records == dict.fromkeys(KINDS, 1)
    events = [event.model_dump_json() for entry in contract.entries for event in entry.events]
    written = contract.state.model_dump_json() + "".join(events)
    for clear in ("Kalniņš", "janis@example.lv", "29000102", "JANIS-PC", "5CG1", "192.168", "uY7-kalva-94", "Serveru"):
        assert clear not in written


# Who leaves with a lower number of users


@pytest.mark.clause("IT-24.2", "DPA-I.1.1")
async def test_a_lower_number_names_who_leaves_and_they_are_erased_on_its_day() -> None:
    # Three listed, two counted from 15 June: one of the three must be named.
    contract = await listing("u-1", "u-2", "u-3", number=3)
    refused = await change_users(contract, 2)
    assert refused.reason == "leaving: 3 users are listed in the inventory; name at least 1 of them who leave"
    unknown = await change_users(contract, 2, leaving=["u-4"])
    assert unknown.reason == "leaving[0]: this user is not in the inventory"
    assert (await change_users(contract, 2, leaving=["u-2"])).accepted
    assert told(contract, "change.requested")[-1]["leaving"] == ["u-2"]
    await contract.until(at(6, 15, 5))
    assert (erased(contract), count(contract, "users")) == ([], 3)
    await contract.until(at(6, 15, 7))
    assert (erased(contract), count(contract, "users")) == ([("u-2", "2026-06-15 06:00")], 2)
    assert (await contract.act("change_user", user="u-2", login="x")).reason is not None


@pytest.mark.clause("IT-24.2")
async def test_a_refused_reduction_does_not_use_up_the_months_change() -> None:
    contract = await listing("u-1", "u-2", number=2)
    assert (await change_users(contract, 1)).reason is not None
    assert (await change_users(contract, 1, date(2026, 5, 4), leaving=["u-1"])).accepted
    assert erased(contract) == [("u-1", "2026-05-04 12:00")]


async def test_without_listed_users_and_above_their_number_nobody_need_leave() -> None:
    assert (await change_users(await listing(number=14), 1)).accepted
    assert (await change_users(await listing("u-1", "u-2", number=14), 2)).accepted
    # A higher number too may let somebody go.
    contract = await listing("u-1", number=14)
    assert (await change_users(contract, 15, leaving=["u-1"])).accepted
    await contract.until(at(6, 15, 7))
    assert erased(contract) == [("u-1", "2026-06-15 06:00")]


async def test_who_leaves_with_one_change_cannot_leave_with_the_next() -> None:
    # May: 4 to 3 from 1 July, u-1 leaves. June: to 2 from 1 August; of the three left then, one more is named.
    contract = await listing("u-1", "u-2", "u-3", "u-4", number=4)
    assert (await change_users(contract, 3, date(2026, 7, 1), leaving=["u-1"])).accepted
    await contract.until(at(6, 2))
    assert (await change_users(contract, 2, date(2026, 8, 1))).reason is not None
    twice = await change_users(contract, 2, date(2026, 8, 1), leaving=["u-1"])
    assert twice.reason == "leaving[0]: this user leaves with another change already"
    assert (await change_users(contract, 2, date(2026, 8, 1), leaving=["u-2"])).accepted
    await contract.until(at(8, 1, 7))
    assert erased(contract) == [("u-1", "2026-07-01 06:00"), ("u-2", "2026-08-01 06:00")]
    assert count(contract, "users") == 2


@pytest.mark.clause("DPA-I.1.1")
async def test_who_was_erased_before_the_day_is_not_erased_again() -> None:
    contract = await listing("u-1", "u-2", number=2)
    assert (await change_users(contract, 1, leaving=["u-1"])).accepted
    assert (await contract.act("erase_user", user="u-1")).accepted
    await contract.until(at(6, 15, 7))
    assert erased(contract) == [("u-1", "2026-05-04 12:00")]
    assert count(contract, "users") == 1


@pytest.mark.clause("IT-24.1", "DPA-I.1.1")
async def test_signed_content_names_who_leaves_too() -> None:
    contract = await listing("u-1", "u-2", number=2)
    content = ACTS["sign_new_content"]["content"] | {"users": "1"}
    signing = {"content": content, "effective_on": "2026-06-15"}
    assert (await contract.act("sign_new_content", **signing)).reason is not None
    assert (await contract.act("sign_new_content", **signing, leaving=["u-2"])).accepted
    await contract.until(at(6, 15, 7))
    assert erased(contract) == [("u-2", "2026-06-15 06:00")]


@pytest.mark.parametrize(
    "fields",
    [{"users": "0", "leaving": ["u-1"]}, {"users": "1", "plan": "Pilna", "leaving": ["u-1"]}, {"leaving": ["u-1"]}],
)
async def test_leaving_goes_with_a_lower_number_alone(fields: dict[str, Any]) -> None:
    contract = await listing("u-1", "u-2", number=2)
    outcome = await contract.act("request_change", signed_by="Anna B.", effective_on="2026-06-15", **fields)
    assert not outcome.accepted


# The end


@pytest.mark.clause("IT-41", "DPA-I.1.1")
async def test_nothing_comes_in_after_the_end_and_nothing_is_left_after_the_erasure() -> None:
    contract = await listing("u-1", "u-2")
    assert (await contract.act("agree_end", on="2026-05-31", note="Agreed")).accepted
    await contract.until(at(6, 1))
    assert (await contract.act("add_user", **ACTS["add_user"])).reason == "the contract has ended"
    assert (await contract.act("store_credential", **ACTS["store_credential"])).reason == "the contract has ended"
    # Until the erasure on 14 June the controller is still obeyed.
    assert (await contract.act("erase_user", user="u-1")).accepted
    await contract.until(at(6, 14))
    assert count(contract, "users") == 0
    if not contract.state.closed:
        reason = (await contract.act("erase_user", user="u-2")).reason
        assert reason == "the personal data of this contract is erased, and its inventory with it"


# The key that goes with it


@pytest.mark.clause("DPA-II.3.1", "IT-41")
async def test_what_was_sealed_before_a_stop_is_refused_after_it_as_its_key_goes() -> None:
    contract = await listing()

    async def record(generation: int) -> ActOutcome:
        sealed = f"sealed:v1:contract/{contract.number}/inventory/{generation}::" + "A" * 40
        return await contract.act("record_system", name=sealed, type="router")

    assert (await record(1)).accepted
    assert (await contract.act("stop_processing", signed_by="Anna Bērziņa", note="Lūgums")).accepted
    [order] = [each for each in contract.orders if isinstance(each, ErasureOrder)]
    assert [order.destroys("inventory", generation) for generation in (1, 2)] == [True, False]
    assert not order.destroys("self", 1)
    refused = await record(1)
    assert refused.reason == "it was sealed before the inventory was erased; send it again under another id"
    assert count(contract, "systems") == 0
    assert (await record(2)).accepted


@pytest.mark.clause("DPA-II.3.1", "DPA-I.1.1")
@pytest.mark.parametrize("stop", ["one", "every"])
async def test_a_user_whose_key_goes_is_refused_also_where_it_was_sealed_before(stop: str) -> None:
    """Of u-2 the door had sealed something that was refused, or had not come yet."""
    contract = await listing("u-1")
    contract.users_with_keys = {"u-2"}
    which = {"user": "u-1"} if stop == "one" else {}
    assert (await contract.act("stop_processing", signed_by="Anna Bērziņa", note="Lūgums", **which)).accepted
    outcomes = {user: await contract.act("add_user", user=user, name="Ilze Ozola") for user in ("u-1", "u-2", "u-3")}
    assert {user for user, outcome in outcomes.items() if not outcome.accepted} == (
        {"u-1"} if stop == "one" else {"u-1", "u-2"}
    )
    assert outcomes["u-1"].reason == ERASED_USER
    assert count(contract, "users") == (2 if stop == "one" else 1)


@pytest.mark.clause("IT-41")
async def test_the_hand_over_s_confirmation_takes_every_key_of_the_inventory_and_makes_none() -> None:
    contract = await listing("u-1")
    assert (await contract.act("agree_end", on="2026-05-04", note="Vienošanās")).accepted
    await contract.until(at(5, 6))
    assert (await contract.act("confirm_handover")).accepted
    [order] = [each for each in contract.orders if isinstance(each, ErasureOrder)]
    assert order.inventory_goes_on_under is None
    assert [order.destroys("inventory", generation) for generation in (1, 2)] == [True, True]
    assert [order.destroys(name, 1) for name in ("user-u-1", "self", "administrator")] == [True, False, False]


@pytest.mark.clause("DPA-I.1.1")
async def test_what_may_name_somebody_in_a_refused_act_goes_with_the_refusal() -> None:
    """Nothing of it is on record, so nobody would find it when that person is to be erased."""
    contract = await listing("u-1")
    key = f"contract/{contract.number}/inventory.1.{'a' * 24}/1"
    sealed = {"name": f"sealed:v1:{key}::" + "A" * 40, "type": "PC"}

    async def spent(**fields: str) -> tuple[bool, list[str]]:
        accepted = (await contract.act("record_equipment", **sealed, **fields)).accepted
        return accepted, [*contract.entries[-1].spent_keys]

    assert await spent(assigned_user="u-1") == (True, [])
    assert await spent(assigned_user="u-2") == (False, [key])
    # Sealed before a stop, it came after it.
    assert (await contract.act("stop_processing", signed_by="Anna Bērziņa", note="Lūgums")).accepted
    assert await spent() == (False, [key])
