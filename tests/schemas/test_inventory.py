"""Annex 1's records: exactly its fields, what tells of a person marked, ids that tell of nobody."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from schemas.inventory import (
    ID_FIELDS,
    KINDS,
    OPEN_FACTS,
    Credential,
    Equipment,
    InventoryKind,
    Licence,
    System,
    User,
    details_of,
    references_of,
)
from schemas.inventory_acts import ChangeUser
from schemas.personal import places
from schemas.record_fields import IpAddress, RecordId, Secret

MODELS: dict[InventoryKind, type[BaseModel]] = {
    "users": User,
    "equipment": Equipment,
    "licences": Licence,
    "systems": System,
    "credentials": Credential,
}


@pytest.mark.clause("IT-A1")
def test_each_kind_has_the_annexs_fields_and_no_others() -> None:
    assert {kind: tuple(model.model_fields) for kind, model in MODELS.items()} == {
        "users": ("user", "name", "email", "login", "work_phone", "note"),
        "equipment": (
            "equipment",
            "name",
            "type",
            "operating_system",
            "serial_number",
            "assigned_user",
            "internet_provider",
        ),
        "licences": ("licence", "software", "expires_on", "assigned_user", "assigned_workstation"),
        "systems": (
            "system",
            "name",
            "type",
            "ip_address",
            "location",
            "network_diagrams",
            "photos",
            "responsible",
        ),
        "credentials": ("credential", "system", "username", "secret", "note"),
    }


@pytest.mark.clause("IT-A1", "IT-A2.20")
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_shown_to_all_is_not_marked_as_personal(kind: InventoryKind) -> None:
    model = MODELS[kind]
    document: dict[str, Any] = {
        name: ["x"] if name in ("network_diagrams", "photos") else "x" for name in model.model_fields
    }
    personal = {str(place.location[0]) for place in places(model, document)}
    plain = set(model.model_fields) - personal
    assert set(OPEN_FACTS[kind]) <= plain
    assert plain - set(OPEN_FACTS[kind]) <= {*ID_FIELDS.values(), "assigned_user", "assigned_workstation"}


@pytest.mark.parametrize("record", ["u-1", "7", "ANNA", "a" * 40])
def test_an_id_is_letters_digits_and_dashes(record: str) -> None:
    assert TypeAdapter(RecordId).validate_python(record) == record


@pytest.mark.clause("DPA-I.1.1")
@pytest.mark.parametrize(
    "record",
    ["", "-1", "a" * 41, "anna@example.lv", "Anna B", "Bērziņa", "../u", "150585-12345", "15058512345", 7, None],
)
def test_what_could_tell_of_a_person_or_a_place_is_no_id(record: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(RecordId).validate_python(record)


@pytest.mark.parametrize(
    "secret",
    ["a", " leading and trailing ", "pārole", "pa\u0304role", "-----BEGIN KEY-----\nMIIE\r\n\t=\n", "🔑" * 2000],
)
def test_a_secret_is_kept_to_the_letter(secret: str) -> None:
    assert TypeAdapter(Secret).validate_python(secret) == secret


@pytest.mark.parametrize("secret", ["", "x" * 2001, "a\x00b", "a\x1bb", "a\u200bb", "\ud800", 7, None, ["a"]])
def test_what_cannot_be_typed_is_no_secret(secret: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Secret).validate_python(secret)


@pytest.mark.parametrize(
    ("written", "kept"), [("192.168.1.1", "192.168.1.1"), ("FD00:0:0::1", "fd00::1"), ("::1", "::1")]
)
def test_an_address_has_one_spelling(written: str, kept: str) -> None:
    assert TypeAdapter(IpAddress).validate_python(written) == kept


@pytest.mark.parametrize("written", ["", "192.168.1", "192.168.001.1", "10.0.0.0/8", "fe80::1%" + "x" * 60, 3232235777])
def test_what_is_no_address_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(IpAddress).validate_python(written)


def test_a_licence_is_assigned_to_a_user_or_to_a_workstation() -> None:
    with pytest.raises(ValidationError):
        Licence.model_validate({"software": "Office", "assigned_user": "u-1", "assigned_workstation": "pc-1"})


@pytest.mark.parametrize(
    "fields", [{}, {"cleared": []}, {"email": "a@example.lv", "cleared": ["email"]}, {"cleared": ["name"]}]
)
def test_a_users_change_changes_something_and_leaves_a_name(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ChangeUser.model_validate({"user": "u-1", **fields})


def test_a_record_is_kept_without_its_id_and_its_references() -> None:
    credential = Credential.model_validate(
        {"credential": "c-1", "system": "router", "username": "admin", "secret": "s", "note": None}
    )
    assert details_of(credential) == {"username": "admin", "secret": "s"}
    assert references_of(credential, "credentials") == {"system": "router"}
    system = System.model_validate({"system": "router", "name": "GW", "type": "Router", "photos": ["A"]})
    assert details_of(system) == {"name": "GW", "type": "Router", "network_diagrams": [], "photos": ["A"]}
    assert references_of(system, "systems") == {}
