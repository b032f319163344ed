"""A right contract as a tree, to be spoiled one field at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from schemas.contract import parse_contract
from schemas.problems import Refused
from schemas.scenario import parse_scenario

ReadT = TypeVar("ReadT")


def outcome(read: Callable[[], ReadT]) -> ReadT | Refused:
    """What was read, or the refusal; any other exception is a fault of ours and goes through."""
    try:
        return read()
    except Refused as refused:
        return refused


def contact() -> dict[str, Any]:
    return {"name": "Anna Bērziņa", "phone": "+37129123456", "email": "anna@example.lv"}


def contract() -> dict[str, Any]:
    """As in the documentation, with an invented company."""
    return {
        "number": "IT-2026-000123",
        "service": "it_support",
        "signed_at": "2026-02-10T11:20:00+02:00",
        "customer": {
            "name": 'SIA "Priežu darbnīca"',
            "registration_number": "40999900203",
            "vat_number": "LV40999900203",
            "legal_address": "Skaidu iela 6, Rīga, LV-1039",
            "administrator": contact(),
            "invoice_delivery": {"email": "rekini@example.lv"},
        },
        "consents": {
            "rmm_agents": True,
            "network_access": True,
            "credential_storage": True,
            "annex2_duties": True,
        },
        "content": {"plan": "Standarta", "period_months": 12, "users": 14, "price_per_user": "12.50"},
    }


ABSENT: Any = object()


def changed(path: str, value: Any) -> dict[str, Any]:
    """The right contract with the field at `path` set to `value`, or taken out when that is ABSENT."""
    document = contract()
    *sections, name = path.split(".")
    section = document
    for step in sections:
        section = section.setdefault(step, {})
    if value is ABSENT:
        del section[name]
    else:
        section[name] = value
    return document


def as_json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def faults(document: dict[str, Any] | bytes) -> dict[str, str]:
    """The sentence about each faulty field of a contract."""
    raw = document if isinstance(document, bytes) else as_json(document)
    return _sentences(outcome(lambda: parse_contract(raw)))


def scenario_faults(document: dict[str, Any]) -> dict[str, str]:
    """The sentence about each faulty field of a scenario."""
    return _sentences(outcome(lambda: parse_scenario(as_json(document))))


def _sentences(read: object) -> dict[str, str]:
    problems = read.problems if isinstance(read, Refused) else ()
    return {problem.field: problem.message for problem in problems}
