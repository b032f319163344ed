"""How values become Temporal payloads and come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache, lru_cache
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    EncodingPayloadConverter,
    SerializationContext,
)
from temporalio.exceptions import ApplicationError

from runtime.codec import ContractCodec
from schemas.sealed import INTAKE_ENCODING, OUR_DOOR, REFUSED_BY_DOOR, SEALED_BY
from sealing.keys import KeyStore

CONTEXTS_KEPT = 1_000
"""A contract has one of its own and one for each activity at work."""

NOT_STARTED_HERE = (
    "no workflow is started from Temporal's web interface: hand the contract in at the API, by `ligums sign` or in the"
    " inbox, and ask for all else by an act of the contract"
)


class TolerantPayloadConverter(PydanticPayloadConverter):
    """Pydantic models as JSON; a payload nobody gave a type and nobody can read is handed on raw.

    What is sent to an act by the wrong number of payloads has no type. Raising there would drop a signal
    without a word; so the act gets it, and refuses it with a reason.
    """

    def __init__(self) -> None:
        # Temporal makes a payload converter for each payload's context; what it is made of holds nothing of that.
        CompositePayloadConverter.__init__(self, *_shared_parts())

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        if type_hints is not None:
            for payload, hint in zip(payloads, type_hints, strict=False):
                _refuse_intake(payload, hint)
            return super().from_payloads(payloads, type_hints)
        return [self._untyped(payload) for payload in payloads]

    def _untyped(self, payload: Payload) -> Any:
        try:
            return super().from_payloads([payload])[0]
        except (KeyError, RuntimeError, ValueError):
            return RawValue(payload)


@cache
def _shared_parts() -> tuple[EncodingPayloadConverter, ...]:
    """Made once, so that each model's reader is too."""
    return tuple(PydanticPayloadConverter().converters.values())


def _refuse_intake(payload: Payload, hint: type) -> None:
    """What came in under an intake key is read raw, by an act, or not at all: no activity opens a workflow's input.

    As a failure of Temporal's own kind this ends the workflow; anything else would fail its task for ever.
    """
    if hint is not RawValue and payload.metadata.get("encoding") == INTAKE_ENCODING.encode():
        raise ApplicationError(NOT_STARTED_HERE, type="StartRefused", non_retryable=True)


plain_converter = replace(pydantic_data_converter, payload_converter_class=TolerantPayloadConverter)
"""How values become JSON and back, before any sealing."""


def sealed_by_door(fields: dict[str, Any]) -> RawValue:
    """An act's fields whose personal data is sealed, with the word that our own door did it."""
    payload = plain_converter.payload_converter.to_payload(fields)
    return RawValue(Payload(metadata={**payload.metadata, SEALED_BY: OUR_DOOR}, data=payload.data))


def refused_by_door(reason: str) -> RawValue:
    """Stands for an act that our own door refuses, so that the contract itself puts it on record under its id."""
    return RawValue(Payload(metadata={"encoding": b"json/plain", REFUSED_BY_DOOR: reason.encode()}, data=b"null"))


@dataclass(frozen=True)
class _ByContext(DataConverter):
    """Keeps the converter of each context: the SDK asks for one at every payload, and all its parts are made anew."""

    _made: Callable[[SerializationContext], DataConverter] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        parts = {part.name: getattr(self, part.name) for part in fields(DataConverter) if part.init}
        object.__setattr__(self, "_made", lru_cache(CONTEXTS_KEPT)(DataConverter(**parts).with_context))

    def with_context(self, context: SerializationContext) -> DataConverter:  # type: ignore[override]
        return self._made(context)


def sealing_converter(keys: KeyStore) -> DataConverter:
    """Values as JSON under the contract's key, failures included."""
    return _ByContext(
        payload_converter_class=TolerantPayloadConverter,
        payload_codec=ContractCodec(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
