"""How acts come in: raw payloads from updates and signals, never trusted, never able to stick a task."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Any

from pydantic import ValidationError
from temporalio.common import RawValue

from schemas.acts import Act, model_of
from schemas.problems import Refused, problems_of
from schemas.reading import read_document
from schemas.state import ActOutcome
from workflows.steps import ActRefused, reasons

ACT_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
LONGEST_ID = 200
OWN_ID = "~"
"""Begins the ids that contracts give to acts which come without one, so that no caller's can be the same."""
UNSOUND_ID = f"the act's id is to be printable text of at most {LONGEST_ID} characters, not beginning with {OWN_ID}"


@dataclass(kw_only=True)
class Submission:
    """An act on its way: what was sent, under which id, and in the end what became of it."""

    act: str
    act_id: str
    payload: Any
    fault: str | None = None
    outcome: ActOutcome | None = None


def act_name(sent: str) -> str:
    """The name under which something was sent, if it can be an act's; what else it holds is not repeated."""
    return sent if ACT_NAME.fullmatch(sent) else "unknown"


def sound_id(act_id: str) -> bool:
    """Whether the ledger can keep the id: PostgreSQL takes no NUL, and nobody can quote what does not print."""
    return 0 < len(act_id) <= LONGEST_ID and act_id.isprintable() and not act_id.startswith(OWN_ID)


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
        return None, "a JSON object is expected, this payload is encoded otherwise"
    return _read_json(raw.payload.data)


def _read_json(data: bytes) -> tuple[Any, str | None]:
    """Read as strictly as a file: within its limits of size and depth, and of text alone.

    What lies outside could neither be recorded by the ledger nor carried to the next run, and would stick.
    """
    written = data.strip()
    if written == b"null":
        return {}, None
    if not written.startswith(b"{"):
        return None, "a JSON object with the act's fields is expected"
    try:
        return read_document(written, what="payload"), None
    except Refused as refused:
        return None, reasons(refused.problems)


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
        raise ActRefused(reasons(problems_of(error, model)), *model.act_clauses) from None


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
