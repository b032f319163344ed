"""Personal data is found wherever a model marks it, and nothing else is taken for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, ForwardRef, Literal, Union, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from schemas.acts import ACTS
from schemas.contract import Consents, SignedContract
from schemas.fields import PERSONAL, FreeText, Identifier, PersonName, Subject
from schemas.personal import SELF, UNNAMED, checked, clear_places, places, replaced, without_unknown
from schemas.sealed import is_unsound

MODELS: list[type[BaseModel]] = [SignedContract, *ACTS.values()]
TOKEN = "sealed:v1:contract/IT-1/self/1::" + "A" * 40
Path = tuple[str, ...]


def marked(annotation: Any, metadata: tuple[Any, ...] = ()) -> Iterator[Path]:
    """Where the mark stands below a type, by its structure alone; `*` for the members of a list."""
    if PERSONAL in metadata:
        yield ()
    elif get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        yield from marked(inner, tuple(more))
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            for below in marked(field.annotation, tuple(field.metadata)):
                yield (name, *below)
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from marked(part)
    elif get_origin(annotation) in (tuple, list, set, frozenset):
        for part in get_args(annotation):
            if part is not Ellipsis:
                yield from (("*", *below) for below in marked(part))
    elif get_origin(annotation) in (dict, Mapping):
        yield from (("{}", *below) for below in marked(get_args(annotation)[1]))
    else:
        assert get_origin(annotation) is Literal or not isinstance(annotation, ForwardRef), annotation
        assert annotation is not NoneType or not metadata


def filled(path: Path, text: str) -> Any:
    """A document with `text` at one place."""
    if not path:
        return text
    return [filled(path[1:], text)] if path[0] == "*" else {path[0]: filled(path[1:], text)}


CASES = [(model, path) for model in MODELS for path in sorted(set(marked(model)))]


def test_there_is_personal_data_in_contracts_and_acts() -> None:
    found = {(model.__name__, *path) for model, path in CASES}
    assert {
        ("SignedContract", "customer", "administrator", "name"),
        ("SignedContract", "customer", "technical_contact", "phone"),
        ("SignedContract", "customer", "invoice_delivery", "postal_address"),
        ("RecordAudit", "findings", "*", "text"),
        ("RecordPayment", "reference"),
        ("ChangeContact", "email"),
        ("GiveNotice", "signed_by"),
    } <= found


@pytest.mark.parametrize(("model", "path"), CASES, ids=lambda each: getattr(each, "__name__", None) or ".".join(each))
def test_every_mark_is_found(model: type[BaseModel], path: Path) -> None:
    document = filled(path, "Anna Bērziņa")
    (place,) = places(model, document)
    assert place.value == "Anna Bērziņa"
    assert tuple("*" if isinstance(step, int) else step for step in place.location) == path
    assert clear_places(model, document) == [place]
    sealed = replaced(document, {place.location: TOKEN})
    assert "Anna" not in str(sealed)
    assert clear_places(model, sealed) == []
    assert clear_places(model, without_unknown(model, document)) == [place]


@pytest.mark.parametrize(("model", "path"), CASES, ids=lambda each: getattr(each, "__name__", None) or ".".join(each))
@pytest.mark.parametrize("value", [{"deep": "Anna"}, ["Anna"], 7, True, "Anna\x00Bērziņa", "x" * 5000])
def test_what_stands_for_a_text_and_is_none_is_kept_nowhere(model: type[BaseModel], path: Path, value: Any) -> None:
    document = filled(path, value)
    for place in clear_places(model, document):
        text, fault = checked(model, place.location, place.value)
        assert text is None
        assert is_unsound(fault)
        assert "Anna" not in fault
        document = replaced(document, {place.location: fault})
    assert "Anna" not in str(without_unknown(model, document))


class Visitor(BaseModel):
    model_config = ConfigDict(frozen=True)

    name: PersonName
    notes: tuple[FreeText, ...] = ()


class Visit(BaseModel):
    """An act about one person, with lists and sections of all kinds."""

    user: Annotated[Identifier, Subject("user-")]
    note: FreeText | None = None
    host: Annotated[Visitor | None, Subject("host")] = None
    guests: Annotated[list[Visitor], Subject("guest")] = []
    room: str = ""


def test_lists_and_sections_are_gone_into() -> None:
    document = {
        "user": "7",
        "note": "a",
        "host": {"name": "b", "notes": ["c", "d"]},
        "guests": [{"name": "e"}, {"name": "f", "notes": ("g",)}],
        "room": "h",
    }
    assert {place.location: (place.value, place.subject) for place in places(Visit, document)} == {
        ("note",): ("a", "user-7"),
        ("host", "name"): ("b", "host"),
        ("host", "notes", 0): ("c", "host"),
        ("host", "notes", 1): ("d", "host"),
        ("guests", 0, "name"): ("e", "guest"),
        ("guests", 1, "name"): ("f", "guest"),
        ("guests", 1, "notes", 0): ("g", "guest"),
    }
    assert checked(Visit, ("guests", 1, "notes", 0), "g") == ("g", "")


@pytest.mark.parametrize("user", ["Anna Bērziņa", "../../etc", "a/b", "", "x" * 200, 7, None, ["7"]])
def test_only_a_sound_id_names_whose_key_it_is(user: Any) -> None:
    """Else what came would become part of a key's id, which is kept for ever."""
    (place,) = places(Visit, {"user": user, "note": "a"})
    assert place.subject == SELF


@pytest.mark.parametrize(
    ("role", "subject"),
    [("technical_contact", "technical_contact"), ("Anna Bērziņa", SELF), ("user-7", SELF), (None, SELF)],
)
def test_a_changed_contact_is_about_the_person_of_that_role(role: Any, subject: str) -> None:
    (place,) = places(ACTS["change_contact"], {"role": role, "email": "anna@example.lv"})
    assert place.subject == subject


def test_a_power_of_attorney_is_about_whom_it_empowers() -> None:
    attorney = {"name": "Anna Bērziņa", "document": "Pilnvara Nr. 7, Anna Bērziņa"}
    found = clear_places(SignedContract, {"customer": {"power_of_attorney": attorney}})
    assert {(each.location[-1], each.subject) for each in found} == {
        ("name", "administrator"),
        ("document", "administrator"),
    }


def test_contacts_have_keys_of_their_own() -> None:
    contact = {"name": "Anna Bērziņa"}
    customer = {
        "administrator": contact,
        "technical_contact": contact,
        "invoice_delivery": {"email": "rekini@example.lv"},
    }
    found = {place.location[1]: place.subject for place in places(SignedContract, {"customer": customer})}
    assert found == {name: name for name in customer}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=10),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(Visit.model_fields)), inner),
        max_leaves=10,
    )
)
def test_no_document_is_too_odd(document: Any) -> None:
    document = document if isinstance(document, dict) else {"host": document, "guests": document}
    known = without_unknown(Visit, document)
    values = {place.location: TOKEN for place in clear_places(Visit, known)}
    assert clear_places(Visit, replaced(known, values)) == []


@pytest.mark.parametrize("name", ["colour", "until_when", "price_per_seat", "annex_duties"])
def test_the_name_of_an_unknown_field_is_told_where_it_looks_like_one(name: str) -> None:
    assert without_unknown(Consents, {name: "Anna"}) == {name: None}


@pytest.mark.clause("IT-61")
@pytest.mark.parametrize(
    "name",
    [
        "hunter2",
        "qx7_zt9_pw4",
        "correct_horse_battery_staple",
        "correcthorsebatterystaplecorrecthorse",
        "29123456",
        "p@ssword",
        "Anna",
        "anna bērziņa",
        "anna@example.lv",
        "annex2_duties_anna_1",
        "_",
        "",
    ],
)
def test_a_password_or_a_person_where_a_name_should_be_is_not(name: str) -> None:
    assert without_unknown(Consents, {name: "x"}) == {UNNAMED: None}


def test_what_no_field_takes_is_not_kept() -> None:
    document = {"note": "a", "nickname": "Anna", "Anna Bērziņa": 1, "host": {"name": "b", "age": "Anna"}, "guests": "x"}
    assert without_unknown(Visit, document) == {
        "note": "a",
        "nickname": None,
        UNNAMED: None,
        "host": {"name": "b", "age": None},
        "guests": {},
    }
