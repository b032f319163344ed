"""Content at its fields' upper limits: whatever is worked out of it can be shown and carried on."""

from __future__ import annotations

from decimal import Decimal

from schemas.contract import SpecialTerms
from schemas.state import ContractInput, ContractView
from tests.workflows.driven import DrivenContract
from tests.workflows.examples import signed
from tests.workflows.test_refusals import at
from tests.workflows.test_state import handed_over
from workflows import view

LARGEST = {
    "plan": "P" * 200,
    "period_months": "120",
    "users": "100000",
    "price_per_user": "1000000.00",
    "onsite_hourly_rate": "1000000.00",
    "included_onsite_minutes": "44640",
    "setup_fee": "1000000.00",
}
MONTH = Decimal("121000000000.00")
"""100 000 users at 1 000 000.00, with 21 % VAT."""


def assert_shown_and_carried_on(contract: DrivenContract) -> ContractView:
    seen = contract._view()
    assert ContractView.model_validate_json(seen.model_dump_json()) == seen
    assert f"{seen.open_balance:.2f} EUR" in view.markdown(seen)
    assert view.search_attributes(seen)
    assert handed_over(ContractInput(state=contract.state)).state == contract.state
    return seen


async def test_the_largest_content_is_lived_shown_and_carried_on() -> None:
    terms = SpecialTerms(payment_days=90, late_interest_percent=Decimal("100.00"), erasure_after_days=30)
    contract = DrivenContract(signed(**LARGEST).model_copy(update={"special_terms": terms}))
    # Twelve months of a fee: 12 x 100 000 x 1 000 000.00.
    assert assert_shown_and_carried_on(contract).liability_cap == Decimal("1200000000000.00")
    await contract.until(at(2, 16))
    assert (await contract.act("agree_onboarding", on="2026-03-16T10:00")).accepted
    assert (
        await contract.act("switch_off_term", clause="IT-40.1", note="So that all is billed and nothing paid")
    ).accepted
    await contract.until(at(3, 17))
    assert (await contract.act("record_audit")).accepted
    assert (await contract.act("confirm_rmm_installed", devices="100000")).accepted
    for month in range(4, 13):
        await contract.until(at(month, 28))
        assert_shown_and_carried_on(contract)
    # March from the 17th, 15 of 31 days: 48 387 096 774.19 and the set-up fee, and 21 % on both:
    # 48 388 096 774.19 + 10 161 500 322.58 = 58 549 597 096.77. Then eight months, April to November.
    billed = contract.invoices_ordered
    assert len(billed) == 9
    owed = sum((one.open for one in contract.state.invoices if one.kind == "invoice"), Decimal(0))
    assert owed == Decimal("58549597096.77") + 8 * MONTH
    # With the interest that stands beside it more than fits in twelve digits before the point.
    assert assert_shown_and_carried_on(contract).open_balance >= owed > Decimal("999999999999.99")


async def test_new_content_at_its_limits_is_signed_and_shown() -> None:
    contract = DrivenContract()
    await contract.until(at(2, 20))
    outcome = await contract.act("sign_new_content", content=LARGEST, effective_on="2026-02-20")
    assert outcome.accepted, outcome.reason
    assert assert_shown_and_carried_on(contract).liability_cap == Decimal("1200000000000.00")
    beyond = await contract.act("sign_new_content", content=LARGEST | {"users": "100001"}, effective_on="2026-02-20")
    assert not beyond.accepted
    assert "users" in str(beyond.reason)
