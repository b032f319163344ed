"""Letters to the customer: what is said, to which role, from which facts; no names or addresses of people."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import model_validator

from schemas.base import Frozen
from schemas.provider import DataProtectionOfficer, SubProcessor


class MailKind(StrEnum):
    CONTRACT_RECEIVED = "contract_received"
    ONBOARDING_AGREED = "onboarding_agreed"
    SERVICE_CONFIRMED = "service_confirmed"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    INTEREST = "interest"
    CLAIM = "claim"
    SERVICE_SUSPENDED = "service_suspended"
    SERVICE_RESUMED = "service_resumed"
    DATA_REQUEST = "data_request"
    INSTRUCTION_ANSWERED = "instruction_answered"
    DATA_DISCLOSED = "data_disclosed"
    CHANGE_RECEIVED = "change_received"
    CHANGE_DONE = "change_done"
    CHANGE_REFUSED = "change_refused"
    PLAN_CHANGE_NEEDS_SIGNATURE = "plan_change_needs_signature"
    CHANGE_ANNOUNCED = "change_announced"
    OBJECTION_RECEIVED = "objection_received"
    NOTICE_RECEIVED = "notice_received"
    NOTICE_WITHDRAWN = "notice_withdrawn"
    CONTRACT_ENDED = "contract_ended"
    DATA_HANDED_OVER = "data_handed_over"
    PAYMENT_EXTENDED = "payment_extended"
    FORCE_MAJEURE = "force_majeure"
    PARTNER_ERASURE = "partner_erasure"
    AUDIT_REPORT = "audit_report"
    HANDOVER_PACKAGE = "handover_package"
    AGREEMENT_NEEDED = "agreement_needed"
    SUBSCRIPTIONS_CONFIRMED = "subscriptions_confirmed"
    SUBSCRIPTION_CHANGED = "subscription_changed"
    SUBSCRIPTION_RENEWED = "subscription_renewed"
    SUBSCRIPTION_DISCONNECTED = "subscription_disconnected"
    RENEWAL_WITHHELD = "renewal_withheld"
    PRICES_ANNOUNCED = "prices_announced"


FACTS: dict[MailKind, str] = {
    MailKind.CONTRACT_RECEIVED: "",
    MailKind.ONBOARDING_AGREED: "on",
    MailKind.SERVICE_CONFIRMED: "on plan users period_from? period_to?",
    MailKind.INVOICE: "invoice from to lines net vat total due_on issued_on",
    MailKind.CREDIT_NOTE: "credit_note invoice from to lines net vat total issued_on interest?",
    MailKind.INTEREST: "invoice lines total due_on issued_on",
    MailKind.CLAIM: "invoice due_on days_overdue open",
    MailKind.SERVICE_SUSPENDED: "grounds on",
    MailKind.SERVICE_RESUMED: "on paid_on?",
    MailKind.DATA_REQUEST: "by asks received_on user?",
    MailKind.INSTRUCTION_ANSWERED: "about refused_as?",
    MailKind.DATA_DISCLOSED: "data on",
    MailKind.CHANGE_RECEIVED: "effective_on users? plan? subscription? licences? product?",
    MailKind.CHANGE_DONE: "effective_on plan users price_per_user",
    MailKind.CHANGE_REFUSED: "reason",
    MailKind.PLAN_CHANGE_NEEDS_SIGNATURE: "plan effective_on",
    MailKind.CHANGE_ANNOUNCED: "announcement effective_on changes",
    MailKind.OBJECTION_RECEIVED: "announcement",
    MailKind.NOTICE_RECEIVED: "by end_on",
    MailKind.NOTICE_WITHDRAWN: "",
    MailKind.CONTRACT_ENDED: "reason on clause?",
    MailKind.DATA_HANDED_OVER: "on erase_on",
    MailKind.PAYMENT_EXTENDED: "invoice due_on",
    MailKind.FORCE_MAJEURE: "state on",
    MailKind.PARTNER_ERASURE: "partner asked_on user? reminder?",
    MailKind.AUDIT_REPORT: "on",
    MailKind.HANDOVER_PACKAGE: "on erase_on",
    MailKind.AGREEMENT_NEEDED: "missing link? reminder?",
    MailKind.SUBSCRIPTIONS_CONFIRMED: "on subscriptions tenant_domain",
    MailKind.SUBSCRIPTION_CHANGED: "subscription name licences from price_per_licence? at_renewal? charged? product?",
    MailKind.SUBSCRIPTION_RENEWED: "subscription name from to licences price_per_licence",
    MailKind.SUBSCRIPTION_DISCONNECTED: "subscription name last_day charged? refused? undelivered?",
    MailKind.RENEWAL_WITHHELD: "subscription name last_day paid_on?",
    MailKind.PRICES_ANNOUNCED: "announcement effective_on prices",
}
"""The facts each kind states beside `contract`, the contract's number; a `?` marks one that may be absent."""


def required_facts(kind: MailKind) -> set[str]:
    return {"contract"} | {name for name in FACTS[kind].split() if not name.endswith("?")}


def optional_facts(kind: MailKind) -> set[str]:
    return {name.removesuffix("?") for name in FACTS[kind].split() if name.endswith("?")}


class Letter(Frozen):
    """One letter before it has a language and an address; the address is looked up by `role` at sending.

    `facts` holds JSON values: dates and times in ISO form, amounts in EUR as strings with two decimals.
    """

    kind: MailKind
    role: Literal["administrator", "invoice_delivery", "sub_processor"]
    facts: dict[str, Any]

    @model_validator(mode="after")
    def _states_its_facts(self) -> Self:
        required, optional = required_facts(self.kind), optional_facts(self.kind)
        missing = sorted(required - self.facts.keys())
        unknown = sorted(self.facts.keys() - required - optional)
        if missing or unknown:
            raise ValueError(
                f"facts of {self.kind}: missing {missing}, unknown {unknown}; "
                f"it states {sorted(required)} and may state {sorted(optional)}"
            )
        return self


class ProviderCard(Frozen):
    """What letters say of the provider: who signs, where to answer, where to pay."""

    name: str
    registration_number: str
    vat_number: str
    address: str
    iban: str
    bic: str
    bank: str
    customer_email: str
    customer_phone: str
    support_email: str
    support_phone: str
    website: str
    general_terms_url: str
    data_protection_officer: DataProtectionOfficer
    sub_processors: tuple[SubProcessor, ...] = ()


__all__ = ["FACTS", "Letter", "MailKind", "ProviderCard", "optional_facts", "required_facts"]
