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
    return _with_change_and_notice(email, "2026-03-10T10:00", "2026-03-15", "2026-05-16T10:00", "2026-06-30")


def a_year(email: str = "anna@example.lv") -> Scenario:
    """The same with twelve invoices, a change in June and notice to the year's end."""
    return _with_change_and_notice(email, "2026-06-10T10:00", "2026-06-15", "2026-11-16T10:00", "2026-12-31")


def _with_change_and_notice(email: str, asked_at: str, effective_on: str, noticed_at: str, end_on: str) -> Scenario:
    change = {"act": "request_change", "from_email": email, "users": 12, "effective_on": effective_on}
    notice = {"act": "give_notice", "by": "customer", "end_on": end_on, "signed_by": "A. B."}
    return scenario({"at": asked_at, **change}, {"at": noticed_at, **notice}, payer={"days_late": 12})
