"""Who may what: every act has its row, each role its share, and what nobody listed is denied to all."""

from __future__ import annotations

import pytest

from schemas.account import ROLES, Role
from schemas.acts import ACTS as REGISTRY
from terms.access import (
    ACTS,
    ENDPOINTS,
    OPEN,
    PERMISSIONS,
    SEE_AMOUNTS,
    SIGHTS,
    SIGNED,
    _rows,
    holders,
    needed,
    permitted,
)

HEAD = "sales support finance dpo admin\n"

ACTS_OF: dict[Role, set[str]] = {
    "sales": {
        "accept_agreement",
        "approve_reseller",
        "request_change",
        "sign_new_content",
        "announce_change",
        "object_to_change",
        "record_dispute",
        "assign_contract",
        "give_notice",
        "withdraw_notice",
        "agree_end",
    },
    "support": {
        "record_support_request",
        "accept_agreement",
        "approve_reseller",
        "agree_onboarding",
        "record_audit",
        "confirm_rmm_installed",
        "request_audit_report",
        "record_visit",
        "void_visit",
        "request_change",
        "suspend",
        "cure",
        "declare_force_majeure",
        "end_force_majeure",
        "add_user",
        "change_user",
        "erase_user",
        "settle_search",
        "record_equipment",
        "retire_equipment",
        "record_licence",
        "remove_licence",
        "record_system",
        "remove_system",
        "store_credential",
        "drop_credential",
        "change_contact",
        "withdraw_consent",
        "agree_network_work",
        "confirm_handover",
        "record_disclosure",
        "pass_data_request",
        "record_instruction",
    },
    "finance": {
        "record_payment",
        "reverse_payment",
        "extend_payment",
        "record_posting",
        "write_off",
        "credit",
        "void_visit",
        "record_dispute",
        "terminate",
    },
    "dpo": {
        "erase_user",
        "settle_search",
        "withdraw_consent",
        "confirm_partner_erasure",
        "record_disclosure",
        "stop_processing",
        "pass_data_request",
        "record_instruction",
    },
}
"""Said a second time on purpose: a right is given by two people's hands, or by one who means it twice."""

ADMIN_ALONE = {"switch_off_term", "restore_term"}


@pytest.mark.clause("IT-61", "IT-A2.21")
def test_every_act_of_the_registry_has_its_row_and_no_row_is_left_over() -> None:
    assert set(ACTS) == set(REGISTRY)


@pytest.mark.clause("IT-61", "IT-A2.21")
@pytest.mark.parametrize("role", ACTS_OF)
def test_each_role_has_the_acts_of_its_work_and_no_others(role: Role) -> None:
    assert {act for act, roles in ACTS.items() if role in roles} == ACTS_OF[role]


@pytest.mark.clause("IT-A2.20", "IT-A2.21")
def test_the_admin_may_do_every_act_but_never_comes_near_a_secret() -> None:
    assert set(REGISTRY) - {act for act, roles in ACTS.items() if "admin" in roles} == {"store_credential"}
    assert holders("POST /contracts/{number}/credentials/{credential}/show") == {"support"}
    assert {act for act, roles in ACTS.items() if roles == {"admin"}} == ADMIN_ALONE


@pytest.mark.clause("IT-61")
def test_amounts_are_seen_by_who_fetches_invoices() -> None:
    assert set(SIGHTS) == {SEE_AMOUNTS}
    assert holders(SEE_AMOUNTS) == ENDPOINTS["GET /contracts/{number}/invoices"] == {"finance", "admin"}


@pytest.mark.clause("IT-61")
def test_what_nobody_listed_is_denied_to_all() -> None:
    for permission in ("GET /new", "act:unheard_of", "act:", "", "GET  /contracts"):
        assert holders(permission) == frozenset()
        assert not permitted(ROLES, permission)


def test_without_a_role_nothing_is_permitted() -> None:
    assert not any(permitted((), permission) for permission in PERMISSIONS)


def test_doing_an_act_needs_the_endpoint_and_the_act() -> None:
    assert needed("GET /due") == ("GET /due",)
    assert needed("POST /contracts/{number}/acts/{act}", "suspend") == (
        "POST /contracts/{number}/acts/{act}",
        "act:suspend",
    )


def test_what_is_open_or_signed_is_no_other_endpoint() -> None:
    assert not OPEN & set(ENDPOINTS)
    assert set(ENDPOINTS) >= SIGNED


@pytest.mark.parametrize(
    "table",
    [
        "support sales finance dpo admin\nGET /x x x x x x",
        HEAD + "GET /x x x x x",
        HEAD + "GET /x x x x x y",
        HEAD + "x x x x x",
        HEAD + "GET /x x x x x x\nGET /x . . . . .",
    ],
    ids=["columns", "a mark lacking", "another mark", "no name", "twice"],
)
def test_a_table_that_could_be_misread_is_refused(table: str) -> None:
    with pytest.raises(ValueError, match="access table"):
        _rows(table)
