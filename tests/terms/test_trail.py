"""What a row's hash covers, to the byte, so that a trail can be checked by other means than this code."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from schemas.base import RIGA
from schemas.trail import TrailEntry, TrailHead
from terms.trail import canonical, digest, is_as_written, kept_from, keyed_by, linked

SECRET = bytes.fromhex("0b" * 20)
ENTRY = TrailEntry(
    chain="IT-2026-000123",
    at=datetime(2026, 3, 16, 10, 30, tzinfo=RIGA),
    actor="staff-4f1c",
    action="disclosure",
    subject="credential-7",
    clauses=("IT-A2.20", "IT-A2.22"),
    purpose="repair",
    details={"minutes": 15, "device": "ē"},
    personal="sealed:v1:contract/IT-1/self/1::c2VhbGVk",
)
BEFORE = TrailHead(chain="IT-2026-000123", seq=6, hash=bytes(31) + b"\x01")


def test_hashes_are_hmac_sha256() -> None:
    """RFC 4231, test case 1."""
    expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    assert keyed_by(SECRET)(b"Hi There").hex() == expected


def test_a_row_has_one_form() -> None:
    row = linked(ENTRY, BEFORE, keyed_by(SECRET))
    token_digest = hashlib.sha256(b"sealed:v1:contract/IT-1/self/1::c2VhbGVk").hexdigest()
    form = (
        "ligums trail row 1\n"
        '{"action":"disclosure","actor":"staff-4f1c","at":"2026-03-16T08:30:00.000000+00:00","chain":"IT-2026-000123",'
        '"clauses":["IT-A2.20","IT-A2.22"],"details":{"device":"\\u0113","minutes":15},'
        f'"personal_digest":"{token_digest}","previous":"{"0" * 63}1","purpose":"repair","seq":7,'
        '"subject":"credential-7"}'
    )
    assert canonical(row).decode("ascii") == form
    assert row.hash == hmac.digest(SECRET, form.encode(), "sha256")


def test_a_chain_begins_with_one_after_nothing() -> None:
    row = linked(ENTRY.model_copy(update={"personal": None}), None, keyed_by(SECRET))
    assert (row.seq, row.previous, row.personal_digest) == (1, b"", None)
    assert is_as_written(row, keyed_by(SECRET))
    assert not is_as_written(row, keyed_by(b"other"))
    assert digest(None) is None


@pytest.mark.clause("GUIDE-18h")
@pytest.mark.parametrize(
    ("now", "since"),
    [
        ("2026-03-16", "2024-09-16"),
        ("2026-03-31", "2024-09-30"),
        ("2025-08-31", "2024-02-29"),
        ("2026-08-31", "2025-02-28"),
        ("2026-06-30", "2024-12-30"),
        ("2026-07-01", "2025-01-01"),
    ],
)
def test_rows_are_kept_for_18_months(now: str, since: str) -> None:
    assert kept_from(datetime.fromisoformat(f"{now}T12:00:00+00:00")) == datetime.fromisoformat(f"{since}T12:00:00Z")
    assert kept_from(datetime(2026, 1, 1, 1, tzinfo=RIGA)) == datetime(2024, 6, 30, 23, tzinfo=UTC)
