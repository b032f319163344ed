"""Whatever goes wrong at ALSO on a contract's errand: nothing is placed twice, and nobody in person is told of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asyncpg import Pool
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.ledger import failing
from runtime.failing import FailingActivities
from runtime.settings import Settings
from runtime.wiring import contract_activities, distribution_activities
from schemas.distribution import ERRANDS, RegisterCustomer
from sealing.errors import KeyMissing
from tests.activities.distributing import ATTEMPT, DOMAIN, SIGNED, Desk
from tests.sealing_keys import sealer, sealer_in
from workflows.insisting import PARTNER_ATTEMPT, PARTNER_PAUSE, PLACING_ATTEMPT

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

BRIEF = timedelta(milliseconds=600)


async def orders(at_desk: Desk) -> list[str]:
    """The references of what really stands at ALSO, tenants apart."""
    standing = (await at_desk.looked_at())["records"]["subscriptions"].values()
    return [each["reference"] for each in standing if each["depends_on"] is not None]


async def test_an_answer_lost_after_the_order_leaves_one_order(at_desk: Desk) -> None:
    company = (await at_desk.register()).company_id
    await at_desk.fault("lost_answer", "CreateSubscription", times=2)  # The tenant's, and the order's.
    placed = (await at_desk.place(company)).subscription
    assert placed is not None
    assert await orders(at_desk) == [placed.reference]


async def test_an_order_that_is_not_to_be_found_yet_is_looked_for_by_the_next_try(at_desk: Desk) -> None:
    company = (await at_desk.register()).company_id
    await at_desk.place(company)
    second = f"{at_desk.number}/2"
    await at_desk.behave(lists_orders_late=20)
    await at_desk.fault("lost_answer", "CreateSubscription")
    with pytest.raises(ApplicationError, match=f"for {second} took effect is not known yet") as unknown:
        await at_desk.place(company, reference=second, attempt=BRIEF)
    assert (unknown.value.type, unknown.value.next_retry_delay) == ("OutcomeUnknown", timedelta(minutes=2))
    assert await orders(at_desk) == [f"{at_desk.number}/1", second]

    [late] = [each for each in (await at_desk.looked_at())["records"]["subscriptions"].values() if each["unlisted"]]
    for _ in range(late["unlisted"]):
        await at_desk.run_as("customer_at_distributor", company_id=company)
    placed = (await at_desk.place(company, reference=second)).subscription
    assert placed is not None
    assert placed.account_id == late["account_id"]
    assert await orders(at_desk) == [f"{at_desk.number}/1", second]


async def test_a_registration_whose_answer_was_lost_is_told_as_disclosed(at_desk: Desk, pool: Pool) -> None:
    await at_desk.fault("lost_answer", "CreateCompany")
    # Then every look fails until the attempt's time is up.
    await at_desk.fault("unavailable", "GetCompanies", after=2, times=1000)
    with pytest.raises(ApplicationError) as unknown:
        await at_desk.run(
            at_desk.distribution.register_customer,
            RegisterCustomer(contract=at_desk.number, at=SIGNED, reference=at_desk.number, tenant_domain=DOMAIN),
            BRIEF,
        )
    assert unknown.value.type == "OutcomeUnknown"
    await at_desk.also.delete("/control/faults")
    found = await at_desk.run_as("find_customer", reference=at_desk.number)
    assert found.company_id == (await at_desk.register()).company_id
    told = "SELECT action FROM trail WHERE chain = $1 AND purpose = 'distributor' ORDER BY seq"
    assert [row["action"] for row in await pool.fetch(told, at_desk.number)] == ["opened", "disclosure"]
    assert await at_desk.calls("CreateCompany") == 1


async def lost_with_its_reference(at_desk: Desk, at: datetime | None) -> None:
    """A registration that ALSO keeps without our reference, and does not answer."""
    await at_desk.behave(drops_references=True)
    await at_desk.fault("lost_answer", "CreateCompany")
    asked = RegisterCustomer(contract=at_desk.number, at=at, reference=at_desk.number, tenant_domain=DOMAIN)
    with pytest.raises(ApplicationError) as unknown:
        await at_desk.run(at_desk.distribution.register_customer, asked, BRIEF)
    assert unknown.value.type == "OutcomeUnknown"


@pytest.mark.clause("M365-13")
async def test_a_registration_lost_with_its_reference_is_known_by_its_vat_number(at_desk: Desk, pool: Pool) -> None:
    await lost_with_its_reference(at_desk, None)
    found = await at_desk.run_as("find_customer", None, reference=at_desk.number)
    assert (found.is_unknown, found.is_reference_lost) == (False, True)
    again = await at_desk.register(None, is_asked_again=True)
    assert (again.company_id, again.is_disclosed, again.is_reference_lost) == (found.company_id, True, True)
    told = "SELECT action FROM trail WHERE chain = $1 AND purpose = 'distributor' ORDER BY seq"
    assert [row["action"] for row in await pool.fetch(told, at_desk.number)] == ["opened", "disclosure"]
    assert await at_desk.calls("CreateCompany") == 1


@pytest.mark.clause("M365-13")
async def test_what_may_be_the_customer_is_not_registered_again(at_desk: Desk, pool: Pool) -> None:
    # Rehearsed, so that its VAT number does not count.
    await lost_with_its_reference(at_desk, SIGNED)
    found = await at_desk.run_as("find_customer", reference=at_desk.number)
    again = await at_desk.register(is_asked_again=True)
    assert (found.is_unknown, again.is_unknown, again.is_disclosed) == (True, True, False)
    assert again.company_id == found.company_id
    told = "SELECT action FROM trail WHERE chain = $1 AND purpose = 'distributor' ORDER BY seq"
    assert [row["action"] for row in await pool.fetch(told, at_desk.number)] == ["opened"]
    assert await at_desk.calls("CreateCompany") == 1


@pytest.mark.long
async def test_a_session_that_expires_between_any_two_calls(at_desk: Desk) -> None:
    async def life(number: int) -> None:
        company = (await at_desk.register(reference=f"S-{number}")).company_id
        placed = (await at_desk.place(company, reference=f"S-{number}/1", contract=f"S-{number}")).subscription
        assert placed is not None
        account = placed.account_id
        assert (await at_desk.run_as("add_licences", account_id=account, licences=12)).refused is None
        assert (await at_desk.run_as("set_renewal", account_id=account, licences=5)).refused is None
        assert (await at_desk.run_as("cancel_subscription", account_id=account)).subscription.ends_for_good
        await at_desk.run_as("customer_at_distributor", company_id=company, invoiced_month=SIGNED.date())

    await life(0)
    calls = len([each for each in (await at_desk.looked_at())["calls"] if each != "GetSessionToken"])
    assert calls > 20
    for after in range(calls):
        await at_desk.fault("session_expired", after=after)
        await life(after + 1)
        assert (await at_desk.looked_at())["faults"] == [], after
    assert await orders(at_desk) == [f"S-{number}/1" for number in range(calls + 1)]


async def test_too_many_calls_are_waited_out_within_the_attempt(at_desk: Desk) -> None:
    placed = await at_desk.ordered()
    await at_desk.fault("rate_limited", "UpdateSubscription", retry_after_seconds=1)
    more = await at_desk.run_as("add_licences", account_id=placed.account_id, licences=12)
    assert more.subscription.licences == 12
    await at_desk.fault("rate_limited", retry_after_seconds=3600)
    with pytest.raises(ApplicationError) as limited:
        await at_desk.run_as("subscription_state", account_id=placed.account_id)
    assert (limited.value.type, limited.value.next_retry_delay) == ("RateLimited", timedelta(hours=1))


@pytest.mark.clause("M365-48.1")
async def test_a_refused_renewal_is_an_answer_in_words_of_our_own(at_desk: Desk) -> None:
    placed = await at_desk.ordered()
    await at_desk.fault("refused", "ConfigureSubscriptionRenew", message="Anna Bērziņa owes")
    answer = await at_desk.run_as("set_renewal", account_id=placed.account_id, licences=5)
    assert answer.subscription == placed
    assert answer.refused == "ALSO refused the change at renewal (its issue 1)"


@pytest.mark.clause("M365-48.1")
async def test_a_refused_order_is_an_answer_and_nothing_stands(at_desk: Desk) -> None:
    company = (await at_desk.register()).company_id
    await at_desk.fault("refused", "CreateSubscription", after=1, message="Anna Bērziņa owes")
    answer = await at_desk.place(company)
    assert (answer.subscription, answer.refused) == (None, "ALSO refused the order (its issue 1)")
    assert await orders(at_desk) == []


async def test_a_failure_names_nobody(at_desk: Desk) -> None:
    await at_desk.fault("refused", "CreateCompany", message="Anna Bērziņa, anna@example.lv, owes")
    with pytest.raises(ApplicationError) as refused:
        await at_desk.register()
    assert (refused.value.type, refused.value.non_retryable) == ("RefusedByDistributor", True)
    assert refused.value.message == "ALSO refused CreateCompany (its issue 1)"
    assert "nna" not in repr(refused.value)


@pytest.mark.clause("M365-13")
async def test_what_is_looked_for_and_not_there_is_neither_made_nor_told_as_disclosed(
    at_desk: Desk, pool: Pool
) -> None:
    assert (await at_desk.run_as("find_customer", reference=at_desk.number)).company_id is None
    assert (await at_desk.run_as("find_delegation", name=at_desk.number)).delegation is None
    assert await at_desk.calls("CreateCompany") == 0
    assert (await at_desk.graph.get("/control")).json()["made"] == []
    assert await pool.fetch("SELECT FROM trail WHERE chain = $1 AND purpose = 'distributor'", at_desk.number) == []


@pytest.mark.clause("M365-5")
async def test_a_delegation_whose_answer_was_lost_is_found_by_its_name(at_desk: Desk) -> None:
    answer = await at_desk.run_as("ask_delegation", name=at_desk.number, tenant_domain=DOMAIN, customer="SIA Priedes")
    assert await at_desk.run_as("find_delegation", name=at_desk.number) == answer


async def test_a_contact_whose_key_is_missing_goes_nowhere(at_desk: Desk, tmp_path: Path) -> None:
    at_desk.distribution._customers._sealer = sealer_in(tmp_path / "another")
    with pytest.raises(KeyMissing):
        await at_desk.register()
    assert await at_desk.calls("CreateCompany") == 0


# Without a distributor, and for a person to see


async def test_the_attempt_outlasts_the_errand() -> None:
    """So that it ends with a word of its own: 10 of 12 seconds, 50 of 60."""
    assert (timedelta(seconds=12), timedelta(seconds=60)) == (PARTNER_ATTEMPT, PLACING_ATTEMPT)
    assert failing.ERRAND_FORGOTTEN_AFTER > PARTNER_PAUSE + 2 * PARTNER_ATTEMPT + PLACING_ATTEMPT


async def test_every_errand_is_known_as_one(at_desk: Desk) -> None:
    registered = distribution_activities(at_desk.distribution)
    assert tuple(activity._Definition.must_from_callable(each).name for each in registered) == ERRANDS


class _Errand(ActivityInboundInterceptor):
    """The end of the chain: the errand itself."""

    def __init__(self) -> None:
        pass

    async def execute_activity(self, input: ExecuteActivityInput) -> object:
        return await input.fn(*input.args)


async def test_without_a_distributor_the_contract_says_what_is_missing(
    at_desk: Desk, pool: Pool, tmp_path: Path
) -> None:
    number = at_desk.number
    watched = FailingActivities(pool).intercept_activity(_Errand())
    environment = ActivityEnvironment()
    environment.info = replace(
        environment.info,
        activity_type="register_customer",
        workflow_id=f"contract/{number}",
        start_to_close_timeout=ATTEMPT,
    )
    asked = RegisterCustomer(contract=number, at=None, reference=number, tenant_domain=DOMAIN)

    async def shown() -> list[str]:
        return [each.activity for each in await failing.failing(pool) if each.contract == number]

    none = Settings(partners_folder=tmp_path / "none", sms_folder=tmp_path / "sms")
    async with contract_activities(none, pool, sealer()) as activities:
        unable = ExecuteActivityInput(activities.distribution.register_customer, (asked,), None, {})
        with pytest.raises(ApplicationError, match=r"^NoDistributor: no distributor is configured: LIGUMS_ALSO_URL$"):
            await environment.run(watched.execute_activity, unable)
        assert await shown() == ["register_customer"]
        # Until the next try an hour later, and not for ever.
        for minutes, still in ((60, ["register_customer"]), (76, [])):
            await pool.execute(
                "UPDATE failing_activities SET tried_at = now() - $2::interval WHERE contract = $1",
                number,
                timedelta(minutes=minutes),
            )
            assert await shown() == still
        with pytest.raises(ApplicationError):
            await environment.run(watched.execute_activity, unable)
    able = ExecuteActivityInput(at_desk.distribution.register_customer, (asked,), None, {})
    await environment.run(watched.execute_activity, able)
    assert await shown() == []


async def test_without_microsoft_graph_there_is_no_delegation(at_desk: Desk) -> None:
    at_desk.distribution._graph = None
    asked = await at_desk.run_as("ask_delegation", name=at_desk.number, tenant_domain=DOMAIN, customer="SIA Priedes")
    assert asked.delegation is None
    assert (await at_desk.run_as("find_delegation", name=at_desk.number)).delegation is None
    assert (await at_desk.run_as("delegation", id="any")).delegation is None


@pytest.mark.clause("M365-3", "M365-13")
async def test_what_also_gives_back_without_our_reference_is_answered_by_its_number(at_desk: Desk, pool: Pool) -> None:
    await at_desk.behave(drops_references=True)
    registered = await at_desk.register()
    assert (registered.is_disclosed, registered.is_reference_lost) == (True, True)
    assert await at_desk.calls("CreateCompany") == 1
    answer = await at_desk.place(registered.company_id)
    assert answer.subscription is not None
    assert (answer.is_reference_lost, answer.subscription.reference, answer.refused) == (True, None, None)
    assert await at_desk.calls("CreateSubscription") == 2  # Its tenant's account, and itself.
    told = "SELECT action FROM trail WHERE chain = $1 AND purpose = 'distributor' ORDER BY seq"
    assert [row["action"] for row in await pool.fetch(told, at_desk.number)] == ["opened", "disclosure"]
