"""Text messages in words: short, with a number to call, and no personal data."""

from __future__ import annotations

from schemas.mail import ProviderCard

_TEXTS = {
    ("service_suspended", "lv"): "{what} līgumam {contract} ir apturēts. Skatiet e-pastu vai zvaniet {phone}. {name}",
    (
        "service_suspended",
        "en",
    ): "{what} under contract {contract} is suspended. See your e-mail or call {phone}. {name}",
    ("service_resumed", "lv"): "{what} līgumam {contract} ir atjaunots. {name}",
    ("service_resumed", "en"): "{what} under contract {contract} has resumed. {name}",
}
_WHAT = {
    ("it_support", "lv"): "Atbalsts",
    ("it_support", "en"): "Support",
    ("microsoft365", "lv"): "Microsoft 365 pakalpojums",
    ("microsoft365", "en"): "The Microsoft 365 service",
}

_PASSPHRASE_TEXTS = {
    ("audit_report", "lv"): "Līguma {contract} Audita ziņojuma parole: {passphrase} ({name})",
    ("audit_report", "en"): "Passphrase of the Audit report, contract {contract}: {passphrase} ({name})",
    ("handover_package", "lv"): "Līguma {contract} nodoto datu parole: {passphrase} ({name})",
    ("handover_package", "en"): "Passphrase of the data handed over, contract {contract}: {passphrase} ({name})",
}


def short_text(kind: str, service: str, language: str, provider: ProviderCard, contract: str) -> str:
    """The text of a message of this kind; KeyError for a kind that has none."""
    text = _TEXTS[kind, language]
    return text.format(
        what=_WHAT[service, language], contract=contract, phone=provider.customer_phone, name=provider.name
    )


def passphrase_text(kind: str, language: str, provider: ProviderCard, contract: str, passphrase: str) -> str:
    """The text that tells what the encrypted attachment of a letter opens with, over another channel (IT-6).

    KeyError for a kind of letter that has none.
    """
    text = _PASSPHRASE_TEXTS[kind, language]
    return text.format(contract=contract, passphrase=passphrase, name=provider.name)
