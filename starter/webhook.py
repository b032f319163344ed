"""The signing platform's webhook: whether a body is what the platform signed, and signed just now.

The header reads `X-Ligums-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. While a secret is
being changed the platform may send one `v1` for each of its secrets.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

SIGNATURE_HEADER = "X-Ligums-Signature"
MOST_AGE = timedelta(minutes=5)
MOST_SIGNATURES = 8

_TIME = re.compile(r"[0-9]{1,11}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class SignatureRefused(Exception):
    """A webhook that is not let in; the reason says what to look at and nothing about the right signature."""


def sign(body: bytes, secret: str, at: datetime) -> str:
    """The header's value for `body`, signed at the instant `at`."""
    seconds = str(int(at.timestamp()))
    return f"t={seconds},v1={_hmac(secret, seconds, body)}"


def verify(header: str, body: bytes, secret: str, now: datetime) -> None:
    """Raises SignatureRefused unless one of the header's signatures is ours and no more than 5 minutes off `now`."""
    seconds, signatures = _parts(header)
    expected = _hmac(secret, seconds, body)
    # Every signature is compared, so that the time taken does not tell which one was right.
    genuine = sum(hmac.compare_digest(expected, each) for each in signatures)
    if abs(now - datetime.fromtimestamp(int(seconds), UTC)) > MOST_AGE:
        raise SignatureRefused("the signature's time is more than 5 minutes off; sign again and check the clock")
    if not genuine:
        raise SignatureRefused("the signature does not match; check the secret, and that the body is sent as signed")


def _parts(header: str) -> tuple[str, list[str]]:
    """The time and the `v1` signatures; further schemes are left for those who know them."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    signatures = [value for name, _, value in pairs if name == "v1"]
    sound = len(times) == 1 and _TIME.fullmatch(times[0]) and 1 <= len(signatures) <= MOST_SIGNATURES
    if not sound or not all(_DIGEST.fullmatch(each) for each in signatures):
        raise SignatureRefused(f"{SIGNATURE_HEADER} must read t=<unix seconds>,v1=<64 hexadecimal digits>")
    return times[0], signatures


def _hmac(secret: str, seconds: str, body: bytes) -> str:
    return hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
