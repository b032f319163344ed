"""The contracts that live on the real servers, and how they live."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from schemas.contract import SignedContract, parse_contract
from schemas.scenario import Scenario, parse_scenario

_numbers = count(1)

CONNECTED: list[dict[str, Any]] = [
    {"at": "2026-01-12T12:00", "act": "agree_onboarding", "on": "2026-01-15T09:00"},
    {"at": "2026-01-15T10:00", "act": "record_audit", "findings": []},
    {"at": "2026-01-15T11:00", "act": "confirm_rmm_installed", "devices": 10},
]


def signed(
    *, email: str = "anna@example.lv", special_terms: dict[str, Any] | None = None, **content: Any
) -> SignedContract:
    """A contract under a number that no other test has: ten users at 12.50, signed on 12 January 2026."""
    plan = {"plan": "Standarta", "period_months": 12, "users": 10, "price_per_user": "12.50"}
    document = {
        "number": f"IT-2026-{next(_numbers):06d}",
        "service": "it_support",
        "signed_at": "2026-01-12T10:00:00+02:00",
        "customer": {
            "name": "SIA Noturība",
            "registration_number": "40999900203",
            "legal_address": "Skaidu iela 6, Rīga, LV-1039",
            "administrator": {"name": "Anna Bērziņa", "phone": "+37129000101", "email": email},
            "invoice_delivery": {"email": "rekini@example.lv"},
        },
        "consents": dict.fromkeys(("rmm_agents", "network_access", "credential_storage", "annex2_duties"), True),
        "content": plan | content,
        "special_terms": special_terms or {},
    }
    return parse_contract(json.dumps(document).encode())


def scenario(*acts: dict[str, Any], payer: Any = "on_time") -> Scenario:
    """Connected on 15 January 2026, then `acts`."""
    return parse_scenario(json.dumps({"payer": payer, "acts": [*CONNECTED, *acts]}).encode())


def half_a_year(email: str = "anna@example.lv") -> Scenario:
    """Six invoices, each claimed, suspended for and paid on day 12; a change; notice to the end of June."""
    change = {"act": "request_change", "from_email": email, "users": 12, "effective_on": "2026-03-15"}
    notice = {"act": "give_notice", "by": "customer", "end_on": "2026-06-30", "signed_by": "A. B."}
    acts = {"at": "2026-03-10T10:00", **change}, {"at": "2026-05-16T10:00", **notice}
    return scenario(*acts, payer={"days_late": 12})
