"""A right payload for each act, and a contract at any moment of its life."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from schemas.contract import SignedContract
from tests.schemas.documents import contract

ACTS: dict[str, dict[str, Any]] = {
    "agree_end": {"on": "2026-09-30", "note": "Agreed by letter"},
    "agree_network_work": {"from_email": "anna@example.lv", "on": "2026-05-04"},
    "agree_onboarding": {"on": "2026-02-16T10:00"},
    "announce_change": {"changes": {"price_per_user": "13.50"}, "effective_on": "2026-12-01"},
    "assign_contract": {"name": "SIA Jumts", "registration_number": "40999900203", "consent_document": "P-7"},
    "change_contact": {"role": "administrator", "email": "juris@example.lv"},
    "confirm_handover": {},
    "confirm_partner_erasure": {"partner": "rmm"},
    "stop_processing": {"signed_by": "Anna Bērziņa", "note": "Apstrāde jāpārtrauc"},
    "confirm_rmm_installed": {"devices": "14"},
    "cure": {"ground": "breach"},
    "declare_force_majeure": {"note": "Flood"},
    "end_force_majeure": {},
    "extend_payment": {"invoice": "IT-2026-000123-2026-000001", "due_on": "2026-12-01"},
    "give_notice": {"by": "customer", "end_on": "2026-12-31", "signed_by": "Anna Bērziņa"},
    "object_to_change": {"announcement": "1"},
    "record_audit": {"findings": [{"severity": "high", "text": "An old router"}]},
    "record_dispute": {"note": "About the April invoice"},
    "record_payment": {"amount": "211.75", "paid_on": "2026-02-10", "reference": "BB-2026-000001"},
    "request_change": {"from_email": "anna@example.lv", "users": "12", "effective_on": "2026-06-15"},
    "restore_term": {"clause": "IT-16"},
    "reverse_payment": {"payment": "1", "reason": "Taken back by the bank"},
    "sign_new_content": {
        "content": {"plan": "Pilna", "period_months": "6", "users": "3", "price_per_user": "20.00"},
        "effective_on": "2026-12-01",
    },
    "suspend": {"ground": "breach", "note": "Found on 4 May"},
    "switch_off_term": {"clause": "IT-16", "note": "Held contrary to law"},
    "terminate": {"clause": "IT-43.3", "note": "Insolvent"},
    "withdraw_consent": {"consent": "rmm_agents"},
    "withdraw_notice": {"note": "By letter"},
    "write_off": {"invoice": "IT-2026-000123-2026-000001", "note": "Not worth a claim"},
}

ACCEPTED_AT = datetime(2026, 2, 10, 9, 30, tzinfo=UTC)


def signed(**content: Any) -> SignedContract:
    """The contract of the documentation, with some of its content changed."""
    document = contract()
    document["content"] |= {"setup_fee": "250.00"} | content
    return SignedContract.model_validate(document)
