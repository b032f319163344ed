"""What people are shown of subscriptions' money: the terms running, the liability cap, how an invoice comes about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console

from schemas.account import Account, Role
from schemas.licensing import LicensingState, SubscriptionState
from schemas.proof import Explanation
from schemas.state import ContractState, ContractView
from schemas.subscription import SubscriptionTerm
from starter.commands.money import print_explanation
from starter.http.sight import shown_contract
from terms.proof import due_proof, line_proofs, sum_proofs
from tests.terms.subscribed import a_term, of_month, version
from tests.workflows.driven import DrivenContract
from workflows import view

YEARLY = a_term("2026-03-01", "year", (3, "12.35", "2026-03-01"), (2, "12.35", "2026-04-17"))
MONTHLY = a_term("2026-04-10", "month", (5, "6.00", "2026-04-10"))


def held(id: str, *terms: SubscriptionTerm) -> SubscriptionState:
    """A subscription that has had these terms."""
    of = {"sku": f"SKU-{id}", "name": terms[-1].name, "period": terms[-1].length, "reference": f"R-{id}"}
    price = terms[-1].added[0].price_per_licence
    return SubscriptionState(id=id, licences=1, price_per_licence=price, terms=list(terms), **of)


def subscribed() -> ContractState:
    licensing = LicensingState(subscriptions=[held("1", YEARLY), held("2", MONTHLY)])
    return DrivenContract().state.model_copy(update={"versions": [version()], "licensing": licensing})


@pytest.mark.clause("M365-43")
def test_a_contract_shows_how_far_the_provider_is_liable_today() -> None:
    # 444.60 for three; from 17 April 11.53 and ten months of 24.70 for two: 703.13; 30.00 from 10 April to 9 May.
    caps = {day: seen_on(day).liability_cap for day in ("2026-04-09", "2026-04-10", "2026-04-17", "2026-05-10")}
    assert list(caps.values()) == [Decimal("444.60"), Decimal("474.60"), Decimal("733.13"), Decimal("703.13")]


def seen_on(day: str) -> ContractView:
    return view.of(subscribed(), datetime.combine(date.fromisoformat(day), datetime.min.time(), tzinfo=UTC), ())


@pytest.mark.clause("M365-15", "IT-61")
def test_its_terms_are_shown_without_amounts_to_those_who_may_not_see_them() -> None:
    seen = seen_on("2026-04-20")
    terms = [SubscriptionTerm.model_validate(each) for each in seen.subscription_terms]
    assert terms == [YEARLY, MONTHLY]
    allowed: tuple[tuple[Role, str | None], ...] = (("finance", "12.35"), ("support", None))
    for role, price in allowed:
        shown = shown_contract(seen, Account(id="a-1", roles=frozenset({role})))
        assert shown.subscription_terms[0]["added"][1] == {
            "licences": 2,
            "from_": "2026-04-17",
            "price_per_licence": price,
        }


@pytest.mark.clause("M365-24")
def test_the_command_line_explains_the_rest_of_a_term() -> None:
    # 10 x 12.00 from 1 March 2026, four leave on 5 May: 4 x 12.00 x 12 = 576.00 less three months of 48.00.
    inputs = of_month("2026-05", a_term("2026-03-01", "year", (10, "12.00", "2026-03-01"), left=((4, "2026-05-05"),)))
    out = StringIO()
    explanation = Explanation(
        number="BB-2026-000007",
        kind="invoice",
        contract="M365-2026-000001",
        issued_on=date(2026, 6, 1),
        due=due_proof(14, sent_on=None, due_on=None),
        lines=line_proofs(inputs),
        sums=sum_proofs(inputs),
        as_issued=True,
    )
    print_explanation(explanation, Console(file=out, width=200))
    assert (
        "Subscription fee for the rest of the term, Business Premium, yearly term: 2026-06-01 - 2027-02-28\n"
        "    4 × 12.00 × 12 = 576.00, their price for the term\n"
        "    2026-03-01 - 2026-05-31: 3 × 4 × 12.00 = 3 × 48.00 = 144.00\n"
        "    576.00 - 144.00 = 432.00, exact: 432.00 EUR\n"
    ) in out.getvalue()
