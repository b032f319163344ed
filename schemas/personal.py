"""Where personal data stands in a document, as its model's marks tell: what is to be sealed, and about whom it is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import NoneType
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from schemas.base import Frozen
from schemas.fields import PersonalData, Subject
from schemas.problems import Location
from schemas.record_fields import OwnKey
from schemas.sealed import NOT_SEALED_HERE, is_clear, is_unsound, sealed_value, unsound

SELF: Final = "self"
"""The subject of what is about no one person: the contract itself."""

INVENTORY: Final = "inventory"
"""The subject of what is handed over, which is erased with the hand-over's confirmation and before the contract is."""

_OF_ONE_VALUE: Final = re.compile(r"(?P<subject>[^.]+)\.(?P<generation>[1-9][0-9]{0,5})\.[0-9a-f]{24}")

UNNAMED: Final = "unknown_field"
_LIKE_A_FIELD: Final = re.compile(r"(?=.{1,30}$)[a-z]+(_[a-z]+){0,2}")


class HandedOver(Frozen):
    """Marks a record of what is handed over: IT data, credentials, what an audit found (IT-41, exact rule 10)."""


class Place(Frozen):
    """One value of a personal field: where it stands, what came, and the subject whose key it is sealed under.

    With `own_key` it is under one of its own, which goes with that subject's at the latest: it says which of the
    document's own keys it is, and is empty for none.
    """

    location: Location
    value: Any
    subject: str
    own_key: Location = ()


class _Field(Frozen, arbitrary_types_allowed=True):
    """How one field of a model is gone into. `many` says that the value is a list of such."""

    kind: Literal["plain", "personal", "section"]
    model: Any = None
    reader: Any = None
    many: bool = False
    about: Subject | None = None
    own_key: OwnKey | None = None


@cache
def _fields(model: type[BaseModel]) -> dict[str, _Field]:
    """By their names in a document."""
    return {
        field.alias or name: _field(field.annotation, tuple(field.metadata))
        for name, field in model.model_fields.items()
    }


def _field(annotation: Any, metadata: tuple[Any, ...]) -> _Field:
    about = next((each for each in metadata if isinstance(each, Subject)), None)
    if any(isinstance(each, PersonalData) for each in metadata):
        own_key = next((each for each in metadata if isinstance(each, OwnKey)), None)
        checks = TypeAdapter(Annotated[(annotation, *metadata)])
        return _Field(kind="personal", reader=checks, about=about, own_key=own_key)
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _field(inner, (*metadata, *more))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _Field(kind="section", model=annotation, about=about)
    parts = [part for part in get_args(annotation) if part not in (NoneType, Ellipsis)]
    many = get_origin(annotation) in (tuple, list)
    found = [_field(part, tuple(each for each in metadata if isinstance(each, Subject))) for part in parts]
    for field in found:
        if field.kind != "plain":
            return field.model_copy(update={"many": many or field.many, "about": about or field.about})
    reader = TypeAdapter(Annotated[(annotation, *metadata)]) if about is not None else None
    return _Field(kind="plain", reader=reader, about=about)


def places(model: type[BaseModel], document: Mapping[str, Any], subject: str = SELF) -> Iterator[Place]:
    """Every value of a personal field in `document`, read as a `model`, whether or not it is sealed or sound."""
    fields = _fields(model)
    subject = _subject(fields, document) or (INVENTORY if issubclass(model, HandedOver) else subject)
    for name, value in document.items():
        field = fields.get(name)
        if field is None or field.kind == "plain" or value is None:
            continue
        about = field.about.name if field.about is not None and field.kind == "section" else subject
        values = enumerate(value) if field.many and isinstance(value, list | tuple) else ((None, value),)
        for index, each in values:
            location = (name,) if index is None else (name, index)
            if field.kind == "personal":
                own_key = (field.own_key.shared or name,) if field.own_key else ()
                yield Place(location=location, value=each, subject=about, own_key=own_key)
            elif isinstance(each, Mapping):
                inner = places(field.model, each, about)
                yield from (_within(location, place) for place in inner)


def _within(location: Location, place: Place) -> Place:
    own_key = location + place.own_key if place.own_key else ()
    return place.model_copy(update={"location": location + place.location, "own_key": own_key})


def own_key_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields of a record or act itself, not of its sections, what stands in which has a key of its own."""
    return tuple(name for name, field in _fields(model).items() if field.kind == "personal" and field.own_key)


def own_key_names(model: type[BaseModel]) -> frozenset[str]:
    """What the own keys of a record or act are told apart by, as the last part of `Place.own_key`."""
    return frozenset(field.own_key.shared or name for name, field in _fields(model).items() if field.own_key)


def subject_of_one_value(subject: str, generation: int, act_id: str, own_key: Location) -> str:
    """The subject of what has a key of its own, which goes with the `subject`'s key of that generation.

    The same for the same act however often it comes, and so is the key.
    """
    return f"{subject}.{generation}.{digest_of_own_key(act_id, own_key)}"


def digest_of_own_key(act_id: str, own_key: Location) -> str:
    where = "/".join(map(str, own_key))
    return hashlib.sha256(f"{act_id}/{where}".encode()).hexdigest()[:24]


def is_of_one_value(subject: str) -> bool:
    return _OF_ONE_VALUE.fullmatch(subject) is not None


def whole_of(subject: str, generation: int) -> tuple[str, int]:
    """The subject and generation of the key that a subject's key goes with at the latest: of most their own."""
    one = _OF_ONE_VALUE.fullmatch(subject)
    return (one["subject"], int(one["generation"])) if one else (subject, generation)


def is_under_former_key(value: str, generation: int) -> bool:
    """Whether a value is sealed under a contract's own key from before `generation`, or under one that goes with it."""
    sealed = sealed_value(value)
    if sealed is None:
        return False
    _, name, its_generation = sealed.key_id.rsplit("/", 2)
    whole, of_whole = whole_of(name, int(its_generation))
    return whole == SELF and of_whole < generation


def inventory_generation(subject: str, generation: int) -> int | None:
    """Which of the inventory's keys a subject's key is, or goes with; None for any other's."""
    whole, of_whole = whole_of(subject, generation)
    return of_whole if whole == INVENTORY else None


def _subject(fields: Mapping[str, _Field], document: Mapping[str, Any]) -> str | None:
    """Whom the document names; what its field refuses names nobody, and must not become the name of a key."""
    for name, field in fields.items():
        if field.about is None or field.kind != "plain":
            continue
        try:
            return field.about.name + str(field.reader.validate_python(document.get(name)))
        except ValidationError:
            return None
    return None


def clear_places(model: type[BaseModel], document: Mapping[str, Any]) -> list[Place]:
    """The values that are still to be sealed."""
    return [place for place in places(model, document) if is_clear(place.value)]


def handed_in(model: type[BaseModel], document: Mapping[str, Any]) -> dict[str, Any]:
    """`document` as it comes from outside, where everything is in clear: what has a sealed value's form is unsound."""
    sealed = (place.location for place in places(model, document) if sealed_value(place.value) is not None)
    return replaced(document, dict.fromkeys(sealed, unsound(NOT_SEALED_HERE)))


def holds_personal_data(model: type[BaseModel], document: Mapping[str, Any]) -> bool:
    """Whether a personal field has a value, in clear or sealed."""
    return any(not is_unsound(place.value) for place in places(model, document))


def is_sealed_for(contract: str, model: type[BaseModel], document: Mapping[str, Any]) -> bool:
    """Whether every value of a personal field names a key of the contract.

    Whether it opens under that key, nobody can tell who has no keys.
    """
    foreign = (key_id for key_id in key_ids(model, document) if not key_id.startswith(f"contract/{contract}/"))
    return not clear_places(model, document) and next(foreign, None) is None


def checked(model: type[BaseModel], location: Location, value: Any) -> tuple[str | None, str]:
    """The value as its kind reads it, and nothing; or None, and what stands for a value that is not sound."""
    field = _field_at(model, location)
    try:
        return str(field.reader.validate_python(value)), ""
    except ValidationError as error:
        reason = error.errors(include_url=False, include_input=False)[0]["msg"].removeprefix("Value error, ")
        return None, unsound(reason)


def _field_at(model: type[BaseModel], location: Location) -> _Field:
    names = [part for part in location if isinstance(part, str)]
    for name in names[:-1]:
        model = _fields(model)[name].model
    return _fields(model)[names[-1]]


def key_ids(model: type[BaseModel], document: Mapping[str, Any]) -> Iterator[str]:
    """The ids of the keys that the sealed values in `document` are under."""
    for place in places(model, document):
        sealed = sealed_value(place.value)
        if sealed is not None:
            yield sealed.key_id


def replaced(document: Mapping[str, Any], values: Mapping[Location, Any]) -> dict[str, Any]:
    """A copy of `document` with other values at some places."""
    return {name: _replaced(value, (name,), values) for name, value in document.items()}


def _replaced(value: Any, location: Location, values: Mapping[Location, Any]) -> Any:
    if location in values:
        return values[location]
    if isinstance(value, Mapping):
        return {name: _replaced(each, (*location, name), values) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(each, (*location, index), values) for index, each in enumerate(value)]
    return value


def without_unknown(model: type[BaseModel], document: Mapping[str, Any]) -> dict[str, Any]:
    """`document` with nothing left of what no field of `model` takes but its name, if that looks like a field's.

    What comes under a name nobody knows may be anything; it is refused, and must not be kept meanwhile. The refusal
    stays, and is to name the faulty field: so a few plain words stay, and a password or somebody's name as they are
    usually written does not.
    """
    fields = _fields(model)
    kept: dict[str, Any] = {}
    for name, value in document.items():
        field = fields.get(name)
        if field is None:
            kept[name if _LIKE_A_FIELD.fullmatch(str(name)) else UNNAMED] = None
        elif field.kind != "section":
            kept[name] = value
        elif field.many and isinstance(value, list | tuple):
            kept[name] = [_section(field, each) for each in value]
        else:
            kept[name] = _section(field, value)
    return kept


def _section(field: _Field, value: Any) -> Any:
    return without_unknown(field.model, value) if isinstance(value, Mapping) else None if value is None else {}
