"""Who may what: the roles that may call each endpoint, do each act and see amounts (IT-61, IT-A2.21).

These tables are also what a regular review of access rights goes through, account by account (IT-A2.26); nobody has
access further than the work needs (DPA-II.2.2).
What stands in no table is denied to everybody: a new endpoint or act needs a row here before anyone can use it.
An `x` is a right, a dot is none; the columns are the roles.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from schemas.account import ROLES, Role

OPEN: Final = frozenset({"GET /healthz", "GET /metrics"})
"""Asked by monitors without a token: they tell of the product as a whole, and of nobody."""

SIGNED: Final = frozenset({"POST /contracts"})
"""Also let in by the signing platform's signature."""

DOING_AN_ACT: Final = "POST /contracts/{number}/acts/{act}"

_ENDPOINTS: Final = """
                                                                sales  support  finance  dpo  admin
    POST /contracts                                               x       .        .      .     x
    GET  /contracts                                               x       x        x      x     x
    GET  /contracts/{number}                                      x       x        x      x     x
    GET  /contracts/{number}/timeline                             x       x        x      x     x
    GET  /contracts/{number}/invoices                             .       .        x      .     x
    GET  /contracts/{number}/credit-notes                         .       .        x      .     x
    GET  /invoices/{number}.pdf                                   .       .        x      .     x
    GET  /invoices/{number}.xml                                   .       .        x      .     x
    POST /invoices/{number}/envelope                              .       .        x      .     x
    POST /invoices/{number}/printed                               .       .        x      .     x
    GET  /contracts/{number}/liability                            .       .        x      .     x
    GET  /invoices/{invoice}/explanation                          .       .        x      .     x
    GET  /contracts/{number}/inventory                            .       x        .      x     x
    GET  /contracts/{number}/processing                           .       .        .      x     x
    GET  /contracts/{number}/processing/operations                .       .        .      x     x
    GET  /contracts/{number}/certificates                         .       .        .      x     x
    GET  /contracts/{number}/certificates/{name}.pdf              .       .        .      x     x
    POST /contracts/{number}/acts/{act}                           x       x        x      x     x
    POST /contracts/{number}/credentials/{credential}/grants      .       .        .      .     x
    POST /contracts/{number}/credentials/{credential}/grants/{specialist}/revoke   .   .   .   x   x
    POST /contracts/{number}/credentials/{credential}/show        .       x        .      .     .
    POST /codec/decode                                            .       .        .      .     x
    POST /codec/encode                                            .       .        .      .     x
    GET  /due                                                     x       x        x      x     x
    GET  /ledger/verification                                     .       .        x      .     x
    POST /payments/statement                                      .       .        x      .     x
    GET  /payments/parked                                         .       .        x      .     x
    POST /payments/parked/{line}                                  .       .        x      .     x
    POST /rehearsals                                              .       .        .      .     x
"""

_ACTS: Final = """
                                        sales  support  finance  dpo  admin
    agree_onboarding                      .       x        .      .     x
    record_audit                          .       x        .      .     x
    confirm_rmm_installed                 .       x        .      .     x
    request_audit_report                  .       x        .      .     x

    accept_agreement                      x       x        .      .     x
    approve_reseller                      x       x        .      .     x
    record_support_request                .       x        .      .     x

    record_payment                        .       .        x      .     x
    reverse_payment                       .       .        x      .     x
    extend_payment                        .       .        x      .     x
    record_posting                        .       .        x      .     x
    write_off                             .       .        x      .     x
    credit                                .       .        x      .     x

    record_visit                          .       x        .      .     x
    void_visit                            .       x        x      .     x

    request_change                        x       x        .      .     x
    sign_new_content                      x       .        .      .     x
    announce_change                       x       .        .      .     x
    object_to_change                      x       .        .      .     x

    suspend                               .       x        .      .     x
    cure                                  .       x        .      .     x
    declare_force_majeure                 .       x        .      .     x
    end_force_majeure                     .       x        .      .     x
    record_disclosure                     .       x        .      x     x
    pass_data_request                     .       x        .      x     x
    record_instruction                    .       x        .      x     x
    record_dispute                        x       .        x      .     x
    switch_off_term                       .       .        .      .     x
    restore_term                          .       .        .      .     x

    add_user                              .       x        .      .     x
    change_user                           .       x        .      .     x
    erase_user                            .       x        .      x     x
    settle_search                         .       x        .      x     x
    record_equipment                      .       x        .      .     x
    retire_equipment                      .       x        .      .     x
    record_licence                        .       x        .      .     x
    remove_licence                        .       x        .      .     x
    record_system                         .       x        .      .     x
    remove_system                         .       x        .      .     x
    store_credential                      .       x        .      .     .
    drop_credential                       .       x        .      .     x

    change_contact                        .       x        .      .     x
    withdraw_consent                      .       x        .      x     x
    agree_network_work                    .       x        .      .     x
    assign_contract                       x       .        .      .     x

    give_notice                           x       .        .      .     x
    withdraw_notice                       x       .        .      .     x
    agree_end                             x       .        .      .     x
    terminate                             .       .        x      .     x
    confirm_handover                      .       x        .      .     x
    confirm_partner_erasure               .       .        .      x     x
    stop_processing                       .       .        .      x     x
"""


_SIGHTS: Final = """
                       sales  support  finance  dpo  admin
    see:amounts          .       .        x      .     x
"""
SEE_AMOUNTS: Final = "see:amounts"
"""Without it what is read has its amounts left out: those of invoices, payments and prices."""


def act_permission(act: str) -> str:
    """What doing an act of this name needs, beside the endpoint."""
    return f"act:{act}"


def holders(permission: str) -> frozenset[Role]:
    """The roles that have a permission; none where nobody listed it."""
    return PERMISSIONS.get(permission, frozenset())


def permitted(roles: Collection[Role], permission: str) -> bool:
    """Whether one of the roles has the permission."""
    return not holders(permission).isdisjoint(roles)


def needed(endpoint: str, act: str | None = None) -> tuple[str, ...]:
    """The permissions that a call needs, all of them; `endpoint` is its method and the pattern of its path."""
    return (endpoint, act_permission(act)) if act is not None else (endpoint,)


def _rows(table: str) -> dict[str, frozenset[Role]]:
    """A table's rows by what they permit. Fails on a row that is not whole or stands twice."""
    head, *lines = (line.split() for line in table.splitlines() if line.strip())
    if tuple(head) != ROLES:
        raise ValueError("the columns of an access table are the roles in their order")
    rows: dict[str, frozenset[Role]] = {}
    for words in lines:
        name, marks = " ".join(words[: -len(ROLES)]), words[-len(ROLES) :]
        if not name or name in rows or not set(marks) <= {"x", "."}:
            raise ValueError(f"the row {' '.join(words)!r} of an access table is not one of its own")
        rows[name] = frozenset(role for role, mark in zip(ROLES, marks, strict=True) if mark == "x")
    return rows


ENDPOINTS: Final[Mapping[str, frozenset[Role]]] = MappingProxyType(_rows(_ENDPOINTS))
ACTS: Final[Mapping[str, frozenset[Role]]] = MappingProxyType(_rows(_ACTS))
SIGHTS: Final[Mapping[str, frozenset[Role]]] = MappingProxyType(_rows(_SIGHTS))
PERMISSIONS: Final[Mapping[str, frozenset[Role]]] = MappingProxyType(
    {**ENDPOINTS, **{act_permission(act): roles for act, roles in ACTS.items()}, **SIGHTS}
)
