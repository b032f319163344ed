"""How acts come in: raw payloads from updates and signals, never trusted, never able to stick a task."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Any

from pydantic import ValidationError
from temporalio.common import RawValue

from schemas.acts import Act, model_of
from schemas.problems import problems_of
from schemas.reading import is_sound
from schemas.state import ActOutcome
from workflows.steps import ActRefused


@dataclass(kw_only=True)
class Submission:
    """An act on its way: what was sent, under which id, and in the end what became of it."""

    act: str
    act_id: str
    payload: Any
    fault: str | None = None
    outcome: ActOutcome | None = None


def read_payloads(payloads: Sequence[Any]) -> tuple[Any, str | None]:
    """The act's fields from however many payloads came, or what is wrong with them.

    No payload at all, and null, count as an act without fields: what an empty form in the UI sends.
    """
    if not payloads:
        return {}, None
    if len(payloads) > 1:
        return None, f"one JSON object is expected, {len(payloads)} payloads came"
    raw = payloads[0]
    if not isinstance(raw, RawValue):
        return None, "a JSON object with the act's fields is expected"
    encoding = raw.payload.metadata.get("encoding", b"").decode("ascii", "replace")
    if encoding == "binary/null":
        return {}, None
    if encoding != "json/plain":
        return None, "a JSON object in UTF-8 is expected, this payload is encoded otherwise or too large"
    try:
        fields = json.loads(raw.payload.data, parse_float=str, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None, "a JSON object is expected, this is not JSON"
    if not is_sound(fields):
        # The database would take no control character and the converter no such depth, for ever.
        return None, "a JSON object is expected, this one holds control characters or is nested too deep"
    if fields is None:
        return {}, None
    if not isinstance(fields, dict):
        return None, "a JSON object with the act's fields is expected"
    return fields, None


def read_act(submission: Submission) -> Act:
    """The act, or ActRefused naming every faulty field."""
    model = model_of(submission.act)
    if model is None:
        raise ActRefused("there is no such act")
    if submission.fault is not None:
        raise ActRefused(submission.fault, *model.act_clauses)
    try:
        return model.model_validate(submission.payload)
    except ValidationError as error:
        reasons = "; ".join(f"{problem.field}: {problem.message}" for problem in problems_of(error, model))
        raise ActRefused(reasons, *model.act_clauses) from None


def raw_handler(handler: Callable[..., Any], *, name: str, description: str) -> Callable[..., Any]:
    """Make `handler(*payloads)` one that the SDK gives its single payload undecoded, and any other number too.

    The SDK decodes by the handler's parameters, if as many payloads come as there are: with a typed one, a
    payload of another kind would be dropped without a word, and a second one would fail the workflow task for
    ever. Where the number differs the payloads are decoded untyped, which our converter never fails to do.
    """
    handler.__annotations__ = {"payload": RawValue}
    handler.__name__ = name
    handler.__doc__ = description
    parameter = Parameter("payload", Parameter.POSITIONAL_ONLY, annotation=RawValue, default=None)
    handler.__signature__ = Signature([parameter])  # type: ignore[attr-defined]
    return handler


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
