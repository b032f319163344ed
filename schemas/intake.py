"""What comes in with personal data in clear or under an intake key, and comes back sealed."""

from __future__ import annotations

from typing import Any

from schemas.base import Frozen
from schemas.contract import SignedContract


class ContractToSeal(Frozen):
    """A contract that did not come through the door."""

    contract: SignedContract


class SealedContract(Frozen):
    """The contract without personal data in clear, and the keyed hash of what it said; or what is wrong with it."""

    contract: SignedContract | None = None
    fingerprint: str = ""
    fault: str | None = None


class ActToSeal(Frozen):
    """An act's fields, or in their place the `intake` payload that holds them: base64 of Temporal's protocol buffer."""

    contract: str
    act: str
    act_id: str
    payload: Any = None
    intake: str | None = None


class SealedAct(Frozen):
    """The act's fields sealed, or what is wrong with what came; `intake_key` is the key that has done its service."""

    payload: Any = None
    fault: str | None = None
    intake_key: str | None = None
