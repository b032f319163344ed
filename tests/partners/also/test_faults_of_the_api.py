"""Every fault of ALSO's, on every errand: it is got over or named, and nothing is ever placed twice."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from activities.partners.also.errors import (
    AlsoUnavailable,
    BadCredentials,
    OutcomeUnknown,
    RateLimited,
    RefusedByDistributor,
    SessionExpired,
    UnexpectedAnswer,
)
from activities.partners.also_sandbox.catalogue import TENANT
from schemas.also import AlsoOrder, AlsoSubscription, RenewalChange
from tests.partners.also.errands import ERRANDS, effects
from tests.partners.also.support import BASIC_YEAR, ORDERED, PASSWORD, Stage, client, company, order, registered, staged

SHORT = timedelta(milliseconds=300)

PASSING = ("session_expired", "unauthorized", "rate_limited", "slow", "lost_answer")
DOWN = ("unavailable", "server_fault")
UNREADABLE = ("malformed_fault", "doctype_fault", "no_json", "huge_answer")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, most_answer_bytes=1024 * 1024) as made:
        yield made


async def held_by(stage: Stage) -> tuple[AlsoSubscription, AlsoSubscription]:
    """A tenant, and a subscription of 10 licences."""
    _, tenant = await registered(stage)
    return tenant, await stage.at().order(order(tenant, number=999))


@pytest.mark.parametrize("kind", PASSING)
async def test_what_passes_is_got_over(stage: Stage, kind: str) -> None:
    tenant, held = await held_by(stage)
    for number, errand in enumerate(ERRANDS, start=1):
        before = await effects(stage)
        await stage.fault(kind, errand.operation, delay_milliseconds=20)
        await errand.run(stage.at(), tenant, held, number)
        after = await effects(stage)
        assert (await stage.look())["faults"] == [], errand.operation
        assert sum(after) - sum(before) == (1 if errand.places else 0), errand.operation


@pytest.mark.parametrize("kind", DOWN)
async def test_while_also_is_down_an_order_is_only_looked_up(stage: Stage, kind: str) -> None:
    """What such an answer was given to may have taken effect, so it is for the next errand to place it."""
    tenant, held = await held_by(stage)
    for number, errand in enumerate(ERRANDS, start=1):
        before = await effects(stage)
        await stage.fault(kind, errand.operation, times=2)
        if errand.places:
            with pytest.raises(OutcomeUnknown):
                await errand.run(stage.at(patience=SHORT), tenant, held, number)
            assert await effects(stage) == before
            with pytest.raises(OutcomeUnknown):
                await errand.run(stage.at(patience=SHORT), tenant, held, number)
        await errand.run(stage.at(), tenant, held, number)
        assert sum(await effects(stage)) - sum(before) == (1 if errand.places else 0), errand.operation


@pytest.mark.parametrize("kind", UNREADABLE)
async def test_what_cannot_be_read_is_named(stage: Stage, kind: str) -> None:
    tenant, held = await held_by(stage)
    for number, errand in enumerate(ERRANDS, start=1):
        before = await effects(stage)
        await stage.fault(kind, errand.operation)
        expected: Any = OutcomeUnknown if errand.places else UnexpectedAnswer
        with pytest.raises(expected, match=errand.operation):
            await errand.run(stage.at(patience=SHORT if errand.places else timedelta(seconds=8)), tenant, held, number)
        await errand.run(stage.at(), tenant, held, number)
        assert sum(await effects(stage)) - sum(before) == (1 if errand.places else 0), errand.operation


async def test_a_refusal_is_named_on_every_errand(stage: Stage) -> None:
    tenant, held = await held_by(stage)
    for number, errand in enumerate(ERRANDS, start=1):
        await stage.fault("refused", errand.operation, message="Anna Bērziņa")
        with pytest.raises(RefusedByDistributor, match=rf"^ALSO refused {errand.operation} \(its issue [0-9]+\)$"):
            await errand.run(stage.at(), tenant, held, number)


async def test_an_answer_that_cannot_be_read_after_the_effect_is_looked_up(stage: Stage) -> None:
    tenant, _ = await held_by(stage)
    await stage.fault("garbled_answer", "CreateSubscription")
    placed = await stage.at().order(order(tenant, number=1))
    assert [each["account_id"] for each in await stage.orders(BASIC_YEAR)][1:] == [placed.account_id]


async def test_an_answer_that_comes_too_late_is_looked_up(tmp_path: Path) -> None:
    async with staged(tmp_path, answer_timeout=timedelta(milliseconds=500)) as stage:
        tenant, _ = await held_by(stage)
        await stage.fault("late_answer", "CreateSubscription", delay_milliseconds=900)
        placed = await stage.at().order(order(tenant, number=1))
        assert [each["account_id"] for each in await stage.orders(BASIC_YEAR)][1:] == [placed.account_id]


async def test_what_was_placed_and_is_not_listed_yet_is_never_placed_again(stage: Stage) -> None:
    tenant, _ = await held_by(stage)
    await stage.behave(lists_orders_late=4)
    await stage.fault("lost_answer", "CreateSubscription")
    await stage.at().order(order(tenant, number=1))

    await stage.behave(lists_orders_late=50)
    await stage.fault("lost_answer", "CreateSubscription")
    with pytest.raises(OutcomeUnknown, match="CreateSubscription for M365-2026-000001/2 took effect is not known yet"):
        await stage.at(patience=SHORT).order(order(tenant, number=2))
    assert len(await stage.orders(BASIC_YEAR)) == 3
    assert (await stage.calls()).count("CreateSubscription") == 4  # The tenant, and three orders.


@pytest.mark.long
async def test_a_session_that_expires_between_any_two_calls(stage: Stage) -> None:
    async def life(number: int) -> None:
        at = stage.at()
        customer = await at.register(company(f"M365-{number}"))
        tenant = await at.order(
            order_of_tenant(customer.account_id, f"M365-{number}/tenant"),
        )
        mine = order(tenant).model_copy(update={"reference": f"M365-{number}/1"})
        placed = await at.order(mine)
        await at.increase(placed.account_id, 12)
        await at.configure_renewal(placed.account_id, RenewalChange(licences=5))
        await at.configure_renewal(placed.account_id, RenewalChange())
        await at.set_at_end(placed.account_id, "terminate")
        cancelled = await at.cancel(placed.account_id)
        assert cancelled.ends_for_good
        await at.charges(2026, 2, customer.account_id)

    await life(0)
    calls = len([each for each in await stage.calls() if each != "GetSessionToken"])
    assert calls == 29
    for after in range(calls):
        # Either way of saying it is read as the same error, so they take turns.
        await stage.fault("session_expired" if after % 2 else "unauthorized", after=after)
        await life(after + 1)
        assert (await stage.look())["faults"] == [], after
        assert await effects(stage) == (after + 2, 2 * (after + 2)), after


def order_of_tenant(company_id: int, reference: str) -> AlsoOrder:
    return AlsoOrder(reference=reference, company_id=company_id, service=TENANT, tenant_domain="priedes")


async def test_a_session_that_was_long_unused_is_closed(stage: Stage) -> None:
    await stage.at().ping()
    await stage.behave(session_minutes=0)
    stage.clock.now += timedelta(seconds=1)
    await stage.at().ping()
    assert await stage.calls() == ["GetSessionToken", "PingPong", "PingPong", "GetSessionToken", "PingPong"]


async def test_a_session_that_expires_at_once_again_is_named(stage: Stage) -> None:
    tenant, held = await held_by(stage)
    for number, errand in enumerate(ERRANDS, start=1):
        await stage.fault("session_expired", errand.operation, times=2)
        with pytest.raises(SessionExpired, match=errand.operation):
            await errand.run(stage.at(), tenant, held, number)
    assert len(await stage.orders(BASIC_YEAR)) == 1


async def test_a_lost_cancellation_is_not_asked_for_again(stage: Stage) -> None:
    _, held = await held_by(stage)
    await stage.fault("lost_answer", "TerminateAccount")
    cancelled = await stage.at().cancel(held.account_id)
    assert (cancelled.terminates_on, cancelled.at_end, cancelled.ends_for_good) == (held.ends_on, "terminate", True)
    assert (await stage.calls()).count("TerminateAccount") == 1


async def test_the_patience_is_the_callers(stage: Stage) -> None:
    await stage.fault("unavailable", "PingPong", times=1000)
    with pytest.raises(AlsoUnavailable, match="PingPong was answered with HTTP 503"):
        await stage.at(patience=SHORT).ping()
    assert (await stage.calls()).count("PingPong") < 10


async def test_while_also_is_silent_nobody_else_waits_for_it(stage: Stage) -> None:
    """What waits for ALSO takes the place of other contracts' work, so that its outage must not be theirs."""
    await stage.at().ping()
    await stage.fault("unavailable", "PingPong", times=1000)
    with pytest.raises(AlsoUnavailable):
        await stage.at(patience=SHORT).ping()
    tried = (await stage.calls()).count("PingPong")
    assert tried > 2
    for _ in range(3):
        with pytest.raises(AlsoUnavailable):
            await stage.at().ping()
    assert (await stage.calls()).count("PingPong") == tried + 3
    await stage.control.delete("/control/faults")
    await stage.at().ping()
    # It answers again, and so what passes is waited for again.
    await stage.fault("unavailable", "PingPong")
    await stage.at().ping()


async def test_a_pause_longer_than_the_patience_is_not_begun(stage: Stage) -> None:
    await stage.fault("rate_limited", "PingPong", retry_after_seconds=60)
    with pytest.raises(RateLimited) as limited:
        await stage.at().ping()
    assert limited.value.pause == timedelta(seconds=60)
    await stage.at().ping()


async def test_nobody_there(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        gone = stage.url
    async with client(gone) as also:
        with pytest.raises(AlsoUnavailable, match="GetSessionToken was not sent: no connection"):
            await also.within(SHORT, business_time=None).ping()


async def test_a_wrong_password_is_named_and_not_tried_on_and_on(stage: Stage) -> None:
    async with client(stage.url, SecretStr("another")) as also:
        for _ in range(3):
            with pytest.raises(BadCredentials, match=r"^ALSO refused the account's user name or password$"):
                await also.within(SHORT, business_time=None).ping()
    assert await stage.calls() == ["GetSessionToken"]


async def test_a_new_password_is_used_without_a_restart(stage: Stage) -> None:
    passwords = [SecretStr("the-old-one"), PASSWORD]

    async def given() -> SecretStr:
        return passwords[0]

    stage.also.connection._password = given
    with pytest.raises(BadCredentials):
        await stage.at().ping()
    del passwords[0]
    await stage.at().ping()


async def test_logs_name_nobody(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    tenant, _ = await held_by(stage)
    await stage.fault("refused", "CreateSubscription", message="Anna Bērziņa")
    await stage.fault("doctype_fault", "GetCompanies")
    with pytest.raises(RefusedByDistributor):
        await stage.at(ORDERED).order(order(tenant, number=1))
    with pytest.raises(UnexpectedAnswer):
        await stage.at().register(company("OTHER"))
    for secret in (PASSWORD.get_secret_value(), str(stage.also.connection._token), "Anna", "anna@", "29123456"):
        assert secret not in caplog.text
