"""What is wrong with a document, said to the person who wrote it: which field, and what would be right.

No sentence made here carries the value that was entered. It may be personal data, and a refusal is
printed, logged and returned over HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from schemas.base import Frozen

MAXIMUM_PROBLEMS: Final = 100
"""A refusal names at most so many problems; a file with more needs another look as a whole."""

WHOLE: Final = "document"
"""What a problem of no single field is said of."""

MOST_REASONS: Final = 10
"""A refusal of an act is kept with the contract, whoever sent it: it names a few faults, however many there are."""

Location = tuple[str | int, ...]
Fault = tuple[Location, str]
"""A place in a document, and the sentence about it."""

ModelT = TypeVar("ModelT", bound=BaseModel)

NOT_A_FIELD_NAME = "(not a field name)"
_FIELD_NAME = re.compile(r"[^\W\d][\w-]{0,39}")
_EXPLAINED = "explained"


class Problem(Frozen):
    """One faulty field by its name in the file, and what would be right there."""

    field: str
    message: str


class Refused(Exception):
    """A document or an act that is not accepted; reads as one sentence a line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(f"{problem.field}: {problem.message}" for problem in self.problems)


def field_path(location: Location) -> str:
    """`("acts", 2, "at")` as `acts[2].at`; empty for the document itself."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += ("." if path else "") + _shown(part)
    return path


def problems_of(error: ValidationError, model: type[BaseModel] | None = None) -> tuple[Problem, ...]:
    """Every faulty field of a failed validation, each once; `model` lets sentences name what is known."""
    details = _details(error)
    found = [
        Problem(field=field_path(_location(detail)) or WHOLE, message=_sentence(detail, model))
        for detail in details[:MAXIMUM_PROBLEMS]
    ]
    if rest := len(details) - len(found):
        found.append(Problem(field=WHOLE, message=f"has {rest} more problems"))
    return tuple(dict.fromkeys(found))


def reasons(problems: Sequence[Problem], prefix: str = "") -> str:
    """The faults in one sentence for people."""
    named = "; ".join(f"{prefix}{each.field}: {each.message}" for each in problems[:MOST_REASONS])
    rest = len(problems) - MOST_REASONS
    return f"{named}; and {rest} more" if rest > 0 else named


def validated(model: type[ModelT], document: Mapping[str, Any]) -> ModelT:
    """`document` as a `model`. Raises Refused with every faulty field."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise Refused(problems_of(error, model)) from None


def with_faults_across_fields(
    model: type[ModelT],
    document: Any,
    validate: Callable[[Any], ModelT],
    faults_in: Callable[[Mapping[str, Any]], Iterable[Fault]],
) -> ModelT:
    """Validates, and reports what is wrong between fields together with what is wrong in each.

    An ordinary validator of the whole model runs only once every field is right, and so would keep its
    sentence back until the second try.
    """
    across = list(faults_in(document)) if isinstance(document, Mapping) else []
    try:
        value = validate(document)
    except ValidationError as error:
        raise explained(error, model, across) from None
    if across:
        raise _explained(model.__name__, across)
    return value


def explained(error: ValidationError, model: type[BaseModel], further: Iterable[Fault] = ()) -> ValidationError:
    """The same error in our sentences, to be raised inside of another model's validation."""
    faults = [(_location(detail), _sentence(detail, model)) for detail in _details(error)]
    return _explained(error.title, [*faults, *further])


def _explained(title: str, faults: Iterable[Fault]) -> ValidationError:
    details = [
        InitErrorDetails(
            type=PydanticCustomError(_EXPLAINED, "{sentence}", {"sentence": sentence}), loc=loc, input=None
        )
        for loc, sentence in faults
    ]
    return ValidationError.from_exception_data(title, details, hide_input=True)


def _details(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_input=False)


def _sentence(detail: ErrorDetails, model: type[BaseModel] | None) -> str:
    """One validation error in plain English, saying what would be right."""
    kind, context, location = detail["type"], detail.get("ctx", {}), detail["loc"]
    if kind == _EXPLAINED:
        return detail["msg"]
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden":
        return "is not known here; " + _known_fields(_model_at(model, location[:-1]))
    if kind in ("model_type", "model_attributes_type"):
        return "must be a section with fields; " + _known_fields(_model_at(model, location))
    right = _description(model, location)
    if kind == "missing":
        return f"is missing; it should be {right}" if right else "is missing; it is required"
    if kind in _SENTENCES:
        return _SENTENCES[kind].format_map(context)
    return f"must be {right}" if right else "is not of the right kind for this field"


_SENTENCES: Final = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a section with fields",
    "string_type": "must be text",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
}


def _known_fields(model: type[BaseModel] | None) -> str:
    if model is None or not model.model_fields:
        return "check its spelling or remove it"
    return "known are " + ", ".join(field.alias or name for name, field in model.model_fields.items())


def _description(model: type[BaseModel] | None, location: Location) -> str | None:
    level = _model_at(model, location[:-1])
    field = _field(level, location[-1]) if level and location else None
    return field.description if field else None


def _model_at(model: type[BaseModel] | None, location: Location) -> type[BaseModel] | None:
    """The model that stands at `location` of `model`, through lists and optional sections."""
    for part in location:
        if isinstance(part, int) or model is None:
            continue
        field = _field(model, part)
        model = _model_in(field.annotation) if field else None
    return model


def _field(model: type[BaseModel], name: str | int) -> FieldInfo | None:
    named = (field for known, field in model.model_fields.items() if name in (known, field.alias))
    return next(named, None)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in inner if model is not None), None)


def _shown(name: str) -> str:
    # What stands where a field name should may be anything, personal data too.
    return name if _FIELD_NAME.fullmatch(name) else NOT_A_FIELD_NAME


def _location(detail: ErrorDetails) -> tuple[int | str, ...]:
    """Where a fault is; an unknown field's own name is left out where a capital begins it, as it does a person's."""
    *section, name = detail["loc"] or ("",)
    is_hidden = detail["type"] == "extra_forbidden" and str(name)[:1].isupper()
    return (*section, NOT_A_FIELD_NAME) if is_hidden else detail["loc"]
