"""Temporal payloads under the contract's key: what the server keeps and shows is ciphertext.

Source: Temporal's pages on payload codecs; temporalio's `WithSerializationContext`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from schemas.sealed import CLAIMS, is_key_id
from schemas.workflow_id import contract_number
from sealing import payloads
from sealing.errors import KeyDestroyed, KeyMissing, NoKeyYet, SealingError, Tampered
from sealing.keys import SYSTEM, DataKey, KeyStore, Owner, contract_owner, owner_of

logger = logging.getLogger(__name__)


class ContractCodec(PayloadCodec, WithSerializationContext):
    """Encodes under the key of the contract that the workflow id names; all else, under one of the product's own.

    What our own door says of a payload is believed of one under the contract's own key alone.

    What came in under an intake key is handed on as it is: the contract has an activity open and seal it, so that
    no replay needs that key again. A payload that can never be opened is handed on as well: its reader
    refuses it. A key store that does not answer, or has a damaged key that can be put back, is an error, and Temporal
    tries again.
    """

    def __init__(self, keys: KeyStore, owner: Owner = SYSTEM) -> None:
        self._keys = keys
        self._owner = owner

    def with_context(self, context: SerializationContext) -> ContractCodec:
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            return ContractCodec(self._keys, owner_of_workflow(context.workflow_id))
        return self

    async def encode(self, given: Sequence[Payload]) -> list[Payload]:
        if not given:
            return []
        key = await self._key()
        return [payloads.encoded(payload, key.id, key.secret) for payload in given]

    async def _key(self) -> DataKey:
        """A contract's key is made where the contract is taken over, and here never: one that is lost stays missed."""
        if self._owner != SYSTEM:
            with suppress(NoKeyYet):
                return await self._keys.current(self._owner)
            # Started past the door under a number that nobody took over: it ends, and says why.
        return await self._keys.begin(SYSTEM)

    async def decode(self, given: Sequence[Payload]) -> list[Payload]:
        return [await self._decoded(payload) for payload in given]

    async def _decoded(self, payload: Payload) -> Payload:
        if not payloads.is_encoded_for_contract(payload):
            return _without_claim(payload)
        try:
            key = await payloads.key_of(self._keys, payload)
        except (KeyDestroyed, KeyMissing, payloads.NoKeyId) as error:
            return _handed_on(payload, error)
        try:
            opened = payloads.opened_with(key, payload)
        except Tampered as error:
            return _handed_on(payload, error)
        return opened if owner_of(key.id)[0] == self._owner else _without_claim(opened)


def _handed_on(payload: Payload, error: SealingError) -> Payload:
    """The payload as it is; its reader cannot tell why it is unreadable, so it is said here."""
    logger.warning("a payload is handed on unopened: %s", error)
    return payload


def _without_claim(payload: Payload) -> Payload:
    """The payload without what our own door alone may say of it."""
    if not any(claim in payload.metadata for claim in CLAIMS):
        return payload
    kept = {name: value for name, value in payload.metadata.items() if name not in CLAIMS}
    return Payload(metadata=kept, data=payload.data)


def owner_of_workflow(workflow_id: str | None) -> Owner:
    """Whose key a workflow's payloads are under; a workflow that can be no contract's has none of its own."""
    number = contract_number(workflow_id or "")
    if number is None:
        return SYSTEM
    owner = contract_owner(number)
    return owner if is_key_id(owner.key_id(1)) else SYSTEM
