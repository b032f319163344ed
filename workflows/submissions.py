"""How acts come in: raw payloads from updates and signals, never trusted, never able to stick a task."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Any

from pydantic import ValidationError
from temporalio.common import RawValue

from schemas.acts import Act, model_of
from schemas.intake import ActToSeal
from schemas.inventory_acts import StoreCredential
from schemas.payload import NOT_AN_OBJECT, read_fields
from schemas.personal import (
    holds_personal_data,
    inventory_generation,
    is_of_one_value,
    is_sealed_for,
    key_ids,
    without_unknown,
)
from schemas.problems import problems_of, reasons
from schemas.sealed import INTAKE_ENCODING, OUR_DOOR, REFUSED_BY_DOOR, SEALED_BY
from schemas.state import ActOutcome
from workflows.refusal import ActRefused

LONGEST_ID = 200
OWN_ID = "~"
"""Begins the ids that contracts give to acts which come without one, so that no caller's can be the same."""
UNSOUND_ID = f"the act's id is to be printable text of at most {LONGEST_ID} characters, not beginning with {OWN_ID}"


@dataclass(kw_only=True)
class Submission:
    """An act on its way: what was sent, under which id, and in the end what became of it.

    `intake` is what is still to be opened and sealed; `spent_key` opened it and is needed no more. `by_door` says that
    what is sealed in it was sealed by our own door.
    """

    act: str
    act_id: str
    payload: Any
    fault: str | None = None
    intake: str | None = None
    spent_key: str | None = None
    by_door: bool = False
    outcome: ActOutcome | None = None

    def to_seal(self, contract: str) -> ActToSeal:
        return ActToSeal(contract=contract, act=self.act, act_id=self.act_id, payload=self.payload, intake=self.intake)

    def spent_keys(self, *, accepted: bool) -> tuple[str, ...]:
        """The keys that are needed no more: what opened the act, and of a refused one those of its values alone.

        Nothing of a refused act is on record, so nobody would find such a value when whom it names is to be erased.
        """
        spent = () if self.spent_key is None else (self.spent_key,)
        model = model_of(self.act)
        if accepted or model is None or not isinstance(self.payload, dict):
            return spent
        found = key_ids(model, self.payload)
        return (*spent, *(key_id for key_id in found if is_of_one_value(key_id.split("/")[-2])))


def sound_id(act_id: str) -> bool:
    """Whether the ledger can keep the id: PostgreSQL takes no NUL, and nobody can quote what does not print."""
    return 0 < len(act_id) <= LONGEST_ID and act_id.isprintable() and not act_id.startswith(OWN_ID)


def scenario_act_id(position: int) -> str:
    """The id of a scenario's act that came without one."""
    return f"{OWN_ID}scenario-{position + 1}"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What came for an act: its fields, or what is wrong with them, or the intake payload that holds them."""

    fields: Any = None
    fault: str | None = None
    intake: str | None = None
    by_door: bool = False


def read_payloads(payloads: Sequence[Any]) -> Sent:
    """What is in however many payloads came; none at all counts as an act without fields."""
    if not payloads:
        return Sent(fields={})
    if len(payloads) > 1:
        return Sent(fault=f"one JSON object is expected, {len(payloads)} payloads came")
    raw = payloads[0]
    if not isinstance(raw, RawValue):
        return Sent(fault=NOT_AN_OBJECT)
    refusal = raw.payload.metadata.get(REFUSED_BY_DOOR)
    if refusal is not None:
        return Sent(fault=refusal.decode("utf-8", "replace"))
    encoding = raw.payload.metadata.get("encoding", b"").decode("ascii", "replace")
    if encoding == INTAKE_ENCODING:
        return Sent(intake=b64encode(raw.payload.SerializeToString()).decode("ascii"))
    fields, fault = read_fields(encoding, raw.payload.data)
    return Sent(fields=fields, fault=fault, by_door=raw.payload.metadata.get(SEALED_BY) == OUR_DOOR)


def read_act(submission: Submission, service: str) -> Act:
    """The act of a service's contract, or ActRefused naming every faulty field."""
    model = model_of(submission.act)
    if model is None:
        raise ActRefused("there is no such act")
    if submission.fault is not None:
        raise ActRefused(submission.fault, *model.clauses(service))
    fields = submission.payload
    if isinstance(fields, dict):
        # What came past the door may have anybody's name where a field's should be; the refusal is kept for good.
        fields = without_unknown(model, fields)
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise ActRefused(reasons(problems_of(error, model)), *model.clauses(service)) from None


def require_inventory_key(submission: Submission, oldest: int) -> None:
    """Refuse what was sealed under a key of the inventory from before `oldest`: it would be lost with that key."""
    model = model_of(submission.act)
    if model is None or not isinstance(submission.payload, dict):
        return
    for key_id in key_ids(model, submission.payload):
        _, name, generation = key_id.rsplit("/", 2)
        of_inventory = inventory_generation(name, int(generation))
        if of_inventory is not None and of_inventory < oldest:
            raise ActRefused(
                "it was sealed before the inventory was erased; send it again under another id", "DPA-II.3.1"
            )


def sound_act(submission: Submission, service: str) -> Act | None:
    """The act as far as it can be read before it is its turn; None where it is to be refused, or opened first."""
    try:
        return read_act(submission, service)
    except ActRefused:
        return None


def is_to_be_sealed(submission: Submission, contract: str) -> bool:
    """Whether the act holds what an activity has to open, seal or prove before anything is done with it.

    What came sealed by any other way than our own door may be forged, or another contract's.
    """
    if submission.intake is not None:
        return True
    model = model_of(submission.act)
    if model is None or not isinstance(submission.payload, dict):
        return False
    if submission.by_door:
        return not is_sealed_for(contract, model, submission.payload)
    return holds_personal_data(model, submission.payload)


def on_record(submission: Submission) -> Any:
    """What is kept of an act's fields: those it has, and nothing that came under another name.

    Of a credential nothing is kept here: it is in the vault alone, and gone with it (IT-A2.7).
    """
    model = model_of(submission.act)
    if model is None or model is StoreCredential or not isinstance(submission.payload, dict):
        return None
    return without_unknown(model, submission.payload)


def raw_method(method: Callable[..., Any], *, name: str) -> Callable[..., Any]:
    """Make `method(self, *payloads)` a handler that the SDK gives its single payload undecoded, and any other number.

    The SDK decodes by the handler's parameters, if as many payloads come as there are: with a typed one, a
    payload of another kind would be dropped without a word, and a second one would fail the workflow task for
    ever. Where the number differs the payloads are decoded untyped, which our converter never fails to do.
    """
    method.__annotations__ = {"payload": RawValue}
    method.__name__ = name
    own = Parameter("self", Parameter.POSITIONAL_ONLY)
    payload = Parameter("payload", Parameter.POSITIONAL_ONLY, annotation=RawValue, default=None)
    method.__signature__ = Signature([own, payload])  # type: ignore[attr-defined]
    return method
