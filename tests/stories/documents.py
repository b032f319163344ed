"""Contracts and scenarios for stories; a story states what it is about and leaves the rest to these."""

from __future__ import annotations

from typing import Any

ADMINISTRATOR = {"name": "Anna Bērziņa", "phone": "+37129000101", "email": "anna@example.lv"}
TECHNICIAN = {"name": "Jānis Kalniņš", "phone": "+37129000102", "email": "janis@example.lv"}


def a_contract(
    signed_at: str, *, language: str = "lv", special_terms: dict[str, Any] | None = None, **content: Any
) -> dict[str, Any]:
    """IT support for 10 users at 12.40 EUR, 12 months at a time, without a set-up fee, unless said otherwise.

    A full month is then 10 x 12.40 = 124.00 net, 124.00 x 0.21 = 26.04 VAT, 150.04 in all.
    """
    return {
        "service": "it_support",
        "signed_at": signed_at,
        "customer": {
            "name": 'SIA "Priežu darbnīca"',
            "registration_number": "40999900203",
            "legal_address": "Skaidu iela 6, Rīga, LV-1039",
            "language": language,
            "administrator": ADMINISTRATOR,
            "technical_contact": TECHNICIAN,
            "invoice_delivery": {"email": "rekini@example.lv"},
        },
        "consents": {"rmm_agents": True, "network_access": True, "credential_storage": True, "annex2_duties": True},
        "content": {"plan": "Standarta", "period_months": 12, "users": 10, "price_per_user": "12.40", **content},
        "special_terms": special_terms or {},
    }


SKUS = {"Basic": "CFQ7TTC0LH18:0001", "Standard": "CFQ7TTC0LDPB:0001", "Premium": "CFQ7TTC0LCHC:0002"}


def product(name: str, period: str, licences: int, price: str) -> dict[str, Any]:
    """What is subscribed to: one that the sandbox sells, at a price of the provider's."""
    named = {"sku": SKUS[name], "name": f"Microsoft 365 Business {name}"}
    return {**named, "licences": licences, "period": period, "price_per_licence": price}


def a_subscription_contract(signed_at: str, *products: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Microsoft 365 with these products; `more` stands beside them in the document, such as special_terms."""
    return {
        "service": "microsoft365",
        "signed_at": signed_at,
        "customer": {
            "name": 'SIA "Skice un līnija"',
            "registration_number": "40999900415",
            "legal_address": "Alberta iela 2 - 4, Rīga, LV-1010",
            "language": "lv",
            "administrator": ADMINISTRATOR,
            "invoice_delivery": {"email": "rekini@example.lv"},
        },
        "content": {"tenant_domain": "skiceunlinija.onmicrosoft.com", "products": list(products)},
        **more,
    }


def approved(day: str) -> list[dict[str, Any]]:
    """The acts after which the subscriptions are ordered: the last of three approvals comes at 10:00."""
    return [
        act(f"{day}T09:30", "accept_agreement", on=day),
        act(f"{day}T09:40", "approve_reseller", partner="distributor", on=day),
        act(f"{day}T10:00", "approve_reseller", partner="provider", on=day),
    ]


def asked(at: str, subscription: str, licences: int, **more: Any) -> dict[str, Any]:
    """The administrator asks for so many licences from the day it asks on, unless told otherwise."""
    wanted = {"subscription": subscription, "licences": licences, "effective_on": at[:10], **more}
    return act(at, "request_change", from_email=ADMINISTRATOR["email"], **wanted)


def connected(day: str) -> list[dict[str, Any]]:
    """The acts that connect the service on `day`: the Confirmation goes out at 14:00 with the agents installed."""
    return [
        act(f"{day}T09:00", "agree_onboarding", on=f"{day}T10:00"),
        act(f"{day}T12:00", "record_audit", findings=[]),
        act(f"{day}T14:00", "confirm_rmm_installed", devices=10),
    ]


def act(at: str, name: str, /, **fields: Any) -> dict[str, Any]:
    """An act of a scenario at a Riga time such as 2026-03-02T09:00."""
    return {"at": at, "act": name, **fields}


def scenario(*acts: dict[str, Any] | list[dict[str, Any]], payer: Any = "never") -> dict[str, Any]:
    """A scenario of acts and runs of acts; the customer never pays of its own accord unless told to."""
    flat = [one for each in acts for one in (each if isinstance(each, list) else [each])]
    return {"payer": payer, "acts": flat}
