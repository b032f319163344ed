"""A right payload for each act, and a contract at any moment of its life."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from schemas.contract import SignedContract
from tests.schemas.documents import contract

ACTS: dict[str, dict[str, Any]] = {
    "accept_agreement": {"on": "2026-02-12"},
    "add_user": {"user": "u-1", "name": "Jānis Kalniņš", "email": "janis@example.lv", "work_phone": "+37129000102"},
    "agree_end": {"on": "2026-09-30", "note": "Agreed by letter"},
    "agree_network_work": {"from_email": "anna@example.lv", "on": "2026-05-04"},
    "agree_onboarding": {"on": "2026-02-16T10:00"},
    "announce_change": {"changes": {"price_per_user": "13.50"}, "effective_on": "2026-12-01"},
    "approve_reseller": {"partner": "distributor", "on": "2026-02-12"},
    "assign_contract": {
        "name": "SIA Jumts",
        "registration_number": "40999900203",
        "legal_address": "Kalna iela 2, Ogre",
        "consent_document": "P-7",
    },
    "change_contact": {"role": "administrator", "email": "juris@example.lv"},
    "change_user": {"user": "u-1", "login": "jkalnins", "cleared": ["email"]},
    "confirm_handover": {},
    "confirm_partner_erasure": {"partner": "rmm"},
    "stop_processing": {"signed_by": "Anna Bērziņa", "note": "Apstrāde jāpārtrauc"},
    "confirm_rmm_installed": {"devices": "14"},
    "credit": {"from": "2026-05-04", "to": "2026-05-06", "reason": "No support was given"},
    "cure": {"ground": "breach"},
    "declare_force_majeure": {"note": "Flood"},
    "drop_credential": {"credential": "router-admin"},
    "end_force_majeure": {},
    "erase_user": {"user": "u-1"},
    "settle_search": {"user": "u-1"},
    "extend_payment": {"invoice": "IT-2026-000123-2026-000001", "due_on": "2026-12-01"},
    "give_notice": {"by": "customer", "end_on": "2026-12-31", "signed_by": "Anna Bērziņa"},
    "object_to_change": {"announcement": "1"},
    "request_audit_report": {},
    "record_audit": {"findings": [{"severity": "high", "text": "An old router"}]},
    "record_disclosure": {"to": "partner", "data": ["users"], "on": "2026-04-09", "note": "For the RMM platform"},
    "pass_data_request": {
        "by": "data_subject",
        "asks": "rectification",
        "received_on": "2026-02-09",
        "note": "My surname is Kalna now",
    },
    "record_instruction": {"about": "security", "signed_by": "Anna Bērziņa", "note": "Disks are to be encrypted"},
    "record_dispute": {"note": "About the April invoice"},
    "record_equipment": {"equipment": "pc-1", "name": "JANIS-PC", "type": "Laptop", "serial_number": "5CG1"},
    "record_licence": {"licence": "office-1", "software": "Office", "expires_on": "2027-01-31"},
    "record_payment": {"amount": "211.75", "paid_on": "2026-02-10", "reference": "BB-2026-000001"},
    "record_posting": {"invoice": "IT-2026-000123-2026-000001"},
    "record_support_request": {"to": "microsoft", "on": "2026-02-12", "note": "Nevar pieteikties"},
    "record_system": {
        "system": "router",
        "name": "GW-1",
        "type": "Router",
        "ip_address": "192.168.1.1",
        "photos": ["Serveru telpa 2026-03-16", "Komutators"],
    },
    "record_visit": {"on": "2026-05-07", "minutes_on_site": "95", "minutes_travel": "40", "in_riga": "false"},
    "remove_licence": {"licence": "office-1"},
    "remove_system": {"system": "router"},
    "request_change": {"from_email": "anna@example.lv", "users": "12", "effective_on": "2026-06-15"},
    "restore_term": {"clause": "IT-16"},
    "retire_equipment": {"equipment": "pc-1"},
    "reverse_payment": {"payment": "1", "reason": "Taken back by the bank"},
    "sign_new_content": {
        "content": {"plan": "Pilna", "period_months": "6", "users": "3", "price_per_user": "20.00"},
        "effective_on": "2026-12-01",
    },
    "store_credential": {"credential": "router-admin", "username": "admin", "secret": "uY7-kalva-94"},
    "suspend": {"ground": "breach", "note": "Found on 4 May"},
    "switch_off_term": {"clause": "IT-16", "note": "Held contrary to law"},
    "terminate": {"clause": "IT-43.3", "note": "Insolvent"},
    "void_visit": {"visit": "1", "reason": "Was made for another customer"},
    "withdraw_consent": {"consent": "rmm_agents"},
    "withdraw_notice": {"note": "By letter"},
    "write_off": {"invoice": "IT-2026-000123-2026-000001", "note": "Not worth a claim"},
}

ACCEPTED_AT = datetime(2026, 2, 10, 9, 30, tzinfo=UTC)


def signed(special_terms: dict[str, Any] | None = None, /, **content: Any) -> SignedContract:
    """The contract of the documentation, with some of its content changed, and these special terms."""
    document = contract() | {"special_terms": special_terms or {}}
    document["content"] |= {"setup_fee": "250.00"} | content
    return SignedContract.model_validate(document)
