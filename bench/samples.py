"""The contract that the figures are measured on, as plain as they come."""

from __future__ import annotations

import json

from schemas.contract import SignedContract, parse_contract
from schemas.scenario import Scenario, parse_scenario


def contract(number: str, *, payment_days: int = 14) -> SignedContract:
    """Ten users, a year, signed on 5 January 2026."""
    return parse_contract(
        json.dumps(
            {
                "number": number,
                "service": "it_support",
                "signed_at": "2026-01-05T10:00:00+02:00",
                "customer": {
                    "name": "SIA Mērījums",
                    "registration_number": "40999900114",
                    "legal_address": "Viļņu iela 1, Rīga, LV-1010",
                    "administrator": {"name": "Anna Bērziņa", "phone": "+37129123456", "email": "anna@example.lv"},
                    "invoice_delivery": {"email": "rekini@example.lv"},
                },
                "consents": {
                    "rmm_agents": True,
                    "network_access": True,
                    "credential_storage": True,
                    "annex2_duties": True,
                },
                "special_terms": {"payment_days": payment_days},
                "content": {"plan": "Standarta", "period_months": 12, "users": 10, "price_per_user": "12.50"},
            }
        ).encode()
    )


def connected(payer: str = "never") -> Scenario:
    """Connected on 8 January 2026; the payer as named."""
    return parse_scenario(
        json.dumps(
            {
                "payer": payer,
                "acts": [
                    {"at": "2026-01-06T09:00", "act": "agree_onboarding", "on": "2026-01-08T09:00"},
                    {"at": "2026-01-08T10:00", "act": "record_audit", "findings": []},
                    {"at": "2026-01-08T11:00", "act": "confirm_rmm_installed", "devices": 10},
                ],
            }
        ).encode()
    )
