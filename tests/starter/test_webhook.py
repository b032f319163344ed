"""The signing platform's webhook: let in when it is signed, and signed just now."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from runtime.stack import Stack
from starter.webhook import SignatureRefused, sign, verify
from tests.starter.support import SECRET, a_contract, api, with_settings

AT = datetime(2026, 2, 10, 9, 20, tzinfo=UTC)
SECONDS = 1_770_715_200
BODY = json.dumps(a_contract("WH-1")).encode()


def holds(header: str, at: datetime) -> bool:
    try:
        verify(header, BODY, SECRET, at)
    except SignatureRefused:
        return False
    return True


def test_a_signature_is_the_hmac_of_time_and_body() -> None:
    digest = hmac.new(SECRET.encode(), f"{SECONDS}.".encode() + BODY, hashlib.sha256).hexdigest()
    assert sign(BODY, SECRET, AT) == f"t={SECONDS},v1={digest}"


@pytest.mark.parametrize("off_seconds", [-300, -1, 0, 300])
def test_a_signature_holds_for_five_minutes_either_way(off_seconds: int) -> None:
    assert holds(sign(BODY, SECRET, AT), AT + timedelta(seconds=off_seconds))


@pytest.mark.parametrize("off_seconds", [-301, 301, 10**9])
def test_an_old_or_early_signature_is_refused(off_seconds: int) -> None:
    with pytest.raises(SignatureRefused, match="more than 5 minutes off"):
        verify(sign(BODY, SECRET, AT), BODY, SECRET, AT + timedelta(seconds=off_seconds))


def test_while_the_secret_changes_either_signature_will_do() -> None:
    ours, other = sign(BODY, SECRET, AT), sign(BODY, "the other secret", AT)
    both = [f"{other},{ours.partition(',')[2]}", f"{ours},{other.partition(',')[2]}, v0=abc"]
    assert [holds(header, AT) for header in [*both, other]] == [True, True, False]


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (sign(BODY, "another secret", AT), BODY),
        (sign(BODY, SECRET, AT), BODY + b" "),
        (sign(BODY, SECRET, AT).replace(str(SECONDS), str(SECONDS + 1)), BODY),
    ],
    ids=["secret", "body", "time"],
)
def test_a_forged_signature_is_refused(header: str, body: bytes) -> None:
    with pytest.raises(SignatureRefused, match="does not match"):
        verify(header, body, SECRET, AT)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,v1=",
        f"t={SECONDS}",
        f"v1={'0' * 64}",
        f"t={SECONDS},v1=0",
        f"t={SECONDS},t={SECONDS},v1={'0' * 64}",
        f"t=-1,v1={'0' * 64}",
        f"t=9{'9' * 11},v1={'0' * 64}",
        f"t={SECONDS},v1={'ā' * 64}",
        f"t={SECONDS}" + f",v1={'0' * 64}" * 9,
    ],
)
def test_a_header_of_another_shape_is_refused(header: str) -> None:
    with pytest.raises(SignatureRefused, match="must read t="):
        verify(header, BODY, SECRET, AT)


@pytest.mark.real
@pytest.mark.asyncio(loop_scope="module")
async def test_the_signing_platform_hands_in_contracts_and_nothing_else(stack: Stack) -> None:
    signed = {"X-Ligums-Signature": sign(BODY, SECRET, AT)}
    async with api(stack, at=AT, headers=signed) as client:
        assert (await client.post("/contracts", content=BODY)).status_code == 201
        assert (await client.post("/contracts", content=BODY)).status_code == 200
        assert (await client.get("/contracts")).status_code == 401
        assert (await client.post("/contracts/WH-1/acts/agree_end", content=BODY)).status_code == 401
        forged = await client.post("/contracts", content=BODY + b" ")
        assert (forged.status_code, "does not match" in forged.json()["reason"]) == (401, True)
        wrong_token = await client.post("/contracts", content=BODY, headers={"Authorization": "Bearer wrong"})
        assert wrong_token.status_code == 401
        faulty = json.dumps(a_contract("WH-2", content__users=-1)).encode()
        answer = await client.post(
            "/contracts", content=faulty, headers={"X-Ligums-Signature": sign(faulty, SECRET, AT)}
        )
        assert answer.status_code == 422
    async with api(stack, at=AT + timedelta(minutes=6), headers=signed) as client:
        assert (await client.post("/contracts", content=BODY)).status_code == 401
    async with api(with_settings(stack, webhook_secret=None), at=AT, headers=signed) as client:
        refused = await client.post("/contracts", content=BODY)
        assert (refused.status_code, "not set up" in refused.json()["reason"]) == (401, True)
