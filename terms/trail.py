"""The audit trail's rules: what a row's keyed hash covers, what follows on what, and how long rows stay."""

from __future__ import annotations

import hashlib
import hmac
import json
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final, TypeAlias

from schemas.trail import Fault, TrailEntry, TrailFinding, TrailHead, TrailRow

Mac: TypeAlias = Callable[[bytes], bytes]
"""A keyed hash of 32 bytes: only who holds the key can make it."""

ROW: Final = b"ligums trail row 1\n"
"""Stands before what is hashed, so that no hash of something else under the same key can pass for a row's."""
BEFORE_THE_FIRST: Final = b""
KEPT_MONTHS: Final = 18


def keyed_by(secret: bytes) -> Mac:
    """HMAC-SHA256 under `secret` (RFC 2104)."""
    return lambda content: hmac.digest(secret, content, "sha256")


def canonical(row: TrailRow) -> bytes:
    """The one form of a row that its hash is made of: every column but `hash` itself, `personal` by its digest.

    JSON in ASCII with sorted keys and no spaces; instants in UTC to the microsecond, bytes in hexadecimal.
    """
    fields = row.model_dump(exclude={"personal", "hash"})
    fields["at"] = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields["previous"] = row.previous.hex()
    fields["personal_digest"] = row.personal_digest.hex() if row.personal_digest is not None else None
    return ROW + json.dumps(fields, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def digest(personal: str | None) -> bytes | None:
    """What stays of a sealed token: sealed with a random part, it cannot be guessed from its digest."""
    return None if personal is None else hashlib.sha256(personal.encode()).digest()


def linked(entry: TrailEntry, after: TrailHead | None, mac: Mac) -> TrailRow:
    """The entry as the chain's next row."""
    row = TrailRow(
        **entry.model_dump(),
        seq=after.seq + 1 if after else 1,
        personal_digest=digest(entry.personal),
        previous=after.hash if after else BEFORE_THE_FIRST,
        hash=b"",
    )
    return row.model_copy(update={"hash": mac(canonical(row))})


def is_as_written(row: TrailRow, mac: Mac) -> bool:
    """Whether the row's own hash is the keyed hash of its content."""
    return hmac.compare_digest(row.hash, mac(canonical(row)))


def kept_from(now: datetime) -> datetime:
    """Rows since then must be there: 18 months, where the guidelines ask for 12 (GUIDE-18h)."""
    instant = now.astimezone(UTC)
    year, month_index = divmod(instant.year * 12 + instant.month - 1 - KEPT_MONTHS, 12)
    month = month_index + 1
    return instant.replace(year=year, month=month, day=min(instant.day, monthrange(year, month)[1]))


class ChainWalk:
    """Goes along one chain in the order of seq and tells what is wrong; it remembers one row."""

    def __init__(self, chain: str, mac: Mac, anchor: TrailHead | None, kept_since: datetime) -> None:
        self._chain = chain
        self._mac = mac
        self._anchor = anchor
        self._kept_since = kept_since
        self._seq = 0
        self._hash: bytes | None = BEFORE_THE_FIRST

    def step(self, seq: int, row: TrailRow | None) -> Iterator[TrailFinding]:
        """The faults of the next row; None stands for one that holds what is never written."""
        sound = row is not None and is_as_written(row, self._mac)
        if seq <= self._seq:
            yield self._found("repeated", seq)
        elif seq > self._seq + 1 and not self._begins_late(row if sound else None):
            yield self._found("missing", self._seq + 1, seq - 1)
        elif row is not None and sound and seq == self._seq + 1 and self._hash not in (None, row.previous):
            yield self._found("unlinked", seq)
        if row is None or not sound:
            yield self._found("altered", seq)
        elif row.personal is not None and digest(row.personal) != row.personal_digest:
            yield self._found("personal_part", seq)
        if self._anchor and seq == self._anchor.seq and (row is None or row.hash != self._anchor.hash):
            yield self._found("other_than_anchored", seq)
        # What follows on an altered row is not at fault for that.
        self._seq, self._hash = seq, row.hash if row and sound else None

    def end(self) -> Iterator[TrailFinding]:
        """What lacks at the end."""
        if self._anchor and self._seq < self._anchor.seq:
            yield self._found("lost_tail", self._seq + 1, self._anchor.seq)

    def _begins_late(self, row: TrailRow | None) -> bool:
        """Whether what is missing is a beginning that need not be kept any more: the row after it shows its age."""
        return self._seq == 0 and row is not None and row.at < self._kept_since

    def _found(self, fault: Fault, seq: int, to: int | None = None) -> TrailFinding:
        return TrailFinding(chain=self._chain, seq=seq, to=seq if to is None else to, fault=fault)
