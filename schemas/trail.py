"""The audit trail: who did what to which object, why and under which clause, each row chained to the one before."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from schemas.base import AwareDatetime, Frozen
from schemas.fields import ContractNumber

SYSTEM: Final = "system"
"""The chain of what belongs to no contract, and the actor of what nobody in person does."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$")]
"""A word, id or key id: by its letters it cannot be an e-mail address, nor a name with its surname."""


def _whole(value: Any) -> Any:
    """`value` as JSON keeps it to the letter: no binary floating point, no number that another reader would round."""
    match value:
        case None | bool() | str():
            return value
        case int() if abs(value) < 10**18:
            return value
        case list() | tuple():
            return [_whole(each) for each in value]
        case dict() if all(isinstance(key, str) for key in value):
            return {key: _whole(each) for key, each in value.items()}
    raise ValueError("must be of text, true, false, null and whole numbers below 10^18, in lists and objects")


class TrailEntry(Frozen):
    """What is to be written; nothing personal anywhere but in `personal`, which is a sealed token (GUIDE-3.1g)."""

    chain: ContractNumber | Literal["system"]
    at: AwareDatetime
    actor: Code
    action: Code
    subject: Code
    clauses: tuple[Code, ...] = ()
    purpose: Code
    details: Annotated[dict[str, Any], AfterValidator(_whole)] = Field(default_factory=dict)
    personal: str | None = None


class TrailRow(Frozen):
    """A row as it stands; an erased personal part leaves its digest. Hashes are of 32 bytes, `previous` of the first
    row is empty. Read back it may hold anything: only its keyed hash shows that it was written so."""

    chain: str
    seq: int
    at: AwareDatetime
    actor: str
    action: str
    subject: str
    clauses: tuple[str, ...]
    purpose: str
    details: dict[str, Any]
    personal: str | None
    personal_digest: bytes | None
    previous: bytes
    hash: bytes


class TrailHead(Frozen):
    """A chain's last row at some time."""

    chain: str
    seq: int
    hash: bytes


Fault = Literal["altered", "personal_part", "repeated", "unlinked", "missing", "lost_tail", "other_than_anchored"]


class TrailFinding(Frozen):
    """What is wrong with a chain's rows `seq` to `to`, both included."""

    chain: str
    seq: int
    to: int
    fault: Fault


class TrailReport(Frozen):
    """What a verification found; of many faults the first ones are told, all are counted."""

    chains: int
    rows: int
    erased: int
    anchored: int
    faults: int
    findings: tuple[TrailFinding, ...]
